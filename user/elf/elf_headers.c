// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads ELF headers from memory and checks them. Called by all that read objects in memory. */
#include "user/elf/elf_headers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

static struct fb_error *check_header(const struct fb_elf_form *form, const Elf64_Ehdr *ehdr,
				     uint64_t base)
{
	if (ehdr->e_machine != form->machine || (ehdr->e_type != ET_DYN && ehdr->e_type != ET_EXEC))
		return fb_error_create(
			FB_NOT_FOUND,
			"0x%" PRIx64
			" holds an ELF header of another kind (class %u, machine %u, type %u)",
			base, ehdr->e_ident[EI_CLASS], ehdr->e_machine, ehdr->e_type);
	if (ehdr->e_phentsize != form->phdr || ehdr->e_phnum == 0 ||
	    ehdr->e_phnum > FB_MAX_OBJECT_PHDRS || ehdr->e_phoff > UINT32_MAX)
		return fb_error_create(FB_CORRUPT,
				       "ELF header at 0x%" PRIx64
				       ": %u program headers of %u bytes at 0x%" PRIx64,
				       base, ehdr->e_phnum, ehdr->e_phentsize, ehdr->e_phoff);
	return NULL;
}

static struct fb_error *read_header(struct fb_space *space, uint64_t base,
				    struct fb_elf_headers *headers)
{
	unsigned char bytes[sizeof(Elf64_Ehdr)];
	struct fb_error *err = fb_space_read(space, base, bytes, EI_NIDENT);

	if (err)
		return err;
	headers->form = fb_elf_form_of(bytes);
	if (!headers->form)
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " holds no ELF header", base);
	err = fb_space_read(space, base, bytes, headers->form->ehdr);
	if (err)
		return err;
	headers->ehdr = fb_elf_read_ehdr(headers->form, bytes);
	return check_header(headers->form, &headers->ehdr, base);
}

static struct fb_error *read_program_headers(struct fb_space *space, uint64_t base,
					     struct fb_elf_headers *headers)
{
	const size_t size = headers->form->phdr, count = headers->ehdr.e_phnum;
	uint8_t *bytes = NULL;
	struct fb_error *err = fb_alloc_array(count, sizeof(*headers->phdrs), FB_MAX_OBJECT_PHDRS,
					      "program headers", &headers->phdrs);

	if (!err)
		err = fb_alloc_array(count, size, FB_MAX_OBJECT_PHDRS, "program headers", &bytes);
	if (!err)
		err = fb_space_read(space, base + headers->ehdr.e_phoff, bytes, count * size);
	for (size_t i = 0; i < count && !err; i++)
		headers->phdrs[i] = fb_elf_read_phdr(headers->form, bytes + i * size);
	free(bytes);
	return err;
}

struct fb_error *fb_elf_headers_read(struct fb_space *space, uint64_t base,
				     struct fb_elf_headers *headers_ret)
{
	struct fb_elf_headers headers = {.phdrs = NULL};
	struct fb_error *err = read_header(space, base, &headers);

	if (!err)
		err = read_program_headers(space, base, &headers);
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
