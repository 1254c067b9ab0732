// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the mounts of a namespace by its list (a tree since 6.8) and by the mounts below its root, and reads each.
 * Called for the list of mounts.
 */
#include "kernel/files/mounts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/tasks/task_detail.h"

/* include/linux/mount.h; the same in all kernels, and of those that are an enum since 6.15. */
#define MNT_NOSUID 0x01u
#define MNT_NODEV 0x02u
#define MNT_NOEXEC 0x04u
#define MNT_NOATIME 0x08u
#define MNT_NODIRATIME 0x10u
#define MNT_RELATIME 0x20u
#define MNT_READONLY 0x40u
#define MNT_NOSYMFOLLOW 0x80u
/* A reader's place in the list, and no mount (9f6c61f96f2d, 5.8, to 6.7). */
#define MNT_CURSOR 0x10000000u

#define COLOUR_MASK 3ull

/* More components than a path can have. */
#define MAX_PATH_STEPS (FB_PATH_SIZE / 2)

struct mount_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_path *root;
	struct fb_u64_map seen;  /* addresses of mounts */
	struct fb_u64_map nodes; /* of the namespace's tree */
	uint64_t *found;         /* owned: addresses of mounts, each once */
	size_t count, room;
	/* Entries met in lists of children, of all lists together: those of a damaged dump may lead into each other. */
	uint64_t children;
	struct fb_mounts mounts;
	size_t mounts_room;
};

static struct fb_error *add_found(struct mount_walk *walk, uint64_t mount)
{
	uint64_t flags = 0;
	bool fresh;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, mount + walk->layout->mount_mnt.offset,
			      &walk->layout->vfsmount_flags, &flags);
	if (err || flags & MNT_CURSOR)
		return err;
	err = fb_u64_set_add(&walk->seen, mount, FB_MAX_MOUNTS, "mounts", &fresh);
	if (err || !fresh)
		return err;
	err = fb_grow_array(&walk->found, &walk->room, walk->count, sizeof(*walk->found),
			    FB_MAX_MOUNTS, "mounts");
	if (!err)
		walk->found[walk->count++] = mount;
	return err;
}

static struct fb_error *add_listed(void *context, uint64_t entry)
{
	struct mount_walk *walk = context;

	return add_found(walk, entry - walk->layout->mount_list.offset);
}

static struct fb_error *add_child(void *context, uint64_t entry)
{
	struct mount_walk *walk = context;

	if (++walk->children > FB_MAX_MOUNTS)
		return fb_error_create(FB_LIMIT, "more than %u mounts", FB_MAX_MOUNTS);
	return add_found(walk, entry - walk->layout->mount_child.offset);
}

/* A node of the tree goes onto the stack where it was not met before; *node_ret is then its left neighbour. */
static struct fb_error *push_left(struct mount_walk *walk, uint64_t node, uint64_t **stack,
				  size_t *count, size_t *room)
{
	struct fb_error *err = NULL;
	bool fresh;

	while (node && !err) {
		if (!fb_kernel_address_ok(node))
			return fb_error_create(FB_CORRUPT, "node 0x%" PRIx64, node);
		err = fb_u64_set_add(&walk->nodes, node, FB_MAX_MOUNTS, "mounts", &fresh);
		if (!err && !fresh)
			err = fb_error_create(FB_CORRUPT, "node 0x%" PRIx64 " is met twice", node);
		if (!err)
			err = fb_grow_array(stack, room, *count, sizeof(node), FB_MAX_MOUNTS,
					    "mounts");
		if (err)
			return err;
		(*stack)[(*count)++] = node;
		err = fb_kernel_field(walk->kernel, node, &walk->layout->rb_left, &node);
	}
	return err;
}

static struct fb_error *part_lost(struct mount_walk *walk, struct fb_error *err)
{
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the mounts of a namespace");
}

/* In order of the tree, which is that in which they were mounted. A node whose left side is lost is still taken. */
static struct fb_error *walk_tree(struct mount_walk *walk, uint64_t root)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t *stack = NULL, right = 0;
	size_t count = 0, room = 0;
	struct fb_error *err;

	err = part_lost(walk, push_left(walk, root, &stack, &count, &room));
	while (count && !err) {
		uint64_t node = stack[--count];

		err = add_found(walk, node - layout->mount_node.offset);
		if (!err)
			err = fb_kernel_field(walk->kernel, node, &layout->rb_right, &right);
		if (!err)
			err = push_left(walk, right, &stack, &count, &room);
		err = part_lost(walk, err);
	}
	free(stack);
	return err;
}

