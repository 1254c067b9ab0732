/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the layout of a type: its members with their offsets and sizes. Called by struct.c. */
#ifndef FB_CMD_STRUCT_LAYOUT_H
#define FB_CMD_STRUCT_LAYOUT_H

#include "cmd/shared/output.h"
#include "kernel/values/value.h"

/* Prints it as a declaration in C, with offsets and sizes in comments; holes are marked. */
void fb_layout_print(struct fb_output *output, const struct fb_value *value);

/* Sets `members` (null where there are none) and `enumerators` (null where it is no enum) of
 * object. */
void fb_layout_to_json(const struct fb_value *value, json_t *object);
/* One member: name, type, offset (its address), size, bit_offset, bit_size, members. */
json_t *fb_layout_member_json(const char *name, const struct fb_value *member);

#endif
