// SPDX-License-Identifier: GPL-2.0-or-later
/* Process cores from recipes. */
#include "tests/user/make_core.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/attr.h"
#include "user/elf/elf_form.h"

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Has room for size + more bytes; grows in powers of two, so that many appends stay cheap. */
static void grow(void *data, size_t size, size_t more)
{
	void **memory = data;
	size_t room = 64, wanted = 64;

	while (room < size)
		room *= 2;
	while (wanted < size + more)
		wanted *= 2;
	if (!*memory || wanted != room)
		*memory = must(realloc(*memory, wanted));
}

static void append(uint8_t **data, size_t *size, const void *bytes, size_t length)
{
	grow(data, *size, length);
	if (length)
		memcpy(*data + *size, bytes, length);
	*size += length;
}

static void append_zeros(uint8_t **data, size_t *size, size_t length)
{
	grow(data, *size, length);
	memset(*data + *size, 0, length);
	*size += length;
}

void make_note(struct make_core *make, const char *owner, uint32_t type, const void *desc,
	       size_t size)
{
	Elf64_Nhdr nhdr = {
		.n_namesz = (uint32_t)strlen(owner) + 1,
		.n_descsz = (uint32_t)size,
		.n_type = type,
	};

	append(&make->notes, &make->notes_size, &nhdr, sizeof(nhdr));
	append(&make->notes, &make->notes_size, owner, nhdr.n_namesz);
	append_zeros(&make->notes, &make->notes_size, -make->notes_size & 3);
	append(&make->notes, &make->notes_size, desc, size);
	append_zeros(&make->notes, &make->notes_size, -make->notes_size & 3);
}

static const struct fb_elf_form *form_of(const struct make_core *make)
{
	return make->narrow ? &fb_elf_32 : &fb_elf_64;
}

/* Numbers as words of the core's size. */
static void append_words(const struct make_core *make, uint8_t **data, size_t *size,
			 const uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		append(data, size, &words[i], form_of(make)->word);
}

/* struct compat_elf_prstatus by its words: pr_cursig, pr_pid, pr_utime, and of pr_reg GS, ORIG_EAX, EIP, CS and ESP. */
static void make_narrow_thread(struct make_core *make, int tid, int signal, uint32_t eip)
{
	const uint32_t words[36] = {
		[3] = (uint32_t)signal,
		[6] = (uint32_t)tid,
		[10] = 1,
		[11] = (uint32_t)tid,
		[28] = 0x63,
		[29] = UINT32_MAX,
		[30] = eip,
		[31] = 0x23,
		[33] = eip + 1,
	};

	make_note(make, "CORE", NT_PRSTATUS, words, sizeof(words));
}

void make_thread(struct make_core *make, int tid, int signal, uint64_t rip)
{
	struct elf_prstatus status = {.pr_cursig = (short)signal, .pr_pid = tid};
	struct user_regs_struct regs = {.rip = rip, .rsp = rip + 1};

	if (make->narrow) {
		make_narrow_thread(make, tid, signal, (uint32_t)rip);
		return;
	}
	status.pr_utime.tv_sec = 1;
	status.pr_utime.tv_usec = tid;
	memcpy(&status.pr_reg, &regs, sizeof(regs));
	make_note(make, "CORE", NT_PRSTATUS, &status, sizeof(status));
}

/* struct compat_elf_prpsinfo by its offsets; IDs of 16 bits. */
static void make_narrow_psinfo(struct make_core *make, int pid, const char *comm, const char *args)
{
	const uint16_t ids[] = {1000, 100};
	const int32_t pids[] = {pid, 1};
	char info[124] = {0};

	memcpy(info + 8, ids, sizeof(ids));
	memcpy(info + 12, pids, sizeof(pids));
	memcpy(info + 28, comm, strnlen(comm, 16));
	memcpy(info + 44, args, strnlen(args, 80));
	make_note(make, "CORE", NT_PRPSINFO, info, sizeof(info));
}

void make_psinfo(struct make_core *make, int pid, const char *comm, const char *args)
{
	struct elf_prpsinfo info = {.pr_pid = pid, .pr_ppid = 1, .pr_uid = 1000, .pr_gid = 100};

	if (make->narrow) {
		make_narrow_psinfo(make, pid, comm, args);
		return;
	}
	/* Neither need end in a NUL. */
	memcpy(info.pr_fname, comm, strnlen(comm, sizeof(info.pr_fname)));
	memcpy(info.pr_psargs, args, strnlen(args, sizeof(info.pr_psargs)));
	make_note(make, "CORE", NT_PRPSINFO, &info, sizeof(info));
}

