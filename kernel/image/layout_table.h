/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of all members and types of the kernel that the program uses, from which struct fb_layout (layout.h) is
 * made. It is included several times and so has no include guard. FB_FIELD(id, type, member, [older name of the member,
 * ...]), FB_SIZE(id, type). Each group begins with FB_PART(what is missing without it), in the words of `info
 * --probes`; probe_table.h says what a member that is missing was replaced by.
 */
#include "kernel/image/layout_table_basic.h"

/* CPUs (kernel/sched/sched.h, arch/x86/include/asm/current.h) */
FB_PART("tasks that wait for a CPU")
FB_FIELD(pcpu_hot_preempt_count, "pcpu_hot", "preempt_count")

/* Namespaces (include/linux/nsproxy.h, ns_common.h) */
FB_PART("the namespaces of processes")
FB_FIELD(nsproxy_pid_ns_for_children, "nsproxy", "pid_ns_for_children")
FB_FIELD(nsproxy_uts, "nsproxy", "uts_ns")
FB_FIELD(nsproxy_ipc, "nsproxy", "ipc_ns")
FB_FIELD(nsproxy_mnt, "nsproxy", "mnt_ns")
FB_FIELD(nsproxy_net, "nsproxy", "net_ns")
FB_FIELD(nsproxy_time, "nsproxy", "time_ns") /* 769071ac9f20, 5.6 */
FB_FIELD(nsproxy_cgroup, "nsproxy", "cgroup_ns")
FB_FIELD(uts_ns_inum, "uts_namespace", "ns.inum")
FB_FIELD(ipc_ns_inum, "ipc_namespace", "ns.inum")
FB_FIELD(mnt_ns_inum, "mnt_namespace", "ns.inum")
FB_FIELD(net_ns_inum, "net", "ns.inum")
FB_FIELD(time_ns_inum, "time_namespace", "ns.inum")
FB_FIELD(cgroup_ns_inum, "cgroup_namespace", "ns.inum")
FB_FIELD(pid_ns_inum, "pid_namespace", "ns.inum")
FB_FIELD(user_ns_inum, "user_namespace", "ns.inum")

/* Control groups (include/linux/cgroup-defs.h, kernfs.h) */
FB_PART("the control groups of processes")
FB_FIELD(css_set_default_cgroup, "css_set", "dfl_cgrp")
FB_FIELD(cgroup_node, "cgroup", "kn")
FB_FIELD(kernfs_parent, "kernfs_node", "__parent", "parent") /* renamed in 6.15 */
FB_FIELD(kernfs_name, "kernfs_node", "name")

/* Memory (include/linux/mm_types.h) */
FB_PART("the memory and mappings of processes")
FB_SIZE(mm_struct, "mm_struct")
FB_FIELD(mm_users, "mm_struct", "mm_users")
FB_FIELD(mm_mmap, "mm_struct", "mmap") /* gone with the maple tree, 763ecb035029, 6.1 */
FB_FIELD(mm_mt_root, "mm_struct", "mm_mt.ma_root")
FB_FIELD(mm_map_count, "mm_struct", "map_count")
FB_FIELD(mm_saved_auxv, "mm_struct", "saved_auxv")
FB_FIELD(mm_start_brk, "mm_struct", "start_brk")
FB_FIELD(mm_brk, "mm_struct", "brk")
FB_FIELD(mm_start_stack, "mm_struct", "start_stack")
FB_FIELD(mm_owner, "mm_struct", "owner")
/* 80367ad01d93, 6.16; in a struct of their own in 7.x */
FB_FIELD(mm_futex_hash, "mm_struct", "futex.phash.hash", "futex_phash")
FB_FIELD(vma_start, "vm_area_struct", "vm_start")
FB_FIELD(vma_end, "vm_area_struct", "vm_end")
FB_FIELD(vma_next, "vm_area_struct", "vm_next")
FB_FIELD(vma_flags, "vm_area_struct", "vm_flags")
FB_FIELD(vma_pgoff, "vm_area_struct", "vm_pgoff")
FB_FIELD(vma_file, "vm_area_struct", "vm_file")
FB_FIELD(vma_mm, "vm_area_struct", "vm_mm")
/* "mm: introduce vma detached flag", 6.4; a reference count of 0 since f35ab95ca0af, 6.15 */
FB_FIELD(vma_detached, "vm_area_struct", "detached")
FB_FIELD(vma_refcount, "vm_area_struct", "vm_refcnt")
FB_FIELD(vma_ops, "vm_area_struct", "vm_ops")
FB_FIELD(vma_private_data, "vm_area_struct", "vm_private_data")
FB_FIELD(vma_anon_name, "vm_area_struct", "anon_name")
FB_FIELD(vma_anon_vma, "vm_area_struct", "anon_vma")
FB_SIZE(maple_node, "maple_node")
FB_FIELD(maple_root, "maple_tree", "ma_root")
FB_FIELD(maple_range_pivot, "maple_range_64", "pivot")
FB_FIELD(maple_range_slot, "maple_range_64", "slot")
FB_FIELD(maple_arange_pivot, "maple_arange_64", "pivot")
FB_FIELD(maple_arange_slot, "maple_arange_64", "slot")

