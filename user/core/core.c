// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process core: its headers, its notes and its memory as a space. Opened by open.c; called by
 * matching, merging, and wherever a process is read.
 */
#include "user/core/core.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"
#include "base/text.h"
#include "user/core/core_headers.h"
#include "user/core/core_index.h"
#include "user/core/core_notes.h"
#include "user/core/core_private.h"
#include "user/elf/build_id.h"

struct fb_core {
	struct fb_space space; /* first: ops get it */
	struct fb_core_info info;
	struct fb_file *file; /* owned */
	struct fb_core_headers headers;
	struct fb_core_index index;
	struct fb_core_notes notes;
	uint8_t *note_data; /* owned; what notes borrows */
	size_t note_size;
	uint32_t *by_tid; /* owned; threads in order of TID, and of the notes */
	char *name;       /* owned; NULL: the path's last part */
};

/* What is known of the bytes from an address on, as far as one segment (or gap) reaches. */
static void piece_at(const struct fb_core *core, uint64_t address, uint64_t length,
		     struct fb_run *run_ret)
{
	const struct fb_core_range *range = fb_core_index_find(&core->index, address);
	struct fb_run run = {.start = address, .length = length};
	const struct fb_core_segment *segment;
	uint64_t into, offset, end;

	if (!range || address < range->start) {
		run.origin.source = FB_SOURCE_ABSENT;
		run.origin.absence = FB_ABSENCE_UNMAPPED;
		end = range ? range->start - address : length;
		run.length = end < length ? end : length;
		*run_ret = run;
		return;
	}
	segment = range->segment;
	into = address - segment->address;
	offset = segment->file_offset + into;
	end = range->end - address;
	if (into >= segment->file_size) {
		run.origin.source = FB_SOURCE_ABSENT;
		run.origin.absence = FB_ABSENCE_FILTERED;
	} else {
		if (segment->file_size - into < end)
			end = segment->file_size - into;
		if (offset >= core->file->size) {
			run.origin.source = FB_SOURCE_ABSENT;
			run.origin.absence = FB_ABSENCE_TRUNCATED;
		} else {
			if (core->file->size - offset < end)
				end = core->file->size - offset;
			run.origin.source = FB_SOURCE_CORE;
			run.origin.file_offset = offset;
		}
		run.origin.detail = core->file->path;
	}
	run.length = end < length ? end : length;
	*run_ret = run;
}

static struct fb_error *absence_error(const struct fb_run *run)
{
	switch (run->origin.absence) {
	case FB_ABSENCE_FILTERED:
		return fb_error_create(FB_ABSENT,
				       "%#" PRIx64 " was mapped, but not written into the core",
				       run->start);
	case FB_ABSENCE_TRUNCATED:
		return fb_error_create(FB_TRUNCATED,
				       "%#" PRIx64 " lies behind the end of the cut-off core",
				       run->start);
	default:
		return fb_error_create(FB_FAULT, "%#" PRIx64 " is in no segment of the core",
				       run->start);
	}
}

static struct fb_error *core_read(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct fb_core *core = (struct fb_core *)space;
	uint8_t *at = to;

	while (length > 0) {
		struct fb_error *err;
		struct fb_run run;

		piece_at(core, address, length, &run);
		if (run.origin.source == FB_SOURCE_ABSENT)
			return absence_error(&run);
		err = fb_file_read(core->file, run.origin.file_offset, at, run.length);
		if (err)
			return err;
		at += run.length;
		address += run.length;
		length -= run.length;
	}
	return NULL;
}

/* Whether next, which begins where run ends, has the same origin. */
static bool continues(const struct fb_run *run, const struct fb_run *next)
{
	return run->origin.source == next->origin.source &&
	       run->origin.absence == next->origin.absence &&
	       (run->origin.source != FB_SOURCE_CORE ||
		run->origin.file_offset + run->length == next->origin.file_offset);
}

