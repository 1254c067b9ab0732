// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the values of /proc/sys: those of the whole kernel, and those of namespaces. Called by the command sysctl. */
#include "kernel/sysctl/sysctl.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/sysctl/sysctl_private.h"
#include "kernel/tasks/task_detail.h"

/* Bytes of the texts of all values: few have more than 10. */
#define MOST_TEXTS (256u << 20)

struct loader {
	struct fb_sysctl_reader reader;
	struct fb_sysctls found;
	size_t room;
	uint64_t steps; /* that may still be taken in trees */
	/* Of the tree that is being walked. */
	enum fb_sysctl_owner owner;
	uint64_t namespace;
};

static struct fb_error *add(void *context, const struct fb_sysctl *file)
{
	struct loader *loader = context;
	struct fb_sysctl *copy;
	struct fb_error *err =
		fb_grow_array(&loader->found.values, &loader->room, loader->found.count,
			      sizeof(*loader->found.values), FB_MAX_SYSCTLS, "values of /proc/sys");

	if (err)
		return err;
	copy = &loader->found.values[loader->found.count];
	*copy = *file;
	copy->name = strdup(file->name);
	if (!copy->name)
		return fb_error_nomem();
	copy->owner = loader->owner;
	copy->namespace = loader->namespace;
	loader->found.count++;
	return fb_sysctl_read(&loader->reader, copy);
}

/* The tree at a member of a namespace; one whose kernel has none, or no such namespaces, adds nothing. */
static struct fb_error *walk(struct loader *loader, enum fb_sysctl_owner owner, uint64_t namespace,
			     const struct fb_field *dir)
{
	struct fb_kernel *kernel = loader->reader.kernel;

	if (!namespace || !dir->found)
		return NULL;
	loader->owner = owner;
	loader->namespace = namespace;
	return fb_part_warn(
		fb_kernel_warnings(kernel),
		fb_sysctl_walk(kernel, namespace + dir->offset, &loader->steps, add, loader),
		"/proc/sys of the %s namespace at 0x%" PRIx64, fb_sysctl_owner_name(owner),
		namespace);
}

static struct fb_error *walk_host(struct loader *loader)
{
	struct fb_kernel *kernel = loader->reader.kernel;
	uint64_t root = 0;
	struct fb_error *err = fb_kernel_symbol(kernel, "sysctl_table_root", &root);

	loader->owner = FB_SYSCTL_HOST;
	loader->namespace = 0;
	return err ? err
		   : fb_sysctl_walk(kernel, root + loader->reader.layout->sysctl_root_dir.offset,
				    &loader->steps, add, loader);
}

static struct fb_error *walk_all(struct loader *loader, const struct fb_nets *nets)
{
	const struct fb_layout *layout = loader->reader.layout;
	const struct fb_sysctl_view view = loader->reader.view;
	struct fb_error *err = walk_host(loader);

	if (!err && !nets)
		err = walk(loader, FB_SYSCTL_NET, view.net, &layout->net_sysctl_dir);
	for (size_t i = 0; nets && i < nets->count && !err; i++)
		err = walk(loader, FB_SYSCTL_NET, nets->nets[i].address, &layout->net_sysctl_dir);
	if (!err)
		err = walk(loader, FB_SYSCTL_USER, view.user, &layout->user_ns_sysctl_dir);
	if (!err)
		err = walk(loader, FB_SYSCTL_IPC, view.ipc, &layout->ipc_ns_sysctl_dir);
	if (!err)
		err = walk(loader, FB_SYSCTL_IPC, view.ipc, &layout->ipc_ns_mq_sysctl_dir);
	return err ? err : walk(loader, FB_SYSCTL_PID, view.pid, &layout->pid_ns_sysctl_dir);
}

/* Tells of all values that could not be read by one warning: where pages are lost they are many. */
static struct fb_error *tell_unreadable(struct fb_sysctl_reader *reader, struct fb_error *err)
{
	struct fb_error *first = reader->first_error;

	if (err)
		fb_error_destroy(first);
	else
		err = fb_part_warn(fb_kernel_warnings(reader->kernel), first,
				   "/proc/sys: %zu values cannot be read, the first: %s",
				   reader->unreadable,
				   reader->first_name ? reader->first_name : "");
	free(reader->first_name);
	return err;
}

static int by_name(const void *left, const void *right)
{
	const struct fb_sysctl *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->table > b->table) - (a->table < b->table);
}