/* Page frames (include/linux/mm_types.h) */
FB_PART("what a page frame is used for")
FB_SIZE(page, "page")
FB_FIELD(page_flags, "page", "flags") /* memdesc_flags_t, a struct of one word, since 6.18 */
FB_FIELD(page_mapping, "page", "mapping", "__folio_mapping")
FB_FIELD(page_refcount, "page", "_refcount")
FB_FIELD(page_mapcount, "page", "_mapcount")
FB_FIELD(page_private, "page", "private")
FB_FIELD(page_index, "page", "__folio_index", "index") /* renamed in 6.16 */
FB_FIELD(page_compound_head, "page", "compound_info",
	 "compound_head") /* renamed in 7.1: fb_page_frame_head() */
FB_SIZE(spinlock, "spinlock")

/* Slabs (include/linux/slub_def.h, mm/slab.h): struct slab since d122019bf061, 5.17 */
FB_PART("which slab cache an address belongs to")
FB_FIELD(kmem_cache_size, "kmem_cache", "size")
FB_FIELD(kmem_cache_object_size, "kmem_cache", "object_size")
FB_FIELD(kmem_cache_red_left_pad, "kmem_cache", "red_left_pad")
FB_FIELD(kmem_cache_oo, "kmem_cache", "oo.x")
FB_FIELD(kmem_cache_offset, "kmem_cache", "offset")
FB_FIELD(kmem_cache_random, "kmem_cache", "random") /* CONFIG_SLAB_FREELIST_HARDENED */
FB_FIELD(kmem_cache_name, "kmem_cache", "name")
FB_FIELD(kmem_cache_list, "kmem_cache", "list")
FB_FIELD(slab_slab_cache, "slab", "slab_cache")
FB_FIELD(page_slab_cache, "page", "slab_cache")

/* Swap (include/linux/swap.h, fs.h) */
FB_PART("swapped pages")
FB_FIELD(swap_info_bdev, "swap_info_struct", "bdev")
FB_FIELD(swap_info_file, "swap_info_struct", "swap_file")
FB_FIELD(swap_info_flags, "swap_info_struct", "flags")
FB_FIELD(swap_info_priority, "swap_info_struct", "prio")
FB_FIELD(swap_info_pages, "swap_info_struct", "pages")
FB_FIELD(swap_info_used, "swap_info_struct",
	 "inuse_pages") /* an atomic_long_t since 6.13, with a flag */
FB_FIELD(block_device_disk, "block_device", "bd_disk")
FB_FIELD(gendisk_name, "gendisk", "disk_name")
FB_FIELD(gendisk_private_data, "gendisk", "private_data")
FB_FIELD(gendisk_sectors, "gendisk", "part0.nr_sects") /* part0 is a pointer since 5.11 */
FB_SIZE(address_space, "address_space")
FB_FIELD(address_space_pages, "address_space", "i_pages")

