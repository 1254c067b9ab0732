// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/image/vmcoreinfo.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), key[64] = "";
	struct fb_vmcoreinfo *info;
	struct fb_error *err;
	uint64_t value;
	int64_t number;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	err = fb_vmcoreinfo_parse(text, &info);
	/* The end of the text as a name, so that some are found. */
	(void)strncpy(key, text + (size > 32 ? size - 32 : 0), sizeof(key) - 1);
	free(text);
	if (err) {
		fb_error_destroy(err);
		return 0;
	}
	(void)fb_vmcoreinfo_get(info, key);
	(void)fb_vmcoreinfo_get(info, "OSRELEASE");
	(void)fb_vmcoreinfo_kaslr_offset(info, &value);
	(void)fb_vmcoreinfo_symbol(info, "swapper_pg_dir", &value);
	(void)fb_vmcoreinfo_number(info, "phys_base", &number);
	(void)fb_vmcoreinfo_number(info, "sme_mask", &number);
	(void)fb_vmcoreinfo_size(info, "page", &value);
	(void)fb_vmcoreinfo_offset(info, "page.flags", &value);
	(void)fb_vmcoreinfo_length(info, key, &value);
	fb_vmcoreinfo_destroy(info);
	return 0;
}
