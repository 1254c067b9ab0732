/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first part of layout_table.h, of which struct fb_basic_layout is made: what is needed to find all tasks, the
 * names of threads and the time. These members are looked up first, without reading types behind the last of theirs, so
 * that `ps` reads a third of the types at most. Their types have to be structs with a name; a kernel may lack one only
 * if kernel_types.c knows by its symbols that it does. Included only by layout_table.h, layout.h and layout.c, several
 * times, so that it has no include guard.
 */

/* Tasks (include/linux/sched.h) */
FB_PART("processes and threads, and their state")
FB_SIZE(task_struct, "task_struct")
FB_FIELD(task_state, "task_struct", "__state", "state") /* 2f064a59a11f, 5.14 */
FB_FIELD(task_exit_state, "task_struct", "exit_state")
FB_FIELD(task_flags, "task_struct", "flags")
FB_FIELD(task_pid, "task_struct", "pid")
FB_FIELD(task_tgid, "task_struct", "tgid")
FB_FIELD(task_comm, "task_struct", "comm")
FB_FIELD(task_mm, "task_struct", "mm")
FB_FIELD(task_stack, "task_struct", "stack")
FB_FIELD(task_stack_vm_area, "task_struct", "stack_vm_area") /* CONFIG_VMAP_STACK */
FB_FIELD(task_tasks, "task_struct", "tasks")
FB_FIELD(task_thread_node, "task_struct", "thread_node")
FB_FIELD(task_signal, "task_struct", "signal")
FB_FIELD(task_sighand, "task_struct", "sighand")
FB_FIELD(task_usage, "task_struct", "usage")
FB_FIELD(task_cgroups, "task_struct", "cgroups")
FB_FIELD(task_cg_list, "task_struct", "cg_list")
FB_FIELD(css_set_tasks, "css_set", "tasks")
FB_FIELD(css_set_mg_tasks, "css_set", "mg_tasks")
FB_FIELD(task_real_parent, "task_struct", "real_parent")
FB_FIELD(task_children, "task_struct", "children")
FB_FIELD(task_sibling, "task_struct", "sibling")
FB_FIELD(task_ptraced, "task_struct", "ptraced")
FB_FIELD(task_ptrace_entry, "task_struct", "ptrace_entry")
FB_FIELD(task_last_wakee, "task_struct", "last_wakee")
FB_FIELD(task_group_leader, "task_struct", "group_leader")
/* thread_info.cpu since bcf9033e5449 (5.16); a task_struct.cpu of CONFIG_THREAD_INFO_IN_TASK before */
FB_FIELD(task_cpu, "task_struct", "cpu", "thread_info.cpu")
FB_FIELD(task_static_prio, "task_struct", "static_prio")
FB_FIELD(task_cred, "task_struct", "cred")
FB_FIELD(task_utime, "task_struct", "utime")
FB_FIELD(task_stime, "task_struct", "stime")
FB_FIELD(task_runtime, "task_struct", "se.sum_exec_runtime")
FB_FIELD(task_start_boottime, "task_struct", "start_boottime",
	 "real_start_time") /* cf25e24db61c, 5.5 */
FB_FIELD(task_thread_pid, "task_struct", "thread_pid")
FB_FIELD(task_priority, "task_struct", "prio")
FB_FIELD(task_on_queue, "task_struct", "on_rq")
FB_FIELD(task_sched_delayed, "task_struct", "se.sched_delayed")       /* 152e11f6df29, 6.12 */
FB_FIELD(task_last_arrival, "task_struct", "sched_info.last_arrival") /* CONFIG_SCHED_INFO */
FB_FIELD(task_last_queued, "task_struct", "sched_info.last_queued")
FB_FIELD(rq_clock, "rq", "clock")
FB_FIELD(rq_running, "rq", "nr_running")
FB_FIELD(task_nsproxy, "task_struct", "nsproxy")
FB_FIELD(task_files, "task_struct", "files")
FB_FIELD(task_fs, "task_struct", "fs")
FB_FIELD(task_thread_sp, "task_struct", "thread.sp")
FB_FIELD(task_thread_fsbase, "task_struct", "thread.fsbase")
FB_FIELD(signal_thread_head, "signal_struct", "thread_head")
FB_FIELD(signal_pids, "signal_struct", "pids")
FB_FIELD(cred_uid, "cred", "uid")
FB_FIELD(cred_gid, "cred", "gid")
FB_FIELD(cred_euid, "cred", "euid")
FB_FIELD(cred_user_ns, "cred", "user_ns")

