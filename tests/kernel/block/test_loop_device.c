// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of a loop device of a made kernel without types of modules. */
#include "kernel/block/loop_device.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define FILE_AT 240u
#define DEVICE_AT 248u
#define BEGINS 8192u

struct scene {
	struct made_kernel *made;
	struct fb_disk disk;
	uint64_t file, device;
};

/* As 5.10 has it. Of the other words some are addresses too. */
static void begin(struct scene *s)
{
	struct made_kernel *made = made_kernel_create();

	*s = (struct scene){.made = made};
	MADE_FIELD(made, bdev_disk, 16, 8);
	s->disk.address = made_alloc(made, 64);
	s->disk.private_data = made_alloc_pages(made, 1024);
	s->disk.whole.sectors = 64;
	memcpy(s->disk.whole.name, "loop7", sizeof("loop7"));
	s->file = made_alloc(made, 64);
	s->device = made_alloc(made, 64);
	MADE_SET(made, s->device, bdev_disk, s->disk.address);
	made_put(made, s->disk.private_data, 7, 4);
	made_put(made, s->disk.private_data + 8, BEGINS, 8);
	made_put(made, s->disk.private_data + 32, made_alloc(made, 64), 8);
	made_put(made, s->disk.private_data + 40, made_alloc(made, 64), 8);
	made_put(made, s->disk.private_data + FILE_AT, s->file, 8);
	made_put(made, s->disk.private_data + DEVICE_AT, s->device, 8);
}

static void find(struct scene *s, uint64_t wanted)
{
	uint64_t file = 1, offset = 1;

	FB_OK_FATAL(fb_loop_device_search(&s->made->kernel, &s->disk, &file, &offset));
	CU_ASSERT_EQUAL(file, wanted);
	CU_ASSERT_EQUAL(offset, BEGINS);
}

static void finds_the_file_before_the_device(void)
{
	struct scene s;

	begin(&s);
	find(&s, s.file);
	made_kernel_destroy(s.made);
}

static void one_without_a_file_has_none(void)
{
	struct scene s;

	begin(&s);
	s.disk.whole.sectors = 0;
	made_put(s.made, s.disk.private_data + FILE_AT, 0, 8);
	made_put(s.made, s.disk.private_data + DEVICE_AT, 0, 8);
	find(&s, 0);
	made_kernel_destroy(s.made);
}

static void refuse(struct scene *s, const char *why)
{
	uint64_t file = 1, offset = 1;

	FB_FAILS_WITH(fb_loop_device_search(&s->made->kernel, &s->disk, &file, &offset),
		      FB_NOT_FOUND, why);
	CU_ASSERT(file == 1 && offset == 1);
	made_kernel_destroy(s->made);
}

static void refuses_what_is_no_loop_device(void)
{
	struct scene s;

	begin(&s);
	made_put(s.made, s.disk.private_data, 6, 4);
	refuse(&s, "no loop_device at 0x");
	begin(&s);
	MADE_SET(s.made, s.device, bdev_disk, s.disk.address + 64);
	refuse(&s, "leads to no file");
	begin(&s);
	made_put(s.made, s.disk.private_data + FILE_AT, 0, 8);
	refuse(&s, "leads to no file");
}

FB_TEST_MAIN("kernel/loop_device", FB_TEST(finds_the_file_before_the_device),
	     FB_TEST(one_without_a_file_has_none), FB_TEST(refuses_what_is_no_loop_device))
