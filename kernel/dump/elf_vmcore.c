// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a vmcore that is plain ELF64: /proc/vmcore, `makedumpfile -E`, qemu's dump-guest-memory, or /proc/kcore of the
 * running kernel. A PT_LOAD gives the physical address of its bytes; where it is larger in memory than in the file, the
 * rest was excluded. Called by dump_open.c; extent_dump.c reads the pages.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/dump/dump_private.h"
#include "kernel/dump/extent_dump.h"

/* The address of user memory ends below this, with 4 or 5 levels of page tables. */
#define USER_END (1ull << 56)

/* While it is opened. */
struct image {
	struct fb_file *file; /* borrowed */
	uint64_t stored_size;
	Elf64_Ehdr header;
	Elf64_Phdr *segments; /* owned */
	uint64_t count;
	uint64_t max_address; /* exclusive end of all memory, excluded or not */
	bool cut_off;
};

static struct fb_error *read_ehdr(struct image *image)
{
	const char *path = image->file->path;
	Elf64_Ehdr *header = &image->header;
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(image->file, 0, header, sizeof(*header), &got);
	if (err)
		return err;
	if (got < sizeof(*header))
		return fb_error_create(FB_TRUNCATED, "%s: ends inside its ELF header", path);
	if (header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64)
		return fb_error_create(FB_UNSUPPORTED,
				       "%s: an ELF file for machine %u; only x86-64 is handled",
				       path, header->e_machine);
	if (header->e_type != ET_CORE)
		return fb_error_create(FB_INVALID,
				       "%s: an ELF program, library or object (type %u), not a "
				       "kernel dump",
				       path, header->e_type);
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return fb_error_create(FB_CORRUPT, "%s: ELF program headers of %u bytes", path,
				       header->e_phentsize);
	return NULL;
}

/* From 65,535 segments on the count stands in section header 0. */
static struct fb_error *count_segments(struct image *image)
{
	Elf64_Shdr section;
	struct fb_error *err;

	image->count = image->header.e_phnum;
	if (image->count != PN_XNUM)
		return NULL;
	err = fb_file_read(image->file, image->header.e_shoff, &section, sizeof(section));
	if (err)
		return fb_error_prefix(err, "ELF section header 0");
	image->count = section.sh_info;
	return NULL;
}

static struct fb_error *read_segments(struct image *image)
{
	struct fb_file *file = image->file;
	uint64_t left;
	struct fb_error *err;

	err = count_segments(image);
	if (err)
		return err;
	left = file->size > image->header.e_phoff ? file->size - image->header.e_phoff : 0;
	if (image->count > left / sizeof(Elf64_Phdr))
		return fb_error_create(FB_TRUNCATED,
				       "%s: ends inside its %" PRIu64 " ELF program headers",
				       file->path, image->count);
	err = fb_alloc_array(image->count, sizeof(Elf64_Phdr), FB_MAX_PHDRS, "ELF segments",
			     &image->segments);
	if (err)
		return fb_error_prefix(err, "%s", file->path);
	return fb_file_read(file, image->header.e_phoff, image->segments,
			    (size_t)image->count * sizeof(Elf64_Phdr));
}

static struct fb_error *append_notes(struct image *image, const Elf64_Phdr *segment,
				     struct fb_warnings *warnings, struct fb_buf *notes)
{
	const uint64_t size = segment->p_filesz;
	struct fb_error *err;
	void *room;

	if (size > FB_MAX_NOTES - notes->size || segment->p_offset > image->file->size ||
	    size > image->file->size - segment->p_offset) {
		fb_warn(warnings,
			"%s: ELF notes (%" PRIu64 " bytes at offset %" PRIu64 ") not readable",
			image->file->path, size, segment->p_offset);
		return NULL;
	}
	err = fb_buf_reserve(notes, (size_t)size, &room);
	if (!err)
		err = fb_file_read(image->file, segment->p_offset, room, (size_t)size);
	if (!err)
		fb_buf_commit(notes, (size_t)size);
	return err;
}

static struct fb_error *read_notes(struct image *image, struct fb_dump *dump,
				   struct fb_warnings *warnings)
{
	struct fb_error *err = NULL;
	struct fb_buf notes;
	uint64_t i;

	fb_buf_init(&notes, FB_MAX_NOTES);
	for (i = 0; !err && i < image->count; i++) {
		if (image->segments[i].p_type == PT_NOTE && image->segments[i].p_filesz)
			err = append_notes(image, &image->segments[i], warnings, &notes);
	}
	if (err) {
		fb_buf_deinit(&notes);
		return err;
	}
	err = fb_dump_notes_init(notes.data, notes.size, image->file->path, warnings, &dump->notes);
	if (!err)
		err = fb_dump_set_vmcoreinfo(dump, dump->notes.vmcoreinfo.desc,
					     dump->notes.vmcoreinfo.size);
	return err;
}

/* A core has no physical addresses, and notes of its own; /proc/kcore's segments name none either,
 * but kernel addresses. */
