// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the thread that is at fault by what led to the panic, and makes the signatures of its stack and its waits.
 * Called by the commands signature and triage.
 */
#include "bundle/signature/signature.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/part.h"
#include "bundle/stacks/thread_stack.h"

/* The longest text of a level: all functions and the waits. */
#define MAX_TEXT (64u << 10)
/* Functions at the level `top`. */
#define TOP_FRAMES 4u

static const char *const level_names[FB_SIGNATURE_LEVELS] = {"kind", "place", "top", "stack"};
static const char *const guilt_words[] = {
	[FB_GUILT_UNKNOWN] = NULL,        [FB_GUILT_PANIC] = "panic", [FB_GUILT_REPORT] = "report",
	[FB_GUILT_DEADLOCK] = "deadlock", [FB_GUILT_CHAIN] = "chain",
};

const char *fb_signature_level_name(enum fb_signature_level level)
{
	return level_names[level];
}

bool fb_signature_level_parse(const char *word, enum fb_signature_level *level_ret)
{
	for (unsigned i = 0; i < FB_SIGNATURE_LEVELS; i++)
		if (strcmp(word, level_names[i]) == 0) {
			*level_ret = (enum fb_signature_level)i;
			return true;
		}
	return false;
}

const char *fb_guilt_word(enum fb_guilt guilt)
{
	return guilt_words[guilt];
}

char *fb_signature_message(const char *message, char *to, size_t size)
{
	size_t used = 0;

	while (*message && used + 1 < size) {
		const bool begins_word = !used || !isalnum((unsigned char)to[used - 1]);

		if (!isdigit((unsigned char)*message) &&
		    !(begins_word && isxdigit((unsigned char)*message) &&
		      isdigit((unsigned char)message[1]))) {
			to[used++] = *message++;
			continue;
		}
		to[used++] = '#';
		while (isxdigit((unsigned char)*message) || *message == 'x')
			message++;
	}
	to[used] = '\0';
	return to;
}

/* How a stack is to be read, and where the fault is looked for. */
enum sort {
	SORT_FAULT,  /* an exception interrupted the code at fault */
	SORT_LOCKUP, /* likewise an interrupt; the code is on the CPU that the report is about */
	SORT_HUNG,   /* the report is about a thread that sleeps */
	SORT_HANG,   /* somebody had a host dumped that hung: what threads wait for tells why */
	SORT_PANIC,  /* panic() was called by the code at fault */
};

static enum sort sort_of(const struct fb_panic *panic)
{
	switch (panic->cause) {
	case FB_LOG_NULL_DEREFERENCE:
	case FB_LOG_PAGE_FAULT:
	case FB_LOG_GENERAL_PROTECTION:
	case FB_LOG_BUG:
	case FB_LOG_LIST_CORRUPTION:
	case FB_LOG_STACK_OVERFLOW:
	case FB_LOG_DOUBLE_FAULT:
	case FB_LOG_OTHER_EXCEPTION:
	case FB_LOG_WARNING:
		return SORT_FAULT;
	case FB_LOG_SOFT_LOCKUP:
	case FB_LOG_HARD_LOCKUP:
	case FB_LOG_RCU_STALL:
		return SORT_LOCKUP;
	case FB_LOG_HUNG_TASK:
		return SORT_HUNG;
	case FB_LOG_SYSRQ:
	case FB_LOG_NMI:
	case FB_LOG_WORKQUEUE_LOCKUP:
		return SORT_HANG;
	case FB_LOG_UNKNOWN:
		return panic->message ? SORT_PANIC : SORT_HANG;
	default:
		return SORT_PANIC;
	}
}

static const char *kind_of(const struct fb_signature *signature)
{
	const char *word = fb_log_kind_word(signature->panic.cause);

	if (signature->waits.kind == FB_SHAPE_DEADLOCK)
		return "deadlock";
	if (signature->waits.kind == FB_SHAPE_CHAIN && signature->panic.cause != FB_LOG_HUNG_TASK)
		return "hang";
	if (word)
		return word;
	return signature->panic.message ? "panic" : "unknown";
}

