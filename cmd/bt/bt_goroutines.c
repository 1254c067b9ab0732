// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the goroutines of processes, as Go's own stack dumps do: as text and as JSON. Called by bt.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/u64_map.h"
#include "cmd/bt/bt.h"
#include "user/runtimes/go/go_waits.h"

/* IDs of goroutines with the same stack that are named. */
#define MOST_NAMED 8u

/* What the printing of one process's goroutines needs. */
struct view {
	const struct fb_goroutines *goroutines;
	uint64_t now;              /* monotonic clock, ns; 0: unknown */
	struct fb_u64_map waiters; /* by address: how many goroutines wait on the object */
};

static struct fb_error *count_waiters(struct view *view)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < view->goroutines->count && !err; i++) {
		const struct fb_goroutine_stack *one = &view->goroutines->list[i];

		for (size_t j = 0; j < one->wait_count && !err; j++) {
			uint64_t *count = fb_u64_map_find(&view->waiters, one->waits[j].address);

			if (count)
				++*count;
			else
				err = fb_u64_map_add(&view->waiters, one->waits[j].address, 1,
						     FB_MAX_GOROUTINES * FB_GO_WAITS,
						     "objects that goroutines wait on", NULL);
		}
	}
	return err;
}

/* How many other goroutines wait on the same. */
static uint64_t others_at(const struct view *view, const struct fb_go_wait *wait)
{
	const uint64_t *count = fb_u64_map_find(&view->waiters, wait->address);

	return count ? *count - 1 : 0;
}

/* Seconds that it has waited at least; negative: not known. */
static double waited(const struct view *view, const struct fb_goroutine_stack *one)
{
	if (one->since <= 0 || (uint64_t)one->since > view->now)
		return -1;
	return (double)(view->now - (uint64_t)one->since) / 1e9;
}

static const char *escape(const char *text, char *to, size_t size)
{
	return fb_text_escape(text, strlen(text), to, size);
}

/* "goroutine 7 [chan receive, 5 minutes, locked to thread]:" */
static void print_heading(struct fb_output *output, const struct view *view,
			  const struct fb_goroutine_stack *one)
{
	const double seconds = waited(view, one);
	char state[128];

	fb_print(output, FB_STYLE_BOLD, "goroutine %" PRIu64, one->id);
	fb_print(output, FB_STYLE_PLAIN, " [%s",
		 escape(one->reason ? one->reason : one->state, state, sizeof(state)));
	if (seconds >= 60)
		fb_print(output, FB_STYLE_PLAIN, ", %.0f minutes", floor(seconds / 60));
	fb_print(output, FB_STYLE_PLAIN, "%s]:\n", one->locked ? ", locked to thread" : "");
	if (one->thread)
		fb_print(output, FB_STYLE_DIM,
			 "  on thread %" PRIu64 " (as its namespace numbers it), M %" PRId64 "%s\n",
			 one->thread, one->m_id,
			 one->stack.count ? "" : ": its frames are that thread's");
}

/* "  receives from channel 0xc000012345, 2 of 4 elements; 3 others wait on it" */
static void print_waits(struct fb_output *output, const struct view *view,
			const struct fb_goroutine_stack *one)
{
	for (size_t i = 0; i < one->wait_count; i++) {
		const struct fb_go_wait *wait = &one->waits[i];
		const uint64_t others = others_at(view, wait);
		char number[32];

		fb_print(output, FB_STYLE_WARN, "  waits on %s 0x%" PRIx64,
			 fb_go_wait_name(wait->kind), wait->address);
		if (wait->kind <= FB_GO_WAIT_CHANNEL && wait->room)
			fb_print(output, FB_STYLE_WARN,
				 ", %" PRIu64 " of %" PRIu64 " elements full", wait->count,
				 wait->room);
		if (wait->closed)
			fb_print(output, FB_STYLE_WARN, ", closed");
		if (others)
			fb_print(output, FB_STYLE_WARN, "; %s other%s on it",
				 fb_text_count(others, number, sizeof(number)),
				 others == 1 ? "" : "s");
		fb_print(output, FB_STYLE_WARN, "\n");
	}
}

static void print_creator(struct fb_output *output, const struct fb_goroutine_stack *one)
{
	char function[512], file[512];

	if (!*one->creator)
		return;
	fb_print(output, FB_STYLE_DIM, "  created by %s",
		 escape(one->creator, function, sizeof(function)));
	if (one->creator_id)
		fb_print(output, FB_STYLE_DIM, " in goroutine %" PRIu64, one->creator_id);
	if (*one->creator_file)
		fb_print(output, FB_STYLE_DIM, "  %s:%u",
			 escape(one->creator_file, file, sizeof(file)), one->creator_line);
	fb_print(output, FB_STYLE_DIM, "\n");
}

