/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture of a deadlock, or of the threads behind a root of the wait graph: which threads and objects
 * are boxes of it, and where each box stands. Called by report_pictures.c, which draws it.
 *
 * Each box but the end points at one other box: a thread at the object that it waits for, an object at the
 * thread that owns it. The end stands in column 0, which is drawn at the right; what points at a box stands one
 * column further. A deadlock is a ring: its threads stand in column 1 and its objects in column 0, one below
 * the other in the order in which they point at each other, and the last one points at the first.
 *
 * A picture is for a person: it is bounded, and boxes of the kind "more" say how many threads are left out.
 */
#ifndef FB_CMD_WAIT_PICTURE_H
#define FB_CMD_WAIT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/graph/wait_analysis.h"

/* Threads and objects are half of the boxes at most: each may need one more, of the kind "more". */
#define FB_PICTURE_BOXES 96u
/* The most columns of threads and objects; of longer chains the far end is left out. */
#define FB_PICTURE_COLUMNS 9u
/* How many threads of a ring are drawn, and how many boxes point at one box, at most. */
#define FB_PICTURE_RING 8u
#define FB_PICTURE_FAN 5u

enum fb_picture_kind {
	FB_PICTURE_THREAD, /* tid; wait: of its waits the one that it is drawn with, or FB_WAIT_NONE */
	FB_PICTURE_PROCESS, /* tid: the PID of a process, any thread of which may release the object */
	FB_PICTURE_OBJECT, /* object: its index in the graph */
	FB_PICTURE_MORE,   /* more: so many further threads wait here, directly */
};

struct fb_picture_box {
	enum fb_picture_kind kind;
	int32_t tid;
	size_t wait, object, more;
	size_t to;       /* the box that it points at; FB_WAIT_NONE: the end */
	unsigned column; /* from 0, the end's */
	double row;      /* from 0; boxes of a column are one row or more apart */
};

struct fb_picture {
	struct fb_picture_box boxes[FB_PICTURE_BOXES];
	size_t count;
	size_t ring; /* the first boxes, a thread and an object in turn, are a ring; 0: there is none */
	bool cut_ring; /* the ring has more threads: where they would stand, the second last box says how many */
	unsigned columns, rows;
};

/* For each thread and object what points at it. Borrows graph and analysis. */
struct fb_picture_index {
	const struct fb_wait_graph *graph;
	const struct fb_wait_analysis *analysis;
	struct fb_picture_link *links; /* owned; one for each wait that is not for a loose object */
	size_t count;
};

/* FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_picture_index_init(const struct fb_wait_graph *graph,
						     const struct fb_wait_analysis *analysis,
						     struct fb_picture_index *index_ret);
void fb_picture_index_deinit(struct fb_picture_index *index);

void fb_picture_of_cycle(const struct fb_picture_index *index, const struct fb_wait_cycle *cycle,
			 struct fb_picture *picture_ret);
/* pid: of the process of the root's thread, where the root is a thread. */
void fb_picture_of_root(const struct fb_picture_index *index, const struct fb_wait_root *root,
			int32_t pid, struct fb_picture *picture_ret);

#endif