/* The thread that the report is about, where its stack is still that of the report: it runs, or it hangs. */
static const struct fb_task *reported(const struct fb_tasks *tasks, const struct fb_panic *panic,
				      enum sort sort)
{
	const struct fb_task *task =
		panic->report.tid > 0 ? fb_tasks_by_tid(tasks, panic->report.tid) : NULL;

	if (!panic->report.text)
		return NULL;
	if (sort == SORT_HUNG)
		return task;
	if (sort == SORT_LOCKUP && panic->report.cpu >= 0)
		return fb_tasks_on_cpu(tasks, panic->report.cpu);
	return task && task->on_cpu ? task : NULL;
}

static void blame(struct fb_signature *signature, const struct fb_task *task, enum fb_guilt guilt)
{
	if (!task)
		return;
	signature->task = task;
	signature->guilt = guilt;
}

/* Looks into the waits for what a host hangs in; tid as in fb_wait_shape_find(). */
static struct fb_error *look_at_waits(struct fb_input *input, const struct fb_tasks *tasks,
				      int32_t tid, struct fb_signature *signature)
{
	const struct fb_wait_options options = {0};
	struct fb_waits *waits = NULL;
	struct fb_error *err = fb_waits_find(input, &options, &waits);

	if (err)
		return fb_part_warn(fb_input_warnings(input), err, "what threads wait for");
	fb_wait_shape_find(tasks, waits, tid, &signature->waits);
	fb_waits_destroy(waits);
	if (signature->waits.kind == FB_SHAPE_DEADLOCK)
		blame(signature, fb_tasks_by_tid(tasks, signature->waits.tid), FB_GUILT_DEADLOCK);
	else if (signature->waits.kind == FB_SHAPE_CHAIN && tid < 0)
		blame(signature, fb_tasks_by_tid(tasks, signature->waits.tid), FB_GUILT_CHAIN);
	return NULL;
}

static struct fb_error *find_guilty(struct fb_input *input, enum sort sort,
				    struct fb_signature *signature)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_panic *panic = &signature->panic;
	/* Where types are missing no task can be reached: opening the kernel has warned of that. */
	struct fb_error *err = fb_part_skip(fb_input_tasks(input, &tasks));

	if (err || !tasks)
		return err;
	if (sort != SORT_HANG)
		blame(signature, panic->task, FB_GUILT_PANIC);
	blame(signature, reported(tasks, panic, sort), FB_GUILT_REPORT);
	if (sort == SORT_HUNG && signature->guilt == FB_GUILT_REPORT)
		return look_at_waits(input, tasks, signature->task->tid, signature);
	return sort == SORT_HANG ? look_at_waits(input, tasks, -1, signature) : NULL;
}

/* Whether the stack of the thread at fault begins with what interrupted it. */
static bool is_interrupted(const struct fb_signature *signature, enum sort sort)
{
	return (sort == SORT_FAULT || sort == SORT_LOCKUP) && signature->task->on_cpu;
}

static struct fb_error *read_frames(struct fb_input *input, enum sort sort,
				    struct fb_signature *signature)
{
	const struct fb_thread_stacks_options options = {.kernel_only = true};
	struct fb_thread_stacks *stacks = NULL;
	struct fb_error *err;

	if (!signature->task)
		return NULL;
	err = fb_thread_stacks_load(input, &options, &signature->task, 1, &stacks);
	if (err)
		return fb_part_warn(fb_input_warnings(input), err,
				    "the stack of the thread at fault");
	signature->frames = calloc(1, sizeof(*signature->frames));
	if (signature->frames)
		fb_signature_frames(&fb_thread_stacks_get(stacks, 0)->kernel,
				    is_interrupted(signature, sort), signature->frames);
	fb_thread_stacks_destroy(stacks);
	return signature->frames ? NULL : fb_error_nomem();
}

