// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_tasks.h. */
#include "tests/kernel/made_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

#define TASK_SIZE 320u
#define NODE_TAG 2u
#define NODE_SLOTS 40u

static void put_members(struct made_kernel *made)
{
	MADE_FIELD(made, task_state, 0, 4);
	MADE_FIELD(made, task_exit_state, 4, 4);
	MADE_FIELD(made, task_flags, 8, 4);
	MADE_FIELD(made, task_pid, 12, 4);
	MADE_FIELD(made, task_tgid, 16, 4);
	MADE_FIELD(made, task_cpu, 20, 4);
	MADE_FIELD(made, task_comm, 24, 16);
	MADE_FIELD(made, task_stack, 40, 8);
	MADE_FIELD(made, task_mm, 48, 8);
	MADE_FIELD(made, task_tasks, 56, 16);
	MADE_FIELD(made, task_thread_node, 72, 16);
	MADE_FIELD(made, task_signal, 88, 8);
	MADE_FIELD(made, task_real_parent, 96, 8);
	MADE_FIELD(made, task_children, 104, 16);
	MADE_FIELD(made, task_sibling, 120, 16);
	MADE_FIELD(made, task_group_leader, 136, 8);
	MADE_FIELD(made, task_cred, 144, 8);
	MADE_FIELD(made, task_utime, 152, 8);
	MADE_FIELD(made, task_stime, 160, 8);
	MADE_FIELD(made, task_start_boottime, 168, 8);
	MADE_FIELD(made, task_thread_pid, 176, 8);
	MADE_FIELD(made, task_pid_links, 184, 64);
	MADE_FIELD(made, cred_uid, 4, 4);
	MADE_FIELD(made, signal_thread_head, 8, 16);
	MADE_FIELD(made, pid_level, 4, 4);
	MADE_FIELD(made, pid_tasks, 8, 32);
	MADE_FIELD(made, pid_numbers, 48, 16);
	MADE_FIELD(made, upid_nr, 0, 4);
	MADE_FIELD(made, upid_ns, 8, 8);
	made->kernel.layout.upid.size = 16;
	MADE_FIELD(made, pidns_idr_root, 8, 16);
	MADE_FIELD(made, pidns_level, 32, 4);
	MADE_FIELD(made, pidns_parent, 40, 8);
	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_offset, 1, 1);
	MADE_FIELD(made, xa_node_parent, 8, 8);
	MADE_FIELD(made, xa_node_slots, NODE_SLOTS, 512);
	MADE_FIELD(made, rq_curr, 0, 8);
	MADE_FIELD(made, rq_idle, 8, 8);
}

static uint64_t make_node(struct made_kernel *made, unsigned shift)
{
	uint64_t node = made_alloc(made, NODE_SLOTS + 512);

	MADE_SET(made, node, xa_node_shift, shift);
	return node;
}

uint64_t made_task_word(struct made_tasks *tasks, uint64_t address)
{
	uint64_t value;

	memcpy(&value, made_at(tasks->made, address), sizeof(value));
	return value;
}

static uint64_t slot_below(struct made_tasks *tasks, uint64_t tree, int tid)
{
	uint64_t above = tree + NODE_SLOTS + (unsigned)tid / 64 * 8ull;

	if (!made_task_word(tasks, above)) {
		uint64_t leaf = make_node(tasks->made, 0);

		MADE_SET(tasks->made, leaf, xa_node_parent, tree);
		MADE_SET(tasks->made, leaf, xa_node_offset, (unsigned)tid / 64);
		made_put(tasks->made, above, leaf + NODE_TAG, 8);
	}
	return made_task_word(tasks, above) - NODE_TAG + NODE_SLOTS + (unsigned)tid % 64 * 8ull;
}

uint64_t made_task_slot(struct made_tasks *tasks, int tid)
{
	return slot_below(tasks, tasks->tree, tid);
}

