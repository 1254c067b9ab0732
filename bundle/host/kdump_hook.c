// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/host/kdump_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "bundle/host/host_file.h"

/* systemd reads the file too, and expands nothing in it: hence the whole of kdump-config's own PATH. */
static const char lines[] = "# fbundle dump --install: saves dumps in makedumpfile's place\n"
			    "PATH=" FB_KDUMP_HOOK_FOLDER ":/bin:/usr/bin:/sbin:/usr/sbin\n"
			    "# fbundle: end\n";

/* Fills *text and finds the lines in it; NULL: they are not there. */
static struct fb_error *read_defaults(const char *root, struct fb_buf *text, char **found_ret)
{
	struct fb_error *err = fb_host_file_read(root, FB_KDUMP_DEFAULTS, text);

	if (!err)
		*found_ret = text->data ? strstr((char *)text->data, lines) : NULL;
	return err;
}

/* The lines go to the end, behind whatever else sets PATH. */
static struct fb_error *add_lines(const char *root)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct fb_error *err;
	char *found = NULL;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = read_defaults(root, &text, &found);
	if (fb_error_is(err, FB_NOT_FOUND))
		return fb_error_prefix(err, "kdump-tools is not installed (apt-get install "
					    "kdump-tools, then again)");
	if (err || found)
		return err;
	if (text.size && text.data[text.size - 1] != '\n')
		err = fb_buf_append(&text, "\n", 1);
	if (!err)
		err = fb_buf_append(&text, lines, strlen(lines));
	return err ? err : fb_host_file_replace(root, FB_KDUMP_DEFAULTS, text.data, text.size);
}

static struct fb_error *remove_lines(const char *root)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct fb_error *err;
	char *found = NULL;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = read_defaults(root, &text, &found);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	if (err || !found)
		return err;
	memmove(found, found + strlen(lines), strlen(found + strlen(lines)) + 1);
	return fb_host_file_replace(root, FB_KDUMP_DEFAULTS, text.data, text.size - strlen(lines));
}

/* The script runs the program with --version first, so that a program that lacks a library after an upgrade does not
 * cost the dump. fbundle itself falls back to the makedumpfile that it finds in PATH too, and looks whether that knows
 * the kernel as the end of the script does (cmd/dump/makedumpfile.c). The input is the last argument that is there. */
static const char script_before[] =
	"#!/bin/sh\n"
	"# fbundle dump --install: kdump-config runs this for makedumpfile\n"
	"PATH=/bin:/usr/bin:/sbin:/usr/sbin\n"
	"export PATH\n"
	"input=\n";
static const char script_program[] = "program=";
static const char script_after[] =
	"\"$program\" --version >/dev/null 2>&1 && exec \"$program\" makedumpfile \"$@\"\n"
	"echo \"fbundle: $program does not start: running makedumpfile instead\" >&2\n"
	"# One that does not know the kernel leaves out slabs in use, where these have no flag of their own.\n"
	"for word; do [ ! -e \"$word\" ] || input=$word; done\n"
	"case \" $* \" in *' --dump-dmesg '*) input= ;; esac\n"
	"if [ -n \"$input\" ] && ! head -c 1048576 \"$input\" | grep -aq 'NUMBER(PG_slab)=' &&\n"
	"\tmakedumpfile --dump-dmesg -f \"$input\" /dev/null 2>&1 | grep -q 'version is not supported'; then\n"
	"\techo \"fbundle: it does not know the kernel: process memory and cache are kept\" >&2\n"
	"\tset -- \"$@\" -d 17\n"
	"fi\n"
	"exec makedumpfile \"$@\"\n";

/* Makes the folders of name, which begins with the root. */
static struct fb_error *make_folders(char *name, size_t root_length)
{
	for (char *slash = strchr(name + root_length + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(name, 0755) && errno != EEXIST)
			return fb_error_os(errno, "cannot make the folder %s", name);
		*slash = '/';
	}
	return NULL;
}

/* Nothing that a shell would take for anything but a letter of a name. */
static struct fb_error *check_program(const char *program)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._+-";

	if (*program == '/' && !program[strspn(program, plain)])
		return NULL;
	return fb_error_create(FB_INVALID,
			       "%s: the path of fbundle must be absolute, of letters, digits and "
			       "/._+- only: put it elsewhere",
			       program);
}

/* A new file: one that is there may be run at this moment. */
static struct fb_error *write_script(const char *name, const char *program)
{
	FILE *file;
	int fd;

	if (unlink(name) && errno != ENOENT)
		return fb_error_os(errno, "cannot replace %s", name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		struct fb_error *err = fb_error_os(errno, "cannot write %s", name);

		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	(void)fprintf(file, "%s%s%s\n%s", script_before, script_program, program, script_after);
	/* Whatever the caller's umask. */
	(void)fchmod(fd, 0755);
	if (fflush(file) || ferror(file) || fsync(fd)) {
		struct fb_error *err = fb_error_os(errno, "cannot write %s", name);

		(void)fclose(file);
		return err;
	}
	return fclose(file) ? fb_error_os(errno, "cannot write %s", name) : NULL;
}

struct fb_error *fb_kdump_hook_install(const char *root, const char *program)
{
	FB_CLEANUP(fb_free_at) char *name = NULL;
	struct fb_error *err = check_program(program);

	if (!err)
		err = fb_host_path(root, FB_KDUMP_HOOK_SCRIPT, &name);
	if (!err)
		err = make_folders(name, strlen(root));
	if (!err)
		err = write_script(name, program);
	return err ? err : add_lines(root);
}

struct fb_error *fb_kdump_hook_uninstall(const char *root)
{
	FB_CLEANUP(fb_free_at) char *name = NULL;
	struct fb_error *err = remove_lines(root);

	if (!err)
		err = fb_host_path(root, FB_KDUMP_HOOK_SCRIPT, &name);
	if (!err && unlink(name) && errno != ENOENT && errno != ENOTDIR)
		err = fb_error_os(errno, "cannot remove %s", name);
	return err;
}

/* Whether the program that the script names, a path of the host, may be run there. */
static struct fb_error *check_script(const char *root, struct fb_kdump_hook *hook)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	FB_CLEANUP(fb_free_at) char *full = NULL;
	struct fb_error *err;
	char *program;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = fb_host_file_read(root, FB_KDUMP_HOOK_SCRIPT, &text);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	if (err)
		return err;
	hook->script = true;
	program = strstr((char *)text.data, script_program);
	if (!program)
		return NULL;
	program += strlen(script_program);
	program[strcspn(program, "\n")] = '\0';
	err = fb_host_path(root, program, &full);
	if (!err)
		hook->runs = access(full, X_OK) == 0;
	return err;
}

struct fb_error *fb_kdump_hook_check(const char *root, struct fb_kdump_hook *hook_ret)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct fb_kdump_hook hook = {0};
	struct fb_error *err;
	char *found = NULL;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = read_defaults(root, &text, &found);
	hook.kdump_tools = !err;
	hook.configured = found;
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = NULL;
	}
	if (!err)
		err = check_script(root, &hook);
	if (!err)
		*hook_ret = hook;
	return err;
}
