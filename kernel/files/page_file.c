// SPDX-License-Identifier: GPL-2.0-or-later
/* From a page's address_space to its inode, file system and one of its names. Called by the command page. */
#include "kernel/files/page_file.h"

#include <inttypes.h>

#include "base/part.h"

/* The first of the names by which the file is known. */
static struct fb_error *read_name(struct fb_kernel *kernel, uint64_t inode, char *to)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t first = 0;
	struct fb_error *err = fb_kernel_field(kernel, inode, &layout->inode_dentries, &first);

	if (!err)
		err = fb_layout_require(&layout->dentry_alias);
	if (err || !first)
		return err;
	if (!fb_kernel_address_ok(first))
		return fb_error_create(FB_CORRUPT, "inode 0x%" PRIx64 " has no list of names",
				       inode);
	return fb_path_in_file_system(kernel, first - layout->dentry_alias.offset, to);
}

struct fb_error *fb_page_file_read(struct fb_kernel *kernel, uint64_t mapping,
				   struct fb_page_file *file_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_page_file *file = file_ret;
	uint64_t superblock = 0;
	struct fb_error *err;

	*file = (struct fb_page_file){0};
	err = fb_kernel_field(kernel, mapping, &layout->address_space_host, &file->inode_address);
	if (!err && !fb_kernel_address_ok(file->inode_address))
		err = fb_error_create(FB_CORRUPT, "address_space 0x%" PRIx64 " is of no inode",
				      mapping);
	if (!err)
		err = fb_kernel_field(kernel, file->inode_address, &layout->inode_number,
				      &file->inode);
	if (!err)
		err = fb_kernel_field(kernel, file->inode_address, &layout->inode_sb, &superblock);
	if (!err)
		err = fb_superblock_read(kernel, superblock, &file->superblock);
	if (err)
		return err;
	err = fb_part_skip(read_name(kernel, file->inode_address, file->path));
	return err;
}
