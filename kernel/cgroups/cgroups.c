// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the hierarchies of control groups and all groups of each, and reads these. Called by the command cgroups.
 */
#include "kernel/cgroups/cgroups.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "base/u64_map.h"
#include "kernel/cgroups/cgroup_members.h"
#include "kernel/tasks/task_detail.h"

/* Bits of a css's flags (include/linux/cgroup-defs.h), in this order since 4.13. */
#define CSS_ONLINE (1u << 1)
#define CSS_DYING (1u << 4)
/* Bits of a group's flags, since 76f969e8948d (5.2). */
#define CGRP_FREEZE (1u << 2)
#define CGRP_FROZEN (1u << 3)

/* What is needed while groups are being found. */
struct finder {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_cgroups *cgroups;
	size_t room;
	/* addresses of groups; indexes of cgroups->groups until these are sorted */
	struct fb_u64_map seen;
	size_t hierarchy; /* whose groups are being found */
	uint64_t steps;   /* that lists of children may still take */
};

const char *fb_cgroup_state_name(enum fb_cgroup_state state)
{
	static const char *const names[] = {
		[FB_CGROUP_ONLINE] = "online",
		[FB_CGROUP_DYING] = "dying",
		[FB_CGROUP_OFFLINE] = "offline",
		[FB_CGROUP_UNKNOWN] = "unknown",
	};

	return names[state];
}

/* Adds a group that was not seen before; what is in it is read later. */
static struct fb_error *add_group(struct finder *finder, uint64_t address)
{
	struct fb_cgroups *cgroups = finder->cgroups;
	bool fresh = false;
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "a control group at 0x%" PRIx64, address);
	err = fb_u64_map_add(&finder->seen, address, cgroups->count, FB_MAX_CGROUPS,
			     "control groups", &fresh);
	if (err || !fresh)
		return err;
	if (cgroups->count == finder->room) {
		size_t room = finder->room ? 2 * finder->room : 32;
		struct fb_cgroup *groups = realloc(cgroups->groups, room * sizeof(*groups));

		if (!groups)
			return fb_error_nomem();
		cgroups->groups = groups;
		finder->room = room;
	}
	cgroups->groups[cgroups->count++] =
		(struct fb_cgroup){.address = address, .hierarchy = finder->hierarchy};
	return NULL;
}

static struct fb_error *add_child(void *context, uint64_t entry)
{
	struct finder *finder = context;
	uint64_t group = 0;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, entry - finder->layout->css_sibling.offset,
				&finder->layout->css_group, &group);

	return err ? err : add_group(finder, group);
}

/* Adds the groups below the hierarchy's root: those of each group that was added, until none comes any more. */
static struct fb_error *walk_tree(struct finder *finder, uint64_t root)
{
	struct fb_cgroups *cgroups = finder->cgroups;
	size_t first = cgroups->count;
	uint64_t children =
		(uint64_t)finder->layout->cgroup_self.offset + finder->layout->css_children.offset;
	struct fb_error *err = add_group(finder, root);

	for (size_t i = first; i < cgroups->count && !err; i++) {
		uint64_t address = cgroups->groups[i].address;

		err = fb_part_warn(fb_kernel_warnings(finder->kernel),
				   fb_kernel_ring(finder->kernel, address + children,
						  &finder->steps, add_child, finder),
				   "children of the control group at 0x%" PRIx64, address);
	}
	return err;
}

/* The hierarchy whose root is at this address; SIZE_MAX: none. */
static size_t hierarchy_at(const struct fb_cgroups *cgroups, uint64_t root)
{
	for (size_t i = 0; i < cgroups->hierarchy_count; i++)
		if (cgroups->hierarchies[i].address == root)
			return i;
	return SIZE_MAX;
}

/* Adds the groups that tasks are in and that the trees did not lead to. */
static struct fb_error *add_of_tasks(struct finder *finder, const struct fb_tasks *tasks)
{
	const struct fb_cgroups *cgroups = finder->cgroups;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		size_t count;
		const uint64_t *groups = fb_cgroup_members_groups(cgroups->members, i, &count);

		for (size_t k = 0; k < count && !err; k++) {
			uint64_t root = 0;

			if (fb_u64_map_find(&finder->seen, groups[k]))
				continue;
			err = fb_kernel_field(finder->kernel, groups[k],
					      &finder->layout->cgroup_root, &root);
			finder->hierarchy = hierarchy_at(cgroups, root);
			if (!err && finder->hierarchy == SIZE_MAX)
				err = fb_error_create(FB_CORRUPT, "its hierarchy is not known");
			if (!err)
				err = add_group(finder, groups[k]);
			err = fb_part_warn(fb_kernel_warnings(finder->kernel), err,
					   "control group at 0x%" PRIx64, groups[k]);
		}
	}
	return err;
}

