// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of a process whose variables begin with Python's: its threads and their frames are read. */
#include <string.h>

#include "base/attr.h"
#include "user/runtimes/python_locks.h"

#define BASE 0x10000ull
/* The thread that the corpus has. */
#define FS_BASE 0x7777ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct fb_space space; /* first */
	const uint8_t *bytes;
	size_t size;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > memory->size ||
	    length > memory->size - (address - BASE))
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops memory_ops = {.read = read_memory};

/* The stack is the end of the memory, whose first word is the semaphore. */
static struct fb_error *find_wait(struct fb_python *python, struct fb_space *space, size_t size)
{
	const struct user_regs_struct regs = {.fs_base = FS_BASE,
					      .rsp = BASE + (size > 2048 ? size - 2048 : 0),
					      .rbx = BASE + 16};
	struct fb_python_wait wait;
	struct fb_error *err;
	uint64_t word;
	bool found;

	err = fb_space_u64(space, regs.rsp, &word);
	return err ? err : fb_python_wait_find(python, &regs, word, &wait, &found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {{.ops = &memory_ops, .name = "fuzz"}, data, size};
	const struct fb_user_mapping mappings[] = {
		{.start = 0x1000, .end = 0x2000, .file = 1, .path = "/usr/bin/python3"},
		{.start = BASE, .end = BASE + size, .file = 1, .path = "/usr/bin/python3"},
	};
	const struct fb_user_process process = {
		.space = &memory.space,
		.mappings = mappings,
		.mapping_count = FB_ARRAY_SIZE(mappings),
		.fetch_fd = -1,
	};
	struct fb_runtime_frames frames = {.list = NULL};
	struct fb_string_pool pool = {0};
	struct fb_python *python = NULL;
	struct fb_error *err = fb_python_open(&process, &python);

	if (!err)
		err = fb_python_frames(python, FS_BASE, &pool, &frames);
	if (!err)
		err = find_wait(python, &memory.space, size);
	fb_error_destroy(err);
	fb_runtime_frames_deinit(&frames);
	fb_python_destroy(python);
	fb_string_pool_deinit(&pool);
	return 0;
}
