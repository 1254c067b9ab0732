// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any zram device, in the places of made_zram.h. The input is the table (16 bytes a
 * slot), then memory from its second page on.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "kernel/swap/zram.h"
#include "tests/kernel/swap/made_zram.h"

#define TABLE_BYTES (MADE_ZRAM_SLOTS * 16)
#define MEMORY_BYTES (MADE_ZRAM_PAGES * FB_PAGE_SIZE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct fb_space space, physical;
	struct fb_kernel kernel;
	struct fb_dump dump;
	uint8_t memory[MEMORY_BYTES];
};

static struct fb_error *read_at(const struct world *world, uint64_t offset, void *to, size_t length)
{
	if (offset >= MEMORY_BYTES || length > MEMORY_BYTES - offset)
		return fb_error_create(FB_FAULT, "nothing there");
	memcpy(to, world->memory + offset, length);
	return NULL;
}

static struct fb_error *read_virtual(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	return read_at((struct world *)space, address - MADE_ZRAM_BASE, to, length);
}

static struct fb_error *read_physical(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	struct world *world = (struct world *)((char *)space - offsetof(struct world, physical));

	return read_at(world, address, to, length);
}

static const struct fb_space_ops virtual_ops = {.read = read_virtual};
static const struct fb_space_ops physical_ops = {.read = read_physical};

static void must(struct fb_error *err)
{
	if (err)
		abort();
}

/* The one symbol, so that struct pages are where the device has them. */
static void make_world(struct world *world, const uint8_t *data, size_t size)
{
	const uint64_t vmemmap = MADE_ZRAM_AT(MADE_ZRAM_STRUCT_PAGES);
	const uint64_t variable = MADE_ZRAM_BASE;
	size_t table = size < TABLE_BYTES ? size : TABLE_BYTES;

	world->space = (struct fb_space){.ops = &virtual_ops, .name = "memory"};
	world->physical = (struct fb_space){.ops = &physical_ops, .name = "physical memory"};
	world->kernel.space = &world->space;
	world->kernel.dump = &world->dump;
	world->kernel.tables.physical = &world->physical;
	world->dump.info.max_pfn = MADE_ZRAM_PAGES;
	made_zram_members(&world->kernel.layout);
	must(fb_vmcoreinfo_parse("OSRELEASE=made\n", &world->kernel.vmcoreinfo));
	must(fb_symtab_create(&world->kernel.symbols));
	must(fb_symtab_add(world->kernel.symbols, variable, 8, 'D', "vmemmap_base", 12));
	must(fb_symtab_finish(world->kernel.symbols, 0));
	memcpy(world->memory, &vmemmap, sizeof(vmemmap));
	if (!table)
		return;
	memcpy(world->memory + MADE_ZRAM_TABLE, data, table);
	size -= table;
	if (size > MADE_ZRAM_TABLE - FB_PAGE_SIZE)
		size = MADE_ZRAM_TABLE - FB_PAGE_SIZE;
	memcpy(world->memory + FB_PAGE_SIZE, data + table, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world = calloc(1, sizeof(*world));
	struct fb_module_types *types;
	struct fb_zram *zram;
	uint8_t page[FB_PAGE_SIZE];
	struct fb_error *err;

	if (!world)
		abort();
	make_world(world, data, size);
	must(fb_module_types_create(&world->kernel, &types));
	err = fb_zram_open(&world->kernel, types, MADE_ZRAM_AT(MADE_ZRAM_BDEV), &zram);
	for (uint64_t i = 0; !err && i <= MADE_ZRAM_SLOTS; i++)
		fb_error_destroy(fb_zram_read(zram, i, page));
	if (!err)
		fb_zram_destroy(zram);
	fb_error_destroy(err);
	fb_module_types_destroy(types);
	fb_symtab_destroy(world->kernel.symbols);
	fb_vmcoreinfo_destroy(world->kernel.vmcoreinfo);
	free(world);
	return 0;
}
