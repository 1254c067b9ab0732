// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the text of a path, from a dentry up to a root, as d_path() does in the kernel. Called for
 * mapped and open files, current folders and locks.
 */
#include "kernel/files/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"

/* backing_file: a file of a lower layer, opened for a user of the stacked file system
 * (include/linux/fs.h, 62d53c4a1dfe, 6.5). */
#define FMODE_BACKING (1u << 25)
/* From 6.14 on; bit 25 is FMODE_NONOTIFY there (and in 6.12.y), which says nothing of this. */
#define FMODE_BACKING_6_14 (1u << 24)

/* Text that grows towards the front, as a path is found from its end. */
struct prepend {
	char *start; /* of the buffer */
	size_t left; /* free bytes before the text */
};

static struct fb_error *put(struct prepend *text, const char *bytes, size_t length)
{
	if (length > text->left)
		return fb_error_create(FB_LIMIT, "longer than a path can be");
	text->left -= length;
	memcpy(text->start + text->left, bytes, length);
	return NULL;
}

/* "/NAME" of a dentry. */
static struct fb_error *put_name(struct fb_kernel *kernel, uint64_t dentry, struct prepend *text)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t name, length;
	struct fb_error *err;

	err = fb_kernel_field(kernel, dentry, &layout->dentry_name, &name);
	if (!err)
		err = fb_kernel_field(kernel, dentry, &layout->dentry_name_length, &length);
	if (err)
		return err;
	if (length >= text->left)
		return fb_error_create(FB_LIMIT, "longer than a path can be");
	err = fb_space_read(fb_kernel_space(kernel), name, text->start + text->left - length,
			    length);
	if (err)
		return fb_error_prefix(err, "name of dentry 0x%" PRIx64, dentry);
	text->left -= length;
	return put(text, "/", 1);
}

/* The last component, of files that are in no directory. */
static struct fb_error *read_name(struct fb_kernel *kernel, uint64_t dentry, char *to, size_t size)
{
	struct prepend text = {.start = to, .left = size - 1};
	struct fb_error *err;

	to[size - 1] = '\0';
	err = put_name(kernel, dentry, &text);
	if (!err)
		memmove(to, to + text.left + 1, size - text.left - 1);
	return err;
}

static struct fb_error *pointer(struct fb_kernel *kernel, uint64_t base,
				const struct fb_field *field, uint64_t *value_ret)
{
	uint64_t value;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &value);

	if (!err && !fb_kernel_address_ok(value))
		err = fb_error_create(FB_CORRUPT, "%s is 0x%" PRIx64, field->name, value);
	if (!err)
		*value_ret = value;
	return err;
}

struct fb_error *fb_file_system_type(struct fb_kernel *kernel, uint64_t superblock, char *to,
				     size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t type, name;
	struct fb_error *err;

	err = pointer(kernel, superblock, &layout->super_block_type, &type);
	if (!err)
		err = pointer(kernel, type, &layout->file_system_type_name, &name);
	return err ? err : fb_space_string_whole(fb_kernel_space(kernel), name, to, size);
}

/* "net:[4026531840]": inode->i_private is the namespace's ns_common. */
static struct fb_error *namespace_name(struct fb_kernel *kernel, uint64_t inode, uint64_t number,
				       char *to, size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t ns, ops, name;
	char kind[32];
	struct fb_error *err;

	err = pointer(kernel, inode, &layout->inode_private, &ns);
	if (!err)
		err = pointer(kernel, ns, &layout->ns_common_ops, &ops);
	if (!err)
		err = pointer(kernel, ops, &layout->ns_operations_name, &name);
	if (!err)
		err = fb_space_string(fb_kernel_space(kernel), name, kind, sizeof(kind));
	if (!err)
		snprintf(to, size, "%s:[%" PRIu64 "]", kind, number);
	return err;
}