/* Modules (include/linux/module.h) */
FB_PART("modules and their symbols")
FB_SIZE(module, "module")
FB_SIZE(module_memory, "module_memory")
FB_FIELD(module_list, "module", "list")
FB_FIELD(module_name, "module", "name")
FB_FIELD(module_state, "module", "state")
FB_FIELD(module_mem, "module", "mem") /* ac3b43283923, 6.4; four members of two layouts before */
FB_FIELD(module_core_layout, "module", "core_layout")
FB_FIELD(module_init_layout, "module", "init_layout")
FB_FIELD(module_refcnt, "module", "refcnt")
FB_FIELD(module_source_list, "module", "source_list")
FB_FIELD(module_taints, "module", "taints")
FB_FIELD(module_init, "module", "init")
FB_FIELD(module_exit, "module", "exit")
FB_FIELD(module_kallsyms, "module", "kallsyms")
FB_FIELD(module_memory_base, "module_memory", "base")
FB_FIELD(module_memory_size, "module_memory", "size")
FB_FIELD(module_layout_base, "module_layout", "base")
FB_FIELD(module_layout_size, "module_layout", "size")
FB_FIELD(module_layout_text_size, "module_layout", "text_size")
FB_FIELD(module_layout_ro_size, "module_layout", "ro_size")
FB_FIELD(module_layout_ro_after_init_size, "module_layout", "ro_after_init_size")
FB_FIELD(module_target_list, "module", "target_list")
FB_FIELD(module_use_source_list, "module_use", "source_list")
FB_FIELD(module_use_target_list, "module_use", "target_list")
FB_FIELD(module_use_target, "module_use", "target")
FB_FIELD(module_use_source, "module_use", "source")
FB_FIELD(module_layout_node, "module_layout", "mtn")
FB_FIELD(module_memory_node, "module_memory", "mtn")
FB_FIELD(mod_tree_roots, "mod_tree_root", "root.tree")
FB_FIELD(mod_tree_node_module, "mod_tree_node", "mod")
FB_FIELD(mod_tree_node_nodes, "mod_tree_node", "node.node")
FB_FIELD(mod_kallsyms_symtab, "mod_kallsyms", "symtab")
FB_FIELD(mod_kallsyms_num_symtab, "mod_kallsyms", "num_symtab")
FB_FIELD(mod_kallsyms_strtab, "mod_kallsyms", "strtab")
FB_FIELD(mod_kallsyms_typetab, "mod_kallsyms", "typetab") /* 1c7651f43777, 5.2 */

/* Types of modules (kernel/bpf/btf.c; 36e68442d1af, 5.11) */
FB_PART("types of modules")
FB_FIELD(btf_module_list, "btf_module", "list")
FB_FIELD(btf_module_module, "btf_module", "module")
FB_FIELD(btf_module_btf, "btf_module", "btf")
FB_FIELD(btf_data, "btf", "data")
FB_FIELD(btf_data_size, "btf", "data_size")

/* The log: VMCOREINFO has these too (kernel/printk/printk_ringbuffer.h, 896fbe20b4e2, 5.10) */
FB_PART("the log")
FB_SIZE(prb_desc, "prb_desc")
FB_SIZE(printk_info, "printk_info")
FB_FIELD(prb_desc_ring, "printk_ringbuffer", "desc_ring")
FB_FIELD(prb_text_data_ring, "printk_ringbuffer", "text_data_ring")
FB_FIELD(prb_desc_ring_count_bits, "prb_desc_ring", "count_bits")
FB_FIELD(prb_desc_ring_descs, "prb_desc_ring", "descs")
FB_FIELD(prb_desc_ring_infos, "prb_desc_ring", "infos")
FB_FIELD(prb_desc_ring_head_id, "prb_desc_ring", "head_id")
FB_FIELD(prb_desc_ring_tail_id, "prb_desc_ring", "tail_id")
FB_FIELD(prb_data_ring_size_bits, "prb_data_ring", "size_bits")
FB_FIELD(prb_data_ring_data, "prb_data_ring", "data")
FB_FIELD(prb_desc_state_var, "prb_desc", "state_var")
FB_FIELD(prb_desc_text_blk_lpos, "prb_desc", "text_blk_lpos")
FB_FIELD(prb_data_blk_lpos_begin, "prb_data_blk_lpos", "begin")
FB_FIELD(prb_data_blk_lpos_next, "prb_data_blk_lpos", "next")
FB_FIELD(printk_info_seq, "printk_info", "seq")
FB_FIELD(printk_info_ts_nsec, "printk_info", "ts_nsec")
FB_FIELD(printk_info_text_len, "printk_info", "text_len")
FB_FIELD(printk_info_caller_id, "printk_info", "caller_id")
/* The log before 5.10 (kernel/printk/printk.c) */
FB_SIZE(printk_log, "printk_log")
FB_FIELD(printk_log_ts_nsec, "printk_log", "ts_nsec")
FB_FIELD(printk_log_len, "printk_log", "len")
FB_FIELD(printk_log_text_len, "printk_log", "text_len")
FB_FIELD(printk_log_dict_len, "printk_log", "dict_len")
FB_FIELD(printk_log_caller_id, "printk_log", "caller_id")

