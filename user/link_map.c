// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects that the dynamic linker has loaded into a process, from its memory.
 */
#include "user/link_map.h"

#include <elf.h>
#include <inttypes.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

/* The kernel's own soname for it, and glibc's l_name. */
#define VDSO_NAME "linux-vdso.so.1"

_Static_assert(sizeof(struct r_debug) == 40, "glibc and musl agree on it");

/* The public head of struct link_map (link.h). */
struct link {
	uint64_t l_addr, l_name, l_ld, l_next, l_prev;
};

/* What the program's own headers say. */
struct program {
	uint64_t bias, base;
	uint64_t dynamic, dynamic_size; /* 0: none */
	bool has_interpreter;
};

struct finder {
	const struct fb_process_image *image;
	struct fb_warnings *warnings;
	struct fb_objects objects;
};

static uint64_t auxv_value(const struct fb_process_image *image, uint64_t type)
{
	for (size_t i = 0; i < image->auxv_pairs && image->auxv[2 * i] != AT_NULL; i++) {
		if (image->auxv[2 * i] == type)
			return image->auxv[2 * i + 1];
	}
	return 0;
}

/* The mapping of a file that holds address, or NULL. */
static const struct fb_core_mapping *mapping_at(const struct fb_process_image *image,
						uint64_t address)
{
	size_t low = 0, high = image->mapping_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->mappings[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	if (low < image->mapping_count && image->mappings[low].start <= address)
		return &image->mappings[low];
	return NULL;
}

/* The first mapping of the object that mapping belongs to: back to its offset 0. */
static const struct fb_core_mapping *first_mapping(const struct fb_process_image *image,
						   const struct fb_core_mapping *mapping)
{
	while (mapping->offset > 0 && mapping > image->mappings &&
	       strcmp(mapping[-1].path, mapping->path) == 0 &&
	       mapping[-1].offset <= mapping->offset)
		mapping--;
	return mapping;
}

/* Fills path and base from the mappings, and the build-id from memory. */
static struct fb_error *describe(struct finder *finder, struct fb_object *object)
{
	const struct fb_process_image *image = finder->image;
	uint64_t inside = object->dynamic ? object->dynamic : object->base;
	const struct fb_core_mapping *mapping = mapping_at(image, inside);
	struct fb_error *err;

	if (mapping) {
		mapping = first_mapping(image, mapping);
		object->path = strdup(mapping->path);
		if (!object->path)
			return fb_error_nomem();
		if (!object->base && mapping->offset == 0)
			object->base = mapping->start;
	}
	/* Shared objects begin at address 0 of their file, but for prelinked ones. */
	if (!object->base)
		object->base = object->bias;
	err = fb_build_id_read(image->space, object->base, object->build_id,
			       sizeof(object->build_id));
	if (fb_error_is(err, FB_NOMEM))
		return err;
	/* Many an object has none, or its first page is not there: not worth a warning. */
	fb_error_destroy(err);
	return NULL;
}

/* name is copied. */
static struct fb_error *add_object(struct finder *finder, struct fb_object object, const char *name)
{
	struct fb_objects *objects = &finder->objects;
	struct fb_error *err;

	err = fb_grow_array(&objects->objects, &objects->room, objects->count,
			    sizeof(*objects->objects), FB_MAX_OBJECTS, "loaded objects");
	if (err)
		return err;
	object.name = strdup(name);
	if (!object.name)
		return fb_error_nomem();
	objects->objects[objects->count] = object;
	/* Counted before it is described, so that whatever describe() allocates is freed. */
	return describe(finder, &objects->objects[objects->count++]);
}

/* Whatever is wrong with the chain ends it; only a lack of memory ends the search. */
static struct fb_error *chain_broken(struct finder *finder, struct fb_error *err)
{
	finder->objects.complete = false;
	if (fb_error_is(err, FB_NOMEM))
		return err;
	fb_warn_error(finder->warnings, err, "%s: the list of loaded objects ends after %zu",
		      finder->image->space->name, finder->objects.count);
	return NULL;
}

/* A name that is not there is worth a warning; the object is all the same. */
static struct fb_error *read_name(struct finder *finder, const struct link *link, char *name,
				  size_t size)
{
	struct fb_error *err;

	name[0] = '\0';
	if (link->l_name == 0)
		return NULL;
	err = fb_space_string(finder->image->space, link->l_name, name, size);
	if (fb_error_is(err, FB_NOMEM))
		return err;
	fb_warn_error(finder->warnings, err, "%s: name of the object at %#" PRIx64,
		      finder->image->space->name, link->l_addr);
	return NULL;
}

/* One namespace. Each link must point back to the one before it: then no link comes twice. */
static struct fb_error *follow_chain(struct finder *finder, uint64_t address,
				     const struct program *program)
{
	char name[FB_MAX_STRING];
	uint64_t previous = 0;
	struct fb_error *err;
	struct link link;

	while (address) {
		err = fb_space_read(finder->image->space, address, &link, sizeof(link));
		if (!err && link.l_prev != previous)
			err = fb_error_create(FB_CORRUPT,
					      "link_map at %#" PRIx64 " follows %#" PRIx64
					      ", but points back to %#" PRIx64,
					      address, previous, link.l_prev);
		if (err)
			return chain_broken(finder, err);
		err = read_name(finder, &link, name, sizeof(name));
		if (!err)
			err = add_object(
				finder,
				(struct fb_object){
					.bias = link.l_addr,
					.base = link.l_ld == program->dynamic ? program->base : 0,
					.dynamic = link.l_ld,
				},
				name);
		if (fb_error_is(err, FB_LIMIT))
			return chain_broken(finder, err);
		if (err)
			return err;
		previous = address;
		address = link.l_next;
	}
	return NULL;
}

/* All namespaces: since r_version 2 (glibc 2.35) r_next leads to the next one's. */
static struct fb_error *follow_namespaces(struct finder *finder, uint64_t address,
					  const struct program *program)
{
	struct fb_space *space = finder->image->space;
	struct r_debug debug;
	struct fb_error *err;

	finder->objects.complete = true;
	for (unsigned i = 0; address; i++) {
		if (i == FB_MAX_LINK_NAMESPACES)
			return chain_broken(
				finder, fb_error_create(FB_LIMIT, "more than %u namespaces", i));
		err = fb_space_read(space, address, &debug, sizeof(debug));
		if (err)
			return chain_broken(finder, fb_error_prefix(err, "r_debug"));
		err = follow_chain(finder, (uintptr_t)debug.r_map, program);
		if (err)
			return err;
		if (debug.r_version < 2)
			break;
		err = fb_space_u64(space, address + sizeof(debug), &address);
		if (err)
			return chain_broken(finder, fb_error_prefix(err, "r_debug"));
	}
	return NULL;
}

/* DT_DEBUG's value, or 0. */
static struct fb_error *find_debug(struct fb_space *space, const struct program *program,
				   uint64_t *debug_ret)
{
	uint64_t count = program->dynamic_size / sizeof(Elf64_Dyn);
	struct fb_error *err;
	Elf64_Dyn *entries;

	*debug_ret = 0;
	err = fb_alloc_array(count, sizeof(*entries), FB_MAX_DYNAMIC, "dynamic entries", &entries);
	if (err || count == 0) {
		if (!err)
			free(entries);
		return err;
	}
	err = fb_space_read(space, program->dynamic, entries, count * sizeof(*entries));
	for (uint64_t i = 0; !err && i < count && entries[i].d_tag != DT_NULL; i++) {
		if (entries[i].d_tag == DT_DEBUG)
			*debug_ret = entries[i].d_un.d_ptr;
	}
	free(entries);
	return fb_error_prefix(err, "PT_DYNAMIC");
}

static struct program parse_phdrs(const Elf64_Phdr *phdrs, size_t count, uint64_t at_phdr)
{
	const Elf64_Phdr *first = NULL, *dynamic = NULL, *self = NULL;
	struct program program = {0};

	for (size_t i = 0; i < count; i++) {
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_offset == 0 && !first)
			first = &phdrs[i];
		else if (phdrs[i].p_type == PT_DYNAMIC)
			dynamic = &phdrs[i];
		else if (phdrs[i].p_type == PT_PHDR)
			self = &phdrs[i];
		else if (phdrs[i].p_type == PT_INTERP)
			program.has_interpreter = true;
	}
	/* A static program has no PT_PHDR; its headers lie in the first page. */
	if (self)
		program.bias = at_phdr - self->p_vaddr;
	else if (first)
		program.bias = (at_phdr & FB_PAGE_MASK) - first->p_vaddr;
	if (first)
		program.base = program.bias + first->p_vaddr;
	if (dynamic) {
		program.dynamic = program.bias + dynamic->p_vaddr;
		program.dynamic_size = dynamic->p_memsz;
	}
	return program;
}

