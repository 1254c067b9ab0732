/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON values by jansson, with text from inputs escaped on its way in. Every
 * function returns a new reference, or NULL where memory is out: jansson's *_new()
 * setters pass a NULL on as a failure.
 */
#ifndef FB_BASE_JSON_H
#define FB_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

json_t *fb_json_hex(uint64_t address);                /* "0xffff..." */
json_t *fb_json_text(const char *text);               /* NULL gives null */
json_t *fb_json_bytes(const char *text, size_t size); /* up to a NUL, at most size */
json_t *fb_json_seconds(double seconds);              /* NaN gives null */

#endif
