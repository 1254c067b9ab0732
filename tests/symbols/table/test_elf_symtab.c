// SPDX-License-Identifier: GPL-2.0-or-later
/* The symbols and build-id of this very program, against what the linker made of them. */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/table/elf_symtab.h"
#include "tests/harness.h"

extern const char __executable_start[] __attribute__((visibility("hidden")));

/* The program exports these, so that no linker makes them local. */
#define EXPORTED __attribute__((visibility("default")))

EXPORTED int test_variable = 5;
EXPORTED int test_zeros[10];
EXPORTED const char test_constant[12] = "constant";
EXPORTED int test_function(int x);
EXPORTED int test_weak(void);

int test_function(int x)
{
	return x + test_variable;
}

__attribute__((weak)) int test_weak(void)
{
	return test_zeros[3];
}

/* clang's AddressSanitizer makes variables larger by what it watches behind them. */
static bool is_size(uint64_t size, uint64_t wanted)
{
#ifdef FB_ADDRESS_SANITIZER
	return size >= wanted;
#else
	return size == wanted;
#endif
}

static void symbols_stand_where_they_run(void)
{
	const struct {
		const char *name;
		const void *address;
		uint64_t size; /* 0: any */
		char type;
	} symbols[] = {
		{"test_variable", &test_variable, sizeof(test_variable), 'D'},
		{"test_zeros", test_zeros, sizeof(test_zeros), 'B'},
		{"test_constant", test_constant, sizeof(test_constant), 'R'},
		{"test_function", (const void *)test_function, 0, 'T'},
		{"test_weak", (const void *)test_weak, 0, 'W'},
		{"symbols_stand_where_they_run", (const void *)symbols_stand_where_they_run, 0,
		 't'},
	};
	struct fb_symtab *table = NULL;
	struct fb_symbol symbol;

	FB_OK_FATAL(fb_elf_symtab_load("/proc/self/exe", (uintptr_t)__executable_start, &table));
	for (size_t i = 0; i < FB_ARRAY_SIZE(symbols); i++) {
		uint64_t address = (uintptr_t)symbols[i].address;

		CU_ASSERT_TRUE_FATAL(fb_symtab_by_name(table, symbols[i].name, &symbol));
		CU_ASSERT_EQUAL(symbol.address, address);
		CU_ASSERT_EQUAL(symbol.type, symbols[i].type);
		if (symbols[i].size)
			CU_ASSERT_TRUE(is_size(symbol.size, symbols[i].size));
		CU_ASSERT_TRUE_FATAL(fb_symtab_by_address(table, address + 1, &symbol));
		CU_ASSERT_STRING_EQUAL(symbol.name, symbols[i].name);
	}
	CU_ASSERT_FALSE(fb_symtab_by_name(table, "CU_get_error", &symbol)); /* undefined here */
	fb_symtab_destroy(table);
}

/* A vmlinux in small: one section of text in the kernel's half, one of per-CPU data at 0. */
struct vmlinux {
	Elf64_Ehdr header;
	Elf64_Shdr sections[6];
	Elf64_Sym symbols[7];
	char strings[64];
	char section_names[8];
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint8_t bits[20];
	} note;
};

#define STEXT 0xffffffff81000000
#define NAMES "\0_stext\0_text\0cpu_number\0absolute\0vmlinux.c\0undefined"

