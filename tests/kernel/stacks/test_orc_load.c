// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stacks of a made kernel through code of every kind: the kernel's, a module's, a BPF program, a
 * trampoline of ftrace, and a return address that was diverted.
 */
#include <string.h>

#include "kernel/stacks/stack.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define STACK_BYTES 0x4000u
#define FRAME_RET_ADDR 48u
#define CODE_BYTES 0x100u

/* Functions of the kernel, in their order. */
enum { WAITS, FTRACE_CALLER, BEGINS, RETURN_TO_HANDLER, FUNCTIONS };

struct world {
	struct made_kernel *made;
	struct fb_modules *modules;
	struct fb_orc *orc;
	struct fb_task task;
	uint64_t text, module_text, bpf, trampoline;
	uint64_t frame;        /* of the task's registers */
	uint64_t begins_place; /* of the outermost return address */
};

static void put_row(struct made_kernel *made, uint64_t ips, uint64_t entries, unsigned index,
		    uint64_t code, uint16_t sp_offset, uint16_t flags)
{
	made_put(made, ips + index * 4, code - (ips + index * 4), 4);
	made_put(made, entries + index * 6, sp_offset, 2);
	made_put(made, entries + index * 6 + 4, flags, 2);
}

static void make_kernel_rows(struct world *world, uint64_t ips, uint64_t entries)
{
	struct made_kernel *made = world->made;

	put_row(made, ips, entries, WAITS, world->text, 16, 0x0205); /* a call, from SP */
	put_row(made, ips, entries, FTRACE_CALLER, world->text + CODE_BYTES, 24, 0x0205);
	put_row(made, ips, entries, BEGINS, world->text + 2 * CODE_BYTES, 0, 0x0100); /* the end */
	put_row(made, ips, entries, RETURN_TO_HANDLER, world->text + 3 * CODE_BYTES, 0, 0);
}

/* One function, without locals. */
static void make_module(struct world *world, uint64_t list)
{
	struct made_kernel *made = world->made;
	uint64_t module = made_alloc(made, 1024), ips = made_alloc(made, 4);
	uint64_t entries = made_alloc(made, 6);

	MADE_FIELD(made, module_list, 8, 16);
	MADE_FIELD(made, module_name, 24, FB_MODULE_NAME);
	MADE_FIELD(made, module_state, 0, 4);
	MADE_FIELD(made, module_mem, 256, FB_MODULE_MEMORY_KINDS * 64);
	MADE_FIELD(made, module_memory_base, 0, 8);
	MADE_FIELD(made, module_memory_size, 16, 4);
	made->kernel.layout.module_memory.size = 64;
	MADE_FIELD(made, module_num_orcs, 128, 4);
	MADE_FIELD(made, module_orc_unwind_ip, 136, 8);
	MADE_FIELD(made, module_orc_unwind, 144, 8);
	MADE_FIELD(made, module_source_list, 160, 16);
	MADE_FIELD(made, module_use_source_list, 0, 16);
	memcpy(made_at(made, module + 24), "loop", 5);
	made_list_init(made, module + 160);
	made_put(made, module + 256, world->module_text, 8);
	made_put(made, module + 256 + 16, FB_PAGE_SIZE, 4);
	MADE_SET(made, module, module_num_orcs, 1);
	MADE_SET(made, module, module_orc_unwind_ip, ips);
	MADE_SET(made, module, module_orc_unwind, entries);
	put_row(made, ips, entries, 0, world->module_text, 8, 0x0205);
	made_list_add(made, list, module + 8);
}

static void make_generated(struct world *world, uint64_t bpf_list, uint64_t ops_list)
{
	struct made_kernel *made = world->made;
	uint64_t ksym = made_alloc(made, 128), ops = made_alloc(made, 64);

	MADE_FIELD(made, bpf_ksym_start, 0, 8);
	MADE_FIELD(made, bpf_ksym_end, 8, 8);
	MADE_FIELD(made, bpf_ksym_name, 16, 64);
	MADE_FIELD(made, bpf_ksym_list, 80, 16);
	MADE_SET(made, ksym, bpf_ksym_start, world->bpf);
	MADE_SET(made, ksym, bpf_ksym_end, world->bpf + CODE_BYTES);
	memcpy(made_at(made, ksym + 16), "bpf_prog_0123_made", 19);
	made_list_init(made, bpf_list);
	made_list_add(made, bpf_list, ksym + 80);

	MADE_FIELD(made, ftrace_ops_flags, 16, 8);
	MADE_FIELD(made, ftrace_ops_trampoline, 24, 8);
	MADE_FIELD(made, ftrace_ops_bytes, 32, 8);
	MADE_FIELD(made, ftrace_ops_list, 40, 16);
	MADE_SET(made, ops, ftrace_ops_trampoline, world->trampoline);
	MADE_SET(made, ops, ftrace_ops_bytes, CODE_BYTES);
	made_list_init(made, ops_list);
	made_list_add(made, ops_list, ops + 40);
}

