/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image of qemu (qcow2), of which only the memory of a guest is read here that a snapshot within it has: savevm,
 * `virsh snapshot-create`. All numbers are big-endian. After docs/interop/qcow2.rst and block/qcow2.h of qemu 7.2.
 *
 * The file consists of clusters. A snapshot has a table L1 of its own, whose entries are the offsets of tables L2,
 * whose entries are the offsets of the disk's clusters. Behind the clusters of the disk, from the next table L2 on, L1
 * has those of the saved guest: a migration stream (qevm_format.h).
 */
#ifndef FB_KERNEL_QCOW2_FORMAT_H
#define FB_KERNEL_QCOW2_FORMAT_H

#include <stdint.h>

#define FB_QCOW2_MAGIC 0x514649fbu
#define FB_QCOW2_CLUSTER_BITS_MIN 9u
#define FB_QCOW2_CLUSTER_BITS_MAX 21u

struct fb_qcow2_header {
	uint32_t magic;
	uint32_t version; /* 2 or 3; 1 is another format */
	uint64_t backing_offset;
	uint32_t backing_size;
	uint32_t cluster_bits;
	uint64_t size;       /* of the disk, bytes */
	uint32_t encryption; /* 0: none */
	uint32_t l1_entries;
	uint64_t l1_offset;
	uint64_t refcounts_offset;
	uint32_t refcounts_clusters;
	uint32_t snapshots;
	uint64_t snapshots_offset;
	/* From version 3 on. */
	uint64_t incompatible; /* features that a reader has to know */
	uint64_t compatible;
	uint64_t autoclear;
	uint32_t refcount_order;
	uint32_t length;
};
#define FB_QCOW2_VERSION_2_BYTES 72u

#define FB_QCOW2_DIRTY 0x1u       /* the counts of references are wrong; nobody else reads these */
#define FB_QCOW2_CORRUPT 0x2u     /* qemu found the image damaged */
#define FB_QCOW2_DATA_FILE 0x4u   /* clusters are in another file */
#define FB_QCOW2_COMPRESSION 0x8u /* of compressed clusters: not deflate */
#define FB_QCOW2_EXTENDED_L2 0x10u

/* Behind it are the extra data, the ID and the name; the next one is aligned to 8 bytes. */
struct fb_qcow2_snapshot {
	uint64_t l1_offset;
	uint32_t l1_entries;
	uint16_t id_size;
	uint16_t name_size;
	uint32_t seconds; /* when it was taken, since 1970 */
	uint32_t nanoseconds;
	uint64_t clock;
	uint32_t
		state_size; /* bytes of the saved guest; 0: there is none, or the extra data have it */
	uint32_t extra_size;
};

/* Its first fields; older qemus wrote less of them, newer ones write more. */
struct fb_qcow2_extra {
	uint64_t state_size;
	uint64_t disk_size; /* of the disk then, bytes */
};

/* Entries of the tables. */
#define FB_QCOW2_OFFSET 0x00fffffffffffe00ull
#define FB_QCOW2_COMPRESSED (1ull << 62) /* of L2 */
#define FB_QCOW2_ZERO 1ull /* of L2 from version 3 on: reads as zeros, whatever the offset */

#endif
