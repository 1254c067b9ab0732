// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programs and libraries of processes, each loaded once. Called by the user unwinder.
 */
#include "user/elf/object_cache.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/files/open_in_root.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/elf/eh_frame_search.h"
#include "user/elf/stored_object.h"

struct fb_object_cache {
	pthread_mutex_t lock;
	struct fb_object_sources sources;
	struct fb_cached_object **objects; /* owned, each */
	size_t count, room;
};

static void destroy_object(struct fb_cached_object *object)
{
	if (!object)
		return;
	if (object->fd_owned && object->fd >= 0)
		close(object->fd);
	if (object->debug_fd >= 0)
		close(object->debug_fd);
	fb_elf_image_deinit(&object->image);
	fb_elf_symbols_deinit(&object->symbols);
	free(object->code);
	free(object->path);
	free(object->own_path);
	free(object);
}

static struct fb_error *create_object(const struct fb_mapped_object *mapped, const char *memory_id,
				      struct fb_cached_object **object_ret)
{
	struct fb_cached_object *object = calloc(1, sizeof(*object));

	if (!object)
		return fb_error_nomem();
	object->fd = -1;
	object->debug_fd = -1;
	object->file_size = mapped->file_size;
	fb_elf_symbols_init(&object->symbols);
	memcpy(object->memory_id, memory_id, sizeof(object->memory_id));
	memcpy(object->build_id, memory_id, sizeof(object->build_id));
	object->path = strdup(mapped->path);
	if (mapped->own_path)
		object->own_path = strdup(mapped->own_path);
	if (!object->path || (mapped->own_path && !object->own_path)) {
		destroy_object(object);
		return fb_error_nomem();
	}
	*object_ret = object;
	return NULL;
}

struct fb_error *fb_object_cache_create(const struct fb_object_sources *sources,
					struct fb_object_cache **cache_ret)
{
	struct fb_object_cache *cache;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return fb_error_create(FB_UNSUPPORTED, "libelf: %s", elf_errmsg(-1));
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return fb_error_nomem();
	cache->sources = *sources;
	pthread_mutex_init(&cache->lock, NULL);
	*cache_ret = cache;
	return NULL;
}

void fb_object_cache_destroy(struct fb_object_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->count; i++)
		destroy_object(cache->objects[i]);
	free(cache->objects);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* The build-id of a file as hex; "" if it has none. */
static void file_build_id(Elf *elf, char to[FB_BUILD_ID_TEXT])
{
	const void *bytes;
	ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);

	to[0] = '\0';
	if (size <= 0 || size > (ssize_t)FB_BUILD_ID_MAX)
		return;
	for (ssize_t i = 0; i < size; i++) {
		static const char digits[] = "0123456789abcdef";
		uint8_t byte = ((const uint8_t *)bytes)[i];

		to[2 * i] = digits[byte >> 4];
		to[2 * i + 1] = digits[byte & 15];
	}
	to[2 * size] = '\0';
}

static uint64_t elf_first_vaddr(Elf *elf)
{
	size_t count = 0;
	GElf_Phdr phdr;

	if (elf_getphdrnum(elf, &count) != 0)
		return 0;
	for (size_t i = 0; i < count && i < FB_MAX_OBJECT_PHDRS; i++)
		if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_LOAD)
			return phdr.p_vaddr & FB_PAGE_MASK;
	return 0;
}

static void find_code(Elf *elf, struct fb_cached_object *object)
{
	size_t count = 0;
	GElf_Phdr phdr;

	if (elf_getphdrnum(elf, &count) != 0)
		return;
	for (size_t i = 0; i < count && i < FB_MAX_OBJECT_PHDRS; i++) {
		if (!gelf_getphdr(elf, (int)i, &phdr) || phdr.p_type != PT_LOAD ||
		    !(phdr.p_flags & PF_X))
			continue;
		object->code_vaddr = phdr.p_vaddr;
		object->code_size = phdr.p_filesz;
		object->code_offset = phdr.p_offset;
		return;
	}
}

bool fb_cached_object_code(const struct fb_cached_object *object, uint64_t vaddr,
			   uint64_t *word_ret)
{
	uint64_t at = vaddr - object->code_vaddr;

	if (at > object->code_size || object->code_size - at < sizeof(*word_ret))
		return false;
	if (object->code) {
		memcpy(word_ret, object->code + at, sizeof(*word_ret));
		return true;
	}
	return object->fd >= 0 && object->code_offset <= INT64_MAX - at &&
	       pread(object->fd, word_ret, sizeof(*word_ret), (off_t)(object->code_offset + at)) ==
		       sizeof(*word_ret);
}

static uint64_t elf_entry(Elf *elf)
{
	GElf_Ehdr ehdr;

	return gelf_getehdr(elf, &ehdr) ? ehdr.e_entry : 0;
}