/* waits() <- loop <- BPF <- trampoline <- begins(). */
static void make_stack(struct world *world)
{
	struct made_kernel *made = world->made;
	uint64_t at;

	MADE_FIELD(made, task_thread_sp, 16, 8);
	MADE_FIELD(made, inactive_frame_bp, FRAME_RET_ADDR - 8, 8);
	MADE_FIELD(made, inactive_frame_ret_addr, FRAME_RET_ADDR, 8);
	world->task.address = made_alloc_pages(made, 64);
	world->task.stack = made_alloc_pages(made, STACK_BYTES);
	world->task.kernel_thread = true;
	world->frame = world->task.stack + 0x3e00;
	MADE_SET(made, world->task.address, task_thread_sp, world->frame);
	at = world->frame + FRAME_RET_ADDR;
	made_put(made, at, world->text + 0x20, 8);
	made_put(made, at + 16, world->module_text + 0x10, 8); /* behind a local */
	made_put(made, at + 24, world->bpf + 0x30, 8);
	made_put(made, at - 8, at + 48, 8); /* RBP: of the program, which has two locals */
	made_put(made, at + 56, world->trampoline + 0x40, 8);
	world->begins_place = at + 80;
	made_put(made, world->begins_place, world->text + 2 * CODE_BYTES + 0x20, 8);
}

static void open_world(struct world *world)
{
	static const char *const names[] = {
		"__start_orc_unwind_ip",
		"__stop_orc_unwind_ip",
		"__start_orc_unwind",
		"__stop_orc_unwind",
		"__start_orc_header",
		"_stext",
		"_etext",
		"modules",
		"bpf_kallsyms",
		"ftrace_ops_trampoline_list",
		"ftrace_caller",
		"return_to_handler",
		NULL,
	};
	/* That of 6.4: version 3. */
	static const uint8_t header[] = {0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6,
					 0x3b, 0x2c, 0xa9, 0xa5, 0xc6, 0x5b, 0xa5,
					 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24};
	struct made_kernel *made = made_kernel_create();
	uint64_t ips = made_alloc(made, FUNCTIONS * 4), entries = made_alloc(made, FUNCTIONS * 6);
	uint64_t hash = made_alloc(made, sizeof(header)), lists[3];

	memset(world, 0, sizeof(*world));
	world->made = made;
	for (unsigned i = 0; i < 3; i++)
		lists[i] = made_alloc(made, 16);
	world->text = made_alloc_pages(made, FB_PAGE_SIZE);
	world->module_text = made_alloc_pages(made, FB_PAGE_SIZE);
	world->bpf = made_alloc_pages(made, FB_PAGE_SIZE);
	world->trampoline = made_alloc_pages(made, FB_PAGE_SIZE);
	memcpy(made_at(made, hash), header, sizeof(header));
	made_symbols(made, names,
		     (const uint64_t[]){ips, ips + FUNCTIONS * 4, entries, entries + FUNCTIONS * 6,
					hash, world->text, world->text + FB_PAGE_SIZE, lists[0],
					lists[1], lists[2], world->text + CODE_BYTES,
					world->text + RETURN_TO_HANDLER * CODE_BYTES});
	make_kernel_rows(world, ips, entries);
	made_list_init(made, lists[0]);
	make_module(world, lists[0]);
	make_generated(world, lists[1], lists[2]);
	make_stack(world);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &world->modules));
	FB_OK_FATAL(fb_orc_open(&made->kernel, world->modules, &world->orc));
}

static void close_world(struct world *world)
{
	fb_orc_destroy(world->orc);
	fb_modules_destroy(world->modules);
	made_kernel_destroy(world->made);
}

