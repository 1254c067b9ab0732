// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads a shared library by dlopen(). Called where an input is of a rare form, or a host may do without what the
 * library is for.
 */
#include "base/shared_library.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

struct fb_error *fb_shared_library_open(const char *file, const char *const *names, size_t count,
					void *functions, struct fb_shared_library **library_ret)
{
	/* It stays when it is closed: a merge unpacks one core after the other, and binding names takes long. */
	void *handle = dlopen(file, RTLD_NOW | RTLD_NODELETE);
	uint8_t *to = functions;

	if (!handle)
		return fb_error_create(FB_UNSUPPORTED, "this takes the library %s: %s", file,
				       dlerror());
	for (size_t i = 0; i < count; i++) {
		void *function = dlsym(handle, names[i]);

		if (!function) {
			(void)dlclose(handle);
			return fb_error_create(FB_UNSUPPORTED, "the library %s has no %s", file,
					       names[i]);
		}
		memcpy(to + i * sizeof(function), &function, sizeof(function));
	}
	*library_ret = handle;
	return NULL;
}

void fb_shared_library_close(struct fb_shared_library *library)
{
	if (library)
		(void)dlclose(library);
}
