// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the interrupts and reads each. Called by the command irq. */
#include "kernel/irq/interrupts.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/image/cpumask.h"
#include "kernel/memory/maple_tree.h"
#include "kernel/memory/xarray.h"

/* irq_common_data.state_use_accessors: enum of include/linux/irq.h, the same in all kernels. */
#define IRQD_LEVEL (1u << 13)
#define IRQD_WAKEUP_STATE (1u << 14)
#define IRQD_IRQ_DISABLED (1u << 16)
#define IRQD_IRQ_MASKED (1u << 17)
#define IRQD_IRQ_INPROGRESS (1u << 18)
#define IRQD_AFFINITY_MANAGED (1u << 21)
/* irq_desc.core_internal_state__do_not_mess_with_it: kernel/irq/internals.h. */
#define IRQS_SPURIOUS_DISABLED 0x2u
#define IRQS_PENDING 0x200u
#define IRQS_SUSPENDED 0x800u
/* irq_desc.status_use_accessors: include/linux/irq.h. */
#define IRQ_HIDDEN (1u << 20)

/* NR_VECTORS (arch/x86/include/asm/irq_vectors.h). */
#define VECTORS 256u

struct irq_loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_interrupts found;
	size_t room;
	struct fb_u64_map seen; /* addresses of struct irq_desc */
	/* the action that stands for a handler that other interrupts are behind; 0: unknown */
	uint64_t chained;
};

static struct fb_warnings *warnings(const struct irq_loader *loader)
{
	return fb_kernel_warnings(loader->kernel);
}

/* A text that a pointer in a struct leads to; "" for NULL. */
static struct fb_error *read_text(const struct irq_loader *loader, uint64_t base,
				  const struct fb_field *field, char *text)
{
	uint64_t pointer = 0;
	struct fb_error *err = fb_kernel_field(loader->kernel, base, field, &pointer);

	text[0] = '\0';
	if (err || !pointer)
		return err;
	return fb_space_string(fb_kernel_space(loader->kernel), pointer, text, FB_IRQ_NAME);
}

static struct fb_error *read_state(const struct irq_loader *loader, struct fb_irq *irq)
{
	static const struct {
		uint32_t theirs, ours;
	} common[] = {{IRQD_LEVEL, FB_IRQ_LEVEL},
		      {IRQD_WAKEUP_STATE, FB_IRQ_WAKEUP},
		      {IRQD_IRQ_DISABLED, FB_IRQ_DISABLED},
		      {IRQD_IRQ_MASKED, FB_IRQ_MASKED},
		      {IRQD_IRQ_INPROGRESS, FB_IRQ_IN_PROGRESS},
		      {IRQD_AFFINITY_MANAGED, FB_IRQ_MANAGED}},
	  internal[] = {{IRQS_SPURIOUS_DISABLED, FB_IRQ_SPURIOUS},
			{IRQS_PENDING, FB_IRQ_PENDING},
			{IRQS_SUSPENDED, FB_IRQ_SUSPENDED}};
	const struct fb_layout *layout = loader->layout;
	uint64_t state = 0, core = 0, depth = 0, settings = 0;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_state, &state);
	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_core, &core);
	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_depth,
				      &depth);
	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_settings,
				      &settings);
	irq->state_known = !err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(common); i++)
		irq->state |= state & common[i].theirs ? common[i].ours : 0;
	for (size_t i = 0; i < FB_ARRAY_SIZE(internal); i++)
		irq->state |= core & internal[i].theirs ? internal[i].ours : 0;
	irq->depth = (uint32_t)depth;
	irq->hidden = settings & IRQ_HIDDEN;
	return err;
}

