// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the JSON of `fbundle waits`, with an edge for each thread and each owner of what it waits for. */
#include <stdlib.h>

#include "cmd/waits/waits_goroutines.h"

/* The most edges of one wait: for a pipe that 300 processes have inherited, the first ones and their number
 * suffice. */
#define OWNERS_SHOWN 32u

static json_t *frames_json(const struct fb_wait *wait)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FB_WAIT_FRAMES && wait->frames[i]; i++)
		json_array_append_new(list, fb_json_text(wait->frames[i]));
	return list;
}

/* What is known of the object and of this thread's wait, as one text. */
static struct fb_error *detail_json(const struct fb_wait *wait, const struct fb_wait_object *object,
				    json_t **json_ret)
{
	char *text = NULL;
	struct fb_error *err = NULL;

	if (wait->detail)
		err = fb_wait_append(&text, "%s", wait->detail);
	if (!err && object->detail)
		err = fb_wait_append(&text, "%s", object->detail);
	if (!err && object->need)
		err = fb_wait_append(&text, "%s", object->need);
	if (!err)
		*json_ret = fb_json_text(text);
	free(text);
	return err;
}

/* Null for a TID that is no task. */
static json_t *comm_json(const struct fb_waits_view *view, int32_t tid)
{
	const struct fb_task *task = fb_tasks_by_tid(view->tasks, tid);

	return task ? fb_json_bytes(task->comm, sizeof(task->comm)) : json_null();
}

static struct fb_error *edge_json(const struct fb_waits_view *view, const struct fb_wait *wait,
				  const struct fb_wait_owner *owner, json_t *list)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];
	size_t index = (size_t)(wait - view->graph->waits);
	json_t *edge = json_object(), *detail = NULL;
	struct fb_error *err = detail_json(wait, object, &detail);

	if (err) {
		json_decref(edge);
		return err;
	}
	json_object_set_new(edge, "tid", json_integer(wait->tid));
	json_object_set_new(edge, "pid", json_integer(wait->pid));
	json_object_set_new(edge, "comm", comm_json(view, wait->tid));
	json_object_set_new(edge, "kind", json_string(wait->kind));
	json_object_set_new(edge, "object", fb_json_text(object->name));
	json_object_set_new(edge, "owner_tid", owner ? json_integer(owner->tid) : json_null());
	json_object_set_new(edge, "owner_comm", owner ? comm_json(view, owner->tid) : json_null());
	json_object_set_new(edge, "owner_is_process",
			    owner ? json_boolean(owner->process) : json_null());
	json_object_set_new(edge, "owners",
			    json_integer((json_int_t)fb_wait_count_owners(wait, object)));
	json_object_set_new(edge, "others_possible", json_boolean(object->others));
	json_object_set_new(edge, "certain",
			    json_boolean(wait->certain && (!owner || object->certain)));
	json_object_set_new(edge, "stuck", json_boolean(view->analysis->stuck[index]));
	json_object_set_new(edge, "timeout", json_boolean(wait->timeout));
	json_object_set_new(edge, "seconds", fb_json_seconds(wait->seconds));
	json_object_set_new(edge, "detail", detail);
	json_object_set_new(edge, "evidence", fb_json_text(wait->evidence));
	json_object_set_new(edge, "frames", frames_json(wait));
	return json_array_append_new(list, edge) ? fb_error_nomem() : NULL;
}

static struct fb_error *edges_json(const struct fb_waits_view *view, json_t *list)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < view->graph->wait_count && !err; i++) {
		const struct fb_wait *wait = &view->graph->waits[i];
		const struct fb_wait_object *object = &view->graph->objects[wait->object];
		size_t shown = 0;

		if (!fb_wait_count_owners(wait, object))
			err = edge_json(view, wait, NULL, list);
		for (size_t k = 0; k < object->owner_count && shown < OWNERS_SHOWN && !err; k++)
			if (fb_wait_owner_counts(wait, object, &object->owners[k])) {
				shown++;
				err = edge_json(view, wait, &object->owners[k], list);
			}
	}
	return err;
}

static json_t *cycles_json(const struct fb_waits_view *view)
{
	json_t *cycles = json_array();

	for (size_t i = 0; i < view->analysis->cycle_count; i++) {
		const struct fb_wait_cycle *cycle = &view->analysis->cycles[i];
		json_t *tids = json_array();

		for (size_t k = 0; k < cycle->count; k++)
			json_array_append_new(
				tids, json_integer(view->graph->waits[cycle->waits[k]].tid));
		json_array_append_new(cycles, tids);
	}
	return cycles;
}

/* Where chains end, most threads first. */
static json_t *roots_json(const struct fb_waits_view *view)
{
	json_t *roots = json_array();

	for (size_t i = 0; i < view->analysis->root_count; i++) {
		const struct fb_wait_root *root = &view->analysis->roots[i];
		json_t *object = json_object();

		json_object_set_new(object, "tid",
				    root->tid >= 0 ? json_integer(root->tid) : json_null());
		json_object_set_new(
			object, "object",
			fb_json_text(root->object == FB_WAIT_NONE
					     ? NULL
					     : view->graph->objects[root->object].name));
		json_object_set_new(object, "threads", json_integer((json_int_t)root->threads));
		json_object_set_new(object, "hung", json_integer((json_int_t)root->hung));
		json_object_set_new(object, "idle", json_boolean(root->loose));
		json_object_set_new(object, "stopped", json_boolean(root->stopped));
		json_object_set_new(object, "depth", json_integer((json_int_t)root->depth));
		json_array_append_new(roots, object);
	}
	return roots;
}

struct fb_error *fb_waits_print_json(const struct fb_waits_view *view)
{
	json_t *answer = json_object(), *edges = json_array(), *goroutines = NULL;
	struct fb_error *err = edges_json(view, edges);

	json_object_set_new(answer, "edges", edges);
	json_object_set_new(answer, "cycles", cycles_json(view));
	json_object_set_new(answer, "roots", roots_json(view));
	if (!err)
		err = fb_waits_goroutines_json(view, &goroutines);
	json_object_set_new(answer, "goroutines", goroutines);
	if (err) {
		json_decref(answer);
		return err;
	}
	return fb_json_print("waits", answer, view->context->warnings);
}
