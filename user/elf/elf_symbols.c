// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Function symbols of an object by address, from its symbol tables on disk or in memory. Called
 * by object_cache.c to load them, and for each user frame to find one.
 */
#include "user/elf/elf_symbols.h"

#include <elf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "user/elf/elf_dynamic.h"
#include "user/elf/mini_debuginfo.h"

void fb_elf_symbols_init(struct fb_elf_symbols *symbols)
{
	memset(symbols, 0, sizeof(*symbols));
	fb_buf_init(&symbols->names, FB_MAX_OBJECT_STRINGS);
}

void fb_elf_symbols_deinit(struct fb_elf_symbols *symbols)
{
	free(symbols->symbols);
	fb_buf_deinit(&symbols->names);
	memset(symbols, 0, sizeof(*symbols));
}

/* Public names before private ones, plain ones before those with underscores. */
static uint8_t rank_of(const Elf64_Sym *sym, const char *name)
{
	uint8_t rank = sym->st_size ? 8 : 0;

	if (GELF_ST_BIND(sym->st_info) == STB_GLOBAL)
		rank += 2;
	else if (GELF_ST_BIND(sym->st_info) == STB_WEAK)
		rank += 1;
	return name[0] == '_' ? rank : rank + 4;
}

static bool is_function(const Elf64_Sym *sym)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);

	/* Functions of hand-written assembly, such as _start, may have no type. */
	return sym->st_shndx != SHN_UNDEF && sym->st_shndx != SHN_ABS && sym->st_value != 0 &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC ||
		(type == STT_NOTYPE && GELF_ST_BIND(sym->st_info) == STB_GLOBAL));
}

static struct fb_error *add(struct fb_elf_symbols *symbols, const Elf64_Sym *sym, const char *name)
{
	size_t length = strnlen(name, FB_MAX_SYMBOL_NAME);
	struct fb_elf_symbol *symbol;
	struct fb_error *err;

	if (length == 0)
		return NULL;
	err = fb_grow_array(&symbols->symbols, &symbols->room, symbols->count, sizeof(*symbol),
			    FB_MAX_OBJECT_SYMBOLS, "symbols of an object");
	if (err)
		return err;
	symbol = &symbols->symbols[symbols->count];
	*symbol = (struct fb_elf_symbol){
		.address = sym->st_value,
		.size = sym->st_size > UINT64_MAX - sym->st_value ? 0 : sym->st_size,
		.name = (uint32_t)symbols->names.size,
		.rank = rank_of(sym, name),
	};
	err = fb_buf_append(&symbols->names, name, length);
	if (!err)
		err = fb_buf_append(&symbols->names, "", 1);
	if (!err)
		symbols->count++;
	return err;
}

static struct fb_error *add_section(struct fb_elf_symbols *symbols, Elf *elf, Elf_Scn *section,
				    const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t size = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t count = data && data->d_buf && size ? data->d_size / size : 0;

	for (size_t i = 1; i < count && i < FB_MAX_OBJECT_SYMBOLS; i++) {
		GElf_Sym sym;
		const char *name;
		struct fb_error *err;

		if (!gelf_getsym(data, (int)i, &sym) || !is_function(&sym))
			continue;
		name = elf_strptr(elf, shdr->sh_link, sym.st_name);
		err = name ? add(symbols, &sym, name) : NULL;
		if (err)
			return err;
	}
	return NULL;
}

/* A table that has reached its cap is used with the symbols that it has. */
static struct fb_error *unless_full(struct fb_error *err)
{
	if (!fb_error_is(err, FB_LIMIT))
		return err;
	fb_error_destroy(err);
	return NULL;
}

static struct fb_error *add_tables(struct fb_elf_symbols *symbols, Elf *elf, bool *whole_ret)
{
	Elf_Scn *section = NULL;
	struct fb_error *err = NULL;

