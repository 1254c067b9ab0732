// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the kernel's symbols and types: from its own memory, or from --vmlinux. Called by kernel_open.c; the types that
 * are left, and the rest of the layout, are loaded when somebody asks for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/image/early_member.h"
#include "kernel/image/kernel_private.h"
#include "symbols/table/elf_symtab.h"
#include "symbols/table/kallsyms.h"

/* The kernel image is at most 1 GiB: KERNEL_IMAGE_SIZE. */
#define KERNEL_IMAGE_SIZE (1ull << 30)

struct image_range {
	uint64_t start, end;
};

static struct fb_error *note_rodata(void *context, const struct fb_pt_run *run)
{
	struct image_range *range = context;

	if (run->state != FB_PT_PRESENT || run->writable || run->executable)
		return NULL;
	if (!range->start)
		range->start = run->start;
	range->end = run->end;
	return NULL;
}

/* Where the image's read-only data are: mapped neither writable nor executable
 * (mark_rodata_ro(), arch/x86/mm/init_64.c). With rodata=off they are not, and all is searched. */
static struct fb_error *find_rodata(struct fb_kernel *kernel, uint64_t stext, uint64_t *start_ret,
				    uint64_t *end_ret)
{
	struct image_range range = {0};
	struct fb_error *err;

	err = fb_pt_for_each(&kernel->tables, stext, FB_START_KERNEL_MAP + KERNEL_IMAGE_SIZE, NULL,
			     note_rodata, &range);
	if (err)
		return err;
	*start_ret = range.start ? range.start : stext;
	*end_ret = range.start ? range.end : FB_START_KERNEL_MAP + KERNEL_IMAGE_SIZE;
	return NULL;
}

static struct fb_error *load_kallsyms(struct fb_kernel *kernel)
{
	const struct fb_vmcoreinfo *info = kernel->vmcoreinfo;
	struct fb_kallsyms_hints hints = {.pool = kernel->pool};
	struct fb_error *err;

	fb_vmcoreinfo_symbol(info, "_stext", &hints.stext);
	fb_vmcoreinfo_symbol(info, "kallsyms_names", &hints.names);
	fb_vmcoreinfo_symbol(info, "kallsyms_num_syms", &hints.num_syms);
	fb_vmcoreinfo_symbol(info, "kallsyms_token_table", &hints.token_table);
	fb_vmcoreinfo_symbol(info, "kallsyms_token_index", &hints.token_index);
	fb_vmcoreinfo_symbol(info, "kallsyms_offsets", &hints.offsets);
	fb_vmcoreinfo_symbol(info, "kallsyms_relative_base", &hints.relative_base);
	fb_vmcoreinfo_symbol(info, "kallsyms_addresses", &hints.addresses);
	err = find_rodata(kernel, hints.stext, &hints.scan_start, &hints.scan_end);
	if (err)
		return err;
	return fb_kallsyms_load(kernel->space, &hints, kernel->warnings, &kernel->symbols);
}

/* The packages are those of Debian, of Ubuntu, of Fedora and RHEL. */
struct fb_error *fb_kernel_vmlinux_remedy(const struct fb_kernel *kernel, char **text_ret)
{
	const char *id = kernel->info.build_id;
	const char *release = fb_vmcoreinfo_get(kernel->vmcoreinfo, "OSRELEASE");

	if (!release)
		release = "RELEASE";
	if (asprintf(text_ret,
		     "its vmlinux with debug information, build-id %s, gives them with "
		     "--vmlinux (packages linux-image-%s-dbg, linux-image-unsigned-%s-dbgsym or "
		     "kernel-debuginfo-%s, or `debuginfod-find debuginfo %s`)",
		     id ? id : "unknown", release, release, release, id ? id : "BUILD-ID") < 0)
		return fb_error_nomem();
	return NULL;
}

/* Which files have what the dump lacks; reason is taken. */
static struct fb_error *say_lost(struct fb_kernel *kernel, const char *what,
				 struct fb_error *reason)
{
	char *remedy = NULL;
	struct fb_error *err = fb_kernel_vmlinux_remedy(kernel, &remedy);
	int length = err ? -1
			 : asprintf(&kernel->lost, "the kernel's %s missing (%s): %s", what,
				    fb_error_message(reason), remedy);

	free(remedy);
	fb_error_destroy(reason);
	if (err)
		return err;
	if (length < 0) {
		kernel->lost = NULL;
		return fb_error_nomem();
	}
	fb_warn(kernel->warnings, "%s", kernel->lost);
	return NULL;
}

/* Takes over the errors with which symbols and types failed (NULL: they did not). They become a warning, unless they
 * are fatal. Without symbols the types are not found either, so that one sentence is for both. */
static struct fb_error *note_lost(struct fb_kernel *kernel, struct fb_error *symbols,
				  struct fb_error *types)
{
	struct fb_error *reason = symbols ? symbols : types;

	if (fb_error_is_fatal(types))
		reason = types;
	if (reason != types)
		fb_error_destroy(types);
	else
		fb_error_destroy(symbols);
	if (!reason || fb_error_is_fatal(reason))
		return reason;
	return say_lost(kernel,
			!kernel->symbols && !kernel->types ? "symbols and types are"
			: !kernel->symbols                 ? "symbols (kallsyms) are"
							   : "types (BTF) are",
			reason);
}

/* The vmlinux must be of this very kernel, or every answer would be wrong. */
static struct fb_error *check_vmlinux(struct fb_kernel *kernel, const char *vmlinux)
{
	const char *own = kernel->info.build_id;
	char build_id[2 * 64 + 1];
	struct fb_error *err = fb_elf_build_id(vmlinux, build_id, sizeof(build_id));

