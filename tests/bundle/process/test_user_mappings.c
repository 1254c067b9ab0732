// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings of a process of the sample as a test makes them: what is known of each one's file, and from where. */
#include "bundle/process/user_mappings.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/files/files.h"
#include "kernel/image/kernel_private.h"
#include "tests/bundle/changed_space.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define PT 132
#define CORE "core.132.xz"
#define PROGRAM "/lab/actors"
#define PROGRAM_BYTES 54168u
#define LOST(n) (0x1000ull + (n)) /* where no struct file is, another one for each mapping */
#define AT(n) ((n)*0x10000ull)

/* What a mapping's struct file is: none, one that is lost, or the program's. */
enum file { NONE, GONE, OF_PROGRAM };

struct made {
	enum file file;
	const char *path; /* as the core has it */
	uint64_t flags, pgoff;
	bool from_core, no_flags;
	/* As it is described. */
	const char *name, *own_name; /* own: NULL: the same */
	uint64_t number;             /* of its file: 0: the inode of the program */
	uint64_t size;
	bool executable, name_from_core;
};

struct world {
	struct sample_input sample;
	struct fb_joined *joined;
	uint64_t file, inode; /* of the program */
};

static void begin(struct world *w)
{
	struct fb_file_info info;
	struct fb_kernel *kernel;

	sample_open(&w->sample, (const char *const[]){CORE, NULL});
	FB_OK_FATAL(fb_joined_create(w->sample.input, sample_task(&w->sample, PT),
				     &(struct fb_joined_options){0}, &w->joined));
	kernel = fb_input_kernel(w->sample.input);
	w->file = fb_joined_vmas(w->joined)->vma[0].file;
	FB_OK_FATAL(fb_file_info(kernel, w->file, &info));
	w->inode = info.inode_address;
}

static void end(struct world *w)
{
	fb_joined_destroy(w->joined);
	sample_close(&w->sample);
}

static bool same(const char *a, const char *b)
{
	return !a == !b && (!a || strcmp(a, b) == 0);
}

static void check_mapping(const struct world *w, const struct fb_user_mapping *mapping,
			  const struct made *made, uint64_t start)
{
	bool has_file = made->file != NONE || made->path;
	uint64_t number = made->number ? made->number : w->inode;

	CU_ASSERT(mapping->start == start && mapping->end == start + 0x2000);
	CU_ASSERT_EQUAL(mapping->offset, has_file ? made->pgoff * FB_PAGE_SIZE : 0);
	CU_ASSERT(same(mapping->path, made->name));
	CU_ASSERT(same(mapping->own_path, made->own_name));
	CU_ASSERT_EQUAL(mapping->file, has_file ? number : 0);
	CU_ASSERT_EQUAL(mapping->file_size, made->size);
	CU_ASSERT_EQUAL(mapping->executable, made->executable);
	CU_ASSERT_EQUAL(mapping->path_from_core, made->name_from_core);
}

/* The process as if it had these mappings, the first of them at AT(1). */
static void check_made(struct world *w, const struct made *made, size_t count)
{
	struct fb_user_mapping *mappings = NULL;
	struct fb_string_pool pool = {0};
	struct fb_vmas *vmas = (struct fb_vmas *)fb_joined_vmas(w->joined);

	CU_ASSERT_FATAL(count <= vmas->count);
	vmas->count = count;
	for (size_t i = 0; i < count; i++)
		vmas->vma[i] = (struct fb_vma){
			.start = AT(i + 1),
			.end = AT(i + 1) + 0x2000,
			.flags = made[i].flags,
			.pgoff = made[i].pgoff,
			.file = made[i].file == NONE   ? 0
				: made[i].file == GONE ? LOST(i)
						       : w->file,
			.from_core = made[i].from_core,
			.no_flags = made[i].no_flags,
			.path = made[i].path,
		};
	FB_OK_FATAL(fb_user_mappings_load(w->sample.input, sample_task(&w->sample, PT), w->joined,
					  &pool, &mappings));
	for (size_t i = 0; i < count; i++)
		check_mapping(w, &mappings[i], &made[i], AT(i + 1));
	free(mappings);
	fb_string_pool_deinit(&pool);
}

static void check(const struct made *made, size_t count)
{
	struct world w;

	begin(&w);
	check_made(&w, made, count);
	end(&w);
}

#define OF_THE_PROGRAM .file = OF_PROGRAM, .name = PROGRAM, .size = PROGRAM_BYTES
#define BY_THE_CORE(text) .path = (text), .name = (text), .own_name = (text), .name_from_core = true

/* What lies behind one another by one name is of one file. */
static void a_lost_file_is_that_of_the_same_name_before(void)
{
	static const struct made made[] = {
		{OF_THE_PROGRAM, .flags = FB_VM_READ},
		{OF_THE_PROGRAM, .flags = FB_VM_EXEC, .pgoff = 5, .executable = true},
		{.flags = FB_VM_READ, .pgoff = 9, .name = ""},
		{BY_THE_CORE(PROGRAM), .pgoff = 7, .size = PROGRAM_BYTES},
		{.file = GONE, BY_THE_CORE(PROGRAM), .size = PROGRAM_BYTES},
		{BY_THE_CORE("/other"), .number = AT(6)},
		{.file = GONE, BY_THE_CORE("/other"), .number = AT(6)},
		{.file = GONE, BY_THE_CORE("/third"), .number = LOST(7)},
		/* The dump has its name, whatever the core says. */
		{OF_THE_PROGRAM, .path = "/renamed"},
	};

	check(made, FB_ARRAY_SIZE(made));
}

