// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the symbols, sections and the build-id of an ELF file on disk with libelf. The symbols are read in a
 * child process, which sends for each its address and size (u64), type (u8), and the name with its NUL.
 * Called for --vmlinux, modules' debug files, and files under --sysroot.
 */
#include "symbols/table/elf_symtab.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/open_path.h"
#include "base/isolation/isolate.h"
#include "base/limits.h"

/* SHA-512 is the longest that linkers offer. */
#define MAX_BUILD_ID 64u

struct elf_file {
	int fd;
	Elf *elf;
};

static void close_elf(struct elf_file *file)
{
	elf_end(file->elf);
	(void)close(file->fd);
}

static struct fb_error *open_elf(const char *path, struct elf_file *file)
{
	GElf_Ehdr header;

	file->fd = fb_open_path(path);
	if (file->fd < 0)
		return fb_error_os(errno, "%s", path);
	(void)elf_version(EV_CURRENT);
	file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
	if (file->elf && elf_kind(file->elf) == ELF_K_ELF && gelf_getehdr(file->elf, &header)) {
		if (header.e_type != ET_CORE)
			return NULL;
		close_elf(file);
		return fb_error_create(FB_INVALID, "%s: a core, not a program or module", path);
	}
	close_elf(file);
	return fb_error_create(FB_INVALID, "%s: not an ELF file", path);
}

/* The letter that nm prints for the symbol. An upper-case letter means that it is global. */
static char letter_of(Elf *elf, const GElf_Sym *symbol)
{
	bool global = GELF_ST_BIND(symbol->st_info) != STB_LOCAL;
	GElf_Shdr section;
	char letter = 'd';

	if (GELF_ST_BIND(symbol->st_info) == STB_WEAK)
		return GELF_ST_TYPE(symbol->st_info) == STT_OBJECT ? 'V' : 'W';
	if (symbol->st_shndx == SHN_ABS)
		return global ? 'A' : 'a';
	if (!gelf_getshdr(elf_getscn(elf, symbol->st_shndx), &section))
		return '?';
	if (section.sh_flags & SHF_EXECINSTR)
		letter = 't';
	else if (section.sh_type == SHT_NOBITS)
		letter = 'b';
	else if (!(section.sh_flags & SHF_WRITE))
		letter = 'r';
	return global ? (char)(letter - 'a' + 'A') : letter;
}

static bool is_wanted(const GElf_Sym *symbol)
{
	unsigned type = GELF_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF && type != STT_SECTION && type != STT_FILE &&
	       type != STT_TLS;
}

/* An executable (a vmlinux is one) only moves where it lies in the kernel's half of the addresses:
 * per-CPU symbols are offsets from 0. */
static bool is_moved(const GElf_Sym *symbol, unsigned elf_type)
{
	return symbol->st_shndx != SHN_ABS && (elf_type != ET_EXEC || symbol->st_value >> 63);
}

static struct fb_error *send_symbol(struct fb_buf *to, uint64_t address, uint64_t size, char type,
				    const char *name)
{
	struct fb_error *err = fb_buf_u64(to, address);

	if (!err)
		err = fb_buf_u64(to, size);
	if (!err)
		err = fb_buf_append(to, &type, 1);
	return err ? err : fb_buf_append(to, name, strlen(name) + 1);
}

static struct fb_error *send_symbols(Elf *elf, Elf_Scn *section, uint64_t bias, bool global,
				     struct fb_buf *to)
{
	Elf_Data *data = elf_getdata(section, NULL);
	struct fb_error *err = NULL;
	GElf_Shdr section_header;
	GElf_Ehdr header;
	size_t count;

	if (!data || !gelf_getshdr(section, &section_header) || !gelf_getehdr(elf, &header))
		return fb_error_create(FB_CORRUPT, "symbol table: %s", elf_errmsg(-1));
	count = data->d_size / gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	if (count > FB_MAX_KALLSYMS)
		return fb_error_create(FB_LIMIT, "symbol table of %zu symbols", count);
	for (size_t i = 1; i < count && !err; i++) {
		const char *name;
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol))
			return fb_error_create(FB_CORRUPT, "symbol %zu: %s", i, elf_errmsg(-1));
		if (!is_wanted(&symbol) || (GELF_ST_BIND(symbol.st_info) != STB_LOCAL) != global)
			continue;
		name = elf_strptr(elf, section_header.sh_link, symbol.st_name);
		if (!name || !*name)
			continue;
		err = send_symbol(to,
				  symbol.st_value + (is_moved(&symbol, header.e_type) ? bias : 0),
				  symbol.st_size, letter_of(elf, &symbol), name);
	}
	return err;
}

static Elf_Scn *find_symtab(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			return section;
	return NULL;
}

struct load {
	const char *path;
	uint64_t bias;
	struct fb_symtab *table;
};

