// SPDX-License-Identifier: GPL-2.0-or-later
/* IPC objects of a made kernel: a semaphore set, a segment, a queue and a POSIX queue; damaged ones; those of the
 * sample. */
#include "kernel/ipc/ipc.h"

#include <string.h>

#include "kernel/tasks/task_table.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/sample_kernel.h"

#define TASKS 3u

struct scene {
	struct made_kernel *made;
	uint64_t namespace, other, set, shm, queue, posix, pid;
	struct fb_task list[TASKS];
	struct fb_tasks tasks;
	struct fb_ipc ipc;
};

static void put_common_fields(struct made_kernel *made)
{
	MADE_FIELD(made, task_nsproxy, 0, 8);
	MADE_FIELD(made, nsproxy_ipc, 0, 8);
	MADE_FIELD(made, ipc_ns_inum, 0, 4);
	MADE_FIELD(made, ipc_ns_ids, 8, 48);
	MADE_FIELD(made, ipc_ns_mount, 56, 8);
	made->kernel.layout.ipc_ids.size = 16;
	MADE_FIELD(made, ipc_ids_tree, 0, 16);
	MADE_FIELD(made, xarray_head, 8, 8);
	MADE_FIELD(made, pid_numbers, 8, 0);
	MADE_FIELD(made, upid_nr, 0, 4);
	MADE_FIELD(made, ipc_id, 0, 4);
	MADE_FIELD(made, ipc_key, 4, 4);
	MADE_FIELD(made, ipc_uid, 8, 4);
	MADE_FIELD(made, ipc_gid, 12, 4);
	MADE_FIELD(made, ipc_creator_uid, 16, 4);
	MADE_FIELD(made, ipc_creator_gid, 20, 4);
	MADE_FIELD(made, ipc_mode, 24, 2);
	MADE_FIELD(made, semset_perm, 8, 32);
	MADE_FIELD(made, semset_count, 40, 4);
	MADE_FIELD(made, semset_changed, 48, 8);
	MADE_FIELD(made, semset_alter, 56, 16);
	MADE_FIELD(made, semset_const, 72, 16);
	MADE_FIELD(made, semset_semaphores, 88, 0);
	made->kernel.layout.sem.size = 56;
	MADE_FIELD(made, sem_value, 0, 4);
	MADE_FIELD(made, sem_pid, 8, 8);
	MADE_FIELD(made, sem_alter, 16, 16);
	MADE_FIELD(made, sem_const, 32, 16);
	MADE_FIELD(made, sem_operated, 48, 8);
	MADE_FIELD(made, semset_undos, 200, 16);
	MADE_FIELD(made, sem_undo_link, 16, 16);
	MADE_FIELD(made, sem_undo_owner, 8, 8);
	MADE_FIELD(made, sem_undo_numbers, 32, 8);
	MADE_FIELD(made, task_undo_list, 8, 8);
	MADE_FIELD(made, sem_queue_list, 8, 16);
	MADE_FIELD(made, sem_queue_task, 0, 8);
}

