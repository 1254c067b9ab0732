// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle rd: prints bytes of memory, with their source.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/part.h"
#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/source_text.h"
#include "cmd/shared/target.h"

/* JSON holds the answer in memory: twice this. */
#define MAX_JSON_BYTES (64u << 20)
#define CHUNK 65536u
#define LINE_BYTES 16u

struct rd {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_target target;
	struct fb_target other; /* --both: with the core first */
	uint64_t length;
	bool raw, fill, both, prefer_core;
	json_t *runs;      /* --json */
	struct fb_buf hex; /* --json */
};

static const struct argp_option rd_options[] = {
	{"raw", 'r', NULL, 0, "bytes as they are; ends at the first hole", 0},
	{"fill", 'F', NULL, 0, "with --raw: zeros for holes", 0},
	{"both", 'b', NULL, 0, "where dump and core have a page and differ, show both", 0},
	{"prefer", 'p', "core", 0, "take the core's bytes before the dump's", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct rd *rd = own;

	switch (key) {
	case 'r':
		rd->raw = true;
		return 0;
	case 'F':
		rd->fill = true;
		return 0;
	case 'b':
		rd->both = true;
		return 0;
	case 'p':
		if (strcmp(arg, "core") != 0 && strcmp(arg, "dump") != 0)
			argp_error(state, "--prefer takes core or dump, not '%s'", arg);
		rd->prefer_core = strcmp(arg, "core") == 0;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"A mutex in the memory of process 130",
	 "fbundle rd dump.202611231722.fbundle 130:0x55d4a696e4e0 40", false},
	{"The kernel's banner", "fbundle rd dump.202611231722.fbundle linux_banner 64", false},
	{"A page as it is, into a file",
	 "fbundle rd dump.202611231722.fbundle 130:55d4a696e000 4096 -r >page", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID:]ADDR LEN",
	.doc = "Shows memory of a process, or of the kernel, and where each byte comes from. ADDR is "
	       "hexadecimal or a kernel symbol; LEN is decimal, or hexadecimal with 0x.",
	.most_arguments = 2,
	.least_arguments = 2,
	.options = rd_options,
	.parse = parse,
	.examples = examples,
};

static uint64_t parse_length(const char *text)
{
	char *end;
	uint64_t length;

	errno = 0;
	length = strtoull(text, &end, 0);
	if (end == text || *end || *text == '-' || errno || length == 0)
		fb_usage_error("rd",
			       "'%s' is no length: expected 1 or more bytes, decimal or with 0x",
			       text);
	return length;
}

/* The whole range must be addresses of the same half. */
static struct fb_error *check_range(const struct rd *rd)
{
	uint64_t start = rd->target.address;

	if (rd->length - 1 > UINT64_MAX - start ||
	    (start >> 63) != ((start + rd->length - 1) >> 63))
		return fb_error_create(FB_INVALID,
				       "0x%" PRIx64 " bytes from 0x%" PRIx64
				       " reach behind the end of the address space",
				       rd->length, start);
	if (rd->context->options.json && rd->length > MAX_JSON_BYTES)
		return fb_error_create(FB_LIMIT,
				       "--json takes at most %u bytes at a time: use --raw",
				       MAX_JSON_BYTES);
	return NULL;
}

static struct fb_error *add_hex(struct rd *rd, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *room;
	struct fb_error *err = fb_buf_reserve(&rd->hex, 2 * length, (void **)&room);

	if (err)
		return err;
	for (size_t i = 0; i < length; i++) {
		room[2 * i] = bytes ? digits[bytes[i] >> 4] : '?';
		room[2 * i + 1] = bytes ? digits[bytes[i] & 15] : '?';
	}
	fb_buf_commit(&rd->hex, 2 * length);
	return NULL;
}

static void print_line(struct rd *rd, uint64_t address, const uint8_t *bytes, size_t length)
{
	char text[LINE_BYTES];

	fb_print(rd->context->output, FB_STYLE_DIM, "%16" PRIx64 " ", address);
	for (size_t i = 0; i < LINE_BYTES; i++) {
		if (i % 8 == 0)
			fb_put(" ");
		if (i < length)
			fb_put("%02x ", bytes[i]);
		else
			fb_put("   ");
	}
	for (size_t i = 0; i < length; i++)
		text[i] = bytes[i] < 0x80 && isprint(bytes[i]) ? (char)bytes[i] : '.';
	fb_put(" %.*s\n", (int)length, text);
}

static struct fb_error *emit(struct rd *rd, uint64_t address, const uint8_t *bytes, size_t length)
{
	if (rd->context->options.json)
		return add_hex(rd, bytes, length);
	if (rd->raw) {
		if (!fb_put_raw(bytes, length))
			return fb_error_os(errno, "standard output");
		return NULL;
	}
	for (size_t i = 0; i < length; i += LINE_BYTES)
		print_line(rd, address + i, bytes + i,
			   length - i < LINE_BYTES ? length - i : LINE_BYTES);
	return NULL;
}

/* Bytes of one run, a chunk at a time. */
static struct fb_error *emit_run(struct rd *rd, struct fb_space *space, const struct fb_run *run)
{
	uint8_t bytes[CHUNK];
	struct fb_error *err = NULL;

	for (uint64_t done = 0; done < run->length && !err;) {
		size_t part = run->length - done < CHUNK ? (size_t)(run->length - done) : CHUNK;

		err = fb_space_read(space, run->start + done, bytes, part);
		if (!err)
			err = emit(rd, run->start + done, bytes, part);
		done += part;
	}
	return err;
}

/* A hole: named in text, "??" in JSON; --raw ends there, or fills. */
static struct fb_error *emit_hole(struct rd *rd, const struct fb_run *run, bool *end_ret)
{
	static const uint8_t zeros[CHUNK];
	char why[256];
	struct fb_error *err = NULL;

	fb_source_text(&run->origin, why, sizeof(why));
	if (rd->raw || rd->context->options.json)
		fb_warn(rd->context->warnings, "0x%" PRIx64 "-0x%" PRIx64 ": %s", run->start,
			run->start + run->length, why);
	if (rd->raw && !rd->fill) {
		*end_ret = true;
		return NULL;
	}
	if (!rd->raw && !rd->context->options.json) {
		fb_warn(rd->context->warnings, "a part of the range is not to be had");
		return NULL;
	}
	for (uint64_t done = 0; done < run->length && !err;) {
		size_t part = run->length - done < CHUNK ? (size_t)(run->length - done) : CHUNK;

		err = rd->raw ? emit(rd, run->start + done, zeros, part) : add_hex(rd, NULL, part);
		done += part;
	}
	return err;
}

static struct fb_error *announce(struct rd *rd, const struct fb_run *run)
{
	char text[512], size[32];
	const char *detail;

	if (rd->context->options.json) {
		json_t *object = json_object();

		json_object_set_new(object, "start", fb_json_hex(run->start));
		json_object_set_new(object, "length", json_integer((json_int_t)run->length));
		json_object_set_new(object, "source",
				    json_string(fb_source_name(run->origin.source)));
		/* It is escaped already. */
		detail = fb_source_detail(&run->origin, text, sizeof(text));
		json_object_set_new(object, "detail", detail ? json_string(detail) : json_null());
		return json_array_append_new(rd->runs, object) ? fb_error_nomem() : NULL;
	}
	if (!rd->raw) {
		fb_print(rd->context->output,
			 run->origin.source == FB_SOURCE_ABSENT ? FB_STYLE_WARN : FB_STYLE_BOLD,
			 "%" PRIx64 "-%" PRIx64 "  %s  %s\n", run->start, run->start + run->length,
			 fb_text_size(run->length, size, sizeof(size)),
			 fb_source_text(&run->origin, text, sizeof(text)));
	}
	return NULL;
}

/* Cuts the run where the core's bytes begin or end to differ from the dump's (whole pages). */
static struct fb_error *compare_page(struct rd *rd, const struct fb_run *run, bool *differs_ret)
{
	uint8_t dump[FB_PAGE_SIZE], core[FB_PAGE_SIZE];
	struct fb_run other;
	size_t length = (size_t)run->length;
	struct fb_error *err;

	*differs_ret = false;
	err = fb_space_locate(rd->other.space, run->start, run->length, &other);
	if (err || other.origin.source != FB_SOURCE_CORE || run->origin.source != FB_SOURCE_VMCORE)
		return err;
	err = fb_space_read(rd->target.space, run->start, dump, length);
	if (!err)
		err = fb_space_read(rd->other.space, run->start, core, length);
	if (!err)
		*differs_ret = memcmp(dump, core, length) != 0;
	return err;
}

static struct fb_error *show_both(struct rd *rd, const struct fb_run *run)
{
	struct fb_run other;
	struct fb_error *err = fb_space_locate(rd->other.space, run->start, run->length, &other);

	if (!err)
		err = announce(rd, &other);
	if (!err && !rd->context->options.json)
		err = emit_run(rd, rd->other.space, &other);
	return err;
}

/* That a page's bytes are damaged shows where they are read. Cuts the run before the first such page, or makes
 * it that one; of --raw, whose runs nobody sees, no more than is written next is looked at. */
static struct fb_error *cut_at_damage(struct rd *rd, struct fb_run *run)
{
	uint8_t bytes[FB_PAGE_SIZE];

	if (rd->raw && run->length > CHUNK)
		run->length = CHUNK;
	for (uint64_t done = 0, part; done < run->length; done += part) {
		uint64_t at = run->start + done;
		struct fb_error *err;

		part = FB_PAGE_SIZE - at % FB_PAGE_SIZE;
		if (part > run->length - done)
			part = run->length - done;
		err = fb_space_read(rd->target.space, at, bytes, part);
		if (!err)
			continue;
		if (done) {
			run->length = done;
			return fb_part_skip(err); /* it is the next run's */
		}
		run->length = part;
		run->origin = (struct fb_origin){.source = FB_SOURCE_ABSENT,
						 .absence = FB_ABSENCE_DAMAGED};
		return fb_part_warn(rd->context->warnings, err, "0x%" PRIx64, at);
	}
	return NULL;
}

static struct fb_error *read_range(struct rd *rd)
{
	uint64_t address = rd->target.address, left = rd->length;
	bool end = false;
	struct fb_error *err = NULL;

	while (left && !end && !err) {
		uint64_t in_page = FB_PAGE_SIZE - address % FB_PAGE_SIZE;
		uint64_t part = rd->both && in_page < left ? in_page : left;
		struct fb_run run;
		bool differs = false;

		err = fb_space_locate(rd->target.space, address, part, &run);
		if (!err && run.origin.source != FB_SOURCE_ABSENT)
			err = cut_at_damage(rd, &run);
		if (!err && rd->both)
			err = compare_page(rd, &run, &differs);
		if (!err)
			err = announce(rd, &run);
		if (!err && run.origin.source == FB_SOURCE_ABSENT)
			err = emit_hole(rd, &run, &end);
		else if (!err)
			err = emit_run(rd, rd->target.space, &run);
		if (!err && differs)
			err = show_both(rd, &run);
		address += run.length;
		left -= run.length;
	}
	return err;
}

static struct fb_error *print_json(struct rd *rd)
{
	json_t *answer = json_object();

	json_object_set(answer, "runs", rd->runs);
	json_object_set_new(answer, "hex", json_stringn((const char *)rd->hex.data, rd->hex.size));
	return fb_json_print("rd", answer, rd->context->warnings);
}

static struct fb_error *open_targets(struct rd *rd)
{
	struct fb_context *context = rd->context;
	struct fb_error *err;

	err = fb_target_open(context, rd->input, context->args[0], rd->prefer_core, &rd->target);
	if (!err && rd->both && !rd->target.joined)
		err = fb_error_create(FB_INVALID, "--both is for a process: PID:ADDR");
	if (!err && rd->both)
		err = fb_target_open(context, rd->input, context->args[0], true, &rd->other);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct rd rd = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &rd);
	rd.length = parse_length(context->args[1]);
	if (rd.fill && !rd.raw)
		fb_usage_error("rd", "--fill goes with --raw");
	if (rd.raw && context->options.json)
		fb_usage_error("rd", "--raw and --json exclude each other");
	fb_buf_init(&rd.hex, 2 * (size_t)MAX_JSON_BYTES);
	rd.runs = json_array();
	err = fb_context_open(context, &rd.input);
	if (!err)
		err = open_targets(&rd);
	if (!err)
		err = check_range(&rd);
	if (!err)
		err = read_range(&rd);
	if (!err && context->options.json)
		err = print_json(&rd);
	json_decref(rd.runs);
	fb_buf_deinit(&rd.hex);
	fb_target_deinit(&rd.other);
	fb_target_deinit(&rd.target);
	fb_input_destroy(rd.input);
	return err;
}

const struct fb_command fb_command_rd = {
	.name = "rd",
	.summary = "bytes with their sources",
	.run = run,
	.usage = &usage,
};
