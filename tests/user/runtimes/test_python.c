// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames of a Python that runs on this host, against what Python says of itself (sys._current_frames()). With memory
 * that is left out or damaged there is less, and a reason.
 */
#include "user/runtimes/python.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/u64_map.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "tests/user/unwound.h"
#include "user/runtimes/python_layout.h"
#include "user/runtimes/runtimes.h"

/* Two threads, whose frames the program writes into a file before it blocks: "FS-BASE FUNCTION LINE", innermost first.
 * Calls through map() and sorted() make the evaluator call itself. Some lines are far apart. */
#define PROGRAM                                                                                   \
	"import os, sys, threading, time\n"                                                       \
	"stop = threading.Event()\n"                                                              \
	"class Wächter:\n"                                                                       \
	"    def warte(self, n):\n"                                                               \
	"        if n:\n"                                                                         \
	"            for _ in map(self.warte, [n - 1]):\n"                                        \
	"                pass\n"                                                                  \
	"        else:\n"                                                                         \
	"            os.write(ready, b'.')\n"                                                     \
	"            time.sleep(100000)\n"                                                        \
	"def recurse(n):\n"                                                                       \
	"    if n:\n"                                                                             \
	"        return recurse(n - 1)\n" BLANKS                                                  \
	"    return sorted([1, 2], key=lambda _: Wächter().warte(3))\n"                          \
	"ready = int(sys.argv[1])\n"                                                              \
	"thread = threading.Thread(target=recurse, args=(5,))\n"                                  \
	"thread.start()\n"                                                                        \
	"time.sleep(0.5)\n"                                                                       \
	"with open(sys.argv[2], 'w') as said:\n"                                                  \
	"    for ident, frame in sys._current_frames().items():\n"                                \
	"        while frame:\n"                                                                  \
	"            code = frame.f_code\n"                                                       \
	"            line = frame.f_lineno if frame.f_code.co_name != '<module>' else 0\n"        \
	"            print(ident, getattr(code, 'co_qualname', code.co_name), line, file=said)\n" \
	"            frame = frame.f_back\n"                                                      \
	"os.write(ready, b'.')\n"                                                                 \
	"time.sleep(100000)\n"
#define BLANKS "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
#define LAST_LINE 67u

/* A thread that sleeps with the global lock held, which the other one wants. */
#define HOLDER                                                 \
	"import ctypes, os, sys, threading\n"                  \
	"library = ctypes.PyDLL(None)\n"                       \
	"def hold():\n"                                        \
	"    os.write(int(sys.argv[1]), b'..')\n"              \
	"    library.sleep(100000)\n"                          \
	"threading.Thread(target=hold, daemon=True).start()\n" \
	"while True:\n"                                        \
	"    pass\n"

static const char *program = PROGRAM;
static char said_path[64];

static void run_python(int ready)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", ready);
	(void)execlp("python3", "python3", "-X", "utf8", "-c", program, fd, said_path, NULL);
}

struct live {
	struct fb_live_process process;
	struct fb_user_process user;
	const struct fb_user_mapping *object;
	struct fb_string_pool pool;
};

/* The object that has the interpreter. */
static const struct fb_user_mapping *find_object(const struct fb_user_process *user)
{
	for (size_t i = 0; i < user->mapping_count; i++) {
		const char *slash = strrchr(user->mappings[i].path, '/');
		uint64_t runtime;
		struct fb_error *err;

		if (!slash || user->mappings[i].offset || !fb_python_is_object(slash + 1))
			continue;
		err = fb_python_runtime_find(user, &user->mappings[i], &runtime);
		fb_error_destroy(err);
		if (!err)
			return &user->mappings[i];
	}
	return NULL;
}

/* A version that is read. */
static bool python_is_read(void)
{
	return system("python3 -c 'import sys; sys.exit(not (3, 9) <= sys.version_info < (3, 15))' "
		      "2>/dev/null") == 0;
}

static bool start(struct live *live)
{
	int fd;

	memset(live, 0, sizeof(*live));
	if (!python_is_read()) {
		fb_test_skip("no python3 of a version that is read");
		return false;
	}
	snprintf(said_path, sizeof(said_path), "/tmp/fbundle-python-XXXXXX");
	fd = mkstemp(said_path);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	if (!fb_live_process_start(&live->process, run_python, 2)) {
		unlink(said_path);
		fb_test_skip("ptrace is not allowed here");
		return false;
	}
	live->user = (struct fb_user_process){
		.space = &live->process.space,
		.mappings = live->process.mappings,
		.mapping_count = live->process.mapping_count,
		.fetch_fd = -1,
	};
	live->object = find_object(&live->user);
	CU_ASSERT_PTR_NOT_NULL_FATAL(live->object);
	return true;
}

