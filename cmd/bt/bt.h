/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How whole stacks are shown: bt_print.c for people, bt_json.c for machines. */
#ifndef FB_CMD_BT_H
#define FB_CMD_BT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/json.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/stacks/wanted_files.h"
#include "bundle/waits/waits.h"
#include "cmd/shared/command.h"
#include "cmd/shared/output.h"

/* One thread: a heading, both halves and why they end. others (may be 0 of them): further
 * threads with the same stack. waits (or NULL): who waits for whom. */
void fb_bt_print(struct fb_output *output, const struct fb_thread_stack *stack,
		 const struct fb_task *const *others, size_t other_count,
		 const struct fb_waits *waits);
/* The kernel half's frames alone. */
void fb_bt_print_kernel(struct fb_output *output, const struct fb_thread_stack *stack);
/* What the marks mean that stand in the stacks printed. */
void fb_bt_print_legend(struct fb_output *output, const struct fb_thread_stacks *stacks);

/* What a CPU ran by its registers alone, for where no task can be reached. */
struct fb_bt_cpu {
	uint32_t cpu;
	bool panicked;
	struct fb_kernel_stack stack;
};

struct fb_bt_cpus {
	struct fb_bt_cpu *list; /* owned, as all of it */
	size_t count;
	struct fb_modules *modules; /* NULL: cannot be read, which is a warning */
	struct fb_orc *orc;
};

/* only: that CPU's, or -1 for all that were online, the one that panicked first. fb_bt_cpus_deinit() it.
 * FB_NOT_FOUND as fb_input_explain() says, FB_CORRUPT: there are no unwind tables. */
FB_MUST_CHECK struct fb_error *fb_bt_cpus_load(struct fb_context *context, struct fb_input *input,
					       int only, struct fb_bt_cpus *cpus_ret);
void fb_bt_cpus_deinit(struct fb_bt_cpus *cpus);
/* It was in user mode, and so has no kernel frames. */
bool fb_bt_cpu_in_user(const struct fb_bt_cpu *cpu);

/* Them as text. */
FB_MUST_CHECK struct fb_error *fb_bt_print_cpus(struct fb_context *context, struct fb_input *input,
						int only);
/* The same as an answer of `bt --json`, without threads. */
FB_MUST_CHECK struct fb_error *fb_bt_cpus_json(struct fb_context *context, struct fb_input *input,
					       json_t **answer_ret);
/* "kernel" of a thread. */
json_t *fb_bt_kernel_json(const struct fb_kernel_stack *stack);

/* "threads" of cli.md; NULL where memory is out. */
json_t *fb_bt_json(const struct fb_thread_stacks *stacks, const struct fb_waits *waits);

/* The files that would lead stacks on: "files_wanted" of cli.md, and a table, or nothing where there
 * are none. */
json_t *fb_bt_wanted_json(const struct fb_wanted_file *files, size_t count);
FB_MUST_CHECK struct fb_error *fb_bt_print_wanted(struct fb_output *output,
						  const struct fb_wanted_file *files, size_t count);

/* Whether two threads wait at the same place by the same way: same code in both halves, wherever
 * it is mapped. */
bool fb_bt_same_stack(const struct fb_thread_stack *a, const struct fb_thread_stack *b);

/* Stacks by which of them are the same. */
struct fb_bt_groups {
	bool *first;     /* of each stack: no earlier one is the same. Owned */
	size_t *next;    /* the next one that is the same; SIZE_MAX: none. Owned */
	size_t compared; /* pairs of stacks that were held against each other, frame by frame */
};
/* Linear in the stacks: each is compared with those alone that its frames hash as. */
FB_MUST_CHECK struct fb_error *fb_bt_group(const struct fb_thread_stack *const *stacks,
					   size_t count, struct fb_bt_groups *groups_ret);
void fb_bt_groups_deinit(struct fb_bt_groups *groups);

/* "system call futex", "page fault (asm_exc_page_fault)", ...: what entered the kernel in frame. */
const char *fb_bt_entry_name(const struct fb_thread_stack *stack,
			     const struct fb_kernel_frame *frame, char *to, size_t size);

/* How many arguments its system call takes; all six where that is not known, 0 where it is in none. */
unsigned fb_bt_argument_count(const struct fb_thread_stack *stack);
/* "fd 3 (pipe:[410])"; the register alone where the kernel does not name its arguments. Raw bytes of
 * the dump: escape before showing. Returns to, which takes FB_BT_ARGUMENT at most. */
#define FB_BT_ARGUMENT 192u
const char *fb_bt_argument(const struct fb_thread_stack *stack, unsigned index, char *to,
			   size_t size);

#endif
