// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a dump: undoes compression and flattening of its files, finds the guest in a disk image, recognises the format
 * by the first bytes, and calls that format's reader. Called by bundle/input and by commands that take a dump.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/files/foreign_file.h"
#include "base/limits.h"
#include "kernel/dump/dump_private.h"
#include "kernel/dump/flattened.h"
#include "kernel/dump/kdump_format.h"
#include "kernel/images/qcow2.h"
#include "kernel/images/vmware.h"

#define SIGNATURE_SIZE 8
/* No Linux of x86-64 boots with less. */
#define RAW_BYTES_MIN (16u << 20)

enum kind {
	KIND_KDUMP,
	KIND_ELF,
	KIND_OTHER,
};

/* The size on disk, with as many holes as may be. */
static uint64_t stored_size(struct fb_file *file)
{
	uint64_t data = fb_file_data_size(file);

	return data < file->size / FB_MAX_HOLES ? data * FB_MAX_HOLES : file->size;
}

struct fb_error *fb_dump_input_unwrap(struct fb_dump_input *input, struct fb_warnings *warnings)
{
	struct fb_file *saved = NULL;
	struct fb_error *err;
	bool complete = true;

	input->stored_size = stored_size(input->file);
	err = fb_qcow2_open(input->file, input->stored_size, warnings, &saved);
	if (saved)
		input->file = saved;
	if (!err)
		err = fb_flattened_detect(input->file, &input->flattened);
	if (!err && input->flattened)
		err = fb_flattened_open(input->file, warnings, &complete, &input->file);
	if (!err && !complete)
		input->truncated = true;
	return err;
}

static struct fb_error *open_input(const char *path, struct fb_warnings *warnings,
				   struct fb_dump_input *input)
{
	struct fb_error *err;

	err = fb_file_open_unpacked(path, &input->stream, &input->truncated, &input->file);
	if (err)
		return err;
	if (input->truncated)
		fb_warn(warnings, "%s: the %s stream ends early", path, input->stream);
	return fb_dump_input_unwrap(input, warnings);
}

static struct fb_error *detect(struct fb_file *file, enum kind *kind_ret)
{
	uint8_t bytes[SIGNATURE_SIZE];
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, bytes, sizeof(bytes), &got);
	if (err)
		return err;
	if (!got)
		return fb_error_create(FB_INVALID, "%s: is empty: not a kernel dump", file->path);
	if (got == sizeof(bytes) && !memcmp(bytes, FB_KDUMP_SIGNATURE, sizeof(bytes)))
		*kind_ret = KIND_KDUMP;
	else if (got > EI_CLASS && !memcmp(bytes, ELFMAG, SELFMAG) && bytes[EI_CLASS] == ELFCLASS64)
		*kind_ret = KIND_ELF;
	else
		*kind_ret = KIND_OTHER;
	return NULL;
}

static struct fb_error *not_a_dump(struct fb_file *file)
{
	char text[3 * SIGNATURE_SIZE + 1] = "";
	uint8_t bytes[SIGNATURE_SIZE];
	const char *hint;
	struct fb_error *err;
	size_t got, i;

	err = fb_foreign_file(file, &hint);
	if (!err && hint)
		return fb_error_create(FB_INVALID, "%s %s", file->path, hint);
	if (!err)
		err = fb_file_read_some(file, 0, bytes, sizeof(bytes), &got);
	if (err)
		return err;
	for (i = 0; i < got; i++)
		(void)snprintf(text + 3 * i, sizeof(text) - 3 * i, " %02x", bytes[i]);
	return fb_error_create(
		FB_INVALID,
		"%s: not a kernel dump (starts with%s): expected kdump-compressed, "
		"flattened, ELF, a memory image (LiME, AVML, VMware, QEVM, raw), or a format that "
		"libkdumpfile knows",
		file->path, text);
}

/* A file that no reader recognises may be raw memory without any header. It is tried as that if it consists of whole
 * pages and is large enough for a Linux host. */
static bool may_be_raw(const struct fb_file *file)
{
	return file->size >= RAW_BYTES_MIN && file->size % FB_PAGE_SIZE == 0;
}

static struct fb_error *open_unknown(struct fb_dump_input *input, struct fb_warnings *warnings,
				     struct fb_dump **dump_ret)
{
	const char *hint;
	struct fb_error *err = fb_foreign_file(input->file, &hint);

	if (err)
		return err;
	if (hint || !may_be_raw(input->file))
		return not_a_dump(input->file);
	fb_warn(warnings,
		"%s: has no header of any known format: read as a raw memory image, its first byte that "
		"of physical address 0",
		input->file->path);
	return fb_image_dump_open(input, fb_raw_image_read, warnings, dump_ret);
}

static struct fb_error *open_single(struct fb_dump_input *input, enum kind kind,
				    struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	fb_image_reader *reader;
	struct fb_error *err;

	if (kind == KIND_ELF)
		return fb_elf_vmcore_open(input, warnings, dump_ret);
	err = fb_image_detect(input->file, &reader);
	if (err)
		return err;
	if (reader)
		return fb_image_dump_open(input, reader, warnings, dump_ret);
	err = fb_kdumpfile_open(input, warnings, dump_ret);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = open_unknown(input, warnings, dump_ret);
	}
	return err;
}

struct fb_error *fb_dump_open_inputs(struct fb_dump_input *inputs, size_t count,
				     struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	enum kind first = KIND_OTHER, kind;
	struct fb_error *err;
	bool vmware;
	size_t i;

	err = fb_vmware_detect(inputs[0].file, &vmware);
	if (err || vmware)
		return err ? err : fb_vmware_dump_open(inputs, count, warnings, dump_ret);
	for (i = 0; i < count; i++) {
		err = detect(inputs[i].file, &kind);
		if (err)
			return err;
		if (!i)
			first = kind;
		if (count > 1 && kind != KIND_KDUMP)
			return fb_error_create(FB_INVALID,
					       "%s: not a part of a split dump: only "
					       "kdump-compressed dumps are split",
					       inputs[i].file->path);
	}
	if (first == KIND_KDUMP)
		return fb_kdump_open(inputs, count, warnings, dump_ret);
	return open_single(&inputs[0], first, warnings, dump_ret);
}

struct fb_error *fb_dump_open(const char *const *paths, size_t count, struct fb_warnings *warnings,
			      struct fb_dump **dump_ret)
{
	struct fb_dump_input *inputs;
	struct fb_error *err;
	size_t i;

	if (!count)
		return fb_error_create(FB_INVALID, "no dump given");
	err = fb_alloc_array(count, sizeof(*inputs), FB_MAX_SPLIT_PARTS, "parts of a split dump",
			     &inputs);
	if (err)
		return err;
	for (i = 0; !err && i < count; i++)
		err = open_input(paths[i], warnings, &inputs[i]);
	if (!err)
		err = fb_dump_open_inputs(inputs, count, warnings, dump_ret);
	for (i = 0; i < count; i++)
		fb_file_destroy(inputs[i].file);
	free(inputs);
	return err;
}
