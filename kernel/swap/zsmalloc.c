// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds and reads the object of a handle of zsmalloc. Called by zram.c.
 */
#include "kernel/swap/zsmalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/memory/page_frame.h"

#define ZSPAGE_MAGIC 0x58u
/* In the handle that an object begins with: OBJ_ALLOCATED_TAG, and from 6.2 to 6.4
 * OBJ_DEFERRED_HANDLE_TAG. Handles are addresses of words. */
#define ALLOCATED_TAG 1u
#define TAG_MASK 7u
#define HANDLE_SIZE sizeof(uint64_t)
/* ZS_MIN_ALLOC_SIZE; CONFIG_ZSMALLOC_CHAIN_SIZE is at most 16 (6.2), 4 before. */
#define MIN_CLASS_SIZE 32u
#define MAX_ZSPAGE_PAGES 16u
#define POOL_NAME_SIZE 32u

/* How a word is cut into frame and index: the frame above pfn_shift, the index below it, but for
 * index_shift bits at the bottom. */
struct encoding {
	uint8_t pfn_shift;
	uint8_t index_shift;
};

static const struct encoding encodings[] = {
	{24, 0}, /* the tag left out of it, 6.6 */
	{24, 1}, /* OBJ_TAG_BITS 1; MAX_POSSIBLE_PHYSMEM_BITS 52 */
	{24, 2}, /* OBJ_TAG_BITS 2, 6.2 to 6.4 */
	{30, 1}, /* 46 bits of physical addresses, without CONFIG_X86_5LEVEL */
	{30, 0},
};

struct fb_zsmalloc {
	struct fb_kernel *kernel;
	uint64_t address;
	struct fb_field name, classes;
	struct fb_field class_size, class_objects, class_pages, class_index;
	struct fb_field zspage_magic, zspage_class;
};

struct size_class {
	uint64_t size;
	bool huge; /* one object, one page: no handle in front of it */
};

struct location {
	uint64_t pfn, offset; /* of the bytes, behind the handle */
	uint64_t room;        /* bytes that the object has */
	uint64_t zspage;
};

static void set(struct fb_field *field, uint32_t offset, uint32_t size, const char *name)
{
	*field = (struct fb_field){.offset = offset, .size = size, .found = true, .name = name};
}

static void set_bits(struct fb_field *field, uint16_t first, uint16_t count, const char *name)
{
	set(field, 0, sizeof(uint32_t), name);
	field->bit_offset = first;
	field->bit_size = count;
}

/* The offsets in the source of 5.4 to 5.10. Each is checked before it is used: by the pool's name, a class's index, a
 * zspage's magic, an object's handle. */
static void set_old_places(struct fb_zsmalloc *pool)
{
	/* spinlock_t, then list_heads for four kinds of fullness. */
	uint32_t lock = fb_kernel_layout(pool->kernel)->spinlock.size;
	uint32_t size = ((lock ? lock : 4) + 7) / 8 * 8 + 4 * 16;

	set(&pool->name, 0, 8, "zs_pool.name");
	set(&pool->classes, 8, 255 * 8, "zs_pool.size_class");
	set(&pool->class_size, size, 4, "size_class.size");
	set(&pool->class_objects, size + 4, 4, "size_class.objs_per_zspage");
	set(&pool->class_pages, size + 8, 4, "size_class.pages_per_zspage");
	set(&pool->class_index, size + 12, 4, "size_class.index");
	set_bits(&pool->zspage_class, 2, 9, "zspage.class");
	set_bits(&pool->zspage_magic, 14, 8, "zspage.magic");
}

static struct fb_error *find_places(struct fb_zsmalloc *pool, const struct fb_btf *types)
{
	const struct {
		struct fb_field *field;
		const char *type, *member, *label;
	} wanted[] = {
		{&pool->name, "zs_pool", "name", "zs_pool.name"},
		{&pool->classes, "zs_pool", "size_class", "zs_pool.size_class"},
		{&pool->class_size, "size_class", "size", "size_class.size"},
		{&pool->class_objects, "size_class", "objs_per_zspage",
		 "size_class.objs_per_zspage"},
		{&pool->class_pages, "size_class", "pages_per_zspage",
		 "size_class.pages_per_zspage"},
		{&pool->class_index, "size_class", "index", "size_class.index"},
		{&pool->zspage_class, "zspage", "class", "zspage.class"},
		{&pool->zspage_magic, "zspage", "magic", "zspage.magic"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted); i++) {
		const char *const names[] = {wanted[i].member, NULL};

		if (!fb_layout_find(types, wanted[i].type, names, wanted[i].label, wanted[i].field))
			return fb_layout_require(wanted[i].field);
	}
	return NULL;
}

