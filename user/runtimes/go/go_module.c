// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches the variables of a program for what the linker of Go wrote there. Called by go.c.
 *
 * The version stands in the text with which the variables of every program of Go begin (section .go.buildinfo). The
 * tables are described by a variable (runtime.firstmoduledata, a struct moduledata), which begins with the address of
 * their header and seven slices that follow each other in memory; nothing else has this form.
 */
#include "user/runtimes/go/go_module.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"

#define BUILD_INFO "\xff Go buildinf:"
#define BUILD_INFO_LENGTH 14u
/* The flag says that the texts follow the header of 32 bytes (since 1.18). */
#define BUILD_INFO_FLAGS 15u
#define BUILD_INFO_INLINE 2u
#define BUILD_INFO_HEADER 32u
#define BUILD_INFO_ALIGN 16u
/* Other linkers than Go's put other variables before it; Go's own reader looks no further. */
#define BUILD_INFO_REACH (1u << 20)
/* Bytes of variables that are searched, of all segments of a program: the largest known ones have some 10 MB. */
#define MOST_SEARCHED (64u << 20)
/* Segments of variables of a program in which the version is looked for: linkers make one or two. */
#define MOST_SEGMENTS 16u
/* Go1.18 and Go1.20 of internal/abi, of the header of the tables. */
#define MAGIC_18 0xfffffff0u
#define MAGIC_20 0xfffffff1u

struct fb_error *fb_go_program_open(const struct fb_user_process *process,
				    struct fb_go_program *program_ret)
{
	struct fb_go_program program = {
		.space = process->space,
		.searched = process->searched ? process->searched : process->space,
	};
	struct fb_error *err;

	for (size_t i = 0; i < process->mapping_count && !program.mapping; i++)
		if (process->mappings[i].file && process->mappings[i].path[0] == '/' &&
		    !process->mappings[i].offset)
			program.mapping = &process->mappings[i];
	if (!program.mapping)
		return fb_error_create(FB_NOT_FOUND, "no program is mapped");
	/* Nobody needs those of a program that is none of Go. */
	err = fb_elf_headers_read(program.searched, program.mapping->start, &program.headers);
	if (fb_error_is_fatal(err))
		return err;
	if (err) {
		fb_error_destroy(err);
		return fb_error_create(FB_NOT_FOUND, "the headers of the program cannot be read");
	}
	for (size_t i = 0; i < program.headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &program.headers.phdrs[i];

		if (phdr->p_type != PT_LOAD)
			continue;
		program.bias = program.mapping->start - (phdr->p_vaddr & FB_PAGE_MASK);
		break;
	}
	*program_ret = program;
	return NULL;
}

void fb_go_program_deinit(struct fb_go_program *program)
{
	fb_elf_headers_deinit(&program->headers);
}

/* Whether the segment has variables. */
static bool is_variables(const Elf64_Phdr *phdr)
{
	return phdr->p_type == PT_LOAD && (phdr->p_flags & PF_W) && phdr->p_filesz;
}

/* The text behind the header: its length as a number of seven bits a byte, then its bytes. */
static bool read_version(const uint8_t *info, size_t size, uint32_t *version_ret)
{
	const uint8_t *text = info + BUILD_INFO_HEADER + 1;
	char copy[64] = "";

	if (size < BUILD_INFO_HEADER + sizeof(copy) ||
	    !(info[BUILD_INFO_FLAGS] & BUILD_INFO_INLINE))
		return false;
	memcpy(copy, text,
	       info[BUILD_INFO_HEADER] < sizeof(copy) ? info[BUILD_INFO_HEADER] : sizeof(copy) - 1);
	return fb_go_version_parse(copy, version_ret);
}

/* Looks for the version in two pages, of which the text begins in the first. */
static bool version_in(const uint8_t *pages, size_t size, uint32_t *version_ret)
{
	for (size_t i = 0; i < FB_PAGE_SIZE; i += BUILD_INFO_ALIGN)
		if (!memcmp(pages + i, BUILD_INFO, BUILD_INFO_LENGTH) &&
		    read_version(pages + i, size - i, version_ret))
			return true;
	return false;
}