static struct fb_error *read_chip(const struct irq_loader *loader, struct fb_irq *irq)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t chip = 0, domain = 0;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_hwirq, &irq->hwirq);
	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_domain,
				      &domain);
	irq->has_domain = domain != 0;
	if (!err)
		err = read_text(loader, irq->address, &layout->irq_desc_name, irq->flow);
	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_chip, &chip);
	if (!err && chip)
		err = read_text(loader, chip, &layout->irq_chip_name, irq->chip);
	return err;
}

/* A per-CPU counter, or none for an interrupt that was never set up. */
static struct fb_error *read_counts(const struct irq_loader *loader, struct fb_irq *irq)
{
	const struct fb_layout *layout = loader->layout;
	const struct fb_interrupts *found = &loader->found;
	uint64_t counter = 0, address;
	uint32_t *counts = calloc(found->cpu_count + 1, sizeof(*counts));
	struct fb_error *err = counts ? NULL : fb_error_nomem();

	if (!err)
		err = fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_counts,
				      &counter);
	/* A number before 6.10, a struct with it since (86d2a2f51fba). */
	if (!err && counter && layout->irqstat_count.found)
		counter += layout->irqstat_count.offset;
	for (size_t i = 0; i < found->cpu_count && counter && !err; i++) {
		err = fb_kernel_percpu(loader->kernel, found->cpus[i], counter, &address);
		if (!err)
			err = fb_space_u32(fb_kernel_space(loader->kernel), address, &counts[i]);
	}
	if (err) {
		free(counts);
		return err;
	}
	irq->counts = counts;
	return NULL;
}

static struct fb_error *read_affinity(const struct irq_loader *loader, struct fb_irq *irq)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_error *err = NULL;

	if (layout->irq_desc_affinity.found)
		err = fb_cpumask_var_text(loader->kernel,
					  irq->address + layout->irq_desc_affinity.offset,
					  &irq->affinity);
	if (!err && layout->irq_desc_effective.found)
		err = fb_cpumask_var_text(loader->kernel,
					  irq->address + layout->irq_desc_effective.offset,
					  &irq->effective);
	return err;
}

static struct fb_error *read_action(const struct irq_loader *loader, uint64_t address,
				    struct fb_irq_action *action)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t thread = 0;
	struct fb_error *err = fb_kernel_field(loader->kernel, address, &layout->irqaction_handler,
					       &action->handler);

	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->irqaction_thread_function,
				      &action->thread_function);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->irqaction_thread, &thread);
	if (!err && thread)
		action->thread = fb_tasks_by_address(loader->tasks, thread);
	return err ? err : read_text(loader, address, &layout->irqaction_name, action->name);
}

static struct fb_error *read_actions(const struct irq_loader *loader, struct fb_irq *irq)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t address = 0;
	size_t room = 0;
	struct fb_error *err =
		fb_kernel_field(loader->kernel, irq->address, &layout->irq_desc_action, &address);

	irq->chained = address && address == loader->chained;
	while (address && !err && !irq->chained) {
		struct fb_irq_action action = {0};

		if (!fb_kernel_address_ok(address))
			return fb_error_create(FB_CORRUPT, "a handler at 0x%" PRIx64, address);
		err = read_action(loader, address, &action);
		if (!err)
			err = fb_grow_array(&irq->actions, &room, irq->action_count, sizeof(action),
					    FB_MAX_IRQ_ACTIONS, "handlers");
		if (err)
			break;
		irq->actions[irq->action_count++] = action;
		err = fb_kernel_field(loader->kernel, address, &layout->irqaction_next, &address);
	}
	return err;
}

static struct fb_error *lost(const struct irq_loader *loader, struct fb_error *err,
			     const char *what, const struct fb_irq *irq)
{
	return fb_part_warn(warnings(loader), err, "%s of interrupt %u", what, irq->number);
}

static struct fb_error *read_irq(const struct irq_loader *loader, struct fb_irq *irq)
{
	struct fb_error *err = lost(loader, read_state(loader, irq), "the state", irq);

