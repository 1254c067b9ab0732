// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads methods of Java. Called by java_stack.c. */
#include "user/runtimes/java/java_methods.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/java/java_code.h"
#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_stream.h"

/* An entry that has no short form. */
#define LONG_ENTRY 0xffu
/* Lines of one method: each takes a byte, and a method has at most 64 KiB of bytecode. */
#define MOST_LINES (4u << 16)
/* Of the class file format. */
#define IS_NATIVE 0x100u

static const enum fb_java_value needed[] = {
	FB_JAVA_METHOD_CONST,    FB_JAVA_METHOD_ACCESS, FB_JAVA_CONST_POOL,
	FB_JAVA_CONST_FLAGS,     FB_JAVA_CONST_SIZE,    FB_JAVA_CONST_CODE_SIZE,
	FB_JAVA_CONST_TYPE_SIZE, FB_JAVA_CONST_NAME,    FB_JAVA_HAS_LINES,
};

/* "java.lang.Object.wait" */
static struct fb_error *read_name(struct fb_java *java, uint64_t pool, uint64_t class,
				  struct fb_java_method *method)
{
	char text[2 * FB_JAVA_TEXT + 1], name[FB_JAVA_TEXT];
	uint16_t index = 0;
	char *plus;
	struct fb_error *err = fb_java_class_name(java, class, text);

	if (!err)
		err = fb_java_u16(java, method->code, FB_JAVA_CONST_NAME, &index);
	if (!err)
		err = fb_java_pool_symbol(java, pool, index, name);
	if (err)
		return err;
	for (char *slash = text; (slash = strchr(slash, '/')) != NULL;)
		*slash = '.';
	/* The address of a hidden class, of a lambda for one, as the VM shows it. */
	plus = strrchr(text, '+');
	if (plus)
		*plus = '/';
	(void)snprintf(text + strlen(text), FB_JAVA_TEXT + 1, ".%s", name);
	return fb_string_pool_add(java->pool, text, &method->function);
}

/* The name of its source is a constant of the class; 0: there is none. */
static struct fb_error *read_file(struct fb_java *java, uint64_t pool, uint64_t class,
				  struct fb_java_method *method)
{
	char text[FB_JAVA_TEXT];
	uint16_t index = 0;
	struct fb_error *err = NULL;

	if (fb_java_has(java, FB_JAVA_POOL_SOURCE_FILE))
		err = fb_java_u16(java, pool, FB_JAVA_POOL_SOURCE_FILE, &index);
	else if (fb_java_has(java, FB_JAVA_CLASS_SOURCE_FILE))
		err = fb_java_u16(java, class, FB_JAVA_CLASS_SOURCE_FILE, &index);
	if (!err && index)
		err = fb_java_pool_symbol(java, pool, index, text);
	return err || !index ? err : fb_string_pool_add(java->pool, text, &method->file);
}

static struct fb_error *read_sizes(const struct fb_java *java, struct fb_java_method *method)
{
	uint32_t access = 0;
	struct fb_error *err = fb_java_u32(java, method->code, FB_JAVA_CONST_SIZE, &method->words);

	if (!err)
		err = fb_java_u16(java, method->code, FB_JAVA_CONST_CODE_SIZE, &method->size);
	if (!err)
		err = fb_java_u32(java, method->code, FB_JAVA_CONST_FLAGS, &method->flags);
	if (!err)
		err = fb_java_u32(java, method->address, FB_JAVA_METHOD_ACCESS, &access);
	method->native = access & IS_NATIVE;
	return err;
}

static struct fb_error *read_method(struct fb_java *java, struct fb_java_method *method)
{
	uint64_t pool = 0, class = 0;
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	if (!err)
		err = fb_java_u64(java, method->address, FB_JAVA_METHOD_CONST, &method->code);
	if (!err)
		err = fb_java_u64(java, method->code, FB_JAVA_CONST_POOL, &pool);
	if (!err)
		err = fb_java_u64(java, pool, FB_JAVA_POOL_CLASS, &class);
	if (!err)
		err = read_sizes(java, method);
	if (!err)
		err = read_name(java, pool, class, method);
	return err ? err : read_file(java, pool, class, method);
}

struct fb_error *fb_java_method(struct fb_java *java, uint64_t address,
				const struct fb_java_method **method_ret)
{
	struct fb_java_method *kept = &java->methods[address / 8 % FB_JAVA_METHODS_KEPT];
	struct fb_java_method method = {.address = address};
	struct fb_error *err = NULL;

	if (!address)
		return fb_error_create(FB_CORRUPT, "a frame has no method");
	if (kept->address != address) {
		err = fb_java_count_steps(java, FB_JAVA_FRAME_STEPS);
		if (!err)
			err = read_method(java, &method);
		if (!err)
			*kept = method;
	}
	if (!err)
		*method_ret = kept;
	return err;
}

/* The next pair of an index and its line; false at the end. */
static struct fb_error *next_line(struct fb_java_stream *stream, int64_t *index, int64_t *line,
				  bool *more_ret)
{
	int32_t further, lines;
	uint8_t byte = 0;
	struct fb_error *err = fb_java_stream_byte(stream, &byte);

	*more_ret = !err && byte;
	if (err || !byte)
		return err;
	if (byte != LONG_ENTRY) {
		*index += byte >> 3;
		*line += byte & 7;
		return NULL;
	}
	err = fb_java_stream_signed(stream, &further);
	if (!err)
		err = fb_java_stream_signed(stream, &lines);
	if (!err) {
		*index += further;
		*line += lines;
	}
	return err;
}

/* The line of the nearest index before; of several pairs with the very index the first. */
struct fb_error *fb_java_line(struct fb_java *java, const struct fb_java_method *method,
			      int32_t index, uint32_t *line_ret)
{
	const uint64_t code = method->code + fb_java_value(java, FB_JAVA_CONST_TYPE_SIZE);
	struct fb_java_stream stream = {
		.space = java->space,
		.address = code + method->size,
		.end = method->code + 8ull * method->words,
		.without_zero = fb_java_has(java, FB_JAVA_CLASS_FIELD_STREAM),
	};
	int64_t at = 0, line = 0, nearest = -1, found = 0;
	bool more = (method->flags & fb_java_value(java, FB_JAVA_HAS_LINES)) && index >= 0;
	struct fb_error *err = NULL;

	*line_ret = 0;
	for (unsigned i = 0; i < MOST_LINES && more && !err; i++) {
		err = fb_java_count_steps(java, 1);
		if (!err)
			err = next_line(&stream, &at, &line, &more);
		if (err || !more || at > index || at < 0 || at <= nearest)
			continue;
		nearest = at;
		found = line;
		if (at == index)
			break;
	}
	if (!err && found > 0 && found <= UINT16_MAX)
		*line_ret = (uint32_t)found;
	return fb_part_skip(err);
}