/* PIDs (include/linux/pid.h, pid_namespace.h) */
FB_PART("PIDs, and tasks that are found by them")
FB_SIZE(pid, "pid")
FB_SIZE(upid, "upid")
FB_FIELD(pid_count, "pid", "count")
FB_FIELD(pid_level, "pid", "level")
FB_FIELD(pid_numbers, "pid", "numbers")
FB_FIELD(pid_tasks, "pid", "tasks")
FB_FIELD(upid_nr, "upid", "nr")
FB_FIELD(upid_ns, "upid", "ns")
FB_FIELD(task_pid_links, "task_struct", "pid_links")
FB_FIELD(pidns_idr_root, "pid_namespace", "idr.idr_rt")
FB_FIELD(pidns_pid_cachep, "pid_namespace", "pid_cachep")
FB_FIELD(pidns_level, "pid_namespace", "level")
FB_FIELD(pidns_parent, "pid_namespace", "parent")
FB_FIELD(pidns_pid_max, "pid_namespace", "pid_max") /* 7863dcc72d0f, 6.14 */
FB_FIELD(xarray_head, "xarray", "xa_head")
FB_SIZE(xa_node, "xa_node")
FB_FIELD(xa_node_shift, "xa_node", "shift")
FB_FIELD(xa_node_slots, "xa_node", "slots")
FB_FIELD(xa_node_parent, "xa_node", "parent")
FB_FIELD(xa_node_offset, "xa_node", "offset") /* of its slot in the parent */

/* Memory (include/linux/mm_types.h) */
FB_PART("the page tables, arguments, environment and size of processes")
FB_FIELD(mm_pgd, "mm_struct", "pgd")
FB_FIELD(mm_arg_start, "mm_struct", "arg_start")
FB_FIELD(mm_arg_end, "mm_struct", "arg_end")
FB_FIELD(mm_env_start, "mm_struct", "env_start")
FB_FIELD(mm_env_end, "mm_struct", "env_end")
FB_FIELD(mm_rss_stat, "mm_struct", "rss_stat") /* percpu_counters since f1a7941243c1, 6.2 */
FB_SIZE(percpu_counter, "percpu_counter")
FB_FIELD(percpu_counter_count, "percpu_counter", "count")
FB_FIELD(percpu_counter_counters, "percpu_counter", "counters")

/* CPUs and time */
FB_PART("what CPUs ran, and the time")
FB_FIELD(rq_idle, "rq", "idle")
FB_FIELD(rq_curr, "rq", "curr")
FB_FIELD(pcpu_hot_current, "pcpu_hot", "current_task") /* e57ef2ed97c1, 6.2; gone again in 6.15 */
FB_FIELD(timekeeper_ktime_sec, "timekeeper", "ktime_sec")
FB_FIELD(timekeeper_offs_boot, "timekeeper", "offs_boot")
FB_FIELD(timekeeper_base, "timekeeper", "tkr_mono.base") /* ns, whole seconds and offsets */
FB_FIELD(timekeeper_fraction, "timekeeper", "tkr_mono.xtime_nsec")
FB_FIELD(timekeeper_shift, "timekeeper", "tkr_mono.shift")
FB_FIELD(tk_data_timekeeper, "tk_data", "timekeeper")
FB_FIELD(uts_name, "uts_namespace", "name")

/* Names of kernel threads (kernel/kthread.c, kernel/workqueue_internal.h) */
FB_PART("the whole names of kernel threads")
FB_FIELD(task_kthread, "task_struct", "worker_private", "set_child_tid") /* e32cf5dfbe22, 5.17 */
FB_FIELD(kthread_data, "kthread", "data")
FB_FIELD(kthread_full_name, "kthread", "full_name") /* d6986ce24fc0, 5.17 */
FB_FIELD(worker_work, "worker", "current_work")
FB_FIELD(kworker_pool, "worker", "pool")
FB_FIELD(kworker_text, "worker", "desc")
FB_FIELD(kworker_rescued, "worker", "rescue_wq")
