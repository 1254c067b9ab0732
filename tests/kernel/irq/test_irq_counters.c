// SPDX-License-Identifier: GPL-2.0-or-later
/* Softirqs of a made kernel, and the counters of the sample's. */
#include "kernel/irq/irq_counters.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/sample_kernel.h"

static const uint32_t first_cpu[] = {0};

struct scene {
	struct made_kernel *made;
	uint64_t names, counts, pending;
};

static void build(struct scene *scene)
{
	static const char *const symbols[] = {"softirq_to_name", "kstat", "__softirq_pending",
					      NULL};
	struct made_kernel *made = made_kernel_create();

	scene->made = made;
	scene->names = made_alloc_pages(made, 16);
	scene->counts = made_alloc_pages(made, 64);
	scene->pending = made_alloc_pages(made, 8);
	made_put(made, scene->names, made_string(made, "HI"), 8);
	made_put(made, scene->names + 8, made_string(made, "TIMER"), 8);
	MADE_FIELD(made, kernel_stat_softirqs, 8, 8);
	made_put(made, scene->counts + 8, 3, 4);
	made_put(made, scene->counts + 12, 50, 4);
	made_put(made, scene->pending, 2, 2);
	made_symbols(made, symbols,
		     (const uint64_t[]){scene->names, scene->counts, scene->pending});
}

static void names_and_counts_softirqs(void)
{
	struct scene scene;
	struct fb_irq_counters found;

	build(&scene);
	FB_OK_FATAL(fb_softirq_counters_load(&scene.made->kernel, first_cpu, 1, &found));
	CU_ASSERT_EQUAL_FATAL(found.count, 2);
	CU_ASSERT_STRING_EQUAL(found.counters[0].name, "HI");
	CU_ASSERT(found.counters[0].counts[0] == 3 && found.counters[0].total == 3);
	CU_ASSERT_STRING_EQUAL(found.counters[1].name, "TIMER");
	CU_ASSERT_EQUAL(found.counters[1].counts[0], 50);
	CU_ASSERT(found.pending && found.pending[0] == 2);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	fb_irq_counters_deinit(&found);
	made_kernel_destroy(scene.made);
}

static void what_is_lost_is_told(void)
{
	struct scene scene;
	struct fb_irq_counters found;

	build(&scene);
	made_lose(scene.made, scene.pending);
	FB_OK_FATAL(fb_softirq_counters_load(&scene.made->kernel, first_cpu, 1, &found));
	CU_ASSERT_EQUAL(found.count, 2);
	CU_ASSERT_PTR_NULL(found.pending);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_irq_counters_deinit(&found);
	made_lose(scene.made, scene.counts);
	FB_OK_FATAL(fb_softirq_counters_load(&scene.made->kernel, first_cpu, 1, &found));
	CU_ASSERT_EQUAL(found.count, 0);
	fb_irq_counters_deinit(&found);
	/* No counters of vectors at all. */
	FB_OK_FATAL(fb_vector_counters_load(&scene.made->kernel, first_cpu, 1, &found));
	CU_ASSERT_EQUAL(found.count, 0);
	CU_ASSERT(fb_warnings_count(scene.made->warnings) >= 4);
	fb_irq_counters_deinit(&found);
	made_kernel_destroy(scene.made);
}

static struct fb_error *ask(void *context)
{
	const struct scene *scene = context;
	struct fb_irq_counters found;
	struct fb_error *err = fb_softirq_counters_load(&scene->made->kernel, first_cpu, 1, &found);

	if (!err)
		fb_irq_counters_deinit(&found);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct scene scene;

	build(&scene);
	CU_ASSERT(failing_made_must_pass(scene.made, ask, &scene) > 6);
	made_kernel_destroy(scene.made);
}

static const struct fb_irq_counter *named(const struct fb_irq_counters *found, const char *name)
{
	for (size_t i = 0; i < found->count; i++)
		if (!strcmp(found->counters[i].name, name))
			return &found->counters[i];
	CU_FAIL_FATAL("no such counter");
	return NULL;
}

static void the_sample_s_cpus_are_told(void)
{
	static const uint32_t cpus[] = {0, 1};
	struct sample_kernel sample;
	struct fb_irq_counters vectors, softirqs;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_vector_counters_load(sample.kernel, cpus, 2, &vectors));
	FB_OK_FATAL(fb_softirq_counters_load(sample.kernel, cpus, 2, &softirqs));
	/* CPU 0 was stopped by an NMI, CPU 1 panicked. */
	CU_ASSERT(named(&vectors, "NMI")->counts[0] == 1 && named(&vectors, "NMI")->counts[1] == 0);
	CU_ASSERT(named(&vectors, "LOC")->total > 1000);
	CU_ASSERT_STRING_EQUAL(named(&vectors, "LOC")->text, "Local timer interrupts");
	CU_ASSERT(!named(&vectors, "ERR")->counts && named(&vectors, "ERR")->total == 0);
	CU_ASSERT_EQUAL(softirqs.count, 10);
	CU_ASSERT(named(&softirqs, "RCU")->total > 100 && named(&softirqs, "TIMER")->total > 100);
	CU_ASSERT_PTR_NOT_NULL(softirqs.pending);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_irq_counters_deinit(&vectors);
	fb_irq_counters_deinit(&softirqs);
	sample_kernel_close(&sample);
}

FB_TEST_MAIN("kernel/irq_counters", FB_TEST(names_and_counts_softirqs),
	     FB_TEST(what_is_lost_is_told), FB_TEST(what_is_fatal_passes),
	     FB_TEST(the_sample_s_cpus_are_told))
