// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of addresses in a process of the sample, by the symbols of the program under a sysroot. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/bundle/waits/sample_finder.h"
#include "tests/harness.h"

#define PT 132
#define CORE "core.132.xz"
/* Symbols of the program; the last is in a mapping without a file, behind that of its data. */
#define NEED 0x3790u
#define WAIT_WORD 0xa2f0u
#define OWNER 0xb4c8u

struct world {
	struct fb_host_files *files;
	struct sample_finder of;
	struct fb_vma *program; /* its mappings, the first of them */
	uint64_t base;
};

static void begin(struct world *w, const char *sysroot, const char *core)
{
	memset(w, 0, sizeof(*w));
	if (sysroot)
		FB_OK_FATAL(fb_host_files_create(sysroot, &w->files));
	sample_finder_begin(&w->of, PT, core, w->files);
	w->program = fb_joined_vmas(w->of.joined)->vma;
	w->base = w->program->start;
	CU_ASSERT_FATAL(w->program->file && !w->program->pgoff);
}

static void end(struct world *w)
{
	sample_finder_end(&w->of);
	fb_host_files_destroy(w->files);
}

static void check(struct world *w, uint64_t address, const char *name)
{
	char text[64] = "as it was";

	FB_OK(fb_wait_user_symbol(&w->of.finder, w->of.blocked.task, w->of.joined, address, text,
				  sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, name);
}

static void addresses_have_the_names_of_the_programs_symbols(void)
{
	char *root = sample_path("sysroot"), text[8];
	struct world w;

	begin(&w, root, NULL);
	check(&w, w.base + NEED, "need.part.0");
	check(&w, w.base + NEED + 0x12, "need.part.0+0x12");
	check(&w, w.base + WAIT_WORD + 3, "wait_word+0x3");
	check(&w, w.base + OWNER, "owner.0");
	check(&w, w.base, "");     /* before the first symbol */
	check(&w, 0x1000, "");     /* in no mapping */
	check(&w, UINT64_MAX, ""); /* in the kernel's half */
	/* In the C library, which is not there, and in memory that is behind no file. */
	check(&w, w.of.blocked.regs.rip, "");
	check(&w, w.of.blocked.regs.rsp, "");
	/* As much as there is room for. */
	FB_OK(fb_wait_user_symbol(&w.of.finder, w.of.blocked.task, w.of.joined, w.base + NEED + 1,
				  text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "need.pa");
	/* Behind a gap, its uninitialised data are not known to be its. */
	for (size_t i = 0; w.program[i].start <= w.base + OWNER; i++)
		if (w.program[i].end > w.base + OWNER)
			w.program[i].start += 8;
	check(&w, w.base + OWNER, "");
	end(&w);
	begin(&w, NULL, NULL);
	check(&w, w.base + NEED, "");
	end(&w);
	free(root);
}

static void a_file_defines_its_functions(void)
{
	static const struct {
		const char *name;
		bool is;
	} names[] = {{"need.part.0", true}, {"thread_main", true}, {"needs", false}};
	char *root = sample_path("sysroot");
	bool defines;
	struct world w;

	begin(&w, root, NULL);
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		defines = !names[i].is;
		FB_OK(fb_wait_file_defines(&w.of.finder, w.of.blocked.task, w.program,
					   names[i].name, &defines));
		CU_ASSERT_EQUAL(defines, names[i].is);
	}
	w.of.finder.options.files = NULL;
	defines = true;
	FB_OK(fb_wait_file_defines(&w.of.finder, w.of.blocked.task, w.program, names[0].name,
				   &defines));
	CU_ASSERT_FALSE(defines);
	end(&w);
	free(root);
}

/* The mappings of the program as a core names them, where the dump has this of their struct file. */
static void rename_program(struct world *w, uint64_t file, const char *path)
{
	uint64_t own = w->program->file;

	for (size_t i = 0; w->program[i].file == own || w->program[i].file == file; i++) {
		w->program[i].file = file;
		w->program[i].path = path;
	}
}

static void a_lost_file_is_known_by_the_cores_name_and_its_build_id(void)
{
	char *root = sample_path("sysroot");
	struct world w;

	begin(&w, root, CORE);
	rename_program(&w, 0, SAMPLE_PROGRAM);
	check(&w, w.base + NEED, "need.part.0");
	end(&w);
	begin(&w, root, CORE);
	rename_program(&w, 0x1000, SAMPLE_PROGRAM); /* where nothing is */
	check(&w, w.base + WAIT_WORD, "wait_word");
	rename_program(&w, 0x1000, NULL);
	check(&w, w.base + WAIT_WORD, "");
	rename_program(&w, 0x1000, "/lab/other");
	check(&w, w.base + WAIT_WORD, "");
	end(&w);
	free(root);
}

/* A file of the same name and size is not believed where only the core names it. */
static void another_build_id_is_another_file(void)
{
	static const uint8_t own[] = {0x3b, 0xd7, 0x72, 0x05}, other[] = {0x3c, 0xd7, 0x72, 0x05};
	char *root = sample_finder_sysroot("other", own, other, sizeof(own));
	struct world w;

	begin(&w, root, CORE);
	check(&w, w.base + NEED, "need.part.0");
	rename_program(&w, 0, SAMPLE_PROGRAM);
	check(&w, w.base + NEED, "");
	end(&w);
	free(root);
}

/* A program that is linked to its addresses is not moved by where it is mapped. */
static void only_what_moves_is_relative_to_its_base(void)
{
	for (int moves = 0; moves < 2; moves++) {
		static const uint8_t own[] = {ET_DYN, 0, EM_X86_64, 0},
				     other[] = {ET_EXEC, 0, EM_X86_64, 0};
		char *root = sample_finder_sysroot(moves ? "moving" : "fixed", own,
						   moves ? own : other, sizeof(own));
		struct world w;

		begin(&w, root, NULL);
		w.program[0].start = 0x1000;
		w.program[0].end = 0x3000;
		w.program[1].start = 0x3000;
		w.program[1].end = 0x7000;
		w.program[1].pgoff = 2;
		check(&w, NEED, moves ? "" : "need.part.0");
		check(&w, NEED + 0x1000, moves ? "need.part.0" : "want_record+0x50");
		end(&w);
		free(root);
	}
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	char text[64];

	return fb_wait_user_symbol(&w->of.finder, w->of.blocked.task, w->of.joined, w->base + NEED,
				   text, sizeof(text));
}

static void what_is_no_damage_is_passed_on(void)
{
	struct failure failure = {.at = 0};
	struct failing_space memory;
	char *root = sample_path("sysroot");
	struct fb_kernel *kernel;
	struct world w;

	begin(&w, root, NULL);
	kernel = w.of.finder.kernel;
	failing_space_init(&memory, kernel->space, &failure);
	kernel->space = &memory.space;
	CU_ASSERT(failing_must_pass(ask, &w, &failure, 100, 0) > 5);
	kernel->space = memory.whole;
	end(&w);
	free(root);
}

FB_TEST_MAIN("bundle/wait_symbol", FB_TEST(addresses_have_the_names_of_the_programs_symbols),
	     FB_TEST(a_file_defines_its_functions),
	     FB_TEST(a_lost_file_is_known_by_the_cores_name_and_its_build_id),
	     FB_TEST(another_build_id_is_another_file),
	     FB_TEST(only_what_moves_is_relative_to_its_base),
	     FB_TEST(what_is_no_damage_is_passed_on))
