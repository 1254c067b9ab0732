// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects of several processes in one cache: what one process lacks is not answered out of
 * another one that happened to be asked first. Two stopped children of this program stand for the
 * processes.
 */
#include "user/elf/object_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

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

/* This program's own libc, and what was asked for it. */
struct asked {
	struct fb_live_process self;
	struct fb_mapped_object mapped;
	const char *known; /* the path that there is a file of */
	char paths[256];   /* all that were asked for, a blank behind each */
	bool sized;        /* whether the last had to be of a size */
};

static struct fb_error *find_known_path(void *context, const char *path, const uint64_t *size,
					struct fb_file **file_ret)
{
	struct asked *asked = context;

	(void)strncat(asked->paths, path, sizeof(asked->paths) - strlen(asked->paths) - 1);
	(void)strncat(asked->paths, " ", sizeof(asked->paths) - strlen(asked->paths) - 1);
	asked->sized = size;
	if (!asked->known || strcmp(path, asked->known) != 0)
		return fb_error_create(FB_NOT_FOUND, "no %s", path);
	return fb_live_find_file(NULL, fb_live_mapping(&asked->self, asked->mapped.base)->path,
				 NULL, file_ret);
}

static void ask_self(struct asked *asked)
{
	const struct fb_user_mapping *first;

	memset(asked, 0, sizeof(*asked));
	fb_live_process_self(&asked->self);
	first = fb_live_mapping(&asked->self, (uint64_t)(uintptr_t)strtoul);
	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	for (size_t i = 0; i < asked->self.mapping_count; i++)
		if (asked->self.mappings[i].file == first->file && !asked->self.mappings[i].offset)
			first = &asked->self.mappings[i];
	asked->mapped = (struct fb_mapped_object){.space = &asked->self.space,
						  .base = first->start,
						  .path = "/host/libc.so",
						  .file_size = first->file_size};
}

static struct fb_object_cache *cache_of(struct asked *asked, const char *const *dirs, size_t count)
{
	const struct fb_object_sources sources = {.find = find_known_path,
						  .context = asked,
						  .debug_dirs = dirs,
						  .debug_dir_count = count};
	struct fb_object_cache *cache = NULL;

	FB_OK_FATAL(fb_object_cache_create(&sources, &cache));
	return cache;
}

/* A process in a container knows the file by another path, which is asked for second. */
static void asks_for_both_paths(void)
{
	static const struct {
		const char *own, *known, *asked;
	} cases[] = {
		{"/own/libc.so", "/host/libc.so", "/host/libc.so "},
		{"/own/libc.so", "/own/libc.so", "/host/libc.so /own/libc.so "},
		{"/own/libc.so", NULL, "/host/libc.so /own/libc.so "},
		{"own/libc.so", NULL, "/host/libc.so "},
		{NULL, NULL, "/host/libc.so "},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const struct fb_cached_object *object;
		struct fb_object_cache *cache;
		struct asked asked;

		ask_self(&asked);
		asked.known = cases[i].known;
		asked.mapped.own_path = cases[i].own;
		cache = cache_of(&asked, NULL, 0);
		object = get(cache, &asked.mapped);
		CU_ASSERT_STRING_EQUAL(asked.paths, cases[i].asked);
		CU_ASSERT_FALSE(asked.sized);
		CU_ASSERT_EQUAL(object->fd >= 0, cases[i].known != NULL);
		CU_ASSERT_FALSE(object->fd_owned && object->fd >= 0);
		CU_ASSERT_STRING_EQUAL(object->path, "/host/libc.so");
		CU_ASSERT_EQUAL(object->own_path != NULL, cases[i].own != NULL);
		CU_ASSERT_EQUAL(cases[i].own && strcmp(object->own_path, cases[i].own), 0);
		fb_object_cache_destroy(cache);
		fb_live_process_stop(&asked.self);
	}
}

