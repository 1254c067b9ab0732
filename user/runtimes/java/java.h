/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads HotSpot, the Java virtual machine of OpenJDK, out of a process's memory: its threads with their names and
 * states, and the frames of their stacks: interpreted, compiled and inlined methods. Versions 11, 17, 21 and 25 on
 * x86-64. Types and offsets are those of the tables that the virtual machine itself has for debuggers (java_tables.h);
 * a process with another virtual machine, or another version, is not read. Called by user/runtimes.
 *
 * Sources of the formats: OpenJDK's src/hotspot/share/runtime/vmStructs.cpp and the headers of the types that it names,
 * src/hotspot/cpu/x86/frame_x86.hpp, src/java.base/share/classes/java/lang/Thread.java.
 */
#ifndef FB_USER_JAVA_H
#define FB_USER_JAVA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

struct fb_java;

/* Finds the virtual machine. process and pool are borrowed; pool owns the texts of all that is read. FB_NOT_FOUND: no
 * libjvm.so with tables is mapped; FB_UNSUPPORTED: a version or kind that is not read; FB_CORRUPT; errors of
 * fb_space_read(), which name the page that is missing. */
FB_MUST_CHECK struct fb_error *fb_java_open(const struct fb_user_process *process,
					    struct fb_string_pool *pool, struct fb_java **java_ret);
void fb_java_destroy(struct fb_java *java);
FB_DESTROY_AT(struct fb_java, fb_java_destroy);

/* Lets it read the same process through another space, which is borrowed. */
void fb_java_use(struct fb_java *java, struct fb_space *space);

/* 17 */
unsigned fb_java_version(const struct fb_java *java);

/* Whether garbage is being collected, with all threads stopped: objects may then be on their way to another place, and
 * what is read of them be wrong. */
bool fb_java_collects(const struct fb_java *java);

/* A thread of Java's, or of the virtual machine's that has a java.lang.Thread. */
struct fb_java_thread {
	uint64_t address;  /* of its JavaThread */
	uint64_t object;   /* of its java.lang.Thread; 0: not known */
	uint64_t current;  /* the same of the virtual thread that it runs; object: it runs none */
	const char *name;  /* "main"; NULL: not known. Owned by the pool */
	uint64_t id;       /* Thread.getId(); 0: not known */
	const char *state; /* as Thread.State has it: "BLOCKED"; NULL: not known. Static */
	/* Where it is: "in native code", "blocked in the VM"; NULL: in transition. Static. */
	const char *vm_state;
	bool sleeps;      /* in Thread.sleep() */
	bool parked;      /* in LockSupport.park() */
	uint32_t tid;     /* of the kernel, in the process's own namespace; 0: not known */
	uint64_t pthread; /* pthread_self(), which is its FS base; 0: not known */
	uint64_t stack_low, stack_high; /* end exclusive */
	/* Where it left Java's code for that of the virtual machine or of a library; sp 0: it is in Java's, or never
	 * ran any. pc and fp may be 0: they are then found from sp. */
	uint64_t last_sp, last_pc, last_fp;
	/* Of its ObjectMonitors: the one that it waits to enter, and the one whose wait() it is in; 0: none. */
	uint64_t pending, waiting;
	char why[128]; /* what could not be read of it; "": all was */
};

/* The threads, in the virtual machine's order. The array is owned by java. Where the list of them is damaged those
 * before are there, and *why_ret says why they are not all; it is "" otherwise. */
const struct fb_java_thread *fb_java_threads(const struct fb_java *java, size_t *count_ret,
					     const char **why_ret);

/* For fb_user_process.foreign: the caller's registers of a frame of the code cache; context is the struct fb_java. */
FB_MUST_CHECK struct fb_error *fb_java_step(void *context,
					    const struct fb_foreign_registers *callee,
					    struct fb_foreign_registers *caller_ret,
					    bool *found_ret);

/* Names the frames of a stack that are in the code cache, and adds those of inlined methods. Where the stack has none,
 * as nothing led over the frames of libraries, those from where the thread left Java are put behind it. What keeps
 * frames from being named is added to the stack's end. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_java_name_frames(struct fb_java *java, uint64_t fs_base,
						   struct fb_user_stack *stack);

/* The thread with this FS base; NULL: it is none of Java's. */
const struct fb_java_thread *fb_java_thread_of(const struct fb_java *java, uint64_t fs_base);

#endif
