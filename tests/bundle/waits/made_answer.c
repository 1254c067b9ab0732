// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_answer.h. Answers are compared as texts, so that a difference can be read. */
#include "tests/bundle/waits/made_answer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/wait_unknown.h"
#include "tests/harness.h"

#define TEXT 4096u
#define MARK 20u    /* a mark's number, spelled */
#define SECOND 9999 /* the TID of another thread that waits for the same */

/* Kernel memory as it is, but for one read. */
struct failing {
	struct fb_space space;
	struct fb_space *whole;
	size_t reads, at; /* the read that fails, from 1; 0: none */
	size_t first;     /* reads for the first of two threads */
	enum fb_code code;
};

static struct fb_error *read_failing(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	struct failing *failing = (struct failing *)space;

	if (++failing->reads == failing->at)
		return fb_error_create(failing->code, "made to fail");
	return fb_space_read(failing->whole, address, to, length);
}

static const struct fb_space_ops failing_ops = {.read = read_failing};

static const struct fb_wait *wait_in(const struct fb_wait_graph *graph, int32_t tid)
{
	for (size_t i = 0; i < graph->wait_count; i++)
		if (graph->waits[i].tid == tid)
			return &graph->waits[i];
	return NULL;
}

static const struct fb_wait *first_wait(const struct made_waits *waits, int32_t tid)
{
	return wait_in(&waits->finder.graph, tid);
}

static void put_line(FILE *to, const char *label, const char *text)
{
	if (text)
		fprintf(to, "\n      %-9s%s", label, text);
}

static void put_wait(FILE *to, const struct fb_wait *wait, const struct fb_wait_object *object)
{
	fprintf(to, "\n      object   %s 0x%" PRIx64 " 0x%" PRIx64, object->class, object->key[0],
		object->key[1]);
	put_line(to, "name", object->name);
	put_line(to, "detail", object->detail);
	put_line(to, "need", object->need);
	for (size_t i = 0; i < object->owner_count; i++)
		fprintf(to, "%s%d%s", i ? " " : "\n      owners   ", object->owners[i].tid,
			object->owners[i].process ? "p" : "");
	fprintf(to, "\n      flags   %s%s%s%s%s%s", object->all ? " all" : "",
		object->others ? " others" : "", object->certain ? " certain" : "",
		object->loose ? " loose" : "", wait->certain ? " sure" : "",
		wait->timeout ? " timeout" : "");
	put_line(to, "wait", wait->detail);
	put_line(to, "evidence", wait->evidence);
	if (!isnan(wait->seconds))
		fprintf(to, "\n      seconds  %g", wait->seconds);
}

