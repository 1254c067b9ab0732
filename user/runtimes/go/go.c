// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds Go's runtime in a program, and its goroutines. Called by runtimes.c and bundle/waits.
 *
 * The list of all goroutines (runtime.allgs) is a slice of addresses among the program's variables. It is found
 * without a symbol: nothing else is a slice whose elements are all goroutines.
 */
#include "user/runtimes/go/go.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/go/go_module.h"
#include "user/runtimes/go/go_private.h"
#include "user/runtimes/go/go_table.h"

/* Elements of a slice that have to be goroutines before it is taken for the list of all. */
#define PROVEN 8u
/* No goroutine's stack is larger than 1 GB (maxstackceiling: twice the maximum of 1 GB). */
#define MOST_STACK (UINT64_C(2) << 30)
/* A state's bit that a goroutine is being scanned (_Gscan). */
#define SCANNED 0x1000u

enum state { IDLE, RUNNABLE, RUNNING, SYSCALL, WAITING, DEAD = 6, STATES = 12 };

static const char *const states[STATES] = {
	[RUNNABLE] = "runnable", [RUNNING] = "running", [SYSCALL] = "syscall",
	[WAITING] = "waiting",   [8] = "copystack",     [9] = "preempted",
	[10] = "leaked",
};

static uint32_t state_of(const struct fb_go *go, const uint8_t *g)
{
	return fb_u32_at(g, go->layout.g_status) & ~SCANNED;
}

static bool is_gone(uint32_t state)
{
	return state >= STATES || !states[state];
}

/* Whether these are the bytes of a goroutine; *lives_ret: one that exists. */
static bool is_goroutine(const struct fb_go *go, const uint8_t *g, bool *lives_ret)
{
	const uint64_t low = fb_u64_at(g, FB_GO_G_STACK), high = fb_u64_at(g, FB_GO_G_STACK + 8);
	const uint64_t sp = fb_u64_at(g, FB_GO_G_SCHED_SP), pc = fb_u64_at(g, FB_GO_G_SCHED_PC);
	const uint32_t state = state_of(go, g);

	*lives_ret = false;
	if (state >= STATES || low > high || high - low > MOST_STACK || fb_u64_at(g, FB_GO_G_M) % 8)
		return false;
	if (is_gone(state))
		return true;
	if (!low || !fb_u64_at(g, go->layout.g_id))
		return false;
	if (state == WAITING || state == RUNNABLE) {
		if (!fb_go_is_code(go, pc) || sp < low || sp >= high)
			return false;
		*lives_ret = true;
	}
	return true;
}

struct find_list {
	struct fb_go *go;
	struct fb_space *searched;
	/* A page of a goroutine that is missing: one of the list may be there. */
	uint64_t missing;
};

/* Whether the elements of the array are goroutines, of which one lives at least. */
static struct fb_error *are_goroutines(struct find_list *find, uint64_t list, size_t count,
				       bool *are_ret)
{
	uint64_t elements[PROVEN];
	uint8_t g[FB_GO_G_SIZE];
	size_t living = 0;
	struct fb_error *err;

	*are_ret = false;
	count = count < PROVEN ? count : PROVEN;
	err = fb_space_read(find->searched, list, elements, count * sizeof(elements[0]));
	for (size_t i = 0; i < count && !err; i++) {
		bool lives = false;

		if (!elements[i] || elements[i] % 8)
			return NULL;
		err = fb_space_read(find->searched, elements[i], g, sizeof(g));
		if (err && !fb_error_is_fatal(err) && !fb_error_is(err, FB_FAULT))
			find->missing = elements[i];
		if (!err && !is_goroutine(find->go, g, &lives))
			return NULL;
		living += lives;
	}
	*are_ret = !err && living;
	return fb_part_skip(err);
}

static struct fb_error *check_list(void *context, uint64_t address, const uint64_t *words,
				   bool *done)
{
	uint64_t slice[3];
	struct find_list *find = context;
	bool are = false;
	struct fb_error *err;

	if (!words[0] || words[0] % 8 || !words[1] || words[1] > words[2] ||
	    words[1] > FB_MAX_GOROUTINES || words[2] > 4 * words[1] + 1024)
		return NULL;
	err = are_goroutines(find, words[0], words[1], &are);
	if (are) {
		find->go->list = words[0];
		find->go->list_count = words[1];
		*done = true;
		/* Its page is one that is needed. */
		err = fb_part_skip(fb_space_read(find->go->space, address, slice, sizeof(slice)));
	}
	return err;
}

static struct fb_error *find_list(struct fb_go *go, struct fb_space *searched)
{
	struct find_list find = {.go = go, .searched = searched};
	struct fb_error *missing = NULL, *err = NULL;
	bool done = false;

