// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/stacks/cpu_regs.h"

#include <string.h>
#include <sys/procfs.h>

_Static_assert(sizeof(elf_gregset_t) == sizeof(struct user_regs_struct), "pr_reg");

struct fb_error *fb_cpu_regs(const struct fb_kernel *kernel, uint32_t cpu,
			     struct user_regs_struct *regs_ret)
{
	const size_t offset = offsetof(struct elf_prstatus, pr_reg);
	size_t size = 0;
	const char *prstatus = fb_kernel_cpu_prstatus(kernel, cpu, &size);

	if (!prstatus)
		return fb_error_create(FB_NOT_FOUND, "CPU %u left no registers in the dump", cpu);
	if (size < offset + sizeof(*regs_ret))
		return fb_error_create(FB_TRUNCATED, "CPU %u: NT_PRSTATUS of %zu bytes", cpu, size);
	memcpy(regs_ret, prstatus + offset, sizeof(*regs_ret));
	return NULL;
}
