// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads objects of Java's heap: their classes, references, and texts. Called by the readers of Java. */
#include "user/runtimes/java/java_objects.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "base/utf8.h"

/* A class is seldom further from java.lang.Object. */
#define MOST_SUPERCLASSES 64u
/* HotSpot 17 has some 1,500 flags. */
#define MOST_FLAGS 8192u
#define FLAG_NAME_SIZE 64u
/* String.coder of a text of UTF-16; else it is Latin-1. */
#define CODER_UTF16 1u

/* The flags of the VM that say how references are stored. */
struct flags {
	uint8_t oops, classes, compact, colored;
};

static struct fb_error *read_flags(const struct fb_java *java, struct flags *flags)
{
	const struct {
		const char *name;
		uint8_t *to;
	} wanted[] = {
		{"UseCompressedOops", &flags->oops},
		{"UseCompressedClassPointers", &flags->classes},
		{"UseCompactObjectHeaders", &flags->compact},
		{"UseZGC", &flags->colored},
	};
	/* The members of a flag are a name, an address, and others that fit into the space of one. */
	uint64_t list, count, next = 0, size = 0;
	struct fb_error *err = fb_space_u64(java->space, fb_java_value(java, FB_JAVA_FLAGS), &list);

	if (!err)
		err = fb_space_u64(java->space, fb_java_value(java, FB_JAVA_FLAG_COUNT), &count);
	if (!err && count > MOST_FLAGS)
		err = fb_error_create(FB_CORRUPT, "the VM has %" PRIu64 " flags", count);
	size = fb_java_value(java, FB_JAVA_FLAG_SIZE);
	for (; !err && next < count; next++) {
		const uint64_t flag = list + next * size;
		char name[FLAG_NAME_SIZE];
		uint64_t at;

		err = fb_java_u64(java, flag, FB_JAVA_FLAG_NAME, &at);
		if (!err && !at)
			break;
		if (!err)
			err = fb_space_string_whole(java->space, at, name, sizeof(name));
		for (size_t i = 0; i < FB_ARRAY_SIZE(wanted) && !err; i++) {
			if (strcmp(name, wanted[i].name) != 0)
				continue;
			err = fb_java_u64(java, flag, FB_JAVA_FLAG_ADDRESS, &at);
			if (!err)
				err = fb_space_u8(java->space, at, wanted[i].to);
		}
	}
	return err;
}

static struct fb_error *read_compression(struct fb_java *java)
{
	struct fb_error *err = NULL;

	if (java->narrow_oops) {
		err = fb_space_u64(java->space, fb_java_value(java, FB_JAVA_NARROW_OOP_BASE),
				   &java->oop_base);
		if (!err)
			err = fb_space_u32(java->space,
					   fb_java_value(java, FB_JAVA_NARROW_OOP_SHIFT),
					   &java->oop_shift);
	}
	if (!err && java->narrow_classes) {
		err = fb_space_u64(java->space, fb_java_value(java, FB_JAVA_NARROW_KLASS_BASE),
				   &java->class_base);
		if (!err)
			err = fb_space_u32(java->space,
					   fb_java_value(java, FB_JAVA_NARROW_KLASS_SHIFT),
					   &java->class_shift);
	}
	if (!err && (java->oop_shift > 8 || java->class_shift > 16))
		err = fb_error_create(FB_CORRUPT, "the VM's references are shifted by %u and %u",
				      java->oop_shift, java->class_shift);
	return err;
}

struct fb_error *fb_java_objects_open(struct fb_java *java)
{
	struct flags flags = {0};
	char reason[sizeof(java->why)] = "";
	struct fb_error *err = read_flags(java, &flags);

	java->narrow_oops = flags.oops;
	java->narrow_classes = flags.classes;
	if (!err)
		err = read_compression(java);
	if (flags.compact)
		java->no_objects =
			"objects with compact headers (UseCompactObjectHeaders) are not read";
	if (flags.colored)
		java->no_objects = "objects of a heap of ZGC are not read";
	if (!err)
		return NULL;
	err = fb_part_reason(err, reason, sizeof(reason));
	if (err)
		return err;
	java->no_objects = "how it stores references cannot be read";
	return fb_string_pool_add(java->pool, reason, &java->no_objects);
}

