// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the newest snapshot with memory in a qcow2 image. Its clusters are read by qcow2_state.c. Called by
 * kernel/dump/dump_open.c.
 */
#include "kernel/images/qcow2.h"

#include <endian.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "kernel/images/qcow2_format.h"
#include "kernel/images/qcow2_state.h"

#define NAME_BYTES 64u
#define ESCAPED_BYTES (4 * NAME_BYTES + 1)
#define INSTEAD "take the dump with virsh dump --memory-only, or the monitor's dump-guest-memory"

struct disk {
	struct fb_file *file;          /* borrowed */
	struct fb_qcow2_header header; /* in the byte order of the host, as far as it is used */
	size_t with_memory;            /* snapshots */
	/* The newest of them. */
	struct fb_qcow2_place place;
	uint64_t seconds, nanoseconds;
	char name[ESCAPED_BYTES];
};

/* *known_ret false: it is another file. */
static struct fb_error *take_header(struct disk *disk, bool *known_ret)
{
	struct fb_qcow2_header raw = {0};
	struct fb_qcow2_header *header = &disk->header;
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(disk->file, 0, &raw, sizeof(raw), &got);
	if (err)
		return err;
	header->version = be32toh(raw.version);
	header->cluster_bits = be32toh(raw.cluster_bits);
	header->size = be64toh(raw.size);
	header->encryption = be32toh(raw.encryption);
	header->snapshots = be32toh(raw.snapshots);
	header->snapshots_offset = be64toh(raw.snapshots_offset);
	header->incompatible = header->version >= 3 ? be64toh(raw.incompatible) : 0;
	*known_ret = got >= FB_QCOW2_VERSION_2_BYTES && be32toh(raw.magic) == FB_QCOW2_MAGIC &&
		     (header->version == 2 || (header->version == 3 && got == sizeof(raw)));
	return NULL;
}

/* Whether its clusters can be read as they are. */
static struct fb_error *check_features(const struct disk *disk, struct fb_warnings *warnings)
{
	const uint64_t read = FB_QCOW2_DIRTY | FB_QCOW2_CORRUPT | FB_QCOW2_COMPRESSION;
	const struct fb_qcow2_header *header = &disk->header;

	if (header->encryption)
		return fb_error_create(FB_UNSUPPORTED, "it is encrypted: " INSTEAD);
	if (header->incompatible & FB_QCOW2_DATA_FILE)
		return fb_error_create(FB_UNSUPPORTED, "its data are in another file: " INSTEAD);
	if (header->incompatible & FB_QCOW2_EXTENDED_L2)
		return fb_error_create(FB_UNSUPPORTED, "it has extended_l2=on: " INSTEAD);
	if (header->incompatible & ~read)
		return fb_error_create(FB_UNSUPPORTED,
				       "it has unknown features (0x%" PRIx64 "): " INSTEAD,
				       header->incompatible & ~read);
	if (header->incompatible & FB_QCOW2_CORRUPT)
		fb_warn(warnings, "%s: qemu has marked the disk image as damaged",
			disk->file->path);
	return NULL;
}

/* A snapshot whose head is at offset; *end_ret is where it ends. The extra data say more exactly what the head does,
 * where there are any. */
static struct fb_error *take_snapshot(struct disk *disk, uint64_t offset, uint64_t *end_ret)
{
	struct fb_qcow2_snapshot head;
	struct fb_qcow2_extra extra = {0};
	char name[NAME_BYTES];
	uint64_t seconds, nanoseconds, name_at, state, disk_size = disk->header.size;
	size_t named;
	struct fb_error *err = fb_file_read(disk->file, offset, &head, sizeof(head));
	uint32_t extra_size = err ? 0 : be32toh(head.extra_size);

