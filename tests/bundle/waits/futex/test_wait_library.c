// SPDX-License-Identifier: GPL-2.0-or-later
/* Which library a thread is in that sleeps in futex(): by names, and in the sample's real memory. */
#include "bundle/waits/futex/wait_library.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "bundle/process/joined_private.h"
#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

#define LOCK_AB 130 /* of the sample: it waits for a mutex of glibc */

static void knows_libraries_by_name(void)
{
	CU_ASSERT_EQUAL(fb_futex_library_by_name("libc.so.6"), FB_FUTEX_GLIBC);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("libpthread-2.31.so"), FB_FUTEX_GLIBC);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("libc-2.31.so"), FB_FUTEX_GLIBC);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("ld-linux.so.2"), FB_FUTEX_GLIBC);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("ld-musl-x86_64.so.1"), FB_FUTEX_MUSL);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("libc.musl-x86_64.so.1"), FB_FUTEX_MUSL);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("rprog"), FB_FUTEX_UNKNOWN);
	CU_ASSERT_EQUAL(fb_futex_library_by_name("libcurl.so.4"), FB_FUTEX_UNKNOWN);
	CU_ASSERT_EQUAL(fb_futex_library_by_name(""), FB_FUTEX_UNKNOWN);
}

/* A thread of the sample, where its core saved its stack (with_core) or nothing did. */
static void begin(struct sample_finder *caller, bool with_core)
{
	sample_finder_begin(caller, LOCK_AB, with_core ? "core.128.xz" : NULL, NULL);
}

static struct fb_futex_caller find(struct sample_finder *caller)
{
	struct fb_futex_caller found = {0};

	FB_OK_FATAL(
		fb_futex_caller_find(&caller->finder, &caller->blocked, caller->joined, &found));
	return found;
}

/* The first word at or above the stack pointer that is an address of the program's own code. */
static uint64_t return_to_program(struct sample_finder *caller)
{
	const struct fb_vmas *vmas = fb_joined_vmas(caller->joined);
	const struct fb_vma *code = vmas->vma;
	uint64_t word;

	while (!(code->flags & FB_VM_EXEC))
		code++;
	for (uint64_t at = caller->blocked.regs.rsp;; at += 8) {
		FB_OK_FATAL(fb_space_u64(fb_joined_space(caller->joined), at, &word));
		if (word >= code->start && word < code->end)
			return at;
	}
}

static void believes_glibc_where_no_syscall_is_in_between(void)
{
	struct fb_futex_caller found;
	struct sample_finder caller;

	begin(&caller, true);
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_GLIBC);
	CU_ASSERT(found.proven);
	/* As if syscall() had been called: it returns to the program. */
	caller.blocked.regs.rsp = return_to_program(&caller);
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_PROGRAM);
	CU_ASSERT_STRING_EQUAL(found.object, "actors");
	/* The program's own code made the call. */
	FB_OK_FATAL(fb_space_u64(fb_joined_space(caller.joined), caller.blocked.regs.rsp,
				 (uint64_t *)&caller.blocked.regs.rip));
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_UNKNOWN);
	CU_ASSERT_FALSE(found.proven);
	CU_ASSERT_STRING_EQUAL(found.object, "actors");
	sample_finder_end(&caller);
}

static void proves_nothing_without_the_stack(void)
{
	struct fb_futex_caller found;
	struct sample_finder caller;

	begin(&caller, false);
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_GLIBC);
	CU_ASSERT_FALSE(found.proven);
	caller.blocked.has_regs = false;
	CU_ASSERT_EQUAL(find(&caller).library, FB_FUTEX_UNKNOWN);
	sample_finder_end(&caller);
}

/* The bytes of code before the system call, which a test gives; the rest of the memory is the process's. */
static const struct fb_space_ops *whole;
static uint64_t code_at;
static uint8_t code_bytes[7];

static struct fb_error *read_with_code(struct fb_space *space, uint64_t address, void *to,
				       size_t length)
{
	if (address != code_at || length != sizeof(code_bytes))
		return whole->read(space, address, to, length);
	memcpy(to, code_bytes, sizeof(code_bytes));
	return NULL;
}