/* Appends functions, one a line: `count` of them from first on. */
static struct fb_error *add_frames(struct fb_buf *text, const struct fb_signature_frames *frames,
				   size_t first, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = first; i < frames->count && i - first < count && !err; i++)
		err = fb_buf_printf(text, "%s\n", frames->names[i]);
	return err;
}

/* What panic() was told, where its kind is not known by that. */
static struct fb_error *add_message(struct fb_buf *text, const struct fb_signature *signature)
{
	char message[256];

	if (signature->panic.cause != FB_LOG_UNKNOWN || !signature->panic.message)
		return NULL;
	return fb_buf_printf(
		text, "%s\n",
		fb_signature_message(signature->panic.message, message, sizeof(message)));
}

static struct fb_error *add_level(struct fb_buf *text, const struct fb_signature *signature,
				  enum fb_signature_level level)
{
	const struct fb_signature_frames *frames = signature->frames;
	const bool waits = signature->waits.kind != FB_SHAPE_NONE;
	struct fb_error *err =
		fb_buf_printf(text, "fbundle signature %d %s\n%s\n", FB_SIGNATURE_RULES,
			      level_names[level], signature->kind);

	if (!err && level >= FB_SIGNATURE_PLACE)
		err = add_message(text, signature);
	if (!err && level >= FB_SIGNATURE_PLACE && waits)
		err = fb_buf_printf(text, "%s\n",
				    level == FB_SIGNATURE_PLACE ? signature->waits.kinds
								: signature->waits.actors);
	if (err || level < FB_SIGNATURE_PLACE || !frames)
		return err;
	if (level == FB_SIGNATURE_STACK)
		return add_frames(text, frames, 0, frames->count);
	/* Of a hang the waits tell more than the place where the last one sleeps. */
	if (waits)
		return NULL;
	return add_frames(text, frames, frames->place,
			  level == FB_SIGNATURE_PLACE ? 1 : TOP_FRAMES);
}

/* Whether something is known that this level adds to the kind. */
static bool is_known(const struct fb_signature *signature, enum fb_signature_level level)
{
	const struct fb_signature_frames *frames = signature->frames;
	const bool waits = signature->waits.kind != FB_SHAPE_NONE;

	switch (level) {
	case FB_SIGNATURE_KIND:
		return true;
	case FB_SIGNATURE_STACK:
		return frames && frames->count;
	default:
		return waits || (frames && frames->place < frames->count);
	}
}

static struct fb_error *hash_level(struct fb_signature *signature, enum fb_signature_level level)
{
	struct fb_buf text;
	struct fb_error *err;

	if (!is_known(signature, level))
		return NULL;
	fb_buf_init(&text, MAX_TEXT);
	err = add_level(&text, signature, level);
	if (!err) {
		signature->hashes[level] = XXH64(text.data, text.size, 0);
		signature->texts[level] = strndup((const char *)text.data, text.size);
		if (!signature->texts[level])
			err = fb_error_nomem();
	}
	fb_buf_deinit(&text);
	return err;
}

struct fb_error *fb_signature_compute(struct fb_input *input, struct fb_signature *signature_ret)
{
	struct fb_signature signature = {.waits.tid = -1};
	struct fb_error *err = fb_panic_find(input, &signature.panic);
	const enum sort sort = sort_of(&signature.panic);

	if (err)
		return err;
	err = find_guilty(input, sort, &signature);
	signature.kind = kind_of(&signature);
	if (!err)
		err = read_frames(input, sort, &signature);
	for (unsigned level = 0; level < FB_SIGNATURE_LEVELS && !err; level++)
		err = hash_level(&signature, (enum fb_signature_level)level);
	if (err)
		fb_signature_deinit(&signature);
	else
		*signature_ret = signature;
	return err;
}

void fb_signature_deinit(struct fb_signature *signature)
{
	fb_panic_deinit(&signature->panic);
	free(signature->frames);
	for (unsigned level = 0; level < FB_SIGNATURE_LEVELS; level++)
		free(signature->texts[level]);
	memset(signature, 0, sizeof(*signature));
}
