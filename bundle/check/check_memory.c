// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks the memory: zones below their watermarks, little that is available, no swap left, and who has the most. Called
 * by check.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/check/checks.h"
#include "kernel/memory/counters.h"
#include "kernel/tasks/resident.h"

/* Of all memory, in percent: less is little; more is a large part for one slab cache. */
#define LITTLE_AVAILABLE 3u
#define LITTLE_SWAP 3u
#define LARGE_CACHE 25u
/* Processes and caches that are named. */
#define NAMED 3u

/* The processes that have the most. */
static struct fb_error *add_processes(const struct fb_check *check, struct fb_finding *finding)
{
	struct fb_resident *list = NULL;
	size_t count = 0;
	struct fb_error *err = NULL;

	if (check->tasks)
		err = fb_resident_load(check->kernel, check->tasks, &list, &count);

	for (size_t i = 0; i < count && i < NAMED && !err; i++) {
		const struct fb_task *task = list[i].task;
		char size[32];

		err = fb_finding_evidence(finding, "process %d %s has %s", task->pid,
					  fb_task_comm(task).text,
					  fb_text_size(list[i].bytes, size, sizeof(size)));
	}
	free(list);
	return err;
}

static struct fb_error *add_line(const struct fb_meminfo *meminfo, const char *name,
				 struct fb_finding *finding)
{
	char size[32];
	uint64_t bytes;

	if (!fb_meminfo_value(meminfo, name, &bytes))
		return NULL;
	return fb_finding_evidence(finding, "%s: %s", name,
				   fb_text_size(bytes, size, sizeof(size)));
}

/* Below "min" only the kernel's most urgent requests are served; below "low" kswapd runs. */
struct fb_error *fb_check_zones(const struct fb_check *check, const struct fb_zones *zones)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < zones->count && !err; i++) {
		const struct fb_zone *zone = &zones->zones[i];
		bool below_min = zone->free < zone->min;
		char name[4 * sizeof(zone->name)], free_text[32], mark[32];
		struct fb_finding *finding;

		if (!zone->managed || zone->free >= zone->low)
			continue;
		fb_text_escape(zone->name, strnlen(zone->name, sizeof(zone->name)), name,
			       sizeof(name));
		fb_text_size(zone->free * FB_PAGE_SIZE, free_text, sizeof(free_text));
		fb_text_size((below_min ? zone->min : zone->low) * FB_PAGE_SIZE, mark,
			     sizeof(mark));
		err = fb_findings_add(
			check->findings, below_min ? FB_WEIGHT_GRAVE : FB_WEIGHT_SERIOUS,
			"memory-low", "mem", &finding,
			"zone %s of node %d has %s free, below its %s watermark of %s", name,
			zone->node, free_text, below_min ? "min" : "low", mark);
		if (!err)
			err = add_processes(check, finding);
	}
	return err;
}

static struct fb_error *check_available(const struct fb_check *check,
					const struct fb_meminfo *meminfo, uint64_t total)
{
	static const char *const users[] = {"AnonPages", "Shmem", "Slab"};
	struct fb_finding *finding;
	struct fb_error *err;
	uint64_t available;
	char size[32], of[32];

	if (!fb_meminfo_value(meminfo, "MemAvailable", &available) ||
	    available >= total / 100 * LITTLE_AVAILABLE)
		return NULL;
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "memory-exhausted", "mem",
			      &finding, "%s of %s of memory are available",
			      fb_text_size(available, size, sizeof(size)),
			      fb_text_size(total, of, sizeof(of)));
	for (size_t i = 0; i < FB_ARRAY_SIZE(users) && !err; i++)
		err = add_line(meminfo, users[i], finding);
	return err ? err : add_processes(check, finding);
}

static struct fb_error *check_swap(const struct fb_check *check, const struct fb_meminfo *meminfo)
{
	uint64_t total, left;
	struct fb_finding *finding;
	struct fb_error *err;
	char size[32], of[32];

	if (!fb_meminfo_value(meminfo, "SwapTotal", &total) ||
	    !fb_meminfo_value(meminfo, "SwapFree", &left) || left >= total / 100 * LITTLE_SWAP)
		return NULL;
	err = fb_findings_add(check->findings, FB_WEIGHT_NOTABLE, "swap-full", "mem", &finding,
			      "%s of %s of swap are free", fb_text_size(left, size, sizeof(size)),
			      fb_text_size(total, of, sizeof(of)));
	return err ? err : add_line(meminfo, "MemAvailable", finding);
}

static struct fb_error *check_caches(const struct fb_check *check,
				     const struct fb_slab_usages *slabs, uint64_t total)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < slabs->count && i < NAMED && !err; i++) {
		const struct fb_slab_usage *usage = &slabs->caches[i];
		char name[4 * sizeof(usage->name)], size[32], objects[32];
		struct fb_finding *finding;

		if (!usage->counted || usage->bytes < total / 100 * LARGE_CACHE)
			continue;
		fb_text_escape(usage->name, strnlen(usage->name, sizeof(usage->name)), name,
			       sizeof(name));
		err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "slab-growth", "mem",
				      &finding, "slab cache %s has %s, %u %% of all memory", name,
				      fb_text_size(usage->bytes, size, sizeof(size)),
				      (unsigned)(usage->bytes / (total / 100)));
		if (!err)
			err = fb_finding_evidence(
				finding, "it has room for %s objects of %u bytes",
				fb_text_count(usage->objects, objects, sizeof(objects)),
				usage->cache.size);
	}
	return err;
}

struct fb_error *fb_check_meminfo(const struct fb_check *check, const struct fb_meminfo *meminfo,
				  const struct fb_slab_usages *slabs)
{
	uint64_t total;
	struct fb_error *err;

	if (!fb_meminfo_value(meminfo, "MemTotal", &total) || total < 100)
		return NULL;
	err = check_available(check, meminfo, total);
	if (!err)
		err = check_swap(check, meminfo);
	return err ? err : check_caches(check, slabs, total);
}

static struct fb_error *load_meminfo(const struct fb_check *check, const struct fb_zones *zones,
				     struct fb_meminfo *meminfo)
{
	struct fb_memory_counters counters;
	struct fb_error *err = fb_memory_counters_load(check->kernel, &counters);

	return err ? err : fb_meminfo_load(check->kernel, &counters, zones, meminfo);
}

struct fb_error *fb_check_memory(struct fb_check *check)
{
	struct fb_slab_usages slabs = {0};
	struct fb_zones zones;
	struct fb_meminfo meminfo;
	struct fb_error *err = fb_zones_load(check->kernel, &zones);

	if (err)
		return err;
	err = fb_check_zones(check, &zones);
	if (!err)
		err = load_meminfo(check, &zones, &meminfo);
	if (!err)
		err = fb_part_warn(fb_kernel_warnings(check->kernel),
				   fb_slab_usages_load(check->kernel, &slabs),
				   "slab caches cannot be checked");
	if (!err)
		err = fb_check_meminfo(check, &meminfo, &slabs);
	fb_slab_usages_deinit(&slabs);
	fb_zones_deinit(&zones);
	return err;
}