struct fb_error *fb_java_class_of(const struct fb_java *java, uint64_t object, uint64_t *class_ret)
{
	uint32_t narrow = 0;
	uint64_t class = 0;
	struct fb_error *err;

	if (java->no_objects)
		return fb_error_create(FB_UNSUPPORTED, "%s", java->no_objects);
	if (java->narrow_classes) {
		err = fb_java_u32(java, object, FB_JAVA_OOP_NARROW_KLASS, &narrow);
		if (narrow)
			class = java->class_base + ((uint64_t)narrow << java->class_shift);
	} else {
		err = fb_java_u64(java, object, FB_JAVA_OOP_KLASS, &class);
	}
	if (!err && !class)
		err = fb_error_create(FB_CORRUPT, "no object is at 0x%" PRIx64, object);
	if (!err)
		*class_ret = class;
	return err;
}

struct fb_error *fb_java_class_name(const struct fb_java *java, uint64_t class,
				    char name[FB_JAVA_TEXT])
{
	uint64_t symbol = 0;
	struct fb_error *err = fb_java_u64(java, class, FB_JAVA_KLASS_NAME, &symbol);

	return err ? err : fb_java_symbol(java, symbol, name);
}

struct fb_error *fb_java_superclass(const struct fb_java *java, uint64_t class, const char *name,
				    uint64_t *found_ret)
{
	struct fb_error *err = NULL;

	*found_ret = 0;
	for (unsigned i = 0; i < MOST_SUPERCLASSES && class && !err; i++) {
		char text[FB_JAVA_TEXT];

		err = fb_java_class_name(java, class, text);
		if (!err && !strcmp(text, name)) {
			*found_ret = class;
			return NULL;
		}
		if (!err)
			err = fb_java_u64(java, class, FB_JAVA_KLASS_SUPER, &class);
	}
	return err;
}

struct fb_error *fb_java_reference(const struct fb_java *java, uint64_t address,
				   uint64_t *object_ret)
{
	uint32_t narrow = 0;
	struct fb_error *err;

	if (java->no_objects)
		return fb_error_create(FB_UNSUPPORTED, "%s", java->no_objects);
	if (!java->narrow_oops)
		return fb_space_u64(java->space, address, object_ret);
	err = fb_space_u32(java->space, address, &narrow);
	if (!err)
		*object_ret = narrow ? java->oop_base + ((uint64_t)narrow << java->oop_shift) : 0;
	return err;
}

/* The size in bytes of the header of an array, by its class, and how many elements it has. */
static struct fb_error *read_array(const struct fb_java *java, uint64_t array, uint32_t *header_ret,
				   uint32_t *length_ret)
{
	const uint64_t length = java->narrow_classes
					? fb_java_value(java, FB_JAVA_OOP_NARROW_KLASS) + 4
					: fb_java_value(java, FB_JAVA_OOP_KLASS) + 8;
	uint32_t layout = 0;
	uint64_t class;
	struct fb_error *err = fb_java_class_of(java, array, &class);

	if (!err)
		err = fb_java_u32(java, class, FB_JAVA_KLASS_LAYOUT, &layout);
	if (!err && !(layout >> 31))
		err = fb_error_create(FB_CORRUPT, "no array is at 0x%" PRIx64, array);
	if (!err)
		err = fb_space_u32(java->space, array + length, length_ret);
	if (!err)
		*header_ret = layout >> (fb_java_value(java, FB_JAVA_HEADER_SIZE_SHIFT) & 31) &
			      (uint32_t)fb_java_value(java, FB_JAVA_HEADER_SIZE_MASK);
	return err;
}

