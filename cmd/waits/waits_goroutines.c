// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints for whom the goroutines of programs in Go wait. Called by waits_text.c and waits_json.c. */
#include "cmd/waits/waits_goroutines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/waits/waits_print.h"

/* What is shown of each; the JSON has all. */
#define CYCLES_SHOWN 10u
#define GOROUTINES_SHOWN 8u
#define OBJECTS_SHOWN 40u
/* Edges of one wait in the JSON. */
#define OWNERS_SHOWN 16u

static const struct fb_goroutine_stack *routine_of(const struct fb_wait_goroutines *of, int32_t tid)
{
	return &of->all.list[tid - 1];
}

/* The thread of the host that a goroutine runs on; NULL: none, or not known. Go has its TID in its own namespace. */
static const struct fb_task *thread_of(const struct fb_waits_view *view,
				       const struct fb_wait_goroutines *of,
				       const struct fb_goroutine_stack *one)
{
	size_t first, count;

	if (!one->thread)
		return NULL;
	fb_tasks_group(view->tasks, of->pid, &first, &count);
	for (size_t i = first; i < first + count; i++) {
		const struct fb_task *task = fb_tasks_get(view->tasks, i);
		const int32_t tid =
			task->level_count ? task->level_tids[task->level_count - 1] : task->tid;

		if ((uint64_t)tid == one->thread && !task->levels_lost)
			return task;
	}
	return NULL;
}

/* Whether the function is one of those in which every goroutine waits. */
static bool is_runtime(const char *symbol)
{
	static const char *const packages[] = {"runtime.", "sync.", "internal/"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(packages); i++)
		if (!strncmp(symbol, packages[i], strlen(packages[i])))
			return true;
	return false;
}

/* The innermost frame of the program itself; NULL: none is known. */
static const struct fb_user_frame *frame_of(const struct fb_goroutine_stack *one)
{
	for (size_t i = 0; i < one->stack.count; i++)
		if (one->stack.frames[i].symbol && !is_runtime(one->stack.frames[i].symbol))
			return &one->stack.frames[i];
	return NULL;
}

static void print_routine(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			  int32_t tid)
{
	struct fb_output *output = fb_waits_output(view);
	const struct fb_goroutine_stack *one = routine_of(of, tid);
	const struct fb_task *task = thread_of(view, of, one);

	fb_print(output, FB_STYLE_BOLD, "goroutine %" PRIu64, one->id);
	if (task) {
		fb_print(output, FB_STYLE_PLAIN, " on thread ");
		fb_waits_print_thread(view, task->tid, FB_STYLE_BOLD);
	}
}

static void print_owners(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			 const struct fb_wait *wait)
{
	struct fb_output *output = fb_waits_output(view);
	const struct fb_wait_object *object = &of->graph.objects[wait->object];
	size_t shown = 0, count = fb_wait_count_owners(wait, object);

	for (size_t i = 0; i < object->owner_count && shown < GOROUTINES_SHOWN; i++) {
		if (!fb_wait_owner_counts(wait, object, &object->owners[i]))
			continue;
		fb_print(output, FB_STYLE_PLAIN, "%s",
			 shown       ? ", "
			 : count > 1 ? " <- any of "
				     : " <- ");
		print_routine(view, of, object->owners[i].tid);
		shown++;
	}
	if (count > shown)
		fb_print(output, FB_STYLE_PLAIN, " and %zu more", count - shown);
	fb_print(output, FB_STYLE_WARN, count ? " (likely)" : " <- unknown");
}

static void print_place(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			int32_t tid)
{
	const struct fb_user_frame *frame = frame_of(routine_of(of, tid));
	char function[256], file[256];

	if (!frame)
		return;
	fb_text_escape(frame->symbol, strlen(frame->symbol), function, sizeof(function));
	fb_print(fb_waits_output(view), FB_STYLE_DIM, "      %s", function);
	if (frame->file) {
		fb_text_escape(frame->file, strlen(frame->file), file, sizeof(file));
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "  %s:%u", file, frame->line);
	}
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "\n");
}

static void print_wait(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
		       const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &of->graph.objects[wait->object];

	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "    ");
	print_routine(view, of, wait->tid);
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "  %s %s", wait->kind,
		 object->name ? object->name : "?");
	print_owners(view, of, wait);
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "\n");
	print_place(view, of, wait->tid);
}

