// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the kernel of a dump: reads VMCOREINFO, finds the page tables of init_mm, and through these loads symbols,
 * types and CPUs. Called by every command that reads a dump (bundle/input/input.c); `log` mostly needs only the first
 * two.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "kernel/image/kernel_private.h"
#include "kernel/paging/page_table_visits.h"

static struct fb_error *load_vmcoreinfo(struct fb_kernel *kernel)
{
	const char *text = fb_dump_vmcoreinfo(kernel->dump);
	char *scanned = NULL;
	struct fb_error *err;

	if (!text) {
		err = fb_vmcoreinfo_scan(kernel->dump, kernel->pool, &scanned);
		if (err)
			return err;
		fb_warn(kernel->warnings, "the dump has no VMCOREINFO note; the kernel's own copy "
					  "was found in its memory");
		text = scanned;
	}
	err = fb_vmcoreinfo_parse(text, &kernel->vmcoreinfo);
	free(scanned);
	return err;
}

static struct fb_error *missing_key(const char *key)
{
	return fb_error_create(FB_NOT_FOUND,
			       "VMCOREINFO has no %s: is this a dump of a Linux x86-64 kernel, "
			       "5.4 or newer?",
			       key);
}

/* Where the tables of init_mm are. */
static struct fb_error *find_page_tables(struct fb_kernel *kernel)
{
	const struct fb_vmcoreinfo *info = kernel->vmcoreinfo;
	const struct fb_dump_info *dump = fb_dump_info(kernel->dump);
	uint64_t swapper_pg_dir, stext;
	int64_t phys_base, five_levels = 0, sme_mask = 0;
	struct fb_pt_walk walk;
	struct fb_error *err;

	if (!fb_vmcoreinfo_symbol(info, "swapper_pg_dir", &swapper_pg_dir))
		return missing_key("SYMBOL(swapper_pg_dir)");
	if (!fb_vmcoreinfo_symbol(info, "_stext", &stext))
		return missing_key("SYMBOL(_stext)");
	if (!fb_vmcoreinfo_number(info, "phys_base", &phys_base))
		return missing_key("NUMBER(phys_base)");
	fb_vmcoreinfo_number(info, "pgtable_l5_enabled", &five_levels);
	fb_vmcoreinfo_number(info, "sme_mask", &sme_mask);

	kernel->info.phys_base = (uint64_t)phys_base;
	kernel->info.levels = five_levels ? 5 : 4;
	kernel->tables.physical = fb_dump_physical(kernel->dump);
	kernel->tables.root = swapper_pg_dir - FB_START_KERNEL_MAP + (uint64_t)phys_base;
	kernel->tables.levels = kernel->info.levels;
	kernel->tables.encryption_mask = (uint64_t)sme_mask;
	kernel->tables.zeros_excluded = dump->dump_level > 0 && (dump->dump_level & 1);

	kernel->linear.image = true;
	kernel->linear.phys_base = (uint64_t)phys_base;
	kernel->tables.linear = &kernel->linear;
	err = fb_pt_walk(&kernel->tables, stext, &walk);
	if (err)
		return err;
	if (walk.level_count < kernel->tables.levels && walk.page_size == FB_PAGE_SIZE)
		fb_warn(kernel->warnings,
			"the kernel's page tables (at physical 0x%" PRIx64
			") are not in the dump%s: only its image and directly mapped memory can be read, no modules and no kernel stacks",
			kernel->tables.root, dump->incomplete ? ", which is incomplete" : "");
	if (walk.state != FB_PT_PRESENT ||
	    walk.physical != stext - FB_START_KERNEL_MAP + (uint64_t)phys_base)
		return fb_error_create(
			FB_CORRUPT,
			"the kernel's page tables (at physical 0x%" PRIx64
			") do not map _stext (0x%" PRIx64
			") to its place: the dump is of another boot than its VMCOREINFO, or damaged",
			kernel->tables.root, stext);
	return NULL;
}

/* Without page_offset_base (KASLR of the memory regions not built in): the fixed place of each
 * paging mode (Documentation/arch/x86/x86_64/mm.rst). */
#define DIRECT_MAP_4_LEVELS 0xffff888000000000ull
#define DIRECT_MAP_5_LEVELS 0xff11000000000000ull
/* PUD_SIZE: page_offset_base is aligned to it (kernel_randomize_memory()). */
#define DIRECT_MAP_ALIGNMENT (1ull << 30)

static bool can_be_direct_map(uint64_t start)
{
	return fb_kernel_address_ok(start) && start % DIRECT_MAP_ALIGNMENT == 0;
}

/* Stops at the first page that is mapped. */
static struct fb_error *take_first(void *context, const struct fb_pt_run *run)
{
	uint64_t *start = context;

	if (run->state != FB_PT_PRESENT)
		return NULL;
	*start = run->start - run->physical;
	return fb_error_create(FB_LIMIT, "found");
}

/* Of what is placed at random the direct map comes first (kaslr_regions[] of arch/x86/mm/kaslr.c), so the first
 * page mapped from its fixed place on is of it; that it maps the kernel's own page tables is the proof. 0:
 * the tables do not tell. */
