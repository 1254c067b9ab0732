// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the input of a command, each part when it is first needed. Called through cmd/shared/context.c.
 */
#include "bundle/input/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "bundle/input/core_set.h"
#include "bundle/input/crash_folder.h"
#include "bundle/input/fetched_vmlinux.h"
#include "bundle/match/boot_facts.h"

struct fb_input {
	struct fb_warnings *warnings; /* borrowed */
	struct fb_warnings *remarks;  /* borrowed, or NULL */
	struct fb_pool *pool;
	struct fb_fetched_vmlinux fetched;
	char *path;
	struct fb_path_list files; /* all that it was given as: cores first */
	struct fb_file *file;      /* as it is stored, for its size; NULL: of a running kernel */
	struct fb_dump *dump;
	struct fb_fiber *fiber; /* NULL: no bundle */
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
	size_t core_path_count; /* of files: given beside the dump, or found in its folder */
	bool cores_found;       /* they were found there */
	struct fb_core_set *core_set;
	struct fb_input_core *cores;
	size_t core_count;
	const struct fb_input_core **by_pid; /* those with a task, by PID, the newest first */
	size_t by_pid_count;
	bool cores_loaded;
	uint64_t core_room; /* bytes that the cores to come may take in memory */
	char *core_problem; /* of the first core that was left out */
};

/* Given ones, or those of the dump's folder. */
static struct fb_error *list_cores(struct fb_input *input, const struct fb_input_options *options,
				   const struct fb_crash_folder *folder)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < options->core_count && !err; i++)
		err = fb_crash_folder_cores(options->cores[i], &input->files);
	input->cores_found = !options->core_count && folder->cores.count;
	for (size_t i = 0; input->cores_found && i < folder->cores.count && !err; i++)
		err = fb_path_list_add(&input->files, folder->cores.list[i]);
	input->core_path_count = input->files.count;
	return err;
}

/* The paths of the dump: the folder's, then the parts. */
static struct fb_error *list_files(struct fb_input *input, const struct fb_input_options *options,
				   const struct fb_crash_folder *folder)
{
	struct fb_error *err = list_cores(input, options, folder);

	for (size_t i = 0; i < folder->dump.count && !err; i++)
		err = fb_path_list_add(&input->files, folder->dump.list[i]);
	for (size_t i = 0; i < options->part_count && !err; i++)
		err = fb_path_list_add(&input->files, options->parts[i]);
	return err;
}

/* What a folder was taken for, unless that is a dump alone. */
static void remark_folder(const struct fb_input *input, const struct fb_input_options *options,
			  const struct fb_crash_folder *folder)
{
	const char *slash = strrchr(input->path, '/'), *name = slash ? slash + 1 : input->path;
	size_t cores = input->cores_found ? input->core_path_count : 0;

	if (folder->bundle)
		fb_warn(input->remarks, "%s: reading the bundle in this folder, %s", options->path,
			name);
	else if (cores)
		fb_warn(input->remarks, "%s: reading %s with the %zu core%s that lie%s beside it",
			options->path, name, cores, cores == 1 ? "" : "s", cores == 1 ? "s" : "");
}

static struct fb_error *open_dump(struct fb_input *input, const struct fb_input_options *options)
{
	struct fb_crash_folder folder = {0};
	struct fb_error *err;

	err = fb_crash_folder_find(options->path, options->want_dump, &folder);
	if (!err)
		err = list_files(input, options, &folder);
	if (!err) {
		input->path = strdup(folder.dump.list[0]);
		if (!input->path)
			err = fb_error_nomem();
	}
	if (!err) {
		remark_folder(input, options, &folder);
		err = fb_dump_open((const char *const *)input->files.list + input->core_path_count,
				   input->files.count - input->core_path_count, input->warnings,
				   &input->dump);
	}
	if (!err && options->vmlinux)
		err = fb_path_list_add(&input->files, options->vmlinux);
	fb_crash_folder_deinit(&folder);
	return err;
}

/* A damaged fiber section costs the cores, not the dump. */
static struct fb_error *open_fiber(struct fb_input *input)
{
	struct fb_file *file = fb_dump_file(input->dump);
	struct fb_error *err = NULL;
	bool bundle = false;

	if (!fb_dump_info(input->dump)->live)
		err = fb_file_open(input->path, &input->file);
	if (!err && file)
		err = fb_fiber_present(file, &bundle);
	if (!err && bundle)
		err = fb_fiber_open(file, input->dump, input->warnings, &input->fiber);
	return fb_part_warn(input->warnings, err, "%s: the cores in this bundle cannot be read",
			    input->path);
}

