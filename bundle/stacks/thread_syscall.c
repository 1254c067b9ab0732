// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the system call in which each thread is, and its arguments: the description of each call is read once,
 * the files for each thread. Called by thread_stack.c.
 */
#include "bundle/stacks/thread_syscall.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/process.h"
#include "kernel/files/files.h"
#include "kernel/files/path.h"
#include "kernel/files/socket.h"
#include "kernel/stacks/stack_entry.h"

struct fb_thread_syscalls {
	struct fb_input *input;
	struct fb_thread_stack *stacks; /* borrowed, while they are described */
	struct fb_path root;            /* that paths are shown from */
	bool has_root;
	struct fb_syscall_meta *metas[FB_MAX_SYSCALLS]; /* owned, each; of those met */
};

/* Finds the description of the arguments of the system call. A kernel that has none is not
 * damaged. */
static struct fb_error *describe_syscall(struct fb_thread_syscalls *syscalls,
					 struct fb_thread_stack *stack)
{
	int64_t number = stack->kernel.syscall;
	struct fb_syscall_meta *meta;
	struct fb_error *err;

	if (number < 0 || number >= (int64_t)FB_MAX_SYSCALLS || !stack->kernel.has_user_regs ||
	    fb_user_regs_are_32bit(&stack->kernel.user_regs))
		return NULL;
	if (!syscalls->metas[number]) {
		meta = malloc(sizeof(*meta));
		if (!meta)
			return fb_error_nomem();
		err = fb_syscall_meta_read(fb_input_kernel(syscalls->input), number, meta);
		if (err) {
			free(meta);
			return fb_part_skip(err);
		}
		syscalls->metas[number] = meta;
	}
	stack->syscall = syscalls->metas[number];
	return NULL;
}

static struct fb_error *copy_text(const char *text, char **copy_ret)
{
	*copy_ret = strdup(text);
	return *copy_ret ? NULL : fb_error_nomem();
}

static struct fb_error *find_socket(struct fb_kernel *kernel, uint64_t file,
				    const struct fb_file_info *info, char **text_ret)
{
	struct fb_socket socket;
	char text[FB_SOCKET_TEXT];
	struct fb_error *err;

	if (!fb_file_is_socket(info))
		return NULL;
	err = fb_file_socket(kernel, file, info, &socket);
	return err ? err : copy_text(fb_socket_text(&socket, text, sizeof(text)), text_ret);
}

/* What descriptor argument i is of. */
static struct fb_error *find_file(struct fb_thread_syscalls *syscalls,
				  struct fb_thread_stack *stack, unsigned i, uint32_t fd)
{
	struct fb_kernel *kernel = fb_input_kernel(syscalls->input);
	struct fb_file_info info;
	char path[FB_PATH_SIZE];
	uint64_t file;
	struct fb_error *err = fb_open_file_find(kernel, stack->task, fd, &file);

	if (!err)
		err = fb_file_info(kernel, file, &info);
	if (!err)
		err = fb_path_text(kernel, &info.path, syscalls->has_root ? &syscalls->root : NULL,
				   path);
	if (!err)
		err = copy_text(path, &stack->syscall_paths[i]);
	return err ? err : find_socket(kernel, file, &info, &stack->syscall_sockets[i]);
}

/* Where the file of a descriptor is not known, its number is shown alone. */
static struct fb_error *find_files(void *context, size_t index)
{
	struct fb_thread_syscalls *syscalls = context;
	struct fb_thread_stack *stack = &syscalls->stacks[index];
	uint64_t values[FB_SYSCALL_ARGUMENTS];

	if (!stack->syscall)
		return NULL;
	fb_syscall_arguments(&stack->kernel.user_regs, values);
	for (unsigned i = 0; i < stack->syscall->count; i++) {
		struct fb_error *err;

		if (!fb_syscall_argument_is_fd(&stack->syscall->arguments[i]))
			continue;
		err = find_file(syscalls, stack, i, (uint32_t)values[i]);
		err = fb_part_skip(err);
		if (err)
			return err;
	}
	return NULL;
}

static struct fb_error *describe_all(struct fb_thread_syscalls *syscalls, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = describe_syscall(syscalls, &syscalls->stacks[i]);
	if (!err && count)
		err = fb_process_root(syscalls->input, syscalls->stacks[0].task, false,
				      &syscalls->root, &syscalls->has_root);
	return err ? err : fb_pool_for(fb_input_pool(syscalls->input), count, find_files, syscalls);
}

struct fb_error *fb_thread_syscalls_apply(struct fb_input *input, struct fb_thread_stack *stacks,
					  size_t count, struct fb_thread_syscalls **syscalls_ret)
{
	struct fb_thread_syscalls *syscalls = calloc(1, sizeof(*syscalls));
	struct fb_error *err;

	if (!syscalls)
		return fb_error_nomem();
	syscalls->input = input;
	syscalls->stacks = stacks;
	err = describe_all(syscalls, count);
	if (err)
		fb_thread_syscalls_destroy(syscalls);
	else
		*syscalls_ret = syscalls;
	return err;
}

void fb_thread_syscalls_destroy(struct fb_thread_syscalls *syscalls)
{
	for (size_t i = 0; syscalls && i < FB_MAX_SYSCALLS; i++)
		free(syscalls->metas[i]);
	free(syscalls);
}
