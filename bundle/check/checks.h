/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks that check.c makes, one after the other. Each reads what it needs, and passes it to functions that judge
 * it, which are here too, for tests. A check returns the error that kept it from looking; a part that is damaged is a
 * warning.
 */
#ifndef FB_BUNDLE_CHECKS_H
#define FB_BUNDLE_CHECKS_H

#include "bundle/check/check.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/waits/waits.h"
#include "kernel/block/mapped.h"
#include "kernel/block/request.h"
#include "kernel/cgroups/cgroups.h"
#include "kernel/files/mounts.h"
#include "kernel/files/socket.h"
#include "kernel/ipc/ipc.h"
#include "kernel/log/log.h"
#include "kernel/memory/meminfo.h"
#include "kernel/memory/slab_caches.h"
#include "kernel/memory/zones.h"
#include "kernel/tasks/run_queue.h"
#include "kernel/workqueues/work.h"

struct fb_check {
	struct fb_input *input;
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks; /* NULL: no task can be reached */
	const struct fb_check_options *options;
	struct fb_findings *findings;
};

/* check_waits.c: deadlocks, threads that hang in state D, and stopped threads that others wait for. */
FB_MUST_CHECK struct fb_error *fb_check_waits(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_graph(const struct fb_check *check,
					      const struct fb_wait_graph *graph,
					      const struct fb_wait_analysis *analysis);

/* check_cpus.c: soft lockups, and threads that wait too long for a CPU. lockup_s: as fb_soft_lockup_limit(). stack_of:
 * of what each CPU ran, in the order of the queues, NULL where it is not known; or NULL. */
FB_MUST_CHECK struct fb_error *fb_check_cpus(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_queues(const struct fb_check *check,
					       const struct fb_run_queues *queues,
					       uint32_t lockup_s,
					       const struct fb_thread_stack *const *stack_of);

/* check_pools.c: pools of workers that take no work although some waits, and items whose worker sleeps. modules may be
 * NULL: functions then have no names. stack_of: of each worker, NULL where it is not known; or NULL. */
FB_MUST_CHECK struct fb_error *fb_check_pools(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_work(const struct fb_check *check,
					     const struct fb_work *work, struct fb_modules *modules,
					     const struct fb_thread_stack *const *stack_of);

/* check_ipc.c: threads that wait for full message queues, and for semaphores that are held. now: as
 * fb_scheduler_now(). */
FB_MUST_CHECK struct fb_error *fb_check_ipc(struct fb_check *check);
FB_MUST_CHECK struct fb_error *
fb_check_ipc_object(const struct fb_check *check, const struct fb_ipc_object *object, uint64_t now);

/* check_cgroups.c: control groups that have reached their limits. */
FB_MUST_CHECK struct fb_error *fb_check_cgroups(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_group(const struct fb_check *check,
					      const struct fb_cgroups *groups,
					      const struct fb_cgroup *group);

/* check_block.c: requests that do not end, and devices that are suspended. mapped NULL: the disk is none of the device
 * mapper. requests: all of this disk, the oldest first. */
FB_MUST_CHECK struct fb_error *fb_check_block(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_disk(const struct fb_check *check,
					     const struct fb_disk *disk,
					     const struct fb_mapped *mapped,
					     const struct fb_request *requests, size_t count);

/* check_memory.c: memory that is exhausted, and who has it. */
FB_MUST_CHECK struct fb_error *fb_check_memory(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_zones(const struct fb_check *check,
					      const struct fb_zones *zones);
FB_MUST_CHECK struct fb_error *fb_check_meminfo(const struct fb_check *check,
						const struct fb_meminfo *meminfo,
						const struct fb_slab_usages *slabs);

/* check_file_systems.c: those that are frozen, failed to write, or became read-only. mount: one of the file system's,
 * or NULL where none is known. */
FB_MUST_CHECK struct fb_error *fb_check_file_systems(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_superblock(const struct fb_check *check,
						   const struct fb_mount *mount,
						   const struct fb_superblock *superblock);

/* check_log.c: what the kernel reported before its end. */
FB_MUST_CHECK struct fb_error *fb_check_log(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_records(const struct fb_check *check,
						const struct fb_log *log);

/* check_stacks.c: kernel stacks whose last word was overwritten. */
FB_MUST_CHECK struct fb_error *fb_check_stacks(struct fb_check *check);

/* check_tables.c: PIDs, threads and open files near their limits, and queues of connections that are full. */
FB_MUST_CHECK struct fb_error *fb_check_limits(struct fb_check *check);
FB_MUST_CHECK struct fb_error *fb_check_listeners(struct fb_check *check);
/* Judges one socket, for fb_tcp_each(); check is a struct fb_check. */
FB_MUST_CHECK struct fb_error *fb_check_listener(void *check, const struct fb_socket *socket);

/* check_modules.c: modules that tainted the kernel, because they are foreign, unsigned, forced... */
FB_MUST_CHECK struct fb_error *fb_check_modules(struct fb_check *check);

#endif
