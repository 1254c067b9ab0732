// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores the tables that were entered, each with the first place where it occurs. Called by walks over all addresses of
 * a process, so that they end although a table may occur at many places.
 */
#include "kernel/paging/page_table_visits.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/u64_map.h"

/* A PMD is level 1 where a PTE is level 0. */
#define PMD_LEVEL 1u
#define LEVEL_BITS 3u

/* A table's number, in the order in which they were entered, and a place of it are kept as one number. The
 * place is the first address that the table maps there, in units of what it maps: 2 MiB or more of the
 * 2^57 bytes that 5 levels reach. */
#define PLACE_BITS 36u
#define ADDRESS_MASK ((UINT64_C(1) << 57) - 1)
_Static_assert(FB_MAX_PAGE_TABLES < UINT64_C(1) << (64 - PLACE_BITS), "a number and a place fit");

/* A table at a level; the same frame may claim to be one at several. */
struct entered {
	uint64_t table; /* frame << LEVEL_BITS | level, + 1; 0: none */
	uint64_t place;
};

struct fb_pt_visits {
	pthread_mutex_t lock;
	struct fb_u64_map first; /* by table: its number and its first place */
	struct fb_u64_map again; /* a set of numbers with other places, so that each counts once */
	uint32_t stray, shared;
	struct entered last[5]; /* by level: the table entered last, often the next one too */
	uint64_t pieces, most_pieces;
	bool refused;
};

struct fb_error *fb_pt_visits_create(uint64_t pages, struct fb_pt_visits **visits_ret)
{
	struct fb_pt_visits *visits = calloc(1, sizeof(*visits));

	if (!visits)
		return fb_error_nomem();
	pthread_mutex_init(&visits->lock, NULL); /* the default kind cannot fail */
	visits->most_pieces = FB_MIN_HUGE_PIECES + pages * FB_MAX_PIECES_PER_PAGE;
	*visits_ret = visits;
	return NULL;
}

void fb_pt_visits_destroy(struct fb_pt_visits *visits)
{
	if (!visits)
		return;
	pthread_mutex_destroy(&visits->lock);
	fb_u64_map_deinit(&visits->first);
	fb_u64_map_deinit(&visits->again);
	free(visits);
}

/* Counts a table that is entered at another place than its first. */
static struct fb_error *enter_again(struct fb_pt_visits *visits, unsigned level,
				    uint64_t number_and_place, bool *may_ret)
{
	uint32_t *count = level == PMD_LEVEL ? &visits->shared : &visits->stray;
	uint32_t most = level == PMD_LEVEL ? FB_MAX_SHARED_TABLES : FB_MAX_STRAY_TABLES;
	struct fb_error *err;

	if (fb_u64_map_find(&visits->again, number_and_place))
		return NULL;
	*may_ret = *count < most;
	if (!*may_ret)
		return NULL;
	err = fb_u64_set_add(&visits->again, number_and_place,
			     FB_MAX_SHARED_TABLES + FB_MAX_STRAY_TABLES, "shared page tables",
			     NULL);
	*count += !err;
	return err;
}

static struct fb_error *enter(struct fb_pt_visits *visits, unsigned level,
			      const struct entered *entry, bool *may_ret)
{
	const uint64_t *first;
	struct fb_error *err = NULL;

	*may_ret = true;
	if (visits->last[level].table == entry->table && visits->last[level].place == entry->place)
		return NULL;
	first = fb_u64_map_find(&visits->first, entry->table);
	if (!first) {
		uint64_t number = visits->first.count;

		*may_ret = number < FB_MAX_PAGE_TABLES;
		if (*may_ret)
			err = fb_u64_map_add(&visits->first, entry->table,
					     number << PLACE_BITS | entry->place,
					     FB_MAX_PAGE_TABLES, "page tables", NULL);
	} else {
		uint64_t again = *first >> PLACE_BITS << PLACE_BITS | entry->place;

		if (again != *first)
			err = enter_again(visits, level, again, may_ret);
	}
	if (!err && *may_ret)
		visits->last[level] = *entry;
	return err;
}

/* The lock is held. */
static struct fb_error *enter_table(struct fb_pt_visits *visits, unsigned level, uint64_t table,
				    uint64_t address, bool *may_ret)
{
	const struct entered entry = {
		.table = (table >> FB_PAGE_SHIFT << LEVEL_BITS | level) + 1,
		.place = (address & ADDRESS_MASK) >> (FB_PAGE_SHIFT + 9 * (level + 1)),
	};
	struct fb_error *err = enter(visits, level, &entry, may_ret);

	visits->refused |= !err && !*may_ret;
	return err;
}

/* Treats the entry that led to the table at `at` as damaged. */
static void refuse(struct fb_pt_walk *walk, unsigned at, unsigned shift)
{
	walk->state = FB_PT_CORRUPT;
	walk->level_count = at;
	walk->page_size = 1ull << shift;
	walk->entry = walk->levels[at - 1].entry;
	walk->physical = 0;
}

struct fb_error *fb_pt_visits_enter(struct fb_pt_visits *visits,
				    const struct fb_page_tables *tables, uint64_t address,
				    struct fb_pt_walk *walk)
{
	struct fb_error *err = NULL;
	bool may = true;

	pthread_mutex_lock(&visits->lock);
	/* Nothing but the root leads to the root: a table that is above itself is corrupt already. */
	for (unsigned at = 1; at < walk->level_count && may && !err; at++) {
		unsigned level = tables->levels - 1 - at;

		err = enter_table(visits, level, walk->levels[at].entry_address, address, &may);
		if (!err && !may)
			refuse(walk, at, FB_PAGE_SHIFT + 9 * (level + 1));
	}
	pthread_mutex_unlock(&visits->lock);
	return err;
}

struct fb_error *fb_pt_visits_enter_table(struct fb_pt_visits *visits, unsigned level,
					  uint64_t table, uint64_t address, bool *may_ret)
{
	struct fb_error *err;

	pthread_mutex_lock(&visits->lock);
	err = enter_table(visits, level, table, address, may_ret);
	pthread_mutex_unlock(&visits->lock);
	return err;
}

bool fb_pt_visits_piece(struct fb_pt_visits *visits)
{
	bool may;

	pthread_mutex_lock(&visits->lock);
	may = visits->pieces < visits->most_pieces;
	visits->pieces += may;
	visits->refused |= !may;
	pthread_mutex_unlock(&visits->lock);
	return may;
}

bool fb_pt_visits_refused(struct fb_pt_visits *visits)
{
	bool refused;

	pthread_mutex_lock(&visits->lock);
	refused = visits->refused;
	pthread_mutex_unlock(&visits->lock);
	return refused;
}
