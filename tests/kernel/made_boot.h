/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump that holds no more than what opening a kernel asks for: VMCOREINFO, page tables, and an image of
 * 128 pages with kallsyms, whose data the test writes. fb_kernel_open() goes all its way through it.
 */
#ifndef FB_TESTS_KERNEL_MADE_BOOT_H
#define FB_TESTS_KERNEL_MADE_BOOT_H

#include "kernel/dump/dump_private.h"
#include "kernel/image/kernel_private.h"
#include "tests/kernel/made_tables.h"
#include "tests/symbols/make_kallsyms.h"

/* The image lies behind the page tables: frame 64 is its first page. */
#define BOOT_FRAMES (TABLE_FRAMES + IMAGE_PAGES)
#define BOOT_PHYS_BASE \
	((uint64_t)TABLE_FRAMES * FB_PAGE_SIZE - (IMAGE_START - UINT64_C(0xffffffff80000000)))
#define BOOT_ROOT \
	(UINT64_C(0xffffffff80000000) + FB_PAGE_SIZE - BOOT_PHYS_BASE) /* swapper_pg_dir */
/* Of the image: executable up to here, then read-only with kallsyms, then the test's data. */
#define BOOT_RODATA (IMAGE_START + 0x10000)
#define BOOT_DATA (IMAGE_START + 0x52000)
#define BOOT_END (IMAGE_START + IMAGE_PAGES * FB_PAGE_SIZE)

/* A build-id, and the line of VMCOREINFO that names it. */
#define BOOT_ID "0123456789abcdef0123456789abcdef01234567"
#define BOOT_ID_LINE "BUILD-ID=" BOOT_ID "\n"

struct boot_recipe {
	unsigned levels;      /* 0: 4 */
	bool writable_rodata; /* as with rodata=off */
	bool named_tables;    /* VMCOREINFO has the symbols of kallsyms */
	/* Of which one is left out, counted from 0, by the order of struct fb_kallsyms_hints. */
	bool lacks_one;
	unsigned lacking;
	enum address_form form; /* of the addresses in kallsyms */
	bool without_tables;    /* kallsyms is zeros */
	const char *vmcoreinfo; /* further lines, or in place of all where they begin with '!' */
	bool text_in_page;      /* no note: VMCOREINFO is in the last page of the image */
};

struct made_boot {
	struct fb_dump dump;
	struct fb_warnings *warnings;
	struct fb_kernel *kernel; /* once boot_open() has succeeded */
	struct made_tables *tables;
	struct image image;
	struct made_symbol symbols[32]; /* of the test */
	size_t symbol_count;
	bool absent[BOOT_FRAMES]; /* frames that the dump has not */
};

/* A kernel without symbols of the test. */
void boot_init(struct made_boot *boot);
/* A symbol in the data; each above the one before. size tells where the next one may be: it is the symbol's
 * where no other begins within it. Returns the address. */
uint64_t boot_symbol(struct made_boot *boot, const char *name, uint64_t size);
/* Makes tables and image. Data may be written from then on. */
void boot_make(struct made_boot *boot, const struct boot_recipe *recipe);
void boot_put(struct made_boot *boot, uint64_t address, const void *bytes, size_t size);
void boot_put_u64(struct made_boot *boot, uint64_t address, uint64_t value);
/* All of boot_init() and boot_make(), of a kernel that has types: int, and a task_struct of 16 bytes whose pid
 * stands at byte 8. They lie at BOOT_DATA, between two symbols that have these names. */
void boot_make_typed(struct made_boot *boot, const struct boot_recipe *recipe, const char *start,
		     const char *stop);
/* The same by the names of today's kernels. */
void boot_make_whole(struct made_boot *boot, const struct boot_recipe *recipe);
/* Writes the types again, where something else has taken their symbols away. */
void boot_put_types(struct made_boot *boot);
/* Fails the test where the opened kernel does not know them. */
void boot_expect_types(const struct made_boot *boot);
/* Opens the kernel. */
struct fb_error *boot_open(struct made_boot *boot, const char *vmlinux);
/* Takes all away. */
void boot_destroy(struct made_boot *boot);

#endif
