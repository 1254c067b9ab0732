// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the lines of /proc/meminfo from the kernel's counters. Called by the command mem.
 */
#include "kernel/memory/meminfo.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/percpu_counter.h"

/* HUGE_MAX_HSTATE: 2 MiB and 1 GiB. */
#define MOST_HUGE_SIZES 2u
#define MOST_HUGE_ORDER 18u

/* MAX_SWAPFILES is 32 less some types of entries; SWAP_ADDRESS_SPACE_PAGES is 64 MiB, of areas of some 16 TiB. */
#define MOST_SWAP_AREAS 32u
#define MOST_SWAP_SPACES (1u << 18)

struct maker {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_memory_counters *counters;
	struct fb_meminfo *meminfo;
};

static void add(struct maker *maker, const char *name, uint64_t value, bool is_count)
{
	struct fb_meminfo *meminfo = maker->meminfo;

	if (meminfo->count < FB_MOST_MEMINFO_LINES)
		meminfo->lines[meminfo->count++] = (struct fb_meminfo_line){
			.name = name, .value = value, .is_count = is_count};
}

static void add_pages(struct maker *maker, const char *name, uint64_t pages)
{
	add(maker, name, pages * FB_PAGE_SIZE, false);
}

/* A line that is the sum of counters; one that this kernel has not leaves it out. */
static void add_counters(struct maker *maker, const char *name, const char *first,
			 const char *second)
{
	uint64_t pages, more = 0;

	if (fb_memory_counter(maker->counters, first, &pages) &&
	    (!second || fb_memory_counter(maker->counters, second, &more)))
		add_pages(maker, name, pages + more);
}

static uint64_t counter(const struct maker *maker, const char *name)
{
	uint64_t pages;

	return fb_memory_counter(maker->counters, name, &pages) ? pages : 0;
}

static struct fb_error *warn(const struct maker *maker, struct fb_error *err, const char *what)
{
	return fb_part_warn_if_there(fb_kernel_warnings(maker->kernel), err, "%s", what);
}

/* A line that is a variable's pages. */
static struct fb_error *add_variable(struct maker *maker, const char *name, const char *symbol)
{
	uint64_t pages;
	struct fb_error *err = fb_kernel_variable_u64(maker->kernel, symbol, &pages);

	if (!err)
		add_pages(maker, name, (int64_t)pages > 0 ? pages : 0);
	return warn(maker, err, name);
}

/* SLAB counters were renamed when they came to be charged in bytes; these sums are still of pages (d42f3245c7e2,
 * 5.9). */
static uint64_t slab_pages(const struct maker *maker, const char *name, const char *older)
{
	uint64_t pages;

	return fb_memory_counter(maker->counters, name, &pages) ? pages : counter(maker, older);
}

static uint64_t reclaimable_slab(const struct maker *maker)
{
	return slab_pages(maker, "NR_SLAB_RECLAIMABLE_B", "NR_SLAB_RECLAIMABLE");
}

/* si_mem_available() of mm/show_mem.c. */
static struct fb_error *add_available(struct maker *maker, const struct fb_zones *zones)
{
	uint64_t reserve, low = 0, file, slab;
	int64_t available;
	struct fb_error *err =
		fb_kernel_variable_u64(maker->kernel, "totalreserve_pages", &reserve);

	if (err || !zones->count)
		return warn(maker, err, "MemAvailable");
	for (size_t i = 0; i < zones->count; i++)
		low += zones->zones[i].low;
	file = counter(maker, "NR_ACTIVE_FILE") + counter(maker, "NR_INACTIVE_FILE");
	slab = reclaimable_slab(maker) + counter(maker, "NR_KERNEL_MISC_RECLAIMABLE");
	available = (int64_t)(counter(maker, "NR_FREE_PAGES") - reserve);
	available += (int64_t)(file - (file / 2 < low ? file / 2 : low));
	available += (int64_t)(slab - (slab / 2 < low ? slab / 2 : low));
	add_pages(maker, "MemAvailable", available > 0 ? (uint64_t)available : 0);
	return NULL;
}

struct block_devices {
	const struct maker *maker;
	uint64_t pages;
};

static struct fb_error *count_block_device(void *context, uint64_t entry)
{
	struct block_devices *devices = context;
	const struct maker *maker = devices->maker;
	uint64_t mapping, pages = 0;
	struct fb_error *err;

	err = fb_kernel_field(maker->kernel, entry - maker->layout->inode_sb_list.offset,
			      &maker->layout->inode_mapping, &mapping);
	if (!err)
		err = fb_kernel_field(maker->kernel, mapping, &maker->layout->address_space_count,
				      &pages);
	devices->pages += pages;
	return err;
}

