// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects and compares facts of a core and of a dump that identify the host and the boot. Called by input.c for cores
 * that match no process, to tell the user why.
 */
#include "bundle/match/boot_facts.h"

#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "kernel/mappings/saved_auxv.h"

#define BOOT_ID_BYTES 16u
#define BOOT_ID_DIGITS (2 * BOOT_ID_BYTES)
/* How many processes are searched for a word that all of them have: the first one suffices, unless its page is not in
 * the dump. */
#define MAX_ASKED 64u

/* sysctl_bootid (drivers/char/random.c) is set at the first read of /proc/sys/kernel/random/boot_id; it is zeros
 * before. */
static struct fb_error *read_boot_id(struct fb_kernel *kernel, struct fb_boot_facts *facts)
{
	static const uint8_t none[BOOT_ID_BYTES];
	uint8_t bytes[BOOT_ID_BYTES];
	struct fb_error *err = fb_kernel_variable(kernel, "sysctl_bootid", bytes, sizeof(bytes));

	if (err)
		return fb_part_skip(err);
	if (memcmp(bytes, none, sizeof(none)) != 0)
		for (size_t i = 0; i < sizeof(bytes); i++)
			snprintf(facts->boot_id + 2 * i, 3, "%02x", bytes[i]);
	return NULL;
}

/* data, the first member of an image since 3.16 (6f121e548f83, "x86, vdso: Reimplement vdso.so preparation in
 * build-time C"). older: the image's name before 7.x. What is no ELF object there has no build-id. */
static struct fb_error *read_vdso(struct fb_kernel *kernel, const char *image, const char *older,
				  char id[FB_BUILD_ID_TEXT])
{
	uint64_t data;
	struct fb_error *err = fb_kernel_variable_u64(kernel, image, &data);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = fb_kernel_variable_u64(kernel, older, &data);
	}

	if (!err)
		err = fb_build_id_read(fb_kernel_space(kernel), data, id, FB_BUILD_ID_TEXT);
	return fb_part_skip(err);
}

/* Any process will do, because all have the same value. */
static struct fb_error *read_hwcap(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				   struct fb_boot_facts *facts)
{
	struct fb_auxv auxv;
	unsigned asked = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && !facts->hwcap && i < fb_tasks_count(tasks) && asked < MAX_ASKED;
	     i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->mm || task->kernel_thread)
			continue;
		asked++;
		err = fb_saved_auxv_read(kernel, task->mm, &auxv);
		if (!err)
			facts->hwcap = fb_auxv_value(auxv.word, auxv.pairs, AT_HWCAP);
		err = fb_part_skip(err);
	}
	return err;
}

struct fb_error *fb_boot_facts_of_dump(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				       struct fb_boot_facts *facts_ret)
{
	const struct fb_kernel_info *info = fb_kernel_info(kernel);
	struct fb_boot_facts facts = {.taken_s = NAN, .boot_s = NAN, .crash_s = NAN};
	struct fb_error *err = read_boot_id(kernel, &facts);

	if (!err)
		err = read_vdso(kernel, "vdso64_image", "vdso_image_64", facts.vdso);
	if (!err)
		err = read_vdso(kernel, "vdso32_image", "vdso_image_32", facts.vdso_32);
	if (!err)
		err = read_hwcap(kernel, tasks, &facts);
	if (err)
		return err;
	if (info->crash_time) {
		facts.crash_s = (double)info->crash_time + 1.0; /* rounded down */
		facts.boot_s = facts.crash_s - info->uptime_s;
	}
	*facts_ret = facts;
	return NULL;
}

/* Where the next part of a name begins, behind a dot; NULL: it was the last. */
static const char *next_part(const char *part)
{
	const char *dot = strchr(part, '.');

	return dot ? dot + 1 : NULL;
}

bool fb_boot_facts_of_name(const char *name, struct fb_boot_facts *facts)
{
	for (const char *part = name; part; part = next_part(part)) {
		const char *pid = next_part(part), *time = pid ? next_part(pid) : NULL;
		char *end;

		if (!time || strspn(part, "0123456789abcdef") != BOOT_ID_DIGITS ||
		    part[BOOT_ID_DIGITS] != '.' || !isdigit((unsigned char)*time))
			continue;
		memcpy(facts->boot_id, part, BOOT_ID_DIGITS);
		facts->taken_s = (double)strtoull(time, &end, 10) / 1e6;
		facts->taken_by_name = true;
		return true;
	}
	return false;
}

