// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the kernel of a dump: the sample's, and dumps whose VMCOREINFO cannot be right. */
#include "kernel/image/kernel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

struct opened {
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
};

static void open_sample(struct opened *opened)
{
	struct fb_kernel_options options = {0};
	char *path;

	memset(opened, 0, sizeof(*opened));
	if (asprintf(&path, "%s/small/dump.202611231722", fb_test_sample()) < 0)
		abort();
	FB_OK_FATAL(fb_warnings_create(&opened->warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, opened->warnings, &opened->dump));
	FB_OK_FATAL(fb_kernel_open(opened->dump, &options, opened->warnings, &opened->kernel));
	free(path);
}

static void close_all(struct opened *opened)
{
	fb_kernel_destroy(opened->kernel);
	fb_dump_destroy(opened->dump);
	fb_warnings_destroy(opened->warnings);
}

static void opens_the_sample(void)
{
	const struct fb_kernel_info *info;
	struct opened opened;
	struct fb_page_tables tables;
	uint64_t init_task, direct;
	uint8_t first[16], second[16];
	struct fb_pt_walk walk;

	open_sample(&opened);
	CU_ASSERT_EQUAL(fb_warnings_count(opened.warnings), 0);
	info = fb_kernel_info(opened.kernel);
	CU_ASSERT_EQUAL(strncmp(info->release, "6.1.", 4), 0);
	CU_ASSERT_EQUAL(strncmp(info->version, "#1 SMP", 6), 0);
	CU_ASSERT_EQUAL(strlen(info->build_id), 40);
	CU_ASSERT_EQUAL(info->levels, 5);
	CU_ASSERT_EQUAL(info->cpus, 2);
	CU_ASSERT(info->memory_bytes > (64u << 20) && info->memory_bytes < (300u << 20));
	CU_ASSERT(info->uptime_s > 1 && info->uptime_s < 1000);
	CU_ASSERT(info->crash_time > 1700000000);
	CU_ASSERT_EQUAL(fb_kernel_cpu_limit(opened.kernel) >= 2, true);
	CU_ASSERT(fb_kernel_panic_cpu(opened.kernel) >= 0);
	/* The same bytes by the image's map, by its tables, and by the map of all memory. */
	FB_OK_FATAL(fb_kernel_symbol(opened.kernel, "init_task", &init_task));
	fb_kernel_page_tables(opened.kernel, &tables);
	FB_OK(fb_pt_walk(&tables, init_task, &walk));
	CU_ASSERT_EQUAL_FATAL(walk.state, FB_PT_PRESENT);
	direct = fb_kernel_direct_map(opened.kernel, walk.physical >> FB_PAGE_SHIFT);
	FB_OK(fb_space_read(fb_kernel_space(opened.kernel), init_task, first, sizeof(first)));
	FB_OK(fb_space_read(fb_kernel_space(opened.kernel), direct + walk.physical % FB_PAGE_SIZE,
			    second, sizeof(second)));
	CU_ASSERT_EQUAL(memcmp(first, second, sizeof(first)), 0);
	FB_FAILS_WITH(fb_kernel_symbol(opened.kernel, "no_such_symbol", &direct), FB_NOT_FOUND,
		      "no_such_symbol");
	FB_FAILS(fb_kernel_mm_page_tables(opened.kernel, 0x1000, &tables), FB_FAULT);
	close_all(&opened);
}

static void finds_cpus_of_the_sample(void)
{
	struct opened opened;
	uint64_t address, again;
	size_t size;

	open_sample(&opened);
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		CU_ASSERT(fb_kernel_cpu_online(opened.kernel, cpu));
		FB_OK(fb_kernel_percpu_symbol(opened.kernel, cpu, "runqueues", &address));
		CU_ASSERT_PTR_NOT_NULL(fb_kernel_cpu_prstatus(opened.kernel, cpu, &size));
	}
	FB_OK(fb_kernel_percpu_symbol(opened.kernel, 0, "runqueues", &again));
	CU_ASSERT_NOT_EQUAL(address, again);
	CU_ASSERT(!fb_kernel_cpu_online(opened.kernel, 2));
	CU_ASSERT(!fb_kernel_cpu_online(opened.kernel, UINT32_MAX));
	CU_ASSERT_PTR_NULL(fb_kernel_cpu_prstatus(opened.kernel, 9000, &size));
	FB_FAILS(fb_kernel_percpu(opened.kernel, UINT32_MAX, 0, &address), FB_NOT_FOUND);
	close_all(&opened);
}

static bool all(uint64_t pfn FB_UNUSED)
{
	return true;
}

/* What the kernel of a dump without tables, with this VMCOREINFO, ends with. */
static void check_refused(const char *vmcoreinfo, enum fb_code code, const char *message)
{
	struct mk_recipe recipe = {.max_pfn = 200, .dumped = all, .vmcoreinfo = vmcoreinfo};
	struct fb_kernel_options options = {0};
	struct fb_kernel *kernel = NULL;
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct mk_bytes bytes;

	mk_kdump(&recipe, &bytes);
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(mk_open(&bytes, warnings, &dump));
	FB_FAILS_WITH(fb_kernel_open(dump, &options, warnings, &kernel), code, message);
	CU_ASSERT_PTR_NULL(kernel);
	fb_dump_destroy(dump);
	fb_warnings_destroy(warnings);
	free(bytes.data);
}