static void print_cycles(const struct fb_waits_view *view, const struct fb_wait_goroutines *of)
{
	struct fb_output *output = fb_waits_output(view);

	for (size_t i = 0; i < of->analysis.cycle_count && i < CYCLES_SHOWN; i++) {
		const struct fb_wait_cycle *cycle = &of->analysis.cycles[i];

		fb_print(output, FB_STYLE_BAD,
			 "  Possible deadlock: %zu goroutine%s for each other", cycle->member_count,
			 cycle->member_count == 1 ? " waits" : "s wait");
		if (cycle->behind)
			fb_print(output, FB_STYLE_BAD, ", and %zu behind them", cycle->behind);
		fb_print(output, FB_STYLE_PLAIN, "\n");
		for (size_t j = 0; j < cycle->count && j < GOROUTINES_SHOWN; j++)
			print_wait(view, of, &of->graph.waits[cycle->waits[j]]);
		if (cycle->count > GOROUTINES_SHOWN)
			fb_print(output, FB_STYLE_DIM, "    ... %zu more\n",
				 cycle->count - GOROUTINES_SHOWN);
	}
	if (of->analysis.cycle_count > CYCLES_SHOWN)
		fb_print(output, FB_STYLE_WARN, "  %zu more deadlocks\n",
			 of->analysis.cycle_count - CYCLES_SHOWN);
}

static int by_object(const void *left, const void *right)
{
	const struct fb_wait *const *a = left, *const *b = right;

	return (*a)->object != (*b)->object
		       ? ((*a)->object > (*b)->object) - ((*a)->object < (*b)->object)
		       : (*a)->tid - (*b)->tid;
}

/* Those that wait on one object. */
static void print_object(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			 const struct fb_wait *const *waits, size_t count)
{
	struct fb_output *output = fb_waits_output(view);
	const struct fb_wait_object *object = &of->graph.objects[waits[0]->object];
	double longest = 0;
	char text[32];

	fb_print(output, FB_STYLE_PLAIN, "  %-12s  %s", waits[0]->kind,
		 object->name ? object->name : "?");
	if (object->detail)
		fb_print(output, FB_STYLE_DIM, " (%s)", object->detail);
	print_owners(view, of, waits[0]);
	fb_print(output, FB_STYLE_PLAIN, "\n      ");
	for (size_t i = 0; i < count; i++) {
		if (waits[i]->seconds > longest)
			longest = waits[i]->seconds;
		if (i >= GOROUTINES_SHOWN)
			continue;
		fb_print(output, FB_STYLE_PLAIN, "%s", i ? ", " : "");
		print_routine(view, of, waits[i]->tid);
		if (waits[i]->detail)
			fb_print(output, FB_STYLE_PLAIN, " %s", waits[i]->detail);
	}
	if (count > GOROUTINES_SHOWN)
		fb_print(output, FB_STYLE_PLAIN, " and %zu more", count - GOROUTINES_SHOWN);
	if (longest > 0)
		fb_print(output, FB_STYLE_DIM, ", for %s",
			 fb_text_duration(longest, text, sizeof(text)));
	fb_print(output, FB_STYLE_PLAIN, "\n");
	print_place(view, of, waits[0]->tid);
	if (object->need) {
		fb_print(output, FB_STYLE_PLAIN, "      ");
		fb_print_wrapped(output, FB_STYLE_DIM, 6, 6, object->need);
	}
}

static struct fb_error *print_objects(const struct fb_waits_view *view,
				      const struct fb_wait_goroutines *of)
{
	const size_t count = of->graph.wait_count;
	const struct fb_wait **waits = calloc(count + 1, sizeof(const struct fb_wait *));
	size_t end, objects = 0;

	if (!waits)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++)
		waits[i] = &of->graph.waits[i];
	if (count)
		qsort(waits, count, sizeof(const struct fb_wait *), by_object);
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count && waits[end]->object == waits[i]->object; end++)
			;
		if (objects++ < OBJECTS_SHOWN)
			print_object(view, of, &waits[i], end - i);
	}
	if (objects > OBJECTS_SHOWN)
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "  ... on %zu more\n",
			 objects - OBJECTS_SHOWN);
	free(waits);
	return NULL;
}

struct fb_error *fb_waits_print_goroutines(const struct fb_waits_view *view)
{
	struct fb_output *output = fb_waits_output(view);
	size_t count;
	const struct fb_wait_goroutines *list = fb_waits_goroutines(view->waits, &count);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		const struct fb_wait_goroutines *of = &list[i];
		char number[32], why[4 * FB_GO_WHY];

