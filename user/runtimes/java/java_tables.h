/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables that HotSpot has for debuggers (vmStructs): offsets of members, addresses of variables, sizes of types,
 * and constants. libjvm.so exports where they are, and the form of their entries. All that is known of a virtual
 * machine's memory is taken from them; what a version does not have is absent. Called by the readers of Java.
 *
 * Source of the format: OpenJDK's src/hotspot/share/runtime/vmStructs.hpp and vmStructs.cpp.
 */
#ifndef FB_USER_JAVA_TABLES_H
#define FB_USER_JAVA_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

/* What is looked for: java_wanted.c has their names. */
enum fb_java_value {
	/* Variables: addresses in memory. */
	FB_JAVA_MAJOR_VERSION,
	FB_JAVA_FLAGS,
	FB_JAVA_FLAG_COUNT,
	FB_JAVA_NARROW_OOP_BASE,
	FB_JAVA_NARROW_OOP_SHIFT,
	FB_JAVA_NARROW_KLASS_BASE,
	FB_JAVA_NARROW_KLASS_SHIFT,
	FB_JAVA_THREAD_LIST,  /* a linked list */
	FB_JAVA_THREAD_ARRAY, /* a ThreadsList */
	FB_JAVA_CODE_HEAPS,
	FB_JAVA_INTERPRETER,
	FB_JAVA_CALL_STUB_RETURN,
	FB_JAVA_MONITORS,      /* a linked list */
	FB_JAVA_COLLECTED,     /* the heap */
	FB_JAVA_MIRROR_OFFSET, /* where a java.lang.Class has the class that it stands for */

	/* Members: offsets in bytes. */
	FB_JAVA_FLAG_NAME,
	FB_JAVA_FLAG_ADDRESS,
	FB_JAVA_THREADS_LENGTH,
	FB_JAVA_THREADS_ARRAY,
	FB_JAVA_THREAD_NEXT,
	FB_JAVA_THREAD_OBJECT,
	FB_JAVA_THREAD_ANCHOR,
	FB_JAVA_THREAD_STATE,
	FB_JAVA_THREAD_OS,
	FB_JAVA_THREAD_STACK_BASE,
	FB_JAVA_THREAD_STACK_SIZE,
	FB_JAVA_THREAD_PENDING, /* the monitor that it waits to enter */
	FB_JAVA_THREAD_WAITING, /* the one on which it called wait() */
	FB_JAVA_THREAD_OWNER_ID,
	FB_JAVA_THREAD_VIRTUAL, /* the virtual thread that it runs */
	FB_JAVA_THREAD_LOCK_STACK,
	FB_JAVA_LOCK_STACK_TOP,
	FB_JAVA_LOCK_STACK_BASE,
	FB_JAVA_COLLECTED_ACTIVE, /* while garbage is collected: a bool */
	FB_JAVA_MONITOR_OBJECT,
	FB_JAVA_MONITOR_OWNER,
	FB_JAVA_MONITOR_STACK_LOCKER,
	FB_JAVA_MONITOR_NEXT,
	FB_JAVA_MONITOR_LIST_HEAD,
	FB_JAVA_ANCHOR_SP,
	FB_JAVA_ANCHOR_PC,
	FB_JAVA_ANCHOR_FP,
	FB_JAVA_WRAPPER_ANCHOR,
	FB_JAVA_OS_TID,
	FB_JAVA_OS_PTHREAD,
	FB_JAVA_OOP_KLASS,
	FB_JAVA_OOP_NARROW_KLASS,
	FB_JAVA_KLASS_NAME,
	FB_JAVA_KLASS_SUPER,
	FB_JAVA_KLASS_LAYOUT,
	FB_JAVA_CLASS_CONSTANTS,
	FB_JAVA_CLASS_FIELDS,       /* an array of six numbers for each field */
	FB_JAVA_CLASS_FIELD_STREAM, /* a stream of compressed numbers */
	FB_JAVA_CLASS_FIELD_COUNT,
	FB_JAVA_CLASS_SOURCE_FILE,
	FB_JAVA_POOL_CLASS,
	FB_JAVA_POOL_LENGTH,
	FB_JAVA_POOL_SOURCE_FILE,
	FB_JAVA_SYMBOL_LENGTH,
	FB_JAVA_SYMBOL_BODY,
	FB_JAVA_ARRAY_LENGTH,
	FB_JAVA_BYTES_DATA,
	FB_JAVA_SHORTS_DATA,
	FB_JAVA_METHOD_CONST,
	FB_JAVA_METHOD_ACCESS,
	FB_JAVA_CONST_POOL,
	FB_JAVA_CONST_FLAGS,
	FB_JAVA_CONST_CODE_SIZE,
	FB_JAVA_CONST_SIZE,
	FB_JAVA_CONST_NAME,
	FB_JAVA_GROWABLE_LENGTH,
	FB_JAVA_GROWABLE_DATA,
	FB_JAVA_HEAP_MEMORY,
	FB_JAVA_HEAP_SEGMENTS,
	FB_JAVA_HEAP_LOG2_SEGMENT,
	FB_JAVA_SPACE_LOW,
	FB_JAVA_SPACE_HIGH,
	FB_JAVA_STUBS_BUFFER,
	FB_JAVA_STUBS_LIMIT,
	FB_JAVA_BLOB_NAME,
	FB_JAVA_BLOB_SIZE,
	FB_JAVA_BLOB_FRAME_SIZE,
	FB_JAVA_BLOB_FRAME_COMPLETE,
	FB_JAVA_BLOB_CODE_BEGIN,  /* an address */
	FB_JAVA_BLOB_CODE_OFFSET, /* or from the blob's start */
	FB_JAVA_BLOB_MUTABLE,
	FB_JAVA_BLOB_MUTABLE_SIZE,
	FB_JAVA_BLOB_RELOCATION_SIZE,
	FB_JAVA_NMETHOD_METHOD,
	FB_JAVA_NMETHOD_METADATA,
	FB_JAVA_NMETHOD_IMMUTABLE,
	FB_JAVA_NMETHOD_IMMUTABLE_SIZE,
	FB_JAVA_NMETHOD_SCOPES_PCS,
	FB_JAVA_NMETHOD_DEPENDENCIES,
	FB_JAVA_NMETHOD_SCOPES_DATA,        /* an address */
	FB_JAVA_NMETHOD_SCOPES_DATA_OFFSET, /* or from the immutable data's start */
	FB_JAVA_NMETHOD_DEOPT,              /* an address */
	FB_JAVA_NMETHOD_DEOPT_OFFSET,       /* or from the blob's start */
	FB_JAVA_NMETHOD_ORIGINAL_PC,
	FB_JAVA_PC_OFFSET,
	FB_JAVA_PC_SCOPE,

