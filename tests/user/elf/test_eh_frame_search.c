// SPDX-License-Identifier: GPL-2.0-or-later
/* Which segments of a made object are searched for its unwind tables, and what is said of pages that are missing. */
#include "user/elf/eh_frame_search.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

#define BASE 0x7f0000000000ull
#define LINKED 0x10000ull /* ELF address of what stands at BASE */
#define CODE 0x1000u      /* where things lie behind BASE */
#define CONSTANTS 0x3012u
#define DATA 0x6000u
#define BYTES 0x7000u
/* A CIE and an FDE. */
#define TABLE_BYTES 48u

enum { HEADERS, TEXT, RODATA, WRITABLE, STACK, PHDRS };

struct made {
	struct fb_space space;
	uint8_t bytes[BYTES];
	uint64_t absent; /* a page behind BASE that cannot be read; UINT64_MAX: none */
	uint64_t lowest; /* that was read behind the headers */
};

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made *made = (struct made *)space;
	uint64_t at = address - BASE;

	if (at >= sizeof(Elf64_Ehdr) + PHDRS * sizeof(Elf64_Phdr) && at < made->lowest)
		made->lowest = at;
	if (address < BASE || at > BYTES || length > BYTES - at)
		return fb_error_create(FB_FAULT, "nothing there");
	if (made->absent < BYTES && at < made->absent + FB_PAGE_SIZE && made->absent < at + length)
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, made->bytes + at, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static Elf64_Phdr *phdrs_of(struct made *made)
{
	return (Elf64_Phdr *)(made->bytes + sizeof(Elf64_Ehdr));
}

static Elf64_Phdr segment(uint64_t start, uint64_t end, uint32_t flags)
{
	return (Elf64_Phdr){.p_type = PT_LOAD,
			    .p_flags = flags,
			    .p_vaddr = LINKED + start,
			    .p_filesz = end - start,
			    .p_memsz = end - start};
}

/* At a place behind BASE: tables of the length bytes of code behind CODE, in count FDEs of as many bytes each. */
static size_t put_table(struct made *made, size_t at, unsigned count)
{
	static const uint8_t cie[24] = {20, 0,    0,  0, 0,    0,  0, 0, 1,    'z', 'R', 0,
					1,  0x78, 16, 1, 0x1b, 12, 7, 8, 0x90, 1,   0,   0};

	memcpy(made->bytes + at, cie, sizeof(cie));
	for (unsigned i = 0; i < count; i++) {
		size_t fde = at + sizeof(cie) + i * 24;
		uint32_t words[6] = {
			20, (uint32_t)(fde + 4 - at), (uint32_t)(CODE + i * 16 - (fde + 8)), 16, 0,
			0};

		memcpy(made->bytes + fde, words, sizeof(words));
	}
	return sizeof(cie) + count * 24;
}

static struct made *make(void)
{
	struct made *made = calloc(1, sizeof(*made));
	Elf64_Ehdr *ehdr;
	Elf64_Phdr *phdrs;

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	made->space = (struct fb_space){.ops = &made_ops, .name = "made"};
	made->absent = made->lowest = UINT64_MAX;
	ehdr = (Elf64_Ehdr *)made->bytes;
	memcpy(ehdr->e_ident, ELFMAG "\2\1\1", SELFMAG + 3);
	ehdr->e_type = ET_EXEC;
	ehdr->e_machine = EM_X86_64;
	ehdr->e_phoff = sizeof(*ehdr);
	ehdr->e_phentsize = sizeof(Elf64_Phdr);
	ehdr->e_phnum = PHDRS;
	phdrs = phdrs_of(made);
	phdrs[HEADERS] = segment(0, 0x400, PF_R);
	phdrs[TEXT] = segment(CODE, CODE + 0x1000, PF_R | PF_X);
	phdrs[RODATA] = segment(CONSTANTS, 0x5000, PF_R);
	phdrs[WRITABLE] = segment(DATA, BYTES, PF_R | PF_W);
	phdrs[STACK] = (Elf64_Phdr){.p_type = PT_GNU_STACK};
	return made;
}

/* at, size: behind BASE; size 0: none is found. */
static void expect(struct made *made, size_t at, size_t size, uint64_t missing)
{
	struct fb_eh_frame frame = {.size = 99};

	FB_OK_FATAL(fb_eh_frame_search(&made->space, BASE, &frame));
	CU_ASSERT_EQUAL(frame.size, size);
	CU_ASSERT_EQUAL(!frame.bytes, !size);
	CU_ASSERT_EQUAL(frame.missing, missing);
	if (size && frame.size == size) {
		CU_ASSERT_EQUAL(frame.address, LINKED + at);
		CU_ASSERT_EQUAL(memcmp(frame.bytes, made->bytes + at, size), 0);
	}
	fb_eh_frame_deinit(&frame);
	CU_ASSERT(!frame.bytes && !frame.size);
}

