/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows the objects that a walk through the kernel's memory finds, each with its address and the members that the user
 * asked for. Called by the commands list and tree.
 */
#ifndef FB_CMD_LISTING_H
#define FB_CMD_LISTING_H

#include <argp.h>

#include "cmd/shared/objects.h"

/* Names of types: kernels have none that is longer than 80 bytes. */
#define FB_TYPE_NAME 256u
/* How often --show may be given. */
#define FB_MOST_SHOWN 16u

struct fb_listing {
	struct fb_objects objects;
	/* its types and type: those of the objects; types NULL: they have none */
	struct fb_value value;
	char type[FB_TYPE_NAME];          /* its name */
	const char *shown[FB_MOST_SHOWN]; /* --show */
	size_t shown_count;
	json_t *json; /* with --json: the array of objects; owned */
	uint64_t count, left_off;
	uint64_t broken; /* how often broken() was called */
};

/* Parses the options --show and --depth, which have the keys 's' and 'd'. */
error_t fb_listing_parse(struct fb_listing *listing, int key, char *arg, struct argp_state *state);

/* Opens the type of "TYPE.MEMBER"; listing->objects must be open. *member_ret: as fb_objects_split_type() gives it. */
FB_MUST_CHECK struct fb_error *fb_listing_open(struct fb_listing *listing, const char *text,
					       const char **member_ret);
void fb_listing_deinit(struct fb_listing *listing);

/* Shows an object: its address and members. */
FB_MUST_CHECK struct fb_error *fb_listing_object(void *listing, uint64_t address);
/* The same, behind a label that says where the object is: text (may be ""), and members for its JSON, which are taken
 * over; NULL: none. Where there is no object, address is 0, and label says what there is instead. */
FB_MUST_CHECK struct fb_error *fb_listing_labelled(struct fb_listing *listing, const char *label,
						   json_t *members, uint64_t address);
/* Tells of a place where the walk broke: the first few by warnings. Takes over the error. */
FB_MUST_CHECK struct fb_error *fb_listing_broken(void *listing, struct fb_error *err);
/* What is left to be told when the walk is over; err is what the walk returned, and is a warning where something was
 * shown before. */
FB_MUST_CHECK struct fb_error *fb_listing_end(struct fb_listing *listing, struct fb_error *err);

#endif
