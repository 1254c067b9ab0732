// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the debug information of compiled methods. Called by java_stack.c. */
#include "user/runtimes/java/java_scopes.h"

#include <inttypes.h>

#include "base/attr.h"
#include "user/runtimes/java/java_stream.h"

/* Bytes of all debug information of one method: the largest have some hundred KB. */
#define MOST_BYTES (64u << 20)

/* Where a method's debug information is. End exclusive. */
struct tables {
	uint64_t pcs, pcs_end;
	uint64_t scopes, scopes_end;
	uint64_t metadata, metadata_end;
};

/* From 23 on all but the references is in memory of its own, in the order pcs, scopes. */
static struct fb_error *find_immutable(const struct fb_java *java, const struct fb_java_blob *blob,
				       struct tables *tables)
{
	static const enum fb_java_value needed[] = {
		FB_JAVA_NMETHOD_IMMUTABLE_SIZE,     FB_JAVA_NMETHOD_SCOPES_PCS,
		FB_JAVA_NMETHOD_SCOPES_DATA_OFFSET, FB_JAVA_BLOB_MUTABLE,
		FB_JAVA_BLOB_RELOCATION_SIZE,       FB_JAVA_BLOB_MUTABLE_SIZE,
	};
	uint64_t data = 0, mutable = 0;
	uint32_t size = 0, pcs = 0, scopes = 0, relocations = 0, mutable_size = 0;
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = fb_java_u64(java, blob->start, FB_JAVA_NMETHOD_IMMUTABLE, &data);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_IMMUTABLE_SIZE, &size);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_SCOPES_PCS, &pcs);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_SCOPES_DATA_OFFSET, &scopes);
	if (!err)
		err = fb_java_u64(java, blob->start, FB_JAVA_BLOB_MUTABLE, &mutable);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_BLOB_RELOCATION_SIZE, &relocations);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_BLOB_MUTABLE_SIZE, &mutable_size);
	*tables = (struct tables){
		.pcs = data + pcs,
		.pcs_end = data + scopes,
		.scopes = data + scopes,
		.scopes_end = data + size,
		.metadata = mutable + relocations,
		.metadata_end = mutable + mutable_size,
	};
	return err;
}

/* Until 22 all is behind the code, in the order metadata, scopes, pcs, dependencies. */
static struct fb_error *find_behind(const struct fb_java *java, const struct fb_java_blob *blob,
				    struct tables *tables)
{
	static const enum fb_java_value needed[] = {
		FB_JAVA_NMETHOD_METADATA,
		FB_JAVA_NMETHOD_SCOPES_DATA,
		FB_JAVA_NMETHOD_SCOPES_PCS,
		FB_JAVA_NMETHOD_DEPENDENCIES,
	};
	uint32_t metadata = 0, pcs = 0, dependencies = 0;
	uint64_t scopes = 0;
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_METADATA, &metadata);
	if (!err)
		err = fb_java_u64(java, blob->start, FB_JAVA_NMETHOD_SCOPES_DATA, &scopes);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_SCOPES_PCS, &pcs);
	if (!err)
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_DEPENDENCIES, &dependencies);
	*tables = (struct tables){
		.pcs = blob->start + pcs,
		.pcs_end = blob->start + dependencies,
		.scopes = scopes,
		.scopes_end = blob->start + pcs,
		.metadata = blob->start + metadata,
		.metadata_end = scopes,
	};
	return err;
}

static bool is_range(uint64_t start, uint64_t end)
{
	return start <= end && end - start <= MOST_BYTES;
}

static struct fb_error *find_tables(const struct fb_java *java, const struct fb_java_blob *blob,
				    struct tables *tables)
{
	struct fb_error *err = fb_java_has(java, FB_JAVA_NMETHOD_IMMUTABLE)
				       ? find_immutable(java, blob, tables)
				       : find_behind(java, blob, tables);

