// SPDX-License-Identifier: GPL-2.0-or-later
/* How this kernel marks pages of a type. Called by page_class.c and page_frame.c. */
#include "kernel/memory/page_type.h"

struct fb_page_type fb_page_type_find(const struct fb_kernel *kernel, const char *enumerator,
				      const char *number)
{
	int64_t value;

	if (fb_btf_enumerator_value(fb_kernel_types(kernel), "pagetype", enumerator, &value) &&
	    value > 0 && value <= UINT8_MAX)
		return (struct fb_page_type){0xff000000u, (uint32_t)value << 24};
	if (fb_vmcoreinfo_number(fb_kernel_vmcoreinfo(kernel), number, &value))
		return (struct fb_page_type){UINT32_MAX, (uint32_t)value};
	return (struct fb_page_type){0};
}
