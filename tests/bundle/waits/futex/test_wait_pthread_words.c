// SPDX-License-Identifier: GPL-2.0-or-later
/* Words around a futex that are a lock of glibc, and those that differ from one by a word: where each bound is. */
#include <stdio.h>
#include <string.h>

#include "bundle/waits/futex/wait_pthread.h"
#include "tests/harness.h"

#define MEMORY 64u /* words */
#define FUTEX 32u  /* of which this one is waited on */
#define MOST (4u << 20)
#define OWNER_LOW 0x0c0c1740u
#define OWNER_HIGH 0x7fd5u

struct made_memory {
	struct fb_space space;
	uint32_t words[MEMORY];
};

/* The memory is at 4096. */
static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made_memory *memory = (struct made_memory *)space;
	uint64_t offset = address - 4096;

	if (offset > sizeof(memory->words) || length > sizeof(memory->words) - offset)
		return fb_error_create(FB_ABSENT, "it is not there");
	memcpy(to, (uint8_t *)memory->words + offset, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

enum { MUTEX, STDIO, PHASE, WRITERS, OLDER, OLDER_1, NEWER, NEWER_1, SEMAPHORE, BARRIER };

static const struct layout {
	const char *kind, *detail;
	unsigned before; /* words of the lock before the one that is waited on */
	uint32_t words[12];
	uint32_t command, value;
	int32_t owner;
	uint64_t owner_thread;
	unsigned owner_field; /* in words behind the lock's start */
	bool has_need;
} layouts[] = {
	[MUTEX] = {"mutex",
		   "pthread mutex, normal",
		   0,
		   {2, 0, 500, 1, 0},
		   FB_FUTEX_WAIT,
		   2,
		   500,
		   0,
		   2,
		   false},
	[STDIO] = {"stdio-lock",
		   "lock of a stdio FILE, locked 1 times",
		   0,
		   {2, 1, OWNER_LOW, OWNER_HIGH},
		   FB_FUTEX_WAIT,
		   2,
		   0,
		   0x7fd50c0c1740ull,
		   2,
		   false},
	[PHASE] = {"rwlock-read",
		   "pthread rwlock, held for writing",
		   2,
		   {2, 0, 3, 0, 0, 0, 500, 0},
		   FB_FUTEX_WAIT_BITSET,
		   3,
		   500,
		   0,
		   6,
		   false},
	[WRITERS] = {"rwlock-write",
		     "pthread rwlock, held for reading by 2",
		     3,
		     {2 << 3, 1, 0, 3, 0, 0, 0, 0},
		     FB_FUTEX_WAIT_BITSET,
		     3,
		     0,
		     0,
		     6,
		     true},
	[OLDER] = {"condition",
		   "pthread condition variable, 1 waits",
		   10,
		   {4, 0, 2, 0, 2, 0, 0, 0, 0, 8, 0, 0},
		   FB_FUTEX_WAIT_BITSET,
		   0,
		   0,
		   0,
		   0,
		   true},
	[OLDER_1] = {"condition",
		     "pthread condition variable, 2 wait",
		     11,
		     {4, 0, 2, 0, 0, 2, 0, 0, 0, 16, 0, 0},
		     FB_FUTEX_WAIT_BITSET,
		     0,
		     0,
		     0,
		     0,
		     true},
	[NEWER] = {"condition",
		   "pthread condition variable, 1 waits",
		   8,
		   {4, 0, 2, 0, 0, 0, 0, 8},
		   FB_FUTEX_WAIT_BITSET,
		   0,
		   0,
		   0,
		   0,
		   true},
	[NEWER_1] = {"condition",
		     "pthread condition variable, 1 waits",
		     9,
		     {4, 0, 2, 0, 0, 0, 0, 8},
		     FB_FUTEX_WAIT_BITSET,
		     0,
		     0,
		     0,
		     0,
		     true},
	[SEMAPHORE] = {"semaphore",
		       "POSIX semaphore at 0, 1 waits",
		       0,
		       {0, 1, 0},
		       FB_FUTEX_WAIT_BITSET,
		       0,
		       0,
		       0,
		       0,
		       true},
	[BARRIER] = {"barrier",
		     "pthread barrier, 2 of 4 have arrived",
		     1,
		     {5, 3, 4, 0, 0},
		     FB_FUTEX_WAIT,
		     3,
		     0,
		     0,
		     0,
		     true},
};

/* The lock with its words, and up to two of them changed. private: the call is of one process. */
static bool is_lock(const struct layout *layout, const uint32_t changes[2][2], uint32_t value,
		    bool private, struct fb_pthread_wait *wait)
{
	struct made_memory memory = {.space = {.ops = &made_ops, .name = "made"}};
	const struct fb_futex_call call = {
		/* Where the lock starts at a multiple of 8. */
		.address = 4096 + 4 * (FUTEX + layout->before % 2),
		.command = layout->command,
		.value = value,
		.process_private = private,
	};
	uint64_t start = call.address - 4ull * layout->before;
	uint32_t *words = &memory.words[(start - 4096) / 4];
	struct fb_error *err;

	memcpy(words, layout->words, sizeof(layout->words));
	for (int i = 0; i < 2; i++)
		if (changes[i][0] || changes[i][1])
			words[changes[i][0]] = changes[i][1];
	err = fb_pthread_recognise(&memory.space, &call, wait);
	if (err) {
		CU_ASSERT(fb_error_is(err, FB_NOT_FOUND));
		fb_error_destroy(err);
		return false;
	}
	CU_ASSERT(wait->certain);
	return !strcmp(wait->kind, layout->kind) && wait->object == start;
}

static const uint32_t as_it_is[2][2] = {{0, 0}, {0, 0}};

static void knows_each_lock(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(layouts); i++) {
		const struct layout *layout = &layouts[i];
		struct fb_pthread_wait wait;

		CU_ASSERT_FATAL(is_lock(layout, as_it_is, layout->value, true, &wait));
		CU_ASSERT_STRING_EQUAL(wait.detail, layout->detail);
		CU_ASSERT_EQUAL(wait.owner, layout->owner);
		CU_ASSERT_EQUAL(wait.owner_thread, layout->owner_thread);
		CU_ASSERT_EQUAL(wait.owner_field,
				layout->owner_field ? wait.object + 4ull * layout->owner_field : 0);
		CU_ASSERT_EQUAL(wait.need != NULL, layout->has_need);
		/* As if other processes were to wake it. */
		CU_ASSERT_FALSE(is_lock(layout, as_it_is, layout->value, false, &wait));
	}
}