#define STEXT "SYMBOL(_stext)=ffffffff81000000\n"
#define ROOT(address) "SYMBOL(swapper_pg_dir)=" address "\n"

static void refuses_what_is_no_kernel(void)
{
	check_refused("OSRELEASE=made\n", FB_NOT_FOUND, "swapper_pg_dir");
	check_refused("OSRELEASE=made\n" ROOT("ffffffff80001000"), FB_NOT_FOUND, "_stext");
	check_refused("OSRELEASE=made\n" ROOT("ffffffff80001000") STEXT, FB_NOT_FOUND, "phys_base");
	/* Noise for a table. */
	check_refused("OSRELEASE=made\nNUMBER(phys_base)=0\n" ROOT("ffffffff80001000") STEXT,
		      FB_CORRUPT, "do not map _stext");
	/* Values that lead far away. */
	check_refused("OSRELEASE=made\nNUMBER(phys_base)=-1\n" ROOT("0") STEXT, FB_CORRUPT,
		      "do not map _stext");
	check_refused("OSRELEASE=made\nNUMBER(phys_base)=9223372036854775807\n"
		      "NUMBER(sme_mask)=-1\nNUMBER(pgtable_l5_enabled)=1\n" ROOT("ffffffffffffffff")
			      STEXT,
		      FB_CORRUPT, "do not map _stext");
	check_refused(NULL, FB_NOT_FOUND, "no VMCOREINFO");
}

static void finds_the_tables_of_a_process(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_alloc(made, 64);
	struct fb_page_tables tables = {.root = 77};

	FB_FAILS_WITH(fb_kernel_mm_page_tables(&made->kernel, mm, &tables), FB_NOT_FOUND,
		      "mm_struct");
	MADE_FIELD(made, mm_pgd, 8, 8);
	made->kernel.tables.physical = &made->space; /* there is nothing at 0 */
	made->kernel.tables.levels = 4;
	for (int i = 0; i < 3; i++) {
		MADE_SET(made, mm, mm_pgd, i == 0 ? 0 : i == 1 ? 0x1000 : UINT64_MAX);
		FB_FAILS(fb_kernel_mm_page_tables(&made->kernel, mm, &tables), FB_CORRUPT);
	}
	CU_ASSERT_EQUAL(tables.root, 77);
	made_kernel_destroy(made);
}

static void reads_variables_by_their_symbols(void)
{
	struct made_kernel *made = made_kernel_create();
	const uint64_t there = made_alloc(made, 16), lost = made_alloc_pages(made, FB_PAGE_SIZE);
	uint64_t word = 77, address = 77;
	uint32_t half = 77;
	uint8_t bytes[3] = {77};

	made_symbols(made, (const char *const[]){"there", "lost", NULL},
		     (const uint64_t[]){there, lost});
	made_put(made, there, 0x1122334455667788, 8);
	made_lose(made, lost);
	FB_OK(fb_kernel_variable_u64(&made->kernel, "there", &word));
	FB_OK(fb_kernel_variable_u32(&made->kernel, "there", &half));
	FB_OK(fb_kernel_variable(&made->kernel, "there", bytes, sizeof(bytes)));
	CU_ASSERT_EQUAL(word, 0x1122334455667788);
	CU_ASSERT_EQUAL(half, 0x55667788);
	CU_ASSERT(bytes[0] == 0x88 && bytes[1] == 0x77 && bytes[2] == 0x66);
	FB_FAILS(fb_kernel_variable_u64(&made->kernel, "lost", &word), FB_ABSENT);
	FB_FAILS(fb_kernel_variable_u32(&made->kernel, "lost", &half), FB_ABSENT);
	FB_FAILS(fb_kernel_variable(&made->kernel, "lost", bytes, sizeof(bytes)), FB_ABSENT);
	FB_FAILS_WITH(fb_kernel_variable_u64(&made->kernel, "none", &word), FB_NOT_FOUND, "none");
	FB_FAILS_WITH(fb_kernel_variable_u32(&made->kernel, "none", &half), FB_NOT_FOUND, "none");
	FB_FAILS_WITH(fb_kernel_variable(&made->kernel, "none", bytes, sizeof(bytes)), FB_NOT_FOUND,
		      "none");
	CU_ASSERT(word == 0x1122334455667788 && half == 0x55667788);
	CU_ASSERT_FALSE(fb_kernel_find_symbol(&made->kernel, "none", &address));
	CU_ASSERT_EQUAL(address, 77);
	CU_ASSERT_TRUE(fb_kernel_find_symbol(&made->kernel, "lost", &address));
	CU_ASSERT_EQUAL(address, lost);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/kernel", FB_TEST(opens_the_sample), FB_TEST(finds_cpus_of_the_sample),
	     FB_TEST(refuses_what_is_no_kernel), FB_TEST(finds_the_tables_of_a_process),
	     FB_TEST(reads_variables_by_their_symbols))
