// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks stacks of Go: those of goroutines that wait, and those of threads. Called by runtimes.c.
 *
 * The tables of each function tell how far its stack pointer is from the return address. A thread has a stack of its
 * own (that of the goroutine g0), to which the runtime changes for its own work; where this leads back to the
 * goroutine's stack, the walk goes on there, as src/runtime/traceback.go does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/go/go_private.h"
#include "user/runtimes/go/go_table.h"

/* Words below the thread's base at which the variable of the current g may be: the first, where the program has no
 * other variables of threads. */
#define THREAD_WORDS 8u

struct walk {
	struct fb_go *go;
	struct fb_user_stack *stack;
	uint64_t pc, sp;
	uint64_t low, high; /* the stack that it is on; 0: not known */
	/* The goroutine whose code called the runtime on the thread's own stack; 0: none. */
	uint64_t caller;
	bool is_return; /* pc is a return address */
	bool stop;
};

static void FB_PRINTF(2, 3) end_walk(struct walk *walk, const char *format, ...)
{
	va_list args;

	walk->stop = true;
	va_start(args, format);
	vsnprintf(walk->stack->end, sizeof(walk->stack->end), format, args);
	va_end(args);
}

static struct fb_error *end_by(struct walk *walk, struct fb_error *err)
{
	if (fb_error_is_fatal(err))
		return err;
	end_walk(walk, "%s", fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}

/* The frames of one place: those of the functions that are inlined there, then the function's own. */
static struct fb_error *add_frames(struct walk *walk, const struct fb_go_place *place)
{
	struct fb_user_stack *stack = walk->stack;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < place->count && !err; i++) {
		const struct fb_go_line *line = &walk->go->lines[place->first + i];

		err = fb_grow_array(&stack->frames, &stack->room, stack->count,
				    sizeof(*stack->frames), FB_MAX_USER_FRAMES, "frames");
		if (err)
			break;
		walk->go->frame_count++;
		stack->frames[stack->count++] = (struct fb_user_frame){
			.pc = walk->pc,
			.sp = walk->sp,
			.symbol = *line->function ? line->function : NULL,
			.offset = walk->pc - place->entry,
			.object = walk->go->path,
			.file = *line->file ? line->file : NULL,
			.line = line->line,
			.inlined = i + 1 < place->count,
			.language = FB_LANGUAGE_GO,
			.found = walk->is_return ? FB_FRAME_UNWIND_TABLE : FB_FRAME_REGISTERS,
			.from = FB_SOURCE_ABSENT,
		};
	}
	return err;
}

/* What a goroutine saved of its registers when it left its stack. */
struct saved {
	uint64_t low, high, m, sp, pc, syscall_sp, syscall_pc;
};

static struct fb_error *read_saved(struct fb_go *go, uint64_t g, struct saved *saved)
{
	uint8_t bytes[FB_GO_G_SIZE];
	struct fb_error *err = fb_space_read(go->space, g, bytes, sizeof(bytes));

	if (err)
		return err;
	saved->low = fb_u64_at(bytes, FB_GO_G_STACK);
	saved->high = fb_u64_at(bytes, FB_GO_G_STACK + 8);
	saved->m = fb_u64_at(bytes, FB_GO_G_M);
	saved->sp = fb_u64_at(bytes, FB_GO_G_SCHED_SP);
	saved->pc = fb_u64_at(bytes, FB_GO_G_SCHED_PC);
	saved->syscall_sp = fb_u64_at(bytes, go->layout.g_syscall_sp);
	saved->syscall_pc = fb_u64_at(bytes, go->layout.g_syscall_pc);
	return NULL;
}

/* Where the runtime's functions on the thread's own stack were called by a goroutine, the walk goes on there. */
static struct fb_error *follow_caller(struct walk *walk, const char *function, bool *followed_ret)
{
	const bool is_systemstack = !strcmp(function, "runtime.systemstack");
	const bool leaves =
		!strcmp(function, "runtime.morestack") || !strcmp(function, "runtime.mcall");
	const bool is_c = !strcmp(function, "runtime.asmcgocall");
	struct saved saved;
	struct fb_error *err;