static const struct {
	int layout;
	uint32_t changes[2][2]; /* word of the lock, its value; at most one of word 0 to 0 */
	bool is;
} edits[] = {
	{MUTEX, {{1, MOST}}, true},
	{MUTEX, {{1, MOST + 1}}, false},
	{MUTEX, {{3, MOST}}, true},
	{MUTEX, {{3, MOST + 1}}, false},
	{MUTEX, {{3, 0}}, false},
	{MUTEX, {{2, MOST}}, true},
	{MUTEX, {{2, MOST + 1}}, false},
	{MUTEX, {{2, 0}}, false},
	{MUTEX, {{4, 0x300}}, true}, /* with lock elision */
	{MUTEX, {{4, 0x400}}, false},
	{MUTEX, {{4, 16}}, false},
	{MUTEX, {{4, 32}}, false},
	{STDIO, {{1, 0}}, false},
	{STDIO, {{1, 1024}}, true},
	{STDIO, {{1, 1025}}, false},
	{STDIO, {{2, OWNER_LOW | 32}}, false},
	{STDIO, {{3, 0x7fff}}, true},
	{STDIO, {{3, 0x8000}}, false},
	{STDIO, {{2, 0x10000}, {3, 0}}, true},
	{STDIO, {{2, 0xffc0}, {3, 0}}, false},
	{PHASE, {{2, 2}}, true},
	{PHASE, {{2, 1}}, false},
	{PHASE, {{2, 6}}, false},
	{PHASE, {{3, 3}}, true},
	{PHASE, {{3, 4}}, false},
	{PHASE, {{7, 1}}, false},
	{PHASE, {{7, 2}}, false},
	{PHASE, {{6, MOST}}, true},
	{PHASE, {{6, MOST + 1}}, false},
	{PHASE, {{6, 0}}, false},
	{PHASE, {{6, 0}, {0, 8}}, true},
	{PHASE, {{6, 0}, {0, 7}}, false},
	{PHASE, {{6, 0}, {0, MOST << 3}}, true},
	{PHASE, {{6, 0}, {0, (MOST + 1) << 3}}, false},
	{PHASE, {{1, MOST}}, true},
	{PHASE, {{1, MOST + 1}}, false},
	{PHASE, {{1, 0xc0000005}}, true},
	{WRITERS, {{3, 2}}, true},
	{WRITERS, {{3, 1}}, false},
	{OLDER, {{9, 0}}, false},
	{OLDER, {{9, MOST << 3}}, true},
	{OLDER, {{9, (MOST + 1) << 3}}, false},
	{OLDER, {{9, 8 | 4}}, false},
	{OLDER, {{9, 8 | 2}}, true},
	{OLDER, {{9, 8 | 1}}, false},
	{OLDER, {{0, 1}, {2, 0}}, false},
	{OLDER, {{0, 2}}, true},
	{OLDER, {{2, 5}}, true},
	{OLDER, {{2, 6}}, false},
	{OLDER, {{1, 0xff}}, true},
	{OLDER, {{1, 0x100}}, false},
	{OLDER, {{4, 1}}, false},
	{OLDER, {{4, MOST << 1}}, true},
	{OLDER, {{4, (MOST + 1) << 1}}, false},
	{OLDER_1, {{5, 1}}, false},
	{OLDER_1, {{4, 1}}, true},
	{NEWER, {{7, 0}}, false},
	{NEWER, {{7, 8 | 1}}, false},
	{NEWER, {{0, 1}, {2, 0}}, false},
	{NEWER, {{2, 6}}, false},
	{SEMAPHORE, {{0, 1}}, false},
	{SEMAPHORE, {{1, 0}}, false},
	{SEMAPHORE, {{1, MOST}}, true},
	{SEMAPHORE, {{1, MOST + 1}}, false},
	{SEMAPHORE, {{2, 128}}, false},
	{BARRIER, {{1, 2}}, false},
	{BARRIER, {{0, 3}}, false},
	{BARRIER, {{0, 6}}, true},
	{BARRIER, {{0, 7}}, false},
	{BARRIER, {{2, 2}, {0, 4}}, true},
	{BARRIER, {{2, MOST}}, true},
	{BARRIER, {{2, MOST + 1}}, false},
	{BARRIER, {{3, 128}}, false},
	{BARRIER, {{4, 5}}, true},
	{BARRIER, {{4, 6}}, false},
};

