// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A set-associative cache. A set is small enough to be searched without an index, and its lock is
 * held for that search and one copy. The clock algorithm chooses the page of a set that is
 * replaced. Called by dump.c before a page is read.
 */
#include "kernel/dump/page_cache.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"

#define WAYS 16u
#define SETS (FB_PAGE_CACHE_PAGES / WAYS)
#define SET_SHIFT (64 - 8)
_Static_assert(SETS == 1u << (64 - SET_SHIFT), "the hash's top bits name the set");

#define CACHE_LINE 64

struct set {
	pthread_mutex_t lock;
	uint32_t referenced; /* a bit per way: read since the hand last passed */
	uint32_t hand;
	uint64_t pfns[WAYS]; /* UINT64_MAX: free */
} __attribute__((aligned(CACHE_LINE)));

struct fb_page_cache {
	struct set sets[SETS];
	/* The system's zero page until they are used. */
	uint8_t pages[SETS][WAYS][FB_PAGE_SIZE];
};

/* Neighbouring frames, read together, land in different sets. */
static size_t set_index(uint64_t pfn)
{
	return (size_t)((pfn * 0x9e3779b97f4a7c15ull) >> SET_SHIFT);
}

/* The way that holds pfn, or WAYS. */
static unsigned find(const struct set *set, uint64_t pfn)
{
	unsigned way;

	for (way = 0; way < WAYS && set->pfns[way] != pfn; way++)
		;
	return way;
}

static unsigned victim(struct set *set)
{
	unsigned way = find(set, UINT64_MAX);

	while (way == WAYS) {
		uint32_t bit = 1u << set->hand;

		if (set->referenced & bit)
			set->referenced &= ~bit;
		else
			way = set->hand;
		set->hand = (set->hand + 1) % WAYS;
	}
	return way;
}

struct fb_error *fb_page_cache_create(struct fb_page_cache **cache_ret)
{
	struct fb_page_cache *cache;
	size_t i, way;

	cache = mmap(NULL, sizeof(*cache), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (cache == MAP_FAILED)
		return fb_error_nomem();
	for (i = 0; i < SETS; i++) {
		struct set *set = &cache->sets[i];

		pthread_mutex_init(&set->lock, NULL);
		for (way = 0; way < WAYS; way++)
			set->pfns[way] = UINT64_MAX;
	}
	*cache_ret = cache;
	return NULL;
}

void fb_page_cache_destroy(struct fb_page_cache *cache)
{
	size_t i;

	if (!cache)
		return;
	for (i = 0; i < SETS; i++)
		pthread_mutex_destroy(&cache->sets[i].lock);
	(void)munmap(cache, sizeof(*cache));
}

bool fb_page_cache_read(struct fb_page_cache *cache, uint64_t pfn, size_t offset, void *to,
			size_t length)
{
	size_t index = set_index(pfn);
	struct set *set = &cache->sets[index];
	unsigned way;

	pthread_mutex_lock(&set->lock);
	way = find(set, pfn);
	if (way < WAYS) {
		set->referenced |= 1u << way;
		memcpy(to, cache->pages[index][way] + offset, length);
	}
	pthread_mutex_unlock(&set->lock);
	return way < WAYS;
}

void fb_page_cache_insert(struct fb_page_cache *cache, uint64_t pfn, const void *page)
{
	size_t index = set_index(pfn);
	struct set *set = &cache->sets[index];
	unsigned way;

	pthread_mutex_lock(&set->lock);
	/* Another thread may have added the page meanwhile; its copy is the same. */
	if (find(set, pfn) == WAYS) {
		way = victim(set);
		set->pfns[way] = pfn;
		memcpy(cache->pages[index][way], page, FB_PAGE_SIZE);
	}
	pthread_mutex_unlock(&set->lock);
}
