// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up a section by its name. Called for .gnu_debugdata, and for unwind tables without a segment. */
#include "user/elf/elf_section.h"

#include <gelf.h>
#include <string.h>

const Elf_Data *fb_elf_section(Elf *elf, const char *name, uint64_t *address_ret)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr shdr;
		const char *text =
			gelf_getshdr(section, &shdr) ? elf_strptr(elf, names, shdr.sh_name) : NULL;
		const Elf_Data *data;

		if (!text || strcmp(text, name) != 0 || shdr.sh_type == SHT_NOBITS)
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf || !data->d_size)
			continue;
		if (address_ret)
			*address_ret = shdr.sh_addr;
		return data;
	}
	return NULL;
}
