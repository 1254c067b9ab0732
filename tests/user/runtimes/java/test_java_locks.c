// SPDX-License-Identifier: GPL-2.0-or-later
/* What threads of a HotSpot that runs on this host wait for, and who has it, against what jstack -l says of each. */
#include "user/runtimes/java/java_locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "tests/harness.h"
#include "tests/user/runtimes/java/live_java.h"
#include "user/runtimes/java/java_private.h"

static struct fb_live_java *live;

static bool start(void)
{
	return fb_live_java_start("Locks", &live);
}

/* A thread of jstack's answer. The monitors and locks that it has are in one array for all. */
#define MOST 64u
struct said {
	char name[64], verb[64], class[128];
	uint32_t tid;
	uint64_t object; /* 0: it waits for nothing */
};
struct held {
	uint32_t tid;
	uint64_t object;
};
static struct said said[MOST];
static struct held held[2 * MOST];
static size_t said_count, held_count;

static void read_heading(const char *line)
{
	const char *quote = strchr(line + 1, '"'), *nid = quote ? strstr(quote, " nid=") : NULL;
	struct said *one = &said[said_count];

	/* Those without a number are the VM's own. */
	if (!nid || quote[2] != '#')
		return;
	CU_ASSERT_FATAL(said_count < MOST);
	memset(one, 0, sizeof(*one));
	snprintf(one->name, sizeof(one->name), "%.*s", (int)(quote - line - 1), line + 1);
	one->tid = (uint32_t)strtoul(nid + 5, NULL, 0);
	said_count++;
}

/* "	- waiting to lock <0x000000069ec200b8> (a Locks$Second)", "	- <0x...> (a ...)" of what -l adds. */
static void read_lock(const char *line)
{
	const char *dash = strstr(line, "- "), *open = strstr(line, "<0x"), *class;
	struct said *one = said_count ? &said[said_count - 1] : NULL;
	int length;

	if (!one || !dash || !open)
		return;
	length = (int)(open - dash - 2);
	while (length && dash[1 + length] == ' ')
		length--;
	if (!length || !strncmp(dash + 2, "locked", 6)) {
		CU_ASSERT_FATAL(held_count < FB_ARRAY_SIZE(held));
		held[held_count++] = (struct held){one->tid, strtoull(open + 1, NULL, 16)};
		return;
	}
	class = strstr(open, "(a ");
	snprintf(one->verb, sizeof(one->verb), "%.*s", length, dash + 2);
	one->object = strtoull(open + 1, NULL, 16);
	snprintf(one->class, sizeof(one->class), "%.*s", (int)strcspn(class + 3, ")"), class + 3);
}

static void read_said(void)
{
	char line[1024];
	FILE *file = fb_live_java_said();

	said_count = held_count = 0;
	while (fgets(line, sizeof(line), file) && !strstr(line, "Java-level deadlock")) {
		if (line[0] == '"')
			read_heading(line);
		else
			read_lock(line);
	}
	fclose(file);
}

static bool holds(uint32_t tid, uint64_t object)
{
	for (size_t i = 0; i < held_count; i++)
		if (held[i].tid == tid && held[i].object == object)
			return true;
	return false;
}

/* Who has what a thread waits for, where jstack does not say it. */
static const struct {
	const char *waiter, *owner;
} unsaid[] = {
	{"joiner", "joined"},
	{"writer of read", "reader"},
	{"future", "future runner"},
};

/* By jstack: another thread has it, and waits for something else, or for nothing. */
static bool has_owner_by_jstack(const struct said *waiter, char *owner, size_t size)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(unsaid); i++)
		if (!strcmp(waiter->name, unsaid[i].waiter)) {
			snprintf(owner, size, "%s", unsaid[i].owner);
			return true;
		}
	for (size_t i = 0; i < said_count; i++)
		if (said[i].object != waiter->object && holds(said[i].tid, waiter->object)) {
			snprintf(owner, size, "%s", said[i].name);
			return true;
		}
	return false;
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

