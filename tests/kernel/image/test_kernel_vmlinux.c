// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --vmlinux: lines, and symbols and types where the dump has lost its own. With $FBUNDLE_DATA and
 * with $FBUNDLE_VMLINUX, the vmlinux of its 6.1; for modules, $FBUNDLE_DEBUG_DIR with their files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/dump/dump_private.h"
#include "kernel/image/kernel_private.h"
#include "kernel/modules/module_debug.h"
#include "kernel/stacks/kernel_lines.h"
#include "kernel/stacks/stack.h"
#include "kernel/tasks/task.h"
#include "tests/harness.h"

/* Physical addresses that are lost, end exclusive. */
struct lost {
	uint64_t start, end;
};

static struct lost lost[2];
static const struct fb_space_ops *whole;

static struct fb_error *read_without(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(lost); i++)
		if (address < lost[i].end && address + length > lost[i].start)
			return fb_dump_absent(address >> FB_PAGE_SHIFT);
	return whole->read(space, address, to, length);
}

struct world {
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
	struct fb_modules *modules;
	struct fb_orc *orc;
};

/* NULL, and the test skipped, where there is none. */
static const char *vmlinux_path(void)
{
	const char *path = getenv("FBUNDLE_VMLINUX");

	if (fb_test_data() && !path)
		fb_test_skip("FBUNDLE_VMLINUX is not set");
	return fb_test_data() ? path : NULL;
}

static void open_dump(struct world *world, const char *name)
{
	char *path;

	memset(world, 0, sizeof(*world));
	if (asprintf(&path, "%s/%s/dump.flat-zlib-d31", fb_test_data(), name) < 0)
		abort();
	FB_OK_FATAL(fb_warnings_create(&world->warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, world->warnings, &world->dump));
	free(path);
}

static void open_world(struct world *world, const char *vmlinux, bool lose)
{
	const struct fb_kernel_options options = {.vmlinux = vmlinux};
	static const struct fb_space_ops holes = {.read = read_without};

	open_dump(world, "6.1");
	if (lose) {
		whole = world->dump->physical.ops;
		world->dump->physical.ops = &holes;
	}
	FB_OK_FATAL(fb_kernel_open(world->dump, &options, world->warnings, &world->kernel));
	FB_OK_FATAL(fb_tasks_load(world->kernel, &world->tasks));
	FB_OK_FATAL(fb_modules_load(world->kernel, &world->modules));
	FB_OK_FATAL(fb_orc_open(world->kernel, world->modules, &world->orc));
}

static void close_world(struct world *world)
{
	fb_orc_destroy(world->orc);
	fb_modules_destroy(world->modules);
	fb_tasks_destroy(world->tasks);
	fb_kernel_destroy(world->kernel);
	fb_dump_destroy(world->dump);
	fb_warnings_destroy(world->warnings);
}

static void lose_range(const struct world *world, unsigned index, const char *start,
		       const char *end)
{
	const struct fb_kernel_info *info = fb_kernel_info(world->kernel);
	uint64_t from, to;

	FB_OK_FATAL(fb_kernel_symbol(world->kernel, start, &from));
	FB_OK_FATAL(fb_kernel_symbol(world->kernel, end, &to));
	lost[index] = (struct lost){from - FB_START_KERNEL_MAP + info->phys_base,
				    to - FB_START_KERNEL_MAP + info->phys_base};
}

/* One function may have several names, and an ELF file has them in another order. */
static void is_alias(const struct world *world, const struct fb_kernel_frame *frame,
		     const char *name)
{
	uint64_t address = 0;

	if (strcmp(frame->symbol, name) == 0)
		return;
	FB_OK(fb_kernel_symbol(world->kernel, name, &address));
	CU_ASSERT_EQUAL(address, frame->pc - frame->offset);
}

static void same_stacks(struct world *a, struct world *b)
{
	CU_ASSERT_EQUAL_FATAL(fb_tasks_count(a->tasks), fb_tasks_count(b->tasks));
	for (size_t i = 0; i < fb_tasks_count(a->tasks); i++) {
		struct fb_kernel_stack left, right;

		FB_OK_FATAL(fb_kernel_stack_unwind(a->kernel, a->orc, fb_tasks_get(a->tasks, i),
						   &left));
		FB_OK_FATAL(fb_kernel_stack_unwind(b->kernel, b->orc, fb_tasks_get(b->tasks, i),
						   &right));
		CU_ASSERT_EQUAL_FATAL(left.count, right.count);
		CU_ASSERT_EQUAL(left.ended, right.ended);
		for (size_t j = 0; j < left.count; j++) {
			CU_ASSERT_EQUAL(left.frames[j].pc, right.frames[j].pc);
			CU_ASSERT_EQUAL(left.frames[j].offset, right.frames[j].offset);
			is_alias(a, &left.frames[j], right.frames[j].symbol);
		}
		fb_kernel_stack_deinit(&left);
		fb_kernel_stack_deinit(&right);
	}
}

static void stands_in_for_lost_symbols_and_types(void)
{
	const char *vmlinux = vmlinux_path();
	struct world own, without;

	if (!vmlinux)
		return;
	open_world(&own, NULL, false);
	lose_range(&own, 0, "__start_BTF", "__stop_BTF");
	lose_range(&own, 1, "kallsyms_offsets", "kallsyms_token_index");
	open_world(&without, vmlinux, true);
	CU_ASSERT_EQUAL(fb_warnings_count(without.warnings), 0);
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(without.kernel)->build_id,
			       fb_kernel_info(own.kernel)->build_id);
	same_stacks(&own, &without);
	close_world(&without);
	close_world(&own);
}

