// SPDX-License-Identifier: GPL-2.0-or-later
/* Generated code of a made kernel: BPF programs, trampolines, moved instructions. */
#include "kernel/modules/generated_code.h"

#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

#define CODE 0xffffffffc0000000ull
#define FTRACE_CALLER 0xffffffff81001000ull
#define FTRACE_REGS_CALLER 0xffffffff81002000ull

enum { BPF, TRAMPOLINES, INSNS, OPTINSNS, OPS, OPS_END, CALLER, REGS_CALLER, SYMBOLS };

struct world {
	struct made_kernel *made;
	uint64_t symbols[SYMBOLS];
};

static void open_world(struct world *world)
{
	static const char *const names[] = {
		"bpf_kallsyms",
		"ftrace_ops_trampoline_list",
		"kprobe_insn_slots",
		"kprobe_optinsn_slots",
		"ftrace_ops_list",
		"ftrace_list_end",
		"ftrace_caller",
		"ftrace_regs_caller",
		NULL,
	};
	struct made_kernel *made = made_kernel_create();

	for (unsigned i = 0; i < CALLER; i++)
		world->symbols[i] = made_alloc(made, 64);
	world->symbols[CALLER] = FTRACE_CALLER;
	world->symbols[REGS_CALLER] = FTRACE_REGS_CALLER;
	made_symbols(made, names, world->symbols);
	MADE_FIELD(made, ftrace_ops_next, 8, 8);
	MADE_FIELD(made, ftrace_ops_flags, 16, 8);
	MADE_FIELD(made, ftrace_ops_trampoline, 24, 8);
	MADE_FIELD(made, ftrace_ops_bytes, 32, 8);
	MADE_FIELD(made, insn_cache_pages, 16, 16);
	MADE_FIELD(made, insn_page_list, 0, 16);
	MADE_FIELD(made, insn_page_insns, 16, 8);
	made_list_init(made, world->symbols[BPF]);
	made_list_init(made, world->symbols[TRAMPOLINES]);
	made_list_init(made, world->symbols[INSNS] + 16);
	made_list_init(made, world->symbols[OPTINSNS] + 16);
	world->made = made;
}

static struct fb_generated_code *load(const struct world *world)
{
	struct fb_generated_code *code = NULL;

	FB_OK_FATAL(fb_generated_code_load(&world->made->kernel, &code));
	return code;
}

static void add_ksym(struct world *world, uint64_t start, uint64_t end, const char *name)
{
	uint64_t ksym = made_alloc(world->made, 0x260);

	MADE_FIELD(world->made, bpf_ksym_start, 0, 8);
	MADE_FIELD(world->made, bpf_ksym_end, 8, 8);
	MADE_FIELD(world->made, bpf_ksym_name, 16, 512);
	MADE_FIELD(world->made, bpf_ksym_list, 528, 16);
	MADE_SET(world->made, ksym, bpf_ksym_start, start);
	MADE_SET(world->made, ksym, bpf_ksym_end, end);
	memcpy(made_at(world->made, ksym + 16), name, strlen(name) + 1);
	made_list_add(world->made, world->symbols[BPF], ksym + 528);
}

static uint64_t add_ops(struct world *world, uint64_t start, uint64_t bytes, uint64_t flags)
{
	uint64_t ops = made_alloc(world->made, 64);

	MADE_SET(world->made, ops, ftrace_ops_trampoline, start);
	MADE_SET(world->made, ops, ftrace_ops_bytes, bytes);
	MADE_SET(world->made, ops, ftrace_ops_flags, flags);
	return ops;
}

static void expect(const struct fb_generated_code *code, uint64_t address, const char *name,
		   const char *module)
{
	const struct fb_generated *piece = fb_generated_code_find(code, address);

	CU_ASSERT_PTR_NOT_NULL_FATAL(piece);
	CU_ASSERT_STRING_EQUAL(piece->name, name);
	CU_ASSERT_STRING_EQUAL(piece->module, module);
}