	if (!err && (!is_range(tables->pcs, tables->pcs_end) ||
		     !is_range(tables->scopes, tables->scopes_end) ||
		     !is_range(tables->metadata, tables->metadata_end)))
		err = fb_error_create(
			FB_CORRUPT, "the debug information of the code at 0x%" PRIx64 " is damaged",
			blob->start);
	return err;
}

/* The offset of the scope of the first PcDesc that is not before pc. They are in order of their addresses. */
static struct fb_error *find_scope(const struct fb_java *java, const struct fb_java_blob *blob,
				   const struct tables *tables, uint64_t pc, bool is_return,
				   uint32_t *scope_ret)
{
	const uint64_t size = fb_java_value(java, FB_JAVA_PC_SIZE);
	const int64_t wanted = (int64_t)(pc - blob->code);
	uint64_t low = 0, high = size ? (tables->pcs_end - tables->pcs) / size : 0;
	const uint64_t count = high;
	uint32_t offset = 0;
	struct fb_error *err = NULL;

	while (low < high && !err) {
		const uint64_t middle = low + (high - low) / 2;

		err = fb_java_u32(java, tables->pcs + middle * size, FB_JAVA_PC_OFFSET, &offset);
		if ((int32_t)offset < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	if (!err && low < count)
		err = fb_java_u32(java, tables->pcs + low * size, FB_JAVA_PC_OFFSET, &offset);
	if (!err && (low == count || (is_return && (int32_t)offset != wanted)))
		err = fb_error_create(FB_NOT_FOUND, "no debug information is of 0x%" PRIx64, pc);
	return err ? err : fb_java_u32(java, tables->pcs + low * size, FB_JAVA_PC_SCOPE, scope_ret);
}

static struct fb_error *read_scope(const struct fb_java *java, const struct tables *tables,
				   uint32_t at, struct fb_java_scope *scope, uint32_t *caller_ret)
{
	struct fb_java_stream stream = {
		.space = java->space,
		.address = tables->scopes + at,
		.end = tables->scopes_end,
		.without_zero = fb_java_has(java, FB_JAVA_CLASS_FIELD_STREAM),
	};
	uint32_t method = 0, index = 0;
	struct fb_error *err = fb_java_stream_number(&stream, caller_ret);

	if (!err)
		err = fb_java_stream_number(&stream, &method);
	if (!err)
		err = fb_java_stream_number(&stream, &index);
	if (!err && (!method || method > (tables->metadata_end - tables->metadata) / 8))
		err = fb_error_create(FB_CORRUPT, "compiled code has no method %u", method);
	if (err)
		return err;
	scope->index = (int32_t)(index + (uint32_t)fb_java_value(java, FB_JAVA_INVOCATION_BCI));
	return fb_space_u64(java->space, tables->metadata + 8ull * (method - 1), &scope->method);
}

struct fb_error *fb_java_scopes(const struct fb_java *java, const struct fb_java_blob *blob,
				uint64_t pc, bool is_return,
				struct fb_java_scope scopes[FB_MAX_INLINED], size_t *count_ret)
{
	static const enum fb_java_value needed[] = {
		FB_JAVA_PC_SIZE,
		FB_JAVA_PC_OFFSET,
		FB_JAVA_PC_SCOPE,
		FB_JAVA_INVOCATION_BCI,
	};
	struct tables tables;
	uint32_t at = 0;
	size_t count = 0;
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = find_tables(java, blob, &tables);
	if (!err)
		err = find_scope(java, blob, &tables, pc, is_return, &at);
	/* Scopes of callers stand before those of what they call. */
	while (!err && at && count < FB_MAX_INLINED) {
		uint32_t caller = 0;

		err = read_scope(java, &tables, at, &scopes[count], &caller);
		if (!err && caller >= at)
			err = fb_error_create(FB_CORRUPT, "a scope of compiled code is its caller");
		count += !err;
		at = caller;
	}
	if (!err && !count)
		err = fb_error_create(FB_NOT_FOUND, "no debug information is of 0x%" PRIx64, pc);
	if (!err)
		*count_ret = count;
	return err;
}
