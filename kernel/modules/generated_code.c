// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code that the kernel generated at run time: BPF programs, trampolines of ftrace, copied instructions of kprobes. They
 * are read off the lists bpf_kallsyms, ftrace_ops_trampoline_list and kprobe_insn_slots (kernel/bpf/core.c,
 * kernel/trace/ftrace.c, kernel/kprobes.c). Called for frames of a stack that lie in no module.
 */
#include "kernel/modules/generated_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"

/* A program is at most 1 GiB (bpf_jit_limit), a trampoline a page or two. */
#define MAX_CODE_BYTES (1ull << 30)
/* FTRACE_OPS_FL_SAVE_REGS (include/linux/ftrace.h). */
#define SAVE_REGS (1u << 2)
/* BPF_TAG_SIZE, BPF_OBJ_NAME_LEN (include/uapi/linux/bpf.h). */
#define BPF_TAG_BYTES 8u
#define BPF_NAME_BYTES 16u

struct fb_generated_code {
	struct fb_kernel *kernel;
	struct fb_generated *pieces;
	size_t count, room;
};

/* Takes over nothing; name is copied. What cannot be code is passed over. */
static struct fb_error *add(struct fb_generated_code *code, const struct fb_generated *piece,
			    const char *name)
{
	struct fb_error *err;

	if (!fb_kernel_address_ok(piece->start) || piece->end <= piece->start ||
	    piece->end - piece->start > MAX_CODE_BYTES)
		return NULL;
	err = fb_grow_array(&code->pieces, &code->room, code->count, sizeof(*piece),
			    FB_MAX_GENERATED, "pieces of generated code");
	if (err)
		return err;
	code->pieces[code->count] = *piece;
	code->pieces[code->count].name = strdup(name);
	if (!code->pieces[code->count].name)
		return fb_error_nomem();
	code->count++;
	return NULL;
}

/* entry: bpf_ksym.lnode. */
static struct fb_error *add_ksym(void *context, uint64_t entry)
{
	struct fb_generated_code *code = context;
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	uint64_t ksym = entry - layout->bpf_ksym_list.offset;
	struct fb_generated piece = {.kind = FB_GENERATED_BPF, .module = "bpf"};
	char name[FB_MAX_SYMBOL_NAME];
	struct fb_error *err;

	err = fb_kernel_field(code->kernel, ksym, &layout->bpf_ksym_start, &piece.start);
	if (!err)
		err = fb_kernel_field(code->kernel, ksym, &layout->bpf_ksym_end, &piece.end);
	if (!err)
		err = fb_layout_require(&layout->bpf_ksym_name);
	if (!err)
		err = fb_space_string(fb_kernel_space(code->kernel),
				      ksym + layout->bpf_ksym_name.offset, name, sizeof(name));
	return err ? err : add(code, &piece, name);
}

/* "bpf_prog_" tag "_" name, as bpf_get_prog_name() has it. */
static struct fb_error *spell_program(const struct fb_generated_code *code, uint64_t aux,
				      uint64_t program, char *to, size_t size)
{
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	struct fb_space *space = fb_kernel_space(code->kernel);
	char name[BPF_NAME_BYTES + 1] = "";
	uint8_t tag[BPF_TAG_BYTES];
	struct fb_error *err;
	int length;

	err = fb_layout_require(&layout->bpf_prog_tag);
	if (!err)
		err = fb_space_read(space, program + layout->bpf_prog_tag.offset, tag, sizeof(tag));
	if (!err)
		err = fb_layout_require(&layout->bpf_aux_name);
	if (!err)
		err = fb_space_string(space, aux + layout->bpf_aux_name.offset, name, sizeof(name));
	if (err)
		return err;
	length = snprintf(to, size, "bpf_prog_");
	for (size_t i = 0; i < sizeof(tag); i++)
		length += snprintf(to + length, size - (size_t)length, "%02x", tag[i]);
	snprintf(to + length, size - (size_t)length, "%s%s", name[0] ? "_" : "", name);
	return NULL;
}

/* entry: bpf_prog_aux.ksym_lnode, before there was struct bpf_ksym. */
static struct fb_error *add_program(void *context, uint64_t entry)
{
	struct fb_generated_code *code = context;
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	uint64_t aux = entry - layout->bpf_aux_list.offset, program, bytes;
	struct fb_generated piece = {.kind = FB_GENERATED_BPF, .module = "bpf"};
	char name[64];
	struct fb_error *err;

	err = fb_kernel_field(code->kernel, aux, &layout->bpf_aux_prog, &program);
	if (!err)
		err = fb_kernel_field(code->kernel, program, &layout->bpf_prog_function,
				      &piece.start);
	if (!err)
		err = fb_kernel_field(code->kernel, program, &layout->bpf_prog_bytes, &bytes);
	if (!err)
		err = spell_program(code, aux, program, name, sizeof(name));
	if (err)
		return err;
	piece.end = bytes <= MAX_CODE_BYTES ? piece.start + bytes : 0;
	return add(code, &piece, name);
}

static struct fb_error *add_ops(struct fb_generated_code *code, uint64_t ops)
{
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	struct fb_generated piece = {.kind = FB_GENERATED_FTRACE, .module = "__builtin__ftrace"};
	uint64_t bytes, flags;
	struct fb_error *err;

