/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for signals and limits of processes. Included only by layout_table.h, several times, so
 * that it has no include guard.
 */

/* include/linux/sched/signal.h, signal_types.h */
FB_PART("signals that are pending, blocked or handled")
FB_FIELD(task_pending, "task_struct", "pending")
FB_FIELD(task_blocked, "task_struct", "blocked")
FB_FIELD(signal_shared_pending, "signal_struct", "shared_pending")
FB_FIELD(sighand_actions, "sighand_struct", "action")
FB_SIZE(k_sigaction, "k_sigaction")
FB_FIELD(action_handler, "k_sigaction", "sa.sa_handler")
FB_FIELD(action_flags, "k_sigaction", "sa.sa_flags")
FB_FIELD(action_mask, "k_sigaction", "sa.sa_mask")
FB_FIELD(pending_list, "sigpending", "list")
FB_FIELD(pending_mask, "sigpending", "signal")
FB_PART("what was queued with pending signals")
FB_FIELD(queued_list, "sigqueue", "list")
FB_FIELD(queued_number, "sigqueue", "info.si_signo")
FB_FIELD(queued_code, "sigqueue", "info.si_code")
FB_FIELD(queued_pid, "sigqueue", "info._sifields._kill._pid")
FB_FIELD(queued_uid, "sigqueue", "info._sifields._kill._uid")
FB_FIELD(queued_address, "sigqueue", "info._sifields._sigfault._addr")

/* include/uapi/linux/resource.h */
FB_PART("limits of processes")
FB_FIELD(signal_limits, "signal_struct", "rlim")
