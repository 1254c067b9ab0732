// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Removes the memory from a core. What is kept is listed here, so that whatever else a core holds
 * is left out, whether this program knows it or not. Called by merge.c for --redact.
 */
#include "bundle/merge/redact.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/files/file.h"
#include "base/limits.h"

/* struct elf_prpsinfo of x86-64 (include/linux/elfcore.h): pr_psargs is a copy of memory. */
#define PRPSINFO_PSARGS 56u
#define PRPSINFO_SIZE 136u

/* NT_PRSTATUS holds general registers only; vector registers (NT_FPREGSET, NT_X86_XSTATE) hold
 * data, keys among them. */
static bool is_kept(const Elf64_Nhdr *note)
{
	switch (note->n_type) {
	case NT_PRSTATUS:
	case NT_PRPSINFO:
	case NT_SIGINFO:
	case NT_AUXV:
	case NT_FILE:
		return true;
	default:
		return false;
	}
}

static size_t aligned(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

/* Copies the notes of one PT_NOTE segment that are kept. What follows a note that does not fit is
 * dropped. */
static struct fb_error *copy_notes(const uint8_t *notes, size_t size, struct fb_buf *to)
{
	struct fb_error *err = NULL;
	size_t offset = 0;

	while (!err && size - offset >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t length, desc;

		memcpy(&note, notes + offset, sizeof(note));
		if (aligned(note.n_namesz) > size - offset - sizeof(note) ||
		    aligned(note.n_descsz) > size - offset - sizeof(note) - aligned(note.n_namesz))
			break;
		desc = sizeof(note) + aligned(note.n_namesz);
		length = desc + aligned(note.n_descsz);
		if (is_kept(&note)) {
			size_t start = to->size;

			err = fb_buf_append(to, notes + offset, length);
			if (!err && note.n_type == NT_PRPSINFO && note.n_descsz > PRPSINFO_PSARGS)
				memset(to->data + start + desc + PRPSINFO_PSARGS, 0,
				       note.n_descsz - PRPSINFO_PSARGS);
		}
		offset += length;
	}
	return err;
}

struct redaction {
	struct fb_file *file;
	Elf64_Ehdr header;
	Elf64_Phdr *phdrs;
	struct fb_buf notes;
};

static struct fb_error *read_headers(struct redaction *redaction)
{
	Elf64_Ehdr *header = &redaction->header;
	struct fb_error *err = fb_file_read(redaction->file, 0, header, sizeof(*header));

	if (err)
		return err;
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return fb_error_create(FB_UNSUPPORTED,
				       "cores of 32-bit programs cannot be redacted");
	if (header->e_phnum == PN_XNUM)
		return fb_error_create(FB_UNSUPPORTED,
				       "cores of %u segments and more cannot be "
				       "redacted",
				       PN_XNUM);
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return fb_error_create(FB_CORRUPT, "program headers of %u bytes",
				       header->e_phentsize);
	err = fb_alloc_array(header->e_phnum, sizeof(Elf64_Phdr), PN_XNUM, "program headers",
			     &redaction->phdrs);
	return err ? err
		   : fb_file_read(redaction->file, header->e_phoff, redaction->phdrs,
				  header->e_phnum * sizeof(Elf64_Phdr));
}

static struct fb_error *read_notes(struct redaction *redaction, const Elf64_Phdr *phdr)
{
	uint8_t *bytes;
	size_t size = 0;
	struct fb_error *err =
		fb_alloc_array(phdr->p_filesz, 1, FB_MAX_CORE_NOTES, "notes", &bytes);

	if (err)
		return err;
	/* A core that is cut off here has the notes before the cut. */
	err = fb_file_read_some(redaction->file, phdr->p_offset, bytes, phdr->p_filesz, &size);
	if (!err)
		err = copy_notes(bytes, size, &redaction->notes);
	free(bytes);
	return err;
}

/* Segments keep their place in memory and lose their bytes. All notes go to the first PT_NOTE. */
static struct fb_error *strip_segments(struct redaction *redaction)
{
	uint64_t notes_at = sizeof(Elf64_Ehdr) + redaction->header.e_phnum * sizeof(Elf64_Phdr);
	struct fb_error *err = NULL;
	bool first = true;

	for (uint16_t i = 0; i < redaction->header.e_phnum && !err; i++) {
		Elf64_Phdr *phdr = &redaction->phdrs[i];

		if (phdr->p_type == PT_NOTE)
			err = read_notes(redaction, phdr);
		phdr->p_filesz = 0;
		phdr->p_offset = notes_at;
	}
	for (uint16_t i = 0; i < redaction->header.e_phnum && !err; i++)
		if (redaction->phdrs[i].p_type == PT_NOTE && first) {
			redaction->phdrs[i].p_filesz = redaction->notes.size;
			first = false;
		}
	redaction->header.e_phoff = sizeof(Elf64_Ehdr);
	redaction->header.e_shoff = 0;
	redaction->header.e_shnum = 0;
	redaction->header.e_shstrndx = SHN_UNDEF;
	return err;
}

static struct fb_error *assemble(const struct redaction *redaction, struct fb_buf *to)
{
	struct fb_error *err = fb_buf_append(to, &redaction->header, sizeof(redaction->header));

	if (!err)
		err = fb_buf_append(to, redaction->phdrs,
				    redaction->header.e_phnum * sizeof(Elf64_Phdr));
	return err ? err : fb_buf_append(to, redaction->notes.data, redaction->notes.size);
}

static struct fb_error *open_redacted(const struct fb_core_info *info, struct fb_buf *bytes,
				      struct fb_warnings *warnings, struct fb_core **redacted_ret)
{
	struct fb_file *file = NULL;
	struct fb_error *err = fb_file_from_memory(info->path, bytes->data, bytes->size, &file);

	if (err)
		return err;
	bytes->data = NULL; /* the file's now */
	file->mtime_ns = info->mtime_ns;
	return fb_core_open_file(file, warnings, redacted_ret);
}

struct fb_error *fb_redact_core(struct fb_core *core, struct fb_warnings *warnings,
				struct fb_core **redacted_ret)
{
	struct redaction redaction = {.file = fb_core_file(core)};
	struct fb_buf bytes;
	struct fb_error *err;

	fb_buf_init(&redaction.notes, FB_MAX_CORE_NOTES);
	fb_buf_init(&bytes, FB_MAX_CORE_NOTES + (PN_XNUM + 1ull) * sizeof(Elf64_Phdr));
	err = read_headers(&redaction);
	if (!err)
		err = strip_segments(&redaction);
	if (!err)
		err = assemble(&redaction, &bytes);
	if (!err)
		err = open_redacted(fb_core_info(core), &bytes, warnings, redacted_ret);
	fb_buf_deinit(&bytes);
	fb_buf_deinit(&redaction.notes);
	free(redaction.phdrs);
	return fb_error_prefix(err, "%s: redacting", fb_core_info(core)->path);
}
