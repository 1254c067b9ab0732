// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Namespaces, control group and memory of a task. Called by ps for --long and --json.
 */
#include "kernel/tasks/task_detail.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/percpu_counter.h"

/* MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES: since eca56ff906bd (4.5). */
#define COUNTERS 4u
#define COUNTER_SWAP 2u

static const struct {
	const char *name;
	size_t member, inode; /* struct fb_field in struct fb_layout */
} namespaces[] = {
#define LAYOUT(id) offsetof(struct fb_layout, id)
	[FB_NAMESPACE_CGROUP] = {"cgroup", LAYOUT(nsproxy_cgroup), LAYOUT(cgroup_ns_inum)},
	[FB_NAMESPACE_IPC] = {"ipc", LAYOUT(nsproxy_ipc), LAYOUT(ipc_ns_inum)},
	[FB_NAMESPACE_MNT] = {"mnt", LAYOUT(nsproxy_mnt), LAYOUT(mnt_ns_inum)},
	[FB_NAMESPACE_NET] = {"net", LAYOUT(nsproxy_net), LAYOUT(net_ns_inum)},
	[FB_NAMESPACE_PID] = {"pid", 0, LAYOUT(pid_ns_inum)},
	[FB_NAMESPACE_TIME] = {"time", LAYOUT(nsproxy_time), LAYOUT(time_ns_inum)},
	[FB_NAMESPACE_USER] = {"user", 0, LAYOUT(user_ns_inum)},
	[FB_NAMESPACE_UTS] = {"uts", LAYOUT(nsproxy_uts), LAYOUT(uts_ns_inum)},
#undef LAYOUT
};

const char *fb_namespace_name(enum fb_namespace kind)
{
	return namespaces[kind].name;
}

static const struct fb_field *layout_field(struct fb_kernel *kernel, size_t at)
{
	return (const void *)((const char *)fb_kernel_layout(kernel) + at);
}

/* The PID namespace is that of the task's innermost PID; what nsproxy has is its children's. */
static struct fb_error *pid_namespace(struct fb_kernel *kernel, const struct fb_task *task,
				      uint64_t *address_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t pid, level;
	struct fb_error *err;

	err = fb_layout_require(&layout->pid_numbers);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_thread_pid, &pid);
	if (!err)
		err = fb_kernel_field(kernel, pid, &layout->pid_level, &level);
	if (!err && level >= FB_MAX_PID_LEVELS)
		err = fb_error_create(FB_CORRUPT, "PID level %" PRIu64, level);
	if (err)
		return err;
	return fb_kernel_field(kernel, pid + layout->pid_numbers.offset + level * layout->upid.size,
			       &layout->upid_ns, address_ret);
}

static struct fb_error *user_namespace(struct fb_kernel *kernel, const struct fb_task *task,
				       uint64_t *address_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t cred;
	struct fb_error *err = fb_kernel_field(kernel, task->address, &layout->task_cred, &cred);

	return err ? err : fb_kernel_field(kernel, cred, &layout->cred_user_ns, address_ret);
}

static struct fb_error *find_namespace(struct fb_kernel *kernel, const struct fb_task *task,
				       uint64_t nsproxy, unsigned kind, uint64_t *address_ret)
{
	if (kind == FB_NAMESPACE_PID)
		return pid_namespace(kernel, task, address_ret);
	if (kind == FB_NAMESPACE_USER)
		return user_namespace(kernel, task, address_ret);
	if (!nsproxy)
		return fb_error_create(FB_NOT_FOUND, "the task has given its namespaces back");
	return fb_kernel_field(kernel, nsproxy, layout_field(kernel, namespaces[kind].member),
			       address_ret);
}

struct fb_error *fb_task_namespaces(struct fb_kernel *kernel, const struct fb_task *task,
				    uint64_t inodes_ret[FB_NAMESPACE_KINDS])
{
	uint64_t inodes[FB_NAMESPACE_KINDS] = {0}, nsproxy = 0, address;
	struct fb_error *err;

	err = fb_kernel_field(kernel, task->address, &fb_kernel_layout(kernel)->task_nsproxy,
			      &nsproxy);
	for (unsigned kind = 0; kind < FB_NAMESPACE_KINDS && !fb_error_is_fatal(err); kind++) {
		fb_error_destroy(err);
		err = find_namespace(kernel, task, nsproxy, kind, &address);
		if (!err)
			err = fb_kernel_field(kernel, address,
					      layout_field(kernel, namespaces[kind].inode),
					      &inodes[kind]);
	}
	err = fb_part_skip(err);
	if (err)
		return err;
	memcpy(inodes_ret, inodes, sizeof(inodes));
	return NULL;
}

struct fb_error *fb_task_namespace(struct fb_kernel *kernel, const struct fb_task *task,
				   const struct fb_field *member, uint64_t *namespace_ret)
{
	uint64_t proxy = 0;
	struct fb_error *err;

	*namespace_ret = 0;
	err = fb_kernel_field(kernel, task->address, &fb_kernel_layout(kernel)->task_nsproxy,
			      &proxy);
	return err || !proxy ? err : fb_kernel_field(kernel, proxy, member, namespace_ret);
}

struct fb_error *fb_pid_number(struct fb_kernel *kernel, uint64_t pid, int32_t *number_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t number;
	struct fb_error *err = fb_layout_require(&layout->pid_numbers);

	/* numbers[0] is of the initial namespace. */
	if (!err)
		err = fb_kernel_field(kernel, pid + layout->pid_numbers.offset, &layout->upid_nr,
				      &number);
	if (!err)
		*number_ret = (int32_t)number;
	return err;
}

