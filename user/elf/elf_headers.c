// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads ELF headers from memory and checks them. Called by elf_image.c and eh_frame_search.c. */
#include "user/elf/elf_headers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

static struct fb_error *check_header(const Elf64_Ehdr *ehdr, uint64_t base)
{
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0)
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " holds no ELF header", base);
	if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_X86_64 || (ehdr->e_type != ET_DYN && ehdr->e_type != ET_EXEC))
		return fb_error_create(
			FB_NOT_FOUND,
			"0x%" PRIx64
			" holds an ELF header of another kind (class %u, machine %u, type %u)",
			base, ehdr->e_ident[EI_CLASS], ehdr->e_machine, ehdr->e_type);
	if (ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phnum == 0 ||
	    ehdr->e_phnum > FB_MAX_OBJECT_PHDRS || ehdr->e_phoff > UINT32_MAX)
		return fb_error_create(FB_CORRUPT,
				       "ELF header at 0x%" PRIx64
				       ": %u program headers of %u bytes at 0x%" PRIx64,
				       base, ehdr->e_phnum, ehdr->e_phentsize, ehdr->e_phoff);
	return NULL;
}

struct fb_error *fb_elf_headers_read(struct fb_space *space, uint64_t base,
				     struct fb_elf_headers *headers_ret)
{
	struct fb_elf_headers headers = {.phdrs = NULL};
	Elf64_Ehdr *ehdr = &headers.ehdr;
	struct fb_error *err = fb_space_read(space, base, ehdr, sizeof(*ehdr));

	if (!err)
		err = check_header(ehdr, base);
	if (!err)
		err = fb_alloc_array(ehdr->e_phnum, sizeof(Elf64_Phdr), FB_MAX_OBJECT_PHDRS,
				     "program headers", &headers.phdrs);
	if (!err)
		err = fb_space_read(space, base + ehdr->e_phoff, headers.phdrs,
				    ehdr->e_phnum * sizeof(Elf64_Phdr));
	if (err) {
		fb_elf_headers_deinit(&headers);
		return fb_error_prefix(err, "object at 0x%" PRIx64, base);
	}
	*headers_ret = headers;
	return NULL;
}

void fb_elf_headers_deinit(struct fb_elf_headers *headers)
{
	free(headers->phdrs);
	headers->phdrs = NULL;
}
