// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/link_map.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "tests/user/make_object.h"

/*
 * A process as the dynamic linker leaves it: PROGRAM (linked at 0) and a library, two pages each
 * (headers, dynamic section); the vDSO; and one page of the linker's data, LINKER, with
 *
 *	+0x000  r_debug: version, map, brk, state, base, next
 *	+0x100, +0x140, +0x180  link_map of the program, the library, the vDSO
 *	+0x800  their names
 */
#define PROGRAM 0x555555554000ull
#define LIBRARY 0x7ffff7d00000ull
#define VDSO 0x7ffff7fc0000ull
#define LINKER 0x7ffff7ff0000ull
#define DYNAMIC_SIZE (4 * sizeof(Elf64_Dyn))

struct process {
	struct make_object program, library, vdso;
	uint64_t dynamic[8];         /* of the program, at PROGRAM + 0x1000 */
	uint64_t linker[0x1000 / 8]; /* at LINKER */
	uint64_t auxv[12];
	bool vdso_in_core;
	struct fb_core *core; /* after open_process() */
};

static uint64_t *link_at(struct process *process, unsigned index)
{
	return &process->linker[(0x100 + 0x40 * index) / 8];
}

static void put_link(struct process *process, unsigned index, uint64_t bias, uint64_t dynamic,
		     const char *name, unsigned count)
{
	uint64_t *link = link_at(process, index);
	uint64_t name_offset = 0x800 + 0x40 * index;

	link[0] = bias;
	link[1] = LINKER + name_offset;
	link[2] = dynamic;
	link[3] = index + 1 < count ? LINKER + 0x100 + 0x40 * (index + 1) : 0;
	link[4] = index ? LINKER + 0x100 + 0x40 * (index - 1) : 0;
	memcpy((char *)process->linker + name_offset, name, strlen(name) + 1);
}

static struct process *make_process(void)
{
	struct process *process = calloc(1, sizeof(*process));
	const uint64_t dynamic[8] = {DT_NEEDED, 1, DT_DEBUG, LINKER, DT_NULL, 0, DT_DEBUG, 1};
	const uint64_t auxv[12] = {AT_SYSINFO_EHDR, VDSO,    AT_PHDR, PROGRAM + 64, AT_PHNUM,
				   OBJECT_PHDRS,    AT_BASE, LIBRARY, AT_NULL,      0,
				   AT_PHDR,         1};

	make_object(&process->program, 0, 0xaa, 20, 0x1000, DYNAMIC_SIZE);
	make_object(&process->library, 0, 0xbb, 20, 0x1000, DYNAMIC_SIZE);
	make_object(&process->vdso, 0, 0xcc, 20, 0x300, DYNAMIC_SIZE);
	memcpy(process->dynamic, dynamic, sizeof(dynamic));
	memcpy(process->auxv, auxv, sizeof(auxv));
	process->linker[0] = 1;
	process->linker[1] = LINKER + 0x100;
	put_link(process, 0, PROGRAM, PROGRAM + 0x1000, "", 3);
	put_link(process, 1, LIBRARY, LIBRARY + 0x1000, "/lib/libx.so.1", 3);
	put_link(process, 2, VDSO, VDSO + 0x300, "linux-vdso.so.1", 3);
	process->vdso_in_core = true;
	return process;
}

static struct fb_process_image open_process(struct process *process)
{
	static const struct make_mapping mappings[] = {
		{PROGRAM, PROGRAM + 0x1000, 0, "/usr/bin/victim"},
		{PROGRAM + 0x1000, PROGRAM + 0x2000, 0x1000, "/usr/bin/victim"},
		{LIBRARY, LIBRARY + 0x1000, 0, "/usr/lib/libx.so.1.2"},
		{LIBRARY + 0x1000, LIBRARY + 0x2000, 0x1000, "/usr/lib/libx.so.1.2"},
	};
	struct make_core make = {.layout = MAKE_KERNEL};