static struct fb_error *find_cgroup(struct fb_kernel *kernel, const struct fb_task *task,
				    uint64_t *cgroup_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t css_set;
	struct fb_error *err;

	err = fb_kernel_field(kernel, task->address, &layout->task_cgroups, &css_set);
	return err ? err
		   : fb_kernel_field(kernel, css_set, &layout->css_set_default_cgroup, cgroup_ret);
}

/* Puts "/NAME" before what stands at path; *start moves down. */
static struct fb_error *prepend(struct fb_kernel *kernel, uint64_t node, char *path, size_t *start)
{
	char name[FB_MAX_STRING];
	uint64_t text;
	size_t length;
	struct fb_error *err;

	err = fb_kernel_field(kernel, node, &fb_kernel_layout(kernel)->kernfs_name, &text);
	if (!err)
		err = fb_space_string(fb_kernel_space(kernel), text, name, sizeof(name));
	if (err)
		return err;
	length = strlen(name);
	/* Each step takes at least the slash, so a chain that leads back ends here as well. */
	if (length + 1 > *start)
		return fb_error_create(FB_LIMIT, "the path of the control group does not end");
	*start -= length;
	memcpy(path + *start, name, length);
	path[--*start] = '/';
	return NULL;
}

struct fb_error *fb_cgroup_path(struct fb_kernel *kernel, uint64_t cgroup, char *to, size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *parent_field = &layout->kernfs_parent;
	char path[FB_MAX_STRING];
	size_t start = sizeof(path) - 1;
	uint64_t node, parent = 0;
	struct fb_error *err = fb_kernel_field(kernel, cgroup, &layout->cgroup_node, &node);

	path[start] = '\0';
	if (!err)
		err = fb_kernel_field(kernel, node, parent_field, &parent);
	/* The root, which has no parent, has no name either. */
	while (!err && parent) {
		err = prepend(kernel, node, path, &start);
		node = parent;
		if (!err)
			err = fb_kernel_field(kernel, node, parent_field, &parent);
	}
	if (!err && start == sizeof(path) - 1)
		path[--start] = '/';
	if (!err && sizeof(path) - start > size)
		err = fb_error_create(FB_LIMIT, "the path of the control group is too long");
	if (!err)
		memcpy(to, path + start, sizeof(path) - start);
	return err;
}

struct fb_error *fb_task_cgroup(struct fb_kernel *kernel, const struct fb_task *task, char *to,
				size_t size)
{
	uint64_t cgroup;
	struct fb_error *err = find_cgroup(kernel, task, &cgroup);

	if (!err)
		err = fb_cgroup_path(kernel, cgroup, to, size);
	return fb_error_prefix(err, "task 0x%" PRIx64, task->address);
}

static struct fb_error *read_counter(struct fb_kernel *kernel, uint64_t stat, unsigned index,
				     int64_t *pages_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint32_t size = layout->mm_rss_stat.size;
	uint64_t counter = stat + (uint64_t)index * (size / COUNTERS);

	if (size == COUNTERS * sizeof(uint64_t))
		return fb_space_u64(fb_kernel_space(kernel), counter, (uint64_t *)pages_ret);
	if (!layout->percpu_counter.size || size != COUNTERS * layout->percpu_counter.size)
		return fb_error_create(FB_UNSUPPORTED, "mm_struct.rss_stat is of no known form");
	return fb_percpu_counter_sum(kernel, counter, pages_ret);
}

struct fb_error *fb_mm_resident(struct fb_kernel *kernel, uint64_t mm, uint64_t *bytes_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->mm_rss_stat);
	int64_t sum = 0, pages = 0;

	for (unsigned i = 0; i < COUNTERS && !err; i++) {
		if (i == COUNTER_SWAP)
			continue;
		err = read_counter(kernel, mm + layout->mm_rss_stat.offset, i, &pages);
		/* A counter may be below zero while others hold its pages back. */
		if (!err && (pages > (int64_t)FB_MAX_PFN || pages < -(int64_t)FB_MAX_PFN))
			err = fb_error_create(FB_CORRUPT, "%lld resident pages", (long long)pages);
		sum += pages;
	}
	if (!err)
		*bytes_ret = sum > 0 ? (uint64_t)sum * FB_PAGE_SIZE : 0;
	return fb_error_prefix(err, "mm_struct 0x%" PRIx64, mm);
}

struct fb_error *fb_mm_swapped(struct fb_kernel *kernel, uint64_t mm, uint64_t *bytes_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->mm_rss_stat);
	int64_t pages = 0;

	if (!err)
		err = read_counter(kernel, mm + layout->mm_rss_stat.offset, COUNTER_SWAP, &pages);
	if (!err && (pages > (int64_t)FB_MAX_PFN || pages < -(int64_t)FB_MAX_PFN))
		err = fb_error_create(FB_CORRUPT, "%lld swapped pages", (long long)pages);
	if (!err)
		*bytes_ret = pages > 0 ? (uint64_t)pages * FB_PAGE_SIZE : 0;
	return fb_error_prefix(err, "mm_struct 0x%" PRIx64, mm);
}

struct fb_error *fb_task_effective_uid(struct fb_kernel *kernel, const struct fb_task *task,
				       uint32_t *uid_ret)
{
	const struct fb_basic_layout *layout = fb_kernel_basic_layout(kernel);
	uint64_t cred, uid = 0;
	struct fb_error *err = fb_kernel_field(kernel, task->address, &layout->task_cred, &cred);

	if (!err)
		err = fb_kernel_field(kernel, cred, &layout->cred_euid, &uid);
	if (!err)
		*uid_ret = (uint32_t)uid;
	return err;
}
