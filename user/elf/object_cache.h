/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs and libraries ("objects") that the processes of an input have mapped,
 * each loaded once. An object is loaded from the first of these that has it:
 *
 *   the file under the sysroot or a debug folder, if its build-id is the one in memory,
 *   or, where memory has no build-id, if it has the size of the mapped file;
 *   what the bundle keeps of that file (user/elf/stored_object.h);
 *   the process's own memory (user/elf/elf_image.h).
 *
 * A file is loaded once for all processes. What comes from memory is loaded for each
 * process separately: one process may lack pages that another one has, and a result
 * must not depend on the order in which processes are read.
 *
 * Safe from many threads. Called by user/unwind.
 */
#ifndef FB_USER_OBJECT_CACHE_H
#define FB_USER_OBJECT_CACHE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/space.h"
#include "user/elf/build_id.h"
#include "user/elf/elf_image.h"
#include "user/elf/elf_symbols.h"

struct fb_object_sources {
	/* Finds the host's file at path with this size in bytes; size NULL: of any size. The file is
	 * borrowed until the cache is destroyed. FB_NOT_FOUND where there is none. NULL: there are no
	 * files. Safe from many threads. */
	struct fb_error *(*find)(void *context, const char *path, const uint64_t *size,
				 struct fb_file **file_ret);
	/* Finds what a bundle keeps (user/elf/stored_object.h) of the file with this build-id, or, where
	 * build_id is "", with this path and size; found_id gets its build-id. The caller frees the bytes.
	 * FB_NOT_FOUND where there is none. NULL: there is no bundle. Safe from many threads. */
	struct fb_error *(*stored)(void *context, const char *build_id, const char *path,
				   uint64_t size, char found_id[FB_BUILD_ID_TEXT], void **bytes_ret,
				   size_t *size_ret);
	void *context;
	const char *const *debug_dirs; /* with .build-id/xx/yyy.debug below; borrowed */
	size_t debug_dir_count;
};

/* A mapped object, to be looked up. Two files are the same where all members but space and base are equal. */
struct fb_mapped_object {
	struct fb_space *space; /* the memory of the process; borrowed */
	uint64_t base;          /* address at which the object's first page is mapped */
	const char *path; /* as the host has it; "[vdso]" and the like are not looked up as files */
	/* As a process in a container has it, or NULL. The file at own_path is accepted only where its
	 * build-id is right. */
	const char *own_path;
	uint64_t file_size; /* bytes; 0: unknown */
};

struct fb_cached_object {
	char *path, *own_path; /* own_path may be NULL */
	uint64_t file_size;
	char memory_id[FB_BUILD_ID_TEXT]; /* the build-id in memory; "" where it cannot be read */
	char build_id[FB_BUILD_ID_TEXT];  /* memory_id, else the file's; "" where neither has one */
	struct fb_space *owner;           /* the memory it was loaded from; NULL: from a file */
	uint64_t base;                    /* its address in owner */
	int fd;                           /* of the file; -1: image is used */
	bool fd_owned;
	int debug_fd;                   /* of its separate debug file; -1: none. Owned */
	const struct fb_elf_form *form; /* NULL: what a bundle keeps of it is damaged */
	struct fb_elf_image image;
	struct fb_elf_symbols symbols;
	uint64_t first_vaddr; /* ELF address of the page that is mapped first */
	/* Its segment of code: a range of the file, or, from a bundle, the bytes themselves. */
	uint64_t code_vaddr;  /* ELF address */
	uint64_t code_size;   /* bytes; 0: not known */
	uint64_t code_offset; /* in the file */
	uint8_t *code;        /* owned; NULL: it is in the file, or there is none */
	uint64_t entry;       /* ELF address of the first instruction; 0: none */
};

struct fb_object_cache;

FB_MUST_CHECK struct fb_error *fb_object_cache_create(const struct fb_object_sources *sources,
						      struct fb_object_cache **cache_ret);
void fb_object_cache_destroy(struct fb_object_cache *cache);

/* The object, which is owned by the cache. One that was loaded from memory is valid until fb_object_cache_release().
 * Where there is no file, errors of fb_elf_image_read(). */
FB_MUST_CHECK struct fb_error *fb_object_cache_get(struct fb_object_cache *cache,
						   const struct fb_mapped_object *mapped,
						   const struct fb_cached_object **object_ret);

/* Frees what was loaded from the memory of a process. To be called before its space is destroyed. */
void fb_object_cache_release(struct fb_object_cache *cache, const struct fb_space *space);

/* Reads 8 bytes of the object's code at an ELF address; false where the code is not known or ends before. */
bool fb_cached_object_code(const struct fb_cached_object *object, uint64_t vaddr,
			   uint64_t *word_ret);

/* Opens the object with libelf, for use by one thread, which has to call elf_end(). */
FB_MUST_CHECK struct fb_error *fb_cached_object_elf(const struct fb_cached_object *object,
						    Elf **elf_ret);

#endif