static void fill(struct made_tasks *tasks, uint64_t task, int pid, int tid, const char *comm)
{
	struct made_kernel *made = tasks->made;
	uint64_t cred = made_alloc(made, 64);

	MADE_SET(made, task, task_pid, (uint64_t)tid);
	MADE_SET(made, task, task_tgid, (uint64_t)pid);
	strncpy(made_at(made, task + made->kernel.layout.task_comm.offset), comm, 15);
	MADE_SET(made, task, task_stack, 0xffffc90000000000ull + (uint64_t)tid * 0x4000);
	MADE_SET(made, task, task_cred, cred);
	MADE_SET(made, cred, cred_uid, 1000);
	MADE_SET(made, task, task_start_boottime, (uint64_t)tid * 1000000000);
	made_list_init(made, task + made->kernel.layout.task_children.offset);
}

static void number(struct made_tasks *tasks, uint64_t task, int tid)
{
	struct made_kernel *made = tasks->made;
	uint64_t pid = made_alloc(made, 128);

	MADE_SET(made, task, task_thread_pid, pid);
	made_put(made, pid + made->kernel.layout.pid_tasks.offset,
		 task + made->kernel.layout.task_pid_links.offset, 8);
	MADE_SET(made, pid + 48, upid_nr, (uint64_t)tid);
	MADE_SET(made, pid + 48, upid_ns, tasks->namespace);
	made_put(made, made_task_slot(tasks, tid), pid, 8);
	made_put(made, tasks->nr_threads, made_task_word(tasks, tasks->nr_threads) + 1, 4);
}

static void join_group(struct made_tasks *tasks, uint64_t task, uint64_t leader)
{
	struct made_kernel *made = tasks->made;
	uint64_t signal;

	if (task == leader) {
		signal = made_alloc(made, 64);
		made_list_init(made, signal + 8);
	} else {
		signal = made_task_word(tasks, leader + 88);
	}
	MADE_SET(made, task, task_signal, signal);
	MADE_SET(made, task, task_group_leader, leader);
	made_list_add(made, signal + 8, task + 72);
}

static uint64_t process_at(struct made_tasks *tasks, uint64_t task, uint64_t parent, int pid,
			   const char *comm)
{
	struct made_kernel *made = tasks->made;

	fill(tasks, task, pid, pid, comm);
	number(tasks, task, pid);
	join_group(tasks, task, task);
	MADE_SET(made, task, task_real_parent, parent);
	made_list_add(made, tasks->init_task + 56, task + 56);
	made_list_add(made, parent + 104, task + 120);
	return task;
}

uint64_t made_process(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm)
{
	return process_at(tasks, made_alloc(tasks->made, TASK_SIZE), parent, pid, comm);
}

uint64_t made_process_apart(struct made_tasks *tasks, uint64_t parent, int pid, const char *comm)
{
	return process_at(tasks, made_alloc_pages(tasks->made, FB_PAGE_SIZE), parent, pid, comm);
}

uint64_t made_thread(struct made_tasks *tasks, uint64_t leader, int tid, const char *comm)
{
	struct made_kernel *made = tasks->made;
	uint64_t task = made_alloc(made, TASK_SIZE);
	int pid = (int)(uint32_t)made_task_word(tasks, leader + 16);

	fill(tasks, task, pid, tid, comm);
	number(tasks, task, tid);
	join_group(tasks, task, leader);
	MADE_SET(made, task, task_real_parent, made_task_word(tasks, leader + 96));
	MADE_SET(made, task, task_mm, made_task_word(tasks, leader + 48));
	return task;
}

uint64_t made_nested_namespace(struct made_tasks *tasks)
{
	uint64_t namespace = made_alloc(tasks->made, 64);

	made_put(tasks->made, namespace + 8 + 8, make_node(tasks->made, 6) + NODE_TAG, 8);
	MADE_SET(tasks->made, namespace, pidns_level, 1);
	MADE_SET(tasks->made, namespace, pidns_parent, tasks->namespace);
	return namespace;
}

void made_task_inner_tid(struct made_tasks *tasks, uint64_t task, uint64_t namespace, int tid)
{
	uint64_t pid = made_task_word(tasks, task + 176);

	MADE_SET(tasks->made, pid, pid_level, 1);
	MADE_SET(tasks->made, pid + 48 + 16, upid_nr, (uint64_t)tid);
	MADE_SET(tasks->made, pid + 48 + 16, upid_ns, namespace);
	if (namespace)
		made_put(tasks->made,
			 slot_below(tasks, made_task_word(tasks, namespace + 16) - NODE_TAG, tid),
			 pid, 8);
}

