// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes ELF images from memory. Section headers are not mapped, so everything is found by program
 * headers; they do not have the length of .eh_frame, which so is taken up to the end of its segment. Called by
 * object_cache.c where no file is at hand.
 */
#include "user/elf/elf_image.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/elf/elf_headers.h"

/* eh_frame_ptr_enc, fde_count_enc and table_enc as every linker writes them (LSB Core, "DWARF
 * Extensions"): sdata4 relative to the field; udata4; sdata4 relative to the header. */
#define EH_VERSION 1
#define EH_PTR_ENC 0x1b
#define EH_COUNT_ENC 0x03
#define EH_TABLE_ENC 0x3b

struct eh_frame_hdr {
	uint8_t version;
	uint8_t ptr_enc;
	uint8_t count_enc;
	uint8_t table_enc;
	int32_t eh_frame; /* counted from this field */
	uint32_t count;   /* of pairs (code, FDE), 4 + 4 bytes each */
};
_Static_assert(sizeof(struct eh_frame_hdr) == 12, "as in the file");

/* The file that is made: these in the object's form, then the tables. */
struct made_head {
	Elf64_Ehdr ehdr;
	Elf64_Phdr load;
	Elf64_Phdr eh_frame;
};

static size_t head_size(const struct fb_elf_form *form)
{
	return form->ehdr + 2 * form->phdr;
}

static void put_head(const struct fb_elf_form *form, const struct made_head *head, uint8_t *bytes)
{
	fb_elf_write_ehdr(form, &head->ehdr, bytes);
	fb_elf_write_phdr(form, &head->load, bytes + form->ehdr);
	fb_elf_write_phdr(form, &head->eh_frame, bytes + form->ehdr + form->phdr);
}

struct headers {
	struct fb_elf_headers elf;
	const Elf64_Phdr *first_load;
	const Elf64_Phdr *eh_frame; /* NULL: none */
};

/* Notes what the program headers name; segments that wrap around are not looked at. */
static struct fb_error *sort_headers(struct headers *headers, uint64_t base,
				     struct fb_elf_image *image)
{
	for (unsigned i = 0; i < headers->elf.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &headers->elf.phdrs[i];

		if (phdr->p_vaddr > INT64_MAX || phdr->p_memsz > INT64_MAX ||
		    phdr->p_filesz > phdr->p_memsz)
			continue;
		if (phdr->p_type == PT_LOAD) {
			if (!headers->first_load)
				headers->first_load = phdr;
			if (phdr->p_vaddr + phdr->p_memsz > image->end_vaddr)
				image->end_vaddr = phdr->p_vaddr + phdr->p_memsz;
		} else if (phdr->p_type == PT_GNU_EH_FRAME) {
			headers->eh_frame = phdr;
		} else if (phdr->p_type == PT_DYNAMIC) {
			image->dynamic = phdr->p_vaddr;
			image->dynamic_size = phdr->p_memsz;
		}
	}
	if (!headers->first_load)
		return fb_error_create(FB_CORRUPT, "object at 0x%" PRIx64 ": no PT_LOAD", base);
	image->first_vaddr = headers->first_load->p_vaddr & FB_PAGE_MASK;
	image->entry = headers->elf.ehdr.e_entry;
	image->form = headers->elf.form;
	return NULL;
}

/* The end of the segment that holds [vaddr, vaddr + size), or 0. */
static uint64_t segment_end(const struct headers *headers, uint64_t vaddr, uint64_t size)
{
	for (unsigned i = 0; i < headers->elf.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &headers->elf.phdrs[i];

		if (phdr->p_type == PT_LOAD && phdr->p_vaddr <= INT64_MAX &&
		    phdr->p_filesz <= INT64_MAX && vaddr >= phdr->p_vaddr &&
		    vaddr - phdr->p_vaddr <= phdr->p_filesz &&
		    size <= phdr->p_filesz - (vaddr - phdr->p_vaddr))
			return phdr->p_vaddr + phdr->p_filesz;
	}
	return 0;
}

