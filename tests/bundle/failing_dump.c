// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/failing_dump.h"

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"

static struct failure *failure;
static const struct fb_dump_ops *whole; /* those that answer */
static struct fb_dump_ops failing;

static struct fb_error *failing_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct fb_error *err = failing_step(failure);

	return err ? err : whole->read_page(dump, pfn, page);
}

static struct fb_error *failing_part(struct fb_dump *dump, size_t index,
				     struct fb_dump_part *part_ret)
{
	struct fb_error *err = failing_step(failure);

	return err ? err : whole->part(dump, index, part_ret);
}

static struct fb_error *failing_stored(struct fb_dump *dump, uint64_t pfn,
				       struct fb_dump_stored *stored, size_t room,
				       size_t *count_ret)
{
	struct fb_error *err = failing_step(failure);

	return err ? err : whole->stored(dump, pfn, stored, room, count_ret);
}

static struct fb_error *failing_existing(struct fb_dump *dump, uint64_t offset, void *bits,
					 size_t length)
{
	struct fb_error *err = failing_step(failure);

	return err ? err : whole->existing(dump, offset, bits, length);
}

void failing_dump_begin(struct fb_dump *dump, struct failure *counted)
{
	CU_ASSERT_PTR_NULL_FATAL(whole);
	failure = counted;
	whole = dump->ops;
	failing = *whole;
	failing.read_page = failing_page;
	if (failing.parts) {
		failing.part = failing_part;
		failing.stored = failing_stored;
		failing.existing = failing_existing;
	}
	dump->ops = &failing;
}

void failing_dump_end(struct fb_dump *dump)
{
	dump->ops = whole;
	whole = NULL;
}
