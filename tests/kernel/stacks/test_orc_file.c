// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwind tables out of a made vmlinux, and files of which they are not taken. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/stacks/orc_file.h"
#include "tests/harness.h"

#define CODE 0xffffffff81000000u
#define IPS 0xffffffff82000000u
#define ENTRIES 0xffffffff82100000u
#define ROWS 4u
#define KASLR 0x1e600000u

#define NAMES "\0.orc_unwind_ip\0.orc_unwind\0.orc_header\0.shstrtab"

/* Four rows, each of 16 bytes of code: calls with frames of 8, 16, 24, 32 bytes, of version 3. */
struct vmlinux {
	Elf64_Ehdr header;
	Elf64_Shdr sections[5];
	int32_t ips[ROWS];
	uint16_t entries[ROWS][3];
	uint8_t hash[FB_ORC_HEADER_BYTES];
	char names[sizeof(NAMES)];
};

static void make(struct vmlinux *file)
{
	static const uint8_t hash[FB_ORC_HEADER_BYTES] = {
		0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
		0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24}; /* 6.4's */

	*file = (struct vmlinux){
		.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				       EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_X86_64,
			   .e_version = EV_CURRENT,
			   .e_shoff = offsetof(struct vmlinux, sections),
			   .e_ehsize = sizeof(Elf64_Ehdr),
			   .e_shentsize = sizeof(Elf64_Shdr),
			   .e_shnum = 5,
			   .e_shstrndx = 4},
		.sections = {[1] = {.sh_name = 1,
				    .sh_type = SHT_PROGBITS,
				    .sh_addr = IPS,
				    .sh_offset = offsetof(struct vmlinux, ips),
				    .sh_size = sizeof(file->ips)},
			     [2] = {.sh_name = 16,
				    .sh_type = SHT_PROGBITS,
				    .sh_addr = ENTRIES,
				    .sh_offset = offsetof(struct vmlinux, entries),
				    .sh_size = sizeof(file->entries)},
			     [3] = {.sh_name = 28,
				    .sh_type = SHT_PROGBITS,
				    .sh_offset = offsetof(struct vmlinux, hash),
				    .sh_size = sizeof(file->hash)},
			     [4] = {.sh_name = 40,
				    .sh_type = SHT_STRTAB,
				    .sh_offset = offsetof(struct vmlinux, names),
				    .sh_size = sizeof(NAMES)}},
		.names = NAMES,
	};
	memcpy(file->hash, hash, sizeof(hash));
	for (unsigned i = 0; i < ROWS; i++) {
		file->ips[i] = (int32_t)((int64_t)CODE + 16 * i - (int64_t)(IPS + 4 * i));
		file->entries[i][0] = (uint16_t)(8 * (i + 1));
		file->entries[i][2] = 0x0205;
	}
}

static struct fb_error *open_made(const struct vmlinux *made, struct fb_orc_file **file_ret,
				  struct fb_orc_table *table_ret)
{
	char *path = fb_test_file("vmlinux", made, sizeof(*made));
	struct fb_error *err = fb_orc_file_open(path, KASLR, 0, file_ret, table_ret);

	free(path);
	return err;
}

static void rows_are_those_of_the_moved_kernel(void)
{
	struct vmlinux made;
	struct fb_orc_file *file = NULL;
	struct fb_orc_table table = {0};
	struct fb_orc_row row;

	make(&made);
	FB_OK_FATAL(open_made(&made, &file, &table));
	CU_ASSERT_EQUAL(table.count, ROWS);
	CU_ASSERT_EQUAL(table.version, FB_ORC_V3);
	for (unsigned i = 0; i < 16 * ROWS; i++) {
		FB_OK_FATAL(fb_orc_table_find(&table, CODE + KASLR + i, &row));
		CU_ASSERT_EQUAL(row.sp_offset, (int)(8 * (i / 16 + 1)));
		CU_ASSERT_EQUAL(row.type, FB_ORC_TYPE_CALL);
	}
	FB_FAILS(fb_orc_table_find(&table, CODE + KASLR - 1, &row), FB_NOT_FOUND);
	/* Beyond the tables there is nothing. */
	table.count++;
	FB_FAILS_WITH(fb_orc_table_find(&table, CODE + KASLR + 100, &row), FB_FAULT,
		      "in no unwind table");
	fb_orc_file_close(file);
}

static void the_version_is_told_without_the_hash(void)
{
	struct vmlinux made;
	struct fb_orc_file *file = NULL;
	struct fb_orc_table table = {0};

	make(&made);
	made.sections[3].sh_name = 0;
	FB_OK_FATAL(open_made(&made, &file, &table));
	CU_ASSERT_EQUAL(table.version, FB_ORC_V3);
	fb_orc_file_close(file);
	memset(made.entries, 0, sizeof(made.entries));
	FB_FAILS_WITH(open_made(&made, &file, &table), FB_CORRUPT, "look like no known version");
}

static void other_files_are_refused(void)
{
	struct vmlinux made;
	struct fb_orc_file *file = NULL;
	struct fb_orc_table table = {0};

	make(&made); /* debug information alone */
	made.sections[1].sh_type = SHT_NOBITS;
	FB_FAILS_WITH(open_made(&made, &file, &table), FB_NOT_FOUND,
		      "no bytes of a section .orc_unwind_ip");
	make(&made);
	made.sections[2].sh_type = SHT_NOBITS;
	FB_FAILS_WITH(open_made(&made, &file, &table), FB_NOT_FOUND,
		      "no bytes of a section .orc_unwind ");
	make(&made);
	made.sections[2].sh_size -= 6;
	FB_FAILS_WITH(open_made(&made, &file, &table), FB_CORRUPT, "4 addresses but 3 entries");
	make(&made);
	made.ips[2] -= 64; /* before the code of the row before it */
	FB_FAILS_WITH(open_made(&made, &file, &table), FB_NOT_FOUND, "not sorted");
	CU_ASSERT_PTR_NULL(file);
	CU_ASSERT_PTR_NULL(table.space);
}

FB_TEST_MAIN("kernel/orc_file", FB_TEST(rows_are_those_of_the_moved_kernel),
	     FB_TEST(the_version_is_told_without_the_hash), FB_TEST(other_files_are_refused))
