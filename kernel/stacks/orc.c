// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decodes ORC entries, and searches one table of them. Called by orc_load.c.
 */
#include "kernel/stacks/orc.h"

#include <inttypes.h>
#include <string.h>

#include "base/search.h"

/* The numbers of registers, by version. */
static const uint8_t registers_v1[16] = {
	FB_ORC_REG_UNDEFINED,   FB_ORC_REG_PREV_SP,     FB_ORC_REG_DX,      FB_ORC_REG_DI,
	FB_ORC_REG_BP,          FB_ORC_REG_SP,          FB_ORC_REG_R10,     FB_ORC_REG_R13,
	FB_ORC_REG_BP_INDIRECT, FB_ORC_REG_SP_INDIRECT, FB_ORC_REG_INVALID, FB_ORC_REG_INVALID,
	FB_ORC_REG_INVALID,     FB_ORC_REG_INVALID,     FB_ORC_REG_INVALID, FB_ORC_REG_INVALID,
};
static const uint8_t registers_v4[16] = {
	FB_ORC_REG_UNDEFINED, FB_ORC_REG_AX,          FB_ORC_REG_DX,          FB_ORC_REG_SP,
	FB_ORC_REG_BP,        FB_ORC_REG_DI,          FB_ORC_REG_R10,         FB_ORC_REG_R13,
	FB_ORC_REG_PREV_SP,   FB_ORC_REG_SP_INDIRECT, FB_ORC_REG_BP_INDIRECT, FB_ORC_REG_INVALID,
	FB_ORC_REG_INVALID,   FB_ORC_REG_INVALID,     FB_ORC_REG_INVALID,     FB_ORC_REG_INVALID,
};

/* The number of SP, on which nearly every row counts. */
#define SP_V1 5u
#define SP_V4 3u

static const struct {
	uint8_t hash[FB_ORC_HEADER_BYTES];
	enum fb_orc_version version;
} headers[] = {
	{{0xdb, 0x84, 0xae, 0xd4, 0x10, 0x3b, 0x31, 0xdd, 0x51, 0xe0,
	  0x17, 0xf8, 0xf7, 0x97, 0x83, 0xca, 0x98, 0x5c, 0x2c, 0x51},
	 FB_ORC_V2}, /* 6.3.10 */
	{{0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
	  0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24},
	 FB_ORC_V3}, /* 6.4 */
	{{0x13, 0x7c, 0x36, 0xad, 0x76, 0x27, 0xc4, 0xdd, 0x55, 0x93,
	  0x21, 0x76, 0xbb, 0x0e, 0xcd, 0xbd, 0x50, 0x41, 0xfc, 0x82},
	 FB_ORC_V4}, /* 7.1 */
};

enum fb_orc_version fb_orc_version_by_header(const uint8_t header[FB_ORC_HEADER_BYTES])
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(headers); i++)
		if (memcmp(headers[i].hash, header, FB_ORC_HEADER_BYTES) == 0)
			return headers[i].version;
	return FB_ORC_UNKNOWN;
}

static int16_t get_s16(const uint8_t *bytes)
{
	return (int16_t)(bytes[0] | bytes[1] << 8);
}

static uint16_t get_flags(const uint8_t entry[FB_ORC_ENTRY_BYTES])
{
	return (uint16_t)(entry[4] | entry[5] << 8);
}

/* v1 and v2 have no types UNDEFINED and END: they are rows without a stack pointer, and a bit. */
static enum fb_orc_type old_type(uint16_t flags, unsigned end_bit)
{
	if (!(flags & 0xf))
		return flags & 1u << end_bit ? FB_ORC_TYPE_END : FB_ORC_TYPE_UNDEFINED;
	return FB_ORC_TYPE_CALL + (flags >> 8 & 3);
}

struct fb_error *fb_orc_decode(const uint8_t entry[FB_ORC_ENTRY_BYTES], enum fb_orc_version version,
			       struct fb_orc_row *row_ret)
{
	uint16_t flags = get_flags(entry);
	const uint8_t *registers = version == FB_ORC_V4 ? registers_v4 : registers_v1;
	struct fb_orc_row row = {
		.sp_offset = get_s16(entry),
		.bp_offset = get_s16(entry + 2),
		.sp_reg = registers[flags & 0xf],
		.bp_reg = registers[flags >> 4 & 0xf],
	};

	switch (version) {
	case FB_ORC_V1:
		row.type = old_type(flags, 10);
		row.signal = row.type >= FB_ORC_TYPE_REGS;
		break;
	case FB_ORC_V2:
		row.type = old_type(flags, 11);
		row.signal = flags >> 10 & 1;
		break;
	case FB_ORC_V3:
	case FB_ORC_V4:
		row.type = flags >> 8 & 7;
		row.signal = flags >> 11 & 1;
		break;
	default:
		return fb_error_create(FB_INVALID, "no such version of ORC: %d", (int)version);
	}
	if (row.type > FB_ORC_TYPE_REGS_PARTIAL || row.sp_reg == FB_ORC_REG_INVALID ||
	    row.bp_reg == FB_ORC_REG_INVALID)
		return fb_error_create(FB_CORRUPT, "ORC entry %04x %04x %04x is of no known kind",
				       (uint16_t)row.sp_offset, (uint16_t)row.bp_offset, flags);
	*row_ret = row;
	return NULL;
}