static void holds_each_word_to_its_bounds(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(edits); i++) {
		const struct layout *layout = &layouts[edits[i].layout];
		struct fb_pthread_wait wait;
		bool is = is_lock(layout, edits[i].changes, layout->value, true, &wait);

		if (is != edits[i].is)
			printf("\n    %s, word %u as %u", layout->kind, edits[i].changes[0][0],
			       edits[i].changes[0][1]);
		CU_ASSERT_EQUAL(is, edits[i].is);
	}
}

/* Which values a thread goes to sleep with. */
static void holds_the_value_to_the_lock(void)
{
	static const struct {
		int layout;
		uint32_t value;
		bool is;
	} cases[] = {
		{MUTEX, 1, false}, {MUTEX, 3, false},     {STDIO, 1, false},   {STDIO, 3, false},
		{PHASE, 1, false}, {WRITERS, 2, true},    {WRITERS, 1, false}, {WRITERS, 4, false},
		{OLDER, 12, true}, {SEMAPHORE, 1, false}, {BARRIER, 2, false},
	};
	struct fb_pthread_wait wait;

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(
			is_lock(&layouts[cases[i].layout], as_it_is, cases[i].value, true, &wait),
			cases[i].is);
	/* A reader and a writer may wait on the word of the phase. */
	is_lock(&layouts[PHASE], as_it_is, 2, true, &wait);
	CU_ASSERT_STRING_EQUAL(wait.kind, "rwlock-write");
}

