// SPDX-License-Identifier: GPL-2.0-or-later
/* The XSAVE state of a child of this program, and where this CPU puts its components. */
#include "bundle/capture/xstate.h"

#include <cpuid.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"

#define MASK_OFFSET 464u
#define AVX 2u

static bool has_avx(void)
{
	unsigned eax, ebx, ecx, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_OSXSAVE) && (ecx & bit_AVX);
}

static uint64_t mask_of(const uint8_t *state)
{
	uint64_t mask;

	memcpy(&mask, state + MASK_OFFSET, sizeof(mask));
	return mask;
}

/* A child that stands still; -1, and the test is skipped, where this program may not trace. */
static pid_t start_child(void)
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		const uint64_t words[] = {1, 2, 3, 4};

		if (has_avx())
			__asm__ volatile("vmovdqu %0, %%ymm3" : : "m"(words) : "xmm3");
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			/* Not by the C library, which uses such registers itself. */
			__asm__ volatile("int3");
		_exit(1);
	}
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status))
		return child;
	fb_test_skip("ptrace is not allowed here");
	return -1;
}

/* Words of a layout: which, size, offset, flags. */
static uint32_t word_of(const struct fb_buf *layout, size_t component, size_t word)
{
	uint32_t value;

	memcpy(&value, layout->data + component * 16 + word * 4, sizeof(value));
	return value;
}

static void check_state(const uint8_t *state, size_t size, pid_t child)
{
	const uint64_t upper[] = {3, 4};
	struct user_fpregs_struct fpregs;
	struct fb_buf layout;

	CU_ASSERT_EQUAL(ptrace(PTRACE_GETFPREGS, child, NULL, &fpregs), 0);
	CU_ASSERT_FATAL(size >= 576);
	CU_ASSERT_EQUAL(memcmp(state, &fpregs, 416), 0);
	fb_buf_init(&layout, FB_MAX_XSTATE);
	FB_OK(fb_xstate_layout(state, size, &layout));
	CU_ASSERT_EQUAL(layout.size, 16u * (unsigned)__builtin_popcountll(mask_of(state) >> AVX));
	if (has_avx()) {
		CU_ASSERT(mask_of(state) >> AVX & 1);
		CU_ASSERT_FATAL(layout.size >= 16);
		CU_ASSERT_EQUAL(word_of(&layout, 0, 0), AVX);
		CU_ASSERT_EQUAL(word_of(&layout, 0, 1), 256);
		CU_ASSERT_EQUAL(word_of(&layout, 0, 2), 576);
		CU_ASSERT_EQUAL(word_of(&layout, 0, 3), 0);
		CU_ASSERT_FATAL(size >= 832);
		CU_ASSERT_EQUAL(memcmp(state + 576 + 16 * 3, upper, sizeof(upper)), 0);
	}
	fb_buf_deinit(&layout);
}

static void a_thread_has_its_state(void)
{
	struct fb_xstate_room room = {0};
	const pid_t child = start_child();
	size_t size, again;

	if (child < 0)
		return;
	size = fb_xstate_read(child, &room);
	if (!size)
		fb_test_skip("no XSAVE here");
	else
		check_state(room.bytes, size, child);
	/* A room that fits exactly may have cut it. */
	room.size = size;
	again = fb_xstate_read(child, &room);
	CU_ASSERT_EQUAL(again, size);
	CU_ASSERT(!size || room.size > size);
	fb_xstate_room_deinit(&room);
	CU_ASSERT_PTR_NULL(room.bytes);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

static void what_nobody_traces_has_none(void)
{
	struct fb_xstate_room room = {0};

	CU_ASSERT_EQUAL(fb_xstate_read(getpid(), &room), 0);
	fb_xstate_room_deinit(&room);
}

/* size_ret: of the layout of a state of so many bytes with this mask, appended to 3 bytes. */
static size_t layout_of(uint64_t mask, size_t size)
{
	uint8_t state[4096] = {0};
	struct fb_buf layout;
	size_t got;

	memcpy(state + MASK_OFFSET, &mask, sizeof(mask));
	fb_buf_init(&layout, 4096);
	FB_OK(fb_buf_append(&layout, "abc", 3));
	FB_OK(fb_xstate_layout(state, size, &layout));
	CU_ASSERT(layout.size >= 3 && !memcmp(layout.data, "abc", 3));
	got = layout.size - 3;
	fb_buf_deinit(&layout);
	return got;
}

static void what_the_cpu_does_not_know_has_no_layout(void)
{
	CU_ASSERT_EQUAL(layout_of(3, 4096), 0);
	CU_ASSERT_EQUAL(layout_of(1ull << 62, 4096), 0);
	CU_ASSERT_EQUAL(layout_of(4, 575), 0);
	if (!has_avx()) {
		fb_test_skip("no AVX here");
		return;
	}
	CU_ASSERT_EQUAL(layout_of(7, 4096), 16);
	CU_ASSERT_EQUAL(layout_of(7, 832), 16);
	CU_ASSERT_EQUAL(layout_of(7, 831), 0);
	CU_ASSERT_EQUAL(layout_of(7 | 1ull << 62, 4096), 0);
}

FB_TEST_MAIN("bundle/xstate", FB_TEST(a_thread_has_its_state), FB_TEST(what_nobody_traces_has_none),
	     FB_TEST(what_the_cpu_does_not_know_has_no_layout))
