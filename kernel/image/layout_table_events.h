/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for what the kernel does later or when something happens: work queues, timers, interrupts.
 * Included only by layout_table.h, several times, so that it has no include guard.
 */

/* The length of a tick (include/linux/clocksource.h) */
FB_PART("how long a tick is")
FB_FIELD(clocksource_mult, "clocksource", "mult")
FB_FIELD(clocksource_shift, "clocksource", "shift")

/* Work queues (kernel/workqueue.c, kernel/workqueue_internal.h, include/linux/workqueue.h) */
FB_PART("work queues")
FB_FIELD(idr_xarray, "idr", "idr_rt")
FB_SIZE(pool, "worker_pool")
FB_FIELD(pool_cpu, "worker_pool", "cpu")
FB_FIELD(pool_node, "worker_pool", "node")
FB_FIELD(pool_id, "worker_pool", "id")
FB_FIELD(pool_flags, "worker_pool", "flags")
FB_FIELD(pool_progress, "worker_pool", "last_progress_ts", "watchdog_ts") /* 6037160e52d7, 7.0 */
FB_FIELD(pool_worklist, "worker_pool", "worklist")
FB_FIELD(pool_worker_count, "worker_pool", "nr_workers")
FB_FIELD(pool_idle_count, "worker_pool", "nr_idle")
FB_FIELD(pool_idle_list, "worker_pool", "idle_list")
FB_FIELD(pool_busy_hash, "worker_pool", "busy_hash")
FB_FIELD(pool_workers, "worker_pool", "workers")
FB_FIELD(pool_attrs, "worker_pool", "attrs")
FB_FIELD(attrs_nice, "workqueue_attrs", "nice")
FB_FIELD(attrs_cpumask, "workqueue_attrs", "cpumask")
FB_FIELD(worker_entry, "worker", "entry")
FB_FIELD(worker_hash_entry, "worker", "hentry")
FB_FIELD(worker_function, "worker", "current_func")
FB_FIELD(worker_pwq, "worker", "current_pwq")
FB_FIELD(worker_cpu_at, "worker", "current_at")     /* 616db8779b1e, 6.5 */
FB_FIELD(worker_started, "worker", "current_start") /* e8e14ac7cfe4, 7.0 */
FB_FIELD(worker_scheduled, "worker", "scheduled")
FB_FIELD(worker_task, "worker", "task")
FB_FIELD(worker_in_pool, "worker", "pool")
FB_FIELD(worker_node, "worker", "node")
FB_FIELD(worker_last_active, "worker", "last_active")
FB_FIELD(worker_flags, "worker", "flags")
FB_FIELD(worker_description, "worker", "desc")
FB_FIELD(workqueue_pwqs, "workqueue_struct", "pwqs")
FB_FIELD(workqueue_list, "workqueue_struct", "list")
FB_FIELD(workqueue_maydays, "workqueue_struct", "maydays")
FB_FIELD(workqueue_rescuer, "workqueue_struct", "rescuer")
FB_FIELD(workqueue_name, "workqueue_struct", "name")
FB_FIELD(workqueue_flags, "workqueue_struct", "flags")
FB_FIELD(workqueue_max_active, "workqueue_struct", "max_active",
	 "saved_max_active") /* a045a272d887, 6.9 */
FB_FIELD(pwq_pool, "pool_workqueue", "pool")
FB_FIELD(pwq_workqueue, "pool_workqueue", "wq")
FB_FIELD(pwq_active, "pool_workqueue", "nr_active")
FB_FIELD(pwq_inactive, "pool_workqueue", "inactive_works", "delayed_works") /* f97a4a1a3f87, 5.15 */
FB_FIELD(pwq_node, "pool_workqueue", "pwqs_node")
FB_FIELD(pwq_mayday_cursor, "pool_workqueue", "mayday_cursor") /* e5a30c303b07, 7.0 */
FB_FIELD(work_data, "work_struct", "data")
FB_FIELD(work_entry, "work_struct", "entry")
FB_FIELD(work_function, "work_struct", "func")
FB_FIELD(barrier_work, "wq_barrier", "work")
FB_FIELD(barrier_task, "wq_barrier", "task")