/* Without a build-id in memory a file counts by its size, and one of a container not at all. */
static void asks_by_size_without_a_build_id(void)
{
	const struct fb_cached_object *object;
	struct fb_object_cache *cache;
	struct asked asked;

	ask_self(&asked);
	asked.known = "/host/libc.so";
	asked.mapped.own_path = "/own/libc.so";
	asked.self.absent_start = asked.mapped.base;
	asked.self.absent_end = asked.mapped.base + FB_PAGE_SIZE;
	cache = cache_of(&asked, NULL, 0);
	object = get(cache, &asked.mapped);
	CU_ASSERT_TRUE(asked.sized);
	CU_ASSERT_STRING_EQUAL(asked.paths, "/host/libc.so ");
	CU_ASSERT_TRUE(object->fd >= 0);
	fb_object_cache_destroy(cache);
	cache = cache_of(&asked, NULL, 0);
	asked.known = "/own/libc.so";
	asked.paths[0] = '\0';
	FB_FAILS(fb_object_cache_get(cache, &asked.mapped, &object), FB_ABSENT);
	CU_ASSERT_STRING_EQUAL(asked.paths, "/host/libc.so ");
	fb_object_cache_destroy(cache);
	fb_live_process_stop(&asked.self);
}

/* A file is known again by both of its paths and its size. */
static void files_are_told_apart(void)
{
	const struct fb_cached_object *first;
	struct fb_object_cache *cache;
	struct fb_mapped_object other;
	struct asked asked;

	ask_self(&asked);
	asked.known = "/host/libc.so";
	asked.mapped.own_path = "/own/libc.so";
	cache = cache_of(&asked, NULL, 0);
	first = get(cache, &asked.mapped);
	asked.paths[0] = '\0';
	CU_ASSERT_PTR_EQUAL(get(cache, &asked.mapped), first);
	CU_ASSERT_STRING_EQUAL(asked.paths, "");
	other = asked.mapped;
	other.own_path = NULL;
	CU_ASSERT_PTR_NOT_EQUAL(get(cache, &other), first);
	other.own_path = "/other/libc.so";
	CU_ASSERT_PTR_NOT_EQUAL(get(cache, &other), first);
	other = asked.mapped;
	other.file_size++;
	CU_ASSERT_PTR_NOT_EQUAL(get(cache, &other), first);
	other = asked.mapped;
	other.path = "/host/libc.so.6";
	CU_ASSERT_PTR_NOT_EQUAL(get(cache, &other), first);
	fb_object_cache_destroy(cache);
	fb_live_process_stop(&asked.self);
}

/* A link DIR/.build-id/xx/yyy SUFFIX to target, below a folder of the test. */
static char *link_by_build_id(const char *dir, const char *build_id, const char *suffix,
			      const char *target)
{
	char path[1024], *top = NULL;

	CU_ASSERT_TRUE_FATAL(asprintf(&top, "%s/%s", fb_test_folder(), dir) > 0);
	(void)mkdir(top, 0700);
	(void)snprintf(path, sizeof(path), "%s/.build-id", top);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/.build-id/%.2s", top, build_id);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s%s", top, build_id, build_id + 2,
		       suffix);
	(void)unlink(path);
	CU_ASSERT_EQUAL(symlink(target, path), 0);
	return top;
}

/* A file of another build-id, a folder without any, then the one that is wanted: the file itself, or a separate one
 * with its symbols. */
