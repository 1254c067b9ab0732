// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps a saved guest to the clusters of a qcow2 image, by the tables of its snapshot, once; a read is then a search in
 * the list. A guest's clusters are no others', so that more of them than the image has room for cannot be: that bounds
 * the walk. Called by qcow2.c.
 */
#include "kernel/images/qcow2_state.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/images/extents.h"
#include "kernel/images/qcow2_format.h"

#define SIZE_TEXT 32

struct state {
	struct fb_file file;
	struct fb_file *disk;      /* owned */
	struct fb_extents extents; /* what none of them covers reads as zeros */
};

struct walk {
	struct fb_file *disk; /* borrowed */
	const struct fb_qcow2_place *place;
	uint64_t cluster; /* bytes */
	uint64_t left;    /* clusters that the image has still room for */
	uint64_t reached; /* bytes of the state that are mapped */
	uint64_t *l1;     /* owned; those of the state */
	uint64_t l1_count;
	uint64_t *l2; /* owned; one table */
	struct fb_extent *list;
	size_t count, room;
};

/* Finds length bytes at a table entry's offset; of the others of the cluster nothing is needed. */
static struct fb_error *take_cluster(struct walk *walk, uint64_t host, uint64_t length)
{
	if (host % walk->cluster)
		return fb_error_create(FB_CORRUPT, "no cluster begins at offset %" PRIu64, host);
	if (host > walk->disk->size || length > walk->disk->size - host)
		return fb_error_create(FB_TRUNCATED,
				       "a cluster at offset %" PRIu64
				       ", where the file ends at %" PRIu64 " bytes",
				       host, walk->disk->size);
	if (!walk->left)
		return fb_error_create(FB_CORRUPT,
				       "more clusters than the file has: some are used twice");
	walk->left--;
	return NULL;
}

static struct fb_error *add_cluster(struct walk *walk, uint64_t entry)
{
	struct fb_extent *last = walk->count ? &walk->list[walk->count - 1] : NULL;
	uint64_t length = walk->place->state_size - walk->reached, host = entry & FB_QCOW2_OFFSET;
	struct fb_error *err;

	if (length > walk->cluster)
		length = walk->cluster;
	if (entry & FB_QCOW2_COMPRESSED)
		return fb_error_create(FB_UNSUPPORTED,
				       "a compressed cluster, which qemu does not write there");
	if (!host || (walk->place->zero_flag && (entry & FB_QCOW2_ZERO))) {
		walk->reached += length;
		return NULL;
	}
	err = take_cluster(walk, host, length);
	if (err)
		return err;
	if (last && last->start + last->length == walk->reached &&
	    last->source + last->length == host) {
		last->length += length;
		walk->reached += length;
		return NULL;
	}
	err = fb_grow_array(&walk->list, &walk->room, walk->count, sizeof(*walk->list),
			    FB_MAX_QCOW2_RUNS, "runs of clusters");
	if (err)
		return err;
	walk->list[walk->count++] = (struct fb_extent){walk->reached, length, host};
	walk->reached += length;
	return NULL;
}

/* The clusters of one entry of L1. */
static struct fb_error *add_table(struct walk *walk, uint64_t entry)
{
	uint64_t host = entry & FB_QCOW2_OFFSET, count = walk->cluster / sizeof(*walk->l2);
	uint64_t left = walk->place->state_size - walk->reached;
	struct fb_error *err;

	if (!host) {
		walk->reached += left < count * walk->cluster ? left : count * walk->cluster;
		return NULL;
	}
	err = take_cluster(walk, host, walk->cluster);
	if (!err)
		err = fb_file_read(walk->disk, host, walk->l2, walk->cluster);
	for (uint64_t i = 0; i < count && walk->reached < walk->place->state_size && !err; i++)
		err = add_cluster(walk, be64toh(walk->l2[i]));
	return err;
}

