/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are given for a dump or a core by mistake, told by how they begin, for one line that says
 * what to give instead. Asked by who could not read a file as what it was given for.
 */
#ifndef FB_BASE_FOREIGN_FILE_H
#define FB_BASE_FOREIGN_FILE_H

#include "base/error.h"
#include "base/file.h"

/* What the file is and what to do about it ("is a tar archive: unpack it..."), static; NULL where it is
 * none of those. */
FB_MUST_CHECK struct fb_error *fb_foreign_file(struct fb_file *file, const char **hint_ret);

#endif