static struct fb_error *add_hierarchy(void *context, uint64_t entry)
{
	struct finder *finder = context;
	const struct fb_layout *layout = finder->layout;
	struct fb_cgroups *cgroups = finder->cgroups;
	struct fb_hierarchy hierarchy = {.address = entry - layout->cgroup_root_list.offset};
	struct fb_hierarchy *all;
	int64_t id = 0;
	struct fb_error *err = fb_kernel_field_signed(finder->kernel, hierarchy.address,
						      &layout->cgroup_root_id, &id);

	if (!err && layout->cgroup_root_name.found)
		err = fb_space_string_whole(fb_kernel_space(finder->kernel),
					    hierarchy.address + layout->cgroup_root_name.offset,
					    hierarchy.name, sizeof(hierarchy.name));
	if (err)
		return err;
	hierarchy.id = (int32_t)id;
	hierarchy.group = hierarchy.address + layout->cgroup_root_group.offset;
	all = realloc(cgroups->hierarchies, (cgroups->hierarchy_count + 1) * sizeof(*all));
	if (!all)
		return fb_error_nomem();
	cgroups->hierarchies = all;
	/* The default one, which has no other number than 0, before the others. */
	memmove(all + (id == 0), all, (id == 0) * cgroups->hierarchy_count * sizeof(*all));
	all[id == 0 ? 0 : cgroups->hierarchy_count] = hierarchy;
	cgroups->hierarchy_count++;
	return NULL;
}

/* The list of all roots; where it is broken, at least that of version 2, by its symbol. */
static struct fb_error *find_hierarchies(struct finder *finder)
{
	uint64_t head, root;
	struct fb_error *err = fb_kernel_symbol(finder->kernel, "cgroup_roots", &head);

	if (!err)
		err = fb_kernel_list(finder->kernel, head, FB_MAX_CGROUP_ROOTS, add_hierarchy,
				     finder);
	err = fb_part_warn(fb_kernel_warnings(finder->kernel), err,
			   "hierarchies of control groups");
	if (err || finder->cgroups->hierarchy_count)
		return err;
	err = fb_kernel_symbol(finder->kernel, "cgrp_dfl_root", &root);
	return err ? err : add_hierarchy(finder, root + finder->layout->cgroup_root_list.offset);
}

/* Whether a controller has files in version 2; the others, which only version 1 knows, are in its hierarchy as long as
 * they are in no other. */
static struct fb_error *is_of_v2(struct finder *finder, uint64_t css, bool *is_ret)
{
	uint64_t controller, files;
	struct fb_error *err =
		fb_kernel_field(finder->kernel, css, &finder->layout->css_controller, &controller);

	if (!err)
		err = fb_kernel_field(finder->kernel, controller, &finder->layout->controller_files,
				      &files);
	if (!err)
		*is_ret = files != 0;
	return err;
}

/* Adds the name of a controller, by the css that the hierarchy's root has of it. */
static struct fb_error *name_controller(struct finder *finder, struct fb_hierarchy *hierarchy,
					size_t place)
{
	size_t used = strlen(hierarchy->controllers);
	bool belongs = true;
	char name[32], shown[64];
	uint64_t css = 0;
	struct fb_error *err = fb_cgroup_css(finder->kernel, hierarchy->group, place, &css);

	if (err || !css)
		return err;
	if (!hierarchy->id)
		err = is_of_v2(finder, css, &belongs);
	if (!err)
		err = fb_cgroup_controller_name(finder->kernel, css, name, sizeof(name));
	if (err || !belongs)
		return err;
	fb_text_escape(name, strlen(name), shown, sizeof(shown));
	if (used + strlen(shown) + 2 <= sizeof(hierarchy->controllers))
		snprintf(hierarchy->controllers + used, sizeof(hierarchy->controllers) - used,
			 "%s%s", used ? "," : "", shown);
	return NULL;
}

static struct fb_error *name_controllers(struct finder *finder, struct fb_hierarchy *hierarchy)
{
	size_t places = fb_cgroup_places(finder->kernel);
	uint64_t mask = 0;
	struct fb_error *err = fb_kernel_field(finder->kernel, hierarchy->address,
					       &finder->layout->cgroup_root_controllers, &mask);

