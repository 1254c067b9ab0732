/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes disk images of qemu (qcow2) with a saved guest in a snapshot. A wrong one is a right one with bytes changed
 * afterwards, at the offsets that are given, or cut short.
 */
#ifndef FB_TESTS_KERNEL_MAKE_QCOW2_H
#define FB_TESTS_KERNEL_MAKE_QCOW2_H

#include "tests/kernel/make_kdump.h"

struct mk_qcow2 {
	/* What is wanted. */
	uint32_t version;
	unsigned cluster_bits;
	uint64_t disk_size;  /* bytes; its clusters are not there */
	uint32_t extra_size; /* of the snapshot: 0, 8, 16 or more */
	/* What was made. */
	struct mk_bytes bytes;
	size_t snapshots; /* offset of the table, which has a cluster of its own */
	size_t l1;        /* offset of the guest's first entry */
	size_t l2;        /* of the guest's first table */
	size_t data;      /* of the cluster behind all tables */
};

/* The clusters of the guest are in the file in the other order, but by pairs; those of zeros are left out, of version 3
 * only every other one, where the others are marked as zeros instead, and hold something else. */
void mk_qcow2(struct mk_qcow2 *disk, const struct mk_bytes *guest);
/* Writes a snapshot at offset `at`, of the guest that is there; returns where the next is to be. state_size: bytes of
 * memory. */
size_t mk_qcow2_snapshot(struct mk_qcow2 *disk, size_t at, const char *name, uint32_t seconds,
			 uint64_t state_size);

void mk_be16(struct mk_qcow2 *disk, size_t at, uint16_t value);
void mk_be32(struct mk_qcow2 *disk, size_t at, uint32_t value);
void mk_be64(struct mk_qcow2 *disk, size_t at, uint64_t value);

#endif
