// SPDX-License-Identifier: GPL-2.0-or-later
/* What a bundle keeps of a file: of this test's own program, and of copies that are damaged. */
#include "user/elf/stored_object.h"

#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "user/elf/build_id.h"

static __attribute__((noinline)) int fb_test_kept_function(int argument)
{
	__asm__ volatile("" : "+r"(argument));
	return argument + 1;
}

static struct fb_buf make(const char *path)
{
	struct fb_file *file = NULL;
	struct fb_buf bytes;

	CU_ASSERT_FATAL(elf_version(EV_CURRENT) != EV_NONE);
	fb_buf_init(&bytes, 64u << 20);
	FB_OK_FATAL(fb_file_open(path, &file));
	FB_OK_FATAL(fb_stored_object_make(file, false, &bytes));
	fb_file_destroy(file);
	return bytes;
}

static void keeps_tables_and_names(void)
{
	struct fb_buf bytes = make("/proc/self/exe");
	const struct fb_elf_symbol *symbol = NULL;
	struct fb_stored_object object;
	const char *name = "";
	Elf *elf;
	Dwarf_CFI *cfi;

	CU_ASSERT_EQUAL(fb_test_kept_function(1), 2);
	FB_OK_FATAL(fb_stored_object_read(bytes.data, bytes.size, &object));
	for (size_t i = 0; i < object.symbols.count && !symbol; i++) {
		name = (const char *)object.symbols.names.data + object.symbols.symbols[i].name;
		if (strncmp(name, "fb_test_kept_function", strlen("fb_test_kept_function")) == 0)
			symbol = &object.symbols.symbols[i];
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(symbol);
	CU_ASSERT_PTR_EQUAL(fb_elf_symbols_find(&object.symbols, symbol->address + 1, &name),
			    symbol);
	CU_ASSERT(object.image.has_unwind && !object.image.missing && object.image.entry);
	CU_ASSERT_PTR_NULL(object.code);
	elf = elf_memory(object.image.bytes, object.image.size);
	cfi = dwarf_getcfi_elf(elf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cfi);
	{
		Dwarf_Frame *frame = NULL;

		CU_ASSERT_EQUAL(dwarf_cfi_addrframe(cfi, symbol->address, &frame), 0);
		free(frame);
	}
	dwarf_cfi_end(cfi);
	elf_end(elf);
	fb_stored_object_deinit(&object);
	fb_buf_deinit(&bytes);
}

/* Without unwind tables callers are found by the code. */
static void keeps_the_code_without_tables(void)
{
	char command[9000], *path;
	struct fb_stored_object object;
	struct fb_buf bytes;

	snprintf(command, sizeof(command),
		 "cd '%s' && printf '.globl _start\\n_start: call f\\nf: ret\\n.size _start, 5\\n"
		 ".type _start, @function\\n' | as -o bare.o - && ld -o bare bare.o",
		 fb_test_folder());
	if (system(command) != 0) { /* NOLINT(cert-env33-c): a test's own words */
		fb_test_skip("as or ld is missing");
		return;
	}
	CU_ASSERT_FATAL(asprintf(&path, "%s/bare", fb_test_folder()) > 0);
	bytes = make(path);
	FB_OK_FATAL(fb_stored_object_read(bytes.data, bytes.size, &object));
	CU_ASSERT(!object.image.has_unwind);
	CU_ASSERT_FATAL(object.code_size >= 6);
	CU_ASSERT(object.image.entry >= object.code_vaddr);
	CU_ASSERT_EQUAL(object.code[object.image.entry - object.code_vaddr], 0xe8);
	fb_stored_object_deinit(&object);
	fb_buf_deinit(&bytes);
	free(path);
}

/* As linkers make static programs: tables, and no header that leads to them. */
static void keeps_tables_that_no_header_names(void)
{
	char command[9000], *path;
	struct fb_stored_object object;
	Dwarf_Frame *frame = NULL;
	struct fb_buf bytes;
	Dwarf_CFI *cfi;
	Elf *elf;

	snprintf(
		command, sizeof(command),
		"cd '%s' && printf '.globl _start\\n_start: .cfi_startproc\\nret\\n.cfi_endproc\\n' | "
		"as -o table.o - && ld --no-eh-frame-hdr -o table table.o",
		fb_test_folder());
	if (system(command) != 0) { /* NOLINT(cert-env33-c): a test's own words */
		fb_test_skip("as or ld is missing");
		return;
	}
	CU_ASSERT_FATAL(asprintf(&path, "%s/table", fb_test_folder()) > 0);
	bytes = make(path);
	FB_OK_FATAL(fb_stored_object_read(bytes.data, bytes.size, &object));
	CU_ASSERT(object.image.has_unwind);
	elf = elf_memory(object.image.bytes, object.image.size);
	cfi = dwarf_getcfi_elf(elf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(cfi);
	CU_ASSERT_EQUAL(dwarf_cfi_addrframe(cfi, object.image.entry, &frame), 0);
	free(frame);
	dwarf_cfi_end(cfi);
	elf_end(elf);
	fb_stored_object_deinit(&object);
	fb_buf_deinit(&bytes);
	free(path);
}

static void refuses_what_is_cut_off_or_wrong(void)
{
	struct fb_buf bytes = make("/proc/self/exe");
	struct fb_stored_object object;

	for (size_t size = 0; size < bytes.size; size += size < 64 ? 1 : bytes.size / 97) {
		uint8_t *copy = malloc(size ? size : 1);
		struct fb_error *err;

		memcpy(copy, bytes.data, size);
		err = fb_stored_object_read(copy, size, &object);
		CU_ASSERT_PTR_NOT_NULL(err);
		fb_error_destroy(err);
		free(copy);
	}
	/* has_unwind, the last NUL of the names, and the reserved word of the head. */
	bytes.data[32] = 2;
	FB_FAILS(fb_stored_object_read(bytes.data, bytes.size, &object), FB_CORRUPT);
	bytes.data[32] = 1;
	bytes.data[bytes.size - 1] = 'x';
	FB_FAILS(fb_stored_object_read(bytes.data, bytes.size, &object), FB_CORRUPT);
	bytes.data[bytes.size - 1] = 0;
	bytes.data[52] = 1;
	FB_FAILS(fb_stored_object_read(bytes.data, bytes.size, &object), FB_CORRUPT);
	fb_buf_deinit(&bytes);
}

static void makes_none_of_what_is_no_program(void)
{
	static const char text[] =
		"no ELF file, but long enough to have had a header of one: 64 bytes and more";
	char *path = fb_test_file("text", text, sizeof(text));
	struct fb_file *file = NULL;
	char build_id[FB_BUILD_ID_TEXT];
	struct fb_buf bytes;

	fb_buf_init(&bytes, 1000);
	FB_OK_FATAL(fb_file_open(path, &file));
	FB_FAILS(fb_stored_object_make(file, false, &bytes), FB_NOT_FOUND);
	FB_OK(fb_file_build_id(file, build_id));
	CU_ASSERT_STRING_EQUAL(build_id, "");
	fb_file_destroy(file);
	fb_buf_deinit(&bytes);
	free(path);
}

FB_TEST_MAIN("user/stored_object", FB_TEST(keeps_tables_and_names),
	     FB_TEST(keeps_the_code_without_tables), FB_TEST(keeps_tables_that_no_header_names),
	     FB_TEST(refuses_what_is_cut_off_or_wrong), FB_TEST(makes_none_of_what_is_no_program))