static void bpf_symbols_are_listed(void)
{
	struct world world;
	struct fb_generated_code *code;

	open_world(&world);
	add_ksym(&world, CODE + 0x2000, CODE + 0x2100, "bpf_trampoline_6442537410");
	add_ksym(&world, CODE, CODE + 0x80, "bpf_prog_6deef7357e7b4530_sd_devices");
	add_ksym(&world, CODE + 0x3000, CODE + 0x2000, "ends before it begins");
	add_ksym(&world, 0x1000, 0x2000, "of user mode");
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 2);
	CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->start, CODE);
	expect(code, CODE, "bpf_prog_6deef7357e7b4530_sd_devices", "bpf");
	expect(code, CODE + 0x7f, "bpf_prog_6deef7357e7b4530_sd_devices", "bpf");
	expect(code, CODE + 0x20ff, "bpf_trampoline_6442537410", "bpf");
	CU_ASSERT_PTR_NULL(fb_generated_code_find(code, CODE + 0x80));
	CU_ASSERT_PTR_NULL(fb_generated_code_find(code, CODE - 1));
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

/* 5.4 has no struct bpf_ksym. */
static void bpf_programs_are_named_by_tag(void)
{
	struct world world;
	struct fb_generated_code *code;
	uint64_t aux, program;

	open_world(&world);
	MADE_FIELD(world.made, bpf_aux_list, 0, 16);
	MADE_FIELD(world.made, bpf_aux_prog, 16, 8);
	MADE_FIELD(world.made, bpf_aux_name, 24, 16);
	MADE_FIELD(world.made, bpf_prog_bytes, 0, 4);
	MADE_FIELD(world.made, bpf_prog_function, 8, 8);
	MADE_FIELD(world.made, bpf_prog_tag, 16, 8);
	aux = made_alloc(world.made, 64);
	program = made_alloc(world.made, 64);
	MADE_SET(world.made, aux, bpf_aux_prog, program);
	MADE_SET(world.made, program, bpf_prog_function, CODE + 0x40);
	MADE_SET(world.made, program, bpf_prog_bytes, 0x100);
	memcpy(made_at(world.made, program + 16), "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
	memcpy(made_at(world.made, aux + 24), "filter", 7);
	made_list_add(world.made, world.symbols[BPF], aux);
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 1);
	expect(code, CODE + 0x13f, "bpf_prog_0123456789abcdef_filter", "bpf");
	CU_ASSERT_PTR_NULL(fb_generated_code_find(code, CODE + 0x140));
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

static void trampolines_know_what_they_copy(void)
{
	struct world world;
	struct fb_generated_code *code;

	open_world(&world);
	MADE_FIELD(world.made, ftrace_ops_list, 40, 16);
	made_list_add(world.made, world.symbols[TRAMPOLINES], add_ops(&world, CODE, 0x150, 4) + 40);
	made_list_add(world.made, world.symbols[TRAMPOLINES],
		      add_ops(&world, CODE + 0x1000, 0xcf, 0) + 40);
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 2);
	expect(code, CODE + 0x14f, "ftrace_trampoline", "__builtin__ftrace");
	CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->copied_from, FTRACE_REGS_CALLER);
	CU_ASSERT_EQUAL(fb_generated_code_get(code, 1)->copied_from, FTRACE_CALLER);
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

/* Before 5.8: among all users of ftrace, of which some use the kernel's own code. */
static void trampolines_are_found_among_all_users(void)
{
	struct world world;
	struct fb_generated_code *code;
	uint64_t first, second;

	open_world(&world);
	first = add_ops(&world, FTRACE_CALLER, 0, 0);
	second = add_ops(&world, CODE, 0x150, 0);
	made_put(world.made, world.symbols[OPS], first, 8);
	MADE_SET(world.made, first, ftrace_ops_next, second);
	MADE_SET(world.made, second, ftrace_ops_next, world.symbols[OPS_END]);
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 1);
	expect(code, CODE, "ftrace_trampoline", "__builtin__ftrace");
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

static void moved_instructions_are_pages(void)
{
	struct world world;
	struct fb_generated_code *code;
	static const unsigned lists[] = {INSNS, OPTINSNS};

	open_world(&world);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t page = made_alloc(world.made, 64);

		MADE_SET(world.made, page, insn_page_insns, CODE + i * FB_PAGE_SIZE);
		made_list_add(world.made, world.symbols[lists[i]] + 16, page);
	}
	code = load(&world);
	expect(code, CODE + 0xfff, "kprobe_insn_page", "__builtin__kprobes");
	expect(code, CODE + 0x1000, "kprobe_optinsn_page", "__builtin__kprobes");
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