static struct fb_error *core_locate(struct fb_space *space, uint64_t address, uint64_t length,
				    struct fb_run *run_ret)
{
	const struct fb_core *core = (const struct fb_core *)space;
	struct fb_run run, next;

	piece_at(core, address, length, &run);
	/* At most two pieces per range of the index, and a gap before it: bounded. */
	while (run.length < length) {
		piece_at(core, address + run.length, length - run.length, &next);
		if (!continues(&run, &next))
			break;
		run.length += next.length;
	}
	*run_ret = run;
	return NULL;
}

static const struct fb_space_ops core_space_ops = {
	.read = core_read,
	.locate = core_locate,
};

/*
 * Who wrote it. The facts, each seen in cores of gdb 13 and of kernels 5.10 and 6.1, and in the
 * sources named in core_notes.h and core_headers.h:
 * - gdb writes through BFD, which gives every segment a section ("note0", "load"); the kernel
 *   writes no section table, or one entry where PN_XNUM needs it.
 * - gdb's first note is NT_PRPSINFO and its last one, since gdb 12, is NT_GDB_TDESC of owner
 *   "GDB"; the kernel's first is always NT_PRSTATUS, and NT_PRPSINFO follows.
 * The section table is claimed by the ELF header, so it tells even where the file is cut and the
 * notes, which gdb writes last, are lost.
 */
static enum fb_core_kind detect_kind(const struct fb_core *core)
{
	const struct fb_core_notes *notes = &core->notes;

	if (notes->has_gdb_note)
		return FB_CORE_GCORE;
	if (core->headers.section_count > 1)
		return notes->has_psinfo && !notes->psinfo_first ? FB_CORE_UNKNOWN : FB_CORE_GCORE;
	if (notes->thread_count > 0 && notes->has_psinfo && !notes->psinfo_first)
		return FB_CORE_KERNEL;
	return FB_CORE_UNKNOWN;
}

/* Cuts each PT_NOTE to the bytes that the file has, and all to what they may be. Returns their sum. */
static uint64_t clip_notes(struct fb_core *core)
{
	uint64_t room = fb_file_data_size(core->file) * FB_MAX_NOTE_HOLES + FB_MIN_NOTES;
	uint64_t size = core->file->size, total = 0;

	for (size_t i = 0; i < core->headers.note_count; i++) {
		struct fb_core_extent *extent = &core->headers.notes[i];
		uint64_t left = extent->offset < size ? size - extent->offset : 0;

		if (left > room - total)
			left = room - total;
		if (extent->size > left) {
			extent->size = left;
			core->notes.cut = true;
		}
		total += extent->size;
	}
	return total;
}

static struct fb_error *read_notes(struct fb_core *core, struct fb_warnings *warnings)
{
	uint64_t total = clip_notes(core), at = 0;
	struct fb_error *err;

	core->notes.is_32bit = core->headers.form == &fb_elf_32;
	err = fb_alloc_array(total, 1, FB_MAX_CORE_NOTES, "bytes of notes", &core->note_data);
	if (err)
		return err;
	core->note_size = total;
	for (size_t i = 0; i < core->headers.note_count; i++) {
		const struct fb_core_extent *extent = &core->headers.notes[i];

		err = fb_file_read(core->file, extent->offset, core->note_data + at, extent->size);
		if (err)
			return fb_error_prefix(err, "notes");
		err = fb_core_notes_parse(core->note_data + at, extent->size, core->file->path,
					  warnings, &core->notes);
		if (err)
			return err;
		at += extent->size;
	}
	return NULL;
}

static void warn_of_missing_bytes(const struct fb_core *core, uint64_t missing, uint64_t total,
				  struct fb_warnings *warnings)
{
	char lost[32], all[32];

	fb_warn(warnings,
		"%s: cut off: %s of its %s of memory lie behind the end of the file; "
		"copy it again, or raise the size limit of cores",
		core->file->path, fb_text_size(missing, lost, sizeof(lost)),
		fb_text_size(total, all, sizeof(all)));
}

