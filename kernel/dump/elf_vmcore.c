// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vmcore as plain ELF64: /proc/vmcore, `makedumpfile -E`, or qemu's
 * dump-guest-memory. A PT_LOAD gives the physical address of its bytes; where
 * its size in memory is larger than in the file, the rest was excluded.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/dump/dump_private.h"
#include "kernel/dump/extents.h"

#define COUNT_TEXT 32
/* The address of user memory ends below this, with 4 or 5 levels of page tables. */
#define USER_END (1ull << 56)

struct elf_vmcore {
	struct fb_dump dump;
	struct fb_file *file;     /* owned */
	struct fb_extents memory; /* by physical address, what the file holds */
	struct fb_extents meant;  /* with what lies behind the file's end; empty if nothing does */
};

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

static struct elf_vmcore *of_dump(struct fb_dump *dump)
{
	return (struct elf_vmcore *)dump;
}

static uint64_t page_of(uint64_t address)
{
	return address >> FB_PAGE_SHIFT;
}

static uint64_t page_behind(uint64_t address)
{
	return (address + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT;
}

/* Whether extents hold a byte of the frame. */
static bool holds(const struct fb_extents *extents, uint64_t pfn)
{
	size_t index = fb_extents_find(extents, pfn << FB_PAGE_SHIFT);

	return index < extents->count && extents->list[index].start < (pfn + 1) << FB_PAGE_SHIFT;
}

static bool elf_has_page(struct fb_dump *dump, uint64_t pfn)
{
	return holds(&of_dump(dump)->memory, pfn);
}

/* The first frame at or behind pfn of which extents hold a byte (or none). */
static uint64_t next_held(const struct fb_extents *extents, uint64_t pfn, bool held)
{
	size_t index = fb_extents_find(extents, pfn << FB_PAGE_SHIFT);

	if (held) {
		if (index == extents->count)
			return UINT64_MAX;
		return page_of(extents->list[index].start) > pfn
			       ? page_of(extents->list[index].start)
			       : pfn;
	}
	for (; index < extents->count && page_of(extents->list[index].start) <= pfn; index++)
		pfn = page_behind(extents->list[index].start + extents->list[index].length);
	return pfn;
}

static uint64_t elf_next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	return next_held(&of_dump(dump)->memory, pfn, readable);
}

static uint64_t elf_next_meant(struct fb_dump *dump, uint64_t pfn, bool meant)
{
	return next_held(&of_dump(dump)->meant, pfn, meant);
}

/* A frame of which the file holds a part (memory that ends within a page) reads as zeros in the
 * rest. */
static struct fb_error *elf_read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	const struct elf_vmcore *vmcore = of_dump(dump);
	uint64_t start = pfn << FB_PAGE_SHIFT, end = start + FB_PAGE_SIZE;
	const struct fb_extents *memory = &vmcore->memory;
	size_t index = fb_extents_find(memory, start);
	struct fb_error *err = NULL;

	if (!holds(memory, pfn)) {
		if (holds(&vmcore->meant, pfn))
			return fb_error_create(FB_TRUNCATED,
					       "page frame 0x%" PRIx64
					       ": its data lie behind the end of the file",
					       pfn);
		return fb_dump_absent(pfn);
	}
	memset(page, 0, FB_PAGE_SIZE);
	for (; !err && index < memory->count && memory->list[index].start < end; index++) {
		const struct fb_extent *extent = &memory->list[index];
		uint64_t from = extent->start > start ? extent->start : start;
		uint64_t to = extent->start + extent->length;

		if (to > end)
			to = end;
		err = fb_file_read(vmcore->file, extent->source + (from - extent->start),
				   (char *)page + (from - start), (size_t)(to - from));
	}
	return fb_error_prefix(err, "page frame 0x%" PRIx64, pfn);
}

static void elf_destroy(struct fb_dump *dump)
{
	struct elf_vmcore *vmcore = of_dump(dump);

	fb_extents_deinit(&vmcore->memory);
	fb_extents_deinit(&vmcore->meant);
	fb_file_destroy(vmcore->file);
	fb_dump_deinit(dump);
	free(vmcore);
}

static const struct fb_dump_ops elf_ops = {
	.has_page = elf_has_page,
	.next = elf_next,
	.read_page = elf_read_page,
	.next_meant = elf_next_meant,
	.destroy = elf_destroy,
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

/* Frames that extents hold a byte of. */
static uint64_t count_pages(const struct fb_extents *extents)
{
	uint64_t count = 0, next = 0;
	size_t i;

	for (i = 0; i < extents->count; i++) {
		uint64_t first = page_of(extents->list[i].start);
		uint64_t end = page_behind(extents->list[i].start + extents->list[i].length);

		if (first < next)
			first = next;
		if (end > first)
			count += end - first;
		if (end > next)
			next = end;
	}
	return count;
}

static struct fb_error *map_memory(struct elf_vmcore *vmcore, struct image *image,
				   struct fb_warnings *warnings)
{
	struct fb_dump_info *info = &vmcore->dump.info;
	char lost[COUNT_TEXT], all[COUNT_TEXT];
	struct fb_error *err;

	err = collect(image, true, warnings, &vmcore->memory);
	if (!err && image->cut_off)
		err = collect(image, false, warnings, &vmcore->meant);
	if (err)
		return err;
	info->max_pfn = info->known_pfn = page_behind(image->max_address);
	info->pages_dumped = count_pages(&vmcore->memory);
	if (image->cut_off) {
		info->incomplete = true;
		info->pages_lost = count_pages(&vmcore->meant) - info->pages_dumped;
		fb_text_count(info->pages_lost, lost, sizeof(lost));
		fb_text_count(info->pages_lost + info->pages_dumped, all, sizeof(all));
		fb_warn(warnings, "%s: the dump is cut off: %s of %s pages are lost",
			image->file->path, lost, all);
	}
	if (!info->pages_dumped)
		return fb_error_create(info->pages_lost ? FB_TRUNCATED : FB_INVALID,
				       "%s: an ELF file without one page of memory",
				       image->file->path);
	return NULL;
}

static struct fb_error *open_image(struct elf_vmcore *vmcore, struct image *image,
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
	return err ? err : map_memory(vmcore, image, warnings);
}

struct fb_error *fb_elf_vmcore_open(struct fb_dump_input *input, struct fb_warnings *warnings,
				    struct fb_dump **dump_ret)
{
	struct elf_vmcore *vmcore = calloc(1, sizeof(*vmcore));
	struct image image = {.file = input->file, .stored_size = input->stored_size};
	struct fb_error *err;

	if (!vmcore)
		return fb_error_nomem();
	vmcore->dump.info.format = "ELF";
	vmcore->dump.info.stream = input->stream;
	vmcore->dump.info.flattened = input->flattened;
	vmcore->dump.info.incomplete = input->truncated;
	err = fb_dump_init(&vmcore->dump, &elf_ops);
	if (!err)
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
