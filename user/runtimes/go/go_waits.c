// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds what a goroutine waits on. Called by goroutines.c.
 *
 * A goroutine that waits has an entry (struct sudog) in the queue of each channel or lock. Those of channels are listed
 * in its struct g. The entry of a lock is known only to the function that waits (runtime.semacquire1), so that it is
 * searched for in this function's frame: it is the word that leads to an entry of this very goroutine.
 */
#include "user/runtimes/go/go_waits.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/part.h"
#include "user/runtimes/go/go_private.h"

#define WAITER "runtime.semacquire1"
/* Bytes of an entry in a queue that are read: all that any version has. */
#define ENTRY_SIZE 112u
/* Words of the frame of the function that waits: it has some twenty. */
#define FRAME_WORDS 64u
/* Entries of a channel's queue that are followed to its head, which tells whether it is that of senders. */
#define QUEUE_STEPS 16u
/* Offsets of the semaphore in sync.Mutex, sync.WaitGroup; of those of writers and readers in sync.RWMutex. */
#define MUTEX_SEMAPHORE 4u
#define GROUP_SEMAPHORE 8u
#define RWMUTEX_WRITER 8u
#define RWMUTEX_READER 12u
/* In sync.Mutex: whether it is locked. In sync.WaitGroup, 64 bits: the counter is the upper half. In sync.RWMutex: how
 * many readers there are, negative where a writer has it or waits; for how many of them the writer waits. */
#define MUTEX_STATE 0u
#define MUTEX_LOCKED 1u
#define GROUP_COUNTER 4u
#define RWMUTEX_COUNT 16u
#define RWMUTEX_LEFT 20u

const char *fb_go_wait_name(enum fb_go_wait_kind kind)
{
	static const char *const names[FB_GO_WAIT_KINDS] = {
		[FB_GO_WAIT_RECEIVE] = "channel-receive", [FB_GO_WAIT_SEND] = "channel-send",
		[FB_GO_WAIT_CHANNEL] = "channel",         [FB_GO_WAIT_MUTEX] = "mutex",
		[FB_GO_WAIT_RWMUTEX] = "rwmutex",         [FB_GO_WAIT_GROUP] = "waitgroup",
		[FB_GO_WAIT_SEMAPHORE] = "semaphore",
	};

	return names[kind];
}

struct entry {
	uint64_t g, previous, element, link, channel;
};

static struct fb_error *read_entry(struct fb_go *go, uint64_t address, struct entry *entry)
{
	const struct fb_go_layout *layout = &go->layout;
	uint8_t bytes[ENTRY_SIZE];
	struct fb_error *err = fb_space_read(go->space, address, bytes, layout->sudog_channel + 8u);

	if (err)
		return err;
	entry->g = fb_u64_at(bytes, FB_GO_SUDOG_G);
	entry->previous = fb_u64_at(bytes, FB_GO_SUDOG_PREV);
	entry->element = fb_u64_at(bytes, layout->sudog_elem);
	entry->link = fb_u64_at(bytes, layout->sudog_link);
	entry->channel = fb_u64_at(bytes, layout->sudog_channel);
	return NULL;
}

/* Whether the queue whose first entry is `first` has this one: the entries before it lead to the first. */
static struct fb_error *is_in_queue(struct fb_go *go, uint64_t address, uint64_t first,
				    bool *is_ret)
{
	struct fb_error *err = NULL;

	*is_ret = address == first;
	for (unsigned i = 0; i < QUEUE_STEPS && !err && !*is_ret; i++) {
		struct entry entry = {.g = 0};

		err = read_entry(go, address, &entry);
		if (err || !entry.previous)
			break;
		address = entry.previous;
		*is_ret = address == first;
	}
	return err;
}

/* In a select the goroutine may be among the receivers or the senders of the channel. */
static struct fb_error *find_direction(struct fb_go *go, const struct fb_goroutine *routine,
				       uint64_t entry, struct fb_go_wait *wait)
{
	const uint64_t queues = wait->address + go->layout.channel_receivers;
	uint64_t receivers = 0, senders = 0;
	bool receives = false, sends = false;
	struct fb_error *err = fb_space_u64(go->space, queues, &receivers);

	wait->kind = FB_GO_WAIT_CHANNEL;
	if (routine->reason && !strncmp(routine->reason, "chan receive", 12)) {
		wait->kind = FB_GO_WAIT_RECEIVE;
		return err;
	}
	if (routine->reason && !strncmp(routine->reason, "chan send", 9)) {
		wait->kind = FB_GO_WAIT_SEND;
		return err;
	}
	if (!err)
		err = fb_space_u64(go->space, queues + 16, &senders);
	if (!err && receivers)
		err = is_in_queue(go, entry, receivers, &receives);
	if (!err && senders)
		err = is_in_queue(go, entry, senders, &sends);
	if (!err && receives != sends)
		wait->kind = receives ? FB_GO_WAIT_RECEIVE : FB_GO_WAIT_SEND;
	return err;
}

static struct fb_error *read_channel(struct fb_go *go, const struct fb_goroutine *routine,
				     uint64_t entry, struct fb_go_wait *wait)
{
	uint32_t closed = 0;
	struct fb_error *err =
		fb_space_u64(go->space, wait->address + FB_GO_CHANNEL_COUNT, &wait->count);

	if (!err)
		err = fb_space_u64(go->space, wait->address + FB_GO_CHANNEL_ROOM, &wait->room);
	if (!err)
		err = fb_space_u32(go->space, wait->address + FB_GO_CHANNEL_CLOSED, &closed);
	if (!err)
		err = find_direction(go, routine, entry, wait);
	wait->closed = closed != 0;
	return err;
}

