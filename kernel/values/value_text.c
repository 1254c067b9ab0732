// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes values as text. Called by the command struct.
 */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "kernel/values/value_print_private.h"

/* Escaping makes four bytes of one at most. */
#define NAME_SIZE 1024u
/* From here on an unsigned number is an address, a mask or a hash rather than a count. */
#define HEX_FROM (1ull << 32)
/* Groups of equal elements of an array. */
#define MAX_GROUPS 256u

static const struct fb_value_form text_form;

static struct fb_error *put_name(struct fb_buf *to, const char *name)
{
	char text[NAME_SIZE];

	return fb_buf_printf(to, "%s", fb_text_escape(name, strlen(name), text, sizeof(text)));
}

static struct fb_error *indent(struct fb_buf *to, unsigned level)
{
	struct fb_error *err = fb_buf_printf(to, "\n");

	while (!err && level--)
		err = fb_buf_printf(to, "\t");
	return err;
}

/* " <schedule+0x10>" behind an address that a symbol holds. */
static struct fb_error *put_symbol(struct fb_value_printer *printer, uint64_t address,
				   struct fb_buf *to)
{
	struct fb_symbol symbol;
	struct fb_error *err;

	if (!printer->modules || !fb_kernel_address_ok(address) ||
	    !fb_modules_symbol_by_address(printer->modules, address, &symbol))
		return NULL;
	err = fb_buf_printf(to, " <");
	if (!err)
		err = put_name(to, symbol.name);
	if (!err && address != symbol.address)
		err = fb_buf_printf(to, "+0x%" PRIx64, (address - symbol.address));
	return err ? err : fb_buf_printf(to, ">");
}

static struct fb_error *put_raw(const struct fb_scalar *scalar, struct fb_buf *to)
{
	if (scalar->size > sizeof(uint64_t))
		return fb_buf_printf(to, "0x%016" PRIx64 "%016" PRIx64, scalar->high, scalar->bits);
	return fb_buf_printf(to, "0x%" PRIx64, scalar->bits);
}

static struct fb_error *print_scalar(struct fb_value_printer *printer,
				     const struct fb_scalar *scalar, void *to)
{
	uint64_t bits = scalar->bits;
	struct fb_error *err;

	switch (scalar->kind) {
	case FB_SCALAR_SIGNED:
		return fb_buf_printf(to, "%lld", (long long)bits);
	case FB_SCALAR_UNSIGNED:
		return fb_buf_printf(to, bits < HEX_FROM ? "%" PRIu64 : "0x%" PRIx64, bits);
	case FB_SCALAR_BOOL:
		return bits > 1 ? fb_buf_printf(to, "%" PRIu64, bits)
				: fb_buf_printf(to, "%s", bits ? "true" : "false");
	case FB_SCALAR_ENUM:
		return scalar->name ? put_name(to, scalar->name)
				    : fb_buf_printf(to, "%lld", (long long)bits);
	case FB_SCALAR_POINTER:
		err = fb_buf_printf(to, "0x%" PRIx64, bits);
		return err ? err : put_symbol(printer, bits, to);
	case FB_SCALAR_RAW:
		break;
	}
	return put_raw(scalar, to);
}

/* "..." behind a text that goes on. */
static struct fb_error *print_text_pointer(struct fb_value_printer *printer,
					   const struct fb_scalar *scalar, const char *text,
					   void *to)
{
	const size_t length = text ? strlen(text) : 0;
	char escaped[4 * FB_VALUE_TEXT_SIZE];
	struct fb_error *err = print_scalar(printer, scalar, to);

	if (err)
		return err;
	if (!text)
		return fb_buf_printf(to, " <text cannot be read>");
	return fb_buf_printf(to, " \"%s\"%s",
			     fb_text_escape(text, length, escaped, sizeof(escaped)),
			     length == FB_VALUE_TEXT_SIZE - 1 ? "..." : "");
}

/* Up to the NUL. */
static struct fb_error *print_text(const char *bytes, size_t length, void *to)
{
	char escaped[4 * FB_MAX_STRING + 1];

