// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the wait graph of a process's goroutines. Called by wait_go.c. */
#include "bundle/waits/goroutines/wait_goroutines.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/search.h"

static const char *const kinds[FB_GO_WAIT_KINDS] = {
	[FB_GO_WAIT_RECEIVE] = "go-channel",     [FB_GO_WAIT_SEND] = "go-channel",
	[FB_GO_WAIT_CHANNEL] = "go-channel",     [FB_GO_WAIT_MUTEX] = "go-mutex",
	[FB_GO_WAIT_RWMUTEX] = "go-rwmutex",     [FB_GO_WAIT_GROUP] = "go-waitgroup",
	[FB_GO_WAIT_SEMAPHORE] = "go-semaphore",
};

/* Whether it waits on the object too, so that it cannot end the wait of another. A receiver waits on the same channel
 * as a sender only in a select, where it would have been served. */
static bool waits_on(const struct fb_goroutine_stack *one, uint64_t address)
{
	for (size_t i = 0; i < one->wait_count; i++)
		if (one->waits[i].address == address)
			return true;
	return false;
}

/* Whether it waits for what never comes: it can end no other's wait. */
static bool waits_for_ever(const struct fb_goroutine_stack *one)
{
	static const char *const reasons[] = {"select (no cases)", "chan receive (nil chan)",
					      "chan send (nil chan)"};

	for (size_t i = 0; one->reason && i < FB_ARRAY_SIZE(reasons); i++)
		if (!strcmp(one->reason, reasons[i]))
			return true;
	return false;
}

/* near: also those that only refer to what may be the struct that has the object. */
static struct fb_error *add_owners(struct fb_wait_goroutines *of, uint64_t address, size_t object,
				   bool near)
{
	const struct fb_goroutines *all = &of->all;
	size_t i = FB_LOWER_BOUND(at, all->reference_count, all->references[at].object < address);
	size_t seen = 0;
	struct fb_error *err = NULL;

	for (; i < all->reference_count && all->references[i].object == address && !err; i++) {
		const uint32_t routine = all->references[i].routine;
		const struct fb_goroutine_stack *one = &all->list[routine];

		seen++;
		if ((near || !all->references[i].near) && !waits_on(one, address) &&
		    !waits_for_ever(one))
			err = fb_wait_graph_owner(&of->graph, object, (int32_t)routine + 1, false);
	}
	if (seen >= FB_GO_REFERENCES)
		of->graph.objects[object].others = true;
	return err;
}

/* What the object says of itself. */
static struct fb_error *describe(const struct fb_go_wait *wait, struct fb_wait_object *object)
{
	struct fb_error *err = fb_wait_text(&object->name, "0x%" PRIx64, wait->address);

	if (err)
		return err;
	if (wait->kind <= FB_GO_WAIT_CHANNEL && wait->closed)
		return fb_wait_append(&object->detail, "closed");
	if (wait->kind <= FB_GO_WAIT_CHANNEL)
		return wait->room ? fb_wait_append(&object->detail,
						   "%" PRIu64 " of %" PRIu64 " elements full",
						   wait->count, wait->room)
				  : fb_wait_append(&object->detail, "unbuffered");
	if (wait->kind == FB_GO_WAIT_GROUP)
		return fb_wait_append(&object->detail, "Done() is missing %" PRIu64 " times",
				      wait->count);
	if (wait->kind == FB_GO_WAIT_RWMUTEX && wait->count)
		return fb_wait_append(&object->detail, "%" PRIu64 " readers have it", wait->count);
	return NULL;
}

/* Whether what the goroutine waits for has happened, so that it was about to be woken. */
static bool is_over(const struct fb_go_wait *wait)
{
	switch (wait->kind) {
	case FB_GO_WAIT_RECEIVE:
	case FB_GO_WAIT_SEND:
	case FB_GO_WAIT_CHANNEL:
		return wait->closed;
	case FB_GO_WAIT_MUTEX:
		return !wait->locked;
	case FB_GO_WAIT_RWMUTEX:
		return !wait->locked && !wait->count;
	case FB_GO_WAIT_GROUP:
		return !wait->count;
	default:
		return false;
	}
}

static struct fb_error *describe_fresh(struct fb_wait_goroutines *of, const struct fb_go_wait *wait,
				       size_t index)
{
	struct fb_wait_object *object = &of->graph.objects[index];
	struct fb_error *err = describe(wait, object);

	if (err)
		return err;
	if (is_over(wait)) {
		object->others = true;
		return fb_wait_text(&object->need, "it is free: who waits was about to be woken");
	}
	err = add_owners(of, wait->address, index, false);
	if (!err && !object->owner_count)
		err = add_owners(of, wait->address, index, true);
	if (err || object->owner_count)
		return err;
	object->others = true;
	return fb_wait_text(&object->need, "Go does not record who can end the wait, and no other "
					   "goroutine's stack refers to it");
}

static struct fb_error *add_wait(struct fb_wait_goroutines *of, size_t routine,
				 const struct fb_go_wait *on, uint64_t now_ns)
{
	const struct fb_goroutine_stack *one = &of->all.list[routine];
	struct fb_wait wait = {
		.tid = (int32_t)routine + 1,
		.pid = of->pid,
		.kind = kinds[on->kind],
		.evidence = "the goroutine's entry in the queue of what it waits on",
		.certain = of->of_dump,
		.seconds = one->since > 0 && (uint64_t)one->since <= now_ns
				   ? (double)(now_ns - (uint64_t)one->since) / 1e9
				   : NAN,
	};
	bool fresh;
	struct fb_error *err =
		fb_wait_graph_object(&of->graph, wait.kind, on->address, 0, &wait.object, &fresh);

	if (!err && fresh)
		err = describe_fresh(of, on, wait.object);
	if (!err && on->kind <= FB_GO_WAIT_CHANNEL)
		err = fb_wait_append(&wait.detail, "%s",
				     on->kind == FB_GO_WAIT_RECEIVE ? "receives"
				     : on->kind == FB_GO_WAIT_SEND  ? "sends"
								    : "sends or receives");
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&of->graph, &wait);
}

struct fb_error *fb_wait_goroutines_analyse(struct fb_wait_goroutines *of, uint64_t now_ns)
{
	struct fb_wait_thread *threads = calloc(of->all.count + 1, sizeof(*threads));
	struct fb_error *err = threads ? NULL : fb_error_nomem();

	fb_wait_graph_init(&of->graph);
	for (size_t i = 0; i < of->all.count && !err; i++) {
		const struct fb_goroutine_stack *one = &of->all.list[i];

		threads[i] = (struct fb_wait_thread){(int32_t)i + 1, of->pid, 'S'};
		for (size_t j = 0; j < one->wait_count && !one->system && !err; j++)
			err = add_wait(of, i, &one->waits[j], now_ns);
	}
	if (!err)
		err = fb_wait_analyse(&of->graph, threads, of->all.count, &of->analysis);
	free(threads);
	return err;
}

void fb_wait_goroutines_deinit(struct fb_wait_goroutines *of)
{
	fb_wait_analysis_deinit(&of->analysis);
	fb_wait_graph_deinit(&of->graph);
	fb_goroutines_deinit(&of->all);
	fb_string_pool_deinit(&of->pool);
}
