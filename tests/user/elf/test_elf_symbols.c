// SPDX-License-Identifier: GPL-2.0-or-later
/* Function symbols of a made object in memory, by each of its hash tables; and which one holds an address. */
#include "user/elf/elf_symbols.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"

#define BASE 0x7f0000000000ull
#define FIRST_VADDR 0x10000ull /* ELF address of what stands at BASE */
#define BYTES 0x8000u

/* Where things lie behind BASE. */
enum {
	DYNAMIC = 0x100,
	SYMTAB = 0x1000,
	STRTAB = 0x3000,
	HASH = 0x5000,
	GNU_HASH = 0x6000,
};

struct made {
	struct fb_space space;
	uint8_t bytes[BYTES];
	uint64_t absent; /* a page behind BASE that cannot be read; UINT64_MAX: none */
	struct fb_elf_image image;
	size_t symbols, strings, dynamic;
};

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct made *made = (const struct made *)space;
	uint64_t at = address - BASE;

	if (address < BASE || at > BYTES || length > BYTES - at)
		return fb_error_create(FB_FAULT, "nothing there");
	if (at < made->absent + FB_PAGE_SIZE && made->absent < at + length)
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, made->bytes + at, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static void put(struct made *made, size_t at, const void *bytes, size_t length)
{
	CU_ASSERT_FATAL(at + length <= BYTES);
	memcpy(made->bytes + at, bytes, length);
}

static void add_dynamic(struct made *made, int64_t tag, uint64_t value)
{
	const Elf64_Dyn entry = {.d_tag = tag, .d_un.d_val = value};

	put(made, DYNAMIC + sizeof(entry) * made->dynamic++, &entry, sizeof(entry));
}

static void add_symbol(struct made *made, const char *name, uint64_t value, uint64_t size,
		       unsigned char bind, unsigned char type, uint16_t section)
{
	const Elf64_Sym symbol = {.st_name = (uint32_t)made->strings,
				  .st_info = ELF64_ST_INFO(bind, type),
				  .st_shndx = section,
				  .st_value = value,
				  .st_size = size};

	put(made, STRTAB + made->strings, name, strlen(name) + 1);
	made->strings += strlen(name) + 1;
	put(made, SYMTAB + sizeof(symbol) * made->symbols++, &symbol, sizeof(symbol));
}

static void put_word(struct made *made, size_t at, uint32_t word)
{
	put(made, at, &word, sizeof(word));
}

/* Functions and others, the empty symbol first. */
static struct made *make(void)
{
	struct made *made = calloc(1, sizeof(*made));

	CU_ASSERT_PTR_NOT_NULL_FATAL(made);
	made->space = (struct fb_space){.ops = &made_ops, .name = "made"};
	made->absent = UINT64_MAX - FB_PAGE_SIZE;
	made->image = (struct fb_elf_image){.form = &fb_elf_64,
					    .first_vaddr = FIRST_VADDR,
					    .end_vaddr = FIRST_VADDR + BYTES,
					    .dynamic = FIRST_VADDR + DYNAMIC,
					    .dynamic_size = 16 * sizeof(Elf64_Dyn)};
	made->strings = 1;
	add_symbol(made, "empty", 0x90, 0x10, STB_GLOBAL, STT_FUNC, 1); /* the first is none */
	add_symbol(made, "global", 0x100, 0x10, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "undefined", 0x110, 0x10, STB_GLOBAL, STT_FUNC, SHN_UNDEF);
	add_symbol(made, "absolute", 0x120, 0x10, STB_GLOBAL, STT_FUNC, SHN_ABS);
	add_symbol(made, "nowhere", 0, 0x10, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "object", 0x130, 0x10, STB_GLOBAL, STT_OBJECT, 1);
	add_symbol(made, "chosen", 0x140, 0x10, STB_GLOBAL, STT_GNU_IFUNC, 1);
	add_symbol(made, "bare", 0x150, 0, STB_GLOBAL, STT_NOTYPE, 1);
	add_symbol(made, "label", 0x160, 0, STB_LOCAL, STT_NOTYPE, 1);
	add_symbol(made, "", 0x170, 0x10, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "endless", 0x180, UINT64_MAX - 0x17f, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "last", 0x1000, UINT64_MAX - 0x1000, STB_LOCAL, STT_FUNC, 1);
	return made;
}

