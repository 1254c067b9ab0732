// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out which stacks are the same. Called by bt --group, and by report.
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/u64_map.h"
#include "cmd/bt/bt.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_kernel(const struct fb_kernel_stack *a, const struct fb_kernel_stack *b)
{
	if (a->count != b->count || a->ended != b->ended || a->syscall != b->syscall)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].pc != b->frames[i].pc || a->frames[i].entry != b->frames[i].entry)
			return false;
	return a->ended != FB_UNWIND_LOST || strcmp(a->end, b->end) == 0;
}

/* Objects are mapped at other addresses in each process, so the offset in the symbol is
 * compared. */
static bool same_frame(const struct fb_user_frame *a, const struct fb_user_frame *b)
{
	if (!same_text(a->object, b->object) || !same_text(a->build_id, b->build_id) ||
	    a->inlined != b->inlined || a->language != b->language || a->found != b->found)
		return false;
	/* Frames of a runtime have no offset. */
	if (a->language && (a->line != b->line || !same_text(a->file, b->file)))
		return false;
	if (a->symbol && b->symbol)
		return a->offset == b->offset && strcmp(a->symbol, b->symbol) == 0;
	/* Objects begin at pages. */
	return !a->symbol && !b->symbol &&
	       (a->pc == b->pc || (a->object && ((a->pc ^ b->pc) & 0xfff) == 0));
}

static bool same_user(const struct fb_user_stack *a, const struct fb_user_stack *b)
{
	if (a->count != b->count || a->complete != b->complete)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_frame(&a->frames[i], &b->frames[i]))
			return false;
	return true;
}

bool fb_bt_same_stack(const struct fb_thread_stack *a, const struct fb_thread_stack *b)
{
	return same_kernel(&a->kernel, &b->kernel) && same_user(&a->user, &b->user);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return XXH64(&value, sizeof(value), hash);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return text ? XXH64(text, strlen(text), hash) : mix(hash, 0);
}

/* The same for stacks that are the same: of what same_kernel() and same_frame() compare. */
static uint64_t hash_stack(const struct fb_thread_stack *stack)
{
	const struct fb_kernel_stack *kernel = &stack->kernel;
	const struct fb_user_stack *user = &stack->user;
	uint64_t hash = mix(mix(kernel->count, user->count), user->complete);

	for (size_t i = 0; i < kernel->count; i++)
		hash = mix(hash, kernel->frames[i].pc);
	for (size_t i = 0; i < user->count; i++) {
		const struct fb_user_frame *frame = &user->frames[i];

		hash = mix_text(mix_text(hash, frame->object), frame->symbol);
		hash = mix(hash, frame->symbol ? frame->offset : frame->pc & 0xfff);
		hash = mix(hash, frame->language ? frame->line : 0);
	}
	return hash;
}

/* Stack index, whose hash an earlier one has: looks among the groups of that hash, of which *head is the
 * first and others[] lead on; joins one of them, or becomes the last. */
static void join(struct fb_bt_groups *groups, const struct fb_thread_stack *const *stacks,
		 size_t index, size_t head, size_t *others, size_t *last)
{
	size_t group = head;

	for (;;) {
		groups->compared++;
		if (fb_bt_same_stack(stacks[group], stacks[index])) {
			groups->first[index] = false;
			groups->next[last[group]] = index;
			last[group] = index;
			return;
		}
		if (others[group] == SIZE_MAX)
			break;
		group = others[group];
	}
	others[group] = index;
}

static struct fb_error *group(struct fb_bt_groups *groups,
			      const struct fb_thread_stack *const *stacks, size_t count,
			      size_t *others, size_t *last)
{
	struct fb_u64_map by_hash = {0};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		uint64_t hash = hash_stack(stacks[i]);
		bool fresh;

		groups->first[i] = true;
		groups->next[i] = others[i] = SIZE_MAX;
		last[i] = i;
		err = fb_u64_map_add(&by_hash, hash, i, FB_MAX_TASKS, "stacks", &fresh);
		if (!err && !fresh)
			join(groups, stacks, i, *fb_u64_map_find(&by_hash, hash), others, last);
	}
	fb_u64_map_deinit(&by_hash);
	return err;
}

struct fb_error *fb_bt_group(const struct fb_thread_stack *const *stacks, size_t count,
			     struct fb_bt_groups *groups_ret)
{
	struct fb_bt_groups groups = {0};
	size_t *others = NULL, *last = NULL;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*groups.first), FB_MAX_TASKS, "threads", &groups.first);
	if (!err)
		err = fb_alloc_array(count, sizeof(*groups.next), FB_MAX_TASKS, "threads",
				     &groups.next);
	if (!err)
		err = fb_alloc_array(count, sizeof(*others), FB_MAX_TASKS, "threads", &others);
	if (!err)
		err = fb_alloc_array(count, sizeof(*last), FB_MAX_TASKS, "threads", &last);
	if (!err)
		err = group(&groups, stacks, count, others, last);
	free(last);
	free(others);
	if (err)
		fb_bt_groups_deinit(&groups);
	else
		*groups_ret = groups;
	return err;
}

void fb_bt_groups_deinit(struct fb_bt_groups *groups)
{
	free(groups->first);
	free(groups->next);
	memset(groups, 0, sizeof(*groups));
}
