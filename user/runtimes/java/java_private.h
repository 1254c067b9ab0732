/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An opened virtual machine, as the files that read it share it. */
#ifndef FB_USER_JAVA_PRIVATE_H
#define FB_USER_JAVA_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "base/u64_map.h"
#include "user/runtimes/java/java.h"
#include "user/runtimes/java/java_tables.h"

/* Offsets of members of Java's own classes in their objects; 0: the class has none, or it is not known. */
struct fb_java_members {
	bool known;
	uint32_t thread_name, thread_id, thread_status, thread_holder, thread_vm, thread_blocker;
	uint32_t holder_status;
	uint32_t string_value, string_coder;
};

/* A heap of the code cache (java_code.h). */
struct fb_java_heap {
	uint64_t low, high; /* end exclusive */
	uint64_t segments;  /* address of the bytes of its segments */
	uint32_t log2_segment;
};
/* There are at most four: for the VM's own code, and for compiled code of different kinds. */
#define FB_JAVA_HEAPS 16u

/* A method that was read (java_methods.h). Texts are owned by the pool. */
struct fb_java_method {
	uint64_t address;     /* of its Method; 0: none was read */
	uint64_t code;        /* of its ConstMethod, which its bytecode follows */
	const char *function; /* "java.lang.Object.wait" */
	const char *file;     /* "Object.java"; NULL: unknown */
	uint32_t words;       /* of 8 bytes, of the ConstMethod with all that follows */
	uint32_t flags;
	uint16_t size; /* bytes of bytecode */
	bool native;
};
#define FB_JAVA_METHODS_KEPT 256u

struct fb_java_class;   /* java_classes.h */
struct fb_java_monitor; /* java_monitors.h */

struct fb_java {
	struct fb_space *space;      /* borrowed */
	struct fb_string_pool *pool; /* borrowed; owns all texts */
	struct fb_java_tables tables;
	unsigned version;
	bool collects; /* garbage is being collected */
	/* References to objects and to classes are of 32 bits: base + (value << shift). */
	bool narrow_oops, narrow_classes;
	uint64_t oop_base, class_base;
	uint32_t oop_shift, class_shift;
	const char *no_objects; /* why objects are not read; NULL: they are. Static */
	struct fb_java_members members;
	struct fb_java_thread *threads; /* owned */
	size_t thread_count, thread_room;
	char why[128]; /* why threads are missing */
	/* Indexes of threads by pthread_self(), by the addresses of their JavaThreads, by those of their objects and of
	 * the virtual threads' that they run, and by their numbers as owners of monitors. */
	struct fb_u64_map by_pthread, by_address, by_object, by_owner_id;
	struct fb_java_class *classes; /* owned; those that were read */
	size_t class_count, class_room;
	struct fb_u64_map class_indexes;  /* by address */
	struct fb_java_monitor *monitors; /* owned; those that were read */
	size_t monitor_count, monitor_room;
	struct fb_u64_map monitor_indexes; /* by address */
	/* The threads that have objects in their lock stacks, by the objects; filled when it is first needed. */
	struct fb_u64_map lock_stacks;
	bool has_lock_stacks;
	size_t *by_stack; /* owned; indexes of threads in order of their stacks; made when it is first needed */

	struct fb_java_heap heaps[FB_JAVA_HEAPS];
	size_t heap_count;                     /* 0: the code cache was not found */
	uint64_t interpreter, interpreter_end; /* its code */
	uint64_t call_stub_return;             /* where Java returns to the VM */
	char no_code[128];                     /* why the code cache was not found; "": it was */
	struct fb_java_method methods[FB_JAVA_METHODS_KEPT];
	/* The frame pointer of each frame over which fb_java_step() went, by its stack pointer. */
	struct fb_u64_map frame_pointers;
	uint64_t steps; /* through tables of its code */
};

/* The value of the VM's tables; only of those that fb_java_open() needs, or whose presence was asked. */
static inline uint64_t fb_java_value(const struct fb_java *java, enum fb_java_value value)
{
	return java->tables.values[value];
}

static inline bool fb_java_has(const struct fb_java *java, enum fb_java_value value)
{
	return java->tables.known[value];
}

/* Read a number of the struct at address by the member's offset. Errors of fb_space_read(). */
FB_MUST_CHECK static inline struct fb_error *
fb_java_u64(const struct fb_java *java, uint64_t address, enum fb_java_value member, uint64_t *ret)
{
	return fb_space_u64(java->space, address + fb_java_value(java, member), ret);
}

FB_MUST_CHECK static inline struct fb_error *
fb_java_u32(const struct fb_java *java, uint64_t address, enum fb_java_value member, uint32_t *ret)
{
	return fb_space_u32(java->space, address + fb_java_value(java, member), ret);
}

FB_MUST_CHECK struct fb_error *fb_java_u16(const struct fb_java *java, uint64_t address,
					   enum fb_java_value member, uint16_t *ret);

/* java.c: opens the virtual machine that has these tables, which are copied. Otherwise as fb_java_open(). */
FB_MUST_CHECK struct fb_error *fb_java_open_with(struct fb_space *space,
						 struct fb_string_pool *pool,
						 const struct fb_java_tables *tables,
						 struct fb_java **java_ret);

/* java_threads.c: the thread that one of the maps of java has under this key; NULL: none. */
const struct fb_java_thread *fb_java_thread_in(const struct fb_java *java,
					       const struct fb_u64_map *map, uint64_t key);

/* java_threads.c: fills the list of threads. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_java_threads_load(struct fb_java *java);

#endif