static void put_other_fields(struct made_kernel *made)
{
	MADE_FIELD(made, shm_perm, 0, 32);
	MADE_FIELD(made, shm_file, 32, 8);
	MADE_FIELD(made, shm_attaches, 40, 8);
	MADE_FIELD(made, shm_size, 48, 8);
	MADE_FIELD(made, shm_attached, 56, 8);
	MADE_FIELD(made, shm_detached, 64, 8);
	MADE_FIELD(made, shm_changed, 72, 8);
	MADE_FIELD(made, shm_creator_pid, 80, 8);
	MADE_FIELD(made, shm_last_pid, 88, 8);
	MADE_FIELD(made, file_ops, 0, 8);
	MADE_FIELD(made, file_inode, 8, 8);
	MADE_FIELD(made, inode_mapping, 0, 8);
	MADE_FIELD(made, address_space_count, 0, 8);
	MADE_FIELD(made, shmem_inode, 16, 64);
	MADE_FIELD(made, shmem_swapped, 0, 8);
	MADE_FIELD(made, msgq_perm, 0, 32);
	MADE_FIELD(made, msgq_sent, 32, 8);
	MADE_FIELD(made, msgq_received, 40, 8);
	MADE_FIELD(made, msgq_changed, 48, 8);
	MADE_FIELD(made, msgq_bytes, 56, 8);
	MADE_FIELD(made, msgq_messages, 64, 8);
	MADE_FIELD(made, msgq_most_bytes, 72, 8);
	MADE_FIELD(made, msgq_sender_pid, 80, 8);
	MADE_FIELD(made, msgq_receiver_pid, 88, 8);
	MADE_FIELD(made, msgq_receivers, 96, 16);
	MADE_FIELD(made, msgq_senders, 112, 16);
	MADE_FIELD(made, msg_receiver_list, 0, 16);
	MADE_FIELD(made, msg_receiver_task, 16, 8);
	MADE_FIELD(made, msg_sender_list, 0, 16);
	MADE_FIELD(made, msg_sender_task, 16, 8);
	MADE_FIELD(made, vfsmount_sb, 0, 8);
	MADE_FIELD(made, super_block_inodes, 0, 16);
	MADE_FIELD(made, inode_sb_list, 8, 16);
	MADE_FIELD(made, inode_mode, 24, 2);
	MADE_FIELD(made, inode_dentries, 32, 8);
	MADE_FIELD(made, dentry_alias, 32, 16);
	MADE_FIELD(made, dentry_name, 0, 8);
	MADE_FIELD(made, dentry_name_length, 8, 4);
	MADE_FIELD(made, mqueue_inode, 8, 64);
	MADE_FIELD(made, mqueue_messages, 72, 8);
	MADE_FIELD(made, mqueue_most_messages, 80, 8);
	MADE_FIELD(made, mqueue_message_size, 88, 8);
	MADE_FIELD(made, mqueue_bytes, 96, 8);
	MADE_FIELD(made, mqueue_waiters, 104, 48);
	made->kernel.layout.ext_wait_queue.size = 24;
	MADE_FIELD(made, mqueue_waiter_task, 0, 8);
	MADE_FIELD(made, mqueue_waiter_list, 8, 16);
}

static void put_perm(struct scene *scene, uint64_t perm, unsigned tree, uint32_t id, uint64_t mode)
{
	static const unsigned places[] = {0, 1, 2};
	uint32_t numbers[] = {id, 0xabc0 + id, 10, 20, 30, 40};

	memcpy(made_at(scene->made, perm), numbers, sizeof(numbers));
	made_put(scene->made, perm + 24, mode, 2);
	made_put(scene->made, scene->namespace + 8 + places[tree] * 16ull + 8, perm, 8);
}

/* A thread waits in the list at head: with its link at `list` of its structure, and its task_struct's address at
 * `task`. */
static void wait_in(struct scene *scene, uint64_t head, unsigned list, unsigned task, unsigned who)
{
	uint64_t waiter = made_alloc(scene->made, 64);

	made_put(scene->made, waiter + task, scene->list[who].address, 8);
	made_list_add(scene->made, head, waiter + list);
}

static void make_set(struct scene *scene)
{
	struct made_kernel *made = scene->made;

	scene->set = made_alloc(made, 256);
	put_perm(scene, scene->set + 8, 0, 5, 0600);
	MADE_SET(made, scene->set, semset_count, 2);
	MADE_SET(made, scene->set, semset_changed, 1000);
	made_list_init(made, scene->set + 56);
	made_list_init(made, scene->set + 72);
	made_list_init(made, scene->set + 200);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t sem = scene->set + 88 + i * 56ull;

		MADE_SET(made, sem, sem_value, i ? 7 : 0);
		MADE_SET(made, sem, sem_pid, i ? scene->pid : 0);
		MADE_SET(made, sem, sem_operated, 2000 + i);
		made_list_init(made, sem + 16);
		made_list_init(made, sem + 32);
	}
	wait_in(scene, scene->set + 88 + 16, 8, 0, 0);
	wait_in(scene, scene->set + 72, 8, 0, 1);
}

static void make_memory(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint64_t file = made_alloc(made, 64), shmem = made_alloc(made, 64),
		 mapping = made_alloc(made, 64);

	scene->shm = made_alloc(made, 128);
	put_perm(scene, scene->shm, 2, 6, 01666);
	MADE_SET(made, scene->shm, shm_file, file);
	MADE_SET(made, file, file_inode, shmem + 16);
	MADE_SET(made, shmem, shmem_swapped, 2);
	MADE_SET(made, shmem + 16, inode_mapping, mapping);
	MADE_SET(made, mapping, address_space_count, 3);
	MADE_SET(made, scene->shm, shm_attaches, 9);
	MADE_SET(made, scene->shm, shm_size, 20000);
	MADE_SET(made, scene->shm, shm_creator_pid, scene->pid);
}

