// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads general data of the kernel: release, version, build-id, memory, uptime. Called by
 * kernel_open.c, and by kernel_symbols.c for the build-id, which that of --vmlinux must equal.
 */
#include <elf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/part.h"
#include "kernel/image/kernel_private.h"
#include "symbols/table/elf_note.h"

/* struct new_utsname: six strings of 65 bytes (include/uapi/linux/utsname.h). */
#define UTS_LENGTH 65u
#define UTS_NODE 1u
#define UTS_VERSION 3u

/* avenrun counts in 1/2048 (include/linux/sched/loadavg.h). */
#define LOAD_ONE 2048.0
/* More cannot be: a thread counts one. */
#define MOST_LOAD ((double)FB_MAX_TASKS)

#define BUILD_ID_BYTES 20u
/* The kernel's .notes hold a few dozen notes. */
#define MAX_NOTES_BYTES 65536u

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static struct fb_error *load_uts(struct fb_kernel *kernel)
{
	uint64_t uts, offset = 0;
	struct fb_error *err = NULL;

	copy_text(kernel->release, sizeof(kernel->release),
		  fb_vmcoreinfo_get(kernel->vmcoreinfo, "OSRELEASE"));
	/* VMCOREINFO has the offset from 6.0 on. */
	if (!fb_vmcoreinfo_offset(kernel->vmcoreinfo, "uts_namespace.name", &offset))
		offset = kernel->basic_layout.uts_name.offset;
	if (fb_vmcoreinfo_symbol(kernel->vmcoreinfo, "init_uts_ns", &uts)) {
		err = fb_part_skip(fb_space_string(kernel->space,
						   uts + offset + UTS_VERSION * UTS_LENGTH,
						   kernel->version, sizeof(kernel->version)));
		if (!err)
			err = fb_part_skip(fb_space_string(kernel->space,
							   uts + offset + UTS_NODE * UTS_LENGTH,
							   kernel->node, sizeof(kernel->node)));
	}
	kernel->info.release = kernel->release;
	kernel->info.version = kernel->version;
	kernel->info.node = kernel->node;
	return err;
}

/* The note in the kernel image. It comes before VMCOREINFO's BUILD-ID, which is garbage in
 * 6.1.113-118, 6.6.55-62, 5.15.168 and others. */
static struct fb_error *load_build_id_note(struct fb_kernel *kernel, bool *found_ret)
{
	FB_CLEANUP(fb_free_at) uint8_t *notes = NULL;
	uint64_t start, size;
	struct fb_elf_note note;
	struct fb_cursor cursor;
	struct fb_error *err;

	err = fb_kernel_symbol_range(kernel, "__start_notes", "__stop_notes", 1, MAX_NOTES_BYTES,
				     &start, &size);
	if (!err) {
		notes = malloc(size);
		err = notes ? fb_space_read(kernel->space, start, notes, size) : fb_error_nomem();
	}
	if (err)
		return fb_part_skip(err);
	fb_cursor_init(&cursor, notes, size, "kernel notes");
	while (!err && !*found_ret && fb_cursor_left(&cursor) > 0) {
		err = fb_elf_note_next(&cursor, 4, &note);
		*found_ret = !err && fb_elf_note_is(&note, "GNU", NT_GNU_BUILD_ID) &&
			     note.size == BUILD_ID_BYTES;
	}
	for (unsigned i = 0; *found_ret && i < BUILD_ID_BYTES; i++)
		snprintf(kernel->build_id + 2 * i, 3, "%02x", note.desc[i]);
	return fb_part_skip(err);
}

struct fb_error *fb_kernel_load_build_id(struct fb_kernel *kernel)
{
	const char *text = fb_vmcoreinfo_get(kernel->vmcoreinfo, "BUILD-ID");
	bool found = false;
	struct fb_error *err = load_build_id_note(kernel, &found);

	if (err)
		return err;
	if (!found) {
		if (!text || strlen(text) != 2 * BUILD_ID_BYTES ||
		    strspn(text, "0123456789abcdef") != 2 * BUILD_ID_BYTES)
			return NULL;
		copy_text(kernel->build_id, sizeof(kernel->build_id), text);
	}
	kernel->info.build_id = kernel->build_id;
	return NULL;
}

