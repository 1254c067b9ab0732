/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The places of a made zram device of a kernel without types of modules, for tests
 * and the fuzz target: memory at MADE_ZRAM_BASE, which is physical memory from 0 on
 * as well, MADE_ZRAM_PAGES pages of it. The table stands on its last page, so that
 * what follows is not mapped.
 */
#ifndef FB_TESTS_KERNEL_MADE_ZRAM_H
#define FB_TESTS_KERNEL_MADE_ZRAM_H

#include "kernel/image/kernel_private.h"

#define MADE_ZRAM_BASE 0xffff888000000000ull
#define MADE_ZRAM_PAGES 64u
#define MADE_ZRAM_AT(offset) (MADE_ZRAM_BASE + (offset))

#define MADE_ZRAM_BDEV 0x1000u
#define MADE_ZRAM_DISK 0x1040u
#define MADE_ZRAM_DEVICE 0x1100u
#define MADE_ZRAM_NAME 0x1400u
#define MADE_ZRAM_POOL 0x2000u
#define MADE_ZRAM_CLASSES 0x2900u
#define MADE_ZRAM_ZSPAGES 0x3000u
#define MADE_ZRAM_HANDLES 0x3200u
#define MADE_ZRAM_STRUCT_PAGES 0x4000u /* one per page of the memory */
#define MADE_ZRAM_FIRST_FRAME 6u       /* of objects */
#define MADE_ZRAM_SLOTS 16u
#define MADE_ZRAM_TABLE ((MADE_ZRAM_PAGES - 1) * FB_PAGE_SIZE)
/* The bytes before here, and the table, are all that a device takes. */
#define MADE_ZRAM_END 0xb000u

#define MADE_ZRAM_DISK_BYTES_AT 0x80u /* in the device; then the name of the compression */

/* The members of the kernel itself. */
static inline void made_zram_members(struct fb_layout *layout)
{
	const struct {
		struct fb_field *field;
		uint32_t offset, size;
	} members[] = {
		{&layout->block_device_disk, 0, 8}, {&layout->gendisk_private_data, 0, 8},
		{&layout->gendisk_sectors, 8, 8},   {&layout->gendisk_name, 16, 32},
		{&layout->page_private, 40, 8},     {&layout->page_index, 32, 8},
	};

	fb_layout_resolve(NULL, layout);
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		members[i].field->offset = members[i].offset;
		members[i].field->size = members[i].size;
		members[i].field->found = true;
	}
	layout->page.size = 64;
}

#endif
