// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads saved guests of qemu (qevm_format.h): `virsh save`, `virsh dump` without --memory-only, a migration to a file,
 * a snapshot in a disk image (qcow2.c).
 * The stream is read once to find its pages. The registers are in sections that are not read. Called by
 * kernel/dump/image_dump.c.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/images/image.h"
#include "kernel/images/qevm_format.h"
#include "kernel/images/qevm_pages.h"

#define NAME_MOST 255u
#define BLOCKS_MOST 64u
/* A subsection of the configuration that says how memory is written otherwise, where it is. */
#define CAPABILITIES "configuration/capabilities"
#define UUID "configuration/uuid"
#define PAGE_BITS "configuration/target-page-bits"
#define UUID_BYTES 16u

struct block {
	char name[NAME_MOST + 1];
	uint64_t length; /* bytes */
	bool memory;     /* of the guest, not a device's or its firmware's */
	uint64_t base;   /* of its first byte among all memory of the guest, where memory */
};

struct stream {
	struct fb_file *file; /* borrowed */
	uint64_t offset;      /* of what is read next */
	char machine[NAME_MOST + 1];
	uint32_t ram; /* number of the section */
	bool has_ram, ended;
	struct block blocks[BLOCKS_MOST];
	size_t block_count;
	uint64_t memory;           /* bytes of the guest's */
	uint64_t low;              /* of them below the gap for devices, which ends at 4 GiB */
	const struct block *block; /* of the last page */
	struct fb_qevm_pages *pages;
	struct fb_image_pieces *pieces;
	/* Pages that are consecutive in both memory and pages, not yet added to pieces: physical address, bytes. */
	uint64_t start, length;
};

static struct fb_error *take(struct stream *stream, void *to, size_t size)
{
	struct fb_error *err = fb_file_read(stream->file, stream->offset, to, size);

	if (!err)
		stream->offset += size;
	return err;
}

static struct fb_error *take_u32(struct stream *stream, uint32_t *ret)
{
	struct fb_error *err = take(stream, ret, sizeof(*ret));

	*ret = err ? 0 : be32toh(*ret);
	return err;
}

static struct fb_error *take_u64(struct stream *stream, uint64_t *ret)
{
	struct fb_error *err = take(stream, ret, sizeof(*ret));

	*ret = err ? 0 : be64toh(*ret);
	return err;
}

/* A length of one byte, and that many characters. */
static struct fb_error *take_name(struct stream *stream, char name[NAME_MOST + 1])
{
	uint8_t length = 0;
	struct fb_error *err = take(stream, &length, sizeof(length));

	memset(name, 0, NAME_MOST + 1);
	return err || !length ? err : take(stream, name, length);
}

static struct fb_error *skip(struct stream *stream, uint64_t bytes)
{
	if (bytes > stream->file->size - stream->offset)
		return fb_error_create(FB_TRUNCATED, "it ends at %" PRIu64 " bytes",
				       stream->file->size);
	stream->offset += bytes;
	return NULL;
}

/* Capabilities are listed where they change what is written. */
static struct fb_error *check_capabilities(struct stream *stream)
{
	char name[NAME_MOST + 1];
	uint32_t count;
	struct fb_error *err = take_u32(stream, &count);

	for (uint32_t i = 0; i < count && !err; i++) {
		err = take_name(stream, name);
		if (!err && (!strcmp(name, "mapped-ram") || !strcmp(name, "x-ignore-shared") ||
			     !strcmp(name, "multifd")))
			return fb_error_create(
				FB_UNSUPPORTED,
				"its memory is written with %s: take the dump with "
				"virsh dump --memory-only, or save the guest without",
				name);
	}
	return err;
}

static struct fb_error *take_configuration(struct stream *stream)
{
	char name[NAME_MOST + 1];
	uint32_t length = 0, version;
	uint8_t type = 0;
	struct fb_error *err = take_u32(stream, &length);