static void another_build_is_refused(void)
{
	const char *vmlinux = vmlinux_path();
	const struct fb_kernel_options options = {.vmlinux = vmlinux};
	struct world world;

	if (!vmlinux)
		return;
	open_dump(&world, "5.10");
	FB_FAILS_WITH(fb_kernel_open(world.dump, &options, world.warnings, &world.kernel),
		      FB_INVALID,
		      "another build: build-id be80279be0383f6dbea0d4cedb91714bdff3a72b");
	close_world(&world);
}

/* Whether a stack's frame of this symbol is in file, with a function inlined there (or NULL). */
static bool has_line(const struct fb_kernel_stack *stack, const char *symbol, const char *file,
		     const char *inlined)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_source_location *place = &stack->frames[i].source;
		const struct fb_source_frame *last;

		if (!stack->frames[i].symbol || strcmp(stack->frames[i].symbol, symbol) != 0 ||
		    !place->count)
			continue;
		last = &place->frames[place->count - 1];
		if (!last->file || strcmp(last->file, file) != 0 || !last->line)
			continue;
		if (!inlined)
			return place->count == 1;
		return place->count > 1 && strcmp(place->frames[0].function, inlined) == 0;
	}
	return false;
}

static void every_kernel_frame_has_its_line(void)
{
	const char *vmlinux = vmlinux_path();
	struct fb_kernel_lines *lines;
	size_t frames = 0, known = 0, scheduled = 0;
	struct world world;

	if (!vmlinux)
		return;
	open_world(&world, vmlinux, false);
	FB_OK_FATAL(fb_kernel_lines_create(world.kernel, world.modules, NULL, 0, &lines));
	for (size_t i = 0; i < fb_tasks_count(world.tasks); i++) {
		struct fb_kernel_stack stack;

		FB_OK_FATAL(fb_kernel_stack_unwind(world.kernel, world.orc,
						   fb_tasks_get(world.tasks, i), &stack));
		FB_OK(fb_kernel_lines_add(lines, &stack));
		for (size_t j = 0; j < stack.count; j++) {
			frames += !stack.frames[j].module;
			known += stack.frames[j].source.count > 0;
		}
		scheduled +=
			has_line(&stack, "__schedule", "kernel/sched/core.c", "context_switch") &&
			(has_line(&stack, "schedule", "kernel/sched/core.c", NULL) ||
			 has_line(&stack, "schedule_idle", "kernel/sched/core.c", NULL));
		fb_kernel_stack_deinit(&stack);
	}
	CU_ASSERT_EQUAL(known, frames);
	/* All but those that the CPUs ran. */
	CU_ASSERT_TRUE(scheduled + 3 >= fb_tasks_count(world.tasks));
	fb_kernel_lines_destroy(lines);
	close_world(&world);
}

/* Each function of a module, as if a stack had a frame 1 byte into it. */
static void functions_of_modules_have_lines(void)
{
	const char *dir = getenv("FBUNDLE_DEBUG_DIR");
	struct fb_kernel_lines *lines;
	const struct fb_symtab *symbols = NULL;
	const struct fb_module *module;
	size_t functions = 0, known = 0;
	struct world world;

	if (!fb_test_data() || !dir) {
		fb_test_skip("FBUNDLE_DEBUG_DIR is not set");
		return;
	}
	open_world(&world, NULL, false);
	FB_OK_FATAL(fb_kernel_lines_create(world.kernel, world.modules, &dir, 1, &lines));
	module = fb_modules_by_name(world.modules, "virtio_blk");
	CU_ASSERT_PTR_NOT_NULL_FATAL(module);
	FB_OK_FATAL(fb_module_symbols(world.modules, module, &symbols));
	for (size_t i = 0; i < fb_symtab_count(symbols); i++) {
		struct fb_kernel_frame frame = {.module = module->name, .exact = true};
		struct fb_kernel_stack stack = {.frames = &frame, .count = 1};
		struct fb_symbol symbol;

		fb_symtab_get(symbols, i, &symbol);
		if ((symbol.type != 't' && symbol.type != 'T') || !symbol.size ||
		    strncmp(symbol.name, "__pfx_", 6) == 0)
			continue;
		frame.symbol = symbol.name;
		frame.size = symbol.size;
		frame.offset = 1;
		frame.pc = symbol.address + 1;
		FB_OK(fb_kernel_lines_add(lines, &stack));
		functions++;
		known += frame.source.count && frame.source.frames[0].line &&
			 strstr(frame.source.frames[0].file, "drivers/block/virtio_blk.c");
	}
	printf("\n    lines of %zu of %zu functions", known, functions);
	CU_ASSERT_TRUE(known > 10 && known * 10 >= functions * 8);
	CU_ASSERT_EQUAL(fb_warnings_count(world.warnings), 0);
	fb_kernel_lines_destroy(lines);
	close_world(&world);
}

FB_TEST_MAIN("kernel/vmlinux", FB_TEST(stands_in_for_lost_symbols_and_types),
	     FB_TEST(another_build_is_refused), FB_TEST(every_kernel_frame_has_its_line),
	     FB_TEST(functions_of_modules_have_lines))
