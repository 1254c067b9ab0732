// SPDX-License-Identifier: GPL-2.0-or-later
/* The timer wheel of a CPU: lists of timers that expire at about the same time. Called by timers.c. */
#include <endian.h>
#include <inttypes.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/time/timers_private.h"

/* kernel/time/timer.c: a level has 64 lists, and each level's ticks are 8 of the one below. */
#define LISTS_OF_LEVEL 64u
#define LEVEL_SHIFT 3u
/* WHEEL_SIZE is 576 where HZ is more than 100. */
#define MOST_LISTS 1024u
/* NR_BASES: 1 to 3. */
#define MOST_BASES 3u
/* timer_list.flags. */
#define TIMER_DEFERRABLE 0x00080000u

/* A timer is run by the tick when its list is due, which is rounded up; a list that is later than this is late. */
#define LATE_TICKS 25

struct wheel {
	struct fb_timer_loader *loader;
	uint32_t cpu;
	uint64_t steps; /* that may still be taken in lists */
};

static struct fb_error *add_timer(struct wheel *wheel, uint64_t address, uint32_t list,
				  bool running)
{
	struct fb_timer_loader *loader = wheel->loader;
	const struct fb_layout *layout = loader->layout;
	uint32_t shift = list / LISTS_OF_LEVEL * LEVEL_SHIFT;
	struct fb_timer timer = {.address = address, .cpu = wheel->cpu, .running = running};
	uint64_t flags = 0, due;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, address, &layout->timer_expires, &timer.expires);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->timer_function,
				      &timer.function);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->timer_flags, &flags);
	if (err)
		return err;
	timer.soft_expires = timer.expires;
	timer.deferrable = flags & TIMER_DEFERRABLE;
	timer.in_s = -fb_jiffies_since(&loader->found.jiffies, timer.expires);
	due = ((timer.expires >> shift) + 1) << shift;
	timer.overdue = (int64_t)(loader->found.jiffies.now - due) > LATE_TICKS &&
			!timer.deferrable && !running;
	return fb_timers_add(loader, &timer);
}

static struct fb_error *walk_list(struct wheel *wheel, uint64_t node, uint32_t list)
{
	const struct fb_layout *layout = wheel->loader->layout;
	struct fb_kernel *kernel = wheel->loader->kernel;
	struct fb_error *err = NULL;

	while (node && !err) {
		if (!fb_kernel_address_ok(node))
			return fb_error_create(FB_CORRUPT, "a timer at 0x%" PRIx64, node);
		if (!wheel->steps)
			return fb_error_create(FB_LIMIT, "more than %u timers", FB_MAX_TIMERS);
		wheel->steps--;
		err = add_timer(wheel, node - layout->timer_entry.offset, list, false);
		if (!err)
			err = fb_space_u64(fb_kernel_space(kernel), node, &node);
	}
	return err;
}

static struct fb_error *read_base(struct wheel *wheel, uint64_t base)
{
	struct fb_timer_loader *loader = wheel->loader;
	const struct fb_field *vectors = &loader->layout->timer_base_vectors;
	uint64_t lists[MOST_LISTS] = {0}, running = 0;
	uint32_t size = vectors->size < sizeof(lists) ? vectors->size : sizeof(lists);
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, base, &loader->layout->timer_base_running, &running);
	if (!err && running)
		err = add_timer(wheel, running, 0, true);
	if (!err)
		err = fb_space_read(fb_kernel_space(loader->kernel), base + vectors->offset, lists,
				    size);
	for (uint32_t i = 0; i < MOST_LISTS && !err; i++)
		err = fb_part_warn(fb_kernel_warnings(loader->kernel),
				   walk_list(wheel, le64toh(lists[i]), i),
				   "timers of CPU %u, list %u", wheel->cpu, i);
	return err;
}

/* How many wheels a CPU has: as many as fit into the variable, for each of which the CPU's number holds. */
static uint32_t count_bases(struct fb_timer_loader *loader)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(loader->kernel);
	uint32_t size = loader->layout->timer_base.size;
	struct fb_symbol symbol;

	if (!size || !symbols || !fb_symtab_by_name(symbols, "timer_bases", &symbol) ||
	    symbol.size < size)
		return 1;
	return symbol.size / size < MOST_BASES ? (uint32_t)(symbol.size / size) : MOST_BASES;
}

struct fb_error *fb_timer_wheel_read(struct fb_timer_loader *loader, uint32_t cpu)
{
	const struct fb_layout *layout = loader->layout;
	struct wheel wheel = {loader, cpu, FB_MAX_TIMERS};
	uint32_t count = count_bases(loader);
	uint64_t address, number = 0;
	struct fb_error *err = fb_layout_require(&layout->timer_base_vectors);

	if (!err)
		err = fb_kernel_percpu_symbol(loader->kernel, cpu, "timer_bases", &address);
	for (uint32_t i = 0; i < count && !err; i++) {
		uint64_t base = address + (uint64_t)i * layout->timer_base.size;

		err = fb_kernel_field(loader->kernel, base, &layout->timer_base_cpu, &number);
		if (!err && number != cpu)
			err = fb_error_create(FB_CORRUPT, "it says that it is of CPU %" PRIu64,
					      number);
		if (!err)
			err = read_base(&wheel, base);
		err = fb_part_warn(fb_kernel_warnings(loader->kernel), err,
				   "timer wheel %u of CPU %u", i, cpu);
	}
	return err;
}