/* What d_dname() of a file system gives for its files; they stand in no directory. */
static struct fb_error *pseudo_name(struct fb_kernel *kernel, uint64_t dentry, char *to)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	char type[32], name[FB_MAX_STRING];
	uint64_t superblock, inode, number;
	struct fb_error *err;

	err = pointer(kernel, dentry, &layout->dentry_sb, &superblock);
	if (!err)
		err = fb_file_system_type(kernel, superblock, type, sizeof(type));
	if (!err)
		err = pointer(kernel, dentry, &layout->dentry_inode, &inode);
	if (!err)
		err = fb_kernel_field(kernel, inode, &layout->inode_number, &number);
	if (!err)
		err = read_name(kernel, dentry, name, sizeof(name));
	if (err)
		return err;
	if (!strcmp(type, "pipefs"))
		snprintf(to, FB_PATH_SIZE, "pipe:[%" PRIu64 "]", number);
	else if (!strcmp(type, "sockfs"))
		snprintf(to, FB_PATH_SIZE, "socket:[%" PRIu64 "]", number);
	else if (!strcmp(type, "nsfs"))
		err = namespace_name(kernel, inode, number, to, FB_PATH_SIZE);
	else if (!strcmp(type, "pidfs")) /* 6.9; a file of anon_inodefs before */
		snprintf(to, FB_PATH_SIZE, "anon_inode:[pidfd]");
	else if (!strcmp(type, "anon_inodefs"))
		snprintf(to, FB_PATH_SIZE, "anon_inode:%s", name);
	else if (!strcmp(type, "dmabuf"))
		snprintf(to, FB_PATH_SIZE, "/dmabuf:%s", name);
	else /* simple_dname(): shmem, hugetlbfs, aio */
		snprintf(to, FB_PATH_SIZE, "/%s (deleted)", name);
	return err;
}

/* Whether the dentry's operations name it themselves. */
static struct fb_error *has_pseudo_name(struct fb_kernel *kernel, const struct fb_path *path,
					bool *pseudo_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t ops, dname = 0, parent, root = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, path->dentry, &layout->dentry_op, &ops);
	if (!err && ops)
		err = fb_kernel_field(kernel, ops, &layout->dentry_operations_dname, &dname);
	if (!err)
		err = fb_kernel_field(kernel, path->dentry, &layout->dentry_parent, &parent);
	/* The mounts of such files are never shown: one that is lost costs them nothing. */
	if (!err && path->mount)
		err = fb_part_skip(
			fb_kernel_field(kernel, path->mount, &layout->vfsmount_root, &root));
	if (!err)
		*pseudo_ret = dname && !(parent == path->dentry && root == path->dentry);
	return err;
}

/* d_unlinked(): no longer hashed, and not the root of its file system. */
static struct fb_error *put_deleted(struct fb_kernel *kernel, uint64_t dentry, struct prepend *text)
{
	static const char deleted[] = " (deleted)";
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t hashed, parent;
	struct fb_error *err;

	err = fb_kernel_field(kernel, dentry, &layout->dentry_hash_pprev, &hashed);
	if (!err)
		err = fb_kernel_field(kernel, dentry, &layout->dentry_parent, &parent);
	if (err || hashed || parent == dentry)
		return err;
	return put(text, deleted, sizeof(deleted) - 1);
}

/* prepend_path(). */
static struct fb_error *put_path(struct fb_kernel *kernel, const struct fb_path *path,
				 const struct fb_path *root, struct prepend *text)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t dentry = path->dentry, mount, mnt_root, parent;
	uint32_t mounts = 0;
	struct fb_error *err;

	err = fb_layout_require(&layout->mount_mnt);
	if (err)
		return err;
	mount = path->mount - layout->mount_mnt.offset;
	/* Each turn writes a byte at least, or crosses a mount. */
	while (!root || dentry != root->dentry || mount + layout->mount_mnt.offset != root->mount) {
		err = fb_kernel_field(kernel, mount + layout->mount_mnt.offset,
				      &layout->vfsmount_root, &mnt_root);
		if (err)
			return err;
		if (dentry == mnt_root) {
			err = pointer(kernel, mount, &layout->mount_parent, &parent);
			if (err || parent == mount)
				return err; /* the root of the mount namespace */
			if (++mounts > FB_MAX_MOUNT_DEPTH)
				return fb_error_create(FB_CORRUPT, "mounts form a loop");
			err = pointer(kernel, mount, &layout->mount_mountpoint, &dentry);
			mount = parent;
		} else {
			err = pointer(kernel, dentry, &layout->dentry_parent, &parent);
			if (err || parent == dentry)
				return err; /* outside its mount */
			err = put_name(kernel, dentry, text);
			dentry = parent;
		}
		if (err)
			return err;
	}
	return NULL;
}

