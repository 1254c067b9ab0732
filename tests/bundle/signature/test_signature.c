// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of the sample, alone and with its cores; words, and messages without numbers. */
#include "bundle/signature/signature.h"

#include <string.h>
#include <xxhash.h>

#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

/* No cores. */
static const char *const none[] = {NULL};

#define CHAIN "rwsem > jbd2-commit > block-io > frozen"

static void of_sample(void)
{
	struct sample_input sample;
	struct fb_signature signature = {0};

	sample_open(&sample, none);
	FB_OK_FATAL(fb_signature_compute(sample.input, &signature));
	/* samples/small/waits.txt: five threads wait for the frozen file system. */
	CU_ASSERT_STRING_EQUAL(signature.kind, "hang");
	CU_ASSERT_EQUAL(signature.waits.kind, FB_SHAPE_CHAIN);
	CU_ASSERT_STRING_EQUAL(signature.waits.kinds, CHAIN);
	CU_ASSERT_EQUAL(signature.waits.threads, 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(signature.waits.actors, "> frozen in "));
	CU_ASSERT_PTR_NOT_NULL(strstr(signature.waits.actors, "(kworker)"));
	CU_ASSERT_PTR_NOT_NULL(strstr(signature.waits.actors, "(jbd#/loop#-#)"));
	CU_ASSERT_EQUAL(signature.guilt, FB_GUILT_CHAIN);
	CU_ASSERT_PTR_NOT_NULL_FATAL(signature.task);
	CU_ASSERT_EQUAL(signature.task->tid, 9);
	CU_ASSERT_STRING_EQUAL(signature.texts[FB_SIGNATURE_KIND],
			       "fbundle signature 1 kind\nhang\n");
	CU_ASSERT_STRING_EQUAL(signature.texts[FB_SIGNATURE_PLACE],
			       "fbundle signature 1 place\nhang\n" CHAIN "\n");
	for (unsigned i = 0; i < FB_SIGNATURE_LEVELS; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(signature.texts[i]);
		CU_ASSERT_EQUAL(signature.hashes[i],
				XXH64(signature.texts[i], strlen(signature.texts[i]), 0));
	}
	/* All that is in a bracket of a function's offset, an address or a PID would differ between hosts. */
	CU_ASSERT_PTR_NULL(strstr(signature.texts[FB_SIGNATURE_STACK], "+0x"));
	CU_ASSERT_PTR_NULL(strstr(signature.texts[FB_SIGNATURE_STACK], "ffffffff"));
	CU_ASSERT_PTR_NULL(strstr(signature.texts[FB_SIGNATURE_STACK], "337"));
	fb_signature_deinit(&signature);
	sample_close(&sample);
}

/* The cores show a deadlock in user space; what hangs in the kernel stays what the dump is known by. */
static void with_cores(void)
{
	static const char *const cores[] = {"core.128.xz", "core.144.gz", NULL};
	struct sample_input sample;
	struct fb_signature alone = {0}, more = {0};

	sample_open(&sample, none);
	FB_OK_FATAL(fb_signature_compute(sample.input, &alone));
	sample_close(&sample);
	sample_open(&sample, cores);
	FB_OK_FATAL(fb_signature_compute(sample.input, &more));
	for (unsigned i = 0; i < FB_SIGNATURE_LEVELS; i++)
		CU_ASSERT_EQUAL(alone.hashes[i], more.hashes[i]);
	fb_signature_deinit(&alone);
	fb_signature_deinit(&more);
	sample_close(&sample);
}

/* The shape of one thread's waits, of the deadlock that only cores show, and of none. */
static void shapes(void)
{
	static const char *const cores[] = {"core.128.xz", NULL};
	const struct fb_wait_options options = {0};
	struct sample_input sample;
	const struct fb_tasks *tasks;
	struct fb_waits *waits = NULL;
	struct fb_wait_shape shape, other;

	sample_open(&sample, cores);
	FB_OK_FATAL(fb_input_tasks(sample.input, &tasks));
	FB_OK_FATAL(fb_waits_find(sample.input, &options, &waits));
	fb_wait_shape_find(tasks, waits, 336, &shape);
	CU_ASSERT_EQUAL(shape.kind, FB_SHAPE_CHAIN);
	CU_ASSERT_STRING_EQUAL(shape.kinds, "jbd2-commit > block-io > frozen");
	fb_wait_shape_find(tasks, waits, 130, &shape);
	CU_ASSERT_EQUAL(shape.kind, FB_SHAPE_DEADLOCK);
	CU_ASSERT_STRING_EQUAL(shape.kinds, "mutex > mutex");
	CU_ASSERT_STRING_EQUAL(shape.actors,
			       "mutex in do_futex (lock-ab) > mutex in do_futex (lock-ba)");
	CU_ASSERT_EQUAL(shape.tid, 130);
	CU_ASSERT_EQUAL(shape.threads, 2);
	/* From whichever side it is looked at. */
	fb_wait_shape_find(tasks, waits, 131, &other);
	CU_ASSERT_STRING_EQUAL(other.actors, shape.actors);
	CU_ASSERT_EQUAL(other.tid, 130);
	fb_wait_shape_find(tasks, waits, 1, &shape);
	CU_ASSERT_EQUAL(shape.kind, FB_SHAPE_NONE);
	CU_ASSERT_EQUAL(shape.tid, -1);
	fb_waits_destroy(waits);
	sample_close(&sample);
}

static void words(void)
{
	enum fb_signature_level level = FB_SIGNATURE_KIND;
	char text[64], small[4];

	CU_ASSERT_TRUE(fb_signature_level_parse("stack", &level));
	CU_ASSERT_EQUAL(level, FB_SIGNATURE_STACK);
	CU_ASSERT_FALSE(fb_signature_level_parse("stac", &level));
	CU_ASSERT_EQUAL(level, FB_SIGNATURE_STACK);
	CU_ASSERT_STRING_EQUAL(fb_signature_level_name(FB_SIGNATURE_TOP), "top");
	CU_ASSERT_PTR_NULL(fb_guilt_word(FB_GUILT_UNKNOWN));
	CU_ASSERT_STRING_EQUAL(fb_guilt_word(FB_GUILT_CHAIN), "chain");
	CU_ASSERT_STRING_EQUAL(fb_wait_shape_comm("worker-17/3", text, sizeof(text)), "worker-#/#");
	CU_ASSERT_STRING_EQUAL(fb_wait_shape_comm("kworker/u4:0+events", text, sizeof(text)),
			       "kworker");
	CU_ASSERT_STRING_EQUAL(fb_wait_shape_comm("12345", small, sizeof(small)), "#");
}

static void messages(void)
{
	static const struct {
		const char *message, *text;
	} cases[] = {
		{"Kernel panic - not syncing: bad disk 12",
		 "Kernel panic - not syncing: bad disk #"},
		{"at 0xffff888012345678 of", "at # of"},
		{"code a1b2", "code #"},
		{"added feed", "added feed"},
		{"", ""},
	};
	char text[128];

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_STRING_EQUAL(fb_signature_message(cases[i].message, text, sizeof(text)),
				       cases[i].text);
}

FB_TEST_MAIN("signature/signature", FB_TEST(of_sample), FB_TEST(with_cores), FB_TEST(shapes),
	     FB_TEST(words), FB_TEST(messages))
