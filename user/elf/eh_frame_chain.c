// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds chains of CIEs and FDEs. Only forms that compilers and assemblers write for x86 are accepted, so that other
 * constants are seldom taken for a record. Called by eh_frame_search.c.
 */
#include "user/elf/eh_frame_chain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/search.h"

/* DW_EH_PE_*: the format of a pointer, and what it is relative to. */
#define PE_FORMAT 0x0fu
#define PE_ABSPTR 0x00u
#define PE_UDATA4 0x03u
#define PE_UDATA8 0x04u
#define PE_SDATA4 0x0bu
#define PE_SDATA8 0x0cu
#define PE_RELATIVE_TO 0xf0u
#define PE_PCREL 0x10u
#define PE_OMIT 0xffu

/* The number of the return address among DWARF's registers (System V ABI for x86-64, 3.7, and for i386, 2.5), and the
 * factor of code in a CIE. That of data is the size of a word, downwards. */
#define RETURN_ADDRESS_64 16u
#define RETURN_ADDRESS_32 8u
#define CODE_FACTOR 1u

/* The 4 bytes that are 0 in a CIE; in an FDE the distance back to its CIE. */
#define ID_BYTES 4u
/* Length, identifier, version, an empty augmentation, two factors, and the return address. */
#define LEAST_RECORD 13u
/* 7 bits a byte: those of 64 bits. */
#define LEB_BYTES 10u

struct cie {
	size_t offset;
	uint8_t encoding; /* of the addresses in its FDEs */
	bool augmented;   /* they have augmentation data */
};

struct chain {
	struct fb_eh_frame_chain place;
	struct cie *cies; /* owned; in order of offset */
	size_t cie_count, cie_room;
	struct fb_code_range *fdes; /* owned */
	size_t fde_count, fde_room;
};

struct search {
	const uint8_t *bytes;
	size_t size;
	uint64_t address;
	const struct fb_code_ranges *code;
	size_t records_left; /* to be looked at */
	struct chain at_hand, best;
};

/* Numbers of 7 bits a byte (DWARF 5, 7.6). False: they end too late. */
static bool read_leb(struct fb_cursor *cursor, bool is_signed, uint64_t *value_ret)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned i = 0; i < LEB_BYTES; i++) {
		if (!fb_cursor_left(cursor))
			return false;
		byte = cursor->data[cursor->offset++];
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		if (is_signed && byte & 0x40 && i < LEB_BYTES - 1)
			value |= ~UINT64_C(0) << (7 * (i + 1));
		*value_ret = value;
		return true;
	}
	return false;
}

static bool read_u8(struct fb_cursor *cursor, uint8_t *value_ret)
{
	if (!fb_cursor_left(cursor))
		return false;
	*value_ret = cursor->data[cursor->offset++];
	return true;
}

/* Bytes of a pointer; 0: of a format that is not used for addresses here. */
static size_t pointer_size(const struct fb_elf_form *form, uint8_t encoding)
{
	switch (encoding & PE_FORMAT) {
	case PE_ABSPTR:
		return form->word;
	case PE_UDATA8:
	case PE_SDATA8:
		return 8;
	case PE_UDATA4:
	case PE_SDATA4:
		return 4;
	default:
		return 0;
	}
}

static bool is_address_encoding(const struct fb_elf_form *form, uint8_t encoding)
{
	uint8_t relative = encoding & PE_RELATIVE_TO;

	return (relative == 0 || relative == PE_PCREL) && pointer_size(form, encoding);
}

/* A number of that format, not yet relative to anything. */
static bool read_number(const struct fb_elf_form *form, struct fb_cursor *cursor, uint8_t encoding,
			uint64_t *value_ret)
{
	size_t size = pointer_size(form, encoding);
	uint64_t value = 0;

	if (!size || fb_cursor_left(cursor) < size)
		return false;
	memcpy(&value, cursor->data + cursor->offset, size);
	cursor->offset += size;
	if ((encoding & PE_FORMAT) == PE_SDATA4)
		value = (uint64_t)(int64_t)(int32_t)value;
	*value_ret = value;
	return true;
}

