// SPDX-License-Identifier: GPL-2.0-or-later
/* The high-resolution timers of a CPU: a tree for each clock. Called by timers.c. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/time/timers_private.h"

/* HRTIMER_MAX_CLOCK_BASES is 8. */
#define MOST_BASES 16u
/* A timer that was due less than this before the panic was about to be run. */
#define LATE_S (-0.1)

struct base {
	uint32_t cpu, clock;
	uint64_t offset; /* of its clock to CLOCK_MONOTONIC, ns, modulo 2^64 */
};

static struct fb_error *add_timer(struct fb_timer_loader *loader, const struct base *base,
				  uint64_t address, bool running)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_timer timer = {.address = address,
				 .high_resolution = true,
				 .cpu = base->cpu,
				 .clock = base->clock,
				 .in_s = NAN,
				 .running = running};
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, address, &layout->hrtimer_expires, &timer.expires);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->hrtimer_soft_expires,
				      &timer.soft_expires);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->hrtimer_function,
				      &timer.function);
	if (err)
		return err;
	if (loader->found.now_known)
		timer.in_s =
			(double)(int64_t)(timer.expires - (loader->found.now_ns + base->offset)) /
			1e9;
	timer.overdue = timer.in_s < LATE_S && !running;
	return fb_timers_add(loader, &timer);
}

/* In any order: they are sorted later. A node that cannot be read costs what is below it. */
static struct fb_error *walk_tree(struct fb_timer_loader *loader, const struct base *base,
				  uint64_t root)
{
	const struct fb_layout *layout = loader->layout;
	const struct fb_field *links[] = {&layout->rb_left, &layout->rb_right};
	uint64_t *nodes = NULL, child;
	size_t count = 0, room = 0;
	struct fb_u64_map seen = {0};
	bool fresh = true;
	struct fb_error *err = NULL;

	for (uint64_t node = root; node && !err; node = count ? nodes[--count] : 0) {
		if (!fb_kernel_address_ok(node))
			err = fb_error_create(FB_CORRUPT, "a node at 0x%" PRIx64, node);
		else
			err = fb_u64_set_add(&seen, node, FB_MAX_TIMERS, "timers", &fresh);
		if (!err && !fresh)
			err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " is met twice", node);
		if (!err)
			err = add_timer(loader, base, node - layout->hrtimer_node.offset, false);
		for (size_t i = 0; i < FB_ARRAY_SIZE(links) && !err; i++) {
			err = fb_kernel_field(loader->kernel, node, links[i], &child);
			if (!err && child)
				err = fb_grow_array(&nodes, &room, count, sizeof(*nodes),
						    FB_MAX_TIMERS, "timers");
			if (!err && child)
				nodes[count++] = child;
		}
		err = fb_part_warn(fb_kernel_warnings(loader->kernel), err,
				   "high-resolution timers of CPU %u, clock %u", base->cpu,
				   base->clock);
	}
	free(nodes);
	fb_u64_map_deinit(&seen);
	return err;
}

static struct fb_error *read_base(struct fb_timer_loader *loader, struct base *base,
				  uint64_t address)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t root, running = 0;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, address, &layout->clock_base_offset, &base->offset);
	if (!err && layout->clock_base_running.found)
		err = fb_kernel_field(loader->kernel, address, &layout->clock_base_running,
				      &running);
	/* Its function may have queued it again. */
	if (!err && running)
		err = add_timer(loader, base, running, true);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->clock_base_root, &root);
	return err ? err : walk_tree(loader, base, root);
}

struct fb_error *fb_hrtimers_read(struct fb_timer_loader *loader, uint32_t cpu)
{
	const struct fb_field *bases = &loader->layout->hrtimer_cpu_bases;
	uint32_t size = loader->layout->hrtimer_clock_base.size;
	uint64_t address;
	struct fb_error *err = fb_layout_require(bases);

	if (!err)
		err = fb_kernel_percpu_symbol(loader->kernel, cpu, "hrtimer_bases", &address);
	for (uint32_t i = 0; !err && size && i < bases->size / size && i < MOST_BASES; i++) {
		struct base base = {.cpu = cpu, .clock = i};

		err = read_base(loader, &base, address + bases->offset + (uint64_t)i * size);
		err = fb_part_warn(fb_kernel_warnings(loader->kernel), err,
				   "high-resolution timers of CPU %u, clock %u", cpu, i);
	}
	return err;
}
