// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the calls that CPUs asked of each other. One to many CPUs has a call_single_data for each pair of CPUs, which
 * is locked from when it is sent until it is answered; one to a single CPU has its own on the asking thread's stack or
 * elsewhere, and is known only while it is in the queue of the other CPU. Called by the command cpus.
 */
#include "kernel/tasks/cpu_calls.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/image/thread_size.h"

/* A queue, and all calls, that are longer are as telling. */
#define MOST_QUEUED 64u
#define MOST_CALLS 65536u
/* Pairs of CPUs that are looked at, each of which takes a read: those of 1,024 CPUs. */
#define MOST_PAIRS (1u << 20)

/* Flags of a call: it is under way; somebody waits for it (CSD_FLAG_LOCK, CSD_TYPE_SYNC and, before 4b44a21dd640, 5.8,
 * CSD_FLAG_SYNCHRONOUS). What is queued beside calls, since that commit, has another type. */
#define LOCKED 0x01u
#define TYPE 0x30u
#define TYPE_WAITS 0x10u
#define OLDER_WAITS 0x02u

struct loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_run_queues *queues;
	struct fb_cpu_calls calls;
	size_t room;
	uint64_t *
		sent; /* owned: where calls to many CPUs of each queue's CPU are, a per-CPU address; 0: unknown */
	uint64_t pairs; /* that may still be looked at */
};

static struct fb_error *read_flags(const struct loader *loader, uint64_t call, uint64_t *flags_ret)
{
	const struct fb_layout *layout = loader->layout;

	return fb_kernel_field(
		loader->kernel, call,
		layout->csd_flags.found ? &layout->csd_flags : &layout->csd_flags_older, flags_ret);
}

static struct fb_error *add_call(struct loader *loader, const struct fb_cpu_call *call)
{
	struct fb_error *err =
		fb_grow_array(&loader->calls.calls, &loader->room, loader->calls.count,
			      sizeof(*call), MOST_CALLS, "calls between CPUs");

	if (!err)
		loader->calls.calls[loader->calls.count++] = *call;
	return err;
}

static struct fb_error *add_at(struct loader *loader, uint64_t address, uint64_t flags,
			       struct fb_cpu_call call)
{
	struct fb_error *err = fb_kernel_field(loader->kernel, address,
					       &loader->layout->csd_function, &call.function);

	call.address = address;
	call.waits = loader->layout->csd_flags.found ? (flags & TYPE) == TYPE_WAITS
						     : flags & OLDER_WAITS;
	return err ? err : add_call(loader, &call);
}

/* The CPU whose thread has the address on its stack, where it waits for the answer; -1: none. */
static int64_t cpu_of_stack(const struct loader *loader, uint64_t address)
{
	const uint64_t size = fb_thread_size(loader->kernel);

	for (size_t i = 0; i < loader->queues->count; i++) {
		const struct fb_task *task = loader->queues->queues[i].current;

		if (task && address - task->stack < size)
			return loader->queues->queues[i].cpu;
	}
	return -1;
}

/* The CPU among whose calls to many CPUs the one at this address is; -1: none. */
static struct fb_error *cpu_of_sent(const struct loader *loader, uint32_t to, uint64_t address,
				    int64_t *from_ret)
{
	struct fb_error *err = NULL;

	*from_ret = -1;
	for (size_t i = 0; i < loader->queues->count && *from_ret < 0 && !err; i++) {
		uint64_t call = 0;

		if (!loader->sent[i])
			continue;
		err = fb_kernel_percpu(loader->kernel, to, loader->sent[i], &call);
		if (!err && call == address)
			*from_ret = loader->queues->queues[i].cpu;
	}
	return err;
}

static struct fb_error *read_queued(struct loader *loader, uint64_t node, uint32_t to)
{
	struct fb_cpu_call call = {.to = to, .from = -1, .queued = true};
	uint64_t flags = 0;
	struct fb_error *err = read_flags(loader, node, &flags);

	/* Interrupt work and threads that are woken are in the same queue. */
	if (!err && loader->layout->csd_flags.found && (flags & TYPE) > TYPE_WAITS)
		return NULL;
	if (!err)
		err = cpu_of_sent(loader, to, node, &call.from);
	if (!err && call.from < 0)
		call.from = cpu_of_stack(loader, node);
	return err ? err : add_at(loader, node, flags, call);
}

