// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches the segments of an object for .eh_frame. Linkers that give code its own segment put constants, and .eh_frame
 * after them, into another one; older linkers make one segment of both. Called for objects in the memory of processes
 * (object_cache.c), and where a dump keeps what user stacks need (bundle/dump/keep_objects.c).
 */
#include "user/elf/eh_frame_search.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "user/elf/eh_frame_chain.h"
#include "user/elf/elf_headers.h"

/* Records stand at multiples of it. */
#define ALIGNMENT UINT64_C(4)

struct search {
	struct fb_space *space;
	uint64_t bias; /* of addresses in the process from ELF addresses */
	struct fb_code_range code[FB_MAX_OBJECT_PHDRS];
	struct fb_code_ranges ranges; /* of code */
	uint64_t bytes_left;          /* to be searched */
	size_t fdes;                  /* of the best chain so far */
	struct fb_eh_frame frame;
};

/* Whether it has bytes of the file, at addresses that do not wrap around. */
static bool is_segment(const Elf64_Phdr *phdr)
{
	return phdr->p_type == PT_LOAD && phdr->p_vaddr <= INT64_MAX &&
	       phdr->p_filesz <= INT64_MAX && phdr->p_filesz;
}

/* False: no object without tables of its own. */
static bool note_code(struct search *search, const struct fb_elf_headers *headers, uint64_t base)
{
	bool loaded = false;

	for (unsigned i = 0; i < headers->ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &headers->phdrs[i];

		if (phdr->p_type == PT_GNU_EH_FRAME)
			return false;
		if (phdr->p_type == PT_LOAD && !loaded) {
			search->bias = base - (phdr->p_vaddr & FB_PAGE_MASK);
			loaded = true;
		}
		if (is_segment(phdr) && phdr->p_flags & PF_X)
			search->code[search->ranges.count++] = (struct fb_code_range){
				phdr->p_vaddr, phdr->p_vaddr + phdr->p_filesz};
	}
	search->ranges.range = search->code;
	search->ranges.form = headers->form;
	return search->ranges.count;
}

/* What is read of a segment. */
struct part {
	uint64_t start, end; /* ELF addresses */
	uint64_t in_process; /* address of its first byte there */
	uint8_t *bytes;      /* owned */
	bool *lost; /* owned: of each of its pages, from the one on that holds its first byte */
	uint64_t missing; /* the first such page in the process; 0: none */
};

static size_t page_of(const struct part *part, uint64_t address)
{
	return (address - (part->in_process & FB_PAGE_MASK)) >> FB_PAGE_SHIFT;
}

static void note_gap(void *context, uint64_t address, size_t length FB_UNUSED, struct fb_error *err)
{
	struct part *part = context;

	part->lost[page_of(part, address)] = true;
	if (!part->missing)
		part->missing = address & FB_PAGE_MASK;
	fb_error_destroy(err);
}

/* Takes the best chain of the bytes, where it is better than those before. */
static struct fb_error *take_chain(struct search *search, const uint8_t *bytes, size_t size,
				   uint64_t address)
{
	struct fb_eh_frame_chain chain;
	uint8_t *copy;
	struct fb_error *err =
		fb_eh_frame_chain_find(bytes, size, address, &search->ranges, &chain);

	if (err || chain.fdes <= search->fdes)
		return err;
	copy = malloc(chain.size);
	if (!copy)
		return fb_error_nomem();
	memcpy(copy, bytes + chain.offset, chain.size);
	free(search->frame.bytes);
	search->frame.bytes = copy;
	search->frame.size = chain.size;
	search->frame.address = address + chain.offset;
	search->fdes = chain.fdes;
	return NULL;
}

/* Searches what lies between missing pages by itself: no record goes on in one of them. */
static struct fb_error *search_part(struct search *search, const struct part *part)
{
	size_t size = part->end - part->start, at = 0, start;
	struct fb_error *err = NULL;

	while (at < size && !err) {
		start = at;
		while (at < size && !part->lost[page_of(part, part->in_process + at)])
			at += FB_PAGE_SIZE - (part->in_process + at) % FB_PAGE_SIZE;
		if (at > size)
			at = size;
		if (at > start)
			err = take_chain(search, part->bytes + start, at - start,
					 part->start + start);
		else
			at += FB_PAGE_SIZE - (part->in_process + at) % FB_PAGE_SIZE;
	}
	return err;
}

static struct fb_error *search_segment(struct search *search, const Elf64_Phdr *phdr)
{
	struct part part = {.start = phdr->p_vaddr, .end = phdr->p_vaddr + phdr->p_filesz};
	size_t size;
	struct fb_error *err = NULL;

	if (part.end - part.start > search->bytes_left)
		part.start = part.end - search->bytes_left;
	search->bytes_left -= part.end - part.start;
	part.start = (part.start + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (part.start >= part.end)
		return NULL;
	size = part.end - part.start;
	part.in_process = search->bias + part.start;
	part.bytes = malloc(size);
	part.lost = calloc(size / FB_PAGE_SIZE + 2, sizeof(*part.lost));
	if (!part.bytes || !part.lost)
		err = fb_error_nomem();
	if (!err)
		err = fb_space_read_holes(search->space, part.in_process, part.bytes, size,
					  note_gap, &part);
	if (!err)
		err = search_part(search, &part);
	if (!search->frame.missing)
		search->frame.missing = part.missing;
	free(part.lost);
	free(part.bytes);
	return err;
}

/* Those with code, or those without. */
static struct fb_error *search_segments(struct search *search, const struct fb_elf_headers *headers,
					bool with_code)
{
	struct fb_error *err = NULL;

	for (unsigned i = 0; i < headers->ehdr.e_phnum && !err; i++) {
		const Elf64_Phdr *phdr = &headers->phdrs[i];

		if (is_segment(phdr) && !(phdr->p_flags & PF_W) &&
		    with_code == !!(phdr->p_flags & PF_X))
			err = search_segment(search, phdr);
	}
	return err;
}

struct fb_error *fb_eh_frame_search(struct fb_space *space, uint64_t base,
				    struct fb_eh_frame *frame_ret)
{
	struct search *search = calloc(1, sizeof(*search)); /* 16 KiB: not for the stack */
	struct fb_elf_headers headers = {.phdrs = NULL};
	struct fb_error *err =
		search ? fb_elf_headers_read(space, base, &headers) : fb_error_nomem();

	if (!err && note_code(search, &headers, base)) {
		search->space = space;
		search->bytes_left = FB_MAX_UNWIND_SEARCH;
		err = search_segments(search, &headers, false);
		if (!err && !search->fdes)
			err = search_segments(search, &headers, true);
	}
	fb_elf_headers_deinit(&headers);
	if (!err)
		*frame_ret = search->frame;
	else if (search)
		fb_eh_frame_deinit(&search->frame);
	free(search);
	return err;
}

void fb_eh_frame_deinit(struct fb_eh_frame *frame)
{
	free(frame->bytes);
	memset(frame, 0, sizeof(*frame));
}
