// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds machine code of the virtual machine's. Called by java_scopes.c and java_stack.c. */
#include "user/runtimes/java/java_code.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"

/* A segment's byte of a block that is free; and the longest way back to a block's first segment. */
#define SEGMENT_FREE 0xffu
#define MOST_HOPS (1u << 16)
/* Segments are of 64 bytes and more; the code cache has at most 2 GiB. */
#define LEAST_LOG2 3u
#define MOST_LOG2 20u
#define MOST_CODE (UINT64_C(1) << 32)
#define MOST_FRAME_WORDS (1u << 20)

static const enum fb_java_value needed[] = {
	FB_JAVA_CODE_HEAPS,      FB_JAVA_INTERPRETER,         FB_JAVA_CALL_STUB_RETURN,
	FB_JAVA_GROWABLE_LENGTH, FB_JAVA_GROWABLE_DATA,       FB_JAVA_HEAP_MEMORY,
	FB_JAVA_HEAP_SEGMENTS,   FB_JAVA_HEAP_LOG2_SEGMENT,   FB_JAVA_SPACE_LOW,
	FB_JAVA_SPACE_HIGH,      FB_JAVA_STUBS_BUFFER,        FB_JAVA_STUBS_LIMIT,
	FB_JAVA_BLOB_NAME,       FB_JAVA_BLOB_SIZE,           FB_JAVA_BLOB_FRAME_SIZE,
	FB_JAVA_HEAP_BLOCK_SIZE, FB_JAVA_BLOB_FRAME_COMPLETE, FB_JAVA_NMETHOD_METHOD,
	FB_JAVA_FRAME_SENDER_SP,
};

static struct fb_error *read_heap(const struct fb_java *java, uint64_t heap,
				  struct fb_java_heap *read)
{
	const uint64_t memory = heap + fb_java_value(java, FB_JAVA_HEAP_MEMORY);
	struct fb_error *err = fb_java_u64(java, memory, FB_JAVA_SPACE_LOW, &read->low);

	if (!err)
		err = fb_java_u64(java, memory, FB_JAVA_SPACE_HIGH, &read->high);
	if (!err)
		err = fb_java_u64(java, heap + fb_java_value(java, FB_JAVA_HEAP_SEGMENTS),
				  FB_JAVA_SPACE_LOW, &read->segments);
	if (!err)
		err = fb_java_u32(java, heap, FB_JAVA_HEAP_LOG2_SEGMENT, &read->log2_segment);
	if (!err && (read->high < read->low || read->high - read->low > MOST_CODE ||
		     read->log2_segment < LEAST_LOG2 || read->log2_segment > MOST_LOG2))
		err = fb_error_create(FB_CORRUPT, "the code heap at 0x%" PRIx64 " is damaged",
				      heap);
	return err;
}

static struct fb_error *read_heaps(struct fb_java *java)
{
	uint64_t heaps = 0, data = 0;
	uint32_t count = 0;
	struct fb_error *err =
		fb_space_u64(java->space, fb_java_value(java, FB_JAVA_CODE_HEAPS), &heaps);

	if (!err)
		err = fb_java_u32(java, heaps, FB_JAVA_GROWABLE_LENGTH, &count);
	if (!err)
		err = fb_java_u64(java, heaps, FB_JAVA_GROWABLE_DATA, &data);
	if (!err && count > FB_JAVA_HEAPS)
		err = fb_error_create(FB_CORRUPT, "the VM has %u code heaps", count);
	for (uint32_t i = 0; i < count && !err; i++) {
		uint64_t heap = 0;

		err = fb_space_u64(java->space, data + i * 8ull, &heap);
		if (!err)
			err = read_heap(java, heap, &java->heaps[java->heap_count]);
		java->heap_count += !err;
	}
	return err;
}

static struct fb_error *read_interpreter(struct fb_java *java)
{
	uint64_t queue = 0;
	uint32_t size = 0;
	struct fb_error *err =
		fb_space_u64(java->space, fb_java_value(java, FB_JAVA_INTERPRETER), &queue);

	if (!err)
		err = fb_java_u64(java, queue, FB_JAVA_STUBS_BUFFER, &java->interpreter);
	if (!err)
		err = fb_java_u32(java, queue, FB_JAVA_STUBS_LIMIT, &size);
	java->interpreter_end = java->interpreter + size;
	if (err)
		return err;
	return fb_space_u64(java->space, fb_java_value(java, FB_JAVA_CALL_STUB_RETURN),
			    &java->call_stub_return);
}

struct fb_error *fb_java_code_open(struct fb_java *java)
{
	static const enum fb_java_value offsets[] = {FB_JAVA_BLOB_CODE_OFFSET};
	static const enum fb_java_value pointers[] = {FB_JAVA_BLOB_CODE_BEGIN};
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = fb_java_tables_need(
			&java->tables,
			fb_java_has(java, FB_JAVA_BLOB_CODE_OFFSET) ? offsets : pointers, 1);
	if (!err)
		err = read_heaps(java);
	if (!err)
		err = read_interpreter(java);
	if (err)
		java->heap_count = 0;
	return err;
}

static const struct fb_java_heap *heap_of(const struct fb_java *java, uint64_t pc)
{
	for (size_t i = 0; i < java->heap_count; i++)
		if (pc >= java->heaps[i].low && pc < java->heaps[i].high)
			return &java->heaps[i];
	return NULL;
}

bool fb_java_is_code(const struct fb_java *java, uint64_t pc)
{
	return heap_of(java, pc) != NULL;
}

bool fb_java_is_interpreter(const struct fb_java *java, uint64_t pc)
{
	return heap_of(java, pc) && pc >= java->interpreter && pc < java->interpreter_end;
}

