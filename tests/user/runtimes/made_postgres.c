// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the shared memory of a server of PostgreSQL. Used by tests and by the corpus of the reader. */
#include "tests/user/runtimes/made_postgres.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* As the compiler says of each version's headers on x86-64. */
struct made_postgres_layout {
	uint32_t version, size, count, latch, pid, number, backend, database, lw_waiting, lw_mode,
		lw_link;
	uint32_t wait_lock, wait_proclock, wait_mode, wait_event, leader, status_size, idle;
};

static const struct made_postgres_layout layouts[] = {
	{13, 856, 16, 36, 52, 56, 60, 64, 78, 79, 80, 96, 104, 112, 684, 816, 424, 1},
	{14, 880, 32, 36, 64, 72, 76, 80, 94, 95, 96, 112, 120, 128, 712, 840, 432, 1},
	/* From 14.3 on, with delayChkptEnd. */
	{140003, 888, 32, 36, 64, 72, 76, 80, 94, 95, 96, 112, 120, 128, 712, 840, 432, 1},
	{17, 888, 32, 36, 60, 0, 68, 76, 90, 91, 92, 112, 120, 128, 712, 848, 432, 1},
	{18, 832, 32, 36, 60, 0, 68, 76, 90, 91, 92, 112, 120, 128, 712, 792, 440, 2},
};