/* Where .eh_frame begins; 0 where the header is not of the usual kind, or contradicts itself. */
static uint64_t eh_frame_start(const struct eh_frame_hdr *hdr, const Elf64_Phdr *phdr)
{
	if (hdr->version != EH_VERSION || hdr->ptr_enc != EH_PTR_ENC ||
	    hdr->count_enc != EH_COUNT_ENC || hdr->table_enc != EH_TABLE_ENC ||
	    hdr->count > (phdr->p_filesz - sizeof(*hdr)) / 8)
		return 0;
	return phdr->p_vaddr + offsetof(struct eh_frame_hdr, eh_frame) + (int64_t)hdr->eh_frame;
}

/* DW_CFA_hi_user, an instruction that nobody knows: stands where unwind tables are missing, so that a record that goes
 * on there is an error. Zeros would be instructions that do nothing (DW_CFA_nop), and the record would be believed. */
#define MISSING_BYTE 0x3f

/* What of a part of the object cannot be read. */
struct gaps {
	uint8_t *to;           /* where the part is read to */
	uint64_t start;        /* its address in the process */
	uint64_t bytes, first; /* first: its page; 0: none */
};

static void note_gap(void *context, uint64_t address, size_t length, struct fb_error *err)
{
	struct gaps *gaps = context;

	if (!gaps->bytes)
		gaps->first = address & FB_PAGE_MASK;
	gaps->bytes += length;
	memset(gaps->to + (address - gaps->start), MISSING_BYTE, length);
	fb_error_destroy(err);
}

static void make_head(const struct headers *headers, struct made_head *head)
{
	const struct fb_elf_form *form = headers->elf.form;

	memset(head, 0, sizeof(*head));
	memcpy(head->ehdr.e_ident, headers->elf.ehdr.e_ident, EI_PAD);
	head->ehdr.e_type = headers->elf.ehdr.e_type;
	head->ehdr.e_machine = form->machine;
	head->ehdr.e_version = EV_CURRENT;
	head->ehdr.e_phoff = form->ehdr;
	head->ehdr.e_ehsize = (uint16_t)form->ehdr;
	head->ehdr.e_phentsize = (uint16_t)form->phdr;
	head->ehdr.e_phnum = 1;
	head->ehdr.e_shentsize = (uint16_t)form->shdr;
	head->load.p_type = PT_LOAD;
	head->load.p_vaddr = headers->first_load->p_vaddr & FB_PAGE_MASK;
	head->load.p_memsz = headers->first_load->p_memsz;
	head->load.p_align = FB_PAGE_SIZE;
}

/* Behind the head: the bytes from the lower of .eh_frame_hdr and .eh_frame to their segment's
 * end. */
static struct fb_error *add_tables(struct fb_space *space, uint64_t bias,
				   const struct headers *headers, struct made_head *head,
				   struct fb_elf_image *image)
{
	const Elf64_Phdr *phdr = headers->eh_frame;
	const size_t before = head_size(image->form);
	struct eh_frame_hdr hdr;
	uint64_t start, end, eh_frame;
	struct gaps gaps;
	uint8_t *grown;
	struct fb_error *err;

	end = phdr->p_filesz >= sizeof(hdr) ? segment_end(headers, phdr->p_vaddr, phdr->p_filesz)
					    : 0;
	if (!end)
		return NULL;
	err = fb_space_read(space, bias + phdr->p_vaddr, &hdr, sizeof(hdr));
	if (err) {
		image->missing = (bias + phdr->p_vaddr) & FB_PAGE_MASK;
		return fb_part_skip(err);
	}
	eh_frame = eh_frame_start(&hdr, phdr);
	if (!eh_frame || segment_end(headers, eh_frame, 1) != end)
		return NULL;
	start = eh_frame < phdr->p_vaddr ? eh_frame : phdr->p_vaddr;
	if (end - start > FB_MAX_UNWIND_TABLE)
		end = start + FB_MAX_UNWIND_TABLE;
	if (eh_frame >= end || phdr->p_vaddr + phdr->p_filesz > end)
		return NULL;
	grown = realloc(image->bytes, before + (end - start));
	if (!grown)
		return fb_error_nomem();
	image->bytes = grown;
	image->size = before + (end - start);
	head->ehdr.e_phnum = 2;
	head->eh_frame = *phdr;
	head->eh_frame.p_offset = before + (phdr->p_vaddr - start);
	gaps = (struct gaps){.to = grown + before, .start = bias + start};
	err = fb_space_read_holes(space, bias + start, grown + before, end - start, note_gap,
				  &gaps);
	image->missing = gaps.first;
	image->has_unwind = !err && gaps.bytes < end - start;
	return err;
}

