// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks of each kind of panic, as the kernel leaves them, and what of them counts. */
#include "bundle/signature/frames.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define MOST 12u

/* Frames of one stack: "function", "!function" for one that is a guess, "" for one without a symbol. */
struct scene {
	const char *functions[MOST];
	size_t entry; /* the frame that saved the registers of what it interrupted, and how */
	enum fb_entry_kind kind;
	bool interrupted;
	const char *names; /* expected, parted by blanks; the place in brackets */
};

static void check(const struct scene *scene)
{
	struct fb_kernel_frame frames[MOST] = {0};
	struct fb_kernel_stack stack = {.frames = frames};
	struct fb_signature_frames *result = calloc(1, sizeof(*result));
	char names[1024] = "";

	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	for (; stack.count < MOST && scene->functions[stack.count]; stack.count++) {
		const char *function = scene->functions[stack.count];

		frames[stack.count].unreliable = *function == '!';
		function += *function == '!';
		frames[stack.count].symbol = *function ? function : NULL;
		frames[stack.count].module = strstr(function, "ext4") ? "ext4" : NULL;
	}
	frames[scene->entry].entry = scene->kind;
	fb_signature_frames(&stack, scene->interrupted, result);
	for (size_t i = 0; i < result->count; i++) {
		const size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s%s%s", i ? " " : "",
			 i == result->place ? "[" : "", result->names[i],
			 i == result->place ? "]" : "");
		CU_ASSERT_STRING_EQUAL(result->modules[i],
				       strstr(result->names[i], "ext4") ? "ext4" : "");
	}
	CU_ASSERT_STRING_EQUAL(names, scene->names);
	free(result);
}

static void stacks(void)
{
	static const struct scene scenes[] = {
		/* The dump has the registers of the fault. */
		{{"ext4_fault.isra.0", "vfs_write", "ksys_write", "__x64_sys_write",
		  "do_syscall_64", "entry_SYSCALL_64_after_hwframe"},
		 5,
		 FB_ENTRY_SYSCALL,
		 true,
		 "[ext4_fault] vfs_write sys_write"},
		/* It has those of panic(): the exception's frames lie before, one by a name that is not known. */
		{{"__crash_kexec", "panic", "oops_end", "new_name_of_6_99", "exc_page_fault",
		  "asm_exc_page_fault", "memcpy_erms", "ext4_fault", "vfs_write"},
		 5,
		 FB_ENTRY_EXCEPTION,
		 true,
		 "memcpy_erms [ext4_fault] vfs_write"},
		/* panic() in a softirq: the interrupt that led there interrupted an innocent, and stays out of it. */
		{{"__crash_kexec", "!panic", "driver_poll", "net_rx_action", "asm_common_interrupt",
		  "vfs_write"},
		 4,
		 FB_ENTRY_INTERRUPT,
		 false,
		 "[driver_poll] net_rx_action vfs_write"},
		/* A lockup, found by the timer's interrupt in a loop that waits for a lock. */
		{{"panic", "watchdog_timer_fn", "hrtimer_interrupt",
		  "asm_sysvec_apic_timer_interrupt", "native_queued_spin_lock_slowpath",
		  "_raw_spin_lock", "ext4_spin", "kthread", "ret_from_fork"},
		 3,
		 FB_ENTRY_INTERRUPT,
		 true,
		 "native_queued_spin_lock_slowpath _raw_spin_lock [ext4_spin]"},
		/* A corrupted list is the caller's fault. */
		{{"__list_add_valid", "ext4_add", "ext4_more"},
		 0,
		 FB_ENTRY_NONE,
		 true,
		 "[ext4_add] ext4_more"},
		/* Recursion, code without a symbol. */
		{{"ext4_deep", "ext4_deep", "ext4_deep", "", "vfs_write"},
		 0,
		 FB_ENTRY_NONE,
		 true,
		 "[ext4_deep] vfs_write"},
		/* Nothing but waiting: no place. */
		{{"__schedule", "schedule", "do_syscall_64"},
		 0,
		 FB_ENTRY_NONE,
		 false,
		 "__schedule schedule"},
		{{NULL}, 0, FB_ENTRY_NONE, true, ""},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		check(&scenes[i]);
}

/* A stack deeper than what is kept. */
static void deep(void)
{
	static char symbols[2 * FB_SIGNATURE_FRAMES][32];
	static struct fb_kernel_frame frames[2 * FB_SIGNATURE_FRAMES];
	const struct fb_kernel_stack stack = {.frames = frames, .count = 2 * FB_SIGNATURE_FRAMES};
	struct fb_signature_frames *result = calloc(1, sizeof(*result));

	CU_ASSERT_PTR_NOT_NULL_FATAL(result);
	for (size_t i = 0; i < stack.count; i++) {
		snprintf(symbols[i], sizeof(symbols[i]), "function_%zu", i);
		frames[i].symbol = symbols[i];
	}
	fb_signature_frames(&stack, false, result);
	CU_ASSERT_EQUAL(result->count, FB_SIGNATURE_FRAMES);
	CU_ASSERT_STRING_EQUAL(result->names[FB_SIGNATURE_FRAMES - 1], "function_47");
	free(result);
}

FB_TEST_MAIN("signature/frames", FB_TEST(stacks), FB_TEST(deep))
