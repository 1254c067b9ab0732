// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads kallsyms from a dump's memory: finds the tables, reads them whole, finds out how the addresses are
 * stored, and decodes them. Called when a kernel is opened.
 */
#include "symbols/table/kallsyms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/parallel_read.h"
#include "symbols/table/kallsyms_names.h"
#include "symbols/table/kallsyms_scan.h"
#include "symbols/table/packed_names.h"

enum form {
	ABSOLUTE,        /* 64-bit addresses; gone in 6.11 */
	BASE_RELATIVE,   /* base + 32-bit offset; 4.6 to 6.19 */
	ABSOLUTE_PERCPU, /* as that, but an offset >= 0 is the value itself; 4.6 to 6.14 */
	PLACE_RELATIVE,  /* signed distance from the offset's own place; 7.0 and newer */
};

static const char *const form_names[] = {
	[ABSOLUTE] = "absolute",
	[BASE_RELATIVE] = "base-relative",
	[ABSOLUTE_PERCPU] = "absolute per-CPU",
	[PLACE_RELATIVE] = "place-relative",
};

/* One way to read the addresses. */
struct addresses {
	enum form form;
	uint64_t table; /* where it lies in memory */
	uint64_t base;
};

struct kallsyms {
	struct fb_space *space;
	struct fb_recent_space recent;  /* space, where there was a scan */
	struct fb_kallsyms_hints hints; /* after the scan: complete but for the addresses */
	uint8_t *token_bytes;
	uint8_t *name_bytes;
	struct fb_kallsyms_tokens tokens;
	struct fb_kallsyms_names names;
	struct fb_packed_names *packed; /* has token_bytes and name_bytes once it is there */
	struct addresses addresses;
	uint8_t *address_bytes;
};

static struct fb_error *read_table(const struct kallsyms *kallsyms, const char *what,
				   uint64_t address, uint64_t size, uint8_t **bytes_ret)
{
	struct fb_error *err;
	uint8_t *bytes;

	err = fb_alloc_array(size, 1, FB_MAX_SYMBOL_BYTES, what, &bytes);
	if (err)
		return err;
	err = fb_parallel_read(kallsyms->space, kallsyms->hints.pool, address, bytes, size);
	if (err) {
		free(bytes);
		return fb_error_prefix(err, "%s (0x%" PRIx64 ", %" PRIu64 " bytes)", what, address,
				       size);
	}
	*bytes_ret = bytes;
	return NULL;
}

static struct fb_error *read_tokens(struct kallsyms *kallsyms)
{
	const struct fb_kallsyms_hints *hints = &kallsyms->hints;
	uint64_t size = hints->token_index - hints->token_table;
	struct fb_error *err;

	/* The index has 16-bit offsets; the longest token stands behind the last of them. */
	if (hints->token_index <= hints->token_table || size > UINT16_MAX + FB_MAX_SYMBOL_NAME)
		return fb_error_create(FB_CORRUPT,
				       "kallsyms token table at 0x%" PRIx64
				       " and its index at 0x%" PRIx64 " do not fit",
				       hints->token_table, hints->token_index);
	err = read_table(kallsyms, "kallsyms token table", hints->token_table,
			 size + FB_KALLSYMS_INDEX_BYTES, &kallsyms->token_bytes);
	if (err)
		return err;
	err = fb_kallsyms_tokens_init(&kallsyms->tokens, kallsyms->token_bytes, size,
				      kallsyms->token_bytes + size, NULL);
	return fb_error_prefix(err, "kallsyms token table");
}

static struct fb_error *read_names(struct kallsyms *kallsyms)
{
	const struct fb_kallsyms_hints *hints = &kallsyms->hints;
	uint64_t budget = 2ull * FB_MAX_KALLSYMS; /* two forms */
	struct fb_error *err;
	uint32_t count;
	uint64_t size;

	err = fb_space_u32(kallsyms->space, hints->num_syms, &count);
	if (err)
		return fb_error_prefix(err, "kallsyms_num_syms");
	if (!count)
		return fb_error_create(FB_CORRUPT, "kallsyms has no symbols");
	if (count > FB_MAX_KALLSYMS)
		return fb_error_create(FB_LIMIT, "kallsyms has %u symbols", count);
	/* Names and markers lie before the token table, in all versions. */
	if (hints->names >= hints->token_table || hints->names % 4)
		return fb_error_create(FB_CORRUPT, "kallsyms names at 0x%" PRIx64, hints->names);
	size = hints->token_table - hints->names;
	if (size > (uint64_t)count * (FB_MAX_SYMBOL_NAME + 8) + FB_PAGE_SIZE)
		return fb_error_create(FB_CORRUPT, "kallsyms has %" PRIu64 " bytes for %u names",
				       size, count);
	err = read_table(kallsyms, "kallsyms names", hints->names, size, &kallsyms->name_bytes);
	if (err)
		return err;
	err = fb_kallsyms_names_init(&kallsyms->names, kallsyms->name_bytes, size, count, &budget);
	return fb_error_prefix(err, "kallsyms");
}

