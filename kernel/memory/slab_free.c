// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads slabs and tells which of their objects are free, by the lists of free objects and what CPUs and memory nodes
 * keep. Called by the command slab.
 */
#include "kernel/memory/slab_free.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/page_frame.h"
#include "kernel/memory/zones.h"

/* Objects of one array of free objects (struct slab_sheaf): the kernel takes some dozen, and a user of
 * kmem_cache_create() may ask for more. */
#define MOST_SHEAF_OBJECTS 65536u
/* Such arrays of one memory node: MAX_FULL_SHEAVES is 10, with room for kernels that keep more. */
#define MOST_BARN_SHEAVES 4096u
/* Entries of all such arrays of a cache. */
#define MOST_KEPT_OBJECTS (4u << 20)

const char *fb_object_state_name(enum fb_object_state state)
{
	switch (state) {
	case FB_OBJECT_IN_USE:
		return "in use";
	case FB_OBJECT_FREE:
		return "free";
	case FB_OBJECT_KEPT:
		return "free, kept by a CPU or node";
	case FB_OBJECT_UNKNOWN:
		break;
	}
	return "unknown";
}

struct fb_error *fb_slab_read(struct fb_kernel *kernel, uint64_t pfn, struct fb_slab *slab_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	bool own = layout->slab_slab_cache.found;
	struct fb_slab slab = {.pfn = pfn, .start = fb_kernel_direct_map(kernel, pfn)};
	uint64_t objects = 0, in_use = 0;
	struct fb_error *err = fb_page_frame_address(kernel, pfn, &slab.frame);

	if (!err)
		err = fb_kernel_field(kernel, slab.frame,
				      own ? &layout->slab_slab_cache : &layout->page_slab_cache,
				      &slab.cache);
	if (!err)
		err = fb_kernel_field(kernel, slab.frame,
				      own ? &layout->slab_objects : &layout->page_objects,
				      &objects);
	if (!err)
		err = fb_kernel_field(kernel, slab.frame,
				      own ? &layout->slab_in_use : &layout->page_in_use, &in_use);
	if (!err && (!objects || objects > FB_MOST_SLAB_OBJECTS || in_use > objects || !slab.start))
		err = fb_error_create(FB_CORRUPT, "no slab at frame 0x%" PRIx64, pfn);
	if (err)
		return err;
	slab.objects = (uint32_t)objects;
	slab.in_use = (uint32_t)in_use;
	*slab_ret = slab;
	return NULL;
}

/* One array of free objects; 0: there is none. */
static struct fb_error *keep_sheaf(struct fb_kernel *kernel, uint64_t sheaf,
				   struct fb_slab_kept *kept)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = 0;
	struct fb_error *err = fb_layout_require(&layout->sheaf_objects);

	if (!sheaf)
		return err;
	if (!err)
		err = fb_kernel_field(kernel, sheaf, &layout->sheaf_size, &size);
	if (!err && size > MOST_SHEAF_OBJECTS)
		err = fb_error_create(FB_CORRUPT, "no slab_sheaf at 0x%" PRIx64, sheaf);
	/* Arrays of a damaged dump may overlap, and have the same objects. */
	if (!err && size > MOST_KEPT_OBJECTS - kept->entries)
		err = fb_error_create(FB_LIMIT, "more than %u free objects that are kept",
				      MOST_KEPT_OBJECTS);
	kept->entries += err ? 0 : (uint32_t)size;
	for (uint64_t i = 0; i < size && !err; i++) {
		uint64_t object = 0;

		err = fb_space_u64(fb_kernel_space(kernel),
				   sheaf + layout->sheaf_objects.offset + i * sizeof(object),
				   &object);
		if (!err)
			err = fb_u64_set_add(&kept->objects, object, MOST_KEPT_OBJECTS,
					     "free objects that are kept", NULL);
	}
	return err;
}

struct barn_walk {
	struct fb_kernel *kernel;
	struct fb_slab_kept *kept;
};

static struct fb_error *keep_of_barn(void *context, uint64_t entry)
{
	const struct barn_walk *walk = context;

	return keep_sheaf(walk->kernel, entry - fb_kernel_layout(walk->kernel)->sheaf_list.offset,
			  walk->kept);
}

