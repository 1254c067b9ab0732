// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Follows the ways through a function from its first instruction, each instruction once, and keeps for each how far the
 * stack pointer is below the caller's (DWARF's CFA) and where RBP was saved: as objtool does to make ORC. Behind the
 * trap of a WARN() the kernel goes on, behind that of a BUG() it does not; behind a jump it goes on where that is a
 * switch of the kernel (a static key) that is now set otherwise. Such ways are followed last, so that what else leads
 * there decides.
 */
#include "kernel/stacks/code_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/code/instruction.h"

#define WORD ((int32_t)sizeof(uint64_t))

/* Before an instruction. */
struct state {
	bool sp_known;
	bool indirect; /* the stack was switched: the old stack pointer is the word that the new one points to */
	bool stored; /* the stack pointer was written to where the register `stored_to` points */
	uint8_t stored_to;
	bool has_frame;
	int32_t depth; /* bytes from the stack pointer up to the caller's; of the old one where indirect */
	int32_t frame; /* bytes from RBP up to the caller's stack pointer, where has_frame is set */
	int32_t bp_below; /* bytes from where RBP was saved up to it; 0: it was not */
};

/* The byte at offset at of a part. */
struct place {
	size_t part, at;
};

struct way {
	struct place place;
	struct state state;
};

struct ways {
	struct way *list; /* room for one of each byte of code */
	size_t count;
};

struct flow {
	const struct fb_code_part *parts;
	size_t part_count, bytes; /* of all parts */
	struct place wanted;
	uint8_t *seen
		[FB_MAX_CODE_PARTS]; /* of each byte whether an instruction that begins there was followed */
	struct ways now, later;
	bool found;
	struct state at_wanted;
};

static bool find_place(const struct fb_code_part *parts, size_t count, uint64_t address,
		       struct place *place_ret)
{
	for (size_t i = 0; i < count; i++) {
		if (address - parts[i].address < parts[i].size) {
			*place_ret = (struct place){i, (size_t)(address - parts[i].address)};
			return true;
		}
	}
	return false;
}

static void add_way(struct flow *flow, struct ways *ways, uint64_t address,
		    const struct state *state)
{
	struct place place;

	if (ways->count < flow->bytes &&
	    find_place(flow->parts, flow->part_count, address, &place) &&
	    !flow->seen[place.part][place.at])
		ways->list[ways->count++] = (struct way){place, *state};
}

static void move_sp(struct state *state, int64_t down)
{
	int64_t depth = state->depth + down;

	state->sp_known = state->sp_known && depth >= 0 && depth <= INT16_MAX;
	state->depth = state->sp_known ? (int32_t)depth : 0;
}

static void push(struct state *state, unsigned reg)
{
	move_sp(state, WORD);
	if (reg == FB_REGISTER_BP && !state->bp_below && state->sp_known && !state->indirect)
		state->bp_below = state->depth;
}

static void pop(struct state *state, unsigned reg)
{
	/* Back on the stack that was left. */
	if (reg == FB_REGISTER_SP) {
		state->sp_known = state->sp_known && state->indirect;
		state->indirect = false;
		return;
	}
	if (reg == FB_REGISTER_BP && state->sp_known && state->bp_below == state->depth) {
		state->bp_below = 0;
		state->has_frame = false;
	}
	move_sp(state, -WORD);
}

static void set_sp_from_frame(struct state *state, int64_t below)
{
	state->sp_known = state->has_frame;
	state->indirect = false;
	state->depth = state->frame;
	move_sp(state, below);
}

/* The new stack pointer is one to which the old one was written. */
static void lose_sp(struct state *state, unsigned from)
{
	if (state->sp_known && state->stored && state->stored_to == from && !state->indirect)
		state->indirect = true;
	else
		state->sp_known = false;
}

/* What the instruction does to the stack. */
static void apply(struct state *state, const struct fb_instruction *instruction)
{
	switch (instruction->kind) {
	case FB_INSTRUCTION_PUSH:
		push(state, instruction->reg);
		break;
	case FB_INSTRUCTION_POP:
		pop(state, instruction->reg);
		break;
	case FB_INSTRUCTION_MOVES_SP:
		move_sp(state, instruction->amount);
		break;
	case FB_INSTRUCTION_LOSES_SP:
		lose_sp(state, instruction->reg);
		break;
	case FB_INSTRUCTION_SETS_FRAME:
		state->has_frame = state->sp_known && !state->indirect && state->bp_below;
		state->frame = state->depth;
		break;
	case FB_INSTRUCTION_SP_FROM_FRAME:
		set_sp_from_frame(state, instruction->amount);
		break;
	case FB_INSTRUCTION_LEAVE:
		set_sp_from_frame(state, 0);
		pop(state, FB_REGISTER_BP);
		break;
	case FB_INSTRUCTION_STORES_SP:
		state->stored = true;
		state->stored_to = (uint8_t)instruction->reg;
		break;
	default:
		break;
	}
}

