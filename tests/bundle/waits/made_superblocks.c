// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_superblocks.h. */
#include "tests/bundle/waits/made_superblocks.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define SUPER_LIST 16u
#define SUPER_MOUNTS 32u
#define SUPER_ROOT 48u
#define SUPER_ID 144u
#define SUPER_BYTES 448u

uint64_t made_superblocks_begin(struct made_waits *waits)
{
	struct made_kernel *made = waits->made;
	uint64_t head = made_alloc(made, 64);

	made_files_members(made);
	MADE_FIELD(made, super_block_list, SUPER_LIST, 16);
	MADE_FIELD(made, super_block_root, SUPER_ROOT, 8);
	MADE_FIELD(made, super_block_mounts, SUPER_MOUNTS, 16);
	MADE_FIELD(made, super_block_umount, MADE_SUPER_UMOUNT, 40);
	MADE_FIELD(made, super_block_rename, MADE_SUPER_RENAME, 32);
	MADE_FIELD(made, super_block_bdev, 136, 8);
	MADE_FIELD(made, super_block_id, SUPER_ID, 32);
	MADE_FIELD(made, super_block_frozen, MADE_SUPER_FROZEN, 4);
	MADE_FIELD(made, super_block_writers, MADE_SUPER_WRITERS, 3 * MADE_PERCPU_BYTES);
	MADE_FIELD(made, mount_instance, 0, 16);
	made_list_init(made, head);
	made_waits_symbol(waits, "super_blocks", head);
	return head;
}

uint64_t made_superblocks_add(struct made_waits *waits, uint64_t head, const char *type,
			      const char *id, const char *name)
{
	struct made_kernel *made = waits->made;
	uint64_t superblock = made_alloc(made, SUPER_BYTES), system = made_alloc(made, 64), root;

	MADE_SET(made, superblock, super_block_type, system);
	MADE_SET(made, system, file_system_type_name, made_string(made, type));
	strncpy(made_at(made, superblock + SUPER_ID), id, 31);
	made_list_init(made, superblock + SUPER_MOUNTS);
	made_list_add(made, head, superblock + SUPER_LIST);
	root = made_dentry(made, superblock, 0, "/", 2, 0040755);
	made_put(made, superblock + SUPER_ROOT, root, 8);
	if (name) {
		uint64_t top, above = made_superblock(made, "ext4", 1, &top);
		uint64_t mount = made_mount(made, root, made_mount(made, top, 0, 0),
					    made_dentry(made, above, top, name, 9, 0040755));

		made_list_add(made, superblock + SUPER_MOUNTS, mount);
	}
	return superblock;
}

uint64_t made_superblocks_dentry(struct made_waits *waits, uint64_t superblock, const char *name)
{
	uint64_t root;

	memcpy(&root, made_at(waits->made, superblock + SUPER_ROOT), 8);
	return made_dentry(waits->made, superblock, root, name, 77, 0040755);
}
