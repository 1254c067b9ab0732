// SPDX-License-Identifier: GPL-2.0-or-later
/* See make_qcow2.h. */
#include "tests/kernel/images/make_qcow2.h"

#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/images/qcow2_format.h"
#include "tests/harness.h"

void mk_be16(struct mk_qcow2 *disk, size_t at, uint16_t value)
{
	value = htobe16(value);
	memcpy(disk->bytes.data + at, &value, sizeof(value));
}

void mk_be32(struct mk_qcow2 *disk, size_t at, uint32_t value)
{
	value = htobe32(value);
	memcpy(disk->bytes.data + at, &value, sizeof(value));
}

void mk_be64(struct mk_qcow2 *disk, size_t at, uint64_t value)
{
	value = htobe64(value);
	memcpy(disk->bytes.data + at, &value, sizeof(value));
}

static uint64_t cluster_of(const struct mk_qcow2 *disk)
{
	return 1ull << disk->cluster_bits;
}

/* Bytes that one entry of L1 stands for. */
static uint64_t reach_of(const struct mk_qcow2 *disk)
{
	return cluster_of(disk) * (cluster_of(disk) / 8);
}

static uint64_t parts(uint64_t bytes, uint64_t part)
{
	return (bytes + part - 1) / part;
}

size_t mk_qcow2_snapshot(struct mk_qcow2 *disk, size_t at, const char *name, uint32_t seconds,
			 uint64_t state_size)
{
	size_t skipped = at + sizeof(struct fb_qcow2_snapshot), length = strlen(name);
	uint64_t first = parts(disk->disk_size, reach_of(disk));
	bool extra = disk->extra_size >= 8;

	mk_be64(disk, at, disk->l1 - 8 * first);
	mk_be32(disk, at + offsetof(struct fb_qcow2_snapshot, l1_entries),
		(uint32_t)(first + parts(state_size, reach_of(disk))));
	mk_be16(disk, at + offsetof(struct fb_qcow2_snapshot, id_size), 1);
	mk_be16(disk, at + offsetof(struct fb_qcow2_snapshot, name_size), (uint16_t)length);
	mk_be32(disk, at + offsetof(struct fb_qcow2_snapshot, seconds), seconds);
	/* What the extra data say better is wrong in the head. */
	mk_be32(disk, at + offsetof(struct fb_qcow2_snapshot, state_size),
		extra ? 77 : (uint32_t)state_size);
	mk_be32(disk, at + offsetof(struct fb_qcow2_snapshot, extra_size), disk->extra_size);
	if (extra)
		mk_be64(disk, skipped, state_size);
	if (disk->extra_size >= 16)
		mk_be64(disk, skipped + 8, disk->disk_size);
	skipped += disk->extra_size;
	disk->bytes.data[skipped++] = '1';
	memcpy(disk->bytes.data + skipped, name, length);
	return (skipped + length + 7) & ~(size_t)7;
}

/* Cluster i of the guest, at this offset of the file. */
static void put_cluster(struct mk_qcow2 *disk, const struct mk_bytes *guest, uint64_t i,
			uint64_t host)
{
	uint64_t cluster = cluster_of(disk), at = i * cluster, entry = host | 1ull << 63;
	size_t length = guest->size - at < cluster ? guest->size - at : cluster;

	memcpy(disk->bytes.data + host, guest->data + at, length);
	if (fb_all_zero(guest->data + at, length)) {
		memset(disk->bytes.data + host, 0xee, cluster);
		entry = disk->version >= 3 && i % 2 ? entry | FB_QCOW2_ZERO : 0;
	}
	mk_be64(disk, disk->l2 + 8 * i, entry);
}

void mk_qcow2(struct mk_qcow2 *disk, const struct mk_bytes *guest)
{
	uint64_t cluster = cluster_of(disk), reach = reach_of(disk);
	uint64_t first = parts(disk->disk_size, reach), tables = parts(guest->size, reach);
	uint64_t count = parts(guest->size, cluster);
	struct mk_bytes *bytes = &disk->bytes;

	*bytes = (struct mk_bytes){0};
	disk->snapshots = cluster;
	disk->l1 = 2 * cluster + 8 * first;
	disk->l2 = cluster * (2 + parts(8 * (first + tables), cluster));
	disk->data = disk->l2 + cluster * tables;
	bytes->size = disk->data + cluster * (count + 1);
	bytes->data = calloc(1, bytes->size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes->data);
	mk_be32(disk, 0, FB_QCOW2_MAGIC);
	mk_be32(disk, offsetof(struct fb_qcow2_header, version), disk->version);
	mk_be32(disk, offsetof(struct fb_qcow2_header, cluster_bits), disk->cluster_bits);
	/* Since the snapshot, which tells its own size, the disk has grown. */
	mk_be64(disk, offsetof(struct fb_qcow2_header, size),
		disk->disk_size + (disk->extra_size >= 16 ? 3 * reach : 0));
	mk_be32(disk, offsetof(struct fb_qcow2_header, snapshots), 1);
	mk_be64(disk, offsetof(struct fb_qcow2_header, snapshots_offset), disk->snapshots);
	if (disk->version >= 3)
		mk_be64(disk, offsetof(struct fb_qcow2_header, incompatible), FB_QCOW2_DIRTY);
	for (uint64_t i = 0; i < tables; i++)
		mk_be64(disk, disk->l1 + 8 * i, (disk->l2 + cluster * i) | 1ull << 63);
	for (uint64_t i = 0; i < count; i++)
		put_cluster(disk, guest, i,
			    disk->data + cluster * ((count - 1 - i / 2 * 2) + i % 2));
	(void)mk_qcow2_snapshot(disk, disk->snapshots, "one", 1000, guest->size);
}
