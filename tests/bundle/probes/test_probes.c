// SPDX-License-Identifier: GPL-2.0-or-later
/* What a made kernel has of what the program looks for, under new and old names and in other places. */
#include "bundle/probes/probes.h"

#include <stdio.h>
#include <string.h>

#include "bundle/probes/probes_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_types.h"

static const struct fb_probe *probe_of(const struct fb_probes *probes, enum fb_probe_kind kind,
				       const char *name)
{
	for (size_t i = 0; i < probes->count; i++)
		if (probes->probes[i].kind == kind && !strcmp(probes->probes[i].name, name))
			return &probes->probes[i];
	return NULL;
}

static enum fb_probe_state state_of(const struct fb_probes *probes, enum fb_probe_kind kind,
				    const char *name)
{
	const struct fb_probe *probe = probe_of(probes, kind, name);

	CU_ASSERT_PTR_NOT_NULL_FATAL(probe);
	return probe->state;
}

/* A kernel of 2.6 to 5.13 and of no other: what the tables have two names for is here under the older one. */
static struct made_kernel *make_kernel(struct made_types *types)
{
	static const char *const names[] = {"init_task",
					    "pcpu_hot",
					    "log_buf",
					    "pipe_read.constprop.0",
					    "pipe_readable",
					    "__lock_page",
					    "request_wait_answer",
					    NULL};
	static const uint64_t addresses[] = {MADE_BASE,       MADE_BASE + 64,  MADE_BASE + 128,
					     MADE_BASE + 192, MADE_BASE + 256, MADE_BASE + 320,
					     MADE_BASE + 384};
	struct made_kernel *made = made_kernel_create();

	made_symbols(made, names, addresses);
	made_types_begin(types);
	made_struct(types, "task_struct", 64,
		    MADE_MEMBERS_OF({"state", types->word, 0}, {"pid", types->half, 8},
				    {"blocker_mutex", types->word, 16}));
	made_struct(types, "module_layout", 8, MADE_MEMBERS_OF({"base", types->word, 0}));
	made_types_give(types, made);
	fb_layout_resolve(made->kernel.types, &made->kernel.layout);
	return made;
}

static void tells_what_there_is(void)
{
	struct made_types types;
	struct made_kernel *made = make_kernel(&types);
	struct fb_probes probes;
	const struct fb_probe *probe;
	size_t counted = 0;

	FB_OK_FATAL(fb_probes_load(&made->kernel, NULL, &probes));
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_TYPE, "task_struct"), FB_PROBE_FOUND);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_TYPE, "mm_struct"), FB_PROBE_MISSING);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_MEMBER, "task_struct.pid"), FB_PROBE_FOUND);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_MEMBER, "task_struct.tgid"), FB_PROBE_MISSING);
	probe = probe_of(&probes, FB_PROBE_MEMBER, "task_struct.__state");
	CU_ASSERT_STRING_EQUAL(probe->found, "state");
	CU_ASSERT(probe->renamed);
	CU_ASSERT(!probe_of(&probes, FB_PROBE_MEMBER, "task_struct.pid")->renamed);
	CU_ASSERT_STRING_EQUAL(probe->cost, "processes and threads, and their state");
	/* A member of no layout table. */
	probe = probe_of(&probes, FB_PROBE_MEMBER, "task_struct.blocker");
	CU_ASSERT_STRING_EQUAL(probe->found, "blocker_mutex");
	CU_ASSERT(probe->renamed);
	probe = probe_of(&probes, FB_PROBE_MEMBER, "module_memory.base");
	CU_ASSERT_EQUAL(probe->state, FB_PROBE_REPLACED);
	CU_ASSERT_STRING_EQUAL(probe->instead, "module_layout.base");
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_MEMBER, "backing_file.user_path"),
			FB_PROBE_EXPLAINED);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_SYMBOL, "init_task"), FB_PROBE_FOUND);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_SYMBOL, "init_pid_ns"), FB_PROBE_MISSING);
	CU_ASSERT_STRING_EQUAL(probe_of(&probes, FB_PROBE_SYMBOL, "prb")->found, "log_buf");
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_ENUMERATOR, "enum pageflags.PG_lru"),
			FB_PROBE_MISSING);
	for (size_t i = 0; i < FB_PROBE_STATES; i++)
		counted += probes.states[i];
	CU_ASSERT_EQUAL(counted, probes.count);
	CU_ASSERT_EQUAL(probes.renamed, 6);
	fb_probes_deinit(&probes);
	made_kernel_destroy(made);
	made_types_end(&types);
}

static void finds_functions(void)
{
	struct made_types types;
	struct made_kernel *made = make_kernel(&types);
	struct fb_probes probes;
	const struct fb_probe *read;

	FB_OK_FATAL(fb_probes_load(&made->kernel, NULL, &probes));
	/* A copy for some callers; another function whose name begins so is another one. */
	read = probe_of(&probes, FB_PROBE_FUNCTION, "pipe_read");
	CU_ASSERT_EQUAL(read->state, FB_PROBE_FOUND);
	CU_ASSERT_STRING_EQUAL(read->wait, "pipe-read");
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "pipe_write"), FB_PROBE_MISSING);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "anon_pipe_read"), FB_PROBE_REPLACED);
	CU_ASSERT_EQUAL(probe_of(&probes, FB_PROBE_FUNCTION, "anon_pipe_read")->row, read->row);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "__lock_page"), FB_PROBE_FOUND);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "__folio_lock"), FB_PROBE_REPLACED);
	/* Of a module, and of one that was made a part of the kernel. */
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "rpc_wait_bit_killable"),
			FB_PROBE_MISSING);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "request_wait_answer"),
			FB_PROBE_FOUND);
	CU_ASSERT_EQUAL(state_of(&probes, FB_PROBE_FUNCTION, "wait_for_vfork_done"),
			FB_PROBE_EXPLAINED);
	fb_probes_deinit(&probes);
	made_kernel_destroy(made);
	made_types_end(&types);
}

/* A reason for a name that no table has any more would say nothing. */
static void gives_reasons_for_probes_only(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_probes probes;
	const char *name;
	size_t unknown = 0, twice = 0;

	FB_OK_FATAL(fb_probes_load(&made->kernel, NULL, &probes));
	for (size_t i = 0; (name = fb_probe_reason_name(i)); i++) {
		bool known = false;

		for (size_t k = 0; k < probes.count; k++)
			known = known || !strcmp(probes.probes[k].name, name);
		if (!known) {
			fprintf(stderr, "no probe is named %s\n", name);
			unknown++;
		}
	}
	CU_ASSERT_EQUAL(unknown, 0);
	for (size_t i = 0; i < probes.count; i++) {
		const struct fb_probe *probe = &probes.probes[i];

		if (probe_of(&probes, probe->kind, probe->name) != probe) {
			fprintf(stderr, "%s is looked for twice\n", probe->name);
			twice++;
		}
		CU_ASSERT(*probe->cost);
	}
	CU_ASSERT_EQUAL(twice, 0);
	/* Without types and symbols nothing is found. */
	CU_ASSERT_EQUAL(probes.states[FB_PROBE_FOUND], 0);
	fb_probes_deinit(&probes);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("bundle/probes", FB_TEST(tells_what_there_is), FB_TEST(finds_functions),
	     FB_TEST(gives_reasons_for_probes_only))