/* The form of an object that can be mapped; NULL: it is none of x86. */
static const struct fb_elf_form *form_of(Elf *elf)
{
	const struct fb_elf_form *form;
	GElf_Ehdr ehdr;

	if (!elf || !gelf_getehdr(elf, &ehdr) || (ehdr.e_type != ET_DYN && ehdr.e_type != ET_EXEC))
		return NULL;
	form = fb_elf_form_of(ehdr.e_ident);
	return form && ehdr.e_machine == form->machine ? form : NULL;
}

/* A file DIR/.build-id/xx/yyy SUFFIX that has this build-id; -1 in *fd_ret if there is none. */
static struct fb_error *open_by_build_id(const struct fb_object_sources *sources,
					 const char *build_id, const char *suffix, int *fd_ret)
{
	*fd_ret = -1;
	for (size_t i = 0; i < sources->debug_dir_count && strlen(build_id) > 2; i++) {
		char path[FB_MAX_STRING], found[FB_BUILD_ID_TEXT];
		int length, fd;
		Elf *elf;

		length = snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s%s",
				  sources->debug_dirs[i], build_id, build_id + 2, suffix);
		if (length < 0 || (size_t)length >= sizeof(path))
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && fb_open_told_nothing(errno))
			return fb_error_os(errno, "cannot open %s", path);
		if (fd < 0)
			continue;
		elf = elf_begin(fd, ELF_C_READ, NULL);
		found[0] = '\0';
		if (elf)
			file_build_id(elf, found);
		elf_end(elf);
		if (strcmp(found, build_id) == 0) {
			*fd_ret = fd;
			return NULL;
		}
		close(fd);
	}
	return NULL;
}

static struct fb_error *add_debug_file(const struct fb_object_sources *sources,
				       struct fb_cached_object *object)
{
	struct fb_error *err;
	Elf *elf;

	err = open_by_build_id(sources, object->build_id, ".debug", &object->debug_fd);
	if (err || object->debug_fd < 0)
		return err;
	elf = elf_begin(object->debug_fd, ELF_C_READ, NULL);
	err = elf ? fb_elf_symbols_add_elf(&object->symbols, elf) : NULL;
	elf_end(elf);
	return err;
}

static struct fb_error *find_path(const struct fb_object_sources *sources, const char *path,
				  const uint64_t *size, struct fb_file **file)
{
	struct fb_error *err = NULL;

	if (path && path[0] == '/' && sources->find && !*file)
		err = sources->find(sources->context, path, size, file);
	return fb_part_skip(err);
}

/* Looks for the file; sets object->fd where it is the one that was mapped: by build-id where memory
 * has one, whatever its size. */
static struct fb_error *find_file(const struct fb_object_sources *sources,
				  struct fb_cached_object *object)
{
	const uint64_t *size = object->memory_id[0] ? NULL : &object->file_size;
	struct fb_file *file = NULL;
	char found[FB_BUILD_ID_TEXT];
	struct fb_error *err;
	Elf *elf;

	err = find_path(sources, object->path, size, &file);
	if (!err && object->memory_id[0])
		err = find_path(sources, object->own_path, size, &file);
	if (err)
		return err;
	object->fd = file ? file->fd : -1;
	if (object->fd < 0) {
		err = open_by_build_id(sources, object->build_id, "", &object->fd);
		object->fd_owned = true;
	}
	if (err || object->fd < 0)
		return err;
	elf = elf_begin(object->fd, ELF_C_READ, NULL);
	object->form = form_of(elf);
	if (object->form)
		file_build_id(elf, found);
	if (!object->form || (object->memory_id[0] && strcmp(found, object->memory_id) != 0)) {
		if (object->fd_owned)
			close(object->fd);
		object->fd = -1;
		elf_end(elf);
		return NULL;
	}
	memcpy(object->build_id, found, sizeof(found));
	object->first_vaddr = elf_first_vaddr(elf);
	object->entry = elf_entry(elf);
	find_code(elf, object);
	err = fb_elf_symbols_add_elf(&object->symbols, elf);
	elf_end(elf);
	return err;
}

/* Takes what a bundle keeps of the file; *found_ret false where it keeps none, or damaged. */
static struct fb_error *find_stored(const struct fb_object_sources *sources,
				    struct fb_cached_object *object, bool *found_ret)
{
	struct fb_stored_object stored;
	char found_id[FB_BUILD_ID_TEXT] = "";
	void *bytes = NULL;
	size_t size = 0;
	struct fb_error *err;

	*found_ret = false;
	if (!sources->stored || object->path[0] != '/')
		return NULL;
	err = sources->stored(sources->context, object->memory_id, object->path, object->file_size,
			      found_id, &bytes, &size);
	if (!err)
		err = fb_stored_object_read(bytes, size, &stored);
	free(bytes);
	if (err)
		return fb_part_skip(err);
	fb_elf_symbols_deinit(&object->symbols);
	memcpy(object->build_id, found_id, sizeof(found_id));
	object->image = stored.image;
	object->form = stored.image.form;
	object->symbols = stored.symbols;
	object->code = stored.code;
	object->code_size = stored.code_size;
	object->code_vaddr = stored.code_vaddr;
	object->first_vaddr = stored.image.first_vaddr;
	object->entry = stored.image.entry;
	*found_ret = true;
	return NULL;
}

