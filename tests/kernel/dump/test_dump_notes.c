// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/dump/dump_notes.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

struct builder {
	uint8_t bytes[4096];
	size_t size;
};

static void add(struct builder *builder, const char *name, size_t name_size, uint32_t type,
		const char *desc)
{
	Elf64_Nhdr header = {(uint32_t)name_size, (uint32_t)strlen(desc), type};
	uint8_t *to = builder->bytes + builder->size;

	memcpy(to, &header, sizeof(header));
	memcpy(to + sizeof(header), name, name_size);
	to += sizeof(header) + ((name_size + 3) & ~(size_t)3);
	memcpy(to, desc, strlen(desc));
	builder->size = (size_t)(to - builder->bytes) + ((strlen(desc) + 3) & ~(size_t)3);
}

static struct fb_error *index_notes(const struct builder *builder, struct fb_warnings *warnings,
				    struct fb_dump_notes *notes)
{
	void *copy = malloc(builder->size + 1);

	memcpy(copy, builder->bytes, builder->size);
	return fb_dump_notes_init(copy, builder->size, "made", warnings, notes);
}

static void finds_cpus_and_vmcoreinfo(void)
{
	struct builder builder = {0};
	struct fb_dump_notes notes;

	add(&builder, "CORE", 5, NT_PRSTATUS, "first");
	add(&builder, "LINUX", 6, NT_PRSTATUS, "not one");
	builder.size += 344; /* the buffer of a CPU that never came up */
	add(&builder, "CORE", 4, NT_PRSTATUS, "second");
	add(&builder, "VMCOREINFO", 11, 0, "A=b\n");
	add(&builder, "QEMU", 5, 0, "state");
	builder.size += 2;
	FB_OK_FATAL(index_notes(&builder, NULL, &notes));
	CU_ASSERT_EQUAL_FATAL(notes.prstatus_count, 2);
	CU_ASSERT_EQUAL(notes.prstatus[0].size, 5);
	CU_ASSERT_EQUAL(memcmp(notes.prstatus[1].desc, "second", 6), 0);
	CU_ASSERT_EQUAL(notes.vmcoreinfo.size, 4);
	CU_ASSERT_FALSE(notes.of_process);
	fb_dump_notes_deinit(&notes);
}

static void knows_a_process(void)
{
	struct builder builder = {0};
	struct fb_dump_notes notes;

	add(&builder, "CORE", 5, NT_PRPSINFO, "x");
	FB_OK_FATAL(index_notes(&builder, NULL, &notes));
	CU_ASSERT_TRUE(notes.of_process);
	fb_dump_notes_deinit(&notes);
}

static void keeps_what_is_before_damage(void)
{
	struct fb_warnings *warnings;
	struct builder builder = {0};
	struct fb_dump_notes notes;
	size_t whole;

	add(&builder, "CORE", 5, NT_PRSTATUS, "first");
	whole = builder.size;
	add(&builder, "CORE", 5, NT_PRSTATUS, "second");
	for (builder.size--; builder.size >= whole; builder.size--) {
		/* The padding of the last note may be missing. */
		bool cut = builder.size < whole + sizeof(Elf64_Nhdr) + 8 + 6;

		FB_OK_FATAL(fb_warnings_create(&warnings));
		FB_OK_FATAL(index_notes(&builder, warnings, &notes));
		CU_ASSERT_EQUAL(notes.prstatus_count, cut ? 1 : 2);
		CU_ASSERT_EQUAL(fb_warnings_count(warnings), cut && builder.size > whole);
		fb_dump_notes_deinit(&notes);
		fb_warnings_destroy(warnings);
	}
	memset(builder.bytes, 0xff, 12);
	builder.size = 64;
	FB_OK_FATAL(index_notes(&builder, NULL, &notes));
	CU_ASSERT_EQUAL(notes.prstatus_count, 0);
	fb_dump_notes_deinit(&notes);
}

static void takes_no_notes(void)
{
	struct fb_dump_notes notes;

	FB_OK_FATAL(fb_dump_notes_init(NULL, 0, "made", NULL, &notes));
	CU_ASSERT_EQUAL(notes.prstatus_count, 0);
	fb_dump_notes_deinit(&notes);
}

FB_TEST_MAIN("kernel/dump_notes", FB_TEST(finds_cpus_and_vmcoreinfo), FB_TEST(knows_a_process),
	     FB_TEST(keeps_what_is_before_damage), FB_TEST(takes_no_notes))
