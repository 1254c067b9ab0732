// SPDX-License-Identifier: GPL-2.0-or-later
/* Decodes the arguments of futex() and of the calls that came after it. Called by wait_futex.c. */
#include "bundle/waits/futex/wait_futex_call.h"

#include <inttypes.h>

#define SYS_FUTEX 202
#define SYS_RESTART 219
#define SYS_FUTEX_WAITV 449
#define SYS_FUTEX2_WAIT 455
/* Of 32-bit processes (arch/x86/entry/syscalls/syscall_32.tbl) */
#define SYS32_FUTEX 240
#define SYS32_FUTEX_TIME64 422

#define COMMAND_MASK 127u /* FUTEX_CMD_MASK */
#define PRIVATE_FLAG 128u /* FUTEX_PRIVATE_FLAG, FUTEX2_PRIVATE */

/* Of restart_block.futex.flags, which are the kernel's own and were renumbered by 5694289ce183 ("futex:
 * Flag conversion", 6.7). A wait that restarts has a timeout, so one of the latter two is set, and
 * tells which numbers these are. */
#define OLD_SHARED 0x01u
#define OLD_HAS_TIMEOUT 0x04u
#define NEW_SHARED 0x10u
#define NEW_HAS_TIMEOUT 0x40u

static struct fb_error *is_private(uint64_t flags, bool *private_ret)
{
	if (flags & NEW_HAS_TIMEOUT)
		*private_ret = !(flags & NEW_SHARED);
	else if (flags & OLD_HAS_TIMEOUT)
		*private_ret = !(flags & OLD_SHARED);
	else
		return fb_error_create(FB_CORRUPT, "a futex wait restarts with flags 0x%" PRIx64,
				       flags);
	return NULL;
}

/* What a wait that was interrupted goes on with: the call's own arguments are gone. */
static struct fb_error *restarted_call(const struct fb_wait_finder *finder,
				       const struct fb_blocked *blocked,
				       struct fb_futex_call *call_ret)
{
	const struct fb_layout *layout = finder->layout;
	struct fb_futex_call call = {.command = FB_FUTEX_WAIT_BITSET, .timeout = true};
	uint64_t task = blocked->task->address, value, flags;
	struct fb_error *err;

	err = fb_kernel_field(finder->kernel, task, &layout->task_restart_uaddr, &call.address);
	if (!err)
		err = fb_kernel_field(finder->kernel, task, &layout->task_restart_val, &value);
	if (!err)
		err = fb_kernel_field(finder->kernel, task, &layout->task_restart_flags, &flags);
	if (!err)
		err = is_private(flags, &call.process_private);
	if (err)
		return err;
	call.value = (uint32_t)value;
	*call_ret = call;
	return NULL;
}

/* futex() has the same arguments in 32 and 64 bits. */
static struct fb_futex_call call_of_arguments(const struct fb_blocked *blocked)
{
	return (struct fb_futex_call){
		.address = blocked->args[0],
		.command = (uint32_t)blocked->args[1] & COMMAND_MASK,
		.value = (uint32_t)blocked->args[2],
		.process_private = blocked->args[1] & PRIVATE_FLAG,
		.timeout = blocked->args[3] != 0,
		.compat = blocked->compat,
	};
}

struct fb_error *fb_futex_call_read(const struct fb_wait_finder *finder,
				    const struct fb_blocked *blocked,
				    struct fb_futex_call *call_ret)
{
	if (!blocked->has_regs)
		return fb_error_create(FB_ABSENT, "the thread's user registers are unknown");
	if (blocked->compat && blocked->syscall != SYS32_FUTEX &&
	    blocked->syscall != SYS32_FUTEX_TIME64)
		return fb_error_create(FB_UNSUPPORTED,
				       "a futex wait by system call %" PRId64 " of 32 bits",
				       blocked->syscall);
	if (blocked->compat) {
		*call_ret = call_of_arguments(blocked);
		return NULL;
	}
	switch (blocked->syscall) {
	case SYS_FUTEX:
		*call_ret = call_of_arguments(blocked);
		return NULL;
	case SYS_RESTART:
		return restarted_call(finder, blocked, call_ret);
	case SYS_FUTEX2_WAIT:
		*call_ret = (struct fb_futex_call){
			.address = blocked->args[0],
			.command = FB_FUTEX_WAIT_BITSET,
			.value = (uint32_t)blocked->args[1],
			.process_private = blocked->args[3] & PRIVATE_FLAG,
			.timeout = blocked->args[4] != 0,
		};
		return NULL;
	default:
		return fb_error_create(FB_UNSUPPORTED, "a futex wait by system call %" PRId64,
				       blocked->syscall);
	}
}

bool fb_futex_is_waitv(const struct fb_blocked *blocked)
{
	return blocked->has_regs && !blocked->compat && blocked->syscall == SYS_FUTEX_WAITV;
}

struct fb_futex_call fb_futex_call_of_waitv(const struct fb_blocked *blocked,
					    const struct fb_futex_waitv *entry)
{
	return (struct fb_futex_call){
		.address = entry->address,
		.command = FB_FUTEX_WAIT,
		.value = (uint32_t)entry->value,
		.process_private = entry->flags & PRIVATE_FLAG,
		.timeout = blocked->args[3] != 0,
	};
}

bool fb_futex_call_is_pi(const struct fb_futex_call *call)
{
	return call->command == FB_FUTEX_LOCK_PI || call->command == FB_FUTEX_LOCK_PI2;
}
