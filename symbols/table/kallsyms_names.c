// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The compressed names of kallsyms: tokens, lengths, markers. Called by kallsyms.c and
 * kallsyms_scan.c.
 */
#include "symbols/table/kallsyms_names.h"

#include <string.h>

#include "symbols/table/name_hash.h"

static uint16_t read_u16(const uint8_t *from)
{
	return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t read_u32(const uint8_t *from)
{
	return read_u16(from) | (uint32_t)read_u16(from + 2) << 16;
}

static void set_part(struct fb_kallsyms_part *part, const char *text, uint32_t length)
{
	part->length = length;
	part->factor = fb_part_hash_factor(length);
	part->hash = fb_part_hash(0, text, length);
	part->first_hash = length ? fb_part_hash(0, text + 1, length - 1) : 0;
}

struct fb_error *fb_kallsyms_tokens_init(struct fb_kallsyms_tokens *tokens, const void *table,
					 size_t size, const void *index, size_t *used_ret)
{
	const char *texts = table;
	const uint8_t *offsets = index;
	size_t offset = 0;

	memset(tokens, 0, sizeof(*tokens));
	tokens->table = texts;
	for (unsigned i = 0; i < FB_KALLSYMS_TOKENS; i++) {
		struct fb_kallsyms_token *token = &tokens->token[i];
		size_t length = strnlen(texts + offset, size - offset);

		if (length == size - offset)
			return fb_error_create(FB_CORRUPT, "token %u has no end", i);
		if (read_u16(offsets + i * 2) != offset)
			return fb_error_create(FB_CORRUPT,
					       "token %u is at %zu, and the index says %u", i,
					       offset, read_u16(offsets + i * 2));
		token->offset = (uint32_t)offset;
		/* More than a name can have; what does not fit here does not fit there. */
		token->length = (uint32_t)(length < UINT16_MAX ? length : UINT16_MAX);
		if (token->length > tokens->longest)
			tokens->longest = token->length;
		memcpy(token->start, texts + offset,
		       length < sizeof(token->start) ? length : sizeof(token->start));
		set_part(&tokens->part[i], texts + offset, token->length);
		offset += length + 1;
	}
	if (used_ret)
		*used_ret = offset;
	return NULL;
}

/* The tokens of the name at *offset, which moves behind its length. False past the end. */
static inline bool read_length(const uint8_t *data, size_t size, bool long_lengths, size_t *offset,
			       size_t *length_ret)
{
	size_t length;

	if (*offset >= size)
		return false;
	length = data[(*offset)++];
	if (long_lengths && length & 0x80) {
		if (*offset >= size)
			return false;
		length = (length & 0x7f) | (size_t)data[(*offset)++] << 7;
	}
	if (!length || length > size - *offset)
		return false;
	*length_ret = length;
	return true;
}

/* Where the names end, or 0 where they do not fit. */
static size_t find_end(const uint8_t *data, size_t size, uint32_t count, bool long_lengths,
		       uint64_t *budget)
{
	size_t offset = 0;
	size_t length;

	for (uint32_t i = 0; i < count; i++) {
		if (!*budget || !read_length(data, size, long_lengths, &offset, &length))
			return 0;
		--*budget;
		offset += length;
	}
	return offset;
}

/* Whether the markers, which start at the next multiple of alignment behind end, all name the
 * names. */
static bool markers_agree(const uint8_t *data, size_t size, uint32_t count, bool long_lengths,
			  size_t end, size_t alignment)
{
	size_t groups = ((size_t)count + FB_KALLSYMS_GROUP - 1) / FB_KALLSYMS_GROUP;
	size_t markers = (end + alignment - 1) & ~(alignment - 1);
	size_t offset = 0;
	size_t length;

	if (markers > size || groups > (size - markers) / 4)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (i % FB_KALLSYMS_GROUP == 0 &&
		    read_u32(data + markers + (size_t)(i / FB_KALLSYMS_GROUP) * 4) != offset)
			return false;
		if (!read_length(data, end, long_lengths, &offset, &length))
			return false;
		offset += length;
	}
	return true;
}

