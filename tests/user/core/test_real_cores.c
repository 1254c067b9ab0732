// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every core of $FBUNDLE_DATA/KERNEL against what /proc said of its process just before the panic
 * (truth/PID), and against gdb where that is installed. Skipped without the data.
 */
#include <ctype.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/harness.h"
#include "user/core/core.h"
#include "user/elf/build_id.h"

/* One core and where its truth lies, if the process still was there. */
struct subject {
	const char *path;
	const char *name; /* behind the last '/' */
	char truth[4096]; /* FOLDER/truth/PID, or empty */
	struct fb_core *core;
	const struct fb_core_info *info;
};

static void for_each_core(void (*check)(const struct subject *subject))
{
	struct fb_warnings *warnings;
	const char *data = fb_test_data();
	char pattern[4096];
	glob_t cores;

	if (!data)
		return;
	FB_OK_FATAL(fb_warnings_create(&warnings));
	(void)snprintf(pattern, sizeof(pattern), "%s/*/core.*", data);
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &cores), 0);
	CU_ASSERT_TRUE(cores.gl_pathc > 0);
	for (size_t i = 0; i < cores.gl_pathc; i++) {
		struct subject subject = {.path = cores.gl_pathv[i]};

		subject.name = strrchr(subject.path, '/') + 1;
		if (isdigit((unsigned char)subject.name[5]))
			(void)snprintf(subject.truth, sizeof(subject.truth), "%.*s/truth/%s",
				       (int)(subject.name - subject.path - 1), subject.path,
				       subject.name + 5);
		FB_OK_FATAL(fb_core_open(subject.path, warnings, &subject.core));
		subject.info = fb_core_info(subject.core);
		check(&subject);
		fb_core_destroy(subject.core);
	}
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_warnings_destroy(warnings);
	globfree(&cores);
}

static void fail(const struct subject *subject, const char *what)
{
	(void)fprintf(stderr, "%s: %s\n", subject->path, what);
	CU_FAIL("a core differs from its truth");
}

static FILE *open_truth(const struct subject *subject, const char *name)
{
	char path[8192];

	(void)snprintf(path, sizeof(path), "%s/%s", subject->truth, name);
	return fopen(path, "r");
}

/* Named by who wrote them: core.PID and core.reused.PID by gcore, core.COMM.PID by the kernel. */
static void check_kind(const struct subject *subject)
{
	bool gcore = subject->truth[0] || strncmp(subject->name, "core.reused.", 12) == 0;
	const char *pid = strrchr(subject->name, '.') + 1;

	if (subject->info->kind != (gcore ? FB_CORE_GCORE : FB_CORE_KERNEL))
		fail(subject, "kind");
	if (subject->info->pid != strtol(pid, NULL, 10))
		fail(subject, "PID");
	if (subject->info->truncated || subject->info->stream || subject->info->apport)
		fail(subject, "taken for cut off or wrapped");
}

static void tells_gcore_from_the_kernel(void)
{
	for_each_core(check_kind);
}

static void check_threads(const struct subject *subject)
{
	char pattern[8192], path[8300];
	glob_t tasks;

	if (!subject->truth[0])
		return;
	(void)snprintf(pattern, sizeof(pattern), "%s/task/*", subject->truth);
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &tasks), 0);
	if (tasks.gl_pathc != subject->info->thread_count)
		fail(subject, "number of threads");
	globfree(&tasks);
	for (size_t i = 0; i < subject->info->thread_count; i++) {
		const struct fb_core_thread *thread = &subject->info->threads[i];

		(void)snprintf(path, sizeof(path), "%s/task/%d", subject->truth, thread->tid);
		if (access(path, F_OK) != 0)
			fail(subject, "a thread that is none");
		if (!thread->fpregs || !thread->xstate)
			fail(subject, "a thread without FPU state");
	}
}

static void has_the_threads_of_the_task(void)
{
	for_each_core(check_threads);
}

static void check_auxv(const struct subject *subject)
{
	uint64_t truth[256];
	FILE *file;
	size_t size;

	if (!subject->truth[0])
		return;
	file = open_truth(subject, "auxv");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size = fread(truth, 1, sizeof(truth), file);
	(void)fclose(file);
	if (size != subject->info->auxv_pairs * 16 || memcmp(truth, subject->info->auxv, size) != 0)
		fail(subject, "auxiliary vector");
}

static void has_the_auxv_of_the_process(void)
{
	for_each_core(check_auxv);
}

static const struct fb_core_mapping *find_mapping(const struct subject *subject, uint64_t start)
{
	for (size_t i = 0; i < subject->info->mapping_count; i++) {
		if (subject->info->mappings[i].start == start)
			return &subject->info->mappings[i];
	}
	return NULL;
}