/* What the letters behind z say of a CIE, in their order. */
static bool read_augmentation(const struct fb_elf_form *form, struct fb_cursor *cursor,
			      const char *letters, struct cie *cie)
{
	uint64_t length, ignored;
	uint8_t encoding;
	size_t end;

	if (!read_leb(cursor, false, &length) || length > fb_cursor_left(cursor))
		return false;
	end = cursor->offset + length;
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R': /* of addresses in FDEs */
			if (!read_u8(cursor, &cie->encoding) ||
			    !is_address_encoding(form, cie->encoding))
				return false;
			break;
		case 'P': /* the personality routine */
			if (!read_u8(cursor, &encoding) ||
			    (encoding != PE_OMIT && !read_number(form, cursor, encoding, &ignored)))
				return false;
			break;
		case 'L': /* of what handles exceptions, in FDEs */
			if (!read_u8(cursor, &encoding))
				return false;
			break;
		case 'S': /* a signal's frame */
			break;
		default:
			return false;
		}
	}
	return cursor->offset <= end;
}

/* cursor: a record behind its identifier. */
static bool read_cie(const struct fb_elf_form *form, struct fb_cursor *cursor, struct cie *cie)
{
	const uint64_t return_address =
		form->machine == EM_386 ? RETURN_ADDRESS_32 : RETURN_ADDRESS_64;
	const char *letters;
	uint64_t code, data, reg;
	uint8_t version;
	const uint8_t *nul;

	if (!read_u8(cursor, &version) || (version != 1 && version != 3))
		return false;
	letters = (const char *)cursor->data + cursor->offset;
	nul = memchr(letters, 0, fb_cursor_left(cursor));
	if (!nul || (*letters && *letters != 'z'))
		return false;
	cursor->offset = (size_t)(nul - cursor->data) + 1;
	/* The register is a byte in version 1, and less than 128: the same as a number of 7 bits a byte. */
	if (!read_leb(cursor, false, &code) || !read_leb(cursor, true, &data) ||
	    !read_leb(cursor, false, &reg) || code != CODE_FACTOR || data != -form->word ||
	    reg != return_address)
		return false;
	cie->encoding = PE_ABSPTR;
	cie->augmented = *letters == 'z';
	return !cie->augmented || read_augmentation(form, cursor, letters + 1, cie);
}

static bool is_code(const struct search *search, const struct fb_code_range *range)
{
	for (size_t i = 0; i < search->code->count; i++)
		if (range->start >= search->code->range[i].start &&
		    range->end <= search->code->range[i].end)
			return true;
	return false;
}

/* cursor: a record behind its identifier, in all bytes of the search. */
static bool read_fde(const struct search *search, struct fb_cursor *cursor, const struct cie *cie,
		     struct fb_code_range *range)
{
	const struct fb_elf_form *form = search->code->form;
	uint64_t field = search->address + cursor->offset, start, length;

	if (!read_number(form, cursor, cie->encoding, &start) ||
	    !read_number(form, cursor, cie->encoding & PE_FORMAT, &length))
		return false;
	if ((cie->encoding & PE_RELATIVE_TO) == PE_PCREL)
		start += field;
	if (form->word == sizeof(uint32_t))
		start = (uint32_t)start;
	if (!length || length > UINT64_MAX - start)
		return false;
	*range = (struct fb_code_range){start, start + length};
	if (!is_code(search, range))
		return false;
	return !cie->augmented ||
	       (read_leb(cursor, false, &length) && length <= fb_cursor_left(cursor));
}

/* The CIE of the current chain that begins there. */
static const struct cie *find_cie(const struct chain *chain, size_t offset)
{
	size_t at = FB_LOWER_BOUND(i, chain->cie_count, chain->cies[i].offset < offset);

	return at < chain->cie_count && chain->cies[at].offset == offset ? &chain->cies[at] : NULL;
}

static uint32_t word_at(const struct search *search, size_t offset)
{
	uint32_t word;

	memcpy(&word, search->bytes + offset, sizeof(word));
	return word;
}

/* Adds the record at offset to the chain at hand. *length_ret: its bytes; 0: there is none that the chain could go on
 * with. */