/* The host's memory: what the dump's header says of it, else what the kernel counts. 0: unknown. */
static struct fb_error *load_memory_size(struct fb_kernel *kernel)
{
	uint64_t pages = fb_dump_info(kernel->dump)->pages_existing;
	struct fb_error *err = NULL;

	if (!pages) {
		err = fb_kernel_variable_u64(kernel, "_totalram_pages", &pages);
		if (pages > FB_MAX_PFN)
			pages = 0;
	}
	kernel->info.memory_bytes = pages * FB_PAGE_SIZE;
	return fb_part_skip(err);
}

/* Where the timekeeper is: in the first of timekeeper_data (6.17, auxiliary clocks), in tk_core
 * (struct tk_data since 6.13), before that in shadow_timekeeper, the copy that every update ends
 * with. */
static struct fb_error *find_timekeeper(const struct fb_kernel *kernel, uint64_t *address_ret)
{
	if (kernel->basic_layout.tk_data_timekeeper.found) {
		struct fb_error *err = fb_kernel_symbol(kernel, "timekeeper_data", address_ret);

		if (fb_error_is(err, FB_NOT_FOUND)) {
			fb_error_destroy(err);
			err = fb_kernel_symbol(kernel, "tk_core", address_ret);
		}
		if (!err)
			*address_ret += kernel->basic_layout.tk_data_timekeeper.offset;
		return err;
	}
	return fb_kernel_symbol(kernel, "shadow_timekeeper", address_ret);
}

static struct fb_error *load_uptime(struct fb_kernel *kernel)
{
	uint64_t timekeeper, seconds;
	int64_t boot_offset_ns;
	struct fb_error *err;

	err = find_timekeeper(kernel, &timekeeper);
	if (!err)
		err = fb_kernel_field(kernel, timekeeper,
				      &kernel->basic_layout.timekeeper_ktime_sec, &seconds);
	if (!err)
		err = fb_kernel_field_signed(kernel, timekeeper,
					     &kernel->basic_layout.timekeeper_offs_boot,
					     &boot_offset_ns);
	kernel->info.uptime_s = err ? NAN : (double)seconds + (double)boot_offset_ns / 1e9;
	return fb_part_skip(err);
}

/* timekeeping_get_ns() without the cycles since the last update. */
static struct fb_error *load_monotonic(struct fb_kernel *kernel)
{
	const struct fb_basic_layout *layout = &kernel->basic_layout;
	uint64_t timekeeper, base = 0, fraction = 0, shift = 0;
	struct fb_error *err = find_timekeeper(kernel, &timekeeper);

	if (!err)
		err = fb_kernel_field(kernel, timekeeper, &layout->timekeeper_base, &base);
	if (!err)
		err = fb_kernel_field(kernel, timekeeper, &layout->timekeeper_fraction, &fraction);
	if (!err)
		err = fb_kernel_field(kernel, timekeeper, &layout->timekeeper_shift, &shift);
	kernel->info.monotonic_ns = err || shift > 63 ? 0 : base + (fraction >> shift);
	return fb_part_skip(err);
}

static struct fb_error *load_averages(struct fb_kernel *kernel)
{
	uint64_t averages[3];
	struct fb_error *err = fb_kernel_variable(kernel, "avenrun", averages, sizeof(averages));

	for (size_t i = 0; i < FB_ARRAY_SIZE(averages); i++) {
		double load = err ? NAN : (double)averages[i] / LOAD_ONE;

		kernel->info.load[i] = load <= MOST_LOAD ? load : NAN;
	}
	return fb_part_skip(err);
}

/* CRASHTIME is written by the kernel as it goes down; a dump's header has only the time at which
 * the dump was saved. */
static int64_t crash_time(const struct fb_kernel *kernel)
{
	const char *text = fb_vmcoreinfo_get(kernel->vmcoreinfo, "CRASHTIME");
	char *end;
	long long seconds;

	if (text) {
		seconds = strtoll(text, &end, 10);
		if (end != text && seconds > 0)
			return seconds;
	}
	return fb_dump_info(kernel->dump)->crash_time;
}

struct fb_error *fb_kernel_load_info(struct fb_kernel *kernel)
{
	struct fb_error *err = load_uts(kernel);

	if (!err)
		err = load_memory_size(kernel);
	if (!err)
		err = load_uptime(kernel);
	if (!err)
		err = load_monotonic(kernel);
	if (!err)
		err = load_averages(kernel);
	kernel->info.crash_time = crash_time(kernel);
	return err;
}