/* nr_blockdev_pages(): the page cache of all inodes of the file system that block devices are on. */
static struct fb_error *count_buffers(const struct maker *maker, uint64_t *pages_ret)
{
	struct block_devices devices = {.maker = maker};
	uint64_t superblock;
	struct fb_error *err =
		fb_kernel_variable_u64(maker->kernel, "blockdev_superblock", &superblock);

	if (!err)
		err = fb_layout_require(&maker->layout->super_block_inodes);
	if (!err)
		err = fb_layout_require(&maker->layout->inode_sb_list);
	if (!err)
		err = fb_kernel_list(maker->kernel,
				     superblock + maker->layout->super_block_inodes.offset,
				     FB_MAX_DIRTY_INODES, count_block_device, &devices);
	*pages_ret = devices.pages;
	return err;
}

/* total_swapcache_pages() before 5.12: the swapped pages of each swap area, in several address_spaces. */
static struct fb_error *sum_swap_spaces(const struct maker *maker, uint64_t *pages_ret)
{
	uint64_t spaces_at, counts_at, spaces, pages = 0;
	uint32_t areas = 0, count = 0;
	struct fb_error *err = fb_kernel_variable_u32(maker->kernel, "nr_swapfiles", &areas);

	if (!err)
		err = fb_kernel_symbol(maker->kernel, "swapper_spaces", &spaces_at);
	if (!err)
		err = fb_kernel_symbol(maker->kernel, "nr_swapper_spaces", &counts_at);
	*pages_ret = 0;
	for (uint32_t area = 0; !err && area < areas && area < MOST_SWAP_AREAS; area++) {
		err = fb_space_u64(fb_kernel_space(maker->kernel), spaces_at + area * 8ull,
				   &spaces);
		if (!err)
			err = fb_space_u32(fb_kernel_space(maker->kernel), counts_at + area * 4ull,
					   &count);
		for (uint32_t i = 0; !err && spaces && i < count && i < MOST_SWAP_SPACES; i++) {
			err = fb_kernel_field(maker->kernel,
					      spaces + i * maker->layout->address_space.size,
					      &maker->layout->address_space_count, &pages);
			*pages_ret += pages;
		}
	}
	return err;
}

/* Cached is what of the page cache is neither block devices' nor swapped pages'. */
static struct fb_error *add_cached(struct maker *maker)
{
	uint64_t buffers = 0, swap_cached = 0, file = counter(maker, "NR_FILE_PAGES");
	struct fb_error *err = count_buffers(maker, &buffers);

	if (!err)
		add_pages(maker, "Buffers", buffers);
	if (!err && !fb_memory_counter(maker->counters, "NR_SWAPCACHE", &swap_cached))
		err = sum_swap_spaces(maker, &swap_cached);
	if (!err && file >= buffers + swap_cached)
		add_pages(maker, "Cached", file - buffers - swap_cached);
	if (!err)
		add_pages(maker, "SwapCached", swap_cached);
	return warn(maker, err, "Buffers and Cached");
}

static void add_lists(struct maker *maker)
{
	add_counters(maker, "Active", "NR_ACTIVE_ANON", "NR_ACTIVE_FILE");
	add_counters(maker, "Inactive", "NR_INACTIVE_ANON", "NR_INACTIVE_FILE");
	add_counters(maker, "Active(anon)", "NR_ACTIVE_ANON", NULL);
	add_counters(maker, "Inactive(anon)", "NR_INACTIVE_ANON", NULL);
	add_counters(maker, "Active(file)", "NR_ACTIVE_FILE", NULL);
	add_counters(maker, "Inactive(file)", "NR_INACTIVE_FILE", NULL);
	add_counters(maker, "Unevictable", "NR_UNEVICTABLE", NULL);
	add_counters(maker, "Mlocked", "NR_MLOCK", NULL);
}

static struct fb_error *add_swap(struct maker *maker)
{
	struct fb_error *err = add_variable(maker, "SwapTotal", "total_swap_pages");

	return err ? err : add_variable(maker, "SwapFree", "nr_swap_pages");
}

