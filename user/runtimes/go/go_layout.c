// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layouts of Go's runtime on x86-64, as the debug information of programs that they built has
 * them. Called by go.c.
 */
#include "user/runtimes/go/go_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* A reason to wait, which has the number of its place in the list among those that the version has: since a minor
 * version, and before another; 0: there is no bound. */
struct reason {
	const char *text;
	uint8_t since, before;
};

/* Until 1.25. */
static const struct reason old_reasons[] = {
	{"", 0, 0},
	{"GC assist marking", 0, 0},
	{"IO wait", 0, 0},
	{"chan receive (nil chan)", 0, 0},
	{"chan send (nil chan)", 0, 0},
	{"dumping heap", 0, 0},
	{"garbage collection", 0, 0},
	{"garbage collection scan", 0, 0},
	{"panicwait", 0, 0},
	{"select", 0, 0},
	{"select (no cases)", 0, 0},
	{"GC assist wait", 0, 0},
	{"GC sweep wait", 0, 0},
	{"GC scavenge wait", 0, 0},
	{"chan receive", 0, 0},
	{"chan send", 0, 0},
	{"finalizer wait", 0, 0},
	{"force gc (idle)", 0, 0},
	{"GOMAXPROCS updater (idle)", 25, 0},
	{"semacquire", 0, 0},
	{"sleep", 0, 0},
	{"sync.Cond.Wait", 0, 0},
	{"sync.Mutex.Lock", 21, 0},
	{"sync.RWMutex.RLock", 21, 0},
	{"sync.RWMutex.Lock", 21, 0},
	{"sync.WaitGroup.Wait", 24, 0},
	{"timer goroutine (idle)", 0, 21},
	{"trace reader (blocked)", 0, 0},
	{"wait for GC cycle", 0, 0},
	{"GC worker (idle)", 0, 0},
	{"GC worker (active)", 21, 0},
	{"preempted", 0, 0},
	{"debug call", 0, 0},
	{"GC mark termination", 21, 0},
	{"stopping the world", 21, 0},
	{"flushing proc caches", 22, 0},
	{"trace goroutine status", 22, 0},
	{"trace proc status", 22, 0},
	{"page trace flush", 22, 0},
	{"coroutine", 22, 0},
	{"GC weak to strong wait", 23, 0},
	{"synctest.Run", 24, 0},
	{"synctest.Wait", 24, 0},
	{"chan receive (durable)", 25, 0},
	{"chan send (durable)", 25, 0},
	{"select (durable)", 25, 0},
	{"sync.WaitGroup.Wait (durable)", 25, 0},
	{"cleanup wait", 25, 0},
	{"chan receive (synctest)", 24, 25},
	{"chan send (synctest)", 24, 25},
	{"select (synctest)", 24, 25},
};

/* Since 1.26. */
static const struct reason reasons[] = {
	{"", 0, 0},
	{"GC assist marking", 0, 0},
	{"IO wait", 0, 0},
	{"dumping heap", 0, 0},
	{"garbage collection", 0, 0},
	{"garbage collection scan", 0, 0},
	{"panicwait", 0, 0},
	{"GC assist wait", 0, 0},
	{"GC sweep wait", 0, 0},
	{"GC scavenge wait", 0, 0},
	{"finalizer wait", 0, 0},
	{"force gc (idle)", 0, 0},
	{"GOMAXPROCS updater (idle)", 0, 0},
	{"semacquire", 0, 0},
	{"sleep", 0, 0},
	{"chan receive (nil chan)", 0, 0},
	{"chan send (nil chan)", 0, 0},
	{"select (no cases)", 0, 0},
	{"select", 0, 0},
	{"chan receive", 0, 0},
	{"chan send", 0, 0},
	{"sync.Cond.Wait", 0, 0},
	{"sync.Mutex.Lock", 0, 0},
	{"sync.RWMutex.RLock", 0, 0},
	{"sync.RWMutex.Lock", 0, 0},
	{"sync.WaitGroup.Wait", 0, 0},
	{"trace reader (blocked)", 0, 0},
	{"wait for GC cycle", 0, 0},
	{"GC worker (idle)", 0, 0},
	{"GC worker (active)", 0, 0},
	{"preempted", 0, 0},
	{"debug call", 0, 0},
	{"GC mark termination", 0, 0},
	{"stopping the world", 0, 0},
	{"flushing proc caches", 0, 0},
	{"trace goroutine status", 0, 0},
	{"trace proc status", 0, 0},
	{"page trace flush", 0, 0},
	{"coroutine", 0, 0},
	{"GC weak to strong wait", 0, 0},
	{"synctest.Run", 0, 0},
	{"synctest.Wait", 0, 0},
	{"chan receive (durable)", 0, 0},
	{"chan send (durable)", 0, 0},
	{"select (durable)", 0, 0},
	{"sync.WaitGroup.Wait (durable)", 0, 0},
	{"cleanup wait", 0, 0},
};

