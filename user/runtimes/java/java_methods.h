/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Methods of Java: their names, and the lines of their bytecode. The table of lines follows the bytecode, as compressed
 * pairs of differences. Called by java_stack.c.
 *
 * Source of the format: OpenJDK's src/hotspot/share/oops/constMethod.hpp, code/compressedStream.hpp, oops/method.cpp.
 */
#ifndef FB_USER_JAVA_METHODS_H
#define FB_USER_JAVA_METHODS_H

#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java_private.h"

/* Reads the method at the address of its Method. It is valid until the next call. FB_UNSUPPORTED; FB_CORRUPT: there is
 * none; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_method(struct fb_java *java, uint64_t address,
					      const struct fb_java_method **method_ret);

/* The line of an index of the method's bytecode; 0: it is not known. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_java_line(struct fb_java *java,
					    const struct fb_java_method *method, int32_t index,
					    uint32_t *line_ret);

#endif
