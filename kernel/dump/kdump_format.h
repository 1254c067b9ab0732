/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format, header version 6, on x86-64, as makedumpfile
 * writes it (its diskdump_mod.h, IMPLEMENTATION and makedumpfile.c):
 *
 *   block 0          struct fb_kdump_header
 *   block 1..        struct fb_kdump_sub_header, then notes, VMCOREINFO and eraseinfo at the
 *                    offsets that it has (sub_hdr_size blocks)
 *   then             bitmap 1 (existing pages), bitmap 2 (dumped pages): bitmap_blocks together
 *   then             struct fb_kdump_page_desc for each dumped page, in order
 *   then             the pages' data
 *
 * A flattened file has the same contents as a stream of big-endian {offset, size, bytes} records
 * behind a header block of 4,096 bytes.
 */
#ifndef FB_KERNEL_KDUMP_FORMAT_H
#define FB_KERNEL_KDUMP_FORMAT_H

#include <stdint.h>

#define FB_KDUMP_SIGNATURE "KDUMP   " /* 8 bytes, no NUL */
#define FB_KDUMP_BLOCK 4096u

struct fb_kdump_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

struct fb_kdump_header { /* struct disk_dump_header */
	char signature[8];
	int32_t header_version;
	struct fb_kdump_utsname utsname;
	int64_t timestamp_sec; /* struct timeval of the dump */
	int64_t timestamp_usec;
	uint32_t status; /* FB_KDUMP_STATUS_* */
	int32_t block_size;
	int32_t sub_hdr_size;   /* blocks */
	uint32_t bitmap_blocks; /* of both bitmaps together */
	uint32_t max_mapnr;     /* obsolete: max_mapnr_64 of the sub-header, from version 6 */
	uint32_t total_ram_blocks;
	uint32_t device_blocks;
	uint32_t written_blocks;
	uint32_t current_cpu;
	int32_t nr_cpus;
};

#define FB_KDUMP_STATUS_ZLIB 0x1u
#define FB_KDUMP_STATUS_LZO 0x2u
#define FB_KDUMP_STATUS_SNAPPY 0x4u
#define FB_KDUMP_STATUS_INCOMPLETE 0x8u
#define FB_KDUMP_STATUS_EXCLUDED_VMEMMAP 0x10u
#define FB_KDUMP_STATUS_ZSTD 0x20u

struct fb_kdump_sub_header { /* struct kdump_sub_header */
	uint64_t phys_base;
	int32_t dump_level;         /* version 1 */
	int32_t split;              /* version 2 */
	uint64_t start_pfn;         /* version 2; obsolete: start_pfn_64 */
	uint64_t end_pfn;           /* version 2; obsolete: end_pfn_64 */
	uint64_t offset_vmcoreinfo; /* version 3 */
	uint64_t size_vmcoreinfo;   /* version 3 */
	uint64_t offset_note;       /* version 4 */
	uint64_t size_note;         /* version 4 */
	uint64_t offset_eraseinfo;  /* version 5 */
	uint64_t size_eraseinfo;    /* version 5 */
	uint64_t start_pfn_64;      /* version 6 */
	uint64_t end_pfn_64;        /* version 6; exclusive */
	uint64_t max_mapnr_64;      /* version 6 */
};

struct fb_kdump_page_desc { /* struct page_desc */
	uint64_t offset;    /* in the file, in bytes */
	uint32_t size;      /* bytes */
	uint32_t flags;     /* FB_KDUMP_PAGE_* */
	uint64_t page_flags;
};

#define FB_KDUMP_PAGE_ZLIB 0x1u
#define FB_KDUMP_PAGE_LZO 0x2u
#define FB_KDUMP_PAGE_SNAPPY 0x4u
#define FB_KDUMP_PAGE_ZSTD 0x20u

_Static_assert(sizeof(struct fb_kdump_header) == 464, "struct disk_dump_header on x86-64");
_Static_assert(sizeof(struct fb_kdump_sub_header) == 104, "struct kdump_sub_header on x86-64");
_Static_assert(sizeof(struct fb_kdump_page_desc) == 24, "struct page_desc");

/* A flattened file: a header block, then records up to one whose offset and size are -1. */
#define FB_FLAT_SIGNATURE "makedumpfile" /* NUL-padded to 16 bytes */
#define FB_FLAT_HEADER_SIZE 4096u
struct fb_flat_header { /* struct makedumpfile_header; big-endian */
	char signature[16];
	int64_t type;    /* 1 */
	int64_t version; /* 1 */
};
struct fb_flat_record { /* struct makedumpfile_data_header; big-endian; buf_size bytes follow */
	int64_t offset;
	int64_t buf_size;
};

#endif
