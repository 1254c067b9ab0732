// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names addresses in the data of a process by the symbols of the mapped object, which are read from
 * its file under --sysroot. Called by the recognisers of locks in user space.
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
#include "user/elf/build_id.h"
#include "user/elf/stored_object.h"

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
	err = fb_part_skip(load(file, &symbols->files[symbols->count]));
	if (err)
		return err;
	*found_ret = &symbols->files[symbols->count++];
	return NULL;
}

/* Whether two mappings are of one file, by the dump or by the core. */
static bool same_file(const struct fb_vma *a, const struct fb_vma *b)
{
	if (a->file && b->file)
		return a->file == b->file;
	return a->path && b->path && strcmp(a->path, b->path) == 0;
}

/* Where the first page of the file of a mapping is. */
static uint64_t base_of(const struct fb_vmas *vmas, const struct fb_vma *vma)
{
	while (vma > vmas->vma && vma->pgoff && same_file(&vma[-1], vma))
		vma--;
	return vma->start - vma->pgoff * FB_PAGE_SIZE;
}

/* The mapping of the object that address belongs to, and where the object's first page is: its .bss
 * may go on behind the file, in a mapping without one. */
static const struct fb_vma *object_at(const struct fb_vmas *vmas, uint64_t address,
				      uint64_t *base_ret)
{
	const struct fb_vma *vma = fb_vmas_find(vmas, address);

	if (vma && !fb_vma_has_file(vma) && vma > vmas->vma && vma[-1].end == vma->start)
		vma--;
	if (!vma || !fb_vma_has_file(vma))
		return NULL;
	*base_ret = base_of(vmas, vma);
	return vma;
}

/* Finds the file by the path and the size that the dump has of it. */
static struct fb_error *find_by_dump(struct fb_wait_finder *finder, const struct fb_task *task,
				     const struct fb_vma *vma, struct fb_file **file_ret)
{
	struct fb_file_info info;
	struct fb_path root;
	char path[FB_PATH_SIZE];
	uint64_t size;
	struct fb_error *err = fb_path_task_root(finder->kernel, task, &root);
	bool has_root = !err;

	err = fb_part_skip(err);
	if (!err)
		err = fb_file_info(finder->kernel, vma->file, &info);
	if (!err)
		err = fb_path_text_whole(finder->kernel, &info.path, has_root ? &root : NULL, path);
	if (!err)
		err = fb_kernel_field(finder->kernel, info.inode_address,
				      &finder->layout->inode_size, &size);
	return err ? err : fb_host_files_find(finder->options.files, path, size, file_ret);
}

/* Where the dump has lost the path, the process's core has it; it is used where the file there
 * has the build-id that is in memory. */
static struct fb_error *find_by_core(struct fb_wait_finder *finder, const struct fb_task *task,
				     const struct fb_vma *vma, struct fb_file **file_ret)
{
	char in_memory[FB_BUILD_ID_TEXT], in_file[FB_BUILD_ID_TEXT];
	const struct fb_vma *mapped = NULL;
	struct fb_joined *joined;
	struct fb_file *file = NULL;
	struct fb_error *err = fb_wait_process(finder, task, &joined);

	if (!err)
		mapped = fb_vmas_find(fb_joined_vmas(joined), vma->start);
	if (!err && !mapped)
		err = fb_error_create(FB_NOT_FOUND, "it is not mapped");
	if (!err)
		err = fb_build_id_read(fb_joined_space(joined),
				       base_of(fb_joined_vmas(joined), mapped), in_memory,
				       sizeof(in_memory));
	if (!err)
		err = fb_host_files_find_any(finder->options.files, vma->path, &file);
	if (!err)
		err = fb_file_build_id(file, in_file);
	if (!err && strcmp(in_memory, in_file) != 0)
		err = fb_error_create(FB_NOT_FOUND, "%s: another build-id", vma->path);
	if (!err)
		*file_ret = file;
	return err;
}

static struct fb_error *find_file(struct fb_wait_finder *finder, const struct fb_task *task,
				  const struct fb_vma *vma, struct fb_file **file_ret)
{
	struct fb_error *err;

	if (vma->file) {
		err = find_by_dump(finder, task, vma, file_ret);
		if (!err || fb_error_is_fatal(err) || !vma->path)
			return err;
		fb_error_destroy(err);
	}
	return find_by_core(finder, task, vma, file_ret);
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
