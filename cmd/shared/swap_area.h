/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a swap area is. Called by swap and vtop. */
#ifndef FB_CMD_SWAP_AREA_H
#define FB_CMD_SWAP_AREA_H

#include "bundle/input/input.h"
#include "kernel/files/path.h"
#include "kernel/swap/swap.h"

/* The path of the area's device or file as PID 1 sees it, raw; "" and a warning that names `type`, the number of the
 * area, where it cannot be read. area is of fb_swap_area(). Fails only where nothing can go on. */
FB_MUST_CHECK struct fb_error *fb_swap_area_path(struct fb_input *input, uint32_t type,
						 const struct fb_swap_area *area,
						 char path_ret[FB_PATH_SIZE]);

#endif