static void tells_syscall_by_its_code(void)
{
	static const uint8_t of_syscall[] = {0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05};
	static struct fb_space_ops with_code;
	struct sample_finder caller;
	struct fb_futex_caller found;

	begin(&caller, false);
	whole = caller.joined->space.ops;
	with_code = *whole;
	with_code.read = read_with_code;
	caller.joined->space.ops = &with_code;
	code_at = caller.blocked.regs.rip - sizeof(code_bytes);
	memcpy(code_bytes, of_syscall, sizeof(code_bytes));
	found = find(&caller);
	CU_ASSERT(found.library == FB_FUTEX_UNKNOWN && !found.proven);
	CU_ASSERT_PTR_NOT_NULL(strstr(found.because, "it called syscall(): "));
	CU_ASSERT_STRING_EQUAL(found.object, "libc.so.6");
	/* Another function's: the arguments were in registers. */
	for (size_t i = 0; i < sizeof(code_bytes); i++) {
		code_bytes[i] ^= 1;
		found = find(&caller);
		CU_ASSERT(found.library == FB_FUTEX_GLIBC && found.proven);
		CU_ASSERT_STRING_EQUAL(found.because, "");
		code_bytes[i] ^= 1;
	}
	sample_finder_end(&caller);
}

/* A 32-bit process is in the kernel's own code; above three registers on its stack is where that returns to. */
static void looks_behind_the_vdso_of_32_bits(void)
{
	struct fb_futex_caller found;
	struct sample_finder caller;
	const struct fb_vmas *vmas;
	uint64_t stack;

	begin(&caller, true);
	vmas = fb_joined_vmas(caller.joined);
	caller.blocked.compat = true;
	/* On this stack there is a word, which leads to no code below 4 GiB. */
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(found.because, "");
	CU_ASSERT_FALSE(found.proven);
	/* Where there is none, it is said. */
	stack = vmas->vma[vmas->count - 1].end + FB_PAGE_SIZE;
	caller.blocked.regs.rsp = stack;
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_UNKNOWN);
	CU_ASSERT_STRING_NOT_EQUAL(found.because, "");
	sample_finder_end(&caller);
}

/* A mapping whose struct file is lost has the name that a core of the process has for that place. */
static void names_a_file_by_the_core(void)
{
	struct fb_vma vma = {.file = 0x1000};
	const struct fb_core_mapping *mapping;
	const struct fb_core_info *info;
	struct sample_finder caller;
	char name[64] = "as it was";

	begin(&caller, true);
	info = fb_core_info(fb_input_core_of(caller.sample.input, 128)->core);
	CU_ASSERT_FATAL(info->mapping_count > 1);
	for (size_t i = 0; i < info->mapping_count; i++) {
		mapping = &info->mappings[i];
		for (uint64_t at = mapping->start; at < mapping->end;
		     at += mapping->end - mapping->start - 1) {
			vma.start = at;
			FB_OK_FATAL(fb_futex_object_name(&caller.finder, caller.blocked.task, &vma,
							 name, sizeof(name)));
			CU_ASSERT_STRING_EQUAL(name, strrchr(mapping->path, '/') + 1);
		}
	}
	memcpy(name, "as it was", 10);
	vma.start = info->mappings[0].start - 1;
	FB_FAILS(
		fb_futex_object_name(&caller.finder, caller.blocked.task, &vma, name, sizeof(name)),
		FB_CORRUPT);
	vma.start = info->mappings[info->mapping_count - 1].end;
	FB_FAILS(
		fb_futex_object_name(&caller.finder, caller.blocked.task, &vma, name, sizeof(name)),
		FB_CORRUPT);
	/* The core is of another process. */
	vma.start = info->mappings[0].start;
	FB_FAILS(fb_futex_object_name(&caller.finder, sample_task(&caller.sample, 132), &vma, name,
				      sizeof(name)),
		 FB_CORRUPT);
	CU_ASSERT_STRING_EQUAL(name, "as it was");
	sample_finder_end(&caller);
}

static void names_a_file_by_what_is_left_of_its_path(void)
{
	static const struct {
		const char *path, *name;
	} paths[] = {
		{"/usr/lib/libc.so.6", "libc.so.6"},
		{"libc.so.6", "libc.so.6"},
		{"/", ""},
		{"/a\nb", "a\\x0ab"},
	};
	struct fb_vma vma = {0};
	struct sample_finder caller;
	char name[64];

	begin(&caller, false);
	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		vma.path = paths[i].path;
		FB_OK_FATAL(fb_futex_object_name(&caller.finder, caller.blocked.task, &vma, name,
						 sizeof(name)));
		CU_ASSERT_STRING_EQUAL(name, paths[i].name);
	}
	vma.path = "";
	FB_FAILS(
		fb_futex_object_name(&caller.finder, caller.blocked.task, &vma, name, sizeof(name)),
		FB_CORRUPT);
	sample_finder_end(&caller);
}

