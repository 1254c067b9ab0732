// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps of each mapped program and library what unwinding and naming need. The program headers say
 * where that is; user/elf and user/unwind read the same places later. Called by keep.c.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/dump/keep_memory.h"
#include "kernel/mappings/vma_cached.h"
#include "user/elf/elf_headers.h"

/* struct r_debug and struct link_map of <link.h>, whose first members have been the same since SVR4: which word each
 * is. */
#define R_DEBUG_MAP 1u
#define LINK_MAP_NAME 1u
#define LINK_MAP_NEXT 3u
#define LINK_MAP_BYTES 2048u /* ld.so's own fields behind them too: 1,200 bytes in glibc 2.36 */
#define NAME_BYTES 4096u
/* Pages and dynamic entries that are gone through for all objects of one process. The headers lie in its memory, where
 * it may have written what it likes; the tables of a process with 1,000 libraries have some 500,000 pages. */
#define MOST_STEPS (1u << 20)

struct object {
	uint64_t base; /* where its ELF header is mapped */
	uint64_t bias; /* of addresses in memory from those in the file */
	struct fb_elf_headers headers;
};

static struct fb_error *take_steps(struct fb_keep_memory *memory, uint64_t steps)
{
	if (steps > MOST_STEPS - memory->object_steps)
		return fb_error_create(
			FB_LIMIT, "its programs and libraries claim more than %u pages of tables",
			MOST_STEPS);
	memory->object_steps += (uint32_t)steps;
	return NULL;
}

static struct fb_error *keep(struct fb_keep_memory *memory, uint64_t start, uint64_t end)
{
	struct fb_error *err =
		take_steps(memory, end > start ? (end - start) / FB_PAGE_SIZE + 1 : 1);

	return err ? err : fb_keep_range(memory, start, end);
}

/* What cannot be read is left out; that the steps have been taken is not forgotten. */
static struct fb_error *skip(struct fb_error *err)
{
	return fb_error_is(err, FB_LIMIT) ? err : fb_part_skip(err);
}

/* A range of the object, cut to what a 64-bit address space has. */
static struct fb_error *keep_part(struct fb_keep_memory *memory, const struct object *object,
				  uint64_t vaddr, uint64_t size)
{
	uint64_t start = object->bias + vaddr;

	if (size > FB_MAX_UNWIND_TABLE)
		size = FB_MAX_UNWIND_TABLE;
	return size > UINT64_MAX - start ? NULL : keep(memory, start, start + size);
}

/* The end of the file's part of the segment that holds vaddr; 0: none does. */
static uint64_t segment_end(const struct object *object, uint64_t vaddr)
{
	for (unsigned i = 0; i < object->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &object->headers.phdrs[i];

		if (phdr->p_type == PT_LOAD && vaddr >= phdr->p_vaddr &&
		    vaddr - phdr->p_vaddr < phdr->p_filesz)
			return phdr->p_filesz > UINT64_MAX - phdr->p_vaddr
				       ? 0
				       : phdr->p_vaddr + phdr->p_filesz;
	}
	return 0;
}

/* .eh_frame_hdr, and .eh_frame, which it leads to and which goes to the end of its segment. */
static struct fb_error *keep_unwind_tables(struct fb_keep_memory *memory,
					   const struct object *object, const Elf64_Phdr *phdr)
{
	struct {
		uint8_t version, pointer, count, table;
		int32_t eh_frame; /* from this field on (DW_EH_PE_pcrel | DW_EH_PE_sdata4) */
	} header;
	uint64_t vaddr = phdr->p_vaddr, end;
	struct fb_error *err = keep_part(memory, object, vaddr, phdr->p_memsz);

	if (err)
		return err;
	err = fb_space_read(memory->space, object->bias + vaddr, &header, sizeof(header));
	if (err)
		return fb_part_skip(err); /* then it leads nowhere */
	vaddr += 4 + (uint64_t)(int64_t)header.eh_frame;
	end = segment_end(object, vaddr);
	return end > vaddr ? keep_part(memory, object, vaddr, end - vaddr) : NULL;
}

/* An address of a dynamic entry: ld.so has added the bias to some, the kernel's vDSO has not. */
static uint64_t dynamic_address(const struct object *object, uint64_t value)
{
	return value >= object->bias ? value - object->bias : value;
}

/* The word with this number of a struct of a process. */
static struct fb_error *word_of(struct fb_keep_memory *memory, const struct fb_elf_form *form,
				uint64_t address, unsigned number, uint64_t *word_ret)
{
	uint8_t bytes[sizeof(*word_ret)];
	struct fb_error *err =
		fb_space_read(memory->space, address + number * form->word, bytes, form->word);

	if (!err)
		*word_ret = fb_elf_read_word(form, bytes);
	return err;
}

static struct fb_error *keep_link_maps(struct fb_keep_memory *memory,
				       const struct fb_elf_form *form, uint64_t r_debug)
{
	uint64_t map, name;
	struct fb_error *err = keep(memory, r_debug, r_debug + FB_PAGE_SIZE / 2);

	if (!err)
		err = word_of(memory, form, r_debug, R_DEBUG_MAP, &map);
	for (unsigned i = 0; i < FB_MAX_OBJECTS && !err && map && map < UINT64_MAX / 2; i++) {
		err = keep(memory, map, map + LINK_MAP_BYTES);
		if (!err)
			err = word_of(memory, form, map, LINK_MAP_NAME, &name);
		if (!err && name < UINT64_MAX / 2)
			err = keep(memory, name, name + NAME_BYTES);
		if (!err)
			err = word_of(memory, form, map, LINK_MAP_NEXT, &map);
	}
	return skip(err);
}