static struct fb_error *read_program(const struct fb_process_image *image,
				     struct program *program_ret)
{
	uint64_t at_phdr = auxv_value(image, AT_PHDR), count = auxv_value(image, AT_PHNUM);
	struct fb_error *err;
	Elf64_Phdr *phdrs;

	if (!at_phdr || !count)
		return fb_error_create(FB_NOT_FOUND, "no AT_PHDR in the auxiliary vector");
	err = fb_alloc_array(count, sizeof(*phdrs), FB_MAX_OBJECT_PHDRS, "program headers", &phdrs);
	if (err)
		return err;
	err = fb_space_read(image->space, at_phdr, phdrs, count * sizeof(*phdrs));
	if (!err)
		*program_ret = parse_phdrs(phdrs, count, at_phdr);
	free(phdrs);
	return fb_error_prefix(err, "program headers of the program");
}

/* What is known without the linker: the program and its interpreter. */
static struct fb_error *add_unlinked(struct finder *finder, const struct program *program)
{
	uint64_t interpreter = auxv_value(finder->image, AT_BASE);
	struct fb_error *err;

	err = add_object(finder,
			 (struct fb_object){
				 .bias = program->bias,
				 .base = program->base,
				 .dynamic = program->dynamic,
			 },
			 "");
	if (!err && program->has_interpreter && interpreter)
		err = add_object(finder,
				 (struct fb_object){.bias = interpreter, .base = interpreter}, "");
	return err;
}