	if (!err)
		err = lost(loader, read_chip(loader, irq), "the chip", irq);
	if (!err)
		err = lost(loader, read_actions(loader, irq), "the handlers", irq);
	if (!err)
		err = lost(loader, read_counts(loader, irq), "the counts", irq);
	return err ? err
		   : fb_part_warn_if_there(warnings(loader), read_affinity(loader, irq),
					   "the affinity of interrupt %u", irq->number);
}

static void irq_deinit(struct fb_irq *irq)
{
	free(irq->affinity);
	free(irq->effective);
	free(irq->counts);
	free(irq->actions);
}

/* What is at the address is one, if it has a pointer into itself where each has one. */
static struct fb_error *add_irq(struct irq_loader *loader, uint64_t address)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_interrupts *found = &loader->found;
	struct fb_irq irq = {.address = address};
	uint64_t common = 0, number = 0;
	bool fresh;
	struct fb_error *err =
		fb_u64_set_add(&loader->seen, address, FB_MAX_IRQS, "interrupts", &fresh);

	if (err || !fresh)
		return err;
	if (found->irq_count * found->cpu_count >= FB_MAX_IRQ_COUNTS)
		return fb_error_create(FB_LIMIT, "more than %u counts of interrupts",
				       FB_MAX_IRQ_COUNTS);
	err = fb_layout_require(&layout->irq_desc_common);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->irq_desc_data_common,
				      &common);
	if (!err)
		err = fb_kernel_field(loader->kernel, address, &layout->irq_desc_number, &number);
	if (!err && common != address + layout->irq_desc_common.offset)
		err = fb_error_create(FB_CORRUPT, "no irq_desc");
	irq.number = (uint32_t)number;
	if (err)
		return fb_part_warn(warnings(loader), err, "interrupt at 0x%" PRIx64, address);
	err = fb_grow_array(&found->irqs, &loader->room, found->irq_count, sizeof(irq), FB_MAX_IRQS,
			    "interrupts");
	if (!err)
		err = read_irq(loader, &irq);
	if (err) {
		irq_deinit(&irq);
		return err;
	}
	found->irqs[found->irq_count++] = irq;
	return NULL;
}

static struct fb_error *add_entry(void *context, uint64_t first FB_UNUSED, uint64_t last FB_UNUSED,
				  uint64_t entry)
{
	return add_irq(context, entry);
}

static struct fb_error *tree_broken(void *context, struct fb_error *err)
{
	const struct irq_loader *loader = context;

	return fb_part_warn(warnings(loader), err, "the tree of interrupts");
}

static struct fb_error *walk_radix_tree(struct irq_loader *loader, uint64_t tree)
{
	uint64_t index = 0, entry = 0;
	struct fb_error *err = NULL;

	while (!err && index < FB_MAX_IRQS) {
		err = fb_xarray_next(loader->kernel, tree, index, FB_MAX_IRQS - 1, &index, &entry);
		if (err || !entry)
			break;
		err = add_irq(loader, entry);
		index++;
	}
	return err;
}

/* A maple tree since 721255b9826b (6.5), a radix tree before. */
static struct fb_error *walk_tree(struct irq_loader *loader)
{
	const struct fb_field *root = &loader->layout->maple_tree_root;
	uint64_t tree;
	struct fb_error *err;

	if (fb_kernel_find_symbol(loader->kernel, "sparse_irqs", &tree)) {
		err = fb_layout_require(root);
		return err ? err
			   : fb_maple_for_each(loader->kernel, tree + root->offset, add_entry,
					       tree_broken, loader);
	}
	err = fb_kernel_symbol(loader->kernel, "irq_desc_tree", &tree);
	return err ? err : walk_radix_tree(loader, tree);
}

/* The table of the vectors of a CPU; what is no address marks vectors that are not used. */
static struct fb_error *walk_vectors(struct irq_loader *loader, uint32_t cpu)
{
	uint64_t table, vectors[VECTORS];
	struct fb_error *err = fb_kernel_percpu_symbol(loader->kernel, cpu, "vector_irq", &table);

