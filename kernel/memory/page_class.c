// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the class of each page frame (free, of a process, page cache and so on) by its struct page. A page whose class
 * is not certain is FB_PAGE_UNKNOWN, and filters keep it. Called by bundle/dump, FB_PAGE_CLASS_WINDOW frames at a time.
 */
#include "kernel/memory/page_class.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/memory/crash_reserve.h"
#include "kernel/memory/page_frame.h"
#include "kernel/memory/page_type.h"

/* struct page is 64 bytes; with debugging options some 100. */
#define MOST_STRUCT_PAGE 256u
/* Pages of the largest block of the buddy allocator: 2^MAX_PAGE_ORDER. */
#define MOST_BUDDY_ORDER 10u
/* page->mapping (PAGE_MAPPING_FLAGS): anonymous, and pages of a driver that can move them. */
#define MAPPING_ANON 1u
#define MAPPING_MOVABLE 2u
#define MAPPING_BITS 3u
/* _mapcount of a page that has a type instead: below PAGE_MAPCOUNT_RESERVE (-128). */
#define LEAST_MAP_COUNT (-128)

/* Bits of page->flags; 0: this kernel has no such flag. */
struct page_flags {
	uint64_t lru, swap_cache, swap_backed, private, slab, poisoned, hugetlb, reserved;
};

/* The words of one struct page. */
struct page_words {
	uint64_t flags, mapping, compound, private;
	uint32_t type; /* or _mapcount */
};

struct fb_page_classifier {
	struct fb_kernel *kernel;
	uint32_t size; /* of struct page */
	/* Where the words of a struct page are. */
	struct {
		uint32_t flags, mapping, compound, private, type;
	} at;
	struct page_flags flags;
	struct fb_page_type buddy, offline, hugetlb, slab;
	struct fb_field destructor; /* of a compound page, in its first tail; until 6.6 */
	int64_t hugetlb_destructor;
	struct fb_crash_reserve capture; /* the capture kernel's memory */
	/* The head that was read last; address 0: none. */
	uint64_t head_address;
	enum fb_page_class head_class;
	uint8_t *pages; /* FB_PAGE_CLASS_WINDOW struct pages */
};

const char *fb_page_class_name(enum fb_page_class class)
{
	static const char *const names[] = {
		"unknown", "kernel",  "free",     "cache",   "cache-private",
		"user",    "offline", "poisoned", "outside",
	};

	_Static_assert(FB_ARRAY_SIZE(names) == FB_PAGE_CLASSES, "a name for each class");
	return class < FB_PAGE_CLASSES ? names[class] : "unknown";
}

static void find_words(struct fb_page_classifier *classifier)
{
	static const char *const destructors[] = {"compound_dtor", NULL};
	const struct fb_kernel *kernel = classifier->kernel;
	const struct fb_btf *types = fb_kernel_types(kernel);
	struct page_flags *flags = &classifier->flags;

	flags->lru = fb_page_flag(types, "PG_lru");
	flags->swap_cache = fb_page_flag(types, "PG_swapcache");
	flags->swap_backed = fb_page_flag(types, "PG_swapbacked");
	flags->private = fb_page_flag(types, "PG_private") | fb_page_flag(types, "PG_private_2");
	flags->slab = fb_page_flag(types, "PG_slab"); /* a page type since 46df8e73a4a3, 6.10 */
	flags->poisoned = fb_page_flag(types, "PG_hwpoison");
	flags->reserved = fb_page_flag(types, "PG_reserved");
	/* In the first tail's flags since 9c5ccf2db04b (6.6), a page type since d99e3140a4d3 (6.9). */
	flags->hugetlb = fb_page_flag(types, "PG_hugetlb");
	classifier->buddy = fb_page_type_find(kernel, "PGTY_buddy", "PAGE_BUDDY_MAPCOUNT_VALUE");
	classifier->offline =
		fb_page_type_find(kernel, "PGTY_offline", "PAGE_OFFLINE_MAPCOUNT_VALUE");
	classifier->hugetlb =
		fb_page_type_find(kernel, "PGTY_hugetlb", "PAGE_HUGETLB_MAPCOUNT_VALUE");
	classifier->slab = fb_page_type_find(kernel, "PGTY_slab", "PAGE_SLAB_MAPCOUNT_VALUE");
	if (!fb_layout_find(types, "page", destructors, "page.compound_dtor",
			    &classifier->destructor) ||
	    classifier->destructor.size != 1 ||
	    !fb_btf_enumerator_value(types, "compound_dtor_id", "HUGETLB_PAGE_DTOR",
				     &classifier->hugetlb_destructor))
		classifier->destructor.found = false;
}