#define GLOBAL MADE_POSTGRES_BASE
#define DATABASE 5u
#define FIXED_LOCKS 64u
#define QUERY_ROOM 64u

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct made_postgres *made = (const struct made_postgres *)space;

	if (address < MADE_POSTGRES_BASE || address - MADE_POSTGRES_BASE > made->size ||
	    length > made->size - (address - MADE_POSTGRES_BASE))
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
	if (address < made->absent_end && address + length > made->absent_start)
		return fb_error_create(FB_ABSENT, "page 0x%" PRIx64 ": filtered",
				       address & ~(uint64_t)0xfff);
	memcpy(to, made->bytes + (address - MADE_POSTGRES_BASE), length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static uint64_t allocate(struct made_postgres *made, size_t size)
{
	const uint64_t address = MADE_POSTGRES_BASE + made->used;

	made->used += (size + 127) / 128 * 128;
	if (made->used > made->size)
		abort();
	return address;
}

void made_postgres_put(struct made_postgres *made, uint64_t address, uint64_t value, size_t size)
{
	if (address - MADE_POSTGRES_BASE + size > made->size)
		abort();
	memcpy(made->bytes + (address - MADE_POSTGRES_BASE), &value, size);
}

static uint64_t get(const struct made_postgres *made, uint64_t address)
{
	uint64_t value;

	memcpy(&value, made->bytes + (address - MADE_POSTGRES_BASE), sizeof(value));
	return value;
}

uint64_t made_postgres_proc(const struct made_postgres *made, size_t index)
{
	return made->procs + index * made->layout->size;
}

uint64_t made_postgres_pid_at(const struct made_postgres *made, size_t index)
{
	return made_postgres_proc(made, index) + made->layout->pid;
}

uint64_t made_postgres_leader_at(const struct made_postgres *made, size_t index)
{
	return made_postgres_proc(made, index) + made->layout->leader;
}

/* A circular list's head, or an element that is put before the head. */
static void link_last(struct made_postgres *made, uint64_t head, uint64_t element)
{
	const uint64_t last = get(made, head);

	made_postgres_put(made, element, last, 8);
	made_postgres_put(made, element + 8, head, 8);
	made_postgres_put(made, last + 8, element, 8);
	made_postgres_put(made, head, element, 8);
}

static void empty_list(struct made_postgres *made, uint64_t head)
{
	made_postgres_put(made, head, head, 8);
	made_postgres_put(made, head + 8, head, 8);
}

static void make_backend(struct made_postgres *made, size_t index)
{
	const struct made_postgres_layout *layout = made->layout;
	const uint64_t proc = made_postgres_proc(made, index);
	const uint64_t status = made->statuses + index * layout->status_size;
	char query[32];

	made_postgres_put(made, proc + 24, 0x7000 + index * 0x100, 8);
	made_postgres_put(made, proc + layout->pid, (uint32_t)MADE_POSTGRES_PID(index), 4);
	made_postgres_put(made, proc + layout->database, DATABASE, 4);
	made_postgres_put(made, proc + layout->backend, index + 1, 4);
	if (layout->number)
		made_postgres_put(made, proc + layout->number, index, 4);
	empty_list(made, proc + layout->leader + 8);
	made_postgres_put(made, status + 4, (uint32_t)MADE_POSTGRES_PID(index), 4);
	made_postgres_put(made, status + 48, DATABASE, 4);
	made_postgres_put(made, status + 52, 10, 4);
	snprintf(query, sizeof(query), "select %zu", index);
	made_postgres_state(made, index, layout->idle, query);
}

void made_postgres_state(struct made_postgres *made, size_t index, uint32_t state,
			 const char *query)
{
	const uint64_t status = made->statuses + index * made->layout->status_size;
	const uint64_t text =
		made->statuses + made->backends * made->layout->status_size + index * QUERY_ROOM;

	made_postgres_put(made, status + 232, state, 4);
	made_postgres_put(made, status + 248, text, 8);
	snprintf((char *)made->bytes + (text - MADE_POSTGRES_BASE), QUERY_ROOM, "%s", query);
}

void made_postgres_become(struct made_postgres *made, size_t index)
{
	const struct made_postgres_layout *layout = made->layout;
	const uint64_t self = made_postgres_proc(made, index);
	const bool numbered = !layout->number;

	made->variables = (struct fb_postgres_variables){
		.proc = self,
		.proc_global = GLOBAL,
		.latch = self + layout->latch,
		.wait_event_info = layout->version == 13 ? 0 : self + layout->wait_event,
		.status = made->statuses + index * layout->status_size,
		.lwlocks = made->lwlocks,
		.pid = MADE_POSTGRES_PID(index),
		.number = (int32_t)index + !numbered,
		.has_proc_number = numbered,
		.database = DATABASE,
	};
}

void made_postgres_begin(struct made_postgres *made, uint32_t version, size_t backends)
{
	memset(made, 0, sizeof(*made));
	for (size_t i = 0; i < FB_ARRAY_SIZE(layouts); i++)
		if (layouts[i].version == version)
			made->layout = &layouts[i];
	made->space = (struct fb_space){.ops = &made_ops, .name = "made"};
	/* A PGPROC, a status, a query, and a PROCLOCK of each in some locks. */
	made->size = 16384 + backends * (1024 + 512 + QUERY_ROOM + 2 * 128);
	made->bytes = calloc(1, made->size);
	if (!made->layout || !made->bytes)
		abort();
	made->backends = backends;
	(void)allocate(made, 128);
	made->procs = allocate(made, backends * made->layout->size);
	made->statuses = allocate(made, backends * (made->layout->status_size + QUERY_ROOM));
	made->lwlocks = allocate(made, (size_t)FIXED_LOCKS * 128);
	made_postgres_put(made, GLOBAL, made->procs, 8);
	made_postgres_put(made, GLOBAL + made->layout->count, backends, 4);
	for (size_t i = 0; i < backends; i++)
		make_backend(made, i);
	for (size_t i = 0; i < FIXED_LOCKS; i++) {
		made_postgres_put(made, made->lwlocks + i * 128, i, 2);
		made_postgres_put(made, made->lwlocks + i * 128 + 8, UINT64_MAX, 8);
	}
	for (size_t i = 0; i < MADE_POSTGRES_LOCKS; i++) {
		made->locks[i] = allocate(made, 152);
		/* A relation. */
		made_postgres_put(made, made->locks[i], DATABASE, 4);
		made_postgres_put(made, made->locks[i] + 4, 16384 + i, 4);
		made_postgres_put(made, made->locks[i] + 15, 1, 1);
		empty_list(made, made->locks[i] + 24);
		empty_list(made, made->locks[i] + 40);
	}
	made_postgres_become(made, MADE_POSTGRES_SELF);
}

void made_postgres_end(struct made_postgres *made)
{
	free(made->bytes);
}

uint64_t made_postgres_hold(struct made_postgres *made, size_t lock, size_t index, uint32_t modes)
{
	const uint64_t proclock = allocate(made, 64);

	made_postgres_put(made, proclock, made->locks[lock], 8);
	made_postgres_put(made, proclock + 8, made_postgres_proc(made, index), 8);
	made_postgres_put(made, proclock + 24, modes, 4);
	link_last(made, made->locks[lock] + 24, proclock + 32);
	return proclock;
}

void made_postgres_wait(struct made_postgres *made, size_t lock, size_t index, uint32_t mode)
{
	const uint64_t proc = made_postgres_proc(made, index);

	link_last(made, made->locks[lock] + 40, proc);
	made_postgres_put(made, proc + made->layout->wait_lock, made->locks[lock], 8);
	made_postgres_put(made, proc + made->layout->wait_mode, mode, 4);
	made_postgres_put(made, proc + made->layout->wait_event, 0x03000000u, 4);
}

void made_postgres_lw_wait(struct made_postgres *made, size_t lock, const size_t *indices,
			   size_t count, uint8_t mode, uint32_t state)
{
	const uint64_t address = made->lwlocks + lock * 128;

	made_postgres_put(made, address + 4, state, 4);
	made_postgres_put(made, address + 8, indices[0], 4);
	made_postgres_put(made, address + 12, indices[count - 1], 4);
	for (size_t i = 0; i < count; i++) {
		const uint64_t proc = made_postgres_proc(made, indices[i]);

		made_postgres_put(made, proc + made->layout->lw_waiting, 1, 1);
		made_postgres_put(made, proc + made->layout->lw_mode, mode, 1);
		made_postgres_put(made, proc + made->layout->lw_link,
				  i + 1 < count ? indices[i + 1] : UINT32_MAX, 4);
		made_postgres_put(made, proc + made->layout->lw_link + 4,
				  i ? indices[i - 1] : UINT32_MAX, 4);
		made_postgres_put(made, proc + made->layout->wait_event, 0x01000000u | lock, 4);
	}
}

void made_postgres_queue(struct made_postgres *made, uint32_t version)
{
	made_postgres_begin(made, version, 8);
	made_postgres_hold(made, 0, 1, 1u << 1);
	for (size_t i = 2; i < 5; i++)
		made_postgres_hold(made, 0, i, 0);
	made_postgres_wait(made, 0, 2, 8);
	made_postgres_wait(made, 0, 3, 1);
	made_postgres_wait(made, 0, 4, 8);
}
