/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command triage: many dumps, examined in children, kept in a database and grouped. Included by this folder only.
 * */
#ifndef FB_CMD_TRIAGE_H
#define FB_CMD_TRIAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/crash_folder.h"
#include "bundle/signature/signature.h"
#include "cmd/shared/command.h"
#include "cmd/triage/store.h"

/* Dumps of one run: some hundred bytes each. */
#define FB_TRIAGE_MAX_DUMPS (1u << 20)
/* Bytes of a list of dumps. */
#define FB_TRIAGE_MAX_LIST (256u << 20)

struct fb_triage {
	struct fb_context *context;
	/* Options. */
	const char *database;          /* --db */
	const char *group;             /* --group; NULL: none */
	enum fb_signature_level level; /* --level */
	bool join;                     /* --join: the arguments are databases */
	bool retry;                    /* --retry: failed dumps are tried again */
	unsigned share, shares;        /* --share; shares 0: all dumps */
	unsigned seconds;              /* --timeout */
	uint64_t memory;               /* --memory, bytes */
	struct fb_sqlite sqlite;
	struct fb_triage_store *store; /* owned */
	/* What was found, and what came of it in this run. */
	size_t found, known, examined, failed, left;
};

/* One dump that is to be examined. */
struct fb_triage_dump {
	char *path;  /* owned; of the file */
	char *input; /* owned; what is opened: the file, or its folder with the cores in it */
	uint64_t size;
	int64_t mtime_ns;
};

struct fb_triage_dumps {
	struct fb_triage_dump *list; /* owned, as its elements are; in order of path, each once */
	size_t count, room;
};

/* inputs.c: the arguments, with the lines of those that are lists in their place. Read before the sandbox is entered,
 * since the files that they name have to be allowed. FB_OS, FB_LIMIT, FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_triage_expand(const struct fb_triage *triage,
						struct fb_path_list *inputs);
/* The dumps among inputs, and in the folders among them, of this run's share. What cannot be looked into is a warning.
 * */
FB_MUST_CHECK struct fb_error *fb_triage_find(struct fb_triage *triage,
					      const struct fb_path_list *inputs,
					      struct fb_triage_dumps *dumps);
void fb_triage_dumps_deinit(struct fb_triage_dumps *dumps);

/* database.c: opens a database's file; where there is none and make is set, the store is empty. */
FB_MUST_CHECK struct fb_error *fb_triage_load(const struct fb_triage *triage, const char *path,
					      bool make, struct fb_triage_store **store_ret);
/* Writes the store to the file of --db, in place of what is there. */
FB_MUST_CHECK struct fb_error *fb_triage_save(struct fb_triage *triage);

/* examine.c: examines those dumps that the database does not know, and writes it from time to time, and at the end.
 * Where a signal ends that early, the rest is counted in triage->left. */
FB_MUST_CHECK struct fb_error *fb_triage_examine(struct fb_triage *triage,
						 const struct fb_triage_dumps *dumps);
/* The record of an opened dump, with the members of those fb_triage_columns that are of_dump. */
FB_MUST_CHECK struct fb_error *fb_triage_record(struct fb_input *input, json_t **record_ret);
/* Takes what a child sent: an object of which only the members of such columns are kept, of their type, and texts that
 * are printable. FB_CORRUPT where it is none. */
FB_MUST_CHECK struct fb_error *fb_triage_check_record(const uint8_t *bytes, size_t size,
						      json_t **record_ret);

/* families.c: adds to each group `family`: the signature of the first group whose stack is much like its own, which is
 * its own where there is none. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_triage_find_families(json_t *groups);

/* show.c: all groups, or the dumps of one (--group), as text or JSON. */
FB_MUST_CHECK struct fb_error *fb_triage_show_groups(struct fb_triage *triage);
FB_MUST_CHECK struct fb_error *fb_triage_show_group(struct fb_triage *triage);

#endif
