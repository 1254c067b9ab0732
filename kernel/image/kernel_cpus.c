// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queries of the CPUs of an opened kernel: which there were, and where their per-CPU variables are. Called wherever
 * the task, run queue or registers of a CPU are needed; cpu_load.c has read the data.
 */
#include "kernel/image/kernel_private.h"

bool fb_cpu_in(const uint8_t *mask, uint32_t cpu)
{
	return mask[cpu / 8] & (1u << (cpu % 8));
}

uint32_t fb_kernel_cpu_limit(const struct fb_kernel *kernel)
{
	return kernel->cpu_limit;
}

bool fb_kernel_cpu_online(const struct fb_kernel *kernel, uint32_t cpu)
{
	return cpu < kernel->cpu_limit && fb_cpu_in(kernel->online, cpu);
}

int fb_kernel_panic_cpu(const struct fb_kernel *kernel)
{
	return kernel->panic_cpu;
}

struct fb_error *fb_kernel_percpu(const struct fb_kernel *kernel, uint32_t cpu, uint64_t address,
				  uint64_t *address_ret)
{
	if (cpu >= kernel->cpu_limit ||
	    !fb_kernel_address_ok(kernel->percpu_offsets[cpu] + address))
		return fb_error_create(FB_NOT_FOUND, "CPU %u has no per-CPU area", cpu);
	*address_ret = kernel->percpu_offsets[cpu] + address;
	return NULL;
}

struct fb_error *fb_kernel_percpu_symbol(const struct fb_kernel *kernel, uint32_t cpu,
					 const char *name, uint64_t *address_ret)
{
	uint64_t address;
	struct fb_error *err;

	err = fb_kernel_symbol(kernel, name, &address);
	return err ? err : fb_kernel_percpu(kernel, cpu, address, address_ret);
}

struct fb_error *fb_kernel_percpu_hot(const struct fb_kernel *kernel, uint32_t cpu,
				      const char *name, const struct fb_field *hot,
				      uint64_t *address_ret)
{
	struct fb_error *err =
		fb_kernel_percpu_symbol(kernel, cpu, hot->found ? "pcpu_hot" : name, address_ret);

	if (!err && hot->found)
		*address_ret += hot->offset;
	return err;
}

struct fb_error *fb_kernel_cpu_current(const struct fb_kernel *kernel, uint32_t cpu,
				       uint64_t *task_ret)
{
	uint64_t address;
	struct fb_error *err = fb_kernel_percpu_hot(
		kernel, cpu, "current_task", &kernel->basic_layout.pcpu_hot_current, &address);

	return err ? err : fb_space_u64(kernel->space, address, task_ret);
}

const void *fb_kernel_cpu_prstatus(const struct fb_kernel *kernel, uint32_t cpu, size_t *size_ret)
{
	if (cpu >= kernel->cpu_limit || kernel->prstatus_index[cpu] == UINT32_MAX)
		return NULL;
	return fb_dump_prstatus(kernel->dump, kernel->prstatus_index[cpu], size_ret);
}
