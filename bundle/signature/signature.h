/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of a dump: hashes that are equal for dumps of the same fault, at several levels from coarse to fine.
 * Called by the commands signature and triage.
 *
 * What they are made of is the kind of panic, the functions of the thread that is at fault (frames.h), and, where a
 * host hung, the form of its deadlock or of its longest chain of waits (wait_shape.h). No address, offset, number of a
 * thread or CPU, path or host name is part of them. Two builds of one source give the same signatures as long as their
 * compilers inlined the same functions; between versions of the kernel the coarser levels are the more stable ones.
 */
#ifndef FB_BUNDLE_SIGNATURE_H
#define FB_BUNDLE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/input/panic.h"
#include "bundle/signature/frames.h"
#include "bundle/signature/wait_shape.h"

/* Raised by whoever changes what signatures are made of: those of different numbers cannot be compared. */
#define FB_SIGNATURE_RULES 1

enum fb_signature_level {
	FB_SIGNATURE_KIND,  /* the kind of panic or hang alone */
	FB_SIGNATURE_PLACE, /* and the function at fault; of hangs, the kinds of the waits */
	FB_SIGNATURE_TOP, /* and three callers; of hangs, functions and names of the threads that wait */
	FB_SIGNATURE_STACK, /* and all callers */
	FB_SIGNATURE_LEVELS,
};

/* How the thread at fault was found. */
enum fb_guilt {
	FB_GUILT_UNKNOWN,
	FB_GUILT_PANIC,    /* it panicked */
	FB_GUILT_REPORT,   /* the report in the log is about it, or about its CPU */
	FB_GUILT_DEADLOCK, /* it is in the deadlock */
	FB_GUILT_CHAIN,    /* it is at the end of the chain for which most threads wait */
};

struct fb_signature {
	struct fb_panic panic; /* owned */
	/* A word of fb_log_kind_word(); "deadlock"; "hang": threads in state D wait for something, and no report says why;
	 * "panic": of no known kind; "unknown": there is no report either, as of a dump that was taken from outside. */
	const char *kind;
	enum fb_guilt guilt;
	const struct fb_task *task;         /* at fault; borrowed from the input; NULL: unknown */
	struct fb_signature_frames *frames; /* owned, of that task; NULL: its stack cannot be had */
	struct fb_wait_shape waits;
	/* What each level's hash is made from, lines of text; owned; NULL: what that level takes is not known. */
	char *texts[FB_SIGNATURE_LEVELS];
	uint64_t hashes[FB_SIGNATURE_LEVELS]; /* XXH64 of the text */
};

/* input must outlive the result. What cannot be found out is a warning, and costs the levels that need it; only fatal
 * errors, and those of an input that has no usable kernel, are returned. */
FB_MUST_CHECK struct fb_error *fb_signature_compute(struct fb_input *input,
						    struct fb_signature *signature_ret);
void fb_signature_deinit(struct fb_signature *signature);

/* "kind", "place", "top", "stack". */
const char *fb_signature_level_name(enum fb_signature_level level);
/* False for a word that is none of these. */
bool fb_signature_level_parse(const char *word, enum fb_signature_level *level_ret);
/* "panic", "report", "deadlock", "chain"; NULL for FB_GUILT_UNKNOWN. */
const char *fb_guilt_word(enum fb_guilt guilt);

/* Writes a message without its numbers to `to` (size bytes), and returns `to`: each number, in hexadecimal too where it
 * has a digit among its first characters, becomes #. */
char *fb_signature_message(const char *message, char *to, size_t size);

#endif
