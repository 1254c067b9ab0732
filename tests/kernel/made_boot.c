// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_boot.h. A wrong call of a test ends it. */
#include "tests/kernel/made_boot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

#define SYMBOLS 300u /* of kallsyms, but for the test's */

static struct made_boot *boot_of(struct fb_dump *dump)
{
	return (struct made_boot *)((char *)dump - offsetof(struct made_boot, dump));
}

static bool has_page(struct fb_dump *dump, uint64_t pfn)
{
	return pfn < BOOT_FRAMES && !boot_of(dump)->absent[pfn];
}

static uint64_t next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	for (; pfn < BOOT_FRAMES; pfn++)
		if (has_page(dump, pfn) == readable)
			return pfn;
	return UINT64_MAX;
}

static struct fb_error *read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct made_boot *boot = boot_of(dump);

	if (!has_page(dump, pfn))
		return fb_dump_absent(pfn);
	if (pfn < TABLE_FRAMES)
		memcpy(page, boot->tables->words[pfn], FB_PAGE_SIZE);
	else
		memcpy(page, boot->image.data + (pfn - TABLE_FRAMES) * FB_PAGE_SIZE, FB_PAGE_SIZE);
	return NULL;
}

static const struct fb_dump_ops ops = {.has_page = has_page, .next = next, .read_page = read_page};

void boot_init(struct made_boot *boot)
{
	memset(boot, 0, sizeof(*boot));
	FB_OK_FATAL(fb_warnings_create(&boot->warnings));
	FB_OK_FATAL(fb_dump_init(&boot->dump, &ops));
	boot->dump.info.format = "made";
	boot->dump.info.max_pfn = boot->dump.info.known_pfn = BOOT_FRAMES;
}

uint64_t boot_symbol(struct made_boot *boot, const char *name, uint64_t size)
{
	size_t last = boot->symbol_count;
	struct made_symbol *symbol = &boot->symbols[boot->symbol_count++];

	/* One more stands behind the last, so that this has a size. */
	if (boot->symbol_count == FB_ARRAY_SIZE(boot->symbols))
		abort();
	symbol->type = 'D';
	(void)snprintf(symbol->name, sizeof(symbol->name), "%s", name);
	if (!last)
		symbol->address = BOOT_DATA;
	symbol[1] = (struct made_symbol){symbol->address + size, 'D', "end_of_data"};
	return symbol->address;
}

static void map_image(struct made_boot *boot, const struct boot_recipe *recipe)
{
	boot->tables = made_tables_create(recipe->levels ? recipe->levels : 4);
	for (uint64_t page = 0; page < IMAGE_PAGES; page++) {
		uint64_t address = IMAGE_START + page * FB_PAGE_SIZE;
		uint64_t frame = (TABLE_FRAMES + page) << FB_PAGE_SHIFT;
		uint64_t bits = ENTRY_TABLE;

		if (address < BOOT_RODATA)
			bits = ENTRY_READ_ONLY;
		else if (address < BOOT_DATA && !recipe->writable_rodata)
			bits = ENTRY_READ_ONLY | ENTRY_NX;
		else
			bits = ENTRY_TABLE | ENTRY_NX;
		made_tables_set(boot->tables, address, 0, frame | bits);
	}
}

/* The names that kernels from 6.0 on have in VMCOREINFO. */
static void print_tables(FILE *out, const struct made_boot *boot, const struct boot_recipe *recipe)
{
	const struct fb_kallsyms_hints *hints = &boot->image.hints;
	const struct {
		const char *name;
		uint64_t address;
	} tables[] = {
		{"kallsyms_names", hints->names},
		{"kallsyms_num_syms", hints->num_syms},
		{"kallsyms_token_table", hints->token_table},
		{"kallsyms_token_index", hints->token_index},
		{"kallsyms_offsets", hints->offsets},
		{"kallsyms_relative_base", hints->relative_base},
		{"kallsyms_addresses", hints->addresses},
	};

	for (unsigned i = 0; i < FB_ARRAY_SIZE(tables); i++)
		if (tables[i].address && !(recipe->lacks_one && recipe->lacking == i))
			(void)fprintf(out, "SYMBOL(%s)=%" PRIx64 "\n", tables[i].name,
				      tables[i].address);
}

