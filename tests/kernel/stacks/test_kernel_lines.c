// SPDX-License-Identifier: GPL-2.0-or-later
/* Source lines of frames: this very program stands for a vmlinux that was moved to where it runs. */
#include "kernel/stacks/kernel_lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf/dwarf_lines.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

static uint64_t seen_at, seen_line;

/* The address behind the call to here. */
static __attribute__((noinline)) void note_caller(void)
{
	seen_at = (uint64_t)(uintptr_t)__builtin_return_address(0);
	__asm__ volatile("" ::: "memory");
}

void test_caller(void);

__attribute__((noinline)) void test_caller(void)
{
	seen_line = __LINE__ + 1;
	note_caller();
	__asm__ volatile("" ::: "memory");
}

/* How far this program runs from where its file is laid out. */
static uint64_t find_offset(void)
{
	struct fb_dwarf_lines *lines = NULL;
	uint64_t start = 0;

	FB_OK_FATAL(fb_dwarf_lines_open("/proc/self/exe", &lines));
	/* The size is not known here, but functions are small. */
	for (uint64_t size = 1; size < 512 && !start; size++)
		fb_dwarf_lines_symbol(lines, "test_caller", size, &start);
	CU_ASSERT_NOT_EQUAL_FATAL(start, 0);
	fb_dwarf_lines_destroy(lines);
	return (uintptr_t)test_caller - start;
}

/* vmlinux NULL: none was given. */
static struct made_kernel *make(const char *vmlinux)
{
	struct made_kernel *made = made_kernel_create();

	made->kernel.vmlinux = vmlinux ? strdup(vmlinux) : NULL;
	made->kernel.info.kaslr_offset = find_offset();
	return made;
}

static void destroy(struct made_kernel *made)
{
	free(made->kernel.vmlinux);
	made->kernel.vmlinux = NULL;
	made_kernel_destroy(made);
}

static void the_kernel_has_those_of_its_vmlinux(void)
{
	struct made_kernel *made = make("/proc/self/exe");
	struct fb_kernel_frame frames[3] = {0};
	struct fb_kernel_stack stack = {.frames = frames, .count = 3};
	struct fb_kernel_lines *lines = NULL;

	test_caller();
	FB_OK_FATAL(fb_kernel_lines_create(&made->kernel, NULL, NULL, 0, &lines));
	frames[0].pc = seen_at; /* a return address: the call before it is meant */
	frames[1].pc = (uintptr_t)test_caller;
	frames[1].exact = true;
	frames[2].pc = seen_at;
	frames[2].module = "loop"; /* no file is known of it */
	frames[2].symbol = "test_caller";
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT_FATAL(frames[0].source.count > 0 && frames[1].source.count > 0);
	CU_ASSERT_EQUAL(frames[0].source.frames[0].line, seen_line);
	CU_ASSERT_PTR_NOT_NULL_FATAL(
		strstr(frames[0].source.frames[0].file, "test_kernel_lines.c"));
	/* Its first instruction is of the line where it begins, 2 before the one that notes. */
	CU_ASSERT(frames[1].source.frames[0].line < seen_line);
	CU_ASSERT(frames[1].source.frames[0].line + 4 > seen_line);
	CU_ASSERT_EQUAL(frames[2].source.count, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_kernel_lines_destroy(lines);
	destroy(made);
}

/* A call at a function's very end: its return address is another's. */
static void a_return_address_is_not_where_the_call_was(void)
{
	struct made_kernel *made = make("/proc/self/exe");
	struct fb_kernel_frame frames[2] = {0};
	struct fb_kernel_stack stack = {.frames = frames, .count = 2};
	struct fb_kernel_lines *lines = NULL;

	FB_OK_FATAL(fb_kernel_lines_create(&made->kernel, NULL, NULL, 0, &lines));
	frames[0].pc = frames[1].pc = (uintptr_t)test_caller;
	frames[0].exact = true;
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT_FATAL(frames[0].source.count > 0);
	CU_ASSERT(frames[1].source.count == 0 ||
		  frames[1].source.frames[0].line != frames[0].source.frames[0].line);
	fb_kernel_lines_destroy(lines);
	destroy(made);
}

static void without_a_vmlinux_there_are_none(void)
{
	struct made_kernel *made = make(NULL);
	struct fb_kernel_frame frame = {.pc = (uintptr_t)test_caller, .exact = true};
	struct fb_kernel_stack stack = {.frames = &frame, .count = 1};
	struct fb_kernel_lines *lines = NULL;

	FB_OK_FATAL(fb_kernel_lines_create(&made->kernel, NULL, NULL, 0, &lines));
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT_EQUAL(frame.source.count, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_kernel_lines_destroy(lines);
	destroy(made);
}

/* It is tried once, and the frames are shown without lines. */
static void a_file_that_cannot_be_used_is_one_warning(void)
{
	char *path = fb_test_file("vmlinux", "no ELF", 6);
	struct made_kernel *made = make(path);
	struct fb_kernel_frame frames[2] = {{.pc = (uintptr_t)test_caller}, {.pc = seen_at}};
	struct fb_kernel_stack stack = {.frames = frames, .count = 2};
	struct fb_kernel_lines *lines = NULL;

	FB_OK_FATAL(fb_kernel_lines_create(&made->kernel, NULL, NULL, 0, &lines));
	FB_OK(fb_kernel_lines_add(lines, &stack));
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT(!frames[0].source.count && !frames[1].source.count);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(made->warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_warnings_get(made->warnings, 0), "lines of the kernel's code"));
	fb_kernel_lines_destroy(lines);
	destroy(made);
	free(path);
}

FB_TEST_MAIN("kernel/kernel_lines", FB_TEST(the_kernel_has_those_of_its_vmlinux),
	     FB_TEST(a_return_address_is_not_where_the_call_was),
	     FB_TEST(without_a_vmlinux_there_are_none),
	     FB_TEST(a_file_that_cannot_be_used_is_one_warning))