struct fb_error *fb_input_open(const struct fb_input_options *options, struct fb_warnings *warnings,
			       struct fb_input **input_ret)
{
	struct fb_input *input = calloc(1, sizeof(*input));
	struct fb_kernel_options kernel_options = {
		.vmlinux = options->vmlinux,
		.memory_only = options->memory_only,
		.find_vmlinux = options->fetcher ? fb_fetched_vmlinux_find : NULL,
	};
	struct fb_error *err;

	if (!input)
		return fb_error_nomem();
	input->warnings = warnings;
	input->remarks = options->remarks;
	input->fetched.fetcher = options->fetcher;
	err = fb_pool_create(options->threads, &input->pool);
	if (!err)
		err = open_dump(input, options);
	if (!err)
		err = open_fiber(input);
	if (!err) {
		kernel_options.pool = input->pool;
		kernel_options.context = &input->fetched;
		err = fb_error_prefix(
			fb_kernel_open(input->dump, &kernel_options, warnings, &input->kernel),
			"%s", input->path);
	}
	if (err) {
		fb_input_destroy(input);
		return err;
	}
	*input_ret = input;
	return NULL;
}

void fb_input_destroy(struct fb_input *input)
{
	if (!input)
		return;
	for (size_t i = 0; i < input->core_count; i++) {
		fb_match_deinit(&input->cores[i].match);
		fb_core_destroy(input->cores[i].core);
	}
	free(input->cores);
	free(input->by_pid);
	fb_core_set_destroy(input->core_set);
	fb_path_list_deinit(&input->files);
	free(input->core_problem);
	fb_tasks_destroy(input->tasks);
	fb_kernel_destroy(input->kernel);
	fb_fetched_vmlinux_deinit(&input->fetched);
	fb_fiber_destroy(input->fiber);
	fb_dump_destroy(input->dump);
	fb_file_destroy(input->file);
	fb_pool_destroy(input->pool);
	free(input->path);
	free(input);
}

const char *fb_input_path(const struct fb_input *input)
{
	return input->path;
}

struct fb_pool *fb_input_pool(const struct fb_input *input)
{
	return input->pool;
}

struct fb_fetcher *fb_input_fetcher(const struct fb_input *input)
{
	return input->fetched.fetcher;
}

struct fb_dump *fb_input_dump(const struct fb_input *input)
{
	return input->dump;
}

struct fb_kernel *fb_input_kernel(const struct fb_input *input)
{
	return input->kernel;
}

struct fb_warnings *fb_input_warnings(const struct fb_input *input)
{
	return input->warnings;
}

struct fb_fiber *fb_input_fiber(const struct fb_input *input)
{
	return input->fiber;
}

struct fb_error *fb_input_explain(const struct fb_input *input, const char *what,
				  struct fb_error *err)
{
	const char *lost = fb_kernel_lost(input->kernel);

	if (!lost || !fb_error_is(err, FB_NOT_FOUND))
		return fb_error_prefix(err, "%s", input->path);
	fb_error_destroy(err);
	return fb_error_create(FB_NOT_FOUND, "%s: %s: %s", input->path, what, lost);
}

struct fb_error *fb_input_tasks(struct fb_input *input, const struct fb_tasks **tasks_ret)
{
	if (!input->tasks) {
		struct fb_error *err = fb_tasks_load(input->kernel, &input->tasks);

		if (err)
			return fb_input_explain(input, "no task can be reached", err);
	}
	*tasks_ret = input->tasks;
	return NULL;
}

/* One of the bundle's cores (index below their count), or of those given beside it. */
static struct fb_error *open_core(struct fb_input *input, size_t index, size_t bundled,
				  struct fb_input_core *core)
{
	struct fb_file *file;
	struct fb_error *err;

	core->from_bundle = index < bundled;
	if (!core->from_bundle)
		return fb_core_open(input->files.list[index - bundled], input->warnings,
				    &core->core);
	err = fb_fiber_core_file(input->fiber, index, &file);
	return err ? err : fb_core_open_file(file, input->warnings, &core->core);
}

/* Takes the room that a core needs, or destroys it. Files with holes, and those of bundles, may claim
 * any amount of notes; the room grows with what cores have on disk. */