/* Whether the thread waits here as jstack says. */
static bool is_equal(struct fb_java *java, const struct said *one)
{
	const struct fb_java_thread *thread = find(java, one->tid);
	char owner[64] = "";
	struct fb_java_wait wait;
	bool found = false, equal;

	CU_ASSERT_PTR_NOT_NULL_FATAL(thread);
	FB_OK_FATAL(fb_java_wait_find(java, thread, &wait, &found));
	if (!one->object)
		return !found || !fb_java_wait_verb(wait.kind);
	has_owner_by_jstack(one, owner, sizeof(owner));
	equal = found && !wait.why[0] && !strcmp(fb_java_wait_verb(wait.kind), one->verb) &&
		wait.object == one->object && wait.class && !strcmp(wait.class, one->class) &&
		!strcmp(wait.owner && wait.owner->name ? wait.owner->name : "", owner);
	if (!equal)
		printf("\n%s: jstack %s 0x%" PRIx64 " %s by %s, here %s 0x%" PRIx64
		       " %s by %s (%s)",
		       one->name, one->verb, one->object, one->class, owner,
		       found ? fb_java_wait_verb(wait.kind) : "nothing", wait.object,
		       wait.class ? wait.class : "?",
		       wait.owner && wait.owner->name ? wait.owner->name : "", wait.why);
	return equal;
}

/* Those that answered jstack, or waited for it, have gone on since. */
static bool stands(const struct said *one)
{
	return strcmp(one->name, "Attach Listener") != 0 && strcmp(one->name, "main") != 0 &&
	       strncmp(one->name, "process reaper", 14) != 0;
}

static void waits_are_those_that_jstack_says(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	size_t equal = 0, all = 0, owners = 0;
	char owner[64];

	if (!start())
		return;
	read_said();
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	for (size_t i = 0; i < said_count; i++) {
		if (!stands(&said[i]))
			continue;
		all++;
		equal += is_equal(java, &said[i]);
		owners += said[i].object && has_owner_by_jstack(&said[i], owner, sizeof(owner));
	}
	printf("%zu of %zu threads are equal, %zu with an owner ", equal, all, owners);
	CU_ASSERT_EQUAL(equal, all);
	CU_ASSERT(all >= 35);
	CU_ASSERT(owners >= 11);
}

static struct fb_java_wait wait_of(struct fb_java *java, const char *name)
{
	const char *why;
	size_t count;
	const struct fb_java_thread *threads = fb_java_threads(java, &count, &why);
	struct fb_java_wait wait = {.object = 0};
	bool found = false;

	for (size_t i = 0; i < count; i++)
		if (threads[i].name && !strcmp(threads[i].name, name))
			FB_OK(fb_java_wait_find(java, &threads[i], &wait, &found));
	return wait;
}

static void counts_and_readers_are_read(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	struct fb_java_wait wait;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	wait = wait_of(java, "latch");
	CU_ASSERT_EQUAL(wait.kind, FB_JAVA_LATCH);
	CU_ASSERT_EQUAL(wait.state, 7);
	wait = wait_of(java, "semaphore");
	CU_ASSERT_EQUAL(wait.kind, FB_JAVA_SEMAPHORE);
	CU_ASSERT_FALSE(wait.has_owner);
	wait = wait_of(java, "writer of read");
	CU_ASSERT_EQUAL(wait.kind, FB_JAVA_LOCK);
	CU_ASSERT_EQUAL(wait.readers, 1);
	wait = wait_of(java, "reader of written");
	CU_ASSERT_EQUAL(wait.readers, 0);
	CU_ASSERT_EQUAL(wait.kind, FB_JAVA_LOCK);
	CU_ASSERT_EQUAL(wait_of(java, "condition").kind, FB_JAVA_CONDITION);
	CU_ASSERT_EQUAL(wait_of(java, "stamped").kind, FB_JAVA_STAMPED);
	CU_ASSERT_EQUAL(wait_of(java, "parked for").kind, FB_JAVA_PARK);
	CU_ASSERT_EQUAL(wait_of(java, "joiner").kind, FB_JAVA_JOIN);
	CU_ASSERT_EQUAL(wait_of(java, "joined").kind, FB_JAVA_SLEEP);
	CU_ASSERT_EQUAL(wait_of(java, "parked").kind, FB_JAVA_UNPARK);
}

