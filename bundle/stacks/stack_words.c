// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of registers, and of where a user half's registers come from, as JSON and stored
 * stacks have them. Called by bt's JSON and by the decoding of stored stacks.
 */
#include "bundle/stacks/stack_words.h"

#include <string.h>

#include "base/attr.h"

static const struct reg {
	const char *name;
	size_t offset; /* into struct user_regs_struct */
} regs_shown[] = {
	{"rax", offsetof(struct user_regs_struct, rax)},
	{"rbx", offsetof(struct user_regs_struct, rbx)},
	{"rcx", offsetof(struct user_regs_struct, rcx)},
	{"rdx", offsetof(struct user_regs_struct, rdx)},
	{"rsi", offsetof(struct user_regs_struct, rsi)},
	{"rdi", offsetof(struct user_regs_struct, rdi)},
	{"rbp", offsetof(struct user_regs_struct, rbp)},
	{"rsp", offsetof(struct user_regs_struct, rsp)},
	{"r8", offsetof(struct user_regs_struct, r8)},
	{"r9", offsetof(struct user_regs_struct, r9)},
	{"r10", offsetof(struct user_regs_struct, r10)},
	{"r11", offsetof(struct user_regs_struct, r11)},
	{"r12", offsetof(struct user_regs_struct, r12)},
	{"r13", offsetof(struct user_regs_struct, r13)},
	{"r14", offsetof(struct user_regs_struct, r14)},
	{"r15", offsetof(struct user_regs_struct, r15)},
	{"rip", offsetof(struct user_regs_struct, rip)},
	{"eflags", offsetof(struct user_regs_struct, eflags)},
	{"cs", offsetof(struct user_regs_struct, cs)},
	{"ss", offsetof(struct user_regs_struct, ss)},
	{"orig_rax", offsetof(struct user_regs_struct, orig_rax)},
	{"fs_base", offsetof(struct user_regs_struct, fs_base)},
	{"gs_base", offsetof(struct user_regs_struct, gs_base)},
};

static const char *const found_names[] = {
	[FB_FRAME_REGISTERS] = "registers",         [FB_FRAME_UNWIND_TABLE] = "unwind-table",
	[FB_FRAME_FRAME_POINTER] = "frame-pointer", [FB_FRAME_STACK_TOP] = "stack-top",
	[FB_FRAME_CALL_SITE] = "call-site",         [FB_FRAME_PROLOGUE] = "prologue",
};

size_t fb_user_reg_count(void)
{
	return FB_ARRAY_SIZE(regs_shown);
}

const char *fb_user_reg_name(size_t index)
{
	return regs_shown[index].name;
}

uint64_t fb_user_reg_get(const struct user_regs_struct *regs, size_t index)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)regs + regs_shown[index].offset, sizeof(value));
	return value;
}

void fb_user_reg_set(struct user_regs_struct *regs, size_t index, uint64_t value)
{
	memcpy((uint8_t *)regs + regs_shown[index].offset, &value, sizeof(value));
}

const char *fb_user_regs_source_name(enum fb_user_regs_source source)
{
	static const char *const names[] = {
		[FB_USER_REGS_KERNEL_STACK] = "kernel-stack",
		[FB_USER_REGS_CPU] = "prstatus",
		[FB_USER_REGS_CORE] = "core",
	};

	return (size_t)source < FB_ARRAY_SIZE(names) ? names[source] : NULL;
}

enum fb_user_regs_source fb_user_regs_source_parse(const char *text)
{
	static const enum fb_user_regs_source sources[] = {
		FB_USER_REGS_KERNEL_STACK,
		FB_USER_REGS_CPU,
		FB_USER_REGS_CORE,
	};

	for (size_t i = 0; text && i < FB_ARRAY_SIZE(sources); i++)
		if (strcmp(text, fb_user_regs_source_name(sources[i])) == 0)
			return sources[i];
	return FB_USER_REGS_UNKNOWN;
}

const char *fb_frame_found_name(enum fb_frame_found found)
{
	return found_names[found];
}

bool fb_frame_found_parse(const char *text, enum fb_frame_found *found_ret)
{
	for (size_t i = 0; text && i < FB_ARRAY_SIZE(found_names); i++)
		if (strcmp(text, found_names[i]) == 0) {
			*found_ret = (enum fb_frame_found)i;
			return true;
		}
	return false;
}

const char *fb_frame_from_name(enum fb_source from)
{
	return from == FB_SOURCE_ABSENT ? NULL : fb_source_name(from);
}

enum fb_source fb_frame_from_parse(const char *text)
{
	for (int source = FB_SOURCE_VMCORE; text && source < FB_SOURCE_ABSENT; source++)
		if (strcmp(text, fb_source_name((enum fb_source)source)) == 0)
			return (enum fb_source)source;
	return FB_SOURCE_ABSENT;
}

static const char *const languages[] = {
	[FB_LANGUAGE_NATIVE] = NULL,
	[FB_LANGUAGE_PYTHON] = "python",
	[FB_LANGUAGE_GO] = "go",
	[FB_LANGUAGE_JAVA] = "java",
};

const char *fb_frame_language_name(enum fb_frame_language language)
{
	return languages[language];
}

bool fb_frame_language_parse(const char *text, enum fb_frame_language *language_ret)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(languages); i++) {
		if (text && languages[i] ? strcmp(text, languages[i]) == 0 : text == languages[i]) {
			*language_ret = (enum fb_frame_language)i;
			return true;
		}
	}
	return false;
}
