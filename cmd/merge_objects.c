// SPDX-License-Identifier: GPL-2.0-or-later
/* Collects what a bundle keeps of programs and libraries. Called by merge.c. */
#include "cmd/merge_objects.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/bt/bt.h"
#include "cmd/shared/memory_sources.h"

/* Whether the dump is of the machine that this runs on. Each file is checked by its build-id all the same:
 * this only spares other machines the search. */
static bool is_this_host(struct fb_input *input)
{
	const struct fb_kernel_info *info = fb_kernel_info(fb_input_kernel(input));
	struct utsname own;

	return uname(&own) == 0 && strcmp(own.release, info->release) == 0 &&
	       (!info->node[0] || strcmp(own.nodename, info->node) == 0);
}

static struct fb_error *choose_tasks(struct fb_input *input, const struct fb_task ***tasks_ret,
				     size_t *count_ret)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_task **chosen;
	size_t count = 0;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_alloc_array(fb_tasks_count(tasks), sizeof(*chosen), FB_MAX_TASKS,
				     "threads", &chosen);
	if (err)
		return err;
	for (size_t i = 0; i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle && !task->kernel_thread)
			chosen[count++] = task;
	}
	*tasks_ret = chosen;
	*count_ret = count;
	return NULL;
}

static struct fb_error *unwind(struct fb_context *context, struct fb_input *input,
			       const struct fb_memory_sources *sources,
			       struct fb_thread_stacks **stacks_ret)
{
	const struct fb_thread_stacks_options options = {
		.files = sources->files,
		.swap = sources->swap,
		.debug_dirs = context->options.debug_dirs,
		.debug_dir_count = context->options.debug_dir_count,
	};
	const struct fb_task **tasks = NULL;
	size_t count = 0;
	struct fb_error *err = choose_tasks(input, &tasks, &count);

	if (!err)
		err = fb_thread_stacks_load(input, &options, tasks, count, stacks_ret);
	free(tasks);
	return err;
}

struct fb_error *fb_merge_objects(struct fb_context *context, struct fb_input *input,
				  struct fb_merged_objects *objects_ret)
{
	struct fb_merged_objects objects = {.bytes = 0};
	struct fb_memory_sources sources = {0};
	struct fb_error *err;

	if (!context->options.sysroot && is_this_host(input))
		context->options.sysroot = "/";
	err = fb_memory_sources_open(context, input, &sources);
	if (!err)
		err = unwind(context, input, &sources, &objects.stacks);
	if (!err)
		err = fb_objects_collect(input, objects.stacks, sources.files, &objects.collected);
	if (!err)
		err = fb_wanted_files_find(objects.stacks, &objects.wanted, &objects.wanted_count);
	for (size_t i = 0; i < objects.collected.count; i++)
		objects.bytes += objects.collected.objects[i].size;
	fb_memory_sources_deinit(&sources);
	if (err)
		fb_merged_objects_deinit(&objects);
	else
		*objects_ret = objects;
	return err;
}

void fb_merged_objects_deinit(struct fb_merged_objects *objects)
{
	fb_collected_objects_deinit(&objects->collected);
	free(objects->wanted);
	fb_thread_stacks_destroy(objects->stacks);
	memset(objects, 0, sizeof(*objects));
}

static json_t *object_json(const struct fb_bundle_object *object)
{
	json_t *json = json_object();

	json_object_set_new(json, "build_id", fb_json_text(object->build_id));
	json_object_set_new(json, "path", fb_json_text(object->paths));
	json_object_set_new(json, "bytes", json_integer((json_int_t)object->size));
	return json;
}

json_t *fb_merged_objects_json(const struct fb_merged_objects *objects)
{
	json_t *json = json_object(), *added = json_array();

	for (size_t i = 0; i < objects->collected.count; i++)
		json_array_append_new(added, object_json(&objects->collected.objects[i]));
	json_object_set_new(json, "added", added);
	json_object_set_new(json, "wanted",
			    fb_bt_wanted_json(objects->wanted, objects->wanted_count));
	return json;
}