static struct fb_error *version_in_segment(const struct fb_go_program *program,
					   const Elf64_Phdr *phdr, uint32_t *version_ret)
{
	uint8_t pages[2 * FB_PAGE_SIZE];
	const uint64_t start = (phdr->p_vaddr + program->bias) & FB_PAGE_MASK;
	const uint64_t size = phdr->p_filesz < BUILD_INFO_REACH ? phdr->p_filesz : BUILD_INFO_REACH;
	struct fb_error *why = NULL;

	for (uint64_t at = start; at < start + size; at += FB_PAGE_SIZE) {
		struct fb_error *err = fb_space_read(program->searched, at, pages, FB_PAGE_SIZE);

		if (!err) {
			memset(pages + FB_PAGE_SIZE, 0, FB_PAGE_SIZE);
			fb_error_destroy(fb_space_read(program->searched, at + FB_PAGE_SIZE,
						       pages + FB_PAGE_SIZE, FB_PAGE_SIZE));
		}
		if (!err && version_in(pages, sizeof(pages), version_ret)) {
			fb_error_destroy(why);
			/* Its page is one that is needed, and so is that of the headers. */
			err = fb_space_read(program->space, at, pages, FB_PAGE_SIZE);
			return err ? err
				   : fb_space_read(program->space, program->mapping->start, pages,
						   FB_PAGE_SIZE);
		}
		if (fb_error_is_fatal(err)) {
			fb_error_destroy(why);
			return err;
		}
		if (why)
			fb_error_destroy(err);
		else
			why = err;
	}
	return why;
}

/* Whether a note of Go's linker says that the program is one of Go. */
static bool has_note(const struct fb_go_program *program)
{
	static const uint8_t owner[4] = "Go\0";
	uint8_t note[16];

	for (size_t i = 0; i < program->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &program->headers.phdrs[i];
		struct fb_error *err;

		if (phdr->p_type != PT_NOTE || phdr->p_filesz < sizeof(note))
			continue;
		err = fb_space_read(program->searched, phdr->p_vaddr + program->bias, note,
				    sizeof(note));
		if (!err && !memcmp(note + 12, owner, sizeof(owner)))
			return true;
		fb_error_destroy(err);
	}
	return false;
}

struct fb_error *fb_go_version_find(const struct fb_go_program *program, uint32_t *version_ret)
{
	struct fb_error *why = NULL;
	unsigned segments = 0;

	*version_ret = 0;
	for (size_t i = 0; i < program->headers.ehdr.e_phnum && !why; i++) {
		if (!is_variables(&program->headers.phdrs[i]) || segments++ >= MOST_SEGMENTS)
			continue;
		why = version_in_segment(program, &program->headers.phdrs[i], version_ret);
		if (*version_ret)
			return NULL;
	}
	/* Of programs in other languages too pages may be missing. */
	if (why && (fb_error_is_fatal(why) || has_note(program)))
		return fb_error_prefix(why, "its version");
	fb_error_destroy(why);
	return fb_error_create(FB_NOT_FOUND, "the program is none of Go");
}

struct fb_error *fb_go_search(struct fb_space *space, uint64_t start, uint64_t size,
			      fb_go_each *each, void *context, bool *done,
			      struct fb_error **missing)
{
	enum { PAGE_WORDS = FB_PAGE_SIZE / 8 };
	uint64_t words[PAGE_WORDS + FB_GO_WINDOW];
	const uint64_t end = start + (size < MOST_SEARCHED ? size : MOST_SEARCHED);

	start &= ~UINT64_C(7);
	for (uint64_t at = start; at < end && !*done; at += FB_PAGE_SIZE - at % FB_PAGE_SIZE) {
		const size_t count = (FB_PAGE_SIZE - at % FB_PAGE_SIZE) / 8;
		struct fb_error *err = fb_space_read(space, at, words, count * 8);

		if (fb_error_is_fatal(err))
			return err;
		if (err) {
			if (*missing)
				fb_error_destroy(err);
			else
				*missing = err;
			continue;
		}
		memset(words + count, 0, FB_GO_WINDOW * 8);
		fb_error_destroy(
			fb_space_read(space, at + count * 8, words + count, FB_GO_WINDOW * 8));
		for (size_t i = 0; i < count && !*done; i++) {
			err = each(context, at + i * 8, words + i, done);
			if (err)
				return err;
		}
	}
	return NULL;
}

/* A slice of the tables: of this many bytes for each element, and as large as it may become. */
static bool is_table(const uint64_t *words, unsigned element, struct fb_go_table *table)
{
	if (words[1] != words[2] || words[1] > FB_MAX_GO_TABLE / element)
		return false;
	*table = (struct fb_go_table){words[0], words[1] * element};
	return true;
}

struct find_module {
	const struct fb_go_program *program;
	const struct fb_go_layout *layout;
	struct fb_go_module module;
};

