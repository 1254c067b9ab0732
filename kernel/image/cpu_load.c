// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what is needed of the CPUs when a kernel is opened: the masks, the per-CPU offsets, which note has the
 * registers of which CPU, and which CPU panicked. Called by kernel_open.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/image/kernel_private.h"

/* __cpu_online_mask and friends: NR_CPUS bits, so the symbol's size bounds them. */
static struct fb_error *read_mask(struct fb_kernel *kernel, const char *name, uint8_t *mask)
{
	struct fb_symbol symbol;
	uint64_t size;

	if (!kernel->symbols || !fb_symtab_by_name(kernel->symbols, name, &symbol))
		return fb_error_create(FB_NOT_FOUND, "this kernel has no symbol %s", name);
	size = symbol.size < FB_MAX_CPUS / 8 ? symbol.size : FB_MAX_CPUS / 8;
	return fb_space_read(kernel->space, symbol.address, mask, size);
}

static uint32_t count_bits(const uint8_t *mask)
{
	uint32_t count = 0;

	for (uint32_t cpu = 0; cpu < FB_MAX_CPUS; cpu++)
		count += fb_cpu_in(mask, cpu);
	return count;
}

/* A panic without kexec takes the other CPUs offline before the machine stops, but not out of
 * __cpu_active_mask (stop_this_cpu() of arch/x86/kernel/process.c); one that was unplugged, or is about to
 * be, is not in that (sched_cpu_deactivate()). */
static struct fb_error *restore_stopped(struct fb_kernel *kernel)
{
	uint8_t active[FB_MAX_CPUS / 8] = {0};
	struct fb_error *err = read_mask(kernel, "__cpu_active_mask", active);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(active); i++)
		kernel->online[i] |= active[i];
	return NULL;
}

static struct fb_error *read_masks(struct fb_kernel *kernel, uint8_t *present)
{
	uint8_t possible[FB_MAX_CPUS / 8] = {0};
	struct fb_error *err;

	err = read_mask(kernel, "__cpu_online_mask", kernel->online);
	if (!err)
		err = fb_part_skip(restore_stopped(kernel));
	if (!err)
		err = fb_part_skip(read_mask(kernel, "__cpu_present_mask", present));
	if (!err)
		err = read_mask(kernel, "__cpu_possible_mask", possible);
	if (err)
		return err;
	for (uint32_t cpu = 0; cpu < FB_MAX_CPUS; cpu++) {
		if (!fb_cpu_in(possible, cpu))
			kernel->online[cpu / 8] &= (uint8_t) ~(1u << (cpu % 8));
		else
			kernel->cpu_limit = cpu + 1;
	}
	kernel->info.cpus = count_bits(kernel->online);
	return NULL;
}

static struct fb_error *read_percpu_offsets(struct fb_kernel *kernel)
{
	return fb_kernel_variable(kernel, "__per_cpu_offset", kernel->percpu_offsets,
				  kernel->cpu_limit * sizeof(uint64_t));
}

/* The CPU that a variable of the kernel names; -1 where there is no such variable or CPU. */
static struct fb_error *read_cpu(struct fb_kernel *kernel, const char *name, int *cpu_ret)
{
	uint32_t value;
	struct fb_error *err = fb_kernel_variable_u32(kernel, name, &value);

	*cpu_ret = !err && value < kernel->cpu_limit ? (int)value : -1;
	return fb_part_warn_if_there(kernel->warnings, err, "%s", name);
}

/* Data of the CPUs that cannot be read give a warning, except where symbols are lost, for which there is a warning
 * already. */
static struct fb_error *do_without(struct fb_kernel *kernel, struct fb_error *err, const char *what)
{
	if (fb_error_is(err, FB_NOT_FOUND) && !kernel->symbols)
		return fb_part_skip(err);
	return fb_part_warn(kernel->warnings, err, "%s", what);
}

struct fb_error *fb_kernel_load_cpus(struct fb_kernel *kernel)
{
	uint8_t present[FB_MAX_CPUS / 8] = {0};
	struct fb_error *err;

	err = do_without(kernel, read_masks(kernel, present), "the CPU masks");
	if (err)
		return err;
	err = fb_alloc_array(kernel->cpu_limit, sizeof(uint64_t), FB_MAX_CPUS, "CPUs",
			     &kernel->percpu_offsets);
	if (!err)
		err = fb_alloc_array(kernel->cpu_limit, sizeof(uint32_t), FB_MAX_CPUS, "CPUs",
				     &kernel->prstatus_index);
	if (err)
		return err;
	err = do_without(kernel, read_percpu_offsets(kernel), "the per-CPU offsets");
	if (err)
		return err;
	err = fb_kernel_assign_notes(kernel, present);
	if (err)
		return err;
	/* panic_cpu is set by the CPU that panics first; crashing_cpu by the kexec of the capture kernel. */
	err = read_cpu(kernel, "panic_cpu", &kernel->panic_cpu);
	if (!err && kernel->panic_cpu < 0)
		err = read_cpu(kernel, "crashing_cpu", &kernel->panic_cpu);
	return err;
}