static const struct vmlinux vmlinux_example = {
	.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			       EV_CURRENT},
		   .e_type = ET_EXEC,
		   .e_machine = EM_X86_64,
		   .e_version = EV_CURRENT,
		   .e_shoff = offsetof(struct vmlinux, sections),
		   .e_ehsize = sizeof(Elf64_Ehdr),
		   .e_shentsize = sizeof(Elf64_Shdr),
		   .e_shnum = 6,
		   .e_shstrndx = 4},
	.sections = {[1] = {.sh_type = SHT_NOBITS,
			    .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			    .sh_addr = STEXT,
			    .sh_size = 0x1000},
		     [2] = {.sh_type = SHT_NOBITS,
			    .sh_flags = SHF_ALLOC | SHF_WRITE,
			    .sh_size = 0x1000},
		     [3] = {.sh_type = SHT_SYMTAB,
			    .sh_offset = offsetof(struct vmlinux, symbols),
			    .sh_size = sizeof(((struct vmlinux *)0)->symbols),
			    .sh_entsize = sizeof(Elf64_Sym),
			    .sh_addralign = 8,
			    .sh_link = 4},
		     [4] = {.sh_type = SHT_STRTAB,
			    .sh_offset = offsetof(struct vmlinux, strings),
			    .sh_addralign = 1,
			    .sh_size = 72},
		     [5] = {.sh_type = SHT_NOTE,
			    .sh_offset = offsetof(struct vmlinux, note),
			    .sh_addralign = 4,
			    .sh_size = sizeof(((struct vmlinux *)0)->note)}},
	.symbols = {[1] = {.st_name = 8, .st_value = STEXT, .st_shndx = 1},
		    [2] = {.st_name = 14,
			   .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
			   .st_value = 0x40,
			   .st_size = 4,
			   .st_shndx = 2},
		    [3] = {.st_name = 25, .st_value = STEXT + 8, .st_shndx = SHN_ABS},
		    [4] = {.st_name = 34, .st_info = STT_FILE, .st_shndx = SHN_ABS},
		    [5] = {.st_name = 44, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)},
		    [6] = {.st_name = 1,
			   .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
			   .st_value = STEXT,
			   .st_shndx = 1}},
	.strings = NAMES,
	.note = {.header = {.n_namesz = 4, .n_descsz = 20, .n_type = NT_GNU_BUILD_ID},
		 .name = "GNU",
		 .bits = {0xde, 0xad, 0xbe, 0xef, [19] = 0x0a}},
};

static void expect_symbol(const struct fb_symtab *table, const char *name, uint64_t address,
			  char type)
{
	struct fb_symbol symbol;

	CU_ASSERT_TRUE_FATAL(fb_symtab_by_name(table, name, &symbol));
	CU_ASSERT_EQUAL(symbol.address, address);
	CU_ASSERT_EQUAL(symbol.type, type);
}

