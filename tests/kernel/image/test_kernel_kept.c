// SPDX-License-Identifier: GPL-2.0-or-later
/* What a kernel keeps of a kind: made once, made again where that failed, and destroyed with the kernel. */
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

static unsigned made_times, destroyed_times;
static bool fails;
static int thing;

static struct fb_error *make_thing(struct fb_kernel *kernel FB_UNUSED, void **thing_ret)
{
	made_times++;
	if (fails)
		return fb_error_create(FB_ABSENT, "not now");
	*thing_ret = &thing;
	return NULL;
}

static void destroy_thing(void *which)
{
	destroyed_times++;
	CU_ASSERT_PTR_EQUAL(which, &thing);
}

static void things_are_made_once(void)
{
	struct made_kernel *made = made_kernel_create();
	void *kept = NULL;

	made_times = destroyed_times = 0;
	fails = true;
	FB_FAILS_WITH(fb_kernel_keep(&made->kernel, FB_KERNEL_SLAB_VMAS, make_thing, destroy_thing,
				     &kept),
		      FB_ABSENT, "not now");
	CU_ASSERT_PTR_NULL(kept);
	fails = false;
	for (unsigned i = 0; i < 3; i++) {
		kept = NULL;
		FB_OK(fb_kernel_keep(&made->kernel, FB_KERNEL_SLAB_VMAS, make_thing, destroy_thing,
				     &kept));
		CU_ASSERT_PTR_EQUAL(kept, &thing);
	}
	CU_ASSERT_EQUAL(made_times, 2);
	CU_ASSERT_EQUAL(destroyed_times, 0);
	made_kernel_destroy(made);
	CU_ASSERT_EQUAL(destroyed_times, 1);
}

static void nothing_is_destroyed_that_was_not_made(void)
{
	struct made_kernel *made = made_kernel_create();
	void *kept = NULL;

	destroyed_times = 0;
	fails = true;
	FB_FAILS(fb_kernel_keep(&made->kernel, FB_KERNEL_SLAB_VMAS, make_thing, destroy_thing,
				&kept),
		 FB_ABSENT);
	made_kernel_destroy(made);
	CU_ASSERT_EQUAL(destroyed_times, 0);
}

FB_TEST_MAIN("kernel/kernel_kept", FB_TEST(things_are_made_once),
	     FB_TEST(nothing_is_destroyed_that_was_not_made))
