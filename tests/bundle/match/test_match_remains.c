// SPDX-License-Identifier: GPL-2.0-or-later
/* PIDs in the names of cores that lost their notes, and the vector of exec on the stack that such a core has. */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "bundle/match/match_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

#define STACK 0x7ffffff00000ull
#define SEARCHED (64u << 10) /* as match_remains.c has it */

/* A core of that name without a note that says whose it is. */
static struct fb_core *open_nameless(const char *name, struct make_core *make)
{
	struct fb_core *core = NULL;

	make_segment(make, 0x10000, 0x1000, NULL, 0x1000, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(make, name), NULL, &core));
	return core;
}

static void numbers_in_names_are_pids(void)
{
	static const struct {
		const char *name;
		int32_t pids[FB_MAX_NAME_PIDS + 1]; /* 0 behind the last */
	} names[] = {
		{"core", {0}},
		{"core.132", {132}},
		{"132", {132}},
		{"core.0", {0}},
		{"core.1", {1}},
		{"core.00132", {132}},
		{"core.4194304", {4194304}},
		{"core.4194305", {0}},
		{"core.18446744073709551615", {0}},
		{"core.99999999999999999999999", {0}},
		{"core-nginx-33.132", {33, 132}},
		{"a1.2b.3c4.5", {5}},
		{"7z.12", {12}},
		{"12.x9", {12}},
		{"1.2.3.4", {1, 2, 3, 4}},
		{"1.2.3.4.5", {1, 2, 3, 4}},
		{"0.1.0.2.9999999.3.4.5", {1, 2, 3, 4}},
		/* systemd-coredump's: the PID alone, behind the boot's ID. */
		{"core.a.33.0123456789abcdef0123456789abcdef.132.1700000000", {132}},
		{"core.33.0123456789abcdef0123456789abcdef.0.17", {0}},
		{"core.33.0123456789abcdef0123456789abcdef.4194305.17", {0}},
		/* One digit too few or too many, or at the end. */
		{"core.a.33.0123456789abcdef0123456789abcde.132.17", {33, 132, 17}},
		{"core.a.33.0123456789abcdef0123456789abcdeff.132.17", {33, 132, 17}},
		{"core.a.33.0123456789abcdef0123456789abcdef", {33}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		struct make_core make = {.layout = MAKE_KERNEL};
		struct fb_core *core = open_nameless(names[i].name, &make);
		struct fb_core_pids pids;
		size_t count = 0;

		memset(&pids, 0xaa, sizeof(pids));
		fb_core_pids_read(core, &pids);
		CU_ASSERT_TRUE(pids.by_name);
		while (names[i].pids[count])
			count++;
		CU_ASSERT_EQUAL(pids.count, count);
		for (size_t j = 0; j < count && j < pids.count; j++)
			CU_ASSERT_EQUAL(pids.pid[j], names[i].pids[j]);
		fb_core_destroy(core);
	}
}

static void a_note_says_more_than_a_name(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core_pids pids = {.count = 3};
	struct fb_core *core;

	make_psinfo(&make, 17, "made", "");
	core = open_nameless("core.132", &make);
	fb_core_pids_read(core, &pids);
	CU_ASSERT(pids.count == 1 && pids.pid[0] == 17 && !pids.by_name);
	fb_core_destroy(core);
}

/* A stack of that many bytes with the process's vector at an offset of it; SIZE_MAX: nowhere. */
static struct fb_core *open_stack(size_t size, size_t at, const struct fb_match_process *process)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	uint8_t *bytes = calloc(1, size);
	struct fb_core *core;

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	if (at != SIZE_MAX)
		fb_auxv_bytes(&process->auxv, bytes + at);
	make_segment(&make, STACK, size + FB_PAGE_SIZE, bytes, size, PF_R | PF_W);
	core = open_nameless("core", &make);
	free(bytes);
	return core;
}

static void check_vector(size_t size, size_t at, const struct fb_match_process *process, bool is)
{
	struct fb_core *core = open_stack(size, at, process);
	bool has = !is;

	FB_OK(fb_core_has_vector(core, process, &has));
	CU_ASSERT_EQUAL(has, is);
	fb_core_destroy(core);
}

static void the_vector_is_found_on_the_stack(void)
{
	struct fb_match_process process = {
		.auxv = {.word = {33, 0x7fff, 6, 4096, 25, 0x1234}, .pairs = 3},
		.stack = STACK + 64};
	const size_t size = 2 * SEARCHED, first = 64, last = first + SEARCHED - 48;

	check_vector(size, SIZE_MAX, &process, false);
	check_vector(size, first, &process, true);
	check_vector(size, first - 8, &process, false);
	check_vector(size, 1001, &process, true);
	check_vector(size, last, &process, true);
	check_vector(size, last + 1, &process, false);
	/* Of a core that ends before. */
	check_vector(112, 64, &process, true);
	process.stack = STACK + 112;
	check_vector(112, 64, &process, false);
	process.stack = STACK + 111;
	check_vector(112, 64, &process, false);
	process.stack = STACK - 1;
	check_vector(112, 64, &process, false);
	process.stack = STACK;
	check_vector(112, 64, &process, true);
	process.auxv.is_32bit = true; /* half as long */
	check_vector(112, 64, &process, true);
	check_vector(88, 64, &process, true);
	process.auxv.pairs = 0; /* the process's could not be read */
	check_vector(112, 64, &process, false);
}

FB_TEST_MAIN("bundle/match_remains", FB_TEST(numbers_in_names_are_pids),
	     FB_TEST(a_note_says_more_than_a_name), FB_TEST(the_vector_is_found_on_the_stack))
