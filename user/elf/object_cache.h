/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mapped objects of all processes of an input: each one's ELF image and
 * symbols are loaded once, for whoever maps it. An image is, in this order:
 *
 *   the file under the sysroot or a debug folder, where its build-id is the one
 *   in memory; where memory has none, where the finder says that it is the file;
 *   what memory holds (user/elf/elf_image.h).
 *
 * Safe from many threads.
 */
#ifndef FB_USER_OBJECT_CACHE_H
#define FB_USER_OBJECT_CACHE_H

#include <libelf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/space.h"
#include "user/elf/build_id.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

struct fb_object_sources {
	/* The file that a process knows as path, of this size: borrowed until the cache is
	 * destroyed. FB_NOT_FOUND where there is none. NULL: no files. Safe from many threads. */
	struct fb_error *(*find)(void *context, const char *path, uint64_t size,
				 struct fb_file **file_ret);
	void *context;
	const char *const *debug_dirs; /* with .build-id/xx/yyy.debug below; borrowed */
	size_t debug_dir_count;
};

struct fb_cached_object {
	char *path;
	char build_id[FB_BUILD_ID_TEXT]; /* "" where it cannot be had */
	uint64_t file_size;
	struct fb_space *owner; /* whose memory image is of; NULL: it is of a file */
	uint64_t base;          /* where owner has it */
	int fd;                 /* of the file; -1: image */
	bool fd_owned;
	int debug_fd; /* of its separate debug file; -1: none. Owned */
	struct fb_elf_image image;
	struct fb_elf_symbols symbols;
	uint64_t first_vaddr; /* ELF address of the page that is mapped first */
};

struct fb_object_cache;

FB_MUST_CHECK struct fb_error *fb_object_cache_create(const struct fb_object_sources *sources,
						      struct fb_object_cache **cache_ret);
void fb_object_cache_destroy(struct fb_object_cache *cache);

/* The object mapped at base of space. path "[vdso]" and the like are never looked for as files.
 * own_path: what a container's process calls it, or NULL; a file there counts by build-id only.
 * Errors: those of fb_elf_image_read() where there is no file. Owned by the cache. */
FB_MUST_CHECK struct fb_error *fb_object_cache_get(struct fb_object_cache *cache,
						   struct fb_space *space, uint64_t base,
						   const char *path, const char *own_path,
						   uint64_t file_size,
						   const struct fb_cached_object **object_ret);

/* An Elf of the object for one thread's use; elf_end() it. */
FB_MUST_CHECK struct fb_error *fb_cached_object_elf(const struct fb_cached_object *object,
						    Elf **elf_ret);

#endif