static struct fb_error *direct_map_by_tables(struct fb_kernel *kernel, uint64_t fixed,
					     uint64_t *start_ret)
{
	struct fb_pt_visits *visits = NULL;
	struct fb_pt_walk walk;
	uint64_t start = 0;
	struct fb_error *err =
		fb_pt_visits_create(fb_dump_info(kernel->dump)->pages_dumped, &visits);

	*start_ret = 0;
	if (err)
		return err;
	err = fb_part_skip(fb_pt_for_each(&kernel->tables, fixed, FB_START_KERNEL_MAP, visits,
					  take_first, &start));
	fb_pt_visits_destroy(visits);
	if (err || !can_be_direct_map(start))
		return err;
	err = fb_pt_walk(&kernel->tables, start + kernel->tables.root, &walk);
	if (!err && walk.state == FB_PT_PRESENT && walk.physical == kernel->tables.root)
		*start_ret = start;
	return err;
}

static struct fb_error *find_direct_map(struct fb_kernel *kernel)
{
	uint64_t fixed = kernel->info.levels == 5 ? DIRECT_MAP_5_LEVELS : DIRECT_MAP_4_LEVELS;
	uint64_t start = 0;
	struct fb_error *err = fb_kernel_variable_u64(kernel, "page_offset_base", &start);

	/* Whether this kernel has it is not known without its symbols: the tables tell all the same. */
	if (fb_error_is(err, FB_NOT_FOUND) && kernel->symbols)
		start = fixed;
	else if (!can_be_direct_map(start))
		start = 0;
	err = fb_part_skip(err);
	if (!err && !start)
		err = direct_map_by_tables(kernel, fixed, &start);
	if (err)
		return err;
	if (!start && kernel->symbols)
		fb_warn(kernel->warnings,
			"where all memory is mapped (page_offset_base) is not in the dump, and the kernel's "
			"page tables do not tell: swapped pages and slabs that are found by their page "
			"frames, such as those of lost tasks, cannot be read");
	kernel->linear.direct_start = start;
	kernel->linear.direct_size = fb_dump_info(kernel->dump)->max_pfn << FB_PAGE_SHIFT;
	return NULL;
}

static struct fb_error *load_memory(struct fb_kernel *kernel,
				    const struct fb_kernel_options *options)
{
	struct fb_error *err;

	err = load_vmcoreinfo(kernel);
	if (err)
		return err;
	err = find_page_tables(kernel);
	if (err)
		return err;
	err = fb_mapped_space_create(&kernel->tables, "kernel memory", &kernel->space);
	if (err)
		return err;
	if (options->vmlinux) {
		kernel->vmlinux = strdup(options->vmlinux);
		if (!kernel->vmlinux)
			return fb_error_nomem();
	}
	return NULL;
}

struct fb_error *fb_kernel_complete(struct fb_kernel *kernel)
{
	struct fb_error *err;

	if (!kernel->memory_only)
		return NULL;
	kernel->memory_only = false;
	err = fb_kernel_load_symbols(kernel);
	if (err)
		return err;
	err = find_direct_map(kernel);
	if (err)
		return err;
	err = fb_kernel_load_cpus(kernel);
	return err ? err : fb_kernel_load_info(kernel);
}

struct fb_error *fb_kernel_open(struct fb_dump *dump, const struct fb_kernel_options *options,
				struct fb_warnings *warnings, struct fb_kernel **kernel_ret)
{
	struct fb_kernel *kernel = calloc(1, sizeof(*kernel));
	struct fb_error *err;

	if (!kernel)
		return fb_error_nomem();
	fb_kernel_kept_init(kernel);
	(void)pthread_mutex_init(&kernel->types_lock, NULL); /* the default kind cannot fail */
	kernel->dump = dump;
	kernel->warnings = warnings;
	kernel->pool = options->pool;
	kernel->find_vmlinux = options->find_vmlinux;
	kernel->find_context = options->context;
	kernel->panic_cpu = -1;
	kernel->memory_only = true;
	kernel->few_types = options->few_types;
	err = load_memory(kernel, options);
	if (!err && options->memory_only)
		fb_layout_resolve(NULL, &kernel->layout);
	else if (!err)
		err = fb_kernel_complete(kernel);
	if (err) {
		fb_kernel_destroy(kernel);
		return err;
	}
	*kernel_ret = kernel;
	return NULL;
}

void fb_kernel_destroy(struct fb_kernel *kernel)
{
	if (!kernel)
		return;
	fb_kernel_kept_deinit(kernel);
	(void)pthread_mutex_destroy(&kernel->types_lock);
	free(kernel->prstatus_index);
	free(kernel->percpu_offsets);
	fb_btf_destroy(kernel->types);
	fb_symtab_destroy(kernel->symbols);
	fb_mapped_space_destroy(kernel->space);
	fb_vmcoreinfo_destroy(kernel->vmcoreinfo);
	free(kernel->vmlinux);
	free(kernel->lost);
	free(kernel);
}
