/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of the sample of which a test changes page-table entries, or words of the kernel. */
#ifndef FB_TESTS_BUNDLE_CHANGED_PROCESS_H
#define FB_TESTS_BUNDLE_CHANGED_PROCESS_H

#include "bundle/process/joined_private.h"
#include "kernel/image/kernel_private.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"

#define CHANGED_PID 132
#define PAGE ((uint64_t)FB_PAGE_SIZE)

struct changed_process {
	struct sample_input sample;
	struct fb_kernel *kernel;
	struct changed_space physical, memory;
	struct fb_host_files *files;
	struct fb_joined *joined;
	uint64_t page;       /* what is looked up */
	uint64_t entry, pmd; /* physical addresses of its page-table entries */
	uint64_t out;        /* where the page is, which the dump does not have */
	uint64_t in;         /* a page that it has */
};

/* The process with this core (NULL: none), and the sample's sysroot. */
void changed_process_open(struct changed_process *process, const char *core, bool sysroot,
			  struct fb_joined_options options);
void changed_process_close(struct changed_process *process);
/* Chooses the page that is looked up from now on: one that has a frame, which the dump does not have. */
void changed_process_choose(struct changed_process *process, uint64_t page);

#endif
