// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel functions that threads sleep in, and who recognises what they wait for.
 * A stack is looked through from its innermost frame: the first function that is
 * here decides, a weak one only where none further out is.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/wait_private.h"

/* In order of name: it is searched by halves. */
static const struct fb_wait_site sites[] = {
	{"__blkdev_issue_flush", NULL, "block-io", true},
	{"__break_lease", fb_wait_file_lock, "lease", false},
	{"__do_sys_pause", NULL, NULL, false},
	{"__do_sys_vfork", fb_wait_vfork, "vfork", true},
	{"__down", fb_wait_semaphore, "kernel-semaphore", false},
	{"__down_common", fb_wait_semaphore, "kernel-semaphore", false},
	{"__down_interruptible", fb_wait_semaphore, "kernel-semaphore", false},
	{"__down_killable", fb_wait_semaphore, "kernel-semaphore", false},
	{"__down_timeout", fb_wait_semaphore, "kernel-semaphore", false},
	{"__flush_work", NULL, "kernel-work", true},
	{"__flush_workqueue", NULL, "kernel-work", true},
	{"__folio_lock", fb_wait_page, "page-lock", false},
	{"__folio_lock_killable", fb_wait_page, "page-lock", false},
	{"__folio_lock_or_retry", fb_wait_page, "page-lock", false},
	{"__lock_page", fb_wait_page, "page-lock", false},
	{"__lock_page_killable", fb_wait_page, "page-lock", false},
	{"__lock_page_or_retry", fb_wait_page, "page-lock", false},
	{"__mutex_lock", fb_wait_mutex, "kernel-mutex", false},
	{"__mutex_lock_interruptible_slowpath", fb_wait_mutex, "kernel-mutex", false},
	{"__mutex_lock_killable_slowpath", fb_wait_mutex, "kernel-mutex", false},
	{"__mutex_lock_slowpath", fb_wait_mutex, "kernel-mutex", false},
	{"__percpu_down_read", fb_wait_percpu_rwsem, "percpu-rwsem", false},
	{"__rpc_execute", NULL, "nfs", true},
	{"__rt_mutex_slowlock", fb_wait_rt_mutex, "rt-mutex", false},
	{"__skb_wait_for_more_packets", fb_wait_socket, "socket-read", false},
	{"__synchronize_srcu", NULL, "rcu", true},
	{"__wait_for_common", NULL, "completion", true},
	{"__wait_on_bit", fb_wait_buffer, "bit-wait", false},
	{"__wait_on_bit_lock", fb_wait_buffer, "bit-wait", false},
	{"__wait_on_buffer", fb_wait_buffer, "block-io", false},
	{"__wait_rcu_gp", NULL, "rcu", true},
	{"__x64_sys_pause", NULL, NULL, false},
	{"blk_execute_rq", NULL, "block-io", true},
	{"blk_mq_freeze_queue_wait", NULL, "block-queue-freeze", false},
	{"blk_mq_get_tag", NULL, "block-io", false},
	{"blk_queue_enter", NULL, "block-queue-freeze", false},
	{"coredump_wait", NULL, "core-dump", true},
	{"do_epoll_wait", fb_wait_epoll, "epoll", false},
	{"do_nanosleep", NULL, NULL, false},
	{"do_poll", fb_wait_poll, "poll", false},
	{"do_select", fb_wait_poll, "select", false},
	{"do_signal_stop", NULL, NULL, false},
	{"do_sigtimedwait", NULL, NULL, false},
	{"do_sys_poll", fb_wait_poll, "poll", false},
	{"do_wait", fb_wait_children, "wait4", false},
	{"ep_poll", fb_wait_epoll, "epoll", false},
	{"eventfd_read", fb_wait_eventfd, "eventfd-read", false},
	{"fcntl_setlk", fb_wait_file_lock, "posix-lock", false},
	{"flock_lock_inode_wait", fb_wait_file_lock, "flock", false},
	{"folio_wait_bit", fb_wait_page, "page-wait", true},
	{"folio_wait_bit_common", fb_wait_page, "page-wait", true},
	{"folio_wait_writeback", fb_wait_page, "page-writeback", false},
	{"futex_do_wait", fb_wait_futex, "futex", false},
	{"futex_lock_pi", fb_wait_futex, "mutex-pi", false},
	{"futex_wait", fb_wait_futex, "futex", false},
	{"futex_wait_multiple", fb_wait_futex, "futex", false},
	{"futex_wait_queue", fb_wait_futex, "futex", false},
	{"futex_wait_queue_me", fb_wait_futex, "futex", false},
	{"futex_wait_requeue_pi", fb_wait_futex, "futex", false},
	{"inet_csk_accept", fb_wait_socket, "accept", false},
	{"inet_stream_connect", fb_wait_socket, "connect", false},
	{"inet_wait_for_connect", fb_wait_socket, "connect", false},
	{"inotify_read", NULL, NULL, false},
	{"io_schedule", NULL, "block-io", true},
	{"io_schedule_timeout", NULL, "block-io", true},
	{"jbd2_journal_commit_transaction", NULL, "jbd2-commit", true},
	{"jbd2_log_wait_commit", fb_wait_journal, "jbd2-commit", false},
	{"kernel_clone", fb_wait_vfork, "uninterruptible", false},
	{"kthread_stop", NULL, "kthread-stop", true},
	{"locks_lock_inode_wait", fb_wait_file_lock, "flock", false},
	{"mutex_lock", fb_wait_mutex, "kernel-mutex", false},
	{"n_tty_read", NULL, NULL, false},
	{"nfs4_wait_bit_killable", NULL, "nfs", false},
	{"nfs_wait_bit_killable", NULL, "nfs", false},
	{"percpu_down_write", fb_wait_percpu_rwsem, "percpu-rwsem", false},
	{"percpu_rwsem_wait", fb_wait_percpu_rwsem, "percpu-rwsem", false},
	{"pipe_read", fb_wait_pipe, "pipe-read", false},
	{"pipe_wait_readable", fb_wait_pipe, "pipe-read", false},
	{"pipe_wait_writable", fb_wait_pipe, "pipe-write", false},
	{"pipe_write", fb_wait_pipe, "pipe-write", false},
	{"posix_lock_inode_wait", fb_wait_file_lock, "posix-lock", false},
	{"ptrace_stop", fb_wait_tracer, "ptrace-stop", false},
	{"rpc_wait_bit_killable", NULL, "nfs", false},
	{"rq_qos_wait", NULL, "block-io", false},
	{"rt_mutex_slowlock", fb_wait_rt_mutex, "rt-mutex", false},
	{"rwsem_down_read_slowpath", fb_wait_rwsem, "rwsem", false},
	{"rwsem_down_write_slowpath", fb_wait_rwsem, "rwsem", false},
	{"sigsuspend", NULL, NULL, false},
	{"sk_stream_wait_memory", fb_wait_socket, "tcp-write", false},
	{"sk_wait_data", fb_wait_socket, "tcp-read", false},
	{"sock_alloc_send_pskb", fb_wait_socket, "socket-write", false},
	{"start_this_handle", fb_wait_journal, "jbd2-commit", false},
	{"submit_bio_wait", NULL, "block-io", true},
	{"synchronize_rcu", NULL, "rcu", true},
	{"synchronize_rcu_expedited", NULL, "rcu", true},
	{"unix_stream_connect", fb_wait_socket, "connect", false},
	{"unix_stream_data_wait", fb_wait_socket, "unix-read", false},
	{"unix_stream_read_generic", fb_wait_socket, "unix-read", false},
	{"unix_wait_for_peer", fb_wait_socket, "unix-write", false},
	{"wait_for_completion", NULL, "completion", true},
	{"wait_for_completion_io", NULL, "block-io", true},
	{"wait_for_completion_killable", NULL, "completion", true},
	{"wait_for_partner", fb_wait_fifo_open, "fifo-open", false},
	{"wait_for_vfork_done", fb_wait_vfork, "vfork", false},
	{"wait_on_page_bit", fb_wait_page, "page-wait", true},
	{"wait_on_page_bit_common", fb_wait_page, "page-wait", true},
	{"wait_on_page_writeback", fb_wait_page, "page-writeback", false},
	{"wait_transaction_locked", fb_wait_journal, "jbd2-commit", false},
};

struct name {
	const char *text;
	size_t length; /* up to a '.' */
};

static int compare(const void *key, const void *element)
{
	const struct name *name = key;
	const struct fb_wait_site *site = element;
	int order = strncmp(name->text, site->function, name->length);

	return order ? order : site->function[name->length] ? -1 : 0;
}

const struct fb_wait_site *fb_wait_site_find(const char *function)
{
	const struct name name = {function, strcspn(function, ".")};

	return bsearch(&name, sites, FB_ARRAY_SIZE(sites), sizeof(sites[0]), compare);
}
