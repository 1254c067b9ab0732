// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds HotSpot in a process. Called by runtimes.c. */
#include "user/runtimes/java/java.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "user/runtimes/java/java_classes.h"
#include "user/runtimes/java/java_code.h"
#include "user/runtimes/java/java_monitors.h"
#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_private.h"

/* The versions whose forms are known here: those that are maintained for years. */
static const unsigned versions[] = {11, 17, 21, 25};

/* Without these no version is read. */
static const enum fb_java_value needed[] = {
	FB_JAVA_FLAGS,
	FB_JAVA_FLAG_COUNT,
	FB_JAVA_FLAG_SIZE,
	FB_JAVA_FLAG_NAME,
	FB_JAVA_FLAG_ADDRESS,
	FB_JAVA_NARROW_OOP_BASE,
	FB_JAVA_NARROW_OOP_SHIFT,
	FB_JAVA_NARROW_KLASS_BASE,
	FB_JAVA_NARROW_KLASS_SHIFT,
	FB_JAVA_THREAD_OBJECT,
	FB_JAVA_THREAD_ANCHOR,
	FB_JAVA_THREAD_STATE,
	FB_JAVA_THREAD_OS,
	FB_JAVA_THREAD_STACK_BASE,
	FB_JAVA_THREAD_STACK_SIZE,
	FB_JAVA_ANCHOR_SP,
	FB_JAVA_ANCHOR_PC,
	FB_JAVA_ANCHOR_FP,
	FB_JAVA_OS_TID,
	FB_JAVA_OS_PTHREAD,
	FB_JAVA_OOP_KLASS,
	FB_JAVA_OOP_NARROW_KLASS,
	FB_JAVA_KLASS_NAME,
	FB_JAVA_KLASS_SUPER,
	FB_JAVA_KLASS_LAYOUT,
	FB_JAVA_HEADER_SIZE_SHIFT,
	FB_JAVA_HEADER_SIZE_MASK,
	FB_JAVA_CLASS_CONSTANTS,
	FB_JAVA_POOL_CLASS,
	FB_JAVA_POOL_LENGTH,
	FB_JAVA_POOL_SIZE,
	FB_JAVA_SYMBOL_LENGTH,
	FB_JAVA_SYMBOL_BODY,
	FB_JAVA_ARRAY_LENGTH,
	FB_JAVA_BYTES_DATA,
	FB_JAVA_SHORTS_DATA,
};

/* What one of two forms needs, the first by whose first value it is known. */
static const struct {
	enum fb_java_value values[5];
	size_t count;
} forms[][2] = {
	{{{FB_JAVA_THREAD_ARRAY, FB_JAVA_THREADS_LENGTH, FB_JAVA_THREADS_ARRAY}, 3},
	 {{FB_JAVA_THREAD_LIST, FB_JAVA_THREAD_NEXT}, 2}},
	{{{FB_JAVA_CLASS_FIELD_STREAM, FB_JAVA_FIELD_HAS_VALUE, FB_JAVA_FIELD_GENERIC,
	   FB_JAVA_FIELD_CONTENDED},
	  4},
	 {{FB_JAVA_CLASS_FIELDS, FB_JAVA_CLASS_FIELD_COUNT, FB_JAVA_TAG_SIZE}, 3}},
};

static struct fb_error *check_values(const struct fb_java *java)
{
	struct fb_error *err = fb_java_tables_need(&java->tables, needed, FB_ARRAY_SIZE(needed));

	for (size_t i = 0; i < FB_ARRAY_SIZE(forms) && !err; i++) {
		const bool later = fb_java_has(java, forms[i][0].values[0]);

		err = fb_java_tables_need(&java->tables, forms[i][later ? 0 : 1].values,
					  forms[i][later ? 0 : 1].count);
	}
	return err;
}

static struct fb_error *check_version(struct fb_java *java)
{
	static const enum fb_java_value version[] = {FB_JAVA_MAJOR_VERSION};
	uint32_t major = 0;
	struct fb_error *err = fb_java_tables_need(&java->tables, version, 1);

