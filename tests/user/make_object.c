// SPDX-License-Identifier: GPL-2.0-or-later
/* The first page of a mapped ELF object. */
#include "tests/user/make_object.h"

#include <string.h>

#include "user/elf/elf_form.h"

#define PROPERTY_OFFSET 0x400u
#define NOTE_OFFSET 0x440u

static size_t put_note(uint8_t *to, uint32_t type, const void *desc, size_t size, size_t alignment)
{
	Elf64_Nhdr nhdr = {.n_namesz = 4, .n_descsz = (uint32_t)size, .n_type = type};

	memcpy(to, &nhdr, sizeof(nhdr));
	memcpy(to + sizeof(nhdr), "GNU", 4);
	memcpy(to + sizeof(nhdr) + 4, desc, size);
	return (sizeof(nhdr) + 4 + size + alignment - 1) & ~(alignment - 1);
}

Elf64_Phdr *make_object_phdrs(struct make_object *object)
{
	return (Elf64_Phdr *)(object->bytes + sizeof(Elf64_Ehdr));
}

void make_object(struct make_object *object, uint64_t link_address, uint8_t value, size_t size,
		 uint64_t dynamic_offset, uint64_t dynamic_size)
{
	Elf64_Phdr *phdrs = make_object_phdrs(object);
	uint8_t id[256], property[16] = {2, 0, 0, 0xc0, 4, 0, 0, 0, 3};
	size_t at;

	memset(object, 0, sizeof(*object));
	memset(id, value, sizeof(id));
	memcpy(object->ehdr.e_ident, ELFMAG "\2\1\1", SELFMAG + 3);
	object->ehdr.e_type = ET_DYN;
	object->ehdr.e_machine = EM_X86_64;
	object->ehdr.e_phoff = sizeof(Elf64_Ehdr);
	object->ehdr.e_phentsize = sizeof(Elf64_Phdr);
	object->ehdr.e_phnum = OBJECT_PHDRS;

	phdrs[OBJECT_PHDR] = (Elf64_Phdr){.p_type = PT_PHDR, .p_vaddr = link_address + 64};
	phdrs[OBJECT_LOAD] =
		(Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = link_address, .p_memsz = FB_PAGE_SIZE};
	at = put_note(object->bytes + PROPERTY_OFFSET, NT_GNU_PROPERTY_TYPE_0, property, 16, 8);
	phdrs[OBJECT_PROPERTY] = (Elf64_Phdr){.p_type = PT_NOTE,
					      .p_vaddr = link_address + PROPERTY_OFFSET,
					      .p_memsz = at,
					      .p_align = 8};
	at = put_note(object->bytes + NOTE_OFFSET, NT_GNU_ABI_TAG, property, 15, 4);
	at += put_note(object->bytes + NOTE_OFFSET + at, NT_GNU_BUILD_ID, id, size, 4);
	phdrs[OBJECT_NOTE] = (Elf64_Phdr){.p_type = PT_NOTE,
					  .p_vaddr = link_address + NOTE_OFFSET,
					  .p_memsz = at,
					  .p_align = 4};
	phdrs[OBJECT_DYNAMIC] = (Elf64_Phdr){.p_type = PT_DYNAMIC,
					     .p_vaddr = link_address + dynamic_offset,
					     .p_memsz = dynamic_size};
	phdrs[OBJECT_INTERP] = (Elf64_Phdr){.p_type = PT_INTERP};
}

void make_object_narrow(struct make_object *object)
{
	const struct fb_elf_form *form = &fb_elf_32;
	struct make_object wide = *object;

	wide.ehdr.e_ident[EI_CLASS] = form->elf_class;
	wide.ehdr.e_machine = form->machine;
	wide.ehdr.e_phoff = form->ehdr;
	wide.ehdr.e_phentsize = (uint16_t)form->phdr;
	fb_elf_write_ehdr(form, &wide.ehdr, object->bytes);
	for (size_t i = 0; i < OBJECT_PHDRS; i++)
		fb_elf_write_phdr(form, &make_object_phdrs(&wide)[i],
				  object->bytes + form->ehdr + i * form->phdr);
}