	for (size_t i = 0; i < places && i < 64 && !err; i++)
		if (mask >> i & 1)
			err = name_controller(finder, hierarchy, i);
	return fb_part_warn_if_there(fb_kernel_warnings(finder->kernel), err,
				     "controllers of hierarchy %d", hierarchy->id);
}

static struct fb_error *read_states(struct fb_kernel *kernel, struct fb_cgroup *group)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t of_css, flags, freeze = 0;
	struct fb_error *err = fb_kernel_field(kernel, group->address + layout->cgroup_self.offset,
					       &layout->css_flags, &of_css);

	group->state = FB_CGROUP_UNKNOWN;
	if (!err)
		err = fb_kernel_field(kernel, group->address, &layout->cgroup_flags, &flags);
	if (!err && layout->cgroup_freeze.found)
		err = fb_kernel_field(kernel, group->address, &layout->cgroup_freeze, &freeze);
	if (err)
		return err;
	group->state = of_css & CSS_DYING    ? FB_CGROUP_DYING
		       : of_css & CSS_ONLINE ? FB_CGROUP_ONLINE
					     : FB_CGROUP_OFFLINE;
	/* Before 5.2 the bits had another meaning. */
	group->freezing = layout->cgroup_freeze.found && flags & CGRP_FREEZE;
	group->frozen = layout->cgroup_freeze.found && flags & CGRP_FROZEN;
	group->freeze = freeze != 0;
	return NULL;
}

static struct fb_error *read_descendants(struct fb_kernel *kernel, struct fb_cgroup *group)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = fb_kernel_field(kernel, group->address, &layout->cgroup_descendants,
					       &group->alive.value);

	group->alive.known = !err;
	if (!err)
		err = fb_kernel_field(kernel, group->address, &layout->cgroup_dying,
				      &group->dying.value);
	group->dying.known = !err;
	return err;
}

/* Reads all of a group but its tasks. */
static struct fb_error *read_group(struct finder *finder, struct fb_cgroup *group)
{
	const struct fb_hierarchy *hierarchy = &finder->cgroups->hierarchies[group->hierarchy];
	struct fb_warnings *warnings = fb_kernel_warnings(finder->kernel);
	char path[FB_MAX_STRING], shown[256];
	struct fb_error *err = fb_cgroup_path(finder->kernel, group->address, path, sizeof(path));

	if (!err) {
		group->path = strdup(path);
		if (!group->path)
			return fb_error_nomem();
		fb_text_escape(path, strlen(path), shown, sizeof(shown));
	} else {
		snprintf(shown, sizeof(shown), "at 0x%" PRIx64, group->address);
	}
	err = fb_part_warn(warnings, err, "path of the control group %s", shown);
	if (!err)
		err = fb_part_warn(warnings, read_states(finder->kernel, group), "control group %s",
				   shown);
	if (!err)
		err = fb_part_warn_if_there(warnings, read_descendants(finder->kernel, group),
					    "control group %s", shown);
	/* What the root of version 2 has of its controllers is the whole host's, and not counted. */
	if (err || (hierarchy->id == 0 && group->address == hierarchy->group))
		return err;
	return fb_cgroup_values_load(finder->kernel, group->address, shown, &group->values);
}

/* The value of a path's byte by which groups are sorted: a group's own go before those whose names continue its
 * name. */
static unsigned rank(char c)
{
	return c == '/' ? 1u : c == '\0' ? 0u : (unsigned)(unsigned char)c + 1;
}

static int by_path(const void *left, const void *right)
{
	const struct fb_cgroup *a = left, *b = right;
	const char *p = a->path, *q = b->path;

	if (a->hierarchy != b->hierarchy)
		return a->hierarchy < b->hierarchy ? -1 : 1;
	if (p && q) {
		while (*p && *p == *q)
			p++, q++;
		if (*p != *q)
			return rank(*p) < rank(*q) ? -1 : 1;
	} else if (p || q) {
		return p ? -1 : 1;
	}
	return a->address < b->address ? -1 : a->address > b->address;
}

