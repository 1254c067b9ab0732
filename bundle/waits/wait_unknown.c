// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds the waits that no recogniser knows. Threads that sleep in the same wait queue wait for the
 * same object, which gets the name of the symbol of the queue where it has one. Any other thread
 * gets an object of its own. Called by waits.c for each blocked thread.
 */
#include "bundle/waits/wait_unknown.h"

#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_queue.h"

static const char *function_of(const struct fb_blocked *blocked)
{
	return blocked->frames[0] ? blocked->frames[0] : "unknown";
}

/* "wait queue log_wait (syslog_print)" */
static struct fb_error *name_queue(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   uint64_t head, struct fb_wait_object *object)
{
	struct fb_symbol symbol;
	char name[256];

	if (!finder->modules || !fb_modules_symbol_by_address(finder->modules, head, &symbol))
		return fb_wait_text(&object->name, "wait queue 0x%" PRIx64 " (%s)", head,
				    function_of(blocked));
	fb_text_escape(symbol.name, strlen(symbol.name), name, sizeof(name));
	return fb_wait_text(&object->name, "wait queue %s (%s)", name, function_of(blocked));
}

/* The object of the wait queue that the thread sleeps in, else one of its own. */
static struct fb_error *find_object(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    size_t *object_ret)
{
	uint64_t head = 0;
	bool fresh;
	struct fb_error *err = fb_part_skip(fb_wait_queue_of(finder, blocked, &head));

	if (err)
		return err;
	err = fb_wait_graph_object(&finder->graph, head ? "wait queue" : "thread",
				   head ? head : (uint64_t)blocked->task->tid, 0, object_ret,
				   &fresh);
	if (err || !fresh)
		return err;
	return head ? name_queue(finder, blocked, head, &finder->graph.objects[*object_ret])
		    : fb_wait_text(&finder->graph.objects[*object_ret].name, "%s",
				   function_of(blocked));
}

/* why: what is missing; printable. */
static struct fb_error *add_unknown(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    const char *kind, const char *why)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, kind);
	struct fb_wait_object *object;
	struct fb_error *err = find_object(finder, blocked, &wait.object);

	if (err)
		return err;
	wait.evidence = "kernel stack";
	object = &finder->graph.objects[wait.object];
	if (!object->need)
		err = fb_wait_text(&object->need, "%s", why);
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* A recogniser may fail, or take another way, when it has made objects already: what is missing is then
 * said of these, for whoever else waits for them. objects: how many there were before. why: what is
 * missing; NULL: the recogniser has not failed, and objects with a name are whole. */
static struct fb_error *own_up(struct fb_wait_finder *finder, size_t objects, const char *why)
{
	struct fb_error *err = NULL;

	for (size_t i = objects; i < finder->graph.object_count && !err; i++) {
		struct fb_wait_object *object = &finder->graph.objects[i];

		if (!why && object->name)
			continue;
		object->others = true;
		if (!object->name)
			err = fb_wait_text(&object->name, "%s 0x%" PRIx64, object->class,
					   object->key[0]);
		if (!err && !object->need)
			err = fb_wait_text(&object->need, "%s",
					   why ? why : "what it is cannot be read");
	}
	return err;
}

/* A recogniser that fails leaves the wait without an object, and its error says what is needed. */
static struct fb_error *run(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	size_t objects = finder->graph.object_count, waits = finder->graph.wait_count;
	char why[512] = "", shown[512];
	struct fb_error *err = blocked->site->find(finder, blocked);

	if (!err)
		return own_up(finder, objects, NULL);
	if (fb_error_is(err, FB_LIMIT))
		return err;
	err = fb_part_reason(err, why, sizeof(why));
	if (err)
		return err;
	fb_text_escape(why, strlen(why), shown, sizeof(shown));
	err = own_up(finder, objects, shown);
	if (err || finder->graph.wait_count > waits)
		return err;
	return add_unknown(finder, blocked, blocked->site->kind, shown);
}

struct fb_error *fb_wait_recognise(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	static const char unnamed[] = "the kernel does not record who will end this wait";
	const struct fb_wait_recogniser *site = blocked->site;
	size_t before = finder->graph.wait_count;
	bool hangs = blocked->task->state == 'D';
	struct fb_error *err = NULL;

	if (site && site->find)
		err = run(finder, blocked);
	else if (site && site->kind && (hangs || !blocked->task->kernel_thread))
		err = add_unknown(finder, blocked, site->kind, unnamed);
	if (err || !hangs || finder->graph.wait_count != before)
		return err;
	return add_unknown(finder, blocked, "uninterruptible", unnamed);
}
