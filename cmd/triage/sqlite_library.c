// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads libsqlite3. Called by triage.c before the sandbox is entered.
 */
#include "cmd/triage/sqlite_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "base/attr.h"

#define LIBRARY "libsqlite3.so.0"
#define PACKAGE "libsqlite3-0"

struct fb_error *fb_sqlite_load(struct fb_sqlite *sqlite_ret)
{
	static const struct {
		const char *name;
		size_t offset;
	} functions[] = {
#define FUNCTION(name) {"sqlite3_" #name, offsetof(struct fb_sqlite, name)}
		FUNCTION(open_v2),      FUNCTION(close_v2),     FUNCTION(exec),
		FUNCTION(prepare_v2),   FUNCTION(finalize),     FUNCTION(reset),
		FUNCTION(step),         FUNCTION(bind_text),    FUNCTION(bind_int64),
		FUNCTION(bind_double),  FUNCTION(bind_null),    FUNCTION(column_count),
		FUNCTION(column_name),  FUNCTION(column_type),  FUNCTION(column_text),
		FUNCTION(column_bytes), FUNCTION(column_int64), FUNCTION(column_double),
		FUNCTION(errmsg),       FUNCTION(limit),        FUNCTION(db_config),
		FUNCTION(serialize),    FUNCTION(deserialize),  FUNCTION(malloc64),
		FUNCTION(free),
#undef FUNCTION
	};
	void *library = dlopen(LIBRARY, RTLD_NOW);
	struct fb_sqlite sqlite;

	if (!library)
		return fb_error_create(FB_UNSUPPORTED,
				       "the database is kept by " LIBRARY
				       ", which this host does not have: install " PACKAGE);
	for (size_t i = 0; i < FB_ARRAY_SIZE(functions); i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return fb_error_create(FB_UNSUPPORTED,
					       LIBRARY " has no %s: install a newer " PACKAGE,
					       functions[i].name);
		memcpy((char *)&sqlite + functions[i].offset, &function, sizeof(function));
	}
	*sqlite_ret = sqlite;
	return NULL;
}
