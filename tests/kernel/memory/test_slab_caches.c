// SPDX-License-Identifier: GPL-2.0-or-later
/* Slab caches of the sample, and made ones on two memory nodes. */
#include "kernel/memory/slab_caches.h"

#include <inttypes.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/sample_kernel.h"

static const struct fb_slab_usage *named(const struct fb_slab_usages *usages, const char *name)
{
	for (size_t i = 0; i < usages->count; i++)
		if (!strcmp(usages->caches[i].name, name))
			return &usages->caches[i];
	return NULL;
}

static void counts_those_of_the_sample(void)
{
	struct sample_kernel sample;
	struct fb_slab_usages usages;
	const struct fb_slab_usage *tasks;
	uint64_t bytes = 0;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_slab_usages_load(sample.kernel, &usages));
	CU_ASSERT_EQUAL(usages.count, 157);
	tasks = named(&usages, "task_struct");
	CU_ASSERT_PTR_NOT_NULL_FATAL(tasks);
	CU_ASSERT(tasks->counted);
	CU_ASSERT_EQUAL(tasks->objects, 129);
	CU_ASSERT_EQUAL(tasks->slabs, 43);
	CU_ASSERT_EQUAL(tasks->bytes, 43 * 8 * FB_PAGE_SIZE);
	for (size_t i = 0; i < usages.count; i++) {
		bytes += usages.caches[i].bytes;
		CU_ASSERT(!i || usages.caches[i - 1].bytes >= usages.caches[i].bytes);
	}
	/* The kernel's own sum, NR_SLAB_*, has large kmalloc() objects too. */
	CU_ASSERT_EQUAL(bytes, 12640 * 1024);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_slab_usages_deinit(&usages);
	sample_kernel_close(&sample);
}

struct caches {
	struct made_kernel *made;
	uint64_t addresses[2]; /* of the symbols, below */
	uint64_t cache[2];
};

static const char *const names[] = {"nr_node_ids", "slab_caches", NULL};

static uint64_t add_cache(struct caches *caches, const char *name, uint64_t slabs)
{
	struct made_kernel *made = caches->made;
	uint64_t cache = made_alloc_pages(made, 4096);

	MADE_SET(made, cache, kmem_cache_size, 64);
	MADE_SET(made, cache, kmem_cache_object_size, 56);
	MADE_SET(made, cache, kmem_cache_oo, 1u << 16 | 128);
	MADE_SET(made, cache, kmem_cache_name, made_string(made, name));
	for (unsigned node = 0; node < 2; node++) {
		uint64_t at = made_alloc(made, 64);

		MADE_SET(made, at, cache_node_slabs, slabs + node);
		MADE_SET(made, at, cache_node_objects, (slabs + node) * 128);
		made_put(made, cache + 64 + node * 8, at, 8);
	}
	made_list_add(made, caches->addresses[1], cache + 32);
	return cache;
}

static void build(struct caches *caches)
{
	struct made_kernel *made = made_kernel_create();

	*caches = (struct caches){.made = made};
	MADE_FIELD(made, kmem_cache_size, 0, 4);
	MADE_FIELD(made, kmem_cache_object_size, 4, 4);
	MADE_FIELD(made, kmem_cache_oo, 8, 4);
	MADE_FIELD(made, kmem_cache_name, 16, 8);
	MADE_FIELD(made, kmem_cache_list, 32, 16);
	MADE_FIELD(made, kmem_cache_nodes, 64, 64);
	MADE_FIELD(made, cache_node_slabs, 8, 8);
	MADE_FIELD(made, cache_node_objects, 16, 8);
	caches->addresses[0] = made_alloc(made, 8);
	caches->addresses[1] = made_alloc(made, 16);
	made_put(made, caches->addresses[0], 2, 4);
	made_list_init(made, caches->addresses[1]);
	made_symbols(made, names, caches->addresses);
	caches->cache[0] = add_cache(caches, "small", 1);
	caches->cache[1] = add_cache(caches, "large", 10);
}

static void adds_up_all_nodes(void)
{
	struct caches caches;
	struct fb_slab_usages usages;

	build(&caches);
	FB_OK_FATAL(fb_slab_usages_load(&caches.made->kernel, &usages));
	CU_ASSERT_EQUAL_FATAL(usages.count, 2);
	CU_ASSERT_STRING_EQUAL(usages.caches[0].name, "large");
	CU_ASSERT_EQUAL(usages.caches[0].cache.address, caches.cache[1]);
	CU_ASSERT_EQUAL(usages.caches[0].cache.object_size, 56);
	CU_ASSERT_EQUAL(usages.caches[0].slabs, 21);
	CU_ASSERT_EQUAL(usages.caches[0].objects, 21 * 128);
	CU_ASSERT_EQUAL(usages.caches[0].bytes, 21 * 8192);
	CU_ASSERT_EQUAL(usages.caches[1].slabs, 3);
	CU_ASSERT_EQUAL(fb_warnings_count(caches.made->warnings), 0);
	fb_slab_usages_deinit(&usages);
	made_kernel_destroy(caches.made);
}

