// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decodes the stacks stored in a redacted bundle's manifest. Every field is checked for its type
 * and its bounds; fields that older versions did not write may be missing. Called by
 * stored_stack_apply.c.
 */
#include "bundle/stacks/stored_stack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/file/manifest.h"
#include "bundle/stacks/stack_words.h"
#include "user/unwind/string_pool.h"

/* Frames of one half as JSON lists them: those inlined stand by themselves. */
#define MOST_KERNEL_FRAMES (FB_MAX_KERNEL_FRAMES * (FB_MAX_INLINED + 1))

struct entry {
	int32_t tid;
	const json_t *thread;
};

struct fb_stored_stacks {
	json_t *manifest;      /* owned; entries point into it */
	struct entry *entries; /* owned; in order of TID */
	size_t count;
	struct fb_string_pool pool;
};

/* A member that is an integer from least to most. */
static struct fb_error *get_number(const json_t *object, const char *name, json_int_t least,
				   json_int_t most, json_int_t *number_ret)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < least ||
	    json_integer_value(value) > most)
		return fb_error_create(FB_CORRUPT, "%s is no number from %lld to %lld", name,
				       (long long)least, (long long)most);
	*number_ret = json_integer_value(value);
	return NULL;
}

/* The same, or null: 0. */
static struct fb_error *get_number_or_null(const json_t *object, const char *name, json_int_t least,
					   json_int_t most, json_int_t *number_ret)
{
	if (!json_is_null(json_object_get(object, name)))
		return get_number(object, name, least, most, number_ret);
	*number_ret = 0;
	return NULL;
}

/* "0x" and 1 to 16 digits. */
static struct fb_error *get_address(const json_t *object, const char *name, uint64_t *address_ret)
{
	const char *text = json_string_value(json_object_get(object, name));
	size_t digits =
		text && strncmp(text, "0x", 2) == 0 ? strspn(text + 2, "0123456789abcdef") : 0;

	if (!digits || digits > 16 || text[2 + digits])
		return fb_error_create(FB_CORRUPT, "%s is no address", name);
	*address_ret = strtoull(text, NULL, 16);
	return NULL;
}

/* A member that may be missing: then `missing`. */
static struct fb_error *get_boolean(const json_t *object, const char *name, bool missing,
				    bool *value_ret)
{
	const json_t *value = json_object_get(object, name);

	if (value && !json_is_boolean(value))
		return fb_error_create(FB_CORRUPT, "%s is neither true nor false", name);
	*value_ret = value ? json_is_true(value) : missing;
	return NULL;
}

/* Unescapes a string into `to`; null is "" and *null_ret true. */
static struct fb_error *get_text(const json_t *object, const char *name, char *to, size_t size,
				 bool *null_ret)
{
	const json_t *value = json_object_get(object, name);

	*null_ret = json_is_null(value);
	to[0] = '\0';
	if (*null_ret)
		return NULL;
	if (!json_is_string(value))
		return fb_error_create(FB_CORRUPT, "%s is no text", name);
	if (!fb_text_unescape(json_string_value(value), to, size))
		return fb_error_create(FB_CORRUPT,
				       "%s is not as texts are escaped, or has %zu bytes or more",
				       name, size);
	return NULL;
}

/* A string into the pool; null gives NULL. */
static struct fb_error *get_pooled(struct fb_stored_stacks *stacks, const json_t *object,
				   const char *name, const char **text_ret)
{
	char text[FB_MAX_STRING + 1];
	bool null;
	struct fb_error *err = get_text(object, name, text, sizeof(text), &null);

	return err ? err : fb_string_pool_add(&stacks->pool, null ? NULL : text, text_ret);
}

/* The text of a wait. It is only shown, and may have been cut in the middle of an escape when it
 * was stored; a text that cannot be decoded is left out. */
static struct fb_error *get_waits_for(struct fb_stored_stacks *stacks, const json_t *thread,
				      const char **text_ret)
{
	struct fb_error *err = get_pooled(stacks, thread, "waits_for", text_ret);

	if (!fb_error_is(err, FB_CORRUPT))
		return err;
	fb_error_destroy(err);
	return NULL;
}

static struct fb_error *get_build_id(struct fb_stored_stacks *stacks, const json_t *object,
				     const char **text_ret)
{
	const char *text = json_string_value(json_object_get(object, "build_id"));

	if (text && (!*text || text[strspn(text, "0123456789abcdef")]))
		return fb_error_create(FB_CORRUPT, "build_id is not of hexadecimal digits");
	return get_pooled(stacks, object, "build_id", text_ret);
}