struct fb_error *fb_sysctls_load(struct fb_kernel *kernel, struct fb_modules *modules,
				 const struct fb_sysctl_view *view, const struct fb_nets *nets,
				 struct fb_sysctls *sysctls_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *const needed[] = {
		&layout->sysctl_root_dir,   &layout->ctl_dir_tree,    &layout->ctl_node_header,
		&layout->ctl_header_table,  &layout->ctl_table_name,  &layout->ctl_table_data,
		&layout->ctl_table_handler, &layout->ctl_header_node,
	};
	struct loader loader = {
		.reader = {.kernel = kernel,
			   .layout = layout,
			   .modules = modules,
			   .view = *view,
			   .text_left = MOST_TEXTS},
		.steps = FB_MAX_SYSCTLS,
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err) {
		err = fb_jiffies_read(kernel, &loader.reader.jiffies);
		loader.reader.time_known = !err;
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "values that are times");
	}
	if (!err)
		err = walk_all(&loader, nets);
	err = tell_unreadable(&loader.reader, err);
	if (err) {
		fb_sysctls_deinit(&loader.found);
		return err;
	}
	if (loader.found.count)
		qsort(loader.found.values, loader.found.count, sizeof(*loader.found.values),
		      by_name);
	*sysctls_ret = loader.found;
	return NULL;
}

void fb_sysctls_deinit(struct fb_sysctls *sysctls)
{
	for (size_t i = 0; i < sysctls->count; i++) {
		free(sysctls->values[i].name);
		free(sysctls->values[i].text);
	}
	free(sysctls->values);
	*sysctls = (struct fb_sysctls){0};
}

/* One of the task's, else the initial one. */
static struct fb_error *namespace_of(struct fb_kernel *kernel, const struct fb_task *task,
				     const struct fb_field *member, const char *initial,
				     uint64_t *namespace_ret)
{
	struct fb_error *err = NULL;

	*namespace_ret = 0;
	fb_kernel_find_symbol(kernel, initial, namespace_ret);
	if (task) {
		uint64_t its = 0;

		err = fb_part_skip(fb_task_namespace(kernel, task, member, &its));
		if (its)
			*namespace_ret = its;
	}
	return err;
}

static struct fb_error *user_namespace_of(struct fb_kernel *kernel, const struct fb_task *task,
					  uint64_t *namespace_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t cred = 0, its = 0;
	struct fb_error *err;

	*namespace_ret = 0;
	fb_kernel_find_symbol(kernel, "init_user_ns", namespace_ret);
	if (!task)
		return NULL;
	err = fb_kernel_field(kernel, task->address, &layout->task_cred, &cred);
	if (!err)
		err = fb_kernel_field(kernel, cred, &layout->cred_user_ns, &its);
	if (!err)
		*namespace_ret = its;
	return fb_part_skip(err);
}

struct fb_error *fb_sysctl_view_of(struct fb_kernel *kernel, const struct fb_task *task,
				   struct fb_sysctl_view *view_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_sysctl_view view = {0};
	struct fb_error *err =
		namespace_of(kernel, task, &layout->nsproxy_net, "init_net", &view.net);

	if (!err)
		err = namespace_of(kernel, task, &layout->nsproxy_ipc, "init_ipc_ns", &view.ipc);
	if (!err)
		err = namespace_of(kernel, task, &layout->nsproxy_uts, "init_uts_ns", &view.uts);
	if (!err)
		err = namespace_of(kernel, task, &layout->nsproxy_pid_ns_for_children,
				   "init_pid_ns", &view.pid);
	if (!err)
		err = user_namespace_of(kernel, task, &view.user);
	if (!err)
		*view_ret = view;
	return err;
}

/* Dots and slashes have changed places in one of the two ways to write a name (sysctl.8): both become dots. */
static void with_dots(const char *name, char *to, size_t size)
{
	size_t i = 0;

	for (; name[i] && i < size - 1; i++)
		to[i] = name[i] == '/' ? '.' : name[i];
	to[i] = '\0';
}

bool fb_sysctl_matches(const char *name, const char *pattern)
{
	char its[FB_MAX_STRING], wanted[FB_MAX_STRING];
	size_t length;

	if (!pattern)
		return true;
	with_dots(name, its, sizeof(its));
	with_dots(pattern, wanted, sizeof(wanted));
	length = strlen(wanted);
	while (length && wanted[length - 1] == '.')
		wanted[--length] = '\0';
	if (strpbrk(wanted, "*?["))
		return !fnmatch(wanted, its, 0);
	return !strncmp(its, wanted, length) && (!its[length] || its[length] == '.');
}

const char *fb_sysctl_state_name(enum fb_sysctl_state state)
{
	static const char *const names[] = {"value", "computed", "unreadable", "write-only"};

	return names[state];
}

const char *fb_sysctl_owner_name(enum fb_sysctl_owner owner)
{
	static const char *const names[] = {NULL, "net", "user", "ipc", "pid"};

	return names[owner];
}