static struct fb_elf_symbols load(struct made *made)
{
	struct fb_elf_symbols symbols;

	fb_elf_symbols_init(&symbols);
	FB_OK_FATAL(fb_elf_symbols_add_memory(&symbols, &made->space, BASE, &made->image));
	fb_elf_symbols_sort(&symbols);
	return symbols;
}

static const char *name_of(const struct fb_elf_symbols *symbols, size_t index)
{
	return (const char *)symbols->names.data + symbols->symbols[index].name;
}

static void expect(struct made *made, size_t count)
{
	static const struct {
		const char *name;
		uint64_t address, size;
		uint8_t rank;
	} all[] = {
		{"global", 0x100, 0x10, 14},
		{"chosen", 0x140, 0x10, 14},
		{"bare", 0x150, 0, 6},
		{"endless", 0x180, 0, 14},
		{"last", 0x1000, UINT64_MAX - 0x1000, 12},
	};
	struct fb_elf_symbols symbols = load(made);

	CU_ASSERT_EQUAL_FATAL(symbols.count, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_STRING_EQUAL(name_of(&symbols, i), all[i].name);
		CU_ASSERT_EQUAL(symbols.symbols[i].address, all[i].address);
		CU_ASSERT_EQUAL(symbols.symbols[i].size, all[i].size);
		CU_ASSERT_EQUAL(symbols.symbols[i].rank, all[i].rank);
	}
	fb_elf_symbols_deinit(&symbols);
}

/* As the dynamic linker leaves it: addresses of memory; or as the vDSO has it: ELF addresses. */
static void add_places(struct made *made, uint64_t bias)
{
	add_dynamic(made, DT_STRTAB, bias + STRTAB);
	add_dynamic(made, DT_SYMTAB, bias + SYMTAB);
	add_dynamic(made, DT_STRSZ, made->strings);
}

/* nbucket, nchain: as many as there are symbols. */
static void functions_are_counted_by_the_old_hash(void)
{
	static const uint64_t biases[] = {BASE, FIRST_VADDR};

	for (size_t i = 0; i < FB_ARRAY_SIZE(biases); i++) {
		struct made *made = make();

		add_places(made, biases[i]);
		add_dynamic(made, DT_HASH, biases[i] + HASH);
		add_dynamic(made, DT_NULL, 0);
		put_word(made, HASH, 77);
		put_word(made, HASH + 4, (uint32_t)made->symbols);
		expect(made, 5);
		put_word(made, HASH + 4, (uint32_t)made->symbols - 1);
		expect(made, 4);
		put_word(made, HASH + 4, 1);
		expect(made, 0);
		/* More than there is room for: those that can be read. */
		put_word(made, HASH + 4, UINT32_MAX);
		made->absent = STRTAB - FB_PAGE_SIZE;
		expect(made, 5);
		free(made);
	}
}

/* nbuckets 3, first symbol in it 2, bloom of 2 words; the chains of symbols 2 to 11. */
static void put_gnu_hash(struct made *made)
{
	const uint32_t head[] = {3, 2, 2, 5}, buckets[] = {2, 9, 5};
	const size_t chains = GNU_HASH + sizeof(head) + 2 * 8 + sizeof(buckets);

	put(made, GNU_HASH, head, sizeof(head));
	put(made, GNU_HASH + sizeof(head) + 2 * 8, buckets, sizeof(buckets));
	for (uint32_t symbol = 2; symbol < 12; symbol++)
		put_word(made, chains + 4 * (symbol - 2),
			 symbol * 16 + (symbol == 4 || symbol == 8 || symbol == 11));
}