		if (!of->graph.wait_count && !*of->all.why)
			continue;
		fb_print(output, FB_STYLE_BOLD, "\nGoroutines of ");
		fb_waits_print_thread(view, of->pid, FB_STYLE_BOLD);
		fb_print(output, FB_STYLE_PLAIN, " (Go %s): %s of them", of->all.version,
			 fb_text_count(of->all.count, number, sizeof(number)));
		fb_print(output, FB_STYLE_PLAIN, ", %s wait%s on channels and locks\n",
			 fb_text_count(of->graph.wait_count, number, sizeof(number)),
			 of->graph.wait_count == 1 ? "s" : "");
		if (*of->all.why)
			fb_print(
				output, FB_STYLE_WARN, "  not all could be read: %s\n",
				fb_text_escape(of->all.why, strlen(of->all.why), why, sizeof(why)));
		print_cycles(view, of);
		err = print_objects(view, of);
	}
	return err;
}

static json_t *routine_json(const struct fb_wait_goroutines *of, int32_t tid)
{
	return json_integer((json_int_t)routine_of(of, tid)->id);
}

/* The TID of the thread that it runs on. */
static json_t *thread_json(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			   int32_t tid)
{
	const struct fb_task *task = thread_of(view, of, routine_of(of, tid));

	return task ? json_integer(task->tid) : json_null();
}

static json_t *owners_json(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			   const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &of->graph.objects[wait->object];
	json_t *list = json_array();

	for (size_t i = 0; i < object->owner_count && json_array_size(list) < OWNERS_SHOWN; i++) {
		json_t *owner;

		if (!fb_wait_owner_counts(wait, object, &object->owners[i]))
			continue;
		owner = json_object();
		json_object_set_new(owner, "goroutine", routine_json(of, object->owners[i].tid));
		json_object_set_new(owner, "tid", thread_json(view, of, object->owners[i].tid));
		json_array_append_new(list, owner);
	}
	return list;
}

static json_t *wait_json(const struct fb_waits_view *view, const struct fb_wait_goroutines *of,
			 const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &of->graph.objects[wait->object];
	const struct fb_user_frame *frame = frame_of(routine_of(of, wait->tid));
	json_t *json = json_object();

	json_object_set_new(json, "goroutine", routine_json(of, wait->tid));
	json_object_set_new(json, "kind", json_string(wait->kind));
	json_object_set_new(json, "address", fb_json_hex(object->key[0]));
	json_object_set_new(json, "way", fb_json_text(wait->detail));
	json_object_set_new(json, "owners", owners_json(view, of, wait));
	json_object_set_new(json, "others_possible", json_boolean(object->others));
	json_object_set_new(json, "certain", json_boolean(wait->certain));
	json_object_set_new(json, "owners_certain", json_boolean(object->certain));
	json_object_set_new(json, "stuck",
			    json_boolean(of->analysis.stuck[wait - of->graph.waits]));
	json_object_set_new(json, "seconds", fb_json_seconds(wait->seconds));
	json_object_set_new(json, "detail", fb_json_text(object->detail));
	json_object_set_new(json, "need", fb_json_text(object->need));
	json_object_set_new(json, "function", fb_json_text(frame ? frame->symbol : NULL));
	json_object_set_new(json, "file", fb_json_text(frame ? frame->file : NULL));
	json_object_set_new(json, "line",
			    frame && frame->line ? json_integer(frame->line) : json_null());
	return json;
}

static json_t *cycles_json(const struct fb_wait_goroutines *of)
{
	json_t *cycles = json_array();

	for (size_t i = 0; i < of->analysis.cycle_count; i++) {
		const struct fb_wait_cycle *cycle = &of->analysis.cycles[i];
		json_t *ids = json_array();

		for (size_t j = 0; j < cycle->count; j++)
			json_array_append_new(
				ids, routine_json(of, of->graph.waits[cycle->waits[j]].tid));
		json_array_append_new(cycles, ids);
	}
	return cycles;
}

struct fb_error *fb_waits_goroutines_json(const struct fb_waits_view *view, json_t **list_ret)
{
	size_t count;
	const struct fb_wait_goroutines *list = fb_waits_goroutines(view->waits, &count);
	json_t *programs = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct fb_wait_goroutines *of = &list[i];
		json_t *program = json_object(), *waits = json_array();

		for (size_t j = 0; j < of->graph.wait_count; j++)
			json_array_append_new(waits, wait_json(view, of, &of->graph.waits[j]));
		json_object_set_new(program, "pid", json_integer(of->pid));
		json_object_set_new(program, "version", fb_json_text(of->all.version));
		json_object_set_new(program, "goroutines", json_integer((json_int_t)of->all.count));
		json_object_set_new(program, "waits", waits);
		json_object_set_new(program, "cycles", cycles_json(of));
		json_object_set_new(program, "missing",
				    fb_json_text(*of->all.why ? of->all.why : NULL));
		if (json_array_append_new(programs, program)) {
			json_decref(programs);
			return fb_error_nomem();
		}
	}
	*list_ret = programs;
	return NULL;
}
