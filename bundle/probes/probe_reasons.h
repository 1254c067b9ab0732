/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a kernel may lack what the program looks for, for `info --probes`. Names are those of the tables
 * (kernel/image/layout_table.h, probe_table.h, bundle/waits/recognisers.c): of a row with several names the first.
 * Included only by probe_reasons.c.
 *
 * FB_ONE_OF(names): a kernel has one of them, and none is missed where it has another.
 * FB_SINCE(name, why): kernels before a release have none. FB_GONE(name, why): kernels from a release on have none.
 * FB_OPTION(name, why): a configuration may have none. FB_INLINED(function, why): compilers may make it a part of its
 * callers. Give the commit and the release.
 * FB_IN_MODULE(function, module): a function in which threads wait, of a module.
 */

FB_IN_MODULE("request_wait_answer", "fuse")
FB_IN_MODULE("rpc_wait_bit_killable", "sunrpc")
FB_IN_MODULE("__rpc_execute", "sunrpc")
FB_IN_MODULE("nfs_wait_bit_killable", "nfs")
FB_IN_MODULE("nfs4_wait_bit_killable", "nfsv4")
FB_IN_MODULE("__xfs_buf_submit", "xfs")
FB_IN_MODULE("xfs_buf_iowait", "xfs")
FB_IN_MODULE("jbd2_log_wait_commit", "jbd2")
FB_IN_MODULE("start_this_handle", "jbd2")
FB_IN_MODULE("wait_transaction_locked", "jbd2")
FB_IN_MODULE("jbd2_journal_commit_transaction", "jbd2")

/* In another place. */
FB_ONE_OF("net.unx.table.buckets", "unix_socket_table")          /* b6e811383062, 6.0 */
FB_ONE_OF("mm_struct.mm_mt.ma_root", "mm_struct.mmap")           /* 763ecb035029, 6.1 */
FB_ONE_OF("mm_struct.mm_mt.ma_root", "vm_area_struct.vm_next")   /* 763ecb035029, 6.1 */
FB_ONE_OF("vm_area_struct.vm_refcnt", "vm_area_struct.detached") /* f35ab95ca0af, 6.15 */
FB_ONE_OF("anon_vma_name.name", "vm_area_struct.anon_name")
FB_ONE_OF("current_task", "pcpu_hot.current_task")     /* e57ef2ed97c1, 6.2; back in 6.15 */
FB_ONE_OF("__preempt_count", "pcpu_hot.preempt_count") /* 64701838bf05, 6.2; back in 6.15 */
FB_ONE_OF("hardirq_stack_ptr", "pcpu_hot.hardirq_stack_ptr")
FB_ONE_OF("timekeeper_data", "tk_data.timekeeper")
FB_ONE_OF("slab.slab_cache", "page.slab_cache") /* d122019bf061, 5.17 */
FB_ONE_OF("slab.freelist", "page.freelist")
FB_ONE_OF("slab.objects", "page.objects")
FB_ONE_OF("slab.inuse", "page.inuse")
FB_ONE_OF("slab.slab_list", "page.slab_list")
FB_ONE_OF("kmem_cache.node", "kmem_cache.per_node", "kmem_cache_per_node_ptrs",
	  "kmem_cache_per_node_ptrs.node") /* pairs of pointers, 7.1 */
FB_ONE_OF("folio._entire_mapcount", "page.compound_mapcount")
FB_ONE_OF("kmem_cache_node.barn", "kmem_cache_per_node_ptrs.barn")
FB_ONE_OF("module.mem", "module.core_layout", "module.init_layout") /* ac3b43283923, 6.4 */
FB_ONE_OF("module_memory", "module_layout.base", "module_memory.base")
FB_ONE_OF("module_memory.base", "module_layout.base")
FB_ONE_OF("module_memory.size", "module_layout.size", "module_layout.text_size",
	  "module_layout.ro_size", "module_layout.ro_after_init_size")