void make_auxv(struct make_core *make, const uint64_t *pairs, size_t count)
{
	uint8_t *desc = NULL;
	size_t size = 0;

	append_words(make, &desc, &size, pairs, 2 * count);
	make_note(make, "CORE", NT_AUXV, desc, size);
	free(desc);
}

void make_files(struct make_core *make, const struct make_mapping *mappings, size_t count,
		uint64_t page_size)
{
	uint64_t head[2] = {count, page_size};
	uint8_t *desc = NULL;
	size_t size = 0;

	append_words(make, &desc, &size, head, 2);
	for (size_t i = 0; i < count; i++) {
		uint64_t entry[3] = {mappings[i].start, mappings[i].end,
				     mappings[i].offset / page_size};

		append_words(make, &desc, &size, entry, 3);
	}
	for (size_t i = 0; i < count; i++)
		append(&desc, &size, mappings[i].path, strlen(mappings[i].path) + 1);
	make_note(make, "CORE", NT_FILE, desc, size);
	free(desc);
}

void make_segment(struct make_core *make, uint64_t address, uint64_t memory_size, const void *bytes,
		  uint64_t file_size, uint32_t flags)
{
	Elf64_Phdr phdr = {
		.p_type = PT_LOAD,
		.p_flags = flags,
		.p_offset = make->memory_size,
		.p_vaddr = address,
		.p_filesz = file_size,
		.p_memsz = memory_size,
		.p_align = make->layout == MAKE_KERNEL ? FB_PAGE_SIZE : 1,
	};

	grow(&make->segments, make->segment_count * sizeof(phdr), sizeof(phdr));
	make->segments[make->segment_count++] = phdr;
	if (bytes) {
		append(&make->memory, &make->memory_size, bytes, file_size);
		return;
	}
	append_zeros(&make->memory, &make->memory_size, file_size);
	for (uint64_t at = 0; at + 8 <= file_size; at += 8) {
		uint64_t word = address + at;

		memcpy(make->memory + phdr.p_offset + at, &word, sizeof(word));
	}
}

/* Where each part lies in the file. */
struct plan {
	size_t phdrs;
	size_t notes;
	size_t memory;
	size_t sections;
	size_t section_count;
	size_t end;
};

static struct plan lay_out(const struct make_core *make)
{
	const struct fb_elf_form *form = form_of(make);
	struct plan plan = {.phdrs = form->ehdr};
	size_t headers_end = plan.phdrs + (make->segment_count + 1) * form->phdr;

	if (make->layout == MAKE_KERNEL) {
		plan.notes = headers_end;
		plan.memory = plan.notes + make->notes_size;
		plan.memory += -plan.memory & (FB_PAGE_SIZE - 1);
		plan.end = plan.memory + make->memory_size;
		plan.section_count = make->xnum ? 1 : 0;
	} else {
		plan.memory = headers_end;
		plan.notes = plan.memory + make->memory_size;
		plan.end = plan.notes + make->notes_size;
		plan.section_count = make->segment_count + 3;
	}
	plan.sections = plan.section_count ? plan.end : 0;
	plan.end += plan.section_count * form->shdr;
	return plan;
}

static Elf64_Ehdr ehdr_of(const struct make_core *make, const struct plan *plan)
{
	const struct fb_elf_form *form = form_of(make);
	Elf64_Ehdr ehdr = {
		.e_type = ET_CORE,
		.e_machine = form->machine,
		.e_version = EV_CURRENT,
		.e_phoff = plan->phdrs,
		.e_shoff = plan->sections,
		.e_ehsize = (uint16_t)form->ehdr,
		.e_phentsize = (uint16_t)form->phdr,
		.e_phnum = make->xnum ? PN_XNUM : (uint16_t)(make->segment_count + 1),
		.e_shentsize = plan->section_count ? (uint16_t)form->shdr : 0,
		/* Behind SHN_LORESERVE the count moves to section 0. */
		.e_shnum = plan->section_count < SHN_LORESERVE ? (uint16_t)plan->section_count : 0,
	};

	memcpy(ehdr.e_ident, ELFMAG, SELFMAG);
	ehdr.e_ident[EI_CLASS] = form->elf_class;
	ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
	ehdr.e_ident[EI_VERSION] = EV_CURRENT;
	return ehdr;
}