/* The character at index, and how many elements it takes. */
static uint32_t character_at(const uint8_t *bytes, size_t size, size_t index, bool wide,
			     size_t *taken_ret)
{
	uint32_t first, second;

	*taken_ret = wide ? 2 : 1;
	if (!wide)
		return bytes[index];
	first = bytes[index] | (uint32_t)bytes[index + 1] << 8;
	if (first < 0xd800 || first >= 0xdc00 || index + 4 > size)
		return first;
	second = bytes[index + 2] | (uint32_t)bytes[index + 3] << 8;
	if (second < 0xdc00 || second >= 0xe000)
		return first;
	*taken_ret = 4;
	return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

struct fb_error *fb_java_string(struct fb_java *java, uint64_t string, char text[FB_JAVA_TEXT])
{
	uint8_t bytes[FB_JAVA_TEXT], coder = 0;
	uint32_t header = 0, size = 0;
	uint64_t array = 0;
	size_t used = 0, taken = 0;
	struct fb_error *err = fb_java_reference(java, string + java->members.string_value, &array);

	text[0] = '\0';
	if (!err && !array)
		err = fb_error_create(FB_CORRUPT, "no text is at 0x%" PRIx64, string);
	if (!err)
		err = fb_space_u8(java->space, string + java->members.string_coder, &coder);
	if (!err)
		err = read_array(java, array, &header, &size);
	if (err)
		return err;
	if (size > sizeof(bytes))
		size = sizeof(bytes);
	if (coder == CODER_UTF16)
		size &= ~1u;
	err = fb_space_read(java->space, array + header, bytes, size);
	for (size_t i = 0; i < size && !err && used + 5 <= FB_JAVA_TEXT; i += taken) {
		const uint32_t character =
			character_at(bytes, size, i, coder == CODER_UTF16, &taken);

		if (!character)
			break;
		used += fb_utf8_put(character, text + used);
	}
	text[used] = '\0';
	return err;
}

/* The class java.lang.String, whose object is a member at this address; and its members. */
static struct fb_error *load_string(struct fb_java *java, uint64_t string)
{
	uint64_t class;
	struct fb_error *err = fb_java_class_of(java, string, &class);

	if (!err)
		err = fb_java_member(java, class, "value", &java->members.string_value);
	if (!err)
		err = fb_java_member(java, class, "coder", &java->members.string_coder);
	if (!err && (!java->members.string_value || !java->members.string_coder))
		err = fb_error_create(FB_UNSUPPORTED, "java.lang.String has no value or coder");
	return err;
}

/* From 19 on a thread's state is in an object of its own (Thread.FieldHolder). */
static struct fb_error *load_holder(struct fb_java *java, uint64_t thread)
{
	uint64_t holder = 0, class;
	struct fb_error *err;

	if (!java->members.thread_holder)
		return NULL;
	err = fb_java_reference(java, thread + java->members.thread_holder, &holder);
	if (err || !holder)
		return err;
	err = fb_java_class_of(java, holder, &class);
	return err ? err
		   : fb_java_member(java, class, "threadStatus", &java->members.holder_status);
}

struct fb_error *fb_java_members_load(struct fb_java *java, uint64_t thread_object)
{
	struct fb_java_members *members = &java->members;
	const struct {
		const char *name;
		uint32_t *to;
	} wanted[] = {
		{"name", &members->thread_name},
		{"tid", &members->thread_id},
		{"threadStatus", &members->thread_status},
		{"holder", &members->thread_holder},
		{"eetop", &members->thread_vm},
		{"parkBlocker", &members->thread_blocker},
	};
	uint64_t class = 0, name = 0;
	struct fb_error *err = fb_java_class_of(java, thread_object, &class);

	if (!err)
		err = fb_java_superclass(java, class, "java/lang/Thread", &class);
	if (!err && !class)
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no java.lang.Thread",
				      thread_object);
	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted) && !err; i++)
		err = fb_java_member(java, class, wanted[i].name, wanted[i].to);
	if (!err && !members->thread_name)
		err = fb_error_create(FB_UNSUPPORTED, "java.lang.Thread has no name");
	if (!err)
		err = load_holder(java, thread_object);
	if (!err)
		err = fb_java_reference(java, thread_object + members->thread_name, &name);
	if (!err && name)
		err = load_string(java, name);
	members->known = !err && name;
	return err;
}
