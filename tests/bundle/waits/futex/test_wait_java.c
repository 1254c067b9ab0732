// SPDX-License-Identifier: GPL-2.0-or-later
/* How waits of threads of Java are described, and those of the sample, in which no virtual machine runs. */
#include "bundle/waits/futex/wait_java.h"

#include <string.h>

#include "base/attr.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

#define THREAD 130 /* of the sample */
#define CORE "core.128.xz"

static const struct fb_java_thread holder = {.name = "holder\n", .pthread = 0x7f00};

static void a_lock_has_its_owner(void)
{
	static const struct {
		enum fb_java_wait_kind kind;
		const char *name, *detail;
		bool certain;
	} cases[] = {
		{FB_JAVA_ENTER, "java-monitor", "a.B, held by \"holder\\x0a\", Java 17", true},
		{FB_JAVA_REENTER, "java-monitor",
		 "a.B, held by \"holder\\x0a\", at the end of wait(), Java 17", true},
		{FB_JAVA_LOCK, "java-lock", "a.B, held by \"holder\\x0a\", Java 17", true},
		{FB_JAVA_FUTURE, "java-future", "a.B, run by \"holder\\x0a\", Java 17", true},
		{FB_JAVA_JOIN, "java-join", "a.B, which is \"holder\\x0a\", Java 17", false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const struct fb_java_wait wait = {.kind = cases[i].kind,
						  .object = 0x1000,
						  .class = "a.B",
						  .owner = &holder,
						  .has_owner = true,
						  .owner_field = 0x1018};
		struct fb_pthread_wait lock;

		fb_java_wait_describe(&wait, 17, &lock);
		CU_ASSERT_STRING_EQUAL(lock.kind, cases[i].name);
		CU_ASSERT_STRING_EQUAL(lock.detail, cases[i].detail);
		CU_ASSERT_EQUAL(lock.object, 0x1000);
		CU_ASSERT_EQUAL(lock.owner_thread, 0x7f00);
		CU_ASSERT_EQUAL(lock.owner_field, 0x1018);
		CU_ASSERT_EQUAL(lock.certain, cases[i].certain);
		CU_ASSERT_EQUAL(lock.looks_again, !strcmp(cases[i].name, "java-monitor"));
		CU_ASSERT_PTR_NULL(lock.need);
	}
}

static void without_an_owner_it_says_why(void)
{
	static const struct {
		struct fb_java_wait wait;
		const char *name, *detail, *need;
	} cases[] = {
		{{.kind = FB_JAVA_ENTER}, "java-monitor", "a.B, Java 21", "it is free"},
		{{.kind = FB_JAVA_ENTER, .has_owner = true},
		 "java-monitor",
		 "a.B, Java 21",
		 "a virtual thread"},
		{{.kind = FB_JAVA_NOTIFY}, "java-condition", "a.B, Java 21", "notify()"},
		{{.kind = FB_JAVA_JOIN}, "java-join", "a.B, Java 21", "none of the virtual"},
		{{.kind = FB_JAVA_LOCK}, "java-lock", "a.B, Java 21", "it is free"},
		{{.kind = FB_JAVA_LOCK, .state = 1}, "java-lock", "a.B, Java 21", "no owner"},
		{{.kind = FB_JAVA_LOCK, .why = "page 1"},
		 "java-lock",
		 "a.B, Java 21",
		 "cannot be read"},
		{{.kind = FB_JAVA_LOCK, .readers = 2},
		 "java-lock",
		 "a.B, for reading (2), Java 21",
		 "none of its readers"},
		{{.kind = FB_JAVA_STAMPED}, "java-lock", "a.B, Java 21", "StampedLock"},
		{{.kind = FB_JAVA_FUTURE}, "java-future", "a.B, Java 21", "no thread runs it"},
		{{.kind = FB_JAVA_SEMAPHORE}, "java-semaphore", "a.B, Java 21", "permits"},
		{{.kind = FB_JAVA_LATCH, .state = 7},
		 "java-condition",
		 "a.B, count 7, Java 21",
		 "countDown()"},
		{{.kind = FB_JAVA_CONDITION}, "java-condition", "a.B, Java 21", "signal()"},
		{{.kind = FB_JAVA_PARK}, "java-condition", "a.B, Java 21", "nobody is recorded"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_java_wait wait = cases[i].wait;
		struct fb_pthread_wait lock;

		wait.class = "a.B";
		fb_java_wait_describe(&wait, 21, &lock);
		CU_ASSERT_STRING_EQUAL(lock.kind, cases[i].name);
		CU_ASSERT_STRING_EQUAL(lock.detail, cases[i].detail);
		CU_ASSERT_EQUAL(lock.owner_thread, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
		CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, cases[i].need));
	}
}

static void what_is_not_read_is_said(void)
{
	struct fb_java_wait wait = {.kind = FB_JAVA_ENTER, .owner_field = 0x2040};
	struct fb_pthread_wait lock;

	fb_java_wait_describe(&wait, 25, &lock);
	CU_ASSERT_STRING_EQUAL(lock.detail, "object of an unknown class, Java 25");
	CU_ASSERT_EQUAL(lock.object, 0x2040);
	wait = (struct fb_java_wait){.kind = FB_JAVA_SLEEP, .owner_field = 0x2040};
	fb_java_wait_describe(&wait, 25, &lock);
	CU_ASSERT_STRING_EQUAL(lock.kind, "java-sleep");
	CU_ASSERT_STRING_EQUAL(lock.detail, "Thread.sleep(), Java 25");
	CU_ASSERT_EQUAL(lock.object, 0x2040);
	wait.kind = FB_JAVA_UNPARK;
	fb_java_wait_describe(&wait, 25, &lock);
	CU_ASSERT_STRING_EQUAL(lock.kind, "java-park");
	CU_ASSERT_STRING_EQUAL(lock.detail, "LockSupport.park(), Java 25");
	wait = (struct fb_java_wait){.kind = FB_JAVA_LOCK,
				     .class = "a.B",
				     .owner = &holder,
				     .has_owner = true,
				     .readers = 3};
	fb_java_wait_describe(&wait, 25, &lock);
	CU_ASSERT_STRING_EQUAL(lock.detail,
			       "a.B, held by \"holder\\x0a\", for reading (3), Java 25");
	CU_ASSERT_PTR_NOT_NULL_FATAL(lock.need);
	CU_ASSERT_PTR_NOT_NULL(strstr(lock.need, "only the first"));
}

static void without_a_virtual_machine_there_is_no_lock(void)
{
	struct fb_pthread_wait lock;
	struct sample_finder of;
	char name[FB_JAVA_NAME_SIZE] = "x";
	bool found = true;

	sample_finder_begin(&of, THREAD, CORE, NULL);
	for (size_t i = 0; i < fb_joined_vmas(of.joined)->count; i++)
		if (!fb_joined_vmas(of.joined)->vma[i].pgoff)
			fb_joined_vmas(of.joined)->vma[i].path = "/usr/lib/jvm/libjvm.so";
	/* What was found of the process is kept. */
	for (unsigned i = 0; i < 2; i++) {
		FB_OK(fb_wait_java(&of.finder, &of.blocked, of.joined, &lock, name, &found));
		CU_ASSERT_FALSE(found);
		CU_ASSERT_STRING_EQUAL(name, "");
	}
	sample_finder_end(&of);
}

FB_TEST_MAIN("bundle/waits/futex/wait_java", FB_TEST(a_lock_has_its_owner),
	     FB_TEST(without_an_owner_it_says_why), FB_TEST(what_is_not_read_is_said),
	     FB_TEST(without_a_virtual_machine_there_is_no_lock))
