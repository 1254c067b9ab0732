/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process's core tells of its mappings, in place of those that the dump
 * has lost: PT_LOAD has addresses and permissions, NT_FILE the files. Called by
 * the joined space (bundle/process/joined_space.c).
 */
#ifndef FB_BUNDLE_CORE_MAPPINGS_H
#define FB_BUNDLE_CORE_MAPPINGS_H

#include "base/error.h"
#include "kernel/mappings/vma.h"
#include "user/core/core.h"

/*
 * Gives each mapping the path of its file as the core has it, where both agree on the place in the
 * file; and, where vmas are broken, adds what the core has and lies where the dump has nothing,
 * marked from_core. Where the dump's are whole none is added: a mapping of the core that is not
 * among them was gone at the panic. What is added lies below end (exclusive). Paths are borrowed from
 * core. FB_NOMEM, FB_LIMIT.
 */
FB_MUST_CHECK struct fb_error *fb_core_mappings_add(const struct fb_core *core, uint64_t end,
						    struct fb_vmas *vmas);

#endif
