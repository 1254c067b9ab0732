// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores without the contents of memory: what is kept, what is gone, and headers that do not hold. */
#include "bundle/merge/redact.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

#define SECRET "correct horse battery staple"
#define PSARGS_AT 56u
#define PSINFO_BYTES 136u

struct redacted {
	struct fb_warnings *warnings;
	struct fb_core *core, *bare;
};

static void open_core(struct redacted *redacted, struct make_core *make)
{
	size_t size;
	uint8_t *bytes = make_finish(make, &size);

	memset(redacted, 0, sizeof(*redacted));
	FB_OK_FATAL(fb_warnings_create(&redacted->warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core.17", bytes, size), redacted->warnings,
				      &redacted->core));
	free(bytes);
}

static void close_core(struct redacted *redacted)
{
	fb_core_destroy(redacted->bare);
	fb_core_destroy(redacted->core);
	fb_warnings_destroy(redacted->warnings);
}

/* How often the bytes stand in a file. */
static size_t count_bytes(struct fb_file *file, const char *text)
{
	uint8_t *bytes = malloc(file->size);
	size_t count = 0, length = strlen(text);

	FB_OK_FATAL(fb_file_read(file, 0, bytes, file->size));
	for (size_t i = 0; i + length <= file->size; i++)
		count += memcmp(bytes + i, text, length) == 0;
	free(bytes);
	return count;
}

static void make_secret(struct make_core *make)
{
	static const uint64_t auxv[] = {AT_PAGESZ, 4096, AT_ENTRY, 0x401000, AT_NULL, 0};
	static const struct make_mapping mapping = {0x400000, 0x401000, 0, "/bin/victim"};
	char memory[4096] = SECRET, vectors[512] = SECRET;

	make_thread(make, 17, SIGSEGV, 0x401000);
	make_psinfo(make, 17, "victim", "victim --password " SECRET);
	make_note(make, "CORE", NT_FPREGSET, vectors, sizeof(vectors));
	make_note(make, "LINUX", NT_X86_XSTATE, vectors, sizeof(vectors));
	make_note(make, "CORE", 0x7777, vectors, sizeof(vectors));
	make_auxv(make, auxv, 3);
	make_files(make, &mapping, 1, 4096);
	make_thread(make, 18, 0, 0x402000);
	make_segment(make, 0x400000, 4096, memory, sizeof(memory), PF_R | PF_X);
	make_segment(make, 0x7ff000, 8192, memory, sizeof(memory), PF_R | PF_W);
}

static void expect_kept(const struct fb_core_info *before, const struct fb_core_info *after)
{
	CU_ASSERT_STRING_EQUAL(after->path, before->path);
	CU_ASSERT(after->pid == 17 && after->mtime_ns == before->mtime_ns);
	CU_ASSERT_STRING_EQUAL(after->comm, "victim");
	CU_ASSERT_STRING_EQUAL(after->args, "");
	CU_ASSERT_EQUAL_FATAL(after->thread_count, 2);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(after->threads[i].tid, 17 + (int)i);
		CU_ASSERT_EQUAL(after->threads[i].regs.rip, 0x401000 + i * 0x1000);
	}
	CU_ASSERT_EQUAL(after->auxv_pairs, before->auxv_pairs);
	CU_ASSERT_EQUAL(memcmp(after->auxv, before->auxv, after->auxv_pairs * 16), 0);
	CU_ASSERT_EQUAL_FATAL(after->mapping_count, 1);
	CU_ASSERT_STRING_EQUAL(after->mappings[0].path, "/bin/victim");
	CU_ASSERT_EQUAL_FATAL(after->segment_count, before->segment_count);
	for (size_t i = 0; i < after->segment_count; i++) {
		CU_ASSERT_EQUAL(after->segments[i].address, before->segments[i].address);
		CU_ASSERT_EQUAL(after->segments[i].memory_size, before->segments[i].memory_size);
		CU_ASSERT_EQUAL(after->segments[i].file_size, 0);
	}
}

static void keeps_what_tells_nothing_of_memory(void)
{
	for (int layout = MAKE_KERNEL; layout <= MAKE_GCORE; layout++) {
		struct make_core make = {.layout = (enum make_layout)layout};
		struct redacted redacted;
		uint8_t byte;

		make_secret(&make);
		open_core(&redacted, &make);
		CU_ASSERT_EQUAL(count_bytes(fb_core_file(redacted.core), SECRET), 6);
		FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
		expect_kept(fb_core_info(redacted.core), fb_core_info(redacted.bare));
		CU_ASSERT_EQUAL(count_bytes(fb_core_file(redacted.bare), "correct"), 0);
		CU_ASSERT_EQUAL(count_bytes(fb_core_file(redacted.bare), "password"), 0);
		FB_FAILS(fb_space_read(fb_core_space(redacted.bare), 0x400000, &byte, 1),
			 FB_ABSENT);
		CU_ASSERT_FALSE(fb_core_info(redacted.bare)->truncated);
		CU_ASSERT_EQUAL(fb_warnings_count(redacted.warnings), 0);
		close_core(&redacted);
	}
}