/* What stands before the break stays. */
static void broken_lists_end_with_a_warning(void)
{
	struct world world;
	struct fb_generated_code *code;
	uint64_t lost;

	open_world(&world);
	add_ksym(&world, CODE, CODE + 0x80, "bpf_prog_first");
	lost = made_alloc_pages(world.made, FB_PAGE_SIZE);
	made_list_add(world.made, world.symbols[BPF], lost + 528);
	made_lose(world.made, lost);
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 1);
	CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 1);
	expect(code, CODE, "bpf_prog_first", "bpf");
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

static void a_kernel_without_any_has_none(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_generated_code *code = NULL;

	FB_OK_FATAL(fb_generated_code_load(&made->kernel, &code));
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 0);
	CU_ASSERT_PTR_NULL(fb_generated_code_find(code, CODE));
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_generated_code_destroy(code);
	made_kernel_destroy(made);
}

/* Kernel addresses, at least a byte, and as much as BPF may have. */
static void pieces_are_as_long_as_code_can_be(void)
{
	static const struct {
		uint64_t start, end;
		bool good;
	} pieces[] = {
		{CODE, CODE + 1, true},
		{CODE, CODE, false},
		{CODE, CODE - 1, false},
		{CODE - (1ull << 30), CODE, true},
		{CODE - (1ull << 30), CODE + 1, false},
		{0x7ffffffff000, 0x7ffffffff010, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(pieces); i++) {
		struct fb_generated_code *code;
		struct world world;

		open_world(&world);
		add_ksym(&world, pieces[i].start, pieces[i].end, "bpf_prog");
		code = load(&world);
		CU_ASSERT_EQUAL_FATAL(fb_generated_code_count(code), pieces[i].good);
		if (pieces[i].good) {
			CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->start, pieces[i].start);
			CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->end, pieces[i].end);
			CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->kind, FB_GENERATED_BPF);
		}
		CU_ASSERT_EQUAL(fb_warnings_count(world.made->warnings), 0);
		fb_generated_code_destroy(code);
		made_kernel_destroy(world.made);
	}
}

/* Sizes that run over the end of the addresses, of what has a size in place of an end. */
static void sizes_are_as_large_as_code_can_be(void)
{
	static const struct {
		uint64_t bytes;
		bool good;
	} sizes[] = {{0, false},
		     {1, true},
		     {1 << 30, true},
		     {(1 << 30) + 1, false},
		     {UINT64_MAX, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		struct fb_generated_code *code;
		struct world world;

		open_world(&world);
		MADE_FIELD(world.made, ftrace_ops_list, 40, 16);
		made_list_add(world.made, world.symbols[TRAMPOLINES],
			      add_ops(&world, CODE - (1ull << 30), sizes[i].bytes, 0) + 40);
		code = load(&world);
		CU_ASSERT_EQUAL_FATAL(fb_generated_code_count(code), sizes[i].good);
		if (sizes[i].good) {
			CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->end,
					CODE - (1ull << 30) + sizes[i].bytes);
			CU_ASSERT_EQUAL(fb_generated_code_get(code, 0)->kind, FB_GENERATED_FTRACE);
		}
		fb_generated_code_destroy(code);
		made_kernel_destroy(world.made);
	}
}

/* A program without a name, one whose name fills its field, and one that is too long. */
static void names_of_programs_end_with_their_field(void)
{
	struct fb_generated_code *code;
	struct world world;
	uint64_t programs[3];

	open_world(&world);
	MADE_FIELD(world.made, bpf_aux_list, 0, 16);
	MADE_FIELD(world.made, bpf_aux_prog, 16, 8);
	MADE_FIELD(world.made, bpf_aux_name, 24, 16);
	MADE_FIELD(world.made, bpf_prog_bytes, 0, 4);
	MADE_FIELD(world.made, bpf_prog_function, 8, 8);
	MADE_FIELD(world.made, bpf_prog_tag, 16, 8);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t aux = made_alloc(world.made, 64);

		programs[i] = made_alloc(world.made, 64);
		MADE_SET(world.made, aux, bpf_aux_prog, programs[i]);
		MADE_SET(world.made, programs[i], bpf_prog_function, CODE + i * 0x1000ull);
		MADE_SET(world.made, programs[i], bpf_prog_bytes, i == 2 ? (1u << 30) + 1 : 16);
		if (i)
			memcpy(made_at(world.made, aux + 24), "fifteen_letters", 16);
		made_list_add(world.made, world.symbols[BPF], aux);
	}
	code = load(&world);
	CU_ASSERT_EQUAL(fb_generated_code_count(code), 2);
	expect(code, CODE, "bpf_prog_0000000000000000", "bpf");
	expect(code, CODE + 0x100f, "bpf_prog_0000000000000000_fifteen_letters", "bpf");
	fb_generated_code_destroy(code);
	made_kernel_destroy(world.made);
}

