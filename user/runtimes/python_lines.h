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

/* How a version has the lines of its code. */
enum fb_python_lines_form {
	FB_PYTHON_LINES_LOCATIONS, /* from 3.11 on: fb_python_line() */
	FB_PYTHON_LINES_STEPS, /* 3.9, co_lnotab: steps of bytes and lines to the next line's beginning */
	FB_PYTHON_LINES_RANGES, /* 3.10, co_linetable: bytes of a range, and the step to its line */
};

/* The same of the pairs of bytes that versions before 3.11 have. */
uint32_t fb_python_line_of_pairs(const uint8_t *table, size_t size, uint32_t first, int64_t unit,
				 enum fb_python_lines_form form);

#endif
