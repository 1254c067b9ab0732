// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The notes of a process core: threads, the process, its auxiliary vector and its files.
 *
 * Each NT_PRSTATUS begins a thread, and the register notes that follow belong to it. The kernel
 * writes NT_PRPSINFO, NT_SIGINFO, NT_AUXV and NT_FILE after the first NT_PRSTATUS; gcore writes
 * NT_PRPSINFO before it, one NT_SIGINFO for each thread, and the rest after all threads. So nothing
 * here depends on the order except that one rule. Called by core.c.
 */
#include "user/core/core_notes.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/part.h"
#include "symbols/table/elf_note.h"
#include "user/core/notes_32bit.h"
#include "user/elf/elf_form.h"

_Static_assert(sizeof(struct elf_prstatus) == 336, "x86-64 elf_prstatus");
_Static_assert(sizeof(struct elf_prpsinfo) == 136, "x86-64 elf_prpsinfo");
_Static_assert(sizeof(elf_gregset_t) == sizeof(struct user_regs_struct), "x86-64 registers");

#define FILE_ENTRY_WORDS 3u

struct parser {
	struct fb_core_notes *notes;
	struct fb_core_thread *thread; /* whose register notes come next, or NULL */
	struct fb_warnings *warnings;
	const char *context;
};

static const struct fb_elf_form *form_of(const struct fb_core_notes *notes)
{
	return notes->is_32bit ? &fb_elf_32 : &fb_elf_64;
}

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000u + (uint64_t)time->tv_usec;
}

static struct fb_error *parse_prstatus(struct parser *parser, const struct fb_elf_note *note)
{
	struct fb_core_notes *notes = parser->notes;
	struct fb_core_thread *thread;
	struct fb_prstatus_32bit narrow;
	struct elf_prstatus status;
	const size_t size = notes->is_32bit ? sizeof(narrow) : sizeof(status);
	struct fb_error *err;

	parser->thread = NULL;
	if (note->size != size) {
		fb_warn(parser->warnings, "%s: NT_PRSTATUS of %u bytes, not %zu: thread left out",
			parser->context, note->size, size);
		return NULL;
	}
	if (notes->is_32bit) {
		memcpy(&narrow, note->desc, sizeof(narrow));
		fb_prstatus_widen(&narrow, &status);
	} else {
		memcpy(&status, note->desc, sizeof(status));
	}
	err = fb_grow_array(&notes->threads, &notes->thread_room, notes->thread_count,
			    sizeof(*notes->threads), FB_MAX_CORE_THREADS, "threads");
	if (err)
		return err;
	thread = &notes->threads[notes->thread_count++];
	*thread = (struct fb_core_thread){
		.tid = status.pr_pid,
		.signal = status.pr_cursig,
		.utime_us = microseconds(&status.pr_utime),
		.stime_us = microseconds(&status.pr_stime),
	};
	memcpy(&thread->regs, &status.pr_reg, sizeof(thread->regs));
	parser->thread = thread;
	return NULL;
}

static struct fb_error *parse_prpsinfo(struct parser *parser, const struct fb_elf_note *note)
{
	struct fb_core_notes *notes = parser->notes;
	struct fb_prpsinfo_32bit narrow;
	struct elf_prpsinfo info;
	const size_t size = notes->is_32bit ? sizeof(narrow) : sizeof(info);

	if (notes->has_psinfo)
		return NULL;
	if (note->size != size) {
		fb_warn(parser->warnings, "%s: NT_PRPSINFO of %u bytes, not %zu: left out",
			parser->context, note->size, size);
		return NULL;
	}
	if (notes->is_32bit) {
		memcpy(&narrow, note->desc, sizeof(narrow));
		fb_prpsinfo_widen(&narrow, &info);
	} else {
		memcpy(&info, note->desc, sizeof(info));
	}
	notes->has_psinfo = true;
	notes->psinfo_first = notes->thread_count == 0;
	notes->pid = info.pr_pid;
	notes->ppid = info.pr_ppid;
	notes->pgrp = info.pr_pgrp;
	notes->sid = info.pr_sid;
	notes->uid = info.pr_uid;
	notes->gid = info.pr_gid;
	/* Neither field need be NUL-terminated; both targets are one byte longer, and zeroed. */
	memcpy(notes->comm, info.pr_fname, sizeof(info.pr_fname));
	memcpy(notes->args, info.pr_psargs, sizeof(info.pr_psargs));
	return NULL;
}

