// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sections .orc_unwind_ip, .orc_unwind and .orc_header of a vmlinux, as memory at the addresses where the
 * kernel has them, because the offsets to code in the first are relative to their own addresses. Kernels before
 * 57fa18994285 (5.6) sort the tables when they boot, so that their files are of no use here. Called by orc_load.c.
 */
#include "kernel/stacks/orc_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/table/elf_symtab.h"

struct fb_orc_file {
	struct fb_space space; /* first */
	struct fb_elf_section ips, entries;
};

static const uint8_t *find_bytes(const struct fb_elf_section *section, uint64_t address,
				 size_t length)
{
	if (address < section->address || address - section->address > section->size ||
	    length > section->size - (address - section->address))
		return NULL;
	return section->data + (address - section->address);
}

static struct fb_error *read_file(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct fb_orc_file *file = (const struct fb_orc_file *)space;
	const uint8_t *from = find_bytes(&file->ips, address, length);

	if (!from)
		from = find_bytes(&file->entries, address, length);
	if (!from)
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is in no unwind table", address);
	memcpy(to, from, length);
	return NULL;
}

static bool is_sorted(const struct fb_elf_section *ips)
{
	int64_t before = INT64_MIN;

	for (size_t at = 0; at + FB_ORC_IP_BYTES <= ips->size; at += FB_ORC_IP_BYTES) {
		int32_t offset;

		memcpy(&offset, ips->data + at, sizeof(offset));
		if ((int64_t)at + offset < before)
			return false;
		before = (int64_t)at + offset;
	}
	return true;
}

static struct fb_error *find_version(const char *vmlinux, uint64_t entry_code,
				     struct fb_orc_table *table)
{
	struct fb_elf_section header = {0};
	struct fb_error *err =
		fb_elf_section_load(vmlinux, ".orc_header", FB_ORC_HEADER_BYTES, &header);

	if (!err && header.size == FB_ORC_HEADER_BYTES)
		table->version = fb_orc_version_by_header(header.data);
	fb_elf_section_deinit(&header);
	if (fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err); /* kernels before 6.4 have no such section */
	return table->version == FB_ORC_UNKNOWN
		       ? fb_orc_table_detect(table, entry_code, &table->version)
		       : NULL;
}

static struct fb_error *load(const char *vmlinux, uint64_t bias, uint64_t entry_code,
			     struct fb_orc_file *file, struct fb_orc_table *table)
{
	static const struct fb_space_ops ops = {.read = read_file};
	struct fb_error *err;

	file->space = (struct fb_space){.ops = &ops, .name = "the vmlinux's unwind tables"};
	err = fb_elf_section_load(vmlinux, ".orc_unwind_ip", FB_MAX_ORC_ENTRIES * FB_ORC_IP_BYTES,
				  &file->ips);
	if (!err)
		err = fb_elf_section_load(vmlinux, ".orc_unwind",
					  FB_MAX_ORC_ENTRIES * FB_ORC_ENTRY_BYTES, &file->entries);
	if (err)
		return err;
	if (file->ips.size / FB_ORC_IP_BYTES != file->entries.size / FB_ORC_ENTRY_BYTES)
		return fb_error_create(FB_CORRUPT, "%s: %zu addresses but %zu entries of ORC",
				       vmlinux, file->ips.size / FB_ORC_IP_BYTES,
				       file->entries.size / FB_ORC_ENTRY_BYTES);
	if (!is_sorted(&file->ips))
		return fb_error_create(
			FB_NOT_FOUND,
			"%s: its unwind tables are not sorted, as those of kernels before "
			"5.6",
			vmlinux);
	file->ips.address += bias;
	file->entries.address += bias;
	table->space = &file->space;
	table->ips = file->ips.address;
	table->entries = file->entries.address;
	table->count = (uint32_t)(file->ips.size / FB_ORC_IP_BYTES);
	return fb_error_prefix(find_version(vmlinux, entry_code, table), "%s", vmlinux);
}

struct fb_error *fb_orc_file_open(const char *vmlinux, uint64_t bias, uint64_t entry_code,
				  struct fb_orc_file **file_ret, struct fb_orc_table *table_ret)
{
	struct fb_orc_file *file = calloc(1, sizeof(*file));
	struct fb_orc_table table = {0};
	struct fb_error *err;

	if (!file)
		return fb_error_nomem();
	err = load(vmlinux, bias, entry_code, file, &table);
	if (err) {
		fb_orc_file_close(file);
		return err;
	}
	*file_ret = file;
	*table_ret = table;
	return NULL;
}

void fb_orc_file_close(struct fb_orc_file *file)
{
	if (!file)
		return;
	fb_elf_section_deinit(&file->ips);
	fb_elf_section_deinit(&file->entries);
	free(file);
}