static void debug_folders_are_searched_in_order(void)
{
	const struct fb_cached_object *object;
	struct fb_object_cache *cache;
	char id[FB_BUILD_ID_TEXT], *tops[3];
	const char *path, *dirs[3];
	struct asked asked;

	ask_self(&asked);
	path = fb_live_mapping(&asked.self, asked.mapped.base)->path;
	cache = cache_of(&asked, NULL, 0);
	object = get(cache, &asked.mapped);
	memcpy(id, object->memory_id, sizeof(id));
	CU_ASSERT_TRUE_FATAL(strlen(id) > 2);
	CU_ASSERT(object->fd == -1 && object->debug_fd == -1 && object->owner);
	fb_object_cache_destroy(cache);
	for (int separate = 0; separate <= 1; separate++) {
		const char *suffix = separate ? ".debug" : "";

		tops[0] = link_by_build_id(separate ? "d0" : "f0", id, suffix, "/proc/self/exe");
		tops[1] = link_by_build_id(separate ? "d1" : "f1", id, ".other", path);
		tops[2] = link_by_build_id(separate ? "d2" : "f2", id, suffix, path);
		for (size_t i = 0; i < 3; i++)
			dirs[i] = tops[i];
		cache = cache_of(&asked, dirs, 3);
		object = get(cache, &asked.mapped);
		CU_ASSERT_EQUAL(object->fd >= 0, !separate);
		CU_ASSERT_EQUAL(object->fd_owned, true);
		CU_ASSERT_EQUAL(object->debug_fd >= 0, separate);
		CU_ASSERT_STRING_EQUAL(object->build_id, id);
		CU_ASSERT_TRUE(object->symbols.count > 0);
		fb_object_cache_destroy(cache);
		cache = cache_of(&asked, dirs, 2);
		object = get(cache, &asked.mapped);
		CU_ASSERT(object->fd == -1 && object->debug_fd == -1);
		fb_object_cache_destroy(cache);
		for (size_t i = 0; i < 3; i++)
			free(tops[i]);
	}
	fb_live_process_stop(&asked.self);
}

/* The first and the last 8 bytes of the code, and a byte further. */
static void code_is_read_within_its_segment(void)
{
	static uint8_t bytes[24] = {1, 2, 3, 4, 5, 6, 7, 8, [23] = 9};
	struct fb_cached_object object = {
		.fd = -1, .code_vaddr = 0x1000, .code_size = sizeof(bytes), .code = bytes};
	char *path = fb_test_file("code", bytes, sizeof(bytes));
	uint64_t word = 77;

	for (int from_file = 0; from_file <= 1; from_file++) {
		word = 77;
		CU_ASSERT_FALSE(fb_cached_object_code(&object, 0xfff, &word));
		CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000 + 17, &word));
		CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000 + 24, &word));
		CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000 + 25, &word));
		CU_ASSERT_FALSE(fb_cached_object_code(&object, UINT64_MAX, &word));
		CU_ASSERT_EQUAL(word, 77);
		CU_ASSERT_TRUE(fb_cached_object_code(&object, 0x1000, &word));
		CU_ASSERT_EQUAL(word, 0x0807060504030201);
		CU_ASSERT_TRUE(fb_cached_object_code(&object, 0x1000 + 16, &word));
		CU_ASSERT_EQUAL(word, 9ull << 56);
		if (from_file)
			break;
		object.code = NULL;
		CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000, &word));
		object.fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	/* The segment is said to go on where the file ends, or to begin where no file can. */
	object.code_offset = 1;
	CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000 + 16, &word));
	CU_ASSERT_TRUE(fb_cached_object_code(&object, 0x1000 + 15, &word));
	object.code_offset = INT64_MAX;
	CU_ASSERT_FALSE(fb_cached_object_code(&object, 0x1000 + 15, &word));
	close(object.fd);
	free(path);
}

FB_TEST_MAIN("user/object_cache", FB_TEST(does_not_depend_on_order), FB_TEST(forgets_a_process),
	     FB_TEST(takes_a_file_by_build_id_before_size), FB_TEST(knows_every_object),
	     FB_TEST(asks_for_both_paths), FB_TEST(asks_by_size_without_a_build_id),
	     FB_TEST(files_are_told_apart), FB_TEST(debug_folders_are_searched_in_order),
	     FB_TEST(code_is_read_within_its_segment))
