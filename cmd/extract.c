// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle extract: writes a core from a bundle, bit for bit; or one that is built from the dump.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/files/outfile.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "cmd/extract_dump.h"
#include "cmd/extract_gdb.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"

struct extract {
	struct fb_context *context;
	const char *output;
	bool force;
	bool all;
	bool from_dump;
	struct fb_input *input;
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_input_core
		*stored; /* those of the bundle, where they cannot be matched; or NULL. Owned */
};

#define OPTION_ALL 'a'
#define OPTION_FORCE 'f'
#define OPTION_FROM_DUMP 'd'

static const struct argp_option extract_options[] = {
	{"output", 'o', "CORE", 0,
	 "write it there (default: its name in the bundle, uncompressed; with --all a folder)", 0},
	{"from-dump", OPTION_FROM_DUMP, NULL, 0,
	 "build it as the process was at the panic, even where there is a core: of that only pages "
	 "are taken which the dump lacks",
	 0},
	{"all", OPTION_ALL, NULL, 0, "every core of the bundle", 0},
	{"force", OPTION_FORCE, NULL, 0, "replace an existing output", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct extract *extract = own;

	switch (key) {
	case 'o':
		extract->output = arg;
		return 0;
	case OPTION_ALL:
		extract->all = true;
		return 0;
	case OPTION_FROM_DUMP:
		extract->from_dump = true;
		return 0;
	case OPTION_FORCE:
		extract->force = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"The core of process 132 again, bit for bit",
	 "fbundle extract dump.202611231722.fbundle 132 -o core.132.again", false},
	{"A core of a process that nobody took one of",
	 "fbundle extract dump.202611231722 143 -o core.143", false},
	{"All cores of the bundle", "fbundle extract dump.202611231722.fbundle --all -o cores",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID|NAME]",
	.doc = "Gives a core as an ELF core for gdb: the original bit for bit where there is one, "
	       "else one that is built from the dump. PID is the process's on the host; a core that "
	       "matched no process is named by its file's name.",
	.most_arguments = 1,
	.options = extract_options,
	.parse = parse,
	.examples = examples,
};

/* 0: what is none. */
static int32_t parse_pid(const char *what)
{
	char *end;
	long pid = strtol(what, &end, 10);

	return *end || end == what || pid <= 0 || pid >= FB_MAX_TASKS ? 0 : (int32_t)pid;
}

static const struct fb_input_core *core_of_name(const struct extract *extract, const char *name)
{
	for (size_t i = 0; i < extract->core_count; i++)
		if (strcmp(fb_core_name(extract->cores[i].core), name) == 0)
			return &extract->cores[i];
	return NULL;
}

/* What a PID, or a name of a core or of a process, stands for: *core_ret is the core, or NULL where one is
 * to be built; *pid_ret then is whose. A number is the PID of a process where there is one, else a name
 * like others. A core that matched no process has no PID: the one in it may be another's by now. */
static struct fb_error *find_core(const struct extract *extract, const char *what,
				  const struct fb_input_core **core_ret, int32_t *pid_ret)
{
	const struct fb_input_core *named = extract->from_dump ? NULL : core_of_name(extract, what);
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *task = NULL;
	int32_t pid = parse_pid(what);
	struct fb_error *err = fb_input_tasks(extract->input, &tasks);

	if (err && named && extract->stored) {
		*core_ret = named;
		return fb_part_skip(err);
	}
	if (err)
		return err;
	if (pid)
		task = fb_tasks_by_tid(tasks, pid);
	else if (!named)
		err = fb_find_process_named(extract->input, what, &task);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return fb_error_create(
			FB_NOT_FOUND,
			"'%s' is neither a PID nor the name of a process or of a core "
			"(`fbundle ps` and `fbundle info` list them)",
			what);
	}
	if (err)
		return err;
	*pid_ret = task ? task->pid : pid;
	*core_ret =
		extract->from_dump || !*pid_ret ? NULL : fb_input_core_of(extract->input, *pid_ret);
	if (!*core_ret && !task)
		*core_ret = named;
	return NULL;
}