/* Symbols end where their names begin: no entry tells their count, and linkers put one behind the other. */
static struct fb_error *keep_dynamic(struct fb_keep_memory *memory, const struct object *object,
				     const Elf64_Phdr *phdr)
{
	const struct fb_elf_form *form = object->headers.form;
	uint64_t symbols = 0, names = 0, names_size = 0, hash = 0;
	struct fb_error *err = keep_part(memory, object, phdr->p_vaddr, phdr->p_memsz);

	for (uint64_t i = 0; i < phdr->p_memsz / form->dyn && i < FB_MAX_DYNAMIC && !err; i++) {
		uint8_t bytes[sizeof(Elf64_Dyn)] = {0};
		Elf64_Dyn dynamic;

		err = take_steps(memory, 1);
		if (!err)
			err = fb_part_skip(fb_space_read(
				memory->space, object->bias + phdr->p_vaddr + i * form->dyn, bytes,
				form->dyn));
		dynamic = fb_elf_read_dyn(form, bytes);
		if (err || dynamic.d_tag == DT_NULL)
			break;
		if (dynamic.d_tag == DT_SYMTAB)
			symbols = dynamic_address(object, dynamic.d_un.d_ptr);
		else if (dynamic.d_tag == DT_STRTAB)
			names = dynamic_address(object, dynamic.d_un.d_ptr);
		else if (dynamic.d_tag == DT_STRSZ)
			names_size = dynamic.d_un.d_val;
		else if (dynamic.d_tag == DT_GNU_HASH || dynamic.d_tag == DT_HASH)
			hash = dynamic_address(object, dynamic.d_un.d_ptr);
		else if (dynamic.d_tag == DT_DEBUG && dynamic.d_un.d_ptr < UINT64_MAX / 2 &&
			 dynamic.d_un.d_ptr)
			err = keep_link_maps(memory, form, dynamic.d_un.d_ptr);
	}
	if (!err && names > symbols && symbols)
		err = keep_part(memory, object, symbols, names - symbols);
	if (!err && symbols > hash && hash)
		err = keep_part(memory, object, hash, symbols - hash);
	return err || !names ? err : keep_part(memory, object, names, names_size);
}

static struct fb_error *keep_segment(struct fb_keep_memory *memory, const struct object *object,
				     const Elf64_Phdr *phdr)
{
	switch (phdr->p_type) {
	case PT_GNU_EH_FRAME:
		return keep_unwind_tables(memory, object, phdr);
	case PT_DYNAMIC:
		return keep_dynamic(memory, object, phdr);
	case PT_NOTE:
		return keep_part(memory, object, phdr->p_vaddr, phdr->p_memsz);
	default:
		return NULL;
	}
}

static struct fb_error *keep_object(struct fb_keep_memory *memory, uint64_t base)
{
	struct object object = {.base = base, .bias = base};
	const Elf64_Ehdr *ehdr = &object.headers.ehdr;
	struct fb_error *err = fb_elf_headers_read(memory->space, base, &object.headers);

	if (err)
		return fb_part_skip(err);
	err = keep(memory, base, base + ehdr->e_phoff + ehdr->e_phnum * object.headers.form->phdr);
	for (unsigned i = 0; i < ehdr->e_phnum; i++)
		if (object.headers.phdrs[i].p_type == PT_LOAD) {
			object.bias = base - (object.headers.phdrs[i].p_vaddr & FB_PAGE_MASK);
			break;
		}
	for (unsigned i = 0; i < ehdr->e_phnum && !err; i++)
		err = keep_segment(memory, &object, &object.headers.phdrs[i]);
	fb_elf_headers_deinit(&object.headers);
	return err;
}

/* Whether pages that the page tables lack are to be looked up in the page cache: only where stacks lead to the file,
 * and where it was not done before for another process. */
static struct fb_error *is_cache_wanted(struct fb_keep_memory *memory, const struct fb_vma *vma,
					bool *wanted_ret)
{
	uint64_t mapping;
	struct fb_error *err = fb_vma_file_mapping(memory->kernel, vma, &mapping);

	*wanted_ret = false;
	if (err || !mapping || !fb_u64_map_find(&memory->in_stacks, mapping))
		return err;
	return fb_u64_set_add(&memory->budget->files, mapping, FB_MAX_VMAS, "mapped files",
			      wanted_ret);
}

struct fb_error *fb_keep_objects(struct fb_keep_memory *memory)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < memory->vmas->count && !err; i++) {
		const struct fb_vma *vma = &memory->vmas->vma[i];

		/* The vDSO has no file. */
		if (vma->file ? vma->pgoff != 0 : !(vma->flags & FB_VM_EXEC))
			continue;
		err = is_cache_wanted(memory, vma, &memory->with_cache);
		if (!err)
			err = keep_object(memory, vma->start);
	}
	memory->with_cache = false;
	return err;
}
