// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads members of structs, walks lists of the kernel, and finds the page tables of a process.
 * Called by all code that reads structures of the kernel.
 */
#include "kernel/image/kernel_private.h"

#include <inttypes.h>

struct fb_error *fb_kernel_field(const struct fb_kernel *kernel, uint64_t base,
				 const struct fb_field *field, uint64_t *value_ret)
{
	uint64_t value = 0;
	struct fb_error *err;

	err = fb_layout_require(field);
	if (err)
		return err;
	if (field->size > sizeof(value))
		return fb_error_create(FB_INVALID, "%s is no scalar (%u bytes)", field->name,
				       field->size);
	err = fb_space_read(kernel->space, base + field->offset, &value, field->size);
	if (err)
		return fb_error_prefix(err, "%s", field->name);
	if (field->bit_size) {
		value >>= field->bit_offset;
		if (field->bit_size < 64)
			value &= (1ull << field->bit_size) - 1;
	}
	*value_ret = value;
	return NULL;
}

struct fb_error *fb_kernel_field_signed(const struct fb_kernel *kernel, uint64_t base,
					const struct fb_field *field, int64_t *value_ret)
{
	unsigned bits = field->bit_size ? field->bit_size : field->size * 8;
	uint64_t value = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, base, field, &value);
	if (err)
		return err;
	*value_ret = bits == 0 ? 0 : (int64_t)(value << (64 - bits)) >> (64 - bits);
	return NULL;
}

struct fb_error *fb_kernel_mm_page_tables(struct fb_kernel *kernel, uint64_t mm,
					  struct fb_page_tables *tables_ret)
{
	struct fb_page_tables tables = kernel->tables;
	struct fb_pt_walk walk;
	uint64_t pgd;
	struct fb_error *err;

	err = fb_kernel_field(kernel, mm, &kernel->basic_layout.mm_pgd, &pgd);
	if (!err)
		err = fb_pt_walk(&kernel->tables, pgd, &walk);
	if (!err && walk.state != FB_PT_PRESENT)
		err = fb_error_create(FB_CORRUPT, "pgd 0x%" PRIx64 " is not mapped", pgd);
	if (err)
		return fb_error_prefix(err, "mm_struct 0x%" PRIx64, mm);
	tables.root = walk.physical & FB_PAGE_MASK;
	*tables_ret = tables;
	return NULL;
}

struct fb_error *fb_kernel_list(const struct fb_kernel *kernel, uint64_t head, uint64_t limit,
				struct fb_error *(*callback)(void *context, uint64_t entry),
				void *context)
{
	uint64_t entry, saved = head, count = 0, next_save = 1;
	struct fb_error *err;

	err = fb_space_u64(kernel->space, head, &entry);
	while (!err && entry != head) {
		if (!fb_kernel_address_ok(entry) || entry % sizeof(entry))
			return fb_error_create(FB_CORRUPT,
					       "list at 0x%" PRIx64 ": link %" PRIu64
					       " is no address: 0x%" PRIx64,
					       head, count, entry);
		/* Brent: a loop that does not come back to the head meets a saved entry. */
		if (entry == saved || count >= limit)
			return fb_error_create(FB_CORRUPT,
					       "list at 0x%" PRIx64 " does not close after %" PRIu64
					       " entries",
					       head, count);
		if (++count == next_save) {
			saved = entry;
			next_save *= 2;
		}
		err = callback(context, entry);
		if (!err)
			err = fb_space_u64(kernel->space, entry, &entry);
	}
	return err ? fb_error_prefix(err, "list at 0x%" PRIx64, head) : NULL;
}

struct ring {
	const struct fb_kernel *kernel;
	uint64_t from, *steps;
	struct fb_error *(*callback)(void *context, uint64_t entry);
	void *context;
};

/* Walks a circular list in one direction (way 0: by next, 1: by prev) until it is back at ring->from.
 * Each entry's other link has to lead back to the entry before it. An entry that is met twice would
 * have two entries before it, so this also bounds a list whose links were damaged into a loop.
 * *ended_ret: the callback ended the walk, or the steps were used up; else an error is of the links. */
static struct fb_error *walk_ring(struct ring *ring, unsigned way, bool *ended_ret)
{
	struct fb_space *space = ring->kernel->space;
	uint64_t at = ring->from, links[2], next;
	struct fb_error *err = fb_space_read(space, at, links, sizeof(links));

	while (!err && links[way] != ring->from) {
		next = links[way];
		if (!fb_kernel_address_ok(next) || next % sizeof(next))
			return fb_error_create(FB_CORRUPT, "link 0x%" PRIx64 " is no address",
					       next);
		err = fb_space_read(space, next, links, sizeof(links));
		if (!err && links[!way] != at)
			err = fb_error_create(FB_CORRUPT, "link 0x%" PRIx64 " does not lead back",
					      next);
		if (err)
			return err;
		*ended_ret = true;
		if (*ring->steps == 0)
			return fb_error_create(FB_LIMIT, "it has no end");
		--*ring->steps;
		err = ring->callback(ring->context, next);
		if (err)
			return err;
		*ended_ret = false;
		at = next;
	}
	return err;
}

struct fb_error *fb_kernel_ring(const struct fb_kernel *kernel, uint64_t from, uint64_t *steps,
				struct fb_error *(*callback)(void *context, uint64_t entry),
				void *context)
{
	struct ring ring = {kernel, from, steps, callback, context};
	bool ended = false;
	struct fb_error *err = walk_ring(&ring, 0, &ended), *other;

	if (err && !ended && !fb_error_is_fatal(err)) {
		other = walk_ring(&ring, 1, &ended);
		if (ended || fb_error_is_fatal(other)) {
			fb_error_destroy(err);
			err = other;
		} else {
			fb_error_destroy(other);
		}
	}
	return err ? fb_error_prefix(err, "list at 0x%" PRIx64, from) : NULL;
}
