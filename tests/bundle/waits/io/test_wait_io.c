// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait for block devices: for which, and who works on them. */
#include "bundle/waits/io/wait_io.h"

#include <string.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define BUFFER "the locked buffer_head on its kernel stack"
#define NOBODY "the device has the request: no thread is known to work on it"
#define BH_LOCK 2u

/* A thread on a bit of a buffer of block 1234 on the device, marks[0]; marks[1] is the buffer. */
static struct fb_blocked at_buffer(struct made_waits *w, uint64_t device, uint64_t bit)
{
	struct fb_task *task = made_waits_task(w, 90, 90, "reader");
	uint64_t buffer = made_alloc(w->made, 64), entry = made_waits_frame(task);
	uint64_t head = made_alloc(w->made, 64);
	struct fb_blocked blocked;

	MADE_FIELD(w->made, wait_bit_flags, 0, 8);
	MADE_FIELD(w->made, wait_bit_number, 8, 4);
	MADE_FIELD(w->made, wait_bit_wait, 24, 40);
	w->made->kernel.layout.wait_bit_entry.size = 64;
	MADE_FIELD(w->made, buffer_bdev, 48, 8);
	MADE_FIELD(w->made, buffer_block, 24, 8);
	w->marks[0] = device;
	w->marks[1] = buffer;
	MADE_SET(w->made, buffer, buffer_bdev, device);
	MADE_SET(w->made, buffer, buffer_block, 1234);
	MADE_SET(w->made, entry, wait_bit_flags, buffer);
	MADE_SET(w->made, entry, wait_bit_number, bit);
	MADE_SET(w->made, entry + 24, wait_entry_private, task->address);
	made_list_init(w->made, head);
	made_list_add(w->made, head, entry + 24 + 24);
	blocked = made_waits_blocked(w, task, "bit-wait");
	blocked.frames[0] = "bit_wait_io";
	return blocked;
}

static struct fb_blocked at_disk(struct made_waits *w)
{
	made_devices_members(w);
	return at_buffer(w, made_device(w, "vd\033", 0), BH_LOCK);
}

static struct fb_blocked by_wait_on_buffer(struct made_waits *w)
{
	struct fb_blocked blocked = at_disk(w);

	blocked.frames[0] = "out_of_line_wait_on_bit";
	blocked.frames[1] = "__wait_on_buffer";
	return blocked;
}

static struct fb_blocked on_another_bit(struct made_waits *w)
{
	made_devices_members(w);
	return at_buffer(w, made_device(w, "vda", 0), 3);
}

static struct fb_blocked not_for_io(struct made_waits *w)
{
	struct fb_blocked blocked = at_disk(w);

	blocked.frames[0] = "bit_wait";
	return blocked;
}

static struct fb_blocked of_no_name(struct made_waits *w)
{
	made_devices_members(w);
	return at_buffer(w, made_device(w, "", 0), BH_LOCK);
}

