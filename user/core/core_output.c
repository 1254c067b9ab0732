// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes an ELF core. Called by bundle/process/core_builder.c for cores built from a dump, and by
 * bundle/capture for cores of running processes.
 */
#include "user/core/core_output.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define NOTE_ALIGN 4u

struct fb_error *fb_core_output_init(struct fb_core_output *core, struct fb_outfile *outfile,
				     bool is_32bit)
{
	static const Elf64_Ehdr place;
	struct fb_error *err;

	*core = (struct fb_core_output){.outfile = outfile, .is_32bit = is_32bit};
	/* Leaves room for the header, which is written last; segments begin at pages, as in
	 * every core. */
	err = fb_outfile_write(outfile, &place, sizeof(place));
	return err ? err : fb_outfile_align(outfile, FB_PAGE_SIZE);
}

void fb_core_output_deinit(struct fb_core_output *core)
{
	free(core->segments);
	core->segments = NULL;
}

/* The segment that bytes at address can be appended to: the last one, where it ends there; a new
 * one else. Behind a tail without bytes no bytes can come. */
static struct fb_error *segment_at(struct fb_core_output *core, uint64_t mapping, uint32_t flags,
				   uint64_t address, bool gap,
				   struct fb_written_segment **segment_ret)
{
	struct fb_written_segment *last = core->count ? &core->segments[core->count - 1] : NULL;
	struct fb_error *err;

	if (last && last->end == address && last->start >= mapping &&
	    (gap || last->file_size == last->end - last->start)) {
		*segment_ret = last;
		return NULL;
	}
	err = fb_grow_array(&core->segments, &core->room, core->count, sizeof(*last), FB_MAX_PHDRS,
			    "segments of a core");
	if (err)
		return err;
	last = &core->segments[core->count++];
	*last = (struct fb_written_segment){
		.start = address,
		.end = address,
		.file_offset = fb_outfile_size(core->outfile),
		.flags = flags,
	};
	*segment_ret = last;
	return NULL;
}

struct fb_error *fb_core_output_gap(struct fb_core_output *core, uint64_t mapping, uint32_t flags,
				    uint64_t address, uint64_t length)
{
	struct fb_written_segment *segment;
	struct fb_error *err = segment_at(core, mapping, flags, address, true, &segment);

	if (!err)
		segment->end += length;
	return err;
}

struct fb_error *fb_core_output_bytes(struct fb_core_output *core, uint64_t mapping, uint32_t flags,
				      uint64_t address, const void *bytes, size_t length)
{
	struct fb_written_segment *segment;
	struct fb_error *err = segment_at(core, mapping, flags, address, false, &segment);

	if (!err)
		err = fb_outfile_write(core->outfile, bytes, length);
	if (err)
		return err;
	segment->end += length;
	segment->file_size += length;
	return NULL;
}

static struct fb_error *write_program_header(struct fb_core_output *core, const Elf64_Phdr *header)
{
	const Elf32_Phdr narrow = {
		.p_type = header->p_type,
		.p_flags = header->p_flags,
		.p_offset = (Elf32_Off)header->p_offset,
		.p_vaddr = (Elf32_Addr)header->p_vaddr,
		.p_filesz = (Elf32_Word)header->p_filesz,
		.p_memsz = (Elf32_Word)header->p_memsz,
		.p_align = (Elf32_Word)header->p_align,
	};

	return core->is_32bit ? fb_outfile_write(core->outfile, &narrow, sizeof(narrow))
			      : fb_outfile_write(core->outfile, header, sizeof(*header));
}

static struct fb_error *write_program_headers(struct fb_core_output *core, const Elf64_Phdr *notes)
{
	struct fb_error *err = write_program_header(core, notes);

	for (size_t i = 0; i < core->count && !err; i++) {
		const struct fb_written_segment *segment = &core->segments[i];
		Elf64_Phdr header = {
			.p_type = PT_LOAD,
			.p_flags = segment->flags,
			.p_offset = segment->file_offset,
			.p_vaddr = segment->start,
			.p_filesz = segment->file_size,
			.p_memsz = segment->end - segment->start,
			.p_align = FB_PAGE_SIZE,
		};

		err = write_program_header(core, &header);
	}
	return err;
}

