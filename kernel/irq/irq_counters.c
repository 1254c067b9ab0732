// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads per-CPU counters of vectors and softirqs. Called by the command irq. */
#include "kernel/irq/irq_counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/part.h"

/* enum irq_stat_counts has 24; there are as many softirqs as bits in a word at most. */
#define MOST_COUNTERS 64u
#define MOST_SOFTIRQS 32u

struct counter_loader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const uint32_t *cpus;
	size_t cpu_count;
	struct fb_irq_counters found;
	size_t room;
};

/* A counter of 32 bits at an offset of a per-CPU variable. */
static struct fb_error *add_counter(struct counter_loader *loader, const char *name,
				    const char *text, uint64_t variable, uint64_t offset)
{
	struct fb_irq_counters *found = &loader->found;
	struct fb_irq_counter counter = {0};
	uint64_t address;
	struct fb_error *err = fb_grow_array(&found->counters, &loader->room, found->count,
					     sizeof(counter), MOST_COUNTERS, "counters");

	snprintf(counter.name, sizeof(counter.name), "%s", name);
	snprintf(counter.text, sizeof(counter.text), "%s", text);
	if (!err) {
		counter.counts = calloc(loader->cpu_count + 1, sizeof(*counter.counts));
		err = counter.counts ? NULL : fb_error_nomem();
	}
	for (size_t i = 0; i < loader->cpu_count && !err; i++) {
		err = fb_kernel_percpu(loader->kernel, loader->cpus[i], variable, &address);
		if (!err)
			err = fb_space_u32(fb_kernel_space(loader->kernel), address + offset,
					   &counter.counts[i]);
		if (!err)
			counter.total += counter.counts[i];
	}
	if (err) {
		free(counter.counts);
		return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "the counts of %s",
				    name);
	}
	found->counters[found->count++] = counter;
	return NULL;
}

/* A counter that all CPUs share. */
static struct fb_error *add_shared(struct counter_loader *loader, const char *name,
				   const char *text, const char *symbol)
{
	struct fb_irq_counters *found = &loader->found;
	struct fb_irq_counter counter = {0};
	uint32_t value;
	struct fb_error *err = fb_kernel_variable_u32(loader->kernel, symbol, &value);

	if (!err)
		err = fb_grow_array(&found->counters, &loader->room, found->count, sizeof(counter),
				    MOST_COUNTERS, "counters");
	if (err)
		return fb_part_warn_if_there(fb_kernel_warnings(loader->kernel), err,
					     "the count of %s", name);
	snprintf(counter.name, sizeof(counter.name), "%s", name);
	snprintf(counter.text, sizeof(counter.text), "%s", text);
	counter.total = value;
	found->counters[found->count++] = counter;
	return NULL;
}

/* Where a member of irq_cpustat_t is, which is a typedef of a struct without a name. False: there is none. */
static bool find_member(const struct counter_loader *loader, const char *name, uint64_t *offset_ret)
{
	const struct fb_btf *types = fb_kernel_types(loader->kernel);
	struct fb_btf_member member;
	uint32_t id;

	struct fb_error *err;

	if (!types)
		return false;
	err = fb_btf_find(types, FB_TYPE_TYPEDEF, "irq_cpustat_t", &id);
	if (err) {
		fb_error_destroy(err);
		return false;
	}
	if (!fb_btf_has_member(types, id, name, &member))
		return false;
	*offset_ret = member.bit_offset / 8;
	return true;
}

/* Kernels from 7.2 on have a table of names (2b57c69917ee). */
static struct fb_error *add_table(struct counter_loader *loader, uint64_t variable, uint64_t offset)
{
	const struct fb_layout *layout = loader->layout;
	struct fb_space *space = fb_kernel_space(loader->kernel);
	uint64_t table, size = layout->irq_stat_info.size, name = 0, text = 0;
	int64_t count = 0;
	struct fb_error *err = fb_kernel_symbol(loader->kernel, "irq_stat_info", &table);

