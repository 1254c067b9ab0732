// SPDX-License-Identifier: GPL-2.0-or-later
/* Leads the output of a line to the screen, to a program or into a file. Called by execute.c. */
#include "cmd/shell/goal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/input/crash_folder.h"
#include "cmd/shell/launch.h"

/* Of a terminal that does not tell. */
#define DEFAULT_WIDTH 100u

static void begin_screen(struct fb_goal *goal, int fd, bool paged)
{
	struct winsize size = {0};

	(void)ioctl(fd, TIOCGWINSZ, &size);
	fb_screen_init(&goal->screen, fd, size.ws_col ? size.ws_col : DEFAULT_WIDTH,
		       paged ? size.ws_row : 0);
	goal->has_screen = true;
}

static bool is_same_file(const char *path, const struct stat *file)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == file->st_dev &&
	       other.st_ino == file->st_ino;
}

static bool is_among(const char *const *paths, size_t count, const struct stat *file)
{
	for (size_t i = 0; i < count; i++)
		if (is_same_file(paths[i], file))
			return true;
	return false;
}

/* An input is not overwritten, whatever stands before the file. */
static struct fb_error *check_target(const struct fb_options *options, const char *path)
{
	struct fb_crash_folder folder = {0};
	struct stat file;
	struct fb_error *err;
	bool input;

	if (stat(path, &file))
		return NULL;
	err = fb_crash_folder_find(options->input, false, &folder);
	if (err)
		return err;
	input = is_among((const char *const *)folder.dump.list, folder.dump.count, &file) ||
		is_among((const char *const *)folder.cores.list, folder.cores.count, &file) ||
		is_among(options->cores, options->core_count, &file) ||
		is_among(options->parts, options->part_count, &file) ||
		(options->vmlinux && is_same_file(options->vmlinux, &file));
	fb_crash_folder_deinit(&folder);
	return input ? fb_error_create(FB_INVALID, "%s is a file of the input", path) : NULL;
}

static struct fb_error *begin_file(struct fb_goal *goal)
{
	const char *path = goal->line->target;
	struct fb_error *err = check_target(&goal->shell->context->options, path);
	struct stat file;

	/* fb_outfile_create() would say --force, which is an option of commands that write files themselves. */
	if (!err && !goal->line->replace && stat(path, &file) == 0 && S_ISREG(file.st_mode))
		err = fb_error_create(FB_INVALID, "%s exists: '>| %s' replaces it", path, path);
	return err ? err : fb_outfile_create(path, goal->line->replace, &goal->outfile);
}

static struct fb_error *begin_program(struct fb_goal *goal)
{
	const struct fb_launch launch = {.text = goal->line->target};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return fb_error_os(errno, "cannot make a pipe");
	goal->program = fb_launch_shell(&launch, ends[0]);
	(void)close(ends[0]);
	goal->out_fd = ends[1];
	if (goal->program > 0)
		return NULL;
	(void)close(ends[1]);
	return fb_error_os(errno, "cannot make a process for sh");
}

struct fb_error *fb_goal_begin(struct fb_goal *goal, const struct fb_shell *shell,
			       const struct fb_line *line)
{
	struct fb_error *err = NULL;

	*goal = (struct fb_goal){.shell = shell, .line = line, .out_fd = -1};
	if (line->goal == FB_GOAL_PIPE)
		err = begin_program(goal);
	else if (line->goal == FB_GOAL_FILE)
		err = begin_file(goal);
	else if (!shell->at_terminal)
		goal->out_fd = STDOUT_FILENO;
	if (err)
		return err;
	if (line->goal == FB_GOAL_SCREEN && shell->at_terminal)
		begin_screen(goal, STDOUT_FILENO, shell->interactive);
	else if (isatty(STDERR_FILENO))
		begin_screen(goal, STDERR_FILENO, false);
	return NULL;
}

void fb_goal_output(struct fb_goal *goal, struct fb_front_output *output_ret)
{
	const bool shown =
		goal->line->goal == FB_GOAL_SCREEN && goal->has_screen && goal->out_fd < 0;

	*output_ret = (struct fb_front_output){
		.out_fd = goal->out_fd,
		.err_fd = goal->has_screen ? -1 : STDERR_FILENO,
		.out = {shown ? fb_screen_write : fb_goal_write,
			shown ? (void *)&goal->screen : goal},
		.err = {fb_screen_write, &goal->screen},
		.terminal_width = shown ? goal->screen.width : 0,
	};
}

bool fb_goal_write(void *context, const char *bytes, size_t length)
{
	struct fb_goal *goal = context;

	if (!goal->failed)
		goal->failed = fb_outfile_write(goal->outfile, bytes, length);
	return !goal->failed;
}

struct fb_error *fb_goal_end(struct fb_goal *goal, bool good)
{
	struct fb_error *err = goal->failed;

	if (goal->program) {
		(void)close(goal->out_fd);
		(void)fb_launch_wait(goal->program);
	}
	if (goal->outfile && good && !err)
		err = fb_outfile_commit(goal->outfile);
	fb_outfile_destroy(goal->outfile);
	if (goal->has_screen)
		fb_screen_end(&goal->screen);
	return err;
}
