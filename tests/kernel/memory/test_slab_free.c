// SPDX-License-Identifier: GPL-2.0-or-later
/* Which objects of a made slab are free: by its list in each spelling, by that of a CPU, by arrays of CPUs and nodes;
 * and broken lists. */
#include "kernel/memory/slab_free.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

#define PAGE_BYTES 64u
#define STEP 64u
#define PAD 8u
#define LINK 16u
#define OBJECTS 8u
#define PFN 3u
#define RANDOM 0x1122334455667788ull

struct host {
	struct made_kernel *made;
	uint64_t pages, cpu, sheaves, barn;
	struct fb_slab_cache cache;
	struct fb_slab slab;
	struct fb_slab_kept kept;
	uint8_t states[OBJECTS];
	char why[128];
};

static uint64_t object(const struct host *host, uint32_t number)
{
	return fb_slab_object(&host->cache, &host->slab, number);
}

static void place_members(struct made_kernel *made)
{
	MADE_FIELD(made, slab_slab_cache, 8, 8);
	MADE_FIELD(made, slab_freelist, 32, 8);
	made->kernel.layout.slab_in_use = (struct fb_field){
		.offset = 40, .size = 4, .bit_size = 16, .found = true, .name = "inuse"};
	made->kernel.layout.slab_objects = (struct fb_field){.offset = 40,
							     .size = 4,
							     .bit_offset = 16,
							     .bit_size = 15,
							     .found = true,
							     .name = "objects"};
	MADE_FIELD(made, kmem_cache_offset, 0, 4);
	MADE_FIELD(made, cpu_slab_freelist, 0, 8);
	MADE_FIELD(made, cpu_slab_slab, 16, 8);
	MADE_FIELD(made, sheaves_main, 8, 8);
	MADE_FIELD(made, sheaves_spare, 16, 8);
	MADE_FIELD(made, sheaves_rcu_free, 24, 8);
	MADE_FIELD(made, sheaf_list, 0, 16);
	MADE_FIELD(made, sheaf_size, 24, 4);
	MADE_FIELD(made, sheaf_objects, 32, 0);
	MADE_FIELD(made, barn_full, 8, 16);
	MADE_FIELD(made, kmem_cache_per_node, 64, 16);
	made->kernel.layout.cache_per_node.size = 16;
	MADE_FIELD(made, cache_per_node_node, 8, 8);
	MADE_FIELD(made, cache_per_node_barn, 0, 8);
}

/* A slab of 8 objects, all in use. */
static void make(struct host *host)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t base = made_alloc(made, 8), start;

	memset(host, 0, sizeof(*host));
	host->made = made;
	place_members(made);
	host->pages = made_alloc_pages(made, 4096);
	made_put(made, base, host->pages, 8);
	made_symbols(made, (const char *const[]){"vmemmap_base", NULL}, (const uint64_t[]){base});
	made->kernel.layout.page.size = PAGE_BYTES;
	start = made_alloc_pages(made, 4096);
	made->kernel.linear.direct_start = start - PFN * FB_PAGE_SIZE;
	host->cache = (struct fb_slab_cache){
		.address = made_alloc_pages(made, 128),
		.size = STEP,
		.object_size = 40,
		.left_pad = PAD,
		.per_slab = OBJECTS,
		.free_offset = LINK,
	};
	host->cpu = made_alloc(made, 64);
	host->sheaves = made_alloc(made, 64);
	host->barn = made_alloc(made, 64);
	made_list_init(made, host->barn + 8);
	MADE_SET(made, host->pages + PFN * PAGE_BYTES, slab_slab_cache, host->cache.address);
	made_put(made, host->pages + PFN * PAGE_BYTES + 40, OBJECTS << 16 | OBJECTS, 4);
	host->kept.complete = true;
	FB_OK_FATAL(fb_slab_read(&made->kernel, PFN, &host->slab));
}

static void destroy(struct host *host)
{
	fb_slab_kept_deinit(&host->kept);
	made_kernel_destroy(host->made);
}

enum spelling { PLAIN, MIXED, SWAPPED };