	make_auxv(&make, process->auxv, 6);
	make_files(&make, mappings, FB_ARRAY_SIZE(mappings), 4096);
	make_segment(&make, PROGRAM, 0x1000, process->program.bytes, 0x1000, PF_R);
	make_segment(&make, PROGRAM + 0x1000, 0x1000, process->dynamic, sizeof(process->dynamic),
		     PF_R | PF_W);
	make_segment(&make, LIBRARY, 0x1000, process->library.bytes, 0x1000, PF_R);
	if (process->vdso_in_core)
		make_segment(&make, VDSO, 0x1000, process->vdso.bytes, 0x1000, PF_R);
	make_segment(&make, LINKER, 0x1000, process->linker, 0x1000, PF_R | PF_W);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), NULL, &process->core));
	return fb_core_image(process->core);
}

/* Finds the objects; complete and the number of warnings are as given. Frees process. */
static struct fb_objects find(struct process *process, bool complete, const char *warning)
{
	struct fb_process_image image = open_process(process);
	struct fb_objects objects = {0};
	struct fb_warnings *warnings;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_objects_find(&image, warnings, &objects));
	CU_ASSERT_EQUAL(objects.complete, complete);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), warning ? 1 : 0);
	if (warning)
		CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), warning));
	fb_warnings_destroy(warnings);
	fb_core_destroy(process->core);
	free(process);
	return objects;
}

static void check_object(const struct fb_objects *objects, size_t index, uint64_t base,
			 const char *name, const char *path, const char *digit)
{
	const struct fb_object *object;

	CU_ASSERT_TRUE_FATAL(index < objects->count);
	object = &objects->objects[index];
	CU_ASSERT_EQUAL(object->base, base);
	CU_ASSERT_EQUAL(object->bias, base);
	CU_ASSERT_STRING_EQUAL(object->name, name);
	CU_ASSERT_EQUAL(!object->path, !path);
	if (path && object->path)
		CU_ASSERT_STRING_EQUAL(object->path, path);
	CU_ASSERT_EQUAL(strspn(object->build_id, digit), *digit ? 40 : 0);
}

static void follows_the_chain(void)
{
	struct fb_objects objects = find(make_process(), true, NULL);

	CU_ASSERT_EQUAL(objects.count, 3);
	check_object(&objects, 0, PROGRAM, "", "/usr/bin/victim", "a");
	check_object(&objects, 1, LIBRARY, "/lib/libx.so.1", "/usr/lib/libx.so.1.2", "b");
	check_object(&objects, 2, VDSO, "linux-vdso.so.1", NULL, "c");
	CU_ASSERT_EQUAL(objects.objects[1].dynamic, LIBRARY + 0x1000);
	fb_objects_deinit(&objects);
}

static void follows_further_namespaces(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	process->linker[0] = 2;
	process->linker[5] = LINKER + 0x40;
	link_at(process, 1)[3] = 0;
	link_at(process, 2)[4] = 0;
	process->linker[0x40 / 8] = 2;
	process->linker[0x48 / 8] = LINKER + 0x180;
	objects = find(process, true, NULL);
	CU_ASSERT_EQUAL(objects.count, 3);
	check_object(&objects, 2, VDSO, "linux-vdso.so.1", NULL, "c");
	fb_objects_deinit(&objects);
}

static void bounds_a_circle_of_namespaces(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	process->linker[0] = 2;
	process->linker[5] = LINKER;
	objects = find(process, false, "more than 64 namespaces");
	CU_ASSERT_EQUAL(objects.count, 3 * 64);
	fb_objects_deinit(&objects);
}

static void adds_a_vdso_that_is_not_in_the_chain(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	link_at(process, 1)[3] = 0;
	objects = find(process, true, NULL);
	CU_ASSERT_EQUAL(objects.count, 3);
	check_object(&objects, 2, VDSO, "linux-vdso.so.1", NULL, "c");
	fb_objects_deinit(&objects);
}

static void ends_at_a_broken_link(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	link_at(process, 1)[3] = 0xdead0000;
	objects = find(process, false, "ends after 2: 0xdead0000 is in no segment");
	CU_ASSERT_EQUAL(objects.count, 3);
	fb_objects_deinit(&objects);

	process = make_process();
	link_at(process, 2)[3] = LINKER + 0x140;
	objects = find(process, false, "points back to");
	CU_ASSERT_EQUAL(objects.count, 3);
	fb_objects_deinit(&objects);
}

