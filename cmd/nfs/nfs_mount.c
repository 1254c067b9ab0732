// SPDX-License-Identifier: GPL-2.0-or-later
/* What `fbundle nfs` tells of a mount in text and JSON alike. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/nfs/nfs.h"

const struct fb_mount *fb_nfs_target(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount)
{
	for (size_t i = 0; i < nfs->targets.count; i++)
		if (nfs->targets.mounts[i].superblock.address == mount->superblock)
			return &nfs->targets.mounts[i];
	return NULL;
}

const struct fb_rpc_transport *fb_nfs_transport(const struct fb_nfs *nfs, uint64_t client)
{
	const struct fb_rpc_client *found = fb_rpc_find(&nfs->rpc, client);

	return found && found->transport < nfs->rpc.transport_count
		       ? &nfs->rpc.transports[found->transport]
		       : NULL;
}

size_t fb_nfs_calls(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount)
{
	const struct fb_rpc_client *own = fb_rpc_find(&nfs->rpc, mount->client);
	const struct fb_rpc_client *common = fb_rpc_find(&nfs->rpc, mount->main_client);

	return (own ? own->calls : 0) + (common && common != own ? common->calls : 0);
}

FB_PRINTF(3, 4) static void add(char *to, size_t size, const char *format, ...)
{
	size_t used = strlen(to);
	va_list list;

	va_start(list, format);
	vsnprintf(to + used, size - used, format, list);
	va_end(list);
}

static void add_seconds(char *to, size_t size, const char *name, double seconds)
{
	if (!isnan(seconds))
		add(to, size, ",%s=%.0f", name, seconds);
}

/* What the connection and its authentication have of the options. */
static void add_connection(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount, char *to,
			   size_t size)
{
	const struct fb_rpc_client *client = fb_rpc_find(&nfs->rpc, mount->client);
	const struct fb_rpc_transport *transport = fb_nfs_transport(nfs, mount->client);
	char flavor[32];

	if (transport && *transport->protocol)
		add(to, size, ",proto=%s", transport->protocol);
	/* Tenths of a second. */
	if (client && !isnan(client->timeout_s))
		add(to, size, ",timeo=%.0f,retrans=%" PRIu32, client->timeout_s * 10,
		    client->retries);
	if (client)
		add(to, size, ",sec=%s",
		    fb_rpc_flavor_name(client->flavor, flavor, sizeof(flavor)));
	if (*mount->local_address)
		add(to, size, ",clientaddr=%s", mount->local_address);
}

char *fb_nfs_options_text(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount, char *to,
			  size_t size)
{
	char version[16], flags[160];

	snprintf(to, size, "vers=%s,rsize=%" PRIu32 ",wsize=%" PRIu32 ",namlen=%" PRIu32,
		 fb_nfs_version_text(mount, version, sizeof(version)), mount->read_size,
		 mount->write_size, mount->name_length);
	add_seconds(to, size, "acregmin", mount->file_cache_s[0]);
	add_seconds(to, size, "acregmax", mount->file_cache_s[1]);
	add_seconds(to, size, "acdirmin", mount->folder_cache_s[0]);
	add_seconds(to, size, "acdirmax", mount->folder_cache_s[1]);
	add(to, size, ",%s", fb_nfs_flags_text(mount->flags, flags, sizeof(flags)));
	add_connection(nfs, mount, to, size);
	return to;
}
