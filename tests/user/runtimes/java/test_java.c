// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of a HotSpot that runs on this host, against what jstack says of them. With memory that is left out or
 * damaged there is less, and a reason.
 */
#include "user/runtimes/java/java.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "tests/harness.h"
#include "tests/user/runtimes/java/live_java.h"
#include "user/runtimes/java/java_objects.h"
#include "user/runtimes/java/java_stream.h"
#include "user/runtimes/runtimes.h"

static struct fb_live_java *live;

static bool start(void)
{
	return fb_live_java_start("Threads", &live);
}

/* The next thread of jstack's answer that has a java.lang.Thread. */
struct said {
	char name[128], state[32];
	uint64_t id;
	uint32_t tid;
};

static bool next_said(FILE *file, struct said *said)
{
	char line[1024];

	while (fgets(line, sizeof(line), file)) {
		const char *quote = line[0] == '"' ? strchr(line + 1, '"') : NULL;
		const char *number = quote ? strstr(quote, " #") : NULL;
		const char *nid = number ? strstr(number, " nid=") : NULL;

		if (!nid)
			continue;
		memset(said, 0, sizeof(*said));
		memcpy(said->name, line + 1, (size_t)(quote - line - 1));
		said->id = strtoull(number + 2, NULL, 10);
		said->tid = (uint32_t)strtoul(nid + 5, NULL, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(line, sizeof(line), file));
		CU_ASSERT_EQUAL(sscanf(line, " java.lang.Thread.State: %31s", said->state), 1);
		return true;
	}
	return false;
}

/* Those that answered jstack, or waited for it, have gone on since; and main has. */
static bool stands(const struct said *said)
{
	return strcmp(said->name, "Attach Listener") != 0 &&
	       strcmp(said->name, "DestroyJavaVM") != 0 &&
	       strncmp(said->name, "process reaper", 14) != 0;
}

static const struct fb_java_thread *find(const struct fb_java *java, uint32_t tid)
{
	const char *why;
	size_t count;
	const struct fb_java_thread *threads = fb_java_threads(java, &count, &why);

	for (size_t i = 0; i < count; i++)
		if (threads[i].tid == tid)
			return &threads[i];
	return NULL;
}

/* jstack writes a question mark for what the locale cannot show. */
static bool same_name(const char *name, const char *said)
{
	for (; *name && *said; said++) {
		if (*said != '?' && *said != *name)
			return false;
		do
			name++;
		while (*said == '?' && (*name & 0xc0) == 0x80);
	}
	return *name == *said;
}

static void threads_are_those_that_jstack_says(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	size_t count, equal = 0, all = 0;
	const char *why;
	struct said said;
	FILE *file;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	(void)fb_java_threads(java, &count, &why);
	CU_ASSERT_STRING_EQUAL(why, "");
	file = fb_live_java_said();
	while (next_said(file, &said)) {
		const struct fb_java_thread *thread = find(java, said.tid);
		const bool is_main = !strcmp(said.name, "main");

		if (!stands(&said))
			continue;
		all++;
		CU_ASSERT_PTR_NOT_NULL(thread);
		if (!thread || !thread->name || !thread->state)
			continue;
		equal += same_name(thread->name, said.name) && thread->id == said.id &&
			 (is_main || !strcmp(thread->state, said.state)) && !thread->why[0];
	}
	fclose(file);
	printf("%zu of %zu threads are equal ", equal, all);
	CU_ASSERT_EQUAL(equal, all);
	CU_ASSERT(all >= 15 && count >= all);
}

/* The stacks of all threads, as bt shows them. */
static void unwind(struct fb_object_cache **cache_ret, struct fb_user_stack *stacks)
{
	const struct fb_object_sources sources = {.find = fb_live_find_file};

	FB_OK_FATAL(fb_object_cache_create(&sources, cache_ret));
	live->user.objects = *cache_ret;
	FB_OK_FATAL(fb_runtimes_unwind(&live->user, live->process.regs, live->process.thread_count,
				       &live->pool, stacks));
}

static void done(struct fb_object_cache *cache, struct fb_user_stack *stacks)
{
	for (size_t i = 0; i < live->process.thread_count; i++)
		fb_user_stack_deinit(&stacks[i]);
	fb_object_cache_destroy(cache);
}