	/* Sizes of types in bytes. */
	FB_JAVA_POOL_SIZE,
	FB_JAVA_CONST_TYPE_SIZE,
	FB_JAVA_HEAP_BLOCK_SIZE,
	FB_JAVA_PC_SIZE,
	FB_JAVA_FLAG_SIZE,

	/* Constants. */
	FB_JAVA_HAS_LINES,
	FB_JAVA_HEADER_SIZE_SHIFT,
	FB_JAVA_HEADER_SIZE_MASK,
	FB_JAVA_TAG_SIZE,
	FB_JAVA_FRAME_SENDER_SP,
	FB_JAVA_FRAME_WRAPPER,
	FB_JAVA_INVOCATION_BCI,
	FB_JAVA_FIELD_HAS_VALUE,
	FB_JAVA_FIELD_GENERIC,
	FB_JAVA_FIELD_CONTENDED,
	FB_JAVA_IN_NATIVE,
	FB_JAVA_IN_VM,
	FB_JAVA_IN_JAVA,
	FB_JAVA_BLOCKED,
	FB_JAVA_VALUES,
};

struct fb_java_tables {
	uint64_t values[FB_JAVA_VALUES];
	bool known[FB_JAVA_VALUES];
	/* Handles of objects (JavaThread::_threadObj) point to a word that has the object's address. */
	bool has_handles;
};

/* Where a value stands in the tables. Of several rows for one value the first that a version has is taken. */
enum fb_java_sort { FB_JAVA_VARIABLE, FB_JAVA_MEMBER, FB_JAVA_SIZE, FB_JAVA_CONSTANT };
struct fb_java_wanted {
	enum fb_java_value value;
	enum fb_java_sort sort;
	const char *type, *name; /* name: NULL for sizes; of constants type is NULL */
};
const struct fb_java_wanted *fb_java_wanted(size_t *count_ret);

/* Reads the tables of the libjvm.so whose ELF header is mapped at base. FB_NOT_FOUND: it exports none; FB_CORRUPT;
 * errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_tables_read(struct fb_space *space, uint64_t base,
						   struct fb_java_tables *tables_ret);

/* FB_UNSUPPORTED, with the value's name, where one of the count values is not in the tables. */
FB_MUST_CHECK struct fb_error *fb_java_tables_need(const struct fb_java_tables *tables,
						   const enum fb_java_value *values, size_t count);

#endif
