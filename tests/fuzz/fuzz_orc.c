// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwinding with any table, code, stacks and registers: ends within the stacks.
 *
 * Input: version (1 byte), rows (1 byte), the three registers pc, sp, bp (2 bytes each, offsets),
 * that many rows (u16 code offset, 6 bytes of entry), a stack's words (3 bytes each: a kind and an
 * offset, see word()) from the stack pointer on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/stacks/unwind.h"

#define TEXT 0xffffffff81000000ull
#define TEXT_BYTES 0x10000u
#define IPS 0xffffffff82000000ull
#define ENTRIES 0xffffffff82010000ull
#define STACKS 0xffffc90000010000ull
#define STACK_BYTES 0x1000u
#define STACK_COUNT 2u
#define MAX_ROWS 255u
#define HEADER_BYTES 8u
#define ROW_BYTES 8u
#define WORD_BYTES 3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct fb_space space;
	struct fb_orc_table table;
	uint32_t ips[MAX_ROWS];
	uint8_t entries[MAX_ROWS][FB_ORC_ENTRY_BYTES];
	uint64_t words[STACK_COUNT * STACK_BYTES / 8];
};

static bool copy_part(uint64_t start, const void *bytes, size_t size, uint64_t address, void *to,
		      size_t length)
{
	uint64_t offset = address - start;

	if (offset >= size || length > size - offset)
		return false;
	memcpy(to, (const char *)bytes + offset, length);
	return true;
}

static struct fb_error *read_world(struct fb_space *space, uint64_t address, void *to,
				   size_t length)
{
	struct world *world = (struct world *)space;

	if (copy_part(IPS, world->ips, sizeof(world->ips), address, to, length) ||
	    copy_part(ENTRIES, world->entries, sizeof(world->entries), address, to, length) ||
	    copy_part(STACKS, world->words, sizeof(world->words), address, to, length))
		return NULL;
	if (address - TEXT < TEXT_BYTES) {
		/* Code is all calls: of 0xe8, to wherever. */
		memset(to, address & 0x10 ? 0xe8 : 0, length);
		return NULL;
	}
	return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
}

static const struct fb_space_ops world_space = {.read = read_world};

static bool is_text(void *context, uint64_t address)
{
	(void)context;
	return address - TEXT < TEXT_BYTES;
}

static struct fb_error *find_row(void *context, uint64_t pc, bool exact, struct fb_orc_row *row_ret)
{
	const struct world *world = context;

	return fb_orc_table_find(&world->table, exact ? pc : pc - 1, row_ret);
}

static bool find_function(void *context, uint64_t address, uint64_t *start_ret)
{
	*start_ret = address & ~0xffull;
	return is_text(context, address);
}

static const struct fb_unwind_ops world_ops = {
	.find = find_row,
	.is_text = is_text,
	.function = find_function,
};

static uint16_t get_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* Words that a stack holds: code, the stacks' addresses, small numbers, anything. */
static uint64_t word(const uint8_t *bytes)
{
	uint16_t offset = get_u16(bytes + 1);

	switch (bytes[0] & 3) {
	case 0:
		return TEXT + offset;
	case 1:
		return STACKS + offset % (STACK_COUNT * STACK_BYTES);
	case 2:
		return offset;
	default:
		return bytes[0] * 0x0101010101010101ull ^ offset;
	}
}

static void make_world(struct world *world, const uint8_t *data, size_t size, uint64_t sp)
{
	size_t rows = data[1] < (size - HEADER_BYTES) / ROW_BYTES
			      ? data[1]
			      : (size - HEADER_BYTES) / ROW_BYTES;
	const uint8_t *words = data + HEADER_BYTES + rows * ROW_BYTES, *end = data + size;

	world->space.ops = &world_space;
	world->space.name = "fuzzed memory";
	world->table = (struct fb_orc_table){&world->space, IPS, ENTRIES, (uint32_t)rows,
					     FB_ORC_V1 + data[0] % 4};
	for (size_t i = 0; i < rows; i++) {
		const uint8_t *row = data + HEADER_BYTES + i * ROW_BYTES;
		uint64_t ip = IPS + i * FB_ORC_IP_BYTES;

		world->ips[i] = (uint32_t)(TEXT + get_u16(row) - ip);
		memcpy(world->entries[i], row + 2, FB_ORC_ENTRY_BYTES);
	}
	for (size_t at = (sp - STACKS) / 8;
	     at < FB_ARRAY_SIZE(world->words) && (size_t)(end - words) >= WORD_BYTES;
	     at++, words += WORD_BYTES)
		world->words[at] = word(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world;
	struct fb_unwind unwind = {.ops = &world_ops, .area_count = STACK_COUNT};
	struct user_regs_struct regs = {0};
	enum fb_orc_version version;
	enum fb_unwind_end end;
	size_t steps = 0;

	if (size < HEADER_BYTES)
		return 0;
	world = calloc(1, sizeof(*world));
	if (!world)
		return 0;
	regs.rip = TEXT + get_u16(data + 2);
	regs.rsp = STACKS + get_u16(data + 4) % (STACK_COUNT * STACK_BYTES) / 8 * 8;
	regs.rbp = STACKS + get_u16(data + 6);
	regs.r10 = regs.r13 = regs.rdi = regs.rdx = regs.rax = regs.rbp;
	make_world(world, data, size, regs.rsp);
	unwind.space = &world->space;
	unwind.context = world;
	for (size_t i = 0; i < STACK_COUNT; i++)
		unwind.areas[i] = (struct fb_stack_area){STACKS + i * STACK_BYTES,
							 STACKS + (i + 1) * STACK_BYTES, "made"};
	fb_error_destroy(fb_orc_table_detect(&world->table, TEXT, &version));
	if (fb_unwind_from_regs(&unwind, &regs, 0))
		abort(); /* sp is on a stack and aligned */
	do {
		if (fb_unwind_next(&unwind, &end))
			break; /* out of memory */
		if (++steps > FB_ARRAY_SIZE(world->words) + STACK_COUNT)
			abort(); /* more frames than words */
		if (fb_unwind_area(&unwind, unwind.sp, 0) == SIZE_MAX)
			abort();
	} while (end == FB_UNWIND_GOES_ON);
	free(world);
	return 0;
}