/* All notes stand behind the first PT_NOTE's header; a damaged one ends them. */
static void notes_end_where_they_do_not_fit(void)
{
	const uint32_t beyond = 0x7fffffff;
	struct make_core make = {.layout = MAKE_KERNEL};
	struct redacted redacted;
	const struct fb_core_info *info;
	size_t damaged;

	make_thread(&make, 17, 0, 0x401000);
	damaged = make.notes_size;
	make_note(&make, "CORE", NT_PRSTATUS, "", 0);
	memcpy(make.notes + damaged + offsetof(Elf64_Nhdr, n_descsz), &beyond, sizeof(beyond));
	make_thread(&make, 18, 0, 0x402000);
	open_core(&redacted, &make);
	FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
	info = fb_core_info(redacted.bare);
	CU_ASSERT_EQUAL(info->thread_count, 1);
	CU_ASSERT_EQUAL(info->pid, 17);
	CU_ASSERT_EQUAL(fb_core_file(redacted.bare)->size, sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) +
								   sizeof(Elf64_Nhdr) + 8 +
								   sizeof(struct elf_prstatus));
	close_core(&redacted);
}

/* A psinfo that ends before the arguments has none to leave out. */
static void short_notes_stay_in_their_bounds(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	uint8_t psinfo[PSINFO_BYTES];
	struct redacted redacted;
	struct fb_file *file;
	uint8_t bytes[PSARGS_AT];

	memset(psinfo, 'x', sizeof(psinfo));
	make_thread(&make, 17, 0, 0x401000);
	make_note(&make, "CORE", NT_PRPSINFO, psinfo, PSARGS_AT - 8);
	open_core(&redacted, &make);
	FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
	file = fb_core_file(redacted.bare);
	FB_OK_FATAL(fb_file_read(file, file->size - (PSARGS_AT - 8), bytes, PSARGS_AT - 8));
	CU_ASSERT_EQUAL(memcmp(bytes, psinfo, PSARGS_AT - 8), 0);
	close_core(&redacted);

	make = (struct make_core){.layout = MAKE_KERNEL};
	make_note(&make, "CORE", NT_PRPSINFO, psinfo, PSARGS_AT + 8);
	make_thread(&make, 17, 0, 0x401000);
	open_core(&redacted, &make);
	FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
	CU_ASSERT_EQUAL(count_bytes(fb_core_file(redacted.bare), "xxxxxxxx"), PSARGS_AT - 7);
	CU_ASSERT_EQUAL(fb_core_info(redacted.bare)->thread_count, 1);
	close_core(&redacted);
}

/* The last note has a name and nothing else, or says that its name goes on behind the notes. */
static void the_last_note_is_kept_where_it_fits(void)
{
	for (uint32_t beyond = 0; beyond <= 4; beyond += 4) {
		const uint32_t length = 8 + beyond; /* of its name, with what aligns it */
		struct make_core make = {.layout = MAKE_KERNEL};
		struct redacted redacted;
		size_t last;

		make_thread(&make, 17, 0, 0x401000);
		last = make.notes_size;
		make_note(&make, "CORE", NT_AUXV, "", 0);
		memcpy(make.notes + last + offsetof(Elf64_Nhdr, n_namesz), &length, sizeof(length));
		open_core(&redacted, &make);
		FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
		CU_ASSERT_EQUAL(fb_core_file(redacted.bare)->size,
				sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + last +
					(beyond ? 0 : sizeof(Elf64_Nhdr) + 8));
		close_core(&redacted);
	}
}

/* A segment, two parts of notes, and the headers of these at the end of the file. */
static uint8_t *make_apart(Elf64_Phdr phdrs[3], size_t *size_ret)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	size_t first, size;
	uint8_t *bytes;
	Elf64_Ehdr ehdr;
	Elf64_Phdr note;

	make_thread(&make, 17, 0, 0x401000);
	first = make.notes_size;
	make_thread(&make, 18, 0, 0x402000);
	make_segment(&make, 0x400000, 4096, NULL, 4096, PF_R);
	bytes = make_finish(&make, &size);
	memcpy(&ehdr, bytes, sizeof(ehdr));
	memcpy(&note, bytes + ehdr.e_phoff, sizeof(note));
	memcpy(&phdrs[0], bytes + ehdr.e_phoff + sizeof(note), sizeof(note));
	phdrs[1] = phdrs[2] = note;
	phdrs[1].p_filesz = first;
	phdrs[2].p_offset += first;
	phdrs[2].p_filesz -= first;
	ehdr.e_phnum = 3;
	ehdr.e_phoff = size;
	ehdr.e_shstrndx = 9;
	memcpy(bytes, &ehdr, sizeof(ehdr));
	*size_ret = size + 3 * sizeof(note);
	bytes = realloc(bytes, *size_ret);
	if (!bytes)
		abort();
	memcpy(bytes + size, phdrs, 3 * sizeof(note));
	return bytes;
}

