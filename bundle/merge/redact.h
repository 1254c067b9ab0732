/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core without the contents of its process's memory, for whoever may not hand
 * those out: docs/cli.md says under `merge --redact` what is left.
 */
#ifndef FB_BUNDLE_REDACT_H
#define FB_BUNDLE_REDACT_H

#include "base/error.h"
#include "base/warnings.h"
#include "user/core/core.h"

/* A core of its own, independent of `core`: the ELF header; all segments, none with a byte in the
 * file; of the notes general registers, signals, PIDs, names, the auxiliary vector and the mapped
 * files. FB_CORRUPT for headers that do not hold, FB_UNSUPPORTED for PN_XNUM segments and more. */
FB_MUST_CHECK struct fb_error *fb_redact_core(struct fb_core *core, struct fb_warnings *warnings,
					      struct fb_core **redacted_ret);

#endif