	if (fb_error_is(err, FB_NOT_FOUND) || (!err && !own)) {
		fb_error_destroy(err);
		fb_warn(kernel->warnings,
			"%s: %s has no build-id, so that nobody can tell whether it is the "
			"dump's kernel",
			vmlinux, own ? "it" : "the dump");
		return NULL;
	}
	if (err || strcmp(build_id, own) == 0)
		return fb_error_prefix(err, "--vmlinux");
	return fb_error_create(
		FB_INVALID,
		"--vmlinux: %s: of another build: build-id %s, the dump's kernel has "
		"%s",
		vmlinux, build_id, own);
}

/* Replaces err, which symbols or types of the dump failed with, by that of reading them from the vmlinux,
 * where there is one; the types by what DWARF says of them. */
static struct fb_error *or_symbols_of(struct fb_kernel *kernel, struct fb_error *err)
{
	if (!err || !kernel->vmlinux || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_elf_symtab_load(kernel->vmlinux, kernel->info.kaslr_offset, &kernel->symbols);
}

static struct fb_error *or_types_of(struct fb_kernel *kernel, struct fb_error *err)
{
	if (!err || !kernel->vmlinux || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_kernel_dwarf_types(kernel, kernel->vmlinux);
}

/* Asks for the vmlinux of a dump that has lost something (err, taken). Where there is none, err says that
 * too. */
static struct fb_error *find_vmlinux(struct fb_kernel *kernel, struct fb_error *err)
{
	struct fb_error *none;

	if (!err || kernel->vmlinux || !kernel->find_vmlinux || !kernel->info.build_id ||
	    fb_error_is_fatal(err))
		return err;
	none = kernel->find_vmlinux(kernel->find_context, kernel->info.build_id, &kernel->vmlinux);
	if (!none)
		none = check_vmlinux(kernel, kernel->vmlinux);
	if (!none)
		return err;
	free(kernel->vmlinux);
	kernel->vmlinux = NULL;
	if (fb_error_is_fatal(none)) {
		fb_error_destroy(err);
		return none;
	}
	err = fb_error_prefix(err, "%s", fb_error_message(none));
	fb_error_destroy(none);
	return err;
}

struct fb_error *fb_kernel_load_symbols(struct fb_kernel *kernel)
{
	uint64_t kaslr = 0;
	struct fb_error *err, *symbols, *types;

	fb_vmcoreinfo_kaslr_offset(kernel->vmcoreinfo, &kaslr);
	kernel->info.kaslr_offset = kaslr;
	symbols = or_symbols_of(kernel, load_kallsyms(kernel));
	if (fb_error_is_fatal(symbols))
		return symbols;
	err = fb_kernel_load_build_id(kernel);
	if (!err && kernel->vmlinux)
		err = check_vmlinux(kernel, kernel->vmlinux);
	if (err) {
		fb_error_destroy(symbols);
		return err;
	}
	symbols = or_symbols_of(kernel, find_vmlinux(kernel, symbols));
	types = fb_error_is_fatal(symbols) ? NULL : fb_kernel_begin_types(kernel);
	if (!symbols) /* else it was called already */
		types = find_vmlinux(kernel, types);
	types = or_types_of(kernel, types);
	if (!kernel->types_left)
		fb_layout_resolve(kernel->types, &kernel->layout);
	return note_lost(kernel, symbols, types);
}

/* Reads the types that are left. Where that fails, types come from the vmlinux, or are lost, also for lack of memory;
 * the basic layout, which others may be using, stays as it is. */
static void load_rest(struct fb_kernel *kernel)
{
	struct fb_error *err = fb_btf_extend(kernel->types, true);

	if (err) {
		fb_btf_destroy(kernel->types);
		kernel->types = NULL;
		err = or_types_of(kernel, find_vmlinux(kernel, err));
	}
	fb_layout_resolve_rest(kernel->types, &kernel->layout);
	if (err)
		fb_error_destroy(say_lost(kernel, "types (BTF) are", err));
}

/* A const kernel may be asked by many threads: the first one loads, and the others wait. */
static void need_types(const struct fb_kernel *kernel)
{
	struct fb_kernel *own = (struct fb_kernel *)kernel;

	if (!atomic_load(&own->types_left))
		return;
	(void)pthread_mutex_lock(&own->types_lock);
	if (atomic_load(&own->types_left)) {
		load_rest(own);
		atomic_store(&own->types_left, false);
	}
	(void)pthread_mutex_unlock(&own->types_lock);
}

const struct fb_btf *fb_kernel_types(const struct fb_kernel *kernel)
{
	need_types(kernel);
	return kernel->types;
}

const struct fb_layout *fb_kernel_layout(const struct fb_kernel *kernel)
{
	need_types(kernel);
	return &kernel->layout;
}

const struct fb_basic_layout *fb_kernel_basic_layout(const struct fb_kernel *kernel)
{
	return &kernel->basic_layout;
}

bool fb_kernel_early_member(const struct fb_kernel *kernel, const char *type, const char *member,
			    const char *label, struct fb_field *field_ret)
{
	struct fb_kernel *own = (struct fb_kernel *)kernel;
	const char *const names[] = {member, NULL};
	bool found = false;
	uint32_t id = 0;

	(void)pthread_mutex_lock(&own->types_lock);
	if (atomic_load(&own->types_left)) {
		struct fb_error *err = fb_btf_find(own->types, FB_TYPE_STRUCT, type, &id);

		found = !err && fb_btf_length(own->types, id) && fb_btf_is_read(own->types, id) &&
			fb_layout_find(own->types, type, names, label, field_ret);
		fb_error_destroy(err);
	}
	(void)pthread_mutex_unlock(&own->types_lock);
	return found;
}
