// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which files a command may touch, by its options.
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/sandbox.h"
#include "cmd/shared/command.h"

/* What the C library and the thread pool look at. */
static const char *const always[] = {
	"/proc/self",        "/proc/cpuinfo",           "/proc/meminfo",  "/proc/stat",
	"/proc/sys/vm",      "/sys/devices/system/cpu", "/etc/localtime", "/usr/share/zoneinfo",
	"/usr/share/locale", "/usr/lib/locale",         "/usr/lib/debug", "/dev/null",
};

/* For debuginfod's client: names, certificates, libraries that the resolver loads. */
static const char *const for_network[] = {"/etc", "/usr", "/lib", "/lib64", "/run"};

struct paths {
	const char **list;
	size_t count, room;
};

static struct fb_error *add(struct paths *paths, const char *const *more, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		if (!more[i])
			continue;
		err = fb_grow_array(&paths->list, &paths->room, paths->count, sizeof(*paths->list),
				    2 * FB_MAX_CORES, "paths");
		if (!err)
			paths->list[paths->count++] = more[i];
	}
	return err;
}

/* A dump's format may take the files beside it: parts, and what a folder holds. */
static struct fb_error *add_inputs(struct paths *paths, const struct fb_options *options)
{
	const char *const single[] = {options->input, options->vmlinux, options->sysroot};
	struct fb_error *err = add(paths, always, FB_ARRAY_SIZE(always));

	if (!err)
		err = add(paths, single, FB_ARRAY_SIZE(single));
	if (!err)
		err = add(paths, options->parts, options->part_count);
	if (!err)
		err = add(paths, options->cores, options->core_count);
	if (!err)
		err = add(paths, options->debug_dirs, options->debug_dir_count);
	return err;
}

/* The folder in which path is to appear: itself where it is one. The caller frees it. */
static char *folder_of(const char *path)
{
	struct stat stat_buf;
	char *copy, *folder;

	if (!stat(path, &stat_buf) && S_ISDIR(stat_buf.st_mode))
		return strdup(path);
	copy = strdup(path);
	folder = copy ? strdup(dirname(copy)) : NULL;
	free(copy);
	return folder;
}

/* Where debuginfod's client keeps what it fetched (debuginfod_find_debuginfo(3)). */
static struct fb_error *add_network(struct paths *read, struct paths *write, char *cache,
				    size_t size)
{
	const char *own = getenv("DEBUGINFOD_CACHE_PATH"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	const char *places[] = {own, xdg, cache};
	struct fb_error *err = add(read, for_network, FB_ARRAY_SIZE(for_network));

	(void)snprintf(cache, size, "%s/.cache", home ? home : "");
	return err ? err : add(write, places, FB_ARRAY_SIZE(places));
}

struct fb_error *fb_context_confine(struct fb_context *context)
{
	const char *urls = getenv("DEBUGINFOD_URLS"), *temporary = getenv("TMPDIR");
	struct fb_sandbox_options options = {.network = urls && *urls};
	struct paths read = {0}, write = {0};
	char cache[FB_MAX_STRING];
	char *folder = NULL;
	struct fb_error *err;

	if (context->options.no_sandbox || context->confined)
		return NULL;
	context->confined = true;
	if (!temporary || !*temporary)
		temporary = "/var/tmp"; /* fb_temporary_fd() */
	err = add_inputs(&read, &context->options);
	if (!err)
		err = add(&write, &temporary, 1);
	if (!err && context->writes) {
		folder = folder_of(context->writes);
		err = folder ? add(&write, (const char *const *)&folder, 1) : fb_error_nomem();
	}
	if (!err && options.network)
		err = add_network(&read, &write, cache, sizeof(cache));
	options.read = read.list;
	options.read_count = read.count;
	options.write = write.list;
	options.write_count = write.count;
	if (!err)
		err = fb_sandbox_enter(&options, &context->sandbox);
	free(folder);
	free(read.list);
	free(write.list);
	return err;
}