static void make_queues(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint64_t mount = made_alloc(made, 16), super = made_alloc(made, 16),
		 dentry = made_alloc(made, 64);
	uint64_t folder = made_alloc(made, 64);

	scene->queue = made_alloc(made, 128);
	put_perm(scene, scene->queue, 1, 7, 0644);
	MADE_SET(made, scene->queue, msgq_bytes, 11);
	MADE_SET(made, scene->queue, msgq_messages, 2);
	MADE_SET(made, scene->queue, msgq_sender_pid, scene->pid);
	made_list_init(made, scene->queue + 96);
	made_list_init(made, scene->queue + 112);
	wait_in(scene, scene->queue + 96, 0, 16, 2);
	wait_in(scene, scene->queue + 112, 0, 16, 1);

	MADE_SET(made, scene->namespace, ipc_ns_mount, mount);
	MADE_SET(made, mount, vfsmount_sb, super);
	made_list_init(made, super);
	MADE_SET(made, folder, inode_mode, 040755);
	made_list_add(made, super, folder + 8);
	scene->posix = made_alloc(made, 256);
	MADE_SET(made, scene->posix + 8, inode_mode, 0100600);
	MADE_SET(made, scene->posix + 8, inode_dentries, dentry + 32);
	MADE_SET(made, dentry, dentry_name, made_string(made, "mine"));
	MADE_SET(made, dentry, dentry_name_length, 4);
	MADE_SET(made, scene->posix, mqueue_messages, 1);
	MADE_SET(made, scene->posix, mqueue_most_messages, 10);
	MADE_SET(made, scene->posix, mqueue_bytes, 5);
	made_list_init(made, scene->posix + 104 + 8);
	made_list_init(made, scene->posix + 104 + 24 + 8);
	wait_in(scene, scene->posix + 104 + 24 + 8, 8, 0, 0);
	made_list_add(made, super, scene->posix + 8 + 8);
}

static void create(struct scene *scene)
{
	static const char *symbols[] = {"init_ipc_ns", NULL};
	uint64_t addresses[1], proxies[2];

	memset(scene, 0, sizeof(*scene));
	scene->made = made_kernel_create();
	put_common_fields(scene->made);
	put_other_fields(scene->made);
	scene->namespace = made_alloc_pages(scene->made, 64);
	scene->other = made_alloc(scene->made, 64);
	addresses[0] = scene->namespace;
	made_symbols(scene->made, symbols, addresses);
	MADE_SET(scene->made, scene->namespace, ipc_ns_inum, 100);
	MADE_SET(scene->made, scene->other, ipc_ns_inum, 200);
	scene->pid = made_alloc(scene->made, 64);
	made_put(scene->made, scene->pid + 8, 77, 4);
	for (unsigned i = 0; i < 2; i++) {
		proxies[i] = made_alloc(scene->made, 16);
		MADE_SET(scene->made, proxies[i], nsproxy_ipc, i ? scene->other : scene->namespace);
	}
	for (unsigned i = 0; i < TASKS; i++) {
		scene->list[i] = (struct fb_task){.address = made_alloc(scene->made, 16),
						  .pid = 11 + (int32_t)i,
						  .tid = 11 + (int32_t)i};
		MADE_SET(scene->made, scene->list[i].address, task_nsproxy, proxies[i == 2]);
	}
	scene->tasks.kernel = &scene->made->kernel;
	scene->tasks.tasks = scene->list;
	scene->tasks.count = TASKS;
	FB_OK_FATAL(fb_tasks_index(&scene->tasks));
	make_set(scene);
	make_memory(scene);
	make_queues(scene);
}

static void destroy(struct scene *scene)
{
	fb_ipc_deinit(&scene->ipc);
	fb_u64_map_deinit(&scene->tasks.by_address);
	made_kernel_destroy(scene->made);
}

static void load(struct scene *scene)
{
	FB_OK_FATAL(fb_ipc_load(&scene->made->kernel, &scene->tasks, &scene->ipc));
}