	fb_btf_enumerator_value(fb_kernel_types(loader->kernel), "irq_stat_counts", "IRQ_COUNT_MAX",
				&count);
	for (int64_t i = 0; i < count && i < MOST_COUNTERS && size && !err; i++) {
		uint64_t info = table + (uint64_t)i * size;
		char names[16] = "", texts[64] = "";

		err = fb_kernel_field(loader->kernel, info, &layout->irq_stat_symbol, &name);
		if (!err)
			err = fb_kernel_field(loader->kernel, info, &layout->irq_stat_text, &text);
		if (!err && name)
			err = fb_space_string(space, name, names, sizeof(names));
		if (!err && text)
			err = fb_space_string(space, text, texts, sizeof(texts));
		texts[strcspn(texts, "\n")] = '\0';
		if (!err && name)
			err = add_counter(loader, names, texts + strspn(texts, " "), variable,
					  offset + 4u * (uint64_t)i);
	}
	return err;
}

/* The members of irq_cpustat_t, and per-CPU variables of their own, in the order of arch_show_interrupts(). */
static struct fb_error *add_members(struct counter_loader *loader, uint64_t variable)
{
	static const struct {
		const char *name, *member, *text;
	} rows[] = {
		{"NMI", "__nmi_count", "Non-maskable interrupts"},
		{"LOC", "apic_timer_irqs", "Local timer interrupts"},
		{"SPU", "irq_spurious_count", "Spurious interrupts"},
		{"PMI", "apic_perf_irqs", "Performance monitoring interrupts"},
		{"IWI", "apic_irq_work_irqs", "IRQ work interrupts"},
		{"RTR", "icr_read_retry_count", "APIC ICR read retries"},
		{"PLT", "x86_platform_ipis", "Platform interrupts"},
		{"RES", "irq_resched_count", "Rescheduling interrupts"},
		{"CAL", "irq_call_count", "Function call interrupts"},
		{"TLB", "irq_tlb_count", "TLB shootdowns"},
		{"TRM", "irq_thermal_count", "Thermal event interrupts"},
		{"THR", "irq_threshold_count", "Threshold APIC interrupts"},
		{"DFR", "irq_deferred_error_count", "Deferred Error APIC interrupts"},
		{"HYP", "irq_hv_callback_count", "Hypervisor callback interrupts"},
		{"HRE", "irq_hv_reenlightenment_count", "Hyper-V reenlightenment interrupts"},
		{"HVS", "hyperv_stimer0_count", "Hyper-V stimer0 interrupts"},
		{"PIN", "kvm_posted_intr_ipis", "Posted-interrupt notification event"},
		{"NPI", "kvm_posted_intr_nested_ipis", "Nested posted-interrupt event"},
		{"PIW", "kvm_posted_intr_wakeup_ipis", "Posted-interrupt wakeup event"},
		{"PMN", "posted_msi_notification_count", "Posted MSI notification event"},
	};
	uint64_t offset;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows) && !err; i++)
		if (find_member(loader, rows[i].member, &offset))
			err = add_counter(loader, rows[i].name, rows[i].text, variable, offset);
	if (!err && fb_kernel_find_symbol(loader->kernel, "mce_exception_count", &variable))
		err = add_counter(loader, "MCE", "Machine check exceptions", variable, 0);
	if (!err && fb_kernel_find_symbol(loader->kernel, "mce_poll_count", &variable))
		err = add_counter(loader, "MCP", "Machine check polls", variable, 0);
	if (!err)
		err = add_shared(loader, "ERR", "APIC errors", "irq_err_count");
	if (!err)
		err = add_shared(loader, "MIS", "Misrouted interrupts of the IO-APIC",
				 "irq_mis_count");
	return err;
}

static struct fb_error *give(struct counter_loader *loader, struct fb_error *err, const char *what,
			     struct fb_irq_counters *counters_ret)
{
	err = fb_part_warn(fb_kernel_warnings(loader->kernel), err, "%s", what);
	if (err) {
		fb_irq_counters_deinit(&loader->found);
		return err;
	}
	*counters_ret = loader->found;
	return NULL;
}