static void expect_whole(const struct world *world)
{
	const uint64_t pcs[] = {world->text + 0x20, world->module_text + 0x10, world->bpf + 0x30,
				world->trampoline + 0x40, world->text + 2 * CODE_BYTES + 0x20};
	struct fb_kernel_stack stack;

	FB_OK_FATAL(fb_kernel_stack_unwind(&world->made->kernel, world->orc, &world->task, &stack));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_START);
	CU_ASSERT_EQUAL_FATAL(stack.count, FB_ARRAY_SIZE(pcs));
	for (size_t i = 0; i < stack.count; i++) {
		CU_ASSERT_EQUAL(stack.frames[i].pc, pcs[i]);
		CU_ASSERT_FALSE(stack.frames[i].unreliable);
	}
	CU_ASSERT_STRING_EQUAL(stack.frames[2].symbol, "bpf_prog_0123_made");
	CU_ASSERT_STRING_EQUAL(stack.frames[2].module, "bpf");
	CU_ASSERT_EQUAL(stack.frames[2].offset, 0x30);
	CU_ASSERT_STRING_EQUAL(stack.frames[3].symbol, "ftrace_trampoline");
	fb_kernel_stack_deinit(&stack);
}

static void every_kind_of_code_is_unwound(void)
{
	struct world world;

	open_world(&world);
	expect_whole(&world);
	close_world(&world);
}

static void diverted_returns_are_put_back(void)
{
	struct made_kernel *made;
	struct world world;
	uint64_t entry;

	open_world(&world);
	made = world.made;
	MADE_FIELD(made, task_ret_stack, 24, 8);
	MADE_FIELD(made, task_curr_ret_stack, 32, 4);
	MADE_FIELD(made, ftrace_ret_stack_ret, 0, 8);
	MADE_FIELD(made, ftrace_ret_stack_retp, 24, 8);
	made->kernel.layout.ftrace_ret_stack.size = 32;
	entry = made_alloc(made, 32);
	MADE_SET(made, world.task.address, task_ret_stack, entry);
	MADE_SET(made, entry, ftrace_ret_stack_ret, world.text + 2 * CODE_BYTES + 0x20);
	MADE_SET(made, entry, ftrace_ret_stack_retp, world.begins_place);
	made_put(made, world.begins_place, world.text + RETURN_TO_HANDLER * CODE_BYTES, 8);
	expect_whole(&world);
	close_world(&world);
}

/* Where the real address is not to be had, the frame says what it is, and what follows is open. */
static void lost_returns_are_named(void)
{
	struct fb_kernel_stack stack;
	struct world world;

	open_world(&world);
	made_put(world.made, world.begins_place, world.text + RETURN_TO_HANDLER * CODE_BYTES, 8);
	FB_OK_FATAL(fb_kernel_stack_unwind(&world.made->kernel, world.orc, &world.task, &stack));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_LOST);
	CU_ASSERT_EQUAL_FATAL(stack.count, 5);
	CU_ASSERT_STRING_EQUAL(stack.frames[4].symbol, "return_to_handler");
	CU_ASSERT_EQUAL(stack.frames[4].offset, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(stack.end, "diverted to return_to_handler"));
	fb_kernel_stack_deinit(&stack);
	close_world(&world);
}

/* An interrupted program may not have set up its frame pointer. */
static void interrupted_programs_have_no_row(void)
{
	struct fb_orc_row row = {.sp_offset = 77};
	struct world world;

	open_world(&world);
	FB_FAILS(fb_orc_find(world.orc, world.bpf, true, &row), FB_NOT_FOUND);
	FB_FAILS(fb_orc_find(world.orc, world.bpf + CODE_BYTES + 1, false, &row), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(row.sp_offset, 77);
	CU_ASSERT_TRUE(fb_orc_is_text(world.orc, world.bpf));
	CU_ASSERT_TRUE(fb_orc_is_text(world.orc, world.module_text));
	CU_ASSERT_FALSE(fb_orc_is_text(world.orc, world.bpf + CODE_BYTES));
	close_world(&world);
}

FB_TEST_MAIN("kernel/orc_load", FB_TEST(every_kind_of_code_is_unwound),
	     FB_TEST(diverted_returns_are_put_back), FB_TEST(lost_returns_are_named),
	     FB_TEST(interrupted_programs_have_no_row))