static void stop(struct live *live)
{
	unlink(said_path);
	fb_string_pool_deinit(&live->pool);
	fb_live_process_stop(&live->process);
}

/* Compares with what the program said of the thread. Returns how many frames it said. */
static size_t compare(uint64_t id, const struct fb_runtime_frames *frames)
{
	FILE *said = fopen(said_path, "re");
	unsigned long ident;
	char name[64];
	unsigned line;
	size_t count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(said);
	while (fscanf(said, "%lu %63s %u", &ident, name, &line) == 3) {
		if (ident != id)
			continue;
		CU_ASSERT_FATAL(count < frames->count);
		CU_ASSERT_STRING_EQUAL(frames->list[count].function, name);
		CU_ASSERT_EQUAL(frames->list[count].line, line ? line : LAST_LINE);
		count++;
	}
	fclose(said);
	return count;
}

static void frames_are_those_that_python_says(void)
{
	struct fb_python *python = NULL;
	struct live live;

	if (!start(&live))
		return;
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	CU_ASSERT_EQUAL(live.process.thread_count, 2);
	for (size_t i = 0; i < live.process.thread_count; i++) {
		struct fb_runtime_frames frames = {.list = NULL};
		const uint64_t id = live.process.regs[i].fs_base;

		FB_OK(fb_python_frames(python, id, &live.pool, &frames));
		CU_ASSERT_STRING_EQUAL(frames.end, "");
		CU_ASSERT_EQUAL(compare(id, &frames), frames.count);
		CU_ASSERT(frames.count >= 1);
		fb_runtime_frames_deinit(&frames);
	}
	fb_python_destroy(python);
	stop(&live);
}

/* Each frame stands before the call of the evaluator that evaluates it, and each such call has its frames. */
static void frames_stand_where_they_are_evaluated(void)
{
	struct unwound unwound;
	struct live live;
	size_t calls = 0, frames = 0;

	if (!start(&live))
		return;
	unwound_of(&live.process, true, &unwound);
	FB_OK(fb_runtimes_add_frames(&live.user, live.process.regs, unwound.count, &live.pool,
				     unwound.stacks));
	for (size_t i = 0; i < unwound.count; i++) {
		const struct fb_user_stack *stack = &unwound.stacks[i];

		for (size_t j = 0; j < stack->count; j++) {
			const struct fb_user_frame *frame = &stack->frames[j];
			const bool python = frame->language == FB_LANGUAGE_PYTHON;
			/* Since 3.14 the evaluator may be functions without symbols. */
			const bool call = !python && frame->symbol &&
					  !strcmp(frame->symbol, FB_PYTHON_EVALUATOR);

			frames += python;
			calls += j && !python && stack->frames[j - 1].language;
			if (call)
				CU_ASSERT_EQUAL(stack->frames[j - 1].language, FB_LANGUAGE_PYTHON);
			if (python)
				CU_ASSERT_EQUAL(frame->pc, stack->frames[j + 1].pc);
		}
		CU_ASSERT_EQUAL(stack->frames[stack->count - 1].language, FB_LANGUAGE_NATIVE);
	}
	/* The module's, the four by map() or sorted(), and at least the thread's own. */
	CU_ASSERT(calls >= 6);
	CU_ASSERT_EQUAL(frames, 15);
	unwound_done(&unwound);
	stop(&live);
}

static void the_global_lock_has_its_holder(void)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	FB_CLEANUP(fb_free_at) struct fb_python_gil *gils = NULL;
	char version[FB_PYTHON_VERSION_SIZE];
	struct live live;
	size_t count = 0;
	bool started;

	if (system("python3 -c 'import ctypes' 2>/dev/null") != 0) {
		fb_test_skip("python3 has no ctypes");
		return;
	}
	program = HOLDER;
	started = start(&live);
	program = PROGRAM;
	if (!started)
		return;
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	CU_ASSERT_EQUAL(strncmp(fb_python_version(python, version), "3.", 2), 0);
	FB_OK_FATAL(fb_python_gils(python, &gils, &count));
	CU_ASSERT_EQUAL_FATAL(count, 1);
	CU_ASSERT_TRUE(gils[0].locked);
	CU_ASSERT_EQUAL(gils[0].holder, live.process.regs[1].fs_base);
	/* The first argument of the other thread's futex(). */
	CU_ASSERT(live.process.regs[0].rdi >= gils[0].start);
	CU_ASSERT(live.process.regs[0].rdi < gils[0].end);
	stop(&live);
}

