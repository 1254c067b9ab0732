/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMware's checkpoints: .vmss of a suspended guest, .vmsn of a snapshot. A header, then group descriptors. Each
 * group consists of tags: {length of the name: 8 bits, number of indexes: 2, size of the value: 6}, the name, 32
 * bits for each index, the value. A size of 63 stands for a block, 62 for a compressed block: {size in the file,
 * size in memory: 64 bits each, padding: 16 bits}, the padding, the block. A tag of 0 ends the group.
 * Little-endian.
 * Memory is the block "Memory" of the group "memory", or, usually today, a file of its own (.vmem). Where physical
 * memory has gaps, tags for regions tell which pages of it have which address.
 * Sources: vmware_vmss.h and vmware_vmss.c of crash; open-vm-tools has no description.
 */
#ifndef FB_KERNEL_VMWARE_FORMAT_H
#define FB_KERNEL_VMWARE_FORMAT_H

#include <stdint.h>

#define FB_VMWARE_MAGIC 0xbed2bed2u
#define FB_VMWARE_MAGIC_PARTIAL 0xbed3bed3u
#define FB_VMWARE_MAGIC_RESTORED 0xbad1bad1u
#define FB_VMWARE_MAGIC_NORESTORE 0xbad2bad2u

struct fb_vmware_header { /* cptdumpheader */
	uint32_t magic;
	uint32_t version;
	uint32_t group_count;
};

struct fb_vmware_group {   /* cptgroupdesc */
	char name[64];     /* NUL-padded */
	uint64_t position; /* offset in the file of its first tag */
	uint64_t size;     /* 0 in some versions */
};

#define FB_VMWARE_NAME_SIZE(tag) ((tag) >> 8)
#define FB_VMWARE_INDEXES(tag) ((tag) >> 6 & 3u)
#define FB_VMWARE_VALUE_SIZE(tag) ((tag)&63u)
#define FB_VMWARE_BLOCK 63u
#define FB_VMWARE_PACKED_BLOCK 62u

struct fb_vmware_block {
	uint64_t size; /* in the file */
	uint64_t memory_size;
	uint16_t padding; /* bytes before it */
} __attribute__((packed));

#endif
