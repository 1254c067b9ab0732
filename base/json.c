// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON values whose text comes from an input. Called by every command for --json, and by merge for
 * a bundle's manifest.
 */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

json_t *fb_json_hex(uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	return json_string(text);
}

json_t *fb_json_bytes(const char *text, size_t size)
{
	/* An escaped byte takes four characters at most. */
	char escaped[4 * FB_MAX_STRING + 1];

	return json_string(fb_text_escape(text, strnlen(text, size), escaped, sizeof(escaped)));
}

json_t *fb_json_text(const char *text)
{
	return text ? fb_json_bytes(text, FB_MAX_STRING) : json_null();
}

json_t *fb_json_seconds(double seconds)
{
	return isfinite(seconds) ? json_real(seconds) : json_null();
}