	return fb_buf_printf(
		to, "\"%s\"",
		fb_text_escape(bytes, strnlen(bytes, length), escaped, sizeof(escaped)));
}

static struct fb_error *print_unread(void *to)
{
	return fb_buf_printf(to, "<cannot be read>");
}

static struct fb_error *print_member(struct fb_value_printer *printer, const char *name,
				     const struct fb_value *member, unsigned level, void *to)
{
	struct fb_error *err = indent(to, level);

	if (!err)
		err = put_name(to, name);
	if (!err)
		err = fb_buf_printf(to, " = ");
	return err ? err : fb_value_walk(printer, member, level, &text_form, to);
}

static struct fb_error *print_deep_struct(void *to)
{
	return fb_buf_printf(to, "{...}");
}

static struct fb_error *print_struct(struct fb_value_printer *printer, const struct fb_value *value,
				     unsigned level, void *to)
{
	struct fb_error *err = fb_buf_printf(to, "{");

	if (!err)
		err = fb_value_members(printer, value, level + 1, print_member, to);
	if (!err)
		err = indent(to, level);
	return err ? err : fb_buf_printf(to, "}");
}

/* One element into a buffer of its own, to see whether the next is the same. */
static struct fb_error *print_element(struct fb_value_printer *printer,
				      const struct fb_value *array, uint64_t index, unsigned level,
				      struct fb_buf *text)
{
	struct fb_value element = fb_value_element(array, index);

	text->size = 0;
	return fb_value_walk(printer, &element, level, &text_form, text);
}

static struct fb_error *put_group(const struct fb_buf *text, uint64_t times, bool first,
				  struct fb_buf *to)
{
	struct fb_error *err = first ? NULL : fb_buf_printf(to, ", ");

	if (!err)
		err = fb_buf_append(to, text->data, text->size);
	if (!err && times > 1)
		err = fb_buf_printf(to, " (%" PRIu64 " times)", times);
	return err;
}

/* texts: room for two elements, the one seen last and the next. */
static struct fb_error *print_elements(struct fb_value_printer *printer,
				       const struct fb_value *array, unsigned level,
				       struct fb_buf texts[2], struct fb_buf *to)
{
	uint64_t count = fb_value_array_length(array), times = 1;
	unsigned last = 0, groups = 0;
	struct fb_error *err = print_element(printer, array, 0, level, &texts[0]);

	for (uint64_t i = 1; i < count && !err; i++) {
		err = print_element(printer, array, i, level, &texts[!last]);
		if (err)
			break;
		if (texts[0].size == texts[1].size &&
		    !memcmp(texts[0].data, texts[1].data, texts[0].size)) {
			times++;
			continue;
		}
		err = put_group(&texts[last], times, !groups, to);
		if (!err && ++groups == MAX_GROUPS)
			return fb_buf_printf(to, ", ... (%" PRIu64 " more)", (count - i));
		last = !last;
		times = 1;
	}
	return err ? err : put_group(&texts[last], times, !groups, to);
}

static struct fb_error *print_array(struct fb_value_printer *printer, const struct fb_value *array,
				    unsigned level, void *context)
{
	struct fb_buf texts[2], *to = context;
	struct fb_error *err = fb_buf_printf(to, "[");

	fb_buf_init(&texts[0], to->maximum);
	fb_buf_init(&texts[1], to->maximum);
	if (!err && fb_value_array_length(array))
		err = print_elements(printer, array, level, texts, to);
	fb_buf_deinit(&texts[0]);
	fb_buf_deinit(&texts[1]);
	return err ? err : fb_buf_printf(to, "]");
}

static const struct fb_value_form text_form = {
	.whole_struct = print_struct,
	.deep_struct = print_deep_struct,
	.array = print_array,
	.text = print_text,
	.scalar = print_scalar,
	.text_pointer = print_text_pointer,
	.unread = print_unread,
};

struct fb_error *fb_value_text(struct fb_value_printer *printer, const struct fb_value *value,
			       struct fb_buf *to)
{
	return fb_value_walk(printer, value, 0, &text_form, to);
}
