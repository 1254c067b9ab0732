// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of what the NFS client has as numbers. Called by the command nfs. */
#include <inttypes.h>
#include <stdio.h>

#include "base/attr.h"
#include "kernel/nfs/nfs_mounts.h"

char *fb_nfs_version_text(const struct fb_nfs_mount *mount, char *to, size_t size)
{
	if (mount->version >= 4)
		snprintf(to, size, "%" PRIu32 ".%" PRIu32, mount->version, mount->minor);
	else
		snprintf(to, size, "%" PRIu32, mount->version);
	return to;
}

/* NFS_MOUNT_* (include/uapi/linux/nfs_mount.h, include/linux/nfs_fs_sb.h), as nfs_show_mount_options() prints them. */
static const struct {
	uint64_t mask, value;
	const char *name;
} options[] = {
	{0x0001, 0x0001, "soft"},
	{0x400001, 0x400000, "softerr"},
	{0x400001, 0, "hard"},
	{0x0008, 0x0008, "posix"},
	{0x0010, 0x0010, "nocto"},
	{0x0020, 0x0020, "noac"},
	{0x0200, 0x0200, "nolock"},
	{0x0800, 0x0800, "noacl"},
	{0x4000, 0x4000, "nordirplus"},
	{0x8000, 0x8000, "nosharecache"},
	{0x40000, 0x40000, "noresvport"},
	{0x20000, 0x20000, "lookupcache=none"},
	{0x30000, 0x10000, "lookupcache=pos"},
};

char *fb_nfs_flags_text(uint64_t flags, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < FB_ARRAY_SIZE(options) && used < size; i++)
		if ((flags & options[i].mask) == options[i].value)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
						 options[i].name);
	return to;
}

char *fb_nfs_state_text(uint64_t state, char *to, size_t size)
{
	/* enum nfs4_client_state (fs/nfs/nfs4_fs.h) */
	static const char *const names[] = {
		"manager running",
		"check lease",
		"lease expired",
		"reclaim reboot",
		"reclaim nograce",
		"delegation return",
		"session reset",
		"lease confirm",
		"server scope mismatch",
		"purge state",
		"bind connection to session",
	};
	size_t used = 0;

	to[0] = '\0';
	for (size_t bit = 0; bit < FB_ARRAY_SIZE(names) && used < size; bit++)
		if (state >> bit & 1)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "",
						 names[bit]);
	return to;
}