struct fb_error *fb_kallsyms_names_init(struct fb_kallsyms_names *names, const uint8_t *data,
					size_t size, uint32_t count, uint64_t *budget)
{
	for (int long_lengths = 1; long_lengths >= 0; long_lengths--) {
		size_t end = find_end(data, size, count, long_lengths, budget);

		/* Tables were aligned to 8 bytes, and are to 4 where addresses became
		 * place-relative, 7.0. names itself is aligned, so offsets tell. */
		if (!end || (!markers_agree(data, size, count, long_lengths, end, 8) &&
			     !markers_agree(data, size, count, long_lengths, end, 4)))
			continue;
		names->data = data;
		names->size = end;
		names->count = count;
		names->long_lengths = long_lengths;
		return NULL;
	}
	if (!*budget)
		return fb_error_create(FB_LIMIT, "too many tries to find where the names begin");
	return fb_error_create(FB_CORRUPT,
			       "%u names, by either form of length, do not end at their markers",
			       count);
}

/* The usual case: whatever the tokens, they fit, each in its first bytes. */
static size_t expand_short(const struct fb_kallsyms_tokens *tokens, const uint8_t *from,
			   size_t count, char *to)
{
	char *end = to;

	for (size_t i = 0; i < count; i++) {
		const struct fb_kallsyms_token *token = &tokens->token[from[i]];

		memcpy(end, token->start, sizeof(token->start));
		end += token->length;
	}
	return (size_t)(end - to);
}

/* The length, or SIZE_MAX where the name is too long. */
static size_t expand(const struct fb_kallsyms_tokens *tokens, const uint8_t *from, size_t count,
		     char *to)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct fb_kallsyms_token *token = &tokens->token[from[i]];

		if (token->length > FB_MAX_SYMBOL_NAME - used)
			return SIZE_MAX;
		memcpy(to + used, tokens->table + token->offset, token->length);
		used += token->length;
	}
	return used;
}

/* The tokens of the name at *offset, of which the first is not empty; *offset moves behind them. */
static inline struct fb_error *next_tokens(const struct fb_kallsyms_names *names,
					   const struct fb_kallsyms_tokens *tokens, size_t *offset,
					   const uint8_t **first_ret, size_t *count_ret)
{
	const uint8_t *first;
	size_t at = *offset;
	size_t count;

	if (!read_length(names->data, names->size, names->long_lengths, &at, &count))
		return fb_error_create(FB_CORRUPT, "the name at 0x%zx has no end", *offset);
	first = names->data + at;
	at += count;
	while (count && !tokens->part[*first].length) {
		first++;
		count--;
	}
	if (!count)
		return fb_error_create(FB_CORRUPT, "the name at 0x%zx is empty", *offset);
	*offset = at;
	*first_ret = first;
	*count_ret = count;
	return NULL;
}

static struct fb_error *too_long(size_t offset)
{
	return fb_error_create(FB_CORRUPT, "the name at 0x%zx is longer than %u bytes", offset,
			       FB_MAX_SYMBOL_NAME);
}

struct fb_error *fb_kallsyms_names_next(const struct fb_kallsyms_names *names,
					const struct fb_kallsyms_tokens *tokens, size_t *offset,
					char to[FB_KALLSYMS_NAME_ROOM], size_t *length_ret)
{
	const uint8_t *first;
	size_t at = *offset;
	size_t count, used;
	struct fb_error *err;

	err = next_tokens(names, tokens, &at, &first, &count);
	if (err)
		return err;
	if (tokens->longest <= sizeof(tokens->token[0].start) &&
	    count * tokens->longest <= FB_MAX_SYMBOL_NAME)
		used = expand_short(tokens, first, count, to);
	else
		used = expand(tokens, first, count, to);
	if (used == SIZE_MAX)
		return too_long(*offset);
	*offset = at;
	*length_ret = used;
	return NULL;
}

struct fb_error *fb_kallsyms_names_measure(const struct fb_kallsyms_names *names,
					   const struct fb_kallsyms_tokens *tokens, size_t *offset,
					   uint32_t *hash_ret, size_t *length_ret)
{
	const uint8_t *first;
	size_t at = *offset;
	size_t count, length;
	struct fb_error *err;
	uint32_t hash;

	err = next_tokens(names, tokens, &at, &first, &count);
	if (err)
		return err;
	hash = tokens->part[*first].first_hash;
	length = tokens->part[*first].length;
	for (const uint8_t *end = first + count; ++first < end;) {
		const struct fb_kallsyms_part *part = &tokens->part[*first];

		hash = hash * part->factor + part->hash;
		length += part->length;
	}
	if (length > FB_MAX_SYMBOL_NAME)
		return too_long(*offset);
	*offset = at;
	*hash_ret = fb_part_hash_mix(hash);
	*length_ret = length;
	return NULL;
}
