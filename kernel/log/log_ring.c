// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the lockless ring buffer (kernel/printk/printk_ringbuffer.c). A descriptor has
 * the state of a record and the place of its text; infos[] has the rest. A text block
 * begins with the ID of its descriptor. Called by log.c.
 */
#include <string.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/log/log_source.h"

/* The two topmost bits of state_var are the state, the others the ID. */
#define ID_MASK (~0ull >> 2)
#define STATE_SHIFT 62

enum {
	STATE_COMMITTED = 1, /* may still be reopened to be continued */
	STATE_FINALIZED = 2,
};

/* Logical positions with bit 0 set say that there is no block. */
#define FAILED_LPOS 0x1u /* the text did not fit, and is lost */
#define NO_LPOS 0x3u     /* the record is an empty line */

/* Behind the text's length: facility, then flags (5 bits) and level (3 bits). VMCOREINFO names
 * neither, and they have stood there since 5.10. */
#define INFO_FACILITY_BEHIND_LENGTH 2u
#define INFO_LEVEL_BEHIND_LENGTH 3u

#define BLOCK_ID_SIZE sizeof(uint64_t)
/* No version has descriptors or infos half as long. */
#define MAX_ENTRY 1024u

struct block {
	uint64_t address; /* of the text */
	uint64_t room;    /* bytes of text there can be */
	bool empty;
	bool failed;
};

static struct fb_error *check_geometry(const struct fb_log_ring *ring)
{
	const uint32_t word = sizeof(uint64_t);

	if (ring->desc_bits > FB_MAX_LOG_BITS || ring->text_bits > FB_MAX_LOG_BITS)
		return fb_error_create(FB_CORRUPT, "log: 2^%u descriptors and 2^%u bytes of text",
				       ring->desc_bits, ring->text_bits);
	if (ring->desc_size > MAX_ENTRY || ring->info_size > MAX_ENTRY || ring->desc_size < word ||
	    ring->info_size < word || ring->desc_state > ring->desc_size - word ||
	    ring->desc_begin > ring->desc_size - word || ring->desc_next > ring->desc_size - word ||
	    ring->info_sequence > ring->info_size - word ||
	    ring->info_time > ring->info_size - word ||
	    ring->info_length > ring->info_size - sizeof(uint32_t) ||
	    ring->info_caller > ring->info_size - sizeof(uint32_t))
		return fb_error_create(FB_CORRUPT, "log: members lie outside their structs");
	return NULL;
}

static uint64_t load_u64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static uint32_t load_u32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/*
 * Where a block's text is. A block that would reach over the end of the ring has
 * its text at the ring's start instead; one that ends right at the end does not
 * (67e1b0052f6b, 6.18; before, it was moved too, and then ends behind the start).
 */
static bool find_block(const struct fb_log_ring *ring, uint64_t begin, uint64_t next,
		       struct block *block_ret)
{
	uint64_t mask = (1ull << ring->text_bits) - 1;
	uint64_t start = begin & mask, end = next & mask;
	struct block block = {0};

	if (begin & next & 1) {
		block.empty = begin == NO_LPOS && next == NO_LPOS;
		block.failed = !block.empty;
		*block_ret = block;
		return true;
	}
	if (next - begin > mask + 1)
		return false;
	if (!end && next != begin)
		end = mask + 1;
	else if (begin >> ring->text_bits != next >> ring->text_bits)
		start = 0;
	if (start % BLOCK_ID_SIZE || end < start || end - start < BLOCK_ID_SIZE)
		return false;
	block.address = ring->text + start + BLOCK_ID_SIZE;
	block.room = end - start - BLOCK_ID_SIZE;
	*block_ret = block;
	return true;
}

/* Whether the text is still that of this record: newer ones overwrite it. */
static struct fb_error *block_is_of(struct fb_space *space, const struct block *block, uint64_t id,
				    bool *own_ret)
{
	uint64_t owner;
	struct fb_error *err = fb_space_u64(space, block->address - BLOCK_ID_SIZE, &owner);

	*own_ret = !err && owner == id;
	return fb_part_skip(err);
}

static struct fb_error *read_text(struct fb_space *space, const struct fb_log_ring *ring,
				  const uint8_t *desc, const uint8_t *info, uint64_t id,
				  struct fb_log *log)
{
	struct fb_log_record record = {
		.sequence = load_u64(info + ring->info_sequence),
		.time_ns = load_u64(info + ring->info_time),
		.caller = load_u32(info + ring->info_caller),
		.facility = info[ring->info_length + INFO_FACILITY_BEHIND_LENGTH],
		.level = info[ring->info_length + INFO_LEVEL_BEHIND_LENGTH] >> 5,
	};
	uint16_t length;
	struct block block;
	struct fb_error *err;
	bool own;

	memcpy(&length, info + ring->info_length, sizeof(length));
	own = find_block(ring, load_u64(desc + ring->desc_begin), load_u64(desc + ring->desc_next),
			 &block) &&
	      !block.failed;
	if (own && !block.empty) {
		err = block_is_of(space, &block, id, &own);
		if (err)
			return err;
	}
	if (!own) {
		log->lost++;
		return NULL;
	}
	record.length = length;
	if (block.room < length) {
		record.length = (uint32_t)block.room;
		record.truncated = !block.empty;
	}
	return fb_log_append(log, space, &record, block.address);
}

static struct fb_error *read_record(struct fb_space *space, const struct fb_log_ring *ring,
				    uint64_t id, struct fb_log *log)
{
	uint64_t index = id & ((1ull << ring->desc_bits) - 1);
	uint8_t desc[MAX_ENTRY], info[MAX_ENTRY];
	uint64_t state;
	struct fb_error *err;

	err = fb_space_read(space, ring->descs + index * ring->desc_size, desc, ring->desc_size);
	if (!err)
		err = fb_space_read(space, ring->infos + index * ring->info_size, info,
				    ring->info_size);
	if (err) {
		err = fb_part_skip(err);
		if (err)
			return err;
		log->lost++;
		return NULL;
	}
	state = load_u64(desc + ring->desc_state);
	/* Reserved ones were being written; reusable ones have been given up. */
	if ((state & ID_MASK) != id ||
	    (state >> STATE_SHIFT != STATE_COMMITTED && state >> STATE_SHIFT != STATE_FINALIZED))
		return NULL;
	return read_text(space, ring, desc, info, id, log);
}

struct fb_error *fb_log_read_ring(struct fb_space *space, const struct fb_log_ring *ring,
				  struct fb_log *log)
{
	uint64_t count, limit;
	struct fb_error *err = check_geometry(ring);

	if (err)
		return err;
	limit = 1ull << ring->desc_bits;
	count = ((ring->head_id - ring->tail_id) & ID_MASK) + 1;
	/* A tail that cannot be: all that there is room for, up to the head. */
	if (count > limit)
		count = limit;
	for (uint64_t i = 0; i < count && !err; i++)
		err = read_record(space, ring, (ring->head_id - (count - 1 - i)) & ID_MASK, log);
	return err;
}
