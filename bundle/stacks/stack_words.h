/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that JSON has for the registers and sources of a user stack. They are written by cmd/bt/bt_json.c and read
 * back by bundle/stacks/stored_stack.c. */
#ifndef FB_BUNDLE_STACK_WORDS_H
#define FB_BUNDLE_STACK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "bundle/stacks/thread_stack.h"
#include "user/unwind/unwind.h"

/* How many registers are shown, and name ("rip") and value of each by its index. */
size_t fb_user_reg_count(void);
const char *fb_user_reg_name(size_t index);
uint64_t fb_user_reg_get(const struct user_regs_struct *regs, size_t index);
void fb_user_reg_set(struct user_regs_struct *regs, size_t index, uint64_t value);

/* "kernel-stack", "prstatus", "core"; NULL for FB_USER_REGS_UNKNOWN. */
const char *fb_user_regs_source_name(enum fb_user_regs_source source);

/* The reverse of fb_user_regs_source_name(); FB_USER_REGS_UNKNOWN for any other text. text may be NULL. */
enum fb_user_regs_source fb_user_regs_source_parse(const char *text);

/* "registers", "unwind-table", "frame-pointer", "stack-top", "call-site", "prologue". */
const char *fb_frame_found_name(enum fb_frame_found found);
/* The reverse; false, with *found_ret unchanged, for any other text. text may be NULL. */
bool fb_frame_found_parse(const char *text, enum fb_frame_found *found_ret);

/* "python", "go", "java"; NULL for FB_LANGUAGE_NATIVE. */
const char *fb_frame_language_name(enum fb_frame_language language);
/* The reverse; NULL is FB_LANGUAGE_NATIVE. False, with *language_ret unchanged, for any other text. */
bool fb_frame_language_parse(const char *text, enum fb_frame_language *language_ret);

/* "vmcore", "core"...; NULL for FB_SOURCE_ABSENT. The reverse gives FB_SOURCE_ABSENT for any other text. */
const char *fb_frame_from_name(enum fb_source from);
enum fb_source fb_frame_from_parse(const char *text);

#endif
