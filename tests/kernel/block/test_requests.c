// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests in flight of a made kernel: those that are in use are found, each once, and damaged tags cost themselves. */
#include "kernel/block/request.h"

#include <math.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/block/made_disks.h"

#define TAGS 8u
#define NOW 5000000000ull

struct scene {
	struct made_disks disks;
	struct fb_disks found;
	uint64_t tags, request[TAGS];
};

static void create(struct scene *scene)
{
	made_disks_create(&scene->disks);
	scene->disks.made->kernel.info.monotonic_ns = NOW;
	scene->tags = made_disks_tags(&scene->disks, 0, TAGS, scene->request);
	FB_OK_FATAL(fb_disks_load(&scene->disks.made->kernel, &scene->found));
	CU_ASSERT_EQUAL_FATAL(scene->found.count, 2);
}

static void destroy(struct scene *scene)
{
	fb_disks_deinit(&scene->found);
	made_kernel_destroy(scene->disks.made);
}

static void load(struct scene *scene, struct fb_requests *requests)
{
	struct fb_kernel *kernel = &scene->disks.made->kernel;
	struct fb_request_reader *reader;

	*requests = (struct fb_requests){.complete = true};
	FB_OK_FATAL(fb_request_reader_create(kernel, &scene->found, NULL, NULL, &reader));
	FB_OK_FATAL(fb_requests_by_tags(kernel, &scene->found, reader, requests));
	fb_requests_sort(requests);
	fb_request_reader_destroy(reader);
}

/* Makes the request in use. */
static void use(struct scene *scene, unsigned tag, unsigned state, uint64_t age_ns)
{
	struct made_kernel *made = scene->disks.made;
	uint64_t request = scene->request[tag];

	MADE_SET(made, request, request_state, state);
	MADE_SET(made, request, request_references, 1);
	MADE_SET(made, request, request_operation, 1);
	MADE_SET(made, request, request_sector, 4096 + tag);
	MADE_SET(made, request, request_bytes, 512);
	MADE_SET(made, request, request_start_ns, NOW - age_ns);
	MADE_SET(made, request, request_issue_ns, NOW - age_ns / 2);
	MADE_SET(made, request, request_partition, scene->disks.partition);
}

static void finds_those_in_use(void)
{
	struct scene scene;
	struct fb_requests requests;

	create(&scene);
	use(&scene, 2, 1, 1000000000);
	use(&scene, 5, 0, 3000000000);
	load(&scene, &requests);
	CU_ASSERT_TRUE(requests.complete);
	CU_ASSERT_EQUAL_FATAL(requests.count, 2);
	CU_ASSERT_EQUAL(requests.list[0].address, scene.request[5]);
	CU_ASSERT_EQUAL(requests.list[0].state, FB_REQUEST_QUEUED);
	CU_ASSERT_DOUBLE_EQUAL(requests.list[0].age_s, 3, 1e-6);
	CU_ASSERT_TRUE(isnan(requests.list[0].driver_s));
	CU_ASSERT_EQUAL(requests.list[1].state, FB_REQUEST_IN_FLIGHT);
	CU_ASSERT_EQUAL(requests.list[1].tag, 2);
	CU_ASSERT_EQUAL(requests.list[1].scheduler_tag, -1);
	CU_ASSERT_EQUAL(requests.list[1].hw_queue, 0);
	CU_ASSERT_EQUAL(requests.list[1].sector, 4098);
	CU_ASSERT_EQUAL(requests.list[1].bytes, 512);
	CU_ASSERT_EQUAL(requests.list[1].part_number, 1);
	CU_ASSERT_STRING_EQUAL(requests.list[1].operation, "1");
	CU_ASSERT_DOUBLE_EQUAL(requests.list[1].driver_s, 0.5, 1e-6);
	CU_ASSERT_STRING_EQUAL(requests.list[1].disk->whole.name, "sda");
	fb_requests_deinit(&requests);
	destroy(&scene);
}

/* The hardware queue is lost; its tags are in the tag set too. */
static void the_tag_set_has_them_too(void)
{
	struct scene scene;
	struct fb_requests requests;
	struct made_kernel *made;
	uint64_t set, array;

	create(&scene);
	made = scene.disks.made;
	use(&scene, 2, 1, 1);
	set = made_alloc(made, 64);
	array = made_alloc(made, 8);
	made_put(made, array, scene.tags, 8);
	MADE_SET(made, set, tag_set_tags, array);
	MADE_SET(made, set, tag_set_hw_count, 1);
	MADE_SET(made, scene.disks.queue[0], queue_tag_set, set);
	load(&scene, &requests);
	CU_ASSERT_EQUAL(requests.count, 1);
	CU_ASSERT_TRUE(requests.complete);
	fb_requests_deinit(&requests);
	MADE_SET(made, scene.disks.queue[0], queue_hw_array, 8);
	load(&scene, &requests);
	CU_ASSERT_EQUAL(requests.count, 1);
	CU_ASSERT_FALSE(requests.complete);
	fb_requests_deinit(&requests);
	destroy(&scene);
}

