// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of values that are printed as they lie in memory: numbers, times, strings and bitmaps (kernel/sysctl.c), and
 * the handlers that print them so. Called by sysctl.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/modules/function_name.h"
#include "kernel/sysctl/sysctl_private.h"

/* USER_HZ */
#define USER_TICKS 100u
/* Bytes of one value: those of strings are the most. */
#define MOST_BYTES 4096u
/* Of a bitmap: one bit for each port. */
#define MOST_BITS 65536u

/* Ticks in a second. */
static uint64_t ticks(const struct fb_sysctl_reader *reader)
{
	return reader->time_known ? (uint64_t)(1 / reader->jiffies.tick_s + 0.5) : 0;
}

/* Calls number() for each element of the value, and writes its texts with tabs between them. */
static struct fb_error *print_array(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				    struct fb_buf *text, size_t element,
				    struct fb_error *(*number)(struct fb_sysctl_reader *reader,
							       uint64_t value, struct fb_buf *text))
{
	uint8_t bytes[MOST_BYTES];
	size_t size = file->length < sizeof(bytes) ? file->length : sizeof(bytes);
	struct fb_error *err = NULL;

	if (file->data)
		err = fb_space_read(fb_kernel_space(reader->kernel), file->data, bytes, size);
	else
		size = 0;
	for (size_t at = 0; at + element <= size && !err; at += element) {
		uint64_t value = 0;

		for (size_t i = element; i-- > 0;)
			value = value << 8 | bytes[at + i];
		if (at)
			err = fb_buf_append(text, "\t", 1);
		if (!err)
			err = number(reader, value, text);
	}
	return err;
}

static struct fb_error *signed_number(struct fb_sysctl_reader *reader FB_UNUSED, uint64_t value,
				      struct fb_buf *text)
{
	return fb_buf_printf(text, "%d", (int32_t)value);
}

static struct fb_error *unsigned_number(struct fb_sysctl_reader *reader FB_UNUSED, uint64_t value,
					struct fb_buf *text)
{
	return fb_buf_printf(text, "%" PRIu64, value);
}

/* An int of ticks, in parts of a second: 1, USER_TICKS or 1000. */
static struct fb_error *time_number(struct fb_sysctl_reader *reader, uint64_t value, uint64_t parts,
				    bool round_up, struct fb_buf *text)
{
	int64_t number = (int32_t)value;
	uint64_t size = (uint64_t)(number < 0 ? -number : number), hz = ticks(reader);

	if (!hz)
		return fb_error_create(FB_UNSUPPORTED, "how long a tick is is not known");
	size = (size * parts + (round_up ? hz - 1 : 0)) / hz;
	return fb_buf_printf(text, "%s%" PRIu64, number < 0 ? "-" : "", size);
}

static struct fb_error *seconds(struct fb_sysctl_reader *reader, uint64_t value,
				struct fb_buf *text)
{
	return time_number(reader, value, 1, false, text);
}

static struct fb_error *user_ticks(struct fb_sysctl_reader *reader, uint64_t value,
				   struct fb_buf *text)
{
	return time_number(reader, value, USER_TICKS, false, text);
}

static struct fb_error *milliseconds(struct fb_sysctl_reader *reader, uint64_t value,
				     struct fb_buf *text)
{
	return time_number(reader, value, 1000, true, text);
}

/* An unsigned long of ticks. */
static struct fb_error *long_milliseconds(struct fb_sysctl_reader *reader, uint64_t value,
					  struct fb_buf *text)
{
	uint64_t hz = ticks(reader);

	if (!hz)
		return fb_error_create(FB_UNSUPPORTED, "how long a tick is is not known");
	return fb_buf_printf(text, "%" PRIu64, 1000 * value / hz);
}

/* Each format below is print_array() with the size of an element and its text. */
#define FORMAT(name, element, number)                                                   \
	static struct fb_error *name(struct fb_sysctl_reader *reader,                   \
				     const struct fb_sysctl *file, struct fb_buf *text) \
	{                                                                               \
		return print_array(reader, file, text, element, number);                \
	}

FORMAT(format_int, sizeof(int32_t), signed_number)
FORMAT(format_unsigned, sizeof(uint32_t), unsigned_number)
FORMAT(format_long, sizeof(uint64_t), unsigned_number)
FORMAT(format_byte, sizeof(uint8_t), unsigned_number)
FORMAT(format_seconds, sizeof(int32_t), seconds)
FORMAT(format_user_ticks, sizeof(int32_t), user_ticks)
FORMAT(format_milliseconds, sizeof(int32_t), milliseconds)
FORMAT(format_long_milliseconds, sizeof(uint64_t), long_milliseconds)

/* Kernels before 6.3 have an int's length for it, but read one byte all the same. */
static struct fb_error *format_bool(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				    struct fb_buf *text)
{
	uint8_t value = 0;
	struct fb_error *err = fb_space_u8(fb_kernel_space(reader->kernel), file->data, &value);

	return err ? err : fb_buf_printf(text, "%d", value != 0);
}

/* What was an int and became a byte: the length tells. */
static struct fb_error *format_sized(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				     struct fb_buf *text)
{
	return file->length == sizeof(uint8_t) ? format_byte(reader, file, text)
					       : format_int(reader, file, text);
}

/* Neighbours have some times twice, in ticks or seconds and in milliseconds: the name tells. */
static struct fb_error *format_neighbour(struct fb_sysctl_reader *reader,
					 const struct fb_sysctl *file, struct fb_buf *text)
{
	size_t length = strlen(file->name);

	if (length > 3 && !strcmp(file->name + length - 3, "_ms"))
		return format_milliseconds(reader, file, text);
	return strstr(file->name, ".retrans_time") ? format_int(reader, file, text)
						   : format_seconds(reader, file, text);
}