/* Links the objects of a list, which ends with a number that is no object's. */
static void link_objects(struct host *host, enum spelling spelling, const uint32_t *numbers)
{
	for (; *numbers < OBJECTS; numbers++) {
		uint64_t at = object(host, *numbers) + LINK;
		uint64_t next = numbers[1] < OBJECTS ? object(host, numbers[1]) : 0;

		if (spelling != PLAIN)
			next ^= RANDOM ^ (spelling == MIXED ? at : __builtin_bswap64(at));
		made_put(host->made, at, next, 8);
	}
}

/* The slab's own list, of count objects. */
static void set_list(struct host *host, enum spelling spelling, const uint32_t *numbers,
		     uint32_t count)
{
	host->cache.random = spelling == PLAIN ? 0 : RANDOM;
	link_objects(host, spelling, numbers);
	MADE_SET(host->made, host->slab.frame, slab_freelist, object(host, numbers[0]));
	made_put(host->made, host->slab.frame + 40, OBJECTS << 16 | (OBJECTS - count), 4);
	FB_OK_FATAL(fb_slab_read(&host->made->kernel, PFN, &host->slab));
}

static struct fb_error *ask(void *context)
{
	struct host *host = context;

	return fb_slab_states(&host->made->kernel, &host->cache, &host->kept, &host->slab,
			      host->states, host->why, sizeof(host->why));
}

/* "UFK?": in use, free, kept, unknown. */
static void expect_states(struct host *host, const char *wanted)
{
	char got[OBJECTS + 1] = "";

	FB_OK(ask(host));
	for (uint32_t i = 0; i < OBJECTS; i++)
		got[i] = "UFK?"[host->states[i]];
	CU_ASSERT_STRING_EQUAL(got, wanted);
}

static void lists_in_each_spelling(void)
{
	static const uint32_t list[] = {5, 0, 7, OBJECTS};
	struct host host;

	for (enum spelling spelling = PLAIN; spelling <= SWAPPED; spelling++) {
		make(&host);
		expect_states(&host, "UUUUUUUU");
		set_list(&host, spelling, list, 3);
		expect_states(&host, "FUUUUFUF");
		CU_ASSERT_STRING_EQUAL(host.why, "");
		destroy(&host);
	}
}

static void broken_lists_leave_objects_unknown(void)
{
	/* The first object again, whose link is set below. */
	static const uint32_t loop[] = {5, 0, 5, OBJECTS}, list[] = {5, 0, 7, OBJECTS};
	struct host host;

	make(&host);
	set_list(&host, PLAIN, loop, 2);
	made_put(host.made, object(&host, 5) + LINK, object(&host, 0), 8);
	expect_states(&host, "F????F??");
	CU_ASSERT_PTR_NOT_NULL(strstr(host.why, "is broken at"));
	set_list(&host, PLAIN, list, 4);
	expect_states(&host, "F????F?F");
	CU_ASSERT_PTR_NOT_NULL(strstr(host.why, "3 free objects by its list, and 4 by its count"));
	made_put(host.made, object(&host, 5) + LINK, object(&host, 0) + 1, 8);
	expect_states(&host, "?????F??");
	made_put(host.made, object(&host, 5) + LINK, object(&host, OBJECTS), 8);
	expect_states(&host, "?????F??");
	made_lose(host.made, host.slab.start);
	expect_states(&host, "?????F??");
	host.made->kernel.layout.kmem_cache_offset.found = false;
	expect_states(&host, "????????");
	destroy(&host);
}