static void reads_semaphore_sets(void)
{
	struct scene scene;
	const struct fb_ipc_object *set;

	create(&scene);
	load(&scene);
	CU_ASSERT_EQUAL_FATAL(scene.ipc.count, 2);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].inode, 100);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].pid, 11);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[1].inode, 200);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[1].count, 0);
	CU_ASSERT_EQUAL_FATAL(scene.ipc.namespaces[0].count, 4);
	set = &scene.ipc.namespaces[0].objects[0];
	CU_ASSERT_EQUAL(set->kind, FB_IPC_SEMAPHORE_SET);
	CU_ASSERT_EQUAL(set->id, 5);
	CU_ASSERT_EQUAL(set->key, 0xabc5);
	CU_ASSERT_EQUAL(set->mode, 0600);
	CU_ASSERT_TRUE(set->uid == 10 && set->gid == 20 && set->creator_uid == 30 &&
		       set->creator_gid == 40);
	CU_ASSERT_EQUAL(set->changed, 1000);
	CU_ASSERT_EQUAL(set->operated, 2001);
	CU_ASSERT_EQUAL_FATAL(set->semaphore_count, 2);
	CU_ASSERT_TRUE(set->semaphores[0].value == 0 && set->semaphores[0].pid == 0);
	CU_ASSERT_TRUE(set->semaphores[1].value == 7 && set->semaphores[1].pid == 77);
	CU_ASSERT_EQUAL_FATAL(set->waiter_count, 2);
	CU_ASSERT_PTR_EQUAL(set->waiters[0].task, &scene.list[0]);
	CU_ASSERT_PTR_EQUAL(set->waiters[1].task, &scene.list[1]);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	destroy(&scene);
}

static void reads_memory_and_queues(void)
{
	struct scene scene;
	const struct fb_ipc_object *shm, *queue, *posix;

	create(&scene);
	load(&scene);
	shm = &scene.ipc.namespaces[0].objects[1];
	queue = shm + 1;
	posix = shm + 2;
	CU_ASSERT_TRUE(shm->id == 6 && shm->mode == 01666 && shm->attaches == 9);
	CU_ASSERT_TRUE(shm->size == 20000 && shm->creator_pid == 77 && shm->last_pid == 0);
	CU_ASSERT_TRUE(shm->resident_known && shm->resident == 3 * 4096);
	CU_ASSERT_TRUE(shm->swapped_known && shm->swapped == 2 * 4096);
	CU_ASSERT_TRUE(queue->id == 7 && queue->bytes == 11 && queue->messages == 2);
	CU_ASSERT_TRUE(queue->sender_pid == 77 && queue->receiver_pid == 0);
	CU_ASSERT_EQUAL_FATAL(queue->waiter_count, 2);
	CU_ASSERT_EQUAL(queue->waiters[0].kind, FB_IPC_RECEIVE);
	CU_ASSERT_PTR_EQUAL(queue->waiters[0].task, &scene.list[2]);
	CU_ASSERT_EQUAL(queue->waiters[1].kind, FB_IPC_SEND);
	CU_ASSERT_EQUAL(posix->kind, FB_IPC_POSIX_QUEUE);
	CU_ASSERT_STRING_EQUAL(posix->name, "mine");
	CU_ASSERT_TRUE(posix->messages == 1 && posix->most_messages == 10 && posix->bytes == 5);
	CU_ASSERT_EQUAL_FATAL(posix->waiter_count, 1);
	CU_ASSERT_EQUAL(posix->waiters[0].kind, FB_IPC_RECEIVE);
	destroy(&scene);
}

/* What a process with the sem_undo_list at this address took from the two semaphores. */
static uint64_t undo(struct scene *scene, uint64_t list, int16_t first, int16_t second)
{
	const bool pointer = scene->made->kernel.layout.sem_undo_numbers.size == 8;
	uint64_t undo = made_alloc(scene->made, 64);
	uint64_t numbers = pointer ? made_alloc(scene->made, 16) : undo + 32;

	MADE_SET(scene->made, undo, sem_undo_owner, list);
	if (pointer)
		MADE_SET(scene->made, undo, sem_undo_numbers, numbers);
	made_put(scene->made, numbers, (uint16_t)first, 2);
	made_put(scene->made, numbers + 2, (uint16_t)second, 2);
	made_list_add(scene->made, scene->set + 200, undo + 16);
	return undo;
}

