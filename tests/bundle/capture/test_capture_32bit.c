// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cores of a 32-bit program, byte by byte, and read back. The program is made here, because hosts have no C library for
 * 32 bits: it sets some registers and waits in pause().
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/capture/capture.h"
#include "tests/harness.h"
#include "user/core/core.h"
#include "user/elf/elf_form.h"

#define BOOT_ID "0123456789abcdef0123456789abcdef"
#define LOAD_AT 0x08048000u
#define CODE_OFFSET (sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr))
#define NR_PAUSE 29u /* arch/x86/entry/syscalls/syscall_32.tbl */

static const uint8_t code[] = {
	0xbb, 0x44, 0x33, 0x22, 0x91, /* mov $0x91223344,%ebx */
	0xb9, 0x01, 0,    0,    0,    /* mov $1,%ecx */
	0xba, 0x02, 0,    0,    0,    /* mov $2,%edx */
	0xbe, 0x03, 0,    0,    0,    /* mov $3,%esi */
	0xbf, 0x04, 0,    0,    0,    /* mov $4,%edi */
	0xbd, 0x05, 0,    0,    0,    /* mov $5,%ebp */
	0x66, 0x0f, 0x6e, 0xc3,       /* movd %ebx,%xmm0 */
	0xb8, 0x1d, 0,    0,    0,    /* mov $29,%eax */
	0xcd, 0x80,                   /* int $0x80 */
	0xeb, 0xf7,                   /* jmp to the mov before */
};

struct child {
	pid_t pid;
	char name[4200];
	struct user_regs_struct regs; /* as /proc has them */
};

static void write_program(const char *path)
{
	Elf32_Ehdr elf = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_entry = LOAD_AT + CODE_OFFSET,
		.e_phoff = sizeof(elf),
		.e_ehsize = sizeof(elf),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 1,
	};
	const Elf32_Phdr segment = {
		.p_type = PT_LOAD,
		.p_vaddr = LOAD_AT,
		.p_filesz = CODE_OFFSET + sizeof(code),
		.p_memsz = CODE_OFFSET + sizeof(code),
		.p_flags = PF_R | PF_X,
		.p_align = FB_PAGE_SIZE,
	};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, &elf, sizeof(elf)), (ssize_t)sizeof(elf));
	CU_ASSERT_EQUAL(write(fd, &segment, sizeof(segment)), (ssize_t)sizeof(segment));
	CU_ASSERT_EQUAL(write(fd, code, sizeof(code)), (ssize_t)sizeof(code));
	(void)close(fd);
}

/* False, and the test is skipped, where the kernel runs no such program. */
static bool start_child(struct child *child)
{
	const struct timespec millisecond = {.tv_nsec = 1000000};

	(void)snprintf(child->name, sizeof(child->name), "%s/narrow", fb_test_folder());
	write_program(child->name);
	child->pid = fork();
	if (child->pid == 0) {
		execl(child->name, "narrow", "one argument", NULL);
		_exit(127);
	}
	for (unsigned i = 0; i < 10000; i++) {
		child->regs.orig_rax = 0;
		fb_error_destroy(fb_proc_syscall_regs(child->pid, child->pid, true, &child->regs));
		if (child->regs.orig_rax == NR_PAUSE)
			return true;
		if (waitpid(child->pid, NULL, WNOHANG) == child->pid)
			break;
		nanosleep(&millisecond, NULL);
	}
	fb_test_skip("no 32-bit program runs here");
	return false;
}

static void stop_child(const struct child *child)
{
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
}

static void capture(const struct child *child, struct fb_captured *captured)
{
	const struct fb_capture_options options = {
		.folder = fb_test_folder(), .seconds = 30, .at_once = 1, .boot_id = BOOT_ID};

	FB_OK_FATAL(fb_capture(child->pid, &options, captured));
	CU_ASSERT_TRUE(captured->is_32bit);
	CU_ASSERT_EQUAL(captured->threads, 1);
	CU_ASSERT_EQUAL(captured->lost_pages, 0);
}

