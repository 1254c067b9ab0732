// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON of fbundle cgroups. Called by cgroups.c. */
#include "cmd/cgroups_json.h"

#include "base/json.h"

/* "max" for a limit that does not limit, as in the files of a control group. */
static json_t *limit_json(const struct fb_number *number)
{
	if (!number->known)
		return json_null();
	return number->value == FB_NO_LIMIT ? json_string("max")
					    : json_integer((json_int_t)number->value);
}

static json_t *memory_json(const struct fb_cgroup_values *values)
{
	json_t *object, *events;

	if (!values->has_memory)
		return json_null();
	object = json_object();
	events = json_object();
	json_object_set_new(object, "current", limit_json(&values->memory_current));
	json_object_set_new(object, "min", limit_json(&values->memory_min));
	json_object_set_new(object, "low", limit_json(&values->memory_low));
	json_object_set_new(object, "high", limit_json(&values->memory_high));
	json_object_set_new(object, "max", limit_json(&values->memory_max));
	json_object_set_new(object, "swap_current", limit_json(&values->swap_current));
	json_object_set_new(object, "swap_max", limit_json(&values->swap_max));
	for (unsigned i = 0; i < FB_MEMORY_EVENTS; i++)
		json_object_set_new(events, fb_memory_event_name(i),
				    limit_json(&values->memory_events[i]));
	json_object_set_new(object, "events", events);
	return object;
}

static json_t *pids_json(const struct fb_cgroup_values *values)
{
	json_t *object;

	if (!values->has_pids)
		return json_null();
	object = json_object();
	json_object_set_new(object, "current", limit_json(&values->pids_current));
	json_object_set_new(object, "max", limit_json(&values->pids_max));
	json_object_set_new(object, "refused", limit_json(&values->pids_refused));
	return object;
}

static json_t *seconds_json(const struct fb_number *ns)
{
	if (ns->known && ns->value == FB_NO_LIMIT)
		return json_string("max");
	return ns->known ? json_real((double)ns->value / 1e9) : json_null();
}

static json_t *cpu_json(const struct fb_cgroup_values *values)
{
	json_t *object;

	if (!values->has_cpu)
		return json_null();
	object = json_object();
	json_object_set_new(object, "weight", limit_json(&values->cpu_weight));
	json_object_set_new(object, "idle",
			    values->cpu_idle.known ? json_boolean(values->cpu_idle.value)
						   : json_null());
	json_object_set_new(object, "quota_s", seconds_json(&values->cpu_quota_ns));
	json_object_set_new(object, "period_s", seconds_json(&values->cpu_period_ns));
	json_object_set_new(object, "throttled",
			    values->cpu_throttled.known ? json_boolean(values->cpu_throttled.value)
							: json_null());
	json_object_set_new(object, "periods", limit_json(&values->cpu_periods));
	json_object_set_new(object, "throttles", limit_json(&values->cpu_throttles));
	json_object_set_new(object, "throttled_s", seconds_json(&values->cpu_throttled_ns));
	return object;
}

static json_t *group_json(const struct fb_cgroup *group)
{
	json_t *object = json_object();

	json_object_set_new(object, "path", fb_json_text(group->path));
	json_object_set_new(object, "address", fb_json_hex(group->address));
	json_object_set_new(object, "state", json_string(fb_cgroup_state_name(group->state)));
	json_object_set_new(object, "processes", json_integer((json_int_t)group->processes));
	json_object_set_new(object, "threads", json_integer((json_int_t)group->threads));
	json_object_set_new(object, "descendants", limit_json(&group->alive));
	json_object_set_new(object, "dying_descendants", limit_json(&group->dying));
	json_object_set_new(object, "freeze", json_boolean(group->freeze));
	json_object_set_new(object, "freezing", json_boolean(group->freezing));
	json_object_set_new(object, "frozen", json_boolean(group->frozen));
	json_object_set_new(object, "memory", memory_json(&group->values));
	json_object_set_new(object, "pids", pids_json(&group->values));
	json_object_set_new(object, "cpu", cpu_json(&group->values));
	return object;
}

/* The tasks that are in the chosen group itself. */
static json_t *tasks_json(const struct fb_cgroups *cgroups, const struct fb_tasks *tasks,
			  const struct fb_cgroup *chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		json_t *object;

		if (!fb_cgroup_has_task(cgroups, chosen, i))
			continue;
		object = json_object();
		json_object_set_new(object, "pid", json_integer(task->pid));
		json_object_set_new(object, "tid", json_integer(task->tid));
		json_object_set_new(object, "comm", fb_json_bytes(task->comm, sizeof(task->comm)));
		json_array_append_new(list, object);
	}
	return list;
}

json_t *fb_cgroups_json(const struct fb_cgroups *cgroups, const struct fb_tasks *tasks,
			const struct fb_cgroup *chosen)
{
	json_t *answer = json_object();
	json_t *list = json_array();
	size_t next = 0;

	for (size_t i = 0; i < cgroups->hierarchy_count; i++) {
		const struct fb_hierarchy *hierarchy = &cgroups->hierarchies[i];
		json_t *object = json_object();
		json_t *groups = json_array();

		for (; next < cgroups->count && cgroups->groups[next].hierarchy == i; next++)
			if (fb_cgroup_is_within(&cgroups->groups[next], chosen))
				json_array_append_new(groups, group_json(&cgroups->groups[next]));
		json_object_set_new(object, "id", json_integer(hierarchy->id));
		json_object_set_new(object, "version", json_integer(hierarchy->id ? 1 : 2));
		json_object_set_new(object, "name",
				    *hierarchy->name ? fb_json_text(hierarchy->name) : json_null());
		json_object_set_new(object, "controllers", json_string(hierarchy->controllers));
		json_object_set_new(object, "groups", groups);
		json_array_append_new(list, object);
	}
	json_object_set_new(answer, "hierarchies", list);
	json_object_set_new(answer, "tasks",
			    chosen ? tasks_json(cgroups, tasks, chosen) : json_null());
	return answer;
}
