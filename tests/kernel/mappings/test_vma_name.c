// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of mappings: made ones, and every line of /proc/PID/maps of the real kernels. */
#include "kernel/mappings/vma_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/real_kernel.h"

#define HEAP 0x555500000000ull
#define STACK 0x7fff00000000ull

struct process {
	struct made_kernel *made;
	struct fb_vma_namer namer;
	uint64_t file, mm, ops, dentry;
};

static void start(struct process *process)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t superblock, root, mount;

	process->made = made;
	made_files_members(made);
	MADE_FIELD(made, mm_start_brk, 0, 8);
	MADE_FIELD(made, mm_brk, 8, 8);
	MADE_FIELD(made, mm_start_stack, 16, 8);
	MADE_FIELD(made, vma_ops, 0, 8);
	MADE_FIELD(made, vma_private_data, 8, 8);
	MADE_FIELD(made, vma_anon_name, 16, 8);
	MADE_FIELD(made, anon_vma_name_name, 4, 0);
	MADE_FIELD(made, special_mapping_name, 0, 8);
	process->ops = made_alloc(made, 64);
	made_symbols(made, (const char *const[]){"special_mapping_vmops", NULL}, &process->ops);
	process->mm = made_alloc(made, 64);
	MADE_SET(made, process->mm, mm_start_brk, HEAP);
	MADE_SET(made, process->mm, mm_brk, HEAP + 0x5000);
	MADE_SET(made, process->mm, mm_start_stack, STACK + 0x1234);
	superblock = made_superblock(made, "ext4", 254u << 20 | 3, &root);
	mount = made_mount(made, root, 0, 0);
	process->dentry = made_dentry(made, superblock, root, "new\nline", 99, 0100755);
	process->file = made_file(made, mount, process->dentry);
	FB_OK_FATAL(fb_vma_namer_init(&process->namer, &made->kernel, process->mm, NULL));
}

/* Where names begin: seq_setwidth(m, 25 + sizeof(void *) * 6 - 1), and a space. */
#define NAME_COLUMN 73

/* The line of /proc/PID/maps. */
static struct fb_error *format_line(const struct fb_vma *vma, const struct fb_vma_text *text,
				    struct fb_buf *buf)
{
	size_t before = buf->size, width;
	struct fb_error *err;

	err = fb_buf_printf(buf,
			    "%08" PRIx64 "-%08" PRIx64 " %s %08" PRIx64 " %02x:%02x %" PRIu64 " ",
			    vma->start, vma->end, text->perms, text->offset, text->major,
			    text->minor, text->inode);
	if (err)
		return err;
	width = buf->size - before;
	if (text->name[0])
		err = fb_buf_printf(buf, "%*s%s\n",
				    width < NAME_COLUMN ? (int)(NAME_COLUMN - width) : 1, "",
				    text->name);
	else
		err = fb_buf_append(buf, "\n", 1);
	return err;
}

static void check(struct process *process, struct fb_vma *vma, const char *expected)
{
	struct fb_vma_text text;
	struct fb_buf buf;

	if (!vma->address)
		vma->address = made_alloc(process->made, 64);
	fb_buf_init(&buf, 8192);
	FB_OK_FATAL(fb_vma_describe(&process->namer, vma, &text));
	FB_OK_FATAL(format_line(vma, &text, &buf));
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, expected);
	fb_buf_deinit(&buf);
}

static void names_by_use(void)
{
	struct process p;

	start(&p);
	check(&p, &(struct fb_vma){.start = HEAP, .end = HEAP + 0x5000, .flags = 3},
	      "555500000000-555500005000 rw-p 00000000 00:00 0 "
	      "                         [heap]\n");
	check(&p, &(struct fb_vma){.start = STACK, .end = STACK + 0x2000, .flags = 0x103},
	      "7fff00000000-7fff00002000 rw-p 00000000 00:00 0 "
	      "                         [stack]\n");
	check(&p, &(struct fb_vma){.start = 0x1000, .end = 0x2000, .flags = FB_VM_MAYSHARE},
	      "00001000-00002000 ---s 00000000 00:00 0 \n");
	made_kernel_destroy(p.made);
}

static void names_files(void)
{
	struct process p;
	struct fb_vma vma = {.start = 0x400000, .end = 0x401000, .flags = 5, .pgoff = 0x12};

	start(&p);
	vma.file = p.file;
	check(&p, &vma,
	      "00400000-00401000 r-xp 00012000 fe:03 99                         "
	      "        /new\\012line\n");
	/* Over the heap's place a file is still a file. */
	vma.start = HEAP;
	vma.end = HEAP + 0x1000;
	made_delete(p.made, p.dentry);
	check(&p, &vma,
	      "555500000000-555500001000 r-xp 00012000 fe:03 99                 "
	      "        /new\\012line (deleted)\n");
	CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), 0);
	made_kernel_destroy(p.made);
}

