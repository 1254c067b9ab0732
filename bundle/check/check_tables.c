// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks tables and queues of a fixed size: the numbers of processes and threads and of open files against their
 * limits, and the queues of connections that nobody has accepted. Called by check.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/check/checks.h"
#include "kernel/memory/percpu_counter.h"
#include "kernel/net/tcp_table.h"

/* A table is reported where less than this part of it is free: one twentieth. */
#define NEARLY_FULL 20u

static struct fb_error *add_if_full(const struct fb_check *check, const char *kind,
				    const char *command, const char *what, const char *limit_name,
				    uint64_t count, uint64_t limit)
{
	struct fb_finding *finding;
	struct fb_error *err;
	char counted[32], limited[32];

	if (!limit || count < limit - limit / NEARLY_FULL)
		return NULL;
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, kind, command, &finding,
			      "%s %s of at most %s", fb_text_count(count, counted, sizeof(counted)),
			      what, fb_text_count(limit, limited, sizeof(limited)));
	return err ? err : fb_finding_evidence(finding, "%s is %" PRIu64, limit_name, limit);
}

/* pid_max is a member of the namespace since 7863dcc72d0f (6.14), and a variable before. */
static struct fb_error *pid_limit(const struct fb_check *check, uint32_t *limit_ret)
{
	const struct fb_field *member = &fb_kernel_layout(check->kernel)->pidns_pid_max;
	uint64_t namespace, value;
	struct fb_error *err;

	if (!member->found)
		return fb_kernel_variable_u32(check->kernel, "pid_max", limit_ret);
	err = fb_kernel_symbol(check->kernel, "init_pid_ns", &namespace);
	if (!err)
		err = fb_kernel_field(check->kernel, namespace, member, &value);
	if (!err)
		*limit_ret = (uint32_t)value;
	return err;
}

static struct fb_error *check_threads(const struct fb_check *check)
{
	const int32_t *lost;
	uint64_t count = fb_tasks_lost(check->tasks, &lost);
	uint32_t pids = 0, threads = 0;
	struct fb_error *err;

	for (size_t i = 0; i < fb_tasks_count(check->tasks); i++)
		count += !fb_tasks_get(check->tasks, i)->idle;
	err = pid_limit(check, &pids);
	if (!err)
		err = fb_kernel_variable_u32(check->kernel, "max_threads", &threads);
	if (!err)
		err = add_if_full(check, "pids-exhausted", "ps", "PIDs are in use",
				  "kernel.pid_max", count, pids);
	return err ? err
		   : add_if_full(check, "threads-exhausted", "ps", "threads exist",
				 "kernel.threads-max", count, threads);
}

static struct fb_error *check_files(const struct fb_check *check)
{
	const struct fb_field *member = &fb_kernel_layout(check->kernel)->files_stat_max;
	uint64_t stat, counter, limit;
	int64_t count = 0;
	struct fb_error *err = fb_layout_require(member);

	if (!err)
		err = fb_kernel_symbol(check->kernel, "files_stat", &stat);
	if (!err)
		err = fb_kernel_field(check->kernel, stat, member, &limit);
	if (!err)
		err = fb_kernel_symbol(check->kernel, "nr_files", &counter);
	if (!err)
		err = fb_percpu_counter_sum(check->kernel, counter, &count);
	if (err)
		return err;
	return add_if_full(check, "files-exhausted", "files", "files are open", "fs.file-max",
			   count > 0 ? (uint64_t)count : 0, limit);
}

struct fb_error *fb_check_limits(struct fb_check *check)
{
	struct fb_error *err = check_threads(check);

	return err ? err : check_files(check);
}

/* sk_acceptq_is_full(): more connections than the backlog allows. */
struct fb_error *fb_check_listener(void *context, const struct fb_socket *socket)
{
	const struct fb_check *check = context;
	const struct fb_layout *layout = fb_kernel_layout(check->kernel);
	uint64_t queued, limit;
	struct fb_finding *finding;
	struct fb_error *err;

	if (strcmp(fb_socket_state_name(socket), "LISTEN"))
		return NULL;
	err = fb_kernel_field(check->kernel, socket->address, &layout->sock_ack_backlog, &queued);
	if (!err)
		err = fb_kernel_field(check->kernel, socket->address, &layout->sock_max_ack_backlog,
				      &limit);
	if (err || queued <= limit)
		return fb_part_warn(fb_kernel_warnings(check->kernel), err, "listening socket %s",
				    socket->local);
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "accept-queue-full", "net",
			      &finding, "the queue of connections to %s is full", socket->local);
	return err ? err
		   : fb_finding_evidence(finding,
					 "%" PRIu64
					 " connections wait for accept(), of at most %" PRIu64
					 ": more are dropped",
					 queued, limit + 1);
}

struct fb_error *fb_check_listeners(struct fb_check *check)
{
	const struct fb_layout *layout = fb_kernel_layout(check->kernel);
	bool whole;
	struct fb_error *err = fb_layout_require(&layout->sock_ack_backlog);

	if (!err)
		err = fb_layout_require(&layout->sock_max_ack_backlog);
	return err ? err : fb_tcp_each(check->kernel, fb_check_listener, check, &whole);
}
