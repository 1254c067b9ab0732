// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An object mapped in memory: its image, its symbols, and its unwind tables,
 * searched for where no header names them, as libdw reads them out of the
 * image. The input is the memory, from a fixed address on.
 */
#include <elfutils/libdw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/space.h"
#include "user/elf/eh_frame_search.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

#define BASE 0x7f0000400000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct fb_space space;
	const uint8_t *data;
	size_t size;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > memory->size ||
	    length > memory->size - (address - BASE))
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is in no mapping", address);
	memcpy(to, memory->data + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops memory_ops = {.read = read_memory};

static void look_up_tables(const struct fb_elf_image *image)
{
	Elf *elf = elf_memory(image->bytes, image->size);
	Dwarf_CFI *cfi = elf ? dwarf_getcfi_elf(elf) : NULL;

	for (uint64_t at = 0; cfi && at < image->end_vaddr && at < 65536; at += 97) {
		Dwarf_Op memory[3], *ops;
		Dwarf_Frame *frame = NULL;
		size_t count;

		if (dwarf_cfi_addrframe(cfi, image->first_vaddr + at, &frame) != 0)
			continue;
		for (int reg = 0; reg <= 16; reg++)
			(void)dwarf_frame_register(frame, reg, memory, &ops, &count);
		free(frame);
	}
	dwarf_cfi_end(cfi);
	elf_end(elf);
}

static void search_tables(struct fb_space *space, struct fb_elf_image *image)
{
	struct fb_eh_frame frame;
	struct fb_error *err = fb_eh_frame_search(space, BASE, &frame);

	if (err) {
		fb_error_destroy(err);
		return;
	}
	if (frame.bytes && !frame.size)
		abort();
	if (frame.bytes)
		fb_error_destroy(
			fb_elf_image_set_eh_frame(image, frame.address, frame.bytes, frame.size));
	fb_eh_frame_deinit(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {{&memory_ops, "memory"}, data, size};
	struct fb_elf_image image;
	struct fb_elf_symbols symbols;
	const char *name;
	struct fb_error *err;

	elf_version(EV_CURRENT);
	err = fb_elf_image_read(&memory.space, BASE, &image);
	if (err) {
		fb_error_destroy(err);
		return 0;
	}
	if (!image.has_unwind)
		search_tables(&memory.space, &image);
	if (image.has_unwind)
		look_up_tables(&image);
	fb_elf_symbols_init(&symbols);
	fb_error_destroy(fb_elf_symbols_add_memory(&symbols, &memory.space, BASE, &image));
	fb_elf_symbols_sort(&symbols);
	for (uint64_t at = 0; at < 65536; at += 61)
		if (fb_elf_symbols_find(&symbols, image.first_vaddr + at, &name) && !*name)
			abort();
	fb_elf_symbols_deinit(&symbols);
	fb_elf_image_deinit(&image);
	return 0;
}
