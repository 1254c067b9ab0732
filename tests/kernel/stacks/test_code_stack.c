// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks of a made kernel that has no ORC: what its code says, and where that leads nowhere, a guess. */
#include <string.h>

#include "kernel/stacks/stack.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define STACK_BYTES 0x4000u
#define FRAME_RET_ADDR 48u
#define FUNCTION_BYTES 0x100u
#define SWITCHES 0u
#define WAITS FUNCTION_BYTES
#define ENTRY (2 * FUNCTION_BYTES)
#define BEGINS (3 * FUNCTION_BYTES)
#define BEGINS_ASM (4 * FUNCTION_BYTES)

struct world {
	struct made_kernel *made;
	struct fb_orc *orc;
	struct fb_task task;
	uint64_t text;
	uint64_t frame; /* of the task's registers */
	uint64_t outer; /* of the return address to what called waits() */
};

/* Writes code that ends with a direct call, and returns where that returns to. */
static uint64_t put_code(struct world *world, uint64_t function, const uint8_t *code, size_t size,
			 uint64_t callee)
{
	uint64_t end = world->text + function + size + 5;

	memcpy(made_at(world->made, world->text + function), code, size);
	made_put(world->made, end - 5, 0xe8, 1);
	made_put(world->made, end - 4, world->text + callee - end, 4);
	return end;
}

/* switches() <- waits() <- the entry, or what a thread begins with. */
static void make_stack(struct world *world, uint64_t outermost)
{
	/* push rbx; sub rsp, 8 */
	static const uint8_t switches[] = {0x53, 0x48, 0x83, 0xec, 0x08};
	/* push rbp; mov rbp, rsp; and rsp, -16 */
	static const uint8_t waits[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xe4, 0xf0};
	struct made_kernel *made = world->made;
	uint64_t at, bp;

	world->frame = world->task.stack + 0x3e00;
	at = world->frame + FRAME_RET_ADDR;
	bp = at + 0x40;
	MADE_SET(made, world->task.address, task_thread_sp, world->frame);
	made_put(made, at - 8, bp, 8);
	made_put(made, at, put_code(world, SWITCHES, switches, sizeof(switches), ENTRY), 8);
	made_put(made, at + 24, put_code(world, WAITS, waits, sizeof(waits), SWITCHES), 8);
	made_put(made, bp, 0x1234, 8);
	world->outer = bp + 8;
	made_put(made, world->outer, put_code(world, outermost, switches, 0, WAITS), 8);
	/* pt_regs: RIP, CS, RSP */
	made_put(made, bp + 16 + 16 * 8, 0x401000, 8);
	made_put(made, bp + 16 + 17 * 8, 0x33, 8);
	made_put(made, bp + 16 + 19 * 8, 0x7ffc0000, 8);
}

/* Functions of FUNCTION_BYTES, and the ends of ranges. */
static void put_symbols(struct world *world, bool has_asm)
{
	static const struct {
		const char *name;
		uint64_t at, size;
	} symbols[] = {{"switches", SWITCHES, FUNCTION_BYTES},
		       {"waits", WAITS, FUNCTION_BYTES},
		       {"entry", ENTRY, FUNCTION_BYTES},
		       {"ret_from_fork", BEGINS, FUNCTION_BYTES},
		       {"ret_from_fork_asm", BEGINS_ASM, FUNCTION_BYTES},
		       {"_stext", SWITCHES, 0},
		       {"_etext", FB_PAGE_SIZE, 0},
		       {"__entry_text_start", ENTRY, 0},
		       {"__entry_text_end", ENTRY + FUNCTION_BYTES, 0}};
	struct fb_symtab *table;

	fb_symtab_destroy(world->made->kernel.symbols);
	FB_OK_FATAL(fb_symtab_create(&table));
	for (size_t i = 0; i < FB_ARRAY_SIZE(symbols); i++)
		if (has_asm || symbols[i].at != BEGINS_ASM)
			FB_OK_FATAL(fb_symtab_add(table, world->text + symbols[i].at,
						  symbols[i].size, 'T', symbols[i].name,
						  strlen(symbols[i].name)));
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	world->made->kernel.symbols = table;
}

