// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Describes the bits of tainted_mask in words. Called by info and report.
 */
#include "cmd/shared/taints.h"

#include <stdio.h>

/* taint_flags (kernel/panic.c), by bit; the letter is what an oops shows. */
static const struct {
	char letter;
	const char *meaning;
} taints[] = {
	{'P', "proprietary module"},
	{'F', "module force-loaded"},
	{'S', "CPU out of specification"},
	{'R', "module force-unloaded"},
	{'M', "machine check"},
	{'B', "bad page"},
	{'U', "requested by user space"},
	{'D', "died before: an oops or BUG"},
	{'A', "ACPI table overridden"},
	{'W', "warning issued"},
	{'C', "staging driver"},
	{'I', "firmware bug worked around"},
	{'O', "out-of-tree module"},
	{'E', "unsigned module"},
	{'L', "soft lockup before"},
	{'K', "live patched"},
	{'X', "auxiliary, by the distributor"},
	{'T', "structure layout randomised"},
	{'N', "in-kernel test"},
	{'J', "fwctl used"},
};

struct fb_error *fb_taints(const struct fb_kernel *kernel, uint64_t *mask_ret)
{
	return fb_kernel_variable_u64(kernel, "tainted_mask", mask_ret);
}

char *fb_taint_text(unsigned bit, char *to, size_t size)
{
	if (bit < FB_ARRAY_SIZE(taints))
		snprintf(to, size, "%c  %s", taints[bit].letter, taints[bit].meaning);
	else
		snprintf(to, size, "bit %u", bit);
	return to;
}
