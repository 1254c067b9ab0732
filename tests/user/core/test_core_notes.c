// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/core_notes.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

/* The notes of make, parsed; their bytes, exactly as long as they are, in *data_ret. */
static struct fb_core_notes parse(struct make_core *make, size_t lost, struct fb_warnings *warnings,
				  uint8_t **data_ret)
{
	struct fb_core_notes notes = {0};
	size_t size = make->notes_size - lost;
	uint8_t *data = malloc(size ? size : 1);

	memcpy(data, make->notes, size);
	free(make->notes);
	FB_OK(fb_core_notes_parse(data, size, "core", warnings, &notes));
	*data_ret = data;
	return notes;
}

static void release(struct fb_core_notes *notes, uint8_t *data)
{
	fb_core_notes_deinit(notes);
	free(data);
}

static bool warns(const struct fb_warnings *warnings, const char *text)
{
	for (size_t i = 0; i < fb_warnings_count(warnings); i++) {
		if (strstr(fb_warnings_get(warnings, i), text))
			return true;
	}
	return false;
}

/* Parses with warnings, one of which must have the text. */
static struct fb_core_notes parse_warned(struct make_core *make, size_t lost, const char *text,
					 uint8_t **data_ret)
{
	struct fb_warnings *warnings;
	struct fb_core_notes notes;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	notes = parse(make, lost, warnings, data_ret);
	CU_ASSERT_TRUE(warns(warnings, text));
	fb_warnings_destroy(warnings);
	return notes;
}

static void gives_registers_to_the_thread_before(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_note(&make, "CORE", NT_FPREGSET, "nobody's", 8);
	for (int tid = 100; tid < 5100; tid++) {
		uint64_t mark[2] = {(uint64_t)tid, 0};

		make_thread(&make, tid, 0, (uint64_t)tid << 12);
		make_note(&make, "CORE", NT_FPREGSET, mark, 16);
		if (tid % 2)
			make_note(&make, "LINUX", NT_X86_XSTATE, mark, 8);
	}
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL_FATAL(notes.thread_count, 5000);
	for (size_t i = 0; i < notes.thread_count; i++) {
		const struct fb_core_thread *thread = &notes.threads[i];

		CU_ASSERT_EQUAL(thread->tid, 100 + (int)i);
		CU_ASSERT_EQUAL(thread->regs.rip, (100 + i) << 12);
		CU_ASSERT_EQUAL(thread->fpregs_size, 16);
		CU_ASSERT_EQUAL(memcmp(thread->fpregs, &thread->tid, 4), 0);
		CU_ASSERT_EQUAL(thread->xstate_size, thread->tid % 2 ? 8 : 0);
	}
	release(&notes, data);
}

static void leaves_out_a_thread_of_another_size(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t small[144] = {0}, *data;

	make_thread(&make, 1, 0, 0);
	make_note(&make, "CORE", NT_PRSTATUS, small, sizeof(small));
	make_note(&make, "CORE", NT_FPREGSET, small, 8);
	make_note(&make, "CORE", NT_PRPSINFO, small, sizeof(small) - 20);
	notes = parse_warned(&make, 0, "NT_PRSTATUS of 144 bytes", &data);
	CU_ASSERT_EQUAL(notes.thread_count, 1);
	/* The registers of the lost thread are not the first one's. */
	CU_ASSERT_PTR_NULL(notes.threads[0].fpregs);
	CU_ASSERT_FALSE(notes.has_psinfo);
	release(&notes, data);
}

static void takes_names_without_a_nul(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_psinfo(&make, 4, "sixteen-letters!",
		    "an argument vector that is longer than the "
		    "eighty bytes which the kernel has for it");
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_STRING_EQUAL(notes.comm, "sixteen-letters!");
	CU_ASSERT_EQUAL(strlen(notes.args), 80);
	CU_ASSERT_TRUE(notes.psinfo_first);
	release(&notes, data);
}

static void ignores_notes_of_others(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	struct elf_prstatus status = {.pr_pid = 3};
	uint8_t *data;

	make_note(&make, "QEMU", NT_PRSTATUS, &status, sizeof(status));
	make_note(&make, "COREDUMP", NT_PRSTATUS, &status, sizeof(status));
	make_note(&make, "", 0, NULL, 0);
	make_note(&make, "CORE", 4711, &status, 3);
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL(notes.thread_count, 0);
	CU_ASSERT_FALSE(notes.cut);
	CU_ASSERT_PTR_NULL(notes.foreign);
	release(&notes, data);
}