static struct fb_error *check_name(const struct fb_zsmalloc *pool, const char *expected)
{
	char name[POOL_NAME_SIZE];
	uint64_t text;
	struct fb_error *err;

	err = fb_kernel_field(pool->kernel, pool->address, &pool->name, &text);
	if (!err)
		err = fb_space_string(fb_kernel_space(pool->kernel), text, name, sizeof(name));
	if (!err && strcmp(name, expected) != 0)
		err = fb_error_create(FB_CORRUPT, "is not named %s", expected);
	return err;
}

struct fb_error *fb_zsmalloc_open(struct fb_kernel *kernel, const struct fb_btf *types,
				  uint64_t address, const char *name, struct fb_zsmalloc **pool_ret)
{
	struct fb_zsmalloc *pool = calloc(1, sizeof(*pool));
	struct fb_error *err = NULL;

	if (!pool)
		return fb_error_nomem();
	pool->kernel = kernel;
	pool->address = address;
	if (types)
		err = find_places(pool, types);
	else
		set_old_places(pool);
	if (!err)
		err = check_name(pool, name);
	if (err) {
		fb_zsmalloc_destroy(pool);
		return fb_error_prefix(err, "zsmalloc pool 0x%" PRIx64, address);
	}
	*pool_ret = pool;
	return NULL;
}

void fb_zsmalloc_destroy(struct fb_zsmalloc *pool)
{
	free(pool);
}

static struct fb_error *read_class(const struct fb_zsmalloc *pool, uint64_t index,
				   struct size_class *class_ret)
{
	uint64_t class, size = 0, objects = 0, pages = 0, own_index = 0;
	struct fb_error *err;

	if (index >= pool->classes.size / sizeof(uint64_t))
		return fb_error_create(FB_CORRUPT, "there is no size class %" PRIu64, index);
	err = fb_space_u64(fb_kernel_space(pool->kernel),
			   pool->address + pool->classes.offset + index * sizeof(uint64_t), &class);
	if (!err)
		err = fb_kernel_field(pool->kernel, class, &pool->class_size, &size);
	if (!err)
		err = fb_kernel_field(pool->kernel, class, &pool->class_objects, &objects);
	if (!err)
		err = fb_kernel_field(pool->kernel, class, &pool->class_pages, &pages);
	if (!err)
		err = fb_kernel_field(pool->kernel, class, &pool->class_index, &own_index);
	if (err)
		return err;
	if (own_index != index || size < MIN_CLASS_SIZE || size > FB_PAGE_SIZE || size % 8 ||
	    pages < 1 || pages > MAX_ZSPAGE_PAGES || objects * size > pages * FB_PAGE_SIZE)
		return fb_error_create(FB_CORRUPT, "size class %" PRIu64 " cannot be", index);
	*class_ret = (struct size_class){.size = size, .huge = objects == 1 && pages == 1};
	return NULL;
}

/* page: the address of a struct page. */
static struct fb_error *page_word(const struct fb_zsmalloc *pool, uint64_t page,
				  const struct fb_field *field, uint64_t *word_ret)
{
	return fb_kernel_field(pool->kernel, page, field, word_ret);
}

/* The class of the zspage that a page belongs to. */
static struct fb_error *read_zspage(const struct fb_zsmalloc *pool, uint64_t page,
				    uint64_t *zspage_ret, struct size_class *class_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(pool->kernel);
	uint64_t zspage, magic = 0, index = 0;
	struct fb_error *err = page_word(pool, page, &layout->page_private, &zspage);

	if (!err && !fb_kernel_address_ok(zspage))
		err = fb_error_create(FB_CORRUPT, "the page belongs to no zspage");
	if (!err)
		err = fb_kernel_field(pool->kernel, zspage, &pool->zspage_magic, &magic);
	if (!err && magic != ZSPAGE_MAGIC)
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no zspage", zspage);
	if (!err)
		err = fb_kernel_field(pool->kernel, zspage, &pool->zspage_class, &index);
	if (!err)
		err = read_class(pool, index, class_ret);
	if (!err)
		*zspage_ret = zspage;
	return err;
}

static struct fb_error *wrong_handle(void)
{
	return fb_error_create(FB_CORRUPT, "the object is another handle's");
}

