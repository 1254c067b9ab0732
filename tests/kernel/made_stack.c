// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/made_stack.h"

#include <inttypes.h>
#include <string.h>

#include "tests/harness.h"

static struct fb_error *made_read(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made_stack *made = (struct made_stack *)space;
	const struct {
		uint64_t start;
		size_t size;
		const void *bytes;
	} parts[] = {
		{MADE_TEXT, sizeof(made->text), made->text},
		{MADE_IPS, sizeof(made->ips), made->ips},
		{MADE_ENTRIES, sizeof(made->entries), made->entries},
		{MADE_TASK, sizeof(made->task), made->task},
		{MADE_IRQ, sizeof(made->irq), made->irq},
	};

	if (address < made->missing_end && address + length > made->missing_start)
		return fb_error_create(FB_ABSENT, "0x%" PRIx64 " is not in the dump", address);
	for (size_t i = 0; i < FB_ARRAY_SIZE(parts); i++) {
		uint64_t offset = address - parts[i].start;

		if (offset < parts[i].size && length <= parts[i].size - offset) {
			memcpy(to, (const char *)parts[i].bytes + offset, length);
			return NULL;
		}
	}
	return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
}

static const struct fb_space_ops made_space_ops = {.read = made_read};

static bool made_is_text(void *context, uint64_t address)
{
	(void)context;
	return address - MADE_TEXT < MADE_TEXT_BYTES;
}

static struct fb_error *made_find(void *context, uint64_t pc, bool exact,
				  struct fb_orc_row *row_ret)
{
	const struct made_stack *made = context;

	if (!made_is_text(context, exact ? pc : pc - 1))
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is no code", pc);
	return fb_orc_table_find(&made->table, exact ? pc : pc - 1, row_ret);
}

static bool made_function(void *context, uint64_t address, uint64_t *start_ret)
{
	if (!made_is_text(context, address))
		return false;
	*start_ret = address - address % MADE_FUNCTION;
	return true;
}

static const struct fb_unwind_ops made_ops = {
	.find = made_find,
	.is_text = made_is_text,
	.function = made_function,
};

void made_stack_init(struct made_stack *made)
{
	memset(made, 0, sizeof(*made));
	made->space.ops = &made_space_ops;
	made->space.name = "made memory";
	made->table = (struct fb_orc_table){
		.space = &made->space,
		.ips = MADE_IPS,
		.entries = MADE_ENTRIES,
		.version = FB_ORC_V1,
	};
	made->unwind.space = &made->space;
	made->unwind.ops = &made_ops;
	made->unwind.context = made;
	made->unwind.areas[0] =
		(struct fb_stack_area){MADE_TASK, MADE_TASK + MADE_STACK_BYTES, "task"};
	made->unwind.areas[1] =
		(struct fb_stack_area){MADE_IRQ, MADE_IRQ + MADE_STACK_BYTES, "IRQ"};
	made->unwind.area_count = 2;
}

void made_stack_row(struct made_stack *made, uint64_t code, int16_t sp_offset, int16_t bp_offset,
		    uint16_t flags)
{
	uint32_t index = made->table.count++;
	uint32_t ip = (uint32_t)(code - (MADE_IPS + (uint64_t)index * FB_ORC_IP_BYTES));
	uint8_t *entry = made->entries + (size_t)index * FB_ORC_ENTRY_BYTES;

	memcpy(made->ips + (size_t)index * FB_ORC_IP_BYTES, &ip, sizeof(ip));
	memcpy(entry, &sp_offset, 2);
	memcpy(entry + 2, &bp_offset, 2);
	memcpy(entry + 4, &flags, 2);
}

void made_stack_call(struct made_stack *made, uint64_t address, uint64_t target)
{
	uint8_t *code = made->text + (address - MADE_TEXT) - 5;
	uint32_t distance = (uint32_t)(target - address);

	code[0] = 0xe8;
	memcpy(code + 1, &distance, sizeof(distance));
}

void made_stack_put(struct made_stack *made, uint64_t address, uint64_t word)
{
	if (address - MADE_TASK < MADE_STACK_BYTES)
		made->task[(address - MADE_TASK) / 8] = word;
	else
		made->irq[(address - MADE_IRQ) / 8] = word;
}

void made_stack_regs(struct made_stack *made, uint64_t address, const struct user_regs_struct *regs)
{
	uint64_t words[FB_PT_REGS_BYTES / 8];

	memcpy(words, regs, sizeof(words));
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++)
		made_stack_put(made, address + i * 8, words[i]);
}

size_t made_stack_walk(struct made_stack *made, uint64_t *pcs, size_t room,
		       enum fb_unwind_end *end_ret)
{
	size_t count = 0;

	do {
		if (count < room)
			pcs[count] = made->unwind.pc;
		count++;
		*end_ret = FB_UNWIND_LOST;
		FB_OK(fb_unwind_next(&made->unwind, end_ret));
	} while (*end_ret == FB_UNWIND_GOES_ON && count <= 2 * MADE_STACK_BYTES / 8);
	return count;
}
