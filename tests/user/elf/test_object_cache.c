// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects of several processes in one cache: what one process lacks is not answered out of
 * another one that happened to be asked first. Two stopped children of this program stand for the
 * processes.
 */
#include "user/elf/object_cache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/user/live_process.h"

static void child_waits(int ready)
{
	char byte = 'r';

	if (write(ready, &byte, 1) == 1)
		for (;;)
			pause();
}

/* The first mapping of the file that holds the code the child stands in: libc. */
static struct fb_mapped_object mapped_by(struct fb_live_process *live)
{
	const struct fb_user_mapping *code = fb_live_mapping(live, live->regs[0].rip),
				     *first = code;

	CU_ASSERT_PTR_NOT_NULL_FATAL(code);
	for (size_t i = 0; i < live->mapping_count; i++)
		if (live->mappings[i].file == code->file && live->mappings[i].offset == 0)
			first = &live->mappings[i];
	return (struct fb_mapped_object){
		.space = &live->space,
		.base = first->start,
		.path = first->path,
		.file_size = first->file_size,
	};
}

static struct fb_object_cache *make_cache(bool files)
{
	const struct fb_object_sources sources = {.find = files ? fb_live_find_file : NULL};
	struct fb_object_cache *cache = NULL;

	FB_OK_FATAL(fb_object_cache_create(&sources, &cache));
	return cache;
}

static const struct fb_cached_object *get(struct fb_object_cache *cache,
					  const struct fb_mapped_object *mapped)
{
	const struct fb_cached_object *object = NULL;

	FB_OK_FATAL(fb_object_cache_get(cache, mapped, &object));
	return object;
}

struct answer {
	bool has_unwind;
	uint64_t missing;
	size_t symbols;
	char build_id[FB_BUILD_ID_TEXT];
};

static struct answer answer_of(const struct fb_cached_object *object)
{
	struct answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.has_unwind = object->image.has_unwind;
	answer.missing = object->image.missing;
	answer.symbols = object->symbols.count;
	memcpy(answer.build_id, object->build_id, sizeof(answer.build_id));
	return answer;
}

/* The address of PT_GNU_EH_FRAME in memory. */
static uint64_t eh_frame_of(const struct fb_mapped_object *mapped)
{
	Elf64_Ehdr ehdr;
	uint64_t address = 0;

	FB_OK_FATAL(fb_space_read(mapped->space, mapped->base, &ehdr, sizeof(ehdr)));
	for (unsigned i = 0; i < ehdr.e_phnum; i++) {
		Elf64_Phdr phdr;

		FB_OK_FATAL(fb_space_read(mapped->space,
					  mapped->base + ehdr.e_phoff + i * sizeof(phdr), &phdr,
					  sizeof(phdr)));
		if (phdr.p_type == PT_GNU_EH_FRAME)
			address = mapped->base + phdr.p_vaddr;
	}
	return address;
}

/* Of two processes of the same program the second lacks its unwind tables. */
static void does_not_depend_on_order(void)
{
	struct fb_live_process whole, lacking;
	struct fb_mapped_object mapped_whole, mapped_lacking;
	struct answer first[2], second[2];

	if (!fb_live_process_start(&whole, child_waits, 1))
		return;
	if (!fb_live_process_start(&lacking, child_waits, 1)) {
		fb_live_process_stop(&whole);
		return;
	}
	mapped_whole = mapped_by(&whole);
	mapped_lacking = mapped_by(&lacking);
	lacking.absent_start = eh_frame_of(&mapped_lacking) & FB_PAGE_MASK;
	lacking.absent_end = lacking.absent_start + FB_PAGE_SIZE;
	for (unsigned order = 0; order < 2; order++) {
		struct fb_object_cache *cache = make_cache(false);

		if (order)
			second[order] = answer_of(get(cache, &mapped_lacking));
		first[order] = answer_of(get(cache, &mapped_whole));
		if (!order)
			second[order] = answer_of(get(cache, &mapped_lacking));
		fb_object_cache_destroy(cache);
	}
	CU_ASSERT_EQUAL(memcmp(&first[0], &first[1], sizeof(first[0])), 0);
	CU_ASSERT_EQUAL(memcmp(&second[0], &second[1], sizeof(second[0])), 0);
	CU_ASSERT(first[0].has_unwind && !first[0].missing && first[0].symbols);
	CU_ASSERT_EQUAL(second[0].missing, lacking.absent_start);
	fb_live_process_stop(&lacking);
	fb_live_process_stop(&whole);
}