static struct fb_error *check_layout(struct fb_page_classifier *classifier)
{
	const struct fb_layout *layout = fb_kernel_layout(classifier->kernel);
	const struct fb_field *words[] = {
		&layout->page_flags,   &layout->page_mapping,  &layout->page_compound_head,
		&layout->page_private, &layout->page_mapcount,
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		uint32_t size = words[i] == &layout->page_mapcount ? 4 : 8;
		struct fb_error *err = fb_layout_require(words[i]);

		if (err)
			return err;
		if (words[i]->size != size || layout->page.size < size ||
		    words[i]->offset > layout->page.size - size)
			return fb_error_create(FB_UNSUPPORTED, "%s has %u bytes", words[i]->name,
					       words[i]->size);
	}
	if (layout->page.size > MOST_STRUCT_PAGE)
		return fb_error_create(FB_UNSUPPORTED, "struct page has %u bytes",
				       layout->page.size);
	classifier->size = layout->page.size;
	classifier->at.flags = layout->page_flags.offset;
	classifier->at.mapping = layout->page_mapping.offset;
	classifier->at.compound = layout->page_compound_head.offset;
	classifier->at.private = layout->page_private.offset;
	classifier->at.type = layout->page_mapcount.offset;
	return NULL;
}

struct fb_error *fb_page_classifier_create(struct fb_kernel *kernel,
					   struct fb_page_classifier **classifier_ret)
{
	struct fb_page_classifier *classifier = calloc(1, sizeof(*classifier));
	struct fb_error *err;

	if (!classifier)
		return fb_error_nomem();
	classifier->kernel = kernel;
	err = check_layout(classifier);
	if (!err)
		err = fb_crash_reserve_find(kernel, &classifier->capture);
	if (!err) {
		find_words(classifier);
		classifier->pages = malloc((size_t)FB_PAGE_CLASS_WINDOW * classifier->size);
		if (!classifier->pages)
			err = fb_error_nomem();
	}
	if (err) {
		fb_page_classifier_destroy(classifier);
		return err;
	}
	*classifier_ret = classifier;
	return NULL;
}

void fb_page_classifier_destroy(struct fb_page_classifier *classifier)
{
	if (!classifier)
		return;
	free(classifier->pages);
	free(classifier);
}

static inline struct page_words words_of(const struct fb_page_classifier *classifier,
					 const uint8_t *page)
{
	struct page_words words;

	memcpy(&words.flags, page + classifier->at.flags, sizeof(words.flags));
	memcpy(&words.mapping, page + classifier->at.mapping, sizeof(words.mapping));
	memcpy(&words.compound, page + classifier->at.compound, sizeof(words.compound));
	memcpy(&words.private, page + classifier->at.private, sizeof(words.private));
	memcpy(&words.type, page + classifier->at.type, sizeof(words.type));
	return words;
}

/* Whether the compound page whose first struct page has these words is hugetlbfs's, by its first tail. */
static bool has_hugetlb_tail(const struct fb_page_classifier *classifier, const uint8_t *tail)
{
	const struct fb_field *destructor = &classifier->destructor;
	struct page_words words;

	if (!tail)
		return false;
	words = words_of(classifier, tail);
	if (!(words.compound & 1))
		return false;
	if (destructor->found && destructor->offset < classifier->size)
		return tail[destructor->offset] == classifier->hugetlb_destructor;
	return words.flags & classifier->flags.hugetlb;
}

/* The class of a page that is no tail of a compound page. tail: the struct page behind it; NULL
 * where that cannot be read. */
static enum fb_page_class class_of_head(const struct fb_page_classifier *classifier,
					const struct page_words *words, const uint8_t *tail)
{
	const struct page_flags *flags = &classifier->flags;

	if (words->flags == UINT64_MAX) /* PAGE_POISON_PATTERN: never set up */
		return FB_PAGE_UNKNOWN;
	if (fb_page_type_is(&classifier->buddy, words->type))
		return FB_PAGE_FREE;
	if (fb_page_type_is(&classifier->offline, words->type))
		return FB_PAGE_OFFLINE;
	if (fb_page_type_is(&classifier->hugetlb, words->type))
		return FB_PAGE_USER;
	if (words->flags & flags->slab || fb_page_type_is(&classifier->slab, words->type))
		return FB_PAGE_KERNEL;
	if ((int32_t)words->type < LEAST_MAP_COUNT)
		return FB_PAGE_KERNEL;
	if (has_hugetlb_tail(classifier, tail))
		return FB_PAGE_USER;
	if (words->mapping & MAPPING_ANON)
		return fb_kernel_address_ok(words->mapping & ~(uint64_t)MAPPING_BITS)
			       ? FB_PAGE_USER
			       : FB_PAGE_KERNEL;
	if (words->mapping & MAPPING_MOVABLE)
		return FB_PAGE_KERNEL;
	/* PG_swapcache is another flag's name too, which only pages without swap have. */
	if (words->flags & flags->lru ||
	    (words->flags & flags->swap_cache && words->flags & flags->swap_backed))
		return words->flags & flags->private ? FB_PAGE_CACHE_PRIVATE : FB_PAGE_CACHE;
	return FB_PAGE_KERNEL;
}

