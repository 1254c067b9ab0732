// SPDX-License-Identifier: GPL-2.0-or-later
/* Runtimes by the names of their files. */
#include "bundle/waits/futex/wait_runtime.h"

#include <string.h>

#include "tests/harness.h"

static void knows_runtimes_by_their_files(void)
{
	static const struct {
		const char *name, *runtime;
	} cases[] = {
		{"libjvm.so", "the Java virtual machine"},
		{"libjvm.so.debug", NULL},
		{"python3.13", "CPython"},
		{"libpython3.11.so.1.0", "CPython"},
		{"node", "Node.js (V8)"},
		{"node_exporter", NULL},
		{"libnode.so.115", "Node.js (V8)"},
		{"beam.smp", "the Erlang machine"},
		{"libc.so.6", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const char *runtime = fb_runtime_by_name(cases[i].name);

		CU_ASSERT((!runtime && !cases[i].runtime) ||
			  (runtime && cases[i].runtime && !strcmp(runtime, cases[i].runtime)));
	}
}

FB_TEST_MAIN("bundle/wait_runtime", FB_TEST(knows_runtimes_by_their_files))
