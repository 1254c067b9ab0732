// SPDX-License-Identifier: GPL-2.0-or-later
/* Runtimes by the names of their files, and the one in which a thread of the sample sleeps. */
#include "bundle/waits/futex/wait_runtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

#define THREAD 130 /* of the sample: it sleeps in libc, called by its program */
#define CORE "core.128.xz"
#define WORDS 192u /* of the stack, that are looked at */

static void knows_runtimes_by_their_files(void)
{
	static const struct {
		const char *name, *runtime;
	} cases[] = {
		{"libjvm.so", "the Java virtual machine"},
		{"libjvm.so.debug", NULL},
		{"python2", "CPython"},
		{"python2.7", "CPython"},
		{"python3", "CPython"},
		{"python3.13", "CPython"},
		{"python", NULL},
		{"libpython3.11.so.1.0", "CPython"},
		{"node", "Node.js (V8)"},
		{"node_exporter", NULL},
		{"libnode.so", "Node.js (V8)"},
		{"libnode.so.115", "Node.js (V8)"},
		{"libv8.so.9", "V8"},
		{"libcoreclr.so", ".NET"},
		{"libcoreclr.so.1", NULL},
		{"libruby-3.1.so.3.1", "Ruby"},
		{"beam.smp", "the Erlang machine"},
		{"beam.smp2", NULL},
		{"libc.so.6", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const char *runtime = fb_runtime_by_name(cases[i].name);

		CU_ASSERT((!runtime && !cases[i].runtime) ||
			  (runtime && cases[i].runtime && !strcmp(runtime, cases[i].runtime)));
	}
}

struct sleeper {
	struct sample_finder of;
	struct fb_vma *library; /* in which it sleeps */
	struct fb_vma *program; /* one byte, where the first word of its stack at `at` returns to */
	uint64_t at;
};

/* The first word from there on that is an address of the program's code, which is from now on nothing but that byte. */
static void find_return(struct sleeper *s, uint64_t from)
{
	const struct fb_vmas *vmas = fb_joined_vmas(s->of.joined);
	uint64_t word;

	s->program = vmas->vma;
	while (!(s->program->flags & FB_VM_EXEC))
		s->program++;
	for (s->at = from;; s->at += 8) {
		FB_OK_FATAL(fb_space_u64(fb_joined_space(s->of.joined), s->at, &word));
		if (word >= s->program->start && word < s->program->end)
			break;
	}
	s->program->start = word;
	s->program->end = word + 1;
}

static void begin_with(struct sleeper *s, struct fb_host_files *files)
{
	sample_finder_begin(&s->of, THREAD, CORE, files);
	s->library =
		(struct fb_vma *)fb_vmas_find(fb_joined_vmas(s->of.joined), s->of.blocked.regs.rip);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->library);
	find_return(s, s->of.blocked.regs.rsp - 8ull * 2 * WORDS);
	s->of.blocked.regs.rsp = s->at;
}

static void begin(struct sleeper *s)
{
	begin_with(s, NULL);
}

/* Of a mapping of which only the name is left. */
static void name(struct fb_vma *vma, const char *path)
{
	vma->file = 0;
	vma->path = path;
}

static void check(struct sleeper *s, const char *detail)
{
	struct fb_wait wait = {0};
	const char *runtime;

	FB_OK_FATAL(fb_wait_find_runtime(&s->of.finder, &s->of.blocked, s->of.joined, &runtime));
	FB_OK_FATAL(fb_wait_note_runtime(&s->of.blocked, runtime, &wait));
	CU_ASSERT_EQUAL(wait.detail != NULL, detail != NULL);
	if (wait.detail && detail)
		CU_ASSERT_STRING_EQUAL(wait.detail, detail);
	free(wait.detail);
}

#define PYTHON "it sleeps in CPython"
#define NODE "it sleeps in Node.js (V8)"

static void a_thread_sleeps_in_the_runtime_that_its_code_is_of(void)
{
	struct sleeper s;

	begin(&s);
	check(&s, NULL);
	name(s.program, "/usr/bin/python3.11");
	check(&s, PYTHON);
	/* What it is in comes before what that returns to. */
	name(s.library, "/usr/lib/libnode.so.115");
	check(&s, NODE);
	s.of.blocked.compat = true;
	check(&s, NULL);
	s.of.blocked.compat = false;
	s.of.blocked.has_regs = false;
	check(&s, NULL);
	s.of.blocked.has_regs = true;
	/* What is no code, unless the core does not tell. */
	s.library->flags &= ~(uint64_t)FB_VM_EXEC;
	check(&s, PYTHON);
	s.library->no_flags = true;
	check(&s, NODE);
	name(s.library, NULL);
	check(&s, PYTHON);
	/* In no mapping at all. */
	s.of.blocked.regs.rip = 0x1000;
	check(&s, PYTHON);
	sample_finder_end(&s.of);
}

