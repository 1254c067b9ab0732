/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel dump as pages of physical memory and notes, whatever its format:
 * kdump-compressed (plain, flattened, split, incomplete) and ELF vmcores read by
 * this program, every other format through libkdumpfile; a whole-stream
 * compression around any of them. Safe for concurrent reads.
 */
#ifndef FB_KERNEL_DUMP_H
#define FB_KERNEL_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/space.h"
#include "base/warnings.h"

struct fb_dump;

struct fb_dump_info {
	const char *format; /* "kdump-compressed", "ELF", or libkdumpfile's name for it */
	const char *stream; /* whole-stream compression: "gzip", "zstd"...; NULL if none */
	bool flattened;
	bool split;
	bool live; /* /proc/kcore: the running kernel, whose memory changes while it is read */
	bool incomplete;    /* marked so by makedumpfile, cut off, or with pages lost */
	uint64_t max_pfn;   /* exclusive end of the page frames the format covers */
	uint64_t known_pfn; /* exclusive end of those of which the dump says whether it has them */
	uint64_t pages_dumped; /* that can be read */
	uint64_t pages_lost;   /* said to be there, but cut off, in a missing part or damaged */
	uint64_t
		pages_damaged; /* of these: whose descriptor leads to no page; see fb_dump_survey() */
	uint64_t pages_existing; /* bitmap 1 where there is one, else 0: unknown */
	int dump_level;          /* makedumpfile -d; -1: unknown */
	const char *machine;     /* utsname.machine of the header, "" if none */
	const char *release;     /* utsname.release of the header, "" if none */
	int64_t crash_time;      /* seconds since the epoch by the header, 0 if none */
};

/* paths: one file, or all parts of a split dump in any order. FB_INVALID for an empty or unknown
 * file, another architecture, or parts that do not belong together. What is damaged but does not
 * stop the reading goes to warnings. */
FB_MUST_CHECK struct fb_error *fb_dump_open(const char *const *paths, size_t count,
					    struct fb_warnings *warnings,
					    struct fb_dump **dump_ret);
void fb_dump_destroy(struct fb_dump *dump);

const struct fb_dump_info *fb_dump_info(const struct fb_dump *dump);

/* The logical bytes (unpacked, de-flattened) of a kdump-compressed dump of one file; NULL for any other.
 * Owned by the dump. */
struct fb_file *fb_dump_file(const struct fb_dump *dump);

/* How pages are stored: "zlib", "lzo", "snappy", "zstd", "none", or "mixed"; judged by the first
 * few thousand. NULL where the format does not say. Static. */
const char *fb_dump_compression(struct fb_dump *dump);

/* False also where it cannot be read whether: see fb_dump_failure(). */
bool fb_dump_has_page(struct fb_dump *dump, uint64_t pfn);
/* The first page in the dump at or behind pfn, or UINT64_MAX. */
uint64_t fb_dump_next_page(struct fb_dump *dump, uint64_t pfn);
/* NULL, or why a page may have been denied that is there: memory, a system call or the disk failed while it was looked for. Whoever
 * writes or counts all pages of a dump asks at its end. The error is a new one. */
FB_MUST_CHECK struct fb_error *fb_dump_failure(const struct fb_dump *dump);
/* Why a page is not in the dump that fb_dump_has_page() denies: FB_ABSENCE_UNMAPPED (no frame of the
 * dump), FB_ABSENCE_FILTERED, or FB_ABSENCE_TRUNCATED where it was to be in the dump and is lost. */
enum fb_absence fb_dump_page_absence(struct fb_dump *dump, uint64_t pfn);
/* Decompresses into page (FB_PAGE_SIZE bytes). FB_ABSENT where the dump has no such page,
 * FB_CORRUPT where it does not decompress to exactly a page, FB_TRUNCATED where a cut-off or split
 * dump lost it. On failure the bytes of page are undefined. */
FB_MUST_CHECK struct fb_error *fb_dump_read_page(struct fb_dump *dump, uint64_t pfn, void *page);

/* Whether the page at pfn, which the dump has, is known unread to be of zeros: a hole of the file. *end_ret:
 * exclusive end of the frames from pfn on of which that is known alike, beyond pfn. */
bool fb_dump_in_hole(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret);

/* Looks at every page's descriptor, which opening does only of a dump that seems cut off: info then
 * counts all pages that cannot be had as lost, and warnings says what is new. Not while another
 * thread uses the dump. */
FB_MUST_CHECK struct fb_error *fb_dump_survey(struct fb_dump *dump, struct fb_warnings *warnings);
/* The first frame at or behind pfn whose page was to be in the dump and cannot be had; UINT64_MAX if
 * there is none below info's known_pfn. */
uint64_t fb_dump_next_lost(struct fb_dump *dump, uint64_t pfn);

/* Physical memory, through a cache of decompressed pages. Owned by the dump. */
struct fb_space *fb_dump_physical(struct fb_dump *dump);

/* The text of VMCOREINFO, NUL-terminated; NULL where the dump has none. Owned by the dump. */
const char *fb_dump_vmcoreinfo(const struct fb_dump *dump);
/* All ELF notes (CORE/NT_PRSTATUS per CPU that was online, VMCOREINFO...), raw. *size_ret may
 * be 0. Owned by the dump. */
const void *fb_dump_notes(const struct fb_dump *dump, size_t *size_ret);
/* NT_PRSTATUS notes in the order they stand (the n-th CPU that has one): desc bytes of each.
 * Returns NULL behind the last. */
const void *fb_dump_prstatus(const struct fb_dump *dump, size_t index, size_t *size_ret);

/*
 * Pages as they are stored, for copying without decompressing. Only kdump-compressed dumps have
 * them: fb_dump_parts() is 0 for all other formats.
 */
struct fb_dump_part {
	struct fb_file *file; /* logical (de-flattened) bytes; owned by the dump */
	uint64_t data_start;  /* offset of the first stored page */
	uint64_t data_end;    /* exclusive; the end of the last one that is whole */
};
struct fb_dump_stored {
	uint64_t pfn;
	uint64_t offset;     /* in the part's file */
	uint32_t size;       /* bytes */
	uint32_t flags;      /* FB_KDUMP_PAGE_*, 0: not compressed */
	uint64_t page_flags; /* the descriptor's last field */
	uint32_t part;
};
size_t fb_dump_parts(const struct fb_dump *dump);
/* The first call for a part reads all its page descriptors: only they tell where its data end. */
FB_MUST_CHECK struct fb_error *fb_dump_part(struct fb_dump *dump, size_t index,
					    struct fb_dump_part *part_ret);
/* Up to room readable pages in order of pfn, from pfn on; *count_ret 0 at the end. */
FB_MUST_CHECK struct fb_error *fb_dump_stored(struct fb_dump *dump, uint64_t pfn,
					      struct fb_dump_stored *stored, size_t room,
					      size_t *count_ret);
/* The header block, and the sub-header block with its notes, VMCOREINFO and eraseinfo, as they
 * stand in the first part: what a rewritten dump keeps. NULL for other formats. Owned by the
 * dump. */
const void *fb_dump_kdump_header(const struct fb_dump *dump, size_t *size_ret);
/* Existing pages (bitmap 1) from byte `offset` of the bitmap; zeros behind its end. */
FB_MUST_CHECK struct fb_error *fb_dump_existing_bitmap(struct fb_dump *dump, uint64_t offset,
						       void *bits, size_t length);

#endif