static void what_cpus_and_nodes_keep(void)
{
	static const uint32_t list[] = {1, OBJECTS}, cpu[] = {2, 6, OBJECTS};
	struct made_kernel *made;
	struct host host;
	uint64_t sheaf, full;

	make(&host);
	made = host.made;
	MADE_FIELD(made, kmem_cache_cpu_slab, 0, 8);
	MADE_FIELD(made, kmem_cache_cpu_sheaves, 8, 8);
	MADE_SET(made, host.cache.address, kmem_cache_cpu_slab, host.cpu);
	MADE_SET(made, host.cache.address, kmem_cache_cpu_sheaves, host.sheaves);
	set_list(&host, SWAPPED, list, 1);
	link_objects(&host, SWAPPED, cpu);
	MADE_SET(made, host.cpu, cpu_slab_slab, host.slab.frame);
	MADE_SET(made, host.cpu, cpu_slab_freelist, object(&host, 2));
	sheaf = made_alloc(made, 64);
	MADE_SET(made, sheaf, sheaf_size, 1);
	made_put(made, sheaf + 32, object(&host, 3), 8);
	MADE_SET(made, host.sheaves, sheaves_spare, sheaf);
	full = made_alloc(made, 64);
	MADE_SET(made, full, sheaf_size, 2);
	made_put(made, full + 32, object(&host, 4), 8);
	made_put(made, full + 40, object(&host, 7), 8);
	made_list_add(made, host.barn + 8, full);
	made_put(made, host.cache.address + 64, host.barn, 8);
	FB_OK(fb_slab_kept_load(&made->kernel, &host.cache, &host.kept));
	CU_ASSERT_TRUE(host.kept.complete);
	expect_states(&host, "UFKKKUKK");
	CU_ASSERT_STRING_EQUAL(host.why, "");
	fb_slab_kept_deinit(&host.kept);

	MADE_SET(made, full, sheaf_size, 1u << 20);
	FB_OK(fb_slab_kept_load(&made->kernel, &host.cache, &host.kept));
	CU_ASSERT_FALSE(host.kept.complete);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	expect_states(&host, "?FKK??K?");
	CU_ASSERT_PTR_NOT_NULL(strstr(host.why, "not all in the dump"));
	destroy(&host);
}

/* Lists that lead from node to node through arrays whose memory is the same take no longer than a kernel's. */
static void arrays_that_overlap_are_bounded(void)
{
	struct made_kernel *made;
	struct host host;
	uint64_t memory;

	make(&host);
	made = host.made;
	MADE_FIELD(made, kmem_cache_cpu_sheaves, 8, 8);
	made_put(made, host.cache.address + 64, host.barn, 8);
	memory = made_alloc(made, 100 * 32 + 65536 * 8);
	for (uint64_t i = 0; i < 100; i++) {
		MADE_SET(made, memory + i * 32, sheaf_size, 65536);
		made_list_add(made, host.barn + 8, memory + i * 32);
	}
	FB_OK(fb_slab_kept_load(&made->kernel, &host.cache, &host.kept));
	CU_ASSERT_FALSE(host.kept.complete);
	CU_ASSERT_EQUAL(host.kept.entries, 64 * 65536);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	destroy(&host);
}

static struct fb_error *load(void *context)
{
	struct host *host = context;
	struct fb_error *err = fb_slab_kept_load(&host->made->kernel, &host->cache, &host->kept);

	fb_slab_kept_deinit(&host->kept);
	return err ? err : ask(host);
}

static void what_is_fatal_passes(void)
{
	static const uint32_t list[] = {5, 0, 7, OBJECTS};
	struct host host;

	make(&host);
	MADE_FIELD(host.made, kmem_cache_cpu_slab, 0, 8);
	MADE_FIELD(host.made, kmem_cache_cpu_sheaves, 8, 8);
	MADE_SET(host.made, host.cache.address, kmem_cache_cpu_slab, host.cpu);
	MADE_SET(host.made, host.cache.address, kmem_cache_cpu_sheaves, host.sheaves);
	made_put(host.made, host.cache.address + 64, host.barn, 8);
	set_list(&host, SWAPPED, list, 3);
	CU_ASSERT(failing_made_must_pass(host.made, load, &host) > 10);
	destroy(&host);
}

static void impossible_numbers_are_no_slab(void)
{
	static const uint32_t numbers[] = {0, OBJECTS << 16 | (OBJECTS + 1)};
	struct fb_slab slab;
	struct host host;

	make(&host);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers); i++) {
		made_put(host.made, host.slab.frame + 40, numbers[i], 4);
		FB_FAILS(fb_slab_read(&host.made->kernel, PFN, &slab), FB_CORRUPT);
	}
	CU_ASSERT_STRING_EQUAL(fb_object_state_name(FB_OBJECT_UNKNOWN), "unknown");
	CU_ASSERT_STRING_EQUAL(fb_object_state_name(FB_OBJECT_FREE), "free");
	destroy(&host);
}

FB_TEST_MAIN("kernel/slab_free", FB_TEST(lists_in_each_spelling),
	     FB_TEST(broken_lists_leave_objects_unknown), FB_TEST(what_cpus_and_nodes_keep),
	     FB_TEST(arrays_that_overlap_are_bounded), FB_TEST(what_is_fatal_passes),
	     FB_TEST(impossible_numbers_are_no_slab))