/* A space that is gone may be followed by another one at the same address. */
static void forgets_a_process(void)
{
	struct fb_object_cache *cache = make_cache(false);
	struct fb_live_process live;
	struct fb_mapped_object mapped;

	if (!fb_live_process_start(&live, child_waits, 1)) {
		fb_object_cache_destroy(cache);
		return;
	}
	mapped = mapped_by(&live);
	CU_ASSERT_EQUAL(get(cache, &mapped)->image.missing, 0);
	live.absent_start = eh_frame_of(&mapped) & FB_PAGE_MASK;
	live.absent_end = live.absent_start + FB_PAGE_SIZE;
	CU_ASSERT_EQUAL(get(cache, &mapped)->image.missing, 0);
	fb_object_cache_release(cache, &live.space);
	CU_ASSERT_EQUAL(get(cache, &mapped)->image.missing, live.absent_start);
	fb_live_process_stop(&live);
	fb_object_cache_destroy(cache);
}

/* A file is the one that was mapped where its build-id says so, and shared by all that map it; only
 * where memory has no build-id its size decides. */
static void takes_a_file_by_build_id_before_size(void)
{
	struct fb_object_cache *cache = make_cache(true);
	struct fb_live_process live;
	struct fb_mapped_object mapped;
	const struct fb_cached_object *object;

	if (!fb_live_process_start(&live, child_waits, 1)) {
		fb_object_cache_destroy(cache);
		return;
	}
	mapped = mapped_by(&live);
	mapped.file_size += 4096;
	object = get(cache, &mapped);
	CU_ASSERT(object->fd >= 0);
	CU_ASSERT_PTR_NULL(object->owner);
	CU_ASSERT_STRING_EQUAL(object->build_id, object->memory_id);
	fb_object_cache_release(cache, &live.space);
	CU_ASSERT_PTR_EQUAL(get(cache, &mapped), object);

	/* The header's page, which leads to the build-id, is lost: the size is wrong, then right. */
	live.absent_start = mapped.base;
	live.absent_end = mapped.base + FB_PAGE_SIZE;
	FB_FAILS(fb_object_cache_get(cache, &mapped, &object), FB_ABSENT);
	mapped.file_size -= 4096;
	object = get(cache, &mapped);
	CU_ASSERT(object->fd >= 0);
	CU_ASSERT_STRING_EQUAL(object->memory_id, "");
	CU_ASSERT_STRING_NOT_EQUAL(object->build_id, "");
	fb_live_process_stop(&live);
	fb_object_cache_destroy(cache);
}

/* Every object that was asked for is known again, and forgotten with its process alone. */
static void knows_every_object(void)
{
	struct fb_object_cache *cache = make_cache(false);
	const struct fb_cached_object *objects[64];
	struct fb_mapped_object mapped[64];
	struct fb_live_process live;
	size_t count = 0;

	if (!fb_live_process_start(&live, child_waits, 1)) {
		fb_object_cache_destroy(cache);
		return;
	}
	for (size_t i = 0; i < live.mapping_count && count < FB_ARRAY_SIZE(mapped); i++) {
		const struct fb_user_mapping *mapping = &live.mappings[i];

		if (!mapping->file || mapping->offset || !strstr(mapping->path, ".so"))
			continue;
		mapped[count] = (struct fb_mapped_object){.space = &live.space,
							  .base = mapping->start,
							  .path = mapping->path,
							  .file_size = mapping->file_size};
		objects[count] = get(cache, &mapped[count]);
		CU_ASSERT_PTR_EQUAL(objects[count]->owner, &live.space);
		CU_ASSERT_EQUAL(objects[count]->base, mapping->start);
		CU_ASSERT_STRING_EQUAL(objects[count]->path, mapping->path);
		CU_ASSERT_EQUAL(objects[count]->file_size, mapping->file_size);
		CU_ASSERT(objects[count]->fd == -1 && objects[count]->debug_fd == -1);
		count++;
	}
	CU_ASSERT(count >= 3);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_PTR_NOT_EQUAL(objects[i], objects[j]);
		CU_ASSERT_PTR_EQUAL(get(cache, &mapped[i]), objects[i]);
	}
	/* Another process's are others, and stay when the first one's go. */
	fb_object_cache_release(cache, NULL);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_PTR_EQUAL(get(cache, &mapped[i]), objects[i]);
	fb_live_process_stop(&live);
	fb_object_cache_destroy(cache);
}

FB_TEST_MAIN("user/object_cache", FB_TEST(does_not_depend_on_order), FB_TEST(forgets_a_process),
	     FB_TEST(takes_a_file_by_build_id_before_size), FB_TEST(knows_every_object))