/* Kernel stacks (arch/x86: switch_to.h, cpu_entry_area.h, processor.h, module.h) */
FB_PART("kernel stacks")
FB_SIZE(thread_union, "thread_union")
FB_SIZE(irq_stack, "irq_stack")
FB_SIZE(entry_stack, "entry_stack")
FB_FIELD(task_thread_gsbase, "task_struct", "thread.gsbase")
FB_FIELD(task_thread_ds, "task_struct", "thread.ds")
FB_FIELD(task_thread_es, "task_struct", "thread.es")
FB_FIELD(task_thread_fsindex, "task_struct", "thread.fsindex")
FB_FIELD(task_thread_gsindex, "task_struct", "thread.gsindex")
FB_FIELD(inactive_frame_bp, "inactive_task_frame", "bp")
FB_FIELD(inactive_frame_ret_addr, "inactive_task_frame", "ret_addr")
FB_FIELD(pcpu_hot_hardirq_stack, "pcpu_hot", "hardirq_stack_ptr")
FB_FIELD(tss_sp0, "tss_struct", "x86_tss.sp0")
FB_FIELD(estack_df, "cea_exception_stacks", "DF_stack") /* 7623f37e4111, 5.2 */
FB_FIELD(estack_nmi, "cea_exception_stacks", "NMI_stack")
FB_FIELD(estack_db1, "cea_exception_stacks", "DB1_stack") /* gone with fd501d4f0399, 5.8 */
FB_FIELD(estack_db, "cea_exception_stacks", "DB_stack")
FB_FIELD(estack_mce, "cea_exception_stacks", "MCE_stack")
FB_FIELD(estack_vc, "cea_exception_stacks", "VC_stack") /* 02772fb9b68e, 5.10 */
FB_FIELD(estack_vc2, "cea_exception_stacks", "VC2_stack")
FB_FIELD(module_num_orcs, "module", "arch.num_orcs")
FB_FIELD(module_orc_unwind_ip, "module", "arch.orc_unwind_ip")
FB_FIELD(module_orc_unwind, "module", "arch.orc_unwind")