/* The entries of channels, which lead to each other. */
static struct fb_error *read_channels(struct fb_go *go, const struct fb_goroutine *routine,
				      struct fb_go_wait *waits, size_t *count)
{
	uint64_t at = routine->waiting;
	struct fb_error *err = NULL;

	while (!err && at && *count < FB_GO_WAITS) {
		struct fb_go_wait wait = {.address = 0};
		struct entry entry;

		err = read_entry(go, at, &entry);
		if (err || entry.g != routine->address || !entry.channel)
			break;
		wait.address = entry.channel;
		err = read_channel(go, routine, at, &wait);
		if (!err)
			waits[(*count)++] = wait;
		at = entry.link;
	}
	return err;
}

/* The semaphore of the entry that a word of the frame leads to; 0: none does. */
static struct fb_error *find_semaphore(struct fb_go *go, const struct fb_goroutine *routine,
				       uint64_t frame, uint64_t frame_end, uint64_t *semaphore_ret)
{
	uint64_t words[FRAME_WORDS];
	size_t count;
	struct fb_error *err;

	*semaphore_ret = 0;
	if (frame_end <= frame)
		return NULL;
	count = (frame_end - frame) / 8 < FRAME_WORDS ? (frame_end - frame) / 8 : FRAME_WORDS;
	err = fb_space_read(go->space, frame, words, count * 8);
	for (size_t i = 0; i < count && !err && !*semaphore_ret; i++) {
		struct entry entry = {.g = 0};

		if (words[i] < FB_PAGE_SIZE || words[i] % 8)
			continue;
		err = fb_part_skip(read_entry(go, words[i], &entry));
		if (!err && entry.g == routine->address && entry.element && !entry.channel)
			*semaphore_ret = entry.element;
	}
	return err;
}

/* The lock to which a semaphore belongs, by the function that waits for it. */
static struct fb_go_wait lock_of(const char *function, uint64_t semaphore)
{
	static const struct {
		const char *begins;
		enum fb_go_wait_kind kind;
		uint32_t offset;
	} locks[] = {
		{"sync.(*Mutex).", FB_GO_WAIT_MUTEX, MUTEX_SEMAPHORE},
		{"internal/sync.(*Mutex).", FB_GO_WAIT_MUTEX, MUTEX_SEMAPHORE},
		{"sync.(*RWMutex).RLock", FB_GO_WAIT_RWMUTEX, RWMUTEX_READER},
		{"sync.(*RWMutex).Lock", FB_GO_WAIT_RWMUTEX, RWMUTEX_WRITER},
		{"sync.(*WaitGroup).Wait", FB_GO_WAIT_GROUP, GROUP_SEMAPHORE},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(locks); i++)
		if (!strncmp(function, locks[i].begins, strlen(locks[i].begins)))
			return (struct fb_go_wait){.kind = locks[i].kind,
						   .address = semaphore - locks[i].offset};
	return (struct fb_go_wait){.kind = FB_GO_WAIT_SEMAPHORE, .address = semaphore};
}

/* What the lock itself says. */
static struct fb_error *read_state(struct fb_go *go, struct fb_go_wait *wait)
{
	uint32_t word = 0;
	struct fb_error *err = NULL;

	switch (wait->kind) {
	case FB_GO_WAIT_MUTEX:
		err = fb_space_u32(go->space, wait->address + MUTEX_STATE, &word);
		wait->locked = word & MUTEX_LOCKED;
		break;
	case FB_GO_WAIT_RWMUTEX:
		err = fb_space_u32(go->space, wait->address + RWMUTEX_COUNT, &word);
		wait->locked = word >> 31;
		if (!err)
			err = fb_space_u32(go->space, wait->address + RWMUTEX_LEFT, &word);
		wait->count = word >> 31 ? 0 : word;
		break;
	case FB_GO_WAIT_GROUP:
		err = fb_space_u32(go->space, wait->address + GROUP_COUNTER, &word);
		wait->count = word;
		break;
	default:
		break;
	}
	return err;
}

static struct fb_error *read_lock(struct fb_go *go, const struct fb_goroutine *routine,
				  const struct fb_user_stack *stack, struct fb_go_wait *waits,
				  size_t *count)
{
	uint64_t semaphore = 0;
	size_t i = 0;
	struct fb_error *err;

	while (i < stack->count &&
	       (!stack->frames[i].symbol || strcmp(stack->frames[i].symbol, WAITER) != 0))
		i++;
	if (i + 1 >= stack->count)
		return NULL;
	err = find_semaphore(go, routine, stack->frames[i].sp, stack->frames[i + 1].sp, &semaphore);
	if (err || !semaphore)
		return err;
	/* Between both stand the functions by which other packages call the runtime's. */
	for (i++; i < stack->count; i++) {
		const char *symbol = stack->frames[i].symbol ? stack->frames[i].symbol : "";

		waits[0] = lock_of(symbol, semaphore);
		*count = 1;
		if (!strstr(symbol, ".runtime_Semacquire"))
			break;
	}
	return *count ? read_state(go, &waits[0]) : NULL;
}

struct fb_error *fb_go_waits(struct fb_go *go, const struct fb_goroutine *routine,
			     const struct fb_user_stack *stack,
			     struct fb_go_wait waits[FB_GO_WAITS], size_t *count_ret)
{
	struct fb_error *err = NULL;

	*count_ret = 0;
	if (strcmp(routine->state, "waiting") != 0)
		return NULL;
	if (routine->waiting)
		err = read_channels(go, routine, waits, count_ret);
	/* Since 1.26 the entry of a lock is listed too. */
	if (!err && !*count_ret)
		err = read_lock(go, routine, stack, waits, count_ret);
	return fb_part_skip(err);
}
