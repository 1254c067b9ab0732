// SPDX-License-Identifier: GPL-2.0-or-later
/* Spells addresses of functions (function_name.h). */
#include "kernel/modules/function_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct fb_function_name fb_function_name(struct fb_modules *modules, uint64_t address)
{
	struct fb_function_name name;
	struct fb_symbol symbol;
	char offset[24] = "", escaped[96], module[48];

	if (!modules || !fb_modules_symbol_by_address(modules, address, &symbol)) {
		snprintf(name.text, sizeof(name.text), "0x%" PRIx64, address);
		return name;
	}
	if (address != symbol.address)
		snprintf(offset, sizeof(offset), "+0x%" PRIx64, address - symbol.address);
	fb_text_escape(symbol.name, strlen(symbol.name), escaped, sizeof(escaped));
	fb_text_escape(symbol.module ? symbol.module : "",
		       symbol.module ? strlen(symbol.module) : 0, module, sizeof(module));
	snprintf(name.text, sizeof(name.text), "%s%s%s%s%s", escaped, offset,
		 symbol.module ? " [" : "", module, symbol.module ? "]" : "");
	return name;
}
