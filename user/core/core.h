/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process core: ELF64 x86-64, ET_CORE, as the kernel (fs/binfmt_elf.c) or
 * gcore writes it; possibly truncated, compressed, or inside an Apport report.
 */
#ifndef FB_USER_CORE_H
#define FB_USER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/file.h"
#include "base/space.h"
#include "base/warnings.h"

enum fb_core_kind {
	FB_CORE_UNKNOWN,
	FB_CORE_GCORE,  /* written by gdb */
	FB_CORE_KERNEL, /* written by the kernel */
};

struct fb_core_thread {
	int32_t tid;    /* as the writer saw it: a PID namespace's own number in a container */
	int32_t signal; /* pr_cursig; 0 if none */
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
	uint64_t file_size;   /* bytes that the header says are in the file */
	uint64_t file_offset;
	uint32_t flags; /* PF_R, PF_W, PF_X */
};

struct fb_core_mapping {     /* NT_FILE, in order of address */
	uint64_t start, end; /* end exclusive */
	uint64_t offset;     /* bytes */
	const char *path;    /* owned by the core */
};

struct fb_core_info {
	const char *path; /* as the user named it */
	enum fb_core_kind kind;
	bool truncated;     /* segments reach behind the end of the file */
	bool apport;        /* was inside an Apport report */
	const char *stream; /* compression around it, or NULL */
	int64_t mtime_ns;   /* of the file, since the epoch */

	int32_t pid; /* NT_PRPSINFO pr_pid, else the first thread's; 0: unknown */
	int32_t ppid, pgrp, sid;
	uint32_t uid, gid;
	char comm[17]; /* pr_fname */
	char args[81]; /* pr_psargs */
	bool has_psinfo;

	const uint64_t *auxv; /* pairs (type, value), as NT_AUXV has them; NULL if none */
	size_t auxv_pairs;
	const void *siginfo; /* NT_SIGINFO, or NULL */
	size_t siginfo_size;

	const struct fb_core_thread *threads; /* the first is the one the signal went to, if any */
	size_t thread_count;
	const struct fb_core_segment *segments;
	size_t segment_count;
	const struct fb_core_mapping *mappings;
	size_t mapping_count;
};

struct fb_core;

/* Opens whatever `path` wraps. FB_INVALID: not an ELF core; FB_UNSUPPORTED: another
 * architecture, 32-bit, big-endian; FB_CORRUPT: headers that contradict themselves. Damage that
 * leaves something to read goes to warnings. */
FB_MUST_CHECK struct fb_error *fb_core_open(const char *path, struct fb_warnings *warnings,
					    struct fb_core **core_ret);
/* The same over a file (taken, also on failure) that holds the unpacked ELF core. */
FB_MUST_CHECK struct fb_error *fb_core_open_file(struct fb_file *file, struct fb_warnings *warnings,
						 struct fb_core **core_ret);
void fb_core_destroy(struct fb_core *core);

const struct fb_core_info *fb_core_info(const struct fb_core *core);
/* What it is called in answers: its path without the folders, or the name that it was given since.
 * Owned by the core. */
const char *fb_core_name(const struct fb_core *core);
/* Gives it another name (copied), for answers alone: info's path stays. */
FB_MUST_CHECK struct fb_error *fb_core_rename(struct fb_core *core, const char *name);
/* The unpacked ELF bytes; owned by the core. */
struct fb_file *fb_core_file(const struct fb_core *core);
/* Memory at the time of the core. FB_FAULT outside every segment; FB_ABSENT where a segment has
 * no bytes in the file (file_size < memory_size: not dumped); FB_TRUNCATED behind a cut. Owned by
 * the core. */
struct fb_space *fb_core_space(struct fb_core *core);
/* The segment that holds address, or NULL. */
const struct fb_core_segment *fb_core_segment_at(const struct fb_core *core, uint64_t address);
/* Bytes that its headers and notes take in memory. */
uint64_t fb_core_held(const struct fb_core *core);
/* Whether the page at address (page-aligned) has all of its bytes in the file, and at which
 * offset. */
bool fb_core_page(const struct fb_core *core, uint64_t address, uint64_t *file_offset_ret);
/* Its first thread with that TID, or NULL. */
const struct fb_core_thread *fb_core_thread_of(const struct fb_core *core, int32_t tid);
/* How many bytes from the page at address (page-aligned) on, at most length and whole pages, are as
 * that page is: all in the file, one behind the other, or not; at least a page. */
uint64_t fb_core_alike(const struct fb_core *core, uint64_t address, uint64_t length);

#endif
