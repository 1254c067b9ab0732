// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of glibc in 32-bit processes: each as it is told, and what differs from one by a word. */
#include <string.h>

#include "bundle/waits/futex/wait_pthread.h"
#include "tests/harness.h"

#define WORDS 16u
#define BASE 0xf7701004ull /* of the lock: not at a multiple of 8, which i386 allows */
#define MOST (4u << 20)
#define CHANGES 2u

struct made_memory {
	struct fb_space space;
	uint32_t words[WORDS];
};

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made_memory *memory = (struct made_memory *)space;
	uint64_t offset = address - BASE;

	if (offset > sizeof(memory->words) || length > sizeof(memory->words) - offset)
		return fb_error_create(FB_ABSENT, "it is not there");
	memcpy(to, (uint8_t *)memory->words + offset, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

enum { MUTEX, ROBUST, INHERITING, READER, WRITER, OLDER, OLDER_1, NEWER, SEMAPHORE, BARRIER };

/* words: __lock, __count, __owner, __kind, __nusers of a mutex; ..., flags and shared, writer of a rwlock. */
static const struct layout {
	const char *kind, *detail;
	uint32_t words[12];
	unsigned at; /* the word that is waited on */
	uint32_t command, value;
	bool shared; /* the futex is */
	int32_t owner;
	unsigned owner_at; /* the word of the owner; where there is none it is not asked */
} layouts[] = {
	[MUTEX] = {"mutex",
		   "pthread mutex, normal",
		   {2, 0, 500, 0, 1},
		   0,
		   FB_FUTEX_WAIT,
		   2,
		   false,
		   500,
		   2},
	[ROBUST] = {"mutex-robust",
		    "pthread mutex, recursive, robust, locked 3 times",
		    {500 | FB_FUTEX_WAITERS, 3, 500, 17, 1},
		    0,
		    FB_FUTEX_WAIT,
		    500 | FB_FUTEX_WAITERS,
		    true,
		    500,
		    0},
	[INHERITING] = {"mutex-pi",
			"pthread mutex, normal, priority-inheriting",
			{500 | FB_FUTEX_WAITERS, 0, 0, 32, 0},
			0,
			FB_FUTEX_LOCK_PI,
			0,
			false,
			500,
			0},
	[READER] = {"rwlock-read",
		    "pthread rwlock, held for writing",
		    {2, 0, 3, 0, 0, 0, 0, 500},
		    2,
		    FB_FUTEX_WAIT_BITSET,
		    3,
		    false,
		    500,
		    7},
	[WRITER] = {"rwlock-write",
		    "pthread rwlock, held for reading, process-shared by 2",
		    {2 << 3, 1, 0, 3, 0, 0, 0x100, 0},
		    3,
		    FB_FUTEX_WAIT_BITSET,
		    3,
		    true,
		    0,
		    7},
	[OLDER] = {"condition",
		   "pthread condition variable, 1 waits",
		   {4, 0, 2, 0, 2, 0, 0, 0, 0, 8, 0, 0},
		   10,
		   FB_FUTEX_WAIT_BITSET,
		   0,
		   false,
		   0,
		   0},
	[OLDER_1] = {"condition",
		     "pthread condition variable, 2 wait",
		     {4, 0, 2, 0, 0, 2, 0, 0, 0, 16, 0, 0},
		     11,
		     FB_FUTEX_WAIT_BITSET,
		     0,
		     false,
		     0,
		     0},
	[NEWER] = {"condition",
		   "pthread condition variable, 1 waits",
		   {4, 0, 2, 0, 0, 0, 0, 8, 0, 0, 0, 0},
		   8,
		   FB_FUTEX_WAIT_BITSET,
		   0,
		   false,
		   0,
		   0},
	[SEMAPHORE] = {"semaphore",
		       "POSIX semaphore at 0, 1 waits",
		       {1, 0, 0, 1},
		       0,
		       FB_FUTEX_WAIT_BITSET,
		       1,
		       false,
		       0,
		       0},
	[BARRIER] = {"barrier",
		     "pthread barrier, 2 of 3 have arrived",
		     {2, 0, 3, 0, 0},
		     1,
		     FB_FUTEX_WAIT,
		     0,
		     false,
		     0,
		     0},
};

/* Whether the words, changed so (a word's index and what it is instead), are told as that lock. */
static bool is_lock(const struct layout *layout, const uint32_t (*changes)[2], size_t count,
		    bool compat, struct fb_pthread_wait *wait)
{
	struct made_memory memory = {.space = {.ops = &made_ops, .name = "made"}};
	const struct fb_futex_call call = {
		.address = BASE + 4ull * layout->at,
		.command = layout->command,
		.value = layout->value,
		.process_private = !layout->shared,
		.compat = compat,
	};
	struct fb_error *err;
	bool is;

	memcpy(memory.words, layout->words, sizeof(layout->words));
	for (size_t i = 0; i < count; i++)
		memory.words[changes[i][0]] = changes[i][1];
	*wait = (struct fb_pthread_wait){0};
	err = fb_pthread_recognise(&memory.space, &call, wait);
	is = !err && !strcmp(wait->kind, layout->kind) && wait->object == BASE;
	fb_error_destroy(err);
	return is;
}

static void knows_each_lock_of_32_bits(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(layouts); i++) {
		const struct layout *layout = &layouts[i];
		struct fb_pthread_wait wait;

		CU_ASSERT(is_lock(layout, NULL, 0, true, &wait));
		CU_ASSERT_STRING_EQUAL(wait.detail, layout->detail);
		CU_ASSERT_EQUAL(wait.owner, layout->owner);
		if (layout->owner)
			CU_ASSERT_EQUAL(wait.owner_field, BASE + 4ull * layout->owner_at);
		CU_ASSERT_EQUAL(wait.owner_thread, 0);
		CU_ASSERT_EQUAL(!wait.need, layout->owner != 0);
		CU_ASSERT(wait.certain);
	}
}

