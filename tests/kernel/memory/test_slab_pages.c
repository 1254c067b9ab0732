// SPDX-License-Identifier: GPL-2.0-or-later
/* All slabs of the sample by its struct pages: as many as the kernel counts, and what is in them. */
#include <inttypes.h>
#include <string.h>

#include "kernel/memory/slab_caches.h"
#include "kernel/memory/slab_free.h"
#include "kernel/memory/slab_type.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/sample_kernel.h"

struct sums {
	struct fb_kernel *kernel;
	const struct fb_slab_cache *cache;
	struct fb_slab_kept kept;
	uint64_t slabs, objects, of_state[FB_OBJECT_UNKNOWN + 1];
	struct fb_buf *text;
};

static struct fb_error *add(void *context, const struct fb_slab *slab)
{
	uint8_t states[FB_MOST_SLAB_OBJECTS];
	struct sums *sums = context;
	char why[256];
	struct fb_error *err = fb_slab_states(sums->kernel, sums->cache, &sums->kept, slab, states,
					      why, sizeof(why));

	sums->slabs++;
	sums->objects += slab->objects;
	for (uint32_t i = 0; i < slab->objects && !err; i++)
		sums->of_state[states[i]]++;
	return err || !sums->text ? err : fb_buf_printf(sums->text, "%" PRIx64 "\n", slab->start);
}

static struct fb_error *count(struct sums *sums, uint64_t *lost_ret)
{
	struct fb_error *err = fb_slab_kept_load(sums->kernel, sums->cache, &sums->kept);

	if (!err)
		err = fb_slab_for_each(sums->kernel, sums->cache, add, sums, lost_ret);
	fb_slab_kept_deinit(&sums->kept);
	return err;
}

/* The kernel's counters of slabs and objects, and its lists of free objects, hold for every cache. */
static void every_slab_is_found(void)
{
	struct sample_kernel sample;
	struct fb_slab_usages usages;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_slab_usages_load(sample.kernel, &usages));
	FB_OK_FATAL(fb_slab_usages_count_active(sample.kernel, &usages));
	for (size_t i = 0; i < usages.count; i++) {
		const struct fb_slab_usage *usage = &usages.caches[i];
		struct sums sums = {.kernel = sample.kernel, .cache = &usage->cache};
		uint64_t lost = 1;

		FB_OK_FATAL(count(&sums, &lost));
		CU_ASSERT_EQUAL(lost, 0);
		CU_ASSERT_EQUAL(sums.slabs, usage->slabs);
		CU_ASSERT_EQUAL(sums.objects, usage->objects);
		CU_ASSERT_EQUAL(sums.of_state[FB_OBJECT_UNKNOWN], 0);
		CU_ASSERT_TRUE(usage->active_known);
		CU_ASSERT(usage->active >= sums.of_state[FB_OBJECT_IN_USE]);
		if (strcmp(usage->name, "task_struct") != 0)
			continue;
		CU_ASSERT_EQUAL(sums.of_state[FB_OBJECT_IN_USE], 118);
		CU_ASSERT_EQUAL(sums.of_state[FB_OBJECT_FREE], 8);
		CU_ASSERT_EQUAL(sums.of_state[FB_OBJECT_KEPT], 3);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_slab_usages_deinit(&usages);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_slabs(struct sample_kernel *sample, struct fb_buf *text,
				   bool *incomplete_ret)
{
	struct fb_slab_usages usages = {0};
	struct sums sums = {.kernel = sample->kernel, .text = text};
	uint64_t lost = 0;
	struct fb_error *err = fb_slab_usages_load(sample->kernel, &usages);

	for (size_t i = 0; i < usages.count && !err; i++)
		if (!strcmp(usages.caches[i].name, "sighand_cache"))
			sums.cache = &usages.caches[i].cache;
	if (!err && !sums.cache)
		*incomplete_ret = true;
	else if (!err)
		err = count(&sums, &lost);
	if (lost || sums.of_state[FB_OBJECT_UNKNOWN])
		*incomplete_ret = true;
	if (!err)
		err = fb_buf_printf(text, "%" PRIu64 " in use\n", sums.of_state[FB_OBJECT_IN_USE]);
	fb_slab_usages_deinit(&usages);
	return err;
}

static void a_failing_read_is_told(void)
{
	failing_reads_strictly(tell_slabs, 12);
}

static void caches_are_named_after_structs(void)
{
	static const struct {
		const char *name, *type;
		uint32_t object_size;
	} guesses[] = {
		{"task_struct", "task_struct", 64},
		{"dentry", "dentry", 192},
		{"inode_cache", "inode", 4096},
		{"inode_cache", "", 8},
		{"filp", "file", 4096},
		{"sighand_cache", "sighand_struct", 4096},
		{"kmalloc-64", "", 64},
		{"_cache", "", 64},
	};
	struct sample_kernel sample;

	sample_kernel_open(&sample);
	for (size_t i = 0; i < FB_ARRAY_SIZE(guesses); i++) {
		struct fb_slab_cache cache = {.object_size = guesses[i].object_size};
		char type[FB_SLAB_NAME];

		fb_slab_type_guess(sample.kernel, &cache, guesses[i].name, type, sizeof(type));
		CU_ASSERT_STRING_EQUAL(type, guesses[i].type);
	}
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/slab_pages", FB_TEST(every_slab_is_found), FB_TEST(a_failing_read_is_told),
	     FB_TEST(caches_are_named_after_structs))