/* Up the dentries to the root of their file system, whatever is mounted where. Each turn writes a byte at least. */
static struct fb_error *put_dentries(struct fb_kernel *kernel, uint64_t dentry,
				     struct prepend *text)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t parent;
	struct fb_error *err = NULL;

	while (!err) {
		err = pointer(kernel, dentry, &layout->dentry_parent, &parent);
		if (err || parent == dentry)
			break;
		err = put_name(kernel, dentry, text);
		dentry = parent;
	}
	return err;
}

/* The same as far as they can be read. */
static struct fb_error *put_what_is_left(struct fb_kernel *kernel, const struct fb_path *path,
					 struct prepend *text)
{
	struct fb_error *err = put_dentries(kernel, path->dentry, text);

	if (fb_error_is(err, FB_LIMIT))
		return err;
	return fb_part_skip(err);
}

/* "…/dir/name, mount unknown"; *left_ret false where not even the name can be read. */
static struct fb_error *text_of_what_is_left(struct fb_kernel *kernel, const struct fb_path *path,
					     char *to, bool *left_ret)
{
	static const char mark[] = ", mount unknown", before[] = "\xe2\x80\xa6"; /* an ellipsis */
	char whole[FB_PATH_SIZE];
	struct prepend text = {.start = whole, .left = sizeof(whole)};
	size_t end;
	struct fb_error *err = put(&text, mark, sizeof(mark));

	end = text.left;
	if (!err)
		err = put_what_is_left(kernel, path, &text);
	*left_ret = text.left != end;
	if (!err && *left_ret)
		err = put(&text, before, sizeof(before) - 1);
	if (!err && *left_ret)
		memcpy(to, whole + text.left, sizeof(whole) - text.left);
	return err;
}

struct fb_error *fb_path_text_whole(struct fb_kernel *kernel, const struct fb_path *path,
				    const struct fb_path *root, char *to)
{
	char whole[FB_PATH_SIZE];
	struct prepend text = {.start = whole, .left = sizeof(whole)};
	bool pseudo = false;
	size_t end;
	struct fb_error *err;

	if (!fb_kernel_address_ok(path->dentry))
		return fb_error_create(FB_CORRUPT, "dentry 0x%" PRIx64, path->dentry);
	err = has_pseudo_name(kernel, path, &pseudo);
	if (!err && pseudo)
		err = pseudo_name(kernel, path->dentry, to);
	if (err || pseudo)
		return err;
	err = put(&text, "", 1);
	if (!err)
		err = put_deleted(kernel, path->dentry, &text);
	end = text.left;
	if (!err)
		err = put_path(kernel, path, root, &text);
	if (!err && text.left == end)
		err = put(&text, "/", 1);
	if (err)
		return fb_error_prefix(err, "path of dentry 0x%" PRIx64, path->dentry);
	memcpy(to, whole + text.left, sizeof(whole) - text.left);
	return NULL;
}

struct fb_error *fb_path_text(struct fb_kernel *kernel, const struct fb_path *path,
			      const struct fb_path *root, char *to)
{
	struct fb_error *whole = fb_path_text_whole(kernel, path, root, to), *err;
	bool left = false;

	/* What is damaged may lead anywhere; what is lost only ends early. */
	if (!fb_error_is(whole, FB_ABSENT) && !fb_error_is(whole, FB_TRUNCATED))
		return whole;
	err = text_of_what_is_left(kernel, path, to, &left);
	if (err || !left) {
		fb_error_destroy(err);
		return whole;
	}
	fb_warn_error(fb_kernel_warnings(kernel), whole, "a path is shown as far as it is there");
	return NULL;
}

struct fb_error *fb_path_in_file_system(struct fb_kernel *kernel, uint64_t dentry, char *to)
{
	const struct fb_path path = {.dentry = dentry};
	char whole[FB_PATH_SIZE];
	struct prepend text = {.start = whole, .left = sizeof(whole)};
	bool pseudo = false;
	struct fb_error *err = has_pseudo_name(kernel, &path, &pseudo);

	if (!err && pseudo)
		err = pseudo_name(kernel, dentry, to);
	if (err || pseudo)
		return err;
	err = put(&text, "", 1);
	if (!err)
		err = put_dentries(kernel, dentry, &text);
	if (!err && text.left == sizeof(whole) - 1)
		err = put(&text, "/", 1);
	if (!err)
		memcpy(to, whole + text.left, sizeof(whole) - text.left);
	return err;
}