/* Files in maps and in NT_FILE are the same, but for devices and shared memory, which gcore and
 * the kernel list too, so everything with a '/'. */
static void check_maps(const struct subject *subject)
{
	char line[8192], path[4096];
	size_t files = 0;
	FILE *file;

	if (!subject->truth[0])
		return;
	file = open_truth(subject, "maps");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (fgets(line, sizeof(line), file)) {
		const struct fb_core_mapping *mapping;
		uint64_t start, end, offset;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %4095[^\n]",
			   &start, &end, &offset, path) != 4 ||
		    path[0] != '/')
			continue;
		files++;
		mapping = find_mapping(subject, start);
		if (!mapping || mapping->end != end || mapping->offset != offset ||
		    strcmp(mapping->path, path) != 0)
			fail(subject, line);
	}
	(void)fclose(file);
	if (files != subject->info->mapping_count)
		fail(subject, "number of mapped files");
}

static void has_the_mapped_files_of_the_process(void)
{
	for_each_core(check_maps);
}

/* Libraries that are mapped from their start on; caches and locales lie below /lib too, and have none. */
static void check_build_ids(const struct subject *subject)
{
	char build_id[FB_BUILD_ID_TEXT];
	size_t found = 0;

	for (size_t i = 0; i < subject->info->mapping_count; i++) {
		const struct fb_core_mapping *mapping = &subject->info->mappings[i];
		struct fb_error *err;

		if (mapping->offset || !strstr(mapping->path, ".so"))
			continue;
		err = fb_build_id_read(fb_core_space(subject->core), mapping->start, build_id,
				       sizeof(build_id));
		if (err || strlen(build_id) != 40)
			fail(subject, mapping->path);
		fb_error_destroy(err);
		found++;
	}
	if (found < 2)
		fail(subject, "libraries");
}

static void finds_build_ids(void)
{
	for_each_core(check_build_ids);
}

static uint64_t register_of(const struct user_regs_struct *regs, const char *name)
{
	static const struct {
		const char *name;
		size_t offset;
	} registers[] = {
#define REGISTER(field) {#field, offsetof(struct user_regs_struct, field)}
		REGISTER(rax), REGISTER(rbx), REGISTER(rcx),    REGISTER(rdx),     REGISTER(rsi),
		REGISTER(rdi), REGISTER(rbp), REGISTER(rsp),    REGISTER(r8),      REGISTER(r9),
		REGISTER(r10), REGISTER(r11), REGISTER(r12),    REGISTER(r13),     REGISTER(r14),
		REGISTER(r15), REGISTER(rip), REGISTER(eflags), REGISTER(fs_base), REGISTER(cs),
#undef REGISTER
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(registers); i++) {
		if (strcmp(registers[i].name, name) == 0)
			return *(const uint64_t *)((const char *)regs + registers[i].offset);
	}
	return 0;
}

/* gdb numbers the threads in the order of the notes. */
static void check_registers(const struct subject *subject)
{
	const struct fb_core_thread *thread = NULL;
	size_t threads = 0, values = 0;
	char command[8192], line[1024];
	FILE *gdb;

	(void)snprintf(command, sizeof(command),
		       "gdb -nx -batch -ex 'thread apply all -ascending info registers rax rbx rcx "
		       "rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs fs_base' "
		       "-core '%s' 2>/dev/null",
		       subject->path);
	gdb = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(gdb);
	while (fgets(line, sizeof(line), gdb)) {
		unsigned number, tid;
		char name[32];
		uint64_t value;

		if (sscanf(line, "Thread %u (LWP %u)", &number, &tid) == 2 &&
		    number <= subject->info->thread_count) {
			threads++;
			thread = &subject->info->threads[number - 1];
			if ((unsigned)thread->tid != tid)
				fail(subject, line);
		} else if (thread && sscanf(line, "%31s 0x%" SCNx64, name, &value) == 2) {
			values++;
			if (register_of(&thread->regs, name) != value)
				fail(subject, line);
		}
	}
	(void)pclose(gdb);
	if (threads != subject->info->thread_count || values != 20 * threads)
		fail(subject, "gdb shows other threads");
}

static void has_the_registers_that_gdb_shows(void)
{
	if (system("gdb --version >/dev/null 2>&1") != 0)
		fb_test_skip("gdb is not installed");
	else
		for_each_core(check_registers);
}

FB_TEST_MAIN("user/real cores", FB_TEST(tells_gcore_from_the_kernel),
	     FB_TEST(has_the_threads_of_the_task), FB_TEST(has_the_auxv_of_the_process),
	     FB_TEST(has_the_mapped_files_of_the_process), FB_TEST(finds_build_ids),
	     FB_TEST(has_the_registers_that_gdb_shows))