/* Of 64 bits these are none: the words stand elsewhere, or begin at a multiple of 8. */
static void are_none_of_64_bits(void)
{
	static const int others[] = {MUTEX, ROBUST,  INHERITING, READER,   WRITER,
				     OLDER, OLDER_1, NEWER,      SEMAPHORE};
	/* Its kind and users as 64 bits have them: told there, not here. */
	static const uint32_t swapped[CHANGES][2] = {{3, 1}, {4, 0}};
	struct fb_pthread_wait wait;

	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++)
		CU_ASSERT_FALSE(is_lock(&layouts[others[i]], NULL, 0, false, &wait));
	CU_ASSERT(is_lock(&layouts[MUTEX], swapped, CHANGES, false, &wait));
	CU_ASSERT_FALSE(is_lock(&layouts[MUTEX], swapped, CHANGES, true, &wait));
}

static void holds_each_word_of_32_bits_to_its_bounds(void)
{
	static const struct {
		int layout;
		uint32_t change[1][2];
		bool is;
	} cases[] = {
		{MUTEX, {{2, 0}}, false},
		{MUTEX, {{2, MOST}}, true},
		{MUTEX, {{2, MOST + 1}}, false},
		{MUTEX, {{3, 0x400}}, false},
		{MUTEX, {{4, 0}}, false},
		{MUTEX, {{4, MOST + 1}}, false},
		{ROBUST, {{3, 1}}, false}, /* not robust, with a TID */
		{ROBUST, {{1, MOST + 1}}, false},
		{INHERITING, {{3, 0}}, false},
		{READER, {{7, 0}}, false},
		{READER, {{7, MOST + 1}}, false},
		{READER, {{6, 0x100}}, false},     /* shared */
		{READER, {{6, 0xffff00ff}}, true}, /* flags and elision say nothing */
		{READER, {{2, 1}}, false},         /* nobody waits */
		{WRITER, {{6, 0x200}}, false},
		{WRITER, {{6, 0}}, false},
		{WRITER, {{0, 0}}, false},
		{OLDER, {{4, 1}}, false},
		{OLDER, {{9, 0}}, false},
		{OLDER_1, {{5, 1}}, false},
		{NEWER, {{7, 0}}, false},
		{SEMAPHORE, {{0, 2}}, false}, /* one has been posted */
		{SEMAPHORE, {{0, 0}}, false},
		{SEMAPHORE, {{1, 128}}, false},
		{SEMAPHORE, {{3, 0}}, false},
		{SEMAPHORE, {{3, MOST}}, true},
		{SEMAPHORE, {{3, MOST + 1}}, false},
		{BARRIER, {{0, 3}}, false},
	};
	static const uint32_t protect[][2] = {{3, 64}};
	struct fb_pthread_wait wait;

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(is_lock(&layouts[cases[i].layout], cases[i].change, 1, true, &wait),
				cases[i].is);
	is_lock(&layouts[MUTEX], protect, 1, true, &wait);
	CU_ASSERT_STRING_EQUAL(wait.kind, "mutex-protect");
}

/* The lock of a FILE: its owner is the address of a struct pthread, a word of 32 bits. */
static void knows_the_lock_of_a_file(void)
{
	static const struct layout file = {
		"stdio-lock", "", {2, 1, 0xf7700740u, 77}, 0, FB_FUTEX_WAIT, 2, false, 0, 0};
	static const uint32_t others[][1][2] = {
		{{1, 0}}, {{1, 1025}}, {{2, 0xf7700744u}}, {{2, 0x40}}};
	struct fb_pthread_wait wait;

	CU_ASSERT_TRUE(is_lock(&file, NULL, 0, true, &wait));
	CU_ASSERT_EQUAL(wait.owner_thread, 0xf7700740u);
	CU_ASSERT_EQUAL(wait.owner_field, BASE + 8);
	for (size_t i = 0; i < FB_ARRAY_SIZE(others); i++)
		CU_ASSERT_FALSE(is_lock(&file, others[i], 1, true, &wait));
	/* Of 64 bits the next word is a part of the address. */
	CU_ASSERT_FALSE(is_lock(&file, NULL, 0, false, &wait) && wait.owner_thread == 0xf7700740u);
}

FB_TEST_MAIN("bundle/wait_pthread32", FB_TEST(knows_each_lock_of_32_bits),
	     FB_TEST(are_none_of_64_bits), FB_TEST(holds_each_word_of_32_bits_to_its_bounds),
	     FB_TEST(knows_the_lock_of_a_file))