/* Places the header itself, at the beginning of the file. */
static struct fb_error *place_header(struct fb_core_output *core, const Elf64_Ehdr *elf)
{
	Elf32_Ehdr narrow = {
		.e_type = elf->e_type,
		.e_machine = EM_386,
		.e_version = elf->e_version,
		.e_phoff = (Elf32_Off)elf->e_phoff,
		.e_shoff = (Elf32_Off)elf->e_shoff,
		.e_ehsize = sizeof(narrow),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = elf->e_phnum,
		.e_shentsize = elf->e_shnum ? sizeof(Elf32_Shdr) : 0,
		.e_shnum = elf->e_shnum,
	};

	if (!core->is_32bit)
		return fb_outfile_write_at(core->outfile, 0, elf, sizeof(*elf));
	memcpy(narrow.e_ident, elf->e_ident, EI_NIDENT);
	narrow.e_ident[EI_CLASS] = ELFCLASS32;
	return fb_outfile_write_at(core->outfile, 0, &narrow, sizeof(narrow));
}

/* More headers than 16 bits can count are counted in section 0 (elf(5), PN_XNUM). */
static struct fb_error *write_header(struct fb_core_output *core, uint64_t headers)
{
	uint64_t count = core->count + 1;
	Elf64_Ehdr elf = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = headers,
		.e_ehsize = sizeof(elf),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = count < PN_XNUM ? (Elf64_Half)count : PN_XNUM,
	};
	struct fb_error *err = NULL;

	if (count >= PN_XNUM) {
		const Elf64_Shdr section = {.sh_info = (Elf64_Word)count};
		const Elf32_Shdr narrow = {.sh_info = (Elf32_Word)count};

		elf.e_shoff = fb_outfile_size(core->outfile);
		elf.e_shentsize = sizeof(section);
		elf.e_shnum = 1;
		err = core->is_32bit ? fb_outfile_write(core->outfile, &narrow, sizeof(narrow))
				     : fb_outfile_write(core->outfile, &section, sizeof(section));
	}
	return err ? err : place_header(core, &elf);
}

struct fb_error *fb_core_output_finish(struct fb_core_output *core, const struct fb_buf *notes)
{
	const Elf64_Phdr header = {
		.p_type = PT_NOTE,
		.p_offset = fb_outfile_size(core->outfile),
		.p_filesz = notes->size,
		.p_align = NOTE_ALIGN,
	};
	uint64_t headers;
	struct fb_error *err = fb_outfile_write(core->outfile, notes->data, notes->size);

	if (!err)
		err = fb_outfile_align(core->outfile, sizeof(uint64_t));
	if (err)
		return err;
	headers = fb_outfile_size(core->outfile);
	err = write_program_headers(core, &header);
	if (!err && core->is_32bit && fb_outfile_size(core->outfile) > UINT32_MAX)
		return fb_error_create(FB_LIMIT,
				       "a core of a 32-bit program cannot be 4 GiB or larger");
	return err ? err : write_header(core, headers);
}

struct fb_error *fb_core_note(struct fb_buf *notes, const char *owner, uint32_t type,
			      const void *desc, size_t size)
{
	static const char padding[NOTE_ALIGN];
	const size_t length = strlen(owner) + 1;
	struct fb_error *err;

	err = fb_buf_u32(notes, (uint32_t)length);
	if (!err)
		err = fb_buf_u32(notes, (uint32_t)size);
	if (!err)
		err = fb_buf_u32(notes, type);
	if (!err)
		err = fb_buf_append(notes, owner, length);
	if (!err)
		err = fb_buf_append(notes, padding, -length % NOTE_ALIGN);
	if (!err)
		err = fb_buf_append(notes, desc, size);
	if (!err)
		err = fb_buf_append(notes, padding, -size % NOTE_ALIGN);
	return err;
}