/* A core with that PID in it that matched no process, or NULL. */
static const struct fb_input_core *core_without_task(const struct extract *extract, int32_t pid)
{
	for (size_t i = 0; i < extract->core_count; i++)
		if (!extract->cores[i].match.task &&
		    fb_core_info(extract->cores[i].core)->pid == pid)
			return &extract->cores[i];
	return NULL;
}

/* Takes err: why no core can be built of PID. */
static struct fb_error *add_hint(const struct extract *extract, int32_t pid, struct fb_error *err)
{
	const struct fb_input_core *core = core_without_task(extract, pid);

	if (!core || !fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err);
	return fb_error_create(
		FB_NOT_FOUND,
		"no process had PID %d at the panic; %s is of one that had it before: "
		"give that name for its core",
		pid, fb_core_name(core->core));
}

static struct fb_error *write_core(const struct extract *extract, const struct fb_input_core *core,
				   const char *path)
{
	struct fb_file *file = fb_core_file(core->core);
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_input_check_output(extract->input, path);

	if (!err)
		err = fb_outfile_create_on(&extract->context->output_start, path, extract->force,
					   &outfile);
	if (!err)
		err = fb_outfile_copy(outfile, file, 0, file->size);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

static struct fb_error *print_one(const struct extract *extract, const struct fb_input_core *core,
				  const char *path)
{
	const struct fb_core_info *info = fb_core_info(core->core);
	struct fb_output *output = extract->context->output;
	const char *program = fb_extract_program(info);
	char size[32], escaped[FB_MAX_STRING];

	if (extract->context->options.json) {
		json_t *answer = json_object();

		json_object_set_new(answer, "output", fb_json_text(path));
		json_object_set_new(answer, "source", json_string("core"));
		json_object_set_new(answer, "complete", json_boolean(!info->truncated));
		json_object_set_new(answer, "threads",
				    json_integer((json_int_t)info->thread_count));
		json_object_set_new(answer, "pages", json_null());
		json_object_set_new(answer, "program", fb_json_text(program));
		return fb_json_print("extract", answer, extract->context->warnings);
	}
	fb_print(output, FB_STYLE_BOLD, "%s",
		 fb_text_escape(path, strlen(path), escaped, sizeof(escaped)));
	fb_print(output, FB_STYLE_PLAIN, " written, %s: the core as it was merged%s\n",
		 fb_text_size(fb_core_file(core->core)->size, size, sizeof(size)),
		 info->truncated
			 ? " (it was cut off already; --from-dump builds one of what it and "
			   "the dump have)"
			 : "");
	return fb_extract_print_gdb(extract->context, path, program);
}

/* The name that a core is extracted under: cores are extracted uncompressed, so without the suffix of a compressed file
 * (core.1.zst), unless another core has that name. */
static const char *plain_name(const struct extract *extract, const struct fb_input_core *core,
			      char *to, size_t size)
{
	static const char *const suffixes[] = {".zst", ".xz", ".lz4", ".gz", ".bz2"};
	const char *name = fb_core_name(core->core);
	const char *dot = strrchr(name, '.');
	bool compressed = false;
	int length = dot ? (int)(dot - name) : 0;

	for (size_t i = 0; length && i < FB_ARRAY_SIZE(suffixes); i++)
		compressed = compressed || strcmp(dot, suffixes[i]) == 0;
	if (!compressed || snprintf(to, size, "%.*s", length, name) >= (int)size)
		return name;
	for (size_t i = 0; i < extract->core_count; i++) {
		const char *other = fb_core_name(extract->cores[i].core);

		/* The name itself, or with a suffix of its own. */
		if (&extract->cores[i] != core && strncmp(other, to, (size_t)length) == 0 &&
		    (!other[length] || other[length] == '.'))
			return name;
	}
	return to;
}

static struct fb_error *extract_one(const struct extract *extract, const char *what)
{
	const struct fb_input_core *core = NULL;
	int32_t pid = 0;
	char name[FB_MAX_STRING];
	const char *path;
	struct fb_error *err = find_core(extract, what, &core, &pid);

	if (err)
		return err;
	if (!core)
		return add_hint(extract, pid,
				fb_extract_from_dump(extract->context, extract->input, pid,
						     extract->output, extract->force));
	path = extract->output ? extract->output : plain_name(extract, core, name, sizeof(name));
	err = write_core(extract, core, path);
	return err ? err : print_one(extract, core, path);
}

static struct fb_error *extract_all(const struct extract *extract)
{
	const char *folder = extract->output ? extract->output : ".";
	json_t *outputs = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < extract->core_count && !err; i++) {
		const struct fb_input_core *core = &extract->cores[i];
		char path[FB_MAX_STRING], name[FB_MAX_STRING];

		if (snprintf(path, sizeof(path), "%s/%s", folder,
			     plain_name(extract, core, name, sizeof(name))) >= (int)sizeof(path)) {
			err = fb_error_create(FB_INVALID, "%s: the path is too long", folder);
			break;
		}
		err = write_core(extract, core, path);
		if (!err && extract->context->options.json)
			json_array_append_new(outputs, fb_json_text(path));
		else if (!err)
			err = print_one(extract, core, path);
	}
	if (!err && extract->context->options.json) {
		json_t *answer = json_object();

		json_object_set(answer, "output", outputs);
		json_object_set_new(answer, "source", json_string("core"));
		json_object_set_new(answer, "complete", json_true());
		json_object_set_new(answer, "threads", json_null());
		json_object_set_new(answer, "pages", json_null());
		json_object_set_new(answer, "program", json_null());
		err = fb_json_print("extract", answer, extract->context->warnings);
	}
	json_decref(outputs);
	return err;
}