	*followed_ret = false;
	if (!walk->caller || (!is_systemstack && !leaves && !is_c))
		return NULL;
	err = read_saved(walk->go, walk->caller, &saved);
	if (err)
		return err;
	walk->caller = 0;
	walk->low = saved.low;
	walk->high = saved.high;
	if (is_systemstack) {
		/* It returns in the way of a call: its own frame is where the goroutine's stack ends. */
		walk->sp = saved.sp;
		return NULL;
	}
	walk->pc = is_c && saved.syscall_sp ? saved.syscall_pc : saved.pc;
	walk->sp = is_c && saved.syscall_sp ? saved.syscall_sp : saved.sp;
	walk->is_return = true;
	*followed_ret = true;
	return NULL;
}

static bool is_on_stack(const struct walk *walk, uint64_t sp)
{
	return !walk->high || (sp >= walk->low && sp < walk->high);
}

/* To the caller of the function at place. */
static struct fb_error *step(struct walk *walk, const struct fb_go_place *place)
{
	const char *function = walk->go->lines[place->first + place->count - 1].function;
	const uint8_t flags = place->flags;
	const uint64_t sp_delta = place->sp_delta;
	const bool has_delta = place->has_delta, innermost = !walk->is_return;
	bool followed = false;
	uint64_t at;
	struct fb_error *err = follow_caller(walk, function, &followed);

	if (err || followed)
		return err;
	/* The scheduler runs on the thread's own stack, and goes on with no caller's. */
	if ((flags & FB_GO_OUTERMOST) || (!strcmp(function, "runtime.mcall") && !innermost)) {
		walk->stack->complete = true;
		end_walk(walk, "end of the stack: %.100s", function);
		return NULL;
	}
	if ((flags & FB_GO_CHANGES_SP) && !innermost &&
	    strcmp(function, "runtime.systemstack") != 0 &&
	    strcmp(function, "runtime.cgocallback") != 0) {
		end_walk(walk, "%.100s changes to another stack", function);
		return NULL;
	}
	at = walk->sp + sp_delta;
	if (!has_delta || !is_on_stack(walk, at)) {
		end_walk(walk, "the return address of the next frame is not known");
		return NULL;
	}
	err = fb_space_u64(walk->go->space, at, &walk->pc);
	walk->sp = at + 8;
	walk->is_return = true;
	if (!err && !walk->pc) {
		walk->stack->complete = true;
		end_walk(walk, "end of the stack");
	}
	return err;
}

static struct fb_error *walk_stack(struct walk *walk)
{
	const size_t first = walk->stack->count;
	struct fb_error *err = NULL;

	while (!err && !walk->stop) {
		const struct fb_go_place *place = NULL;

		if (walk->stack->count - first >= FB_MAX_GO_FRAMES) {
			end_walk(walk, "more than %u frames", FB_MAX_GO_FRAMES);
			break;
		}
		if (walk->go->frame_count >= FB_MAX_GO_ALL_FRAMES) {
			end_walk(walk, "all goroutines have more than %u frames",
				 FB_MAX_GO_ALL_FRAMES);
			break;
		}
		err = fb_go_place(walk->go, walk->pc, walk->is_return, &place);
		if (!err)
			err = add_frames(walk, place);
		if (!err)
			err = step(walk, place);
		if (err)
			err = end_by(walk, err);
	}
	return err;
}

struct fb_error *fb_go_frames(struct fb_go *go, const struct fb_goroutine *routine,
			      struct fb_user_stack *stack)
{
	struct walk walk = {
		.go = go,
		.stack = stack,
		.pc = routine->pc,
		.sp = routine->sp,
		.low = routine->stack,
		.high = routine->stack_end,
		.is_return = true,
	};

	return walk_stack(&walk);
}

/* Whether g is the current goroutine of a thread, or its own: then the m leads back to it. *caller_ret: the goroutine
 * that the thread runs; 0: none. */
static struct fb_error *is_of_thread(struct fb_go *go, uint64_t g, struct saved *saved,
				     uint64_t *caller_ret, bool *is_ret)
{
	uint64_t own = 0, signal = 0, current = 0;
	struct fb_error *err;

	*is_ret = false;
	if (!g || g % 8)
		return NULL;
	err = read_saved(go, g, saved);
	if (!err && saved->m && saved->m % 8 == 0)
		err = fb_space_u64(go->space, saved->m + FB_GO_M_G0, &own);
	if (!err && own)
		err = fb_space_u64(go->space, saved->m + go->layout.m_thread + 8, &signal);
	if (!err && own)
		err = fb_space_u64(go->space, saved->m + go->layout.m_curg, &current);
	if (err || !own)
		return fb_part_skip(err);
	*is_ret = g == own || g == signal || g == current;
	*caller_ret = current;
	return NULL;
}

