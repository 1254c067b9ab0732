// SPDX-License-Identifier: GPL-2.0-or-later
/* Exported symbols of this program's own C library, as its dynamic linker finds them; and damaged tables. */
#include "user/elf/elf_dynamic.h"

#include <dlfcn.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "user/elf/elf_headers.h"

/* Of the C library's own function: a sanitizer has another in front of it. */
static uintptr_t libc_symbol(const char *name)
{
	void *handle = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	uintptr_t symbol;

	CU_ASSERT_PTR_NOT_NULL_FATAL(handle);
	symbol = (uintptr_t)dlsym(handle, name);
	dlclose(handle);
	return symbol;
}

static uint64_t libc_base(void)
{
	Dl_info info;

	CU_ASSERT_NOT_EQUAL_FATAL(dladdr((const void *)libc_symbol("getpid"), &info), 0);
	return (uintptr_t)info.dli_fbase;
}

static void symbols_are_found_as_the_linker_finds_them(void)
{
	static const char *const names[] = {"qsort", "environ", "stdout", "getpid", "stpcpy"};
	struct fb_live_process self;
	uint64_t base = libc_base(), address;

	fb_live_process_self(&self);
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		address = 0;
		FB_OK(fb_elf_dynamic_find(&self.space, base, names[i], &address));
		/* What is chosen when the program runs (ifunc), and what the program has a copy of, is elsewhere. */
		if (i != 1 && i != 2 && i != 4)
			CU_ASSERT_EQUAL(address, libc_symbol(names[i]));
		CU_ASSERT(address > base);
	}
	FB_FAILS_WITH(fb_elf_dynamic_find(&self.space, base, "no_such_symbol", &address),
		      FB_NOT_FOUND, "exports no no_such_symbol");
	FB_FAILS(fb_elf_dynamic_find(&self.space, base + 0x1000, "qsort", &address), FB_NOT_FOUND);
	fb_live_process_stop(&self);
}

static void missing_pages_are_errors(void)
{
	struct fb_live_process self;
	uint64_t base = libc_base(), address = 0;

	fb_live_process_self(&self);
	self.absent_start = base;
	self.absent_end = base + 64;
	FB_FAILS(fb_elf_dynamic_find(&self.space, base, "qsort", &address), FB_ABSENT);
	self.absent_start = base + 0x1000;
	self.absent_end = base + 0x40000;
	FB_FAILS(fb_elf_dynamic_find(&self.space, base, "qsort", &address), FB_ABSENT);
	CU_ASSERT_EQUAL(address, 0);
	fb_live_process_stop(&self);
}

static void damaged_tables_end_the_search(void)
{
	struct fb_live_process self;
	uint64_t base = libc_base();
	size_t not_found = 0;

	fb_live_process_self(&self);
	self.damage = 40;
	for (self.seed = 1; self.seed < 2000; self.seed++) {
		uint64_t address = 0;
		struct fb_error *err = fb_elf_dynamic_find(&self.space, base, "qsort", &address);

		CU_ASSERT_FALSE(fb_error_is_fatal(err));
		not_found += err != NULL;
		fb_error_destroy(err);
	}
	CU_ASSERT(not_found > 0);
	self.damage = 0;
	fb_live_process_stop(&self);
}

/* Zeros have no word that ends a chain: one that a process has prepared so is not followed for ever. */
struct endless_space {
	struct fb_space space; /* first */
	struct fb_space *whole;
	uint64_t start; /* of zeros */
	uint64_t reads;
};

static struct fb_error *read_endless(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	struct endless_space *endless = (struct endless_space *)space;

	endless->reads++;
	if (address < endless->start || address - endless->start > 1u << 20)
		return fb_space_read(endless->whole, address, to, length);
	memset(to, 0, length);
	return NULL;
}

/* Where the chains of an object's .gnu.hash begin. */
static uint64_t chains_of(struct fb_space *space, uint64_t base)
{
	FB_CLEANUP(fb_elf_headers_deinit) struct fb_elf_headers headers = {.phdrs = NULL};
	struct fb_elf_image image = {0};
	struct fb_elf_dynamic dynamic;
	uint32_t head[4];

	FB_OK_FATAL(fb_elf_headers_read(space, base, &headers));
	image.form = headers.form;
	for (unsigned i = 0; i < headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &headers.phdrs[i];

		if (phdr->p_type == PT_LOAD)
			image.end_vaddr = phdr->p_vaddr + phdr->p_memsz;
		if (phdr->p_type == PT_DYNAMIC) {
			image.dynamic = phdr->p_vaddr;
			image.dynamic_size = phdr->p_memsz;
		}
	}
	FB_OK_FATAL(fb_elf_dynamic_read(space, base, &image, &dynamic));
	FB_OK_FATAL(fb_space_read(space, dynamic.gnu_hash, head, sizeof(head)));
	return dynamic.gnu_hash + sizeof(head) + 8ull * head[2] + 4ull * head[0];
}

static void a_chain_without_an_end_is_left(void)
{
	static const struct fb_space_ops ops = {.read = read_endless};
	struct endless_space endless = {.space = {.ops = &ops, .name = "endless"}};
	struct fb_live_process self;
	uint64_t base = libc_base(), address = 0;

	fb_live_process_self(&self);
	endless.whole = &self.space;
	endless.start = chains_of(&self.space, base);
	FB_FAILS_WITH(fb_elf_dynamic_find(&endless.space, base, "qsort", &address), FB_CORRUPT,
		      "more than 65536 symbols");
	CU_ASSERT(endless.reads < 70000);
	fb_live_process_stop(&self);
}

FB_TEST_MAIN("user/elf/elf_dynamic", FB_TEST(a_chain_without_an_end_is_left),
	     FB_TEST(symbols_are_found_as_the_linker_finds_them), FB_TEST(missing_pages_are_errors),
	     FB_TEST(damaged_tables_end_the_search))