static void add_uses(struct maker *maker)
{
	uint64_t reclaimable = reclaimable_slab(maker);
	uint64_t other = slab_pages(maker, "NR_SLAB_UNRECLAIMABLE_B", "NR_SLAB_UNRECLAIMABLE");
	uint64_t stacks;

	add_counters(maker, "Dirty", "NR_FILE_DIRTY", NULL);
	add_counters(maker, "Writeback", "NR_WRITEBACK", NULL);
	add_counters(maker, "AnonPages", "NR_ANON_MAPPED", NULL);
	add_counters(maker, "Mapped", "NR_FILE_MAPPED", NULL);
	add_counters(maker, "Shmem", "NR_SHMEM", NULL);
	add_pages(maker, "KReclaimable",
		  reclaimable + counter(maker, "NR_KERNEL_MISC_RECLAIMABLE"));
	add_pages(maker, "Slab", reclaimable + other);
	add_pages(maker, "SReclaimable", reclaimable);
	add_pages(maker, "SUnreclaim", other);
	if (fb_memory_counter(maker->counters, "NR_KERNEL_STACK_KB", &stacks))
		add(maker, "KernelStack", stacks * 1024, false);
	add_counters(maker, "PageTables", "NR_PAGETABLE", NULL);
	add_counters(maker, "SecPageTables", "NR_SECONDARY_PAGETABLE", NULL);
	add_counters(maker, "Bounce", "NR_BOUNCE", NULL);
	add_counters(maker, "WritebackTmp", "NR_WRITEBACK_TEMP", NULL);
}

struct huge_page_sizes {
	uint64_t bytes;                                /* of all sizes */
	uint64_t total, free, reserved, surplus, size; /* of the default size */
};

static struct fb_error *read_huge_size(const struct maker *maker, uint64_t hstate, bool is_default,
				       struct huge_page_sizes *sizes)
{
	const struct fb_layout *layout = maker->layout;
	uint64_t order, total;
	struct fb_error *err;

	err = fb_kernel_field(maker->kernel, hstate, &layout->hstate_order, &order);
	if (!err)
		err = fb_kernel_field(maker->kernel, hstate, &layout->hstate_pages, &total);
	if (!err && order > MOST_HUGE_ORDER)
		err = fb_error_create(FB_CORRUPT, "huge pages of order %" PRIu64, order);
	if (err)
		return err;
	sizes->bytes += total * ((uint64_t)FB_PAGE_SIZE << order);
	if (!is_default)
		return NULL;
	sizes->total = total;
	sizes->size = (uint64_t)FB_PAGE_SIZE << order;
	err = fb_kernel_field(maker->kernel, hstate, &layout->hstate_free, &sizes->free);
	if (!err)
		err = fb_kernel_field(maker->kernel, hstate, &layout->hstate_reserved,
				      &sizes->reserved);
	return err ? err
		   : fb_kernel_field(maker->kernel, hstate, &layout->hstate_surplus,
				     &sizes->surplus);
}

/* hugetlb_report_meminfo(): the default size in detail, and the memory of all sizes. */
static struct fb_error *add_huge_pages(struct maker *maker)
{
	struct huge_page_sizes sizes = {0};
	uint64_t states;
	uint32_t count = 0, standard = 0;
	struct fb_error *err = fb_kernel_symbol(maker->kernel, "hstates", &states);

	if (!err)
		err = fb_kernel_variable_u32(maker->kernel, "hugetlb_max_hstate", &count);
	if (!err)
		err = fb_kernel_variable_u32(maker->kernel, "default_hstate_idx", &standard);
	if (!err && !maker->layout->hstate.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel has no struct hstate");
	for (uint32_t i = 0; i < count && i < MOST_HUGE_SIZES && !err; i++)
		err = read_huge_size(maker, states + i * maker->layout->hstate.size, i == standard,
				     &sizes);
	if (err)
		return warn(maker, err, "huge pages");
	add(maker, "HugePages_Total", sizes.total, true);
	add(maker, "HugePages_Free", sizes.free, true);
	add(maker, "HugePages_Rsvd", sizes.reserved, true);
	add(maker, "HugePages_Surp", sizes.surplus, true);
	add(maker, "Hugepagesize", sizes.size, false);
	add(maker, "Hugetlb", sizes.bytes, false);
	return NULL;
}

/* vm_commit_limit() of mm/util.c, and how much was promised. */
static struct fb_error *add_commit(struct maker *maker)
{
	uint64_t total, swap, kib, ratio, address = 0, huge = 0, limit;
	uint32_t percent = 0;
	int64_t committed = 0;
	struct fb_error *err;

