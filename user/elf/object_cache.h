/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mapped objects of all processes of an input. The image of one is, in this
 * order:
 *
 *   the file under the sysroot or a debug folder, where its build-id is the one
 *   in memory; where memory has none, where the file has the size that was mapped;
 *   what the bundle keeps of that file (user/elf/stored_object.h);
 *   what the process's own memory holds (user/elf/elf_image.h).
 *
 * A file is loaded once for whoever maps it. What memory holds is loaded for each
 * process by itself: one process may lack pages that another has, and an answer
 * must not depend on which of them was asked first.
 *
 * Safe from many threads.
 */
#ifndef FB_USER_OBJECT_CACHE_H
#define FB_USER_OBJECT_CACHE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/space.h"
#include "user/elf/build_id.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

struct fb_object_sources {
	/* The file that a process knows as path, of this size, or with NULL of any: borrowed until
	 * the cache is destroyed. FB_NOT_FOUND where there is none. NULL: no files. Safe from many
	 * threads. */
	struct fb_error *(*find)(void *context, const char *path, const uint64_t *size,
				 struct fb_file **file_ret);
	/* What a bundle keeps of the file with this build-id, or (build_id "") of that path and size
	 * (user/elf/stored_object.h), and its build-id. FB_NOT_FOUND; the bytes are the caller's to free. NULL: no
	 * bundle. Safe from many threads. */
	struct fb_error *(*stored)(void *context, const char *build_id, const char *path,
				   uint64_t size, char found_id[FB_BUILD_ID_TEXT], void **bytes_ret,
				   size_t *size_ret);
	void *context;
	const char *const *debug_dirs; /* with .build-id/xx/yyy.debug below; borrowed */
	size_t debug_dir_count;
};

/* A mapped object. Two files are the same where all of it but space and base is. */
struct fb_mapped_object {
	struct fb_space *space; /* of its process, and where its first page is mapped there */
	uint64_t base;
	const char *path;     /* "[vdso]" and the like are never looked for as files */
	const char *own_path; /* what a container's process calls it, or NULL: then a file there
			       * counts by build-id only */
	uint64_t file_size;   /* bytes; 0: unknown */
};

struct fb_cached_object {
	char *path, *own_path; /* own_path may be NULL */
	uint64_t file_size;
	char memory_id[FB_BUILD_ID_TEXT]; /* the build-id in memory; "" where it cannot be had */
	char build_id[FB_BUILD_ID_TEXT];  /* this, or the file's; "" where neither has one */
	struct fb_space *owner;           /* whose memory image is of; NULL: it is of a file */
	uint64_t base;                    /* where owner has it */
	int fd;                           /* of the file; -1: image */
	bool fd_owned;
	int debug_fd; /* of its separate debug file; -1: none. Owned */
	struct fb_elf_image image;
	struct fb_elf_symbols symbols;
	uint64_t first_vaddr; /* ELF address of the page that is mapped first */
	/* Its segment of code: of a file where that is in it, of one that a bundle keeps its bytes. */
	uint64_t code_vaddr;  /* ELF address */
	uint64_t code_size;   /* bytes; 0: not known */
	uint64_t code_offset; /* of a file */
	uint8_t *code;        /* owned; NULL: a file's, or none */
	uint64_t entry;       /* ELF address of the first instruction; 0: none */
};

struct fb_object_cache;

FB_MUST_CHECK struct fb_error *fb_object_cache_create(const struct fb_object_sources *sources,
						      struct fb_object_cache **cache_ret);
void fb_object_cache_destroy(struct fb_object_cache *cache);

/* Errors: those of fb_elf_image_read() where there is no file. Owned by the cache; one of memory
 * until fb_object_cache_release(). */
FB_MUST_CHECK struct fb_error *fb_object_cache_get(struct fb_object_cache *cache,
						   const struct fb_mapped_object *mapped,
						   const struct fb_cached_object **object_ret);

/* Forgets what was loaded of the memory of a process, whose space is about to go. */
void fb_object_cache_release(struct fb_object_cache *cache, const struct fb_space *space);

/* 8 bytes of its code at an ELF address; false where it is not known, or not there. */
bool fb_cached_object_code(const struct fb_cached_object *object, uint64_t vaddr,
			   uint64_t *word_ret);

/* An Elf of the object for one thread's use; elf_end() it. */
FB_MUST_CHECK struct fb_error *fb_cached_object_elf(const struct fb_cached_object *object,
						    Elf **elf_ret);

#endif
