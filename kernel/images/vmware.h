/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads VMware's checkpoints and the memory file (.vmem) that may belong to them. Called by kernel/dump. */
#ifndef FB_KERNEL_VMWARE_H
#define FB_KERNEL_VMWARE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/files/file.h"
#include "kernel/images/image.h"

/* Whether the file begins with the magic number of a checkpoint. */
FB_MUST_CHECK struct fb_error *fb_vmware_detect(struct fb_file *file, bool *vmware_ret);

/* memory: the .vmem file, in which the image's extents then have their sources; or NULL, where memory has to be in
 * the checkpoint itself: FB_NOT_FOUND if it is not, with a message that says which file to give. */
FB_MUST_CHECK struct fb_error *fb_vmware_read(struct fb_file *checkpoint, struct fb_file *memory,
					      struct fb_image *image_ret);

#endif
