// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes details of tasks as cells of a table and as JSON. Called by ps for --long and --json.
 */
#include "cmd/ps_detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/process/process.h"

const struct fb_column fb_ps_detail_columns[FB_PS_DETAIL_COLUMN_COUNT] = {
	{"EUID", FB_RIGHT},
	{"STARTED", FB_RIGHT},
	{"RSS", FB_RIGHT},
	{"CGROUP", FB_LEFT},
	{"NAMESPACES OF ITS OWN", FB_LEFT},
};

/* True where there is a value: what cannot be read is unknown. */
static bool is_known(struct fb_error **err)
{
	bool known = !*err;

	if (fb_error_is_fatal(*err))
		return false;
	fb_error_destroy(*err);
	*err = NULL;
	return known;
}

struct fb_error *fb_ps_detail_load(struct fb_kernel *kernel, const struct fb_task *task,
				   struct fb_ps_detail *detail_ret)
{
	struct fb_error *err;

	memset(detail_ret, 0, sizeof(*detail_ret));
	err = fb_task_namespaces(kernel, task, detail_ret->namespaces);
	if (err)
		return err;
	err = fb_task_effective_uid(kernel, task, &detail_ret->effective_uid);
	detail_ret->has_effective_uid = is_known(&err);
	if (err)
		return err;
	err = fb_task_cgroup(kernel, task, detail_ret->cgroup, sizeof(detail_ret->cgroup));
	if (!is_known(&err))
		detail_ret->cgroup[0] = '\0';
	return err;
}

struct fb_error *fb_ps_process_load(struct fb_input *input, const struct fb_task *task,
				    struct fb_ps_process *process)
{
	struct fb_error *err;

	if (process->loaded && process->pid == task->pid && process->mm == task->mm)
		return NULL;
	process->loaded = false;
	process->has_resident = false;
	process->resident = 0;
	process->loads++;
	err = fb_process_cmdline(input, task, process->cmdline, sizeof(process->cmdline));
	if (!err && task->mm) {
		err = fb_mm_resident(fb_input_kernel(input), task->mm, &process->resident);
		process->has_resident = is_known(&err);
	}
	if (err)
		return err;
	process->loaded = true;
	process->pid = task->pid;
	process->mm = task->mm;
	return NULL;
}

void fb_ps_detail_to_json(const struct fb_ps_detail *detail, const struct fb_ps_process *process,
			  json_t *object)
{
	json_t *namespaces = json_object();

	for (unsigned kind = 0; kind < FB_NAMESPACE_KINDS; kind++) {
		uint64_t inode = detail->namespaces[kind];

		json_object_set_new(namespaces, fb_namespace_name(kind),
				    inode ? json_integer((json_int_t)inode) : json_null());
	}
	json_object_set_new(object, "euid",
			    detail->has_effective_uid ? json_integer(detail->effective_uid)
						      : json_null());
	json_object_set_new(object, "rss_bytes",
			    process->has_resident ? json_integer((json_int_t)process->resident)
						  : json_null());
	json_object_set_new(object, "cmdline",
			    fb_json_text(*process->cmdline ? process->cmdline : NULL));
	json_object_set_new(object, "cgroup",
			    fb_json_text(*detail->cgroup ? detail->cgroup : NULL));
	json_object_set_new(object, "namespaces", namespaces);
}

/* "net:4026532201 pid:4026532200"; "-" where all are the usual ones. */
static void own_namespaces(const struct fb_ps_detail *detail, const struct fb_ps_detail *usual,
			   char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "-");
	for (unsigned kind = 0; kind < FB_NAMESPACE_KINDS && used < size; kind++) {
		uint64_t inode = detail->namespaces[kind];

		if (inode && inode != usual->namespaces[kind])
			used += (size_t)snprintf(to + used, size - used, "%s%s:%" PRIu64,
						 used ? " " : "", fb_namespace_name(kind), inode);
	}
}

struct fb_error *fb_ps_detail_cells(struct fb_table *table, const struct fb_task *task,
				    const struct fb_ps_detail *detail,
				    const struct fb_ps_process *process,
				    const struct fb_ps_detail *usual)
{
	char text[256];
	struct fb_error *err;

	err = detail->has_effective_uid
		      ? fb_table_cell(table, FB_STYLE_PLAIN, "%u", detail->effective_uid)
		      : fb_table_cell(table, FB_STYLE_PLAIN, "?");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%.2f s", (double)task->start_ns / 1e9);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    process->has_resident
					    ? fb_text_size(process->resident, text, sizeof(text))
					    : "-");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    *detail->cgroup ? detail->cgroup : "?");
	if (err)
		return err;
	own_namespaces(detail, usual, text, sizeof(text));
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
}
