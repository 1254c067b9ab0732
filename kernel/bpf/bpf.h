/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF programs, maps and links (include/linux/bpf.h, kernel/bpf/syscall.c), each kind of which the kernel has in a tree
 * by their IDs. Called by the command bpf.
 */
#ifndef FB_KERNEL_BPF_H
#define FB_KERNEL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "kernel/image/kernel.h"

/* BPF_OBJ_NAME_LEN is 16. */
#define FB_BPF_NAME 17
/* "lru_percpu_hash", or the number of a kind that this kernel's types do not name. */
#define FB_BPF_WORD 48
/* Bytes of a tag, BPF_TAG_SIZE. */
#define FB_BPF_TAG 8
/* What a link is attached to: the path of a control group, or a tracepoint. */
#define FB_BPF_TARGET 512

struct fb_bpf_program {
	uint64_t address; /* of the struct bpf_prog */
	uint32_t id;
	char type[FB_BPF_WORD]; /* "socket_filter", as bpftool has it; escaped */
	char name[FB_BPF_NAME]; /* raw bytes */
	uint8_t tag[FB_BPF_TAG];
	bool gpl;
	uint64_t loaded_ns; /* after boot, time of suspend included */
	uint32_t uid;       /* of the user who loaded it, in the host's user namespace */
	uint64_t xlated;    /* bytes of its instructions */
	uint64_t jited;     /* bytes of machine code of all its functions; 0: it is interpreted */
	uint64_t locked;    /* bytes of the pages that have its instructions */
	uint32_t types;     /* ID of its BTF; 0: none */
	uint32_t *maps;     /* owned; IDs of the maps that it uses */
	size_t map_count;
	/* the function that it was made for; raw bytes; "": none */
	char attached_to[FB_BPF_TARGET];
};

struct fb_bpf_map {
	uint64_t address; /* of the struct bpf_map */
	uint32_t id;
	char type[FB_BPF_WORD];              /* "hash"; escaped */
	char name[FB_BPF_NAME];              /* raw bytes */
	uint32_t flags;                      /* BPF_F_* */
	uint32_t key_size, value_size, most; /* bytes, and entries that it can have */
	bool frozen;                         /* processes cannot change it any more */
	bool locked_known; /* kernels since 5.11 charge memory to control groups in place of counting it */
	uint64_t locked; /* bytes */
	uint32_t types;  /* ID of its BTF; 0: none */
};

struct fb_bpf_link {
	uint64_t address; /* of the struct bpf_link */
	uint32_t id;
	char type[FB_BPF_WORD]; /* "cgroup"; escaped */
	uint32_t program;       /* its ID; 0: none */
	/* "cgroup_inet_ingress"; escaped; "": unknown, or of no kind */
	char attach_type[FB_BPF_WORD];
	char target[FB_BPF_TARGET]; /* raw bytes; "": unknown, or nothing that has a name */
};

struct fb_bpf {
	struct fb_bpf_program *programs; /* owned, as all arrays; by their IDs */
	size_t program_count;
	struct fb_bpf_map *maps;
	size_t map_count;
	struct fb_bpf_link *links;
	size_t link_count;
};

/* What is damaged is left out, with a warning. A kernel without links (before 5.8) has none. FB_NOT_FOUND where types
 * or symbols are missing, or where the kernel has no BPF. The caller frees the result with fb_bpf_deinit(). */
FB_MUST_CHECK struct fb_error *fb_bpf_load(struct fb_kernel *kernel, struct fb_bpf *bpf_ret);
void fb_bpf_deinit(struct fb_bpf *bpf);

#endif