static const struct fb_go_layout layouts[] = {
	{
		.version = FB_GO_VERSION(1, 19),
		.g_syscall_sp = 112,
		.g_syscall_pc = 120,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 232,
		.g_creator_pc = 296,
		.g_start_pc = 312,
		.g_waiting = 328,
		.m_thread = 72,
		.m_curg = 192,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 56,
		.module_funcdata = 304,
		.inlined_size = 20,
		.func_size = 40,
	},
	{
		.version = FB_GO_VERSION(1, 21),
		.g_syscall_sp = 112,
		.g_syscall_pc = 120,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 208,
		.g_parent = 272,
		.g_creator_pc = 280,
		.g_start_pc = 296,
		.g_waiting = 312,
		.m_thread = 72,
		.m_curg = 192,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 56,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 22),
		.g_syscall_sp = 112,
		.g_syscall_pc = 120,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 208,
		.g_parent = 272,
		.g_creator_pc = 280,
		.g_start_pc = 296,
		.g_waiting = 312,
		.m_thread = 72,
		.m_curg = 192,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 56,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 23),
		.g_syscall_sp = 112,
		.g_syscall_pc = 120,
		.g_status = 152,
		.g_id = 160,
		.g_wait_since = 176,
		.g_wait_reason = 184,
		.g_locked_m = 216,
		.g_parent = 280,
		.g_creator_pc = 288,
		.g_start_pc = 304,
		.g_waiting = 320,
		.m_thread = 72,
		.m_curg = 192,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 64,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 24),
		.g_syscall_sp = 112,
		.g_syscall_pc = 120,
		.g_status = 152,
		.g_id = 160,
		.g_wait_since = 176,
		.g_wait_reason = 184,
		.g_locked_m = 216,
		.g_parent = 280,
		.g_creator_pc = 288,
		.g_start_pc = 304,
		.g_waiting = 320,
		.m_thread = 72,
		.m_curg = 192,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 64,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 25),
		.g_syscall_sp = 104,
		.g_syscall_pc = 112,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 208,
		.g_parent = 272,
		.g_creator_pc = 280,
		.g_start_pc = 296,
		.g_waiting = 312,
		.m_thread = 64,
		.m_curg = 184,
		.m_p = 200,
		.m_id = 224,
		.sudog_elem = 24,
		.sudog_link = 64,
		.sudog_channel = 80,
		.channel_receivers = 64,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 26),
		.g_syscall_sp = 104,
		.g_syscall_pc = 112,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 208,
		.g_parent = 280,
		.g_creator_pc = 288,
		.g_start_pc = 304,
		.g_waiting = 320,
		.m_thread = 64,
		.m_curg = 184,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 32,
		.sudog_link = 72,
		.sudog_channel = 96,
		.channel_receivers = 64,
		.module_funcdata = 320,
		.inlined_size = 16,
		.func_size = 44,
	},
	{
		.version = FB_GO_VERSION(1, 27),
		.g_syscall_sp = 104,
		.g_syscall_pc = 112,
		.g_status = 144,
		.g_id = 152,
		.g_wait_since = 168,
		.g_wait_reason = 176,
		.g_locked_m = 208,
		.g_parent = 280,
		.g_creator_pc = 288,
		.g_start_pc = 304,
		.g_waiting = 320,
		.m_thread = 64,
		.m_curg = 184,
		.m_p = 208,
		.m_id = 232,
		.sudog_elem = 32,
		.sudog_link = 72,
		.sudog_channel = 96,
		.channel_receivers = 64,
		.module_funcdata = 344,
		.inlined_size = 16,
		.func_size = 44,
	},
};

const struct fb_go_layout *fb_go_layout_of(uint32_t version)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}

bool fb_go_version_parse(const char *text, uint32_t *version_ret)
{
	const char *number = strstr(text, "go1.");
	char *end;
	unsigned long minor;

	if (!number || number[4] < '0' || number[4] > '9')
		return false;
	minor = strtoul(number + 4, &end, 10);
	if (minor > 255)
		return false;
	*version_ret = FB_GO_VERSION(1, (uint32_t)minor);
	return true;
}

static const char *reason_of(const struct reason *list, size_t count, uint32_t minor,
			     uint8_t number)
{
	for (size_t i = 0; i < count; i++)
		if (minor >= list[i].since && (!list[i].before || minor < list[i].before) &&
		    !number--)
			return list[i].text;
	return NULL;
}

const char *fb_go_wait_reason(uint32_t version, uint8_t number)
{
	const uint32_t minor = version & 0xff;
	const char *text =
		minor < 26 ? reason_of(old_reasons, FB_ARRAY_SIZE(old_reasons), minor, number)
			   : reason_of(reasons, FB_ARRAY_SIZE(reasons), minor, number);

	return text && *text ? text : NULL;
}
