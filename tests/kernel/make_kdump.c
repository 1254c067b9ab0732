// SPDX-License-Identifier: GPL-2.0-or-later
/* The writer of make_kdump.h: dumps in memory, for all tests that open one. It trusts its recipes, and aborts where one
 * cannot be followed. */
#include "tests/kernel/make_kdump.h"

#include <elf.h>
#include <endian.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"

#define PRSTATUS_SIZE 336
#define COMPRESSED_ROOM (2 * FB_PAGE_SIZE)
#define CRASH_TIME 1700000000

static void append(struct mk_bytes *bytes, const void *data, size_t size)
{
	/* Doubling from 64 KiB: room is the next power of two. */
	size_t room = 65536, used = bytes->size;

	while (room < used)
		room *= 2;
	if (!bytes->data || used + size > room) {
		while (room < used + size)
			room *= 2;
		bytes->data = realloc(bytes->data, room);
		if (!bytes->data)
			abort();
	}
	if (data)
		memcpy(bytes->data + used, data, size);
	else
		memset(bytes->data + used, 0, size);
	bytes->size += size;
}

static void fill_up(struct mk_bytes *bytes, size_t alignment)
{
	append(bytes, NULL, (alignment - bytes->size % alignment) % alignment);
}

void mk_page(uint64_t pfn, uint8_t page[FB_PAGE_SIZE])
{
	uint64_t state = pfn * 0x9e3779b97f4a7c15ull + 1;
	size_t i;

	memset(page, 0, FB_PAGE_SIZE);
	switch (pfn % 4) {
	case 0: /* zeros */
		break;
	case 1: /* noise, which no method makes smaller */
		for (i = 0; i < FB_PAGE_SIZE; i++) {
			state = state * 6364136223846793005ull + 1442695040888963407ull;
			page[i] = (uint8_t)(state >> 56);
		}
		break;
	case 2: /* pointers */
		for (i = 0; i < FB_PAGE_SIZE; i += 8)
			memcpy(page + i,
			       &(uint64_t){0xffff888000000000ull + state % 4096 + i * pfn}, 8);
		break;
	default:
		for (i = 0; i < FB_PAGE_SIZE; i++)
			page[i] = (uint8_t)("fbundle"[i % 7] + pfn % 5);
	}
}

bool mk_every_third(uint64_t pfn)
{
	return pfn % 3 == 1;
}

bool mk_runs(uint64_t pfn)
{
	return pfn % 58 < 37;
}

static bool is_zeros(const uint8_t page[FB_PAGE_SIZE])
{
	return !page[0] && !memcmp(page, page + 1, FB_PAGE_SIZE - 1);
}

static void get_page(const struct mk_recipe *recipe, uint64_t pfn, uint8_t page[FB_PAGE_SIZE])
{
	if (!recipe->source)
		mk_page(pfn, page);
	else if (!fb_dump_has_page(recipe->source, pfn))
		memset(page, 0, FB_PAGE_SIZE);
	else if (fb_dump_read_page(recipe->source, pfn, page))
		abort();
}

bool mk_is_dumped(const struct mk_recipe *recipe, uint64_t pfn)
{
	uint8_t page[FB_PAGE_SIZE];

	if (!recipe->source)
		return recipe->dumped(pfn);
	if (!fb_dump_has_page(recipe->source, pfn))
		return recipe->zeros && recipe->zeros[pfn / 8] & 1u << (pfn % 8);
	if (!recipe->without_zeros)
		return true;
	get_page(recipe, pfn, page);
	return !is_zeros(page);
}

static size_t compress_page(const uint8_t *page, uint32_t method, uint8_t *out)
{
	static const size_t work_size = LZO1X_1_MEM_COMPRESS;
	size_t size = COMPRESSED_ROOM;
	uLongf zlib_size = COMPRESSED_ROOM;
	lzo_uint lzo_size = COMPRESSED_ROOM;
	void *work;

	switch (method) {
	case FB_KDUMP_PAGE_ZLIB:
		return compress2(out, &zlib_size, page, FB_PAGE_SIZE, 1) == Z_OK ? zlib_size : 0;
	case FB_KDUMP_PAGE_LZO:
		work = malloc(work_size);
		if (!work || lzo1x_1_compress(page, FB_PAGE_SIZE, out, &lzo_size, work) != LZO_E_OK)
			abort();
		free(work);
		return lzo_size;
	case FB_KDUMP_PAGE_SNAPPY:
		if (snappy_compress((const char *)page, FB_PAGE_SIZE, (char *)out, &size) !=
		    SNAPPY_OK)
			abort();
		return size;
	case FB_KDUMP_PAGE_ZSTD:
		size = ZSTD_compress(out, COMPRESSED_ROOM, page, FB_PAGE_SIZE, 1);
		return ZSTD_isError(size) ? 0 : size;
	default:
		return 0;
	}
}

