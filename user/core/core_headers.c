// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the ELF header and program headers of a process core: checks that it is one, and finds its memory and its
 * notes. Called by core.c.
 */
#include "user/core/core_headers.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/files/foreign_file.h"
#include "base/limits.h"
#include "base/part.h"

/* Program headers read at a time: 56 KiB, one read for all but the largest processes. */
#define PHDR_BATCH 1024u

/* And where they are only counted. */
#define COUNT_BATCH 64u

#define WANT_CORE "give the core that the kernel or gcore wrote"

/* Files that are taken for a core by mistake, told by how they begin. */
static const struct {
	const char *magic;
	size_t length;
	const char *says;
} impostors[] = {
	{"KDUMP   ", 8, "is a kernel dump, not a process core: give it as the dump"},
	{"DISKDUMP", 8, "is a kernel dump, not a process core: give it as the dump"},
	{"makedumpfile", 12,
	 "is a kernel dump (flattened), not a process core: give it as the dump"},
	{"#!", 2, "is a script, not a core: " WANT_CORE},
};

static bool looks_like_text(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((bytes[i] < 0x20 && (bytes[i] < '\t' || bytes[i] > '\r')) || bytes[i] == 0x7f)
			return false;
	}
	return true;
}

static struct fb_error *not_elf(struct fb_file *file, const uint8_t *bytes, size_t size)
{
	const char *hint;
	struct fb_error *err = fb_foreign_file(file, &hint);

	if (err)
		return err;
	if (hint)
		return fb_error_create(FB_INVALID, "%s", hint);
	if (size == 0)
		return fb_error_create(FB_INVALID, "is empty: the core was never written here "
						   "(disk full, or a limit of 0?)");
	for (size_t i = 0; i < FB_ARRAY_SIZE(impostors); i++) {
		if (size >= impostors[i].length &&
		    memcmp(bytes, impostors[i].magic, impostors[i].length) == 0)
			return fb_error_create(FB_INVALID, "%s", impostors[i].says);
	}
	if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0)
		return fb_error_create(FB_TRUNCATED,
				       "ends after %zu bytes, inside the ELF header: copy it again",
				       size);
	if (looks_like_text(bytes, size))
		return fb_error_create(FB_INVALID, "is a text file, not a core: " WANT_CORE);
	return fb_error_create(
		FB_INVALID, "does not begin with an ELF header, so it is not a core: " WANT_CORE);
}

static const char *machine_name(uint16_t machine, char *to, size_t size)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {
		{EM_386, "i386"},        {EM_AARCH64, "aarch64"}, {EM_ARM, "arm"},
		{EM_PPC, "ppc"},         {EM_PPC64, "ppc64"},     {EM_S390, "s390x"},
		{EM_RISCV, "riscv"},     {EM_MIPS, "mips"},       {EM_SPARC, "sparc"},
		{EM_SPARCV9, "sparc64"}, {EM_IA_64, "ia64"},      {EM_X86_64, "x86-64"},
		{258, "loongarch"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		if (names[i].machine == machine)
			return names[i].name;
	}
	snprintf(to, size, "ELF machine %u", machine);
	return to;
}

static struct fb_error *check_type(uint16_t type)
{
	switch (type) {
	case ET_CORE:
		return NULL;
	case ET_EXEC:
	case ET_DYN:
		return fb_error_create(FB_INVALID, "is an ELF %s, not a core: " WANT_CORE,
				       type == ET_EXEC ? "executable"
						       : "executable or shared object");
	case ET_REL:
		return fb_error_create(FB_INVALID, "is an ELF object file, not a core: " WANT_CORE);
	default:
		return fb_error_create(FB_INVALID, "is ELF of type %u, not a core: " WANT_CORE,
				       type);
	}
}

/* Whether it is a little-endian core of x86-64 or i386, else what it is. */
static struct fb_error *check_identity(const Elf64_Ehdr *ehdr)
{
	const struct fb_elf_form *form = fb_elf_form_of(ehdr->e_ident);
	bool big = ehdr->e_ident[EI_DATA] == ELFDATA2MSB;
	uint16_t type = big ? __builtin_bswap16(ehdr->e_type) : ehdr->e_type;
	uint16_t machine = big ? __builtin_bswap16(ehdr->e_machine) : ehdr->e_machine;
	bool narrow = ehdr->e_ident[EI_CLASS] == ELFCLASS32;
	char unnamed[32];
	const char *name = machine_name(machine, unnamed, sizeof(unnamed));
	struct fb_error *err;

	/* e_type and e_machine lie at the same offsets in 32-bit and 64-bit headers. */
	err = check_type(type);
	if (err)
		return err;
	if (big)
		return fb_error_create(
			FB_UNSUPPORTED,
			"is a big-endian core (%s): only those of x86-64 and i386 are supported",
			name);
	if (narrow && machine != EM_386)
		return fb_error_create(FB_UNSUPPORTED,
				       "is a 32-bit core (%s): only those of i386 are supported",
				       machine == EM_X86_64 ? "x32" : name);
	if (machine != EM_X86_64 && machine != EM_386)
		return fb_error_create(
			FB_UNSUPPORTED,
			"is a core of %s: only those of x86-64 and i386 are supported", name);
	if (!form || machine != form->machine)
		return fb_error_create(FB_CORRUPT, "ELF header: class %u, data encoding %u",
				       ehdr->e_ident[EI_CLASS], ehdr->e_ident[EI_DATA]);
	return NULL;
}

