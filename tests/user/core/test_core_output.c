// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores written piece by piece, looked at byte by byte, and read back as cores. */
#include "user/core/core_output.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "user/core/core.h"

#define BASE 0x10000ull
#define FLAGS (PF_R | PF_W)

struct written {
	char path[4200];
	struct fb_outfile *outfile;
	struct fb_core_output output;
	struct fb_buf notes;
	uint8_t *bytes; /* of the whole file, once it is finished */
	size_t size;
};

static void begin(struct written *written)
{
	memset(written, 0, sizeof(*written));
	(void)snprintf(written->path, sizeof(written->path), "%s/core", fb_test_folder());
	fb_buf_init(&written->notes, 1u << 20);
	FB_OK_FATAL(fb_outfile_create(written->path, true, &written->outfile));
	FB_OK_FATAL(fb_core_output_init(&written->output, written->outfile, false));
	CU_ASSERT_EQUAL(fb_outfile_size(written->outfile), FB_PAGE_SIZE);
}

static void end(struct written *written)
{
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_core_output_finish(&written->output, &written->notes));
	FB_OK_FATAL(fb_outfile_commit(written->outfile));
	FB_OK_FATAL(fb_file_open(written->path, &file));
	written->size = (size_t)file->size;
	written->bytes = malloc(written->size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(written->bytes);
	FB_OK_FATAL(fb_file_read(file, 0, written->bytes, written->size));
	fb_file_destroy(file);
}

static void close_written(struct written *written)
{
	fb_core_output_deinit(&written->output);
	fb_outfile_destroy(written->outfile);
	fb_buf_deinit(&written->notes);
	free(written->bytes);
}

/* length bytes, of which each 8 tell their address. */
static void put_words(struct written *written, uint64_t mapping, uint32_t flags, uint64_t address,
		      size_t length)
{
	uint64_t words[FB_PAGE_SIZE / 8];

	CU_ASSERT_FATAL(length <= sizeof(words));
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		words[i] = address + 8 * i;
	FB_OK_FATAL(fb_core_output_bytes(&written->output, mapping, flags, address, words, length));
}

static void gap(struct written *written, uint64_t mapping, uint64_t address, uint64_t length)
{
	FB_OK_FATAL(fb_core_output_gap(&written->output, mapping, FLAGS, address, length));
}

static void expect(const struct fb_core_segment *segment, uint64_t address, uint64_t memory_size,
		   uint64_t file_size, uint64_t file_offset, uint32_t flags)
{
	CU_ASSERT_EQUAL(segment->address, address);
	CU_ASSERT_EQUAL(segment->memory_size, memory_size);
	CU_ASSERT_EQUAL(segment->file_size, file_size);
	CU_ASSERT_EQUAL(segment->file_offset, file_offset);
	CU_ASSERT_EQUAL(segment->flags, flags);
}

/* What follows in one mapping is one segment, up to bytes behind a gap; another mapping is another. */
static void segments_are_as_long_as_they_can_be(void)
{
	const struct fb_core_segment *segments;
	struct written written;
	struct fb_core *core = NULL;
	uint64_t word = 0;

	begin(&written);
	put_words(&written, BASE, FLAGS, BASE, 0x1000);
	put_words(&written, BASE, FLAGS, BASE + 0x1000, 0x800);
	gap(&written, BASE, BASE + 0x1800, 0x1000);
	gap(&written, BASE, BASE + 0x2800, 0x100);
	put_words(&written, BASE, FLAGS, BASE + 0x2900, 0x100);
	/* Not right behind it. */
	put_words(&written, BASE, FLAGS, BASE + 0x3000, 0x200);
	/* A mapping that begins where the last one ends. */
	put_words(&written, BASE + 0x3200, PF_R | PF_X, BASE + 0x3200, 0x300);
	gap(&written, BASE + 0x4000, BASE + 0x4000, 0x1000);
	CU_ASSERT_EQUAL(written.output.count, 5);
	end(&written);
	FB_OK_FATAL(fb_core_open(written.path, NULL, &core));
	segments = fb_core_info(core)->segments;
	CU_ASSERT_EQUAL_FATAL(fb_core_info(core)->segment_count, 5);
	expect(&segments[0], BASE, 0x2900, 0x1800, 0x1000, FLAGS);
	expect(&segments[1], BASE + 0x2900, 0x100, 0x100, 0x2800, FLAGS);
	expect(&segments[2], BASE + 0x3000, 0x200, 0x200, 0x2900, FLAGS);
	expect(&segments[3], BASE + 0x3200, 0x300, 0x300, 0x2b00, PF_R | PF_X);
	expect(&segments[4], BASE + 0x4000, 0x1000, 0, 0x2e00, FLAGS);
	FB_OK(fb_space_u64(fb_core_space(core), BASE + 0x17f8, &word));
	CU_ASSERT_EQUAL(word, BASE + 0x17f8);
	FB_OK(fb_space_u64(fb_core_space(core), BASE + 0x34f8, &word));
	CU_ASSERT_EQUAL(word, BASE + 0x34f8);
	fb_core_destroy(core);
	close_written(&written);
}

