// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads Apport's crash reports: finds the field CoreDump, and unpacks it as it is read. Called by
 * open.c.
 */
#include "user/core/apport.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/temporary.h"
#include "user/core/base64.h"
#include "user/core/inflater.h"

/* Text read at a time, and what it decodes to at most. */
#define TEXT_SIZE (256u << 10)
#define CHUNK_SIZE (TEXT_SIZE / 4 * 3 + 8)

/* A field of every report. ProblemReport.write() puts it first, others sort it behind what names the host;
 * it comes before the large fields, which are its last. */
#define OWN_FIELD "ProblemType:"
#define PROBE_SIZE (64u << 10)
/* A byte-order mark in UTF-8, as editors leave it. */
#define BOM "\xef\xbb\xbf"
#define CORE_FIELD "CoreDump:"
#define CORE_CODING "base64"

/* A report being read from its begin to its end. */
struct reader {
	struct fb_file *file;
	uint64_t offset; /* in the file, of the byte behind the text in hand */
	uint8_t *text;   /* TEXT_SIZE bytes */
	size_t at, fill; /* text[at, fill) is in hand */
	uint8_t *chunk;  /* CHUNK_SIZE bytes; what the text decodes to */
	struct fb_base64 base64;
	bool at_line_start;
	bool ended; /* the field is over */
};

static struct fb_error *reader_init(struct reader *reader, struct fb_file *file)
{
	*reader = (struct reader){.file = file};
	reader->text = malloc(TEXT_SIZE);
	reader->chunk = malloc(CHUNK_SIZE);
	return reader->text && reader->chunk ? NULL : fb_error_nomem();
}

static void reader_deinit(struct reader *reader)
{
	free(reader->text);
	free(reader->chunk);
}

/* Has at least wanted bytes in hand, but for the end of the file. */
static struct fb_error *need(struct reader *reader, size_t wanted)
{
	struct fb_error *err;
	size_t got;

	if (reader->fill - reader->at >= wanted)
		return NULL;
	memmove(reader->text, reader->text + reader->at, reader->fill - reader->at);
	reader->fill -= reader->at;
	reader->at = 0;
	err = fb_file_read_some(reader->file, reader->offset, reader->text + reader->fill,
				TEXT_SIZE - reader->fill, &got);
	if (err)
		return err;
	reader->fill += got;
	reader->offset += got;
	return NULL;
}

/* Moves behind the next newline. *more_ret: the file goes on there. */
static struct fb_error *skip_line(struct reader *reader, bool *more_ret)
{
	for (;;) {
		const uint8_t *from, *newline;
		struct fb_error *err;
		size_t left;

		err = need(reader, 1);
		if (err)
			return err;
		from = reader->text + reader->at;
		left = reader->fill - reader->at;
		if (left == 0) {
			*more_ret = false;
			return NULL;
		}
		newline = memchr(from, '\n', left);
		if (newline) {
			reader->at += (size_t)(newline - from) + 1;
			*more_ret = true;
			return NULL;
		}
		reader->at = reader->fill;
	}
}

/* Whether the line in hand begins the field, with a base64 value. */
static struct fb_error *begins_core(struct reader *reader, bool *begins_ret)
{
	const size_t key = strlen(CORE_FIELD), coding = strlen(CORE_CODING);
	const uint8_t *line;
	struct fb_error *err;
	size_t left, at = key;

	err = need(reader, 64);
	if (err)
		return err;
	line = reader->text + reader->at;
	left = reader->fill - reader->at;
	*begins_ret = left >= key && memcmp(line, CORE_FIELD, key) == 0;
	if (!*begins_ret)
		return NULL;
	while (at < left && line[at] == ' ')
		at++;
	if (left - at < coding || memcmp(line + at, CORE_CODING, coding) != 0)
		return fb_error_create(FB_CORRUPT,
				       "the CoreDump field of this Apport report is not base64");
	return NULL;
}

static size_t bom_size(const void *text, size_t size)
{
	size_t bom = strlen(BOM);

	return size >= bom && !memcmp(text, BOM, bom) ? bom : 0;
}

/* Moves to the first line of the field's value. */
static struct fb_error *find_core(struct reader *reader)
{
	bool more = true, found;
	struct fb_error *err = need(reader, strlen(BOM));

	if (err)
		return err;
	reader->at += bom_size(reader->text + reader->at, reader->fill - reader->at);
	while (more) {
		err = begins_core(reader, &found);
		if (!err)
			err = skip_line(reader, &more);
		if (err)
			return err;
		if (found) {
			reader->at_line_start = true;
			return NULL;
		}
	}
	return fb_error_create(FB_NOT_FOUND,
			       "this Apport report holds no core (no CoreDump field: Apport leaves "
			       "it out where memory was short, and once it was sent)");
}

/* One step of the field: a part of a line, or its end. */
static struct fb_error *decode_some(struct reader *reader, size_t *size_ret)
{
	struct fb_error *err;
	size_t taken;
	uint8_t next;