static struct fb_error *send_table(const struct load *load, Elf *elf, struct fb_buf *to)
{
	Elf_Scn *section = find_symtab(elf);
	struct fb_error *err;

	if (!section)
		return fb_error_create(FB_NOT_FOUND, "no symbol table; it may be stripped");
	/* Global ones first: they are found first at an address with several. */
	err = send_symbols(elf, section, load->bias, true, to);
	return err ? err : send_symbols(elf, section, load->bias, false, to);
}

static struct fb_error *work(void *context, size_t index FB_UNUSED, struct fb_buf *result)
{
	struct load *load = context;
	struct elf_file file;
	struct fb_error *err = open_elf(load->path, &file);

	if (err)
		return err;
	err = fb_error_prefix(send_table(load, file.elf, result), "%s", load->path);
	close_elf(&file);
	return err;
}

static struct fb_error *take_symbol(struct load *load, struct fb_cursor *cursor)
{
	uint64_t address, size;
	const char *name;
	uint8_t type;
	struct fb_error *err = fb_cursor_u64(cursor, &address);

	if (!err)
		err = fb_cursor_u64(cursor, &size);
	if (!err)
		err = fb_cursor_u8(cursor, &type);
	if (!err)
		err = fb_cursor_string(cursor, &name);
	return err ? err
		   : fb_symtab_add(load->table, address, size, (char)type, name, strlen(name));
}

static struct fb_error *take(void *context, size_t index FB_UNUSED, struct fb_cursor *result)
{
	struct load *load = context;
	struct fb_error *err = NULL;

	while (fb_cursor_left(result) && !err)
		err = take_symbol(load, result);
	return err ? err : fb_symtab_finish(load->table, 0);
}

static struct fb_error *lose(void *context FB_UNUSED, size_t index FB_UNUSED, struct fb_error *why)
{
	return why;
}

struct fb_error *fb_elf_symtab_load(const char *path, uint64_t bias, struct fb_symtab **table_ret)
{
	static const struct fb_isolate_ops ops = {.work = work, .take = take, .lost = lose};
	struct load load = {.path = path, .bias = bias};
	struct fb_error *err = fb_symtab_create(&load.table);

	if (!err)
		err = fb_isolate_for(1, 1, &ops, &load, NULL);
	if (err)
		fb_symtab_destroy(load.table);
	else
		*table_ret = load.table;
	return err;
}

struct fb_error *fb_elf_build_id(const char *path, char *to, size_t size)
{
	const void *bits = NULL;
	struct fb_error *err;
	struct elf_file file;
	ssize_t length;

	err = open_elf(path, &file);
	if (err)
		return err;
	length = dwelf_elf_gnu_build_id(file.elf, &bits);
	if (length <= 0)
		err = fb_error_create(FB_NOT_FOUND, "%s: no build-id", path);
	else if (length > (ssize_t)MAX_BUILD_ID || (size_t)length * 2 >= size)
		err = fb_error_create(FB_CORRUPT, "%s: build-id of %zd bytes", path, length);
	for (ssize_t i = 0; i < length && !err; i++)
		(void)snprintf(to + i * 2, 3, "%02x", ((const uint8_t *)bits)[i]);
	close_elf(&file);
	return err;
}

static bool is_named(Elf *elf, Elf_Scn *section, const char *name, GElf_Shdr *header)
{
	const char *own;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) || !gelf_getshdr(section, header))
		return false;
	own = elf_strptr(elf, names, header->sh_name);
	return own && strcmp(own, name) == 0;
}

static struct fb_error *copy_section(Elf *elf, const char *name, size_t limit,
				     struct fb_elf_section *section_ret)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	uint8_t *copy;

	do {
		section = elf_nextscn(elf, section);
	} while (section && !is_named(elf, section, name, &header));
	if (!section || header.sh_type == SHT_NOBITS)
		return fb_error_create(FB_NOT_FOUND, "no bytes of a section %s in it", name);
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf || !data->d_size)
		return fb_error_create(FB_CORRUPT, "section %s cannot be read", name);
	if (data->d_size > limit)
		return fb_error_create(FB_LIMIT, "section %s of %zu bytes", name, data->d_size);
	copy = malloc(data->d_size);
	if (!copy)
		return fb_error_nomem();
	memcpy(copy, data->d_buf, data->d_size);
	*section_ret = (struct fb_elf_section){
		.address = header.sh_addr,
		.data = copy,
		.size = data->d_size,
	};
	return NULL;
}

struct fb_error *fb_elf_section_load(const char *path, const char *name, size_t limit,
				     struct fb_elf_section *section_ret)
{
	struct elf_file file;
	struct fb_error *err = open_elf(path, &file);

	if (err)
		return err;
	err = fb_error_prefix(copy_section(file.elf, name, limit, section_ret), "%s", path);
	close_elf(&file);
	return err;
}

void fb_elf_section_deinit(struct fb_elf_section *section)
{
	free(section->data);
	memset(section, 0, sizeof(*section));
}