/* glibc has it in its chain, musl and static programs do not. */
static struct fb_error *add_vdso(struct finder *finder)
{
	uint64_t base = auxv_value(finder->image, AT_SYSINFO_EHDR);

	if (!base)
		return NULL;
	for (size_t i = 0; i < finder->objects.count; i++) {
		if (finder->objects.objects[i].base == base)
			return NULL;
	}
	return add_object(finder, (struct fb_object){.bias = base, .base = base}, VDSO_NAME);
}

static struct fb_error *find_all(struct finder *finder)
{
	struct program program;
	struct fb_error *err;
	uint64_t debug;

	err = read_program(finder->image, &program);
	if (err)
		return err;
	err = find_debug(finder->image->space, &program, &debug);
	if (err) {
		debug = 0;
		err = chain_broken(finder, err);
	} else {
		/* No DT_DEBUG: complete where nothing else could have been loaded. */
		finder->objects.complete = !program.has_interpreter;
	}
	if (!err && debug)
		err = follow_namespaces(finder, debug, &program);
	if (!err && finder->objects.count == 0)
		err = add_unlinked(finder, &program);
	if (!err)
		err = add_vdso(finder);
	return err;
}

struct fb_error *fb_objects_find(const struct fb_process_image *image, struct fb_warnings *warnings,
				 struct fb_objects *objects_ret)
{
	struct finder finder = {.image = image, .warnings = warnings};
	struct fb_error *err;

	err = find_all(&finder);
	if (err) {
		fb_objects_deinit(&finder.objects);
		return err;
	}
	*objects_ret = finder.objects;
	return NULL;
}

void fb_objects_deinit(struct fb_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		free(objects->objects[i].name);
		free(objects->objects[i].path);
	}
	free(objects->objects);
	*objects = (struct fb_objects){0};
}

struct fb_process_image fb_core_image(struct fb_core *core)
{
	const struct fb_core_info *info = fb_core_info(core);

	return (struct fb_process_image){
		.space = fb_core_space(core),
		.auxv = info->auxv,
		.auxv_pairs = info->auxv_pairs,
		.mappings = info->mappings,
		.mapping_count = info->mapping_count,
	};
}