static uint32_t word_at(const uint8_t *bytes, size_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* The first note of that type, at *size_ret bytes of description; NULL: there is none. */
static const uint8_t *note_of(const uint8_t *bytes, const Elf32_Phdr *notes, uint32_t type,
			      const char *owner, uint32_t *size_ret)
{
	for (size_t at = notes->p_offset; at < notes->p_offset + notes->p_filesz;) {
		const uint32_t name = word_at(bytes, at), size = word_at(bytes, at + 4);
		const uint8_t *desc = bytes + at + 12 + (name + 3) / 4 * 4;

		if (word_at(bytes, at + 8) == type &&
		    !strcmp((const char *)bytes + at + 12, owner)) {
			*size_ret = size;
			return desc;
		}
		at += 12 + (name + 3) / 4 * 4 + (size + 3) / 4 * 4;
	}
	return NULL;
}

/* Offsets as gdb's bfd/elf.c has them of i386. */
static void check_notes(const struct child *child, const uint8_t *bytes, const Elf32_Phdr *notes)
{
	uint32_t size = 0;
	const uint8_t *note = note_of(bytes, notes, NT_PRSTATUS, "CORE", &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	CU_ASSERT_EQUAL(size, 144);
	CU_ASSERT_EQUAL(word_at(note, 24), (uint32_t)child->pid);
	CU_ASSERT_EQUAL(word_at(note, 28), (uint32_t)getpid());
	CU_ASSERT_EQUAL(word_at(note, 72), 0x91223344);
	for (uint32_t i = 1; i < 6; i++)
		CU_ASSERT_EQUAL(word_at(note, 72 + 4 * i), i);
	CU_ASSERT_EQUAL(word_at(note, 72 + 4 * 11), NR_PAUSE);
	CU_ASSERT_EQUAL(word_at(note, 72 + 4 * 12), LOAD_AT + CODE_OFFSET + sizeof(code) - 2);
	CU_ASSERT_EQUAL(word_at(note, 72 + 4 * 13), 0x23);
	CU_ASSERT_EQUAL(word_at(note, 72 + 4 * 15), child->regs.rsp);
	CU_ASSERT_EQUAL(word_at(note, 140), 1);
	note = note_of(bytes, notes, NT_PRXFPREG, "LINUX", &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	CU_ASSERT_EQUAL(size, 512);
	CU_ASSERT_EQUAL(word_at(note, 160), 0x91223344);
	note = note_of(bytes, notes, NT_PRPSINFO, "CORE", &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	CU_ASSERT_EQUAL(size, 124);
	CU_ASSERT_EQUAL(word_at(note, 12), (uint32_t)child->pid);
	CU_ASSERT_STRING_EQUAL((const char *)note + 28, "narrow");
	CU_ASSERT_STRING_EQUAL((const char *)note + 44, "narrow one argument ");
	note = note_of(bytes, notes, NT_FILE, "CORE", &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	CU_ASSERT_EQUAL(word_at(note, 0), 1);
	CU_ASSERT_EQUAL(word_at(note, 4), FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(word_at(note, 8), LOAD_AT);
	CU_ASSERT_EQUAL(word_at(note, 12), LOAD_AT + FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(word_at(note, 16), 0);
	CU_ASSERT_STRING_EQUAL((const char *)note + 20, child->name);
	CU_ASSERT_PTR_NULL(note_of(bytes, notes, NT_FPREGSET, "CORE", &size));
}

static void check_headers(const struct child *child, const uint8_t *bytes, size_t size)
{
	const Elf32_Ehdr *elf = (const Elf32_Ehdr *)bytes;
	const Elf32_Phdr *headers = (const Elf32_Phdr *)(bytes + elf->e_phoff);
	bool found = false;

	CU_ASSERT(elf->e_ident[EI_CLASS] == ELFCLASS32 && elf->e_ident[EI_DATA] == ELFDATA2LSB);
	CU_ASSERT(elf->e_type == ET_CORE && elf->e_machine == EM_386 && elf->e_version == 1);
	CU_ASSERT(elf->e_ehsize == 52 && elf->e_phentsize == 32 && !elf->e_shnum);
	CU_ASSERT_EQUAL_FATAL(elf->e_phoff + elf->e_phnum * sizeof(*headers), size);
	CU_ASSERT_EQUAL_FATAL(headers[0].p_type, PT_NOTE);
	check_notes(child, bytes, &headers[0]);
	for (unsigned i = 1; i < elf->e_phnum; i++)
		if (headers[i].p_vaddr == LOAD_AT) {
			CU_ASSERT(headers[i].p_type == PT_LOAD &&
				  headers[i].p_flags == (PF_R | PF_X));
			CU_ASSERT_EQUAL(headers[i].p_memsz, FB_PAGE_SIZE);
			CU_ASSERT_EQUAL_FATAL(headers[i].p_filesz, FB_PAGE_SIZE);
			CU_ASSERT(!memcmp(bytes + headers[i].p_offset + CODE_OFFSET, code,
					  sizeof(code)));
			found = true;
		}
	CU_ASSERT_TRUE(found);
}

/* What reads cores has the same of it. */
static void check_core(const struct child *child, const char *path)
{
	const struct fb_core_info *info;
	struct fb_core *core = NULL;
	struct fb_buf auxv;
	uint8_t bytes[sizeof(code)];

	FB_OK_FATAL(fb_core_open(path, NULL, &core));
	info = fb_core_info(core);
	CU_ASSERT(info->is_32bit && info->pid == child->pid && info->ppid == getpid());
	CU_ASSERT_STRING_EQUAL(info->comm, "narrow");
	CU_ASSERT_STRING_EQUAL(info->args, "narrow one argument ");
	CU_ASSERT(info->thread_count == 1 && info->threads[0].tid == child->pid);
	CU_ASSERT_EQUAL(info->threads[0].regs.rbx, 0x91223344);
	CU_ASSERT_EQUAL(info->threads[0].regs.rbp, 5);
	CU_ASSERT_EQUAL(info->threads[0].regs.cs, 0x23);
	CU_ASSERT_EQUAL(info->threads[0].regs.rip, LOAD_AT + CODE_OFFSET + sizeof(code) - 2);
	CU_ASSERT(info->mapping_count == 1 && info->mappings[0].start == LOAD_AT);
	CU_ASSERT_STRING_EQUAL(info->mappings[0].path, child->name);
	FB_OK(fb_space_read(fb_core_space(core), LOAD_AT + CODE_OFFSET, bytes, sizeof(bytes)));
	CU_ASSERT_EQUAL(memcmp(bytes, code, sizeof(code)), 0);
	fb_buf_init(&auxv, 1u << 20);
	FB_OK_FATAL(fb_proc_read(child->pid, 0, "auxv", &auxv));
	CU_ASSERT_EQUAL_FATAL(info->auxv_pairs, auxv.size / 8);
	for (size_t i = 0; i < info->auxv_pairs * 2; i++)
		CU_ASSERT_EQUAL(info->auxv[i], fb_elf_read_word(&fb_elf_32, auxv.data + i * 4));
	fb_buf_deinit(&auxv);
	fb_core_destroy(core);
}

static void read_all(const char *path, uint8_t **bytes_ret, size_t *size_ret)
{
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_file_open(path, &file));
	*size_ret = (size_t)file->size;
	*bytes_ret = malloc(*size_ret);
	CU_ASSERT_PTR_NOT_NULL_FATAL(*bytes_ret);
	FB_OK_FATAL(fb_file_read(file, 0, *bytes_ret, *size_ret));
	fb_file_destroy(file);
}

static void a_core_is_one_of_i386(void)
{
	struct fb_captured captured;
	struct child child;
	uint8_t *bytes;
	size_t size;

	if (!start_child(&child))
		return;
	capture(&child, &captured);
	if (captured.unstopped_count) {
		fb_test_skip("ptrace is not allowed here");
	} else {
		CU_ASSERT_TRUE(captured.consistent);
		read_all(captured.path, &bytes, &size);
		check_headers(&child, bytes, size);
		check_core(&child, captured.path);
		free(bytes);
	}
	fb_captured_deinit(&captured);
	stop_child(&child);
}

/* Its registers are then those of its system call, whose arguments are in other registers than those of 64 bits. */
static void one_that_is_traced_has_its_system_call(void)
{
	struct user_regs_struct regs = {0};
	struct fb_captured captured;
	struct fb_core *core = NULL;
	struct child child;

	if (!start_child(&child))
		return;
	CU_ASSERT(child.regs.rbx == 0x91223344 && child.regs.rcx == 1 && child.regs.rdx == 2);
	CU_ASSERT(child.regs.rsi == 3 && child.regs.rdi == 4 && child.regs.rbp == 5);
	CU_ASSERT(child.regs.cs == 0x23 && !child.regs.r8 && !child.regs.r10);
	if (ptrace(PTRACE_SEIZE, child.pid, NULL, NULL)) {
		fb_test_skip("ptrace is not allowed here");
	} else {
		capture(&child, &captured);
		CU_ASSERT_EQUAL(captured.unstopped_count, 1);
		FB_OK_FATAL(fb_core_open(captured.path, NULL, &core));
		CU_ASSERT_EQUAL_FATAL(fb_core_info(core)->thread_count, 1);
		regs = fb_core_info(core)->threads[0].regs;
		CU_ASSERT_EQUAL(memcmp(&regs, &child.regs, sizeof(regs)), 0);
		fb_core_destroy(core);
		fb_captured_deinit(&captured);
	}
	stop_child(&child);
}

FB_TEST_MAIN("bundle/capture_32bit", FB_TEST(a_core_is_one_of_i386),
	     FB_TEST(one_that_is_traced_has_its_system_call))
