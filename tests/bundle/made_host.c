// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/made_host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/merge/bundle_writer.h"
#include "kernel/image/kernel_private.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"
#include "tests/user/make_core.h"

/* Where the tables and the mm_structs are. Frames of the form 4n + 1 hold noise in a made dump, so
 * they are stored as they are and can be overwritten in place. */
enum {
	INIT_PGD = 1,
	INIT_PUD = 5,
	MM = 9,
	A_PGD = 13,
	A_PUD = 17,
	A_PMD = 21,
	A_PTE = 25,
	B_PGD = 29,
	B_PUD = 33,
	B_PMD = 37,
	B_PTE = 41,
};

#define LINEAR 0xffff888000000000ull
#define MM_PGD_OFFSET 0x50u
#define MM_SIZE 0x400u

#define TABLE 0x67ull /* present, writable, user, accessed, dirty */
#define HUGE 0xe3ull
#define PROTNONE 0x100ull

static bool dumped(uint64_t pfn)
{
	return pfn && (pfn < 64 || mk_runs(pfn));
}

static uint64_t present(uint64_t pfn)
{
	return pfn << FB_PAGE_SHIFT | TABLE;
}

static uint64_t protnone(uint64_t pfn)
{
	return (~(pfn << FB_PAGE_SHIFT) & 0x000ffffffffff000ull) | PROTNONE;
}

static uint64_t swapped(uint64_t type, uint64_t offset)
{
	return type << 59 | ((~offset << 9) & ((1ull << 59) - 1));
}

/* The last level of both processes. */
static void fill_tables(uint64_t *a, uint64_t *b)
{
	a[0] = b[0] = present(117); /* dumped, with the cores' bytes */
	a[1] = present(118);        /* dumped, with others */
	a[2] = present(95);
	a[3] = protnone(MADE_PROTNONE);
	a[4] = swapped(1, 5);
	a[6] = present(MADE_MAX_PFN + 100); /* no RAM there */
	a[7] = present(0);                  /* not in bitmap 1 */
	a[8] = b[8] = present(MADE_SHARED_EQUAL);
	a[9] = b[9] = present(MADE_SHARED_DIFFERS);
	a[10] = present(MADE_ZERO_1);
	a[11] = present(MADE_ZERO_2);
	a[12] = b[12] = swapped(2, 9);
	a[15] = present(101);
	a[16] = present(102);
	a[17] = present(103);
	a[18] = present(95); /* a second time */
}

void made_core_page(enum made_core core, unsigned page, uint8_t bytes[FB_PAGE_SIZE])
{
	memset(bytes, 0, FB_PAGE_SIZE);
	switch (page) {
	case 0:
		mk_page(117, bytes);
		break;
	case 5:
	case 10:
	case 11: /* zeros */
		break;
	case 8:
	case 12: /* the same in every core */
		mk_page(1000 + page * 4 + 1, bytes);
		break;
	case 18:
		made_core_page(core, 2, bytes);
		break;
	default:
		mk_page(2000 + (uint64_t)core * 100 + page, bytes);
		bytes[7] = (uint8_t)(page + 1); /* of frames 4n, zeros */
		break;
	}
}

static uint8_t *pages_of(enum made_core core, unsigned first, unsigned count)
{
	uint8_t *bytes = malloc((size_t)count * FB_PAGE_SIZE);

	if (!bytes)
		abort();
	for (unsigned i = 0; i < count; i++)
		made_core_page(core, first + i, bytes + (size_t)i * FB_PAGE_SIZE);
	return bytes;
}

static void add_segment(struct make_core *make, enum made_core core, unsigned first, unsigned count,
			uint64_t file_size)
{
	uint8_t *bytes = pages_of(core, first, count);

	make_segment(make, MADE_BASE + (uint64_t)first * FB_PAGE_SIZE,
		     (uint64_t)count * FB_PAGE_SIZE, bytes, file_size, PF_R | PF_W);
	free(bytes);
}