static struct fb_error *take_room(struct fb_input *input, struct fb_input_core *core)
{
	uint64_t held = fb_core_held(core->core);
	struct fb_error *err;

	if (!core->from_bundle)
		input->core_room += FB_MAX_CORES_HELD * fb_file_data_size(fb_core_file(core->core));
	if (held <= input->core_room) {
		input->core_room -= held;
		return NULL;
	}
	err = fb_error_create(FB_LIMIT, "%s: its headers and notes are larger than any core's",
			      fb_core_info(core->core)->path);
	fb_core_destroy(core->core);
	return err;
}

/* The same file given twice, under whatever names. */
static struct fb_error *check_given_once(struct fb_input *input, const char *path)
{
	bool met;
	struct fb_error *err = fb_core_set_path(input->core_set, path, &met);

	return err || !met ? err : fb_error_create(FB_INVALID, "%s: given twice", path);
}

/* What the bundle has is not joined again: *same_ret. It costs nothing of the answer. */
static struct fb_error *check_new(struct fb_input *input, const struct fb_input_core *core,
				  bool *same_ret)
{
	const char *path = fb_core_info(core->core)->path;
	const struct fb_core *same = NULL;
	struct fb_error *err = core->from_bundle
				       ? fb_core_set_add(input->core_set, core->core)
				       : fb_core_set_find(input->core_set, core->core, &same);

	*same_ret = same != NULL;
	if (err || !same)
		return err;
	fb_warn(input->remarks, "%s: left out: the bundle has it already, as %s", path,
		fb_core_name(same));
	if (!input->core_problem &&
	    asprintf(&input->core_problem, "the bundle has %s already, as %s", path,
		     fb_core_name(same)) < 0)
		input->core_problem = NULL;
	return NULL;
}

/* What no longer is one of the cores: err (taken) is a warning, or a remark where it only lay in the
 * dump's folder and is no core. */
static void leave_out(struct fb_input *input, struct fb_error *err)
{
	bool remark = input->cores_found && fb_error_is(err, FB_INVALID);

	if (!input->core_problem)
		input->core_problem = strdup(fb_error_message(err));
	fb_warn_error(remark ? input->remarks : input->warnings, err, "a core is left out");
}

static struct fb_error *load_core(struct fb_input *input, struct fb_matcher *matcher, size_t index,
				  size_t bundled)
{
	struct fb_input_core *core = &input->cores[input->core_count];
	struct fb_error *err = NULL;
	bool same = false;

	if (index >= bundled)
		err = check_given_once(input, input->files.list[index - bundled]);
	if (!err)
		err = open_core(input, index, bundled, core);
	if (!err)
		err = take_room(input, core);
	/* A core that cannot even be opened costs itself: the user named others too. */
	if (err && !fb_error_is(err, FB_NOMEM) && !fb_error_is(err, FB_EXHAUSTED)) {
		leave_out(input, err);
		return NULL;
	}
	if (err)
		return err;
	if (input->core_path_count && bundled)
		err = check_new(input, core, &same);
	if (!err && !same)
		err = fb_core_set_name(input->core_set, core->core);
	if (!err && !same)
		err = fb_matcher_match(matcher, core->core, &core->match);
	if (err || same)
		fb_core_destroy(core->core);
	else
		input->core_count++;
	return err;
}

static struct fb_error *load_cores(struct fb_input *input, struct fb_matcher *matcher,
				   size_t bundled)
{
	size_t total = bundled + input->core_path_count;
	struct fb_error *err;

	input->core_room = FB_MIN_CORES_HELD;
	if (input->file)
		input->core_room += FB_MAX_CORES_HELD * fb_file_data_size(input->file);
	err = fb_alloc_array(total, sizeof(*input->cores), FB_MAX_CORES, "cores", &input->cores);
	if (!err)
		err = fb_core_set_create(&input->core_set);
	for (size_t i = 0; i < total && !err; i++)
		err = load_core(input, matcher, i, bundled);
	return err;
}

/* By PID, the newest first; unknown ages count as oldest. Of two as old, one given beside the bundle is
 * of more use (the bundle's may be redacted), then the first. */
