/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes JSON values of jansson's, with text from inputs escaped. Every function returns
 * a new reference, or NULL where memory is out. The NULL needs no check of its own:
 * jansson's setters that take over a reference (json_object_set_new() and others) fail
 * when they are given one. Called by every command for --json, and by merge.
 */
#ifndef FB_BASE_JSON_H
#define FB_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

json_t *fb_json_hex(uint64_t address);                /* "0xffff..." */
json_t *fb_json_text(const char *text);               /* FB_MAX_STRING bytes; NULL gives null */
json_t *fb_json_bytes(const char *text, size_t size); /* up to a NUL, at most size bytes */
json_t *fb_json_seconds(double seconds);              /* NaN and infinity give null */

#endif
