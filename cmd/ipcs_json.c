// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON of fbundle ipcs: all objects of all namespaces, each kind in a list of its own. Called by ipcs.c. */
#include "cmd/ipcs_json.h"

#include <stdio.h>

#include "base/json.h"

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *waiters_json(const struct fb_ipc_object *object)
{
	static const char *const kinds[] = {[FB_IPC_SEMAPHORE] = "semaphore",
					    [FB_IPC_RECEIVE] = "receive",
					    [FB_IPC_SEND] = "send"};
	json_t *list = json_array();

	for (size_t i = 0; i < object->waiter_count; i++) {
		const struct fb_ipc_waiter *waiter = &object->waiters[i];
		json_t *one = json_object();

		json_object_set_new(one, "for", json_string(kinds[waiter->kind]));
		json_object_set_new(one, "tid",
				    waiter->task ? json_integer(waiter->task->tid) : json_null());
		json_object_set_new(
			one, "comm",
			waiter->task ? fb_json_bytes(waiter->task->comm, sizeof(waiter->task->comm))
				     : json_null());
		json_object_set_new(one, "task", fb_json_hex(waiter->address));
		json_array_append_new(list, one);
	}
	return list;
}

/* What all System V objects have. */
static void set_common(json_t *object, const struct fb_ipc_object *of)
{
	char mode[16];

	snprintf(mode, sizeof(mode), "%o", of->mode);
	json_object_set_new(object, "id", json_integer(of->id));
	json_object_set_new(object, "key", fb_json_hex(of->key));
	json_object_set_new(object, "mode", json_string(mode));
	json_object_set_new(object, "uid", number(of->uid));
	json_object_set_new(object, "gid", number(of->gid));
	json_object_set_new(object, "creator_uid", number(of->creator_uid));
	json_object_set_new(object, "creator_gid", number(of->creator_gid));
	json_object_set_new(object, "changed", json_integer(of->changed));
}

static json_t *holders_json(const struct fb_ipc_object *object)
{
	json_t *list = json_array();

	for (size_t i = 0; i < object->holder_count; i++) {
		const struct fb_ipc_holder *holder = &object->holders[i];
		const struct fb_task *task = holder->task;
		json_t *one = json_object();

		json_object_set_new(one, "semaphore", number(holder->number));
		json_object_set_new(one, "units", json_integer(holder->units));
		json_object_set_new(one, "pid", task ? json_integer(task->pid) : json_null());
		json_object_set_new(one, "comm",
				    task ? fb_json_bytes(task->comm, sizeof(task->comm))
					 : json_null());
		json_array_append_new(list, one);
	}
	return list;
}

static void set_semaphores(json_t *object, const struct fb_ipc_object *of)
{
	json_t *list = json_array();

	for (size_t i = 0; i < of->semaphore_count; i++) {
		json_t *one = json_object();

		json_object_set_new(one, "value", json_integer(of->semaphores[i].value));
		json_object_set_new(one, "pid", json_integer(of->semaphores[i].pid));
		json_array_append_new(list, one);
	}
	set_common(object, of);
	json_object_set_new(object, "operated", json_integer(of->operated));
	json_object_set_new(object, "semaphores", list);
	json_object_set_new(object, "holders", holders_json(of));
	json_object_set_new(object, "waiters", waiters_json(of));
}

static void set_memory(json_t *object, const struct fb_ipc_object *of)
{
	set_common(object, of);
	json_object_set_new(object, "size", number(of->size));
	json_object_set_new(object, "attaches", number(of->attaches));
	json_object_set_new(object, "resident",
			    of->resident_known ? number(of->resident) : json_null());
	json_object_set_new(object, "swapped",
			    of->swapped_known ? number(of->swapped) : json_null());
	json_object_set_new(object, "creator_pid", json_integer(of->creator_pid));
	json_object_set_new(object, "last_pid", json_integer(of->last_pid));
	json_object_set_new(object, "attached", json_integer(of->attached));
	json_object_set_new(object, "detached", json_integer(of->detached));
}

static void set_queue(json_t *object, const struct fb_ipc_object *of)
{
	set_common(object, of);
	json_object_set_new(object, "bytes", number(of->bytes));
	json_object_set_new(object, "most_bytes", number(of->most_bytes));
	json_object_set_new(object, "messages", number(of->messages));
	json_object_set_new(object, "sender_pid", json_integer(of->sender_pid));
	json_object_set_new(object, "receiver_pid", json_integer(of->receiver_pid));
	json_object_set_new(object, "sent", json_integer(of->sent));
	json_object_set_new(object, "received", json_integer(of->received));
	json_object_set_new(object, "waiters", waiters_json(of));
}

static void set_posix(json_t *object, const struct fb_ipc_object *of)
{
	json_object_set_new(object, "name", fb_json_text(of->name));
	json_object_set_new(object, "bytes", number(of->bytes));
	json_object_set_new(object, "messages", number(of->messages));
	json_object_set_new(object, "most_messages", number(of->most_messages));
	json_object_set_new(object, "message_size", number(of->message_size));
	json_object_set_new(object, "waiters", waiters_json(of));
}

static json_t *namespace_json(const struct fb_ipc_namespace *namespace)
{
	static const struct {
		const char *key;
		void (*set)(json_t *object, const struct fb_ipc_object *of);
	} kinds[FB_IPC_KINDS] = {
		[FB_IPC_SEMAPHORE_SET] = {"semaphore_sets", set_semaphores},
		[FB_IPC_SHARED_MEMORY] = {"shared_memory", set_memory},
		[FB_IPC_MESSAGE_QUEUE] = {"message_queues", set_queue},
		[FB_IPC_POSIX_QUEUE] = {"posix_queues", set_posix},
	};
	json_t *lists[FB_IPC_KINDS];
	json_t *object = json_object();

	json_object_set_new(object, "namespace", number(namespace->inode));
	json_object_set_new(object, "pid",
			    namespace->pid ? json_integer(namespace->pid) : json_null());
	for (unsigned i = 0; i < FB_IPC_KINDS; i++) {
		lists[i] = json_array();
		json_object_set_new(object, kinds[i].key, lists[i]);
	}
	for (size_t i = 0; i < namespace->count; i++) {
		const struct fb_ipc_object *of = &namespace->objects[i];
		json_t *one = json_object();

		json_object_set_new(one, "address", fb_json_hex(of->address));
		kinds[of->kind].set(one, of);
		json_array_append_new(lists[of->kind], one);
	}
	return object;
}

json_t *fb_ipcs_json(const struct fb_ipc *ipc)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < ipc->count; i++)
		json_array_append_new(list, namespace_json(&ipc->namespaces[i]));
	json_object_set_new(answer, "namespaces", list);
	return answer;
}
