// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring buffer, written by a small writer that wraps as the kernel's does. */
#include <stdio.h>
#include <string.h>

#include "kernel/log/log_source.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define BASE 0x10000u
#define DESC_BITS 4u
#define TEXT_BITS 8u
#define DESCS (1u << DESC_BITS)
#define TEXT (1u << TEXT_BITS)
#define ID_MASK (~0ull >> 2)
#define FINALIZED (2ull << 62)

/* No member that is looked for stands at the start. */
struct desc {
	uint64_t unused, state, begin, next;
};

struct info {
	uint64_t unused, sequence, time;
	uint16_t length;
	uint8_t facility, level;
	uint32_t caller;
};

struct ring {
	struct fb_space space;
	struct {
		struct desc descs[DESCS];
		struct info infos[DESCS];
		uint8_t text[TEXT];
	} memory;
	struct fb_log_ring geometry;
	uint64_t next_id, next_position;
	bool ends_flush; /* as 6.18: a block may end right at the ring's end */
	uint64_t absent; /* an offset in memory that cannot be read, or UINT64_MAX */
};

static struct fb_error *read_ring(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct ring *ring = (struct ring *)space;
	uint64_t offset = address - BASE;

	if (offset > sizeof(ring->memory) || length > sizeof(ring->memory) - offset)
		return fb_error_create(FB_FAULT, "nothing there");
	if (ring->absent >= offset && ring->absent < offset + length)
		return fb_error_create(FB_ABSENT, "lost");
	memcpy(to, (uint8_t *)&ring->memory + offset, length);
	return NULL;
}

/* Starts as the kernel does: IDs and positions wrap to 0 early. */
static void ring_init(struct ring *ring)
{
	static const struct fb_space_ops ops = {.read = read_ring};

	memset(ring, 0, sizeof(*ring));
	ring->space = (struct fb_space){.ops = &ops, .name = "ring"};
	ring->absent = UINT64_MAX;
	ring->next_id = -(uint64_t)DESCS & ID_MASK;
	ring->next_position = -(uint64_t)TEXT;
	ring->geometry = (struct fb_log_ring){
		.descs = BASE + offsetof(struct ring, memory.descs) - offsetof(struct ring, memory),
		.infos = BASE + offsetof(struct ring, memory.infos) - offsetof(struct ring, memory),
		.text = BASE + offsetof(struct ring, memory.text) - offsetof(struct ring, memory),
		.desc_bits = DESC_BITS,
		.text_bits = TEXT_BITS,
		.tail_id = ring->next_id,
		.desc_size = sizeof(struct desc),
		.desc_state = offsetof(struct desc, state),
		.desc_begin = offsetof(struct desc, begin),
		.desc_next = offsetof(struct desc, next),
		.info_size = sizeof(struct info),
		.info_sequence = offsetof(struct info, sequence),
		.info_time = offsetof(struct info, time),
		.info_length = offsetof(struct info, length),
		.info_caller = offsetof(struct info, caller),
	};
}

/* A descriptor without text. */
static struct desc *reserve(struct ring *ring, uint16_t length)
{
	uint64_t id = ring->next_id;
	struct desc *desc = &ring->memory.descs[id % DESCS];

	ring->memory.infos[id % DESCS] = (struct info){
		.sequence = (id - (-(uint64_t)DESCS)) & ID_MASK,
		.time = 1000,
		.length = length,
		.facility = 3,
		.level = 6 << 5 | 0x1f,
		.caller = 17,
	};
	desc->state = FINALIZED | id;
	desc->begin = desc->next = 3;
	ring->geometry.head_id = id;
	if (((id - ring->geometry.tail_id) & ID_MASK) >= DESCS)
		ring->geometry.tail_id = (id - DESCS + 1) & ID_MASK;
	ring->next_id = (id + 1) & ID_MASK;
	return desc;
}

static struct desc *put(struct ring *ring, const char *text)
{
	uint16_t length = (uint16_t)strlen(text);
	uint64_t size = (8 + length + 7) & ~7ull, begin = ring->next_position;
	uint64_t id = ring->next_id, next = begin + size, start = begin % TEXT;
	uint64_t last = ring->ends_flush ? next - 1 : next;
	struct desc *desc = reserve(ring, length);

