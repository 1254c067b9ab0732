// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What triage keeps of a dump: made in the child that reads it, and checked in the parent. Called by examine.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/json.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/match/boot_facts.h"
#include "cmd/triage/triage.h"

/* Bytes of one text of a record: 48 functions with their modules are less than 10 KB. */
#define MAX_TEXT 16384u

static void set(json_t *record, const char *name, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(record, name, fb_json_text(text));
}

/* Equal for copies of one dump, and for dumps of one crash in other formats: the kernel's own description of itself,
 * which has its build and the time of the crash, and the ID of its boot. */
static void set_identity(struct fb_input *input, json_t *record)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(input));
	const struct fb_tasks *tasks = NULL;
	struct fb_boot_facts facts = {0};
	struct fb_error *err = fb_input_tasks(input, &tasks);
	char text[512], hash[17];

	if (!err && tasks)
		err = fb_boot_facts_of_dump(fb_input_kernel(input), tasks, &facts);
	fb_error_destroy(err);
	set(record, "boot_id", facts.boot_id);
	/* Neither a time nor a boot is known: nothing tells two dumps of one kernel apart. */
	if (!kernel->crash_time && !*facts.boot_id)
		return;
	(void)snprintf(text, sizeof(text), "%s %s %" PRIx64 " %" PRId64 " %s",
		       kernel->build_id ? kernel->build_id : "", kernel->release,
		       kernel->kaslr_offset, kernel->crash_time, facts.boot_id);
	(void)snprintf(hash, sizeof(hash), "%016" PRIx64, XXH64(text, strlen(text), 0));
	set(record, "identity", hash);
}

static void set_kernel(struct fb_input *input, json_t *record)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(input));

	/* "(none)" is what a kernel is called before it gets a name. */
	if (strcmp(kernel->node, "(none)") != 0)
		set(record, "host", kernel->node);
	set(record, "release", kernel->release);
	set(record, "build_id", kernel->build_id);
	if (kernel->crash_time)
		(void)json_object_set_new(record, "crash_time", json_integer(kernel->crash_time));
	if (isfinite(kernel->uptime_s))
		(void)json_object_set_new(record, "uptime_s", json_real(kernel->uptime_s));
}

static void set_stack(const struct fb_signature_frames *frames, json_t *record)
{
	char text[FB_SIGNATURE_FRAMES * (FB_SIGNATURE_NAME + 1u)] = "";
	size_t used = 0;

	for (size_t i = 0; i < frames->count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 frames->names[i]);
	if (used)
		(void)json_object_set_new(record, "stack", fb_json_bytes(text, sizeof(text)));
	if (frames->place < frames->count)
		set(record, "place", frames->names[frames->place]);
}

static void set_signature(const struct fb_signature *signature, json_t *record)
{
	set(record, "cause", fb_log_kind_word(signature->panic.cause));
	set(record, "kind", signature->kind);
	set(record, "message", signature->panic.message);
	set(record, "guilt", fb_guilt_word(signature->guilt));
	if (signature->task) {
		(void)json_object_set_new(record, "tid", json_integer(signature->task->tid));
		set(record, "comm", fb_task_comm(signature->task).text);
	}
	if (signature->waits.kind != FB_SHAPE_NONE)
		set(record, "waits", signature->waits.actors);
	if (signature->frames)
		set_stack(signature->frames, record);
	for (unsigned level = 0; level < FB_SIGNATURE_LEVELS; level++) {
		char name[16], hash[17];

		(void)snprintf(name, sizeof(name), "sig_%s",
			       fb_signature_level_name((enum fb_signature_level)level));
		(void)snprintf(hash, sizeof(hash), "%016" PRIx64, signature->hashes[level]);
		if (signature->texts[level])
			set(record, name, hash);
	}
}

struct fb_error *fb_triage_record(struct fb_input *input, json_t **record_ret)
{
	struct fb_signature signature = {0};
	struct fb_error *err = fb_signature_compute(input, &signature);
	json_t *record;

	if (err)
		return err;
	record = json_object();
	if (record) {
		set_kernel(input, record);
		set_identity(input, record);
		set_signature(&signature, record);
		(void)json_object_set_new(
			record, "warnings",
			json_integer((json_int_t)fb_warnings_count(fb_input_warnings(input))));
	}
	fb_signature_deinit(&signature);
	if (!record)
		return fb_error_nomem();
	*record_ret = record;
	return NULL;
}

static bool is_printable(const json_t *value)
{
	const size_t length = json_string_length(value);

	return length <= MAX_TEXT && !memchr(json_string_value(value), '\n', length) &&
	       fb_text_safe(json_string_value(value), length) == length;
}

static bool is_of_type(const json_t *value, enum fb_triage_type type)
{
	switch (type) {
	case FB_TRIAGE_TEXT:
		return json_is_string(value) && is_printable(value);
	case FB_TRIAGE_INTEGER:
		return json_is_integer(value);
	default:
		return json_is_number(value);
	}
}

struct fb_error *fb_triage_check_record(const uint8_t *bytes, size_t size, json_t **record_ret)
{
	json_t *sent = json_loadb((const char *)bytes, size, 0, NULL), *record = json_object();

	if (!json_is_object(sent) || !record) {
		json_decref(sent);
		json_decref(record);
		return fb_error_create(FB_CORRUPT, "the child that read it answered wrongly");
	}
	for (size_t i = 0; i < FB_TRIAGE_COLUMNS; i++) {
		const struct fb_triage_column *column = &fb_triage_columns[i];
		json_t *value = json_object_get(sent, column->name);

		if (column->of_dump && value && is_of_type(value, column->type))
			(void)json_object_set(record, column->name, value);
	}
	json_decref(sent);
	*record_ret = record;
	return NULL;
}