static struct fb_error *walk_namespace(struct mount_walk *walk, uint64_t mount_namespace)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t root = 0;
	struct fb_error *err;

	if (layout->mount_node.found) {
		err = fb_kernel_field(walk->kernel, mount_namespace, &layout->mnt_ns_mounts, &root);
		return err ? err : walk_tree(walk, root);
	}
	err = fb_layout_require(&layout->mount_list);
	if (!err)
		err = fb_layout_require(&layout->mnt_ns_list);
	if (err)
		return err;
	return fb_kernel_list(walk->kernel, mount_namespace + layout->mnt_ns_list.offset,
			      FB_MAX_MOUNTS, add_listed, walk);
}

/* The mounts below each that was found, which are found by that, and so on. */
static struct fb_error *walk_children(struct mount_walk *walk, uint64_t mount_namespace)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t root = 0;
	struct fb_error *err = fb_layout_require(&layout->mount_children);

	if (!err)
		err = fb_layout_require(&layout->mount_child);
	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "mounts below mounts");
	err = fb_kernel_field(walk->kernel, mount_namespace, &layout->mnt_ns_root, &root);
	if (!err)
		err = add_found(walk, root);
	err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the root of a mount namespace");
	for (size_t i = 0; i < walk->count && walk->children <= FB_MAX_MOUNTS && !err; i++) {
		uint64_t head = walk->found[i] + layout->mount_children.offset;

		err = fb_kernel_list(walk->kernel, head, FB_MAX_MOUNTS, add_child, walk);
		err = fb_part_warn(fb_kernel_warnings(walk->kernel), err,
				   "mounts below mount 0x%" PRIx64, walk->found[i]);
	}
	return err;
}

/* Whether a dentry is at or below another of the same file system. */
static struct fb_error *is_below(struct mount_walk *walk, uint64_t dentry, uint64_t top,
				 bool *below_ret)
{
	struct fb_error *err = NULL;

	*below_ret = dentry == top;
	for (size_t i = 0; !*below_ret && !err && i < MAX_PATH_STEPS; i++) {
		uint64_t parent = dentry;

		err = fb_kernel_field(walk->kernel, dentry, &walk->layout->dentry_parent, &parent);
		if (err || parent == dentry)
			break;
		dentry = parent;
		*below_ret = dentry == top;
	}
	return err;
}

/* is_path_reachable() of fs/namespace.c. */
static struct fb_error *is_visible(struct mount_walk *walk, uint64_t mount, bool *visible_ret)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t dentry, parent, top;
	struct fb_error *err;

	*visible_ret = true;
	if (!walk->root)
		return NULL;
	top = walk->root->mount - layout->mount_mnt.offset;
	err = fb_kernel_field(walk->kernel, mount + layout->mount_mnt.offset,
			      &layout->vfsmount_root, &dentry);
	for (uint32_t i = 0; !err && mount != top; i++) {
		err = fb_kernel_field(walk->kernel, mount, &layout->mount_parent, &parent);
		if (!err && (parent == mount || i >= FB_MAX_MOUNT_DEPTH)) {
			*visible_ret = false;
			return NULL;
		}
		if (!err)
			err = fb_kernel_field(walk->kernel, mount, &layout->mount_mountpoint,
					      &dentry);
		mount = parent;
	}
	return err ? err : is_below(walk, dentry, walk->root->dentry, visible_ret);
}

static struct fb_error *copy_text(const char *text, char **to)
{
	*to = strdup(text);
	return *to ? NULL : fb_error_nomem();
}

static struct fb_error *read_paths(struct mount_walk *walk, struct fb_mount *mount)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_path path = {.mount = mount->address + layout->mount_mnt.offset};
	char text[FB_PATH_SIZE];
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, path.mount, &layout->vfsmount_root, &path.dentry);
	if (!err)
		err = fb_path_in_file_system(walk->kernel, path.dentry, text);
	if (!err)
		err = copy_text(text, &mount->root);
	err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the root of mount %d",
			   mount->id);
	if (!err)
		err = fb_path_text_whole(walk->kernel, &path, walk->root, text);
	if (!err)
		err = copy_text(text, &mount->target);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the target of mount %d",
			    mount->id);
}

static struct fb_error *read_source(struct mount_walk *walk, struct fb_mount *mount)
{
	char text[FB_PATH_SIZE] = "none";
	uint64_t name = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, mount->address, &walk->layout->mount_device_name,
			      &name);
	if (!err && name)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), name, text,
					    sizeof(text));
	if (!err)
		err = copy_text(text, &mount->source);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the source of mount %d",
			    mount->id);
}