static void open_core(struct made_host *host, enum made_core core, struct make_core *make)
{
	static const char *const names[MADE_CORES] = {"core.A", "core.B", "core.orphan"};
	size_t size;
	uint8_t *bytes;

	make_thread(make, 17 + (int)core, 0, 0x401000);
	make_psinfo(make, 17 + (int)core, "made", "made by a test");
	bytes = make_finish(make, &size);
	host->core_bytes[core] = bytes;
	host->core_sizes[core] = size;
	FB_OK_FATAL(fb_core_open_file(make_file_of(names[core], bytes, size), host->warnings,
				      &host->cores[core]));
	host->matches[core].taken_before_panic_s = 1.0 + core;
	host->place[core] =
		(struct fb_place_core){.core = host->cores[core], .match = &host->matches[core]};
}

static void make_cores(struct made_host *host)
{
	struct make_core a = {.layout = MAKE_GCORE}, b = {.layout = MAKE_KERNEL};
	struct make_core orphan = {.layout = MAKE_KERNEL};

	add_segment(&a, MADE_A, 0, 12, 12 * FB_PAGE_SIZE);
	add_segment(&a, MADE_A, 12, 3, 2 * FB_PAGE_SIZE + FB_PAGE_SIZE / 2);
	add_segment(&a, MADE_A, 15, 4, 4 * FB_PAGE_SIZE);
	open_core(host, MADE_A, &a);
	add_segment(&b, MADE_B, 0, 1, FB_PAGE_SIZE);
	add_segment(&b, MADE_B, 8, 2, 2 * FB_PAGE_SIZE);
	add_segment(&b, MADE_B, 12, 1, FB_PAGE_SIZE);
	open_core(host, MADE_B, &b);
	add_segment(&orphan, MADE_ORPHAN, 12, 2, 2 * FB_PAGE_SIZE);
	open_core(host, MADE_ORPHAN, &orphan);
	host->matches[MADE_A].verdict = host->matches[MADE_B].verdict = FB_VERDICT_CERTAIN;
	host->matches[MADE_A].mm = LINEAR + MM * FB_PAGE_SIZE;
	host->matches[MADE_B].mm = LINEAR + MM * FB_PAGE_SIZE + MM_SIZE;
	host->matches[MADE_ORPHAN].taken_before_panic_s = NAN;
}

/* The bytes of a dumped frame of the form 4n + 1. */
static uint8_t *raw_frame(struct mk_bytes *bytes, enum made_format format, uint64_t pfn)
{
	size_t index = 0;

	for (uint64_t i = 0; i < pfn; i++)
		index += dumped(i);
	if (format == MADE_ELF)
		return bytes->data + bytes->pages_start + index * FB_PAGE_SIZE;
	if (mk_desc(bytes, index)->size != FB_PAGE_SIZE)
		abort();
	return bytes->data + mk_desc(bytes, index)->offset;
}

static void write_tables(struct mk_bytes *bytes, enum made_format format)
{
	static const unsigned pages[] = {INIT_PGD, INIT_PUD, MM,    A_PGD, A_PUD, A_PMD,
					 A_PTE,    B_PGD,    B_PUD, B_PMD, B_PTE};
	static uint64_t at[B_PTE + 1][FB_PAGE_SIZE / sizeof(uint64_t)];

	memset(at, 0, sizeof(at));
	at[INIT_PGD][LINEAR >> 39 & 511] = present(INIT_PUD);
	at[INIT_PUD][0] = HUGE;
	at[MM][MM_PGD_OFFSET / 8] = LINEAR + A_PGD * FB_PAGE_SIZE;
	at[MM][(MM_SIZE + MM_PGD_OFFSET) / 8] = LINEAR + B_PGD * FB_PAGE_SIZE;
	at[A_PGD][MADE_BASE >> 39 & 511] = present(A_PUD);
	at[A_PUD][MADE_BASE >> 30 & 511] = present(A_PMD);
	at[A_PMD][MADE_BASE >> 21 & 511] = present(A_PTE);
	at[B_PGD][MADE_BASE >> 39 & 511] = present(B_PUD);
	at[B_PUD][MADE_BASE >> 30 & 511] = present(B_PMD);
	at[B_PMD][MADE_BASE >> 21 & 511] = present(B_PTE);
	fill_tables(at[A_PTE], at[B_PTE]);
	/* Stored pages are not aligned. */
	for (size_t i = 0; i < FB_ARRAY_SIZE(pages); i++)
		memcpy(raw_frame(bytes, format, pages[i]), at[pages[i]], FB_PAGE_SIZE);
}

