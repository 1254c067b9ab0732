/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monitors, the locks that any object of Java can be: which object, and which thread has it. A monitor that a thread
 * waits for is an ObjectMonitor of the VM. Its owner is recorded as a thread, as the number of one (from 24 on), as a
 * place on the stack of one, or, where the thread had it before it became an ObjectMonitor, only in the thread's own
 * lock stack. Called by java_locks.c.
 *
 * Source of the formats: OpenJDK's src/hotspot/share/runtime/objectMonitor.hpp and lockStack.hpp.
 */
#ifndef FB_USER_JAVA_MONITORS_H
#define FB_USER_JAVA_MONITORS_H

#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/java/java_private.h"

struct fb_java_monitor {
	uint64_t address; /* of the ObjectMonitor */
	uint64_t object;  /* 0: it is none's any more, or not read */
	uint64_t owner;   /* as the VM records it; 0: nobody has it */
	/* The index of the thread that has it, and one more; 0: none of the VM's list. */
	size_t owner_thread;
	const char
		*class; /* of the object, as jstack names it; NULL: not known. Owned by the pool */
	char why[96];   /* why object or class are not known; "": they are */
};

/* The monitor at the address, which is read once. It is valid until the next call. FB_UNSUPPORTED; FB_LIMIT; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_monitor(struct fb_java *java, uint64_t address,
					       const struct fb_java_monitor **monitor_ret);

/* Where a monitor records its owner. */
static inline uint64_t fb_java_monitor_owner_field(const struct fb_java *java,
						   const struct fb_java_monitor *monitor)
{
	return monitor->address + fb_java_value(java, FB_JAVA_MONITOR_OWNER);
}

#endif
