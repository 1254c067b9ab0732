// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of a made kernel, by their tree and by the CPU's vectors, and those of the sample. */
#include "kernel/irq/interrupts.h"

#include <inttypes.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/made_tasks.h"
#include "tests/kernel/sample_kernel.h"

#define CHAINED_NUMBER 30

struct host {
	struct made_tasks made;
	struct fb_tasks *tasks;
	uint64_t tree, node, vectors, chip, chained;
	uint64_t timer, disk, lines; /* interrupts 0, 9 and CHAINED_NUMBER */
	uint64_t action, counter, thread;
};

static void members(struct made_kernel *made)
{
	MADE_FIELD(made, irq_desc_common, 0, 40);
	MADE_FIELD(made, irq_desc_state, 0, 4);
	MADE_FIELD(made, irq_desc_number, 40, 4);
	MADE_FIELD(made, irq_desc_hwirq, 48, 8);
	MADE_FIELD(made, irq_desc_data_common, 56, 8);
	MADE_FIELD(made, irq_desc_chip, 64, 8);
	MADE_FIELD(made, irq_desc_domain, 72, 8);
	MADE_FIELD(made, irq_desc_counts, 80, 8);
	MADE_FIELD(made, irq_desc_action, 88, 8);
	MADE_FIELD(made, irq_desc_settings, 96, 4);
	MADE_FIELD(made, irq_desc_core, 100, 4);
	MADE_FIELD(made, irq_desc_depth, 104, 4);
	MADE_FIELD(made, irq_desc_name, 112, 8);
	MADE_FIELD(made, irq_chip_name, 8, 8);
	MADE_FIELD(made, irqaction_handler, 0, 8);
	MADE_FIELD(made, irqaction_thread_function, 8, 8);
	MADE_FIELD(made, irqaction_thread, 16, 8);
	MADE_FIELD(made, irqaction_next, 24, 8);
	MADE_FIELD(made, irqaction_name, 32, 8);
}

static uint64_t interrupt(struct host *host, uint64_t number)
{
	struct made_kernel *made = host->made.made;
	uint64_t desc = made_alloc_pages(made, 256);

	MADE_SET(made, desc, irq_desc_number, number);
	MADE_SET(made, desc, irq_desc_data_common, desc);
	MADE_SET(made, desc, irq_desc_hwirq, number + 100);
	MADE_SET(made, desc, irq_desc_domain, host->chip);
	MADE_SET(made, desc, irq_desc_chip, host->chip);
	MADE_SET(made, desc, irq_desc_name, made_string(made, "edge"));
	made_put(made, host->node + made->kernel.layout.xa_node_slots.offset + number * 8, desc, 8);
	return desc;
}

static uint64_t handler(struct host *host, const char *name, uint64_t next)
{
	struct made_kernel *made = host->made.made;
	uint64_t action = made_alloc(made, 64);

	MADE_SET(made, action, irqaction_handler, 0xffffffff81000000ull);
	MADE_SET(made, action, irqaction_name, made_string(made, name));
	MADE_SET(made, action, irqaction_next, next);
	return action;
}

static void build(struct host *host)
{
	struct made_kernel *made;

	*host = (struct host){0};
	made_tasks_create(&host->made);
	made = host->made.made;
	members(made);
	host->thread = made_process(&host->made, host->made.init_task, 30, "irq/9-disk");
	host->tree = made_alloc_pages(made, 64);
	host->node = made_alloc(made, 1024);
	host->vectors = made_alloc_pages(made, 2048);
	host->chip = made_alloc(made, 64);
	MADE_SET(made, host->chip, irq_chip_name, made_string(made, "IO-APIC"));
	made_put(made, host->tree + made->kernel.layout.xarray_head.offset, host->node + 2, 8);
	host->timer = interrupt(host, 0);
	host->disk = interrupt(host, 9);
	host->lines = interrupt(host, CHAINED_NUMBER);
	host->action = handler(host, "disk", handler(host, "other", 0));
	MADE_SET(made, host->action, irqaction_thread, host->thread);
	MADE_SET(made, host->action, irqaction_thread_function, 0xffffffff81000040ull);
	MADE_SET(made, host->disk, irq_desc_action, host->action);
	host->counter = made_alloc_pages(made, 8);
	made_put(made, host->counter, 77, 4);
	MADE_SET(made, host->disk, irq_desc_counts, host->counter);
	host->chained = handler(host, "chained", 0);
	MADE_SET(made, host->lines, irq_desc_action, host->chained);
	made_tasks_symbol(&host->made, "irq_desc_tree", host->tree);
	made_tasks_symbol(&host->made, "vector_irq", host->vectors);
	made_tasks_symbol(&host->made, "chained_action", host->chained);
	FB_OK_FATAL(fb_tasks_load(&made->kernel, &host->tasks));
}

static void end(struct host *host)
{
	fb_tasks_destroy(host->tasks);
	made_tasks_destroy(&host->made);
}