static bool same_stack(const struct fb_goroutine_stack *a, const struct fb_goroutine_stack *b)
{
	const char *left = a->reason ? a->reason : a->state,
		   *right = b->reason ? b->reason : b->state;

	if (strcmp(left, right) != 0 || a->stack.count != b->stack.count || !a->stack.count)
		return false;
	for (size_t i = 0; i < a->stack.count; i++)
		if (a->stack.frames[i].pc != b->stack.frames[i].pc)
			return false;
	return true;
}

static uint64_t hash_stack(const struct fb_goroutine_stack *one)
{
	uint64_t hash = one->stack.count;

	for (size_t i = 0; i < one->stack.count; i++)
		hash = XXH64(&one->stack.frames[i].pc, sizeof(uint64_t), hash);
	return hash;
}

/* Goroutines with the same stack lead to each other: next[] is SIZE_MAX behind the last; first[] tells which are
 * first. */
struct groups {
	bool *first;
	size_t *next, *last;
};

static struct fb_error *group(const struct fb_goroutines *goroutines, bool equal_once,
			      struct groups *groups)
{
	struct fb_u64_map heads = {.slots = NULL};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < goroutines->count && !err; i++) {
		const struct fb_goroutine_stack *one = &goroutines->list[i];
		const uint64_t hash = hash_stack(one);
		const uint64_t *head =
			equal_once && !one->system ? fb_u64_map_find(&heads, hash) : NULL;

		groups->next[i] = SIZE_MAX;
		groups->last[i] = i;
		groups->first[i] = !head || !same_stack(&goroutines->list[*head], one);
		if (!groups->first[i]) {
			groups->next[groups->last[*head]] = i;
			groups->last[*head] = i;
		} else if (!head && !one->system) {
			err = fb_u64_map_add(&heads, hash, i, FB_MAX_GOROUTINES, "stacks", NULL);
		}
	}
	fb_u64_map_deinit(&heads);
	return err;
}

/* The IDs of the others with the same stack. */
static void print_others(struct fb_output *output, const struct view *view,
			 const struct groups *groups, size_t index)
{
	size_t count = 0;
	char number[32];

	for (size_t i = groups->next[index]; i != SIZE_MAX; i = groups->next[i])
		count++;
	if (!count)
		return;
	fb_print(output, FB_STYLE_BOLD, "%s goroutines with this stack:",
		 fb_text_count(count + 1, number, sizeof(number)));
	for (size_t i = index, named = 0; i != SIZE_MAX && named < MOST_NAMED;
	     i = groups->next[i], named++)
		fb_print(output, FB_STYLE_PLAIN, " %" PRIu64, view->goroutines->list[i].id);
	if (count + 1 > MOST_NAMED)
		fb_print(output, FB_STYLE_PLAIN, " and %s more",
			 fb_text_count(count + 1 - MOST_NAMED, number, sizeof(number)));
	fb_print(output, FB_STYLE_PLAIN, "\n");
}

static void print_process(struct fb_output *output, const struct fb_task *task,
			  const struct view *view, const struct groups *groups)
{
	const struct fb_comm_text comm = fb_task_comm(task);
	size_t system = 0;

	for (size_t i = 0; i < view->goroutines->count; i++)
		system += view->goroutines->list[i].system;
	fb_print(output, FB_STYLE_BOLD, "\nPID %d  %s  Go %s: ", task->pid, comm.text,
		 view->goroutines->version);
	fb_print(output, FB_STYLE_PLAIN, "%zu goroutine%s", view->goroutines->count - system,
		 view->goroutines->count - system == 1 ? "" : "s");
	fb_print(output, FB_STYLE_DIM, ", %zu of the runtime's own (--json has them)\n", system);
	for (size_t i = 0; i < view->goroutines->count; i++) {
		const struct fb_goroutine_stack *one = &view->goroutines->list[i];

		if (one->system || !groups->first[i])
			continue;
		fb_print(output, FB_STYLE_PLAIN, "\n");
		print_others(output, view, groups, i);
		print_heading(output, view, one);
		print_waits(output, view, one);
		fb_bt_print_user(output, &one->stack, 0);
		print_creator(output, one);
	}
}

static struct fb_error *open_view(const struct fb_thread_stacks *stacks, size_t process,
				  uint64_t now, struct view *view, const struct fb_task **task_ret)
{
	*view = (struct view){.now = now};
	view->goroutines = fb_thread_stacks_goroutines(stacks, process, task_ret);
	return count_waiters(view);
}