/* A llist; its head comes first. */
static struct fb_error *read_queue(struct loader *loader, uint32_t to)
{
	uint64_t node = 0;
	struct fb_error *err;

	err = fb_kernel_percpu_symbol(loader->kernel, to, "call_single_queue", &node);
	if (!err)
		err = fb_space_u64(fb_kernel_space(loader->kernel), node, &node);
	for (size_t i = 0; !err && node && i < MOST_QUEUED; i++) {
		if (!fb_kernel_address_ok(node))
			return fb_error_create(FB_CORRUPT, "a call at 0x%" PRIx64, node);
		err = read_queued(loader, node, to);
		if (!err)
			err = fb_space_u64(fb_kernel_space(loader->kernel), node, &node);
	}
	return err;
}

static bool is_known(const struct loader *loader, size_t first, uint64_t address)
{
	for (size_t i = first; i < loader->calls.count; i++)
		if (loader->calls.calls[i].address == address)
			return true;
	return false;
}

/* Those that the CPU has taken from its queue and not answered: it runs the function, or was stopped before. first: of
 * the calls, the first to this CPU. */
static struct fb_error *read_taken(struct loader *loader, uint32_t to, size_t first)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < loader->queues->count && !err; i++) {
		const uint32_t from = loader->queues->queues[i].cpu;
		uint64_t address = 0, flags = 0;

		if (!loader->sent[i] || from == to)
			continue;
		if (!loader->pairs--) {
			loader->pairs = 0;
			return fb_error_create(FB_LIMIT, "more than %u pairs of CPUs", MOST_PAIRS);
		}
		err = fb_kernel_percpu(loader->kernel, to, loader->sent[i], &address);
		if (!err)
			err = read_flags(loader, address, &flags);
		if (!err && (flags & LOCKED) && !is_known(loader, first, address))
			err = add_at(loader, address, flags,
				     (struct fb_cpu_call){.to = to, .from = from});
	}
	return err;
}

/* call_function_data.csd, or .pcpu, whose first member the call is (a5aabace5fb8, 5.12, to 1771257cb447, 6.4). */
static struct fb_error *find_sent(struct loader *loader)
{
	struct fb_error *err = NULL;

	loader->sent = calloc(loader->queues->count + 1, sizeof(*loader->sent));
	if (!loader->sent)
		return fb_error_nomem();
	for (size_t i = 0; i < loader->queues->count && !err; i++) {
		uint64_t data = 0;

		err = fb_kernel_percpu_symbol(loader->kernel, loader->queues->queues[i].cpu,
					      "cfd_data", &data);
		if (!err)
			err = fb_kernel_field(loader->kernel, data, &loader->layout->cfd_calls,
					      &loader->sent[i]);
		err = fb_part_warn_if_there(fb_kernel_warnings(loader->kernel), err,
					    "calls of CPU %u to others",
					    loader->queues->queues[i].cpu);
	}
	return err;
}

struct fb_error *fb_cpu_calls_load(struct fb_kernel *kernel, const struct fb_run_queues *queues,
				   struct fb_cpu_calls *calls_ret)
{
	struct loader loader = {
		.kernel = kernel,
		.layout = fb_kernel_layout(kernel),
		.queues = queues,
		.pairs = MOST_PAIRS,
	};
	struct fb_error *err = find_sent(&loader);

	for (size_t i = 0; i < queues->count && !err; i++) {
		const uint32_t to = queues->queues[i].cpu;
		const size_t first = loader.calls.count;

		err = read_queue(&loader, to);
		if (!err)
			err = read_taken(&loader, to, first);
		err = fb_part_warn_if_there(fb_kernel_warnings(kernel), err,
					    "calls of other CPUs to CPU %u", to);
	}
	free(loader.sent);
	if (err)
		fb_cpu_calls_deinit(&loader.calls);
	else
		*calls_ret = loader.calls;
	return err;
}

void fb_cpu_calls_deinit(struct fb_cpu_calls *calls)
{
	free(calls->calls);
	*calls = (struct fb_cpu_calls){0};
}
