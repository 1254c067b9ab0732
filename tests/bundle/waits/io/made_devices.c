// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_devices.h. */
#include "tests/bundle/waits/io/made_devices.h"

#include <string.h>

#define PF_WQ_WORKER 0x20u

void made_devices_members(struct made_waits *waits)
{
	struct made_kernel *made = waits->made;

	MADE_FIELD(made, bdev_disk, 8, 8);
	MADE_FIELD(made, disk_name, 16, 32);
	MADE_FIELD(made, disk_private, 48, 8);
	MADE_FIELD(made, task_kthread, 96, 8);
	MADE_FIELD(made, kthread_data, 8, 8);
	MADE_FIELD(made, worker_work, 24, 8);
	MADE_FIELD(made, wait_entry_private, 8, 8);
	MADE_FIELD(made, wait_entry_list, 24, 16);
	made->kernel.layout.wait_queue_entry.size = 40;
}

uint64_t made_device(struct made_waits *waits, const char *name, uint64_t private_data)
{
	uint64_t device = made_alloc(waits->made, 64), disk = made_alloc(waits->made, 64);

	MADE_SET(waits->made, device, bdev_disk, disk);
	MADE_SET(waits->made, disk, disk_private, private_data);
	memcpy(made_at(waits->made, disk + 16), name, strlen(name));
	return device;
}

uint64_t made_mapped_device(struct made_waits *waits, uint64_t flags, const char *name, bool own)
{
	struct made_kernel *made = waits->made;
	struct made_types *types = made_waits_types(waits);
	uint64_t device, disk, mapped = made_alloc(made, 64), cell = made_alloc(made, 64);

	made_struct(types, "mapped_device", 64,
		    MADE_MEMBERS_OF({"disk", types->word, 8}, {"flags", types->word, 16},
				    {"interface_ptr", types->word, 24}));
	made_struct(types, "hash_cell", 64,
		    MADE_MEMBERS_OF({"name", types->word, 40}, {"uuid", types->word, 48}));
	made_types_give(types, made);
	device = made_device(waits, "dm-3", mapped);
	memcpy(&disk, made_at(made, device + 8), 8);
	made_put(made, mapped + 8, own ? disk : device, 8);
	made_put(made, mapped + 16, flags, 8);
	if (name) {
		made_put(made, mapped + 24, cell, 8);
		made_put(made, cell + 40, made_string(made, name), 8);
	}
	return device;
}

struct fb_task *made_device_worker(struct made_waits *waits, int32_t tid, const char *comm,
				   uint64_t work, bool old)
{
	struct fb_task *task = made_waits_task(waits, tid, tid, comm);
	uint64_t kthread = made_alloc(waits->made, 64), worker = made_alloc(waits->made, 64);

	task->kernel_thread = true;
	task->flags = old ? ~(uint64_t)PF_WQ_WORKER : PF_WQ_WORKER;
	MADE_SET(waits->made, task->address, task_kthread, kthread);
	MADE_SET(waits->made, kthread, kthread_data, old ? work : worker);
	MADE_SET(waits->made, worker, worker_work, work);
	return task;
}