static struct fb_error *check_sizes(const struct fb_elf_form *form, const Elf64_Ehdr *ehdr)
{
	if (ehdr->e_phentsize == form->phdr)
		return NULL;
	return fb_error_create(FB_CORRUPT, "ELF header: program headers of %u bytes, not %zu",
			       ehdr->e_phentsize, form->phdr);
}

static struct fb_error *read_ehdr(struct fb_file *file, const struct fb_elf_form **form_ret,
				  Elf64_Ehdr *ehdr_ret)
{
	const struct fb_elf_form *form;
	struct fb_error *err;
	Elf64_Ehdr ehdr;
	size_t got;

	err = fb_file_read_some(file, 0, &ehdr, sizeof(ehdr), &got);
	if (err)
		return err;
	if (got < sizeof(ehdr) || memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0)
		return not_elf(file, (const uint8_t *)&ehdr, got);
	err = check_identity(&ehdr);
	if (err)
		return err;
	form = fb_elf_form_of(ehdr.e_ident);
	ehdr = fb_elf_read_ehdr(form, &ehdr);
	err = check_sizes(form, &ehdr);
	if (err)
		return err;
	*form_ret = form;
	*ehdr_ret = ehdr;
	return NULL;
}

/* Section 0 holds the counts that do not fit the ELF header. Both gcore and the kernel write it
 * behind everything else, so a cut file has lost it. */
static struct fb_error *read_section_0(struct fb_file *file, const struct fb_elf_form *form,
				       const Elf64_Ehdr *ehdr, Elf64_Shdr *shdr_ret, bool *has_ret)
{
	uint8_t bytes[sizeof(*shdr_ret)];
	struct fb_error *err;

	*has_ret = false;
	if (ehdr->e_shoff == 0 || ehdr->e_shentsize != form->shdr)
		return NULL;
	err = fb_file_read(file, ehdr->e_shoff, bytes, form->shdr);
	*has_ret = !err;
	if (!err)
		*shdr_ret = fb_elf_read_shdr(form, bytes);
	return fb_part_skip(err);
}

/* Where the file lost section 0, the program headers still tell: all that they point to lies behind them,
 * in the kernel's cores at once. */
static struct fb_error *count_by_offsets(struct fb_file *file, const struct fb_elf_form *form,
					 const Elf64_Ehdr *ehdr, uint64_t *count_ret)
{
	const size_t size = form->phdr, whole = COUNT_BATCH * size;
	uint64_t first = UINT64_MAX, count = 0;
	uint8_t batch[COUNT_BATCH * sizeof(Elf64_Phdr)];
	struct fb_error *err;
	size_t got;

	while (count < FB_MAX_PHDRS) {
		err = fb_file_read_some(file, ehdr->e_phoff + count * size, batch, whole, &got);
		if (err)
			return err;
		for (size_t i = 0; i < got / size; i++, count++) {
			const Elf64_Phdr phdr = fb_elf_read_phdr(form, batch + i * size);

			if (ehdr->e_phoff + (count + 1) * size > first ||
			    (phdr.p_type != PT_LOAD && phdr.p_type != PT_NOTE))
				goto out;
			if (phdr.p_offset > ehdr->e_phoff && phdr.p_offset < first)
				first = phdr.p_offset;
		}
		if (got < whole)
			break;
	}
out:
	if (!count)
		return fb_error_create(
			FB_TRUNCATED,
			"the number of segments stood in section header 0 at %" PRIu64
			", behind the end of the file: copy it again",
			ehdr->e_shoff);
	*count_ret = count;
	return NULL;
}

static struct fb_error *count_headers(struct fb_file *file, const struct fb_elf_form *form,
				      const Elf64_Ehdr *ehdr, uint64_t *segments_ret,
				      uint64_t *sections_ret)
{
	uint64_t segments = ehdr->e_phnum, sections = ehdr->e_shnum;
	struct fb_error *err;
	Elf64_Shdr shdr;
	bool has_section_0;

	err = read_section_0(file, form, ehdr, &shdr, &has_section_0);
	if (err)
		return err;
	if (sections == 0 && has_section_0)
		sections = shdr.sh_size;
	if (segments == PN_XNUM) {
		if (has_section_0) {
			segments = shdr.sh_info;
		} else {
			err = count_by_offsets(file, form, ehdr, &segments);
			if (err)
				return err;
		}
	}
	if (segments == 0)
		return fb_error_create(FB_CORRUPT, "ELF header: no program headers");
	if (segments > FB_MAX_PHDRS)
		return fb_error_create(FB_LIMIT, "%" PRIu64 " program headers, more than %u",
				       segments, FB_MAX_PHDRS);
	*segments_ret = segments;
	*sections_ret = sections;
	return NULL;
}