static struct fb_error *add_record(struct search *search, size_t offset, size_t *length_ret)
{
	struct chain *chain = &search->at_hand;
	size_t left = search->size - offset;
	struct cie cie = {.offset = offset};
	struct fb_code_range range;
	struct fb_cursor cursor;
	const struct cie *parent;
	struct fb_error *err;
	uint32_t length, id;

	*length_ret = 0;
	if (left < LEAST_RECORD || !search->records_left)
		return NULL;
	length = word_at(search, offset);
	if (length % sizeof(uint32_t) || length < ID_BYTES || length > left - sizeof(length))
		return NULL;
	id = word_at(search, offset + sizeof(length));
	fb_cursor_init(&cursor, search->bytes, offset + sizeof(length) + length, ".eh_frame");
	cursor.offset = offset + sizeof(length) + ID_BYTES;
	if (id) {
		/* Where that leads before all bytes, it wraps around and is no record's offset. */
		parent = find_cie(chain, offset + sizeof(length) - id);
		if (!parent || !read_fde(search, &cursor, parent, &range))
			return NULL;
		err = fb_grow_array(&chain->fdes, &chain->fde_room, chain->fde_count, sizeof(range),
				    FB_MAX_UNWIND_SEARCH_RECORDS, "FDEs");
		if (!err)
			chain->fdes[chain->fde_count++] = range;
	} else {
		if (!read_cie(search->code->form, &cursor, &cie))
			return NULL;
		err = fb_grow_array(&chain->cies, &chain->cie_room, chain->cie_count, sizeof(cie),
				    FB_MAX_UNWIND_SEARCH_RECORDS, "CIEs");
		if (!err)
			chain->cies[chain->cie_count++] = cie;
	}
	search->records_left--;
	if (!err)
		*length_ret = sizeof(length) + length;
	return err;
}

static int by_start(const void *a, const void *b)
{
	const struct fb_code_range *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/* Those that begin where no earlier one's code goes on. */
static size_t count_apart(struct chain *chain)
{
	uint64_t end = 0;
	size_t count = 0;

	qsort(chain->fdes, chain->fde_count, sizeof(*chain->fdes), by_start);
	for (size_t i = 0; i < chain->fde_count; i++) {
		if (chain->fdes[i].start >= end)
			count++;
		if (chain->fdes[i].end > end)
			end = chain->fdes[i].end;
	}
	return count;
}

/* Follows the chain that begins at start, and keeps it where it is the best. */
static struct fb_error *follow(struct search *search, size_t start)
{
	struct chain *chain = &search->at_hand, swap;
	size_t offset = start, length, fdes;
	struct fb_error *err;

	chain->place = (struct fb_eh_frame_chain){.offset = start};
	chain->cie_count = chain->fde_count = 0;
	do {
		fdes = chain->fde_count;
		err = add_record(search, offset, &length);
		if (err)
			return err;
		offset += length;
		/* A CIE that no FDE follows is of no use. */
		if (chain->fde_count > fdes)
			chain->place.size = offset - start;
	} while (length);
	if (chain->fde_count <= search->best.place.fdes)
		return NULL;
	chain->place.fdes = count_apart(chain);
	if (chain->place.fdes > search->best.place.fdes) {
		swap = search->best;
		search->best = *chain;
		*chain = swap;
	}
	return NULL;
}

struct fb_error *fb_eh_frame_chain_find(const uint8_t *bytes, size_t size, uint64_t address,
					const struct fb_code_ranges *code,
					struct fb_eh_frame_chain *chain_ret)
{
	struct search search = {
		.bytes = bytes,
		.size = size,
		.address = address,
		.code = code,
		.records_left = FB_MAX_UNWIND_SEARCH_RECORDS,
	};
	struct fb_error *err = NULL;

	for (size_t offset = 0; offset < size && size - offset >= LEAST_RECORD && !err;
	     offset += sizeof(uint32_t)) {
		/* A chain begins with a CIE; one within the best chain so far begins what is no longer than that. */
		if (!word_at(&search, offset + sizeof(uint32_t)) && word_at(&search, offset) &&
		    !find_cie(&search.best, offset))
			err = follow(&search, offset);
	}
	if (!err)
		*chain_ret = search.best.place;
	free(search.best.cies);
	free(search.best.fdes);
	free(search.at_hand.cies);
	free(search.at_hand.fdes);
	return err;
}