/* Whether the program has a segment with all of [start, end) at addresses in memory. */
static bool in_segment(const struct fb_go_program *program, uint64_t start, uint64_t end,
		       uint32_t flags)
{
	for (size_t i = 0; i < program->headers.ehdr.e_phnum; i++) {
		const Elf64_Phdr *phdr = &program->headers.phdrs[i];
		const uint64_t from = phdr->p_vaddr + program->bias;

		if (phdr->p_type == PT_LOAD && (phdr->p_flags & flags) == flags && start >= from &&
		    end >= start && end - from <= phdr->p_memsz)
			return true;
	}
	return false;
}

static bool is_module(const struct find_module *find, const uint64_t *words,
		      struct fb_go_module *module)
{
	const uint64_t header = words[FB_GO_MODULE_HEADER];

	if (!header || header % 8 || words[FB_GO_MODULE_NAMES] <= header ||
	    words[FB_GO_MODULE_TEXT] >= words[FB_GO_MODULE_TEXT_END] ||
	    !is_table(&words[FB_GO_MODULE_NAMES], 1, &module->names) ||
	    !is_table(&words[FB_GO_MODULE_UNITS], 4, &module->units) ||
	    !is_table(&words[FB_GO_MODULE_FILES], 1, &module->files) ||
	    !is_table(&words[FB_GO_MODULE_PC_TABLE], 1, &module->pc_table) ||
	    !is_table(&words[FB_GO_MODULE_FUNCTIONS], 1, &module->functions) ||
	    !is_table(&words[FB_GO_MODULE_INDEX], 8, &module->index))
		return false;
	if (module->units.address < module->names.address ||
	    module->files.address < module->units.address ||
	    module->pc_table.address < module->files.address ||
	    module->functions.address < module->pc_table.address ||
	    module->index.address < module->functions.address || module->index.size < 16)
		return false;
	module->text = words[FB_GO_MODULE_TEXT];
	module->text_end = words[FB_GO_MODULE_TEXT_END];
	return in_segment(find->program, module->text, module->text_end, PF_X) &&
	       in_segment(find->program, header, header + 8, 0);
}

/* The ranges of variables must be among those of the program. */
static bool read_variables(const struct find_module *find, const uint64_t *words,
			   struct fb_go_module *module)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(module->variables); i++) {
		const uint64_t start = words[FB_GO_MODULE_DATA + 2 * i];
		const uint64_t end = words[FB_GO_MODULE_DATA + 2 * i + 1];

		if (!in_segment(find->program, start, end, PF_W))
			return false;
		module->variables[i] = (struct fb_go_table){start, end - start};
	}
	module->funcdata = words[find->layout->module_funcdata / 8];
	module->count = module->index.size / 8 - 1;
	return true;
}

static struct fb_error *check_module(void *context, uint64_t address, const uint64_t *words,
				     bool *done)
{
	uint64_t found[FB_GO_MODULE_WORDS];
	struct find_module *find = context;
	struct fb_go_module module = {.count = 0};
	uint32_t magic = 0;
	struct fb_error *err;

	if (!is_module(find, words, &module) || !read_variables(find, words, &module))
		return NULL;
	/* Its page may be missing: functions have no names then, but all else is known. */
	err = fb_space_u32(find->program->space, words[FB_GO_MODULE_HEADER], &magic);
	if (err || magic == MAGIC_18 || magic == MAGIC_20) {
		find->module = module;
		*done = true;
	}
	err = fb_part_skip(err);
	/* Its page is one that is needed. */
	return err || !*done ? err
			     : fb_part_skip(fb_space_read(find->program->space, address, found,
							  sizeof(found)));
}

struct fb_error *fb_go_module_find(const struct fb_go_program *program,
				   const struct fb_go_layout *layout,
				   struct fb_go_module *module_ret)
{
	struct find_module find = {.program = program, .layout = layout};
	struct fb_error *missing = NULL, *err = NULL;
	uint64_t left = MOST_SEARCHED;
	bool done = false;

	for (size_t i = 0; i < program->headers.ehdr.e_phnum && !err && !done; i++) {
		const Elf64_Phdr *phdr = &program->headers.phdrs[i];
		const uint64_t size = phdr->p_filesz < left ? phdr->p_filesz : left;

		if (!is_variables(phdr))
			continue;
		err = fb_go_search(program->searched, phdr->p_vaddr + program->bias, size,
				   check_module, &find, &done, &missing);
		left -= size;
	}
	if (!err && !done)
		err = missing ? fb_error_prefix(missing, "runtime.firstmoduledata")
			      : fb_error_create(FB_NOT_FOUND,
						"its tables of functions are not found");
	else
		fb_error_destroy(missing);
	if (!err)
		*module_ret = find.module;
	return err;
}