static void functions_are_counted_by_the_new_hash(void)
{
	const size_t chains = GNU_HASH + 16 + 16 + 12;
	struct made *made = make();

	add_places(made, BASE);
	add_dynamic(made, DT_GNU_HASH, BASE + GNU_HASH);
	add_dynamic(made, DT_HASH, BASE + HASH); /* which has none */
	put_gnu_hash(made);
	expect(made, 5);
	/* The highest bucket's chain ends with symbol 10: "last" is none of it. */
	put_word(made, chains + 4 * (10 - 2), 161);
	expect(made, 4);
	put_gnu_hash(made);
	/* No bucket leads into the table: those before it. */
	for (unsigned i = 0; i < 3; i++)
		put_word(made, GNU_HASH + 16 + 16 + 4 * i, 0);
	put_word(made, GNU_HASH + 4, 7);
	expect(made, 2);
	put_word(made, GNU_HASH, FB_MAX_OBJECT_SYMBOLS + 1);
	expect(made, 0);
	put_gnu_hash(made);
	put_word(made, GNU_HASH + 8, FB_MAX_OBJECT_SYMBOLS + 1);
	expect(made, 0);
	put_gnu_hash(made);
	made->absent = GNU_HASH;
	expect(made, 0);
	free(made);
}

static void what_cannot_be_read_is_left_out(void)
{
	struct made *made = make();

	add_places(made, BASE);
	add_dynamic(made, DT_HASH, BASE + HASH);
	put_word(made, HASH + 4, (uint32_t)made->symbols);
	made->absent = HASH;
	expect(made, 0);
	made->absent = STRTAB;
	expect(made, 0);
	made->absent = SYMTAB;
	expect(made, 0);
	made->absent = 0; /* the dynamic section */
	expect(made, 0);
	made->absent = UINT64_MAX - FB_PAGE_SIZE;
	expect(made, 5);
	/* Of the names only some. */
	made->dynamic = 2;
	add_dynamic(made, DT_STRSZ, 30); /* of "empty" to the beginning of "absolute" */
	expect(made, 1);
	/* The section ends before it says all. */
	made->image.dynamic_size = 3 * sizeof(Elf64_Dyn);
	expect(made, 0);
	made->image.dynamic = 0;
	expect(made, 0);
	free(made);
}

static struct fb_error *want_memory(struct fb_space *space FB_UNUSED, uint64_t address FB_UNUSED,
				    void *to FB_UNUSED, size_t length FB_UNUSED)
{
	return fb_error_nomem();
}

static void want_of_memory_is_an_error(void)
{
	static const struct fb_space_ops ops = {.read = want_memory};
	struct fb_space space = {.ops = &ops, .name = "no memory"};
	struct made *made = make();
	struct fb_elf_symbols symbols;

	fb_elf_symbols_init(&symbols);
	FB_FAILS(fb_elf_symbols_add_memory(&symbols, &space, BASE, &made->image), FB_NOMEM);
	CU_ASSERT_EQUAL(symbols.count, 0);
	fb_elf_symbols_deinit(&symbols);
	free(made);
}

/* Puts symbols of these addresses and sizes, named by letters, and sorts them. */
static struct fb_elf_symbols sorted(const struct fb_elf_symbol *list, size_t count)
{
	static const char names[] = "a\0b\0c\0d\0e\0f\0g\0h";
	struct fb_elf_symbols symbols;

	fb_elf_symbols_init(&symbols);
	symbols.symbols = calloc(count, sizeof(*list));
	CU_ASSERT_PTR_NOT_NULL_FATAL(symbols.symbols);
	memcpy(symbols.symbols, list, count * sizeof(*list));
	symbols.count = count;
	FB_OK_FATAL(fb_buf_append(&symbols.names, names, sizeof(names)));
	fb_elf_symbols_sort(&symbols);
	return symbols;
}

static char found_at(const struct fb_elf_symbols *symbols, uint64_t address)
{
	const char *name = "?";

	return fb_elf_symbols_find(symbols, address, &name) ? *name : '-';
}