	if (!err && length > NAME_MOST)
		return fb_error_create(FB_CORRUPT, "a machine's name of %" PRIu32 " bytes", length);
	if (!err && length)
		err = take(stream, stream->machine, length);
	while (!err) {
		err = take(stream, &type, sizeof(type));
		if (err || type != FB_QEVM_SUBSECTION)
			break;
		err = take_name(stream, name);
		if (!err)
			err = take_u32(stream, &version);
		if (err)
			break;
		if (!strcmp(name, CAPABILITIES))
			err = check_capabilities(stream);
		else if (!strcmp(name, UUID))
			err = skip(stream, UUID_BYTES);
		else if (!strcmp(name, PAGE_BITS))
			err = skip(stream, sizeof(uint32_t));
		else
			err = fb_error_create(FB_UNSUPPORTED, "its configuration has a part '%s'",
					      name);
	}
	if (!err)
		stream->offset -= sizeof(type); /* of the section behind it */
	return err;
}

/* Number of a NUMA node's block; false: it is none. */
static bool node_of(const struct block *block, unsigned long *node_ret)
{
	static const char prefix[] = "ram-node";
	const char *digits = block->name + strlen(prefix);
	char *rest;

	if (strncmp(block->name, prefix, strlen(prefix)) != 0)
		return false;
	*node_ret = strtoul(digits, &rest, 10);
	return rest != digits && !*rest;
}

/* Which blocks are the guest's memory: "pc.ram", or one for each NUMA node, or, where they were given other names, the
 * largest. */
static void find_memory(struct stream *stream)
{
	struct block *largest = &stream->blocks[0];
	unsigned long node, other;

	stream->memory = 0;
	for (size_t i = 0; i < stream->block_count; i++) {
		struct block *block = &stream->blocks[i];

		block->memory = node_of(block, &node);
		block->base = 0;
		for (size_t j = 0; block->memory && j < stream->block_count; j++)
			if (node_of(&stream->blocks[j], &other) && other < node)
				block->base += stream->blocks[j].length;
		stream->memory += block->memory ? block->length : 0;
		if (!strcmp(block->name, "pc.ram") ||
		    (block->length > largest->length && strcmp(largest->name, "pc.ram") != 0))
			largest = block;
	}
	if (!stream->memory) {
		largest->memory = true;
		stream->memory = largest->length;
	}
}

/* Where memory is cut in two: pc_q35_init() of hw/i386/pc_q35.c, pc_init1() of pc_piix.c, microvm_memory_init() of
 * microvm.c. */
static struct fb_error *find_gap(struct stream *stream)
{
	static const struct {
		const char *machine;
		uint64_t from, low; /* as much memory, and then as much of it is below */
	} gaps[] = {
		{"q35", 0xb0000000, 0x80000000},
		{"pc", 0xe0000000, 0xc0000000},
		{"microvm", 0xc0000000, 0xc0000000},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(gaps); i++)
		if (strstr(stream->machine, gaps[i].machine)) {
			stream->low = stream->memory >= gaps[i].from ? gaps[i].low : stream->memory;
			return NULL;
		}
	stream->low = stream->memory;
	if (stream->memory <= gaps[0].low)
		return NULL;
	return fb_error_create(
		FB_UNSUPPORTED,
		"where a machine '%s' has its memory is not known: take the dump with "
		"virsh dump --memory-only",
		stream->machine);
}

static struct fb_error *take_blocks(struct stream *stream, uint64_t total)
{
	struct fb_error *err = NULL;

	stream->block = NULL;
	stream->block_count = 0;
	while (total && !err) {
		struct block *block = &stream->blocks[stream->block_count];

		if (stream->block_count == BLOCKS_MOST)
			return fb_error_create(FB_LIMIT, "more than %u blocks of memory",
					       BLOCKS_MOST);
		err = take_name(stream, block->name);
		if (!err)
			err = take_u64(stream, &block->length);
		if (!err && (!block->length || block->length > total))
			err = fb_error_create(FB_CORRUPT, "block '%s' has %" PRIu64 " bytes",
					      block->name, block->length);
		total -= err ? 0 : block->length;
		stream->block_count += !err;
	}
	if (!err && !stream->block_count)
		err = fb_error_create(FB_CORRUPT, "no memory");
	if (err)
		return err;
	find_memory(stream);
	return find_gap(stream);
}