static struct fb_error *read_path(struct fb_kernel *kernel, uint64_t address,
				  struct fb_path *path_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_path path;
	struct fb_error *err;

	err = fb_kernel_field(kernel, address, &layout->path_mnt, &path.mount);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->path_dentry, &path.dentry);
	if (!err)
		*path_ret = path;
	return err;
}

static struct fb_error *task_path(struct fb_kernel *kernel, const struct fb_task *task,
				  const struct fb_field *field, struct fb_path *path_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t fs;
	struct fb_error *err;

	err = fb_layout_require(field);
	if (!err)
		err = fb_kernel_field(kernel, task->address, &layout->task_fs, &fs);
	if (!err && !fs)
		err = fb_error_create(FB_NOT_FOUND, "task %d has no root directory any more",
				      task->tid);
	return err ? err : read_path(kernel, fs + field->offset, path_ret);
}

struct fb_error *fb_path_task_root(struct fb_kernel *kernel, const struct fb_task *task,
				   struct fb_path *root_ret)
{
	return task_path(kernel, task, &fb_kernel_layout(kernel)->fs_root, root_ret);
}

char *fb_path_mangle(const char *text, const char *escape, char *to, size_t size)
{
	size_t out = 0;

	if (!size)
		return to;
	for (; *text; text++) {
		bool mangle = strchr(escape, *text) != NULL;

		if (size - 1 - out < (mangle ? 4u : 1u))
			break;
		if (mangle)
			out += (size_t)snprintf(to + out, size - out, "\\%03o",
						(unsigned char)*text);
		else
			to[out++] = *text;
	}
	to[out] = '\0';
	return to;
}

/* From 6.7 on (def3ae83da02) f_path of a backing file is the lower layer's, and user_path that of
 * the user; before, f_path was the user's. */
static struct fb_error *user_path(struct fb_kernel *kernel, uint64_t file,
				  struct fb_file_info *info)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t mode = 0;
	struct fb_path path = {0};
	struct fb_error *err;

	if (!layout->backing_file_user_path.found)
		return NULL;
	err = fb_kernel_field(kernel, file, &layout->file_mode, &mode);
	if (err || !(mode & (FMODE_BACKING | FMODE_BACKING_6_14)))
		return err;
	err = read_path(kernel, file + layout->backing_file_user_path.offset, &path);
	if (!fb_error_is_fatal(err) &&
	    (err || !fb_kernel_address_ok(path.mount) || !fb_kernel_address_ok(path.dentry))) {
		fb_error_destroy(err);
		return NULL; /* the bit has another meaning in this kernel */
	}
	info->path = path;
	return err ? err
		   : pointer(kernel, info->path.dentry, &layout->dentry_inode,
			     &info->inode_address);
}

struct fb_error *fb_file_info(struct fb_kernel *kernel, uint64_t file,
			      struct fb_file_info *info_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_file_info info = {0};
	uint64_t superblock, device, mode;
	struct fb_error *err;

	err = fb_layout_require(&layout->file_path);
	if (!err && !fb_kernel_address_ok(file))
		err = fb_error_create(FB_CORRUPT, "no address of a file");
	if (!err)
		err = read_path(kernel, file + layout->file_path.offset, &info.path);
	if (!err)
		err = pointer(kernel, file, &layout->file_inode, &info.inode_address);
	if (!err)
		err = user_path(kernel, file, &info);
	if (!err)
		err = fb_kernel_field(kernel, info.inode_address, &layout->inode_number,
				      &info.inode);
	if (!err)
		err = fb_kernel_field(kernel, info.inode_address, &layout->inode_mode, &mode);
	if (!err)
		err = pointer(kernel, info.inode_address, &layout->inode_sb, &superblock);
	if (!err)
		err = fb_kernel_field(kernel, superblock, &layout->super_block_dev, &device);
	if (!err)
		err = fb_file_system_type(kernel, superblock, info.fs_type, sizeof(info.fs_type));
	if (err)
		return fb_error_prefix(err, "file 0x%" PRIx64, file);
	info.mode = (uint16_t)mode;
	fb_device_parts(device, &info.major, &info.minor);
	*info_ret = info;
	return NULL;
}