/* The class of a tail, whose head may be in another window. */
static struct fb_error *class_of_tail(struct fb_page_classifier *classifier, uint64_t address,
				      const struct page_words *words, enum fb_page_class *class_ret)
{
	uint8_t pages[2 * MOST_STRUCT_PAGE];
	struct page_words head_words;
	uint64_t head;
	struct fb_error *err =
		fb_page_frame_head(classifier->kernel, address, words->compound, &head);

	if (!err && head != classifier->head_address) {
		err = fb_space_read(fb_kernel_space(classifier->kernel), head, pages,
				    2 * classifier->size);
		if (!err) {
			head_words = words_of(classifier, pages);
			classifier->head_address = head;
			classifier->head_class = head_words.compound & 1
							 ? FB_PAGE_UNKNOWN
							 : class_of_head(classifier, &head_words,
									 pages + classifier->size);
		}
	}
	*class_ret = err ? FB_PAGE_UNKNOWN : classifier->head_class;
	return fb_part_skip(err);
}

/* The block of free pages that begins at index; private is its order. */
static void mark_free(const struct page_words *words, uint64_t index, uint8_t *classes)
{
	uint64_t count;

	if (words->private > MOST_BUDDY_ORDER || index & ((1ull << words->private) - 1)) {
		classes[index] = FB_PAGE_UNKNOWN;
		return;
	}
	count = 1ull << words->private;
	memset(classes + index, FB_PAGE_FREE, count);
}

/* How many bytes at address are known to be nowhere, without a read for each page of them; 0: some may be
 * there. What space cannot tell has to be read. */
static struct fb_error *absent_bytes(struct fb_space *space, uint64_t address, size_t length,
				     size_t *bytes_ret)
{
	struct fb_run run;
	struct fb_error *err = fb_space_locate(space, address, length, &run);

	*bytes_ret = !err && run.origin.source == FB_SOURCE_ABSENT ? (size_t)run.length : 0;
	return fb_part_skip(err);
}

/* Struct pages of the window; those that cannot be read are marked in unread, one of which is 4 KiB. */
static struct fb_error *read_pages(struct fb_page_classifier *classifier, uint64_t address,
				   bool *unread)
{
	struct fb_space *space = fb_kernel_space(classifier->kernel);
	size_t length = (size_t)FB_PAGE_CLASS_WINDOW * classifier->size;
	struct fb_error *err = fb_space_read(space, address, classifier->pages, length);

	if (!err)
		return NULL;
	err = fb_part_skip(err);
	for (size_t at = 0, absent_end = 0; at < length && !err; at += FB_PAGE_SIZE) {
		size_t size = length - at < FB_PAGE_SIZE ? length - at : FB_PAGE_SIZE, absent = 0;

		if (at >= absent_end) {
			err = absent_bytes(space, address + at, length - at, &absent);
			absent_end = at + absent;
		}
		if (!err && at >= absent_end)
			err = fb_space_read(space, address + at, classifier->pages + at, size);
		unread[at / FB_PAGE_SIZE] = err || at < absent_end;
		err = fb_part_skip(err);
	}
	return err;
}

/* Whether the page is of the capture kernel's memory, by its place and by its own word. */
static bool is_set_aside(const struct fb_page_classifier *classifier, uint64_t pfn, uint64_t flags)
{
	return flags & classifier->flags.reserved && flags != UINT64_MAX &&
	       fb_crash_reserve_has(&classifier->capture, pfn);
}

struct fb_error *fb_page_classify(struct fb_page_classifier *classifier, uint64_t first,
				  uint8_t classes[FB_PAGE_CLASS_WINDOW])
{
	uint64_t address;
	bool unread[FB_PAGE_CLASS_WINDOW * MOST_STRUCT_PAGE / FB_PAGE_SIZE] = {false};
	struct fb_error *err = fb_page_frame_address(classifier->kernel, first, &address);

	memset(classes, FB_PAGE_UNKNOWN, FB_PAGE_CLASS_WINDOW);
	if (err)
		return fb_part_skip(err);
	err = read_pages(classifier, address, unread);
	for (uint64_t i = 0; i < FB_PAGE_CLASS_WINDOW && !err; i++) {
		size_t at = (size_t)i * classifier->size, end = at + classifier->size - 1;
		const uint8_t *page = classifier->pages + at;
		bool last = i + 1 == FB_PAGE_CLASS_WINDOW ||
			    unread[(end + classifier->size) / FB_PAGE_SIZE];
		enum fb_page_class class = FB_PAGE_UNKNOWN;
		struct page_words words;

		if (unread[at / FB_PAGE_SIZE] || unread[end / FB_PAGE_SIZE])
			continue;
		words = words_of(classifier, page);
		if (words.flags & classifier->flags.poisoned && words.flags != UINT64_MAX) {
			classes[i] = FB_PAGE_POISONED;
			continue;
		}
		if (classes[i] == FB_PAGE_FREE) /* within a block that began before */
			continue;
		if (is_set_aside(classifier, first + i, words.flags)) {
			classes[i] = FB_PAGE_FREE;
			continue;
		}
		if (words.compound & 1)
			err = class_of_tail(classifier, address + at, &words, &class);
		else
			class = class_of_head(classifier, &words,
					      last ? NULL : page + classifier->size);
		if (err)
			break;
		if (class == FB_PAGE_FREE)
			mark_free(&words, i, classes);
		else
			classes[i] = (uint8_t) class;
	}
	return err;
}
