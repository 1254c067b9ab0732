// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the capture kernel's memory is. Called by page_class.c. */
#include "kernel/memory/crash_reserve.h"

#include "base/limits.h"
#include "base/part.h"

/* Nothing is set aside in the first MiB, which boot code and the BIOS use. */
#define LEAST_START (1u << 20)

/* A range that this very variable is in, or with it the whole image of the kernel, cannot be one that it does not
 * use. */
static bool has_image(const struct fb_kernel *kernel, uint64_t address, uint64_t start,
		      uint64_t last)
{
	const uint64_t physical = address - FB_START_KERNEL_MAP + fb_kernel_info(kernel)->phys_base;

	return physical >= start && physical <= last;
}

/* The frames of a struct resource, whose end is inclusive; all zeros where nothing is set aside. */
static struct fb_error *read_range(const struct fb_kernel *kernel, uint64_t address,
				   uint64_t *start_ret, uint64_t *end_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t start, last;
	struct fb_error *err = fb_kernel_field(kernel, address, &layout->resource_start, &start);

	if (!err)
		err = fb_kernel_field(kernel, address, &layout->resource_end, &last);
	if (err)
		return fb_part_skip(err);
	if (start < LEAST_START || last <= start || start % FB_PAGE_SIZE ||
	    (last + 1) % FB_PAGE_SIZE || has_image(kernel, address, start, last))
		return NULL;
	*start_ret = start >> FB_PAGE_SHIFT;
	*end_ret = (last >> FB_PAGE_SHIFT) + 1;
	return NULL;
}

struct fb_error *fb_crash_reserve_find(const struct fb_kernel *kernel,
				       struct fb_crash_reserve *reserve_ret)
{
	static const char *const names[FB_CRASH_RANGES] = {"crashk_res", "crashk_low_res"};
	struct fb_crash_reserve reserve = {0};
	struct fb_error *err = NULL;

	for (unsigned i = 0; i < FB_CRASH_RANGES && !err; i++) {
		uint64_t address;

		if (fb_kernel_find_symbol(kernel, names[i], &address))
			err = read_range(kernel, address, &reserve.ranges[i].start,
					 &reserve.ranges[i].end);
	}
	if (!err)
		*reserve_ret = reserve;
	return err;
}