/* Sets info.truncated and says what the cut took. */
static void check_truncation(struct fb_core *core, struct fb_warnings *warnings)
{
	uint64_t size = core->file->size, missing = 0, total = 0;

	for (size_t i = 0; i < core->headers.segment_count; i++) {
		const struct fb_core_segment *segment = &core->headers.segments[i];
		uint64_t left = segment->file_offset < size ? size - segment->file_offset : 0;

		if (left < segment->file_size)
			missing += segment->file_size - left;
		total += segment->file_size;
	}
	if (missing > 0)
		warn_of_missing_bytes(core, missing, total, warnings);
	core->info.truncated = missing > 0 || core->headers.cut || core->notes.cut;
	if (core->index.overlaps > 0)
		fb_warn(warnings, "%s: %zu segments overlap others: the first to begin is used",
			core->file->path, core->index.overlaps);
	if (core->notes.thread_count == 0)
		fb_warn(warnings, "%s: no threads: %s", core->file->path,
			core->notes.cut ? "its notes lie behind the end of the file"
					: "it has no NT_PRSTATUS note");
}

static void fill_info(struct fb_core *core)
{
	const struct fb_core_notes *notes = &core->notes;
	struct fb_core_info *info = &core->info;

	info->path = core->file->path;
	info->is_32bit = core->headers.form == &fb_elf_32;
	info->kind = detect_kind(core);
	info->mtime_ns = core->file->mtime_ns;
	info->pid = notes->pid;
	if (!notes->has_psinfo && notes->thread_count > 0)
		info->pid = notes->threads[0].tid;
	info->ppid = notes->ppid;
	info->pgrp = notes->pgrp;
	info->sid = notes->sid;
	info->uid = notes->uid;
	info->gid = notes->gid;
	memcpy(info->comm, notes->comm, sizeof(info->comm));
	memcpy(info->args, notes->args, sizeof(info->args));
	info->has_psinfo = notes->has_psinfo;
	info->auxv = notes->auxv;
	info->auxv_pairs = notes->auxv_pairs;
	info->siginfo = notes->siginfo;
	info->siginfo_size = notes->siginfo_size;
	info->threads = notes->threads;
	info->thread_count = notes->thread_count;
	info->segments = core->headers.segments;
	info->segment_count = core->headers.segment_count;
	info->mappings = notes->mappings;
	info->mapping_count = notes->mapping_count;
}

static int compare_tids(const void *left, const void *right, void *context)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	const struct fb_core_thread *threads = context;

	if (threads[a].tid != threads[b].tid)
		return threads[a].tid < threads[b].tid ? -1 : 1;
	return a < b ? -1 : 1;
}

static struct fb_error *index_threads(struct fb_core *core)
{
	size_t count = core->notes.thread_count;
	struct fb_error *err = fb_alloc_array(count, sizeof(*core->by_tid), FB_MAX_CORE_THREADS,
					      "threads", &core->by_tid);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		core->by_tid[i] = (uint32_t)i;
	qsort_r(core->by_tid, count, sizeof(*core->by_tid), compare_tids, core->notes.threads);
	return NULL;
}

static struct fb_error *read_core(struct fb_core *core, struct fb_warnings *warnings)
{
	struct fb_error *err;

	err = fb_core_headers_read(core->file, warnings, &core->headers);
	if (err)
		return err;
	err = fb_core_index_create(core->headers.segments, core->headers.segment_count,
				   &core->index);
	if (err)
		return err;
	err = read_notes(core, warnings);
	if (err)
		return err;
	if (core->notes.has_vmcoreinfo)
		return fb_error_create(FB_INVALID, "is a kernel dump (it has a VMCOREINFO note), "
						   "not a process core: give it as the dump");
	if (core->notes.foreign && core->notes.thread_count == 0)
		return fb_error_create(FB_UNSUPPORTED,
				       "is a core of a %s process: only those of Linux are read",
				       core->notes.foreign);
	if (core->headers.segment_count == 0 && core->notes.thread_count == 0)
		return fb_error_create(FB_CORRUPT, "holds neither memory nor threads");
	check_truncation(core, warnings);
	fill_info(core);
	return index_threads(core);
}

