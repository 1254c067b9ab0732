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
#include "user/elf/elf_form.h"

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

static const struct fb_elf_form *form_of(const struct fb_core_output *core)
{
	return core->is_32bit ? &fb_elf_32 : &fb_elf_64;
}

static struct fb_error *write_program_header(struct fb_core_output *core, const Elf64_Phdr *header)
{
	uint8_t bytes[sizeof(*header)];

	fb_elf_write_phdr(form_of(core), header, bytes);
	return fb_outfile_write(core->outfile, bytes, form_of(core)->phdr);
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

/* More headers than 16 bits can count are counted in section 0 (elf(5), PN_XNUM). */
static struct fb_error *write_header(struct fb_core_output *core, uint64_t headers)
{
	const struct fb_elf_form *form = form_of(core);
	uint64_t count = core->count + 1;
	Elf64_Ehdr elf = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, form->elf_class, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = form->machine,
		.e_version = EV_CURRENT,
		.e_phoff = headers,
		.e_ehsize = (Elf64_Half)form->ehdr,
		.e_phentsize = (Elf64_Half)form->phdr,
		.e_phnum = count < PN_XNUM ? (Elf64_Half)count : PN_XNUM,
	};
	uint8_t bytes[sizeof(elf)];
	struct fb_error *err = NULL;

	if (count >= PN_XNUM) {
		const Elf64_Shdr section = {.sh_info = (Elf64_Word)count};

		elf.e_shoff = fb_outfile_size(core->outfile);
		elf.e_shentsize = (Elf64_Half)form->shdr;
		elf.e_shnum = 1;
		fb_elf_write_shdr(form, &section, bytes);
		err = fb_outfile_write(core->outfile, bytes, form->shdr);
	}
	fb_elf_write_ehdr(form, &elf, bytes);
	return err ? err : fb_outfile_write_at(core->outfile, 0, bytes, form->ehdr);
}

/* Addresses and offsets of a core of i386 have 32 bits. */
static struct fb_error *check_limits(const struct fb_core_output *core)
{
	if (!core->is_32bit)
		return NULL;
	if (fb_outfile_size(core->outfile) > UINT32_MAX)
		return fb_error_create(FB_LIMIT,
				       "a core of a 32-bit program cannot be 4 GiB or larger");
	if (core->count && core->segments[core->count - 1].end > 1ull << 32)
		return fb_error_create(FB_LIMIT,
				       "a core of a 32-bit program cannot have memory above 4 GiB");
	return NULL;
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
	if (!err)
		err = check_limits(core);
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