static void open_world(struct world *world, uint64_t outermost, bool has_asm)
{
	struct made_kernel *made = made_kernel_create();

	memset(world, 0, sizeof(*world));
	world->made = made;
	world->text = made_alloc_pages(made, FB_PAGE_SIZE);
	put_symbols(world, has_asm);
	MADE_FIELD(made, task_thread_sp, 16, 8);
	MADE_FIELD(made, inactive_frame_bp, FRAME_RET_ADDR - 8, 8);
	MADE_FIELD(made, inactive_frame_ret_addr, FRAME_RET_ADDR, 8);
	world->task.address = made_alloc_pages(made, 64);
	world->task.stack = made_alloc_pages(made, STACK_BYTES);
	make_stack(world, outermost);
	FB_OK_FATAL(fb_orc_open(&made->kernel, NULL, &world->orc));
	CU_ASSERT_EQUAL(fb_orc_version(world->orc), FB_ORC_UNKNOWN);
}

static void close_world(struct world *world)
{
	fb_orc_destroy(world->orc);
	made_kernel_destroy(world->made);
}

static struct fb_kernel_stack unwind(struct world *world)
{
	struct fb_kernel_stack stack;

	FB_OK_FATAL(fb_kernel_stack_unwind(&world->made->kernel, world->orc, &world->task, &stack));
	return stack;
}

static void code_leads_to_user_mode(void)
{
	struct fb_kernel_stack stack;
	struct world world;

	open_world(&world, ENTRY, true);
	stack = unwind(&world);
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_USER);
	CU_ASSERT_EQUAL_FATAL(stack.count, 3);
	for (size_t i = 0; i < stack.count; i++)
		CU_ASSERT_FALSE(stack.frames[i].unreliable);
	CU_ASSERT_EQUAL(stack.frames[1].pc, world.text + WAITS + 13);
	CU_ASSERT_EQUAL(stack.frames[2].pc, world.text + ENTRY + 5);
	CU_ASSERT(stack.has_user_regs && stack.user_regs.rip == 0x401000);
	fb_kernel_stack_deinit(&stack);
	close_world(&world);
}

static enum fb_unwind_end end_of_thread(uint64_t outermost, bool has_asm)
{
	struct fb_kernel_stack stack;
	struct world world;
	enum fb_unwind_end end;

	open_world(&world, outermost, has_asm);
	world.task.kernel_thread = true;
	stack = unwind(&world);
	end = stack.ended;
	CU_ASSERT_EQUAL(stack.count, 3);
	fb_kernel_stack_deinit(&stack);
	close_world(&world);
	return end;
}

static void code_leads_to_a_start(void)
{
	CU_ASSERT_EQUAL(end_of_thread(BEGINS, false), FB_UNWIND_START);
	CU_ASSERT_EQUAL(end_of_thread(BEGINS_ASM, true), FB_UNWIND_START);
	/* Here the one is a function that the other calls. */
	CU_ASSERT_EQUAL(end_of_thread(BEGINS, true), FB_UNWIND_LOST);
}

/* The code makes more room than there is: what stands there is no return address, and the next call to the function is
 * taken, but as a guess. */
static void what_does_not_fit_is_guessed(void)
{
	struct fb_kernel_stack stack;
	struct world world;

	open_world(&world, ENTRY, true);
	made_put(world.made, world.text + SWITCHES + 4, 0x10, 1);
	stack = unwind(&world);
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_USER);
	CU_ASSERT_EQUAL_FATAL(stack.count, 3);
	CU_ASSERT(stack.frames[1].pc == world.text + WAITS + 13 && stack.frames[1].unreliable);
	fb_kernel_stack_deinit(&stack);
	close_world(&world);
}

/* Where the tables are only lost, that is said. */
static void lost_tables_are_no_reason_to_read_code(void)
{
	static const char *const names[] = {"_stext", "_etext", "__start_orc_unwind_ip", NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t text = made_alloc_pages(made, FB_PAGE_SIZE);
	struct fb_orc *orc = NULL;

	made_symbols(made, names, (const uint64_t[]){text, text + FB_PAGE_SIZE, text});
	FB_FAILS(fb_orc_open(&made->kernel, NULL, &orc), FB_NOT_FOUND);
	CU_ASSERT_PTR_NULL(orc);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/code_stack", FB_TEST(code_leads_to_user_mode), FB_TEST(code_leads_to_a_start),
	     FB_TEST(what_does_not_fit_is_guessed), FB_TEST(lost_tables_are_no_reason_to_read_code))