/* Memory of which only so many words from the futex word on are there, and one read fails otherwise. */
struct cut_memory {
	struct fb_space space;
	const uint32_t *words;
	size_t count, reads, at; /* at: the read that fails, from 1; 0: none */
	enum fb_code code;
};

static struct fb_error *read_cut(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct cut_memory *memory = (struct cut_memory *)space;

	if (++memory->reads == memory->at)
		return fb_error_create(memory->code, "made to fail");
	if (address < 4096 || address + length > 4096 + memory->count * 4)
		return fb_error_create(FB_ABSENT, "0x%x is not there", (unsigned)address);
	memcpy(to, (const uint8_t *)memory->words + (address - 4096), length);
	return NULL;
}

static const struct fb_space_ops cut_ops = {.read = read_cut};

/* A lock that is there whole is known, though one that would reach further cannot be read. */
static void what_cannot_be_read_is_passed_over(void)
{
	static const uint32_t words[4] = {2, 1, OWNER_LOW, OWNER_HIGH};
	static const enum fb_code fatal[] = {FB_NOMEM, FB_OS, FB_EXHAUSTED};
	struct cut_memory memory = {.space = {.ops = &cut_ops}, .words = words, .count = 4};
	const struct fb_futex_call call = {
		.address = 4096, .command = FB_FUTEX_WAIT, .value = 2, .process_private = true};
	struct fb_pthread_wait wait = {.kind = "as it was"};
	size_t reads;

	FB_OK_FATAL(fb_pthread_recognise(&memory.space, &call, &wait));
	CU_ASSERT_STRING_EQUAL(wait.kind, "stdio-lock");
	CU_ASSERT_EQUAL(memory.reads, 2);
	/* Where nothing is known, the first reason is told. */
	wait.kind = "as it was";
	memory.count = 3;
	memory.reads = 0;
	FB_FAILS_WITH(fb_pthread_recognise(&memory.space, &call, &wait), FB_ABSENT,
		      "0x1000 is not there");
	reads = memory.reads;
	CU_ASSERT_EQUAL(reads, 3);
	for (memory.at = 1; memory.at <= reads; memory.at++) {
		for (size_t i = 0; i < FB_ARRAY_SIZE(fatal); i++) {
			memory.reads = 0;
			memory.code = fatal[i];
			FB_FAILS_WITH(fb_pthread_recognise(&memory.space, &call, &wait), fatal[i],
				      "made to fail");
			CU_ASSERT_EQUAL(memory.reads, memory.at);
		}
		memory.reads = 0;
		memory.code = FB_CORRUPT;
		FB_FAILS(fb_pthread_recognise(&memory.space, &call, &wait),
			 memory.at == 1 ? FB_CORRUPT : FB_ABSENT);
		CU_ASSERT_EQUAL(memory.reads, reads);
	}
	CU_ASSERT_STRING_EQUAL(wait.kind, "as it was");
}

FB_TEST_MAIN("bundle/wait_pthread_words", FB_TEST(knows_each_lock),
	     FB_TEST(holds_each_word_to_its_bounds), FB_TEST(holds_the_value_to_the_lock),
	     FB_TEST(what_cannot_be_read_is_passed_over))