	for (size_t i = 0; i < FB_ARRAY_SIZE(go->module.variables) && !err && !done; i++)
		err = fb_go_search(searched, go->module.variables[i].address,
				   go->module.variables[i].size, check_list, &find, &done,
				   &missing);
	if (err || done) {
		fb_error_destroy(missing);
		return err;
	}
	if (missing)
		return fb_error_prefix(missing, "runtime.allgs");
	if (find.missing)
		return fb_error_create(FB_ABSENT,
				       "a goroutine in page 0x%" PRIx64 ", which cannot be read",
				       find.missing & FB_PAGE_MASK);
	return fb_error_create(FB_NOT_FOUND, "the list of its goroutines is not found");
}

static struct fb_error *open_program(const struct fb_go_program *program, struct fb_go *go)
{
	const struct fb_go_layout *layout;
	uint32_t version = 0;
	struct fb_error *err = fb_go_version_find(program, &version);

	if (err)
		return err;
	layout = fb_go_layout_of(version);
	if (!layout)
		return fb_error_create(FB_UNSUPPORTED, "version %u.%u is not read", version >> 8,
				       version & 0xff);
	go->layout = *layout;
	err = fb_go_module_find(program, layout, &go->module);
	if (!err)
		err = find_list(go, program->searched);
	/* It is a program of Go: what cannot be found is damaged. */
	if (fb_error_is(err, FB_NOT_FOUND)) {
		struct fb_error *damaged = fb_error_create(FB_CORRUPT, "%s", fb_error_message(err));

		fb_error_destroy(err);
		return damaged;
	}
	return err;
}

struct fb_error *fb_go_open(const struct fb_user_process *process, struct fb_string_pool *pool,
			    struct fb_go **go_ret)
{
	struct fb_go_program program = {.space = NULL};
	struct fb_go *go;
	struct fb_error *err = fb_go_program_open(process, &program);

	if (err)
		return err;
	go = calloc(1, sizeof(*go));
	if (!go) {
		err = fb_error_nomem();
	} else {
		go->space = process->space;
		go->pool = pool;
		go->path = program.mapping->path;
		err = open_program(&program, go);
	}
	fb_go_program_deinit(&program);
	if (err)
		fb_go_destroy(go);
	else
		*go_ret = go;
	return err;
}

void fb_go_destroy(struct fb_go *go)
{
	if (!go)
		return;
	fb_u64_map_deinit(&go->by_pc);
	free(go->places);
	free(go->lines);
	free(go);
}

const char *fb_go_version(const struct fb_go *go, char to[FB_GO_VERSION_SIZE])
{
	snprintf(to, FB_GO_VERSION_SIZE, "%u.%u", go->layout.version >> 8,
		 go->layout.version & 0xff);
	return to;
}

/* What runs it: its M, with the thread, and the P. What is missing stays unknown. */
static struct fb_error *read_m(struct fb_go *go, struct fb_goroutine *routine)
{
	uint64_t p = 0;
	uint32_t number = 0;
	struct fb_error *err;

	if (!routine->m)
		return NULL;
	err = fb_space_u64(go->space, routine->m + go->layout.m_thread, &routine->thread);
	if (!err)
		err = fb_space_read(go->space, routine->m + go->layout.m_id, &routine->m_id,
				    sizeof(routine->m_id));
	if (!err)
		err = fb_space_u64(go->space, routine->m + go->layout.m_p, &p);
	if (!err && p)
		err = fb_space_u32(go->space, p + FB_GO_P_ID, &number);
	if (!err && p)
		routine->p_id = (int32_t)(number & INT32_MAX);
	return fb_part_skip(err);
}

static void read_place(const struct fb_go *go, const uint8_t *g, struct fb_goroutine *routine)
{
	const uint64_t syscall_sp = fb_u64_at(g, go->layout.g_syscall_sp);

	routine->stack = fb_u64_at(g, FB_GO_G_STACK);
	routine->stack_end = fb_u64_at(g, FB_GO_G_STACK + 8);
	routine->sp = syscall_sp ? syscall_sp : fb_u64_at(g, FB_GO_G_SCHED_SP);
	routine->pc =
		syscall_sp ? fb_u64_at(g, go->layout.g_syscall_pc) : fb_u64_at(g, FB_GO_G_SCHED_PC);
}

/* *lives_ret: whether the goroutine exists. */
static struct fb_error *read_routine(struct fb_go *go, uint64_t address,
				     struct fb_goroutine *routine, bool *lives_ret)
{
	const struct fb_go_layout *layout = &go->layout;
	uint8_t g[FB_GO_G_SIZE];
	uint32_t state;
	bool known;
	struct fb_error *err = fb_space_read(go->space, address, g, sizeof(g));

