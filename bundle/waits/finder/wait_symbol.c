// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names for addresses of a process's data: the symbols of the mapped object, read
 * from its file under --sysroot.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_memory.h"
#include "kernel/files/files.h"
#include "symbols/table/elf_symtab.h"

/* Files whose symbols are kept: a lock is in the program or in a few libraries. */
#define KEPT 64u

struct symbol_file {
	const char *path;        /* borrowed from the host files */
	struct fb_symtab *table; /* NULL: it has none */
	bool moves;              /* its addresses are relative to where it is mapped */
};

struct symbols {
	struct symbol_file files[KEPT];
	size_t count;
};

static void deinit(void *state)
{
	struct symbols *symbols = state;

	for (size_t i = 0; i < symbols->count; i++)
		fb_symtab_destroy(symbols->files[i].table);
}

static const struct fb_wait_state SYMBOLS = {sizeof(struct symbols), deinit};

static struct fb_error *load(struct fb_file *file, struct symbol_file *to)
{
	Elf64_Ehdr header;
	char path[40];
	struct fb_error *err = fb_file_read(file, 0, &header, sizeof(header));

	*to = (struct symbol_file){.path = file->path};
	if (err)
		return err;
	to->moves = header.e_type == ET_DYN;
	/* Its path is the process's, inside the sysroot. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	return fb_elf_symtab_load(path, 0, &to->table);
}

static struct fb_error *symbols_of(struct fb_wait_finder *finder, struct fb_file *file,
				   const struct symbol_file **found_ret)
{
	struct symbols *symbols;
	struct fb_error *err = fb_wait_state(finder, &SYMBOLS, &symbols);

	if (err)
		return err;
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->files[i].path == file->path) {
			*found_ret = &symbols->files[i];
			return NULL;
		}
	if (symbols->count == KEPT)
		return fb_error_create(FB_NOT_FOUND, "symbols of many files are kept already");
	err = load(file, &symbols->files[symbols->count]);
	if (fb_error_is(err, FB_NOMEM))
		return err;
	fb_error_destroy(err);
	*found_ret = &symbols->files[symbols->count++];
	return NULL;
}

/* The mapping of the object that address belongs to, and where the object's first page is: its .bss
 * may go on behind the file, in a mapping without one. */
static const struct fb_vma *object_at(const struct fb_vmas *vmas, uint64_t address,
				      uint64_t *base_ret)
{
	const struct fb_vma *vma = fb_vmas_find(vmas, address), *first;

	if (vma && !vma->file && vma > vmas->vma && vma[-1].end == vma->start)
		vma--;
	if (!vma || !vma->file)
		return NULL;
	for (first = vma; first > vmas->vma && first[-1].file == vma->file && first->pgoff;)
		first--;
	*base_ret = first->start - first->pgoff * FB_PAGE_SIZE;
	return vma;
}

static struct fb_error *find_file(struct fb_wait_finder *finder, const struct fb_task *task,
				  const struct fb_vma *vma, struct fb_file **file_ret)
{
	struct fb_file_info info;
	struct fb_path root;
	char path[FB_PATH_SIZE];
	uint64_t size;
	struct fb_error *err = fb_path_task_root(finder->kernel, task, &root);
	bool has_root = !err;

	fb_error_destroy(err);
	err = fb_file_info(finder->kernel, vma->file, &info);
	if (!err)
		err = fb_path_text(finder->kernel, &info.path, has_root ? &root : NULL, path);
	if (!err)
		err = fb_kernel_field(finder->kernel, info.inode_address,
				      &finder->layout->inode_size, &size);
	return err ? err : fb_host_files_find(finder->options.files, path, size, file_ret);
}

/* The symbols of a mapped file; NULL where it is not under --sysroot, or has none. */
static struct fb_error *symbols_at(struct fb_wait_finder *finder, const struct fb_task *task,
				   const struct fb_vma *vma, const struct symbol_file **symbols_ret)
{
	struct fb_file *file;
	struct fb_error *err;

	*symbols_ret = NULL;
	if (!finder->options.files)
		return NULL;
	err = find_file(finder, task, vma, &file);
	if (!err)
		err = symbols_of(finder, file, symbols_ret);
	if (*symbols_ret && !(*symbols_ret)->table)
		*symbols_ret = NULL;
	return fb_part_skip(err);
}

struct fb_error *fb_wait_file_defines(struct fb_wait_finder *finder, const struct fb_task *task,
				      const struct fb_vma *vma, const char *function,
				      bool *defines_ret)
{
	const struct symbol_file *symbols;
	struct fb_symbol symbol;
	struct fb_error *err = symbols_at(finder, task, vma, &symbols);

	if (!err)
		*defines_ret = symbols && fb_symtab_by_name(symbols->table, function, &symbol);
	return err;
}

struct fb_error *fb_wait_user_symbol(struct fb_wait_finder *finder, const struct fb_task *task,
				     struct fb_joined *joined, uint64_t address, char *to,
				     size_t size)
{
	const struct symbol_file *symbols = NULL;
	const struct fb_vma *vma;
	struct fb_symbol symbol;
	uint64_t base;
	int used;
	struct fb_error *err;

	to[0] = '\0';
	vma = object_at(fb_joined_vmas(joined), address, &base);
	err = vma ? symbols_at(finder, task, vma, &symbols) : NULL;
	if (err || !symbols)
		return err;
	if (symbols->moves)
		address -= base;
	if (!fb_symtab_by_address(symbols->table, address, &symbol))
		return NULL;
	fb_text_escape(symbol.name, strlen(symbol.name), to, size);
	used = (int)strlen(to);
	if (address != symbol.address)
		snprintf(to + used, size - (size_t)used, "+0x%" PRIx64, (address - symbol.address));
	return NULL;
}
