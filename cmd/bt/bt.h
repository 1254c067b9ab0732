/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints whole stacks: as text (bt_print.c) and as JSON (bt_json.c). Called by the commands bt, info, merge and
 * report. */
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

/* Prints the stack of one thread: a heading, both halves, and why each ends. others: other_count further threads with
 * the same stack, which may be 0. waits: the analysis of waits, or NULL. */
void fb_bt_print(struct fb_output *output, const struct fb_thread_stack *stack,
		 const struct fb_task *const *others, size_t other_count,
		 const struct fb_waits *waits);
/* Prints the TIDs and names of count further threads with the same stack; of many, the first 40 and how many more. */
void fb_bt_print_others(struct fb_output *output, const struct fb_task *const *others,
			size_t count);
/* Prints the frames of a user stack, of which the first has this number, and why it ends. */
void fb_bt_print_user(struct fb_output *output, const struct fb_user_stack *user, int number);
/* Prints only the frames of the kernel half. */
void fb_bt_print_kernel(struct fb_output *output, const struct fb_thread_stack *stack);
/* Prints the meaning of the marks that occur in these stacks. */
void fb_bt_print_legend(struct fb_output *output, const struct fb_thread_stacks *stacks);

/* What a CPU ran, found by its registers alone, for dumps in which no task can be found. */
struct fb_bt_cpu {
	uint32_t cpu;
	bool panicked;
	struct fb_kernel_stack stack;
};

struct fb_bt_cpus {
	struct fb_bt_cpu *list; /* owned */
	size_t count;
	struct fb_modules *modules; /* owned; NULL: they cannot be read, with a warning */
	struct fb_orc *orc;         /* owned */
};

/* Unwinds what CPUs ran. only: the number of one CPU, or -1 for all that were online, with the one that panicked first.
 * The caller frees the result with fb_bt_cpus_deinit(). FB_NOT_FOUND, with the message of fb_input_explain();
 * FB_CORRUPT: there are no unwind tables. */
FB_MUST_CHECK struct fb_error *fb_bt_cpus_load(struct fb_context *context, struct fb_input *input,
					       int only, struct fb_bt_cpus *cpus_ret);
void fb_bt_cpus_deinit(struct fb_bt_cpus *cpus);
/* Whether the CPU was in user mode, so that it has no kernel frames. */
bool fb_bt_cpu_in_user(const struct fb_bt_cpu *cpu);

/* Unwinds and prints what CPUs ran, as text. */
FB_MUST_CHECK struct fb_error *fb_bt_print_cpus(struct fb_context *context, struct fb_input *input,
						int only);
/* The same as the object of `bt --json`, without threads. */
FB_MUST_CHECK struct fb_error *fb_bt_cpus_json(struct fb_context *context, struct fb_input *input,
					       json_t **answer_ret);
/* The member "kernel" of a thread in JSON; NULL where memory is out. */
json_t *fb_bt_kernel_json(const struct fb_kernel_stack *stack);

/* The frames of a user stack as the member "user" of a thread in JSON. */
json_t *fb_bt_user_json(const struct fb_user_stack *stack);

/* The array "threads" of docs/cli.md; NULL where memory is out. */
json_t *fb_bt_json(const struct fb_thread_stacks *stacks, const struct fb_waits *waits);

/* The files with which user stacks could be unwound further: as "files_wanted" of docs/cli.md, and as a table, which is
 * not printed where there are none. */
json_t *fb_bt_wanted_json(const struct fb_wanted_file *files, size_t count);
FB_MUST_CHECK struct fb_error *fb_bt_print_wanted(struct fb_output *output,
						  const struct fb_wanted_file *files, size_t count);

/* The goroutines of all processes (fb_thread_stacks_options.goroutines). now: the monotonic clock at the panic, ns; 0:
 * not known. equal_once: those with the same stack once, with their number. */
FB_MUST_CHECK struct fb_error *fb_bt_print_goroutines(struct fb_output *output,
						      const struct fb_thread_stacks *stacks,
						      uint64_t now, bool equal_once);
/* The same as the array "goroutines" of docs/cli.md. */
FB_MUST_CHECK struct fb_error *fb_bt_goroutines_json(const struct fb_thread_stacks *stacks,
						     uint64_t now, json_t **list_ret);

/* Whether two threads have the same stack: the same code in both halves, at whatever address it is mapped. */
bool fb_bt_same_stack(const struct fb_thread_stack *a, const struct fb_thread_stack *b);

/* Groups of stacks that are the same. */
struct fb_bt_groups {
	bool *first;     /* owned; for each stack: no earlier one is the same */
	size_t *next;    /* owned; for each stack the index of the next same one; SIZE_MAX: none */
	size_t compared; /* how many pairs of stacks were compared frame by frame */
};
/* Groups count stacks. Takes time linear in their number: each is compared only with those whose frames have the same
 * hash. The caller frees the result with fb_bt_groups_deinit(). FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_bt_group(const struct fb_thread_stack *const *stacks,
					   size_t count, struct fb_bt_groups *groups_ret);
void fb_bt_groups_deinit(struct fb_bt_groups *groups);

/* How the kernel was entered in frame: "system call futex", "page fault (asm_exc_page_fault)", ... `to` has size bytes.
 * Returns `to` or a static text. */
const char *fb_bt_entry_name(const struct fb_thread_stack *stack,
			     const struct fb_kernel_frame *frame, char *to, size_t size);

/* 'Java thread #12 "reader", RUNNABLE', of a thread of a runtime, escaped. Writes it to `to`, and returns `to`. */
const char *fb_bt_runtime_thread(const struct fb_user_thread *thread, char *to, size_t size);

/* 'waiting to lock <0x000000069ec200b8> (a java.lang.Object)', of what a thread of a runtime waits for, escaped; "": for
 * nothing. Writes it to `to`, and returns `to`. */
const char *fb_bt_runtime_wait(const struct fb_user_thread *thread, char *to, size_t size);

/* "poll+0x13", "main (Python)", "?". Raw bytes of the input: escape before showing. `to` has size bytes, to which the
 * name is cut. Returns `to`. */
const char *fb_bt_user_frame_name(const struct fb_user_frame *frame, char *to, size_t size);

/* How many arguments the thread's system call takes; six where that is not known, 0 where it is in no system call. */
unsigned fb_bt_argument_count(const struct fb_thread_stack *stack);
/* The argument at index as text, "fd 3 (pipe:[410])"; only the value of its register where the kernel has no names of
 * arguments. Raw bytes of the dump: escape before showing. `to` has size bytes, of which FB_BT_ARGUMENT always suffice.
 * Returns `to`. */
#define FB_BT_ARGUMENT 192u
const char *fb_bt_argument(const struct fb_thread_stack *stack, unsigned index, char *to,
			   size_t size);

#endif