/* Takes what the process's memory has of the object. */
static struct fb_error *load_memory(const struct fb_mapped_object *mapped,
				    struct fb_cached_object *object)
{
	struct fb_elf_image *image = &object->image;
	struct fb_eh_frame frame = {.bytes = NULL};
	struct fb_error *err;

	object->owner = mapped->space;
	object->base = mapped->base;
	err = fb_elf_image_read(mapped->space, mapped->base, image);
	if (err)
		return err;
	object->form = image->form;
	object->first_vaddr = image->first_vaddr;
	object->entry = image->entry;
	if (!image->has_unwind && !image->missing) {
		err = fb_eh_frame_search(mapped->space, mapped->base, &frame);
		if (!err && frame.bytes)
			err = fb_elf_image_set_eh_frame(image, frame.address, frame.bytes,
							frame.size);
		image->missing = frame.missing;
		fb_eh_frame_deinit(&frame);
	}
	return err ? err
		   : fb_elf_symbols_add_memory(&object->symbols, mapped->space, mapped->base,
					       image);
}

static struct fb_error *load(const struct fb_object_sources *sources,
			     const struct fb_mapped_object *mapped, struct fb_cached_object *object)
{
	bool stored = false;
	struct fb_error *err = find_file(sources, object);

	if (!err && object->fd < 0)
		err = find_stored(sources, object, &stored);
	if (!err && object->fd < 0 && !stored)
		err = load_memory(mapped, object);
	if (!err)
		err = add_debug_file(sources, object);
	if (!err)
		fb_elf_symbols_sort(&object->symbols);
	return err;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const struct fb_cached_object *find_known(const struct fb_object_cache *cache,
						 const struct fb_mapped_object *mapped,
						 const char *memory_id)
{
	for (size_t i = 0; i < cache->count; i++) {
		const struct fb_cached_object *object = cache->objects[i];

		if (object->owner ? object->owner == mapped->space && object->base == mapped->base
				  : object->file_size == mapped->file_size &&
					    strcmp(object->memory_id, memory_id) == 0 &&
					    strcmp(object->path, mapped->path) == 0 &&
					    same_text(object->own_path, mapped->own_path))
			return object;
	}
	return NULL;
}

struct fb_error *fb_object_cache_get(struct fb_object_cache *cache,
				     const struct fb_mapped_object *mapped,
				     const struct fb_cached_object **object_ret)
{
	const struct fb_cached_object *known;
	struct fb_cached_object *object = NULL;
	char memory_id[FB_BUILD_ID_TEXT] = "";
	struct fb_error *err;

	err = fb_build_id_read(mapped->space, mapped->base, memory_id, sizeof(memory_id));
	err = fb_part_skip(err);
	if (err)
		return err;
	pthread_mutex_lock(&cache->lock);
	known = find_known(cache, mapped, memory_id);
	if (known) {
		pthread_mutex_unlock(&cache->lock);
		*object_ret = known;
		return NULL;
	}
	/* Loads under the lock, because a thread for another process is likely to need the same object next. */
	err = create_object(mapped, memory_id, &object);
	if (!err)
		err = load(&cache->sources, mapped, object);
	if (!err)
		err = fb_grow_array(&cache->objects, &cache->room, cache->count,
				    sizeof(*cache->objects), FB_MAX_OBJECTS, "mapped objects");
	if (err)
		destroy_object(object);
	else
		cache->objects[cache->count++] = object;
	pthread_mutex_unlock(&cache->lock);
	if (!err)
		*object_ret = object;
	return err;
}

void fb_object_cache_release(struct fb_object_cache *cache, const struct fb_space *space)
{
	size_t kept = 0;

	pthread_mutex_lock(&cache->lock);
	for (size_t i = 0; i < cache->count; i++) {
		if (cache->objects[i]->owner == space)
			destroy_object(cache->objects[i]);
		else
			cache->objects[kept++] = cache->objects[i];
	}
	cache->count = kept;
	pthread_mutex_unlock(&cache->lock);
}

struct fb_error *fb_cached_object_elf(const struct fb_cached_object *object, Elf **elf_ret)
{
	Elf *elf;

	if (object->fd >= 0)
		elf = elf_begin(object->fd, ELF_C_READ, NULL);
	else
		elf = elf_memory(object->image.bytes, object->image.size);
	if (!elf)
		return fb_error_create(FB_CORRUPT, "%s: libelf: %s", object->path, elf_errmsg(-1));
	*elf_ret = elf;
	return NULL;
}