/* Counts a task in each of its groups; as_process: it is the leader of a process that is not wholly dead. */
static void count_task(struct finder *finder, size_t task, bool alive, bool as_process)
{
	size_t count;
	const uint64_t *groups = fb_cgroup_members_groups(finder->cgroups->members, task, &count);

	for (size_t i = 0; i < count; i++) {
		const uint64_t *index = fb_u64_map_find(&finder->seen, groups[i]);

		if (!index)
			continue;
		finder->cgroups->groups[*index].threads += alive;
		finder->cgroups->groups[*index].processes += as_process;
	}
}

static bool is_dead(const struct fb_task *task)
{
	return task->state == 'Z' || task->state == 'X';
}

static void count_tasks(struct finder *finder, const struct fb_tasks *tasks)
{
	size_t count = fb_tasks_count(tasks);

	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		bool lives = !is_dead(task);

		/* The threads of a process follow its leader. */
		for (size_t k = i + 1; task->tid == task->pid && !lives && k < count; k++) {
			const struct fb_task *other = fb_tasks_get(tasks, k);

			if (other->pid != task->pid)
				break;
			lives = !is_dead(other);
		}
		count_task(finder, i, !is_dead(task), task->tid == task->pid && lives);
	}
}

/* Reads all groups, sorts them, and counts the tasks in each. */
static struct fb_error *read_groups(struct finder *finder, const struct fb_tasks *tasks)
{
	struct fb_cgroups *cgroups = finder->cgroups;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < cgroups->count && !err; i++)
		err = read_group(finder, &cgroups->groups[i]);
	if (err)
		return err;
	qsort(cgroups->groups, cgroups->count, sizeof(*cgroups->groups), by_path);
	for (size_t i = 0; i < cgroups->count; i++)
		*fb_u64_map_find(&finder->seen, cgroups->groups[i].address) = i;
	count_tasks(finder, tasks);
	return NULL;
}

static struct fb_error *require(const struct fb_layout *layout)
{
	const struct fb_field *const needed[] = {
		&layout->task_cgroups,      &layout->css_set_default_cgroup,
		&layout->cgroup_root_list,  &layout->cgroup_root_id,
		&layout->cgroup_root_group, &layout->cgroup_self,
		&layout->cgroup_root,       &layout->css_group,
		&layout->css_sibling,       &layout->css_children,
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	return err;
}

struct fb_error *fb_cgroups_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				 struct fb_cgroups *cgroups_ret)
{
	struct fb_cgroups cgroups = {0};
	struct finder finder = {
		.kernel = kernel,
		.layout = fb_kernel_layout(kernel),
		.cgroups = &cgroups,
		.steps = FB_MAX_CGROUPS,
	};
	struct fb_error *err = require(finder.layout);

	if (!err)
		err = find_hierarchies(&finder);
	for (size_t i = 0; i < cgroups.hierarchy_count && !err; i++) {
		finder.hierarchy = i;
		err = name_controllers(&finder, &cgroups.hierarchies[i]);
		if (!err)
			err = walk_tree(&finder, cgroups.hierarchies[i].group);
	}
	if (!err)
		err = fb_cgroup_members_load(kernel, tasks, cgroups.hierarchy_count > 1,
					     &cgroups.members);
	if (!err)
		err = add_of_tasks(&finder, tasks);
	if (!err)
		err = read_groups(&finder, tasks);
	fb_u64_map_deinit(&finder.seen);
	if (err)
		fb_cgroups_deinit(&cgroups);
	else
		*cgroups_ret = cgroups;
	return err;
}

void fb_cgroups_deinit(struct fb_cgroups *cgroups)
{
	for (size_t i = 0; i < cgroups->count; i++)
		free(cgroups->groups[i].path);
	free(cgroups->groups);
	free(cgroups->hierarchies);
	fb_cgroup_members_destroy(cgroups->members);
	*cgroups = (struct fb_cgroups){0};
}

bool fb_cgroup_has_task(const struct fb_cgroups *cgroups, const struct fb_cgroup *group,
			size_t task)
{
	size_t count;
	const uint64_t *groups = fb_cgroup_members_groups(cgroups->members, task, &count);

	for (size_t i = 0; i < count; i++)
		if (groups[i] == group->address)
			return true;
	return false;
}

bool fb_cgroup_is_within(const struct fb_cgroup *group, const struct fb_cgroup *above)
{
	size_t length;

	if (!above || group == above)
		return true;
	if (group->hierarchy != above->hierarchy || !group->path || !above->path)
		return false;
	/* "/" is a part of all paths. */
	length = strcmp(above->path, "/") ? strlen(above->path) : 0;
	return !strncmp(group->path, above->path, length) && group->path[length] == '/';
}