static struct fb_error *read_numbers(struct mount_walk *walk, struct fb_mount *mount)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t vfsmount = mount->address + layout->mount_mnt.offset, parent, superblock;
	int64_t id = 0, parent_id = 0;
	struct fb_error *err;

	err = fb_kernel_field_signed(walk->kernel, mount->address, &layout->mount_id, &id);
	if (!err)
		err = fb_kernel_field(walk->kernel, mount->address, &layout->mount_parent, &parent);
	if (!err)
		err = fb_kernel_field_signed(walk->kernel, parent, &layout->mount_id, &parent_id);
	if (!err)
		err = fb_kernel_field(walk->kernel, vfsmount, &layout->vfsmount_flags,
				      &mount->flags);
	mount->numbers_known = !err;
	mount->id = (int32_t)id;
	mount->parent_id = (int32_t)parent_id;
	err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "mount 0x%" PRIx64,
			   mount->address);
	if (!err)
		err = fb_kernel_field(walk->kernel, vfsmount, &layout->vfsmount_sb, &superblock);
	if (!err)
		err = fb_superblock_read(walk->kernel, superblock, &mount->superblock);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "the file system of mount %d",
			    mount->id);
}

static void mount_deinit(struct fb_mount *mount)
{
	free(mount->target);
	free(mount->root);
	free(mount->source);
}

static struct fb_error *read_mount(struct mount_walk *walk, uint64_t address)
{
	struct fb_mount mount = {.address = address};
	bool visible = true;
	struct fb_error *err;

	err = fb_part_warn(fb_kernel_warnings(walk->kernel), is_visible(walk, address, &visible),
			   "where mount 0x%" PRIx64 " is", address);
	if (!err && !visible) {
		walk->mounts.hidden++;
		return NULL;
	}
	if (!err)
		err = read_numbers(walk, &mount);
	if (!err)
		err = read_source(walk, &mount);
	if (!err)
		err = read_paths(walk, &mount);
	if (!err)
		err = fb_grow_array(&walk->mounts.mounts, &walk->mounts_room, walk->mounts.count,
				    sizeof(mount), FB_MAX_MOUNTS, "mounts");
	if (err) {
		mount_deinit(&mount);
		return err;
	}
	walk->mounts.mounts[walk->mounts.count++] = mount;
	return NULL;
}

struct fb_error *fb_mounts_namespace(struct fb_kernel *kernel, const struct fb_task *task,
				     uint64_t *namespace_ret)
{
	return fb_task_namespace(kernel, task, &fb_kernel_layout(kernel)->nsproxy_mnt,
				 namespace_ret);
}

struct fb_error *fb_mounts_load(struct fb_kernel *kernel, uint64_t mount_namespace,
				const struct fb_path *root, struct fb_mounts *mounts_ret)
{
	struct mount_walk walk = {
		.kernel = kernel, .layout = fb_kernel_layout(kernel), .root = root};
	struct fb_error *err = fb_layout_require(&walk.layout->mount_mnt);

	if (!err)
		err = part_lost(&walk, walk_namespace(&walk, mount_namespace));
	if (!err)
		err = walk_children(&walk, mount_namespace);
	if (!err && !walk.count)
		err = fb_error_create(FB_NOT_FOUND,
				      "mount namespace 0x%" PRIx64 " leads to no mount",
				      mount_namespace);
	for (size_t i = 0; i < walk.count && !err; i++)
		err = read_mount(&walk, walk.found[i]);
	fb_u64_map_deinit(&walk.seen);
	fb_u64_map_deinit(&walk.nodes);
	free(walk.found);
	if (err) {
		fb_mounts_deinit(&walk.mounts);
		return fb_error_prefix(err, "mounts");
	}
	*mounts_ret = walk.mounts;
	return NULL;
}

void fb_mounts_deinit(struct fb_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		mount_deinit(&mounts->mounts[i]);
	free(mounts->mounts);
	*mounts = (struct fb_mounts){0};
}

bool fb_mount_is_read_only(const struct fb_mount *mount)
{
	return mount->flags & MNT_READONLY;
}

void fb_mount_options(const struct fb_mount *mount, char *to, size_t size)
{
	/* In the order of show_mnt_opts() (fs/proc_namespace.c). */
	static const struct {
		uint64_t flag;
		const char *name;
	} options[] = {
		{MNT_NOSUID, "nosuid"},           {MNT_NODEV, "nodev"},
		{MNT_NOEXEC, "noexec"},           {MNT_NOATIME, "noatime"},
		{MNT_NODIRATIME, "nodiratime"},   {MNT_RELATIME, "relatime"},
		{MNT_NOSYMFOLLOW, "nosymfollow"},
	};
	size_t used = (size_t)snprintf(to, size, "%s", fb_mount_is_read_only(mount) ? "ro" : "rw");

	for (size_t i = 0; i < FB_ARRAY_SIZE(options) && used < size; i++)
		if (mount->flags & options[i].flag)
			used += (size_t)snprintf(to + used, size - used, ",%s", options[i].name);
}
