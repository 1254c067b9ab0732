// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMCOREINFO as a table sorted by key; the values stay in a copy of the text. Parsed by
 * kernel_open.c; queried while the kernel is opened, and for its log.
 */
#include "kernel/image/vmcoreinfo.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

struct line {
	const char *key; /* both into text */
	const char *value;
};

struct fb_vmcoreinfo {
	char *whole; /* owned; as it was parsed */
	char *text;  /* owned; NULs in place of the first = and the newline of each line */
	struct line *lines;
	size_t count;
};

/* Longest is a symbol's name in "SYMBOL()". */
#define KEY_SIZE (FB_MAX_SYMBOL_NAME + 16)

static int compare(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	/* Lines with equal keys stay in the order of the text. */
	return order ? order : (a->key > b->key) - (a->key < b->key);
}

static int compare_key(const void *key, const void *line)
{
	return strcmp(key, ((const struct line *)line)->key);
}

static struct fb_error *split_lines(struct fb_vmcoreinfo *info)
{
	char *at = info->text, *next, *equals;
	struct fb_error *err;
	size_t room = 0;

	for (; at; at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = '\0';
		equals = strchr(at, '=');
		if (!equals || equals == at)
			continue;
		*equals = '\0';
		err = fb_grow_array(&info->lines, &room, info->count, sizeof(*info->lines),
				    FB_MAX_VMCOREINFO, "VMCOREINFO lines");
		if (err)
			return err;
		info->lines[info->count++] = (struct line){at, equals + 1};
	}
	return NULL;
}

/* Where several lines have the same key, the last one holds: the kernel appends (CRASHTIME). */
static void drop_repeated(struct fb_vmcoreinfo *info)
{
	size_t i, kept = 0;

	qsort(info->lines, info->count, sizeof(*info->lines), compare);
	for (i = 0; i < info->count; i++) {
		if (kept && !strcmp(info->lines[kept - 1].key, info->lines[i].key))
			kept--;
		info->lines[kept++] = info->lines[i];
	}
	info->count = kept;
}

struct fb_error *fb_vmcoreinfo_parse(const char *text, struct fb_vmcoreinfo **info_ret)
{
	struct fb_vmcoreinfo *info;
	struct fb_error *err;

	if (strnlen(text, FB_MAX_VMCOREINFO + 1) > FB_MAX_VMCOREINFO)
		return fb_error_create(FB_LIMIT, "VMCOREINFO is longer than %u bytes",
				       FB_MAX_VMCOREINFO);
	info = calloc(1, sizeof(*info));
	if (!info)
		return fb_error_nomem();
	info->text = strdup(text);
	info->whole = strdup(text);
	err = info->text && info->whole ? split_lines(info) : fb_error_nomem();
	if (err) {
		fb_vmcoreinfo_destroy(info);
		return err;
	}
	if (info->count)
		drop_repeated(info);
	*info_ret = info;
	return NULL;
}

void fb_vmcoreinfo_destroy(struct fb_vmcoreinfo *info)
{
	if (!info)
		return;
	free(info->lines);
	free(info->text);
	free(info->whole);
	free(info);
}

const char *fb_vmcoreinfo_text(const struct fb_vmcoreinfo *info)
{
	return info->whole;
}

const char *fb_vmcoreinfo_get(const struct fb_vmcoreinfo *info, const char *key)
{
	const struct line *line = NULL;

	if (info->count)
		line = bsearch(key, info->lines, info->count, sizeof(*info->lines), compare_key);
	return line ? line->value : NULL;
}

static const char *get_kind(const struct fb_vmcoreinfo *info, const char *kind, const char *name)
{
	char key[KEY_SIZE];
	int length = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	if (length < 0 || (size_t)length >= sizeof(key))
		return NULL;
	return fb_vmcoreinfo_get(info, key);
}

/* The whole of text, without sign or space before it. */
static bool parse_unsigned(const char *text, int base, uint64_t *value_ret)
{
	uint64_t value;
	char *end;

	if (!text || !isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text || (*end && *end != '\r'))
		return false;
	*value_ret = value;
	return true;
}

static bool get_unsigned(const struct fb_vmcoreinfo *info, const char *kind, const char *name,
			 int base, uint64_t *value_ret)
{
	return parse_unsigned(get_kind(info, kind, name), base, value_ret);
}

bool fb_vmcoreinfo_symbol(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret)
{
	return get_unsigned(info, "SYMBOL", name, 16, value_ret);
}

/* Masks are printed as hexadecimal ("NUMBER(...)=0x..."), some with the top bit set. */
bool fb_vmcoreinfo_number(const struct fb_vmcoreinfo *info, const char *name, int64_t *value_ret)
{
	const char *text = get_kind(info, "NUMBER", name);
	bool negative = text && text[0] == '-';
	uint64_t value;
	bool hex;

	if (negative)
		text++;
	hex = text && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	if (!parse_unsigned(text, hex ? 16 : 10, &value))
		return false;
	if (!hex && value > (uint64_t)INT64_MAX + negative)
		return false;
	*value_ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

bool fb_vmcoreinfo_offset(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret)
{
	return get_unsigned(info, "OFFSET", name, 10, value_ret);
}

bool fb_vmcoreinfo_size(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret)
{
	return get_unsigned(info, "SIZE", name, 10, value_ret);
}

bool fb_vmcoreinfo_length(const struct fb_vmcoreinfo *info, const char *name, uint64_t *value_ret)
{
	return get_unsigned(info, "LENGTH", name, 10, value_ret);
}

bool fb_vmcoreinfo_kaslr_offset(const struct fb_vmcoreinfo *info, uint64_t *value_ret)
{
	return parse_unsigned(fb_vmcoreinfo_get(info, "KERNELOFFSET"), 16, value_ret);
}