	if (!err && extra_size)
		err = fb_file_read(disk->file, offset + sizeof(head), &extra,
				   extra_size < sizeof(extra) ? extra_size : sizeof(extra));
	if (err)
		return err;
	state = be32toh(head.state_size);
	if (extra_size >= sizeof(extra.state_size))
		state = be64toh(extra.state_size);
	if (extra_size >= sizeof(extra))
		disk_size = be64toh(extra.disk_size);
	name_at = offset + sizeof(head) + extra_size + be16toh(head.id_size);
	*end_ret = (name_at + be16toh(head.name_size) + 7) & ~UINT64_C(7);
	if (!state)
		return NULL;
	if (state > INT64_MAX)
		return fb_error_create(FB_CORRUPT, "memory of %" PRIu64 " bytes", state);
	seconds = be32toh(head.seconds);
	nanoseconds = be32toh(head.nanoseconds);
	/* One of the same time that comes later is newer: qemu adds at the end. */
	if (disk->with_memory++ && (seconds < disk->seconds ||
				    (seconds == disk->seconds && nanoseconds < disk->nanoseconds)))
		return NULL;
	named = be16toh(head.name_size) < sizeof(name) ? be16toh(head.name_size) : sizeof(name);
	err = fb_file_read_some(disk->file, name_at, name, named, &named);
	if (err)
		return err;
	fb_text_escape(name, named, disk->name, sizeof(disk->name));
	disk->seconds = seconds;
	disk->nanoseconds = nanoseconds;
	disk->place.l1_offset = be64toh(head.l1_offset);
	disk->place.l1_entries = be32toh(head.l1_entries);
	disk->place.disk_size = disk_size;
	disk->place.state_size = state;
	return NULL;
}

/* Damage behind a snapshot with memory is a warning. */
static struct fb_error *take_snapshots(struct disk *disk, struct fb_warnings *warnings)
{
	uint64_t offset = disk->header.snapshots_offset;
	struct fb_error *err = NULL;

	if (offset > INT64_MAX)
		err = fb_error_create(FB_CORRUPT, "a table of snapshots at offset %" PRIu64,
				      offset);
	for (uint32_t i = 0; i < disk->header.snapshots && !err; i++) {
		if (i == FB_MAX_QCOW2_SNAPSHOTS)
			err = fb_error_create(FB_LIMIT, "more than %u snapshots",
					      FB_MAX_QCOW2_SNAPSHOTS);
		else if (offset >= disk->file->size)
			err = fb_error_create(FB_TRUNCATED,
					      "it is cut off at %" PRIu64
					      " bytes: a snapshot is listed at %" PRIu64,
					      disk->file->size, offset);
		else
			err = take_snapshot(disk, offset, &offset);
	}
	if (!err || fb_error_is_fatal(err) || !disk->with_memory)
		return err;
	fb_warn_error(warnings, err, "%s: the table of snapshots is damaged", disk->file->path);
	return NULL;
}

static struct fb_error *open_newest(struct disk *disk, uint64_t stored,
				    struct fb_warnings *warnings, struct fb_file **state_ret)
{
	struct fb_error *err = check_features(disk, warnings);

	if (err)
		return err;
	if (disk->with_memory > 1)
		fb_warn(warnings,
			"%s: %zu snapshots have memory: '%s' is read, the newest; for another, delete "
			"what is newer in a copy (qemu-img snapshot -d)",
			disk->file->path, disk->with_memory, disk->name);
	disk->place.cluster_bits = disk->header.cluster_bits;
	disk->place.zero_flag = disk->header.version >= 3;
	disk->place.stored = stored;
	disk->place.name = disk->name;
	return fb_qcow2_state_open(disk->file, &disk->place, warnings, state_ret);
}

struct fb_error *fb_qcow2_open(struct fb_file *file, uint64_t stored, struct fb_warnings *warnings,
			       struct fb_file **state_ret)
{
	struct disk disk = {.file = file};
	bool known = false;
	struct fb_error *err = take_header(&disk, &known);

	if (err)
		return err;
	if (!known || !disk.header.snapshots) {
		*state_ret = NULL;
		return NULL;
	}
	if (disk.header.cluster_bits < FB_QCOW2_CLUSTER_BITS_MIN ||
	    disk.header.cluster_bits > FB_QCOW2_CLUSTER_BITS_MAX)
		err = fb_error_create(FB_CORRUPT, "clusters of 2^%" PRIu32 " bytes",
				      disk.header.cluster_bits);
	if (!err)
		err = take_snapshots(&disk, warnings);
	if (!err && !disk.with_memory)
		*state_ret = NULL;
	else if (!err)
		err = open_newest(&disk, stored, warnings, state_ret);
	return fb_error_prefix(err, "%s: the disk image (qcow2)", file->path);
}
