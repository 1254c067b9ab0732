// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what the controllers of memory, pids and cpu know of a control group. Called by cgroups.c for each group.
 */
#include "kernel/cgroups/cgroup_values.h"

#include <inttypes.h>
#include <string.h>

#include "base/part.h"

/* PAGE_COUNTER_MAX of a host with 64 bits: a limit of this many pages is none (include/linux/page_counter.h). */
#define MOST_PAGES ((uint64_t)INT64_MAX / FB_PAGE_SIZE)
/* PIDS_MAX, PID_MAX_LIMIT + 1 (kernel/cgroup/pids.c). */
#define MOST_PIDS ((4u << 20) + 1)
/* Shares have ten more bits within the kernel (SCHED_FIXEDPOINT_SHIFT), and 1024 shares are a weight of 100. */
#define SHARES_SCALE 1024u
#define DEFAULT_SHARES 1024u
#define DEFAULT_WEIGHT 100u

/* enum memcg_memory_event: the first five since fe6bdfc8e1e1 (5.2), and before in the same order. */
static const struct {
	const char *name, *enumerator;
} events[FB_MEMORY_EVENTS] = {
	[FB_MEMORY_LOW] = {"low", "MEMCG_LOW"},
	[FB_MEMORY_HIGH] = {"high", "MEMCG_HIGH"},
	[FB_MEMORY_MAX] = {"max", "MEMCG_MAX"},
	[FB_MEMORY_OOM] = {"oom", "MEMCG_OOM"},
	[FB_MEMORY_OOM_KILL] = {"oom_kill", "MEMCG_OOM_KILL"},
};

/* A group whose values are being read. */
struct reader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_cgroup_values *values;
	const char *what;
};

const char *fb_memory_event_name(enum fb_memory_event event)
{
	return events[event].name;
}

size_t fb_cgroup_places(struct fb_kernel *kernel)
{
	return fb_kernel_layout(kernel)->cgroup_states.size / sizeof(uint64_t);
}

struct fb_error *fb_cgroup_css(struct fb_kernel *kernel, uint64_t group, size_t place,
			       uint64_t *css_ret)
{
	const struct fb_field *states = &fb_kernel_layout(kernel)->cgroup_states;
	uint64_t css = 0;
	struct fb_error *err = fb_layout_require(states);

	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), group + states->offset + place * 8,
				   &css);
	if (!err && css && !fb_kernel_address_ok(css))
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no address", css);
	if (!err)
		*css_ret = css;
	return err;
}

struct fb_error *fb_cgroup_controller_name(struct fb_kernel *kernel, uint64_t css, char *to,
					   size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t controller, name;
	struct fb_error *err = fb_kernel_field(kernel, css, &layout->css_controller, &controller);

	if (!err)
		err = fb_kernel_field(kernel, controller, &layout->controller_name, &name);
	return err ? err : fb_space_string_whole(fb_kernel_space(kernel), name, to, size);
}

/* Reads one number. One that this kernel does not have stays unknown without a word. */
static struct fb_error *number(const struct reader *reader, uint64_t base,
			       const struct fb_field *field, struct fb_number *number_ret)
{
	struct fb_error *err = fb_kernel_field(reader->kernel, base, field, &number_ret->value);

	number_ret->known = !err;
	return fb_part_warn_if_there(fb_kernel_warnings(reader->kernel), err, "control group %s",
				     reader->what);
}

/* The same, of pages; a count from which on there is no limit becomes FB_NO_LIMIT. */
static struct fb_error *pages(const struct reader *reader, uint64_t base,
			      const struct fb_field *field, struct fb_number *number_ret)
{
	struct fb_error *err = number(reader, base, field, number_ret);

	if (number_ret->known)
		number_ret->value = number_ret->value >= MOST_PAGES
					    ? FB_NO_LIMIT
					    : number_ret->value * FB_PAGE_SIZE;
	return err;
}

static struct fb_error *read_events(const struct reader *reader, uint64_t memory)
{
	const struct fb_field *field = &reader->layout->memcg_events;
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	struct fb_error *err = NULL;

	for (unsigned i = 0; i < FB_MEMORY_EVENTS && field->found && !err; i++) {
		struct fb_field element = *field;
		int64_t place = i;

		fb_btf_enumerator_value(types, "memcg_memory_event", events[i].enumerator, &place);
		if (place < 0 || (uint64_t)place >= field->size / 8)
			continue;
		element.offset += (uint32_t)place * 8;
		element.size = 8;
		err = number(reader, memory, &element, &reader->values->memory_events[i]);
	}
	return err;
}