static int compare_by_pid(const void *left, const void *right)
{
	const struct fb_input_core *a = *(const struct fb_input_core *const *)left;
	const struct fb_input_core *b = *(const struct fb_input_core *const *)right;
	double x = a->match.taken_before_panic_s, y = b->match.taken_before_panic_s;

	if (a->match.task->pid != b->match.task->pid)
		return a->match.task->pid < b->match.task->pid ? -1 : 1;
	if (isnan(x) != isnan(y))
		return isnan(x) ? 1 : -1;
	if (!isnan(x) && x != y)
		return x < y ? -1 : 1;
	if (a->from_bundle != b->from_bundle)
		return a->from_bundle ? 1 : -1;
	return a < b ? -1 : 1;
}

static struct fb_error *index_cores(struct fb_input *input)
{
	struct fb_error *err = fb_alloc_array(input->core_count, sizeof(*input->by_pid),
					      FB_MAX_CORES, "cores", &input->by_pid);

	if (err)
		return err;
	for (size_t i = 0; i < input->core_count; i++)
		if (input->cores[i].match.task)
			input->by_pid[input->by_pid_count++] = &input->cores[i];
	qsort(input->by_pid, input->by_pid_count, sizeof(struct fb_input_core *), compare_by_pid);
	return NULL;
}

/* Cores were given, and none is of this dump: says so, and of the core that tells most about it, why. */
static struct fb_error *warn_unmatched(struct fb_input *input)
{
	enum fb_boot_verdict verdict, best = FB_BOOT_UNKNOWN;
	struct fb_boot_facts dump = {0}, facts = {0};
	char why[512], best_why[512] = "";
	const char *name = NULL;
	size_t given = 0;
	struct fb_error *err = fb_boot_facts_of_dump(input->kernel, input->tasks, &dump);

	for (size_t i = 0; !err && i < input->core_count; i++) {
		struct fb_core *core = input->cores[i].core;

		if (input->cores[i].from_bundle)
			continue;
		given++;
		err = fb_boot_facts_of_core(core, &facts);
		if (err)
			break;
		verdict = fb_boot_facts_compare(&facts, &dump, why, sizeof(why));
		if (verdict < best) {
			best = verdict;
			name = fb_core_name(core);
			snprintf(best_why, sizeof(best_why), "%s", why);
		}
	}
	if (err || !given)
		return err;
	fb_warn(input->warnings, "%s %s of a process of this dump%s%s%s%s",
		given == 1 ? "the core given is not" : "none of the cores given is",
		given == 1 ? "that" : "one", name ? "; of " : "", name ? name : "",
		name ? ": " : "", best_why);
	return NULL;
}

struct fb_error *fb_input_cores(struct fb_input *input, const struct fb_input_core **cores_ret,
				size_t *count_ret)
{
	size_t bundled = input->fiber ? fb_fiber_core_count(input->fiber) : 0;
	struct fb_matcher *matcher = NULL;
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = NULL;

	if (!input->cores_loaded && bundled + input->core_path_count > 0) {
		err = fb_input_tasks(input, &tasks);
		if (!err)
			err = fb_matcher_create(input->kernel, tasks, &matcher);
		if (!err)
			err = load_cores(input, matcher, bundled);
		if (!err)
			err = index_cores(input);
		if (!err && input->core_path_count && !input->by_pid_count)
			err = warn_unmatched(input);
		fb_matcher_destroy(matcher);
		if (err)
			return err;
	}
	input->cores_loaded = true;
	*cores_ret = input->cores;
	*count_ret = input->core_count;
	return NULL;
}

const struct fb_input_core *fb_input_core_of(const struct fb_input *input, int32_t pid)
{
	size_t at = FB_LOWER_BOUND(i, input->by_pid_count, input->by_pid[i]->match.task->pid < pid);

	return at < input->by_pid_count && input->by_pid[at]->match.task->pid == pid
		       ? input->by_pid[at]
		       : NULL;
}

const char *fb_input_core_problem(const struct fb_input *input)
{
	return input->core_problem;
}

struct fb_error *fb_input_check_output(const struct fb_input *input, const char *path)
{
	struct stat output, file;

	if (stat(path, &output) != 0)
		return NULL; /* nothing there, or writing it will say why not */
	if (S_ISDIR(output.st_mode))
		return fb_error_create(FB_INVALID, "%s is a folder: name a file in it", path);
	for (size_t i = 0; i < input->files.count; i++)
		if (stat(input->files.list[i], &file) == 0 && file.st_dev == output.st_dev &&
		    file.st_ino == output.st_ino)
			return fb_error_create(
				FB_INVALID, "%s: is an input: name another output with -o", path);
	return NULL;
}