/* Goes through the names, which are kept compressed. */
static struct fb_error *pack_names(struct kallsyms *kallsyms)
{
	struct fb_error *err;

	err = fb_packed_names_create(kallsyms->token_bytes, kallsyms->name_bytes, &kallsyms->tokens,
				     &kallsyms->names, &kallsyms->packed);
	if (!err)
		kallsyms->token_bytes = kallsyms->name_bytes = NULL;
	return err;
}

static size_t element_size(enum form form)
{
	return form == ABSOLUTE ? 8 : 4;
}

/* The address of symbol number index, whose element stands at bytes. */
static inline uint64_t decode_address(const struct addresses *addresses, uint32_t index,
				      const uint8_t *bytes)
{
	uint64_t address;
	int32_t offset;

	if (addresses->form == ABSOLUTE) {
		memcpy(&address, bytes, sizeof(address));
		return address;
	}
	memcpy(&offset, bytes, sizeof(offset));
	switch (addresses->form) {
	case BASE_RELATIVE:
		return addresses->base + (uint32_t)offset;
	case ABSOLUTE_PERCPU:
		return offset >= 0 ? (uint64_t)offset
				   : addresses->base - 1 - (uint64_t)(int64_t)offset;
	default:
		return addresses->table + (uint64_t)index * 4 + (uint64_t)(int64_t)offset;
	}
}

/* Whether this form gives _stext (symbol number index) its address. */
static struct fb_error *try_form(const struct kallsyms *kallsyms, const struct addresses *addresses,
				 uint32_t index, bool *fits_ret)
{
	size_t size = element_size(addresses->form);
	struct fb_error *err;
	uint8_t bytes[8];

	err = fb_space_read(kallsyms->space, addresses->table + (uint64_t)index * size, bytes,
			    size);
	if (err)
		return fb_error_prefix(err, "kallsyms addresses (0x%" PRIx64 ", %s)",
				       addresses->table, form_names[addresses->form]);
	*fits_ret = decode_address(addresses, index, bytes) == kallsyms->hints.stext;
	return NULL;
}

/* All forms with 32-bit offsets at table. base_at: where the base stands, 0 for right behind. */
static struct fb_error *try_offsets(struct kallsyms *kallsyms, uint64_t table, uint64_t base_at,
				    uint32_t index, bool *fits_ret)
{
	static const enum form forms[] = {ABSOLUTE_PERCPU, BASE_RELATIVE, PLACE_RELATIVE};
	struct addresses addresses = {.table = table};
	struct fb_error *base_err;
	struct fb_error *err = NULL;

	if (!base_at)
		base_at = (table + kallsyms->names.count * 4ull + 7) & ~7ull;
	base_err = fb_space_u64(kallsyms->space, base_at, &addresses.base);
	if (fb_error_is_fatal(base_err))
		return base_err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(forms) && !err && !*fits_ret; i++) {
		if (base_err && forms[i] != PLACE_RELATIVE)
			continue;
		addresses.form = forms[i];
		err = try_form(kallsyms, &addresses, index, fits_ret);
	}
	if (*fits_ret)
		kallsyms->addresses = addresses;
	if (err || *fits_ret) {
		fb_error_destroy(base_err);
		return err;
	}
	return fb_error_prefix(base_err, "kallsyms_relative_base");
}

static struct fb_error *try_absolute(struct kallsyms *kallsyms, uint64_t table, uint32_t index,
				     bool *fits_ret)
{
	struct addresses addresses = {.form = ABSOLUTE, .table = table};
	struct fb_error *err = try_form(kallsyms, &addresses, index, fits_ret);

	if (!err && *fits_ret)
		kallsyms->addresses = addresses;
	return err;
}