	*whole_ret = false;
	while (!err && (section = elf_nextscn(elf, section))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(section, &shdr) ||
		    (shdr.sh_type != SHT_SYMTAB && shdr.sh_type != SHT_DYNSYM))
			continue;
		*whole_ret |= shdr.sh_type == SHT_SYMTAB;
		err = add_section(symbols, elf, section, &shdr);
	}
	return err;
}

/* A stripped file may still have the function symbols that its distribution has left in
 * .gnu_debugdata. */
static struct fb_error *add_mini_debuginfo(struct fb_elf_symbols *symbols, Elf *elf)
{
	struct fb_buf bytes;
	struct fb_error *err;
	Elf *mini = NULL;
	bool whole;

	fb_buf_init(&bytes, FB_MAX_MINI_DEBUGINFO);
	err = fb_mini_debuginfo_unpack(elf, &bytes);
	if (!err)
		mini = elf_memory((char *)bytes.data, bytes.size);
	if (mini)
		err = add_tables(symbols, mini, &whole);
	elf_end(mini);
	fb_buf_deinit(&bytes);
	return fb_part_skip(err);
}

struct fb_error *fb_elf_symbols_add_elf(struct fb_elf_symbols *symbols, Elf *elf)
{
	bool whole;
	struct fb_error *err = add_tables(symbols, elf, &whole);

	if (!err && !whole)
		err = add_mini_debuginfo(symbols, elf);
	return unless_full(err);
}

/* .gnu.hash (nbuckets, symoffset, bloom_size, bloom_shift; bloom; buckets; chains): the highest
 * bucket's chain ends with the table's last symbol. */
static struct fb_error *count_gnu_hash(struct fb_space *space, const struct fb_elf_form *form,
				       uint64_t address, uint64_t *count)
{
	uint32_t head[4], last = 0, value;
	uint64_t buckets;
	struct fb_error *err = fb_space_read(space, address, head, sizeof(head));

	if (err)
		return err;
	if (head[0] > FB_MAX_OBJECT_SYMBOLS || head[2] > FB_MAX_OBJECT_SYMBOLS)
		return fb_error_create(FB_CORRUPT, ".gnu.hash has %u buckets, %u bloom words",
				       head[0], head[2]);
	buckets = address + sizeof(head) + (uint64_t)form->word * head[2];
	for (uint32_t i = 0; i < head[0] && !err; i++) {
		err = fb_space_u32(space, buckets + 4ull * i, &value);
		if (!err && value > last)
			last = value;
	}
	if (err || last < head[1] || last > FB_MAX_OBJECT_SYMBOLS) {
		*count = head[1] <= FB_MAX_OBJECT_SYMBOLS ? head[1] : 0;
		return err;
	}
	for (*count = last; *count < FB_MAX_OBJECT_SYMBOLS;) {
		err = fb_space_u32(space, buckets + 4ull * head[0] + 4ull * (*count - head[1]),
				   &value);
		if (err)
			return err;
		++*count;
		if (value & 1)
			break;
	}
	return NULL;
}

static struct fb_error *count_symbols(struct fb_space *space, const struct fb_elf_form *form,
				      const struct fb_elf_dynamic *dynamic, uint64_t *count)
{
	uint32_t chains;
	struct fb_error *err;

	*count = 0;
	if (dynamic->gnu_hash)
		return count_gnu_hash(space, form, dynamic->gnu_hash, count);
	if (!dynamic->hash)
		return NULL;
	err = fb_space_u32(space, dynamic->hash + 4, &chains);
	if (!err)
		*count = chains < FB_MAX_OBJECT_SYMBOLS ? chains : FB_MAX_OBJECT_SYMBOLS;
	return err;
}