static void load(struct host *host, struct fb_interrupts *found)
{
	FB_OK_FATAL(fb_interrupts_load(&host->made.made->kernel, host->tasks, found));
}

static void reads_counts_chips_and_handlers(void)
{
	struct host host;
	struct fb_interrupts found;
	const struct fb_irq *disk;

	build(&host);
	load(&host, &found);
	CU_ASSERT_EQUAL_FATAL(found.cpu_count, 1);
	CU_ASSERT_EQUAL_FATAL(found.irq_count, 3);
	disk = &found.irqs[1];
	CU_ASSERT(disk->number == 9 && disk->has_domain && disk->hwirq == 109);
	CU_ASSERT_STRING_EQUAL(disk->chip, "IO-APIC");
	CU_ASSERT_STRING_EQUAL(disk->flow, "edge");
	CU_ASSERT(disk->counts && disk->counts[0] == 77 && fb_irq_total(&found, disk) == 77);
	CU_ASSERT_EQUAL_FATAL(disk->action_count, 2);
	CU_ASSERT_STRING_EQUAL(disk->actions[0].name, "disk");
	CU_ASSERT_STRING_EQUAL(disk->actions[1].name, "other");
	CU_ASSERT(disk->actions[0].thread && disk->actions[0].thread->tid == 30);
	CU_ASSERT(!disk->actions[1].thread && !disk->actions[1].thread_function);
	CU_ASSERT_TRUE(fb_irq_is_listed(&found, disk));
	CU_ASSERT_FALSE(fb_irq_is_listed(&found, &found.irqs[0])); /* nobody asked for it */
	CU_ASSERT(found.irqs[2].chained && !found.irqs[2].action_count);
	CU_ASSERT_FALSE(fb_irq_is_listed(&found, &found.irqs[2]));
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	fb_interrupts_deinit(&found);
	MADE_SET(host.made.made, host.disk, irq_desc_settings, 1u << 20);
	load(&host, &found);
	CU_ASSERT_FALSE(fb_irq_is_listed(&found, &found.irqs[1])); /* hidden */
	fb_interrupts_deinit(&found);
	end(&host);
}

static void tells_the_state(void)
{
	static const struct {
		uint32_t common, core, state;
	} rows[] = {
		{0, 0, 0},
		{1u << 16, 0x2, FB_IRQ_DISABLED | FB_IRQ_SPURIOUS},
		{1u << 17 | 1u << 18, 0x200, FB_IRQ_MASKED | FB_IRQ_IN_PROGRESS | FB_IRQ_PENDING},
		{1u << 13 | 1u << 14 | 1u << 21, 0x800,
		 FB_IRQ_LEVEL | FB_IRQ_WAKEUP | FB_IRQ_MANAGED | FB_IRQ_SUSPENDED}};
	struct host host;
	struct fb_interrupts found;

	build(&host);
	MADE_SET(host.made.made, host.disk, irq_desc_depth, 2);
	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++) {
		MADE_SET(host.made.made, host.disk, irq_desc_state, rows[i].common);
		MADE_SET(host.made.made, host.disk, irq_desc_core, rows[i].core);
		load(&host, &found);
		CU_ASSERT_EQUAL(found.irqs[1].state, rows[i].state);
		CU_ASSERT(found.irqs[1].state_known && found.irqs[1].depth == 2);
		fb_interrupts_deinit(&found);
	}
	CU_ASSERT_STRING_EQUAL(fb_irq_state_name(FB_IRQ_DISABLED), "disabled");
	CU_ASSERT_STRING_EQUAL(fb_irq_state_name(FB_IRQ_MANAGED), "managed");
	CU_ASSERT_STRING_EQUAL(fb_irq_state_name(1u << 30), "");
	end(&host);
}

/* Since 6.10 a counter stands in a struct. */
static void finds_counters_in_a_struct(void)
{
	struct host host;
	struct fb_interrupts found;

	build(&host);
	MADE_FIELD(host.made.made, irqstat_count, 4, 4);
	made_put(host.made.made, host.counter + 4, 88, 4);
	load(&host, &found);
	CU_ASSERT_EQUAL(fb_irq_total(&found, &found.irqs[1]), 88);
	fb_interrupts_deinit(&found);
	end(&host);
}

static void vectors_lead_to_what_the_tree_has_lost(void)
{
	struct host host;
	struct fb_interrupts found;

	build(&host);
	made_put(host.made.made, host.vectors + 8 * 34, host.disk, 8);
	made_put(host.made.made, host.vectors + 8 * 35, UINT64_MAX, 8); /* VECTOR_SHUTDOWN */
	made_put(host.made.made, host.vectors + 8 * 36, host.disk, 8);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.irq_count, 3); /* it is there already */
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 0);
	fb_interrupts_deinit(&found);
	made_lose(host.made.made, host.tree);
	load(&host, &found);
	CU_ASSERT_EQUAL_FATAL(found.irq_count, 1);
	CU_ASSERT_EQUAL(found.irqs[0].number, 9);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 1);
	fb_interrupts_deinit(&found);
	made_lose(host.made.made, host.vectors);
	FB_FAILS(fb_interrupts_load(&host.made.made->kernel, host.tasks, &found), FB_NOT_FOUND);
	end(&host);
}

