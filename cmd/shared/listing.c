// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows the objects of a list or tree, as they are found. Called by the commands list and tree.
 */
#include "cmd/shared/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"

/* JSON is held in memory until its end; text is printed as it comes. */
#define MAX_JSON_OBJECTS 1000000u
/* Places where a tree is broken that are told one by one. */
#define MAX_TOLD 8u

error_t fb_listing_parse(struct fb_listing *listing, int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		if (listing->shown_count == FB_MOST_SHOWN)
			argp_error(state,
				   "--show is given more than %u times: it takes a list, A,B",
				   FB_MOST_SHOWN);
		listing->shown[listing->shown_count++] = arg;
		return 0;
	case 'd':
		fb_objects_parse_depth(&listing->objects, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A member that the type lacks is told before the walk, not with each object. */
static struct fb_error *check_paths(const struct fb_listing *listing)
{
	struct fb_value found;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < listing->objects.path_count && !err; i++)
		err = fb_value_follow(NULL, listing->objects.types, &listing->value,
				      listing->objects.paths[i], &found);
	return err;
}

struct fb_error *fb_listing_open(struct fb_listing *listing, const char *text,
				 const char **member_ret)
{
	struct fb_error *err =
		fb_objects_split_type(&listing->objects, text, listing->type, sizeof(listing->type),
				      &listing->value, member_ret);

	for (size_t i = 0; i < listing->shown_count && !err; i++)
		err = fb_objects_select(&listing->objects, listing->type, listing->shown[i]);
	if (!err)
		err = check_paths(listing);
	if (!err && listing->shown_count)
		err = fb_objects_load_symbols(&listing->objects);
	return err;
}

void fb_listing_deinit(struct fb_listing *listing)
{
	json_decref(listing->json);
	listing->json = NULL;
	fb_objects_deinit(&listing->objects);
}

static bool is_lost(const struct fb_error *err)
{
	return fb_error_is(err, FB_ABSENT) || fb_error_is(err, FB_FAULT);
}

/* Takes over members. */
static struct fb_error *add_json(struct fb_listing *listing, json_t *members, uint64_t address)
{
	json_t *object = members ? members : json_object(), *value = NULL;
	struct fb_value place = listing->value;
	struct fb_error *err = NULL;

	place.address = address;
	if (address && listing->shown_count)
		err = fb_objects_json(&listing->objects, &place, &value);
	if (is_lost(err))
		err = fb_part_warn(listing->objects.context->warnings, err, "object 0x%" PRIx64,
				   address);
	if (err) {
		json_decref(object);
		return err;
	}
	json_object_set_new(object, "address", address ? fb_json_hex(address) : json_null());
	json_object_set_new(object, "value", value ? value : json_null());
	return json_array_append_new(listing->json, object) ? fb_error_nomem() : NULL;
}

static struct fb_error *print_object(struct fb_listing *listing, const char *label,
				     uint64_t address)
{
	struct fb_output *output = listing->objects.context->output;
	struct fb_value place = listing->value;
	struct fb_error *err;

	fb_print(output, FB_STYLE_DIM, "%s", label);
	if (address)
		fb_print(output, FB_STYLE_BOLD, "%s0x%" PRIx64, *label ? "  " : "", address);
	fb_put("\n");
	if (!address || !listing->shown_count)
		return NULL;
	place.address = address;
	err = fb_objects_print(&listing->objects, &place, "  ");
	return is_lost(err) ? fb_part_warn(listing->objects.context->warnings, err,
					   "object 0x%" PRIx64, address)
			    : err;
}

struct fb_error *fb_listing_labelled(struct fb_listing *listing, const char *label, json_t *members,
				     uint64_t address)
{
	listing->count++;
	if (!listing->objects.context->options.json) {
		json_decref(members);
		return print_object(listing, label, address);
	}
	if (!listing->json)
		listing->json = json_array();
	if (listing->count <= MAX_JSON_OBJECTS)
		return add_json(listing, members, address);
	json_decref(members);
	listing->left_off++;
	return NULL;
}

struct fb_error *fb_listing_object(void *listing, uint64_t address)
{
	return fb_listing_labelled(listing, "", NULL, address);
}

struct fb_error *fb_listing_broken(void *own, struct fb_error *err)
{
	struct fb_listing *listing = own;

	if (fb_error_is_fatal(err))
		return err;
	if (listing->broken++ < MAX_TOLD)
		return fb_part_warn(listing->objects.context->warnings, err, "not whole");
	return fb_part_skip(err);
}

struct fb_error *fb_listing_end(struct fb_listing *listing, struct fb_error *err)
{
	struct fb_warnings *warnings = listing->objects.context->warnings;

	if (listing->broken > MAX_TOLD)
		fb_warn(warnings, "not whole: broken at %" PRIu64 " further places",
			listing->broken - MAX_TOLD);
	if (listing->left_off)
		fb_warn(warnings,
			"the first %u objects of %" PRIu64 " are shown: without --json all are",
			MAX_JSON_OBJECTS, listing->count);
	if (!err && listing->objects.context->options.json && !listing->json)
		listing->json = json_array();
	return err && listing->count && (fb_error_is(err, FB_LIMIT) || is_lost(err))
		       ? fb_part_warn(warnings, err, "ends early")
		       : err;
}