/* Reads as many bytes of [address, address + size) as there are without a gap. */
static struct fb_error *read_prefix(struct fb_space *space, uint64_t address, uint64_t size,
				    char **bytes_ret, uint64_t *got_ret)
{
	char *bytes = malloc(size + 1);
	uint64_t done = 0, part = 0;
	struct fb_error *err = NULL;

	if (!bytes)
		return fb_error_nomem();
	for (; !err && done < size; done += err ? 0 : part) {
		part = FB_PAGE_SIZE - (address + done) % FB_PAGE_SIZE;
		if (part > size - done)
			part = size - done;
		err = fb_space_read(space, address + done, bytes + done, part);
	}
	if (fb_error_is_fatal(err)) {
		free(bytes);
		return err;
	}
	fb_error_destroy(err);
	bytes[done] = '\0';
	*bytes_ret = bytes;
	*got_ret = done;
	return NULL;
}

static struct fb_error *add_dynsym(struct fb_elf_symbols *symbols, struct fb_space *space,
				   const struct fb_elf_form *form,
				   const struct fb_elf_dynamic *dynamic, uint64_t count)
{
	char *table = NULL, *strings = NULL;
	uint64_t table_size = 0, string_size = 0;
	uint64_t strsz =
		dynamic->strsz < FB_MAX_OBJECT_STRINGS ? dynamic->strsz : FB_MAX_OBJECT_STRINGS;
	struct fb_error *err;

	err = read_prefix(space, dynamic->symtab, count * form->sym, &table, &table_size);
	if (!err)
		err = read_prefix(space, dynamic->strtab, strsz, &strings, &string_size);
	for (uint64_t i = 1; !err && i < table_size / form->sym; i++) {
		const Elf64_Sym sym = fb_elf_read_sym(form, table + i * form->sym);

		if (sym.st_name < string_size && is_function(&sym))
			err = add(symbols, &sym, strings + sym.st_name);
	}
	free(table);
	free(strings);
	return err;
}

struct fb_error *fb_elf_symbols_add_memory(struct fb_elf_symbols *symbols, struct fb_space *space,
					   uint64_t base, const struct fb_elf_image *image)
{
	struct fb_elf_dynamic dynamic;
	uint64_t count = 0;
	struct fb_error *err;

	if (!image->dynamic)
		return NULL;
	err = fb_elf_dynamic_read(space, base, image, &dynamic);
	if (!err && dynamic.symtab && dynamic.strtab)
		err = count_symbols(space, image->form, &dynamic, &count);
	if (!fb_error_is_fatal(err)) {
		fb_error_destroy(err);
		err = count ? add_dynsym(symbols, space, image->form, &dynamic, count) : NULL;
	}
	return unless_full(err);
}

static int by_address(const void *a, const void *b)
{
	const struct fb_elf_symbol *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->name < right->name ? 1 : left->name > right->name ? -1 : 0;
}

void fb_elf_symbols_sort(struct fb_elf_symbols *symbols)
{
	uint64_t reach = 0;

	if (symbols->count)
		qsort(symbols->symbols, symbols->count, sizeof(*symbols->symbols), by_address);
	for (size_t i = 0; i < symbols->count; i++) {
		struct fb_elf_symbol *symbol = &symbols->symbols[i];

		if (symbol->address + symbol->size > reach)
			reach = symbol->address + symbol->size;
		symbol->reach = reach;
	}
}

const struct fb_elf_symbol *fb_elf_symbols_find(const struct fb_elf_symbols *symbols,
						uint64_t address, const char **name_ret)
{
	size_t above = FB_LOWER_BOUND(i, symbols->count, symbols->symbols[i].address <= address);
	const struct fb_elf_symbol *found = NULL;

	/* The nearest one before that covers it; one without a size where nothing stands between. */
	for (size_t i = above; i-- > 0 && above - i <= FB_MAX_SYMBOLS_WITHIN && !found;) {
		const struct fb_elf_symbol *symbol = &symbols->symbols[i];

		if (address - symbol->address < symbol->size || (!symbol->size && i == above - 1))
			found = symbol;
		else if (symbol->reach <= address)
			break;
	}
	if (found)
		*name_ret = (const char *)symbols->names.data + found->name;
	return found;
}