struct fb_error *fb_vector_counters_load(struct fb_kernel *kernel, const uint32_t *cpus,
					 size_t cpu_count, struct fb_irq_counters *counters_ret)
{
	struct counter_loader loader = {.kernel = kernel,
					.layout = fb_kernel_layout(kernel),
					.cpus = cpus,
					.cpu_count = cpu_count};
	uint64_t variable, offset;
	struct fb_error *err = fb_kernel_symbol(kernel, "irq_stat", &variable);

	if (!err)
		err = find_member(&loader, "counts", &offset) ? add_table(&loader, variable, offset)
							      : add_members(&loader, variable);
	return give(&loader, err, "counts of the CPUs' own vectors", counters_ret);
}

/* The mask of those that were raised and had not run has moved twice. */
static struct fb_error *find_pending(const struct counter_loader *loader, uint32_t cpu,
				     uint64_t *address_ret)
{
	const struct fb_field *hot = &loader->layout->pcpu_hot_softirq_pending;
	uint64_t symbol, offset;
	struct fb_error *err;

	/* A member of pcpu_hot from 6.2 (7fcecafebed9) to 6.14, a variable of its own since. */
	if (hot->found || fb_kernel_find_symbol(loader->kernel, "__softirq_pending", &symbol))
		return fb_kernel_percpu_hot(loader->kernel, cpu, "__softirq_pending", hot,
					    address_ret);
	if (!find_member(loader, "__softirq_pending", &offset))
		return fb_error_create(FB_NOT_FOUND, "irq_cpustat_t has no __softirq_pending");
	err = fb_kernel_percpu_symbol(loader->kernel, cpu, "irq_stat", address_ret);
	if (!err)
		*address_ret += offset;
	return err;
}

/* It has 16 bits at all places. */
static struct fb_error *read_pending(struct counter_loader *loader)
{
	uint32_t *pending = calloc(loader->cpu_count + 1, sizeof(*pending));
	uint64_t address;
	uint8_t bytes[2];
	struct fb_error *err = pending ? NULL : fb_error_nomem();

	for (size_t i = 0; i < loader->cpu_count && !err; i++) {
		err = find_pending(loader, loader->cpus[i], &address);
		if (!err)
			err = fb_space_read(fb_kernel_space(loader->kernel), address, bytes,
					    sizeof(bytes));
		if (!err)
			pending[i] = bytes[0] | (uint32_t)bytes[1] << 8;
	}
	if (err) {
		free(pending);
		return err;
	}
	loader->found.pending = pending;
	return NULL;
}

static struct fb_error *add_softirqs(struct counter_loader *loader)
{
	const struct fb_field *counts = &loader->layout->kernel_stat_softirqs;
	struct fb_space *space = fb_kernel_space(loader->kernel);
	uint64_t names, variable, pointer = 0;
	struct fb_error *err = fb_layout_require(counts);

	if (!err)
		err = fb_kernel_symbol(loader->kernel, "softirq_to_name", &names);
	if (!err)
		err = fb_kernel_symbol(loader->kernel, "kstat", &variable);
	for (uint32_t i = 0; i < MOST_SOFTIRQS && (i + 1) * 4 <= counts->size && !err; i++) {
		char name[16] = "";

		err = fb_space_u64(space, names + 8ull * i, &pointer);
		if (!err)
			err = fb_space_string(space, pointer, name, sizeof(name));
		if (!err)
			err = add_counter(loader, name, "", variable, counts->offset + 4ull * i);
	}
	return err;
}

struct fb_error *fb_softirq_counters_load(struct fb_kernel *kernel, const uint32_t *cpus,
					  size_t cpu_count, struct fb_irq_counters *counters_ret)
{
	struct counter_loader loader = {.kernel = kernel,
					.layout = fb_kernel_layout(kernel),
					.cpus = cpus,
					.cpu_count = cpu_count};
	struct fb_error *err = fb_part_warn(fb_kernel_warnings(kernel), add_softirqs(&loader),
					    "counts of softirqs");

	if (!err)
		err = read_pending(&loader);
	return give(&loader, err, "softirqs that were to be run", counters_ret);
}

void fb_irq_counters_deinit(struct fb_irq_counters *counters)
{
	for (size_t i = 0; i < counters->count; i++)
		free(counters->counters[i].counts);
	free(counters->counters);
	free(counters->pending);
	*counters = (struct fb_irq_counters){0};
}