static void names_special_mappings(void)
{
	struct process p;
	uint64_t mapping;
	struct fb_vma vma = {.start = 0x7000, .end = 0x8000, .flags = 5};

	start(&p);
	vma.address = made_alloc(p.made, 64);
	mapping = made_alloc(p.made, 64);
	MADE_SET(p.made, vma.address, vma_ops, p.ops);
	MADE_SET(p.made, vma.address, vma_private_data, mapping);
	MADE_SET(p.made, mapping, special_mapping_name, made_string(p.made, "[vdso]"));
	check(&p, &vma,
	      "00007000-00008000 r-xp 00000000 00:00 0                                  "
	      "[vdso]\n");
	MADE_SET(p.made, vma.address, vma_ops, p.ops + 64);
	check(&p, &vma, "00007000-00008000 r-xp 00000000 00:00 0 \n");
	made_kernel_destroy(p.made);
}

static void names_as_the_process_does(void)
{
	struct process p;
	struct fb_vma vma = {.start = 0x7000, .end = 0x8000, .flags = 3};
	uint64_t name;

	start(&p);
	vma.address = made_alloc(p.made, 64);
	name = made_alloc(p.made, 64);
	memcpy(made_at(p.made, name + 4), "arena", 6);
	MADE_SET(p.made, vma.address, vma_anon_name, name);
	check(&p, &vma,
	      "00007000-00008000 rw-p 00000000 00:00 0                                  "
	      "[anon:arena]\n");
	vma.file = p.file;
	check(&p, &vma,
	      "00007000-00008000 rw-p 00000000 fe:03 99                                 "
	      "[anon_shmem:arena]\n");
	/* Where the name shares its place with the links of a file's mapping it is none. */
	MADE_FIELD(p.made, vma_shared_rb, 16, 24);
	check(&p, &vma,
	      "00007000-00008000 rw-p 00000000 fe:03 99                                 "
	      "/new\\012line\n");
	made_kernel_destroy(p.made);
}

static void says_what_is_damaged(void)
{
	struct process p;
	struct fb_vma vma = {.start = 0x7000, .end = 0x8000, .flags = 1, .pgoff = 1};
	struct fb_vma_text text;

	start(&p);
	vma.address = made_alloc(p.made, 64);
	vma.file = p.file;
	MADE_SET(p.made, p.file, file_inode, 0x10);
	FB_OK_FATAL(fb_vma_describe(&p.namer, &vma, &text));
	CU_ASSERT_TRUE(text.damaged);
	CU_ASSERT_STRING_EQUAL(text.name, "");
	CU_ASSERT_STRING_EQUAL(text.perms, "r--p");
	CU_ASSERT_EQUAL(text.offset, 0x1000);
	CU_ASSERT_EQUAL(fb_warnings_count(p.made->warnings), 1);
	made_kernel_destroy(p.made);
}

/* What is heap and stack is so by any byte, and by none beside it; what is of a core's file is neither. */
static void uses_have_edges(void)
{
	static const struct {
		uint64_t start, end;
		const char *name;
	} uses[] = {
		{HEAP - 0x2000, HEAP - 1, ""},
		{HEAP - 0x2000, HEAP, "[heap]"},
		{HEAP + 0x5000, HEAP + 0x6000, "[heap]"},
		{HEAP + 0x5001, HEAP + 0x6000, ""},
		{STACK, STACK + 0x1233, ""},
		{STACK, STACK + 0x1234, "[stack]"},
		{STACK + 0x1234, STACK + 0x2000, "[stack]"},
		{STACK + 0x1235, STACK + 0x2000, ""},
	};
	struct fb_vma_text text;
	struct fb_vma vma = {0};
	struct process p;

	start(&p);
	vma.address = made_alloc(p.made, 64);
	for (size_t i = 0; i < FB_ARRAY_SIZE(uses); i++) {
		vma.start = uses[i].start;
		vma.end = uses[i].end;
		FB_OK_FATAL(fb_vma_describe(&p.namer, &vma, &text));
		CU_ASSERT_STRING_EQUAL(text.name, uses[i].name);
	}
	/* A process without heap or stack has neither at 0. */
	p.namer.start_brk = p.namer.brk = p.namer.start_stack = 0;
	vma.start = 0;
	FB_OK_FATAL(fb_vma_describe(&p.namer, &vma, &text));
	CU_ASSERT_STRING_EQUAL(text.name, "");
	made_kernel_destroy(p.made);
}

struct question {
	struct process p;
	struct fb_vma vma;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_vma_text text;
	struct fb_error *err = fb_vma_namer_init(&question->p.namer, &question->p.made->kernel,
						 question->p.mm, NULL);

	return err ? err : fb_vma_describe(&question->p.namer, &question->vma, &text);
}