/* Pairs of pointers, of which the second leads to the node, since 7.1. */
static void adds_up_pairs_of_pointers(void)
{
	struct caches caches;
	struct made_kernel *made;
	struct fb_slab_usages usages;
	uint64_t first, second;

	build(&caches);
	made = caches.made;
	FB_OK_FATAL(fb_space_u64(&made->space, caches.cache[1] + 64, &first));
	FB_OK_FATAL(fb_space_u64(&made->space, caches.cache[1] + 72, &second));
	made_put(made, caches.cache[1] + 64, 0, 8);
	made_put(made, caches.cache[1] + 72, first, 8);
	made_put(made, caches.cache[1] + 88, second, 8);
	made->kernel.layout.kmem_cache_nodes.found = false;
	MADE_FIELD(made, kmem_cache_per_node, 64, 64);
	made->kernel.layout.cache_per_node.size = 16;
	MADE_FIELD(made, cache_per_node_barn, 0, 8);
	MADE_FIELD(made, cache_per_node_node, 8, 8);
	FB_OK_FATAL(fb_slab_usages_load(&made->kernel, &usages));
	CU_ASSERT_STRING_EQUAL(usages.caches[0].name, "large");
	CU_ASSERT_TRUE(usages.caches[0].counted);
	CU_ASSERT_EQUAL(usages.caches[0].slabs, 21);
	fb_slab_usages_deinit(&usages);
	made_kernel_destroy(made);
}

/* A kernel that does not count its slabs still lists the caches; that is no damage. */
static void lists_caches_that_are_not_counted(void)
{
	struct caches caches;
	struct fb_slab_usages usages;

	build(&caches);
	caches.made->kernel.layout.cache_node_slabs.found = false;
	FB_OK_FATAL(fb_slab_usages_load(&caches.made->kernel, &usages));
	CU_ASSERT_EQUAL_FATAL(usages.count, 2);
	CU_ASSERT_FALSE(usages.caches[0].counted);
	CU_ASSERT_EQUAL(usages.caches[0].bytes, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(caches.made->warnings), 0);
	fb_slab_usages_deinit(&usages);
	made_kernel_destroy(caches.made);
}

static void damage_costs_what_it_hits(void)
{
	struct caches caches;
	struct fb_slab_usages usages;

	build(&caches);
	MADE_SET(caches.made, caches.cache[0], kmem_cache_size, 3);
	FB_OK_FATAL(fb_slab_usages_load(&caches.made->kernel, &usages));
	CU_ASSERT_EQUAL(usages.count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(caches.made->warnings), 1);
	fb_slab_usages_deinit(&usages);

	made_put(caches.made, caches.cache[0] + 32, 8, 8);
	FB_OK_FATAL(fb_slab_usages_load(&caches.made->kernel, &usages));
	CU_ASSERT_EQUAL(usages.count, 0);
	fb_slab_usages_deinit(&usages);
	made_kernel_destroy(caches.made);
}

static struct fb_error *ask(void *context)
{
	const struct caches *caches = context;
	struct fb_slab_usages usages;
	struct fb_error *err = fb_slab_usages_load(&caches->made->kernel, &usages);

	if (!err)
		fb_slab_usages_deinit(&usages);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct caches caches;

	build(&caches);
	CU_ASSERT(failing_made_must_pass(caches.made, ask, &caches) > 20);
	made_kernel_destroy(caches.made);
}

static struct fb_error *tell_all(struct sample_kernel *sample, struct fb_buf *text,
				 bool *incomplete_ret)
{
	struct fb_slab_usages usages = {0};
	struct fb_error *err = fb_slab_usages_load(sample->kernel, &usages);

	for (size_t i = 0; i < usages.count && !err; i++) {
		*incomplete_ret |= !usages.caches[i].counted;
		err = fb_buf_printf(text, "%s %" PRIu64 "\n", usages.caches[i].name,
				    usages.caches[i].bytes);
	}
	fb_slab_usages_deinit(&usages);
	return err;
}

static void a_failing_read_is_told(void)
{
	failing_reads_strictly(tell_all, 12);
}

FB_TEST_MAIN("kernel/slab_caches", FB_TEST(counts_those_of_the_sample), FB_TEST(adds_up_all_nodes),
	     FB_TEST(adds_up_pairs_of_pointers), FB_TEST(lists_caches_that_are_not_counted),
	     FB_TEST(damage_costs_what_it_hits), FB_TEST(a_failing_read_is_told),
	     FB_TEST(what_is_fatal_passes))
