// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_tables.h. A wrong call of a test ends it. */
#include "tests/kernel/made_tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct fb_error *read_physical(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	struct made_tables *made = (struct made_tables *)space;

	if (address >= sizeof(made->words) || length > sizeof(made->words) - address)
		return fb_error_create(FB_ABSENT, "no memory at 0x%" PRIx64, address);
	for (uint64_t at = address & FB_PAGE_MASK; at < address + length; at += FB_PAGE_SIZE)
		if (made->absent[at / FB_PAGE_SIZE])
			return fb_error_create(made->failure, "frame %" PRIu64 " is lost",
					       (at / FB_PAGE_SIZE));
	memcpy(to, (uint8_t *)made->words + address, length);
	return NULL;
}

/* As far as the page goes. */
static struct fb_error *locate_physical(struct fb_space *space, uint64_t address, uint64_t length,
					struct fb_run *run_ret)
{
	struct made_tables *made = (struct made_tables *)space;
	uint64_t left = FB_PAGE_SIZE - address % FB_PAGE_SIZE;

	memset(run_ret, 0, sizeof(*run_ret));
	run_ret->start = address;
	run_ret->length = length < left ? length : left;
	if (address >= sizeof(made->words) || made->absent[address / FB_PAGE_SIZE]) {
		run_ret->origin.source = FB_SOURCE_ABSENT;
		run_ret->origin.absence = FB_ABSENCE_FILTERED;
	} else {
		run_ret->origin.source = FB_SOURCE_VMCORE;
	}
	return NULL;
}

static const struct fb_space_ops physical_ops = {.read = read_physical, .locate = locate_physical};

struct made_tables *made_tables_create(unsigned levels)
{
	struct made_tables *made = calloc(1, sizeof(*made));

	if (!made)
		abort();
	made->physical = (struct fb_space){.ops = &physical_ops, .name = "made physical memory"};
	made->failure = FB_ABSENT;
	made->frames_used = 2;
	made->tables = (struct fb_page_tables){
		.physical = &made->physical, .root = FB_PAGE_SIZE, .levels = levels};
	return made;
}

void made_tables_destroy(struct made_tables *made)
{
	free(made);
}

uint64_t made_tables_page(struct made_tables *made)
{
	if (made->frames_used == TABLE_FRAMES)
		abort();
	return made->frames_used++;
}

uint64_t *made_tables_entry(struct made_tables *made, uint64_t address, unsigned level)
{
	uint64_t frame = made->tables.root / FB_PAGE_SIZE;

	for (unsigned at = made->tables.levels - 1;; at--) {
		uint64_t *entry = &made->words[frame][address >> (FB_PAGE_SHIFT + 9 * at) & 511];

		if (at == level)
			return entry;
		if (!*entry)
			*entry = made_tables_page(made) << FB_PAGE_SHIFT | ENTRY_TABLE;
		frame = (*entry & 0x000ffffffffff000ull & ~made->tables.encryption_mask) >>
			FB_PAGE_SHIFT;
		if (frame >= TABLE_FRAMES)
			abort();
	}
}

void made_tables_set(struct made_tables *made, uint64_t address, unsigned level, uint64_t entry)
{
	*made_tables_entry(made, address, level) = entry;
}

uint64_t made_tables_frame(struct made_tables *made, uint64_t address, unsigned level)
{
	uint64_t *entry = made_tables_entry(made, address, level);

	return (uint64_t)((uint8_t *)entry - (uint8_t *)made->words) / FB_PAGE_SIZE;
}

uint64_t made_protnone(uint64_t physical, uint64_t bits)
{
	return (~physical & 0x000ffffffffff000ull) | bits;
}

uint64_t made_swap(uint64_t type, uint64_t offset)
{
	return type << 59 | (~offset << 14 >> 5);
}