struct fb_error *fb_bt_print_goroutines(struct fb_output *output,
					const struct fb_thread_stacks *stacks, uint64_t now,
					bool equal_once)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_thread_stacks_process_count(stacks) && !err; i++) {
		FB_CLEANUP(fb_free_at) bool *first = NULL;
		FB_CLEANUP(fb_free_at) size_t *next = NULL;
		FB_CLEANUP(fb_free_at) size_t *last = NULL;
		const struct fb_task *task;
		struct view view;

		err = open_view(stacks, i, now, &view, &task);
		if (!err)
			err = fb_alloc_array(view.goroutines->count, sizeof(*first),
					     FB_MAX_GOROUTINES, "goroutines", &first);
		if (!err)
			err = fb_alloc_array(view.goroutines->count, sizeof(*next),
					     FB_MAX_GOROUTINES, "goroutines", &next);
		if (!err)
			err = fb_alloc_array(view.goroutines->count, sizeof(*last),
					     FB_MAX_GOROUTINES, "goroutines", &last);
		if (!err)
			err = group(view.goroutines, equal_once,
				    &(struct groups){first, next, last});
		if (!err && view.goroutines->count)
			print_process(output, task, &view, &(struct groups){first, next, last});
		fb_u64_map_deinit(&view.waiters);
	}
	return err;
}

static json_t *waits_json(const struct view *view, const struct fb_goroutine_stack *one)
{
	json_t *list = json_array();

	for (size_t i = 0; i < one->wait_count; i++) {
		const struct fb_go_wait *wait = &one->waits[i];
		const bool channel = wait->kind <= FB_GO_WAIT_CHANNEL;
		json_t *object = json_object();

		json_object_set_new(object, "kind", json_string(fb_go_wait_name(wait->kind)));
		json_object_set_new(object, "address", fb_json_hex(wait->address));
		json_object_set_new(object, "elements",
				    channel ? json_integer((json_int_t)wait->count) : json_null());
		json_object_set_new(object, "room",
				    channel ? json_integer((json_int_t)wait->room) : json_null());
		json_object_set_new(object, "closed", json_boolean(wait->closed));
		json_object_set_new(object, "others",
				    json_integer((json_int_t)others_at(view, wait)));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *creator_json(const struct fb_goroutine_stack *one)
{
	json_t *object;

	if (!*one->creator)
		return json_null();
	object = json_object();
	json_object_set_new(object, "goroutine",
			    one->creator_id ? json_integer((json_int_t)one->creator_id)
					    : json_null());
	json_object_set_new(object, "function", fb_json_text(one->creator));
	json_object_set_new(object, "file", fb_json_text(one->creator_file));
	json_object_set_new(object, "line", json_integer(one->creator_line));
	return object;
}

static json_t *goroutine_json(const struct view *view, const struct fb_task *task,
			      const struct fb_goroutine_stack *one)
{
	const double seconds = waited(view, one);
	json_t *object = json_object();

	json_object_set_new(object, "pid", json_integer(task->pid));
	json_object_set_new(object, "id", json_integer((json_int_t)one->id));
	json_object_set_new(object, "address", fb_json_hex(one->address));
	json_object_set_new(object, "state", fb_json_text(one->state));
	json_object_set_new(object, "reason", fb_json_text(one->reason));
	json_object_set_new(object, "waited_seconds",
			    seconds >= 0 ? json_real(seconds) : json_null());
	json_object_set_new(object, "system", json_boolean(one->system));
	json_object_set_new(object, "locked", json_boolean(one->locked));
	json_object_set_new(object, "thread",
			    one->thread ? json_integer((json_int_t)one->thread) : json_null());
	json_object_set_new(object, "m", one->m_id >= 0 ? json_integer(one->m_id) : json_null());
	json_object_set_new(object, "p", one->p_id >= 0 ? json_integer(one->p_id) : json_null());
	json_object_set_new(object, "created_by", creator_json(one));
	json_object_set_new(object, "waits_on", waits_json(view, one));
	json_object_set_new(object, "frames", fb_bt_user_json(&one->stack));
	json_object_set_new(object, "end", fb_json_text(one->stack.end));
	return object;
}

struct fb_error *fb_bt_goroutines_json(const struct fb_thread_stacks *stacks, uint64_t now,
				       json_t **list_ret)
{
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_thread_stacks_process_count(stacks) && !err; i++) {
		const struct fb_task *task;
		struct view view;

		err = open_view(stacks, i, now, &view, &task);
		for (size_t j = 0; !err && j < view.goroutines->count; j++)
			json_array_append_new(
				list, goroutine_json(&view, task, &view.goroutines->list[j]));
		fb_u64_map_deinit(&view.waiters);
	}
	if (err)
		json_decref(list);
	else
		*list_ret = list;
	return err;
}