static void as_far_as_its_stack_is_looked_at(void)
{
	struct sleeper s;

	begin(&s);
	name(s.program, "python3");
	for (uint64_t words = 0; words <= WORDS; words++) {
		s.of.blocked.regs.rsp = s.at - words * 8;
		check(&s, words < WORDS ? PYTHON : NULL);
	}
	/* Where it ends there is nothing to be found. */
	s.of.blocked.regs.rsp = 0x1000;
	check(&s, NULL);
	sample_finder_end(&s.of);
}

static void workers_of_tokio_are_known_by_their_name(void)
{
	static const struct {
		const char *comm, *detail;
	} cases[] = {
		{"tokio-runtime-w", "by its name a worker of tokio"},
		{"tokio-runtime-x", NULL},
		{"tokio-runtime", NULL},
	};
	struct sleeper s;

	begin(&s);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_task task = *s.of.blocked.task;

		memset(task.comm, 0, sizeof(task.comm));
		memcpy(task.comm, cases[i].comm, strlen(cases[i].comm));
		s.of.blocked.task = &task;
		check(&s, cases[i].detail);
		s.of.blocked.task = sample_task(&s.of.sample, THREAD);
	}
	sample_finder_end(&s.of);
}

/* A program of Go has the runtime in itself: it is known by a function that each has. */
static void a_program_of_go_is_known_by_its_functions(void)
{
	static const struct {
		const char *own, *other;
		size_t size;
	} names[] = {
		{"hold_directory", "runtime.goexit", sizeof("runtime.goexit")},
		{"deregister_tm_clones", "runtime.goexit.abi0", sizeof("runtime.goexit.abi0")},
		{"hold_directory", "runtime.goexis", sizeof("runtime.goexis")},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		char name[8] = {'g', (char)('0' + i)};
		char *root = sample_finder_sysroot(name, names[i].own, names[i].other,
						   names[i].size - (i == 1 ? 0 : 1));
		struct fb_host_files *files = NULL;
		struct sleeper s;

		FB_OK_FATAL(fb_host_files_create(root, &files));
		begin_with(&s, files);
		check(&s, NULL); /* the C library is no program of Go */
		s.of.blocked.regs.rip = s.program->start;
		check(&s, i < 2 ? "it sleeps in Go's runtime" : NULL);
		sample_finder_end(&s.of);
		fb_host_files_destroy(files);
		free(root);
	}
}

struct question {
	struct sleeper *sleeper;
	struct failing_space memory;
	struct failure failure;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct sleeper *s = question->sleeper;
	struct fb_wait wait = {0};
	const char *runtime = NULL;
	struct fb_error *err =
		fb_wait_find_runtime(&s->of.finder, &s->of.blocked, s->of.joined, &runtime);

	if (!err)
		err = fb_wait_note_runtime(&s->of.blocked, runtime, &wait);

	CU_ASSERT_PTR_NULL(wait.detail);
	free(wait.detail);
	return err;
}

static void what_is_no_damage_is_passed_on(void)
{
	struct question question = {.failure = {.at = 0}};
	char *root = sample_path("sysroot");
	struct fb_host_files *files = NULL;
	struct sleeper s;
	struct fb_kernel *kernel;

	FB_OK_FATAL(fb_host_files_create(root, &files));
	begin_with(&s, files);
	s.of.blocked.regs.rip = s.program->start;
	kernel = s.of.finder.kernel;
	question.sleeper = &s;
	failing_space_init(&question.memory, kernel->space, &question.failure);
	kernel->space = &question.memory.space;
	FB_OK(ask(&question));
	CU_ASSERT(failing_must_pass(ask, &question, &question.failure, 60, 60) > 10);
	kernel->space = question.memory.whole;
	sample_finder_end(&s.of);
	fb_host_files_destroy(files);
	free(root);
}

FB_TEST_MAIN("bundle/wait_runtime", FB_TEST(knows_runtimes_by_their_files),
	     FB_TEST(a_thread_sleeps_in_the_runtime_that_its_code_is_of),
	     FB_TEST(as_far_as_its_stack_is_looked_at),
	     FB_TEST(workers_of_tokio_are_known_by_their_name),
	     FB_TEST(a_program_of_go_is_known_by_its_functions),
	     FB_TEST(what_is_no_damage_is_passed_on))
