// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel in submit_bio_wait(): for which device, by the bio that leads to their completion. */
#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define NOBODY "the device has the request: no thread is known to work on it"
#define END 0xffffffff81230000ull
#define OTHER_END 0xffffffff81240000ull

/* The thread's stack has the completion, its entry in that, and behind both the bio, or its address. marks[0] is the
 * device, marks[1] the bio. */
static struct fb_blocked below(struct made_waits *w, bool on_stack, const char *symbol)
{
	struct made_types *types = made_waits_types(w);
	struct fb_task *task = made_waits_task(w, 90, 90, "writer");
	uint64_t entry = made_waits_frame(task), done = entry + 24, behind = entry + 64;
	uint32_t head;

	made_devices_members(w);
	MADE_FIELD(w->made, bio_device, 8, 8);
	MADE_FIELD(w->made, bio_sector, 16, 8);
	MADE_FIELD(w->made, bio_end, 24, 8);
	MADE_FIELD(w->made, bio_private, 32, 8);
	made_struct(types, "swait_queue", 24,
		    MADE_MEMBERS_OF({"task_list", types->list, 8}, {"task", types->word, 0}));
	head = made_struct(types, "swait_queue_head", 24,
			   MADE_MEMBERS_OF({"task_list", types->list, 8}));
	made_struct(types, "completion", 32, MADE_MEMBERS_OF({"wait", head, 8}));
	made_types_give(types, w->made);
	made_waits_symbol(w, symbol, END);
	w->marks[0] = made_device(w, "vdb", 0);
	w->marks[1] = on_stack ? behind : made_alloc(w->made, 64);
	if (!on_stack)
		made_put(w->made, behind, w->marks[1], 8);
	MADE_SET(w->made, w->marks[1], bio_device, w->marks[0]);
	MADE_SET(w->made, w->marks[1], bio_sector, 2048);
	MADE_SET(w->made, w->marks[1], bio_end, END);
	MADE_SET(w->made, w->marks[1], bio_private, done);
	made_list_init(w->made, done + 16);
	made_put(w->made, entry, task->address, 8);
	made_list_add(w->made, done + 16, entry + 8);
	return made_waits_blocked(w, task, "block-io");
}

static struct fb_blocked on_its_stack(struct made_waits *w)
{
	return below(w, true, "submit_bio_wait_endio");
}

static struct fb_blocked elsewhere(struct made_waits *w)
{
	return below(w, false, "bio_wait_end_io");
}

/* It has the completion's address for another reason. */
static struct fb_blocked that_ends_otherwise(struct made_waits *w)
{
	struct fb_blocked blocked = below(w, true, "submit_bio_wait_endio");

	MADE_SET(w->made, w->marks[1], bio_end, OTHER_END);
	return blocked;
}

static struct fb_blocked without_the_symbol(struct made_waits *w)
{
	struct fb_blocked blocked = below(w, true, "of_another_kernel");

	MADE_SET(w->made, w->marks[1], bio_end, 0);
	return blocked;
}

static void tells_the_device_of_a_bio(void)
{
	static const struct made_answer answer = {
		.kind = "block-io",
		.object = "device {0} 0x0",
		.name = "/dev/vdb",
		.need = NOBODY,
		.flags = "sure",
		.wait = "bio at sector 2048",
		.evidence = "the bio that ends at the completion on its kernel stack"};
	const struct made_scene scenes[] = {{on_its_stack, fb_wait_bio, answer},
					    {elsewhere, fb_wait_bio, answer}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void only_what_the_bio_ends_with_shows_it(void)
{
	static const struct made_answer answer = {
		.error = "the bio was not found by the thread's stack", .code = FB_NOT_FOUND};
	const struct made_scene scenes[] = {{that_ends_otherwise, fb_wait_bio, answer},
					    {without_the_symbol, fb_wait_bio, answer}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_bio", FB_TEST(tells_the_device_of_a_bio),
	     FB_TEST(only_what_the_bio_ends_with_shows_it))
