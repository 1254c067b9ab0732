// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches memory for kallsyms. The token table can be recognised: names of symbols use every digit, so the
 * tokens of the bytes '0' to '9' are the digits themselves and lie next to each other. Other tables of ASCII
 * characters look the same; the token index behind the table, which must have the offsets of all 256 tokens,
 * tells them apart. The other tables lie at lower addresses and are found from there: first the markers,
 * then the names, then their count. Called by kallsyms.c.
 */
#include "symbols/table/kallsyms_scan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "symbols/table/kallsyms_names.h"

/* On both sides of the signature. Real token tables have about 1 KB. */
#define WINDOW_BYTES (16u << 10)
/* Places that look like a token table; a kernel has a handful of ASCII tables (nls, keymaps). */
#define MAX_CANDIDATES 256u
/* Names have at most 127 tokens before 6.1. A group of them spans less than this. */
#define MAX_GROUP_BYTES ((size_t)FB_KALLSYMS_GROUP * 130)

struct markers {
	uint64_t start; /* address */
	uint32_t count;
	uint32_t last; /* the value of the last one */
};

static const char signature[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";

struct scan {
	struct fb_recent_space *recent;
	struct fb_space *space; /* recent's */
	struct fb_kallsyms_hints *hints;
	uint8_t *window; /* 2 * WINDOW_BYTES */
	unsigned candidates;
	uint64_t names_budget;
	struct fb_error *last; /* owned: why the last good token table led nowhere */
};

static void note_hole(void *context, uint64_t address FB_UNUSED, size_t length FB_UNUSED,
		      struct fb_error *err)
{
	bool *holes = context;

	*holes = true;
	fb_error_destroy(err);
}

/* What cannot be read becomes zeros; *holes_ret says whether there was such a page. */
static struct fb_error *read_with_holes(struct fb_space *space, uint64_t address, uint8_t *to,
					size_t length, bool *holes_ret)
{
	*holes_ret = false;
	return fb_space_read_holes(space, address, to, length, note_hole, holes_ret);
}

/* The start of token 0, from the start of token '0' (both offsets in text), or -1. */
static ptrdiff_t first_token(const uint8_t *text, ptrdiff_t at)
{
	for (unsigned token = '0'; token > 0; token--) {
		if (at < 1 || text[at - 1])
			return -1;
		at--;
		while (at > 0 && text[at - 1])
			at--;
	}
	return at;
}

/* Whether a token table with its index lies around `at`, the address of token '0'. */
static struct fb_error *check_tokens(struct scan *scan, uint64_t at, bool *found_ret)
{
	uint64_t start = at > WINDOW_BYTES ? at - WINDOW_BYTES : 0;
	struct fb_kallsyms_tokens tokens;
	struct fb_error *err;
	ptrdiff_t first;
	size_t offset;
	size_t used;
	bool holes;

	*found_ret = false;
	if (at > UINT64_MAX - WINDOW_BYTES)
		return NULL;
	err = read_with_holes(scan->space, start, scan->window, (size_t)(at - start) + WINDOW_BYTES,
			      &holes);
	if (err)
		return err;
	first = first_token(scan->window, (ptrdiff_t)(at - start));
	if (first < 0 || (start + (uint64_t)first) % 8)
		return NULL;
	/* Where it ends is not known yet: the index is read by the texts alone. */
	offset = (size_t)first;
	for (unsigned i = 0; i < FB_KALLSYMS_TOKENS; i++) {
		size_t left = (size_t)(at - start) + WINDOW_BYTES - offset;
		size_t length = strnlen((const char *)scan->window + offset, left);

		if (length == left)
			return NULL;
		offset += length + 1;
	}
	offset += -(start + offset) & 7;
	if (offset + FB_KALLSYMS_INDEX_BYTES > (size_t)(at - start) + WINDOW_BYTES)
		return NULL;
	err = fb_kallsyms_tokens_init(&tokens, scan->window + first, offset - (size_t)first,
				      scan->window + offset, &used);
	if (err)
		return fb_part_skip(err);
	scan->hints->token_table = start + (uint64_t)first;
	scan->hints->token_index = start + offset;
	*found_ret = true;
	return NULL;
}

/*
 * The markers end where the token table starts, but for padding to a multiple of 8. They start
 * with 0 and rise, so the only other zero is that padding.
 */
static struct fb_error *find_markers(struct scan *scan, struct markers *markers_ret)
{
	struct markers markers = {0};
	uint64_t at = scan->hints->token_table - 4;
	uint32_t above = UINT32_MAX;
	struct fb_error *err;
	uint32_t value;

	err = fb_space_u32(scan->space, at, &value);
	if (!err && !value) {
		at -= 4;
		err = fb_space_u32(scan->space, at, &value);
	}
	for (; !err; err = fb_space_u32(scan->space, at, &value)) {
		if (value >= above || markers.count == FB_MAX_KALLSYMS / FB_KALLSYMS_GROUP)
			return fb_error_create(FB_CORRUPT, "no markers before the token table");
		if (!markers.count++)
			markers.last = value;
		above = value;
		if (!value)
			break;
		at -= 4;
	}
	if (err)
		return fb_error_prefix(err, "kallsyms markers");
	markers.start = at;
	*markers_ret = markers;
	return NULL;
}

/*
 * The names end at the markers, and the last marker tells all but how long the last group is. So
 * their start is one of some thousand multiples of 8, has the count just before it, and is the one
 * from which that count of names leads to the markers.
 */
static struct fb_error *find_names(struct scan *scan, const struct markers *markers)
{
	const size_t below = (size_t)markers->last + MAX_GROUP_BYTES + 16;
	const size_t size = below + (size_t)markers->count * 4;
	const uint64_t start = markers->start - below;
	struct fb_kallsyms_names names;
	FB_CLEANUP(fb_free_at) uint8_t *data = NULL;
	struct fb_error *err;
	bool holes = false;

	if (below > markers->start || size > FB_MAX_SYMBOL_BYTES)
		return fb_error_create(FB_CORRUPT, "the markers go up to 0x%x", markers->last);
	data = malloc(size);
	if (!data)
		return fb_error_nomem();
	/* From the last group's start on all must be there; before it the names may begin anywhere. */
	err = fb_space_read(scan->space, markers->start - markers->last,
			    data + below - markers->last, size - below + markers->last);
	if (!err)
		err = read_with_holes(scan->space, start, data, below - markers->last, &holes);
	if (err)
		return fb_error_prefix(err, "kallsyms names");
	for (size_t offset = (-start & 7) + 8; offset < below - markers->last; offset += 8) {
		uint64_t count;

		memcpy(&count, data + offset - 8, sizeof(count));
		if (!count || (count - 1) / FB_KALLSYMS_GROUP != markers->count - 1)
			continue;
		err = fb_kallsyms_names_init(&names, data + offset, size - offset, (uint32_t)count,
					     &scan->names_budget);
		if (!err && ((names.size + 7) & ~(size_t)7) == below - offset) {
			scan->hints->names = start + offset;
			scan->hints->num_syms = scan->hints->names - 8;
			return NULL;
		}
		err = fb_part_skip(err);
		if (err)
			return err;
	}
	if (holes)
		return fb_error_create(FB_ABSENT,
				       "kallsyms names: a page in 0x%" PRIx64 "-0x%" PRIx64
				       " is not in the dump",
				       start, markers->start - markers->last);
	return fb_error_create(FB_CORRUPT, "no count of names fits the %u markers at 0x%" PRIx64,
			       markers->count, markers->start);
}

/* Sets *found_ret where `at` is the token '0' of kallsyms, and the names lie where they should. */
static struct fb_error *try_candidate(struct scan *scan, uint64_t at, bool *found_ret)
{
	struct markers markers = {0};
	struct fb_error *err;

	err = check_tokens(scan, at, found_ret);
	if (err || !*found_ret)
		return err;
	err = find_markers(scan, &markers);
	if (!err)
		err = find_names(scan, &markers);
	if (!err || fb_error_is_fatal(err))
		return err;
	*found_ret = false;
	fb_error_destroy(scan->last);
	scan->last = fb_error_prefix(err, "token table at 0x%" PRIx64, scan->hints->token_table);
	return NULL;
}

/* The part of the window from the address on. */
static struct fb_error *search_from(struct scan *scan, uint64_t address, bool *found_ret)
{
	const struct fb_recent_space *recent = scan->recent;
	struct fb_error *err;
	const uint8_t *hit;

	for (;;) {
		hit = memmem(recent->data + (address - recent->start), recent->end - address,
			     signature, sizeof(signature));
		if (!hit)
			return NULL;
		if (scan->candidates++ == MAX_CANDIDATES)
			return fb_error_create(FB_LIMIT, "more than %u places look like kallsyms",
					       MAX_CANDIDATES);
		address = recent->start + (uint64_t)(hit - recent->data);
		err = try_candidate(scan, address, found_ret);
		if (err || *found_ret)
			return err;
		address++;
	}
}

static struct fb_error *search_range(struct scan *scan, bool *found_ret)
{
	const size_t overlap = sizeof(signature) - 1;
	const uint64_t end = scan->hints->scan_end;
	struct fb_error *err = NULL;

	while (!err && !*found_ret && scan->recent->end < end) {
		uint64_t from = scan->recent->end;
		size_t size = FB_RECENT_CHUNK;

		if (size > end - from)
			size = (size_t)(end - from);
		err = fb_recent_space_advance(scan->recent, size);
		if (err)
			return err;
		/* The digits may have begun in the chunk before. */
		from -= from - scan->recent->start < overlap ? from - scan->recent->start : overlap;
		err = search_from(scan, from, found_ret);
	}
	return err;
}

struct fb_error *fb_kallsyms_scan(struct fb_recent_space *recent, struct fb_kallsyms_hints *hints)
{
	struct scan scan = {
		.recent = recent,
		.space = &recent->space,
		.hints = hints,
		.names_budget = 16ull * FB_MAX_KALLSYMS,
	};
	struct fb_error *err = NULL;
	bool found = false;

	if (hints->scan_start >= hints->scan_end)
		return fb_error_create(FB_INVALID, "no range to search for kallsyms");
	scan.window = malloc(2 * (size_t)WINDOW_BYTES);
	if (!scan.window)
		err = fb_error_nomem();
	if (!err)
		err = search_range(&scan, &found);
	if (!err && !found && scan.last) {
		err = scan.last;
		scan.last = NULL;
	}
	if (!err && !found)
		err = fb_error_create(FB_NOT_FOUND, "no kallsyms in 0x%" PRIx64 "-0x%" PRIx64,
				      hints->scan_start, hints->scan_end);
	fb_error_destroy(scan.last);
	free(scan.window);
	return err;
}