	err = fb_kernel_field(code->kernel, ops, &layout->ftrace_ops_trampoline, &piece.start);
	if (!err)
		err = fb_kernel_field(code->kernel, ops, &layout->ftrace_ops_bytes, &bytes);
	if (!err)
		err = fb_kernel_field(code->kernel, ops, &layout->ftrace_ops_flags, &flags);
	if (err)
		return err;
	(void)fb_kernel_find_symbol(code->kernel,
				    flags & SAVE_REGS ? "ftrace_regs_caller" : "ftrace_caller",
				    &piece.copied_from);
	/* 0: it is the kernel's own code, not a copy. */
	piece.end = bytes <= MAX_CODE_BYTES ? piece.start + bytes : 0;
	return add(code, &piece, "ftrace_trampoline");
}

/* entry: ftrace_ops.list. */
static struct fb_error *add_trampoline(void *context, uint64_t entry)
{
	struct fb_generated_code *code = context;

	return add_ops(code, entry - fb_kernel_layout(code->kernel)->ftrace_ops_list.offset);
}

/* entry: kprobe_insn_page.list. */
static struct fb_error *add_insn_page(struct fb_generated_code *code, uint64_t entry,
				      const char *name)
{
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	struct fb_generated piece = {.kind = FB_GENERATED_KPROBE, .module = "__builtin__kprobes"};
	struct fb_error *err;

	err = fb_kernel_field(code->kernel, entry - layout->insn_page_list.offset,
			      &layout->insn_page_insns, &piece.start);
	piece.end = piece.start + FB_PAGE_SIZE;
	return err ? err : add(code, &piece, name);
}

static struct fb_error *add_moved(void *context, uint64_t entry)
{
	return add_insn_page(context, entry, "kprobe_insn_page");
}

static struct fb_error *add_optimized(void *context, uint64_t entry)
{
	return add_insn_page(context, entry, "kprobe_optinsn_page");
}

/* A kernel without the list, or without its members, has no such code. */
static struct fb_error *add_list(struct fb_generated_code *code, const char *symbol,
				 const struct fb_field *head, const struct fb_field *link,
				 struct fb_error *(*callback)(void *, uint64_t))
{
	uint64_t address = 0;
	struct fb_error *err = fb_kernel_symbol(code->kernel, symbol, &address);

	if (!err && link->found && (!head || head->found))
		err = fb_kernel_list(code->kernel, address + (head ? head->offset : 0),
				     FB_MAX_GENERATED, callback, code);
	if (fb_error_is(err, FB_LIMIT))
		return err;
	return fb_part_warn_if_there(fb_kernel_warnings(code->kernel), err, "%s", symbol);
}

/* Before the list of trampolines, 5.8: all of ftrace's users, each linked to the next, up to one
 * that is the kernel's own. */
static struct fb_error *add_all_ops(struct fb_generated_code *code)
{
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	uint64_t ops = 0, end = 0;
	struct fb_error *err = fb_kernel_symbol(code->kernel, "ftrace_list_end", &end);

	if (!err)
		err = fb_kernel_variable_u64(code->kernel, "ftrace_ops_list", &ops);
	for (unsigned i = 0; !err && ops && ops != end && i < FB_MAX_GENERATED; i++) {
		err = add_ops(code, ops);
		if (!err)
			err = fb_kernel_field(code->kernel, ops, &layout->ftrace_ops_next, &ops);
	}
	if (fb_error_is(err, FB_LIMIT))
		return err;
	return fb_part_warn_if_there(fb_kernel_warnings(code->kernel), err, "ftrace_ops_list");
}

static struct fb_error *read_lists(struct fb_generated_code *code)
{
	const struct fb_layout *layout = fb_kernel_layout(code->kernel);
	const struct fb_field *pages = &layout->insn_cache_pages, *page = &layout->insn_page_list;
	struct fb_error *err;

	err = layout->bpf_ksym_list.found
		      ? add_list(code, "bpf_kallsyms", NULL, &layout->bpf_ksym_list, add_ksym)
		      : add_list(code, "bpf_kallsyms", NULL, &layout->bpf_aux_list, add_program);
	if (!err)
		err = layout->ftrace_ops_list.found
			      ? add_list(code, "ftrace_ops_trampoline_list", NULL,
					 &layout->ftrace_ops_list, add_trampoline)
			      : add_all_ops(code);
	if (!err)
		err = add_list(code, "kprobe_insn_slots", pages, page, add_moved);
	if (!err)
		err = add_list(code, "kprobe_optinsn_slots", pages, page, add_optimized);
	return err;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct fb_generated *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

struct fb_error *fb_generated_code_load(struct fb_kernel *kernel,
					struct fb_generated_code **code_ret)
{
	struct fb_generated_code *code = calloc(1, sizeof(*code));
	struct fb_error *err;

	if (!code)
		return fb_error_nomem();
	code->kernel = kernel;
	err = read_lists(code);
	if (err) {
		fb_generated_code_destroy(code);
		return err;
	}
	if (code->count)
		qsort(code->pieces, code->count, sizeof(*code->pieces), compare_pieces);
	*code_ret = code;
	return NULL;
}

void fb_generated_code_destroy(struct fb_generated_code *code)
{
	if (!code)
		return;
	for (size_t i = 0; i < code->count; i++)
		free(code->pieces[i].name);
	free(code->pieces);
	free(code);
}

size_t fb_generated_code_count(const struct fb_generated_code *code)
{
	return code->count;
}

const struct fb_generated *fb_generated_code_get(const struct fb_generated_code *code, size_t index)
{
	return &code->pieces[index];
}

const struct fb_generated *fb_generated_code_find(const struct fb_generated_code *code,
						  uint64_t address)
{
	size_t behind = FB_LOWER_BOUND(i, code->count, code->pieces[i].start <= address);

	return behind && address < code->pieces[behind - 1].end ? &code->pieces[behind - 1] : NULL;
}