static void unlink_entry(struct made_tasks *tasks, uint64_t entry)
{
	uint64_t next = made_task_word(tasks, entry), prev = made_task_word(tasks, entry + 8);

	if (!next)
		return;
	made_put(tasks->made, prev, next, 8);
	made_put(tasks->made, next + 8, prev, 8);
}

void made_task_hide(struct made_tasks *tasks, uint64_t task)
{
	int tid = (int)(uint32_t)made_task_word(tasks, task + 12);

	unlink_entry(tasks, task + 56);
	unlink_entry(tasks, task + 72);
	unlink_entry(tasks, task + 120);
	made_put(tasks->made, made_task_slot(tasks, tid), 0, 8);
}

void made_tasks_symbol(struct made_tasks *tasks, const char *name, uint64_t address)
{
	if (tasks->symbols == MADE_TASK_SYMBOLS)
		abort();
	tasks->names[tasks->symbols] = name;
	tasks->addresses[tasks->symbols++] = address;
	made_symbols(tasks->made, tasks->names, tasks->addresses);
}

void made_tasks_create(struct made_tasks *tasks)
{
	struct made_kernel *made = made_kernel_create();

	memset(tasks, 0, sizeof(*tasks));
	tasks->made = made;
	put_members(made);
	made->kernel.online[0] = 1;
	tasks->init_task = made_alloc(made, TASK_SIZE);
	tasks->namespace = made_alloc(made, 64);
	tasks->tree = make_node(made, 6);
	tasks->current = made_alloc(made, 8);
	tasks->run_queue = made_alloc(made, 64);
	tasks->nr_threads = made_alloc(made, 8);
	made_put(made, tasks->namespace + 8 + 8, tasks->tree + NODE_TAG, 8);
	fill(tasks, tasks->init_task, 0, 0, "swapper/0");
	join_group(tasks, tasks->init_task, tasks->init_task);
	MADE_SET(made, tasks->init_task, task_real_parent, tasks->init_task);
	made_list_init(made, tasks->init_task + 56);
	made_put(made, tasks->current, tasks->init_task, 8);
	MADE_SET(made, tasks->run_queue, rq_curr, tasks->init_task);
	MADE_SET(made, tasks->run_queue, rq_idle, tasks->init_task);
	made_tasks_symbol(tasks, "init_task", tasks->init_task);
	made_tasks_symbol(tasks, "init_pid_ns", tasks->namespace);
	made_tasks_symbol(tasks, "current_task", tasks->current);
	made_tasks_symbol(tasks, "runqueues", tasks->run_queue);
	made_tasks_symbol(tasks, "nr_threads", tasks->nr_threads);
}

struct fb_tasks *made_tasks_load(struct made_tasks *tasks)
{
	struct fb_tasks *loaded = NULL;

	FB_OK_FATAL(fb_tasks_load(&tasks->made->kernel, &loaded));
	return loaded;
}

static struct fb_error *load(void *context)
{
	struct made_tasks *made = context;
	struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_tasks_load(&made->made->kernel, &tasks);

	fb_tasks_destroy(tasks);
	return err;
}

size_t made_tasks_must_pass(struct made_tasks *tasks)
{
	return failing_made_must_pass(tasks->made, load, tasks);
}

void made_tasks_destroy(struct made_tasks *tasks)
{
	made_kernel_destroy(tasks->made);
}

void made_task_host_create(struct made_task_host *host)
{
	made_tasks_create(&host->made);
	host->init = made_process(&host->made, host->made.init_task, 1, "init");
	host->kthread = made_process(&host->made, host->made.init_task, 2, "kthreadd");
	host->daemon = made_process_apart(&host->made, host->init, 100, "daemon");
	host->thread = made_thread(&host->made, host->daemon, 105, "worker");
	host->child = made_process(&host->made, host->daemon, 200, "child");
	made_task_inner_tid(&host->made, host->child, 0, 1);
	MADE_SET(host->made.made, host->kthread, task_flags, 0x00200000);
	MADE_SET(host->made.made, host->daemon, task_mm, 0xffff888000100000ull);
	MADE_SET(host->made.made, host->thread, task_mm, 0xffff888000100000ull);
}