/* The next frame of Java from index on, as jstack writes it, "java.lang.Object.wait Object.java:338"; false: none. */
static bool next_frame(const struct fb_user_stack *stack, size_t *index, char *to, size_t size)
{
	for (; *index < stack->count; (*index)++) {
		const struct fb_user_frame *frame = &stack->frames[*index];

		if (frame->language != FB_LANGUAGE_JAVA)
			continue;
		(*index)++;
		if (frame->line)
			snprintf(to, size, "%s %s:%u", frame->symbol, frame->file, frame->line);
		else
			snprintf(to, size, "%s", frame->symbol);
		return true;
	}
	return false;
}

/* "	at java.lang.Object.wait(java.base@17.0.15/Object.java:338)" in the same form. */
static bool said_frame(char *line, char *to, size_t size)
{
	char *at = strstr(line, "\tat "), *open = at ? strrchr(line, '(') : NULL, *file, *close;

	if (!open)
		return false;
	*open++ = '\0';
	at += 4;
	file = strrchr(open, '/');
	file = file ? file + 1 : open;
	close = strchr(file, ')');
	if (close)
		*close = '\0';
	if (strchr(file, ':'))
		snprintf(to, size, "%s %s", at, file);
	else
		snprintf(to, size, "%s", at);
	return true;
}

/* 11 does not have the address of a lambda's class in its name, and jstack adds it. */
static bool same_frame(char *said, const char *found)
{
	char *address = strstr(found, "/0x") ? NULL : strstr(said, "/0x");
	char *behind = address ? strchr(address, '.') : NULL;

	if (behind)
		memmove(address, behind, strlen(behind) + 1);
	return !strcmp(said, found);
}

/* Compares the frames that jstack says of one thread, whose heading was read, with those of its stack. Returns how many
 * are equal; *all_ret gets how many there are of both. */
static size_t compare_frames(FILE *file, const struct fb_user_stack *stack, size_t *all_ret)
{
	char line[2048], said[1024], found[1024];
	size_t index = 0, equal = 0;

	while (fgets(line, sizeof(line), file) && line[0] != '\n') {
		if (!said_frame(line, said, sizeof(said)))
			continue;
		++*all_ret;
		if (!next_frame(stack, &index, found, sizeof(found)))
			snprintf(found, sizeof(found), "nothing (%s)", stack->end);
		if (same_frame(said, found))
			equal++;
		else
			printf("\n%s: jstack %s, here %s", stack->thread.name, said, found);
	}
	while (next_frame(stack, &index, found, sizeof(found)))
		++*all_ret;
	return equal;
}

static const struct fb_user_stack *stack_of(const struct fb_user_stack *stacks, uint32_t tid)
{
	for (size_t i = 0; i < live->process.thread_count; i++)
		if ((uint32_t)live->process.tids[i] == tid)
			return &stacks[i];
	return NULL;
}

static void frames_are_those_that_jstack_says_of(struct fb_user_stack *stacks)
{
	size_t equal = 0, all = 0, threads = 0;
	struct said said;
	FILE *file = fb_live_java_said();

	while (next_said(file, &said)) {
		const struct fb_user_stack *stack = stack_of(stacks, said.tid);

		if (!stack || !stands(&said) || !strcmp(said.name, "main"))
			continue;
		equal += compare_frames(file, stack, &all);
		threads++;
	}
	fclose(file);
	printf("%zu of %zu frames of %zu threads are equal ", equal, all, threads);
	CU_ASSERT_EQUAL(equal, all);
	CU_ASSERT(all >= 300);
}

static void frames_are_those_that_jstack_says(void)
{
	struct fb_user_stack stacks[FB_LIVE_THREADS];
	struct fb_object_cache *cache;
	size_t named = 0, whole = 0;

	if (!start())
		return;
	unwind(&cache, stacks);
	frames_are_those_that_jstack_says_of(stacks);
	for (size_t i = 0; i < live->process.thread_count; i++) {
		const struct fb_user_thread *thread = &stacks[i].thread;

		if (thread->language != FB_LANGUAGE_JAVA || !thread->name)
			continue;
		named++;
		/* Behind Java's frames are those of the VM and the C library, to the start of the thread. */
		whole += stacks[i].complete;
		if (!strcmp(thread->name, "two"))
			CU_ASSERT_STRING_EQUAL(thread->state, "BLOCKED");
	}
	CU_ASSERT_EQUAL(whole, named);
	CU_ASSERT(named >= 15);
	CU_ASSERT(named < live->process.thread_count); /* those of the collector have none */
	done(cache, stacks);
}