static struct fb_error *parse_386_tls(struct parser *parser, const struct fb_elf_note *note)
{
	if (parser->thread && parser->notes->is_32bit)
		fb_386_tls_read(note->desc, note->size, &parser->thread->regs);
	return NULL;
}

static struct fb_error *parse_fpregset(struct parser *parser, const struct fb_elf_note *note)
{
	if (parser->thread) {
		parser->thread->fpregs = note->desc;
		parser->thread->fpregs_size = note->size;
	}
	return NULL;
}

static struct fb_error *parse_xstate(struct parser *parser, const struct fb_elf_note *note)
{
	if (parser->thread) {
		parser->thread->xstate = note->desc;
		parser->thread->xstate_size = note->size;
	}
	return NULL;
}

/* The first one belongs to the thread that the signal went to. */
static struct fb_error *parse_siginfo(struct parser *parser, const struct fb_elf_note *note)
{
	if (!parser->notes->siginfo) {
		parser->notes->siginfo = note->desc;
		parser->notes->siginfo_size = note->size;
	}
	return NULL;
}

static struct fb_error *parse_auxv(struct parser *parser, const struct fb_elf_note *note)
{
	struct fb_core_notes *notes = parser->notes;
	const struct fb_elf_form *form = form_of(notes);
	uint64_t *auxv;
	struct fb_error *err;
	size_t pairs = note->size / (2 * form->word);

	if (notes->auxv || pairs == 0)
		return NULL;
	if (note->size % (2 * form->word))
		fb_warn(parser->warnings, "%s: NT_AUXV of %u bytes holds half an entry",
			parser->context, note->size);
	err = fb_alloc_array(pairs, 2 * sizeof(*auxv), FB_MAX_AUXV_PAIRS, "NT_AUXV entries", &auxv);
	if (err)
		return fb_part_warn(parser->warnings, err, "%s", parser->context);
	for (size_t i = 0; i < 2 * pairs; i++)
		auxv[i] = fb_elf_read_word(form, note->desc + i * form->word);
	notes->auxv = auxv;
	notes->auxv_pairs = pairs;
	return NULL;
}

static int compare_mapping(const void *left, const void *right)
{
	const struct fb_core_mapping *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* A long, which has 4 bytes in a 32-bit program. */
static struct fb_error *read_word(struct fb_cursor *cursor, const struct fb_elf_form *form,
				  uint64_t *word_ret)
{
	const uint8_t *bytes;
	struct fb_error *err = fb_cursor_bytes(cursor, form->word, &bytes);

	if (!err)
		*word_ret = fb_elf_read_word(form, bytes);
	return err;
}

/* One entry of the table, and its path from the strings behind it. */
static struct fb_error *read_mapping(struct fb_cursor *table, struct fb_cursor *strings,
				     const struct fb_elf_form *form, uint64_t page_size,
				     struct fb_core_mapping *mapping_ret)
{
	struct fb_core_mapping mapping;
	struct fb_error *err;
	uint64_t page;

	err = read_word(table, form, &mapping.start);
	if (!err)
		err = read_word(table, form, &mapping.end);
	if (!err)
		err = read_word(table, form, &page);
	if (!err)
		err = fb_cursor_string(strings, &mapping.path);
	if (err)
		return err;
	if (mapping.start >= mapping.end)
		return fb_error_create(FB_CORRUPT,
				       "a mapping ends at 0x%" PRIx64 ", before it starts",
				       mapping.end);
	if (__builtin_mul_overflow(page, page_size, &mapping.offset))
		return fb_error_create(FB_CORRUPT,
				       "a mapping at 0x%" PRIx64 " has an impossible offset",
				       mapping.start);
	*mapping_ret = mapping;
	return NULL;
}

/*
 * struct { long count; long page_size; struct { long start, end, file_ofs; } entry[count]; }
 * and then count NUL-terminated paths. file_ofs counts page_size units: the kernel writes its
 * page size there, gcore 1.
 */
static struct fb_error *read_mappings(struct fb_core_notes *notes, const struct fb_elf_note *note)
{
	struct fb_core_mapping *mappings;
	struct fb_cursor table, strings;
	uint64_t count, page_size;
	const struct fb_elf_form *form = form_of(notes);
	const size_t entry = FILE_ENTRY_WORDS * form->word;
	struct fb_error *err;

	fb_cursor_init(&table, note->desc, note->size, "NT_FILE");
	err = read_word(&table, form, &count);
	if (!err)
		err = read_word(&table, form, &page_size);
	if (err)
		return err;
	if (count > fb_cursor_left(&table) / entry)
		return fb_error_create(FB_CORRUPT,
				       "NT_FILE of %u bytes claims %" PRIu64 " mappings",
				       note->size, count);
	strings = table;
	err = fb_cursor_skip(&strings, count * entry);
	if (err)
		return err;
	err = fb_alloc_array(count, sizeof(*mappings), FB_MAX_VMAS, "NT_FILE mappings", &mappings);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		err = read_mapping(&table, &strings, form, page_size, &mappings[i]);
		if (err) {
			free(mappings);
			return fb_error_prefix(err, "NT_FILE: mapping %zu", i);
		}
	}
	if (count)
		qsort(mappings, count, sizeof(*mappings), compare_mapping);
	notes->mappings = mappings;
	notes->mapping_count = count;
	return NULL;
}

