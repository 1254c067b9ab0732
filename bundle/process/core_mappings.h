/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completes the mappings of a process from its core where the dump has lost some: the
 * core's PT_LOAD has addresses and permissions, NT_FILE the files. Called by the joined
 * space (bundle/process/joined_space.c).
 */
#ifndef FB_BUNDLE_CORE_MAPPINGS_H
#define FB_BUNDLE_CORE_MAPPINGS_H

#include "base/error.h"
#include "kernel/mappings/vma.h"
#include "user/core/core.h"

/*
 * Sets the path of each mapping to that of its file in the core, where both have the same offset in the
 * file. Where vmas are broken, also adds those mappings of the core that lie at addresses without a mapping
 * of the dump, marked from_core. Where the dump's mappings are complete, none is added, because a mapping
 * that only the core has was removed before the panic. Added mappings lie below end (exclusive). Paths are
 * owned by core. FB_NOMEM, FB_LIMIT.
 */
FB_MUST_CHECK struct fb_error *fb_core_mappings_add(const struct fb_core *core, uint64_t end,
						    struct fb_vmas *vmas);

#endif