uint8_t *make_finish(struct make_core *make, size_t *size_ret)
{
	const struct fb_elf_form *form = form_of(make);
	struct plan plan = lay_out(make);
	uint8_t *bytes = must(calloc(1, plan.end + 1));
	Elf64_Ehdr ehdr = ehdr_of(make, &plan);
	Elf64_Phdr note = {
		.p_type = PT_NOTE,
		.p_offset = plan.notes,
		.p_filesz = make->notes_size,
	};

	fb_elf_write_ehdr(form, &ehdr, bytes);
	fb_elf_write_phdr(form, &note, bytes + plan.phdrs);
	for (size_t i = 0; i < make->segment_count; i++) {
		make->segments[i].p_offset += plan.memory;
		fb_elf_write_phdr(form, &make->segments[i],
				  bytes + plan.phdrs + (i + 1) * form->phdr);
	}
	if (make->notes_size)
		memcpy(bytes + plan.notes, make->notes, make->notes_size);
	if (make->memory_size)
		memcpy(bytes + plan.memory, make->memory, make->memory_size);
	if (plan.section_count) {
		Elf64_Shdr first = {
			.sh_size = ehdr.e_shnum ? 0 : plan.section_count,
			.sh_info = make->xnum ? (uint32_t)make->segment_count + 1 : 0,
		};

		fb_elf_write_shdr(form, &first, bytes + plan.sections);
	}
	free(make->notes);
	free(make->segments);
	free(make->memory);
	*make = (struct make_core){.layout = make->layout, .narrow = make->narrow};
	*size_ret = plan.end;
	return bytes;
}

struct fb_file *make_file_of(const char *name, const void *bytes, size_t size)
{
	uint8_t *copy = must(malloc(size + 1));
	struct fb_file *file;

	memcpy(copy, bytes, size);
	if (fb_file_from_memory(name, copy, size, &file))
		abort();
	return file;
}

struct fb_file *make_file(struct make_core *make, const char *name)
{
	size_t size;
	uint8_t *bytes = make_finish(make, &size);
	struct fb_file *file;

	if (fb_file_from_memory(name, bytes, size, &file))
		abort();
	return file;
}

uint8_t *make_usual(enum make_layout layout, size_t *size_ret)
{
	static const uint64_t auxv[] = {AT_PHDR, MAKE_PROGRAM + 64, AT_PAGESZ, 4096, AT_NULL, 0};
	static const struct make_mapping mappings[] = {
		{MAKE_PROGRAM, MAKE_PROGRAM + 0x1000, 0, "/usr/bin/victim"},
		{MAKE_PROGRAM + 0x1000, MAKE_PROGRAM + 0x3000, 0x1000, "/usr/bin/victim"},
	};
	struct make_core make = {.layout = layout};
	siginfo_t siginfo = {.si_signo = SIGSEGV};
	uint8_t fpregs[512] = {1}, xstate[832] = {2};

	if (layout == MAKE_GCORE)
		make_psinfo(&make, 17, "victim", "victim --slow");
	make_thread(&make, 17, layout == MAKE_KERNEL ? SIGSEGV : 0, MAKE_PROGRAM + 0x1234);
	if (layout == MAKE_KERNEL) {
		make_psinfo(&make, 17, "victim", "victim --slow");
		make_note(&make, "CORE", NT_SIGINFO, &siginfo, sizeof(siginfo));
		make_auxv(&make, auxv, FB_ARRAY_SIZE(auxv) / 2);
		make_files(&make, mappings, FB_ARRAY_SIZE(mappings), 4096);
	}
	make_note(&make, "CORE", NT_FPREGSET, fpregs, sizeof(fpregs));
	make_note(&make, "LINUX", NT_X86_XSTATE, xstate, sizeof(xstate));
	if (layout == MAKE_GCORE) {
		make_note(&make, "CORE", NT_SIGINFO, &siginfo, sizeof(siginfo));
		make_auxv(&make, auxv, FB_ARRAY_SIZE(auxv) / 2);
		make_files(&make, mappings, FB_ARRAY_SIZE(mappings), 1);
		make_note(&make, "GDB", 0xff000000, "<target/>", 10);
	}
	make_segment(&make, MAKE_PROGRAM, 0x1000, NULL, 0x1000, PF_R);
	make_segment(&make, MAKE_PROGRAM + 0x1000, 0x2000, NULL, 0, PF_R | PF_X);
	make_segment(&make, MAKE_STACK, 0x3000, NULL, 0x3000, PF_R | PF_W);
	return make_finish(&make, size_ret);
}
