// SPDX-License-Identifier: GPL-2.0-or-later
/* Source lines of frames: this very program stands for a vmlinux that was moved to where it runs. */
#include "kernel/stacks/kernel_lines.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/btf/btf_builder.h"
#include "symbols/dwarf/dwarf_lines.h"
#include "symbols/table/elf_symtab.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_modules.h"

/* In a made struct module. */
#define BUILD_ID_AT 512u

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

/* Where the file of this program has test_caller(), and its size, which is not known here; functions are small. */
static uint64_t find_caller(uint64_t *size_ret)
{
	struct fb_dwarf_lines *lines = NULL;
	uint64_t start = 0;

	FB_OK_FATAL(fb_dwarf_lines_open("/proc/self/exe", &lines));
	for (*size_ret = 0; *size_ret < 512 && !start;)
		fb_dwarf_lines_symbol(lines, "test_caller", ++*size_ret, &start);
	CU_ASSERT_NOT_EQUAL_FATAL(start, 0);
	fb_dwarf_lines_destroy(lines);
	return start;
}

/* How far this program runs from where its file is laid out. */
static uint64_t find_offset(void)
{
	uint64_t size;

	return (uintptr_t)test_caller - find_caller(&size);
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

/* The types of struct module that tell where its build-id is: 20 bytes behind what made modules have. */
static struct fb_btf *make_types(void)
{
	struct fb_btf_member member = {.name = "build_id", .bit_offset = 8 * BUILD_ID_AT};
	struct fb_btf_builder builder;
	struct fb_btf *types = NULL;
	uint32_t byte, id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "u8", 1, FB_BTF_UNSIGNED, &byte));
	FB_OK(fb_btf_builder_array(&builder, byte, 20, &member.type));
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "module", 1024, &member, 1, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &types));
	fb_btf_builder_deinit(&builder);
	return types;
}

/* Two modules, of which the second has this very program for its file, below the folder of this test. */
struct host {
	struct made_kernel *made;
	struct fb_modules *modules;
	char file[256];
};

/* False where this program has no build-id. */
static bool make_host(struct host *host)
{
	char id[65], self[256] = "";
	uint64_t head, module;

	host->made = made_modules(&head);
	host->made->kernel.types = make_types();
	made_module(host->made, head, "other");
	module = made_module(host->made, head, "loop");
	FB_OK_FATAL(fb_modules_load(&host->made->kernel, &host->modules));
	snprintf(host->file, sizeof(host->file), "%s/loop.ko", fb_test_folder());
	CU_ASSERT_TRUE_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	CU_ASSERT_EQUAL_FATAL(symlink(self, host->file), 0);
	FB_OK_FATAL(fb_elf_build_id(self, id, sizeof(id)));
	if (strlen(id) != 40) {
		fb_test_skip("this program has no build-id of 20 bytes");
		return false;
	}
	for (unsigned i = 0; i < 20; i++) {
		unsigned byte = 0;

		CU_ASSERT_EQUAL(sscanf(id + 2 * i, "%2x", &byte), 1);
		made_put(host->made, module + BUILD_ID_AT + i, byte, 1);
	}
	return true;
}

static void destroy_host(struct host *host)
{
	(void)unlink(host->file);
	fb_modules_destroy(host->modules);
	fb_btf_destroy(host->made->kernel.types);
	host->made->kernel.types = NULL;
	made_kernel_destroy(host->made);
}

