// SPDX-License-Identifier: GPL-2.0-or-later
/* Adds up the counters of a block device over all CPUs. Called for the list of disks. */
#include "kernel/block/disk_stats.h"

/* Adds the element of an array of words of one CPU's counters. */
static struct fb_error *add_word(struct fb_kernel *kernel, uint64_t base,
				 const struct fb_field *array, uint64_t index, uint64_t *sum)
{
	uint64_t word;
	struct fb_error *err = fb_layout_require(array);

	if (err || (index + 1) * sizeof(word) > array->size)
		return err;
	err = fb_space_u64(fb_kernel_space(kernel), base + array->offset + index * sizeof(word),
			   &word);
	if (!err)
		*sum += word;
	return err;
}

static struct fb_error *add_cpu(struct fb_kernel *kernel, uint64_t base,
				struct fb_disk_stats *stats)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t ticks = 0;
	struct fb_error *err = NULL;

	for (unsigned group = 0; group < FB_DISK_GROUPS && !err; group++) {
		err = add_word(kernel, base, &layout->disk_stats_ios, group,
			       &stats->of[group].completed);
		if (!err)
			err = add_word(kernel, base, &layout->disk_stats_merges, group,
				       &stats->of[group].merged);
		if (!err)
			err = add_word(kernel, base, &layout->disk_stats_sectors, group,
				       &stats->of[group].sectors);
		if (!err)
			err = add_word(kernel, base, &layout->disk_stats_ns, group,
				       &stats->of[group].ns);
	}
	for (unsigned direction = 0; direction < 2 && !err; direction++)
		err = add_word(kernel, base, &layout->disk_stats_in_flight, direction,
			       &stats->in_flight);
	if (!err)
		err = fb_kernel_field(kernel, base, &layout->disk_stats_ticks, &ticks);
	stats->busy_jiffies += ticks;
	return err;
}

struct fb_error *fb_disk_stats_read(struct fb_kernel *kernel, uint64_t address,
				    struct fb_disk_stats *stats_ret)
{
	struct fb_disk_stats stats = {.known = true};
	struct fb_error *err = NULL;

	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(kernel) && !err; cpu++) {
		uint64_t base;

		err = fb_kernel_percpu(kernel, cpu, address, &base);
		if (!err)
			err = add_cpu(kernel, base, &stats);
	}
	/* A CPU may have counted the end of what another one began: only the sum means something. */
	if ((int64_t)stats.in_flight < 0)
		stats.in_flight = 0;
	if (!err)
		*stats_ret = stats;
	return err;
}
