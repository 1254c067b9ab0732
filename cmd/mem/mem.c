// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle mem: where memory went. Counters as in /proc/meminfo, zones as in /proc/zoneinfo, the largest processes and
 * slab caches, files of shared memory; and what is left that nothing counts.
 */
#include "cmd/mem/mem.h"

#include <stdlib.h>

#include "base/part.h"
#include "cmd/mem/mem_shmem.h"
#include "kernel/tasks/task_detail.h"

static const struct argp_option mem_options[] = {
	{"all", 'a', NULL, 0,
	 "every process, slab cache and file of shared memory, and all lines of /proc/meminfo", 0},
	{0},
};

static const struct fb_example examples[] = {
	{"Where memory went", "fbundle mem dump.202611231722", false},
	{"All lines of /proc/meminfo, every process and slab cache",
	 "fbundle mem dump.202611231722 --all", false},
	{0},
};

static const struct fb_usage usage = {
	.options = mem_options,
	.parse = fb_parse_all,
	.arguments = "INPUT",
	.doc = "Tells where memory went: the kernel's counters, the zones with their watermarks, the largest "
	       "processes, slab caches and files of shared memory.",
	.examples = examples,
};

static struct fb_error *load_processes(struct fb_input *input, struct fb_mem *mem)
{
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	return err ? err
		   : fb_resident_load(fb_input_kernel(input), tasks, &mem->processes,
				      &mem->process_count);
}

/* Adds a use where its counter is known, and says so. */
static bool add_use(struct fb_mem *mem, const char *name, const char *counter, bool within)
{
	uint64_t bytes;

	if (!fb_meminfo_value(&mem->meminfo, counter, &bytes))
		return false;
	if (mem->use_count < FB_MOST_MEM_USES)
		mem->uses[mem->use_count++] =
			(struct fb_mem_use){.name = name, .bytes = bytes, .within = within};
	return true;
}

/* The page cache's sum is Buffers, Cached and SwapCached. */
static bool add_page_cache(struct fb_mem *mem)
{
	uint64_t buffers, cached, swap_cached;

	if (!fb_meminfo_value(&mem->meminfo, "Buffers", &buffers) ||
	    !fb_meminfo_value(&mem->meminfo, "Cached", &cached) ||
	    !fb_meminfo_value(&mem->meminfo, "SwapCached", &swap_cached))
		return false;
	mem->uses[mem->use_count++] =
		(struct fb_mem_use){.name = "page cache", .bytes = buffers + cached + swap_cached};
	add_use(mem, "shared memory and tmpfs", "Shmem", true);
	add_use(mem, "dirty", "Dirty", true);
	add_use(mem, "being written", "Writeback", true);
	return true;
}

void fb_mem_account(struct fb_mem *mem, uint64_t zsmalloc, bool stacks_in_vmalloc)
{
	uint64_t total = 0, sum = 0;
	bool known = fb_meminfo_value(&mem->meminfo, "MemTotal", &total);

	known &= add_use(mem, "free", "MemFree", false);
	known &= add_use(mem, "anonymous memory of processes", "AnonPages", false);
	known &= add_page_cache(mem);
	known &= add_use(mem, "slab", "Slab", false);
	add_use(mem, "reclaimable", "SReclaimable", true);
	known &= add_use(mem, "vmalloc", "VmallocUsed", false);
	known &= add_use(mem, "kernel stacks", "KernelStack", stacks_in_vmalloc);
	known &= add_use(mem, "page tables", "PageTables", false);
	add_use(mem, "page tables of guests and devices", "SecPageTables", false);
	known &= add_use(mem, "per-CPU variables", "Percpu", false);
	add_use(mem, "huge pages (hugetlb)", "Hugetlb", false);
	if (zsmalloc)
		mem->uses[mem->use_count++] = (struct fb_mem_use){
			.name = "compressed pages (zram, zswap)", .bytes = zsmalloc};
	for (size_t i = 0; i < mem->use_count; i++)
		sum += mem->uses[i].within ? 0 : mem->uses[i].bytes;
	mem->rest_known = known && sum <= total;
	mem->rest = mem->rest_known ? total - sum : 0;
}

struct fb_error *fb_mem_load(struct fb_input *input, struct fb_mem *mem)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_memory_counters counters;
	uint64_t zsmalloc = 0;
	struct fb_error *err;

	err = fb_part_warn(fb_kernel_warnings(kernel), fb_zones_load(kernel, &mem->zones),
			   "zones are not shown");
	if (!err)
		err = fb_memory_counters_load(kernel, &counters);
	if (!err)
		err = fb_meminfo_load(kernel, &counters, &mem->zones, &mem->meminfo);
	if (err)
		return fb_input_explain(input, "memory cannot be accounted for", err);
	fb_memory_counter(&counters, "NR_ZSPAGES", &zsmalloc);
	fb_mem_account(mem, zsmalloc * FB_PAGE_SIZE,
		       fb_kernel_layout(kernel)->task_stack_vm_area.found);
	err = fb_part_warn(fb_kernel_warnings(kernel), fb_slab_usages_load(kernel, &mem->slabs),
			   "slab caches are not shown");
	return err ? err
		   : fb_part_warn(fb_kernel_warnings(kernel), load_processes(input, mem),
				  "processes are not shown");
}

void fb_mem_deinit(struct fb_mem *mem)
{
	free(mem->processes);
	fb_slab_usages_deinit(&mem->slabs);
	fb_zones_deinit(&mem->zones);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_mem mem = {0};
	struct fb_mem_shmem shmem = {0};
	struct fb_input *input = NULL;
	bool all = false;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &all);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_mem_load(input, &mem);
	if (!err)
		err = fb_mem_shmem_load(input, &shmem);
	if (!err)
		err = context->options.json ? fb_mem_print_json(context, &mem, &shmem)
					    : fb_mem_print_text(context, &mem, &shmem, all);
	fb_mem_shmem_deinit(&shmem);
	fb_mem_deinit(&mem);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_mem = {
	.name = "mem",
	.summary = "where memory went",
	.run = run,
	.usage = &usage,
};