/* Nothing beyond this check needs to fear an overflow of start + size. */
static bool phdr_is_sane(const Elf64_Phdr *phdr)
{
	uint64_t end;

	return !__builtin_add_overflow(phdr->p_vaddr, phdr->p_memsz, &end) &&
	       !__builtin_add_overflow(phdr->p_offset, phdr->p_filesz, &end);
}

static struct fb_error *add_note(struct fb_core_headers *headers, const Elf64_Phdr *phdr)
{
	struct fb_error *err;

	err = fb_grow_array(&headers->notes, &headers->note_room, headers->note_count,
			    sizeof(*headers->notes), FB_MAX_CORE_NOTE_SEGMENTS, "PT_NOTE segments");
	if (err)
		return err;
	headers->notes[headers->note_count++] =
		(struct fb_core_extent){.offset = phdr->p_offset, .size = phdr->p_filesz};
	return NULL;
}

static struct fb_error *add_phdr(struct fb_core_headers *headers, const Elf64_Phdr *phdr,
				 const char *path, uint64_t number, struct fb_warnings *warnings)
{
	if (phdr->p_type != PT_NOTE && phdr->p_type != PT_LOAD)
		return NULL;
	if (!phdr_is_sane(phdr)) {
		fb_warn(warnings,
			"%s: program header %" PRIu64
			": its end lies behind 2^64: segment left out",
			path, number);
		return NULL;
	}
	if (phdr->p_type == PT_NOTE)
		return add_note(headers, phdr);
	if (phdr->p_filesz > phdr->p_memsz)
		fb_warn(warnings,
			"%s: program header %" PRIu64 ": %#" PRIx64
			" bytes in the file for %#" PRIx64 " bytes of memory: the rest is ignored",
			path, number, phdr->p_filesz, phdr->p_memsz);
	headers->segments[headers->segment_count++] = (struct fb_core_segment){
		.address = phdr->p_vaddr,
		.memory_size = phdr->p_memsz,
		.file_size = phdr->p_filesz < phdr->p_memsz ? phdr->p_filesz : phdr->p_memsz,
		.file_offset = phdr->p_offset,
		.flags = phdr->p_flags,
	};
	return NULL;
}

static struct fb_error *read_phdrs(struct fb_file *file, uint64_t offset, uint64_t count,
				   struct fb_warnings *warnings, struct fb_core_headers *headers)
{
	const size_t size = headers->form->phdr;
	struct fb_error *err;
	uint8_t *batch;

	err = fb_alloc_array(count < PHDR_BATCH ? count : PHDR_BATCH, size, PHDR_BATCH,
			     "program headers", &batch);
	if (err)
		return err;
	for (uint64_t first = 0; !err && first < count; first += PHDR_BATCH) {
		uint64_t left = count - first;
		size_t part = left < PHDR_BATCH ? left : PHDR_BATCH;

		err = fb_file_read(file, offset + first * size, batch, part * size);
		if (err)
			err = fb_error_prefix(err, "program headers");
		for (size_t i = 0; !err && i < part; i++) {
			const Elf64_Phdr phdr = fb_elf_read_phdr(headers->form, batch + i * size);

			err = add_phdr(headers, &phdr, file->path, first + i, warnings);
		}
	}
	free(batch);
	return err;
}

struct fb_error *fb_core_headers_read(struct fb_file *file, struct fb_warnings *warnings,
				      struct fb_core_headers *headers_ret)
{
	struct fb_core_headers headers = {0};
	struct fb_error *err;
	uint64_t count, whole;
	Elf64_Ehdr ehdr = {0}; /* not_elf() never gives NULL, but clang-tidy cannot know */

	err = read_ehdr(file, &headers.form, &ehdr);
	if (err)
		return err;
	err = count_headers(file, headers.form, &ehdr, &count, &headers.section_count);
	if (err)
		return err;

	whole = ehdr.e_phoff < file->size ? (file->size - ehdr.e_phoff) / headers.form->phdr : 0;
	if (whole == 0)
		return fb_error_create(FB_TRUNCATED,
				       "the program headers at %" PRIu64
				       " lie behind the end of the "
				       "file (%" PRIu64 " bytes): copy it again",
				       (uint64_t)ehdr.e_phoff, file->size);
	if (count > whole) {
		fb_warn(warnings,
			"%s: ends inside the program headers: %" PRIu64 " of %" PRIu64
			" are missing",
			file->path, count - whole, count);
		headers.cut = true;
		count = whole;
	}
	err = fb_alloc_array(count, sizeof(*headers.segments), FB_MAX_PHDRS, "segments",
			     &headers.segments);
	if (!err)
		err = read_phdrs(file, ehdr.e_phoff, count, warnings, &headers);
	if (err) {
		fb_core_headers_deinit(&headers);
		return err;
	}
	*headers_ret = headers;
	return NULL;
}

void fb_core_headers_deinit(struct fb_core_headers *headers)
{
	free(headers->segments);
	free(headers->notes);
	*headers = (struct fb_core_headers){0};
}
