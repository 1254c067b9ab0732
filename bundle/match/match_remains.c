// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what identifies a core whose notes are cut off or damaged: the PID in the name of its file (gcore's core.PID,
 * systemd-coredump's names, names by a core_pattern with %p), and the auxiliary vector that exec put on the stack,
 * which is in the core's memory. Called by match.c for each core.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/match/match_private.h"

/* PID_MAX_LIMIT (include/linux/threads.h): numbers above are times or inodes. */
#define MAX_PID (1 << 22)
#define BOOT_ID_DIGITS 32u
/* Searched for the vector: behind argc and the pointers to some thousand arguments and variables. */
#define SEARCHED_BYTES (64u << 10)

/* The part of systemd-coredump's core.COMM.UID.BOOT_ID.PID.TIME (systemd-coredump(8)) that is the PID, or
 * NULL where the name is none of these. */
static const char *systemd_pid(const char *name)
{
	for (const char *part = strchr(name, '.'); part; part = strchr(part + 1, '.'))
		if (strspn(part + 1, "0123456789abcdef") == BOOT_ID_DIGITS &&
		    part[1 + BOOT_ID_DIGITS] == '.')
			return part + BOOT_ID_DIGITS + 2;
	return NULL;
}

static void add(struct fb_core_pids *pids, const char *digits)
{
	unsigned long number = strtoul(digits, NULL, 10);

	if (number && number <= MAX_PID && pids->count < FB_MAX_NAME_PIDS)
		pids->pid[pids->count++] = (int32_t)number;
}

/* Numbers that stand alone between marks, as in core.132 or core-nginx-33.132. */
static void add_all(struct fb_core_pids *pids, const char *name)
{
	for (const char *at = name; *at;) {
		size_t length = strspn(at, "0123456789");
		bool begins = at == name || !isalnum((unsigned char)at[-1]);

		if (length && begins && !isalnum((unsigned char)at[length]))
			add(pids, at);
		at += length ? length : 1;
	}
}

void fb_core_pids_read(const struct fb_core *core, struct fb_core_pids *pids_ret)
{
	const struct fb_core_info *info = fb_core_info(core);
	const char *name = fb_core_name(core), *pid = systemd_pid(name);

	*pids_ret = (struct fb_core_pids){.by_name = !info->pid};
	if (info->pid)
		pids_ret->pid[pids_ret->count++] = info->pid;
	else if (pid)
		add(pids_ret, pid);
	else
		add_all(pids_ret, name);
}

struct fb_error *fb_core_has_vector(struct fb_core *core, const struct fb_match_process *process,
				    bool *has_ret)
{
	const struct fb_core_segment *segment = fb_core_segment_at(core, process->stack);
	uint64_t left, at = segment ? process->stack - segment->address : 0;
	uint8_t vector[sizeof(process->auxv.word)];
	struct fb_error *err;
	uint8_t *bytes;

	*has_ret = false;
	if (!segment || !process->auxv.pairs || at >= segment->file_size)
		return NULL;
	left = segment->file_size - at;
	if (left > SEARCHED_BYTES)
		left = SEARCHED_BYTES;
	err = fb_alloc_array(left, 1, SEARCHED_BYTES, "bytes of a stack", &bytes);
	if (err)
		return err;
	err = fb_space_read(fb_core_space(core), process->stack, bytes, left);
	if (!err)
		*has_ret = memmem(bytes, left, vector, fb_auxv_bytes(&process->auxv, vector));
	free(bytes);
	return fb_part_skip(err);
}