/* The folder that --all writes to, where it is not there yet; before the sandbox, which lets no folder
 * be made. */
static struct fb_error *make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST
		       ? NULL
		       : fb_error_os(errno, "cannot make the folder %s", path);
}

/* Where no task is found, it is not known to which processes the bundle's cores belong; err (taken over) says what is
 * needed for that. By name they can be extracted nevertheless. */
static struct fb_error *open_stored(struct extract *extract, struct fb_error *err)
{
	struct fb_fiber *fiber = fb_input_fiber(extract->input);
	size_t count = fiber ? fb_fiber_core_count(fiber) : 0;

	if (!fb_error_is(err, FB_NOT_FOUND) || !count || extract->from_dump ||
	    !fb_kernel_lost(fb_input_kernel(extract->input)))
		return err;
	fb_error_destroy(err);
	err = fb_alloc_array(count, sizeof(*extract->stored), FB_MAX_CORES, "cores",
			     &extract->stored);
	extract->cores = extract->stored;
	for (size_t i = 0; i < count && !err; i++) {
		struct fb_file *file;

		err = fb_fiber_core_file(fiber, i, &file);
		if (!err)
			err = fb_core_open_file(file, extract->context->warnings,
						&extract->stored[i].core);
		if (!err)
			extract->core_count++;
	}
	return err;
}

static void close_stored(struct extract *extract)
{
	for (size_t i = 0; extract->stored && i < extract->core_count; i++)
		fb_core_destroy(extract->stored[i].core);
	free(extract->stored);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct extract extract = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &extract);
	if (extract.all == (context->arg_count == 1) || (extract.all && extract.from_dump))
		fb_usage_error("extract", "name one PID or core, or --all");
	fb_check_output_name("extract", extract.output);
	context->writes = extract.output ? extract.output : ".";
	context->writes_many = extract.all;
	err = extract.all && extract.output ? make_folder(extract.output) : NULL;
	if (!err)
		err = fb_context_open(context, &extract.input);
	if (!err)
		err = open_stored(&extract, fb_input_cores(extract.input, &extract.cores,
							   &extract.core_count));
	if (!err && extract.all && !extract.core_count)
		err = fb_error_create(FB_NOT_FOUND,
				      "%s: no core is in it: name a PID, and one is built from the "
				      "dump",
				      fb_input_path(extract.input));
	if (!err)
		err = extract.all ? extract_all(&extract) : extract_one(&extract, context->args[0]);
	close_stored(&extract);
	fb_input_destroy(extract.input);
	return err;
}

const struct fb_command fb_command_extract = {
	.name = "extract",
	.summary = "a core for gdb: the original, or built from the dump",
	.run = run,
	.usage = &usage,
	.apart = true,
};
