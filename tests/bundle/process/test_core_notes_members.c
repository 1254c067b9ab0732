// SPDX-License-Identifier: GPL-2.0-or-later
/* Notes of a core that is built of a kernel in which a member of a struct is missing, or of another size. */
#include <elf.h>
#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/process/written_notes.h"
#include "tests/harness.h"

#define PID 202
#define NOWHERE 0xffff800000001000ull /* where the sample has nothing: a struct pid of the test */
#define GROUP 4242
#define SESSION 4343
#define GID 1000
#define PRIO 115 /* nice -5 */

struct world {
	struct notes notes;
	struct fb_kernel *kernel;
	struct fb_layout *layout;
	struct changed_space memory;
};

static void put(struct world *w, uint64_t object, const struct fb_field *field, uint64_t value)
{
	changed_space_put(&w->memory, object + field->offset, value, field->size);
}

/* The process has a group, a session, a GID and a nice value, all of which are 0 in the sample. */
static void begin(struct world *w)
{
	uint64_t task, signal = 0, cred = 0;

	notes_open(&w->notes, NULL);
	w->kernel = fb_input_kernel(w->notes.sample.input);
	w->layout = &w->kernel->layout;
	changed_space_init(&w->memory, w->kernel->space);
	w->kernel->space = &w->memory.space;
	task = notes_task(&w->notes, PID)->address;
	FB_OK_FATAL(fb_kernel_field(w->kernel, task, &w->layout->task_signal, &signal));
	FB_OK_FATAL(fb_kernel_field(w->kernel, task, &w->layout->task_cred, &cred));
	for (uint64_t type = 2; type <= 3; type++) {
		uint64_t pid = NOWHERE + type * 256;

		changed_space_put(&w->memory, signal + w->layout->signal_pids.offset + type * 8,
				  pid, 8);
		put(w, pid + w->layout->pid_numbers.offset, &w->layout->upid_nr,
		    type == 2 ? GROUP : SESSION);
	}
	put(w, cred, &w->layout->cred_gid, GID);
	put(w, task, &w->layout->task_static_prio, PRIO);
}

static void end(struct world *w)
{
	w->kernel->space = w->memory.whole;
	notes_close(&w->notes);
}

static void check(struct world *w, bool ids, bool gid, bool nice)
{
	notes_write(&w->notes, PID);
	CU_ASSERT_EQUAL_FATAL(w->notes.thread_count, 3);
	for (size_t i = 0; i < w->notes.thread_count; i++) {
		CU_ASSERT_EQUAL(w->notes.threads[i].pr_pgrp, ids ? GROUP : 0);
		CU_ASSERT_EQUAL(w->notes.threads[i].pr_sid, ids ? SESSION : 0);
	}
	CU_ASSERT_EQUAL(w->notes.psinfo.pr_pgrp, ids ? GROUP : 0);
	CU_ASSERT_EQUAL(w->notes.psinfo.pr_sid, ids ? SESSION : 0);
	CU_ASSERT_EQUAL(w->notes.psinfo.pr_gid, gid ? GID : 0);
	CU_ASSERT_EQUAL(w->notes.psinfo.pr_nice, nice ? -5 : 0);
}

static void what_no_member_leads_to_is_zero(void)
{
	static const struct {
		size_t field;
		bool ids, gid, nice;
	} cases[] = {
		{offsetof(struct fb_layout, signal_pids), false, true, true},
		{offsetof(struct fb_layout, pid_numbers), false, true, true},
		{offsetof(struct fb_layout, upid_nr), false, true, true},
		{offsetof(struct fb_layout, task_signal), false, true, true},
		{offsetof(struct fb_layout, task_cred), true, false, false},
		{offsetof(struct fb_layout, cred_gid), true, false, false},
		{offsetof(struct fb_layout, task_static_prio), true, true, false},
	};
	struct world w;

	begin(&w);
	check(&w, true, true, true);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_field *field = (struct fb_field *)((char *)w.layout + cases[i].field);

		CU_ASSERT_FATAL(field->found);
		field->found = false;
		check(&w, cases[i].ids, cases[i].gid, cases[i].nice);
		field->found = true;
	}
	CU_ASSERT_EQUAL(fb_warnings_count(w.notes.sample.warnings), 0);
	end(&w);
}

/* The kernel's array may have fewer pairs than a core can have, or more. */
static void the_auxiliary_vector_is_as_long_as_its_array(void)
{
	struct fb_field *field;
	uint32_t size;
	size_t pairs;
	struct world w;

	begin(&w);
	field = &w.layout->mm_saved_auxv;
	size = field->size;
	notes_write(&w.notes, PID);
	pairs = w.notes.auxv_pairs;
	CU_ASSERT_FATAL(pairs > 3 && size < sizeof(w.notes.auxv));
	CU_ASSERT_EQUAL(w.notes.auxv[pairs - 1][0], AT_NULL);
	field->size = 2 * sizeof(w.notes.auxv[0]);
	notes_write(&w.notes, PID);
	CU_ASSERT_EQUAL(w.notes.auxv_pairs, 3);
	CU_ASSERT(!w.notes.auxv[2][0] && !w.notes.auxv[2][1]);
	field->size = 2 * sizeof(w.notes.auxv);
	notes_write(&w.notes, PID);
	CU_ASSERT_EQUAL(w.notes.auxv_pairs, pairs);
	CU_ASSERT_EQUAL(fb_warnings_count(w.notes.sample.warnings), 0);
	field->found = false;
	notes_write(&w.notes, PID);
	CU_ASSERT_EQUAL(w.notes.auxv_pairs, 0);
	CU_ASSERT_EQUAL(sample_warnings(&w.notes.sample, "the auxiliary vector: "), 1);
	end(&w);
}

FB_TEST_MAIN("bundle/core_notes_members", FB_TEST(what_no_member_leads_to_is_zero),
	     FB_TEST(the_auxiliary_vector_is_as_long_as_its_array))
