/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recogniser is to say of a thread that a made kernel shows asleep, in all fields of its answer; and
 * what it is to say where a part of that kernel is missing. A test is a table of scenes:
 *
 *	static struct fb_blocked waits_for_mutex(struct made_waits *w) { ... }
 *
 *	made_scene_check(&(struct made_scene){waits_for_mutex, fb_wait_mutex, {.kind = "kernel-mutex", ...}});
 */
#ifndef FB_TESTS_BUNDLE_MADE_ANSWER_H
#define FB_TESTS_BUNDLE_MADE_ANSWER_H

#include "tests/bundle/waits/made_waits.h"

/* In all texts "{0}" to "{3}" stand for waits.marks[] in hexadecimal, as "0xffff888000001000". A text that
 * is NULL is not to be there. */
struct made_answer {
	const char *kind;   /* of the wait; NULL: the thread waits for nobody, or error is set */
	const char *object; /* "CLASS KEY KEY", the keys in hexadecimal: "pipe {0} 0x2" */
	const char *name, *detail, *need; /* of the object */
	const char *owners;               /* in order of TID, processes marked: "10 20p" */
	/* Words in this order: all others certain loose (of the object), sure timeout (of the wait). */
	const char *flags;
	const char *wait;     /* the wait's own detail */
	const char *evidence; /* of the wait */
	double seconds;       /* that it has waited; 0: unknown */
	const char *error;    /* a part of the message, where the recogniser fails */
	enum fb_code code;    /* of that error */
};

struct made_scene {
	/* Puts members and objects into a kernel that made_waits_begin() made, with the thread in it. */
	struct fb_blocked (*make)(struct made_waits *waits);
	struct fb_error *(*find)(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
	struct made_answer answer;
};

/* Makes the scene and compares the answer. */
void made_scene_check(const struct made_scene *scene);

/* The same; then makes it again and again with one thing missing each time: a read of memory fails, as of a page that
 * is not in the dump or for want of memory; a member of a struct is none that this kernel has. The answer then has to
 * be the same, or an error, or to own up: no owner that is not there in the whole answer (but for a likely one, with
 * the reason why it cannot be known), nothing certain that was not, and where an owner is missing a word on why, or
 * that there may be others. Where memory ran out the whole has to fail. Each time a second thread then waits for the
 * same, once all can be read: what the first was not told it must not be told for certain. */
void made_scene_damage(const struct made_scene *scene);

/* Compares the answer on one thread of any graph. marks may be NULL where the texts have none. */
void made_graph_check(const struct fb_wait_graph *graph, int32_t tid,
		      const struct made_answer *answer, const uint64_t marks[MADE_MARKS]);

#endif
