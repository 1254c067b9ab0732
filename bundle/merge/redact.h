/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a copy of a core without the contents of memory, for users who must not pass
 * these on; see `merge --redact` in docs/cli.md. Called by merge.c.
 */
#ifndef FB_BUNDLE_REDACT_H
#define FB_BUNDLE_REDACT_H

#include "base/error.h"
#include "base/warnings.h"
#include "user/core/core.h"

/* *redacted_ret is a new core, independent of `core`, which the caller destroys. It has the ELF header; all segments,
 * without contents; and of the notes general registers, signals, PIDs, names, the auxiliary vector and the mapped
 * files. FB_CORRUPT where the headers are wrong, FB_UNSUPPORTED for PN_XNUM segments or more. */
FB_MUST_CHECK struct fb_error *fb_redact_core(struct fb_core *core, struct fb_warnings *warnings,
					      struct fb_core **redacted_ret);

#endif
