/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apport's crash reports (/var/crash/NAME.crash): RFC822-like fields in ASCII. The field
 * "CoreDump: base64" has the core. Each of its continuation lines, which begin with a space, is encoded
 * in base64 by itself. Decoded and joined they are a gzip stream, or zstandard (Apport 2.28 and newer),
 * or a bare zlib stream (before 2008). Format: problem_report.py of Apport. Called by open.c.
 */
#ifndef FB_USER_APPORT_H
#define FB_USER_APPORT_H

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"

/* Whether file begins like such a report. */
FB_MUST_CHECK struct fb_error *fb_apport_probe(struct fb_file *file, bool *is_report_ret);

/* Unpacks the core of a report (borrowed) to an unlinked temporary file, which has the path and time of the
 * report; the caller destroys it. Where the field is cut off or damaged, the file has what could be unpacked,
 * *cut_ret is set, and there is a warning. FB_NOT_FOUND: no CoreDump field; FB_CORRUPT: no byte of it can be
 * unpacked. */
FB_MUST_CHECK struct fb_error *fb_apport_unpack(struct fb_file *report,
						struct fb_warnings *warnings, bool *cut_ret,
						struct fb_file **core_ret);

#endif
