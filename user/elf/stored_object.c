// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes and reads the part of a mapped file that a bundle keeps. Called by
 * bundle/stacks/object_collect.c when a bundle is written, by bundle/file/verify.c, and by
 * object_cache.c when stacks are unwound.
 */
#include "user/elf/stored_object.h"

#include <elf.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "base/space.h"
#include "user/elf/build_id.h"
#include "user/elf/elf_headers.h"
#include "user/elf/elf_section.h"

/* As in the file; the image, the symbols, their names and the code follow. */
struct head {
	uint64_t first_vaddr, end_vaddr, entry, code_vaddr;
	uint32_t has_unwind; /* 0 or 1 */
	uint32_t image_size; /* bytes */
	uint32_t symbol_count;
	uint32_t names_size; /* bytes, NULs included */
	uint32_t code_size;  /* bytes */
	uint32_t reserved;   /* 0 */
};

struct symbol {
	uint64_t address, size;
	uint32_t name; /* offset in the names */
	uint32_t rank;
};
_Static_assert(sizeof(struct head) == 56 && sizeof(struct symbol) == 24, "as in the file");

/* A file as if it were mapped where its program headers say. */
struct mapped_file {
	struct fb_space space;
	struct fb_file *file;
	struct fb_elf_headers headers;
};

static struct fb_error *read_mapped(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct mapped_file *mapped = (const struct mapped_file *)space;

	for (unsigned i = 0; i < mapped->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &mapped->headers.phdrs[i];
		uint64_t page = phdr->p_vaddr & FB_PAGE_MASK, before = phdr->p_vaddr - page;

		if (phdr->p_type != PT_LOAD || phdr->p_offset < before || address < page ||
		    phdr->p_filesz > UINT64_MAX - before ||
		    address - page >= phdr->p_filesz + before ||
		    length > phdr->p_filesz + before - (address - page))
			continue;
		return fb_file_read(mapped->file, phdr->p_offset - before + (address - page), to,
				    length);
	}
	return fb_error_create(FB_FAULT, "no segment of the file has 0x%" PRIx64, address);
}

static const struct fb_space_ops mapped_ops = {.read = read_mapped};

/* The file as it is, for its headers. */
static struct fb_error *read_file(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct mapped_file *mapped = (const struct mapped_file *)space;

	return fb_file_read(mapped->file, address, to, length);
}

static const struct fb_space_ops file_ops = {.read = read_file};

/* base_ret: where its header is. */
static struct fb_error *map_file(struct fb_file *file, struct mapped_file *mapped,
				 uint64_t *base_ret)
{
	struct fb_error *err;

	mapped->space.ops = &file_ops;
	mapped->space.name = file->path;
	mapped->file = file;
	err = fb_elf_headers_read(&mapped->space, 0, &mapped->headers);
	if (err)
		return err;
	mapped->space.ops = &mapped_ops;
	for (unsigned i = 0; i < mapped->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &mapped->headers.phdrs[i];

		if (phdr->p_type == PT_LOAD && phdr->p_offset < FB_PAGE_SIZE) {
			*base_ret = phdr->p_vaddr & FB_PAGE_MASK;
			return NULL;
		}
	}
	return fb_error_create(FB_CORRUPT, "no PT_LOAD covers the ELF header");
}

/* The segment that may be executed, of files from which linkers make one. */
static struct fb_error *read_code(const struct mapped_file *mapped, struct fb_stored_object *object)
{
	for (unsigned i = 0; i < mapped->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &mapped->headers.phdrs[i];
		struct fb_error *err;

		if (phdr->p_type != PT_LOAD || !(phdr->p_flags & PF_X))
			continue;
		err = fb_alloc_array(phdr->p_filesz, 1, FB_MAX_UNWIND_TABLE, "bytes of code",
				     &object->code);
		if (!err)
			err = fb_file_read(mapped->file, phdr->p_offset, object->code,
					   phdr->p_filesz);
		object->code_size = phdr->p_filesz;
		object->code_vaddr = phdr->p_vaddr;
		return err;
	}
	return NULL;
}

