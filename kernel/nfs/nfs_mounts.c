// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds file systems of NFS in the list super_blocks, and reads their struct nfs_server. Called by the command nfs. */
#include "kernel/nfs/nfs_mounts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/files/superblock.h"
#include "kernel/nfs/nfs_procedures.h"
#include "kernel/nfs/rpc_private.h"

struct walk {
	struct fb_kernel *kernel;
	const struct fb_rpc_layout *layout;
	const struct fb_jiffies *jiffies;
	struct fb_nfs_mounts *mounts;
	size_t room;
};

static struct fb_error *lost(struct walk *walk, struct fb_error *err)
{
	if (err)
		walk->mounts->complete = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "a mounted file system of NFS");
}

/* A number of seconds that the kernel has in jiffies. */
static struct fb_error *read_seconds(const struct walk *walk, uint64_t base,
				     const struct fb_field *field, double *seconds_ret)
{
	uint64_t ticks = 0;
	struct fb_error *err =
		field->found ? fb_kernel_field(walk->kernel, base, field, &ticks) : NULL;

	*seconds_ret = field->found && !err ? fb_rpc_seconds(walk->jiffies, ticks) : NAN;
	return err;
}

/* Seconds since a moment that the kernel has in jiffies; NaN for the moment 0. */
static struct fb_error *read_since(const struct walk *walk, uint64_t base,
				   const struct fb_field *field, double *seconds_ret)
{
	uint64_t moment = 0;
	struct fb_error *err =
		field->found ? fb_kernel_field(walk->kernel, base, field, &moment) : NULL;

	*seconds_ret = moment && !err && walk->jiffies->tick_s > 0
			       ? fb_jiffies_since(walk->jiffies, moment)
			       : NAN;
	return err;
}

static struct fb_error *read_options(const struct walk *walk, struct fb_nfs_mount *mount)
{
	const struct fb_rpc_layout *layout = walk->layout;
	const struct {
		const struct fb_field *field;
		uint32_t *to;
	} numbers[] = {
		{&layout->server_capabilities, &mount->capabilities},
		{&layout->server_read_size, &mount->read_size},
		{&layout->server_write_size, &mount->write_size},
		{&layout->server_name_length, &mount->name_length},
	};
	const struct {
		const struct fb_field *field;
		double *to;
	} times[] = {
		{&layout->server_file_cache_least, &mount->file_cache_s[0]},
		{&layout->server_file_cache_most, &mount->file_cache_s[1]},
		{&layout->server_folder_cache_least, &mount->folder_cache_s[0]},
		{&layout->server_folder_cache_most, &mount->folder_cache_s[1]},
	};
	struct fb_error *err =
		fb_kernel_field(walk->kernel, mount->server, &layout->server_flags, &mount->flags);

	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_rpc_number(walk->kernel, mount->server, numbers[i].field, numbers[i].to);
	for (size_t i = 0; i < FB_ARRAY_SIZE(times) && !err; i++)
		err = read_seconds(walk, mount->server, times[i].field, times[i].to);
	if (!err)
		err = read_since(walk, mount->server, &layout->server_mount_time, &mount->age_s);
	if (!err && layout->server_writeback.found)
		err = fb_kernel_field(walk->kernel, mount->server, &layout->server_writeback,
				      &mount->writeback);
	return err;
}

/* A session of version 4.1 has slots, each of which has one call at a time. */
static struct fb_error *read_session(const struct walk *walk, uint64_t session,
				     struct fb_nfs_mount *mount)
{
	const struct fb_rpc_layout *layout = walk->layout;
	uint64_t words[FB_MAX_NFS_SLOTS / 64] = {0};
	size_t size = layout->session_slots.size;
	struct fb_error *err = fb_layout_require(&layout->session_slots);

	if (!err)
		err = fb_rpc_number(walk->kernel, session, &layout->session_most_slots,
				    &mount->slots);
	if (!err)
		err = fb_rpc_number(walk->kernel, session, &layout->session_waiting,
				    &mount->slot_waiters);
	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel),
				    session + layout->session_slots.offset, words,
				    size < sizeof(words) ? size : sizeof(words));
	if (err)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		mount->slots_used += (uint32_t)__builtin_popcountll(words[i]);
	mount->has_session = true;
	return NULL;
}

/* What all mounts from a server have in common. */
static struct fb_error *read_nfs_client(const struct walk *walk, uint64_t client,
					struct fb_nfs_mount *mount)
{
	const struct fb_rpc_layout *layout = walk->layout;
	uint64_t operations = 0, session = 0;
	struct fb_error *err = fb_rpc_string(walk->kernel, client, &layout->nfs_client_host,
					     mount->host, sizeof(mount->host));