struct fb_error *fb_core_open_file(struct fb_file *file, struct fb_warnings *warnings,
				   struct fb_core **core_ret)
{
	struct fb_error *err;
	struct fb_core *core;

	core = calloc(1, sizeof(*core));
	if (!core) {
		fb_file_destroy(file);
		return fb_error_nomem();
	}
	core->file = file;
	core->space.ops = &core_space_ops;
	core->space.name = file->path;
	err = read_core(core, warnings);
	if (err) {
		err = fb_error_prefix(err, "%s", file->path);
		fb_core_destroy(core);
		return err;
	}
	*core_ret = core;
	return NULL;
}

void fb_core_destroy(struct fb_core *core)
{
	if (!core)
		return;
	fb_core_notes_deinit(&core->notes);
	fb_core_index_deinit(&core->index);
	fb_core_headers_deinit(&core->headers);
	free(core->note_data);
	free(core->by_tid);
	free(core->name);
	fb_file_destroy(core->file);
	free(core);
}

void fb_core_set_wrapping(struct fb_core *core, const char *stream, bool apport, bool cut)
{
	core->info.stream = stream;
	core->info.apport = apport;
	core->info.truncated = core->info.truncated || cut;
}

const struct fb_core_info *fb_core_info(const struct fb_core *core)
{
	return &core->info;
}

const char *fb_core_name(const struct fb_core *core)
{
	const char *path = core->name ? core->name : fb_core_info(core)->path;
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

struct fb_error *fb_core_rename(struct fb_core *core, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return fb_error_nomem();
	free(core->name);
	core->name = copy;
	return NULL;
}

struct fb_file *fb_core_file(const struct fb_core *core)
{
	return core->file;
}

struct fb_space *fb_core_space(struct fb_core *core)
{
	return &core->space;
}

const struct fb_core_segment *fb_core_segment_at(const struct fb_core *core, uint64_t address)
{
	const struct fb_core_range *range = fb_core_index_find(&core->index, address);

	return range && range->start <= address ? range->segment : NULL;
}

bool fb_core_page(const struct fb_core *core, uint64_t address, uint64_t *file_offset_ret)
{
	struct fb_run run;

	piece_at(core, address, FB_PAGE_SIZE, &run);
	if (run.origin.source != FB_SOURCE_CORE || run.length < FB_PAGE_SIZE)
		return false;
	*file_offset_ret = run.origin.file_offset;
	return true;
}

const struct fb_core_thread *fb_core_thread_of(const struct fb_core *core, int32_t tid)
{
	size_t at = FB_LOWER_BOUND(i, core->info.thread_count,
				   core->info.threads[core->by_tid[i]].tid < tid);

	if (at == core->info.thread_count || core->info.threads[core->by_tid[at]].tid != tid)
		return NULL;
	return &core->info.threads[core->by_tid[at]];
}

uint64_t fb_core_alike(const struct fb_core *core, uint64_t address, uint64_t length)
{
	struct fb_run run;

	/* The page that a segment begins or ends within is one by itself. */
	piece_at(core, address, length, &run);
	run.length &= FB_PAGE_MASK;
	return run.length ? run.length : FB_PAGE_SIZE;
}

uint64_t fb_core_held(const struct fb_core *core)
{
	const struct fb_core_info *info = &core->info;

	return core->note_size + info->thread_count * sizeof(*info->threads) +
	       info->segment_count * sizeof(*info->segments) +
	       info->mapping_count * sizeof(*info->mappings);
}