static struct fb_error *read_segments(struct fb_file *file, bool with_code,
				      struct fb_stored_object *object)
{
	struct mapped_file mapped = {.headers = {.phdrs = NULL}};
	uint64_t base = 0;
	struct fb_error *err = map_file(file, &mapped, &base);

	if (!err)
		err = fb_elf_image_read(&mapped.space, base, &object->image);
	if (!err && (with_code || !object->image.has_unwind))
		err = read_code(&mapped, object);
	fb_elf_headers_deinit(&mapped.headers);
	return err;
}

static struct fb_error *put(const struct fb_stored_object *object, struct fb_buf *bytes)
{
	const struct fb_elf_symbols *symbols = &object->symbols;
	const struct head head = {
		.first_vaddr = object->image.first_vaddr,
		.end_vaddr = object->image.end_vaddr,
		.entry = object->image.entry,
		.code_vaddr = object->code_vaddr,
		.code_size = (uint32_t)object->code_size,
		.has_unwind = object->image.has_unwind,
		.image_size = (uint32_t)object->image.size,
		.symbol_count = (uint32_t)symbols->count,
		.names_size = (uint32_t)symbols->names.size,
	};
	struct fb_error *err = fb_buf_append(bytes, &head, sizeof(head));

	if (!err)
		err = fb_buf_append(bytes, object->image.bytes, object->image.size);
	for (size_t i = 0; !err && i < symbols->count; i++) {
		const struct symbol symbol = {symbols->symbols[i].address, symbols->symbols[i].size,
					      symbols->symbols[i].name, symbols->symbols[i].rank};

		err = fb_buf_append(bytes, &symbol, sizeof(symbol));
	}
	if (!err)
		err = fb_buf_append(bytes, symbols->names.data, symbols->names.size);
	return err ? err : fb_buf_append(bytes, object->code, object->code_size);
}

/* Static programs have no PT_GNU_EH_FRAME, but the section. */
static struct fb_error *add_eh_frame(Elf *elf, struct fb_elf_image *image)
{
	uint64_t address;
	const Elf_Data *data = fb_elf_section(elf, ".eh_frame", &address);

	return data ? fb_elf_image_set_eh_frame(image, address, data->d_buf, data->d_size) : NULL;
}

struct fb_error *fb_stored_object_make(struct fb_file *file, bool with_code, struct fb_buf *bytes)
{
	struct fb_stored_object object;
	struct fb_error *err;
	Elf *elf = NULL;

	memset(&object, 0, sizeof(object));
	fb_elf_symbols_init(&object.symbols);
	err = read_segments(file, with_code, &object);
	if (!err) {
		elf = elf_begin(file->fd, ELF_C_READ, NULL);
		err = elf ? fb_elf_symbols_add_elf(&object.symbols, elf)
			  : fb_error_create(FB_CORRUPT, "libelf: %s", elf_errmsg(-1));
	}
	if (!err && !object.image.has_unwind)
		err = add_eh_frame(elf, &object.image);
	if (!err)
		err = put(&object, bytes);
	elf_end(elf);
	fb_stored_object_deinit(&object);
	return fb_error_prefix(err, "%s", file->path);
}

static struct fb_error *get_image(struct fb_cursor *cursor, const struct head *head,
				  struct fb_elf_image *image)
{
	const uint8_t *bytes;
	struct fb_error *err = fb_cursor_bytes(cursor, head->image_size, &bytes);

	if (err)
		return err;
	image->bytes = malloc(head->image_size ? head->image_size : 1);
	if (!image->bytes)
		return fb_error_nomem();
	memcpy(image->bytes, bytes, head->image_size);
	image->size = head->image_size;
	if (image->size >= EI_NIDENT)
		image->form = fb_elf_form_of(image->bytes);
	image->first_vaddr = head->first_vaddr;
	image->end_vaddr = head->end_vaddr;
	image->entry = head->entry;
	image->has_unwind = head->has_unwind;
	return NULL;
}

static struct fb_error *get_symbols(struct fb_cursor *cursor, const struct head *head,
				    struct fb_elf_symbols *symbols)
{
	const uint8_t *names;
	struct fb_error *err;

