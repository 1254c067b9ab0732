// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of futex() that are part of a global lock of Python, and those of the sample, in which no interpreter runs. */
#include "bundle/waits/futex/wait_python.h"

#include <string.h>

#include "base/attr.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

#define THREAD 130 /* of the sample */
#define CORE "core.128.xz"

static const struct fb_python_gil gils[] = {
	{.start = 0x1000, .end = 0x10d0, .locked = true, .holder = 0x7f00},
	{.start = 0x2000, .end = 0x20d0, .locked = false, .holder = 0x7f00},
	{.start = 0x3000, .end = 0x30d0, .locked = true, .holder = 0},
};

static bool describe(uint64_t address, struct fb_pthread_wait *lock)
{
	return fb_python_gil_describe(gils, FB_ARRAY_SIZE(gils), "3.13", address, lock);
}

static void a_word_of_a_lock_has_its_holder(void)
{
	struct fb_pthread_wait lock;

	CU_ASSERT_TRUE_FATAL(describe(0x1000, &lock));
	CU_ASSERT_STRING_EQUAL(lock.kind, "python-gil");
	CU_ASSERT_STRING_EQUAL(lock.detail, "global interpreter lock of Python 3.13");
	CU_ASSERT_EQUAL(lock.object, 0x1000);
	CU_ASSERT_EQUAL(lock.owner_thread, 0x7f00);
	CU_ASSERT_EQUAL(lock.owner, 0);
	CU_ASSERT_TRUE(lock.certain);
	CU_ASSERT_PTR_NULL(lock.need);
	CU_ASSERT_TRUE(describe(0x10cf, &lock));
	CU_ASSERT_FALSE(describe(0x10d0, &lock));
	CU_ASSERT_FALSE(describe(0xfff, &lock));
}

static void without_a_holder_it_says_why(void)
{
	struct fb_pthread_wait lock;

	CU_ASSERT_TRUE_FATAL(describe(0x2040, &lock));
	CU_ASSERT_EQUAL(lock.owner_thread, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
	CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, "it is free"));
	CU_ASSERT_TRUE_FATAL(describe(0x3040, &lock));
	CU_ASSERT_EQUAL(lock.object, 0x3000);
	CU_ASSERT_EQUAL(lock.owner_thread, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
	CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, "none of its threads"));
}

static void objects_of_python_are_described(void)
{
	struct fb_python_wait wait = {.kind = FB_PYTHON_LOCK, .lock = 0x1000};
	struct fb_pthread_wait lock;

	fb_python_wait_describe(&wait, "3.13", &lock);
	CU_ASSERT_STRING_EQUAL(lock.kind, "python-lock");
	CU_ASSERT_STRING_EQUAL(lock.detail, "threading.Lock of Python 3.13");
	CU_ASSERT_EQUAL(lock.object, 0x1000);
	CU_ASSERT_EQUAL(lock.owner_thread, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
	CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, "does not record"));
	wait = (struct fb_python_wait){.kind = FB_PYTHON_LOCK,
				       .lock = 0x1000,
				       .class = "Queue\n",
				       .method = "Queue.get",
				       .object = 0x2000};
	fb_python_wait_describe(&wait, "3.13", &lock);
	CU_ASSERT_STRING_EQUAL(lock.kind, "python-condition");
	CU_ASSERT_STRING_EQUAL(lock.detail, "Queue\\x0a of Python 3.13, in Queue.get()");
	CU_ASSERT_EQUAL(lock.object, 0x2000);
	wait = (struct fb_python_wait){
		.kind = FB_PYTHON_RLOCK, .lock = 0x1000, .owner = 0x7f00, .owner_field = 0x1018};
	fb_python_wait_describe(&wait, "3.13", &lock);
	CU_ASSERT_STRING_EQUAL(lock.kind, "python-rlock");
	CU_ASSERT_EQUAL(lock.owner_thread, 0x7f00);
	CU_ASSERT_EQUAL(lock.owner_field, 0x1018);
	CU_ASSERT_PTR_NULL(lock.need);
	wait.owner = 0;
	fb_python_wait_describe(&wait, "3.13", &lock);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
	CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, "it is free"));
}

/* A program whose file only has an interpreter's name. */
static void without_an_interpreter_there_is_no_lock(void)
{
	const struct fb_futex_call call = {.address = 0x55d4a696e4e0};
	struct fb_pthread_wait lock;
	struct sample_finder of;
	bool found = true;

	sample_finder_begin(&of, THREAD, CORE, NULL);
	for (size_t i = 0; i < fb_joined_vmas(of.joined)->count; i++) {
		struct fb_vma *vma = &fb_joined_vmas(of.joined)->vma[i];

		if (!vma->pgoff) {
			vma->file = 0;
			vma->path = "/usr/bin/python3.13";
		}
	}
	FB_OK(fb_wait_python(&of.finder, &of.blocked, of.joined, &call, &lock, &found));
	CU_ASSERT_FALSE(found);
	/* What was found of the process is kept. */
	FB_OK(fb_wait_python(&of.finder, &of.blocked, of.joined, &call, &lock, &found));
	CU_ASSERT_FALSE(found);
	sample_finder_end(&of);
}

FB_TEST_MAIN("bundle/waits/futex/wait_python", FB_TEST(a_word_of_a_lock_has_its_holder),
	     FB_TEST(without_a_holder_it_says_why), FB_TEST(objects_of_python_are_described),
	     FB_TEST(without_an_interpreter_there_is_no_lock))
