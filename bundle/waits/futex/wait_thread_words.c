// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds a thread of a process by a field of its task_struct. The field is read once for all threads
 * of a process, because many of them may ask. Called by wait_futex.c and wait_owner.c.
 */
#include "bundle/waits/futex/wait_thread_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

static int by_word(const void *left, const void *right)
{
	const struct fb_thread_word *a = left, *b = right;

	if (a->word != b->word)
		return a->word < b->word ? -1 : 1;
	return a->task < b->task ? -1 : a->task > b->task;
}

static struct fb_error *load(struct fb_thread_words *words, const struct fb_kernel *kernel,
			     const struct fb_tasks *tasks, const struct fb_field *field,
			     int32_t pid)
{
	size_t first, count;
	struct fb_error *err;

	fb_thread_words_deinit(words);
	words->absence = FB_WAIT_ABSENCE_KNOWN;
	fb_tasks_group(tasks, pid, &first, &count);
	err = fb_alloc_array(count, sizeof(*words->words), FB_MAX_TASKS, "threads", &words->words);
	if (err)
		return err;
	for (size_t i = first; i < first + count; i++) {
		uint64_t word = 0;

		err = fb_wait_absence_of(
			&words->absence,
			fb_kernel_field(kernel, fb_tasks_get(tasks, i)->address, field, &word));
		if (err)
			return err;
		if (word)
			words->words[words->count++] =
				(struct fb_thread_word){.word = word, .task = (uint32_t)i};
	}
	qsort(words->words, words->count, sizeof(*words->words), by_word);
	words->pid = pid;
	return NULL;
}

struct fb_error *fb_thread_words_find(struct fb_thread_words *words, const struct fb_kernel *kernel,
				      const struct fb_tasks *tasks, const struct fb_field *field,
				      int32_t pid, uint64_t value, const struct fb_task * not,
				      const struct fb_task **task_ret)
{
	size_t low;
	struct fb_error *err;

	if (words->pid != pid) {
		err = load(words, kernel, tasks, field, pid);
		if (err)
			return err;
	}
	*task_ret = NULL;
	low = FB_LOWER_BOUND(at, words->count, words->words[at].word < value);
	for (; low < words->count && words->words[low].word == value && !*task_ret; low++)
		if (fb_tasks_get(tasks, words->words[low].task) != not )
			*task_ret = fb_tasks_get(tasks, words->words[low].task);
	return NULL;
}

void fb_thread_words_deinit(struct fb_thread_words *words)
{
	free(words->words);
	memset(words, 0, sizeof(*words));
}