FB_ONE_OF("module_memory.mtn", "module_layout.mtn")
FB_ONE_OF("prb", "printk_log", "printk_log.ts_nsec", "printk_log.len", "printk_log.text_len",
	  "printk_log.dict_len") /* 896fbe20b4e2, 5.10 */
FB_ONE_OF("prb", "printk_log.caller_id", "log_first_idx", "log_next_idx", "log_first_seq")
FB_ONE_OF("__start_init_stack", "thread_union")   /* the size of the first stack is that of all */
FB_ONE_OF("mount.mnt_node", "mnt_namespace.list") /* 2eea9ce4310d, 6.8: a tree in place of a list */
FB_ONE_OF("mount.mnt_next_for_sb", "mount.mnt_instance")           /* 6.18 */
FB_ONE_OF("inet_hashinfo.lhash2", "inet_hashinfo.listening_hash")  /* cae3873c5b3a, 5.19 */
FB_ONE_OF("enum node_stat_item.NR_SWAPCACHE", "nr_swapper_spaces") /* b6038942480e, 5.12 */
FB_ONE_OF("nr_vmalloc_pages", "enum node_stat_item.NR_VMALLOC")    /* 7.0 */
FB_ONE_OF("swap_cluster_info.table", "swapper_spaces")             /* 8578e0c00dcf, 6.18 */
FB_ONE_OF("swap_table", "swapper_spaces")
FB_ONE_OF("__softirq_pending", "pcpu_hot.softirq_pending") /* 6.2; back in 6.15 */
FB_ONE_OF("rt_mutex_base.owner", "rt_mutex.owner")         /* 830e6acc8a1c, 5.15 */
FB_ONE_OF("rw_semaphore.first_waiter", "rw_semaphore.wait_list", "rwbase_rt.rtmutex") /* 7.x */
FB_ONE_OF("mutex.first_waiter", "mutex.wait_list", "rwbase_rt.rtmutex")
FB_ONE_OF("mutex_waiter", "rwbase_rt.rtmutex") /* 943f0edb754f, 5.15: CONFIG_PREEMPT_RT */
FB_ONE_OF("mutex_waiter.list", "rwbase_rt.rtmutex")
FB_ONE_OF("mutex_waiter.task", "rwbase_rt.rtmutex")
FB_ONE_OF("rwsem_waiter", "rwbase_rt.rtmutex")
FB_ONE_OF("rwsem_waiter.list", "rwbase_rt.rtmutex")
FB_ONE_OF("rwsem_waiter.task", "rwbase_rt.rtmutex")
FB_ONE_OF("rw_semaphore.count", "rwbase_rt.readers")
FB_ONE_OF("semaphore.first_waiter", "semaphore.wait_list")
FB_ONE_OF("__call_single_data.node.u_flags", "__call_single_data.flags") /* 8c4890d1c335, 5.8 */
FB_ONE_OF("fpu.fpstate", "fpu.state")                                    /* 87d0e5be0fac, 5.16 */
FB_ONE_OF("fpu.state", "fpstate.regs")
FB_ONE_OF("bpf_ksym.lnode", "bpf_prog_aux.ksym_lnode") /* bfea9a8574f3, 5.7 */
FB_ONE_OF("task_struct.rethooks.first", "kretprobe_inst_table",
	  "task_struct.kretprobe_instances.first") /* d741bf41d7c7, 5.11; 54ecbe6f1ed5, 5.18 */
FB_ONE_OF("rethook_node.llist.next", "kretprobe_instance.llist.next")
FB_ONE_OF("rethook_node.ret_addr", "kretprobe_instance.ret_addr")
FB_ONE_OF("rethook_node.frame", "kretprobe_instance.fp")
FB_ONE_OF("pid_namespace.pid_max", "pid_max")                  /* 7863dcc72d0f, 6.14 */
FB_ONE_OF("enum pagetype.PGTY_slab", "enum pageflags.PG_slab") /* 46df8e73a4a3, 6.10 */
FB_ONE_OF("enum pagetype.PGTY_hugetlb", "enum pageflags.PG_hugetlb",
	  "enum compound_dtor_id.HUGETLB_PAGE_DTOR") /* 9c5ccf2db04b, 6.6; d99e3140a4d3, 6.9 */