static void a_moved_kernel_keeps_its_per_cpu_offsets(void)
{
	char *path = fb_test_file("vmlinux", &vmlinux_example, sizeof(vmlinux_example));
	struct fb_symtab *table = NULL;
	struct fb_symbol symbol;

	FB_OK_FATAL(fb_elf_symtab_load(path, 0x1e600000, &table));
	CU_ASSERT_EQUAL(fb_symtab_count(table), 4);
	expect_symbol(table, "_stext", STEXT + 0x1e600000, 'T');
	expect_symbol(table, "_text", STEXT + 0x1e600000, 't');
	expect_symbol(table, "cpu_number", 0x40, 'B');
	expect_symbol(table, "absolute", STEXT + 8, 'a');
	/* The global one of two. */
	CU_ASSERT_TRUE(fb_symtab_by_address(table, STEXT + 0x1e600000, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "_stext");
	fb_symtab_destroy(table);
	free(path);
}

static void build_id_is_read(void)
{
	char *path = fb_test_file("vmlinux", &vmlinux_example, sizeof(vmlinux_example));
	struct vmlinux bare = vmlinux_example;
	char text[129] = "untouched";

	FB_FAILS(fb_elf_build_id(path, text, 40), FB_CORRUPT); /* no room for the NUL */
	CU_ASSERT_STRING_EQUAL(text, "untouched");
	FB_OK(fb_elf_build_id(path, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "deadbeef0000000000000000000000000000000a");
	free(path);
	bare.sections[5].sh_type = SHT_PROGBITS;
	path = fb_test_file("bare", &bare, sizeof(bare));
	FB_FAILS(fb_elf_build_id(path, text, sizeof(text)), FB_NOT_FOUND);
	free(path);
}

/* This program has a section .interp, whose text is the loader's path, and one .bss without bytes. */
static void sections_are_read_by_name(void)
{
	struct fb_elf_section section = {0};

	FB_OK_FATAL(fb_elf_section_load("/proc/self/exe", ".interp", 4096, &section));
	CU_ASSERT_TRUE(section.size > 8 && section.size < 100);
	CU_ASSERT_STRING_EQUAL((const char *)section.data, "/lib64/ld-linux-x86-64.so.2");
	CU_ASSERT_STRING_EQUAL(__executable_start + section.address, "/lib64/ld-linux-x86-64.so.2");
	fb_elf_section_deinit(&section);
	CU_ASSERT_PTR_NULL(section.data);
	FB_FAILS_WITH(fb_elf_section_load("/proc/self/exe", ".interp", 8, &section), FB_LIMIT,
		      "section .interp of ");
	FB_FAILS_WITH(fb_elf_section_load("/proc/self/exe", ".orc_unwind", 4096, &section),
		      FB_NOT_FOUND, "no bytes of a section .orc_unwind");
	FB_FAILS_WITH(fb_elf_section_load("/proc/self/exe", ".bss", 1 << 20, &section),
		      FB_NOT_FOUND, "no bytes of a section .bss");
	FB_FAILS_WITH(fb_elf_section_load("/nonexistent", ".bss", 1, &section), FB_OS,
		      "/nonexistent: ");
}

static void damaged_files_are_refused(void)
{
	struct vmlinux damaged = vmlinux_example;
	struct fb_symtab *table = NULL;
	char *path = fb_test_file("text", "no ELF", 6);

	FB_FAILS_WITH(fb_elf_symtab_load(path, 0, &table), FB_INVALID, "text: not an ELF file");
	FB_FAILS_WITH(fb_elf_symtab_load("/nonexistent", 0, &table), FB_OS, "/nonexistent: ");
	free(path);
	damaged.sections[3].sh_type = SHT_PROGBITS;
	path = fb_test_file("stripped", &damaged, sizeof(damaged));
	FB_FAILS_WITH(fb_elf_symtab_load(path, 0, &table), FB_NOT_FOUND, "stripped");
	free(path);
	damaged = vmlinux_example;
	damaged.sections[3].sh_size = 1ull << 40;
	path = fb_test_file("long", &damaged, sizeof(damaged));
	FB_FAILS(fb_elf_symtab_load(path, 0, &table), FB_CORRUPT);
	free(path);
	damaged = vmlinux_example;
	damaged.header.e_type = ET_CORE;
	path = fb_test_file("core", &damaged, sizeof(damaged));
	FB_FAILS_WITH(fb_elf_symtab_load(path, 0, &table), FB_INVALID,
		      "core: a core, not a program or module");
	free(path);
	/* Names behind the end are left out. */
	damaged = vmlinux_example;
	damaged.symbols[6].st_name = 0x7fffffff;
	path = fb_test_file("names", &damaged, sizeof(damaged));
	FB_OK_FATAL(fb_elf_symtab_load(path, 0, &table));
	CU_ASSERT_EQUAL(fb_symtab_count(table), 3);
	fb_symtab_destroy(table);
	free(path);
}

/* A cut-off file is an error or a smaller table, at every length. */
static void cut_files_are_survived(void)
{
	for (size_t size = 0; size < sizeof(vmlinux_example); size += 7) {
		char *path = fb_test_file("cut", &vmlinux_example, size);
		struct fb_symtab *table = NULL;
		struct fb_error *err = fb_elf_symtab_load(path, 0, &table);
		char text[129] = "";

		/* The sections' headers come first: without one of them nothing can be found. */
		CU_ASSERT_EQUAL(!err, table != NULL);
		if (size < offsetof(struct vmlinux, symbols))
			CU_ASSERT_PTR_NULL(table);
		fb_error_destroy(err);
		err = fb_elf_build_id(path, text, sizeof(text));
		CU_ASSERT_EQUAL(!err,
				strcmp(text, "deadbeef0000000000000000000000000000000a") == 0);
		fb_error_destroy(err);
		fb_symtab_destroy(table);
		free(path);
	}
}

static void expect_letter(unsigned bind, unsigned type, uint16_t section, uint64_t flags,
			  uint32_t section_type, char letter)
{
	struct vmlinux made = vmlinux_example;
	struct fb_symtab *table = NULL;
	char *path;

	made.symbols[6].st_info = (unsigned char)ELF64_ST_INFO(bind, type);
	made.symbols[6].st_shndx = section;
	made.sections[1].sh_flags = flags;
	made.sections[1].sh_type = section_type;
	path = fb_test_file("letters", &made, sizeof(made));
	FB_OK_FATAL(fb_elf_symtab_load(path, 0, &table));
	expect_symbol(table, "_stext", STEXT, letter);
	fb_symtab_destroy(table);
	free(path);
}

static void letters_are_those_of_nm(void)
{
	expect_letter(STB_WEAK, STT_OBJECT, 1, SHF_ALLOC, SHT_NOBITS, 'V');
	expect_letter(STB_WEAK, STT_FUNC, 1, SHF_ALLOC, SHT_NOBITS, 'W');
	expect_letter(STB_GLOBAL, STT_FUNC, SHN_ABS, SHF_ALLOC, SHT_NOBITS, 'A');
	expect_letter(STB_LOCAL, STT_FUNC, SHN_ABS, SHF_ALLOC, SHT_NOBITS, 'a');
	expect_letter(STB_LOCAL, STT_FUNC, 1, SHF_ALLOC | SHF_EXECINSTR, SHT_NOBITS, 't');
	expect_letter(STB_GLOBAL, STT_OBJECT, 1, SHF_ALLOC | SHF_WRITE, SHT_NOBITS, 'B');
	expect_letter(STB_GLOBAL, STT_OBJECT, 1, SHF_ALLOC | SHF_WRITE, SHT_PROGBITS, 'D');
	expect_letter(STB_LOCAL, STT_OBJECT, 1, SHF_ALLOC, SHT_PROGBITS, 'r');
	expect_letter(STB_GLOBAL, STT_NOTYPE, 100, SHF_ALLOC, SHT_PROGBITS, '?');
}

/* What is no symbol of the kernel's code or data. */
static void some_symbols_are_left_out(void)
{
	static const unsigned types[] = {STT_SECTION, STT_FILE, STT_TLS, STT_NOTYPE};

	for (size_t i = 0; i < FB_ARRAY_SIZE(types); i++) {
		struct vmlinux made = vmlinux_example;
		struct fb_symtab *table = NULL;
		char *path;

		made.symbols[6].st_info = (unsigned char)ELF64_ST_INFO(STB_GLOBAL, types[i]);
		path = fb_test_file("kinds", &made, sizeof(made));
		FB_OK_FATAL(fb_elf_symtab_load(path, 0, &table));
		CU_ASSERT_EQUAL(fb_symtab_count(table), types[i] == STT_NOTYPE ? 4 : 3);
		fb_symtab_destroy(table);
		free(path);
	}
}

/* A file that is laid out anywhere is moved as a whole. */
static void objects_are_moved_whole(void)
{
	struct vmlinux made = vmlinux_example;
	struct fb_symtab *table = NULL;
	char *path;

	made.header.e_type = ET_DYN;
	path = fb_test_file("object", &made, sizeof(made));
	FB_OK_FATAL(fb_elf_symtab_load(path, 0x1000, &table));
	expect_symbol(table, "cpu_number", 0x1040, 'B');
	expect_symbol(table, "absolute", STEXT + 8, 'a');
	fb_symtab_destroy(table);
	free(path);
}

/* Up to 64 bytes, and a text with room for its NUL. */
static void build_ids_have_a_size(void)
{
	struct long_one {
		struct vmlinux vmlinux;
		uint8_t more[64];
	} made = {.vmlinux = vmlinux_example};
	char text[256];

	for (uint32_t size = 64; size <= 65; size++) {
		char *path;

		made.vmlinux.note.header.n_descsz = size;
		made.vmlinux.sections[5].sh_size = sizeof(Elf64_Nhdr) + 4 + ((size + 3) & ~3u);
		path = fb_test_file("long_id", &made, sizeof(made));
		if (size == 64)
			FB_OK(fb_elf_build_id(path, text, sizeof(text)));
		else
			FB_FAILS_WITH(fb_elf_build_id(path, text, sizeof(text)), FB_CORRUPT,
				      "long_id: build-id of 65 bytes");
		free(path);
	}
	CU_ASSERT_EQUAL(strlen(text), 128);
	for (size_t room = 40; room <= 41; room++) {
		char *path = fb_test_file("id", &vmlinux_example, sizeof(vmlinux_example));
		struct fb_error *err = fb_elf_build_id(path, text, room);

		CU_ASSERT_EQUAL(err == NULL, room == 41);
		fb_error_destroy(err);
		free(path);
	}
}

FB_TEST_MAIN("symbols/elf_symtab", FB_TEST(symbols_stand_where_they_run),
	     FB_TEST(a_moved_kernel_keeps_its_per_cpu_offsets), FB_TEST(build_id_is_read),
	     FB_TEST(sections_are_read_by_name), FB_TEST(damaged_files_are_refused),
	     FB_TEST(cut_files_are_survived), FB_TEST(letters_are_those_of_nm),
	     FB_TEST(some_symbols_are_left_out), FB_TEST(objects_are_moved_whole),
	     FB_TEST(build_ids_have_a_size))