/* A lock of which a part is missing is left out. */
static void a_lock_that_cannot_be_read_is_left_out(void)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	FB_CLEANUP(fb_free_at) struct fb_python_gil *gils = NULL, *none = NULL;
	struct live live;
	size_t count = 0;

	if (!start(&live))
		return;
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	FB_OK_FATAL(fb_python_gils(python, &gils, &count));
	CU_ASSERT_EQUAL_FATAL(count, 1);
	CU_ASSERT_FALSE(gils[0].locked);
	live.process.absent_start = gils[0].start;
	live.process.absent_end = gils[0].end;
	FB_OK_FATAL(fb_python_gils(python, &none, &count));
	CU_ASSERT_EQUAL(count, 0);
	stop(&live);
}

/* A thread that runs no Python has none of its frames. */
static void other_threads_have_none(void)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	struct fb_runtime_frames frames = {.list = NULL};
	struct live live;

	if (!start(&live))
		return;
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	FB_OK(fb_python_frames(python, 0x1234, &live.pool, &frames));
	CU_ASSERT_EQUAL(frames.count, 0);
	CU_ASSERT_STRING_EQUAL(frames.end, "");
	stop(&live);
}

/* Whatever page is missing, there is an answer, a shorter one, or a reason. */
static void missing_pages_end_the_frames(void)
{
	struct live live;
	size_t lost = 0;

	if (!start(&live))
		return;
	for (size_t i = 0; i < live.process.mapping_count; i++) {
		const struct fb_user_mapping *mapping = &live.process.mappings[i];
		struct fb_runtime_frames frames = {.list = NULL};
		struct fb_python *python = NULL;
		struct fb_error *err;

		live.process.absent_start = mapping->start;
		live.process.absent_end = mapping->end;
		err = fb_python_open(&live.user, &python);
		if (err) {
			CU_ASSERT_TRUE(fb_error_is(err, FB_ABSENT) ||
				       fb_error_is(err, FB_NOT_FOUND));
			fb_error_destroy(err);
			lost++;
			continue;
		}
		FB_OK(fb_python_frames(python, live.process.regs[1].fs_base, &live.pool, &frames));
		if (frames.end[0]) {
			CU_ASSERT_PTR_NOT_NULL(strstr(frames.end, "left out by the test"));
			lost++;
		}
		fb_runtime_frames_deinit(&frames);
		fb_python_destroy(python);
	}
	CU_ASSERT(lost >= 2);
	stop(&live);
}

static void damaged_memory_ends_the_frames(void)
{
	struct live live;
	size_t read = 0;

	if (!start(&live))
		return;
	live.process.damage = 2000;
	for (live.process.seed = 1; live.process.seed <= 200; live.process.seed++) {
		struct fb_runtime_frames frames = {.list = NULL};
		struct fb_python *python = NULL;
		struct fb_error *err = fb_python_open(&live.user, &python);

		if (!err) {
			FB_OK(fb_python_frames(python, live.process.regs[1].fs_base, &live.pool,
					       &frames));
			read += frames.count;
		}
		fb_error_destroy(err);
		fb_runtime_frames_deinit(&frames);
		fb_python_destroy(python);
	}
	CU_ASSERT(read > 0);
	stop(&live);
}

static uint64_t word_at(const struct live *live, uint64_t address)
{
	uint64_t word = 0;

	FB_OK_FATAL(fb_space_u64(live->user.space, address, &word));
	return word;
}

/* The address of the innermost frame of a thread. */
static uint64_t frame_of(const struct live *live, const struct fb_python_layout *layout,
			 uint64_t runtime, uint64_t id)
{
	const uint64_t interpreter = word_at(live, runtime + layout->runtime_interpreters);
	uint64_t state = word_at(live, interpreter + layout->interpreter_threads), frame;

	while (word_at(live, state + layout->thread_id) != id)
		state = word_at(live, state + layout->thread_next);
	frame = word_at(live, state + layout->thread_frame);
	return layout->by_cframe ? word_at(live, frame + layout->cframe_frame) : frame;
}

