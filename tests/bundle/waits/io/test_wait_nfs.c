// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls to NFS servers: all over one transport wait for one object. */
#include <string.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/bundle/waits/made_types.h"
#include "tests/harness.h"

#define MEMBERS(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})
#define NANOSECONDS 1000000000ull

struct world {
	struct made_waits waits;
	struct made_types types;
	struct made_kernel *made;
	struct fb_task *waiters[3];
};

static void begin(struct world *w)
{
	struct made_types *types = &w->types;

	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	made_open_files_members(&w->waits);
	MADE_FIELD(w->made, wait_bit_flags, 0, 8);
	MADE_FIELD(w->made, wait_bit_number, 8, 4);
	MADE_FIELD(w->made, wait_bit_wait, 24, 40);
	w->made->kernel.layout.wait_bit_entry.size = 64;
	made_types_begin(types);
	made_struct(types, "rpc_task", 128,
		    MEMBERS({"tk_runstate", types->word, 48}, {"tk_client", types->word, 64},
			    {"tk_xprt", types->word, 72}, {"tk_start", types->word, 80}));
	made_struct(types, "rpc_clnt", 64, MEMBERS({"cl_xprt", types->word, 16}));
	made_struct(types, "rpc_xprt", 64,
		    MEMBERS({"servername", types->word, 8}, {"state", types->word, 16}));
	made_types_give(types, w->made);
	for (int i = 0; i < 3; i++)
		w->waiters[i] = made_waits_task(&w->waits, 10 + i, 10 + i, "waiter");
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
	made_types_end(&w->types);
}

static uint64_t transport(struct world *w, const char *server, uint64_t state)
{
	uint64_t address = made_alloc(w->made, 64);

	made_put(w->made, address + 8, made_string(w->made, server), 8);
	made_put(w->made, address + 16, state, 8);
	return address;
}

/* The thread waits for a call, whose rpc_task it gives. */
static uint64_t call(struct world *w, const struct fb_task *task, uint64_t own_transport)
{
	uint64_t rpc = made_alloc(w->made, 128), head = made_alloc(w->made, 64);
	uint64_t waiter = made_waits_frame(task);

	made_put(w->made, rpc + 72, own_transport, 8);
	made_list_init(w->made, head);
	made_put(w->made, waiter, rpc + 48, 8);
	made_put(w->made, waiter + 8, 2, 4);
	made_put(w->made, waiter + 24 + 8, task->address, 8);
	made_list_add(w->made, head, waiter + 24 + 24);
	return rpc;
}

static void recognise(struct world *w, const struct fb_task *task)
{
	struct fb_blocked blocked = made_waits_blocked(&w->waits, task, "nfs");

	FB_OK_FATAL(fb_wait_rpc(&w->waits.finder, &blocked));
}

static void all_calls_to_a_server_are_one_object(void)
{
	struct world w;
	uint64_t one, other, client, rpc;

	begin(&w);
	one = transport(&w, "filer", 2);
	other = transport(&w, "backup", 0);
	call(&w, w.waiters[0], one);
	/* A call that has no transport yet: its client's. */
	rpc = call(&w, w.waiters[1], 0);
	client = made_alloc(w.made, 64);
	made_put(w.made, rpc + 64, client, 8);
	made_put(w.made, client + 16, one, 8);
	call(&w, w.waiters[2], other);
	for (int i = 0; i < 3; i++)
		recognise(&w, w.waiters[i]);
	CU_ASSERT_EQUAL(w.waits.finder.graph.object_count, 2);
	CU_ASSERT_EQUAL(made_waits_of(&w.waits, w.waiters[0])->object,
			made_waits_of(&w.waits, w.waiters[1])->object);
	CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[0])->name, "RPC server filer");
	CU_ASSERT_PTR_NOT_NULL(
		strstr(made_waits_object(&w.waits, w.waiters[0])->detail, "is connected"));
	CU_ASSERT_STRING_EQUAL(made_waits_object(&w.waits, w.waiters[2])->name,
			       "RPC server backup");
	CU_ASSERT_PTR_NOT_NULL(
		strstr(made_waits_object(&w.waits, w.waiters[2])->detail, "not connected"));
	CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[0])->owner_count, 0);
	end(&w);
}

/* The thread wakes to send again: the wait is as old as its call. */
static void a_wait_is_as_old_as_its_call(void)
{
	struct world w;
	uint64_t rpc;

	begin(&w);
	MADE_FIELD(w.made, task_exec_start, 128, 8);
	w.waits.finder.now = 100 * NANOSECONDS;
	MADE_SET(w.made, w.waiters[0]->address, task_exec_start, 95 * NANOSECONDS);
	rpc = call(&w, w.waiters[0], transport(&w, "filer", 0));
	made_put(w.made, rpc + 80, 40 * NANOSECONDS, 8);
	recognise(&w, w.waiters[0]);
	CU_ASSERT_EQUAL(made_waits_of(&w.waits, w.waiters[0])->seconds, 60.0);
	end(&w);
}

FB_TEST_MAIN("bundle/wait_nfs", FB_TEST(all_calls_to_a_server_are_one_object),
	     FB_TEST(a_wait_is_as_old_as_its_call))