/* The answer as it is. */
static void put_given(const struct fb_wait_graph *graph, int32_t tid, char *text)
{
	const struct fb_wait *wait = wait_in(graph, tid);
	FILE *to = fmemopen(text, TEXT, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	if (wait) {
		fprintf(to, "      kind     %s", wait->kind);
		put_wait(to, wait, &graph->objects[wait->object]);
	} else {
		fputs("      waits for nobody", to);
	}
	fclose(to);
}

/* The answer as it should be, with its marks replaced. */
static void put_expected(const struct made_answer *answer, const uint64_t marks[MADE_MARKS],
			 char *text)
{
	char raw[TEXT];
	FILE *to = fmemopen(raw, sizeof(raw), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(to);
	if (answer->kind) {
		fprintf(to, "      kind     %s", answer->kind);
		put_line(to, "object", answer->object);
		put_line(to, "name", answer->name);
		put_line(to, "detail", answer->detail);
		put_line(to, "need", answer->need);
		put_line(to, "owners", answer->owners);
		fprintf(to, "\n      flags   %s%s", *answer->flags ? " " : "", answer->flags);
		put_line(to, "wait", answer->wait);
		put_line(to, "evidence", answer->evidence);
		if (answer->seconds > 0)
			fprintf(to, "\n      seconds  %g", answer->seconds);
	} else {
		fputs("      waits for nobody", to);
	}
	fclose(to);
	for (const char *from = raw; *from; from++) {
		if (from[0] == '{' && from[1] >= '0' && from[1] < '0' + (int)MADE_MARKS &&
		    from[2] == '}') {
			text += snprintf(text, MARK, "0x%" PRIx64, marks[from[1] - '0']);
			from += 2;
		} else {
			*text++ = *from;
		}
	}
	*text = '\0';
}

void made_graph_check(const struct fb_wait_graph *graph, int32_t tid,
		      const struct made_answer *answer, const uint64_t marks[MADE_MARKS])
{
	char given[TEXT] = "", expected[4 * TEXT] = "";

	put_given(graph, tid, given);
	put_expected(answer, marks, expected);
	if (strcmp(given, expected) != 0)
		printf("\n    TID %d is\n%s\n    should be\n%s", tid, given, expected);
	CU_ASSERT_STRING_EQUAL(given, expected);
}

/* What is left out when the scene is made. */
struct damage {
	struct failing failing;
	size_t field;  /* the layout's, from 1; 0: none */
	size_t member; /* of the types, from 1; 0: none */
	size_t silent; /* answers that do not own up to what was left out */
};

#define FB_FIELD(id, type, ...) offsetof(struct fb_layout, id),
#define FB_SIZE(id, type)
#define FB_PART(cost)
static const size_t fields[] = {
#include "kernel/image/layout_table.h"
};
#undef FB_FIELD
#undef FB_SIZE
#undef FB_PART

/* Whether the scene has the member; forgets it. */
static bool drop_field(struct made_waits *waits, size_t index)
{
	struct fb_field *field =
		(struct fb_field *)((char *)&waits->made->kernel.layout + fields[index]);
	bool found = field->found;

	field->found = false;
	return found;
}

/* One time the scene was made and asked. */
struct run {
	struct made_waits waits;
	struct fb_blocked blocked;
	struct fb_error *err;
	size_t warnings; /* that came with the answer */
	char text[TEXT];
	bool dropped; /* what the damage names was there */
};

/* As the program does it, which makes of an error a wait for something that is not known. Another thread
 * then waits for the same, once all can be read again: it must not be told what the first was not. */
static struct fb_error *recognise_twice(const struct made_scene *scene, struct made_waits *waits,
					struct fb_blocked *blocked, struct failing *failing)
{
	static struct fb_task second;
	struct fb_wait_recogniser site = {.kind = blocked->site->kind, .find = scene->find};
	struct fb_error *err;
	struct fb_blocked other = *blocked;

	blocked->site = &site;
	err = fb_wait_recognise(&waits->finder, blocked);
	failing->at = 0;
	failing->first = failing->reads;
	if (!err && waits->finder.graph.wait_count) {
		second = *blocked->task;
		second.tid = SECOND;
		other.site = &site;
		other.task = &second;
		err = fb_wait_recognise(&waits->finder, &other);
	}
	blocked->site = &waits->site;
	return err;
}

/* whole_way: by fb_wait_recognise(), and twice. */
static void begin(struct run *run, const struct made_scene *scene, struct damage *damage,
		  bool whole_way)
{
	struct failing *failing = &damage->failing;

	memset(run, 0, sizeof(*run));
	made_waits_begin(&run->waits);
	run->waits.left_out = damage->member;
	run->blocked = scene->make(&run->waits);
	run->dropped = damage->field
			       ? drop_field(&run->waits, damage->field - 1)
			       : !damage->member || damage->member <= run->waits.types.members;
	failing->space = (struct fb_space){.ops = &failing_ops, .name = "failing memory"};
	failing->whole = &run->waits.made->space;
	failing->reads = 0;
	run->waits.made->kernel.space = &failing->space;
	run->waits.finder.space = &failing->space;
	run->err = whole_way ? recognise_twice(scene, &run->waits, &run->blocked, failing)
			     : scene->find(&run->waits.finder, &run->blocked);
	run->warnings = fb_warnings_count(run->waits.made->warnings);
	put_given(&run->waits.finder.graph, run->blocked.task->tid, run->text);
}

static void end(struct run *run)
{
	fb_error_destroy(run->err);
	made_waits_end(&run->waits);
}

void made_scene_check(const struct made_scene *scene)
{
	struct damage none = {0};
	struct run run;

	begin(&run, scene, &none, false);
	if (scene->answer.error) {
		fb_test_fails(run.err, scene->answer.code, scene->answer.error, "the scene",
			      __FILE__, __LINE__);
		run.err = NULL;
	} else {
		FB_OK(run.err);
		run.err = NULL;
	}
	made_graph_check(&run.waits.finder.graph, run.blocked.task->tid, &scene->answer,
			 run.waits.marks);
	end(&run);
}

static bool owned_by(const struct fb_wait_object *object, const struct fb_wait_owner *owner)
{
	for (size_t i = 0; i < object->owner_count; i++)
		if (object->owners[i].tid == owner->tid &&
		    object->owners[i].process == owner->process)
			return true;
	return false;
}

/* Whether an answer that is not the whole one claims no more, and says that a part may be missing. */
static bool owns_up(const struct run *whole, const struct run *run, int32_t tid)
{
	const struct fb_wait *all = first_wait(&whole->waits, whole->blocked.task->tid);
	const struct fb_wait *wait = first_wait(&run->waits, tid);
	const struct fb_wait_object *object, *full;

	if (!wait || !all)
		return !wait;
	object = &run->waits.finder.graph.objects[wait->object];
	full = &whole->waits.finder.graph.objects[all->object];
	for (size_t i = 0; i < object->owner_count; i++)
		if (!owned_by(full, &object->owners[i]) &&
		    (object->certain || !object->others || !object->need))
			return false;
	if (!object->name || (wait->certain && !all->certain && object->owner_count))
		return false;
	return object->owner_count == full->owner_count || object->others || object->need ||
	       run->warnings > whole->warnings;
}

static size_t count_waits(const struct run *run, int32_t tid)
{
	const struct fb_wait_graph *graph = &run->waits.finder.graph;
	size_t count = 0;

	for (size_t i = 0; i < graph->wait_count; i++)
		count += graph->waits[i].tid == tid;
	return count;
}

/* False where nothing was left out: there is no such member. */
static bool leave_out(const struct made_scene *scene, const struct run *whole,
		      struct damage *damage, const char *what)
{
	struct run run;
	bool good;
	size_t number = damage->failing.at + damage->field + damage->member;
	enum fb_code code = damage->failing.code;
	int32_t tid;

	begin(&run, scene, damage, true);
	tid = run.blocked.task->tid;
	if (code == FB_NOMEM || run.err)
		good = code == FB_NOMEM && fb_error_is(run.err, code);
	else
		good = owns_up(whole, &run, tid) && owns_up(whole, &run, SECOND) &&
		       count_waits(&run, tid) <= 1 && count_waits(&run, SECOND) <= 1;
	if (!good)
		printf("\n    %s %zu is missing, and the answer is%s\n%s\n    not\n%s", what,
		       number, run.err ? " an error and" : "", run.text, whole->text);
	if (!good)
		damage->silent++;
	end(&run);
	return run.dropped;
}

void made_scene_damage(const struct made_scene *scene)
{
	struct damage damage = {.failing.code = FB_ABSENT};
	struct run whole;
	size_t reads;

	made_scene_check(scene);
	begin(&whole, scene, &damage, true);
	reads = damage.failing.first;
	CU_ASSERT(reads > 0);
	CU_ASSERT_PTR_NULL(whole.err);
	/* The other thread that waits for the same is told the same. */
	made_graph_check(&whole.waits.finder.graph, SECOND, &scene->answer, whole.waits.marks);
	for (size_t at = 1; at <= 2 * reads; at++) {
		damage.failing.at = at <= reads ? at : at - reads;
		damage.failing.code = at <= reads ? FB_ABSENT : FB_NOMEM;
		leave_out(scene, &whole, &damage, at <= reads ? "read" : "memory for read");
	}
	damage.failing = (struct failing){.code = FB_ABSENT};
	for (size_t i = 0; i < FB_ARRAY_SIZE(fields); i++) {
		const struct fb_field *field =
			(const void *)((char *)&whole.waits.made->kernel.layout + fields[i]);

		damage.field = i + 1;
		if (field->found)
			leave_out(scene, &whole, &damage, field->name);
	}
	damage.field = 0;
	damage.member = 1;
	while (damage.member && leave_out(scene, &whole, &damage, "member"))
		damage.member++;
	CU_ASSERT_EQUAL(damage.silent, 0);
	end(&whole);
}