/* Interrupts (include/linux/irqdesc.h, irq.h, interrupt.h, kernel_stat.h; arch/x86/kernel/irq.c) */
FB_PART("interrupts and softirqs")
FB_FIELD(irq_desc_common, "irq_desc", "irq_common_data")
FB_FIELD(irq_desc_data_common, "irq_desc", "irq_data.common")
FB_FIELD(irq_desc_number, "irq_desc", "irq_data.irq")
FB_FIELD(irq_desc_hwirq, "irq_desc", "irq_data.hwirq")
FB_FIELD(irq_desc_chip, "irq_desc", "irq_data.chip")
FB_FIELD(irq_desc_domain, "irq_desc", "irq_data.domain")
FB_FIELD(irq_desc_state, "irq_desc", "irq_common_data.state_use_accessors")
FB_FIELD(irq_desc_affinity, "irq_desc", "irq_common_data.affinity")
FB_FIELD(irq_desc_effective, "irq_desc", "irq_common_data.effective_affinity")
FB_FIELD(irq_desc_counts, "irq_desc", "kstat_irqs")
FB_FIELD(irq_desc_action, "irq_desc", "action")
FB_FIELD(irq_desc_settings, "irq_desc", "status_use_accessors")
FB_FIELD(irq_desc_core, "irq_desc", "core_internal_state__do_not_mess_with_it")
FB_FIELD(irq_desc_depth, "irq_desc", "depth")
FB_FIELD(irq_desc_name, "irq_desc", "name")
FB_FIELD(irq_chip_name, "irq_chip", "name")
FB_FIELD(irqstat_count, "irqstat", "cnt") /* 86d2a2f51fba, 6.10 */
FB_FIELD(irqaction_handler, "irqaction", "handler")
FB_FIELD(irqaction_thread_function, "irqaction", "thread_fn")
FB_FIELD(irqaction_thread, "irqaction", "thread")
FB_FIELD(irqaction_next, "irqaction", "next")
FB_FIELD(irqaction_name, "irqaction", "name")
FB_FIELD(maple_tree_root, "maple_tree", "ma_root")
FB_FIELD(kernel_stat_softirqs, "kernel_stat", "softirqs")
FB_FIELD(pcpu_hot_softirq_pending, "pcpu_hot", "softirq_pending")
/* Only with CONFIG_PREEMPT_RT, whose preempt_count leaves softirqs out: 728b478d2d35, 5.12 */
FB_FIELD(task_softirq_count, "task_struct", "softirq_disable_cnt")
FB_SIZE(irq_stat_info, "irq_stat_info") /* 2b57c69917ee, 7.2 */
FB_FIELD(irq_stat_symbol, "irq_stat_info", "symbol")
FB_FIELD(irq_stat_text, "irq_stat_info", "text")

/* Timers (include/linux/hrtimer.h, hrtimer_defs.h, timer.h, posix-timers.h; kernel/time/timer.c) */
FB_PART("timers")
FB_FIELD(hrtimer_cpu_bases, "hrtimer_cpu_base", "clock_base")
FB_SIZE(hrtimer_clock_base, "hrtimer_clock_base")
FB_FIELD(clock_base_root, "hrtimer_clock_base", "active.rb_root.rb_root.rb_node")
FB_FIELD(clock_base_offset, "hrtimer_clock_base", "offset")
FB_FIELD(clock_base_running, "hrtimer_clock_base", "running")
FB_FIELD(hrtimer_node, "hrtimer", "node.node")
FB_FIELD(hrtimer_expires, "hrtimer", "node.expires")
FB_FIELD(hrtimer_soft_expires, "hrtimer", "_softexpires")
FB_FIELD(hrtimer_function, "hrtimer", "function")
FB_SIZE(timer_base, "timer_base")
FB_FIELD(timer_base_cpu, "timer_base", "cpu")
FB_FIELD(timer_base_running, "timer_base", "running_timer")
FB_FIELD(timer_base_vectors, "timer_base", "vectors")
FB_FIELD(timer_entry, "timer_list", "entry")
FB_FIELD(timer_expires, "timer_list", "expires")
FB_FIELD(timer_function, "timer_list", "function")
FB_FIELD(timer_flags, "timer_list", "flags")
FB_FIELD(sleeper_timer, "hrtimer_sleeper", "timer")
FB_FIELD(sleeper_task, "hrtimer_sleeper", "task")
FB_FIELD(process_timer_timer, "process_timer", "timer")
FB_FIELD(process_timer_task, "process_timer", "task")
FB_FIELD(signal_real_timer, "signal_struct", "real_timer")
FB_FIELD(posix_timer_timer, "k_itimer", "it.real.timer")
FB_FIELD(posix_timer_signal, "k_itimer", "it_signal")
FB_FIELD(task_dl_timer, "task_struct", "dl.dl_timer")
FB_FIELD(delayed_work_timer, "delayed_work", "timer")
FB_FIELD(delayed_work_function, "delayed_work", "work.func")
FB_FIELD(delayed_work_queue, "delayed_work", "wq")
FB_FIELD(kthread_delayed_timer, "kthread_delayed_work", "timer")
FB_FIELD(kthread_delayed_function, "kthread_delayed_work", "work.func")

/* Calls between CPUs (include/linux/smp.h, kernel/smp.c) */
FB_PART("which CPU has not answered another one's call")
FB_FIELD(csd_flags, "__call_single_data", "node.u_flags") /* 8c4890d1c335, 5.8 */
FB_FIELD(csd_flags_older, "__call_single_data", "flags")
FB_FIELD(csd_function, "__call_single_data", "func")
FB_FIELD(cfd_calls, "call_function_data", "csd", "pcpu")
