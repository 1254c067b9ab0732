// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the chains of a hash table. Called by tcp_table.c and socket_tables.c. */
#include "kernel/net/hash_chains.h"

#include <inttypes.h>
#include <string.h>

#include "base/part.h"

/* Bytes of buckets that are read at a time. */
#define BLOCK 4096u

struct walk {
	struct fb_kernel *kernel;
	const struct fb_hash_chains *chains;
	uint64_t *left;
	struct fb_error *(*callback)(void *context, uint64_t node);
	void *context;
	bool *whole;
};

/* Takes over err, and tells of it. */
static struct fb_error *lost(struct walk *walk, struct fb_error *err)
{
	if (err && !fb_error_is_fatal(err))
		*walk->whole = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "%s", walk->chains->what);
}

/* The node behind one. FB_CORRUPT where the chain leads to no address, or has led in a circle: `mark` is a node that
 * was met before, and is moved on at each power of two of steps (Brent's method). */
static struct fb_error *next_node(struct walk *walk, uint64_t *node, uint64_t *mark, uint64_t steps)
{
	uint64_t next;
	struct fb_error *err = fb_space_u64(fb_kernel_space(walk->kernel), *node, &next);

	if (err)
		return err;
	if (next == *mark || (next && !(next & 1) && !fb_kernel_address_ok(next)))
		return fb_error_create(FB_CORRUPT, "a chain has no end");
	if (!(steps & (steps - 1)))
		*mark = *node;
	*node = next;
	return NULL;
}

static struct fb_error *walk_chain(struct walk *walk, uint64_t node)
{
	uint64_t mark = node, steps = 0;
	struct fb_error *err = NULL;

	if (node && !(node & 1) && !fb_kernel_address_ok(node))
		return lost(walk, fb_error_create(FB_CORRUPT, "a chain begins nowhere"));
	while (!err && node && !(node & 1)) {
		if (!*walk->left)
			return lost(walk, fb_error_create(FB_LIMIT, "there are too many"));
		--*walk->left;
		err = walk->callback(walk->context, node);
		if (err)
			return err;
		err = next_node(walk, &node, &mark, ++steps);
		if (err)
			return lost(walk, err);
	}
	return err;
}

static void note_hole(void *context, uint64_t address FB_UNUSED, size_t length FB_UNUSED,
		      struct fb_error *err)
{
	struct walk *walk = context;

	*walk->whole = false;
	fb_warn_error(fb_kernel_warnings(walk->kernel), err, "%s", walk->chains->what);
}

struct fb_error *fb_hash_chains_each(struct fb_kernel *kernel, const struct fb_hash_chains *chains,
				     uint64_t *left,
				     struct fb_error *(*callback)(void *context, uint64_t node),
				     void *context, bool *whole)
{
	struct walk walk = {kernel, chains, left, callback, context, whole};
	uint32_t batch = BLOCK / chains->bucket;
	uint8_t block[BLOCK];
	struct fb_error *err = NULL;

	for (uint64_t first = 0; first < chains->count && !err; first += batch) {
		uint64_t count =
			chains->count - first < batch ? chains->count - first : (uint64_t)batch;

		err = fb_space_read_holes(fb_kernel_space(kernel),
					  chains->address + first * chains->bucket, block,
					  count * chains->bucket, note_hole, &walk);
		for (uint64_t i = 0; i < count && !err; i++) {
			uint64_t node;

			memcpy(&node, block + i * chains->bucket + chains->head, sizeof(node));
			err = walk_chain(&walk, node);
		}
	}
	return err;
}
