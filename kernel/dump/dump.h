/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel dump as pages of physical memory and notes, whatever its format. This program
 * itself reads kdump-compressed dumps (plain, flattened, split, incomplete), ELF vmcores
 * and the memory images of kernel/images; libkdumpfile reads other formats. Any of them
 * may be compressed as a whole. Reads are safe from many threads. Called by
 * bundle/input, kernel/image and whatever reads or copies pages of a dump.
 *
 * A pfn is a page frame number: the physical address divided by FB_PAGE_SIZE.
 */
#ifndef FB_KERNEL_DUMP_H
#define FB_KERNEL_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/space.h"
#include "base/warnings.h"

struct fb_dump;

struct fb_dump_info {
	const char *format; /* "kdump-compressed", "ELF", or libkdumpfile's name for it */
	const char *stream; /* whole-stream compression: "gzip", "zstd"...; NULL if none */
	bool flattened;
	bool split;
	bool live; /* /proc/kcore: the running kernel, whose memory changes while it is read */
	bool incomplete;    /* makedumpfile marked it so, it is cut off, or pages are lost */
	uint64_t max_pfn;   /* exclusive end of the page frames that the dump's header covers */
	uint64_t known_pfn; /* exclusive end of the frames that its bitmap tells of; <= max_pfn */
	uint64_t pages_dumped; /* pages that can be read */
	/* Pages that the dump should have, but that are cut off, in a missing part, or damaged. */
	uint64_t pages_lost;
	/* Those of pages_lost whose descriptor leads to no page; complete after fb_dump_survey(). */
	uint64_t pages_damaged;
	uint64_t pages_existing; /* page frames of the host, by bitmap 1; 0: unknown */
	int dump_level;          /* makedumpfile -d; -1: unknown */
	const char *machine;     /* utsname.machine of the header, "" if none */
	const char *release;     /* utsname.release of the header, "" if none */
	int64_t crash_time;      /* seconds since the epoch by the header, 0 if none */
};

/* Opens a dump. paths: one file, or all parts of a split dump in any order. FB_INVALID for an empty or unknown
 * file, another architecture, or parts that do not belong together. Damage that does not prevent reading
 * gives warnings (borrowed, used by this call only). The caller destroys the dump. */
FB_MUST_CHECK struct fb_error *fb_dump_open(const char *const *paths, size_t count,
					    struct fb_warnings *warnings,
					    struct fb_dump **dump_ret);
void fb_dump_destroy(struct fb_dump *dump);

const struct fb_dump_info *fb_dump_info(const struct fb_dump *dump);

/* The bytes of a kdump-compressed dump that is one file, decompressed and de-flattened; NULL for any other
 * dump. Owned by the dump. */
struct fb_file *fb_dump_file(const struct fb_dump *dump);

/* How the pages are compressed: "zlib", "lzo", "snappy", "zstd", "none", or "mixed", by the first few thousand
 * of them. NULL where the format does not tell. Static. */
const char *fb_dump_compression(struct fb_dump *dump);

/* Whether the page can be read. False too where a read of the dump's tables failed: see fb_dump_failure(). */
bool fb_dump_has_page(struct fb_dump *dump, uint64_t pfn);
/* The first frame at or behind pfn whose page can be read; UINT64_MAX where there is none. */
uint64_t fb_dump_next_page(struct fb_dump *dump, uint64_t pfn);
/* The exclusive end of a run of pages that can be read, and that begins at pfn, which must be one of them. More may
 * follow directly. For code that looks at all pages, to which it spares a search for each. */
uint64_t fb_dump_run_end(struct fb_dump *dump, uint64_t pfn);
/* The functions above and below that return no error treat a page as missing where memory is out, a system call
 * fails, or the disk does not give the tables of pages. This returns that error, or NULL where there was none. Code
 * that writes or counts all pages of a dump must call it at the end. The error is a copy, owned by the caller. */
FB_MUST_CHECK struct fb_error *fb_dump_failure(const struct fb_dump *dump);
/* Why a page for which fb_dump_has_page() is false is not in the dump: FB_ABSENCE_UNMAPPED (the host has no such
 * frame), FB_ABSENCE_FILTERED, or FB_ABSENCE_TRUNCATED where the dump should have the page, but it is lost. */
