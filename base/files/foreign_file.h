/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognises files that users give in place of a dump or a core by mistake, such as archives, so that the
 * message can say what to give instead. Called where a file could not be opened as a dump or a core.
 */
#ifndef FB_BASE_FOREIGN_FILE_H
#define FB_BASE_FOREIGN_FILE_H

#include "base/error.h"
#include "base/files/file.h"

/* *hint_ret is a static text with what the file is and what to do about it ("is a tar archive: unpack
 * it..."), or NULL where it is none of those. Errors as fb_file_read_some(). */
FB_MUST_CHECK struct fb_error *fb_foreign_file(struct fb_file *file, const char **hint_ret);

#endif
