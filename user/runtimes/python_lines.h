/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of CPython's code objects. Called by python.c. */
#ifndef FB_USER_PYTHON_LINES_H
#define FB_USER_PYTHON_LINES_H

#include <stddef.h>
#include <stdint.h>

/* The line of an instruction by the table of locations (co_linetable, since 3.11; Objects/locations.md of CPython), of
 * which size bytes are at table. first: the code's first line. unit: the instruction's index, in units of two bytes;
 * negative: it has not begun. 0: the instruction has no line, or the table is damaged. */
uint32_t fb_python_line(const uint8_t *table, size_t size, uint32_t first, int64_t unit);

#endif
