// SPDX-License-Identifier: GPL-2.0-or-later
/* Spells addresses of functions in JSON. Called by workqueues, timers and irq. */
#include "cmd/shared/function_name.h"

#include "base/json.h"

json_t *fb_function_json(struct fb_modules *modules, uint64_t address)
{
	return address ? json_string(fb_function_name(modules, address).text) : json_null();
}
