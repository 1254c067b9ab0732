/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Go's runtime has what the reader of goroutines reads, for each version. Called by go.c and what it uses. */
#ifndef FB_USER_GO_LAYOUT_H
#define FB_USER_GO_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The number of a version: 0x118 for 1.24. */
#define FB_GO_VERSION(major, minor) ((uint32_t)(major) << 8 | (minor))

/* Offsets in bytes in the struct that the name begins with. What has the same offset in all versions is below. */
struct fb_go_layout {
	uint32_t version;
	uint16_t g_syscall_sp, g_syscall_pc, g_status, g_id, g_wait_since, g_wait_reason;
	uint16_t g_locked_m, g_parent /* 0: it is not recorded */, g_creator_pc, g_start_pc,
		g_waiting;
	uint16_t m_thread; /* TID; the address of the goroutine for signals follows */
	uint16_t m_curg, m_p, m_id;
	uint16_t sudog_elem, sudog_link, sudog_channel;
	uint16_t channel_receivers; /* struct hchan: of receivers, then of senders */
	uint16_t module_funcdata;
	/* Bytes of an entry of the tables of inlined functions: the form changed with 1.20. */
	uint16_t inlined_size;
	/* Of the fixed part of struct _func. */
	uint16_t func_size;
};

/* struct g */
#define FB_GO_G_STACK 0u /* lowest address; then the end */
#define FB_GO_G_M 48u
#define FB_GO_G_SCHED_SP 56u
#define FB_GO_G_SCHED_PC 64u
/* All that is read of a g is in so many bytes. */
#define FB_GO_G_SIZE 384u
/* struct m */
#define FB_GO_M_G0 0u
/* struct p */
#define FB_GO_P_ID 0u
/* struct hchan */
#define FB_GO_CHANNEL_COUNT 0u
#define FB_GO_CHANNEL_ROOM 8u
#define FB_GO_CHANNEL_CLOSED 28u
/* struct sudog */
#define FB_GO_SUDOG_G 0u
#define FB_GO_SUDOG_PREV 16u
/* struct moduledata: the first words; slices have an address, a length and a room. */
enum {
	FB_GO_MODULE_HEADER = 0,
	FB_GO_MODULE_NAMES = 1,
	FB_GO_MODULE_UNITS = 4,
	FB_GO_MODULE_FILES = 7,
	FB_GO_MODULE_PC_TABLE = 10,
	FB_GO_MODULE_FUNCTIONS = 13,
	FB_GO_MODULE_INDEX = 16,
	FB_GO_MODULE_TEXT = 22,
	FB_GO_MODULE_TEXT_END = 23,
	FB_GO_MODULE_DATA = 24, /* begin and end of four ranges of variables follow each other */
	FB_GO_MODULE_WORDS = 64,
};

/* NULL: the version is not known. */
const struct fb_go_layout *fb_go_layout_of(uint32_t version);

/* The number of "go1.24.4", also with what may stand before or behind it. False: the text has none. */
bool fb_go_version_parse(const char *text, uint32_t *version_ret);

/* "chan receive" of struct g's waitreason; NULL: the version has no such number. Static. */
const char *fb_go_wait_reason(uint32_t version, uint8_t number);

#endif
