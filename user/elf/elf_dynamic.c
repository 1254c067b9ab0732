// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads dynamic sections, and looks up exported symbols. Called by elf_symbols.c and user/runtimes. */
#include "user/elf/elf_dynamic.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "user/elf/elf_headers.h"

/* The dynamic linker has added the load bias to the addresses of most objects, but not of the
 * vDSO; those that are still ELF addresses lie below the object. */
static uint64_t in_memory(uint64_t value, uint64_t base, const struct fb_elf_image *image)
{
	if (value >= base && value - base < image->end_vaddr - image->first_vaddr)
		return value;
	return value + (base - image->first_vaddr);
}

struct fb_error *fb_elf_dynamic_read(struct fb_space *space, uint64_t base,
				     const struct fb_elf_image *image,
				     struct fb_elf_dynamic *dynamic_ret)
{
	uint64_t address = image->dynamic + (base - image->first_vaddr);
	struct fb_elf_dynamic dynamic = {0};
	size_t size = image->form->dyn;

	for (uint64_t i = 0; i < image->dynamic_size / size && i < FB_MAX_DYNAMIC; i++) {
		uint8_t bytes[sizeof(Elf64_Dyn)];
		struct fb_error *err = fb_space_read(space, address + i * size, bytes, size);
		Elf64_Dyn entry;

		if (err)
			return err;
		entry = fb_elf_read_dyn(image->form, bytes);
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_SYMTAB)
			dynamic.symtab = in_memory(entry.d_un.d_ptr, base, image);
		else if (entry.d_tag == DT_STRTAB)
			dynamic.strtab = in_memory(entry.d_un.d_ptr, base, image);
		else if (entry.d_tag == DT_HASH)
			dynamic.hash = in_memory(entry.d_un.d_ptr, base, image);
		else if (entry.d_tag == DT_GNU_HASH)
			dynamic.gnu_hash = in_memory(entry.d_un.d_ptr, base, image);
		else if (entry.d_tag == DT_STRSZ)
			dynamic.strsz = entry.d_un.d_val;
	}
	*dynamic_ret = dynamic;
	return NULL;
}

/* What fb_elf_dynamic_read() needs of the headers. */
static struct fb_error *read_image(struct fb_space *space, uint64_t base,
				   struct fb_elf_image *image)
{
	FB_CLEANUP(fb_elf_headers_deinit) struct fb_elf_headers headers = {.phdrs = NULL};
	struct fb_error *err = fb_elf_headers_read(space, base, &headers);
	bool loaded = false;

	if (err)
		return err;
	image->form = headers.form;
	for (unsigned i = 0; i < headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &headers.phdrs[i];

		if (phdr->p_vaddr > INT64_MAX || phdr->p_memsz > INT64_MAX)
			continue;
		if (phdr->p_type == PT_LOAD && !loaded)
			image->first_vaddr = phdr->p_vaddr & FB_PAGE_MASK;
		if (phdr->p_type == PT_LOAD && phdr->p_vaddr + phdr->p_memsz > image->end_vaddr)
			image->end_vaddr = phdr->p_vaddr + phdr->p_memsz;
		loaded |= phdr->p_type == PT_LOAD;
		if (phdr->p_type == PT_DYNAMIC) {
			image->dynamic = phdr->p_vaddr;
			image->dynamic_size = phdr->p_memsz;
		}
	}
	return loaded && image->dynamic
		       ? NULL
		       : fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is no dynamic object", base);
}

/* Whether the symbol at index is defined, with this name; then *value_ret is its ELF address. */
static struct fb_error *compare_symbol(struct fb_space *space, const struct fb_elf_form *form,
				       const struct fb_elf_dynamic *dynamic, uint64_t index,
				       const char *name, uint64_t *value_ret)
{
	char text[FB_MAX_SYMBOL_NAME], bytes[sizeof(Elf64_Sym)];
	struct fb_error *err =
		fb_space_read(space, dynamic->symtab + index * form->sym, bytes, form->sym);
	Elf64_Sym symbol;

	if (err)
		return err;
	symbol = fb_elf_read_sym(form, bytes);
	if (symbol.st_shndx == SHN_UNDEF || !symbol.st_value || symbol.st_name >= dynamic->strsz)
		return NULL;
	err = fb_space_string_whole(space, dynamic->strtab + symbol.st_name, text, sizeof(text));
	if (!err && !strcmp(text, name))
		*value_ret = symbol.st_value;
	return err;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (uint8_t)*name;
	return hash;
}

/* Symbols of one bucket: linkers make so many buckets that each has a few. */
#define MOST_IN_BUCKET 65536u

/* Follows the chain of the name's bucket; the lowest bit of a chain's word marks its end. *value_ret stays 0 where the
 * name is not there. */
static struct fb_error *find_by_hash(struct fb_space *space, const struct fb_elf_form *form,
				     const struct fb_elf_dynamic *dynamic, const char *name,
				     uint64_t *value_ret)
{
	const uint32_t hash = gnu_hash(name);
	uint32_t head[4], index, word = 0, steps = 0;
	uint64_t buckets;
	struct fb_error *err = fb_space_read(space, dynamic->gnu_hash, head, sizeof(head));

	if (err)
		return err;
	if (!head[0] || head[0] > FB_MAX_OBJECT_SYMBOLS || head[2] > FB_MAX_OBJECT_SYMBOLS)
		return fb_error_create(FB_CORRUPT, ".gnu.hash has %u buckets, %u bloom words",
				       head[0], head[2]);
	buckets = dynamic->gnu_hash + sizeof(head) + (uint64_t)form->word * head[2];
	err = fb_space_u32(space, buckets + 4ull * (hash % head[0]), &index);
	for (; !err && !*value_ret && !(word & 1) && index >= head[1] &&
	       index < FB_MAX_OBJECT_SYMBOLS;
	     index++) {
		if (steps++ == MOST_IN_BUCKET)
			return fb_error_create(FB_CORRUPT,
					       "a bucket of .gnu.hash has more than %u symbols",
					       MOST_IN_BUCKET);
		err = fb_space_u32(space, buckets + 4ull * head[0] + 4ull * (index - head[1]),
				   &word);
		if (!err && (word | 1) == (hash | 1))
			err = compare_symbol(space, form, dynamic, index, name, value_ret);
	}
	return err;
}

struct fb_error *fb_elf_dynamic_find(struct fb_space *space, uint64_t base, const char *name,
				     uint64_t *address_ret)
{
	struct fb_elf_image image = {0};
	struct fb_elf_dynamic dynamic = {0};
	uint64_t value = 0;
	struct fb_error *err = read_image(space, base, &image);

	if (!err)
		err = fb_elf_dynamic_read(space, base, &image, &dynamic);
	if (!err && dynamic.symtab && dynamic.strtab && dynamic.gnu_hash)
		err = find_by_hash(space, image.form, &dynamic, name, &value);
	if (!err && !value)
		err = fb_error_create(FB_NOT_FOUND, "the object at 0x%" PRIx64 " exports no %s",
				      base, name);
	if (!err)
		*address_ret = value + (base - image.first_vaddr);
	return err;
}