	err = fb_kernel_variable_u64(maker->kernel, "_totalram_pages", &total);
	if (!err)
		err = fb_kernel_variable_u64(maker->kernel, "total_swap_pages", &swap);
	if (!err)
		err = fb_kernel_variable_u64(maker->kernel, "sysctl_overcommit_kbytes", &kib);
	if (!err)
		err = fb_kernel_variable_u64(maker->kernel, "sysctl_overcommit_ratio", &ratio);
	if (!err) {
		percent = (uint32_t)ratio; /* an int */
		fb_meminfo_value(maker->meminfo, "Hugetlb", &huge);
		huge /= FB_PAGE_SIZE;
		limit = kib ? kib / (FB_PAGE_SIZE / 1024)
			    : (total > huge ? total - huge : 0) * percent / 100;
		add_pages(maker, "CommitLimit", limit + swap);
		err = fb_kernel_symbol(maker->kernel, "vm_committed_as", &address);
	}
	if (!err)
		err = fb_percpu_counter_sum(maker->kernel, address, &committed);
	if (!err)
		add_pages(maker, "Committed_AS", committed > 0 ? (uint64_t)committed : 0);
	return warn(maker, err, "the limit of promised memory");
}

static struct fb_error *add_percpu(struct maker *maker)
{
	uint64_t populated;
	uint32_t units = 0;
	struct fb_error *err =
		fb_kernel_variable_u64(maker->kernel, "pcpu_nr_populated", &populated);

	if (!err)
		err = fb_kernel_variable_u32(maker->kernel, "pcpu_nr_units", &units);
	if (!err)
		add_pages(maker, "Percpu", populated * units);
	return warn(maker, err, "Percpu");
}

/* Transparent huge pages are counted in small pages since 5.12 (69473e5de873), which brought NR_SWAPCACHE too; before,
 * each as one. A kernel that has none, as with CONFIG_PREEMPT_RT, has the counters, but neither that function nor the
 * lines. */
static void add_transparent_huge(struct maker *maker)
{
	static const struct {
		const char *name, *counter;
	} lines[] = {
		{"AnonHugePages", "NR_ANON_THPS"},        {"ShmemHugePages", "NR_SHMEM_THPS"},
		{"ShmemPmdMapped", "NR_SHMEM_PMDMAPPED"}, {"FileHugePages", "NR_FILE_THPS"},
		{"FilePmdMapped", "NR_FILE_PMDMAPPED"},
	};
	uint64_t pages, unused;
	bool small = fb_memory_counter(maker->counters, "NR_SWAPCACHE", &unused);

	if (!fb_kernel_find_symbol(maker->kernel, "do_huge_pmd_anonymous_page", &unused))
		return;
	for (size_t i = 0; i < FB_ARRAY_SIZE(lines); i++)
		if (fb_memory_counter(maker->counters, lines[i].counter, &pages))
			add_pages(maker, lines[i].name, small ? pages : pages * 512);
}

/* A counter as the others in 7.x ("mm: vmalloc: streamline vmalloc memory accounting"), a variable before. */
static struct fb_error *add_vmalloc(struct maker *maker)
{
	uint64_t pages;

	if (!fb_memory_counter(maker->counters, "NR_VMALLOC", &pages))
		return add_variable(maker, "VmallocUsed", "nr_vmalloc_pages");
	add_pages(maker, "VmallocUsed", pages);
	return NULL;
}

static struct fb_error *add_all(struct maker *maker, const struct fb_zones *zones)
{
	struct fb_error *err = add_variable(maker, "MemTotal", "_totalram_pages");

	if (!err) {
		add_counters(maker, "MemFree", "NR_FREE_PAGES", NULL);
		err = add_available(maker, zones);
	}
	if (!err)
		err = add_cached(maker);
	if (!err) {
		add_lists(maker);
		err = add_swap(maker);
	}
	if (!err) {
		add_uses(maker);
		err = add_huge_pages(maker);
	}
	if (!err)
		err = add_commit(maker);
	if (!err)
		err = add_vmalloc(maker);
	if (!err)
		err = add_percpu(maker);
	if (!err)
		err = add_variable(maker, "HardwareCorrupted", "num_poisoned_pages");
	if (!err)
		add_transparent_huge(maker);
	return err;
}

struct fb_error *fb_meminfo_load(struct fb_kernel *kernel,
				 const struct fb_memory_counters *counters,
				 const struct fb_zones *zones, struct fb_meminfo *meminfo_ret)
{
	struct fb_meminfo meminfo = {.count = 0};
	struct maker maker = {.kernel = kernel,
			      .layout = fb_kernel_layout(kernel),
			      .counters = counters,
			      .meminfo = &meminfo};
	struct fb_error *err = add_all(&maker, zones);

	if (!err)
		*meminfo_ret = meminfo;
	return fb_error_prefix(err, "counters of memory");
}

bool fb_meminfo_value(const struct fb_meminfo *meminfo, const char *name, uint64_t *value_ret)
{
	for (size_t i = 0; i < meminfo->count; i++)
		if (!strcmp(meminfo->lines[i].name, name)) {
			*value_ret = meminfo->lines[i].value;
			return true;
		}
	return false;
}
