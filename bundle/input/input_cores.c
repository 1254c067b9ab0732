// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cores of an input: those of the bundle and those that were given, opened and matched with tasks when they are
 * first asked for, or early by the shell. Called by most commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/search.h"
#include "bundle/input/input_private.h"
#include "bundle/match/boot_facts.h"

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
		if (err) {
			fb_input_unload_cores(input);
			return err;
		}
	}
	input->cores_loaded = true;
	/* Cores are matched with the tasks. */
	fb_withheld_tell(&input->of_tasks, input->warnings, input->remarks);
	fb_withheld_tell(&input->of_cores, input->warnings, input->remarks);
	*cores_ret = input->cores;
	*count_ret = input->core_count;
	return NULL;
}

void fb_input_prepare(struct fb_input *input)
{
	const struct fb_withheld_mark mark = fb_withheld_mark(input->warnings, input->remarks);
	const struct fb_input_core *cores;
	const struct fb_tasks *tasks;
	struct fb_withheld of_tasks = {0};
	size_t count;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	fb_withheld_take(&of_tasks, mark, input->warnings, input->remarks);
	if (!err)
		err = fb_input_cores(input, &cores, &count);
	fb_withheld_take(&input->of_cores, mark, input->warnings, input->remarks);
	input->of_tasks = of_tasks;
	/* What is not loaded is warned of again when it is asked for. */
	if (!input->tasks)
		fb_withheld_deinit(&input->of_tasks);
	if (!input->cores_loaded)
		fb_withheld_deinit(&input->of_cores);
	fb_error_destroy(err);
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