FB_ONE_OF("enum pagetype.PGTY_hugetlb", "page.compound_dtor")
FB_ONE_OF("io_cold_def.name", "io_op_def.name")
FB_ONE_OF("io_ring_ctx.cancel_table",
	  "io_ring_ctx.cancel_table_locked") /* one table for both since 6.13 */
FB_ONE_OF("__futex_data", "__futex_mask")
FB_ONE_OF("__futex_hash", "__futex_data") /* of use only where that is not there */
FB_ONE_OF("fuse_req.chan", "fuse_req.fm")
FB_ONE_OF("fuse_chan.conn", "fuse_mount.fc")
FB_ONE_OF("fuse_chan.devices", "fuse_conn.devices")
FB_ONE_OF("fuse_conn.devices", "fuse_mount.fc_entry")
FB_ONE_OF("special_mapping_vmops", "legacy_special_mapping_vmops")
FB_ONE_OF("ftrace_ops_trampoline_list", "ftrace_list_end")      /* fc0ea795f53c, 5.8 */
FB_ONE_OF("block_device.bd_start_sect", "hd_struct.start_sect") /* 0d02129e76ed, 5.11 */
FB_ONE_OF("block_device.bd_nr_sectors", "block_device.bd_inode", "hd_struct.nr_sects")
FB_ONE_OF("block_device.bd_stats", "hd_struct.dkstats")
FB_ONE_OF("block_device.bd_device", "hd_struct.__dev")
FB_ONE_OF("block_device.bd_holder_dir", "hd_struct.holder_dir")
FB_ONE_OF("block_device.__bd_flags", "block_device.bd_read_only",
	  "hd_struct.policy") /* 1116b9fa15c0, 6.10 */
FB_ONE_OF("block_device.__bd_flags", "block_device.bd_partno", "hd_struct.partno")
FB_ONE_OF("request_queue.hctx_table", "request_queue.queue_hw_ctx") /* 4e5cc99e1e48, 5.18 */

/* What came later: older kernels have nothing that it could tell. */
FB_SINCE("enum pagetype.PGTY_table", "4ffca5a96678, 6.12: before, a bit of page_type")
FB_SINCE("ipc_namespace.ipc_set.dir", "1f5c135ee509, 5.19: all IPC namespaces had one table")
FB_SINCE("ipc_namespace.mq_set.dir", "dc55e35f9e81, 5.19: all IPC namespaces had one table")
FB_SINCE("pid_namespace.set.dir", "7863dcc72d0f, 6.14: all PID namespaces had one pid_max")
FB_SINCE("kexec_load_limit.limit", "a42aaad2e47b, 6.3: before, kexec had no limits")
FB_OPTION("sched_schedstats", "CONFIG_SCHEDSTATS")
FB_OPTION("__start_orc_unwind_ip",
	  "CONFIG_UNWINDER_ORC: without it callers are worked out from the code")