	if (err)
		return err;
	state = state_of(go, g);
	*lives_ret = !is_gone(state);
	if (!*lives_ret)
		return NULL;
	if (!is_goroutine(go, g, &known))
		return fb_error_create(FB_CORRUPT, "a goroutine at 0x%" PRIx64 " is damaged",
				       address);
	*routine = (struct fb_goroutine){
		.address = address,
		.id = fb_u64_at(g, layout->g_id),
		.creator_id = layout->g_parent ? fb_u64_at(g, layout->g_parent) : 0,
		.start = fb_u64_at(g, layout->g_start_pc),
		.creator = fb_u64_at(g, layout->g_creator_pc),
		.state = states[state],
		.reason = state == WAITING
				  ? fb_go_wait_reason(layout->version, g[layout->g_wait_reason])
				  : NULL,
		.since = state == WAITING ? (int64_t)fb_u64_at(g, layout->g_wait_since) : 0,
		.m = fb_u64_at(g, FB_GO_G_M),
		.m_id = -1,
		.p_id = -1,
		.locked = fb_u64_at(g, layout->g_locked_m) != 0,
		.waiting = state == WAITING ? fb_u64_at(g, layout->g_waiting) : 0,
	};
	read_place(go, g, routine);
	return read_m(go, routine);
}

struct routines {
	struct fb_goroutine *list;
	size_t count, room, lost;
	char why[FB_GO_WHY];
};

static struct fb_error *add_routine(struct fb_go *go, uint64_t address, struct routines *routines)
{
	struct fb_goroutine routine;
	bool lives = false;
	struct fb_error *err = read_routine(go, address, &routine, &lives);

	if (err && !fb_error_is_fatal(err)) {
		if (!routines->lost++)
			snprintf(routines->why, sizeof(routines->why), "%s", fb_error_message(err));
		fb_error_destroy(err);
		return NULL;
	}
	if (err || !lives)
		return err;
	err = fb_grow_array(&routines->list, &routines->room, routines->count,
			    sizeof(*routines->list), FB_MAX_GOROUTINES, "goroutines");
	if (!err)
		routines->list[routines->count++] = routine;
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct fb_goroutine *a = left, *b = right;

	return a->id != b->id ? (a->id > b->id) - (a->id < b->id)
			      : (a->address > b->address) - (a->address < b->address);
}

struct fb_error *fb_go_routines(struct fb_go *go, struct fb_goroutine **list_ret, size_t *count_ret,
				char why_ret[FB_GO_WHY])
{
	uint64_t addresses[FB_PAGE_SIZE / 8];
	struct routines routines = {.list = NULL};
	struct fb_error *err = NULL;

	for (size_t at = 0; at < go->list_count && !err;) {
		const uint64_t from = go->list + at * 8;
		size_t count = (FB_PAGE_SIZE - from % FB_PAGE_SIZE) / 8;

		if (count > go->list_count - at)
			count = go->list_count - at;
		err = fb_space_read(go->space, from, addresses, count * 8);
		if (err && !fb_error_is_fatal(err) && !routines.lost++)
			snprintf(routines.why, sizeof(routines.why), "%s", fb_error_message(err));
		if (err)
			err = fb_part_skip(err);
		else
			for (size_t i = 0; i < count && !err; i++)
				err = add_routine(go, addresses[i], &routines);
		at += count;
	}
	if (err) {
		free(routines.list);
		return err;
	}
	if (routines.count)
		qsort(routines.list, routines.count, sizeof(*routines.list), compare);
	snprintf(why_ret, FB_GO_WHY, "%s", routines.why);
	*list_ret = routines.list;
	*count_ret = routines.count;
	return NULL;
}

struct fb_error *fb_go_line_at(struct fb_go *go, uint64_t pc, bool is_return,
			       struct fb_go_line *line_ret)
{
	const struct fb_go_place *place;
	struct fb_error *err = fb_go_place(go, pc, is_return, &place);

	*line_ret =
		err ? (struct fb_go_line){"", "", 0} : go->lines[place->first + place->count - 1];
	return fb_part_skip(err);
}

struct fb_error *fb_go_is_system(struct fb_go *go, const struct fb_goroutine *routine, bool *is_ret)
{
	struct fb_go_line line;
	struct fb_error *err = fb_go_line_at(go, routine->start, false, &line);

	*is_ret = !strncmp(line.function, "runtime.", 8) &&
		  strcmp(line.function, "runtime.main") != 0 &&
		  strcmp(line.function, "runtime.handleAsyncEvent") != 0;
	return err;
}