/* What stands on top of the stack is a return address only where it leads to code of a file. */
static void looks_behind_syscall_for_code_alone(void)
{
	struct fb_futex_caller found;
	struct fb_vma *code, before;
	struct sample_finder caller;
	uint64_t word;

	begin(&caller, true);
	caller.blocked.regs.rsp = return_to_program(&caller);
	FB_OK_FATAL(fb_space_u64(fb_joined_space(caller.joined), caller.blocked.regs.rsp, &word));
	code = (struct fb_vma *)fb_vmas_find(fb_joined_vmas(caller.joined), word);
	before = *code;
	CU_ASSERT_EQUAL(find(&caller).library, FB_FUTEX_PROGRAM);
	CU_ASSERT(find(&caller).proven);
	code->flags &= ~(uint64_t)FB_VM_EXEC;
	found = find(&caller);
	CU_ASSERT(found.library == FB_FUTEX_GLIBC && found.proven);
	code->no_flags = true; /* of a core, which does not tell */
	CU_ASSERT_EQUAL(find(&caller).library, FB_FUTEX_PROGRAM);
	*code = before;
	code->file = 0;
	code->path = NULL;
	CU_ASSERT_EQUAL(find(&caller).library, FB_FUTEX_GLIBC);
	code->path = "/lib/libpthread.so.0"; /* another part of glibc */
	CU_ASSERT_EQUAL(find(&caller).library, FB_FUTEX_GLIBC);
	code->path = "/opt/runtime";
	found = find(&caller);
	CU_ASSERT_EQUAL(found.library, FB_FUTEX_PROGRAM);
	CU_ASSERT_STRING_EQUAL(found.object, "runtime");
	*code = before;
	sample_finder_end(&caller);
}

static struct fb_error *ask(void *context)
{
	struct sample_finder *caller = context;
	struct fb_futex_caller found;

	return fb_futex_caller_find(&caller->finder, &caller->blocked, caller->joined, &found);
}

/* Of a call out of the program itself, whose symbols are looked at, and out of the C library. */
static void what_is_no_damage_is_passed_on(void)
{
	char *root = sample_path("sysroot");
	struct failure failure = {.at = 0};
	struct fb_host_files *files = NULL;
	struct sample_finder caller;
	struct failing_space memory;

	FB_OK_FATAL(fb_host_files_create(root, &files));
	sample_finder_begin(&caller, LOCK_AB, "core.128.xz", files);
	failing_space_init(&memory, caller.finder.kernel->space, &failure);
	caller.finder.kernel->space = &memory.space;
	CU_ASSERT(failing_must_pass(ask, &caller, &failure, 60, 0) > 5);
	caller.blocked.regs.rsp = return_to_program(&caller);
	CU_ASSERT(failing_must_pass(ask, &caller, &failure, 60, 0) > 10);
	FB_OK_FATAL(fb_space_u64(fb_joined_space(caller.joined), caller.blocked.regs.rsp,
				 (uint64_t *)&caller.blocked.regs.rip));
	CU_ASSERT(failing_must_pass(ask, &caller, &failure, 60, 0) > 10);
	caller.finder.kernel->space = memory.whole;
	sample_finder_end(&caller);
	fb_host_files_destroy(files);
	free(root);
}

FB_TEST_MAIN("bundle/wait_library", FB_TEST(knows_libraries_by_name),
	     FB_TEST(believes_glibc_where_no_syscall_is_in_between),
	     FB_TEST(proves_nothing_without_the_stack), FB_TEST(tells_syscall_by_its_code),
	     FB_TEST(looks_behind_the_vdso_of_32_bits), FB_TEST(names_a_file_by_the_core),
	     FB_TEST(names_a_file_by_what_is_left_of_its_path),
	     FB_TEST(looks_behind_syscall_for_code_alone), FB_TEST(what_is_no_damage_is_passed_on))
