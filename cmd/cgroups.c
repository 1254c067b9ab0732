// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle cgroups: the control groups as a tree, with what each has of memory, processes and CPU time and what it may
 * have; which of them are frozen, throttled, at a limit or removed. Of one group also its processes.
 */
#include "kernel/cgroups/cgroups.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/cgroups_json.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"

/* Where version 2 is mounted, which a path may begin with. */
#define MOUNT_POINT "/sys/fs/cgroup"

static const struct fb_example examples[] = {
	{"Which control groups are frozen, throttled or at a limit",
	 "fbundle cgroups dump.202611231722", false},
	{"The group of a process, and who else is in it", "fbundle cgroups dump.202611231722 132",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [[CONTROLLER:]PATH|PID]",
	.doc = "Lists all control groups with their memory, processes, CPU time and limits, or one with the groups "
	       "below it and its processes.",
	.most_arguments = 1,
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	const struct fb_tasks *tasks;
	struct fb_cgroups cgroups;
	const struct fb_cgroup *chosen; /* NULL: all */
};

/* Whether a hierarchy has this controller, name ("systemd", "name=systemd") or number. */
static bool is_called(const struct fb_hierarchy *hierarchy, const char *word, size_t length)
{
	const char *at = hierarchy->controllers;
	char number[16];

	if (length > 5 && !strncmp(word, "name=", 5)) {
		word += 5;
		length -= 5;
	}
	snprintf(number, sizeof(number), "%d", hierarchy->id);
	if ((strlen(number) == length && !strncmp(number, word, length)) ||
	    (strlen(hierarchy->name) == length && !strncmp(hierarchy->name, word, length)))
		return true;
	for (;;) {
		size_t span = strcspn(at, ",");

		if (span == length && !strncmp(at, word, length))
			return true;
		if (!at[span])
			return false;
		at += span + 1;
	}
}

static struct fb_error *choose_by_path(struct listing *listing, const char *text)
{
	const char *colon = strchr(text, ':');
	const char *path = text;
	size_t length = 0;

	if (colon && colon[1] == '/' && *text != '/') {
		length = (size_t)(colon - text);
		path = colon + 1;
	} else if (!strncmp(text, MOUNT_POINT "/", sizeof(MOUNT_POINT))) {
		path = text + sizeof(MOUNT_POINT) - 1;
	}
	for (size_t i = 0; i < listing->cgroups.count; i++) {
		const struct fb_cgroup *group = &listing->cgroups.groups[i];
		const struct fb_hierarchy *of = &listing->cgroups.hierarchies[group->hierarchy];
		size_t span = strlen(path);

		while (span > 1 && path[span - 1] == '/')
			span--;
		if (!group->path || strlen(group->path) != span ||
		    strncmp(group->path, path, span) != 0)
			continue;
		if (length && !is_called(of, text, length))
			continue;
		/* Of two with the same path, one of which was removed, the one that was not. */
		if (!listing->chosen || (listing->chosen->hierarchy == group->hierarchy &&
					 listing->chosen->state == FB_CGROUP_DYING))
			listing->chosen = group;
	}
	if (listing->chosen)
		return NULL;
	return fb_error_create(FB_NOT_FOUND,
			       "there is no control group %s: `fbundle cgroups INPUT` lists all",
			       text);
}

static struct fb_error *choose(struct fb_input *input, struct listing *listing, const char *text)
{
	const struct fb_task *task = NULL;
	struct fb_error *err;

	if (*text == '/' || strchr(text, ':'))
		return choose_by_path(listing, text);
	err = fb_find_process_named(input, text, &task);
	if (err)
		return err;
	for (size_t i = 0; i < fb_tasks_count(listing->tasks); i++) {
		if (fb_tasks_get(listing->tasks, i) != task)
			continue;
		for (size_t k = 0; k < listing->cgroups.count && !listing->chosen; k++)
			if (fb_cgroup_has_task(&listing->cgroups, &listing->cgroups.groups[k], i))
				listing->chosen = &listing->cgroups.groups[k];
	}
	return listing->chosen
		       ? NULL
		       : fb_error_create(FB_NOT_FOUND, "the control group of PID %d is not known",
					 task->pid);
}

static struct fb_error *load(struct fb_input *input, const char *text, struct listing *listing)
{
	struct fb_error *err = fb_input_tasks(input, &listing->tasks);

	if (!err)
		err = fb_input_explain(
			input, "control groups cannot be read",
			fb_cgroups_load(fb_input_kernel(input), listing->tasks, &listing->cgroups));
	return err || !text ? err : choose(input, listing, text);
}

static struct fb_error *size_cell(struct fb_table *table, bool there,
				  const struct fb_number *number)
{
	char text[32];

	if (!there)
		return fb_table_cell(table, FB_STYLE_DIM, "-");
	if (!number->known)
		return fb_table_cell(table, FB_STYLE_WARN, "unknown");
	if (number->value == FB_NO_LIMIT)
		return fb_table_cell(table, FB_STYLE_DIM, "max");
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s",
			     fb_text_size(number->value, text, sizeof(text)));
}

