// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds members of Java's classes in their objects. Until 20 a class has an array of six numbers for each member, of
 * which the last two are the offset, shifted; from 21 on a stream of compressed numbers. Called by java_objects.c.
 *
 * Source of the formats: OpenJDK's src/hotspot/share/oops/fieldInfo.hpp, of 17 and of 21.
 */
#include <inttypes.h>
#include <string.h>

#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_stream.h"

/* The class file format has at most so many. */
#define MOST_MEMBERS 65536u
/* Flags of the class file format, and one of the VM: its name is no constant of the class. */
#define IS_STATIC 0x8u
#define IS_INTERNAL 0x400u
/* An entry of the array: flags, name, signature, value, offset (low and high half). */
enum { ENTRY_FLAGS = 0, ENTRY_NAME = 1, ENTRY_LOW = 4, ENTRY_HIGH = 5, ENTRY_NUMBERS = 6 };

static struct fb_error *find_in_array(const struct fb_java *java, uint64_t class, uint64_t pool,
				      const char *name, uint32_t *offset_ret)
{
	uint32_t length = 0;
	uint64_t array = 0;
	uint16_t count = 0;
	struct fb_error *err = fb_java_u64(java, class, FB_JAVA_CLASS_FIELDS, &array);

	if (!err)
		err = fb_java_u16(java, class, FB_JAVA_CLASS_FIELD_COUNT, &count);
	if (!err)
		err = fb_java_u32(java, array, FB_JAVA_ARRAY_LENGTH, &length);
	if (!err && (uint32_t)count * ENTRY_NUMBERS > length)
		err = fb_error_create(FB_CORRUPT, "a class has %u members in %u numbers", count,
				      length);
	for (uint16_t i = 0; i < count && !err; i++) {
		uint16_t entry[ENTRY_NUMBERS];
		char text[FB_JAVA_TEXT];

		err = fb_space_read(java->space,
				    array + fb_java_value(java, FB_JAVA_SHORTS_DATA) +
					    i * sizeof(entry),
				    entry, sizeof(entry));
		if (err || (entry[ENTRY_FLAGS] & (IS_STATIC | IS_INTERNAL)))
			continue;
		err = fb_java_pool_symbol(java, pool, entry[ENTRY_NAME], text);
		if (err || strcmp(text, name) != 0)
			continue;
		*offset_ret = ((uint32_t)entry[ENTRY_HIGH] << 16 | entry[ENTRY_LOW]) >>
			      (fb_java_value(java, FB_JAVA_TAG_SIZE) & 31);
		return NULL;
	}
	return err;
}

/* What the stream has of one member. */
struct member {
	uint32_t name, offset, access, flags;
};

static struct fb_error *read_member(const struct fb_java *java, struct fb_java_stream *stream,
				    struct member *member)
{
	const enum fb_java_value more[] = {FB_JAVA_FIELD_HAS_VALUE, FB_JAVA_FIELD_GENERIC,
					   FB_JAVA_FIELD_CONTENDED};
	uint32_t ignored;
	struct fb_error *err = fb_java_stream_number(stream, &member->name);

	if (!err)
		err = fb_java_stream_number(stream, &ignored);
	if (!err)
		err = fb_java_stream_number(stream, &member->offset);
	if (!err)
		err = fb_java_stream_number(stream, &member->access);
	if (!err)
		err = fb_java_stream_number(stream, &member->flags);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]) && !err; i++)
		if (member->flags >> (fb_java_value(java, more[i]) & 31) & 1)
			err = fb_java_stream_number(stream, &ignored);
	return err;
}

static struct fb_error *find_in_stream(const struct fb_java *java, uint64_t class, uint64_t pool,
				       const char *name, uint32_t *offset_ret)
{
	struct fb_java_stream stream = {.space = java->space, .without_zero = true};
	uint32_t length = 0, count = 0, injected;
	uint64_t array = 0;
	struct fb_error *err = fb_java_u64(java, class, FB_JAVA_CLASS_FIELD_STREAM, &array);

	if (!err)
		err = fb_java_u32(java, array, FB_JAVA_ARRAY_LENGTH, &length);
	stream.address = array + fb_java_value(java, FB_JAVA_BYTES_DATA);
	stream.end = stream.address + length;
	if (!err)
		err = fb_java_stream_number(&stream, &count);
	if (!err)
		err = fb_java_stream_number(&stream, &injected);
	if (!err && count > MOST_MEMBERS)
		err = fb_error_create(FB_CORRUPT, "a class has %u members", count);
	for (uint32_t i = 0; i < count && !err; i++) {
		struct member member = {0};
		char text[FB_JAVA_TEXT];

		err = read_member(java, &stream, &member);
		if (err || (member.access & IS_STATIC))
			continue;
		err = fb_java_pool_symbol(java, pool, member.name, text);
		if (err || strcmp(text, name) != 0)
			continue;
		*offset_ret = member.offset;
		return NULL;
	}
	return err;
}

struct fb_error *fb_java_member(const struct fb_java *java, uint64_t class, const char *name,
				uint32_t *offset_ret)
{
	uint64_t pool = 0;
	struct fb_error *err = fb_java_u64(java, class, FB_JAVA_CLASS_CONSTANTS, &pool);

	*offset_ret = 0;
	if (err)
		return err;
	return fb_java_has(java, FB_JAVA_CLASS_FIELD_STREAM)
		       ? find_in_stream(java, class, pool, name, offset_ret)
		       : find_in_array(java, class, pool, name, offset_ret);
}
