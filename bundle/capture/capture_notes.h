/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the notes of a core of a running process: threads, the process, auxiliary vector, mapped files. Called by
 * capture.c. */
#ifndef FB_BUNDLE_CAPTURE_CAPTURE_NOTES_H
#define FB_BUNDLE_CAPTURE_CAPTURE_NOTES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "bundle/capture/capture.h"
#include "bundle/capture/tracer.h"

/* Appends the notes. To be called while the tracer keeps the process stopped. Fills captured->threads and
 * ->unstopped. */
FB_MUST_CHECK struct fb_error *fb_capture_notes(int32_t pid, const struct fb_tracer *tracer,
						const struct fb_proc_maps *maps,
						struct fb_captured *captured, struct fb_buf *notes);

#endif
