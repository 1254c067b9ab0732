// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of the sorts of waits, one row each: its name; the recogniser, which finds out what is waited for and which
 * threads can end the wait; and the kernel functions in which threads sleep. A stack is searched from its innermost
 * frame: the first function that is in the table decides, a weak one only where no function further out is in it. To
 * add a sort of wait, write its recogniser in the folder where it belongs, and its row here. Called by waits.c.
 */
#include "bundle/waits/recognisers.h"

#include "bundle/waits/files/recognise.h"
#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/io/recognise.h"
#include "bundle/waits/ipc/recognise.h"
#include "bundle/waits/locks/recognise.h"
#include "bundle/waits/process/recognise.h"
#include "bundle/waits/supervisors/recognise.h"

#define WEAK true

static const struct fb_wait_recogniser recognisers[] = {
	/* Locks of user space. */
	{"futex",
	 fb_wait_futex,
	 !WEAK,
	 {"futex_do_wait", "futex_wait", "futex_wait_multiple", "futex_wait_queue",
	  "futex_wait_queue_me", "futex_wait_requeue_pi"}},
	{"mutex-pi", fb_wait_futex, !WEAK, {"futex_lock_pi"}},

	/* Locks of the kernel. */
	{"kernel-mutex",
	 fb_wait_mutex,
	 !WEAK,
	 {"__mutex_lock", "__mutex_lock_interruptible_slowpath", "__mutex_lock_killable_slowpath",
	  "__mutex_lock_slowpath", "mutex_lock"}},
	{"rwsem", fb_wait_rwsem, !WEAK, {"rwsem_down_read_slowpath", "rwsem_down_write_slowpath"}},
	{"kernel-semaphore",
	 fb_wait_semaphore,
	 !WEAK,
	 {"__down", "__down_common", "__down_interruptible", "__down_killable", "__down_timeout"}},
	{"rt-mutex",
	 fb_wait_rt_mutex,
	 !WEAK,
	 {"__rt_mutex_slowlock", "__rt_mutex_slowlock_locked", "rt_mutex_slowlock",
	  "rt_mutex_slowlock_block"}},
	/* With CONFIG_PREEMPT_RT; the functions of rw_semaphores and rwlocks that wait have the same names. */
	{"rwsem",
	 fb_wait_rt_mutex,
	 !WEAK,
	 {"__rwbase_read_lock", "down_read", "down_write", "rwbase_read_lock",
	  "rwbase_write_lock"}},
	{"kernel-spinlock",
	 fb_wait_rt_mutex,
	 !WEAK,
	 {"rt_spin_lock", "rtlock_slowlock", "rtlock_slowlock_locked"}},
	{"kernel-rwlock", fb_wait_rt_mutex, !WEAK, {"rt_read_lock", "rt_write_lock"}},
	{"percpu-rwsem",
	 fb_wait_percpu_rwsem,
	 !WEAK,
	 {"__percpu_down_read", "percpu_down_write", "percpu_rwsem_wait"}},

	/* Files and their locks. */
	{"flock", fb_wait_file_lock, !WEAK, {"flock_lock_inode_wait", "locks_lock_inode_wait"}},
	{"posix-lock", fb_wait_file_lock, !WEAK, {"fcntl_setlk", "posix_lock_inode_wait"}},
	{"lease", fb_wait_file_lock, !WEAK, {"__break_lease"}},
	{"pipe-read",
	 fb_wait_pipe,
	 !WEAK,
	 {"anon_pipe_read", "fifo_pipe_read", "pipe_read", "pipe_wait_readable"}},
	{"pipe-write",
	 fb_wait_pipe,
	 !WEAK,
	 {"anon_pipe_write", "fifo_pipe_write", "pipe_wait_writable", "pipe_write"}},
	{"fifo-open", fb_wait_fifo_open, !WEAK, {"wait_for_partner"}},
	{"eventfd-read", fb_wait_eventfd, !WEAK, {"eventfd_read"}},
	{"epoll", fb_wait_epoll, !WEAK, {"do_epoll_wait", "ep_poll"}},
	{"poll", fb_wait_poll, !WEAK, {"do_poll", "do_sys_poll"}},
	{"select", fb_wait_poll, !WEAK, {"do_select"}},
	{"socket-read", fb_wait_socket, !WEAK, {"__skb_wait_for_more_packets"}},
	{"socket-write", fb_wait_socket, !WEAK, {"sock_alloc_send_pskb"}},
	{"tcp-read", fb_wait_socket, !WEAK, {"sk_wait_data"}},
	{"tcp-write", fb_wait_socket, !WEAK, {"sk_stream_wait_memory"}},
	{"unix-read", fb_wait_socket, !WEAK, {"unix_stream_data_wait", "unix_stream_read_generic"}},
	{"unix-write", fb_wait_socket, !WEAK, {"unix_wait_for_peer"}},
	{"accept", fb_wait_socket, !WEAK, {"inet_csk_accept"}},
	{"connect",
	 fb_wait_socket,
	 !WEAK,
	 {"inet_stream_connect", "inet_wait_for_connect", "unix_stream_connect"}},

	/* Input and output. */
	{"page-lock",
	 fb_wait_page,
	 !WEAK,
	 {"__folio_lock", "__folio_lock_killable", "__folio_lock_or_retry", "__lock_page",
	  "__lock_page_killable", "__lock_page_or_retry"}},
	{"page-writeback", fb_wait_page, !WEAK, {"folio_wait_writeback", "wait_on_page_writeback"}},
	{"page-read", fb_wait_page, !WEAK, {"filemap_read_folio", "filemap_read_page"}},
	{"page-wait",
	 fb_wait_page,
	 WEAK,
	 {"folio_wait_bit", "folio_wait_bit_common", "wait_on_page_bit",
	  "wait_on_page_bit_common"}},
	{"bit-wait", fb_wait_buffer, !WEAK, {"__wait_on_bit", "__wait_on_bit_lock"}},
	{"block-io", fb_wait_buffer, !WEAK, {"__wait_on_buffer"}},
	{"block-io", fb_wait_bio, !WEAK, {"bio_await", "submit_bio_wait"}},
	{"block-io", NULL, !WEAK, {"blk_mq_get_tag", "rq_qos_wait"}},
	{"block-io",
	 NULL,
	 WEAK,
	 {"__blkdev_issue_flush", "blk_execute_rq", "io_schedule", "io_schedule_timeout",
	  "wait_for_completion_io"}},
	{"block-io", fb_wait_xfs_buffer, !WEAK, {"__xfs_buf_submit", "xfs_buf_iowait"}},
	{"block-queue-freeze", NULL, !WEAK, {"blk_mq_freeze_queue_wait", "blk_queue_enter"}},
	{"jbd2-commit",
	 fb_wait_journal,
	 !WEAK,
	 {"jbd2_log_wait_commit", "start_this_handle", "wait_transaction_locked"}},
	{"jbd2-commit", NULL, WEAK, {"jbd2_journal_commit_transaction"}},
	{"nfs", fb_wait_rpc, !WEAK, {"rpc_wait_bit_killable"}},
	{"nfs", NULL, !WEAK, {"nfs4_wait_bit_killable", "nfs_wait_bit_killable"}},
	{"nfs", NULL, WEAK, {"__rpc_execute"}},

	/* Queues between processes. */
	{"msgrcv", fb_wait_message, !WEAK, {"do_msgrcv"}},
	{"msgsnd", fb_wait_message, !WEAK, {"do_msgsnd"}},
	{"semop", fb_wait_semop, !WEAK, {"__do_semtimedop", "do_semtimedop"}},
	{"mq-receive",
	 fb_wait_posix_queue,
	 !WEAK,
	 {"do_mq_timedreceive", "do_mq_timedsend", "wq_sleep"}},

	/* Requests given to the kernel. */
	/* Compilers make io_cqring_wait() a part of its only caller, in Debian's 6.1 for one. */
	{"io-uring", fb_wait_ring, !WEAK, {"io_cqring_wait", "__do_sys_io_uring_enter"}},
	{"aio", fb_wait_aio, !WEAK, {"read_events"}},

	/* Control groups. */
	{"memory-high",
	 fb_wait_memory_high,
	 !WEAK,
	 {"__mem_cgroup_handle_over_high", "mem_cgroup_handle_over_high"}},
	{"memory-max",
	 fb_wait_memory_max,
	 !WEAK,
	 {"mem_cgroup_oom_synchronize", "try_charge", "try_charge_memcg"}},
	{"cgroup-freeze", fb_wait_freezer, WEAK, {"do_freezer_trap", "get_signal"}},

	/* Replies of user processes to the kernel. */
	{"fuse", fb_wait_fuse, !WEAK, {"request_wait_answer"}},
	{"fanotify", fb_wait_fanotify, !WEAK, {"fanotify_get_response", "fanotify_handle_event"}},
	{"seccomp", fb_wait_seccomp, !WEAK, {"seccomp_do_user_notification"}},
	{"userfaultfd", fb_wait_userfault, !WEAK, {"handle_userfault"}},

	/* Other processes. */
	{"wait4", fb_wait_children, !WEAK, {"do_wait"}},
	{"vfork", fb_wait_vfork, !WEAK, {"wait_for_vfork_done"}},
	{"vfork", fb_wait_vfork, WEAK, {"__do_sys_vfork"}},
	{"uninterruptible", fb_wait_vfork, !WEAK, {"_do_fork", "kernel_clone"}},
	{"ptrace-stop", fb_wait_tracer, !WEAK, {"ptrace_stop"}},
	/* coredump_wait() is a part of its caller, do_coredump() before 6.16. */
	{"core-dump", NULL, WEAK, {"coredump_wait", "do_coredump", "vfs_coredump"}},

	/* What the kernel itself waits for. */
	{"completion",
	 NULL,
	 WEAK,
	 {"__wait_for_common", "wait_for_completion", "wait_for_completion_killable"}},
	{"kernel-work", NULL, WEAK, {"__flush_work", "__flush_workqueue"}},
	{"reclaim",
	 NULL,
	 WEAK,
	 {"congestion_wait", "reclaim_throttle", "throttle_direct_reclaim", "wait_iff_congested"}},
	{"kthread-stop", NULL, WEAK, {"kthread_stop"}},
	{"rcu",
	 NULL,
	 WEAK,
	 {"__synchronize_srcu", "__wait_rcu_gp", "synchronize_rcu", "synchronize_rcu_expedited"}},

	/* Threads that idle: they wait for nothing. */
	{NULL,
	 NULL,
	 !WEAK,
	 {"__do_sys_pause", "__x64_sys_pause", "do_nanosleep", "do_signal_stop", "do_sigtimedwait",
	  "do_syslog", "fanotify_read", "inotify_read", "n_tty_read", "signalfd_dequeue",
	  "signalfd_read", "signalfd_read_iter", "sigsuspend", "timerfd_read",
	  "timerfd_read_iter"}},
};

const struct fb_wait_recogniser *fb_wait_recognisers(size_t *count_ret)
{
	*count_ret = FB_ARRAY_SIZE(recognisers);
	return recognisers;
}
