// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the notes of a captured core while the process is stopped. Called by capture.c, between
 * the copying of memory and the release of the threads.
 */
#include "bundle/capture/capture_notes.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/capture/xstate.h"
#include "user/core/core_output.h"
#include "user/core/notes_32bit.h"

#define NOTE_XSAVE_LAYOUT 0x205u /* NT_X86_XSAVE_LAYOUT, newer than this C library's elf.h */

struct writer {
	int32_t pid;
	int32_t own_tracer;
	struct fb_captured *captured;
	struct fb_buf *notes;
	struct fb_buf text; /* of the note about those not stopped */
	size_t unstopped_room;
};

static void set_time(struct timeval *time, uint64_t ns)
{
	time->tv_sec = (time_t)(ns / 1000000000u);
	time->tv_usec = (suseconds_t)(ns % 1000000000u / 1000u);
}

/* Of a 32-bit program. fpregs are in the CPU's own layout (FXSAVE), which NT_PRXFPREG has and NT_FPREGSET of i386 has
 * not. Debuggers prefer the former where a core has both. */
static struct fb_error *add_prstatus_32bit(struct writer *writer, const struct elf_prstatus *wide,
					   const struct user_fpregs_struct *fpregs)
{
	struct fb_prstatus_32bit note;
	struct fb_error *err;

	fb_prstatus_narrow(wide, &note);
	err = fb_core_note(writer->notes, "CORE", NT_PRSTATUS, &note, sizeof(note));
	if (!err && fpregs)
		err = fb_core_note(writer->notes, "LINUX", NT_PRXFPREG, fpregs, sizeof(*fpregs));
	return err;
}

/* fpregs NULL: not known. */
static struct fb_error *add_prstatus(struct writer *writer, int32_t tid,
				     const struct fb_proc_status *status,
				     const struct user_regs_struct *regs,
				     const struct user_fpregs_struct *fpregs)
{
	struct elf_prstatus note = {
		.pr_pid = tid,
		.pr_ppid = status->ppid,
		.pr_pgrp = status->pgrp,
		.pr_sid = status->sid,
		.pr_fpvalid = fpregs != NULL,
	};
	struct fb_error *err;

	set_time(&note.pr_utime, status->utime_ns);
	set_time(&note.pr_stime, status->stime_ns);
	_Static_assert(sizeof(note.pr_reg) == sizeof(*regs), "the note's registers");
	memcpy(&note.pr_reg, regs, sizeof(*regs));
	if (writer->captured->is_32bit)
		err = add_prstatus_32bit(writer, &note, fpregs);
	else
		err = fb_core_note(writer->notes, "CORE", NT_PRSTATUS, &note, sizeof(note));
	if (!err && fpregs && !writer->captured->is_32bit)
		err = fb_core_note(writer->notes, "CORE", NT_FPREGSET, fpregs, sizeof(*fpregs));
	writer->captured->threads += !err;
	return err;
}

/* A line, and the kernel stack where /proc shows it (to root). */
static struct fb_error *tell_of(struct writer *writer, const struct fb_unstopped_thread *thread)
{
	char line[200];
	struct fb_error *err;

	if (thread->tracer)
		(void)snprintf(line, sizeof(line), "TID %d not stopped: PID %d traces it\n",
			       thread->tid, thread->tracer);
	else
		(void)snprintf(line, sizeof(line), "TID %d not stopped: state %c; registers %s\n",
			       thread->tid, thread->state,
			       thread->has_regs ? "of its system call: pc, sp and arguments only"
						: "not told");
	err = fb_buf_append(&writer->text, line, strlen(line));
	if (!err)
		/* /proc shows it to root only. */
		err = fb_part_skip(fb_proc_read(writer->pid, thread->tid, "stack", &writer->text));
	return err;
}

static struct fb_error *add_unstopped(struct writer *writer, int32_t tid)
{
	struct fb_captured *captured = writer->captured;
	struct fb_unstopped_thread thread = {.tid = tid};
	struct fb_proc_status status;
	struct user_regs_struct regs;
	struct fb_error *err = fb_proc_status(writer->pid, tid, &status);

	if (err)
		return fb_part_skip(err); /* it has exited since */
	thread.state = status.state;
	thread.tracer = status.tracer == writer->own_tracer ? 0 : status.tracer;
	err = fb_proc_syscall_regs(writer->pid, tid, captured->is_32bit, &regs);
	thread.has_regs = !err;
	err = err ? fb_part_skip(err) : add_prstatus(writer, tid, &status, &regs, NULL);
	if (!err)
		err = tell_of(writer, &thread);
	if (!err)
		err = fb_grow_array(&captured->unstopped, &writer->unstopped_room,
				    captured->unstopped_count, sizeof(thread), FB_MAX_TASKS,
				    "threads");
	if (!err)
		captured->unstopped[captured->unstopped_count++] = thread;
	return err;
}

static struct fb_error *add_thread(struct writer *writer, const struct fb_traced_thread *thread)
{
	struct fb_proc_status status = writer->captured->status;
	struct fb_error *err;

	if (!thread->stopped)
		return add_unstopped(writer, thread->tid);
	err = fb_part_skip(fb_proc_status(writer->pid, thread->tid, &status));
	if (!err)
		err = add_prstatus(writer, thread->tid, &status, &thread->regs, &thread->fpregs);
	if (!err && thread->xstate_size)
		err = fb_core_note(writer->notes, "LINUX", NT_X86_XSTATE, thread->xstate,
				   thread->xstate_size);
	return err;
}

