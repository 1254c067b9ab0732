/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of a type of the kernel or its modules: finds the type that a user names, and shows an object whole or some
 * of its members, as text and as JSON. Called by the commands struct, list and tree.
 */
#ifndef FB_CMD_OBJECTS_H
#define FB_CMD_OBJECTS_H

#include "cmd/shared/command.h"
#include "kernel/modules/module.h"
#include "kernel/modules/module_types.h"
#include "kernel/values/value.h"

struct fb_objects {
	struct fb_context *context; /* borrowed, as input is */
	struct fb_input *input;
	struct fb_module_types *types; /* owned */
	struct fb_modules *modules;    /* owned; NULL: pointers are shown without symbols */
	struct fb_space *space;        /* borrowed; where objects are: set by the caller */
	char **paths; /* owned: of the members to show; each begins with a dot. None: all */
	size_t path_count;
	/* set by the caller, with depth_given: how deep structs within structs are shown */
	unsigned depth;
	bool depth_given;
};

/* Takes the argument of --depth: how deep structs within structs are shown. What is no such number is an error of
 * usage. */
void fb_objects_parse_depth(struct fb_objects *objects, const char *arg,
			    const struct argp_state *state);

/* Fills in *objects, of which depth and depth_given stay as they are. FB_NOT_FOUND where the kernel's types are
 * missing. To be freed by fb_objects_deinit() after an error too. */
FB_MUST_CHECK struct fb_error *fb_objects_open(struct fb_context *context, struct fb_input *input,
					       struct fb_objects *objects);
void fb_objects_deinit(struct fb_objects *objects);

/* Loads the symbols that pointers are shown with, where text is printed. Modules that cannot be read are done
 * without. */
FB_MUST_CHECK struct fb_error *fb_objects_load_symbols(struct fb_objects *objects);

/* Whether the text is "struct", "union" or "enum". */
bool fb_is_type_keyword(const char *text, size_t length);
/* Sets types and type of *value_ret, and leaves the rest. keyword: one of those above, or NULL for any kind of type.
 * FB_NOT_FOUND, whose message offers the most similar name. */
FB_MUST_CHECK struct fb_error *fb_objects_find_type(struct fb_objects *objects, const char *keyword,
						    const char *name, struct fb_value *value_ret);

/* Shows this member, "mm.pgd", too. */
FB_MUST_CHECK struct fb_error *fb_objects_add_path(struct fb_objects *objects, const char *path,
						   size_t length);
/* Shows the members of a list as crash takes it: "pid,comm", "TYPE.pid,comm", or "TYPE" for all. type: the name of the
 * type. FB_INVALID where the list has an empty name. */
FB_MUST_CHECK struct fb_error *fb_objects_select(struct fb_objects *objects, const char *type,
						 const char *list);

/* Prints an object, or a line for each of the members; indent stands before each line of chosen members. A member that
 * cannot be read is a warning, an object of which nothing can be read an error. */
FB_MUST_CHECK struct fb_error *fb_objects_print(struct fb_objects *objects,
						const struct fb_value *value, const char *indent);
/* The same as JSON: the whole object, or an object of the members' paths. *json_ret is a new reference. */
FB_MUST_CHECK struct fb_error *fb_objects_json(struct fb_objects *objects,
					       const struct fb_value *value, json_t **json_ret);

/* Opens "TYPE.MEMBER" (member required) or "TYPE": the type, and what stands behind the first dot; *member_ret is NULL
 * without one, and else points into text. type (size bytes) takes the type's name. */
FB_MUST_CHECK struct fb_error *fb_objects_split_type(struct fb_objects *objects, const char *text,
						     char *type, size_t size,
						     struct fb_value *value_ret,
						     const char **member_ret);

#endif
