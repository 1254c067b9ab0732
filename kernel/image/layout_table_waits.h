/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of layout_table.h for what threads wait for. Included only by layout_table.h, so it has no include guard. */

/* Who waits for whom (include/linux/sched.h, kernel/futex/, fs/pipe.c) */
FB_PART("who waits for whom")
FB_FIELD(task_parent, "task_struct", "parent")
FB_FIELD(task_ptrace, "task_struct", "ptrace")
FB_FIELD(task_vfork_done, "task_struct", "vfork_done")
FB_FIELD(task_clear_child_tid, "task_struct", "clear_child_tid")
FB_FIELD(task_exec_start, "task_struct", "se.exec_start")
FB_FIELD(task_restart_uaddr, "task_struct", "restart_block.futex.uaddr")
FB_FIELD(task_restart_val, "task_struct", "restart_block.futex.val")
FB_FIELD(task_restart_flags, "task_struct", "restart_block.futex.flags")
FB_FIELD(task_pi_blocked_on, "task_struct", "pi_blocked_on")
FB_FIELD(task_blocked_on, "task_struct", "blocked_on")
FB_FIELD(rq_clock_task, "rq", "clock_task")
FB_FIELD(socket_file, "socket", "file")
FB_FIELD(socket_wait, "socket", "wq.wait.head")
FB_FIELD(pipe_read_wait, "pipe_inode_info", "rd_wait.head", "wait.head")  /* 0ddad21d3e99, 5.6 */
FB_FIELD(pipe_write_wait, "pipe_inode_info", "wr_wait.head", "wait.head") /* 0ddad21d3e99, 5.6 */
FB_FIELD(eventfd_wait, "eventfd_ctx", "wqh.head")

/* Futexes (kernel/futex/futex.h; kernel/futex.c before 5.16) */
FB_PART("who waits for a futex")
FB_SIZE(futex_hash_bucket, "futex_hash_bucket")
FB_FIELD(futex_bucket_chain, "futex_hash_bucket", "chain.node_list")
FB_FIELD(futex_q_node, "futex_q", "list.node_list")
FB_FIELD(futex_q_task, "futex_q", "task")
FB_FIELD(futex_q_pi_state, "futex_q", "pi_state")
FB_FIELD(futex_pi_owner, "futex_pi_state", "owner")
FB_FIELD(futex_private_mask, "futex_private_hash", "hash_mask") /* 80367ad01d93, 6.16 */
FB_FIELD(futex_private_queues, "futex_private_hash", "queues")

/* Kernel locks (include/linux/mutex.h, rwsem.h, semaphore.h, rtmutex.h, percpu-rwsem.h, wait.h) */
FB_PART("who waits for a lock of the kernel, and who has it")
FB_SIZE(mutex_waiter, "mutex_waiter")
FB_SIZE(rwsem_waiter, "rwsem_waiter")
FB_SIZE(semaphore_waiter, "semaphore_waiter")
FB_SIZE(wait_queue_entry, "wait_queue_entry")
/* The second is of kernels with CONFIG_PREEMPT_RT: bb630f9f7a7d, 5.15. */
FB_FIELD(mutex_owner, "mutex", "owner", "rtmutex.owner")
FB_FIELD(mutex_wait_list, "mutex", "wait_list")
FB_FIELD(mutex_waiter_list, "mutex_waiter", "list")
FB_FIELD(mutex_waiter_task, "mutex_waiter", "task")
FB_FIELD(rwsem_count, "rw_semaphore", "count")
FB_FIELD(rwsem_owner, "rw_semaphore", "owner", "rwbase.rtmutex.owner") /* 42254105dfe8, 5.15 */
FB_FIELD(rwsem_wait_list, "rw_semaphore", "wait_list")
FB_FIELD(rwsem_first_waiter, "rw_semaphore", "first_waiter") /* in place of wait_list in 7.x */
FB_FIELD(mutex_first_waiter, "mutex", "first_waiter")
FB_FIELD(semaphore_first_waiter, "semaphore", "first_waiter")
FB_FIELD(rwsem_waiter_list, "rwsem_waiter", "list")
FB_FIELD(rwsem_waiter_task, "rwsem_waiter", "task")
FB_FIELD(semaphore_wait_list, "semaphore", "wait_list")
FB_FIELD(semaphore_last_holder, "semaphore",
	 "last_holder") /* 6.16, CONFIG_DETECT_HUNG_TASK_BLOCKER */