	*size_ret = 0;
	err = need(reader, 1);
	if (err)
		return err;
	if (reader->at == reader->fill ||
	    (reader->at_line_start && reader->text[reader->at] != ' ')) {
		reader->ended = true;
		*size_ret = fb_base64_finish(&reader->base64, reader->chunk);
		return NULL;
	}
	if (reader->at_line_start)
		reader->at++;
	reader->at_line_start = false;

	*size_ret = fb_base64_decode(&reader->base64, reader->text + reader->at,
				     reader->fill - reader->at, reader->chunk, &taken);
	reader->at += taken;
	if (reader->at == reader->fill)
		return NULL;
	next = reader->text[reader->at++];
	if (next == '\n') {
		reader->at_line_start = true;
		*size_ret += fb_base64_finish(&reader->base64, reader->chunk + *size_ret);
	} else if (next != '\r') {
		return fb_error_create(FB_CORRUPT, "byte %#x at offset %" PRIu64 " is not base64",
				       next, reader->offset - reader->fill + reader->at - 1);
	}
	return NULL;
}

/* Unpacks as much of the field as there is. A fault of the data ends it: damage_ret says which. */
static struct fb_error *unpack_field(struct reader *reader, struct fb_inflater *inflater,
				     struct fb_error **damage_ret)
{
	struct fb_error *err = NULL;

	while (!err && !reader->ended) {
		size_t size;

		err = decode_some(reader, &size);
		/* Characters before a bad one count. */
		if (size > 0 && (!err || fb_error_is(err, FB_CORRUPT))) {
			struct fb_error *feed = fb_inflater_feed(inflater, reader->chunk, size);

			if (feed) {
				fb_error_destroy(err);
				err = feed;
			}
		}
	}
	if (!err && !fb_inflater_done(inflater))
		err = fb_error_create(FB_TRUNCATED, "it ends before its compressed stream does");
	if (!err || fb_error_is(err, FB_CORRUPT) || fb_error_is(err, FB_TRUNCATED)) {
		*damage_ret = err;
		return NULL;
	}
	return err;
}

/* Makes fd (taken on success) the core; damage (always taken) is a reason to fail only where
 * nothing came before it. */
static struct fb_error *finish(struct fb_file *report, int fd, uint64_t size,
			       struct fb_error *damage, struct fb_warnings *warnings, bool *cut_ret,
			       struct fb_file **core_ret)
{
	bool cut = damage;
	struct fb_error *err;

	if (damage && size == 0)
		return fb_error_prefix(damage, "the CoreDump field of this Apport report cannot "
					       "be unpacked");
	fb_warn_error(warnings, damage,
		      "%s: the CoreDump field is damaged; what could be unpacked is used",
		      report->path);
	err = fb_file_from_fd(report->path, fd, report->mtime_ns, core_ret);
	if (!err)
		*cut_ret = cut;
	return err;
}

/* Whether the line begins with "Name:", as each field does. */
static bool is_field(const char *line, size_t size)
{
	size_t name = 0;

	while (name < size && (isalnum((unsigned char)line[name]) ||
			       (name && strchr("._-", line[name]) && line[name])))
		name++;
	return name && name < size && line[name] == ':';
}

/* Whether text, which may be cut off, is fields and continuation lines, the named one among them. */
static bool has_own_field(const char *text, size_t size)
{
	const size_t own = strlen(OWN_FIELD);

	while (size) {
		const char *newline = memchr(text, '\n', size);
		size_t line = newline ? (size_t)(newline - text) + 1 : size;

		if (size >= own && !memcmp(text, OWN_FIELD, own))
			return true;
		if (*text != ' ' && !is_field(text, line))
			return false;
		text += line;
		size -= line;
	}
	return false;
}

struct fb_error *fb_apport_probe(struct fb_file *file, bool *is_report_ret)
{
	char *text = malloc(PROBE_SIZE);
	struct fb_error *err;
	size_t got, bom;

	if (!text)
		return fb_error_nomem();
	err = fb_file_read_some(file, 0, text, PROBE_SIZE, &got);
	if (!err) {
		bom = bom_size(text, got);
		*is_report_ret =
			got > bom && text[bom] != ' ' && has_own_field(text + bom, got - bom);
	}
	free(text);
	return err;
}

struct fb_error *fb_apport_unpack(struct fb_file *report, struct fb_warnings *warnings,
				  bool *cut_ret, struct fb_file **core_ret)
{
	struct fb_inflater *inflater = NULL;
	struct fb_error *err, *damage = NULL;
	struct reader reader;
	uint64_t size = 0;
	struct fb_temporary temporary = {.fd = -1};

	err = reader_init(&reader, report);
	if (!err)
		err = find_core(&reader);
	if (!err)
		err = fb_temporary_create(report->size, &temporary);
	if (!err)
		err = fb_inflater_create(&temporary, &inflater);
	if (!err)
		err = unpack_field(&reader, inflater, &damage);
	if (!err)
		err = fb_inflater_finish(inflater, &size);
	fb_inflater_destroy(inflater);
	reader_deinit(&reader);
	if (err)
		fb_error_destroy(damage);
	else
		err = finish(report, temporary.fd, size, damage, warnings, cut_ret, core_ret);
	if (err && temporary.fd >= 0)
		close(temporary.fd);
	return err;
}
