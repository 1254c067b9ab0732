/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a made-up program in Go, of one segment: its tables of functions, a thread, and goroutines. Also the
 * corpus of tests/fuzz/fuzz_go.c is made of it.
 */
#ifndef FB_TESTS_MADE_GO_H
#define FB_TESTS_MADE_GO_H

#include <stdint.h>
#include <sys/user.h>

#include "base/space.h"
#include "user/unwind/unwind.h"

#define MADE_GO_BASE 0x400000ull
#define MADE_GO_SIZE 0x8000u
/* Pages, by their offsets. */
#define MADE_GO_INFO 0x1000u /* the version, struct moduledata, the list of goroutines */
#define MADE_GO_MODULE 0x1100u
#define MADE_GO_LIST 0x1800u
#define MADE_GO_TEXT 0x2000u
#define MADE_GO_TABLES 0x3000u
#define MADE_GO_STRUCTS 0x4000u /* goroutines, the thread, what they wait for */
#define MADE_GO_STACKS 0x5000u
#define MADE_GO_THREAD 0x6000u /* the stack and the variables of the thread */
#define MADE_GO_INLINED 0x7000u

struct made_go {
	struct fb_space space; /* first */
	uint8_t bytes[MADE_GO_SIZE];
	uint64_t absent; /* address of a page that cannot be read; 0: none */
	struct fb_user_mapping mapping;
	struct fb_user_process process;
	/* of the thread: it is in futex(), called on its own stack by goroutine 7 */
	struct user_regs_struct regs;
};

/*
 * minor: of version 1.minor. Goroutines:
 *   1 [chan receive]: runtime.gopark, main.inner (inlined), main.work, main.main
 *   2 [chan send], on the same channel: runtime.gopark, main.work
 *   3 runnable: main.main, whose frame has the address of the mutex that 9 waits for
 *   5 dead
 *   7 running on the thread: its last frame is main.main
 *   9 [sync.Mutex.Lock; semacquire until 1.20]: runtime.gopark, runtime.semacquire1, sync.(*Mutex).Lock, main.main
 */
void made_go(struct made_go *made, unsigned minor);

#endif
