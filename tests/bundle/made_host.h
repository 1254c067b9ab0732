/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small host for tests: a dump of 400 frames with the page tables of two
 * processes, and cores of them, page by page as MADE_PAGES below says. The
 * kernel has nothing but what placing and writing a bundle ask for.
 */
#ifndef FB_TESTS_BUNDLE_MADE_HOST_H
#define FB_TESTS_BUNDLE_MADE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/warnings.h"
#include "bundle/match/place.h"
#include "kernel/dump/dump.h"
#include "kernel/image/kernel.h"

#define MADE_MAX_PFN 400u

enum made_format {
	MADE_KDUMP,
	MADE_FLATTENED,
	MADE_SPLIT,
	MADE_ELF,
};

/* The cores, in this order. */
enum made_core {
	MADE_A, /* newest; as gcore writes it, so that nothing in it is aligned */
	MADE_B, /* older; as the kernel writes it */
	MADE_ORPHAN,
	MADE_CORES,
};

/* A manifest of MADE_CORES cores, as much of it as a bundle has to have. */
#define MADE_MANIFEST_CORE                                                           \
	"{\"path\":\"a\",\"kind\":\"gcore\",\"pid\":1,\"comm\":\"a\",\"threads\":1," \
	"\"truncated\":false,\"taken_before_panic_s\":null,"                         \
	"\"match\":{\"verdict\":\"none\",\"pid\":null,\"evidence\":[]},"             \
	"\"pages\":{\"total\":0,\"same\":0,\"filled\":0,\"unplaced\":0,\"differ\":0}}"
#define MADE_MANIFEST                                                                              \
	"{\"schema\":1,\"fbundle\":\"made\",\"redacted\":false,\"pages_added\":0,\"conflicts\":0," \
	"\"cores\":[" MADE_MANIFEST_CORE "," MADE_MANIFEST_CORE "," MADE_MANIFEST_CORE "]}"

/* Pages of process A's memory from MADE_BASE on, and of B's. */
#define MADE_BASE 0x10000000ull
#define MADE_PAGES 20u

/* Frames that the dump lacks and the cores fill. */
#define MADE_SHARED_EQUAL 97u   /* in A and B, same bytes */
#define MADE_SHARED_DIFFERS 98u /* in A and B, A's is placed */
#define MADE_PROTNONE 96u
#define MADE_ZERO_1 99u
#define MADE_ZERO_2 100u
#define MADE_PLACED 9u /* frames in all: 95 to 103 */

struct made_host {
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
	char *paths[2]; /* of the dump */
	size_t path_count;
	struct fb_core *cores[MADE_CORES];
	struct fb_match matches[MADE_CORES];
	struct fb_place_core place[MADE_CORES];
	uint8_t *core_bytes[MADE_CORES];
	size_t core_sizes[MADE_CORES];
};

/* method: as of struct mk_recipe. Whatever fails, fails the test. */
void made_host_open(struct made_host *host, enum made_format format, uint32_t method);
void made_host_close(struct made_host *host);

/* What a core holds at a page of its process. */
void made_core_page(enum made_core core, unsigned page, uint8_t bytes[FB_PAGE_SIZE]);

/* Places the cores and writes them into a bundle of that name in the test's folder. The caller
 * frees the path. */
char *made_bundle(struct made_host *host, struct fb_pool *pool, const char *name);

#endif
