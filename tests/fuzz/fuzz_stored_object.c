// SPDX-License-Identifier: GPL-2.0-or-later
/* What a bundle keeps of a file: read, and each symbol looked up by its address. */
#include <stdlib.h>
#include <string.h>

#include "user/elf/stored_object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_stored_object object;
	struct fb_error *err = fb_stored_object_read(data, size, &object);

	if (err) {
		fb_error_destroy(err);
		return 0;
	}
	if (object.image.size + object.code_size + object.symbols.names.size > size)
		abort();
	for (size_t i = 0; i < object.symbols.count && i < 1000; i++) {
		const struct fb_elf_symbol *symbol = &object.symbols.symbols[i];
		const char *name = "";

		if (fb_elf_symbols_find(&object.symbols, symbol->address, &name) &&
		    strlen(name) >= object.symbols.names.size)
			abort();
	}
	fb_stored_object_deinit(&object);
	return 0;
}
