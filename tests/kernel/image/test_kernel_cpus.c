// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs of a made kernel: masks, per-CPU areas, and which register note is whose. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

enum { ONLINE, ACTIVE, PRESENT, POSSIBLE, OFFSETS, PANIC, CRASHING, SYMBOLS };

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint64_t at[SYMBOLS];
};

static bool none(uint64_t pfn FB_UNUSED)
{
	return false;
}

/* missing: the symbol that the kernel has not; SYMBOLS: it has all. */
static void make(struct host *host, unsigned notes, unsigned missing)
{
	static const char *const all[] = {"__cpu_online_mask",  "__cpu_active_mask",
					  "__cpu_present_mask", "__cpu_possible_mask",
					  "__per_cpu_offset",   "panic_cpu",
					  "crashing_cpu"};
	struct mk_recipe recipe = {.max_pfn = 64, .dumped = none, .cpus = notes};
	const char *names[SYMBOLS + 1] = {NULL};
	uint64_t addresses[SYMBOLS];
	size_t count = 0;

	memset(host, 0, sizeof(*host));
	host->made = made_kernel_create();
	free(host->made->kernel.percpu_offsets);
	host->made->kernel.percpu_offsets = NULL;
	host->made->kernel.cpu_limit = 0;
	host->made->kernel.panic_cpu = -1;
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, host->made->warnings, &host->made->kernel.dump));
	for (unsigned i = 0; i < SYMBOLS; i++) {
		host->at[i] = i == OFFSETS ? made_alloc_pages(host->made, 4096)
					   : made_alloc(host->made, 64);
		if (i == missing)
			continue;
		names[count] = all[i];
		addresses[count++] = host->at[i];
	}
	made_symbols(host->made, names, addresses);
	for (unsigned cpu = 0; cpu < 8; cpu++)
		made_put(host->made, host->at[OFFSETS] + cpu * 8,
			 cpu == 3 ? 0 : 0xffff888100000000ull + cpu * 0x10000, 8);
	/* 0, 2 and 3 online; 4 is absent; all below 6 possible. */
	made_put(host->made, host->at[ONLINE], 0x0d, 8);
	made_put(host->made, host->at[ACTIVE], 0x0d, 8);
	made_put(host->made, host->at[PRESENT], 0x2f, 8);
	made_put(host->made, host->at[POSSIBLE], 0x3f, 8);
	made_put(host->made, host->at[PANIC], 2, 4);
	made_put(host->made, host->at[CRASHING], 3, 4);
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->made->kernel.prstatus_index);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static void finds_cpus(void)
{
	struct fb_kernel *kernel;
	struct host host;
	uint64_t address = 77;
	size_t size;

	make(&host, 3, SYMBOLS);
	kernel = &host.made->kernel;
	FB_OK_FATAL(fb_kernel_load_cpus(kernel));
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	CU_ASSERT_EQUAL(fb_kernel_cpu_limit(kernel), 6);
	CU_ASSERT_EQUAL(kernel->info.cpus, 3);
	CU_ASSERT(fb_kernel_cpu_online(kernel, 0) && !fb_kernel_cpu_online(kernel, 1));
	CU_ASSERT_EQUAL(fb_kernel_panic_cpu(kernel), 2);
	FB_OK(fb_kernel_percpu(kernel, 2, 0x1234, &address));
	CU_ASSERT_EQUAL(address, 0xffff888100021234ull);
	/* No area: an address that cannot be. */
	address = 77;
	FB_FAILS(fb_kernel_percpu(kernel, 3, 0x1234, &address), FB_NOT_FOUND);
	FB_FAILS(fb_kernel_percpu(kernel, 6, 0x1234, &address), FB_NOT_FOUND);
	FB_FAILS_WITH(fb_kernel_percpu_symbol(kernel, 0, "none", &address), FB_NOT_FOUND, "none");
	CU_ASSERT_EQUAL(address, 77);
	/* A note for each that was online, in their order. */
	CU_ASSERT_PTR_EQUAL(fb_kernel_cpu_prstatus(kernel, 0, &size),
			    fb_dump_prstatus(kernel->dump, 0, &size));
	CU_ASSERT_PTR_EQUAL(fb_kernel_cpu_prstatus(kernel, 3, &size),
			    fb_dump_prstatus(kernel->dump, 2, &size));
	CU_ASSERT_PTR_NULL(fb_kernel_cpu_prstatus(kernel, 1, &size));
	destroy(&host);
}