enum fb_absence fb_dump_page_absence(struct fb_dump *dump, uint64_t pfn);
/* Reads and decompresses a page into `page` (FB_PAGE_SIZE bytes). FB_ABSENT where the dump has no such page,
 * FB_CORRUPT where it does not decompress to exactly one page, FB_TRUNCATED where the file is cut off before it
 * or its part of a split dump is missing. After an error the contents of `page` are undefined. */
FB_MUST_CHECK struct fb_error *fb_dump_read_page(struct fb_dump *dump, uint64_t pfn, void *page);

/* Whether the page at pfn, which the dump has, lies in a hole of the file and so consists of zeros; this reads
 * nothing. *end_ret (> pfn) is the exclusive end of the frames from pfn on with the same answer. */
bool fb_dump_in_hole(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret);

/* Checks the descriptors of all pages, which opening does only for a dump that seems to be cut off. Afterwards
 * fb_dump_info() counts all pages that cannot be read as lost; losses that were not known before are added to
 * warnings. Not to be called while another thread uses the dump. */
FB_MUST_CHECK struct fb_error *fb_dump_survey(struct fb_dump *dump, struct fb_warnings *warnings);
/* The first frame at or behind pfn whose page should be in the dump and is lost; UINT64_MAX where there is none
 * below known_pfn. */
uint64_t fb_dump_next_lost(struct fb_dump *dump, uint64_t pfn);

/* Physical memory, through a cache of decompressed pages. Owned by the dump. */
struct fb_space *fb_dump_physical(struct fb_dump *dump);

/* The text of VMCOREINFO, NUL-terminated; NULL where the dump has none. Owned by the dump. */
const char *fb_dump_vmcoreinfo(const struct fb_dump *dump);
/* The bytes of all ELF notes (CORE/NT_PRSTATUS for each CPU that was online, VMCOREINFO...), *size_ret of them,
 * which may be 0. Owned by the dump. */
const void *fb_dump_notes(const struct fb_dump *dump, size_t *size_ret);
/* The contents of the index-th NT_PRSTATUS note, *size_ret bytes, in the order of the dump: that of the n-th CPU
 * that has a note, which need not be CPU n. NULL where there are not so many. Owned by the dump. */
const void *fb_dump_prstatus(const struct fb_dump *dump, size_t index, size_t *size_ret);

/*
 * Pages as they are stored, for copying them without decompression. Only kdump-compressed dumps allow that:
 * for all other formats fb_dump_parts() is 0. A part is one file of a split dump; a dump that is not split has
 * one part.
 */
struct fb_dump_part {
	struct fb_file *file; /* logical (de-flattened) bytes; owned by the dump */
	uint64_t data_start;  /* offset of the first stored page, in bytes */
	uint64_t data_end;    /* exclusive; the end of the last stored page that is whole */
};
struct fb_dump_stored {
	uint64_t pfn;
	uint64_t offset;     /* in the part's file, in bytes */
	uint32_t size;       /* bytes */
	uint32_t flags;      /* FB_KDUMP_PAGE_*, 0: not compressed */
	uint64_t page_flags; /* the descriptor's last field */
	uint32_t part;       /* index of the part */
};
size_t fb_dump_parts(const struct fb_dump *dump);
/* The first call for a part reads all page descriptors of the part, because only they tell where its data end. */
FB_MUST_CHECK struct fb_error *fb_dump_part(struct fb_dump *dump, size_t index,
					    struct fb_dump_part *part_ret);
/* Lists up to room pages that can be read, in order of pfn, beginning at or behind pfn. *count_ret is how many;
 * 0 where there are no more. */
FB_MUST_CHECK struct fb_error *fb_dump_stored(struct fb_dump *dump, uint64_t pfn,
					      struct fb_dump_stored *stored, size_t room,
					      size_t *count_ret);
/* The header block, and the sub-header block with its notes, VMCOREINFO and eraseinfo, as they are in the first
 * part; a dump that is rewritten keeps them. *size_ret is their size in bytes. NULL for other formats. Owned by
 * the dump. */
const void *fb_dump_kdump_header(const struct fb_dump *dump, size_t *size_ret);
/* Copies length bytes, from byte `offset` on, of bitmap 1, which has a bit for each page frame of the host. What
 * lies behind the bitmap's end is zeros. */
FB_MUST_CHECK struct fb_error *fb_dump_existing_bitmap(struct fb_dump *dump, uint64_t offset,
						       void *bits, size_t length);

#endif