FB_FIELD(semaphore_waiter_list, "semaphore_waiter", "list")
FB_FIELD(semaphore_waiter_task, "semaphore_waiter", "task")
FB_FIELD(rt_mutex_owner, "rt_mutex_base", "owner") /* 830e6acc8a1c, 5.15 */
FB_FIELD(rt_mutex_owner_older, "rt_mutex", "owner")
FB_FIELD(rt_mutex_waiter_lock, "rt_mutex_waiter", "lock")
/* With CONFIG_PREEMPT_RT what rw_semaphores and rwlocks are made of: 943f0edb754f, 5.15 */
FB_FIELD(rwbase_readers, "rwbase_rt", "readers")
FB_FIELD(rwbase_mutex, "rwbase_rt", "rtmutex")
FB_SIZE(percpu_rwsem, "percpu_rw_semaphore")
FB_FIELD(percpu_rwsem_waiters, "percpu_rw_semaphore", "waiters.head")
FB_FIELD(wait_entry_private, "wait_queue_entry", "private")
FB_FIELD(wait_entry_list, "wait_queue_entry", "entry")
FB_FIELD(super_block_list, "super_block", "s_list")
FB_FIELD(super_block_root, "super_block", "s_root")
FB_FIELD(super_block_mounts, "super_block", "s_mounts")
FB_FIELD(super_block_umount, "super_block", "s_umount")
FB_FIELD(super_block_rename, "super_block", "s_vfs_rename_mutex")
FB_FIELD(super_block_bdev, "super_block", "s_bdev")
FB_FIELD(super_block_id, "super_block", "s_id")
FB_FIELD(super_block_frozen, "super_block", "s_writers.frozen")
FB_FIELD(super_block_writers, "super_block", "s_writers.rw_sem")
FB_FIELD(mount_instance, "mount", "mnt_instance")
/* Of kernels, 7.2 among them, whose super_block.s_mounts points to the first mount, and is no list_head */
FB_FIELD(mount_next_of_super, "mount", "mnt_next_for_sb")
FB_FIELD(inode_rwsem, "inode", "i_rwsem")
FB_FIELD(inode_dentries, "inode", "i_dentry")
FB_FIELD(dentry_alias, "dentry", "d_alias", "d_u.d_alias")   /* its union has no name in 7.x */
FB_FIELD(mm_mmap_lock, "mm_struct", "mmap_lock", "mmap_sem") /* c1e8d7c6a7a6, 5.8 */

/* Sleeps for input and output (include/linux/buffer_head.h, wait_bit.h, pagemap.h, jbd2.h, blkdev.h) */
FB_PART("which device or page a thread waits for")
FB_SIZE(wait_bit_entry, "wait_bit_queue_entry")
FB_FIELD(wait_bit_flags, "wait_bit_queue_entry", "key.flags")
FB_FIELD(wait_bit_number, "wait_bit_queue_entry", "key.bit_nr")
FB_FIELD(wait_bit_wait, "wait_bit_queue_entry", "wq_entry")
FB_SIZE(wait_page_queue, "wait_page_queue")
FB_FIELD(wait_page_page, "wait_page_queue", "folio", "page")
FB_FIELD(wait_page_bit, "wait_page_queue", "bit_nr")
FB_FIELD(wait_page_wait, "wait_page_queue", "wait")
FB_FIELD(address_space_host, "address_space", "host")
FB_FIELD(buffer_block, "buffer_head", "b_blocknr")
FB_FIELD(buffer_bdev, "buffer_head", "b_bdev")
FB_FIELD(bdev_disk, "block_device", "bd_disk")
FB_FIELD(bio_device, "bio", "bi_bdev") /* 309dca309fc3, 5.12; before, it had the disk alone */
FB_FIELD(disk_name, "gendisk", "disk_name")
FB_FIELD(disk_private, "gendisk", "private_data")
FB_SIZE(journal, "journal_s")
FB_FIELD(journal_name, "journal_s", "j_devname")

/* epoll, poll and select (fs/eventpoll.c, include/linux/poll.h) */
FB_PART("what epoll, poll and select wait for")
FB_FIELD(eventpoll_root, "eventpoll", "rbr.rb_root.rb_node")
FB_FIELD(eventpoll_wait, "eventpoll", "wq.head")
FB_FIELD(epitem_epoll, "epitem", "ep")
FB_FIELD(epitem_node, "epitem", "rbn")
FB_FIELD(epitem_file, "epitem", "ffd.file")
FB_FIELD(epitem_fd, "epitem", "ffd.fd")
FB_FIELD(rb_parent, "rb_node", "__rb_parent_color") /* low bits: the colour */
FB_FIELD(rb_left, "rb_node", "rb_left")
FB_FIELD(rb_right, "rb_node", "rb_right")
FB_SIZE(poll_wqueues, "poll_wqueues")
FB_FIELD(poll_task, "poll_wqueues", "polling_task")
FB_FIELD(poll_more, "poll_wqueues", "table")
FB_FIELD(poll_inline_count, "poll_wqueues", "inline_index")
FB_FIELD(poll_inline, "poll_wqueues", "inline_entries")
FB_SIZE(poll_entry, "poll_table_entry")
FB_FIELD(poll_entry_file, "poll_table_entry", "filp")
FB_FIELD(poll_entry_table, "poll_table_entry", "wait.private")
FB_FIELD(poll_entry_queue, "poll_table_entry", "wait_address")
FB_FIELD(poll_page_next, "poll_table_page", "next")
FB_FIELD(poll_page_end, "poll_table_page", "entry")
FB_FIELD(poll_page_entries, "poll_table_page", "entries")

/* Names of kernel threads (kernel/workqueue_internal.h, kernel/workqueue.c) */
FB_PART("the whole names of kernel threads")
FB_FIELD(kworker_queue_name, "workqueue_struct", "name")