/* Of a special mapping, of one with a name that the process gave, and of a file's with and without such a name. */
static void what_is_fatal_passes(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct question question = {.vma = {.start = 0x7000, .end = 0x8000, .flags = 3}};
		struct made_kernel *made;
		uint64_t mapping, name;

		start(&question.p);
		made = question.p.made;
		question.vma.address = made_alloc(made, 64);
		question.vma.file = i >= 2 ? question.p.file : 0;
		mapping = made_alloc(made, 64);
		name = made_alloc(made, 64);
		memcpy(made_at(made, name + 4), "arena", 6);
		MADE_SET(made, mapping, special_mapping_name, made_string(made, "[vdso]"));
		MADE_SET(made, question.vma.address, vma_private_data, mapping);
		if (i == 0)
			MADE_SET(made, question.vma.address, vma_ops, question.p.ops);
		if (i == 1 || i == 2)
			MADE_SET(made, question.vma.address, vma_anon_name, name);
		CU_ASSERT(failing_made_must_pass(made, ask, &question) > 5);
		CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
		made_kernel_destroy(made);
	}
}

/* The lines of the mappings of one process; the vsyscall page is no mapping of its mm. */
static size_t check_process(const struct real_kernel *real, const struct fb_task *task,
			    const struct fb_path *root)
{
	char *truth = real_kernel_file(real, NULL, "truth/%d/maps", task->pid), *vsyscall;
	struct fb_vma_namer namer;
	struct fb_vmas vmas;
	struct fb_buf buf;
	size_t lines;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	vsyscall = strstr(truth, "ffffffffff600000");
	if (vsyscall)
		*vsyscall = '\0';
	fb_buf_init(&buf, 16u << 20);
	FB_OK_FATAL(fb_vmas_load(real->kernel, task->mm, &vmas));
	FB_OK_FATAL(fb_vma_namer_init(&namer, real->kernel, task->mm, root));
	for (size_t i = 0; i < vmas.count; i++) {
		struct fb_vma_text text;

		FB_OK_FATAL(fb_vma_describe(&namer, &vmas.vma[i], &text));
		FB_OK_FATAL(format_line(&vmas.vma[i], &text, &buf));
		CU_ASSERT_FALSE(text.damaged);
	}
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, truth);
	lines = vmas.count;
	fb_buf_deinit(&buf);
	fb_vmas_deinit(&vmas);
	free(truth);
	return lines;
}

/* The truth is what PID 1 saw in its root; a process of another mount namespace sees its own. */
static void check_real(const struct real_kernel *real)
{
	size_t processes = 0, lines = 0;
	struct fb_path root;

	FB_OK_FATAL(fb_path_task_root(real->kernel, fb_tasks_by_tid(real->tasks, 1), &root));
	for (size_t i = 0; i < fb_tasks_count(real->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(real->tasks, i);

		if (task->pid != task->tid || !task->mm || task->kernel_thread)
			continue;
		lines += check_process(real, task, &root);
		processes++;
	}
	printf("\n    %s: %zu mappings of %zu processes; ", real->name, lines, processes);
	CU_ASSERT(processes >= 20);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

/* What only a core tells of: no vm_area_struct, no struct file; or the file alone is lost. */
static void names_what_a_core_has(void)
{
	static const struct {
		struct fb_vma vma;
		const char *perms, *name;
		bool core_name;
	} cases[] = {
		{{.start = 0x1000,
		  .end = 0x2000,
		  .from_core = true,
		  .flags = FB_VM_READ | FB_VM_EXEC,
		  .path = "/bin/a\nb",
		  .pgoff = 3},
		 "r-x?",
		 "/bin/a\\012b",
		 true},
		{{.start = 0x1000,
		  .end = 0x2000,
		  .from_core = true,
		  .no_flags = true,
		  .path = "/x"},
		 "????",
		 "/x",
		 true},
		{{.start = HEAP, .end = HEAP + 0x1000, .from_core = true, .flags = FB_VM_READ},
		 "r--?",
		 "[heap]",
		 false},
		{{.start = 0x1000, .end = 0x2000, .from_core = true, .path = ""},
		 "---?",
		 "",
		 false},
		{{.address = 0xffff888000000000,
		  .start = 0x1000,
		  .end = 0x2000,
		  .file = 17,
		  .flags = FB_VM_READ,
		  .path = "/lost/file"},
		 "r--p",
		 "/lost/file",
		 true},
	};
	struct process process;
	struct fb_vma_text text;

	start(&process);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		FB_OK(fb_vma_describe(&process.namer, &cases[i].vma, &text));
		CU_ASSERT_STRING_EQUAL(text.perms, cases[i].perms);
		CU_ASSERT_STRING_EQUAL(text.name, cases[i].name);
		CU_ASSERT_EQUAL(text.core_name, cases[i].core_name);
		CU_ASSERT(text.damaged);
		CU_ASSERT_EQUAL(text.offset, cases[i].vma.pgoff * FB_PAGE_SIZE);
	}
	made_kernel_destroy(process.made);
}

FB_TEST_MAIN("kernel/vma_name", FB_TEST(names_what_a_core_has), FB_TEST(names_by_use),
	     FB_TEST(names_files), FB_TEST(names_special_mappings),
	     FB_TEST(names_as_the_process_does), FB_TEST(says_what_is_damaged),
	     FB_TEST(uses_have_edges), FB_TEST(what_is_fatal_passes),
	     FB_TEST(agrees_with_real_kernels))