/* Each list by its name; the others are read all the same. */
static void a_broken_list_is_named(void)
{
	static const struct {
		unsigned list;
		uint64_t at; /* of the list's head */
		const char *warning;
	} lists[] = {
		{BPF, 0, "bpf_kallsyms: "},
		{TRAMPOLINES, 0, "ftrace_ops_trampoline_list: "},
		{INSNS, 16, "kprobe_insn_slots: "},
		{OPTINSNS, 16, "kprobe_optinsn_slots: "},
		{OPS, 0, "ftrace_ops_list: "},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lists); i++) {
		struct fb_generated_code *code;
		struct world world;
		uint64_t lost, page;

		open_world(&world);
		add_ksym(&world, CODE, CODE + 0x80, "bpf_prog");
		if (lists[i].list != OPS)
			MADE_FIELD(world.made, ftrace_ops_list, 40, 16);
		page = made_alloc(world.made, 64);
		MADE_SET(world.made, page, insn_page_insns, CODE + 0x1000);
		made_list_add(world.made, world.symbols[OPTINSNS] + 16, page);
		lost = made_alloc_pages(world.made, FB_PAGE_SIZE);
		made_put(world.made, world.symbols[lists[i].list] + lists[i].at, lost, 8);
		made_lose(world.made, lost);
		code = load(&world);
		CU_ASSERT_EQUAL_FATAL(fb_warnings_count(world.made->warnings), 1);
		CU_ASSERT_PTR_EQUAL(
			strstr(fb_warnings_get(world.made->warnings, 0), lists[i].warning),
			fb_warnings_get(world.made->warnings, 0));
		CU_ASSERT_EQUAL(fb_generated_code_count(code),
				2 - (lists[i].list == BPF) - (lists[i].list == OPTINSNS));
		fb_generated_code_destroy(code);
		made_kernel_destroy(world.made);
	}
}

static struct fb_error *ask(void *context)
{
	struct world *world = context;
	struct fb_generated_code *code = NULL;
	struct fb_error *err = fb_generated_code_load(&world->made->kernel, &code);

	fb_generated_code_destroy(code);
	return err;
}

/* With a list of trampolines and without. */
static void what_is_fatal_passes(void)
{
	for (int listed = 0; listed <= 1; listed++) {
		struct world world;
		uint64_t page, ops;

		open_world(&world);
		add_ksym(&world, CODE, CODE + 0x80, "bpf_prog");
		ops = add_ops(&world, CODE + 0x2000, 0x100, 0);
		if (listed) {
			MADE_FIELD(world.made, ftrace_ops_list, 40, 16);
			made_list_add(world.made, world.symbols[TRAMPOLINES], ops + 40);
		} else {
			made_put(world.made, world.symbols[OPS], ops, 8);
		}
		page = made_alloc(world.made, 64);
		MADE_SET(world.made, page, insn_page_insns, CODE + 0x1000);
		made_list_add(world.made, world.symbols[INSNS] + 16, page);
		CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 10);
		made_kernel_destroy(world.made);
	}
}

FB_TEST_MAIN("kernel/generated_code", FB_TEST(bpf_symbols_are_listed),
	     FB_TEST(bpf_programs_are_named_by_tag), FB_TEST(trampolines_know_what_they_copy),
	     FB_TEST(trampolines_are_found_among_all_users), FB_TEST(moved_instructions_are_pages),
	     FB_TEST(broken_lists_end_with_a_warning), FB_TEST(a_kernel_without_any_has_none),
	     FB_TEST(pieces_are_as_long_as_code_can_be), FB_TEST(sizes_are_as_large_as_code_can_be),
	     FB_TEST(names_of_programs_end_with_their_field), FB_TEST(a_broken_list_is_named),
	     FB_TEST(what_is_fatal_passes))