static void all_notes_stand_behind_the_headers(void)
{
	struct redacted redacted = {.core = NULL};
	Elf64_Phdr phdrs[3], kept[3];
	Elf64_Ehdr ehdr;
	size_t size;
	uint8_t *bytes = make_apart(phdrs, &size);
	const uint64_t notes_at = sizeof(ehdr) + sizeof(phdrs);

	FB_OK_FATAL(fb_warnings_create(&redacted.warnings));
	FB_OK_FATAL(fb_core_open_file(make_file_of("core.17", bytes, size), redacted.warnings,
				      &redacted.core));
	FB_OK_FATAL(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare));
	FB_OK_FATAL(fb_file_read(fb_core_file(redacted.bare), 0, &ehdr, sizeof(ehdr)));
	CU_ASSERT(ehdr.e_phoff == sizeof(ehdr) && ehdr.e_phnum == 3);
	CU_ASSERT(!ehdr.e_shoff && !ehdr.e_shnum && !ehdr.e_shstrndx);
	FB_OK_FATAL(fb_file_read(fb_core_file(redacted.bare), sizeof(ehdr), kept, sizeof(kept)));
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(kept[i].p_type, phdrs[i].p_type);
		CU_ASSERT_EQUAL(kept[i].p_vaddr, phdrs[i].p_vaddr);
		CU_ASSERT_EQUAL(kept[i].p_memsz, phdrs[i].p_memsz);
		CU_ASSERT_EQUAL(kept[i].p_offset, notes_at);
		CU_ASSERT_EQUAL(kept[i].p_filesz,
				i == 1 ? phdrs[1].p_filesz + phdrs[2].p_filesz : 0);
	}
	CU_ASSERT_EQUAL(fb_core_file(redacted.bare)->size, notes_at + kept[1].p_filesz);
	CU_ASSERT_EQUAL(fb_core_info(redacted.bare)->thread_count, 2);
	close_core(&redacted);
	free(bytes);
}

struct question {
	struct failing_file file;
	struct failure failure;
	struct redacted redacted;
};

static struct fb_error *redact(void *context)
{
	struct question *question = context;
	struct fb_core *bare = NULL;
	struct fb_error *err =
		fb_redact_core(question->redacted.core, question->redacted.warnings, &bare);

	fb_core_destroy(bare);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct question question = {.failure.at = 0};
	Elf64_Phdr phdrs[3];
	size_t size;
	uint8_t *bytes = make_apart(phdrs, &size);
	struct fb_file *whole = make_file_of("core.17", bytes, size);

	failing_file_init(&question.file, whole, &question.failure);
	FB_OK_FATAL(fb_warnings_create(&question.redacted.warnings));
	FB_OK_FATAL(fb_core_open_file(&question.file.file, question.redacted.warnings,
				      &question.redacted.core));
	CU_ASSERT_EQUAL(failing_must_pass(redact, &question, &question.failure, 10, 0), 4);
	(void)failing_memory_must_pass(redact, &question, NULL, 100, 0);
	close_core(&question.redacted);
	fb_file_destroy(whole);
	free(bytes);
}

static void more_segments_than_headers_can_count(void)
{
	struct make_core make = {.layout = MAKE_GCORE, .xnum = true};
	struct redacted redacted;

	make_secret(&make);
	open_core(&redacted, &make);
	FB_FAILS_WITH(fb_redact_core(redacted.core, redacted.warnings, &redacted.bare),
		      FB_UNSUPPORTED, "core.17: redacting: cores of 65535 segments");
	CU_ASSERT_PTR_NULL(redacted.bare);
	close_core(&redacted);
}

FB_TEST_MAIN("bundle/redact", FB_TEST(keeps_what_tells_nothing_of_memory),
	     FB_TEST(notes_end_where_they_do_not_fit), FB_TEST(short_notes_stay_in_their_bounds),
	     FB_TEST(the_last_note_is_kept_where_it_fits),
	     FB_TEST(all_notes_stand_behind_the_headers), FB_TEST(what_is_fatal_passes),
	     FB_TEST(more_segments_than_headers_can_count))
