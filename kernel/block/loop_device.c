// SPDX-License-Identifier: GPL-2.0-or-later
/* See loop_device.h. */
#include "kernel/block/loop_device.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"

/* struct loop_device of 5.4 to 5.10 (drivers/block/loop.h) begins with lo_number, the count of who has it open, and
 * lo_offset. Its lo_backing_file, 240 bytes inside, is followed by lo_device. */
#define LO_OFFSET 8u
#define SEARCHED 512u /* bytes */

/* "loop7" is the name of the disk whose lo_number is 7. */
static bool is_number_of(const struct fb_disk *disk, uint32_t number)
{
	char name[32];

	snprintf(name, sizeof(name), "loop%" PRIu32, number);
	return !strcmp(name, disk->whole.name);
}

/* Whether a word is the address of a block_device of the disk. */
static struct fb_error *is_device_of(struct fb_kernel *kernel, const struct fb_disk *disk,
				     uint64_t word, bool *is_ret)
{
	uint64_t of = 0;
	struct fb_error *err = NULL;

	if (fb_kernel_address_ok(word) && word % 8 == 0)
		err = fb_part_skip(
			fb_kernel_field(kernel, word, &fb_kernel_layout(kernel)->bdev_disk, &of));
	*is_ret = of == disk->address;
	return err;
}

struct fb_error *fb_loop_device_search(struct fb_kernel *kernel, const struct fb_disk *disk,
				       uint64_t *file_ret, uint64_t *offset_ret)
{
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t device = disk->private_data, file = 0, word = 0, offset;
	uint32_t number = 0;
	bool is = false;
	struct fb_error *err = fb_space_u32(space, device, &number);

	if (!err && !is_number_of(disk, number))
		err = fb_error_create(FB_NOT_FOUND, "no loop_device at 0x%" PRIx64, device);
	if (!err)
		err = fb_space_u64(space, device + LO_OFFSET, &offset);
	for (uint64_t at = LO_OFFSET; !err && !is && at < SEARCHED; at += 8) {
		file = word;
		err = fb_space_u64(space, device + at, &word);
		if (!err && fb_kernel_address_ok(file))
			err = is_device_of(kernel, disk, word, &is);
	}
	if (!err && !is && disk->whole.sectors)
		err = fb_error_create(FB_NOT_FOUND,
				      "the loop_device at 0x%" PRIx64 " leads to no file", device);
	if (err)
		return err;
	*file_ret = is ? file : 0;
	*offset_ret = offset;
	return NULL;
}