static struct fb_error *get_found(const json_t *object, size_t index,
				  enum fb_frame_found *found_ret)
{
	const json_t *value = json_object_get(object, "found");
	enum fb_frame_found found = index ? FB_FRAME_UNWIND_TABLE : FB_FRAME_REGISTERS;

	if (value && !fb_frame_found_parse(json_string_value(value), &found))
		return fb_error_create(FB_CORRUPT, "found is no way to find a frame");
	*found_ret = found;
	return NULL;
}

static struct fb_error *decode_frame(struct fb_stored_stacks *stacks, const json_t *object,
				     size_t index, struct fb_user_frame *frame)
{
	json_int_t offset = 0, line = 0;
	struct fb_error *err = get_address(object, "pc", &frame->pc);

	if (!err)
		err = get_pooled(stacks, object, "symbol", &frame->symbol);
	if (!err && json_object_get(object, "demangled"))
		err = get_pooled(stacks, object, "demangled", &frame->demangled);
	if (!err)
		err = get_number_or_null(object, "offset", 0, INT64_MAX, &offset);
	if (!err)
		err = get_pooled(stacks, object, "object", &frame->object);
	if (!err)
		err = get_build_id(stacks, object, &frame->build_id);
	if (!err)
		err = get_pooled(stacks, object, "file", &frame->file);
	if (!err)
		err = get_number_or_null(object, "line", 1, UINT32_MAX, &line);
	if (!err)
		err = get_boolean(object, "inlined", false, &frame->inlined);
	if (!err && !fb_frame_language_parse(json_string_value(json_object_get(object, "language")),
					     &frame->language))
		err = fb_error_create(FB_CORRUPT, "language is none that is known");
	if (!err)
		err = get_boolean(object, "signal", false, &frame->signal);
	frame->offset = (uint64_t)offset;
	frame->line = (uint32_t)line;
	frame->from = fb_frame_from_parse(json_string_value(json_object_get(object, "from")));
	return err ? err : get_found(object, index, &frame->found);
}

static struct fb_error *decode_user(struct fb_stored_stacks *stacks, const json_t *thread,
				    struct fb_user_stack *user)
{
	const json_t *list = json_object_get(thread, "user");
	size_t count = json_array_size(list);
	bool null;
	struct fb_error *err;

	if (!json_is_array(list))
		return fb_error_create(FB_CORRUPT, "user is no list");
	err = fb_alloc_array(count, sizeof(*user->frames), FB_MAX_STACK_FRAMES, "user frames",
			     &user->frames);
	if (err)
		return err;
	user->room = count;
	for (; user->count < count; user->count++) {
		err = decode_frame(stacks, json_array_get(list, user->count), user->count,
				   &user->frames[user->count]);
		if (err)
			return fb_error_prefix(err, "user frame %zu", user->count);
	}
	err = get_boolean(thread, "user_complete", false, &user->complete);
	return err ? err : get_text(thread, "end", user->end, sizeof(user->end), &null);
}

static struct fb_error *decode_kernel(const json_t *thread, struct fb_stored_stack *stack)
{
	const json_t *list = json_object_get(thread, "kernel");
	size_t count = json_array_size(list);
	struct fb_error *err;

	if (!json_is_array(list))
		return fb_error_create(FB_CORRUPT, "kernel is no list");
	err = fb_alloc_array(count, sizeof(*stack->kernel_pcs), MOST_KERNEL_FRAMES, "kernel frames",
			     &stack->kernel_pcs);
	for (size_t i = 0; i < count && !err; i++) {
		const json_t *frame = json_array_get(list, i);

		if (json_is_true(json_object_get(frame, "inlined")))
			continue;
		err = fb_error_prefix(
			get_address(frame, "pc", &stack->kernel_pcs[stack->kernel_count]),
			"kernel frame %zu", i);
		stack->kernel_count++;
	}
	return err;
}

static struct fb_error *decode_registers(const json_t *thread, struct fb_stored_stack *stack)
{
	const json_t *from = json_object_get(thread, "user_regs_from");
	const json_t *object = json_object_get(thread, "user_regs");
	struct fb_error *err = NULL;

	if (json_is_null(from) && json_is_null(object))
		return NULL;
	stack->user_regs_from = fb_user_regs_source_parse(json_string_value(from));
	if (!stack->user_regs_from)
		return fb_error_create(FB_CORRUPT, "user_regs_from is no source of registers");
	for (size_t i = 0; i < fb_user_reg_count() && !err; i++) {
		uint64_t value = 0;

		err = fb_error_prefix(get_address(object, fb_user_reg_name(i), &value),
				      "user_regs");
		fb_user_reg_set(&stack->user_regs, i, value);
	}
	return err;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *first = a, *second = b;