/* Files and paths (include/linux/fs.h, dcache.h, mount.h, fs/mount.h) */
FB_PART("files, paths and mounts")
FB_FIELD(fs_root, "fs_struct", "root")
FB_FIELD(path_mnt, "path", "mnt")
FB_FIELD(path_dentry, "path", "dentry")
FB_FIELD(vfsmount_root, "vfsmount", "mnt_root")
FB_FIELD(mount_mnt, "mount", "mnt")
FB_FIELD(mount_parent, "mount", "mnt_parent")
FB_FIELD(mount_mountpoint, "mount", "mnt_mountpoint")
FB_FIELD(mount_id, "mount", "mnt_id")
FB_FIELD(mount_device_name, "mount", "mnt_devname")
FB_FIELD(mount_children, "mount", "mnt_mounts")
FB_FIELD(mount_child, "mount", "mnt_child")
FB_FIELD(mount_list, "mount", "mnt_list")
FB_FIELD(mount_node, "mount", "mnt_node") /* 2eea9ce4310d, 6.8: a tree in place of the list */
FB_FIELD(vfsmount_flags, "vfsmount", "mnt_flags")
FB_FIELD(vfsmount_sb, "vfsmount", "mnt_sb")
FB_FIELD(mnt_ns_root, "mnt_namespace", "root")
FB_FIELD(mnt_ns_list, "mnt_namespace", "list")
FB_FIELD(mnt_ns_mounts, "mnt_namespace", "mounts")
FB_FIELD(dentry_parent, "dentry", "d_parent")
FB_FIELD(dentry_name, "dentry", "d_name.name")
FB_FIELD(dentry_name_length, "dentry", "d_name.len")
FB_FIELD(dentry_inode, "dentry", "d_inode")
FB_FIELD(dentry_op, "dentry", "d_op")
FB_FIELD(dentry_sb, "dentry", "d_sb")
FB_FIELD(dentry_hash_pprev, "dentry", "d_hash.pprev")
FB_FIELD(dentry_operations_dname, "dentry_operations", "d_dname")
FB_FIELD(file_path, "file", "f_path")
FB_FIELD(file_inode, "file", "f_inode")
FB_FIELD(file_mapping, "file", "f_mapping")
FB_FIELD(file_mode, "file", "f_mode")
FB_FIELD(file_flags, "file", "f_flags")
FB_FIELD(file_pos, "file", "f_pos")
FB_FIELD(file_private_data, "file", "private_data")
FB_FIELD(backing_file_user_path, "backing_file", "user_path") /* def3ae83da02, 6.7 */
FB_FIELD(inode_number, "inode", "i_ino")
FB_FIELD(inode_mode, "inode", "i_mode")
FB_FIELD(inode_rdev, "inode", "i_rdev")
FB_FIELD(inode_size, "inode", "i_size")
FB_FIELD(inode_sb, "inode", "i_sb")
FB_FIELD(inode_private, "inode", "i_private")
FB_FIELD(super_block_dev, "super_block", "s_dev")
FB_FIELD(super_block_type, "super_block", "s_type")
FB_FIELD(super_block_flags, "super_block", "s_flags")
FB_FIELD(super_block_subtype, "super_block", "s_subtype")
FB_FIELD(super_block_write_error, "super_block", "s_wb_err") /* 735e4ae5ba28, 5.8 */
FB_FIELD(file_system_type_name, "file_system_type", "name")

/* Inodes to be written (include/linux/backing-dev-defs.h) */
FB_PART("files that are to be written back")
FB_FIELD(bdi_list, "backing_dev_info", "bdi_list")
FB_FIELD(bdi_wb_list, "backing_dev_info", "wb_list")
FB_FIELD(wb_bdi_node, "bdi_writeback", "bdi_node")
FB_FIELD(wb_dirty, "bdi_writeback", "b_dirty")
FB_FIELD(wb_io, "bdi_writeback", "b_io")
FB_FIELD(wb_more_io, "bdi_writeback", "b_more_io")
FB_FIELD(inode_io_list, "inode", "i_io_list")
FB_FIELD(ns_common_ops, "ns_common", "ops")
FB_FIELD(ns_operations_name, "proc_ns_operations", "name")

/* Names of mappings (include/linux/mm_types.h) */
FB_PART("names of mappings")
FB_FIELD(vma_shared_rb, "vm_area_struct", "shared.rb")
FB_FIELD(anon_vma_name_name, "anon_vma_name", "name")
FB_FIELD(special_mapping_name, "vm_special_mapping", "name")

/* Open files (include/linux/fdtable.h) */
FB_PART("open files")
FB_FIELD(files_fdt, "files_struct", "fdt")
FB_FIELD(files_stat_max, "files_stat_struct", "max_files") /* include/linux/fs.h */
FB_FIELD(fdtable_max_fds, "fdtable", "max_fds")
FB_FIELD(fdtable_fd, "fdtable", "fd")
FB_FIELD(fdtable_open, "fdtable", "open_fds")
FB_FIELD(fdtable_close_on_exec, "fdtable", "close_on_exec")

