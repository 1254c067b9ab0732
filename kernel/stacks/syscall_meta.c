// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the table syscalls_metadata of kernel/trace/trace_syscalls.c, which has a pointer for each number. Names and
 * types are arrays of pointers to strings. Called by bundle/stacks for the arguments of system calls.
 */
#include "kernel/stacks/syscall_meta.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/image/layout.h"

static struct fb_error *read_string(const struct fb_kernel *kernel, uint64_t array, unsigned index,
				    char *to, size_t size)
{
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t string;
	struct fb_error *err = fb_space_u64(space, array + index * sizeof(string), &string);

	return err ? err : fb_space_string(space, string, to, size);
}

static struct fb_error *read_arguments(const struct fb_kernel *kernel, uint64_t address,
				       struct fb_syscall_meta *meta)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t names = 0, types = 0;
	struct fb_error *err = fb_kernel_field(kernel, address, &layout->syscall_meta_args, &names);

	if (!err)
		err = fb_kernel_field(kernel, address, &layout->syscall_meta_types, &types);
	for (unsigned i = 0; i < meta->count && !err; i++) {
		struct fb_syscall_argument *argument = &meta->arguments[i];

		err = read_string(kernel, names, i, argument->name, sizeof(argument->name));
		if (!err)
			err = read_string(kernel, types, i, argument->type, sizeof(argument->type));
	}
	return err;
}

struct fb_error *fb_syscall_meta_read(const struct fb_kernel *kernel, int64_t number,
				      struct fb_syscall_meta *meta_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_syscall_meta meta = {0};
	uint64_t table = 0, address = 0, own = 0, count = 0;
	struct fb_error *err;

	if (number < 0 || number >= (int64_t)FB_MAX_SYSCALLS)
		return fb_error_create(FB_NOT_FOUND, "no system call has number %" PRId64, number);
	err = fb_kernel_variable_u64(kernel, "syscalls_metadata", &table);
	if (!err)
		err = fb_space_u64(fb_kernel_space(kernel), table + (uint64_t)number * 8, &address);
	if (!err && !address)
		err = fb_error_create(FB_NOT_FOUND, "system call %" PRId64 " is not described",
				      number);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->syscall_meta_nr, &own);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->syscall_meta_nb_args, &count);
	if (!err && (own != (uint64_t)number || count > FB_SYSCALL_ARGUMENTS))
		err = fb_error_create(FB_CORRUPT,
				      "syscall_metadata 0x%" PRIx64 ": number %" PRIu64 ", %" PRIu64
				      " arguments",
				      address, own, count);
	meta.count = (unsigned)count;
	if (!err)
		err = read_arguments(kernel, address, &meta);
	if (!err)
		*meta_ret = meta;
	return err;
}

static bool is_one_of(const char *text, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

/* Bits rather than a number. */
static bool is_bits(const char *name)
{
	static const char *const parts[] = {"flag", "mode", "prot", "mask", "cmd", "op"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(parts); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

bool fb_syscall_argument_is_fd(const struct fb_syscall_argument *argument)
{
	static const char *const others[] = {"fildes", "fd_in", "fd_out", "fdin", "fdout"};
	size_t length = strlen(argument->name);

	return (length >= 2 && strcmp(argument->name + length - 2, "fd") == 0 &&
		!strchr(argument->type, '*')) ||
	       is_one_of(argument->name, others, FB_ARRAY_SIZE(others));
}

char *fb_syscall_value_text(const struct fb_syscall_argument *argument, uint64_t value, char *to,
			    size_t size)
{
	static const char *const ints[] = {"int",     "pid_t", "clockid_t",   "const clockid_t",
					   "timer_t", "mqd_t", "key_serial_t"};
	static const char *const unsigneds[] = {"unsigned int", "unsigned", "u32",   "__u32",
						"uint32_t",     "uid_t",    "gid_t", "qid_t",
						"umode_t",      "rwf_t"};
	static const char *const longs[] = {"long", "off_t", "loff_t", "ssize_t"};
	bool is_int = is_one_of(argument->type, ints, FB_ARRAY_SIZE(ints));
	bool is_long = is_one_of(argument->type, longs, FB_ARRAY_SIZE(longs));

	/* The upper half of the register is not the call's. */
	if (is_int || is_one_of(argument->type, unsigneds, FB_ARRAY_SIZE(unsigneds)))
		value = (uint32_t)value;
	if ((uint32_t)value == (uint32_t)AT_FDCWD && fb_syscall_argument_is_fd(argument))
		snprintf(to, size, "AT_FDCWD");
	else if (strchr(argument->type, '*') || is_bits(argument->name) ||
		 (!is_int && !is_long && value > UINT32_MAX))
		snprintf(to, size, "0x%" PRIx64, value);
	else
		snprintf(to, size, "%" PRId64, is_int ? (int32_t)value : (int64_t)value);
	return to;
}