/* The g that the thread has in its own memory, below the address that its FS register has. 0: it is none of Go's. */
static struct fb_error *current_of(struct fb_go *go, uint64_t fs_base, struct saved *saved,
				   uint64_t *g_ret, uint64_t *caller_ret)
{
	struct fb_error *err = NULL;
	bool is = false;
	uint64_t g = 0;

	*g_ret = *caller_ret = 0;
	for (unsigned i = 1; i <= THREAD_WORDS && !err && !is; i++) {
		err = fb_part_skip(fb_space_u64(go->space, fs_base - i * 8, &g));
		if (!err)
			err = is_of_thread(go, g, saved, caller_ret, &is);
	}
	if (is)
		*g_ret = g;
	else
		*caller_ret = 0;
	return err;
}

struct fb_error *fb_go_thread_find(struct fb_go *go, uint64_t fs_base,
				   struct fb_go_thread *thread_ret, bool *is_ret)
{
	struct saved saved = {.low = 0};
	uint64_t g = 0;
	struct fb_error *err;

	*thread_ret = (struct fb_go_thread){.m_id = -1};
	err = current_of(go, fs_base, &saved, &g, &thread_ret->routine);
	*is_ret = !err && g;
	if (err || !g)
		return err;
	return fb_part_skip(fb_space_read(go->space, saved.m + go->layout.m_id, &thread_ret->m_id,
					  sizeof(thread_ret->m_id)));
}

/* The first frame of the machine's stack that is Go's code; count: there is none. */
static size_t first_of_go(const struct fb_go *go, const struct fb_user_stack *stack)
{
	size_t i = 0;

	while (i < stack->count && !fb_go_is_code(go, stack->frames[i].pc))
		i++;
	return i;
}

/* Appends all frames of from, which is then empty, behind the first `keep` frames of stack. */
static struct fb_error *join(struct fb_user_stack *stack, size_t keep, struct fb_user_stack *from)
{
	struct fb_error *err = NULL;

	stack->count = keep;
	for (size_t i = 0; i < from->count && !err; i++) {
		err = fb_grow_array(&stack->frames, &stack->room, stack->count,
				    sizeof(*stack->frames), FB_MAX_STACK_FRAMES, "frames");
		if (!err)
			stack->frames[stack->count++] = from->frames[i];
	}
	stack->complete = from->complete;
	stack->lacks_file = false;
	snprintf(stack->end, sizeof(stack->end), "%s", from->end);
	return err;
}

/* Go's tables may be missing: then the machine's stack stays, and says so. */
static struct fb_error *replace(struct fb_user_stack *stack, size_t first,
				struct fb_user_stack *walked)
{
	const char *build_id = stack->frames[first].build_id, *object = stack->frames[first].object;

	if (!walked->count) {
		fb_user_stack_note(stack, "Go", walked->end);
		return NULL;
	}
	for (size_t i = 0; i < walked->count; i++) {
		walked->frames[i].build_id = build_id;
		walked->frames[i].object = object;
	}
	return join(stack, first, walked);
}

struct fb_error *fb_go_replace_frames(struct fb_go *go, const struct user_regs_struct *regs,
				      struct fb_user_stack *stack, uint64_t *routine_ret)
{
	struct fb_user_stack walked = {.frames = NULL};
	struct walk walk = {.go = go, .stack = &walked};
	const size_t first = first_of_go(go, stack);
	struct saved saved = {.low = 0};
	uint64_t g = 0, caller = 0;
	struct fb_error *err = current_of(go, regs->fs_base, &saved, &g, &caller);

	if (!err && routine_ret)
		*routine_ret = caller;
	if (err || first == stack->count)
		return err;
	walk.pc = stack->frames[first].pc;
	walk.sp = stack->frames[first].sp;
	walk.is_return = first > 0 && !stack->frames[first - 1].signal;
	walk.caller = g != caller ? caller : 0;
	if (g && walk.sp >= saved.low && walk.sp < saved.high) {
		walk.low = saved.low;
		walk.high = saved.high;
	}
	err = walk_stack(&walk);
	if (!err)
		err = replace(stack, first, &walked);
	free(walked.frames);
	return err;
}