static bool is_process_core(const struct image *image, const struct fb_dump *dump)
{
	bool user = false;
	uint64_t i;

	if (dump->vmcoreinfo)
		return false;
	for (i = 0; i < image->count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];

		if (segment->p_type != PT_LOAD)
			continue;
		if (segment->p_paddr)
			return false;
		user |= segment->p_vaddr && segment->p_vaddr < USER_END;
	}
	return user || dump->notes.of_process;
}

/* /proc/kcore has VMCOREINFO (since 4.19, 23c85094fe18, "proc/kcore: add vmcoreinfo note to /proc/kcore"), and
 * notes of a process that is none: its NT_PRSTATUS holds no CPU's registers. */
static void tell_live(struct fb_dump *dump)
{
	dump->info.live = dump->vmcoreinfo && dump->notes.of_process;
	if (dump->info.live)
		dump->notes.prstatus_count = 0;
}

/* Leaves so many bytes of extents; segments that share bytes, or lie in holes, claim more than the
 * file has. */
static bool shorten(struct fb_extents *extents, uint64_t bytes)
{
	for (size_t i = 0; i < extents->count; i++) {
		struct fb_extent *extent = &extents->list[i];

		if (extent->length <= bytes) {
			bytes -= extent->length;
			continue;
		}
		extent->length = bytes;
		extents->count = bytes ? i + 1 : i;
		return true;
	}
	return false;
}

/* The bytes of segments that stand in the file; with clip, only those that really do. */
static struct fb_error *collect(struct image *image, bool clip, struct fb_warnings *warnings,
				struct fb_extents *extents_ret)
{
	struct fb_extent *pieces = NULL;
	size_t room = 0, count = 0;
	struct fb_error *err = NULL;
	uint64_t i;

	for (i = 0; !err && i < image->count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];
		uint64_t start = segment->p_paddr, length = segment->p_filesz;
		uint64_t memory = segment->p_memsz > length ? segment->p_memsz : length;
		uint64_t left = image->file->size;

		/* Kernel mappings without a physical address have -1 (kexec, /proc/kcore). */
		if (segment->p_type != PT_LOAD || start == UINT64_MAX)
			continue;
		if (memory > FB_MAX_PFN << FB_PAGE_SHIFT ||
		    start > (FB_MAX_PFN << FB_PAGE_SHIFT) - memory ||
		    segment->p_offset > (uint64_t)INT64_MAX - length) {
			if (clip)
				fb_warn(warnings, "%s: ELF segment %" PRIu64 " is corrupt",
					image->file->path, i);
			continue;
		}
		if (start + memory > image->max_address)
			image->max_address = start + memory;
		left = left > segment->p_offset ? left - segment->p_offset : 0;
		image->cut_off |= length > left;
		if (clip && length > left)
			length = left;
		if (!length)
			continue;
		err = fb_grow_array(&pieces, &room, count, sizeof(*pieces), FB_MAX_PHDRS,
				    "ELF segments");
		if (!err)
			pieces[count++] = (struct fb_extent){start, length, segment->p_offset};
	}
	if (!err)
		err = fb_extents_create(pieces, count, extents_ret);
	if (!err && clip)
		image->cut_off |= shorten(extents_ret, image->stored_size);
	free(pieces);
	return err;
}

static struct fb_error *map_memory(struct fb_extent_dump *vmcore, struct image *image,
				   struct fb_warnings *warnings)
{
	struct fb_extents memory = {0}, meant = {0};
	struct fb_error *err;

	err = collect(image, true, warnings, &memory);
	if (!err && image->cut_off)
		err = collect(image, false, warnings, &meant);
	if (err) {
		fb_extents_deinit(&memory);
		return err;
	}
	fb_extent_dump_map(vmcore, memory, meant);
	return fb_extent_dump_measure(vmcore, image->max_address, image->file->path, warnings);
}

static struct fb_error *open_image(struct fb_extent_dump *vmcore, struct image *image,
				   struct fb_warnings *warnings)
{
	struct fb_error *err;

	err = read_ehdr(image);
	if (!err)
		err = read_segments(image);
	if (!err)
		err = read_notes(image, &vmcore->dump, warnings);
	if (!err && is_process_core(image, &vmcore->dump))
		err = fb_error_create(
			FB_INVALID,
			"%s: is a process core, not a kernel dump: the dump comes first, cores behind it or with --core",
			image->file->path);
	if (err)
		return err;
	tell_live(&vmcore->dump);
	return map_memory(vmcore, image, warnings);
}

struct fb_error *fb_elf_vmcore_open(struct fb_dump_input *input, struct fb_warnings *warnings,
				    struct fb_dump **dump_ret)
{
	struct image image = {.file = input->file, .stored_size = input->stored_size};
	struct fb_extent_dump *vmcore;
	struct fb_error *err;

	err = fb_extent_dump_create("ELF", input, &vmcore);
	if (err)
		return err;
	err = open_image(vmcore, &image, warnings);
	free(image.segments);
	if (err) {
		fb_dump_destroy(&vmcore->dump);
		return err;
	}
	vmcore->file = input->file;
	input->file = NULL;
	*dump_ret = &vmcore->dump;
	return NULL;
}
