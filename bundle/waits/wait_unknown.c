// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds the waits that no recogniser knows. Threads that sleep in the same wait queue, at the same completion, or
 * for the same word wait for the same object, which is told by what that is part of. Any other thread gets an
 * object of its own. Called by waits.c for each blocked thread.
 */
#include "bundle/waits/wait_unknown.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/databases/wait_postgres.h"
#include "bundle/waits/finder/wait_queue.h"
#include "bundle/waits/goroutines/wait_go.h"
#include "bundle/waits/io/wait_io.h"
#include "bundle/waits/locks/recognise.h"
#include "bundle/waits/wait_surroundings.h"

static const char *function_of(const struct fb_blocked *blocked)
{
	return blocked->frames[0] ? blocked->frames[0] : "unknown";
}

/* What the thread sleeps at; address 0: nothing that is known. */
struct slept {
	const char *word; /* static: what lies at the address */
	uint64_t address;
};

/* Threads that wait for a bit, or for a variable, share a table of queues: the entry on the stack says which word
 * it is. */
static struct fb_error *read_shared(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    struct slept *slept)
{
	struct fb_symbol symbol;
	uint64_t word, bit;
	struct fb_error *err;

	if (!finder->modules ||
	    !fb_modules_symbol_by_address(finder->modules, slept->address, &symbol) ||
	    strncmp(symbol.name, "bit_wait_table", 14) != 0)
		return NULL;
	err = fb_wait_bit_find(finder, blocked, &word, &bit);
	if (err)
		return fb_part_skip(err);
	/* wait_var_event() has no bit: it is then -1 of 32 bits. */
	*slept = (struct slept){(int32_t)bit < 0 ? "variable" : "bit", word};
	return NULL;
}

static struct fb_error *find_slept(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   struct slept *slept)
{
	struct fb_error *err = fb_wait_queue_of(finder, blocked, &slept->address);

	slept->word = "wait queue";
	if (!err)
		return read_shared(finder, blocked, slept);
	err = fb_part_skip(err);
	if (err)
		return err;
	slept->word = "completion";
	return fb_part_skip(fb_wait_completion_of(finder, blocked, &slept->address));
}

/* The object of what the thread sleeps at, else one of its own. */
static struct fb_error *find_object(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    size_t *object_ret)
{
	struct slept slept = {NULL, 0};
	bool fresh;
	struct fb_error *err = find_slept(finder, blocked, &slept);

	if (err)
		return err;
	err = fb_wait_graph_object(&finder->graph, slept.address ? "wait queue" : "thread",
				   slept.address ? slept.address : (uint64_t)blocked->task->tid, 0,
				   object_ret, &fresh);
	if (err || !fresh)
		return err;
	if (slept.address)
		return fb_wait_surroundings(finder, blocked, slept.word, slept.address,
					    function_of(blocked), *object_ret);
	return fb_wait_text(&finder->graph.objects[*object_ret].name, "%s", function_of(blocked));
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

/* A lock of the kernel, whatever the function is called that takes it: by the waiter's structure on the stack. */
static struct fb_error *try_locks(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	static struct fb_error *(*const locks[])(struct fb_wait_finder * finder,
						 const struct fb_blocked *blocked) = {
		fb_wait_mutex, fb_wait_rwsem, fb_wait_semaphore};
	size_t before = finder->graph.wait_count;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(locks) && !err && finder->graph.wait_count == before;
	     i++)
		err = fb_part_skip(locks[i](finder, blocked));
	return err;
}

/* What is known of a backend of PostgreSQL, or of a thread of Go, besides is said of all that it waits for. Takes over
 * note. */
static struct fb_error *append_note(struct fb_wait_finder *finder, size_t before, char *note)
{
	struct fb_error *err = NULL;

	for (size_t i = before; note && i < finder->graph.wait_count && !err; i++)
		err = fb_wait_append(&finder->graph.waits[i].detail, "%s", note);
	free(note);
	return err;
}

/* By the function that the thread sleeps in. */
static struct fb_error *find_site(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	static const char unnamed[] = "the kernel does not record who will end this wait";
	const struct fb_wait_recogniser *site = blocked->site;
	size_t before = finder->graph.wait_count;
	bool hangs = blocked->task->state == 'D';
	struct fb_error *err = NULL;

	if (hangs && (!site || !site->find))
		err = try_locks(finder, blocked);
	if (err || finder->graph.wait_count != before)
		return err;
	if (site && site->find)
		err = run(finder, blocked);
	else if (site && site->kind && (hangs || !blocked->task->kernel_thread))
		err = add_unknown(finder, blocked, site->kind, unnamed);
	if (err || !hangs || finder->graph.wait_count != before)
		return err;
	return add_unknown(finder, blocked, "uninterruptible", unnamed);
}

struct fb_error *fb_wait_recognise(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	const size_t before = finder->graph.wait_count;
	char *note = NULL;
	bool found = false;
	struct fb_error *err = fb_wait_postgres(finder, blocked, &note, &found);

	if (!err && !found && !note)
		err = fb_wait_go(finder, blocked, &note, &found);
	if (!err && !found)
		err = find_site(finder, blocked);
	if (err) {
		free(note);
		return err;
	}
	return append_note(finder, before, note);
}