static struct fb_error *keep_of_cpu(struct fb_kernel *kernel, uint64_t sheaves, uint32_t cpu,
				    struct fb_slab_kept *kept)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *fields[] = {&layout->sheaves_main, &layout->sheaves_spare,
					   &layout->sheaves_rcu_free};
	uint64_t at = 0;
	struct fb_error *err = fb_kernel_percpu(kernel, cpu, sheaves, &at);

	if (err)
		return fb_part_skip(err); /* no such CPU */
	for (size_t i = 0; i < FB_ARRAY_SIZE(fields) && !err; i++) {
		uint64_t sheaf = 0;

		err = fb_kernel_field(kernel, at, fields[i], &sheaf);
		if (!err)
			err = keep_sheaf(kernel, sheaf, kept);
	}
	return err;
}

/* The list of free objects that a CPU has taken from the slab it allocates from. */
static struct fb_error *head_of_cpu(struct fb_kernel *kernel, uint64_t cpu_slab, uint32_t cpu,
				    struct fb_slab_kept *kept)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t at = 0, slab = 0, head = 0;
	struct fb_error *err = fb_kernel_percpu(kernel, cpu, cpu_slab, &at);

	if (err)
		return fb_part_skip(err);
	err = fb_kernel_field(kernel, at, &layout->cpu_slab_slab, &slab);
	if (!err)
		err = fb_kernel_field(kernel, at, &layout->cpu_slab_freelist, &head);
	if (!err && slab && head)
		err = fb_u64_map_add(&kept->heads, slab, head, FB_MAX_CPUS, "slabs of CPUs", NULL);
	return err;
}

/* Takes over err: what is kept is then incomplete. */
static struct fb_error *note_loss(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				  struct fb_slab_kept *kept, struct fb_error *err)
{
	if (!err)
		return NULL;
	kept->complete = false;
	return fb_part_warn(fb_kernel_warnings(kernel), err,
			    "free objects that are kept of slab cache 0x%" PRIx64, cache->address);
}

static struct fb_error *keep_of_nodes(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				      struct fb_slab_kept *kept)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct barn_walk walk = {kernel, kept};
	uint32_t nodes = 1;
	struct fb_error *err = fb_part_skip(fb_memory_node_count(kernel, &nodes));

	for (uint32_t i = 0; i < nodes && !err; i++) {
		uint64_t node = 0, barn = 0;

		err = fb_slab_cache_node(kernel, cache->address, i, &node, &barn);
		if (!err && barn)
			err = fb_layout_require(&layout->barn_full);
		if (!err && barn)
			err = fb_kernel_list(kernel, barn + layout->barn_full.offset,
					     MOST_BARN_SHEAVES, keep_of_barn, &walk);
		err = note_loss(kernel, cache, kept, err);
	}
	return err;
}

struct fb_error *fb_slab_kept_load(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				   struct fb_slab_kept *kept_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	bool lists = layout->kmem_cache_cpu_slab.found,
	     arrays = layout->kmem_cache_cpu_sheaves.found;
	uint64_t cpu_slab = 0, sheaves = 0;
	struct fb_error *err = NULL;

	*kept_ret = (struct fb_slab_kept){.complete = true};
	if (lists)
		err = fb_kernel_field(kernel, cache->address, &layout->kmem_cache_cpu_slab,
				      &cpu_slab);
	if (!err && arrays)
		err = fb_kernel_field(kernel, cache->address, &layout->kmem_cache_cpu_sheaves,
				      &sheaves);
	err = note_loss(kernel, cache, kept_ret, err);
	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(kernel) && !err; cpu++) {
		if (cpu_slab)
			err = head_of_cpu(kernel, cpu_slab, cpu, kept_ret);
		if (!err && sheaves)
			err = keep_of_cpu(kernel, sheaves, cpu, kept_ret);
		err = note_loss(kernel, cache, kept_ret, err);
	}
	return err || !arrays ? err : keep_of_nodes(kernel, cache, kept_ret);
}

void fb_slab_kept_deinit(struct fb_slab_kept *kept)
{
	fb_u64_map_deinit(&kept->heads);
	fb_u64_map_deinit(&kept->objects);
}