static struct fb_error *count_cell(struct fb_table *table, bool there,
				   const struct fb_number *number)
{
	if (!there)
		return fb_table_cell(table, FB_STYLE_DIM, "-");
	if (!number->known)
		return fb_table_cell(table, FB_STYLE_WARN, "unknown");
	if (number->value == FB_NO_LIMIT)
		return fb_table_cell(table, FB_STYLE_DIM, "max");
	return fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, number->value);
}

/* How many CPUs it may use: "0.50", from its quota and period. */
static struct fb_error *quota_cell(struct fb_table *table, const struct fb_cgroup_values *values)
{
	const struct fb_number *quota = &values->cpu_quota_ns, *period = &values->cpu_period_ns;

	if (!values->has_cpu || !quota->known || !period->known || !period->value ||
	    quota->value == FB_NO_LIMIT)
		return count_cell(table, values->has_cpu, quota);
	return fb_table_cell(table, FB_STYLE_PLAIN, "%.2f CPU",
			     (double)quota->value / (double)period->value);
}

static void append(char *to, size_t size, const char *text)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? ", " : "", text);
}

static bool at_limit(const struct fb_number *current, const struct fb_number *limit)
{
	return current->known && limit->known && limit->value != FB_NO_LIMIT &&
	       current->value >= limit->value;
}

/* What is worth a look, the gravest first; "" where nothing is. *style_ret: how to show it. */
static void state_text(const struct fb_cgroup *group, char *to, size_t size,
		       enum fb_style *style_ret)
{
	const struct fb_cgroup_values *values = &group->values;
	const struct fb_number *kills = &values->memory_events[FB_MEMORY_OOM_KILL];
	char text[64];

	to[0] = '\0';
	if (group->frozen || group->freezing)
		append(to, size, group->frozen ? "frozen" : "being frozen");
	if (at_limit(&values->memory_current, &values->memory_max))
		append(to, size, "at memory.max");
	else if (at_limit(&values->memory_current, &values->memory_high))
		append(to, size, "above memory.high");
	if (at_limit(&values->pids_current, &values->pids_max))
		append(to, size, "at pids.max");
	if (values->cpu_throttled.known && values->cpu_throttled.value)
		append(to, size, "throttled");
	*style_ret = *to ? FB_STYLE_BAD : FB_STYLE_WARN;
	if (kills->known && kills->value) {
		snprintf(text, sizeof(text), "%" PRIu64 " killed for memory", kills->value);
		append(to, size, text);
	}
	if (values->pids_refused.known && values->pids_refused.value) {
		snprintf(text, sizeof(text), "%" PRIu64 " forks refused",
			 values->pids_refused.value);
		append(to, size, text);
	}
	if (group->state != FB_CGROUP_ONLINE)
		append(to, size, fb_cgroup_state_name(group->state));
}

/* The last part of a path, indented by how deep it is; the chosen group's path as it is. */
static struct fb_error *name_cell(struct fb_table *table, const struct listing *listing,
				  const struct fb_cgroup *group)
{
	const char *path = group->path;
	int depth = 0;

	if (!path)
		return fb_table_cell(table, FB_STYLE_WARN, "unknown, at 0x%" PRIx64,
				     group->address);
	if (group == listing->chosen || !strcmp(path, "/"))
		return fb_table_cell(table, FB_STYLE_BOLD, "%s", path);
	for (const char *at = path; *at; at++)
		depth += *at == '/';
	for (const char *at = listing->chosen ? listing->chosen->path : ""; at && *at && at[1];
	     at++)
		depth -= *at == '/';
	return fb_table_cell(table, FB_STYLE_BOLD, "%*s%s", 2 * depth, "", strrchr(path, '/') + 1);
}