	if (begin / TEXT != last / TEXT) {
		memcpy(ring->memory.text + start, &id, sizeof(id));
		next = next / TEXT * TEXT + size;
		start = 0;
	}
	memcpy(ring->memory.text + start, &id, sizeof(id));
	memcpy(ring->memory.text + start + 8, text, length);
	desc->begin = begin;
	desc->next = next;
	ring->next_position = next;
	return desc;
}

static struct fb_log *read(struct ring *ring)
{
	struct fb_log *log;

	FB_OK_FATAL(fb_log_create(&log));
	FB_OK(fb_log_read_ring(&ring->space, &ring->geometry, log));
	fb_log_finish(log);
	return log;
}

static bool is(const struct fb_log *log, size_t index, const char *text)
{
	const struct fb_log_record *record;

	if (index >= fb_log_count(log))
		return false;
	record = fb_log_get(log, index);
	return record->length == strlen(text) && !memcmp(record->text, text, record->length);
}

static void reads_what_was_written(void)
{
	struct ring ring;
	struct fb_log *log;

	ring_init(&ring);
	put(&ring, "first");
	put(&ring, "second of two");
	log = read(&ring);
	CU_ASSERT_EQUAL(fb_log_count(log), 2);
	CU_ASSERT_TRUE(is(log, 0, "first"));
	CU_ASSERT_TRUE(is(log, 1, "second of two"));
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->sequence, 1);
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->level, 6);
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->facility, 3);
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->caller, 17);
	CU_ASSERT_FALSE(fb_log_get(log, 1)->truncated);
	CU_ASSERT_EQUAL(fb_log_lost(log), 0);
	fb_log_destroy(log);
	/* One that fills its block. */
	put(&ring, "sixteen letters.");
	log = read(&ring);
	CU_ASSERT_TRUE(is(log, 2, "sixteen letters."));
	CU_ASSERT_FALSE(fb_log_get(log, 2)->truncated);
	fb_log_destroy(log);
}

/* Every place in the ring at which a record can begin, with both rules for its end. */
static void follows_records_round_the_end(void)
{
	struct ring ring;
	char text[32];

	for (unsigned flush = 0; flush < 2; flush++) {
		ring_init(&ring);
		ring.ends_flush = flush;
		for (unsigned i = 0; i < 500; i++) {
			struct fb_log *log;

			(void)snprintf(text, sizeof(text), "record %u%.*s", i, (int)(i * 7 % 13),
				       "xxxxxxxxxxxxx");
			put(&ring, text);
			log = read(&ring);
			CU_ASSERT_TRUE(fb_log_count(log) > 0 &&
				       is(log, fb_log_count(log) - 1, text));
			/* The oldest are overwritten: lost, but never wrong. */
			for (size_t n = 0; n < fb_log_count(log); n++)
				CU_ASSERT_EQUAL(memcmp(fb_log_get(log, n)->text, "record ", 7), 0);
			CU_ASSERT(fb_log_count(log) + fb_log_lost(log) <= DESCS);
			fb_log_destroy(log);
		}
	}
}

static void a_block_that_ends_at_the_end_is_not_moved(void)
{
	struct ring ring;
	struct fb_log *log;

	ring_init(&ring);
	ring.ends_flush = true;
	put(&ring, "0123456789012345678901234567890123456789012345678901234567890123456789"
		   "0123456789012345678901234567890123456789012345678"); /* 119 + 8 + pad: 128 */
	put(&ring, "0123456789012345678901234567890123456789012345678901234567890123456789"
		   "012345678901234567890123456789012345678901234567z");
	CU_ASSERT_EQUAL(ring.next_position, 0);
	log = read(&ring);
	CU_ASSERT_EQUAL_FATAL(fb_log_count(log), 2);
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->text[118], 'z');
	CU_ASSERT_EQUAL(fb_log_lost(log), 0);
	fb_log_destroy(log);
}