static void knows_the_notes_of_other_systems(void)
{
	static const char *const owners[][2] = {
		{"NetBSD-CORE@1", "NetBSD"}, {"OpenBSD", "OpenBSD"}, {"FreeBSD", "FreeBSD"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(owners); i++) {
		struct make_core make = {0};
		struct fb_core_notes notes;
		uint8_t *data;

		make_note(&make, owners[i][0], 1, "register", 8);
		notes = parse(&make, 0, NULL, &data);
		CU_ASSERT_PTR_NOT_NULL_FATAL(notes.foreign);
		CU_ASSERT_STRING_EQUAL(notes.foreign, owners[i][1]);
		release(&notes, data);
	}
}

static void keeps_the_first_of_two(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint64_t auxv[] = {AT_UID, 1, AT_NULL, 0};
	uint8_t *data;

	make_auxv(&make, auxv, 2);
	auxv[1] = 2;
	make_auxv(&make, auxv, 2);
	make_psinfo(&make, 7, "first", "");
	make_psinfo(&make, 8, "second", "");
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL_FATAL(notes.auxv_pairs, 2);
	CU_ASSERT_EQUAL(notes.auxv[1], 1);
	CU_ASSERT_EQUAL(notes.pid, 7);
	release(&notes, data);
}

static void takes_half_an_auxv(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint64_t auxv[] = {AT_UID, 1, AT_GID};
	uint8_t *data;

	make_note(&make, "CORE", NT_AUXV, auxv, sizeof(auxv));
	notes = parse_warned(&make, 0, "half an entry", &data);
	CU_ASSERT_EQUAL(notes.auxv_pairs, 1);
	release(&notes, data);
}

static void refuses_an_endless_auxv(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint64_t *auxv = calloc(5000, 16);
	uint8_t *data;

	make_auxv(&make, auxv, 5000);
	free(auxv);
	notes = parse_warned(&make, 0, "NT_AUXV entries", &data);
	CU_ASSERT_PTR_NULL(notes.auxv);
	release(&notes, data);
}

static void refuse_file_note(const uint64_t *words, size_t size, const char *text)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_note(&make, "CORE", NT_FILE, words, size);
	make_thread(&make, 1, 0, 0);
	notes = parse_warned(&make, 0, text, &data);
	CU_ASSERT_EQUAL(notes.mapping_count, 0);
	/* What follows is read all the same. */
	CU_ASSERT_EQUAL(notes.thread_count, 1);
	release(&notes, data);
}

/* The core's name stands in each warning as it is, whatever a format would make of it. */
static void warnings_name_the_core(void)
{
	static const uint64_t backwards[] = {1, 4096, 0x2000, 0x1000, 0, 0};
	static const size_t pairs = FB_MAX_AUXV_PAIRS + 1;
	uint8_t *auxv = calloc(pairs, 16);

	CU_ASSERT_PTR_NOT_NULL_FATAL(auxv);
	for (int kind = 0; kind < 3; kind++) {
		struct fb_core_notes notes = {0};
		struct make_core make = {0};
		struct fb_warnings *warnings;

		FB_OK_FATAL(fb_warnings_create(&warnings));
		if (kind == 0)
			make_note(&make, "CORE", NT_AUXV, auxv, pairs * 16);
		else if (kind == 1)
			make_note(&make, "CORE", NT_FILE, backwards, sizeof(backwards));
		else
			make_note(&make, "CORE", NT_AUXV, auxv, 24);
		FB_OK(fb_core_notes_parse(make.notes, make.notes_size, "50%%.core", warnings,
					  &notes));
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
		CU_ASSERT_PTR_EQUAL(strstr(fb_warnings_get(warnings, 0), "50%%.core: NT_"),
				    fb_warnings_get(warnings, 0));
		CU_ASSERT_EQUAL(notes.auxv_pairs, kind == 2);
		fb_core_notes_deinit(&notes);
		fb_warnings_destroy(warnings);
		free(make.notes);
	}
	free(auxv);
}

/* As many pairs as there may be. */
static void auxv_is_capped(void)
{
	uint8_t *auxv = calloc(FB_MAX_AUXV_PAIRS, 16), *data;
	struct make_core make = {0};
	struct fb_core_notes notes;

	CU_ASSERT_PTR_NOT_NULL_FATAL(auxv);
	make_note(&make, "CORE", NT_AUXV, auxv, (size_t)FB_MAX_AUXV_PAIRS * 16);
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL(notes.auxv_pairs, FB_MAX_AUXV_PAIRS);
	release(&notes, data);
	free(auxv);
}