struct fb_error *fb_java_count_steps(struct fb_java *java, uint64_t steps)
{
	if (java->steps > FB_MAX_JAVA_STEPS)
		return fb_error_create(FB_LIMIT,
				       "the tables of its code lead further than %u steps",
				       FB_MAX_JAVA_STEPS);
	java->steps += steps;
	return NULL;
}

/* The address of the CodeBlob in the block that holds pc. */
static struct fb_error *find_block(struct fb_java *java, const struct fb_java_heap *heap,
				   uint64_t pc, uint64_t *blob_ret)
{
	uint64_t segment = (pc - heap->low) >> heap->log2_segment;
	uint8_t back = 0;
	struct fb_error *err;

	for (unsigned i = 0; i < MOST_HOPS; i++) {
		err = fb_java_count_steps(java, 1);
		if (!err)
			err = fb_space_u8(java->space, heap->segments + segment, &back);
		if (err)
			return err;
		if (back == SEGMENT_FREE)
			return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is free code memory",
					       pc);
		if (!back) {
			*blob_ret = heap->low + (segment << heap->log2_segment) +
				    fb_java_value(java, FB_JAVA_HEAP_BLOCK_SIZE);
			return NULL;
		}
		if (back > segment)
			break;
		segment -= back;
	}
	return fb_error_create(FB_CORRUPT, "no block of code memory holds 0x%" PRIx64, pc);
}

/* In later versions of 16 bits: -1 has the same meaning. */
static struct fb_error *read_complete(const struct fb_java *java, struct fb_java_blob *blob)
{
	uint16_t half = 0;
	struct fb_error *err;

	if (!fb_java_has(java, FB_JAVA_BLOB_CODE_OFFSET))
		return fb_java_u32(java, blob->start, FB_JAVA_BLOB_FRAME_COMPLETE, &blob->complete);
	err = fb_java_u16(java, blob->start, FB_JAVA_BLOB_FRAME_COMPLETE, &half);
	blob->complete = (uint32_t)(int16_t)half;
	return err;
}

static struct fb_error *read_code(const struct fb_java *java, struct fb_java_blob *blob)
{
	uint32_t offset = 0;
	struct fb_error *err;

	if (!fb_java_has(java, FB_JAVA_BLOB_CODE_OFFSET))
		return fb_java_u64(java, blob->start, FB_JAVA_BLOB_CODE_BEGIN, &blob->code);
	err = fb_java_u32(java, blob->start, FB_JAVA_BLOB_CODE_OFFSET, &offset);
	blob->code = blob->start + offset;
	return err;
}

static struct fb_error *read_name(const struct fb_java *java, struct fb_java_blob *blob)
{
	uint64_t name = 0;
	struct fb_error *err = fb_java_u64(java, blob->start, FB_JAVA_BLOB_NAME, &name);

	return err || !name
		       ? err
		       : fb_space_string_whole(java->space, name, blob->name, sizeof(blob->name));
}

static struct fb_error *read_deopt(const struct fb_java *java, struct fb_java_blob *blob)
{
	uint32_t offset = 0;
	struct fb_error *err = NULL;

	if (!fb_java_has(java, FB_JAVA_NMETHOD_ORIGINAL_PC))
		return NULL;
	if (fb_java_has(java, FB_JAVA_NMETHOD_DEOPT)) {
		err = fb_java_u64(java, blob->start, FB_JAVA_NMETHOD_DEOPT, &blob->deopt_handler);
	} else if (fb_java_has(java, FB_JAVA_NMETHOD_DEOPT_OFFSET)) {
		err = fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_DEOPT_OFFSET, &offset);
		blob->deopt_handler = offset ? blob->start + offset : 0;
	}
	return err ? err
		   : fb_java_u32(java, blob->start, FB_JAVA_NMETHOD_ORIGINAL_PC,
				 &blob->original_pc);
}

/* "nmethod", or "native nmethod": the wrapper of a native method. */
static struct fb_error *read_method(const struct fb_java *java, struct fb_java_blob *blob)
{
	struct fb_error *err;

	if (strcmp(blob->name, "nmethod") != 0 && strcmp(blob->name, "native nmethod") != 0)
		return NULL;
	err = fb_java_u64(java, blob->start, FB_JAVA_NMETHOD_METHOD, &blob->method);
	return err ? err : read_deopt(java, blob);
}

struct fb_error *fb_java_blob_at(struct fb_java *java, uint64_t pc, struct fb_java_blob *blob_ret)
{
	const struct fb_java_heap *heap = heap_of(java, pc);
	struct fb_java_blob blob = {.start = 0};
	uint32_t size = 0, words = 0;
	struct fb_error *err;

	if (!heap)
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is not in the code cache", pc);
	err = find_block(java, heap, pc, &blob.start);
	if (!err)
		err = fb_java_u32(java, blob.start, FB_JAVA_BLOB_SIZE, &size);
	if (!err)
		err = fb_java_u32(java, blob.start, FB_JAVA_BLOB_FRAME_SIZE, &words);
	if (!err)
		err = read_code(java, &blob);
	if (!err)
		err = read_complete(java, &blob);
	if (!err)
		err = read_name(java, &blob);
	if (!err)
		err = read_method(java, &blob);
	if (err)
		return err;
	blob.end = blob.start + size;
	blob.frame_size = words <= MOST_FRAME_WORDS ? words * 8 : 0;
	if (pc < blob.start || pc >= blob.end || blob.code < blob.start || blob.code > blob.end)
		return fb_error_create(FB_CORRUPT,
				       "the code at 0x%" PRIx64 " does not hold 0x%" PRIx64,
				       blob.start, pc);
	*blob_ret = blob;
	return NULL;
}