static void a_frame_that_is_its_own_caller_ends_them(void)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	struct fb_runtime_frames frames = {.list = NULL};
	struct fb_python_layout layout;
	uint64_t runtime = 0, frame;
	struct live live;

	if (!start(&live))
		return;
	FB_OK_FATAL(fb_python_runtime_find(&live.user, live.object, &runtime));
	FB_OK_FATAL(fb_python_layout_read(live.user.space, live.object->start, runtime, &layout));
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	frame = frame_of(&live, &layout, runtime, live.process.regs[1].fs_base);
	live.process.patch_at = frame + layout.frame_previous;
	live.process.patch = frame;
	FB_OK(fb_python_frames(python, live.process.regs[1].fs_base, &live.pool, &frames));
	CU_ASSERT_PTR_NOT_NULL(strstr(frames.end, "more than 16384 frames"));
	CU_ASSERT_EQUAL(frames.count, FB_MAX_PYTHON_FRAMES);
	fb_runtime_frames_deinit(&frames);
	stop(&live);
}

/* Pages of a process: those that were read, or that alone may be read. */
struct noted {
	struct fb_space space; /* first */
	struct fb_space *whole;
	struct fb_u64_map pages;
	bool only;
};

static struct fb_error *read_noted(struct fb_space *space, uint64_t address, void *to,
				   size_t length)
{
	struct noted *noted = (struct noted *)space;

	for (uint64_t page = address & FB_PAGE_MASK; page < address + length;
	     page += FB_PAGE_SIZE) {
		if (noted->only && !fb_u64_map_find(&noted->pages, page))
			return fb_error_create(FB_ABSENT, "not among the pages that were read");
		FB_OK_FATAL(fb_u64_set_add(&noted->pages, page, 1u << 20, "pages", NULL));
	}
	return fb_space_read(noted->whole, address, to, length);
}

static void begin_noted(struct live *live, struct noted *noted)
{
	static const struct fb_space_ops ops = {.read = read_noted};

	*noted = (struct noted){
		.space = {.ops = &ops, .name = "noted"},
		.whole = live->user.space,
	};
	live->user.space = &noted->space;
}

/* What a visit reads is all that frames and locks take, and little of the process. */
static void a_visit_reads_what_frames_and_locks_take(void)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	FB_CLEANUP(fb_free_at) struct fb_python_gil *gils = NULL;
	struct noted noted;
	struct live live;
	size_t count = 0, visited;

	if (!start(&live))
		return;
	begin_noted(&live, &noted);
	FB_OK_FATAL(fb_runtimes_visit(&live.user, live.process.regs, live.process.thread_count));
	visited = noted.pages.count;
	CU_ASSERT(visited > 5 && visited < 300);
	noted.only = true;
	FB_OK_FATAL(fb_python_open(&live.user, &python));
	for (size_t i = 0; i < live.process.thread_count; i++) {
		struct fb_runtime_frames frames = {.list = NULL};
		const uint64_t id = live.process.regs[i].fs_base;

		FB_OK(fb_python_frames(python, id, &live.pool, &frames));
		CU_ASSERT_STRING_EQUAL(frames.end, "");
		CU_ASSERT_EQUAL(compare(id, &frames), frames.count);
		fb_runtime_frames_deinit(&frames);
	}
	FB_OK_FATAL(fb_python_gils(python, &gils, &count));
	CU_ASSERT_EQUAL(count, 1);
	fb_u64_map_deinit(&noted.pages);
	stop(&live);
}

/* Without registers there are no frames to visit. */
static void a_visit_is_of_the_threads_that_are_named(void)
{
	struct noted all, none;
	struct live live;

	if (!start(&live))
		return;
	begin_noted(&live, &all);
	FB_OK_FATAL(fb_runtimes_visit(&live.user, live.process.regs, live.process.thread_count));
	live.user.space = all.whole;
	begin_noted(&live, &none);
	FB_OK_FATAL(fb_runtimes_visit(&live.user, NULL, 0));
	CU_ASSERT(none.pages.count > 3 && none.pages.count < all.pages.count);
	live.process.absent_start = live.process.mappings[0].start;
	live.process.absent_end = UINT64_MAX;
	FB_OK_FATAL(fb_runtimes_visit(&live.user, live.process.regs, 1));
	fb_u64_map_deinit(&all.pages);
	fb_u64_map_deinit(&none.pages);
	stop(&live);
}

FB_TEST_MAIN("user/runtimes/python", FB_TEST(frames_are_those_that_python_says),
	     FB_TEST(frames_stand_where_they_are_evaluated),
	     FB_TEST(the_global_lock_has_its_holder),
	     FB_TEST(a_lock_that_cannot_be_read_is_left_out), FB_TEST(other_threads_have_none),
	     FB_TEST(missing_pages_end_the_frames), FB_TEST(damaged_memory_ends_the_frames),
	     FB_TEST(a_frame_that_is_its_own_caller_ends_them),
	     FB_TEST(a_visit_reads_what_frames_and_locks_take),
	     FB_TEST(a_visit_is_of_the_threads_that_are_named))
