/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apport's crash reports (/var/crash/NAME.crash): RFC822-like fields in ASCII, of which
 * "CoreDump: base64" holds the core. Each continuation line (they begin with a space) is base64
 * of its own; together they are a gzip stream, or zstandard (Apport 2.28 and newer), or a bare
 * zlib stream (before 2008). Format: problem_report.py of Apport.
 */
#ifndef FB_USER_APPORT_H
#define FB_USER_APPORT_H

#include "base/error.h"
#include "base/file.h"
#include "base/warnings.h"

/* Whether file begins as such a report does. */
FB_MUST_CHECK struct fb_error *fb_apport_probe(struct fb_file *file, bool *is_report_ret);

/* The core of a report, unpacked to an unlinked temporary file that has the report's path and
 * time; the caller destroys it. report is only read. Where the field is cut off or damaged, what
 * could be unpacked is given, *cut_ret is set, and the damage goes to warnings. FB_NOT_FOUND: no
 * CoreDump field; FB_CORRUPT: not a byte of it can be unpacked. */
FB_MUST_CHECK struct fb_error *fb_apport_unpack(struct fb_file *report,
						struct fb_warnings *warnings, bool *cut_ret,
						struct fb_file **core_ret);

#endif
