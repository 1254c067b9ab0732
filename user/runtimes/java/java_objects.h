/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of Java's heap, and their classes. Called by the readers of Java. */
#ifndef FB_USER_JAVA_OBJECTS_H
#define FB_USER_JAVA_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java_private.h"

/* A text of Java's has at most so many bytes here; a longer one is cut. */
#define FB_JAVA_TEXT 512u

/* Finds out how references are stored. Only fatal errors are returned: java->no_objects says why objects are not
 * read. */
FB_MUST_CHECK struct fb_error *fb_java_objects_open(struct fb_java *java);

/* The class (Klass) of the object at address. FB_UNSUPPORTED, FB_CORRUPT; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_class_of(const struct fb_java *java, uint64_t object,
						uint64_t *class_ret);
/* "java/lang/Thread" of a class. */
FB_MUST_CHECK struct fb_error *fb_java_class_name(const struct fb_java *java, uint64_t class,
						  char name[FB_JAVA_TEXT]);
/* The text of a Symbol, with what is no printable ASCII as the VM has it (modified UTF-8). */
FB_MUST_CHECK struct fb_error *fb_java_symbol(const struct fb_java *java, uint64_t symbol,
					      char text[FB_JAVA_TEXT]);
/* The text of the Symbol at index in a ConstantPool. */
FB_MUST_CHECK struct fb_error *fb_java_pool_symbol(const struct fb_java *java, uint64_t pool,
						   uint32_t index, char text[FB_JAVA_TEXT]);
/* The nearest class called name among class and those that it extends; 0: there is none. */
FB_MUST_CHECK struct fb_error *fb_java_superclass(const struct fb_java *java, uint64_t class,
						  const char *name, uint64_t *found_ret);

/* The offset in bytes of the member called name of objects of the class, one that the class itself declares and that is
 * not static. 0: it has none. */
FB_MUST_CHECK struct fb_error *fb_java_member(const struct fb_java *java, uint64_t class,
					      const char *name, uint32_t *offset_ret);
/* The object to which a member refers, or to which a word of the VM does; 0: null. */
FB_MUST_CHECK struct fb_error *fb_java_reference(const struct fb_java *java, uint64_t address,
						 uint64_t *object_ret);
/* Fills java->members from the class of a thread's object. */
FB_MUST_CHECK struct fb_error *fb_java_members_load(struct fb_java *java, uint64_t thread_object);
/* A java.lang.String as UTF-8. */
FB_MUST_CHECK struct fb_error *fb_java_string(struct fb_java *java, uint64_t string,
					      char text[FB_JAVA_TEXT]);

#endif