struct fb_error *fb_boot_facts_of_core(struct fb_core *core, struct fb_boot_facts *facts_ret)
{
	const struct fb_core_info *info = fb_core_info(core);
	struct fb_boot_facts facts = {.taken_s = NAN, .boot_s = NAN, .crash_s = NAN};
	uint64_t vdso = fb_auxv_value(info->auxv, info->auxv_pairs, AT_SYSINFO_EHDR);
	struct fb_error *err = NULL;

	if (info->mtime_ns)
		facts.taken_s = (double)info->mtime_ns / 1e9;
	(void)fb_boot_facts_of_name(fb_core_name(core), &facts);
	facts.hwcap = fb_auxv_value(info->auxv, info->auxv_pairs, AT_HWCAP);
	if (vdso)
		err = fb_part_skip(fb_build_id_read(fb_core_space(core), vdso,
						    info->is_32bit ? facts.vdso_32 : facts.vdso,
						    FB_BUILD_ID_TEXT));
	if (!err)
		*facts_ret = facts;
	return err;
}

/* Taken outside of the time from boot to panic: which boot it is of then. "" where that is not so, or
 * cannot be told. A copy of a file is younger than the file, never older. */
static void judge_time(const struct fb_boot_facts *core, const struct fb_boot_facts *dump, char *to,
		       size_t size)
{
	const char *what = core->taken_by_name ? "it was taken" : "its file was written";
	char text[32];

	to[0] = '\0';
	if (core->taken_s > dump->crash_s)
		snprintf(to, size, "%s %s after the panic: it is of a later boot%s", what,
			 fb_text_duration(core->taken_s - dump->crash_s, text, sizeof(text)),
			 core->taken_by_name ? "" : ", or its file was copied since");
	else if (core->taken_s < dump->boot_s)
		snprintf(to, size, "%s %s before this boot: it is of an earlier one", what,
			 fb_text_duration(dump->boot_s - core->taken_s, text, sizeof(text)));
}

enum fb_boot_verdict fb_boot_facts_compare(const struct fb_boot_facts *core,
					   const struct fb_boot_facts *dump, char *why, size_t size)
{
	const char *of_core = *core->vdso ? core->vdso : core->vdso_32;
	const char *of_dump = *core->vdso ? dump->vdso : dump->vdso_32;
	bool vdso = *of_core && *of_dump, boot = *core->boot_id && *dump->boot_id;
	bool hwcap = core->hwcap && dump->hwcap;
	char time[128];

	why[0] = '\0';
	judge_time(core, dump, time, sizeof(time));
	if (hwcap && core->hwcap != dump->hwcap) {
		snprintf(why, size,
			 "it is of another host: the processor there had other features (AT_HWCAP "
			 "0x%" PRIx64 ", here 0x%" PRIx64 ")",
			 core->hwcap, dump->hwcap);
		return FB_BOOT_OTHER_HOST;
	}
	if (vdso && strcmp(of_core, of_dump) != 0) {
		snprintf(why, size,
			 "another kernel ran there (build-id of its vDSO %s, here %s): it is of "
			 "another host, or of this one before or after an update",
			 of_core, of_dump);
		return FB_BOOT_OTHER_KERNEL;
	}
	if (boot && strcmp(core->boot_id, dump->boot_id) != 0) {
		snprintf(why, size, "it is of another boot (boot ID %s, here %s)", core->boot_id,
			 dump->boot_id);
		return FB_BOOT_OTHER_BOOT;
	}
	if (*time && !boot) {
		snprintf(why, size, "%s%s", time, vdso ? " (the same kernel ran there)" : "");
		return core->taken_by_name ? FB_BOOT_OTHER_BOOT : FB_BOOT_OTHER_TIME;
	}
	if (!vdso && !boot)
		return FB_BOOT_UNKNOWN;
	snprintf(why, size, "%s there: its process had ended at the panic",
		 boot ? "the boot is the same" : "the same kernel ran");
	return FB_BOOT_SAME;
}