/* Sockets (include/linux/net.h, net/sock.h, net/af_unix.h, net/netlink/af_netlink.h) */
FB_PART("sockets")
FB_FIELD(socket_sk, "socket", "sk")
FB_FIELD(socket_type, "socket", "type")
FB_FIELD(socket_alloc_socket, "socket_alloc", "socket")
FB_FIELD(socket_alloc_inode, "socket_alloc", "vfs_inode")
FB_FIELD(sock_family, "sock", "__sk_common.skc_family")
FB_FIELD(sock_state, "sock", "__sk_common.skc_state")
FB_FIELD(sock_type, "sock", "sk_type")
FB_FIELD(sock_protocol, "sock", "sk_protocol")
FB_FIELD(sock_socket, "sock", "sk_socket")
FB_FIELD(sock_local, "sock", "__sk_common.skc_rcv_saddr")
FB_FIELD(sock_peer, "sock", "__sk_common.skc_daddr")
FB_FIELD(sock_v6_local, "sock", "__sk_common.skc_v6_rcv_saddr")
FB_FIELD(sock_v6_peer, "sock", "__sk_common.skc_v6_daddr")
FB_FIELD(sock_num, "sock", "__sk_common.skc_num")
FB_FIELD(sock_peer_port, "sock", "__sk_common.skc_dport")
FB_FIELD(sock_nulls_node, "sock", "__sk_common.skc_nulls_node")
FB_FIELD(sock_ack_backlog, "sock", "sk_ack_backlog")
FB_FIELD(sock_max_ack_backlog, "sock", "sk_max_ack_backlog")
FB_FIELD(sock_net, "sock", "__sk_common.skc_net.net")            /* CONFIG_NET_NS */
FB_FIELD(net_tcp_hashinfo, "net", "ipv4.tcp_death_row.hashinfo") /* a table for each since 6.1 */
FB_FIELD(tcp_sent, "tcp_sock", "snd_nxt")
FB_FIELD(tcp_acknowledged, "tcp_sock", "snd_una")
FB_FIELD(tcp_received, "tcp_sock", "rcv_nxt")
FB_FIELD(unix_addr, "unix_sock", "addr")
FB_FIELD(unix_peer, "unix_sock", "peer")
FB_FIELD(unix_address_length, "unix_address", "len")
FB_FIELD(unix_address_name, "unix_address", "name")
FB_FIELD(netlink_portid, "netlink_sock", "portid")
FB_FIELD(netlink_dst_portid, "netlink_sock", "dst_portid")
FB_FIELD(netlink_groups, "netlink_sock", "groups")
FB_FIELD(packet_ifindex, "packet_sock", "ifindex")
FB_FIELD(packet_num, "packet_sock", "num")

/* File locks (include/linux/filelock.h): file_lock_core since a69ce85ec9af, 6.9 */
FB_PART("file locks")
FB_FIELD(lock_list_head, "file_lock_list_struct", "hlist")
FB_FIELD(lock_link, "file_lock", "c.flc_link", "fl_link")
FB_FIELD(lock_flags, "file_lock", "c.flc_flags", "fl_flags")
FB_FIELD(lock_type, "file_lock", "c.flc_type", "fl_type")
FB_FIELD(lock_pid, "file_lock", "c.flc_pid", "fl_pid")
FB_FIELD(lock_file, "file_lock", "c.flc_file", "fl_file")
FB_FIELD(lock_blocked_requests, "file_lock", "c.flc_blocked_requests", "fl_blocked_requests")
FB_FIELD(lock_blocked_member, "file_lock", "c.flc_blocked_member", "fl_blocked_member")
FB_FIELD(lock_wait, "file_lock", "c.flc_wait.head", "fl_wait.head")
FB_FIELD(lock_start, "file_lock", "fl_start")
FB_FIELD(lock_end, "file_lock", "fl_end")

#include "kernel/image/layout_table_block.h"
#include "kernel/image/layout_table_bpf.h"
#include "kernel/image/layout_table_events.h"
#include "kernel/image/layout_table_groups.h"
#include "kernel/image/layout_table_ipc.h"
#include "kernel/image/layout_table_memory.h"
#include "kernel/image/layout_table_net.h"
#include "kernel/image/layout_table_signals.h"
#include "kernel/image/layout_table_sysctl.h"
#include "kernel/image/layout_table_waits.h"