static void tells_the_device_of_a_buffer(void)
{
#define DISK                                                                            \
	{                                                                               \
		.kind = "block-io", .object = "device {0} 0x0", .name = "/dev/vd\\x1b", \
		.need = NOBODY, .flags = "sure", .wait = "buffer of block 1234",        \
		.evidence = BUFFER                                                      \
	}
	static const struct made_scene scenes[] = {{at_disk, fb_wait_buffer, DISK},
						   {by_wait_on_buffer, fb_wait_buffer, DISK}};
	static const struct made_scene refused[] = {
		{on_another_bit,
		 fb_wait_buffer,
		 {.code = FB_NOT_FOUND, .error = "it waits for bit 3 of 0x"}},
		{not_for_io,
		 fb_wait_buffer,
		 {.code = FB_NOT_FOUND, .error = "it waits for bit 2 of 0x"}},
		{of_no_name,
		 fb_wait_buffer,
		 {.code = FB_CORRUPT, .error = "a device without a name"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

/* Buffers of one device are one object; a name that fills its member ends there. */
static void a_device_is_one_object(void)
{
	static const char longest[] = "nvme0123456789012345678901234567x";
	struct fb_blocked blocked;
	struct made_waits w;
	uint64_t device;

	made_waits_begin(&w);
	made_devices_members(&w);
	device = made_device(&w, longest, 0xffff888000000000ull);
	blocked = at_buffer(&w, device, BH_LOCK);
	FB_OK_FATAL(fb_wait_buffer(&w.finder, &blocked));
	FB_OK_FATAL(fb_wait_buffer(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
	CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
	CU_ASSERT_PTR_NULL(w.finder.graph.objects[0].detail);
	CU_ASSERT_EQUAL(strlen(w.finder.graph.objects[0].name), strlen("/dev/") + 31);
	made_waits_end(&w);
}

#define LOOP_BYTES 4096u

/* A loop device at LOOP_BYTES of a made piece of memory, and what kernel threads do there. */
static uint64_t put_loop(struct made_waits *w)
{
	made_devices_members(w);
	return made_alloc(w->made, 3 * LOOP_BYTES) + LOOP_BYTES;
}

static struct fb_blocked at_loop(struct made_waits *w)
{
	uint64_t loop = put_loop(w);

	made_device_worker(w, 10, "kworker/0", loop + LOOP_BYTES, false);
	made_device_worker(w, 20, "kworker/1", loop + LOOP_BYTES - 8, false);
	made_device_worker(w, 30, "loop1", loop, true);
	made_device_worker(w, 40, "kworker/2", loop - 8, false);
	made_device_worker(w, 50, "kworker/3", 0, false);
	/* A process's word at that place is no work. */
	made_device_worker(w, 60, "process", loop + 8, true)->kernel_thread = false;
	return at_buffer(w, made_device(w, "loop1", loop), BH_LOCK);
}

/* Only the name says that a private_data is a loop device. */
static struct fb_blocked at_something_else(struct made_waits *w)
{
	uint64_t loop = put_loop(w);

	made_device_worker(w, 10, "kworker/0", loop, false);
	return at_buffer(w, made_device(w, "lop1", loop), BH_LOCK);
}

static struct fb_blocked at_an_unbound_loop(struct made_waits *w)
{
	put_loop(w);
	return at_buffer(w, made_device(w, "loop1", 0), BH_LOCK);
}

/* The struct kthread of one kernel thread is not in the dump: that may be the one which has the request. */
static struct fb_blocked at_a_loop_of_a_lost_worker(struct made_waits *w)
{
	uint64_t loop = put_loop(w), lost = made_alloc_pages(w->made, FB_PAGE_SIZE);
	struct fb_task *task = made_device_worker(w, 10, "kworker/0", loop, false);

	made_device_worker(w, 20, "kworker/1", loop - 8, false);
	MADE_SET(w->made, task->address, task_kthread, lost);
	made_lose(w->made, lost);
	return at_buffer(w, made_device(w, "loop1", loop), BH_LOCK);
}

/* Another one has it: what the first works on does not matter. */
static struct fb_blocked at_a_loop_beside_a_lost_worker(struct made_waits *w)
{
	uint64_t loop = put_loop(w), lost = made_alloc_pages(w->made, FB_PAGE_SIZE);
	struct fb_task *task = made_device_worker(w, 10, "kworker/0", loop - 8, false);

	made_device_worker(w, 20, "kworker/1", loop, false);
	MADE_SET(w->made, task->address, task_kthread, lost);
	made_lose(w->made, lost);
	return at_buffer(w, made_device(w, "loop1", loop), BH_LOCK);
}

static void tells_who_serves_a_loop_device(void)
{
	static const struct made_scene scenes[] = {
		{at_loop,
		 fb_wait_buffer,
		 {.kind = "block-io",
		  .object = "device {0} 0x0",
		  .name = "/dev/loop1",
		  .owners = "20 30",
		  .flags = "certain sure",
		  .wait = "buffer of block 1234",
		  .evidence = BUFFER}},
		{at_something_else,
		 fb_wait_buffer,
		 {.kind = "block-io",
		  .object = "device {0} 0x0",
		  .name = "/dev/lop1",
		  .need = NOBODY,
		  .flags = "sure",
		  .wait = "buffer of block 1234",
		  .evidence = BUFFER}},
		{at_a_loop_of_a_lost_worker,
		 fb_wait_buffer,
		 {.kind = "block-io",
		  .object = "device {0} 0x0",
		  .name = "/dev/loop1",
		  .need = "it cannot be known whether a kernel thread works on the request: what "
			  "kernel thread 10 works on: kthread_data: page 4 is lost",
		  .flags = "others sure",
		  .wait = "buffer of block 1234",
		  .evidence = BUFFER}},
		{at_a_loop_beside_a_lost_worker,
		 fb_wait_buffer,
		 {.kind = "block-io",
		  .object = "device {0} 0x0",
		  .name = "/dev/loop1",
		  .owners = "20",
		  .flags = "certain sure",
		  .wait = "buffer of block 1234",
		  .evidence = BUFFER}},
		{at_an_unbound_loop,
		 fb_wait_buffer,
		 {.kind = "block-io",
		  .object = "device {0} 0x0",
		  .name = "/dev/loop1",
		  .need = NOBODY,
		  .flags = "sure",
		  .wait = "buffer of block 1234",
		  .evidence = BUFFER}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static struct fb_blocked mapped(struct made_waits *w, uint64_t flags, const char *name, bool own)
{
	uint64_t device;

	made_devices_members(w);
	device = made_mapped_device(w, flags, name, own);
	return at_buffer(w, device, BH_LOCK);
}

static struct fb_blocked suspended(struct made_waits *w)
{
	return mapped(w, 2, "vg-ro\033ot", true);
}

static struct fb_blocked running(struct made_waits *w)
{
	return mapped(w, ~2ull, "vg-root", true);
}

static struct fb_blocked without_a_name(struct made_waits *w)
{
	return mapped(w, 2, NULL, true);
}

static struct fb_blocked of_another_disk(struct made_waits *w)
{
	return mapped(w, 2, "vg-root", false);
}

static void tells_a_suspended_device(void)
{
#define MAPPED                                                               \
	.kind = "block-io", .object = "device {0} 0x0", .name = "/dev/dm-3", \
	.wait = "buffer of block 1234", .evidence = BUFFER
#define SUSPENDED "suspended: it holds back all requests"
#define BY_WHOM "the kernel does not record who suspended it; dmsetup resume lets it go on"
	static const struct made_scene scenes[] = {
		{suspended,
		 fb_wait_buffer,
		 {MAPPED, .detail = "/dev/mapper/vg-ro\\x1bot; " SUSPENDED, .need = BY_WHOM,
		  .flags = "others sure"}},
		{running,
		 fb_wait_buffer,
		 {MAPPED, .detail = "/dev/mapper/vg-root", .need = NOBODY, .flags = "sure"}},
		{without_a_name,
		 fb_wait_buffer,
		 {MAPPED, .detail = SUSPENDED, .need = BY_WHOM, .flags = "others sure"}},
		{of_another_disk, fb_wait_buffer, {MAPPED, .need = NOBODY, .flags = "sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A thread in the completion of a buffer of XFS, struct swait_queue with the list behind the task or before
 * it. */
static struct fb_blocked in_xfs_buffer(struct made_waits *w, uint32_t list, uint32_t task_at)
{
	struct made_types *types = made_waits_types(w);
	struct fb_task *task = made_waits_task(w, 90, 90, "writer");
	uint64_t buffer = made_alloc(w->made, 128), target = made_alloc(w->made, 64);
	uint64_t entry = made_waits_frame(task);
	uint32_t head, completion;

	made_devices_members(w);
	made_struct(
		types, "swait_queue", 24,
		MADE_MEMBERS_OF({"task_list", types->list, list}, {"task", types->word, task_at}));
	head = made_struct(types, "swait_queue_head", 24,
			   MADE_MEMBERS_OF({"task_list", types->list, 8}));
	completion = made_struct(types, "completion", 32, MADE_MEMBERS_OF({"wait", head, 8}));
	made_struct(types, "xfs_buf", 128,
		    MADE_MEMBERS_OF({"b_target", types->word, 24}, {"b_iowait", completion, 64}));
	made_struct(types, "xfs_buftarg", 64, MADE_MEMBERS_OF({"bt_bdev", types->word, 8}));
	made_types_give(types, w->made);
	w->marks[0] = made_device(w, "vdb", 0);
	made_put(w->made, buffer + 24, target, 8);
	made_put(w->made, target + 8, w->marks[0], 8);
	made_list_init(w->made, buffer + 64 + 16);
	made_put(w->made, entry + task_at, task->address, 8);
	made_list_add(w->made, buffer + 64 + 16, entry + list);
	return made_waits_blocked(w, task, "block-io");
}

static struct fb_blocked task_first(struct made_waits *w)
{
	return in_xfs_buffer(w, 8, 0);
}

static struct fb_blocked list_first(struct made_waits *w)
{
	return in_xfs_buffer(w, 0, 16);
}

/* The structure ends where the part of the stack does that is looked through. */
static struct fb_blocked at_the_end(struct made_waits *w)
{
	struct fb_blocked blocked = task_first(w);

	blocked.high = made_waits_frame(blocked.task) + 24;
	return blocked;
}

static struct fb_blocked list_first_at_the_end(struct made_waits *w)
{
	struct fb_blocked blocked = list_first(w);

	blocked.high = made_waits_frame(blocked.task) + 24;
	return blocked;
}

static void tells_the_device_of_an_xfs_buffer(void)
{
	static const struct made_answer answer = {
		.kind = "block-io",
		.object = "device {0} 0x0",
		.name = "/dev/vdb",
		.need = NOBODY,
		.flags = "sure",
		.evidence = "the buffer whose completion it sleeps in"};
	const struct made_scene scenes[] = {{task_first, fb_wait_xfs_buffer, answer},
					    {list_first, fb_wait_xfs_buffer, answer},
					    {at_the_end, fb_wait_xfs_buffer, answer},
					    {list_first_at_the_end, fb_wait_xfs_buffer, answer}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_io", FB_TEST(tells_the_device_of_a_buffer),
	     FB_TEST(a_device_is_one_object), FB_TEST(tells_who_serves_a_loop_device),
	     FB_TEST(tells_a_suspended_device), FB_TEST(tells_the_device_of_an_xfs_buffer))