/* The number of the object at this address; slab->objects where none is there. */
static uint32_t number_of(const struct fb_slab_cache *cache, const struct fb_slab *slab,
			  uint64_t object)
{
	uint64_t distance = object - slab->start - cache->left_pad;

	return distance % cache->size || distance / cache->size >= slab->objects
		       ? slab->objects
		       : (uint32_t)(distance / cache->size);
}

/* The next free object behind one; 0: none (freelist_ptr_decode()). The address of the link is mixed in with the random
 * number, since 5.7 with its bytes swapped (1ad53d9fa3f6): the reading that leads to an object, or ends, is taken. */
static struct fb_error *next_free(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				  const struct fb_slab *slab, uint64_t object, uint64_t *next_ret)
{
	uint64_t at = object + cache->free_offset, word = 0, next;
	struct fb_error *err = fb_space_u64(fb_kernel_space(kernel), at, &word);

	if (err)
		return err;
	next = word;
	if (cache->random) {
		next = word ^ cache->random ^ __builtin_bswap64(at);
		if (next && number_of(cache, slab, next) == slab->objects)
			next = word ^ cache->random ^ at;
	}
	*next_ret = next;
	return NULL;
}

/* Marks the objects of a list, which ends by itself within slab->objects links, and counts them. */
static struct fb_error *mark_list(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				  const struct fb_slab *slab, uint64_t head,
				  enum fb_object_state state, uint8_t *states, uint32_t *count_ret)
{
	struct fb_error *err = NULL;
	uint32_t count = 0;

	for (uint64_t object = head; object && !err;) {
		uint32_t number = number_of(cache, slab, object);

		if (number == slab->objects || states[number] != FB_OBJECT_IN_USE)
			return fb_error_create(FB_CORRUPT,
					       "the list of free objects of the slab at 0x%" PRIx64
					       " is broken at 0x%" PRIx64,
					       slab->start, object);
		states[number] = (uint8_t)state;
		count++;
		err = next_free(kernel, cache, slab, object, &object);
	}
	*count_ret = count;
	return err;
}

static struct fb_error *mark_lists(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				   const struct fb_slab_kept *kept, const struct fb_slab *slab,
				   uint8_t *states)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const uint64_t *kept_head = fb_u64_map_find(&kept->heads, slab->frame);
	uint32_t count = 0, kept_count;
	uint64_t head = 0;
	struct fb_error *err = fb_kernel_field(
		kernel, slab->frame,
		layout->slab_slab_cache.found ? &layout->slab_freelist : &layout->page_freelist,
		&head);

	if (!err)
		err = fb_layout_require(&layout->kmem_cache_offset);
	if (!err)
		err = mark_list(kernel, cache, slab, head, FB_OBJECT_FREE, states, &count);
	if (!err && count != slab->objects - slab->in_use)
		err = fb_error_create(FB_CORRUPT,
				      "the slab at 0x%" PRIx64
				      " has %u free objects by its list, and %u by its count",
				      slab->start, count, slab->objects - slab->in_use);
	if (!err && kept_head)
		err = mark_list(kernel, cache, slab, *kept_head, FB_OBJECT_KEPT, states,
				&kept_count);
	return err;
}

struct fb_error *fb_slab_states(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				const struct fb_slab_kept *kept, const struct fb_slab *slab,
				uint8_t *states, char *why_ret, size_t why)
{
	struct fb_error *err;
	bool broken;

	why_ret[0] = '\0';
	memset(states, FB_OBJECT_IN_USE, slab->objects);
	err = mark_lists(kernel, cache, kept, slab, states);
	broken = err || !kept->complete;
	err = fb_part_reason(err, why_ret, why);
	if (!why_ret[0] && !kept->complete)
		strncat(why_ret, "what CPUs and memory nodes keep is not all in the dump", why - 1);
	for (uint32_t i = 0; i < slab->objects && !err; i++) {
		if (states[i] != FB_OBJECT_IN_USE)
			continue;
		if (fb_u64_map_find(&kept->objects, fb_slab_object(cache, slab, i)))
			states[i] = FB_OBJECT_KEPT;
		else if (broken)
			states[i] = FB_OBJECT_UNKNOWN;
	}
	return err;
}
