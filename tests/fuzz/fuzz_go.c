// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of a process with a program in Go: its goroutines, their frames and what they wait
 * on are read, and the frames of a thread. */
#include <stdlib.h>
#include <string.h>

#include "user/runtimes/go/goroutines.h"

/* Those of the corpus, which is made by tests/user/made_go.c. */
#define BASE 0x400000ull
#define PC 0x402520ull
#define SP 0x406400ull
#define FS_BASE 0x406f00ull

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

static struct fb_error *read_goroutines(struct fb_go *go)
{
	struct fb_goroutines goroutines = {.list = NULL};
	struct fb_error *err = fb_goroutines_of(go, 64, &goroutines);

	fb_goroutines_deinit(&goroutines);
	return err;
}

static struct fb_error *replace_frames(struct fb_go *go)
{
	const struct user_regs_struct regs = {.rip = PC, .rsp = SP, .fs_base = FS_BASE, .cs = 0x33};
	struct fb_user_stack stack = {.frames = calloc(1, sizeof(*stack.frames))};
	struct fb_error *err;

	if (!stack.frames)
		return fb_error_nomem();
	stack.count = stack.room = 1;
	stack.frames[0] = (struct fb_user_frame){.pc = PC, .sp = SP};
	err = fb_go_replace_frames(go, &regs, &stack, NULL);
	fb_user_stack_deinit(&stack);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {{.ops = &memory_ops, .name = "fuzz"}, data, size};
	const struct fb_user_mapping mapping = {
		.start = BASE, .end = BASE + size, .file = 1, .path = "/usr/bin/served"};
	const struct fb_user_process process = {
		.space = &memory.space, .mappings = &mapping, .mapping_count = 1, .fetch_fd = -1};
	struct fb_string_pool pool = {0};
	struct fb_go *go = NULL;
	struct fb_error *err = fb_go_open(&process, &pool, &go);

	if (!err)
		err = read_goroutines(go);
	if (!err)
		err = replace_frames(go);
	fb_error_destroy(err);
	fb_go_destroy(go);
	fb_string_pool_deinit(&pool);
	return 0;
}