static void keeps_an_object_whose_name_is_lost(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	link_at(process, 1)[1] = 8;
	objects = find(process, true, "name of the object at 0x7ffff7d00000");
	check_object(&objects, 1, LIBRARY, "", "/usr/lib/libx.so.1.2", "b");
	fb_objects_deinit(&objects);
}

static void keeps_an_object_whose_headers_are_lost(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	process->vdso_in_core = false;
	objects = find(process, true, NULL);
	check_object(&objects, 2, VDSO, "linux-vdso.so.1", NULL, "");
	fb_objects_deinit(&objects);
}

static void knows_a_process_that_is_not_linked_yet(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	process->dynamic[3] = 0;
	objects = find(process, false, NULL);
	CU_ASSERT_EQUAL(objects.count, 3);
	check_object(&objects, 0, PROGRAM, "", "/usr/bin/victim", "a");
	check_object(&objects, 1, LIBRARY, "", "/usr/lib/libx.so.1.2", "b");
	check_object(&objects, 2, VDSO, "linux-vdso.so.1", NULL, "c");
	fb_objects_deinit(&objects);
}

static void knows_a_static_program(void)
{
	struct process *process = make_process();
	Elf64_Phdr *phdrs = make_object_phdrs(&process->program);
	struct fb_objects objects;

	phdrs[OBJECT_PHDR].p_type = PT_NULL;
	phdrs[OBJECT_DYNAMIC].p_type = PT_NULL;
	phdrs[OBJECT_INTERP].p_type = PT_NULL;
	objects = find(process, true, NULL);
	CU_ASSERT_EQUAL(objects.count, 2);
	check_object(&objects, 0, PROGRAM, "", "/usr/bin/victim", "a");
	check_object(&objects, 1, VDSO, "linux-vdso.so.1", NULL, "c");
	fb_objects_deinit(&objects);
}

static void survives_a_dynamic_section_that_is_lost(void)
{
	struct process *process = make_process();
	struct fb_objects objects;

	make_object_phdrs(&process->program)[OBJECT_DYNAMIC].p_vaddr = 1 << 20;
	objects = find(process, false, "PT_DYNAMIC: 0x555555654000 is in no segment");
	CU_ASSERT_EQUAL(objects.count, 3);
	fb_objects_deinit(&objects);

	process = make_process();
	make_object_phdrs(&process->program)[OBJECT_DYNAMIC].p_memsz = 1ull << 40;
	objects = find(process, false, "dynamic entries");
	fb_objects_deinit(&objects);
}

static void needs_the_program_headers(void)
{
	struct process *process = make_process();
	struct fb_process_image image = open_process(process);
	uint64_t lost[] = {AT_PHDR, 8, AT_PHNUM, 3, AT_NULL, 0};
	struct fb_objects objects;

	image.auxv_pairs = 1;
	FB_FAILS_WITH(fb_objects_find(&image, NULL, &objects), FB_NOT_FOUND, "no AT_PHDR");
	image.auxv = lost;
	image.auxv_pairs = 3;
	FB_FAILS_WITH(fb_objects_find(&image, NULL, &objects), FB_FAULT, "program headers");
	lost[3] = 1 << 20;
	FB_FAILS(fb_objects_find(&image, NULL, &objects), FB_LIMIT);
	fb_core_destroy(process->core);
	free(process);
}

FB_TEST_MAIN("user/link_map", FB_TEST(follows_the_chain), FB_TEST(follows_further_namespaces),
	     FB_TEST(bounds_a_circle_of_namespaces), FB_TEST(adds_a_vdso_that_is_not_in_the_chain),
	     FB_TEST(ends_at_a_broken_link), FB_TEST(keeps_an_object_whose_name_is_lost),
	     FB_TEST(keeps_an_object_whose_headers_are_lost),
	     FB_TEST(knows_a_process_that_is_not_linked_yet), FB_TEST(knows_a_static_program),
	     FB_TEST(survives_a_dynamic_section_that_is_lost), FB_TEST(needs_the_program_headers))