/* One try after the other, at the places named or at those where each version has the table. */
static struct fb_error *try_candidate(struct kallsyms *kallsyms, unsigned candidate, uint32_t index,
				      bool *fits_ret)
{
	const struct fb_kallsyms_hints *hints = &kallsyms->hints;
	const uint64_t count = kallsyms->names.count;
	const uint64_t behind = hints->token_index + FB_KALLSYMS_INDEX_BYTES;

	switch (candidate) {
	case 0:
		if (!hints->offsets)
			return NULL;
		return try_offsets(kallsyms, hints->offsets, hints->relative_base, index, fits_ret);
	case 1:
		if (!hints->addresses)
			return NULL;
		return try_absolute(kallsyms, hints->addresses, index, fits_ret);
	case 2: /* before 6.4: offsets, base, num_syms */
		return try_offsets(kallsyms, hints->num_syms - 8 - ((count * 4 + 7) & ~7ull),
				   hints->num_syms - 8, index, fits_ret);
	case 3: /* before 6.4: addresses, num_syms */
		return try_absolute(kallsyms, hints->num_syms - count * 8, index, fits_ret);
	case 4: /* from 6.4 on: token_index, offsets, base */
		return try_offsets(kallsyms, behind, 0, index, fits_ret);
	default: /* from 6.4 on: token_index, addresses */
		return try_absolute(kallsyms, behind, index, fits_ret);
	}
}

static struct fb_error *find_form(struct kallsyms *kallsyms)
{
	bool named = kallsyms->hints.offsets || kallsyms->hints.addresses;
	struct fb_error *unreadable = NULL;
	struct fb_error *err;
	bool fits = false;
	uint32_t index = 0;

	if (!fb_packed_names_find(kallsyms->packed, "_stext", &index))
		return fb_error_create(FB_CORRUPT, "kallsyms has no symbol _stext");
	for (unsigned candidate = named ? 0 : 2; candidate < (named ? 2 : 6) && !fits;
	     candidate++) {
		err = try_candidate(kallsyms, candidate, index, &fits);
		if (fb_error_is_fatal(err)) {
			fb_error_destroy(unreadable);
			return err;
		}
		if (!unreadable)
			unreadable = err;
		else
			fb_error_destroy(err);
	}
	if (fits) {
		fb_error_destroy(unreadable);
		return NULL;
	}
	if (unreadable)
		return unreadable;
	return fb_error_create(FB_CORRUPT,
			       "no form of kallsyms addresses gives _stext (symbol %u) its "
			       "address 0x%" PRIx64,
			       index, kallsyms->hints.stext);
}

/* Takes kallsyms->packed. */
static struct fb_error *make_table(struct kallsyms *kallsyms, struct fb_symtab **table_ret)
{
	const struct addresses *addresses = &kallsyms->addresses;
	const size_t size = element_size(addresses->form);
	struct fb_symtab *table = NULL;
	struct fb_error *err;

	err = fb_symtab_create_packed(fb_take(kallsyms->packed), &table);
	if (err)
		return err;
	for (uint32_t i = 0; i < kallsyms->names.count; i++)
		fb_symtab_add_packed(
			table, decode_address(addresses, i, kallsyms->address_bytes + i * size));
	err = fb_symtab_finish(table, 0);
	if (err)
		fb_symtab_destroy(table);
	else
		*table_ret = table;
	return err;
}

static struct fb_error *scan(struct kallsyms *kallsyms)
{
	struct fb_error *err;

	err = fb_recent_space_init(&kallsyms->recent, kallsyms->space, kallsyms->hints.scan_start,
				   kallsyms->hints.scan_end);
	if (err)
		return err;
	kallsyms->space = &kallsyms->recent.space;
	return fb_kallsyms_scan(&kallsyms->recent, &kallsyms->hints);
}

static struct fb_error *load(struct kallsyms *kallsyms, struct fb_symtab **table_ret)
{
	const struct fb_kallsyms_hints *hints = &kallsyms->hints;
	struct fb_error *err;

	if (!hints->stext)
		return fb_error_create(FB_INVALID, "kallsyms needs the address of _stext");
	if (!hints->names || !hints->num_syms || !hints->token_table || !hints->token_index) {
		err = scan(kallsyms);
		if (err)
			return err;
	}
	err = read_tokens(kallsyms);
	if (!err)
		err = read_names(kallsyms);
	if (!err)
		err = pack_names(kallsyms);
	if (!err)
		err = find_form(kallsyms);
	if (!err)
		err = read_table(kallsyms, "kallsyms addresses", kallsyms->addresses.table,
				 (uint64_t)kallsyms->names.count *
					 element_size(kallsyms->addresses.form),
				 &kallsyms->address_bytes);
	if (!err)
		err = make_table(kallsyms, table_ret);
	return err;
}

struct fb_error *fb_kallsyms_load(struct fb_space *space, const struct fb_kallsyms_hints *hints,
				  struct fb_warnings *warnings FB_UNUSED,
				  struct fb_symtab **table_ret)
{
	struct kallsyms kallsyms = {.space = space, .hints = *hints};
	struct fb_error *err = load(&kallsyms, table_ret);

	fb_packed_names_destroy(kallsyms.packed);
	fb_recent_space_deinit(&kallsyms.recent);
	free(kallsyms.token_bytes);
	free(kallsyms.name_bytes);
	free(kallsyms.address_bytes);
	return err;
}