static void damaged_tags_cost_themselves(void)
{
	struct scene scene;
	struct fb_requests requests;
	struct made_kernel *made;
	uint64_t array;

	create(&scene);
	made = scene.disks.made;
	use(&scene, 2, 1, 1);
	use(&scene, 3, 9, 1);
	memcpy(&array, made_at(made, scene.tags + 8), 8);
	made_put(made, array, 0x1234, 8);                  /* no address */
	made_put(made, array + 8, scene.request[2], 8);    /* twice */
	made_put(made, array + 32, 0xffffc90000000000, 8); /* not in the dump */
	load(&scene, &requests);
	CU_ASSERT_EQUAL_FATAL(requests.count, 2);
	CU_ASSERT_FALSE(requests.complete);
	CU_ASSERT_EQUAL(requests.list[1].state, FB_REQUEST_DAMAGED);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 2);
	fb_requests_deinit(&requests);
	MADE_SET(made, scene.tags, tags_count, UINT32_MAX);
	load(&scene, &requests);
	CU_ASSERT_EQUAL(requests.count, 0);
	CU_ASSERT_FALSE(requests.complete);
	fb_requests_deinit(&requests);
	MADE_SET(made, scene.disks.queue[0], queue_hw_count, UINT32_MAX);
	load(&scene, &requests);
	CU_ASSERT_EQUAL(requests.count, 0);
	CU_ASSERT_FALSE(requests.complete);
	fb_requests_deinit(&requests);
	destroy(&scene);
}

/* A list of bios that leads round, and one that is read whole. */
static void bios_that_lead_round_end(void)
{
	struct scene scene;
	struct fb_requests requests;
	struct made_kernel *made;
	uint64_t bio;

	create(&scene);
	made = scene.disks.made;
	use(&scene, 2, 1, 1);
	bio = made_alloc(made, 64);
	MADE_SET(made, bio, bio_next, bio);
	MADE_SET(made, scene.request[2], request_bio, bio);
	load(&scene, &requests);
	CU_ASSERT_EQUAL_FATAL(requests.count, 1);
	CU_ASSERT_EQUAL(requests.list[0].bio, bio);
	CU_ASSERT_EQUAL(requests.list[0].tid, -1);
	fb_requests_deinit(&requests);
	destroy(&scene);
}

/* A bio that is held back was issued when its low 51 bits say; the bits above are its size. */
static void bios_have_an_age(void)
{
	static const struct {
		uint64_t issue;
		double age_s;
	} cases[] = {{NOW - 3000000000u, 3}, {NOW + 5000000, 0}, {0, NAN}};
	struct scene scene;
	struct fb_request_reader *reader;
	struct made_kernel *made;
	struct fb_request request;
	uint64_t bio, next;

	create(&scene);
	made = scene.disks.made;
	bio = made_alloc(made, 64);
	FB_OK_FATAL(fb_request_reader_create(&made->kernel, &scene.found, NULL, NULL, &reader));
	FB_OK_FATAL(fb_request_read_bio(reader, &scene.found.disks[0], bio, &request, &next));
	CU_ASSERT_TRUE(isnan(request.age_s)); /* the kernel has no such member */
	MADE_FIELD(made, bio_issue, 40, 8);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t size = cases[i].issue ? 1ull << 51 : 0;

		MADE_SET(made, bio, bio_issue, cases[i].issue | size);
		FB_OK_FATAL(
			fb_request_read_bio(reader, &scene.found.disks[0], bio, &request, &next));
		CU_ASSERT_EQUAL(isnan(request.age_s) != 0, isnan(cases[i].age_s) != 0);
		CU_ASSERT_FALSE(fabs(request.age_s - cases[i].age_s) > 1e-6);
	}
	fb_request_reader_destroy(reader);
	destroy(&scene);
}

FB_TEST_MAIN("kernel/requests", FB_TEST(finds_those_in_use), FB_TEST(the_tag_set_has_them_too),
	     FB_TEST(damaged_tags_cost_themselves), FB_TEST(bios_that_lead_round_end),
	     FB_TEST(bios_have_an_age))
