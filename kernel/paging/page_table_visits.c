// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables that were entered, each with its first place, by hash.
 */
#include "kernel/paging/page_table_visits.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"

#define FIRST_SLOTS 256u
/* A PMD is level 1 where a PTE is level 0. */
#define PMD_LEVEL 1u
#define LEVEL_BITS 3u

/* A table at a level; the same frame may claim to be one at several. */
struct entered {
	uint64_t table; /* frame << LEVEL_BITS | level, + 1; 0: free */
	uint64_t place; /* first address that it maps, in units of what it maps */
};

/* Other places than the first, so that each counts once: a power of two, twice as many as may be. */
#define AGAIN_SLOTS (4u * FB_MAX_SHARED_TABLES)
_Static_assert(2 * (FB_MAX_SHARED_TABLES + FB_MAX_STRAY_TABLES) <= AGAIN_SLOTS, "half full");

struct fb_pt_visits {
	pthread_mutex_t lock;
	struct entered *first; /* by table */
	size_t count, room;    /* room: a power of two */
	struct entered *again; /* by table and place; made when needed */
	uint32_t stray, shared;
	struct entered last[5]; /* by level: what was entered last, mostly asked for again */
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
	free(visits->first);
	free(visits->again);
	free(visits);
}

static size_t mixed(uint64_t value)
{
	return (size_t)(value * 0x9e3779b97f4a7c15ull >> 20);
}

static struct entered *first_slot(struct entered *slots, size_t room, uint64_t table)
{
	size_t slot = mixed(table) & (room - 1);

	while (slots[slot].table && slots[slot].table != table)
		slot = (slot + 1) & (room - 1);
	return &slots[slot];
}

static struct entered *again_slot(struct entered *slots, const struct entered *entry)
{
	size_t slot = mixed(entry->table + mixed(entry->place)) & (AGAIN_SLOTS - 1);

	while (slots[slot].table &&
	       (slots[slot].table != entry->table || slots[slot].place != entry->place))
		slot = (slot + 1) & (AGAIN_SLOTS - 1);
	return &slots[slot];
}

/* At most three quarters full. */
static struct fb_error *grow(struct fb_pt_visits *visits)
{
	size_t room = visits->room ? visits->room * 2 : FIRST_SLOTS;
	struct entered *slots;

	if (visits->count < visits->room / 4 * 3)
		return NULL;
	slots = calloc(room, sizeof(*slots));
	if (!slots)
		return fb_error_nomem();
	for (size_t i = 0; i < visits->room; i++)
		if (visits->first[i].table)
			*first_slot(slots, room, visits->first[i].table) = visits->first[i];
	free(visits->first);
	visits->first = slots;
	visits->room = room;
	return NULL;
}

/* At another place than its first. */
static struct fb_error *enter_again(struct fb_pt_visits *visits, unsigned level,
				    const struct entered *entry, bool *may_ret)
{
	uint32_t *count = level == PMD_LEVEL ? &visits->shared : &visits->stray;
	uint32_t most = level == PMD_LEVEL ? FB_MAX_SHARED_TABLES : FB_MAX_STRAY_TABLES;
	struct entered *slot;

	if (!visits->again)
		visits->again = calloc(AGAIN_SLOTS, sizeof(*visits->again));
	if (!visits->again)
		return fb_error_nomem();
	slot = again_slot(visits->again, entry);
	*may_ret = slot->table || *count < most;
	if (*may_ret && !slot->table) {
		*slot = *entry;
		++*count;
	}
	return NULL;
}

static struct fb_error *enter(struct fb_pt_visits *visits, unsigned level,
			      const struct entered *entry, bool *may_ret)
{
	struct entered *slot;
	struct fb_error *err;

	*may_ret = true;
	if (visits->last[level].table == entry->table && visits->last[level].place == entry->place)
		return NULL;
	err = grow(visits);
	if (err)
		return err;
	slot = first_slot(visits->first, visits->room, entry->table);
	if (!slot->table) {
		*may_ret = visits->count < FB_MAX_PAGE_TABLES;
		if (*may_ret) {
			*slot = *entry;
			visits->count++;
		}
	} else if (slot->place != entry->place) {
		err = enter_again(visits, level, entry, may_ret);
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
		.place = address >> (FB_PAGE_SHIFT + 9 * (level + 1)),
	};
	struct fb_error *err = enter(visits, level, &entry, may_ret);

	visits->refused |= !err && !*may_ret;
	return err;
}

/* As if the entry that led to the table at `at` were damaged. */
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