static struct fb_error *add_row(struct fb_table *table, const struct listing *listing,
				const struct fb_cgroup *group)
{
	const struct fb_cgroup_values *values = &group->values;
	char state[192];
	enum fb_style style;
	struct fb_error *err = name_cell(table, listing, group);

	state_text(group, state, sizeof(state), &style);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, group->processes);
	if (!err)
		err = size_cell(table, values->has_memory, &values->memory_current);
	if (!err)
		err = size_cell(table, values->has_memory, &values->memory_high);
	if (!err)
		err = size_cell(table, values->has_memory, &values->memory_max);
	if (!err)
		err = count_cell(table, values->has_pids, &values->pids_current);
	if (!err)
		err = count_cell(table, values->has_pids, &values->pids_max);
	if (!err)
		err = count_cell(table, values->has_cpu, &values->cpu_weight);
	if (!err)
		err = quota_cell(table, values);
	return err ? err : fb_table_cell(table, style, "%s", state);
}

/* Prints the groups of one hierarchy from *next on. */
static struct fb_error *print_groups(struct fb_context *context, const struct listing *listing,
				     size_t hierarchy, size_t *next)
{
	static const struct fb_column columns[] = {
		{"GROUP", FB_LEFT},     {"PROCS", FB_RIGHT},   {"MEMORY", FB_RIGHT},
		{"MEM-HIGH", FB_RIGHT}, {"MEM-MAX", FB_RIGHT}, {"PIDS", FB_RIGHT},
		{"PIDS-MAX", FB_RIGHT}, {"WEIGHT", FB_RIGHT},  {"CPU-MAX", FB_RIGHT},
		{"STATE", FB_LEFT},
	};
	const struct fb_cgroups *cgroups = &listing->cgroups;
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (; *next < cgroups->count && cgroups->groups[*next].hierarchy == hierarchy; ++*next)
		if (!err && fb_cgroup_is_within(&cgroups->groups[*next], listing->chosen))
			err = add_row(table, listing, &cgroups->groups[*next]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_tasks(struct fb_context *context, const struct listing *listing)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT}, {"THREADS HERE", FB_RIGHT}, {"NAME", FB_LEFT}};
	struct fb_table *table = NULL;
	size_t count = fb_tasks_count(listing->tasks);
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < count && !err;) {
		const struct fb_task *leader = fb_tasks_get(listing->tasks, i);
		size_t here = 0;

		/* A process's threads follow each other. */
		for (; i < count && fb_tasks_get(listing->tasks, i)->pid == leader->pid; i++)
			here += fb_cgroup_has_task(&listing->cgroups, listing->chosen, i);
		if (!here)
			continue;
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", leader->pid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%zu", here);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", fb_task_comm(leader).text);
	}
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing)
{
	const struct fb_cgroups *cgroups = &listing->cgroups;
	struct fb_error *err = NULL;
	size_t next = 0;

	for (size_t i = 0; i < cgroups->hierarchy_count && !err; i++) {
		const struct fb_hierarchy *hierarchy = &cgroups->hierarchies[i];
		char name[256];

		if (listing->chosen && listing->chosen->hierarchy != i) {
			while (next < cgroups->count && cgroups->groups[next].hierarchy == i)
				next++;
			continue;
		}
		fb_text_escape(hierarchy->name, strlen(hierarchy->name), name, sizeof(name));
		fb_put("%sversion %d%s%s%s%s\n", i && !listing->chosen ? "\n" : "",
		       hierarchy->id ? 1 : 2, *name ? ", " : "", name,
		       *hierarchy->controllers ? ": " : "", hierarchy->controllers);
		err = print_groups(context, listing, i, &next);
	}
	if (err || !listing->chosen)
		return err;
	fb_put("\n");
	return print_tasks(context, listing);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, context->arg_count ? context->args[0] : NULL, &listing);
	if (!err)
		err = context->options.json
			      ? fb_json_print("cgroups",
					      fb_cgroups_json(&listing.cgroups, listing.tasks,
							      listing.chosen),
					      context->warnings)
			      : print_text(context, &listing);
	fb_cgroups_deinit(&listing.cgroups);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_cgroups = {
	.name = "cgroups",
	.summary = "control groups: usage, limits, state",
	.run = run,
	.usage = &usage,
};
