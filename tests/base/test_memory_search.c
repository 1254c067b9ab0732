// SPDX-License-Identifier: GPL-2.0-or-later
/* Words and texts in a space with holes, within pieces and across their edges. */
#include "base/memory_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

#define BASE 0x10000000ull
#define PAGES 200u
#define HOLE 70u /* this page is missing */
#define TORN 71u /* this one seems to be there, and cannot be read */

struct memory {
	struct fb_space space;
	uint8_t *bytes;
	uint64_t found[16];
	size_t count, stop_at;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct memory *memory = (struct memory *)space;

	for (uint64_t at = address; at < address + length; at++)
		if ((at - BASE) / FB_PAGE_SIZE == HOLE || (at - BASE) / FB_PAGE_SIZE == TORN ||
		    at - BASE >= PAGES * FB_PAGE_SIZE)
			return fb_error_create(FB_ABSENT, "a hole");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static struct fb_error *locate(struct fb_space *space, uint64_t address, uint64_t length,
			       struct fb_run *run_ret)
{
	const uint64_t hole = BASE + HOLE * FB_PAGE_SIZE;
	struct fb_run run = {.start = address, .length = length};

	(void)space;
	run.origin.source = FB_SOURCE_VMCORE;
	if (address == hole) {
		run.length = FB_PAGE_SIZE;
		run.origin.source = FB_SOURCE_ABSENT;
	} else if (address < hole && length > hole - address) {
		run.length = hole - address;
	}
	*run_ret = run;
	return NULL;
}

static const struct fb_space_ops ops = {.read = read_memory, .locate = locate};

static struct fb_error *keep(void *context, uint64_t address)
{
	struct memory *memory = context;

	if (memory->count == FB_ARRAY_SIZE(memory->found))
		return fb_error_create(FB_LIMIT, "enough");
	memory->found[memory->count++] = address;
	return memory->count == memory->stop_at ? fb_error_create(FB_UNSUPPORTED, "stop") : NULL;
}

static struct memory make(void)
{
	struct memory memory = {.space = {.ops = &ops, .name = "memory"}};

	memory.bytes = calloc(PAGES, FB_PAGE_SIZE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory.bytes);
	return memory;
}

static struct fb_error *search(struct memory *memory, struct fb_memory_search how,
			       uint64_t *unread_ret)
{
	struct fb_error *err;

	how.space = &memory->space;
	how.found = keep;
	how.context = memory;
	memory->count = 0;
	err = fb_memory_search(&how, BASE, BASE + PAGES * FB_PAGE_SIZE);
	*unread_ret = how.unread;
	return err;
}

static void finds_words(void)
{
	struct memory memory = make();
	const uint64_t value = 0xffff888000001234;
	uint64_t unread;

	memcpy(memory.bytes + 8, &value, 8);
	memcpy(memory.bytes + 20, &value, 8); /* at no multiple of its size */
	memcpy(memory.bytes + 65 * FB_PAGE_SIZE, &value, 8);
	memcpy(memory.bytes + PAGES * FB_PAGE_SIZE - 8, &value, 8);
	memcpy(memory.bytes + HOLE * FB_PAGE_SIZE, &value, 8);
	FB_OK(search(&memory, (struct fb_memory_search){.word = 8, .first = value, .last = value},
		     &unread));
	CU_ASSERT(memory.count == 3 && memory.found[0] == BASE + 8 &&
		  memory.found[1] == BASE + 65 * FB_PAGE_SIZE &&
		  memory.found[2] == BASE + PAGES * FB_PAGE_SIZE - 8);
	CU_ASSERT_EQUAL(unread, FB_PAGE_SIZE);
	FB_OK(search(&memory, (struct fb_memory_search){.word = 4, .first = 0x1000, .last = 0x1fff},
		     &unread));
	CU_ASSERT(memory.count == 4 && memory.found[1] == BASE + 20);
	FB_OK(search(&memory,
		     (struct fb_memory_search){.word = 8, .first = value + 1, .last = value + 8},
		     &unread));
	CU_ASSERT_EQUAL(memory.count, 0);
	memory.stop_at = 2;
	FB_FAILS(search(&memory,
			(struct fb_memory_search){.word = 8, .first = value, .last = value},
			&unread),
		 FB_UNSUPPORTED);
	free(memory.bytes);
}

static void finds_texts_across_pieces(void)
{
	struct memory memory = make();
	uint64_t unread;

	memcpy(memory.bytes + 64 * FB_PAGE_SIZE - 2, "needle", 6);
	memcpy(memory.bytes + 3, "needle", 6);
	memcpy(memory.bytes + PAGES * FB_PAGE_SIZE - 3, "nee", 3);
	FB_OK(search(&memory, (struct fb_memory_search){.text = "needle", .text_size = 6},
		     &unread));
	CU_ASSERT(memory.count == 2 && memory.found[0] == BASE + 3 &&
		  memory.found[1] == BASE + 64 * FB_PAGE_SIZE - 2);
	free(memory.bytes);
}

/* What cannot be read is no page of zeros. */
static void finds_nothing_in_holes(void)
{
	struct memory memory = make();
	uint64_t unread;

	memset(memory.bytes, 0xff, PAGES * FB_PAGE_SIZE);
	FB_OK(search(&memory, (struct fb_memory_search){.word = 8}, &unread));
	CU_ASSERT_EQUAL(memory.count, 0);
	free(memory.bytes);
}

FB_TEST_MAIN("base/memory_search", FB_TEST(finds_words), FB_TEST(finds_texts_across_pieces),
	     FB_TEST(finds_nothing_in_holes))