static char *save(const char *name, const struct mk_bytes *bytes)
{
	char *path = mk_file(name, bytes);

	free(bytes->data);
	return path;
}

static void make_dump(struct made_host *host, enum made_format format, uint32_t method)
{
	struct mk_recipe recipe = {
		.max_pfn = MADE_MAX_PFN,
		.dumped = dumped,
		.method = method,
		.cpus = 2,
		.vmcoreinfo = "OSRELEASE=6.1.0-made\nPAGESIZE=4096\n",
		.split = format == MADE_SPLIT,
		.end_pfn = 200,
	};
	struct mk_bytes bytes, flat;

	if (format == MADE_ELF)
		mk_elf(&recipe, &bytes);
	else
		mk_kdump(&recipe, &bytes);
	write_tables(&bytes, format);
	if (format == MADE_FLATTENED) {
		mk_flatten(&bytes, 10000, &flat);
		free(bytes.data);
		bytes = flat;
	}
	host->paths[host->path_count++] = save("dump", &bytes);
	if (format == MADE_SPLIT) {
		recipe.start_pfn = 200;
		recipe.end_pfn = MADE_MAX_PFN;
		mk_kdump(&recipe, &bytes);
		host->paths[host->path_count++] = save("dump.2", &bytes);
	}
	FB_OK_FATAL(fb_dump_open((const char *const *)host->paths, host->path_count, host->warnings,
				 &host->dump));
}

static void make_kernel(struct made_host *host)
{
	struct fb_kernel *kernel = calloc(1, sizeof(*kernel));

	CU_ASSERT_PTR_NOT_NULL_FATAL(kernel);
	kernel->dump = host->dump;
	kernel->warnings = host->warnings;
	kernel->tables.physical = fb_dump_physical(host->dump);
	kernel->tables.root = INIT_PGD * FB_PAGE_SIZE;
	kernel->tables.levels = 4;
	kernel->layout.mm_pgd = (struct fb_field){
		.offset = MM_PGD_OFFSET, .size = 8, .found = true, .name = "mm_struct.pgd"};
	kernel->info.release = "6.1.0-made";
	kernel->info.version = "#1 SMP made";
	FB_OK_FATAL(fb_mapped_space_create(&kernel->tables, "made kernel", &kernel->space));
	host->kernel = kernel;
}

void made_host_open(struct made_host *host, enum made_format format, uint32_t method)
{
	memset(host, 0, sizeof(*host));
	FB_OK_FATAL(fb_warnings_create(&host->warnings));
	make_dump(host, format, method);
	make_kernel(host);
	make_cores(host);
}

void made_host_close(struct made_host *host)
{
	for (size_t i = 0; i < MADE_CORES; i++) {
		fb_core_destroy(host->cores[i]);
		free(host->core_bytes[i]);
	}
	fb_kernel_destroy(host->kernel);
	fb_dump_destroy(host->dump);
	fb_warnings_destroy(host->warnings);
	for (size_t i = 0; i < host->path_count; i++)
		free(host->paths[i]);
}

char *made_bundle(struct made_host *host, struct fb_pool *pool, const char *name)
{
	struct fb_placement placement;
	struct fb_bundle_plan plan = {
		.kernel = host->kernel,
		.cores = host->place,
		.core_count = MADE_CORES,
		.placement = &placement,
		.manifest = MADE_MANIFEST,
		.pool = pool,
	};
	char *path = NULL;

	FB_OK_FATAL(fb_place(host->kernel, host->place, MADE_CORES, pool, &placement));
	if (asprintf(&path, "%s/%s", fb_test_folder(), name) < 0)
		abort();
	FB_OK_FATAL(fb_bundle_write(&plan, path, true));
	fb_placement_deinit(&placement);
	return path;
}
