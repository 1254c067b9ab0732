// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decides by a command's options which files it may access, and enters the sandbox. Called by context.c before anything
 * is opened.
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/files/outfile.h"
#include "base/isolation/sandbox.h"
#include "base/limits.h"
#include "cmd/shared/command.h"
#include "cmd/shared/confine.h"

/* What the C library and the thread pool look at, and what says why /proc/kcore cannot be read. */
static const char *const always[] = {
	"/proc/self",
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/sys/vm",
	"/sys/devices/system/cpu",
	"/etc/localtime",
	"/usr/share/zoneinfo",
	"/usr/share/locale",
	"/dev/null",
	"/sys/kernel/security/lockdown",
	/* Shared libraries that an input turns out to take (base/shared_library.h). */
	"/etc/ld.so.cache",
	"/usr/lib",
	"/usr/lib64",
	"/lib",
	"/lib64",
};

/* Where programs and libraries of the host itself are, for `merge` without --sysroot. */
static const char *const of_host[] = {"/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt"};

/* For the fetcher: names, certificates, libraries that the resolver loads. */
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

/* The folders that servers of DEBUGINFOD_URLS are, which has names parted by blanks; urls is cut up. */
static struct fb_error *add_local_servers(struct paths *read, char *urls)
{
	static const char scheme[] = "file://";
	struct fb_error *err = NULL;
	char *rest = NULL;

	for (const char *url = strtok_r(urls, " ", &rest); url && !err;
	     url = strtok_r(NULL, " ", &rest)) {
		const char *folder = url + strlen(scheme);

		if (strncmp(url, scheme, strlen(scheme)) == 0)
			err = add(read, &folder, 1);
	}
	return err;
}

/* Starts the fetcher, which may read what names, certificates and the resolver take, and write where
 * debuginfod's client keeps what it fetched (debuginfod_find_debuginfo(3)). */
static struct fb_error *start_fetcher(struct fb_context *context)
{
	const char *home = getenv("HOME"), *urls = getenv("DEBUGINFOD_URLS");
	char *servers = strdup(urls ? urls : "");
	struct paths read = {0};
	struct fb_error *err = servers ? NULL : fb_error_nomem();
	char cache[FB_MAX_STRING];
	char old_cache[FB_MAX_STRING]; /* used where it is there, before XDG's */
	const char *write[] = {cache, old_cache, getenv("XDG_CACHE_HOME"),
			       getenv("DEBUGINFOD_CACHE_PATH")};
	struct fb_sandbox_options options = {
		.write = write,
		.write_count = 2,
		.network = true,
	};

	(void)snprintf(cache, sizeof(cache), "%s/.cache", home ? home : "");
	(void)snprintf(old_cache, sizeof(old_cache), "%s/.debuginfod_client_cache",
		       home ? home : "");
	for (size_t i = 2; i < FB_ARRAY_SIZE(write); i++)
		if (write[i])
			write[options.write_count++] = write[i];
	/* The sandbox lets in only what is there. */
	if (!context->options.no_sandbox && urls && *urls)
		for (size_t i = 0; i < options.write_count; i++)
			if (write[i] != old_cache)
				(void)mkdir(write[i], 0700);
	if (!err)
		err = add(&read, for_network, FB_ARRAY_SIZE(for_network));
	if (!err)
		err = add_local_servers(&read, servers);
	options.read = read.list;
	options.read_count = read.count;
	if (!err)
		err = fb_fetcher_start(context->options.no_sandbox ? NULL : &options,
				       &context->fetcher);
	free(read.list);
	free(servers);
	return err;
}

/* As fb_temporary_create() has it. */
static const char *temporary_folder(void)
{
	const char *temporary = getenv("TMPDIR");

	return temporary && *temporary ? temporary : "/var/tmp";
}

static struct fb_error *enter(struct fb_context *context, const char *folder)
{
	const char *temporary = temporary_folder();
	struct fb_sandbox_options options = {0};
	struct paths read = {0}, write = {0};
	struct fb_error *err = add_inputs(&read, &context->options);

	if (!err)
		err = add(&read, context->reads, context->read_count);
	if (!err && context->reads_host)
		err = add(&read, of_host, FB_ARRAY_SIZE(of_host));
	/* One file is open before the folder is shut, and needs nothing of it but a name. */
	if (!err && folder && !context->writes_many)
		fb_outfile_start_open(folder, &context->output_start);

	if (!err)
		err = add(&write, &temporary, 1);
	if (!err && folder && context->output_start.fd < 0)
		err = add(&write, &folder, 1);
	if (folder && context->output_start.fd >= 0) {
		options.publish = &folder;
		options.publish_count = 1;
	}
	options.read = read.list;
	options.read_count = read.count;
	options.write = write.list;
	options.write_count = write.count;
	if (!err)
		context->sandbox = fb_sandbox_enter(&options);
	free(read.list);
	free(write.list);
	return err;
}

struct fb_error *fb_context_confine(struct fb_context *context)
{
	char *folder = NULL;
	struct fb_error *err;

	if (context->confined)
		return NULL;
	context->confined = true;
	err = start_fetcher(context);
	if (err || context->options.no_sandbox)
		return err;
	if (context->writes) {
		folder = folder_of(context->writes);
		if (!folder)
			return fb_error_nomem();
	}
	err = enter(context, folder);
	free(folder);
	return err;
}

struct fb_error *fb_confine_to(const struct fb_context *context, const char *path)
{
	const char *temporary = temporary_folder();
	struct fb_sandbox_options options = {.write = &temporary, .write_count = 1};
	struct fb_options one = context->options;
	struct paths read = {0};
	struct fb_error *err;

	if (context->options.no_sandbox)
		return NULL;
	one.input = path;
	err = add_inputs(&read, &one);
	options.read = read.list;
	options.read_count = read.count;
	if (!err)
		(void)fb_sandbox_enter(&options);
	free(read.list);
	return err;
}