struct fb_error *fb_elf_image_read(struct fb_space *space, uint64_t base,
				   struct fb_elf_image *image_ret)
{
	struct fb_elf_image image = {0};
	struct headers headers = {0};
	struct made_head head;
	struct fb_error *err = fb_elf_headers_read(space, base, &headers.elf);

	if (!err)
		err = sort_headers(&headers, base, &image);
	if (!err) {
		image.size = head_size(image.form);
		image.bytes = malloc(image.size);
		err = image.bytes ? NULL : fb_error_nomem();
	}
	if (!err) {
		make_head(&headers, &head);
		if (headers.eh_frame)
			err = add_tables(space, base - image.first_vaddr, &headers, &head, &image);
		put_head(image.form, &head, image.bytes);
	}
	fb_elf_headers_deinit(&headers.elf);
	if (err)
		fb_elf_image_deinit(&image);
	else
		*image_ret = image;
	return err;
}

/* Behind the head come the section's bytes, the names of sections, and SECTIONS section headers. The size of the names
 * is a multiple of 8, so that the headers are aligned. */
static const char section_names[24] = "\0.eh_frame\0.shstrtab";
#define SECTIONS 3u

struct fb_error *fb_elf_image_set_eh_frame(struct fb_elf_image *image, uint64_t address,
					   const void *bytes, size_t size)
{
	const struct fb_elf_form *form = image->form;
	size_t at = head_size(form), tail = at + (size + 7) / 8 * 8;
	size_t headers = tail + sizeof(section_names), whole = headers + SECTIONS * form->shdr;
	Elf64_Shdr eh_frame, names;
	Elf64_Ehdr ehdr;
	uint8_t *made;

	if (size > FB_MAX_UNWIND_TABLE)
		return fb_error_create(FB_LIMIT, ".eh_frame has %zu bytes", size);
	made = calloc(1, whole);
	if (!made)
		return fb_error_nomem();
	memcpy(made, image->bytes, at);
	memcpy(made + at, bytes, size);
	memcpy(made + tail, section_names, sizeof(section_names));
	eh_frame = (Elf64_Shdr){
		.sh_name = 1,
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC,
		.sh_addr = address,
		.sh_offset = at,
		.sh_size = size,
		.sh_addralign = 8,
	};
	names = (Elf64_Shdr){
		.sh_name = sizeof("\0.eh_frame") - 1 + 1,
		.sh_type = SHT_STRTAB,
		.sh_offset = tail,
		.sh_size = sizeof("\0.eh_frame\0.shstrtab"),
		.sh_addralign = 1,
	};
	fb_elf_write_shdr(form, &eh_frame, made + headers + form->shdr);
	fb_elf_write_shdr(form, &names, made + headers + 2 * form->shdr);
	ehdr = fb_elf_read_ehdr(form, made);
	ehdr.e_shoff = headers;
	ehdr.e_shnum = SECTIONS;
	ehdr.e_shstrndx = 2;
	fb_elf_write_ehdr(form, &ehdr, made);
	free(image->bytes);
	image->bytes = made;
	image->size = whole;
	image->has_unwind = true;
	return NULL;
}

void fb_elf_image_deinit(struct fb_elf_image *image)
{
	free(image->bytes);
	memset(image, 0, sizeof(*image));
}