static struct fb_error *take_block_of_page(struct stream *stream, uint64_t word)
{
	char name[NAME_MOST + 1];
	struct fb_error *err;

	if (word & FB_QEVM_CONTINUE)
		return stream->block ? NULL : fb_error_create(FB_CORRUPT, "a page of no block");
	err = take_name(stream, name);
	for (size_t i = 0; i < stream->block_count && !err; i++)
		if (!strcmp(stream->blocks[i].name, name)) {
			stream->block = &stream->blocks[i];
			return NULL;
		}
	return err ? err : fb_error_create(FB_CORRUPT, "a page of a block '%s'", name);
}

static struct fb_error *flush(struct stream *stream)
{
	uint64_t source = (fb_qevm_pages_count(stream->pages) << FB_PAGE_SHIFT) - stream->length;
	struct fb_error *err = fb_image_add(stream->pieces, stream->start, stream->length, source);

	stream->length = 0;
	return err;
}

/* The page whose data is at the stream's offset. */
static struct fb_error *add_page(struct stream *stream, uint64_t in_block, bool filled)
{
	const struct block *block = stream->block;
	uint64_t at = block->base + in_block;
	struct fb_error *err = NULL;

	if (in_block >= block->length)
		return fb_error_create(FB_CORRUPT, "block '%s' has no page at 0x%" PRIx64,
				       block->name, in_block);
	if (!block->memory)
		return NULL;
	if (at >= stream->low)
		at += (1ull << 32) - stream->low;
	if (stream->length && at != stream->start + stream->length)
		err = flush(stream);
	if (!err)
		err = fb_qevm_pages_add(stream->pages, stream->offset, filled);
	if (err)
		return err;
	if (!stream->length)
		stream->start = at;
	stream->length += FB_PAGE_SIZE;
	return NULL;
}

static struct fb_error *take_page(struct stream *stream, uint64_t word)
{
	bool filled = word & FB_QEVM_ZERO;
	uint64_t size = filled ? 1 : FB_PAGE_SIZE;
	struct fb_error *err = take_block_of_page(stream, word);

	/* One that is cut off is none. */
	if (!err)
		err = skip(stream, size);
	if (err)
		return err;
	stream->offset -= size;
	err = add_page(stream, word & ~(uint64_t)FB_QEVM_FLAGS, filled);
	stream->offset += size;
	return err;
}

static struct fb_error *take_ram(struct stream *stream)
{
	struct fb_error *err = NULL;

	while (!err) {
		uint64_t word = 0;

		err = take_u64(stream, &word);
		if (err)
			break;
		if (word & FB_QEVM_MEM_SIZE)
			err = take_blocks(stream, word & ~(uint64_t)FB_QEVM_FLAGS);
		else if (word & (FB_QEVM_XBZRLE | FB_QEVM_COMPRESSED | FB_QEVM_HOOK))
			err = fb_error_create(
				FB_UNSUPPORTED,
				"its pages are compressed by qemu: take the dump with virsh dump "
				"--memory-only, or save the guest without");
		else if (word & (FB_QEVM_ZERO | FB_QEVM_PAGE))
			err = take_page(stream, word);
		else if (word & FB_QEVM_END)
			return NULL;
		else if (!(word & FB_QEVM_MULTIFD_FLUSH))
			err = fb_error_create(FB_CORRUPT, "no page at offset %" PRIu64,
					      stream->offset - sizeof(word));
	}
	return err;
}

/* A section behind its type. *more_ret false where memory has ended. */
static struct fb_error *take_section(struct stream *stream, uint8_t type, bool *more_ret)
{
	char name[NAME_MOST + 1] = "";
	uint32_t number, ignored;
	struct fb_error *err = take_u32(stream, &number);

	if (!err && (type == FB_QEVM_SECTION_START || type == FB_QEVM_SECTION_FULL)) {
		err = take_name(stream, name);
		if (!err)
			err = take_u32(stream, &ignored);
		if (!err)
			err = take_u32(stream, &ignored);
		if (!err && !strcmp(name, "ram")) {
			stream->ram = number;
			stream->has_ram = true;
		}
	}
	if (err)
		return err;
	if (!stream->has_ram || number != stream->ram) {
		*more_ret = false;
		return stream->ended
			       ? NULL
			       : fb_error_create(FB_UNSUPPORTED,
						 "a section '%s' stands before the end of its "
						 "memory",
						 name);
	}
	err = take_ram(stream);
	stream->ended |= !err && type == FB_QEVM_SECTION_END;
	return err;
}

