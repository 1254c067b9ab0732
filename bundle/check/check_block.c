// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks block devices: requests that do not end, devices of the device mapper that are suspended, with what they hold
 * back, and multipath devices that have lost paths. Called by check.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/check/checks.h"

/* A request normally takes milliseconds; drivers give up after 30 s, as a rule, and try again. */
#define STUCK_S 10.0
/* The kernel reports tasks that hang for so long (kernel/hung_task.c, CONFIG_DEFAULT_HUNG_TASK_TIMEOUT). */
#define HUNG_S 120.0

/* "dm-1 (lab2)". */
static void disk_text(const struct fb_disk *disk, const struct fb_mapped *mapped, char *to,
		      size_t size)
{
	char name[4 * FB_DISK_NAME], own[4 * FB_MAPPED_NAME] = "";

	fb_text_escape(disk->whole.name, strnlen(disk->whole.name, FB_DISK_NAME), name,
		       sizeof(name));
	if (mapped)
		fb_text_escape(mapped->name, strnlen(mapped->name, sizeof(mapped->name)), own,
			       sizeof(own));
	snprintf(to, size, "%s%s%s%s", name, *own ? " (" : "", own, *own ? ")" : "");
}

/* "write sync,meta of 4.00 KiB at sector 4096, in flight for 45 s; 396 mix waits for it". */
static struct fb_error *add_request(const struct fb_check *check, const struct fb_request *request,
				    struct fb_finding *finding)
{
	const struct fb_task *task = request->tid >= 0 && check->tasks
					     ? fb_tasks_by_tid(check->tasks, request->tid)
					     : NULL;
	char bytes[32], time[32] = "an unknown time", waits[96] = "", end[4 * sizeof(request->end)];

	if (!isnan(request->age_s))
		fb_text_duration(request->age_s, time, sizeof(time));
	fb_text_escape(request->end, strnlen(request->end, sizeof(request->end)), end, sizeof(end));
	if (task)
		snprintf(waits, sizeof(waits), "; %d %s waits for it", task->tid,
			 fb_task_comm(task).text);
	return fb_finding_evidence(finding, "%s%s%s of %s at sector %" PRIu64 ", %s for %s%s%s",
				   request->operation, *request->flags ? " " : "", request->flags,
				   fb_text_size(request->bytes, bytes, sizeof(bytes)),
				   request->sector, fb_request_state_name(request->state), time,
				   task   ? waits
				   : *end ? "; issued by "
					  : "",
				   task ? "" : end);
}

static bool is_stuck(const struct fb_request *request)
{
	return request->state <= FB_REQUEST_COMPLETE && request->age_s >= STUCK_S;
}

static bool is_held_back(const struct fb_request *request)
{
	return request->state == FB_REQUEST_HELD_BACK;
}

/* How many of the requests are of a kind, and the age of the oldest; NaN: none is known. */
static size_t count_of(const struct fb_request *requests, size_t count,
		       bool (*kind)(const struct fb_request *request), double *oldest_ret)
{
	size_t found = 0;

	*oldest_ret = NAN;
	for (size_t i = 0; i < count; i++) {
		if (!kind(&requests[i]))
			continue;
		found++;
		if (isnan(*oldest_ret) || requests[i].age_s > *oldest_ret)
			*oldest_ret = requests[i].age_s;
	}
	return found;
}

static struct fb_error *add_all(const struct fb_check *check, const struct fb_request *requests,
				size_t count, bool (*kind)(const struct fb_request *request),
				struct fb_finding *finding)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		if (kind(&requests[i]))
			err = add_request(check, &requests[i], finding);
	return err;
}

static struct fb_error *check_stuck(const struct fb_check *check, const char *name,
				    const struct fb_request *requests, size_t count)
{
	double oldest;
	size_t stuck = count_of(requests, count, is_stuck, &oldest);
	struct fb_finding *finding;
	struct fb_error *err;
	char time[32];

	if (!stuck)
		return NULL;
	err = fb_findings_add(
		check->findings, oldest < HUNG_S ? FB_WEIGHT_SERIOUS : FB_WEIGHT_GRAVE, "stuck-io",
		"block", &finding,
		"%zu request%s of %s %s not ended for %.0f s or longer, the oldest for %s", stuck,
		stuck == 1 ? "" : "s", name, stuck == 1 ? "has" : "have", STUCK_S,
		fb_text_duration(oldest, time, sizeof(time)));
	return err ? err : add_all(check, requests, count, is_stuck, finding);
}

/* A device is suspended for moments when its table is changed, with nothing held back as a rule. */
static struct fb_error *check_suspended(const struct fb_check *check, const char *name,
					const struct fb_mapped *mapped,
					const struct fb_request *requests, size_t count)
{
	double oldest;
	size_t held = count_of(requests, count, is_held_back, &oldest);
	enum fb_weight weight = !held              ? FB_WEIGHT_NOTABLE
				: oldest >= HUNG_S ? FB_WEIGHT_GRAVE
						   : FB_WEIGHT_SERIOUS;
	char time[32] = "an unknown time", what[96] = "nothing";
	struct fb_finding *finding;
	struct fb_error *err;

	if (!isnan(oldest))
		fb_text_duration(oldest, time, sizeof(time));
	if (held)
		snprintf(what, sizeof(what), "%zu request%s, the oldest for %s", held,
			 held == 1 ? "" : "s", time);
	err = fb_findings_add(check->findings, weight, "suspended", "block", &finding,
			      "%s is suspended, and holds back %s", name, what);
	if (!err)
		err = fb_finding_evidence(
			finding, "mapped_device 0x%" PRIx64 ": dmsetup resume lets it go on",
			mapped->address);
	return err ? err : add_all(check, requests, count, is_held_back, finding);
}

