/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMware's checkpoints and the memory beside them. */
#ifndef FB_KERNEL_VMWARE_H
#define FB_KERNEL_VMWARE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/file.h"
#include "kernel/images/image.h"

/* Whether the file begins as a checkpoint does. */
FB_MUST_CHECK struct fb_error *fb_vmware_detect(struct fb_file *file, bool *vmware_ret);

/* memory: the .vmem, of whose bytes the image is then; or NULL, where it has to be in the checkpoint itself:
 * FB_NOT_FOUND if it is not, with what to give. */
FB_MUST_CHECK struct fb_error *fb_vmware_read(struct fb_file *checkpoint, struct fb_file *memory,
					      struct fb_image *image_ret);

#endif
