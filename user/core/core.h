/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core of a process: ELF64 x86-64 or ELF32 i386, ET_CORE, as the kernel (fs/binfmt_elf.c) or gcore
 * writes it; it may be truncated, compressed, or inside an Apport report. Called by
 * matching, merging, and wherever a process is read.
 */
#ifndef FB_USER_CORE_H
#define FB_USER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/space.h"
#include "base/warnings.h"

enum fb_core_kind {
	FB_CORE_UNKNOWN,
	FB_CORE_GCORE,  /* written by gdb */
	FB_CORE_KERNEL, /* written by the kernel */
};

struct fb_core_thread {
	int32_t tid;    /* in the PID namespace of the writer; gcore in a container has its own */
	int32_t signal; /* pr_cursig; 0 if none */
	/* Of a 32-bit core: zero-extended, EIP in rip and so on; gs_base is the thread's, where NT_386_TLS is there. */
	struct user_regs_struct regs;
	uint64_t utime_us, stime_us; /* NT_PRSTATUS pr_utime, pr_stime */
	const void *fpregs;          /* NT_FPREGSET, or NULL; owned by the core */
	size_t fpregs_size;
	const void *xstate; /* NT_X86_XSTATE, or NULL; owned by the core */
	size_t xstate_size;
};

struct fb_core_segment { /* PT_LOAD, in the order of the file */
	uint64_t address;
	uint64_t memory_size; /* bytes of address space */
	uint64_t file_size;   /* bytes in the file, by the program header */
	uint64_t file_offset; /* bytes */
	uint32_t flags;       /* PF_R, PF_W, PF_X */
};

struct fb_core_mapping {     /* NT_FILE, in order of address */
	uint64_t start, end; /* end exclusive */
	uint64_t offset;     /* bytes */
	const char *path;    /* owned by the core */
};

struct fb_core_info {
	const char *path; /* as the user gave it */
	enum fb_core_kind kind;
	bool is_32bit;      /* of i386; registers are in the layout of x86-64 all the same */
	bool truncated;     /* segments extend behind the end of the file */
	bool apport;        /* it was inside an Apport report */
	const char *stream; /* the compression of the whole file, or NULL; static */
	int64_t mtime_ns;   /* of the file, since the epoch */

	int32_t pid; /* NT_PRPSINFO pr_pid, else the first thread's; 0: unknown */
	int32_t ppid, pgrp, sid;
	uint32_t uid, gid; /* UINT32_MAX: unknown, as a 32-bit core has only 16 bits of them */
	char comm[17];     /* pr_fname */
	char args[81];     /* pr_psargs */
	bool has_psinfo;

	const uint64_t
		*auxv; /* pairs (type, value) of NT_AUXV, those of i386 widened; NULL if none */
	size_t auxv_pairs;
	const void *siginfo; /* NT_SIGINFO, of 32-bit cores compat_siginfo_t; or NULL */
	size_t siginfo_size;

	const struct fb_core_thread *threads; /* the first one received the signal, if any */
	size_t thread_count;
	const struct fb_core_segment *segments;
	size_t segment_count;
	const struct fb_core_mapping *mappings;
	size_t mapping_count;
};

struct fb_core;

/* Opens the core in the file at path, compressed or in an Apport report too. FB_INVALID: no ELF core;
 * FB_UNSUPPORTED: another architecture, x32, big-endian; FB_CORRUPT: headers that contradict each other.
 * Where a part is damaged and the rest can be read, there is a warning. */
FB_MUST_CHECK struct fb_error *fb_core_open(const char *path, struct fb_warnings *warnings,
					    struct fb_core **core_ret);
/* The same for a file that is the unpacked ELF core. Takes over file, on failure too. */
FB_MUST_CHECK struct fb_error *fb_core_open_file(struct fb_file *file, struct fb_warnings *warnings,
						 struct fb_core **core_ret);
void fb_core_destroy(struct fb_core *core);

const struct fb_core_info *fb_core_info(const struct fb_core *core);
/* The name of the core in output: its path without the folders, or the name given by fb_core_rename(). Owned by
 * the core. */
const char *fb_core_name(const struct fb_core *core);
/* Sets the name for output (copied). The path in fb_core_info() stays. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_core_rename(struct fb_core *core, const char *name);
/* The bytes of the unpacked ELF core; owned by the core. */
struct fb_file *fb_core_file(const struct fb_core *core);
/* The process's memory when the core was written. Reads fail with FB_FAULT outside all segments; FB_ABSENT where a
 * segment has no bytes in the file (behind its file_size); FB_TRUNCATED where the file is cut off before. Owned by
 * the core. */
struct fb_space *fb_core_space(struct fb_core *core);
/* The segment that holds address, or NULL. */
const struct fb_core_segment *fb_core_segment_at(const struct fb_core *core, uint64_t address);
/* How many bytes of memory the headers and notes take. */
uint64_t fb_core_held(const struct fb_core *core);
/* Whether the page at address (page-aligned) has all of its bytes in the file, and at which
 * offset. */
bool fb_core_page(const struct fb_core *core, uint64_t address, uint64_t *file_offset_ret);
/* The first thread with this TID, or NULL. */
const struct fb_core_thread *fb_core_thread_of(const struct fb_core *core, int32_t tid);
/* How many bytes from address (page-aligned) on are like the page there: either all are in the file, at
 * consecutive offsets, or none is. At least one page and at most length bytes, in whole pages. */
uint64_t fb_core_alike(const struct fb_core *core, uint64_t address, uint64_t length);

#endif