static void an_address_is_in_the_nearest_that_holds_it(void)
{
	static const struct fb_elf_symbol list[] = {
		{.address = 0x300, .size = 0, .name = 6},
		{.address = 0x100, .size = 0x100, .name = 0},
		{.address = 0x140, .size = 0x10, .name = 2},
		{.address = 0x180, .size = 0, .name = 4},
		{.address = 0x190, .size = 0x10, .name = 8},
		/* Three at one address: the highest rank, and of equal ones the first added. */
		{.address = 0x400, .size = 0x10, .name = 10, .rank = 5},
		{.address = 0x400, .size = 0x10, .name = 12, .rank = 9},
		{.address = 0x400, .size = 0x10, .name = 14, .rank = 9},
	};
	struct fb_elf_symbols symbols = sorted(list, FB_ARRAY_SIZE(list));

	CU_ASSERT_EQUAL(found_at(&symbols, 0xff), '-');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x100), 'a');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x13f), 'a');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x140), 'b');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x14f), 'b');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x150), 'a');
	/* Without a size up to the next. */
	CU_ASSERT_EQUAL(found_at(&symbols, 0x180), 'c');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x18f), 'c');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x190), 'e');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x1a0), 'a');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x1ff), 'a');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x200), '-');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x2ff), '-');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x300), 'd');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x3ff), 'd');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x400), 'g');
	CU_ASSERT_EQUAL(found_at(&symbols, 0x410), '-');
	CU_ASSERT_EQUAL(symbols.symbols[0].reach, 0x200);
	CU_ASSERT_EQUAL(symbols.symbols[3].reach, 0x200);
	CU_ASSERT_EQUAL(symbols.symbols[4].reach, 0x300);
	CU_ASSERT_EQUAL(symbols.symbols[7].reach, 0x410);
	fb_elf_symbols_deinit(&symbols);
	CU_ASSERT(!symbols.symbols && !symbols.count);
}

static void ranks_tell_public_names_from_others(void)
{
	struct made *made = make();
	struct fb_elf_symbols symbols;

	made->symbols = 1;
	add_symbol(made, "a", 0x100, 1, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "_b", 0x101, 1, STB_GLOBAL, STT_FUNC, 1);
	add_symbol(made, "c", 0x102, 1, STB_WEAK, STT_FUNC, 1);
	add_symbol(made, "_d", 0x103, 0, STB_WEAK, STT_FUNC, 1);
	add_symbol(made, "e", 0x104, 1, STB_LOCAL, STT_FUNC, 1);
	add_symbol(made, "_f", 0x105, 0, STB_LOCAL, STT_FUNC, 1);
	add_places(made, BASE);
	add_dynamic(made, DT_HASH, BASE + HASH);
	put_word(made, HASH + 4, (uint32_t)made->symbols);
	symbols = load(made);
	CU_ASSERT_EQUAL_FATAL(symbols.count, 6);
	CU_ASSERT_EQUAL(symbols.symbols[0].rank, 14);
	CU_ASSERT_EQUAL(symbols.symbols[1].rank, 10);
	CU_ASSERT_EQUAL(symbols.symbols[2].rank, 13);
	CU_ASSERT_EQUAL(symbols.symbols[3].rank, 1);
	CU_ASSERT_EQUAL(symbols.symbols[4].rank, 12);
	CU_ASSERT_EQUAL(symbols.symbols[5].rank, 0);
	fb_elf_symbols_deinit(&symbols);
	free(made);
}

FB_TEST_MAIN("user/elf_symbols", FB_TEST(functions_are_counted_by_the_old_hash),
	     FB_TEST(functions_are_counted_by_the_new_hash),
	     FB_TEST(what_cannot_be_read_is_left_out), FB_TEST(want_of_memory_is_an_error),
	     FB_TEST(an_address_is_in_the_nearest_that_holds_it),
	     FB_TEST(ranks_tell_public_names_from_others))