/* Adds where the instruction leads to, and returns whether the way goes on behind it, at next. */
static bool lead_on(struct flow *flow, const struct fb_instruction *instruction, uint64_t next,
		    const struct state *state)
{
	bool jumps = instruction->kind == FB_INSTRUCTION_JUMP;
	uint64_t target = next + (uint64_t)instruction->target;
	struct place place;

	if ((jumps || instruction->kind == FB_INSTRUCTION_BRANCH) && instruction->has_target)
		add_way(flow, &flow->now, target, state);
	if (instruction->kind == FB_INSTRUCTION_TRAP ||
	    (jumps && instruction->has_target &&
	     find_place(flow->parts, flow->part_count, target, &place)))
		add_way(flow, &flow->later, next, state);
	return !jumps && instruction->kind != FB_INSTRUCTION_RETURN &&
	       instruction->kind != FB_INSTRUCTION_TRAP;
}

static void follow(struct flow *flow, struct way way)
{
	const struct fb_code_part *part = &flow->parts[way.place.part];
	uint8_t *seen = flow->seen[way.place.part];
	struct fb_instruction instruction;
	size_t at = way.place.at;

	while (at < part->size && !seen[at] &&
	       fb_instruction_read(true, part->code + at, part->size - at, &instruction)) {
		size_t next = at + instruction.length;

		if (way.place.part == flow->wanted.part && flow->wanted.at >= at &&
		    flow->wanted.at < next) {
			flow->found = true;
			flow->at_wanted = way.state;
			return;
		}
		seen[at] = true;
		apply(&way.state, &instruction);
		if (!lead_on(flow, &instruction, part->address + next, &way.state))
			return;
		at = next;
	}
}

static void follow_all(struct flow *flow)
{
	follow(flow, (struct way){.state = {.sp_known = true, .depth = WORD}});
	while (!flow->found && (flow->now.count || flow->later.count)) {
		struct ways *ways = flow->now.count ? &flow->now : &flow->later;

		follow(flow, ways->list[--ways->count]);
	}
}

static struct fb_error *make_row(const struct state *state, struct fb_orc_row *row_ret)
{
	struct fb_orc_row row = {.type = FB_ORC_TYPE_CALL, .sp_reg = FB_ORC_REG_SP};

	if (state->sp_known) {
		row.sp_reg = state->indirect ? FB_ORC_REG_SP_INDIRECT : FB_ORC_REG_SP;
		row.sp_offset = (int16_t)state->depth;
	} else if (state->has_frame) {
		row.sp_reg = FB_ORC_REG_BP;
		row.sp_offset = (int16_t)state->frame;
	} else {
		return fb_error_create(FB_NOT_FOUND, "the code does not say where its stack is");
	}
	if (state->bp_below) {
		row.bp_reg = FB_ORC_REG_PREV_SP;
		row.bp_offset = (int16_t)-state->bp_below;
	}
	*row_ret = row;
	return NULL;
}

/* Gives each part its own piece of seen. */
static struct fb_error *follow_parts(struct flow *flow, uint8_t *seen, struct fb_orc_row *row_ret)
{
	size_t at = 0;

	for (size_t i = 0; i < flow->part_count; i++) {
		flow->seen[i] = seen + at;
		at += flow->parts[i].size;
	}
	follow_all(flow);
	return flow->found ? make_row(&flow->at_wanted, row_ret)
			   : fb_error_create(FB_NOT_FOUND, "no way through the code leads there");
}

struct fb_error *fb_code_row(const struct fb_code_part *parts, size_t count, uint64_t address,
			     struct fb_orc_row *row_ret)
{
	struct flow flow = {.parts = parts, .part_count = count};
	uint8_t *seen;
	struct fb_error *err;

	if (count > FB_MAX_CODE_PARTS)
		return fb_error_create(FB_NOT_FOUND, "a function of %zu parts is not read", count);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].size > FB_MAX_FUNCTION_BYTES)
			return fb_error_create(FB_NOT_FOUND, "a function of %zu bytes is not read",
					       parts[i].size);
		flow.bytes += parts[i].size;
	}
	if (!find_place(parts, count, address, &flow.wanted))
		return fb_error_create(FB_NOT_FOUND, "it is in no part of the code");
	seen = calloc(flow.bytes, 1);
	flow.now.list = calloc(flow.bytes, sizeof(*flow.now.list));
	flow.later.list = calloc(flow.bytes, sizeof(*flow.later.list));
	if (seen && flow.now.list && flow.later.list)
		err = follow_parts(&flow, seen, row_ret);
	else
		err = fb_error_nomem();
	free(seen);
	free(flow.now.list);
	free(flow.later.list);
	return err;
}