/* FPU state (arch/x86/include/asm/fpu/types.h, processor.h) */
FB_PART("FPU registers")
FB_FIELD(task_fpu, "task_struct", "thread.fpu") /* gone in 6.16: see kernel/stacks/fpu.c */
FB_FIELD(fpu_fpstate, "fpu", "fpstate")         /* 87d0e5be0fac, 5.16 */
FB_FIELD(fpu_state, "fpu", "state")
FB_FIELD(fpstate_regs, "fpstate", "regs")
FB_FIELD(cpuinfo_capability, "cpuinfo_x86", "x86_capability")

/* Return addresses that were diverted (include/linux/ftrace.h, rethook.h, kprobes.h) */
FB_PART("callers in traced functions")
FB_FIELD(task_ret_stack, "task_struct", "ret_stack")
FB_FIELD(task_curr_ret_stack, "task_struct", "curr_ret_stack")
FB_FIELD(task_rethooks, "task_struct", "rethooks.first")              /* 54ecbe6f1ed5, 5.18 */
FB_FIELD(task_kretprobes, "task_struct", "kretprobe_instances.first") /* d741bf41d7c7, 5.11 */
FB_SIZE(ftrace_ret_stack, "ftrace_ret_stack")
FB_FIELD(ftrace_ret_stack_ret, "ftrace_ret_stack", "ret")
FB_FIELD(ftrace_ret_stack_retp, "ftrace_ret_stack", "retp")
FB_FIELD(rethook_next, "rethook_node", "llist.next")
FB_FIELD(rethook_ret_addr, "rethook_node", "ret_addr")
FB_FIELD(rethook_frame, "rethook_node", "frame")
FB_FIELD(kretprobe_next, "kretprobe_instance", "llist.next", "hlist.next")
FB_FIELD(kretprobe_ret_addr, "kretprobe_instance", "ret_addr")
FB_FIELD(kretprobe_frame, "kretprobe_instance", "fp")

/* System calls as tracing describes them (include/trace/syscall.h) */
FB_PART("the arguments of system calls")
FB_FIELD(syscall_meta_nr, "syscall_metadata", "syscall_nr")
FB_FIELD(syscall_meta_nb_args, "syscall_metadata", "nb_args")
FB_FIELD(syscall_meta_types, "syscall_metadata", "types")
FB_FIELD(syscall_meta_args, "syscall_metadata", "args")

/* Generated code (include/linux/bpf.h, ftrace.h, kprobes.h) */
FB_PART("names of generated code")
FB_FIELD(bpf_ksym_start, "bpf_ksym", "start") /* bfea9a8574f3, 5.7 */
FB_FIELD(bpf_ksym_end, "bpf_ksym", "end")
FB_FIELD(bpf_ksym_name, "bpf_ksym", "name")
FB_FIELD(bpf_ksym_list, "bpf_ksym", "lnode")
FB_FIELD(bpf_aux_list, "bpf_prog_aux", "ksym_lnode")
FB_FIELD(bpf_aux_prog, "bpf_prog_aux", "prog")
FB_FIELD(bpf_aux_name, "bpf_prog_aux", "name")
FB_FIELD(bpf_prog_function, "bpf_prog", "bpf_func")
FB_FIELD(bpf_prog_bytes, "bpf_prog", "jited_len")
FB_FIELD(bpf_prog_tag, "bpf_prog", "tag")
FB_FIELD(ftrace_ops_trampoline, "ftrace_ops", "trampoline")
FB_FIELD(ftrace_ops_bytes, "ftrace_ops", "trampoline_size")
FB_FIELD(ftrace_ops_flags, "ftrace_ops", "flags")
FB_FIELD(ftrace_ops_list, "ftrace_ops", "list") /* fc0ea795f53c, 5.8 */
FB_FIELD(ftrace_ops_next, "ftrace_ops", "next")
FB_FIELD(insn_cache_pages, "kprobe_insn_cache", "pages")
FB_FIELD(insn_page_list, "kprobe_insn_page", "list")
FB_FIELD(insn_page_insns, "kprobe_insn_page", "insns")