/* Of one that gave more than it took, and of one that has ended, nobody holds anything. */
static void tells_who_holds_semaphores(bool pointer)
{
	const uint64_t lists[] = {0xffff888000009000, 0xffff888000008000, 0xffff888000007000};
	struct scene scene;
	const struct fb_ipc_object *set;

	create(&scene);
	scene.made->kernel.layout.sem_undo_numbers.size = pointer ? 8 : 0;
	MADE_SET(scene.made, scene.list[1].address, task_undo_list, lists[0]);
	MADE_SET(scene.made, scene.list[0].address, task_undo_list, lists[1]);
	undo(&scene, lists[0], 0, 1);
	undo(&scene, lists[1], 3, -2);
	undo(&scene, lists[2], 0, 5);
	undo(&scene, 0, 1, 1);
	load(&scene);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	set = &scene.ipc.namespaces[0].objects[0];
	CU_ASSERT_EQUAL_FATAL(set->holder_count, 3);
	CU_ASSERT_TRUE(set->holders[0].number == 1 && set->holders[0].units == 1);
	CU_ASSERT_PTR_EQUAL(set->holders[0].task, &scene.list[1]);
	CU_ASSERT_TRUE(set->holders[1].number == 0 && set->holders[1].units == 3);
	CU_ASSERT_PTR_EQUAL(set->holders[1].task, &scene.list[0]);
	CU_ASSERT_TRUE(set->holders[2].number == 1 && set->holders[2].units == 5);
	CU_ASSERT_PTR_NULL(set->holders[2].task);
	destroy(&scene);
}

static void tells_who_holds_by_a_pointer(void)
{
	tells_who_holds_semaphores(true);
}

static void tells_who_holds_by_an_array(void)
{
	tells_who_holds_semaphores(false);
}

/* A list of undos that leads nowhere, and numbers that are not there, cost who holds; values and waiters stay. */
static void broken_undos_cost_holders(void)
{
	struct scene scene;
	const struct fb_ipc_object *set;

	create(&scene);
	MADE_SET(scene.made, undo(&scene, 0xffff888000009000, 1, 1), sem_undo_numbers, 24);
	made_put(scene.made, scene.set + 200 + 8, 1, 8);
	load(&scene);
	set = &scene.ipc.namespaces[0].objects[0];
	CU_ASSERT_EQUAL(set->holder_count, 0);
	CU_ASSERT_EQUAL(set->waiter_count, 2);
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

static void a_wild_count_costs_the_set(void)
{
	struct scene scene;

	create(&scene);
	MADE_SET(scene.made, scene.set, semset_count, 0x7fffffff);
	load(&scene);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].count, 3);
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

/* A list of waiting threads that leads nowhere costs the rest of the list; the values stay. */
static void a_broken_list_costs_waiters(void)
{
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.set + 72, 1, 8);
	made_put(scene.made, scene.set + 80, 1, 8);
	load(&scene);
	CU_ASSERT_EQUAL_FATAL(scene.ipc.namespaces[0].count, 4);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].objects[0].semaphore_count, 2);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].objects[0].waiter_count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	destroy(&scene);
}

static void a_lost_page_costs_what_is_on_it(void)
{
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.namespace + 8 + 8, made_alloc_pages(scene.made, 64), 8);
	made_lose(scene.made, made_alloc_pages(scene.made, 64) - FB_PAGE_SIZE);
	load(&scene);
	CU_ASSERT_EQUAL(scene.ipc.namespaces[0].count, 3);
	CU_ASSERT_TRUE(fb_warnings_count(scene.made->warnings) > 0);
	destroy(&scene);
}

static void needs_types(void)
{
	struct scene scene;

	create(&scene);
	scene.made->kernel.layout.ipc_ns_ids.found = false;
	FB_FAILS(fb_ipc_load(&scene.made->kernel, &scene.tasks, &scene.ipc), FB_NOT_FOUND);
	destroy(&scene);
}

FB_TEST_MAIN("kernel/ipc", FB_TEST(reads_semaphore_sets), FB_TEST(reads_memory_and_queues),
	     FB_TEST(tells_who_holds_by_a_pointer), FB_TEST(tells_who_holds_by_an_array),
	     FB_TEST(broken_undos_cost_holders), FB_TEST(a_wild_count_costs_the_set),
	     FB_TEST(a_broken_list_costs_waiters), FB_TEST(a_lost_page_costs_what_is_on_it),
	     FB_TEST(needs_types))