static uint32_t method_of(const struct mk_recipe *recipe, size_t index)
{
	static const uint32_t methods[] = {0, FB_KDUMP_PAGE_ZLIB, FB_KDUMP_PAGE_LZO,
					   FB_KDUMP_PAGE_SNAPPY, FB_KDUMP_PAGE_ZSTD};

	if (recipe->method != MK_MIXED)
		return recipe->method;
	return methods[index % FB_ARRAY_SIZE(methods)];
}

static void append_note(struct mk_bytes *bytes, const char *name, uint32_t type, const void *desc,
			size_t size)
{
	Elf64_Nhdr header = {(uint32_t)strlen(name) + 1, (uint32_t)size, type};

	append(bytes, &header, sizeof(header));
	append(bytes, name, header.n_namesz);
	fill_up(bytes, 4);
	append(bytes, desc, size);
	fill_up(bytes, 4);
}

static void append_notes(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	uint8_t prstatus[PRSTATUS_SIZE];
	unsigned cpu;

	if (recipe->source) {
		size_t size;
		const void *notes = fb_dump_notes(recipe->source, &size);

		append(bytes, notes, size);
		return;
	}
	for (cpu = 0; cpu < recipe->cpus; cpu++) {
		memset(prstatus, (int)cpu + 1, sizeof(prstatus));
		append_note(bytes, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	}
	if (recipe->vmcoreinfo)
		append_note(bytes, "VMCOREINFO", 0, recipe->vmcoreinfo, strlen(recipe->vmcoreinfo));
}

static bool in_part(const struct mk_recipe *recipe, uint64_t pfn)
{
	return mk_is_dumped(recipe, pfn) &&
	       (!recipe->split || (pfn >= recipe->start_pfn && pfn < recipe->end_pfn));
}

/* Bitmap 1 has every frame but 0, or what the source has; bitmap 2 those of the whole dump, in a
 * part too. */
static void append_bitmaps(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	size_t blocks = (size_t)((recipe->max_pfn + 8 * FB_KDUMP_BLOCK - 1) / 8 / FB_KDUMP_BLOCK);
	uint64_t pfn;

	bytes->bitmap1 = bytes->size;
	bytes->bitmap2 = bytes->size + blocks * FB_KDUMP_BLOCK;
	append(bytes, NULL, 2 * blocks * FB_KDUMP_BLOCK);
	mk_header(bytes)->bitmap_blocks = (uint32_t)(2 * blocks);
	if (recipe->source &&
	    fb_dump_existing_bitmap(recipe->source, 0, bytes->data + bytes->bitmap1,
				    (size_t)(recipe->max_pfn + 7) / 8))
		abort();
	for (pfn = 0; pfn < recipe->max_pfn; pfn++) {
		if (pfn && !recipe->source)
			bytes->data[bytes->bitmap1 + pfn / 8] |= (uint8_t)(1u << (pfn % 8));
		if (mk_is_dumped(recipe, pfn))
			bytes->data[bytes->bitmap2 + pfn / 8] |= (uint8_t)(1u << (pfn % 8));
	}
}

/* All pages of zeros share the first stored one, as makedumpfile has it. */
static void append_pages(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	struct fb_kdump_page_desc desc, zero = {0};
	uint8_t page[FB_PAGE_SIZE], out[COMPRESSED_ROOM];
	size_t index = 0, size;
	uint64_t pfn;

	bytes->descs = bytes->size;
	for (pfn = 0; pfn < recipe->max_pfn; pfn++)
		bytes->pages += in_part(recipe, pfn);
	append(bytes, NULL, bytes->pages * sizeof(desc));
	bytes->pages_start = bytes->size;
	append(bytes, NULL, FB_PAGE_SIZE);
	zero.offset = bytes->pages_start;
	zero.size = FB_PAGE_SIZE;
	for (pfn = 0; pfn < recipe->max_pfn; pfn++) {
		uint32_t method = method_of(recipe, index);

		if (!in_part(recipe, pfn))
			continue;
		get_page(recipe, pfn, page);
		desc = zero;
		if (!is_zeros(page)) {
			size = compress_page(page, method, out);
			desc.offset = bytes->size;
			if (size && size < FB_PAGE_SIZE) {
				desc.size = (uint32_t)size;
				desc.flags = method;
			}
			append(bytes, desc.flags ? out : page, desc.size);
		}
		*mk_desc(bytes, index++) = desc;
	}
}

static void set_header(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	struct fb_kdump_header *header = mk_header(bytes);
	int version = recipe->version ? recipe->version : 6;

	memcpy(header->signature, FB_KDUMP_SIGNATURE, sizeof(header->signature));
	header->header_version = version;
	snprintf(header->utsname.sysname, sizeof(header->utsname.sysname), "%s", "Linux");
	snprintf(header->utsname.release, sizeof(header->utsname.release), "%s", "6.1.0-test");
	snprintf(header->utsname.machine, sizeof(header->utsname.machine), "%s", "x86_64");
	/* libkdumpfile believes a utsname only where no field is empty. */
	snprintf(header->utsname.nodename, sizeof(header->utsname.nodename), "%s", "test");
	snprintf(header->utsname.version, sizeof(header->utsname.version), "%s", "#1 SMP");
	snprintf(header->utsname.domainname, sizeof(header->utsname.domainname), "%s", "(none)");
	header->timestamp_sec = CRASH_TIME;
	if (recipe->source)
		header->timestamp_sec = fb_dump_info(recipe->source)->crash_time;
	header->status = recipe->status;
	/* The bits of status and of the descriptors' flags have the same values. */
	if (recipe->method != MK_MIXED)
		header->status |= recipe->method;
	header->block_size = FB_KDUMP_BLOCK;
	header->sub_hdr_size = (int32_t)(bytes->size / FB_KDUMP_BLOCK - 1);
	header->max_mapnr = version < 6 ? (uint32_t)recipe->max_pfn : 0;
	header->nr_cpus = (int32_t)recipe->cpus;
}

static void set_sub_header(const struct mk_recipe *recipe, struct mk_bytes *bytes, size_t notes,
			   size_t notes_size)
{
	struct fb_kdump_sub_header *sub = mk_sub_header(bytes);
	int version = recipe->version ? recipe->version : 6;

	sub->dump_level = recipe->source ? fb_dump_info(recipe->source)->dump_level : 31;
	if (version >= 2) {
		sub->split = recipe->split;
		sub->start_pfn = version < 6 ? recipe->start_pfn : 0;
		sub->end_pfn = version < 6 ? recipe->end_pfn : 0;
	}
	if (version >= 3 && recipe->vmcoreinfo) {
		size_t length = strlen(recipe->vmcoreinfo);
		const uint8_t *text =
			memmem(bytes->data + notes, notes_size, recipe->vmcoreinfo, length);

		sub->size_vmcoreinfo = length;
		sub->offset_vmcoreinfo = (uint64_t)(text - bytes->data);
	}
	if (version >= 4) {
		sub->offset_note = notes;
		sub->size_note = notes_size;
	}
	if (version >= 6) {
		sub->start_pfn_64 = recipe->start_pfn;
		sub->end_pfn_64 = recipe->end_pfn;
		sub->max_mapnr_64 = recipe->max_pfn;
	}
}

void mk_kdump(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	size_t notes, notes_size;

	*bytes = (struct mk_bytes){0};
	append(bytes, NULL, FB_KDUMP_BLOCK);
	append(bytes, NULL, sizeof(struct fb_kdump_sub_header));
	notes = bytes->size;
	append_notes(recipe, bytes);
	notes_size = bytes->size - notes;
	fill_up(bytes, FB_KDUMP_BLOCK);
	set_header(recipe, bytes);
	set_sub_header(recipe, bytes, notes, notes_size);
	append_bitmaps(recipe, bytes);
	append_pages(recipe, bytes);
}

static uint64_t run_end(const struct mk_recipe *recipe, uint64_t pfn, bool dumped)
{
	while (pfn < recipe->max_pfn && mk_is_dumped(recipe, pfn) == dumped)
		pfn++;
	return pfn;
}

/* Appends the segments' headers; their data go behind, from offset data on. */
static unsigned append_segments(const struct mk_recipe *recipe, struct mk_bytes *bytes, size_t data)
{
	uint64_t pfn = run_end(recipe, 0, false), end, next;
	unsigned count = 0;

	for (; pfn < recipe->max_pfn; pfn = next, count++) {
		end = run_end(recipe, pfn, true);
		next = run_end(recipe, end, false);
		append(bytes,
		       &(Elf64_Phdr){
			       .p_type = PT_LOAD,
			       .p_offset = data,
			       .p_vaddr = 0xffff888000000000ull + pfn * FB_PAGE_SIZE,
			       .p_paddr = pfn * FB_PAGE_SIZE,
			       .p_filesz = (end - pfn) * FB_PAGE_SIZE,
			       .p_memsz = (next - pfn) * FB_PAGE_SIZE,
		       },
		       sizeof(Elf64_Phdr));
		data += (end - pfn) * FB_PAGE_SIZE;
	}
	return count;
}

void mk_elf(const struct mk_recipe *recipe, struct mk_bytes *bytes)
{
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
	};
	struct mk_bytes notes = {0}, segments = {0};
	uint8_t page[FB_PAGE_SIZE];
	size_t start;
	uint64_t pfn;

	*bytes = (struct mk_bytes){0};
	append_notes(recipe, &notes);
	header.e_phnum = (Elf64_Half)(append_segments(recipe, &segments, 0) + 1);
	start = sizeof(header) + header.e_phnum * sizeof(Elf64_Phdr);
	free(segments.data);
	append(bytes, &header, sizeof(header));
	append(bytes, &(Elf64_Phdr){.p_type = PT_NOTE, .p_offset = start, .p_filesz = notes.size},
	       sizeof(Elf64_Phdr));
	bytes->pages_start = (start + notes.size + FB_PAGE_SIZE - 1) & ~(size_t)(FB_PAGE_SIZE - 1);
	(void)append_segments(recipe, bytes, bytes->pages_start);
	append(bytes, notes.data, notes.size);
	free(notes.data);
	fill_up(bytes, FB_PAGE_SIZE);
	for (pfn = 0; pfn < recipe->max_pfn; pfn++) {
		if (!mk_is_dumped(recipe, pfn))
			continue;
		get_page(recipe, pfn, page);
		append(bytes, page, sizeof(page));
		bytes->pages++;
	}
}