/* Where nothing leads over the frames of libraries, Java's are found from where the thread left it. */
static void without_unwind_tables_they_are_found_too(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	struct fb_user_stack stacks[FB_LIVE_THREADS];

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	for (size_t i = 0; i < live->process.thread_count; i++) {
		memset(&stacks[i], 0, sizeof(stacks[i]));
		FB_OK(fb_java_name_frames(java, live->process.regs[i].fs_base, &stacks[i]));
		CU_ASSERT_STRING_EQUAL(stacks[i].end, "");
	}
	frames_are_those_that_jstack_says_of(stacks);
	for (size_t i = 0; i < live->process.thread_count; i++)
		fb_user_stack_deinit(&stacks[i]);
}

/* Whatever mapping is missing, there is an answer, a shorter one, or a reason. */
static void missing_memory_leaves_less_with_a_reason(void)
{
	size_t lost = 0;

	if (!start())
		return;
	for (size_t i = 0; i < live->process.mapping_count; i++) {
		const struct fb_user_mapping *mapping = &live->process.mappings[i];
		struct fb_java *java = NULL;
		const struct fb_java_thread *threads;
		const char *why;
		size_t count;
		struct fb_error *err;

		if (*mapping->path && !strstr(mapping->path, "libjvm.so"))
			continue;
		live->process.absent_start = mapping->start;
		live->process.absent_end = mapping->end;
		err = fb_java_open(&live->user, &live->pool, &java);
		if (err) {
			CU_ASSERT_PTR_NOT_NULL(
				strstr(fb_error_message(err), "left out by the test"));
			fb_error_destroy(err);
			lost++;
			continue;
		}
		threads = fb_java_threads(java, &count, &why);
		lost += *why != 0;
		for (size_t j = 0; j < count; j++) {
			if (!threads[j].why[0])
				continue;
			CU_ASSERT_PTR_NOT_NULL(strstr(threads[j].why, "left out by the test"));
			lost++;
		}
		fb_java_destroy(java);
	}
	CU_ASSERT(lost >= 5);
}

static void damaged_memory_is_survived(void)
{
	size_t read = 0;

	if (!start())
		return;
	for (live->process.seed = 1; live->process.seed <= 80; live->process.seed++) {
		struct fb_java *java = NULL;
		struct fb_error *err;
		const char *why;
		size_t count = 0;

		/* See test_java_locks.c. */
		live->process.damage = live->process.seed % 2 ? 20000 : 400000;
		err = fb_java_open(&live->user, &live->pool, &java);
		if (!err)
			(void)fb_java_threads(java, &count, &why);
		for (size_t i = 0; i < live->process.thread_count && java; i++) {
			struct fb_user_stack stack = {.frames = NULL};

			FB_OK(fb_java_name_frames(java, live->process.regs[i].fs_base, &stack));
			fb_user_stack_deinit(&stack);
		}
		read += count;
		CU_ASSERT_FALSE(fb_error_is_fatal(err));
		fb_error_destroy(err);
		fb_java_destroy(java);
	}
	CU_ASSERT(read > 0);
}

static void a_thread_of_no_java_has_no_name(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	CU_ASSERT_PTR_NULL(fb_java_thread_of(java, 0x1234));
	CU_ASSERT_PTR_NULL(fb_java_thread_of(java, 0));
}

static void without_libjvm_there_is_no_java(void)
{
	const struct fb_user_process none = {.fetch_fd = -1};
	struct fb_string_pool pool = {0};
	struct fb_java *java = NULL;

	FB_FAILS_WITH(fb_java_open(&none, &pool, &java), FB_NOT_FOUND, "no libjvm.so is mapped");
}

FB_TEST_MAIN("user/java", FB_TEST(threads_are_those_that_jstack_says),
	     FB_TEST(frames_are_those_that_jstack_says),
	     FB_TEST(without_unwind_tables_they_are_found_too),
	     FB_TEST(missing_memory_leaves_less_with_a_reason), FB_TEST(damaged_memory_is_survived),
	     FB_TEST(a_thread_of_no_java_has_no_name), FB_TEST(without_libjvm_there_is_no_java))