static struct fb_error *read_memory(const struct reader *reader, uint64_t css)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_cgroup_values *values = reader->values;
	uint64_t memory = css - layout->memcg_css.offset;
	const struct {
		const struct fb_field *field;
		struct fb_number *number;
	} all[] = {
		{&layout->memcg_current, &values->memory_current},
		{&layout->memcg_min, &values->memory_min},
		{&layout->memcg_low, &values->memory_low},
		{&layout->memcg_high, &values->memory_high},
		{&layout->memcg_max, &values->memory_max},
		{&layout->memcg_swap_current, &values->swap_current},
		{&layout->memcg_swap_max, &values->swap_max},
	};
	struct fb_error *err = NULL;

	values->has_memory = true;
	for (size_t i = 0; i < FB_ARRAY_SIZE(all) && !err; i++)
		err = pages(reader, memory, all[i].field, all[i].number);
	return err ? err : read_events(reader, memory);
}

static struct fb_error *read_pids(const struct reader *reader, uint64_t css)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_cgroup_values *values = reader->values;
	uint64_t pids = css - layout->pids_css.offset;
	/* The first of them, where there are several. */
	struct fb_field refused = layout->pids_refused;
	struct fb_error *err;

	values->has_pids = true;
	refused.size = 8;
	err = number(reader, pids, &layout->pids_current, &values->pids_current);
	if (!err)
		err = number(reader, pids, &layout->pids_max, &values->pids_max);
	if (values->pids_max.known && values->pids_max.value >= MOST_PIDS)
		values->pids_max.value = FB_NO_LIMIT;
	return err ? err : number(reader, pids, &refused, &values->pids_refused);
}

/* Whether the list of its run queues that have to wait is empty. */
static struct fb_error *read_throttled(const struct reader *reader, uint64_t group)
{
	const struct fb_field *field = &reader->layout->task_group_throttled;
	struct fb_number *throttled = &reader->values->cpu_throttled;
	struct fb_field first = *field;
	struct fb_error *err;

	first.size = 8;
	err = number(reader, group, &first, throttled);
	if (throttled->known)
		throttled->value = throttled->value != group + field->offset;
	return err;
}

static struct fb_error *read_cpu(const struct reader *reader, uint64_t css)
{
	const struct fb_layout *layout = reader->layout;
	struct fb_cgroup_values *values = reader->values;
	struct fb_number *weight = &values->cpu_weight;
	uint64_t group = css - layout->task_group_css.offset;
	const struct {
		const struct fb_field *field;
		struct fb_number *number;
	} all[] = {
		{&layout->task_group_shares, weight},
		{&layout->task_group_idle, &values->cpu_idle},
		{&layout->task_group_quota, &values->cpu_quota_ns}, /* RUNTIME_INF is FB_NO_LIMIT */
		{&layout->task_group_period, &values->cpu_period_ns},
		{&layout->task_group_periods, &values->cpu_periods},
		{&layout->task_group_throttles, &values->cpu_throttles},
		{&layout->task_group_throttled_ns, &values->cpu_throttled_ns},
	};
	struct fb_error *err = NULL;

	values->has_cpu = true;
	for (size_t i = 0; i < FB_ARRAY_SIZE(all) && !err; i++)
		err = number(reader, group, all[i].field, all[i].number);
	if (weight->known)
		weight->value =
			(weight->value / SHARES_SCALE * DEFAULT_WEIGHT + DEFAULT_SHARES / 2) /
			DEFAULT_SHARES;
	return err ? err : read_throttled(reader, group);
}

static struct fb_error *read_css(const struct reader *reader, uint64_t css)
{
	static const struct {
		const char *name;
		struct fb_error *(*read)(const struct reader *reader, uint64_t css);
	} controllers[] = {{"memory", read_memory}, {"pids", read_pids}, {"cpu", read_cpu}};
	char name[32];
	struct fb_error *err = fb_cgroup_controller_name(reader->kernel, css, name, sizeof(name));

	for (size_t i = 0; i < FB_ARRAY_SIZE(controllers) && !err; i++)
		if (!strcmp(name, controllers[i].name))
			return controllers[i].read(reader, css);
	return err;
}

struct fb_error *fb_cgroup_values_load(struct fb_kernel *kernel, uint64_t group, const char *what,
				       struct fb_cgroup_values *values_ret)
{
	struct fb_cgroup_values values = {0};
	const struct reader reader = {
		.kernel = kernel,
		.layout = fb_kernel_layout(kernel),
		.values = &values,
		.what = what,
	};
	size_t places = fb_cgroup_places(kernel);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < places && !err; i++) {
		uint64_t css = 0;

		err = fb_cgroup_css(kernel, group, i, &css);
		if (!err && css)
			err = read_css(&reader, css);
		err = fb_part_warn(fb_kernel_warnings(kernel), err,
				   "control group %s, controller %zu", what, i);
	}
	if (!err)
		*values_ret = values;
	return err;
}