/* A lock of a virtual thread that runs on none of the kernel's has an owner, but none of the list. */
static void a_virtual_thread_is_no_thread_of_the_list(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	struct fb_java_wait wait;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	if (fb_java_version(java) < 21)
		return;
	wait = wait_of(java, "waits for virtual lock");
	CU_ASSERT_TRUE(wait.has_owner);
	CU_ASSERT_PTR_NULL(wait.owner);
	wait = wait_of(java, "waits for virtual monitor");
	CU_ASSERT_TRUE(wait.has_owner);
	/* From 24 on a virtual thread leaves its carrier with a monitor too. */
	CU_ASSERT_EQUAL(!wait.owner, fb_java_version(java) >= 24);
}

static size_t find_all(struct fb_java *java)
{
	const char *why;
	size_t count, all = 0;
	const struct fb_java_thread *threads = fb_java_threads(java, &count, &why);

	for (size_t i = 0; i < count; i++) {
		struct fb_java_wait wait;
		bool found = false;

		FB_OK(fb_java_wait_find(java, &threads[i], &wait, &found));
		all += found && !wait.why[0];
	}
	return all;
}

static void damaged_memory_is_survived(void)
{
	size_t all = 0, opened = 0;

	if (!start())
		return;
	for (live->process.seed = 1; live->process.seed <= 120; live->process.seed++) {
		struct fb_java *java = NULL;
		struct fb_error *err;

		/* Which bytes are damaged depends on where the kernel has put the program: with the first number
		 * it happens that no machine at all can be opened, with the second most can. */
		live->process.damage = live->process.seed % 2 ? 20000 : 400000;
		err = fb_java_open(&live->user, &live->pool, &java);
		CU_ASSERT_FALSE(fb_error_is_fatal(err));
		fb_error_destroy(err);
		opened += java != NULL;
		all += java ? find_all(java) : 0;
		fb_java_destroy(java);
	}
	CU_ASSERT(opened > 0);
	CU_ASSERT(all > opened);
}

/* As if it were interrupted while it collects garbage. */
static void a_collection_under_way_is_seen(void)
{
	struct fb_java *java = NULL;
	uint64_t at = 0;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	CU_ASSERT_FALSE(fb_java_collects(java));
	CU_ASSERT_TRUE(fb_java_has(java, FB_JAVA_COLLECTED_ACTIVE));
	FB_OK_FATAL(fb_space_u64(java->space, fb_java_value(java, FB_JAVA_COLLECTED), &at));
	at += fb_java_value(java, FB_JAVA_COLLECTED_ACTIVE);
	fb_java_destroy(java);
	java = NULL;
	live->process.patch_at = at;
	live->process.patch = 1;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	CU_ASSERT_TRUE(fb_java_collects(java));
	fb_java_destroy(java);
	live->process.patch_at = 0;
}

/* Without the heap it is not known of what class an object is, and what it says of itself. */
static void without_the_heap_there_is_a_reason(void)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	const struct fb_user_mapping *heap;
	struct fb_java_wait wait;

	if (!start())
		return;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	wait = wait_of(java, "monitor one");
	heap = fb_live_mapping(&live->process, wait.object);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heap);
	fb_java_destroy(java);
	java = NULL;
	FB_OK_FATAL(fb_java_open(&live->user, &live->pool, &java));
	/* Threads were read with it; what they wait for is not. */
	live->process.absent_start = heap->start;
	live->process.absent_end = heap->end;
	wait = wait_of(java, "monitor one");
	CU_ASSERT_PTR_NOT_NULL(wait.owner);
	CU_ASSERT_PTR_NULL(wait.class);
	CU_ASSERT_PTR_NOT_NULL(strstr(wait.why, "left out by the test"));
	CU_ASSERT_EQUAL(find_all(java), 0);
}

FB_TEST_MAIN("user/java locks", FB_TEST(waits_are_those_that_jstack_says),
	     FB_TEST(counts_and_readers_are_read),
	     FB_TEST(a_virtual_thread_is_no_thread_of_the_list),
	     FB_TEST(damaged_memory_is_survived), FB_TEST(without_the_heap_there_is_a_reason),
	     FB_TEST(a_collection_under_way_is_seen))