static struct fb_error *parse_file(struct parser *parser, const struct fb_elf_note *note)
{
	struct fb_error *err;

	if (parser->notes->mappings)
		return NULL;
	err = read_mappings(parser->notes, note);
	return fb_part_warn(parser->warnings, err, "%s", parser->context);
}

static const struct {
	const char *owner;
	uint32_t type;
	struct fb_error *(*parse)(struct parser *parser, const struct fb_elf_note *note);
} handlers[] = {
	{"CORE", NT_PRSTATUS, parse_prstatus},  {"CORE", NT_PRPSINFO, parse_prpsinfo},
	{"CORE", NT_FPREGSET, parse_fpregset},  {"CORE", NT_SIGINFO, parse_siginfo},
	{"CORE", NT_AUXV, parse_auxv},          {"CORE", NT_FILE, parse_file},
	{"LINUX", NT_X86_XSTATE, parse_xstate}, {"LINUX", NT_386_TLS, parse_386_tls},
};

/* The systems whose cores are ELF too, by the owner of their notes. NetBSD and OpenBSD add the number of a
 * thread ("NetBSD-CORE@1"). */
static const char *foreign_system(const struct fb_elf_note *note)
{
	static const struct {
		const char *owner;
		const char *system;
	} systems[] = {{"NetBSD-CORE", "NetBSD"}, {"OpenBSD", "OpenBSD"}, {"FreeBSD", "FreeBSD"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(systems); i++) {
		size_t length = strlen(systems[i].owner);

		if (note->owner_size >= length && !memcmp(note->owner, systems[i].owner, length))
			return systems[i].system;
	}
	return NULL;
}

static struct fb_error *dispatch(struct parser *parser, const struct fb_elf_note *note)
{
	if (fb_elf_note_owner_is(note, "GDB"))
		parser->notes->has_gdb_note = true;
	else if (fb_elf_note_owner_is(note, "VMCOREINFO"))
		parser->notes->has_vmcoreinfo = true;
	else if (!parser->notes->foreign)
		parser->notes->foreign = foreign_system(note);
	for (size_t i = 0; i < FB_ARRAY_SIZE(handlers); i++) {
		if (fb_elf_note_is(note, handlers[i].owner, handlers[i].type))
			return handlers[i].parse(parser, note);
	}
	return NULL;
}

struct fb_error *fb_core_notes_parse(const void *data, size_t size, const char *context,
				     struct fb_warnings *warnings, struct fb_core_notes *notes)
{
	struct parser parser = {.notes = notes, .warnings = warnings, .context = context};
	struct fb_cursor cursor;
	struct fb_error *err;
	struct fb_elf_note note;

	fb_cursor_init(&cursor, data, size, "notes");
	while (fb_cursor_left(&cursor) > 0) {
		err = fb_elf_note_next(&cursor, 4, &note);
		if (err) {
			notes->cut = true;
			fb_warn_error(warnings, err, "%s: the notes are cut off", context);
			return NULL;
		}
		err = dispatch(&parser, &note);
		if (err)
			return err;
	}
	return NULL;
}

void fb_core_notes_deinit(struct fb_core_notes *notes)
{
	free(notes->threads);
	free(notes->mappings);
	free(notes->auxv);
	*notes = (struct fb_core_notes){0};
}
