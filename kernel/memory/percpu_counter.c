// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds up a struct percpu_counter. Called for the resident memory of processes and for /proc/meminfo.
 */
#include "kernel/memory/percpu_counter.h"

struct fb_error *fb_percpu_counter_sum(struct fb_kernel *kernel, uint64_t address, int64_t *sum_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t counters, part_address;
	int64_t sum = 0;
	uint32_t part;
	struct fb_error *err;

	err = fb_kernel_field_signed(kernel, address, &layout->percpu_counter_count, &sum);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->percpu_counter_counters, &counters);
	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(kernel) && !err; cpu++) {
		err = fb_kernel_percpu(kernel, cpu, counters, &part_address);
		if (!err)
			err = fb_space_u32(fb_kernel_space(kernel), part_address, &part);
		if (!err)
			sum += (int32_t)part;
	}
	if (!err)
		*sum_ret = sum;
	return err;
}
