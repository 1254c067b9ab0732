// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for a page of a file: for its lock, or until it is read or written. The
 * kernel does not record who locked a page; what reads and writes it is known: the device of its file system,
 * the device that it is of itself, or the NFS server. Called through the table in bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"
#include "bundle/waits/io/wait_io.h"
#include "bundle/waits/io/wait_nfs.h"

/* A page, and the file that it is of: zeros where that cannot be read. */
struct page {
	uint64_t address, bit;
	uint64_t superblock, bdev, inode_number;
	bool of_device; /* a page of bdev itself */
};

/* The inode of a block device is in one struct with it, in the file system bdev. */
static struct fb_error *find_device(struct fb_wait_finder *finder, uint64_t inode,
				    struct page *page)
{
	const struct fb_layout *layout = finder->layout;
	bool is = false;
	struct fb_error *err = fb_wait_superblock_is_type(finder, page->superblock, "bdev", &is);

	if (err || !is)
		return err;
	err = fb_layout_require(&layout->bdev_inode_inode);
	if (!err)
		err = fb_layout_require(&layout->bdev_inode_bdev);
	if (err)
		return err;
	page->bdev = inode - layout->bdev_inode_inode.offset + layout->bdev_inode_bdev.offset;
	page->of_device = true;
	return NULL;
}

/* Where the kernel has no such enumerator: pages are locked by bit 0 since ever. */
static struct fb_error *locked_bit(struct fb_wait_finder *finder, uint64_t *bit_ret)
{
	*bit_ret = 0;
	return fb_part_skip(fb_wait_enumerator(finder, "pageflags", "PG_locked", bit_ret));
}

static struct fb_error *read_page(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				  struct page *page)
{
	const struct fb_layout *layout = finder->layout;
	uint64_t entry, mapping = 0, inode = 0;
	struct fb_error *err;

	err = fb_wait_outer_find(finder, blocked, &layout->wait_page_wait,
				 layout->wait_page_queue.size, &entry);
	if (!err)
		err = fb_kernel_field(finder->kernel, entry, &layout->wait_page_page,
				      &page->address);
	if (!err)
		err = fb_kernel_field(finder->kernel, entry, &layout->wait_page_bit, &page->bit);
	if (err)
		return err;
	err = fb_kernel_field(finder->kernel, page->address, &layout->page_mapping, &mapping);
	if (!err && mapping && !(mapping & 3))
		err = fb_kernel_field(finder->kernel, mapping, &layout->address_space_host, &inode);
	if (!err && inode)
		err = fb_kernel_field(finder->kernel, inode, &layout->inode_number,
				      &page->inode_number);
	if (!err && inode)
		err = fb_kernel_field(finder->kernel, inode, &layout->inode_sb, &page->superblock);
	if (!err && page->superblock)
		err = fb_kernel_field(finder->kernel, page->superblock, &layout->super_block_bdev,
				      &page->bdev);
	if (!err && page->superblock && !page->bdev)
		err = find_device(finder, inode, page);
	return fb_part_skip(err);
}

/* "page 0x... of inode 77 in /mnt (ext4 on vda1)" */
static struct fb_error *name_page(struct fb_wait_finder *finder, const struct page *page,
				  char **text)
{
	char name[FB_WAIT_PATH + 64];
	struct fb_error *err;

	if (page->of_device)
		return fb_wait_append(text, "page 0x%" PRIx64 " of the device itself",
				      page->address);
	if (!page->superblock)
		return fb_wait_append(text, "page 0x%" PRIx64, page->address);
	err = fb_wait_superblock_name(finder, page->superblock, 0, name);
	return err ? err
		   : fb_wait_append(text, "page 0x%" PRIx64 " of inode %" PRIu64 " in %s",
				    page->address, page->inode_number, name);
}

/* What reads and writes the page: one object for all of its pages. FB_NOT_FOUND where it is neither. */
static struct fb_error *find_server(struct fb_wait_finder *finder, const struct page *page,
				    size_t *object_ret)
{
	bool fresh, nfs = false;
	struct fb_error *err = NULL;

	if (page->superblock)
		err = fb_wait_superblock_is_type(finder, page->superblock, "nfs", &nfs);
	if (err)
		return err;
	if (nfs)
		return fb_wait_nfs_object(finder, page->superblock, object_ret);
	if (!page->bdev)
		return fb_error_create(FB_NOT_FOUND, "its file system has no device");
	err = fb_wait_graph_object(&finder->graph, "device", page->bdev, 0, object_ret, &fresh);
	return err || !fresh ? err : fb_wait_describe_device(finder, page->bdev, *object_ret);
}

static struct fb_error *find_page(struct fb_wait_finder *finder, const struct page *page,
				  size_t *object_ret)
{
	struct fb_wait_object *object;
	bool fresh;
	struct fb_error *err;

	err = fb_wait_graph_object(&finder->graph, "page", page->address, page->bit, object_ret,
				   &fresh);
	if (err || !fresh)
		return err;
	object = &finder->graph.objects[*object_ret];
	err = name_page(finder, page, &object->name);
	if (!err)
		err = fb_wait_text(&object->need, "a page does not record who locked it");
	return err || !page->bdev ? err : fb_wait_describe_device(finder, page->bdev, *object_ret);
}

struct fb_error *fb_wait_page(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, blocked->site->kind);
	struct page page = {0};
	struct fb_error *err = read_page(finder, blocked, &page);
	bool reads = !strcmp(blocked->site->kind, "page-read"), server = false;
	uint64_t locked;

	if (!err)
		err = locked_bit(finder, &locked);
	if (err)
		return err;
	if (page.bit == locked && !reads)
		wait.kind = "page-lock";
	else if (!strcmp(wait.kind, "page-wait"))
		wait.kind = "page-writeback";
	wait.evidence = "the waiter's structure on its kernel stack";
	if (reads || !strcmp(wait.kind, "page-writeback")) {
		err = find_server(finder, &page, &wait.object);
		server = !err;
		err = fb_part_skip(err);
	}
	if (!err && !server)
		err = find_page(finder, &page, &wait.object);
	if (!err && server)
		err = name_page(finder, &page, &wait.detail);
	if (!err)
		return fb_wait_graph_add(&finder->graph, &wait);
	free(wait.detail);
	return err;
}