/* What a panic without kexec leaves: the CPU that panicked is the only one online, the others that it
 * stopped are active still. CPU 1 is present, and was taken offline before: it has a note of the
 * hypervisor, but does not count. */
static void finds_stopped_cpus(void)
{
	struct fb_kernel *kernel;
	struct host host;
	size_t size;

	make(&host, 5, SYMBOLS); /* as many notes as CPUs present */
	kernel = &host.made->kernel;
	made_put(host.made, host.at[ONLINE], 0x04, 8);
	made_put(host.made, host.at[ACTIVE], 0x2d, 8);
	FB_OK_FATAL(fb_kernel_load_cpus(kernel));
	CU_ASSERT_EQUAL(kernel->info.cpus, 4);
	CU_ASSERT(fb_kernel_cpu_online(kernel, 0) && fb_kernel_cpu_online(kernel, 5));
	CU_ASSERT(!fb_kernel_cpu_online(kernel, 1) && !fb_kernel_cpu_online(kernel, 4));
	CU_ASSERT_PTR_EQUAL(fb_kernel_cpu_prstatus(kernel, 2, &size),
			    fb_dump_prstatus(kernel->dump, 2, &size));
	CU_ASSERT_PTR_EQUAL(fb_kernel_cpu_prstatus(kernel, 5, &size),
			    fb_dump_prstatus(kernel->dump, 4, &size));
	destroy(&host);
}

/* Bits that no CPU can have, in masks that are damaged. */
static void counts_no_impossible_cpu(void)
{
	struct host host;

	make(&host, 3, SYMBOLS);
	made_put(host.made, host.at[ONLINE], 0xff0d, 8);
	FB_OK_FATAL(fb_kernel_load_cpus(&host.made->kernel));
	CU_ASSERT_EQUAL(host.made->kernel.info.cpus, 3);
	CU_ASSERT(!fb_kernel_cpu_online(&host.made->kernel, 8));
	destroy(&host);
}

static void lives_with_what_is_missing(void)
{
	for (unsigned missing = 0; missing < SYMBOLS; missing++) {
		struct fb_kernel *kernel;
		struct host host;
		uint64_t address;

		make(&host, 3, missing);
		kernel = &host.made->kernel;
		FB_OK_FATAL(fb_kernel_load_cpus(kernel));
		CU_ASSERT_EQUAL(fb_kernel_cpu_limit(kernel),
				missing == ONLINE || missing == POSSIBLE ? 0 : 6);
		CU_ASSERT_EQUAL(fb_kernel_panic_cpu(kernel),
				missing == ONLINE || missing == POSSIBLE ? -1
				: missing == PANIC                       ? 3
									 : 2);
		if (missing == OFFSETS)
			FB_FAILS(fb_kernel_percpu(kernel, 0, 8, &address), FB_NOT_FOUND);
		destroy(&host);
	}
}

static void believes_no_cpu_that_cannot_be(void)
{
	struct host host;
	size_t size;

	make(&host, 1, SYMBOLS);
	made_put(host.made, host.at[PANIC], 0xffffffff, 4); /* PANIC_CPU_INVALID */
	made_put(host.made, host.at[CRASHING], 6, 4);
	FB_OK_FATAL(fb_kernel_load_cpus(&host.made->kernel));
	CU_ASSERT_EQUAL(fb_kernel_panic_cpu(&host.made->kernel), -1);
	/* Fewer notes than CPUs. */
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_cpu_prstatus(&host.made->kernel, 0, &size));
	CU_ASSERT_PTR_NULL(fb_kernel_cpu_prstatus(&host.made->kernel, 2, &size));
	destroy(&host);
	make(&host, 3, SYMBOLS);
	made_lose(host.made, host.at[OFFSETS]);
	FB_OK_FATAL(fb_kernel_load_cpus(&host.made->kernel));
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 1);
	destroy(&host);
}

FB_TEST_MAIN("kernel/kernel_cpus", FB_TEST(finds_cpus), FB_TEST(finds_stopped_cpus),
	     FB_TEST(counts_no_impossible_cpu), FB_TEST(lives_with_what_is_missing),
	     FB_TEST(believes_no_cpu_that_cannot_be))