static void make_text(struct made_boot *boot, const struct boot_recipe *recipe)
{
	const char *more = recipe->vmcoreinfo ? recipe->vmcoreinfo : "";
	const uint64_t root = BOOT_ROOT, stext = STEXT_ADDRESS;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	if (*more != '!')
		(void)fprintf(out,
			      "OSRELEASE=6.1.0-made\nSYMBOL(swapper_pg_dir)=%" PRIx64 "\n"
			      "SYMBOL(_stext)=%" PRIx64 "\nNUMBER(phys_base)=%" PRId64 "\n",
			      root, stext, (int64_t)BOOT_PHYS_BASE);
	if (*more != '!' && recipe->levels == 5)
		(void)fprintf(out, "NUMBER(pgtable_l5_enabled)=1\n");
	if (recipe->named_tables)
		print_tables(out, boot, recipe);
	(void)fprintf(out, "%s", *more == '!' ? more + 1 : more);
	if (fclose(out))
		abort();
	if (recipe->text_in_page)
		boot_put(boot, BOOT_END - FB_PAGE_SIZE, text, size + 1);
	else
		FB_OK_FATAL(fb_dump_set_vmcoreinfo(&boot->dump, text, size));
	free(text);
}

void boot_make(struct made_boot *boot, const struct boot_recipe *recipe)
{
	struct recipe image = {.form = recipe->form,
			       .count = SYMBOLS,
			       .named = boot->symbols,
			       .named_count = boot->symbol_count ? boot->symbol_count + 1 : 0};

	image_make(&boot->image, &image);
	memset(image_at(&boot->image, BOOT_DATA), 0, BOOT_END - BOOT_DATA);
	map_image(boot, recipe);
	make_text(boot, recipe);
	if (recipe->without_tables)
		memset(image_at(&boot->image, BOOT_RODATA), 0, BOOT_DATA - BOOT_RODATA);
}

void boot_put(struct made_boot *boot, uint64_t address, const void *bytes, size_t size)
{
	if (address < BOOT_DATA || address + size > BOOT_END)
		abort();
	memcpy(image_at(&boot->image, address), bytes, size);
}

void boot_put_u64(struct made_boot *boot, uint64_t address, uint64_t value)
{
	boot_put(boot, address, &value, sizeof(value));
}

#define TYPE_STRINGS "\0int\0task_struct\0pid"
static const struct types {
	struct btf_header header;
	uint32_t words[10];
	char strings[sizeof(TYPE_STRINGS)];
} types = {
	.header = {.magic = BTF_MAGIC,
		   .version = BTF_VERSION,
		   .hdr_len = sizeof(struct btf_header),
		   .type_len = sizeof(types.words),
		   .str_off = sizeof(types.words),
		   .str_len = sizeof(types.strings)},
	.words = {INT_WORDS, 5, INFO(FB_TYPE_STRUCT, 0, 1), 16, 17, 1, 64},
	.strings = TYPE_STRINGS,
};

void boot_put_types(struct made_boot *boot)
{
	boot_put(boot, BOOT_DATA, &types, sizeof(types));
}

void boot_make_typed(struct made_boot *boot, const struct boot_recipe *recipe, const char *start,
		     const char *stop)
{
	boot_init(boot);
	boot_symbol(boot, start, sizeof(types));
	boot_symbol(boot, stop, 64);
	boot_make(boot, recipe);
	boot_put_types(boot);
}

void boot_make_whole(struct made_boot *boot, const struct boot_recipe *recipe)
{
	boot_make_typed(boot, recipe, "__start_BTF", "__stop_BTF");
}

void boot_expect_types(const struct made_boot *boot)
{
	const struct fb_layout *layout = fb_kernel_layout(boot->kernel);

	CU_ASSERT_PTR_NOT_NULL_FATAL(fb_kernel_types(boot->kernel));
	CU_ASSERT_EQUAL(fb_btf_count(fb_kernel_types(boot->kernel)), 2);
	CU_ASSERT_TRUE(layout->task_pid.found);
	CU_ASSERT_EQUAL(layout->task_pid.offset, 8);
	CU_ASSERT_EQUAL(layout->task_struct.size, 16);
}

struct fb_error *boot_open(struct made_boot *boot, const char *vmlinux)
{
	const struct fb_kernel_options options = {.vmlinux = vmlinux};

	return fb_kernel_open(&boot->dump, &options, boot->warnings, &boot->kernel);
}

void boot_destroy(struct made_boot *boot)
{
	fb_kernel_destroy(boot->kernel);
	fb_dump_deinit(&boot->dump);
	made_tables_destroy(boot->tables);
	image_free(&boot->image);
	fb_warnings_destroy(boot->warnings);
}
