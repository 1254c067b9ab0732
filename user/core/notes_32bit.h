/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes of cores of 32-bit programs (i386), and their conversion from and to those of 64-bit programs. Called by
 * core_notes.c, which reads them, and by bundle/capture, which writes them.
 * Format: include/linux/elfcore-compat.h, arch/x86/include/asm/user32.h.
 */
#ifndef FB_USER_NOTES_32BIT_H
#define FB_USER_NOTES_32BIT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/procfs.h>
#include <sys/user.h>

struct fb_timeval_32bit {
	int32_t seconds, microseconds;
};

/* struct user_regs_struct32. */
struct fb_regs_32bit {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax;
	uint32_t ds, es, fs, gs;
	uint32_t orig_eax, eip, cs, eflags, esp, ss;
};

/* struct compat_elf_prstatus. */
struct fb_prstatus_32bit {
	int32_t signo, code, error;
	int16_t cursig;
	uint16_t padding;
	uint32_t sigpend, sighold;
	int32_t pid, ppid, pgrp, sid;
	struct fb_timeval_32bit utime, stime, cutime, cstime;
	struct fb_regs_32bit regs;
	int32_t fpvalid;
};

/* struct compat_elf_prpsinfo. */
struct fb_prpsinfo_32bit {
	char state, sname, zomb, nice;
	uint32_t flag;
	uint16_t uid, gid; /* 65534: the ID does not fit 16 bits, or it is "nobody" */
	int32_t pid, ppid, pgrp, sid;
	char fname[16];
	char psargs[80];
};

/* Takes the lower half of each register. */
void fb_prstatus_narrow(const struct elf_prstatus *from, struct fb_prstatus_32bit *to);
void fb_prpsinfo_narrow(const struct elf_prpsinfo *from, struct fb_prpsinfo_32bit *to);
/* What the narrow note lacks is zero; orig_rax of -1, "no system call", stays -1. */
void fb_prstatus_widen(const struct fb_prstatus_32bit *from, struct elf_prstatus *to);
/* An ID of 65534 becomes UINT32_MAX, that is, unknown. */
void fb_prpsinfo_widen(const struct fb_prpsinfo_32bit *from, struct elf_prpsinfo *to);

/* NT_386_TLS, size bytes: the thread's descriptors in the GDT. Sets gs_base where GS selects one of them. */
void fb_386_tls_read(const void *bytes, size_t size, struct user_regs_struct *regs);

#endif