static struct fb_error *read_ip(const struct fb_orc_table *table, uint32_t index, uint64_t *ip_ret)
{
	uint64_t address = table->ips + (uint64_t)index * FB_ORC_IP_BYTES;
	uint32_t offset;
	struct fb_error *err;

	err = fb_space_u32(table->space, address, &offset);
	if (!err)
		*ip_ret = address + (uint64_t)(int64_t)(int32_t)offset;
	return err;
}

/* Whether the code of an entry begins at or before pc; false too once an entry could not be read. */
static bool begins_by(const struct fb_orc_table *table, size_t index, uint64_t pc,
		      struct fb_error **err)
{
	uint64_t ip = 0;

	if (!*err)
		*err = read_ip(table, (uint32_t)index, &ip);
	return !*err && ip <= pc;
}

/* The last index whose code begins at or before pc. */
static struct fb_error *find_index(const struct fb_orc_table *table, uint64_t pc,
				   uint32_t *index_ret)
{
	struct fb_error *err = NULL;
	size_t behind = FB_LOWER_BOUND(i, table->count, begins_by(table, i, pc, &err));

	if (err)
		return fb_error_prefix(err, "the ORC table");
	if (!behind)
		return fb_error_create(FB_NOT_FOUND, "no ORC entry for 0x%" PRIx64, pc);
	*index_ret = (uint32_t)behind - 1;
	return NULL;
}

struct fb_error *fb_orc_table_find(const struct fb_orc_table *table, uint64_t pc,
				   struct fb_orc_row *row_ret)
{
	uint8_t entry[FB_ORC_ENTRY_BYTES];
	uint32_t index;
	struct fb_error *err;

	err = find_index(table, pc, &index);
	if (err)
		return err;
	err = fb_space_read(table->space, table->entries + (uint64_t)index * FB_ORC_ENTRY_BYTES,
			    entry, sizeof(entry));
	if (err)
		return fb_error_prefix(err, "the ORC table");
	return fb_orc_decode(entry, table->version, row_ret);
}

/* Entries looked at to tell a version: about a page of them; the entry code has some 30. */
#define SAMPLE 682u
#define ENTRY_SAMPLE 64u

static struct fb_error *read_sample(const struct fb_orc_table *table, uint32_t first, uint32_t room,
				    uint8_t *entries, uint32_t *count_ret)
{
	uint32_t count = table->count - first < room ? table->count - first : room;
	struct fb_error *err;

	err = fb_space_read(table->space, table->entries + (uint64_t)first * FB_ORC_ENTRY_BYTES,
			    entries, (size_t)count * FB_ORC_ENTRY_BYTES);
	if (!err)
		*count_ret = count;
	return fb_error_prefix(err, "the ORC table");
}

/* v2 marks entries that saved pt_regs with bit 10; v1 has that bit only where there is no stack
 * pointer. */
static struct fb_error *detect_signal(const struct fb_orc_table *table, uint64_t entry_code,
				      enum fb_orc_version *version_ret)
{
	uint8_t entries[ENTRY_SAMPLE * FB_ORC_ENTRY_BYTES];
	uint32_t index = 0, count = 0;
	struct fb_error *err;

	err = find_index(table, entry_code, &index);
	if (!err)
		err = read_sample(table, index, ENTRY_SAMPLE, entries, &count);
	if (err)
		return err;
	*version_ret = FB_ORC_V1;
	for (uint32_t i = 0; i < count; i++) {
		uint16_t flags = get_flags(entries + (size_t)i * FB_ORC_ENTRY_BYTES);

		if ((flags & 0xf) && (flags & 0x300) && (flags & 0x400))
			*version_ret = FB_ORC_V2;
	}
	return NULL;
}

struct fb_error *fb_orc_table_detect(const struct fb_orc_table *table, uint64_t entry_code,
				     enum fb_orc_version *version_ret)
{
	uint8_t entries[SAMPLE * FB_ORC_ENTRY_BYTES];
	uint32_t count = 0, old_calls = 0, new_calls = 0, newest_calls = 0;
	struct fb_error *err;

	err = read_sample(table, table->count / 2, SAMPLE, entries, &count);
	if (err)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		uint16_t flags = get_flags(entries + (size_t)i * FB_ORC_ENTRY_BYTES);

		old_calls += (flags & 0xf) == SP_V1 && (flags >> 8) == 0;
		new_calls += (flags & 0xf) == SP_V1 && (flags >> 8) == FB_ORC_TYPE_CALL;
		newest_calls += (flags & 0xf) == SP_V4 && (flags >> 8) == FB_ORC_TYPE_CALL;
	}
	if (old_calls > count / 2) {
		if (entry_code)
			return detect_signal(table, entry_code, version_ret);
		*version_ret = FB_ORC_V1;
	} else if (new_calls > count / 2) {
		*version_ret = FB_ORC_V3;
	} else if (newest_calls > count / 2) {
		*version_ret = FB_ORC_V4;
	} else {
		return fb_error_create(
			FB_CORRUPT,
			"the unwind tables (ORC) look like no known version: they are damaged, or the kernel is newer than this program");
	}
	return NULL;
}
