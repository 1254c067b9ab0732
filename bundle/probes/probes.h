/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program looks for in a kernel by name: types, members, enumerators, symbols, and the functions in which
 * threads wait; and whether this kernel has it. So a kernel in which something was renamed is noticed by a machine,
 * before an answer lacks what that was for. Called by the command info and by tests.
 */
#ifndef FB_BUNDLE_PROBES_H
#define FB_BUNDLE_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/modules/module.h"

enum fb_probe_kind {
	FB_PROBE_TYPE,
	FB_PROBE_MEMBER,
	FB_PROBE_ENUMERATOR,
	FB_PROBE_SYMBOL,
	FB_PROBE_FUNCTION, /* in which threads wait */
	FB_PROBE_KINDS,
};

enum fb_probe_state {
	FB_PROBE_FOUND,
	FB_PROBE_REPLACED,  /* this kernel has another one in its place */
	FB_PROBE_UNLOADED,  /* it is of a module that is not loaded */
	FB_PROBE_EXPLAINED, /* this kernel has none, and a reason is known */
	FB_PROBE_MISSING,
	FB_PROBE_STATES,
};

/* Strings are static. */
struct fb_probe {
	enum fb_probe_kind kind;
	enum fb_probe_state state;
	/* The newest name: "task_struct.__state", "enum pageflags.PG_lru", "init_task". */
	const char *name;
	/* the name that this kernel has it under, without the type's; NULL: it has none */
	const char *found;
	bool renamed;        /* found, under an older name */
	const char *instead; /* the name of the one that this kernel has in its place; NULL: none */
	const char *why;     /* why a kernel may lack it; NULL: no reason is known */
	/* NULL without why; "since": older kernels lack it; "gone": newer ones do; "option": it is by the
	 * configuration; "inlined": a compiler may have made it a part of its callers. */
	const char *sort;
	const char *module; /* that has it; NULL: the kernel itself */
	const char *wait;   /* of a function: the kind of the wait, or "idle"; else NULL */
	unsigned row;       /* of a function: those of one row have the same, from 1 on; else 0 */
	const char *cost;   /* what is missing without it */
};

struct fb_probes {
	struct fb_probe *probes; /* in order of their tables: those with the same cost together */
	size_t count;
	size_t states[FB_PROBE_STATES]; /* how many are in each */
	size_t renamed;
};

/* Strings of a module's types are looked up where the module is loaded. modules: NULL where they cannot be read.
 * FB_NOMEM and FB_OS only: what cannot be read is missing. */
FB_MUST_CHECK struct fb_error *fb_probes_load(struct fb_kernel *kernel, struct fb_modules *modules,
					      struct fb_probes *probes_ret);
void fb_probes_deinit(struct fb_probes *probes);

/* "type", "member", "enumerator", "symbol", "function". */
const char *fb_probe_kind_name(enum fb_probe_kind kind);
/* "found", "replaced", "not loaded", "absent", "missing". */
const char *fb_probe_state_name(enum fb_probe_state state);

#endif
