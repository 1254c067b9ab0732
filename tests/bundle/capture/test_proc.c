// SPDX-License-Identifier: GPL-2.0-or-later
/* Held against this very process. */
#include "bundle/capture/proc.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"

static void status_is_that_of_the_process(void)
{
	struct fb_proc_status status;

	(void)prctl(PR_SET_NAME, "a) R 7 (b");
	FB_OK_FATAL(fb_proc_status(getpid(), 0, &status));
	CU_ASSERT_STRING_EQUAL(status.comm, "a) R 7 (b");
	CU_ASSERT_EQUAL(status.state, 'R');
	CU_ASSERT_EQUAL(status.ppid, getppid());
	CU_ASSERT_EQUAL(status.pgrp, getpgrp());
	CU_ASSERT_EQUAL(status.sid, getsid(0));
	CU_ASSERT_EQUAL(status.uid, getuid());
	CU_ASSERT_EQUAL(status.gid, getgid());
	FB_OK_FATAL(fb_proc_status(getpid(), gettid(), &status));
	CU_ASSERT_STRING_EQUAL(status.comm, "a) R 7 (b");
	FB_FAILS(fb_proc_status(FB_MAX_TASKS - 1, 0, &status), FB_NOT_FOUND);
}

static const struct fb_proc_mapping *find(const struct fb_proc_maps *maps, const void *address)
{
	for (size_t i = 0; i < maps->count; i++)
		if (maps->list[i].start <= (uintptr_t)address &&
		    (uintptr_t)address < maps->list[i].end)
			return &maps->list[i];
	return NULL;
}

static void mappings_have_their_kinds(void)
{
	const size_t size = 4 * FB_PAGE_SIZE;
	char *own = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fb_proc_maps maps;
	const struct fb_proc_mapping *mapping;

	FB_OK_FATAL(fb_proc_maps_read(getpid(), &maps));
	mapping = find(&maps, own);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_ANONYMOUS);
	CU_ASSERT_EQUAL(mapping->flags, PF_R);
	mapping = find(&maps, shared);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_SHMEM);
	CU_ASSERT_EQUAL(mapping->flags, PF_R | PF_W);
	mapping = find(&maps, &find);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	CU_ASSERT_EQUAL(mapping->kind, FB_PROC_FILE);
	CU_ASSERT_TRUE(mapping->flags & PF_X);
	CU_ASSERT_PTR_NOT_NULL(strstr(mapping->path, "/test_bundle_proc"));
	for (size_t i = 1; i < maps.count; i++)
		CU_ASSERT_TRUE(maps.list[i - 1].end <= maps.list[i].start);
	fb_proc_maps_deinit(&maps);
	(void)munmap(own, size);
	(void)munmap(shared, size);
	/* kthreadd, where it is to be seen, has none. */
	FB_FAILS(fb_proc_maps_read(FB_MAX_TASKS - 1, &maps), FB_NOT_FOUND);
}

static void a_running_thread_has_no_registers(void)
{
	struct user_regs_struct regs;
	struct fb_error *err = fb_proc_syscall_regs(getpid(), gettid(), &regs);

	/* It reads its own: so it is in read(), with these arguments. */
	if (!err) {
		CU_ASSERT_EQUAL(regs.orig_rax, 0);
		CU_ASSERT_EQUAL(regs.cs, 0x33);
		CU_ASSERT_TRUE(regs.rip != 0 && regs.rsp != 0);
	}
	fb_error_destroy(err);
}

FB_TEST_MAIN("bundle/capture/proc", FB_TEST(status_is_that_of_the_process),
	     FB_TEST(mappings_have_their_kinds), FB_TEST(a_running_thread_has_no_registers))