static struct fb_error *take_command(struct stream *stream)
{
	uint16_t words[2] = {0}; /* command, length */
	struct fb_error *err = take(stream, words, sizeof(words));

	return err ? err : skip(stream, be16toh(words[1]));
}

static struct fb_error *take_sections(struct stream *stream)
{
	struct fb_error *err = NULL;
	bool more = true;

	while (!err && more) {
		uint8_t type = 0;

		err = take(stream, &type, sizeof(type));
		if (err)
			break;
		if (type == FB_QEVM_CONFIGURATION)
			err = take_configuration(stream);
		else if (type == FB_QEVM_COMMAND)
			err = take_command(stream);
		else if (type == FB_QEVM_SECTION_FOOTER)
			err = skip(stream, sizeof(uint32_t));
		else if (type >= FB_QEVM_SECTION_START && type <= FB_QEVM_SECTION_FULL)
			err = take_section(stream, type, &more);
		else if (type == FB_QEVM_SECTION_EOF || stream->ended)
			more = false;
		else
			err = fb_error_create(FB_CORRUPT, "no section at offset %" PRIu64,
					      stream->offset - 1);
	}
	return err;
}

/* Behind what libvirt put before it, where it did. */
static struct fb_error *take_head(struct stream *stream)
{
	struct fb_qevm_libvirt libvirt;
	uint32_t magic = 0, version = 0;
	struct fb_error *err = fb_file_read(stream->file, 0, libvirt.magic, sizeof(libvirt.magic));

	if (!err && !memcmp(libvirt.magic, FB_QEVM_LIBVIRT_MAGIC, sizeof(libvirt.magic))) {
		err = take(stream, &libvirt, sizeof(libvirt));
		if (!err && libvirt.compression)
			err = fb_error_create(FB_UNSUPPORTED,
					      "is compressed by libvirt: save the guest with "
					      "save_image_format = \"raw\" in qemu.conf");
		if (!err)
			err = skip(stream, libvirt.data_length);
	}
	if (!err)
		err = take_u32(stream, &magic);
	if (!err)
		err = take_u32(stream, &version);
	if (!err && (magic != FB_QEVM_MAGIC || version != FB_QEVM_VERSION))
		err = fb_error_create(FB_UNSUPPORTED,
				      "no migration stream of version %u where one is to be",
				      FB_QEVM_VERSION);
	return err;
}

/* Memory up to where the stream is damaged or ends is worth having. */
static struct fb_error *keep_what_is_there(struct stream *stream, struct fb_error *err,
					   struct fb_warnings *warnings)
{
	if ((!fb_error_is(err, FB_TRUNCATED) && !fb_error_is(err, FB_CORRUPT)) ||
	    !fb_qevm_pages_count(stream->pages))
		return err;
	fb_warn_error(warnings, err,
		      "%s: the saved guest is cut off or damaged: what follows is lost",
		      stream->file->path);
	return NULL;
}

struct fb_error *fb_qevm_read(struct fb_file *file, struct fb_warnings *warnings,
			      struct fb_image *image_ret)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct fb_image image = {.format = "QEVM"};
	struct fb_image_pieces pieces = {0};
	struct fb_error *err;

	if (!stream)
		return fb_error_nomem();
	stream->file = file;
	stream->pieces = &pieces;
	err = fb_qevm_pages_create(file, &stream->pages);
	if (!err)
		err = take_head(stream);
	if (!err)
		err = keep_what_is_there(stream, take_sections(stream), warnings);
	if (!err)
		err = flush(stream);
	if (!err) {
		image.file = fb_qevm_pages_file(stream->pages, &image.inner);
		pieces.file_size = image.file->size;
	} else {
		fb_qevm_pages_destroy(stream->pages);
	}
	free(stream);
	return fb_image_finish(err, &pieces, &image, image_ret);
}
