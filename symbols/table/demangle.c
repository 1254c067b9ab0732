// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spells mangled names of C++ and Rust as their source has them, by libiberty. That library is not made for
 * hostile input, so it is called only in the children that read objects (base/isolation/isolate.h).
 */
#include "symbols/table/demangle.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

char *fb_demangle(const char *name)
{
	char *demangled;

	/* What else libiberty takes for mangled (Ada's, D's) are usual names of C. */
	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R') ||
	    strnlen(name, FB_MAX_STRING) == FB_MAX_STRING)
		return NULL;
	/* NULL where it is not mangled after all. libiberty ends the program where memory is out: that is
	 * the child's. */
	demangled = cplus_demangle(name, DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);
	if (demangled && strlen(demangled) >= FB_MAX_STRING) {
		free(demangled);
		demangled = NULL;
	}
	return demangled;
}