static struct fb_error *format_string(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				      struct fb_buf *text)
{
	char string[MOST_BYTES + 1];
	size_t size = file->length < MOST_BYTES ? file->length : MOST_BYTES;
	struct fb_error *err;

	if (!file->data || !size)
		return NULL;
	err = fb_space_string_whole(fb_kernel_space(reader->kernel), file->data, string, size + 1);
	return err ? err : fb_buf_append(text, string, strlen(string));
}

/* The data are those of the first namespace; the reader's are at the same place in another one, as these handlers find
 * them. */
static struct fb_error *in_namespace(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				     const char *first, uint64_t namespace,
				     fb_sysctl_format *format, struct fb_buf *text)
{
	struct fb_sysctl its = *file;
	uint64_t initial = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, first, &initial);

	its.data = file->data - initial + namespace;
	return err ? err : format(reader, &its, text);
}

static struct fb_error *format_uts(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				   struct fb_buf *text)
{
	return in_namespace(reader, file, "init_uts_ns", reader->view.uts, format_string, text);
}

/* Before 5.19 the IPC namespaces had no tables of their own. */
static struct fb_error *format_ipc(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				   struct fb_buf *text)
{
	fb_sysctl_format *format = file->length == sizeof(uint64_t) ? format_long : format_int;

	if (file->owner == FB_SYSCTL_IPC)
		return format(reader, file, text);
	return in_namespace(reader, file, "init_ipc_ns", reader->view.ipc, format, text);
}

/* What has no effect any more, and is 0. */
static struct fb_error *format_zero(struct fb_sysctl_reader *reader FB_UNUSED,
				    const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	return fb_buf_append(text, "0", 1);
}

/* Numbers of the bits that are set, as ranges: "0-1,3-127". */
static struct fb_error *format_bitmap(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				      struct fb_buf *text)
{
	uint8_t bits[MOST_BITS / 8] = {0};
	uint32_t count = file->length < MOST_BITS ? file->length : MOST_BITS, first = 0;
	uint64_t bitmap = 0;
	bool in_range = false;
	struct fb_error *err;

	if (!file->data)
		return NULL;
	err = fb_space_u64(fb_kernel_space(reader->kernel), file->data, &bitmap);
	if (!err && bitmap)
		err = fb_space_read(fb_kernel_space(reader->kernel), bitmap, bits, (count + 7) / 8);
	for (uint32_t i = 0; i <= count && !err; i++) {
		bool is_set = i < count && bits[i / 8] >> i % 8 & 1;

		if (is_set && !in_range)
			first = i;
		if (!is_set && in_range)
			err = i - 1 == first
				      ? fb_buf_printf(text, "%s%u", text->size ? "," : "", first)
				      : fb_buf_printf(text, "%s%u-%u", text->size ? "," : "", first,
						      i - 1);
		in_range = is_set;
	}
	return err;
}

/* The handlers by name. Most are one of the kernel's own few, with something done where the value is written. */
static const struct {
	const char *handler;
	fb_sysctl_format *format;
} formats[] = {
#define FB_HANDLER(name, format) {name, format},
#include "kernel/sysctl/sysctl_handlers.h"
#undef FB_HANDLER
};

fb_sysctl_format *fb_sysctl_format_of(const char *handler)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].handler, handler))
			return formats[i].format;
	return NULL;
}

/* The name of the handler, without that of its module. */
static fb_sysctl_format *find_format(struct fb_sysctl_reader *reader, uint64_t handler)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(reader->kernel);
	struct fb_symbol symbol;
	bool found = reader->modules
			     ? fb_modules_symbol_by_address(reader->modules, handler, &symbol)
			     : symbols && fb_symtab_by_address(symbols, handler, &symbol);

	return found && symbol.address == handler ? fb_sysctl_format_of(symbol.name) : NULL;
}

/* Takes over the error of a format. */
static struct fb_error *judge(struct fb_sysctl_reader *reader, struct fb_sysctl *file,
			      struct fb_error *err)
{
	if (fb_error_is(err, FB_NOT_FOUND)) {
		file->state = FB_SYSCTL_COMPUTED;
		return fb_part_skip(err);
	}
	if (fb_error_is_fatal(err))
		return err;
	file->state = FB_SYSCTL_UNREADABLE;
	if (reader->unreadable++)
		return fb_part_skip(err);
	reader->first_error = err;
	reader->first_name = strdup(file->name);
	return reader->first_name ? NULL : fb_error_nomem();
}

struct fb_error *fb_sysctl_read(struct fb_sysctl_reader *reader, struct fb_sysctl *file)
{
	fb_sysctl_format *format = find_format(reader, file->handler);
	struct fb_buf text;
	struct fb_error *err;

	if (!(file->mode & 0444)) {
		file->state = FB_SYSCTL_WRITE_ONLY;
		return NULL;
	}
	if (!format) {
		file->state = FB_SYSCTL_COMPUTED;
		return NULL;
	}
	fb_buf_init(&text, FB_SYSCTL_TEXT);
	err = format(reader, file, &text);
	if (!err)
		err = fb_buf_append(&text, "", 1);
	if (!err && text.size > reader->text_left)
		err = fb_error_create(FB_LIMIT, "all values together are too long");
	if (!err) {
		reader->text_left -= text.size;
		file->text = (char *)text.data;
		file->state = FB_SYSCTL_VALUE;
		return NULL;
	}
	fb_buf_deinit(&text);
	return judge(reader, file, err);
}