	if (head->symbol_count > fb_cursor_left(cursor) / sizeof(struct symbol))
		return fb_error_create(FB_TRUNCATED, "%u symbols in %zu bytes", head->symbol_count,
				       fb_cursor_left(cursor));
	err = fb_alloc_array(head->symbol_count, sizeof(*symbols->symbols), FB_MAX_OBJECT_SYMBOLS,
			     "symbols of an object", &symbols->symbols);
	if (err)
		return err;
	symbols->room = head->symbol_count;
	for (; symbols->count < head->symbol_count && !err; symbols->count++) {
		struct symbol symbol;

		err = fb_cursor_copy(cursor, &symbol, sizeof(symbol));
		if (!err && (symbol.name >= head->names_size || symbol.rank > UINT8_MAX ||
			     symbol.size > UINT64_MAX - symbol.address))
			err = fb_error_create(FB_CORRUPT, "symbol %zu of an object",
					      symbols->count);
		if (!err)
			symbols->symbols[symbols->count] = (struct fb_elf_symbol){
				.address = symbol.address,
				.size = symbol.size,
				.name = symbol.name,
				.rank = (uint8_t)symbol.rank,
			};
	}
	if (!err)
		err = fb_cursor_bytes(cursor, head->names_size, &names);
	if (!err && head->names_size && names[head->names_size - 1])
		err = fb_error_create(FB_CORRUPT, "the names of symbols do not end");
	return err ? err : fb_buf_append(&symbols->names, names, head->names_size);
}

static struct fb_error *get_code(struct fb_cursor *cursor, const struct head *head,
				 struct fb_stored_object *object)
{
	const uint8_t *bytes;
	struct fb_error *err = fb_cursor_bytes(cursor, head->code_size, &bytes);

	if (err || !head->code_size)
		return err;
	object->code = malloc(head->code_size);
	if (!object->code)
		return fb_error_nomem();
	memcpy(object->code, bytes, head->code_size);
	object->code_size = head->code_size;
	object->code_vaddr = head->code_vaddr;
	return NULL;
}

struct fb_error *fb_stored_object_read(const void *bytes, size_t size,
				       struct fb_stored_object *object_ret)
{
	struct fb_stored_object object;
	struct fb_cursor cursor;
	struct fb_error *err;
	struct head head;

	memset(&object, 0, sizeof(object));
	fb_elf_symbols_init(&object.symbols);
	fb_cursor_init(&cursor, bytes, size, "object");
	err = fb_cursor_copy(&cursor, &head, sizeof(head));
	if (!err && (head.has_unwind > 1 || head.first_vaddr % FB_PAGE_SIZE ||
		     head.first_vaddr > head.end_vaddr || head.reserved))
		err = fb_error_create(FB_CORRUPT, "head of an object");
	if (!err)
		err = get_image(&cursor, &head, &object.image);
	if (!err)
		err = get_symbols(&cursor, &head, &object.symbols);
	if (!err)
		err = get_code(&cursor, &head, &object);
	if (!err && fb_cursor_left(&cursor))
		err = fb_error_create(FB_CORRUPT, "%zu bytes behind an object",
				      fb_cursor_left(&cursor));
	if (err) {
		fb_stored_object_deinit(&object);
		return err;
	}
	fb_elf_symbols_sort(&object.symbols);
	*object_ret = object;
	return NULL;
}

void fb_stored_object_deinit(struct fb_stored_object *object)
{
	fb_elf_image_deinit(&object->image);
	fb_elf_symbols_deinit(&object->symbols);
	free(object->code);
	object->code = NULL;
}

struct fb_error *fb_file_build_id(struct fb_file *file, char *to)
{
	struct mapped_file mapped = {.headers = {.phdrs = NULL}};
	uint64_t base = 0;
	struct fb_error *err = map_file(file, &mapped, &base);

	to[0] = '\0';
	if (!err)
		err = fb_build_id_read(&mapped.space, base, to, FB_BUILD_ID_TEXT);
	fb_elf_headers_deinit(&mapped.headers);
	if (!fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err);
	return NULL;
}
