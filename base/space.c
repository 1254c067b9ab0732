// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Typed reads from a memory space. Before the space's own code runs, each read is checked: it must not be
 * empty, and must not wrap around the end of the address space. Called by all code that reads memory.
 */
#include "base/space.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

struct fb_error *fb_space_read(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	if (!length)
		return NULL;
	/* The last byte may be that of the highest address. */
	if (length - 1 > UINT64_MAX - address)
		return fb_error_create(FB_FAULT, "%s: %zu bytes at 0x%" PRIx64 " wrap around",
				       space->name, length, address);
	return space->ops->read(space, address, to, length);
}

struct fb_error *fb_space_locate(struct fb_space *space, uint64_t address, uint64_t length,
				 struct fb_run *run_ret)
{
	if (!space->ops->locate)
		return fb_error_create(FB_UNSUPPORTED, "%s cannot tell where its bytes come from",
				       space->name);
	if (!length || length - 1 > UINT64_MAX - address)
		return fb_error_create(FB_INVALID,
				       "%s: %" PRIu64 " bytes at 0x%" PRIx64 " are no range",
				       space->name, length, address);
	return space->ops->locate(space, address, length, run_ret);
}

struct fb_error *fb_space_u8(struct fb_space *space, uint64_t address, uint8_t *ret)
{
	uint8_t value;
	struct fb_error *err = fb_space_read(space, address, &value, sizeof(value));

	if (!err)
		*ret = value;
	return err;
}

struct fb_error *fb_space_u32(struct fb_space *space, uint64_t address, uint32_t *ret)
{
	uint32_t value;
	struct fb_error *err = fb_space_read(space, address, &value, sizeof(value));

	if (!err)
		*ret = le32toh(value);
	return err;
}

struct fb_error *fb_space_u64(struct fb_space *space, uint64_t address, uint64_t *ret)
{
	uint64_t value;
	struct fb_error *err = fb_space_read(space, address, &value, sizeof(value));

	if (!err)
		*ret = le64toh(value);
	return err;
}

struct fb_error *fb_space_read_holes(struct fb_space *space, uint64_t address, void *to,
				     size_t length, fb_space_hole *hole, void *context)
{
	struct fb_error *err = fb_space_read(space, address, to, length);
	size_t part;

	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	for (size_t done = 0; done < length; done += part) {
		part = FB_PAGE_SIZE - ((address + done) & ~FB_PAGE_MASK);
		if (part > length - done)
			part = length - done;
		err = fb_space_read(space, address + done, (uint8_t *)to + done, part);
		if (fb_error_is_fatal(err))
			return err;
		if (!err)
			continue;
		memset((uint8_t *)to + done, 0, part);
		if (hole)
			hole(context, address + done, part, err);
		else
			fb_error_destroy(err);
	}
	return NULL;
}

/* whole: a page that cannot be read is an error wherever it is, and no end. */
static struct fb_error *read_string(struct fb_space *space, uint64_t address, char *to, size_t size,
				    bool whole)
{
	size_t done = 0;

	if (!size)
		return fb_error_create(FB_INVALID, "no room for a string");
	while (done < size - 1) {
		uint64_t at = address + done;
		/* Page by page: the string may end right before one that cannot be read. */
		size_t chunk = FB_PAGE_SIZE - (at & ~FB_PAGE_MASK);
		struct fb_error *err;

		if (chunk > size - 1 - done)
			chunk = size - 1 - done;
		if (done && at < address)
			break; /* the end of the address space */
		err = fb_space_read(space, at, to + done, chunk);
		if (err && (whole || !done || fb_error_is_fatal(err)))
			return err;
		if (err) {
			fb_error_destroy(err);
			break;
		}
		if (memchr(to + done, '\0', chunk))
			return NULL;
		done += chunk;
	}
	to[done] = '\0';
	return NULL;
}

struct fb_error *fb_space_string(struct fb_space *space, uint64_t address, char *to, size_t size)
{
	return read_string(space, address, to, size, false);
}

struct fb_error *fb_space_string_whole(struct fb_space *space, uint64_t address, char *to,
				       size_t size)
{
	return read_string(space, address, to, size, true);
}

const char *fb_source_name(enum fb_source source)
{
	switch (source) {
	case FB_SOURCE_VMCORE:
		return "vmcore";
	case FB_SOURCE_CORE:
		return "core";
	case FB_SOURCE_FILE:
		return "file";
	case FB_SOURCE_ZERO:
		return "zero";
	case FB_SOURCE_ABSENT:
		return "absent";
	}
	return "unknown";
}

const char *fb_absence_name(enum fb_absence absence)
{
	switch (absence) {
	case FB_ABSENCE_NONE:
		return "none";
	case FB_ABSENCE_FILTERED:
		return "filtered";
	case FB_ABSENCE_SWAPPED:
		return "swapped";
	case FB_ABSENCE_UNTOUCHED:
		return "untouched";
	case FB_ABSENCE_UNMAPPED:
		return "unmapped";
	case FB_ABSENCE_TRUNCATED:
		return "truncated";
	case FB_ABSENCE_DAMAGED:
		return "damaged";
	}
	return "unknown";
}