	if (!err)
		err = fb_kernel_field(walk->kernel, client, &layout->nfs_client_rpc,
				      &mount->main_client);
	if (!err)
		err = fb_kernel_field(walk->kernel, client, &layout->nfs_client_operations,
				      &operations);
	if (!err && operations)
		err = fb_rpc_number(walk->kernel, operations, &layout->operations_version,
				    &mount->version);
	if (!err)
		err = fb_rpc_number(walk->kernel, client, &layout->nfs_client_minor, &mount->minor);
	if (err || mount->version < 4)
		return err;
	if (layout->nfs_client_address.found)
		err = fb_part_skip(fb_space_string_whole(
			fb_kernel_space(walk->kernel), client + layout->nfs_client_address.offset,
			mount->local_address, sizeof(mount->local_address)));
	if (!err && layout->nfs_client_state.found)
		err = fb_kernel_field(walk->kernel, client, &layout->nfs_client_state,
				      &mount->state);
	if (!err)
		err = read_seconds(walk, client, &layout->nfs_client_lease, &mount->lease_s);
	if (!err)
		err = read_since(walk, client, &layout->nfs_client_renewal, &mount->renewed_s);
	if (!err && layout->nfs_client_session.found)
		err = fb_kernel_field(walk->kernel, client, &layout->nfs_client_session, &session);
	return err || !session ? err : fb_part_skip(read_session(walk, session, mount));
}

static struct fb_error *read_mount(const struct walk *walk, struct fb_nfs_mount *mount)
{
	const struct fb_rpc_layout *layout = walk->layout;
	uint64_t client = 0;
	struct fb_error *err = fb_kernel_field(walk->kernel, mount->superblock,
					       &layout->superblock_private, &mount->server);

	mount->lease_s = mount->renewed_s = NAN;
	if (!err)
		err = fb_kernel_field(walk->kernel, mount->server, &layout->server_rpc,
				      &mount->client);
	if (!err)
		err = read_options(walk, mount);
	if (!err)
		err = fb_kernel_field(walk->kernel, mount->server, &layout->server_client, &client);
	if (!err)
		err = read_nfs_client(walk, client, mount);
	return err ? err : fb_nfs_procedures_read(walk->kernel, layout, mount);
}

static bool is_nfs(const char *type)
{
	return !strcmp(type, "nfs") || !strcmp(type, "nfs4");
}

static struct fb_error *add_superblock(void *context, uint64_t entry)
{
	struct walk *walk = context;
	struct fb_nfs_mounts *mounts = walk->mounts;
	struct fb_superblock superblock;
	struct fb_nfs_mount mount = {
		.superblock = entry - fb_kernel_layout(walk->kernel)->super_block_list.offset};
	struct fb_error *err = fb_superblock_read(walk->kernel, mount.superblock, &superblock);

	if (err)
		return lost(walk, err);
	if (!is_nfs(superblock.type))
		return NULL;
	memcpy(mount.type, superblock.type,
	       strlen(superblock.type) + 1); /* "nfs4" is the longest */
	mount.device = superblock.major << 20 | superblock.minor;
	err = read_mount(walk, &mount);
	if (!err)
		err = fb_grow_array(&mounts->mounts, &walk->room, mounts->count, sizeof(mount),
				    FB_MAX_NFS_MOUNTS, "mounted file systems of NFS");
	if (err) {
		free(mount.procedures);
		return lost(walk, err);
	}
	mounts->mounts[mounts->count++] = mount;
	return NULL;
}

struct fb_error *fb_nfs_mounts_load(struct fb_kernel *kernel, const struct fb_rpc_layout *layout,
				    const struct fb_jiffies *jiffies,
				    struct fb_nfs_mounts *mounts_ret)
{
	struct fb_nfs_mounts mounts = {.complete = true};
	struct walk walk = {
		.kernel = kernel, .layout = layout, .jiffies = jiffies, .mounts = &mounts};
	uint64_t head = 0;
	struct fb_error *err = fb_layout_require(&fb_kernel_layout(kernel)->super_block_list);

	if (!err)
		err = fb_kernel_symbol(kernel, "super_blocks", &head);
	if (err)
		return err;
	err = lost(&walk, fb_kernel_list(kernel, head, FB_MAX_MOUNTS, add_superblock, &walk));
	if (err) {
		fb_nfs_mounts_deinit(&mounts);
		return err;
	}
	*mounts_ret = mounts;
	return NULL;
}

void fb_nfs_mounts_deinit(struct fb_nfs_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		free(mounts->mounts[i].procedures);
	free(mounts->mounts);
	*mounts = (struct fb_nfs_mounts){0};
}