/* Each path that has failed, as evidence. */
static struct fb_error *add_failed_paths(const struct fb_multipath *multipath,
					 struct fb_finding *finding)
{
	struct fb_error *err = NULL;

	for (size_t g = 0; g < multipath->group_count; g++) {
		const struct fb_multipath_group *group = &multipath->groups[g];

		for (size_t p = 0; p < group->path_count && !err; p++) {
			const struct fb_multipath_path *path = &group->paths[p];
			char device[4 * sizeof(path->device)];

			if (!path->failed)
				continue;
			fb_text_escape(path->device, strnlen(path->device, sizeof(path->device)),
				       device, sizeof(device));
			err = fb_finding_evidence(
				finding, "path %s of group %" PRIu32 ": failed %" PRIu32 " time%s",
				device, group->number, path->failures,
				path->failures == 1 ? "" : "s");
		}
	}
	return err;
}

static struct fb_error *check_paths(const struct fb_check *check, const char *name,
				    const struct fb_multipath *multipath)
{
	size_t failed, count = fb_multipath_paths(multipath, &failed);
	struct fb_finding *finding;
	struct fb_error *err;

	if (!failed)
		return NULL;
	err = failed < count
		      ? fb_findings_add(check->findings, FB_WEIGHT_NOTABLE, "path-failed", "block",
					&finding, "%zu of %zu paths of %s %s failed", failed, count,
					name, failed == 1 ? "has" : "have")
		      : fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "no-path", "block",
					&finding, "%s has no path left of %zu: its requests %s",
					name, count,
					multipath->queue_if_no_path ? "wait for one" : "fail");
	return err ? err : add_failed_paths(multipath, finding);
}

struct fb_error *fb_check_disk(const struct fb_check *check, const struct fb_disk *disk,
			       const struct fb_mapped *mapped, const struct fb_request *requests,
			       size_t count)
{
	char name[4 * (FB_DISK_NAME + FB_MAPPED_NAME) + 4];
	struct fb_error *err;

	disk_text(disk, mapped, name, sizeof(name));
	err = check_stuck(check, name, requests, count);
	if (!err && mapped && (mapped->suspended || mapped->holds_back))
		err = check_suspended(check, name, mapped, requests, count);
	for (size_t i = 0; mapped && i < mapped->target_count && !err; i++)
		if (mapped->targets[i].multipath)
			err = check_paths(check, name, mapped->targets[i].multipath);
	return err;
}

/* What is read of all block devices. */
struct devices {
	const struct fb_check *check;
	struct fb_disks disks;
	struct fb_requests requests;
	struct fb_module_types *types;
	struct fb_request_reader *reader;
	/* owned: of each disk; its address is 0 where it is none, or cannot be read */
	struct fb_mapped *mapped;
};

/* A dump of a kernel without the types of the device mapper has none of what a device holds back. */
static struct fb_error *read_mapped(struct devices *devices, const struct fb_disk *disk,
				    struct fb_mapped *mapped)
{
	struct fb_kernel *kernel = devices->check->kernel;
	const struct fb_driver_types types = {kernel, devices->types, "dm_mod"};
	struct fb_error *err;

	if (!fb_disk_is_mapped(disk))
		return NULL;
	err = fb_mapped_read(&types, disk, mapped);
	if (!err)
		err = fb_mapped_held_back(&types, disk, mapped, devices->reader,
					  &devices->requests);
	return fb_part_warn(fb_kernel_warnings(kernel), err, "a device of the device mapper");
}

static struct fb_error *load(struct devices *devices)
{
	struct fb_kernel *kernel = devices->check->kernel;
	struct fb_error *err = fb_disks_load(kernel, &devices->disks);

	if (!err)
		err = fb_alloc_array(devices->disks.count, sizeof(*devices->mapped),
				     FB_MAX_BLOCK_DEVICES, "disks", &devices->mapped);
	if (!err)
		err = fb_module_types_create(kernel, &devices->types);
	if (!err)
		err = fb_request_reader_create(kernel, &devices->disks, devices->check->tasks,
					       devices->types, &devices->reader);
	if (!err)
		err = fb_requests_by_tags(kernel, &devices->disks, devices->reader,
					  &devices->requests);
	for (size_t i = 0; i < devices->disks.count && !err; i++)
		err = read_mapped(devices, &devices->disks.disks[i], &devices->mapped[i]);
	if (!err)
		fb_requests_sort(&devices->requests);
	return err;
}

/* The requests are in the order of the disks. Those without a disk come last: they are a controller's commands, some of
 * which wait for its events for ever. */
static struct fb_error *check_all(const struct devices *devices)
{
	const struct fb_request *list = devices->requests.list;
	size_t at = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < devices->disks.count && !err; i++) {
		const struct fb_disk *disk = &devices->disks.disks[i];
		const struct fb_mapped *mapped = &devices->mapped[i];
		size_t first = at;

		while (at < devices->requests.count && list[at].disk == disk)
			at++;
		err = fb_check_disk(devices->check, disk, mapped->address ? mapped : NULL,
				    at > first ? list + first : NULL, at - first);
	}
	return err;
}

static void deinit(struct devices *devices)
{
	for (size_t i = 0; devices->mapped && i < devices->disks.count; i++)
		fb_mapped_deinit(&devices->mapped[i]);
	free(devices->mapped);
	fb_request_reader_destroy(devices->reader);
	fb_module_types_destroy(devices->types);
	fb_requests_deinit(&devices->requests);
	fb_disks_deinit(&devices->disks);
}

struct fb_error *fb_check_block(struct fb_check *check)
{
	struct devices devices = {.check = check, .requests.complete = true};
	struct fb_error *err = load(&devices);

	if (!err)
		err = check_all(&devices);
	deinit(&devices);
	return err;
}
