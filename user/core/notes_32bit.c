// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Converts the notes of a thread and of a process between the layouts of i386 and x86-64. Called by core_notes.c and
 * bundle/capture/capture_notes.c.
 */
#include "user/core/notes_32bit.h"

#include <string.h>

_Static_assert(sizeof(struct fb_prstatus_32bit) == 144, "i386 elf_prstatus");
_Static_assert(sizeof(struct fb_prpsinfo_32bit) == 124, "i386 elf_prpsinfo");

/* What the kernel writes for an ID that does not fit 16 bits (fs/binfmt_elf.c: SET_UID, DEFAULT_OVERFLOWUID). */
#define OVERFLOW_ID 65534u

static struct fb_timeval_32bit narrow_time(const struct timeval *time)
{
	return (struct fb_timeval_32bit){(int32_t)time->tv_sec, (int32_t)time->tv_usec};
}

static struct timeval widen_time(struct fb_timeval_32bit time)
{
	return (struct timeval){.tv_sec = time.seconds, .tv_usec = time.microseconds};
}

static struct fb_regs_32bit narrow_regs(const struct user_regs_struct *regs)
{
	return (struct fb_regs_32bit){
		.ebx = (uint32_t)regs->rbx,
		.ecx = (uint32_t)regs->rcx,
		.edx = (uint32_t)regs->rdx,
		.esi = (uint32_t)regs->rsi,
		.edi = (uint32_t)regs->rdi,
		.ebp = (uint32_t)regs->rbp,
		.eax = (uint32_t)regs->rax,
		.ds = (uint32_t)regs->ds,
		.es = (uint32_t)regs->es,
		.fs = (uint32_t)regs->fs,
		.gs = (uint32_t)regs->gs,
		.orig_eax = (uint32_t)regs->orig_rax,
		.eip = (uint32_t)regs->rip,
		.cs = (uint32_t)regs->cs,
		.eflags = (uint32_t)regs->eflags,
		.esp = (uint32_t)regs->rsp,
		.ss = (uint32_t)regs->ss,
	};
}

static struct user_regs_struct widen_regs(const struct fb_regs_32bit *regs)
{
	return (struct user_regs_struct){
		.rbx = regs->ebx,
		.rcx = regs->ecx,
		.rdx = regs->edx,
		.rsi = regs->esi,
		.rdi = regs->edi,
		.rbp = regs->ebp,
		.rax = (uint64_t)(int32_t)regs->eax, /* may be an error, such as -ENOSYS */
		.ds = regs->ds,
		.es = regs->es,
		.fs = regs->fs,
		.gs = regs->gs,
		.orig_rax = (uint64_t)(int32_t)regs->orig_eax,
		.rip = regs->eip,
		.cs = regs->cs,
		.eflags = regs->eflags,
		.rsp = regs->esp,
		.ss = regs->ss,
	};
}

void fb_prstatus_narrow(const struct elf_prstatus *from, struct fb_prstatus_32bit *to)
{
	struct user_regs_struct regs;

	memcpy(&regs, &from->pr_reg, sizeof(regs));
	*to = (struct fb_prstatus_32bit){
		.signo = from->pr_info.si_signo,
		.code = from->pr_info.si_code,
		.error = from->pr_info.si_errno,
		.cursig = from->pr_cursig,
		.sigpend = (uint32_t)from->pr_sigpend,
		.sighold = (uint32_t)from->pr_sighold,
		.pid = from->pr_pid,
		.ppid = from->pr_ppid,
		.pgrp = from->pr_pgrp,
		.sid = from->pr_sid,
		.utime = narrow_time(&from->pr_utime),
		.stime = narrow_time(&from->pr_stime),
		.cutime = narrow_time(&from->pr_cutime),
		.cstime = narrow_time(&from->pr_cstime),
		.regs = narrow_regs(&regs),
		.fpvalid = from->pr_fpvalid,
	};
}

void fb_prstatus_widen(const struct fb_prstatus_32bit *from, struct elf_prstatus *to)
{
	const struct user_regs_struct regs = widen_regs(&from->regs);

	*to = (struct elf_prstatus){
		.pr_info = {.si_signo = from->signo,
			    .si_code = from->code,
			    .si_errno = from->error},
		.pr_cursig = from->cursig,
		.pr_sigpend = from->sigpend,
		.pr_sighold = from->sighold,
		.pr_pid = from->pid,
		.pr_ppid = from->ppid,
		.pr_pgrp = from->pgrp,
		.pr_sid = from->sid,
		.pr_utime = widen_time(from->utime),
		.pr_stime = widen_time(from->stime),
		.pr_cutime = widen_time(from->cutime),
		.pr_cstime = widen_time(from->cstime),
		.pr_fpvalid = from->fpvalid,
	};
	memcpy(&to->pr_reg, &regs, sizeof(regs));
}

static uint16_t narrow_id(uint32_t id)
{
	return (uint16_t)(id > UINT16_MAX ? OVERFLOW_ID : id);
}

void fb_prpsinfo_narrow(const struct elf_prpsinfo *from, struct fb_prpsinfo_32bit *to)
{
	*to = (struct fb_prpsinfo_32bit){
		.state = from->pr_state,
		.sname = from->pr_sname,
		.zomb = from->pr_zomb,
		.nice = from->pr_nice,
		.flag = (uint32_t)from->pr_flag,
		.uid = narrow_id(from->pr_uid),
		.gid = narrow_id(from->pr_gid),
		.pid = from->pr_pid,
		.ppid = from->pr_ppid,
		.pgrp = from->pr_pgrp,
		.sid = from->pr_sid,
	};
	memcpy(to->fname, from->pr_fname, sizeof(to->fname));
	memcpy(to->psargs, from->pr_psargs, sizeof(to->psargs));
}

static uint32_t widen_id(uint16_t id)
{
	return id == OVERFLOW_ID ? UINT32_MAX : id;
}

void fb_prpsinfo_widen(const struct fb_prpsinfo_32bit *from, struct elf_prpsinfo *to)
{
	*to = (struct elf_prpsinfo){
		.pr_state = from->state,
		.pr_sname = from->sname,
		.pr_zomb = from->zomb,
		.pr_nice = from->nice,
		.pr_flag = from->flag,
		.pr_uid = widen_id(from->uid),
		.pr_gid = widen_id(from->gid),
		.pr_pid = from->pid,
		.pr_ppid = from->ppid,
		.pr_pgrp = from->pgrp,
		.pr_sid = from->sid,
	};
	memcpy(to->pr_fname, from->fname, sizeof(to->pr_fname));
	memcpy(to->pr_psargs, from->psargs, sizeof(to->pr_psargs));
}

void fb_386_tls_read(const void *bytes, size_t size, struct user_regs_struct *regs)
{
	/* struct user_desc of <asm/ldt.h>; the last word holds flags. */
	struct {
		uint32_t entry_number, base_addr, limit, flags;
	} descriptor;

	for (size_t at = 0; size - at >= sizeof(descriptor); at += sizeof(descriptor)) {
		memcpy(&descriptor, (const char *)bytes + at, sizeof(descriptor));
		/* A selector has the index, the table (bit 2; 0: the GDT), and the privilege level (3: user mode). */
		if (descriptor.base_addr &&
		    (regs->gs & 0xffff) == (descriptor.entry_number << 3 | 3))
			regs->gs_base = descriptor.base_addr;
	}
}
