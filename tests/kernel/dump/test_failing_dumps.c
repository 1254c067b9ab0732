// SPDX-License-Identifier: GPL-2.0-or-later
/* Dumps of each format whose file fails to be read at one place: what is fatal passes, of opening and of pages. */
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "kernel/images/qevm_format.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/images/make_qevm.h"
#include "tests/kernel/make_image.h"
#include "tests/kernel/make_kdump.h"

#define MOST_FILES 2u

struct question {
	struct failure failure;
	struct fb_file *files[MOST_FILES];
	struct failing_file failing[MOST_FILES];
	size_t count;
	const char *format; /* of the dump */
};

static struct fb_error *read_some(struct fb_dump *dump)
{
	uint8_t page[FB_PAGE_SIZE];
	struct fb_error *err = NULL;
	uint64_t pfn = 0;

	for (unsigned i = 0; i < 5 && !err; i++, pfn++) {
		pfn = fb_dump_next_page(dump, pfn);
		if (pfn == UINT64_MAX)
			break;
		err = fb_dump_read_page(dump, pfn, page);
	}
	if (!err)
		err = fb_dump_survey(dump, NULL);
	return err ? err : fb_dump_failure(dump);
}

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_dump_input inputs[MOST_FILES] = {{0}};
	struct fb_dump *dump = NULL;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < question->count; i++) {
		failing_file_init(&question->failing[i], question->files[i], &question->failure);
		inputs[i].file = &question->failing[i].file;
		inputs[i].stored_size = inputs[i].file->size;
		if (!err)
			err = fb_dump_input_unwrap(&inputs[i], NULL);
	}
	if (!err)
		err = fb_dump_open_inputs(inputs, question->count, NULL, &dump);
	if (!err) {
		CU_ASSERT_STRING_EQUAL(fb_dump_info(dump)->format, question->format);
		err = read_some(dump);
	}
	fb_dump_destroy(dump);
	for (size_t i = 0; i < question->count; i++)
		fb_file_destroy(inputs[i].file);
	return err;
}

static void add(struct question *question, struct mk_bytes *bytes)
{
	FB_OK_FATAL(fb_file_from_memory("made.dump", bytes->data, bytes->size,
					&question->files[question->count++]));
}

static void check(struct question *question, const char *format)
{
	question->format = format;
	CU_ASSERT(failing_must_pass(ask, question, &question->failure, 100, 20) > 3);
	for (size_t i = 0; i < question->count; i++)
		fb_file_destroy(question->files[i]);
}

static const struct mk_recipe recipe = {.max_pfn = 400,
					.dumped = mk_runs,
					.method = MK_MIXED,
					.cpus = 2,
					.vmcoreinfo = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n"};

static void kdump_files(void)
{
	struct question question = {.count = 0};
	struct mk_bytes bytes;

	mk_kdump(&recipe, &bytes);
	add(&question, &bytes);
	check(&question, "kdump-compressed");
}

static void flattened_files(void)
{
	struct question question = {.count = 0};
	struct mk_bytes plain, bytes;

	mk_kdump(&recipe, &plain);
	mk_flatten(&plain, 3000, &bytes);
	free(plain.data);
	add(&question, &bytes);
	check(&question, "kdump-compressed");
}

static void split_files(void)
{
	struct question question = {.count = 0};
	struct mk_recipe part = recipe;

	part.split = true;
	for (unsigned i = 0; i < 2; i++) {
		struct mk_bytes bytes;

		part.start_pfn = i ? 111 : 0;
		part.end_pfn = i ? recipe.max_pfn : 111;
		mk_kdump(&part, &bytes);
		add(&question, &bytes);
	}
	check(&question, "kdump-compressed");
}

static void elf_files(void)
{
	struct question question = {.count = 0};
	struct mk_bytes bytes;

	mk_elf(&recipe, &bytes);
	add(&question, &bytes);
	check(&question, "ELF");
}

static const struct mk_range ranges[] = {{0, 20}, {32, 40}, {100, 3}};

static void lime_files(void)
{
	struct question question = {.count = 0};
	struct mk_bytes bytes;

	mk_lime(ranges, FB_ARRAY_SIZE(ranges), &bytes);
	add(&question, &bytes);
	check(&question, "LiME");
}

static void avml_files(void)
{
	struct question question = {.count = 0};
	struct mk_bytes bytes;

	mk_avml(ranges, FB_ARRAY_SIZE(ranges), &bytes);
	add(&question, &bytes);
	check(&question, "AVML");
}

static void vmware_files(void)
{
	for (int apart = 0; apart <= 1; apart++) {
		struct question question = {.count = 0};
		struct mk_bytes checkpoint, memory;

		mk_vmware(ranges, FB_ARRAY_SIZE(ranges), &checkpoint, apart ? &memory : NULL);
		add(&question, &checkpoint);
		if (apart)
			add(&question, &memory);
		check(&question, "VMware");
	}
}

static void saved_guests(void)
{
	const uint64_t length = 16 * FB_PAGE_SIZE;
	struct question question = {.count = 0};
	struct mk_bytes bytes;

	mk_qevm_begin(&bytes, "pc-q35-9.2");
	mk_qevm_blocks(&bytes, (const char *const[]){"pc.ram", NULL}, &length);
	mk_qevm_section(&bytes, FB_QEVM_SECTION_END);
	mk_qevm_page(&bytes, "pc.ram", 0, 9);
	mk_qevm_filled(&bytes, FB_PAGE_SIZE, 7);
	mk_qevm_end(&bytes);
	mk_qevm_u8(&bytes, FB_QEVM_SECTION_EOF);
	add(&question, &bytes);
	check(&question, "QEVM");
}

FB_TEST_MAIN("kernel/failing_dumps", FB_TEST(kdump_files), FB_TEST(flattened_files),
	     FB_TEST(split_files), FB_TEST(elf_files), FB_TEST(lime_files), FB_TEST(avml_files),
	     FB_TEST(vmware_files), FB_TEST(saved_guests))
