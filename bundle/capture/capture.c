// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Captures one process in four steps: its threads are stopped, its memory is copied, its threads
 * are let go, and then its core is written. The copy is written last so that the process does not
 * stand still while a disk is slow. Called by cmd/capture.c.
 */
#include "bundle/capture/capture.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files/outfile.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/capture/capture_notes.h"
#include "bundle/capture/memory.h"
#include "bundle/capture/tracer.h"
#include "kernel/mappings/saved_auxv.h"

static int64_t real_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct fb_error *fb_capture_boot_id(char boot_id_ret[33])
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	FILE *file = fopen(path, "re");
	char text[64] = "";
	size_t digits = 0;

	if (!file)
		return fb_error_os(errno, "%s", path);
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	(void)fclose(file);
	for (const char *at = text; *at && digits < 32; at++)
		if (isxdigit((unsigned char)*at))
			boot_id_ret[digits++] = *at;
	boot_id_ret[digits] = '\0';
	return digits == 32 ? NULL : fb_error_create(FB_CORRUPT, "%s: no boot ID", path);
}

static struct fb_error *read_maps(int32_t pid, struct fb_proc_maps *maps)
{
	struct fb_error *err = fb_proc_maps_read(pid, maps);

	if (!err && !maps->count)
		err = fb_error_create(
			FB_NOT_FOUND,
			"PID %d has no memory: a kernel thread, or one that has exited", pid);
	return err;
}

struct fb_error *fb_capture_estimate(int32_t pid, uint64_t *bytes_ret)
{
	struct fb_proc_maps maps = {0};
	struct fb_error *err = read_maps(pid, &maps);

	if (!err)
		err = fb_memory_estimate(pid, &maps, bytes_ret);
	fb_proc_maps_deinit(&maps);
	return err;
}

/* core.COMM.UID.BOOT_ID.PID.TIME: what could end a part or a path of it is made an underscore. */
static struct fb_error *choose_name(const struct fb_capture_options *options, int32_t pid,
				    struct fb_captured *captured)
{
	char comm[sizeof(captured->status.comm)];
	size_t i = 0;

	for (; captured->status.comm[i]; i++) {
		const unsigned char letter = (unsigned char)captured->status.comm[i];

		comm[i] = isalnum(letter) || letter == '-' ? (char)letter : '_';
	}
	comm[i] = '\0';
	if (asprintf(&captured->path, "%s/core.%s.%" PRIu32 ".%s.%" PRId32 ".%" PRId64,
		     options->folder, comm, captured->status.uid, options->boot_id, pid,
		     captured->taken_ns / 1000) < 0) {
		captured->path = NULL;
		return fb_error_nomem();
	}
	return NULL;
}

/* Copies what can be copied before threads are stopped, because it does not change or a change can be recognised. */
struct job {
	int32_t pid;
	const struct fb_capture_options *options;
	struct fb_captured *captured;
	struct fb_memory_room room;
	struct fb_proc_maps maps;
	struct fb_tracer *tracer;
	struct fb_core_output core;
	struct fb_outfile *outfile;
	struct fb_memory_copy *copy;
	struct fb_buf notes;
};

/* Notes whether it is a 32-bit program, by its auxiliary vector. Registers do not tell: a thread that cannot be stopped
 * shows none, and a thread of either kind of program may run code of both. */
static struct fb_error *check_program(struct job *job)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf auxv;
	struct fb_error *err;

	fb_buf_init(&auxv, FB_MAX_CORE_NOTES);
	err = fb_proc_read(job->pid, 0, "auxv", &auxv);
	job->captured->is_32bit = !err && fb_auxv_is_32bit(auxv.data, auxv.size);
	return fb_part_skip(err); /* where the process has ended, the code below fails */
}

static struct fb_error *prepare(struct job *job)
{
	uint64_t bytes = 0;
	struct fb_error *err = fb_proc_status(job->pid, 0, &job->captured->status);

	if (!err)
		err = check_program(job);
	if (!err)
		err = fb_capture_estimate(job->pid, &bytes);
	return err ? err : fb_memory_room_create(bytes, job->options->at_once, &job->room);
}

/* While its threads stand still. */
static struct fb_error *copy(struct job *job)
{
	struct fb_error *err;

	job->captured->taken_ns = real_ns();
	err = choose_name(job->options, job->pid, job->captured);
	if (!err)
		err = fb_outfile_create(job->captured->path, job->options->force, &job->outfile);
	if (!err)
		err = fb_core_output_init(&job->core, job->outfile, job->captured->is_32bit);
	if (!err)
		err = read_maps(job->pid, &job->maps);
	if (!err)
		err = fb_capture_notes(job->pid, job->tracer, &job->maps, job->captured,
				       &job->notes);
	if (!err)
		err = fb_memory_copy_create(job->pid, job->tracer, &job->maps, &job->room,
					    &job->core, &job->copy);
	return err;
}

static struct fb_error *write_core(struct job *job)
{
	struct fb_error *err = fb_memory_copy_write(job->copy, &job->captured->lost_pages);

	if (!err)
		err = fb_core_output_finish(&job->core, &job->notes);
	job->captured->bytes = fb_outfile_size(job->outfile);
	return err ? err : fb_outfile_commit(job->outfile);
}

static struct fb_error *run(struct job *job)
{
	struct fb_captured *captured = job->captured;
	bool in_time = false;
	struct fb_error *err = prepare(job);

	if (!err)
		err = fb_tracer_stop(job->pid, job->options->seconds, &job->tracer);
	if (err)
		return err;
	err = copy(job);
	fb_tracer_release(job->tracer, &captured->stopped_ns, &in_time);
	captured->consistent = in_time && !captured->unstopped_count;
	if (captured->unstopped_count && !captured->threads)
		captured->stopped_ns = 0;
	return err ? err : write_core(job);
}

struct fb_error *fb_capture(int32_t pid, const struct fb_capture_options *options,
			    struct fb_captured *captured_ret)
{
	struct fb_captured captured = {0};
	struct job job = {.pid = pid, .options = options, .captured = &captured};
	struct fb_error *err;

	fb_buf_init(&job.notes, FB_MAX_CORE_NOTES);
	err = run(&job);
	fb_memory_copy_destroy(job.copy);
	fb_core_output_deinit(&job.core);
	fb_outfile_destroy(job.outfile);
	fb_tracer_destroy(job.tracer);
	fb_proc_maps_deinit(&job.maps);
	fb_memory_room_destroy(&job.room);
	fb_buf_deinit(&job.notes);
	if (err)
		fb_captured_deinit(&captured);
	else
		*captured_ret = captured;
	return err;
}

void fb_captured_deinit(struct fb_captured *captured)
{
	free(captured->path);
	free(captured->unstopped);
	*captured = (struct fb_captured){0};
}
