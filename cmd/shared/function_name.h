/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of functions in JSON. Called by the commands that show what the kernel does later: workqueues, timers,
 * irq. */
#ifndef FB_CMD_FUNCTION_NAME_H
#define FB_CMD_FUNCTION_NAME_H

#include <jansson.h>
#include <stdint.h>

#include "kernel/modules/function_name.h"

/* The text of fb_function_name(); null for the address 0. */
json_t *fb_function_json(struct fb_modules *modules, uint64_t address);

#endif