static void damage_costs_a_part(void)
{
	struct host host;
	struct fb_interrupts found;

	build(&host);
	/* Handlers in a circle, what is no interrupt, and names that are not there. */
	MADE_SET(host.made.made, host.action, irqaction_next, host.action);
	made_put(host.made.made, host.vectors, host.chip, 8);
	MADE_SET(host.made.made, host.timer, irq_desc_name, 8);
	load(&host, &found);
	CU_ASSERT_EQUAL_FATAL(found.irq_count, 3);
	CU_ASSERT_EQUAL(found.irqs[1].action_count, 256);
	CU_ASSERT_STRING_EQUAL(found.irqs[0].chip, "");
	CU_ASSERT_EQUAL(fb_warnings_count(host.made.made->warnings), 3);
	fb_interrupts_deinit(&found);
	MADE_SET(host.made.made, host.action, irqaction_next, 4);
	made_lose(host.made.made, host.counter);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.irqs[1].action_count, 1);
	CU_ASSERT_PTR_NULL(found.irqs[1].counts);
	CU_ASSERT_EQUAL(fb_irq_total(&found, &found.irqs[1]), 0);
	fb_interrupts_deinit(&found);
	end(&host);
}

static struct fb_error *put_all(const struct fb_interrupts *found, struct fb_buf *text)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < found->irq_count && !err; i++)
		err = fb_buf_printf(text, "%u %s %s %u %" PRIu64 " %zu %s\n", found->irqs[i].number,
				    found->irqs[i].chip, found->irqs[i].flow, found->irqs[i].state,
				    fb_irq_total(found, &found->irqs[i]),
				    found->irqs[i].action_count,
				    found->irqs[i].affinity ? found->irqs[i].affinity : "?");
	return err;
}

static struct fb_error *tell_made(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct host *host = context;
	struct fb_interrupts found = {0};
	struct fb_error *err = fb_interrupts_load(&host->made.made->kernel, host->tasks, &found);

	(void)incomplete_ret;
	if (!err)
		err = put_all(&found, text);
	fb_interrupts_deinit(&found);
	return err;
}

static void what_is_absent_is_told(void)
{
	struct host host;

	build(&host);
	CU_ASSERT(absent_made_must_tell(host.made.made, tell_made, &host) > 40);
	end(&host);
}

static struct fb_error *ask(void *context)
{
	const struct host *host = context;
	struct fb_interrupts found;
	struct fb_error *err = fb_interrupts_load(&host->made.made->kernel, host->tasks, &found);

	if (!err)
		fb_interrupts_deinit(&found);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct host host;

	build(&host);
	CU_ASSERT(failing_made_must_pass(host.made.made, ask, &host) > 40);
	end(&host);
}

/* Of a real kernel: the two ways agree, and each CPU's vectors are where the interrupt may come. */
static void the_sample_is_read(void)
{
	struct sample_kernel sample;
	struct fb_interrupts found;
	bool timer = false, disk = false;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_interrupts_load(sample.kernel, sample.tasks, &found));
	CU_ASSERT_EQUAL(found.cpu_count, 2);
	for (size_t i = 0; i < found.irq_count; i++) {
		const struct fb_irq *irq = &found.irqs[i];

		CU_ASSERT(irq->state_known && irq->affinity && irq->counts);
		timer |= irq->number == 0 && !strcmp(irq->chip, "IO-APIC") &&
			 irq->action_count == 1 && !strcmp(irq->actions[0].name, "timer");
		disk |= irq->action_count == 1 && !strcmp(irq->actions[0].name, "virtio0-req.0") &&
			fb_irq_total(&found, irq) > 100 && !strcmp(irq->flow, "edge");
	}
	CU_ASSERT_TRUE(timer);
	CU_ASSERT_TRUE(disk);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_interrupts_deinit(&found);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_sample(struct sample_kernel *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	struct fb_interrupts found = {0};
	struct fb_error *err = fb_interrupts_load(sample->kernel, sample->tasks, &found);

	(void)incomplete_ret;
	if (!err)
		err = put_all(&found, text);
	fb_interrupts_deinit(&found);
	return err;
}

static void a_failing_read_of_the_sample_is_told(void)
{
	failing_reads_strictly(tell_sample, 16);
}

FB_TEST_MAIN("kernel/interrupts", FB_TEST(reads_counts_chips_and_handlers),
	     FB_TEST(tells_the_state), FB_TEST(finds_counters_in_a_struct),
	     FB_TEST(vectors_lead_to_what_the_tree_has_lost), FB_TEST(damage_costs_a_part),
	     FB_TEST(what_is_absent_is_told), FB_TEST(what_is_fatal_passes),
	     FB_TEST(the_sample_is_read), FB_TEST(a_failing_read_of_the_sample_is_told))