static void a_file_that_follows_a_lost_one_of_its_name_is_that(void)
{
	static const struct made made[] = {
		{BY_THE_CORE(PROGRAM), .number = AT(1)},
		{OF_THE_PROGRAM, .number = AT(1)},
		{OF_THE_PROGRAM, .number = AT(1), .pgoff = 3},
	};
	/* Of two that the dump has, each is its own. */
	static const struct made apart[] = {
		{OF_THE_PROGRAM},
		{.file = GONE, .name = "", .name_from_core = true, .number = LOST(1)},
		{OF_THE_PROGRAM},
	};

	check(made, FB_ARRAY_SIZE(made));
	check(apart, FB_ARRAY_SIZE(apart));
}

/* A mapping of which it is unknown whether it has a file has no name, and may be code. */
static void what_is_unknown_may_be_code(void)
{
	static const struct made made[] = {
		{.path = "",
		 .from_core = true,
		 .no_flags = true,
		 .name = "",
		 .own_name = "",
		 .number = AT(1),
		 .executable = true,
		 .name_from_core = true},
		{.path = "",
		 .from_core = true,
		 .name = "",
		 .own_name = "",
		 .number = AT(2),
		 .name_from_core = true},
		{.flags = FB_VM_EXEC, .from_core = true, .name = "", .executable = true},
	};

	check(made, FB_ARRAY_SIZE(made));
}

/* Code without a file that only the core has is the vDSO where the core's vector says so. */
static void the_vdso_is_where_the_core_says(void)
{
	static const struct made made[] = {
		{.flags = FB_VM_EXEC, .from_core = true, .name = "[vdso]", .executable = true},
		{.flags = FB_VM_EXEC, .from_core = true, .name = "", .executable = true},
	};
	struct fb_user_mapping *mappings = NULL;
	struct fb_string_pool pool = {0};
	const struct fb_core_info *info;
	struct fb_vmas *vmas;
	struct world w;
	uint64_t vdso = 0;

	begin(&w);
	info = fb_core_info(fb_joined_core(w.joined));
	for (size_t i = 0; i < info->auxv_pairs; i++)
		if (info->auxv[2 * i] == AT_SYSINFO_EHDR)
			vdso = info->auxv[2 * i + 1];
	CU_ASSERT_FATAL(vdso);
	vmas = (struct fb_vmas *)fb_joined_vmas(w.joined);
	vmas->count = 2;
	for (size_t i = 0; i < 2; i++)
		vmas->vma[i] = (struct fb_vma){.start = vdso + AT(i),
					       .end = vdso + AT(i) + 0x2000,
					       .flags = FB_VM_EXEC,
					       .from_core = true};
	FB_OK_FATAL(fb_user_mappings_load(w.sample.input, sample_task(&w.sample, PT), w.joined,
					  &pool, &mappings));
	for (size_t i = 0; i < 2; i++)
		check_mapping(&w, &mappings[i], &made[i], vdso + AT(i));
	free(mappings);
	fb_string_pool_deinit(&pool);
	end(&w);
}

/* The process's own root is the program's folder: as it sees the program, that lies at the top. */
static void a_process_with_a_root_of_its_own_has_its_own_names(void)
{
	const struct made own[] = {
		{OF_THE_PROGRAM, .own_name = "/actors"},
		{BY_THE_CORE("/actors"), .size = PROGRAM_BYTES},
		{BY_THE_CORE("/factors"), .number = AT(3)},
	};
	struct changed_space memory;
	const struct fb_layout *layout;
	struct fb_kernel *kernel;
	struct fb_file_info info;
	uint64_t fs, folder;
	struct world w;

	begin(&w);
	kernel = fb_input_kernel(w.sample.input);
	layout = fb_kernel_layout(kernel);
	FB_OK_FATAL(fb_file_info(kernel, w.file, &info));
	FB_OK_FATAL(fb_kernel_field(kernel, info.path.dentry, &layout->dentry_parent, &folder));
	FB_OK_FATAL(fb_kernel_field(kernel, sample_task(&w.sample, PT)->address, &layout->task_fs,
				    &fs));
	changed_space_init(&memory, kernel->space);
	changed_space_put(&memory, fs + layout->fs_root.offset + layout->path_dentry.offset, folder,
			  8);
	kernel->space = &memory.space;
	check_made(&w, own, FB_ARRAY_SIZE(own));
	kernel->space = memory.whole;
	end(&w);
}

FB_TEST_MAIN("bundle/user_mappings", FB_TEST(a_lost_file_is_that_of_the_same_name_before),
	     FB_TEST(a_file_that_follows_a_lost_one_of_its_name_is_that),
	     FB_TEST(what_is_unknown_may_be_code), FB_TEST(the_vdso_is_where_the_core_says),
	     FB_TEST(a_process_with_a_root_of_its_own_has_its_own_names))