	if (!err)
		err = fb_space_read(fb_kernel_space(loader->kernel), table, vectors,
				    sizeof(vectors));
	for (size_t i = 0; i < VECTORS && !err; i++) {
		uint64_t address = le64toh(vectors[i]);

		/* VECTOR_SHUTDOWN and VECTOR_RETRIGGERED are small negative numbers. */
		if (fb_kernel_address_ok(address) && address % sizeof(address) == 0 &&
		    address < (uint64_t)-4096)
			err = add_irq(loader, address);
	}
	return err;
}

static int by_number(const void *left, const void *right)
{
	const struct fb_irq *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

static struct fb_error *list_cpus(struct irq_loader *loader)
{
	uint32_t limit = fb_kernel_cpu_limit(loader->kernel);
	struct fb_interrupts *found = &loader->found;

	found->cpus = calloc((size_t)limit + 1, sizeof(*found->cpus));
	if (!found->cpus)
		return fb_error_nomem();
	for (uint32_t cpu = 0; cpu < limit; cpu++)
		if (fb_kernel_cpu_online(loader->kernel, cpu))
			found->cpus[found->cpu_count++] = cpu;
	return NULL;
}

static struct fb_error *find_all(struct irq_loader *loader)
{
	struct fb_interrupts *found = &loader->found;
	struct fb_error *err = list_cpus(loader);

	fb_kernel_find_symbol(loader->kernel, "chained_action", &loader->chained);
	if (!err)
		err = fb_part_warn(warnings(loader), walk_tree(loader), "the tree of interrupts");
	for (size_t i = 0; i < found->cpu_count && !err; i++)
		err = fb_part_warn_if_there(warnings(loader), walk_vectors(loader, found->cpus[i]),
					    "the vectors of CPU %u", found->cpus[i]);
	if (!err && !found->irq_count)
		err = fb_error_create(FB_NOT_FOUND, "no interrupt is found");
	return err;
}

struct fb_error *fb_interrupts_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				    struct fb_interrupts *interrupts_ret)
{
	struct irq_loader loader = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .tasks = tasks};
	struct fb_error *err = fb_layout_require(&loader.layout->irq_desc_number);

	if (!err)
		err = find_all(&loader);
	fb_u64_map_deinit(&loader.seen);
	if (err) {
		fb_interrupts_deinit(&loader.found);
		return fb_error_prefix(err, "interrupts");
	}
	qsort(loader.found.irqs, loader.found.irq_count, sizeof(*loader.found.irqs), by_number);
	*interrupts_ret = loader.found;
	return NULL;
}

void fb_interrupts_deinit(struct fb_interrupts *interrupts)
{
	for (size_t i = 0; i < interrupts->irq_count; i++)
		irq_deinit(&interrupts->irqs[i]);
	free(interrupts->irqs);
	free(interrupts->cpus);
	*interrupts = (struct fb_interrupts){0};
}

uint64_t fb_irq_total(const struct fb_interrupts *interrupts, const struct fb_irq *irq)
{
	uint64_t total = 0;

	for (size_t i = 0; i < interrupts->cpu_count && irq->counts; i++)
		total += irq->counts[i];
	return total;
}

bool fb_irq_is_listed(const struct fb_interrupts *interrupts, const struct fb_irq *irq)
{
	if (irq->hidden)
		return false;
	return irq->action_count || fb_irq_total(interrupts, irq);
}

const char *fb_irq_state_name(uint32_t bit)
{
	static const char *const names[FB_IRQ_STATES] = {"disabled", "masked",   "in-progress",
							 "pending",  "spurious", "suspended",
							 "level",    "wakeup",   "managed"};

	for (size_t i = 0; i < FB_IRQ_STATES; i++)
		if (bit == 1u << i)
			return names[i];
	return "";
}
