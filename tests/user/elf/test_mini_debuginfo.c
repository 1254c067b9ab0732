// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols of a stripped program out of its .gnu_debugdata: this test's own program, stripped and packed as
 * Fedora's find-debuginfo does it, by objcopy and xz.
 */
#include "user/elf/mini_debuginfo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "user/elf/elf_symbols.h"

/* Not exported: only .symtab has its name, to which the compiler may add a suffix. */
#define HIDDEN "fb_test_hidden_function"
static __attribute__((noinline)) int fb_test_hidden_function(int argument)
{
	__asm__ volatile("" : "+r"(argument));
	return argument + 1;
}

static bool run(const char *script)
{
	char command[18000];

	snprintf(command, sizeof(command), "cd '%s' && %s", fb_test_folder(), script);
	return system(command) == 0; /* NOLINT(cert-env33-c): a test's own words */
}

static bool make_files(void)
{
	char script[9000], self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	CU_ASSERT_FATAL(length > 0);
	self[length] = '\0';
	snprintf(script, sizeof(script),
		 "strip -o stripped '%s' && "
		 "objcopy --only-keep-debug '%s' mini && xz -f mini && "
		 "objcopy --add-section .gnu_debugdata=mini.xz stripped packed && "
		 "head -c 200 mini.xz >cut.xz && "
		 "objcopy --add-section .gnu_debugdata=cut.xz stripped cut && "
		 "head -c 80000000 /dev/zero | xz -0 >large.xz && "
		 "objcopy --add-section .gnu_debugdata=large.xz stripped large",
		 self, self);
	return run(script);
}

/* Whether the file's symbols have the hidden function. */
static bool knows(const char *name)
{
	struct fb_elf_symbols symbols;
	char path[9000];
	bool found = false;
	Elf *elf;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fb_test_folder(), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_FATAL(fd >= 0);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(elf);
	fb_elf_symbols_init(&symbols);
	FB_OK(fb_elf_symbols_add_elf(&symbols, elf));
	fb_elf_symbols_sort(&symbols);
	for (size_t i = 0; i < symbols.count && !found; i++)
		found = strncmp((const char *)symbols.names.data + symbols.symbols[i].name, HIDDEN,
				strlen(HIDDEN)) == 0;
	fb_elf_symbols_deinit(&symbols);
	elf_end(elf);
	close(fd);
	return found;
}

static void names_what_is_stripped(void)
{
	CU_ASSERT_EQUAL(fb_test_hidden_function(1), 2);
	CU_ASSERT_FATAL(elf_version(EV_CURRENT) != EV_NONE);
	if (!make_files()) {
		fb_test_skip("objcopy or xz is missing");
		return;
	}
	CU_ASSERT(!knows("stripped"));
	CU_ASSERT(knows("packed"));
	CU_ASSERT(!knows("cut"));
	CU_ASSERT(!knows("large"));
}

FB_TEST_MAIN("user/mini_debuginfo", FB_TEST(names_what_is_stripped))