static void append_record(struct mk_bytes *bytes, int64_t offset, const void *data, size_t size)
{
	struct fb_flat_record record = {
		.offset = (int64_t)htobe64((uint64_t)offset),
		.buf_size = (int64_t)htobe64((uint64_t)(data ? (int64_t)size : -1)),
	};

	append(bytes, &record, sizeof(record));
	if (data)
		append(bytes, data, size);
}

void mk_flatten(const struct mk_bytes *plain, size_t record_size, struct mk_bytes *bytes)
{
	struct fb_flat_header header = {
		.signature = FB_FLAT_SIGNATURE,
		.type = (int64_t)htobe64(1),
		.version = (int64_t)htobe64(1),
	};
	size_t at, size, first = plain->size < record_size ? plain->size : record_size;
	uint8_t *wrong = malloc(first);

	*bytes = (struct mk_bytes){0};
	append(bytes, &header, sizeof(header));
	fill_up(bytes, FB_FLAT_HEADER_SIZE);
	if (!wrong)
		abort();
	memset(wrong, 0xa5, first);
	append_record(bytes, 0, wrong, first);
	free(wrong);
	for (at = first; at < plain->size; at += size) {
		size = plain->size - at < record_size ? plain->size - at : record_size;
		append_record(bytes, (int64_t)at, plain->data + at, size);
	}
	append_record(bytes, 0, plain->data, first);
	append_record(bytes, -1, NULL, 0);
}

void mk_gzip(const struct mk_bytes *plain, struct mk_bytes *bytes)
{
	z_stream stream = {0};

	*bytes = (struct mk_bytes){0};
	append(bytes, NULL, plain->size + plain->size / 100 + 4096);
	/* 16: a gzip header. */
	if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	stream.next_in = plain->data;
	stream.avail_in = (uInt)plain->size;
	stream.next_out = bytes->data;
	stream.avail_out = (uInt)bytes->size;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	bytes->size = stream.total_out;
	deflateEnd(&stream);
}

struct fb_kdump_header *mk_header(struct mk_bytes *bytes)
{
	return (struct fb_kdump_header *)bytes->data;
}

struct fb_kdump_sub_header *mk_sub_header(struct mk_bytes *bytes)
{
	return (struct fb_kdump_sub_header *)(bytes->data + FB_KDUMP_BLOCK);
}

struct fb_kdump_page_desc *mk_desc(struct mk_bytes *bytes, size_t index)
{
	return (struct fb_kdump_page_desc *)(bytes->data + bytes->descs) + index;
}