	if (!err)
		err = fb_space_u32(java->space, fb_java_value(java, FB_JAVA_MAJOR_VERSION), &major);
	for (size_t i = 0; i < FB_ARRAY_SIZE(versions) && !err; i++)
		if (versions[i] == major) {
			java->version = major;
			return NULL;
		}
	return err ? err
		   : fb_error_create(FB_UNSUPPORTED,
				     "HotSpot %u is not read (11, 17, 21 and 25 are)", major);
}

/* Where it cannot be read, nothing is said of it. */
static struct fb_error *read_collection(struct fb_java *java)
{
	uint64_t heap = 0;
	uint8_t active = 0;
	struct fb_error *err = NULL;

	if (!fb_java_has(java, FB_JAVA_COLLECTED) || !fb_java_has(java, FB_JAVA_COLLECTED_ACTIVE))
		return NULL;
	err = fb_space_u64(java->space, fb_java_value(java, FB_JAVA_COLLECTED), &heap);
	if (!err)
		err = fb_space_u8(java->space, heap + fb_java_value(java, FB_JAVA_COLLECTED_ACTIVE),
				  &active);
	java->collects = active == 1;
	return fb_part_skip(err);
}

struct fb_error *fb_java_open_with(struct fb_space *space, struct fb_string_pool *pool,
				   const struct fb_java_tables *tables, struct fb_java **java_ret)
{
	struct fb_java *java = calloc(1, sizeof(*java));
	struct fb_error *err;

	if (!java)
		return fb_error_nomem();
	java->space = space;
	java->pool = pool;
	java->tables = *tables;
	err = check_version(java);
	if (!err)
		err = check_values(java);
	if (!err)
		err = read_collection(java);
	if (!err)
		err = fb_java_objects_open(java);
	if (!err)
		err = fb_java_threads_load(java);
	if (!err)
		err = fb_part_reason(fb_java_code_open(java), java->no_code, sizeof(java->no_code));
	if (err)
		fb_java_destroy(java);
	else
		*java_ret = java;
	return err;
}

/* base: address of the ELF header of libjvm.so. */
static struct fb_error *open_at(struct fb_space *space, uint64_t base, struct fb_string_pool *pool,
				struct fb_java **java_ret)
{
	struct fb_java_tables tables;
	struct fb_error *err = fb_java_tables_read(space, base, &tables);

	return err ? err : fb_java_open_with(space, pool, &tables, java_ret);
}

static bool is_object(const struct fb_user_mapping *mapping)
{
	const char *slash = strrchr(mapping->path, '/');

	return slash && mapping->file && !mapping->offset && !strcmp(slash + 1, "libjvm.so");
}

struct fb_error *fb_java_open(const struct fb_user_process *process, struct fb_string_pool *pool,
			      struct fb_java **java_ret)
{
	for (size_t i = 0; i < process->mapping_count; i++)
		if (is_object(&process->mappings[i]))
			return open_at(process->space, process->mappings[i].start, pool, java_ret);
	return fb_error_create(FB_NOT_FOUND, "no libjvm.so is mapped");
}

void fb_java_destroy(struct fb_java *java)
{
	if (!java)
		return;
	free(java->threads);
	free(java->classes);
	free(java->monitors);
	free(java->by_stack);
	fb_u64_map_deinit(&java->by_pthread);
	fb_u64_map_deinit(&java->by_address);
	fb_u64_map_deinit(&java->by_object);
	fb_u64_map_deinit(&java->by_owner_id);
	fb_u64_map_deinit(&java->class_indexes);
	fb_u64_map_deinit(&java->monitor_indexes);
	fb_u64_map_deinit(&java->lock_stacks);
	fb_u64_map_deinit(&java->frame_pointers);
	free(java);
}

void fb_java_use(struct fb_java *java, struct fb_space *space)
{
	java->space = space;
}

bool fb_java_collects(const struct fb_java *java)
{
	return java->collects;
}

unsigned fb_java_version(const struct fb_java *java)
{
	return java->version;
}