/* Reads the part of L1 that lies behind the disk's. */
static struct fb_error *take_l1(struct walk *walk)
{
	const struct fb_qcow2_place *place = walk->place;
	uint64_t bytes = walk->cluster * (walk->cluster / sizeof(*walk->l2)); /* of one entry */
	uint64_t first = place->disk_size / bytes + (place->disk_size % bytes != 0);
	struct fb_error *err;

	walk->l1_count = (place->state_size - 1) / bytes + 1;
	if (first > place->l1_entries || walk->l1_count > place->l1_entries - first)
		return fb_error_create(FB_CORRUPT,
				       "its table has %" PRIu32 " entries, and is to have %" PRIu64
				       " for %" PRIu64 " bytes behind a disk of %" PRIu64,
				       place->l1_entries, walk->l1_count, place->state_size,
				       place->disk_size);
	if (place->l1_offset > walk->disk->size)
		return fb_error_create(FB_TRUNCATED, "its table is at offset %" PRIu64,
				       place->l1_offset);
	err = fb_alloc_array(walk->l1_count, sizeof(*walk->l1), FB_MAX_QCOW2_TABLES,
			     "tables of clusters", &walk->l1);
	return err ? err
		   : fb_file_read(walk->disk, place->l1_offset + first * sizeof(*walk->l1),
				  walk->l1, walk->l1_count * sizeof(*walk->l1));
}

static struct fb_error *map(struct walk *walk)
{
	struct fb_error *err = take_l1(walk);

	if (!err)
		err = fb_alloc_array(walk->cluster, 1, 1u << FB_QCOW2_CLUSTER_BITS_MAX,
				     "bytes of a cluster", &walk->l2);
	for (uint64_t i = 0; i < walk->l1_count && !err; i++)
		err = add_table(walk, be64toh(walk->l1[i]));
	return err;
}

static struct fb_error *state_read(struct fb_file *file, uint64_t offset, void *to, size_t length,
				   size_t *read_ret)
{
	struct state *state = (struct state *)file;
	struct fb_error *err = fb_extents_read(&state->extents, state->disk, offset, to, length);

	if (!err)
		*read_ret = length;
	return err;
}

static void state_destroy(struct fb_file *file)
{
	struct state *state = (struct state *)file;

	fb_extents_deinit(&state->extents);
	fb_file_destroy(state->disk);
	free(file->path);
	free(state);
}

static const struct fb_file_ops state_ops = {.read = state_read, .destroy = state_destroy};

/* Takes over the list of extents and the disk. */
static struct fb_error *make_file(struct walk *walk, struct fb_file **file_ret)
{
	struct state *state = calloc(1, sizeof(*state));
	char *path = strdup(walk->disk->path);

	if (!state || !path) {
		free(state);
		free(path);
		return fb_error_nomem();
	}
	state->file = (struct fb_file){
		.ops = &state_ops,
		.path = path,
		.size = walk->reached,
		.mtime_ns = walk->disk->mtime_ns,
		.fd = -1,
	};
	state->disk = walk->disk;
	state->extents = (struct fb_extents){walk->list, walk->count};
	walk->list = NULL;
	*file_ret = &state->file;
	return NULL;
}

struct fb_error *fb_qcow2_state_open(struct fb_file *disk, const struct fb_qcow2_place *place,
				     struct fb_warnings *warnings, struct fb_file **state_ret)
{
	struct walk walk = {.disk = disk, .place = place, .cluster = 1ull << place->cluster_bits};
	char reached[SIZE_TEXT], all[SIZE_TEXT];
	struct fb_error *err;

	walk.left = place->stored / walk.cluster + 1;
	err = map(&walk);
	if (err && !fb_error_is_fatal(err) && walk.reached) {
		fb_warn_error(warnings, err,
			      "%s: of snapshot '%s' only the first %s of %s can be read",
			      disk->path, place->name,
			      fb_text_size(walk.reached, reached, sizeof(reached)),
			      fb_text_size(place->state_size, all, sizeof(all)));
		err = NULL;
	}
	if (!err)
		err = make_file(&walk, state_ret);
	free(walk.l1);
	free(walk.l2);
	free(walk.list);
	return err;
}
