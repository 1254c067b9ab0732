// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wait graph for callers of the library.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bundle/library/library.h"
#include "bundle/waits/waits.h"

struct fbundle_wait {
	const struct fb_wait *wait; /* this and object are borrowed from the graph */
	const struct fb_wait_object *object;
	bool stuck;
	char *text; /* owned */
};

struct fbundle_waits {
	struct fb_waits *found;     /* owned */
	struct fbundle_wait *waits; /* owned, as their texts */
	size_t count;
};

static struct fb_error *fill_wait(const struct fb_waits *found, size_t index,
				  struct fbundle_wait *wait)
{
	const struct fb_wait_graph *graph = fb_waits_graph(found);
	char text[512];

	wait->wait = &graph->waits[index];
	wait->object = &graph->objects[wait->wait->object];
	wait->stuck = fb_waits_analysis(found)->stuck[index];
	wait->text = strdup(fb_wait_describe(found, wait->wait, text, sizeof(text)));
	return wait->text ? NULL : fb_error_nomem();
}

static struct fb_error *load(struct fbundle *bundle, struct fbundle_waits *waits)
{
	struct fb_wait_options options = {.files = bundle->files};
	size_t count = 0;
	struct fb_error *err = fb_library_tasks(bundle);

	if (!err)
		err = fb_library_swap(bundle);
	options.swap = bundle->swap;
	if (!err)
		err = fb_waits_find(bundle->input, &options, &waits->found);
	if (err)
		return err;
	count = fb_waits_graph(waits->found)->wait_count;
	/* As many as are in memory already. */
	err = fb_alloc_array(count, sizeof(*waits->waits), SIZE_MAX, "waits", &waits->waits);
	for (size_t i = 0; !err && i < count; i++) {
		waits->count++;
		err = fill_wait(waits->found, i, &waits->waits[i]);
	}
	return err;
}

struct fbundle_error *fbundle_load_waits(struct fbundle *bundle, struct fbundle_waits **waits_ret)
{
	struct fbundle_waits *waits = calloc(1, sizeof(*waits));
	struct fb_error *err = waits ? load(bundle, waits) : fb_error_nomem();

	if (err)
		fbundle_waits_free(waits);
	else
		*waits_ret = waits;
	return fb_library_error(err);
}

void fbundle_waits_free(struct fbundle_waits *waits)
{
	if (!waits)
		return;
	for (size_t i = 0; i < waits->count; i++)
		free(waits->waits[i].text);
	free(waits->waits);
	fb_waits_destroy(waits->found);
	free(waits);
}

size_t fbundle_waits_count(const struct fbundle_waits *waits)
{
	return waits->count;
}

const struct fbundle_wait *fbundle_waits_get(const struct fbundle_waits *waits, size_t index)
{
	return index < waits->count ? &waits->waits[index] : NULL;
}

int32_t fbundle_wait_tid(const struct fbundle_wait *wait)
{
	return wait->wait->tid;
}

int32_t fbundle_wait_pid(const struct fbundle_wait *wait)
{
	return wait->wait->pid;
}

const char *fbundle_wait_kind(const struct fbundle_wait *wait)
{
	return wait->wait->kind;
}

const char *fbundle_wait_object(const struct fbundle_wait *wait)
{
	return wait->object->name;
}

size_t fbundle_wait_object_number(const struct fbundle_wait *wait)
{
	return wait->wait->object;
}

bool fbundle_wait_is_certain(const struct fbundle_wait *wait)
{
	return wait->wait->certain;
}

bool fbundle_wait_owners_are_certain(const struct fbundle_wait *wait)
{
	return wait->object->certain;
}

bool fbundle_wait_is_stuck(const struct fbundle_wait *wait)
{
	return wait->stuck;
}

bool fbundle_wait_has_timeout(const struct fbundle_wait *wait)
{
	return wait->wait->timeout;
}

double fbundle_wait_seconds(const struct fbundle_wait *wait)
{
	return wait->wait->seconds;
}

const char *fbundle_wait_evidence(const struct fbundle_wait *wait)
{
	return wait->wait->evidence;
}

const char *fbundle_wait_detail(const struct fbundle_wait *wait)
{
	return wait->wait->detail;
}

const char *fbundle_wait_object_detail(const struct fbundle_wait *wait)
{
	return wait->object->detail;
}

const char *fbundle_wait_need(const struct fbundle_wait *wait)
{
	return wait->object->need;
}

const char *fbundle_wait_text(const struct fbundle_wait *wait)
{
	return wait->text;
}

size_t fbundle_owners_count(const struct fbundle_wait *wait)
{
	return fb_wait_count_owners(wait->wait, wait->object);
}

/* NULL: there is no such index. */
static const struct fb_wait_owner *owner_at(const struct fbundle_wait *wait, size_t index)
{
	for (size_t i = 0; i < wait->object->owner_count; i++)
		if (fb_wait_owner_counts(wait->wait, wait->object, &wait->object->owners[i]) &&
		    index-- == 0)
			return &wait->object->owners[i];
	return NULL;
}

int32_t fbundle_owner_tid(const struct fbundle_wait *wait, size_t index)
{
	const struct fb_wait_owner *owner = owner_at(wait, index);

	return owner ? owner->tid : -1;
}

bool fbundle_owner_is_process(const struct fbundle_wait *wait, size_t index)
{
	const struct fb_wait_owner *owner = owner_at(wait, index);

	return owner && owner->process;
}

bool fbundle_owners_all_needed(const struct fbundle_wait *wait)
{
	return wait->object->all;
}

bool fbundle_owners_others_possible(const struct fbundle_wait *wait)
{
	return wait->object->others;
}

size_t fbundle_cycles_count(const struct fbundle_waits *waits)
{
	return fb_waits_analysis(waits->found)->cycle_count;
}

size_t fbundle_cycle_size(const struct fbundle_waits *waits, size_t cycle)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(waits->found);

	return cycle < analysis->cycle_count ? analysis->cycles[cycle].count : 0;
}

int32_t fbundle_cycle_tid(const struct fbundle_waits *waits, size_t cycle, size_t index)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(waits->found);

	if (index >= fbundle_cycle_size(waits, cycle))
		return -1;
	return fb_waits_graph(waits->found)->waits[analysis->cycles[cycle].waits[index]].tid;
}