FB_OPTION("__stop_orc_unwind_ip", "CONFIG_UNWINDER_ORC")
FB_OPTION("__start_orc_unwind", "CONFIG_UNWINDER_ORC")
FB_OPTION("__stop_orc_unwind", "CONFIG_UNWINDER_ORC")
FB_OPTION("delayacct_key", "CONFIG_TASK_DELAY_ACCT")
FB_OPTION("sysctl_numa_balancing_mode", "CONFIG_NUMA_BALANCING")
FB_SINCE("link_idr", "a3b80e107894, 5.8: links had no IDs before")
FB_GONE("bpf_map.memory.pages", "80ee81e0403c, 5.11: charged to control groups")
FB_SINCE("bpf_link.attach_type", "6.18: each kind of link has its own before")
FB_GONE("bpf_cgroup_link.type", "6.18: every link has it")
FB_GONE("bpf_tracing_link.attach_type", "6.18: every link has it")
FB_SINCE("kmem_cache_node.barn", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("kmem_cache_per_node_ptrs.barn", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("kmem_cache.cpu_sheaves", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slub_percpu_sheaves.main", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slub_percpu_sheaves.spare", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slub_percpu_sheaves.rcu_free", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slab_sheaf.size", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slab_sheaf.barn_list", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("slab_sheaf.objects", "kernels from 6.18 on keep free objects in arrays")
FB_SINCE("node_barn.sheaves_full", "kernels from 6.18 on keep free objects in arrays")
FB_GONE("kmem_cache.cpu_slab", "kernels from 7.0 on keep free objects in arrays only")
FB_GONE("kmem_cache_cpu.freelist", "kernels from 7.0 on keep free objects in arrays only")
FB_GONE("kmem_cache_cpu.slab", "kernels from 7.0 on keep free objects in arrays only")
FB_SINCE("task_struct.se.sched_delayed",
	 "152e11f6df29, 6.12: before, no thread stayed queued asleep")
FB_SINCE("irq_stat_info", "2b57c69917ee, 7.2: before, each counter was a member of its own")
FB_SINCE("irq_stat_info.symbol", "2b57c69917ee, 7.2: before, each counter was a member of its own")
FB_SINCE("irq_stat_info.text", "2b57c69917ee, 7.2: before, each counter was a member of its own")
FB_SINCE("enum irq_stat_counts.IRQ_COUNT_MAX",
	 "2b57c69917ee, 7.2: before, each counter was a member of its own")
FB_GONE("irq_err_count", "d6b70b16b4e7, 7.2: it is among the other counters")
FB_GONE("irq_mis_count", "d6b70b16b4e7, 7.2: it is among the other counters")
FB_GONE("mce_exception_count", "7.2: it is among the other counters")
FB_GONE("mce_poll_count", "7.2: it is among the other counters")
FB_SINCE("__softirq_pending", "6.15: a member of irq_stat or of pcpu_hot before")
FB_SINCE("pcpu_hot.softirq_pending",
	 "7fcecafebed9, 6.2: a member of irq_stat before, a variable of its own since 6.15")
FB_GONE("bio.bi_issue.value",
	"kernels from 6.18 on do not note when a bio of a mapped device was issued")
FB_SINCE("irqstat.cnt", "86d2a2f51fba, 6.10: a number without a struct before")
FB_SINCE("bh_worker_pools", "4cb1ef64609f, 6.9: before, no pool ran in softirqs")
FB_SINCE("enum worker_pool_flags.POOL_BH", "4cb1ef64609f, 6.9: before, no pool ran in softirqs")
FB_SINCE("worker.current_at", "616db8779b1e, 6.5: before, the CPU time of an item was not noted")
FB_SINCE("worker.current_start", "e8e14ac7cfe4, 7.0: before, the start of an item was not noted")
FB_SINCE("pool_workqueue.mayday_cursor", "e5a30c303b07, 7.0: rescuers left no mark in lists before")
FB_SINCE("mm_struct.futex.phash.hash", "80367ad01d93, 6.16: before, all futexes were in one table")
FB_SINCE("futex_private_hash.hash_mask", "80367ad01d93, 6.16")
FB_SINCE("futex_private_hash.queues", "80367ad01d93, 6.16")
FB_SINCE("kthread.full_name", "d6986ce24fc0, 5.17: names were cut")
FB_SINCE("backing_file.user_path", "def3ae83da02, 6.7: overlayfs had the path itself before")
FB_SINCE("anon_vma_name.name", "9a10064f5625, 5.17: mappings without a file had no names")
FB_SINCE("vm_area_struct.anon_name", "9a10064f5625, 5.17: mappings without a file had no names")
FB_SINCE("vm_area_struct.vm_refcnt",
	 "6.15: mappings are taken out of the tree under mmap_lock alone before 6.4")
FB_SINCE("vm_area_struct.detached",
	 "6.4: mappings are taken out of the tree under mmap_lock alone before")
FB_SINCE("maple_node", "763ecb035029, 6.1: mappings are in a list before")
FB_SINCE("maple_range_64.pivot", "763ecb035029, 6.1")
FB_SINCE("maple_range_64.slot", "763ecb035029, 6.1")
FB_SINCE("maple_arange_64.pivot", "763ecb035029, 6.1")
FB_SINCE("maple_arange_64.slot", "763ecb035029, 6.1")
FB_SINCE("btf_module.list", "36e68442d1af, 5.11: modules have no types before")
FB_SINCE("btf_module.module", "36e68442d1af, 5.11")
FB_SINCE("btf_module.btf", "36e68442d1af, 5.11")
FB_SINCE("btf_modules", "36e68442d1af, 5.11: modules have no types before")
FB_SINCE("semaphore.last_holder", "194a9b9e843b, 6.16, CONFIG_DETECT_HUNG_TASK_BLOCKER")
FB_SINCE("task_struct.blocker", "3cf67d61ff98, 6.15, CONFIG_DETECT_HUNG_TASK_BLOCKER")
FB_SINCE("__start_orc_header", "b9f174c811e3, 6.4: older unwind tables have no version")
FB_SINCE("fred_rsp0", "kernels before have no FRED, or keep no stack pointer for it")
FB_SINCE("fgraph_array",
	 "7aa1eaef9f42, 6.11: traced functions have another stack of callers before")
FB_SINCE("enum node_stat_item.NR_PAGETABLE", "f0c0c115fb81, 5.11: counted by zone before")
FB_SINCE("enum node_stat_item.NR_SECONDARY_PAGETABLE", "ebc97a52b5d6, 6.1")
FB_SINCE("enum node_stat_item.NR_SWAPCACHE",
	 "b6038942480e, 5.12: counted from the swap areas before")
FB_SINCE("io_cold_def.name", "a7dd27828b00, 6.5")
FB_SINCE("io_op_def.name", "operations have no names before 6.1")
FB_SINCE("io_ring_ctx.cancel_table", "9ca9fb24d5fe, 6.0")
FB_SINCE("io_ring_ctx.cancel_table_locked", "9ca9fb24d5fe, 6.0")
FB_SINCE("io_hash_table.hbs", "e6f89be61410, 6.0")
FB_SINCE("io_hash_table.hash_bits", "e6f89be61410, 6.0")
FB_SINCE("io_hash_bucket.list.first", "e6f89be61410, 6.0")
FB_SINCE("rethook_node.llist.next", "54ecbe6f1ed5, 5.18")
FB_SINCE("enum pagetype.PGTY_buddy", "4ffca5a96678, 6.12: VMCOREINFO has its number before")
FB_SINCE("enum pagetype.PGTY_offline", "4ffca5a96678, 6.12: VMCOREINFO has its number before")
FB_SINCE("net.ipv4.udp_table", "9804985bf27f, 6.2: all namespaces share one before")
FB_ONE_OF("net_device.core_stats", "net_device.rx_dropped") /* 625788b58445, 5.18 */
FB_ONE_OF("net_device.core_stats", "net_device.tx_dropped") /* 625788b58445, 5.18 */
FB_SINCE("net_device_core_stats.rx_dropped", "625788b58445, 5.18: counted in the device before")
FB_SINCE("net_device_core_stats.tx_dropped", "625788b58445, 5.18: counted in the device before")
FB_SINCE("net_device.pcpu_stat_type", "34d21de99cea, 6.8: the driver's function tells before")
FB_SINCE("dev_get_tstats64", "5.11: each driver has a function of its own before")
FB_OPTION("net_device.ip6_ptr", "CONFIG_IPV6")
FB_OPTION("nd_tbl", "CONFIG_IPV6")
FB_OPTION("fib6_node.subtree", "CONFIG_IPV6_SUBTREES")
FB_OPTION("net.ipv4.rules_ops", "CONFIG_IP_MULTIPLE_TABLES")
FB_OPTION("net.ipv6.fib6_rules_ops", "CONFIG_IPV6_MULTIPLE_TABLES")
FB_SINCE("sock.sk_drop_counters", "c51613fa276f, 6.18")
FB_SINCE("numa_drop_counters.drops0", "c51613fa276f, 6.18")
FB_SINCE("numa_drop_counters.drops1", "c51613fa276f, 6.18")
FB_SINCE("unix_sock.inq_len", "f4e1fb04c123, 6.18: the buffers are counted before")
FB_GONE("udplite_table", "7.2 has no UDP-Lite")
FB_SINCE("task_struct.blocked_on", "CONFIG_DEBUG_MUTEXES before 6.18")
FB_SINCE("request_queue.quiesce_depth", "e70feb8b3e68, 5.16: a flag of the queue before")
FB_SINCE("request_queue.limits.features", "1122c0c1cc71, 6.11: flags of the queue before")

/* What is gone, and with it what it told. */
FB_GONE("cea_exception_stacks.DB1_stack",
	"fd501d4f0399, 5.8: the stack of debug exceptions has no second part")
FB_GONE("gendisk.part0.nr_sects",
	"0d02129e76ed, 5.11: a pointer; used for zram without types alone")
FB_GONE("disk_part_tbl.len", "a33df75c6328, 5.12: partitions are in an XArray")
FB_GONE("disk_part_tbl.part", "a33df75c6328, 5.12: partitions are in an XArray")
FB_GONE("class.p", "2df418cf4b72, 6.4: all classes are in the list of class_kset")
FB_GONE("task_struct.thread.fpu", "cb7ca40a3882, 6.16: the state lies behind task_struct")
FB_GONE("legacy_special_mapping_vmops", "gone by 6.12: no mapping has them")
FB_GONE("enum node_stat_item.NR_WRITEBACK_TEMP", "6.16: no page is counted so")
FB_GONE("enum zone_stat_item.NR_BOUNCE", "6.16: no page is counted so")

/* By the configuration. */
FB_OPTION("wq_watchdog_thresh", "CONFIG_WQ_WATCHDOG")
FB_OPTION("rwsem_down_read_slowpath", "not with CONFIG_PREEMPT_RT")
FB_OPTION("rwsem_down_write_slowpath", "not with CONFIG_PREEMPT_RT")
FB_OPTION("rt_spin_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("rtlock_slowlock", "CONFIG_PREEMPT_RT")
FB_OPTION("rtlock_slowlock_locked", "CONFIG_PREEMPT_RT")
FB_OPTION("rt_read_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("rt_write_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("__rwbase_read_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("rwbase_read_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("rwbase_write_lock", "CONFIG_PREEMPT_RT")
FB_OPTION("task_struct.softirq_disable_cnt", "CONFIG_PREEMPT_RT: __preempt_count has it else")
FB_OPTION("task_struct.stack_vm_area", "CONFIG_VMAP_STACK")
FB_OPTION("enum pageflags.PG_hwpoison", "CONFIG_MEMORY_FAILURE")
FB_OPTION("num_poisoned_pages", "CONFIG_MEMORY_FAILURE")
FB_OPTION("do_huge_pmd_anonymous_page", "CONFIG_TRANSPARENT_HUGEPAGE")
FB_OPTION("module.build_id", "CONFIG_STACKTRACE_BUILD_ID")
FB_OPTION("journal_s", "jbd2 is a module: its own types have it")
FB_OPTION("journal_s.j_devname", "jbd2 is a module: its own types have it")
FB_OPTION("mem_cgroup_oom_synchronize", "cgroup v1 alone: e93d4166b40a, 6.11, CONFIG_MEMCG_V1")

/* By the compiler. */
FB_INLINED("__wait_for_common", "wait_for_completion() and the like have it in them")
FB_INLINED("__down_common", "__down() and the like have it in them")
FB_INLINED("wait_for_vfork_done", "kernel_clone() has it in it, and stands for it")