/* All threads' states are laid out alike. */
static struct fb_error *add_xstate_layout(struct writer *writer,
					  const struct fb_traced_thread *threads, size_t count)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf layout;
	struct fb_error *err = NULL;
	size_t i = 0;

	fb_buf_init(&layout, FB_MAX_XSTATE);
	while (i < count && !threads[i].xstate_size)
		i++;
	if (i < count)
		err = fb_xstate_layout(threads[i].xstate, threads[i].xstate_size, &layout);
	if (!err && layout.size)
		err = fb_core_note(writer->notes, "LINUX", NOTE_XSAVE_LAYOUT, layout.data,
				   layout.size);
	return err;
}

/* Command line as ps shows it: arguments with blanks between. */
static struct fb_error *add_psinfo(struct writer *writer)
{
	const struct fb_proc_status *status = &writer->captured->status;
	static const char states[] = "RSDTZW"; /* pr_state is the place of pr_sname */
	const char *state = strchr(states, status->state);
	struct elf_prpsinfo note = {
		.pr_state = state ? (char)(state - states) : 0,
		.pr_sname = status->state,
		.pr_zomb = status->state == 'Z',
		.pr_nice = (char)status->nice,
		.pr_flag = status->flags,
		.pr_uid = status->uid,
		.pr_gid = status->gid,
		.pr_pid = writer->pid,
		.pr_ppid = status->ppid,
		.pr_pgrp = status->pgrp,
		.pr_sid = status->sid,
	};
	struct fb_prpsinfo_32bit narrow;
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, 16u << 20);
	err = fb_part_skip(fb_proc_read(writer->pid, 0, "cmdline", &text));
	for (size_t i = 0; i < text.size && i < sizeof(note.pr_psargs) - 1; i++)
		note.pr_psargs[i] = text.data[i] ? (char)text.data[i] : ' ';
	fb_buf_deinit(&text);
	memcpy(note.pr_fname, status->comm, sizeof(note.pr_fname));
	if (err)
		return err;
	if (!writer->captured->is_32bit)
		return fb_core_note(writer->notes, "CORE", NT_PRPSINFO, &note, sizeof(note));
	fb_prpsinfo_narrow(&note, &narrow);
	return fb_core_note(writer->notes, "CORE", NT_PRPSINFO, &narrow, sizeof(narrow));
}

static struct fb_error *add_auxv(struct writer *writer)
{
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, 1u << 20);
	err = fb_proc_read(writer->pid, 0, "auxv", &text);
	if (!err)
		err = fb_core_note(writer->notes, "CORE", NT_AUXV, text.data, text.size);
	fb_buf_deinit(&text);
	return err;
}

/* A word of NT_FILE, as wide as the program's. */
static struct fb_error *add_word(const struct writer *writer, struct fb_buf *desc, uint64_t word)
{
	return writer->captured->is_32bit ? fb_buf_u32(desc, (uint32_t)word)
					  : fb_buf_u64(desc, word);
}

/* Address ranges and their offsets in pages; the names stand behind all of them. */
static struct fb_error *add_files(struct writer *writer, const struct fb_proc_maps *maps)
{
	struct fb_buf desc;
	uint64_t count = 0;
	struct fb_error *err;

	fb_buf_init(&desc, FB_MAX_CORE_NOTES);
	for (size_t i = 0; i < maps->count; i++)
		count += maps->list[i].path[0] == '/';
	err = add_word(writer, &desc, count);
	if (!err)
		err = add_word(writer, &desc, FB_PAGE_SIZE);
	for (size_t i = 0; i < maps->count && !err; i++) {
		const struct fb_proc_mapping *mapping = &maps->list[i];

		if (mapping->path[0] != '/')
			continue;
		err = add_word(writer, &desc, mapping->start);
		if (!err)
			err = add_word(writer, &desc, mapping->end);
		if (!err)
			err = add_word(writer, &desc, mapping->offset / FB_PAGE_SIZE);
	}
	for (size_t i = 0; i < maps->count && !err; i++)
		if (maps->list[i].path[0] == '/')
			err = fb_buf_append(&desc, maps->list[i].path,
					    strlen(maps->list[i].path) + 1);
	if (!err && count)
		err = fb_core_note(writer->notes, "CORE", NT_FILE, desc.data, desc.size);
	fb_buf_deinit(&desc);
	return err;
}

struct fb_error *fb_capture_notes(int32_t pid, const struct fb_tracer *tracer,
				  const struct fb_proc_maps *maps, struct fb_captured *captured,
				  struct fb_buf *notes)
{
	struct writer writer = {.pid = pid, .captured = captured, .notes = notes};
	size_t count;
	const struct fb_traced_thread *threads = fb_tracer_threads(tracer, &count);
	struct fb_error *err = NULL;

	writer.own_tracer = fb_tracer_pid(tracer);
	fb_buf_init(&writer.text, 16u << 20);
	/* The leader, whom gdb is to show first, has the lowest place in /proc/PID/task. */
	for (size_t i = 0; i < count && !err; i++)
		err = add_thread(&writer, &threads[i]);
	if (!err)
		err = add_psinfo(&writer);
	if (!err)
		err = add_auxv(&writer);
	if (!err)
		err = add_files(&writer, maps);
	if (!err)
		err = add_xstate_layout(&writer, threads, count);
	if (!err && writer.text.size)
		err = fb_core_note(notes, "FBUNDLE", FB_CAPTURE_NOTE, writer.text.data,
				   writer.text.size);
	fb_buf_deinit(&writer.text);
	return err;
}