static void tells_empty_from_lost(void)
{
	struct ring ring;
	struct fb_log *log;
	struct desc *desc;

	ring_init(&ring);
	(void)reserve(&ring, 0); /* an empty line */
	desc = reserve(&ring, 5);
	desc->begin = desc->next = 1; /* failed */
	desc = put(&ring, "being written");
	desc->state &= ID_MASK;
	desc = put(&ring, "reusable");
	desc->state |= 3ull << 62;
	desc = put(&ring, "committed");
	desc->state ^= 3ull << 62;
	put(&ring, "end");
	log = read(&ring);
	CU_ASSERT_EQUAL(fb_log_count(log), 3);
	CU_ASSERT_TRUE(is(log, 0, ""));
	CU_ASSERT_FALSE(fb_log_get(log, 0)->truncated);
	CU_ASSERT_TRUE(is(log, 1, "committed"));
	CU_ASSERT_TRUE(is(log, 2, "end"));
	CU_ASSERT_EQUAL(fb_log_lost(log), 1);
	fb_log_destroy(log);
}

/* Both positions have to say that a line is empty, and either bit 0 in both that there is no text. */
static void positions_without_text_are_told_apart(void)
{
	static const struct {
		uint64_t begin, next;
		bool empty;
	} positions[] = {{3, 3, true}, {3, 1, false}, {1, 3, false}, {1, 1, false}, {5, 7, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(positions); i++) {
		struct fb_log *log;
		struct ring ring;
		struct desc *desc;

		ring_init(&ring);
		desc = reserve(&ring, 0);
		desc->begin = positions[i].begin;
		desc->next = positions[i].next;
		put(&ring, "end");
		log = read(&ring);
		CU_ASSERT_EQUAL(fb_log_lost(log), !positions[i].empty);
		CU_ASSERT_EQUAL_FATAL(fb_log_count(log), 1u + positions[i].empty);
		CU_ASSERT_TRUE(is(log, positions[i].empty, "end"));
		fb_log_destroy(log);
	}
}

static void passes_over_damage(void)
{
	struct ring ring;
	struct fb_log *log;
	struct desc *desc;

	ring_init(&ring);
	put(&ring, "one");
	desc = put(&ring, "positions");
	desc->next = desc->begin + 10 * TEXT;
	desc = put(&ring, "backwards");
	desc->next = desc->begin - 8;
	desc = put(&ring, "odd");
	desc->begin += 4;
	desc = put(&ring, "of another");
	ring.memory.text[desc->begin % TEXT] ^= 1;
	put(&ring, "long");
	ring.memory.infos[5].length = 60000;
	put(&ring, "six");
	log = read(&ring);
	CU_ASSERT_EQUAL(fb_log_count(log), 3);
	CU_ASSERT_TRUE(is(log, 0, "one"));
	CU_ASSERT_EQUAL(fb_log_get(log, 1)->length, 8);
	CU_ASSERT_TRUE(fb_log_get(log, 1)->truncated);
	CU_ASSERT_TRUE(is(log, 2, "six"));
	CU_ASSERT_EQUAL(fb_log_lost(log), 4);
	fb_log_destroy(log);
}

static void goes_on_behind_a_lost_page(void)
{
	struct ring ring;
	struct fb_log *log;

	ring_init(&ring);
	put(&ring, "one");
	put(&ring, "two");
	put(&ring, "three");
	ring.absent = sizeof(struct desc); /* that of "two" */
	log = read(&ring);
	CU_ASSERT_EQUAL(fb_log_count(log), 2);
	CU_ASSERT_TRUE(is(log, 1, "three"));
	CU_ASSERT_EQUAL(fb_log_lost(log), 1);
	fb_log_destroy(log);
}

static void bounds_a_wild_tail(void)
{
	struct ring ring;
	struct fb_log *log;

	ring_init(&ring);
	put(&ring, "only");
	ring.geometry.tail_id = 12345;
	log = read(&ring);
	CU_ASSERT_EQUAL(fb_log_count(log), 1);
	CU_ASSERT_TRUE(is(log, 0, "only"));
	fb_log_destroy(log);
}

static void refuses_impossible_geometry(void)
{
	struct ring ring;
	struct fb_log *log;

	ring_init(&ring);
	FB_OK_FATAL(fb_log_create(&log));
	ring.geometry.desc_bits = 63;
	FB_FAILS(fb_log_read_ring(&ring.space, &ring.geometry, log), FB_CORRUPT);
	ring_init(&ring);
	ring.geometry.text_bits = 32;
	FB_FAILS(fb_log_read_ring(&ring.space, &ring.geometry, log), FB_CORRUPT);
	ring_init(&ring);
	ring.geometry.desc_next = sizeof(struct desc) - 7;
	FB_FAILS(fb_log_read_ring(&ring.space, &ring.geometry, log), FB_CORRUPT);
	ring_init(&ring);
	ring.geometry.info_size = 1u << 20;
	FB_FAILS(fb_log_read_ring(&ring.space, &ring.geometry, log), FB_CORRUPT);
	ring_init(&ring);
	ring.geometry.info_size = 4;
	FB_FAILS(fb_log_read_ring(&ring.space, &ring.geometry, log), FB_CORRUPT);
	fb_log_destroy(log);
}

/* Each member at the last place within its struct, and one behind; each size at its least and its most. */
static void members_lie_in_their_structs(void)
{
	static const struct {
		size_t at; /* in struct fb_log_ring */
		uint32_t good, bad;
	} members[] = {
#define MEMBER(name) offsetof(struct fb_log_ring, name)
		{MEMBER(desc_bits), 31, 32},
		{MEMBER(text_bits), 31, 32},
		{MEMBER(desc_size), sizeof(struct desc), sizeof(struct desc) - 1},
		{MEMBER(desc_size), 1024, 1025},
		{MEMBER(info_size), sizeof(struct info), sizeof(struct info) - 1},
		{MEMBER(info_size), 1024, 1025},
		{MEMBER(desc_state), sizeof(struct desc) - 8, sizeof(struct desc) - 7},
		{MEMBER(desc_begin), sizeof(struct desc) - 8, sizeof(struct desc) - 7},
		{MEMBER(desc_next), sizeof(struct desc) - 8, sizeof(struct desc) - 7},
		{MEMBER(info_sequence), sizeof(struct info) - 8, sizeof(struct info) - 7},
		{MEMBER(info_time), sizeof(struct info) - 8, sizeof(struct info) - 7},
		{MEMBER(info_length), sizeof(struct info) - 4, sizeof(struct info) - 3},
		{MEMBER(info_caller), sizeof(struct info) - 4, sizeof(struct info) - 3},
#undef MEMBER
	};
	static struct ring ring;

	for (size_t i = 0; i < 2 * FB_ARRAY_SIZE(members); i++) {
		uint32_t value = i % 2 ? members[i / 2].bad : members[i / 2].good;
		struct fb_log *log;

		ring_init(&ring);
		memcpy((char *)&ring.geometry + members[i / 2].at, &value, sizeof(value));
		FB_OK_FATAL(fb_log_create(&log));
		if (i % 2)
			FB_FAILS_WITH(fb_log_read_ring(&ring.space, &ring.geometry, log),
				      FB_CORRUPT, "log: ");
		else
			FB_OK(fb_log_read_ring(&ring.space, &ring.geometry, log));
		fb_log_destroy(log);
	}
}

struct question {
	struct failing_space failing;
	struct failure failure;
	const struct fb_log_ring *geometry;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_create(&log);

	if (!err)
		err = fb_log_read_ring(&question->failing.space, question->geometry, log);
	fb_log_destroy(log);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct question question;
	struct ring ring;

	ring_init(&ring);
	put(&ring, "first");
	put(&ring, "second");
	ring.geometry.head_id = (ring.next_id - 1) & ID_MASK;
	question.geometry = &ring.geometry;
	failing_space_init(&question.failing, &ring.space, &question.failure);
	CU_ASSERT(failing_must_pass(ask, &question, &question.failure, 100, 0) >= 8);
}

FB_TEST_MAIN("kernel/log_ring", FB_TEST(reads_what_was_written),
	     FB_TEST(follows_records_round_the_end),
	     FB_TEST(a_block_that_ends_at_the_end_is_not_moved), FB_TEST(tells_empty_from_lost),
	     FB_TEST(positions_without_text_are_told_apart), FB_TEST(passes_over_damage),
	     FB_TEST(goes_on_behind_a_lost_page), FB_TEST(bounds_a_wild_tail),
	     FB_TEST(refuses_impossible_geometry), FB_TEST(members_lie_in_their_structs),
	     FB_TEST(what_is_fatal_passes))