/* Its symbol tells where the code is: the frame's module, symbol and size have to be that of the file. */
static void a_module_has_those_of_its_file(void)
{
	static const char *const names[] = {"loop", "loop", "loop", "loop", "other", "nobody"};
	const char *const dirs[] = {fb_test_folder()};
	struct fb_kernel_frame frames[6] = {0};
	struct fb_kernel_stack stack = {.frames = frames, .count = 6};
	struct fb_kernel_lines *lines = NULL;
	struct host host;
	uint64_t size;

	test_caller();
	(void)find_caller(&size);
	if (!make_host(&host)) {
		destroy_host(&host);
		return;
	}
	for (unsigned i = 0; i < 6; i++) {
		frames[i].module = names[i];
		frames[i].symbol = i == 2 ? NULL : "test_caller";
		frames[i].size = (uint32_t)(i == 3 ? size + 1 : size);
		frames[i].pc = 0x1000 + (seen_at - (uintptr_t)test_caller); /* loaded at 0x1000 */
		frames[i].offset = (uint32_t)(frames[i].pc - 0x1000);
	}
	frames[1].pc -= frames[1].offset;
	frames[1].offset = 0;
	frames[1].exact = true;
	FB_OK_FATAL(fb_kernel_lines_create(&host.made->kernel, host.modules, dirs, 1, &lines));
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT_FATAL(frames[0].source.count > 0 && frames[1].source.count > 0);
	CU_ASSERT_EQUAL(frames[0].source.frames[0].line, seen_line);
	CU_ASSERT(frames[1].source.frames[0].line < seen_line);
	for (unsigned i = 2; i < 6; i++)
		CU_ASSERT_EQUAL(frames[i].source.count, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	fb_kernel_lines_destroy(lines);
	/* Without a folder of such files there are none. */
	frames[0].source.count = 0;
	FB_OK_FATAL(fb_kernel_lines_create(&host.made->kernel, host.modules, NULL, 0, &lines));
	FB_OK(fb_kernel_lines_add(lines, &stack));
	CU_ASSERT_EQUAL(frames[0].source.count, 0);
	fb_kernel_lines_destroy(lines);
	destroy_host(&host);
}

/* What is fatal of the search for a module's file passes; that it is not in the dump costs the lines alone. */
static void a_lost_build_id_is_one_warning(void)
{
	const char *const dirs[] = {fb_test_folder()};
	struct fb_kernel_frame frames[2] = {{.module = "loop", .symbol = "test_caller"},
					    {.module = "loop", .symbol = "test_caller"}};
	struct fb_kernel_stack stack = {.frames = frames, .count = 2};
	struct fb_kernel_lines *lines = NULL;
	struct failing_space failing;
	struct failure failure = {.at = 1, .code = FB_NOMEM};
	struct host host;

	if (make_host(&host)) {
		failing_space_init(&failing, host.made->kernel.space, &failure);
		host.made->kernel.space = &failing.space;
		FB_OK_FATAL(
			fb_kernel_lines_create(&host.made->kernel, host.modules, dirs, 1, &lines));
		FB_FAILS(fb_kernel_lines_add(lines, &stack), FB_NOMEM);
		fb_kernel_lines_destroy(lines);
		failure = (struct failure){.at = 1, .code = FB_ABSENT};
		FB_OK_FATAL(
			fb_kernel_lines_create(&host.made->kernel, host.modules, dirs, 1, &lines));
		FB_OK(fb_kernel_lines_add(lines, &stack));
		CU_ASSERT(!frames[0].source.count && !frames[1].source.count);
		CU_ASSERT_EQUAL(failure.reads, 1); /* it is tried once */
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(host.made->warnings), 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(host.made->warnings, 0),
					      "lines of the kernel's code: module loop: "));
		fb_kernel_lines_destroy(lines);
		host.made->kernel.space = failing.whole;
	}
	destroy_host(&host);
}

FB_TEST_MAIN("kernel/kernel_lines", FB_TEST(the_kernel_has_those_of_its_vmlinux),
	     FB_TEST(a_return_address_is_not_where_the_call_was),
	     FB_TEST(without_a_vmlinux_there_are_none),
	     FB_TEST(a_file_that_cannot_be_used_is_one_warning),
	     FB_TEST(a_module_has_those_of_its_file), FB_TEST(a_lost_build_id_is_one_warning))