static void headers_say_what_it_is(void)
{
	static const unsigned char ident[EI_NIDENT] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	struct written written;
	const Elf64_Ehdr *elf;
	const Elf64_Phdr *headers;

	begin(&written);
	put_words(&written, BASE, FLAGS, BASE, 0x808);
	FB_OK(fb_core_note(&written.notes, "CORE", 7, "seven", 5));
	end(&written);
	elf = (const Elf64_Ehdr *)written.bytes;
	CU_ASSERT_EQUAL(memcmp(elf->e_ident, ident, sizeof(ident)), 0);
	CU_ASSERT(elf->e_type == ET_CORE && elf->e_machine == EM_X86_64 && elf->e_version == 1);
	CU_ASSERT(elf->e_ehsize == 64 && elf->e_phentsize == 56 && elf->e_phnum == 2);
	CU_ASSERT(!elf->e_entry && !elf->e_shoff && !elf->e_shnum && !elf->e_shentsize);
	/* Behind the notes, 28 + 4 bytes, aligned to 8. */
	CU_ASSERT_EQUAL_FATAL(elf->e_phoff, 0x1808 + 32);
	CU_ASSERT_EQUAL(written.size, elf->e_phoff + 2 * sizeof(*headers));
	headers = (const Elf64_Phdr *)(written.bytes + elf->e_phoff);
	CU_ASSERT(headers[0].p_type == PT_NOTE && headers[0].p_align == 4);
	CU_ASSERT(headers[0].p_offset == 0x1808 && headers[0].p_filesz == 28);
	CU_ASSERT(!headers[0].p_vaddr && !headers[0].p_memsz && !headers[0].p_flags);
	CU_ASSERT(headers[1].p_type == PT_LOAD && headers[1].p_align == FB_PAGE_SIZE);
	CU_ASSERT(headers[1].p_vaddr == BASE && !headers[1].p_paddr);
	CU_ASSERT(headers[1].p_filesz == 0x808 && headers[1].p_memsz == 0x808);
	close_written(&written);
}

/* Sizes, type, owner and what it says, each padded to 4 bytes. */
static void notes_are_padded(void)
{
	static const char notes[] = "\5\0\0\0\5\0\0\0\7\0\0\0CORE\0\0\0\0seven\0\0\0"
				    "\4\0\0\0\4\0\0\0\x21\3\2\1GDB\0four"
				    "\2\0\0\0\0\0\0\0\0\0\0\0A\0\0";
	struct fb_buf buf;

	fb_buf_init(&buf, 1000);
	FB_OK(fb_core_note(&buf, "CORE", 7, "seven", 5));
	FB_OK(fb_core_note(&buf, "GDB", 0x01020321, "four", 4));
	FB_OK(fb_core_note(&buf, "A", 0, "", 0));
	CU_ASSERT_EQUAL_FATAL(buf.size, sizeof(notes));
	CU_ASSERT_EQUAL(memcmp(buf.data, notes, sizeof(notes)), 0);
	fb_buf_deinit(&buf);
}

/* A buffer without room: nothing of a note but what fitted. */
static void a_note_without_room_is_an_error(void)
{
	for (size_t room = 0; room < 28; room += 4) {
		struct fb_buf buf;

		fb_buf_init(&buf, room);
		FB_FAILS(fb_core_note(&buf, "CORE", 7, "seven", 5), FB_LIMIT);
		CU_ASSERT(buf.size <= room);
		fb_buf_deinit(&buf);
	}
}

static void write_many(size_t segments, uint16_t phnum, uint16_t shnum)
{
	struct written written;
	struct fb_core *core = NULL;
	const Elf64_Ehdr *elf;

	begin(&written);
	for (size_t i = 0; i < segments; i++)
		gap(&written, BASE + 0x2000 * i, BASE + 0x2000 * i, 0x1000);
	end(&written);
	elf = (const Elf64_Ehdr *)written.bytes;
	CU_ASSERT_EQUAL(elf->e_phnum, phnum);
	CU_ASSERT_EQUAL(elf->e_shnum, shnum);
	CU_ASSERT_EQUAL(elf->e_shentsize, shnum ? sizeof(Elf64_Shdr) : 0);
	CU_ASSERT_EQUAL(elf->e_shoff,
			shnum ? elf->e_phoff + (segments + 1) * sizeof(Elf64_Phdr) : 0);
	CU_ASSERT_EQUAL(written.size, elf->e_phoff + (segments + 1) * sizeof(Elf64_Phdr) +
					      shnum * sizeof(Elf64_Shdr));
	FB_OK_FATAL(fb_core_open(written.path, NULL, &core));
	CU_ASSERT_EQUAL(fb_core_info(core)->segment_count, segments);
	expect(&fb_core_info(core)->segments[segments - 1], BASE + 0x2000 * (segments - 1), 0x1000,
	       0, FB_PAGE_SIZE, FLAGS);
	fb_core_destroy(core);
	close_written(&written);
}

/* 16 bits count up to 65,534, with the header of the notes; the others stand in section 0. */
static void counts_more_segments_than_16_bits_do(void)
{
	write_many(PN_XNUM - 2, PN_XNUM - 1, 0);
	write_many(PN_XNUM - 1, PN_XNUM, 1);
	write_many(PN_XNUM, PN_XNUM, 1);
}

FB_TEST_MAIN("user/core_output", FB_TEST(segments_are_as_long_as_they_can_be),
	     FB_TEST(headers_say_what_it_is), FB_TEST(notes_are_padded),
	     FB_TEST(a_note_without_room_is_an_error),
	     FB_TEST(counts_more_segments_than_16_bits_do))