	return (first->tid > second->tid) - (first->tid < second->tid);
}

static int compare_tid(const void *key, const void *element)
{
	const struct entry *entry = element;
	int32_t tid = *(const int32_t *)key;

	return (tid > entry->tid) - (tid < entry->tid);
}

/* Where two entries have the same TID, neither can be trusted. */
static void drop_repeated(struct fb_stored_stacks *stacks, struct fb_warnings *warnings)
{
	size_t kept = 0;

	qsort(stacks->entries, stacks->count, sizeof(*stacks->entries), compare_entries);
	for (size_t i = 0, next; i < stacks->count; i = next) {
		for (next = i + 1;
		     next < stacks->count && stacks->entries[next].tid == stacks->entries[i].tid;
		     next++)
			;
		if (next == i + 1)
			stacks->entries[kept++] = stacks->entries[i];
		else
			fb_warn(warnings, "stored stacks: %zu are of TID %" PRId32 ": left out",
				next - i, stacks->entries[i].tid);
	}
	stacks->count = kept;
}

static struct fb_error *index_threads(struct fb_stored_stacks *stacks, const json_t *threads,
				      struct fb_warnings *warnings)
{
	size_t count = json_array_size(threads);
	struct fb_error *err = fb_alloc_array(count, sizeof(*stacks->entries), FB_MAX_TASKS,
					      "stored stacks", &stacks->entries);

	for (size_t i = 0; i < count && !err; i++) {
		const json_t *thread = json_array_get(threads, i);
		json_int_t tid = 0;
		struct fb_error *wrong = get_number(thread, "tid", 1, FB_MAX_TASKS - 1, &tid);

		if (!wrong)
			stacks->entries[stacks->count++] =
				(struct entry){.tid = (int32_t)tid, .thread = thread};
		fb_warn_error(warnings, wrong, "a stored stack is left out");
	}
	if (!err)
		drop_repeated(stacks, warnings);
	return err;
}

struct fb_error *fb_stored_stacks_open(const char *manifest, struct fb_warnings *warnings,
				       struct fb_stored_stacks **stacks_ret)
{
	struct fb_stored_stacks *stacks = calloc(1, sizeof(*stacks));
	const json_t *threads;
	struct fb_error *err;

	if (!stacks)
		return fb_error_nomem();
	err = fb_manifest_parse(manifest, &stacks->manifest);
	threads = err ? NULL : json_object_get(stacks->manifest, "threads");
	if (!err && threads && !json_is_array(threads))
		err = fb_error_create(FB_CORRUPT, "the bundle's manifest: threads is no list");
	if (!err && threads)
		err = index_threads(stacks, threads, warnings);
	if (!err && threads) {
		*stacks_ret = stacks;
		return NULL;
	}
	fb_stored_stacks_destroy(stacks);
	if (!err)
		*stacks_ret = NULL;
	return err;
}

void fb_stored_stacks_destroy(struct fb_stored_stacks *stacks)
{
	if (!stacks)
		return;
	fb_string_pool_deinit(&stacks->pool);
	free(stacks->entries);
	json_decref(stacks->manifest);
	free(stacks);
}

struct fb_error *fb_stored_stacks_decode(struct fb_stored_stacks *stacks, int32_t tid,
					 struct fb_stored_stack *stack_ret)
{
	const struct entry *entry = bsearch(&tid, stacks->entries, stacks->count,
					    sizeof(*stacks->entries), compare_tid);
	struct fb_stored_stack stack = {0};
	json_int_t pid = 0;
	struct fb_error *err;

	if (!entry)
		return fb_error_create(FB_NOT_FOUND, "no stack of TID %" PRId32 " is stored", tid);
	err = get_number(entry->thread, "pid", 1, FB_MAX_TASKS - 1, &pid);
	stack.pid = (int32_t)pid;
	if (!err)
		err = decode_user(stacks, entry->thread, &stack.user);
	if (!err)
		err = decode_kernel(entry->thread, &stack);
	if (!err)
		err = decode_registers(entry->thread, &stack);
	if (!err)
		err = get_waits_for(stacks, entry->thread, &stack.waits_for);
	if (err)
		fb_stored_stack_deinit(&stack);
	else
		*stack_ret = stack;
	return err;
}

void fb_stored_stack_deinit(struct fb_stored_stack *stack)
{
	fb_user_stack_deinit(&stack->user);
	free(stack->kernel_pcs);
	memset(stack, 0, sizeof(*stack));
}