/* A mapping of one byte; none of no bytes. No mappings at all are none, and no damage. */
static void mappings_have_bytes(void)
{
	static const uint64_t one[] = {1, 4096, 0x1000, 0x1001, (1ull << 52) - 1, 0};
	static const uint64_t empty[] = {1, 4096, 0x1000, 0x1000, 0, 0};
	static const uint64_t none[] = {0, 4096};
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_note(&make, "CORE", NT_FILE, one, sizeof(one));
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL_FATAL(notes.mapping_count, 1);
	CU_ASSERT_EQUAL(notes.mappings[0].offset, ((1ull << 52) - 1) * 4096);
	CU_ASSERT_STRING_EQUAL(notes.mappings[0].path, "");
	release(&notes, data);
	refuse_file_note(empty, sizeof(empty), "a mapping ends at 0x1000, before it starts");
	make = (struct make_core){0};
	make_note(&make, "CORE", NT_FILE, none, sizeof(none));
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL(notes.mapping_count, 0);
	release(&notes, data);
}

static void refuses_impossible_mappings(void)
{
	static const uint64_t too_many[] = {1ull << 61, 4096, 1, 2, 3, 0};
	static const uint64_t backwards[] = {1, 4096, 0x2000, 0x1000, 0, 0};
	static const uint64_t far[] = {1, 4096, 0x1000, 0x2000, 1ull << 60, 0};
	static const uint64_t nameless[] = {2, 4096, 1, 2, 3, 4, 5, 6, 0x4141414141414141};

	refuse_file_note(too_many, sizeof(too_many), "claims 2305843009213693952 mappings");
	refuse_file_note(backwards, sizeof(backwards), "before it starts");
	refuse_file_note(far, sizeof(far), "impossible offset");
	refuse_file_note(nameless, sizeof(nameless), "mapping 0: NT_FILE: the string");
	refuse_file_note(nameless, 12, "NT_FILE");
}

static void takes_what_a_cut_left(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_thread(&make, 1, 0, 0);
	make_thread(&make, 2, 0, 0);
	notes = parse_warned(&make, 1, "the notes are cut off", &data);
	CU_ASSERT_EQUAL(notes.thread_count, 1);
	CU_ASSERT_TRUE(notes.cut);
	release(&notes, data);
}

static void forgives_missing_padding_at_the_end(void)
{
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_thread(&make, 1, 0, 0);
	make_note(&make, "GDB", 1, "x", 1);
	notes = parse(&make, 3, NULL, &data);
	CU_ASSERT_TRUE(notes.has_gdb_note);
	CU_ASSERT_FALSE(notes.cut);
	release(&notes, data);
}

/* In order of address, whatever order the note has them in; each with its own end, offset and path. */
static void mappings_are_put_in_order(void)
{
	static const struct make_mapping mappings[] = {
		{0x5000, 0x6000, 0x1000, "/b"},
		{0x1000, 0x2000, 0, "/c"},
		{0x9000, 0xb000, 0x3000, "/a"},
		{0x3000, 0x4000, 0x2000, "/b with spaces\n"},
	};
	static const size_t order[] = {1, 3, 0, 2};
	struct make_core make = {0};
	struct fb_core_notes notes;
	uint8_t *data;

	make_thread(&make, 17, 11, 0x401000);
	make_files(&make, mappings, FB_ARRAY_SIZE(mappings), 4096);
	notes = parse(&make, 0, NULL, &data);
	CU_ASSERT_EQUAL_FATAL(notes.mapping_count, FB_ARRAY_SIZE(mappings));
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++) {
		const struct make_mapping *wanted = &mappings[order[i]];

		CU_ASSERT_EQUAL(notes.mappings[i].start, wanted->start);
		CU_ASSERT_EQUAL(notes.mappings[i].end, wanted->end);
		CU_ASSERT_EQUAL(notes.mappings[i].offset, wanted->offset);
		CU_ASSERT_STRING_EQUAL(notes.mappings[i].path, wanted->path);
	}
	release(&notes, data);
}

FB_TEST_MAIN("user/core_notes", FB_TEST(gives_registers_to_the_thread_before),
	     FB_TEST(leaves_out_a_thread_of_another_size), FB_TEST(takes_names_without_a_nul),
	     FB_TEST(ignores_notes_of_others), FB_TEST(knows_the_notes_of_other_systems),
	     FB_TEST(keeps_the_first_of_two), FB_TEST(takes_half_an_auxv),
	     FB_TEST(refuses_an_endless_auxv), FB_TEST(refuses_impossible_mappings),
	     FB_TEST(takes_what_a_cut_left), FB_TEST(forgives_missing_padding_at_the_end),
	     FB_TEST(mappings_are_put_in_order), FB_TEST(warnings_name_the_core),
	     FB_TEST(auxv_is_capped), FB_TEST(mappings_have_bytes))