static void finds_it_behind_other_constants(void)
{
	struct made *made = make();
	const size_t size = put_table(made, 0x4124, 3);

	expect(made, 0x4124, size, 0);
	/* The segment begins within it. */
	phdrs_of(made)[RODATA] = segment(0x4125, 0x5000, PF_R);
	expect(made, 0, 0, 0);
	phdrs_of(made)[RODATA] = segment(0x4124, 0x4124 + size - 1, PF_R);
	expect(made, 0x4124, size - 24, 0);
	free(made);
}

/* The best one of those without code; else of those with code; none where it could have been written. */
static void searches_segments_in_order(void)
{
	struct made *made = make();
	size_t size;

	put_table(made, DATA + 0x100, 9);
	expect(made, 0, 0, 0);
	size = put_table(made, CODE + 0x800, 8);
	expect(made, CODE + 0x800, size, 0);
	size = put_table(made, 0x4000, 1);
	expect(made, 0x4000, size, 0);
	put_table(made, 0x300, 1);
	expect(made, 0x300, size, 0);
	size = put_table(made, 0x4000, 2);
	expect(made, 0x4000, size, 0);
	free(made);
}

static void needs_no_search(void)
{
	struct made *made = make();

	put_table(made, 0x4000, 3);
	phdrs_of(made)[STACK].p_type = PT_GNU_EH_FRAME;
	expect(made, 0, 0, 0);
	CU_ASSERT_EQUAL(made->lowest, UINT64_MAX);
	phdrs_of(made)[STACK].p_type = PT_GNU_STACK;
	phdrs_of(made)[TEXT].p_flags = PF_R; /* no code that a table could describe */
	expect(made, 0, 0, 0);
	CU_ASSERT_EQUAL(made->lowest, UINT64_MAX);
	free(made);
}

/* Of a record that begins in one page nothing is believed where it goes on in one that is missing. */
static void says_which_page_is_missing(void)
{
	struct made *made = make();
	const size_t at = 0x3f00;
	struct fb_eh_frame frame = {.size = 99};
	size_t size = put_table(made, at, 12);

	CU_ASSERT(at + 24 + 9 * 24 < 0x4000 && at + 24 + 10 * 24 > 0x4000);
	expect(made, at, size, 0);
	made->absent = 0x4000;
	expect(made, at, 24 + 9 * 24, BASE + 0x4000);
	made->absent = 0x3000;
	expect(made, 0, 0, BASE + 0x3000);
	/* What lies behind is searched by itself. */
	size = put_table(made, 0x4000, 2);
	expect(made, 0x4000, size, BASE + 0x3000);
	made->absent = 0;
	FB_FAILS(fb_eh_frame_search(&made->space, BASE, &frame), FB_ABSENT);
	CU_ASSERT_EQUAL(frame.size, 99);
	free(made);
}

static void does_not_search_more_than_it_may(void)
{
	struct made *made = make();
	Elf64_Phdr *phdrs = phdrs_of(made);
	size_t size;

	/* The last bytes of a segment, of which most are not there. */
	put_table(made, 0x2000, 1);
	size = put_table(made, 0x4000, 1);
	phdrs[RODATA] = segment(0x3000, 0x3000 + FB_MAX_UNWIND_SEARCH - 0x400, PF_R);
	expect(made, 0x4000, size, BASE + BYTES);
	phdrs[RODATA] = segment(0x3000, 0x3000 + FB_MAX_UNWIND_SEARCH + 0x1000 - 0x400 + 4, PF_R);
	expect(made, 0, 0, BASE + BYTES);
	/* Segments that wrap around, and an object of none. */
	phdrs[RODATA] = segment(0x3000, 0x5000, PF_R);
	phdrs[RODATA].p_vaddr = UINT64_MAX - 0x1000;
	expect(made, 0, 0, 0);
	phdrs[RODATA] = segment(0x3000, 0x3000, PF_R);
	expect(made, 0, 0, 0);
	free(made);
}

FB_TEST_MAIN("user/eh_frame_search", FB_TEST(finds_it_behind_other_constants),
	     FB_TEST(searches_segments_in_order), FB_TEST(needs_no_search),
	     FB_TEST(says_which_page_is_missing), FB_TEST(does_not_search_more_than_it_may))