/* The object of a word cut in one way; FB_CORRUPT where that does not lead to the handle. */
static struct fb_error *locate_by(const struct fb_zsmalloc *pool, const struct encoding *encoding,
				  uint64_t word, uint64_t handle, struct location *location_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(pool->kernel);
	uint64_t index = (word & ((1ull << encoding->pfn_shift) - 1)) >> encoding->index_shift;
	struct location location = {.pfn = word >> encoding->pfn_shift};
	uint64_t page, found;
	struct size_class class = {0};
	struct fb_error *err = fb_page_frame_address(pool->kernel, location.pfn, &page);

	if (!err)
		err = read_zspage(pool, page, &location.zspage, &class);
	if (err)
		return err;
	if (class.size == 0 || index >= MAX_ZSPAGE_PAGES * FB_PAGE_SIZE / class.size ||
	    (class.huge && index))
		return wrong_handle();
	location.room = class.size;
	if (class.huge) {
		err = page_word(pool, page, &layout->page_index, &found);
	} else {
		location.offset = index * class.size % FB_PAGE_SIZE;
		err = fb_space_u64(fb_kernel_physical(pool->kernel),
				   (location.pfn << FB_PAGE_SHIFT) + location.offset, &found);
		location.offset += HANDLE_SIZE;
		location.room -= HANDLE_SIZE;
	}
	if (!err && (!(found & ALLOCATED_TAG) || (found & ~(uint64_t)TAG_MASK) != handle))
		err = wrong_handle();
	if (!err)
		*location_ret = location;
	return err;
}

/* One reason why a word leads nowhere: that something is not in the dump rather than that some of
 * the ways did not fit. */
static struct fb_error *keep_better(struct fb_error *first, struct fb_error *second)
{
	if (first && (!fb_error_is(first, FB_CORRUPT) || fb_error_is(second, FB_CORRUPT))) {
		fb_error_destroy(second);
		return first;
	}
	fb_error_destroy(first);
	return second;
}

static struct fb_error *locate(const struct fb_zsmalloc *pool, uint64_t handle,
			       struct location *location_ret)
{
	uint64_t word;
	struct fb_error *err, *reason = NULL;

	if (!fb_kernel_address_ok(handle) || handle % HANDLE_SIZE)
		return fb_error_create(FB_CORRUPT, "no handle");
	err = fb_space_u64(fb_kernel_space(pool->kernel), handle, &word);
	if (err)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(encodings); i++) {
		err = locate_by(pool, &encodings[i], word, handle, location_ret);
		if (!err || fb_error_is_fatal(err)) {
			fb_error_destroy(reason);
			return err;
		}
		reason = keep_better(reason, err);
	}
	return reason;
}

/* Zspages are chained by page->index, before 5.17 by page->freelist, which stood at the same
 * place. */
static struct fb_error *next_page(const struct fb_zsmalloc *pool, const struct location *location,
				  uint64_t *pfn_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(pool->kernel);
	uint64_t page, next, zspage = 0, pfn = 0;
	struct fb_error *err = fb_page_frame_address(pool->kernel, location->pfn, &page);

	if (!err)
		err = page_word(pool, page, &layout->page_index, &next);
	if (!err)
		err = fb_page_frame_number(pool->kernel, next, &pfn);
	if (!err)
		err = page_word(pool, next, &layout->page_private, &zspage);
	if (!err && zspage != location->zspage)
		err = fb_error_create(FB_CORRUPT, "the object's second page is another zspage's");
	if (!err)
		*pfn_ret = pfn;
	return err;
}

static struct fb_error *copy(const struct fb_zsmalloc *pool, const struct location *location,
			     uint8_t *to, size_t length)
{
	struct fb_space *physical = fb_kernel_physical(pool->kernel);
	size_t first = FB_PAGE_SIZE - location->offset;
	uint64_t pfn;
	struct fb_error *err;

	if (first > length)
		first = length;
	err = fb_space_read(physical, (location->pfn << FB_PAGE_SHIFT) + location->offset, to,
			    first);
	if (err || first == length)
		return err;
	err = next_page(pool, location, &pfn);
	return err ? err
		   : fb_space_read(physical, pfn << FB_PAGE_SHIFT, to + first, length - first);
}

struct fb_error *fb_zsmalloc_read(const struct fb_zsmalloc *pool, uint64_t handle, void *to,
				  size_t length)
{
	struct location location;
	struct fb_error *err = locate(pool, handle, &location);

	if (!err && length > location.room)
		err = fb_error_create(FB_CORRUPT, "%zu bytes in an object of %" PRIu64, length,
				      location.room);
	if (!err && length)
		err = copy(pool, &location, to, length);
	return fb_error_prefix(err, "zsmalloc handle 0x%" PRIx64, handle);
}
