// SPDX-License-Identifier: GPL-2.0-or-later
/* log_buf of kernels before 5.10. */
#include <string.h>

#include "kernel/log/log_source.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define BASE 0x10000u
#define SIZE 256u

/* No member that is looked for stands at the start. */
struct header {
	uint64_t unused;
	uint64_t time;
	uint16_t length, text_length, dict_length;
	uint8_t facility, level;
	uint32_t caller, unused_too;
};

struct buffer {
	struct fb_space space;
	uint8_t memory[SIZE];
	struct fb_log_buffer geometry;
};

static struct fb_error *read_buffer(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct buffer *buffer = (struct buffer *)space;
	uint64_t offset = address - BASE;

	if (offset > SIZE || length > SIZE - offset)
		return fb_error_create(FB_FAULT, "nothing there");
	memcpy(to, buffer->memory + offset, length);
	return NULL;
}

static void buffer_init(struct buffer *buffer, uint64_t first)
{
	static const struct fb_space_ops ops = {.read = read_buffer};

	memset(buffer, 0, sizeof(*buffer));
	buffer->space = (struct fb_space){.ops = &ops, .name = "log_buf"};
	buffer->geometry = (struct fb_log_buffer){
		.address = BASE,
		.size = SIZE,
		.first = first,
		.next = first,
		.first_sequence = 100,
		.header_size = sizeof(struct header),
		.time = offsetof(struct header, time),
		.length = offsetof(struct header, length),
		.text_length = offsetof(struct header, text_length),
		.dict_length = offsetof(struct header, dict_length),
		.caller = offsetof(struct header, caller),
	};
}

/* As log_store(): a record that does not fit before the end goes to the start, and a header of
 * zeros, where there is room for one, says so. Returns where it stands. */
static uint64_t put(struct buffer *buffer, const char *text)
{
	struct header header = {.time = 5, .text_length = (uint16_t)strlen(text), .level = 4 << 5};
	uint64_t at = buffer->geometry.next;

	header.length = (uint16_t)((sizeof(header) + header.text_length + 7) & ~7u);
	header.caller = 9;
	if (at + header.length + sizeof(header) > SIZE) {
		memset(buffer->memory + at, 0,
		       SIZE - at < sizeof(header) ? SIZE - at : sizeof(header));
		at = 0;
	}
	memcpy(buffer->memory + at, &header, sizeof(header));
	memcpy(buffer->memory + at + sizeof(header), text, header.text_length);
	buffer->geometry.next = at + header.length;
	return at;
}

static struct fb_log *read(struct buffer *buffer, enum fb_code code, bool fails)
{
	struct fb_log *log;

	FB_OK_FATAL(fb_log_create(&log));
	if (fails)
		FB_FAILS(fb_log_read_buffer(&buffer->space, &buffer->geometry, log), code);
	else
		FB_OK(fb_log_read_buffer(&buffer->space, &buffer->geometry, log));
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

static void reads_from_any_start(void)
{
	for (uint64_t first = 0; first < SIZE; first += 8) {
		struct buffer buffer;
		struct fb_log *log;

		buffer_init(&buffer, first);
		/* The first record stands where it is said to, or there is none to begin with. */
		if (put(&buffer, "alpha") != first)
			continue;
		put(&buffer, "bravo, a longer one");
		put(&buffer, "charlie");
		log = read(&buffer, 0, false);
		CU_ASSERT_EQUAL(fb_log_count(log), 3);
		CU_ASSERT_TRUE(is(log, 0, "alpha"));
		CU_ASSERT_TRUE(is(log, 1, "bravo, a longer one"));
		CU_ASSERT_TRUE(is(log, 2, "charlie"));
		CU_ASSERT_EQUAL(fb_log_get(log, 2)->sequence, 102);
		CU_ASSERT_EQUAL(fb_log_get(log, 2)->level, 4);
		CU_ASSERT_EQUAL(fb_log_get(log, 2)->caller, 9);
		fb_log_destroy(log);
	}
}

static void reads_none_from_an_empty_one(void)
{
	struct buffer buffer;
	struct fb_log *log;

	buffer_init(&buffer, 64);
	log = read(&buffer, 0, false);
	CU_ASSERT_EQUAL(fb_log_count(log), 0);
	fb_log_destroy(log);
}

static void ends_at_damage(void)
{
	struct buffer buffer;
	struct fb_log *log;
	uint64_t at;

	buffer_init(&buffer, 0);
	put(&buffer, "alpha");
	at = put(&buffer, "bravo");
	put(&buffer, "charlie");
	buffer.memory[at + offsetof(struct header, length)] = 3;
	log = read(&buffer, FB_CORRUPT, true);
	CU_ASSERT_EQUAL(fb_log_count(log), 1);
	fb_log_destroy(log);
	buffer.memory[at + offsetof(struct header, length) + 1] = 0xff;
	log = read(&buffer, FB_CORRUPT, true);
	CU_ASSERT_EQUAL(fb_log_count(log), 1);
	fb_log_destroy(log);
	/* Zeros twice: no way back to the start for ever. */
	buffer_init(&buffer, 0);
	buffer.geometry.next = 128;
	log = read(&buffer, FB_CORRUPT, true);
	CU_ASSERT_EQUAL(fb_log_count(log), 0);
	fb_log_destroy(log);
}

static void cuts_a_text_longer_than_its_record(void)
{
	struct buffer buffer;
	struct fb_log *log;

	buffer_init(&buffer, 0);
	put(&buffer, "alpha");
	buffer.memory[offsetof(struct header, text_length)] = 200;
	log = read(&buffer, 0, false);
	CU_ASSERT_EQUAL_FATAL(fb_log_count(log), 1);
	CU_ASSERT_TRUE(fb_log_get(log, 0)->truncated);
	CU_ASSERT_EQUAL(fb_log_get(log, 0)->length, 8);
	fb_log_destroy(log);
}

static void refuses_impossible_geometry(void)
{
	struct buffer buffer;

	buffer_init(&buffer, SIZE);
	fb_log_destroy(read(&buffer, FB_CORRUPT, true));
	buffer_init(&buffer, 0);
	buffer.geometry.size = 0;
	fb_log_destroy(read(&buffer, FB_CORRUPT, true));
	buffer_init(&buffer, 0);
	buffer.geometry.next = SIZE + 1;
	fb_log_destroy(read(&buffer, FB_CORRUPT, true));
	buffer_init(&buffer, 0);
	buffer.geometry.header_size = 7;
	fb_log_destroy(read(&buffer, FB_CORRUPT, true));
	buffer_init(&buffer, 0);
	buffer.geometry.dict_length = sizeof(struct header) - 3;
	fb_log_destroy(read(&buffer, FB_CORRUPT, true));
}

/* Each member at the last place within its struct, and one behind; each size at its least and its most. */
static void members_lie_in_their_structs(void)
{
	static const struct {
		size_t at; /* in struct fb_log_buffer */
		size_t bytes;
		uint64_t good, bad;
	} members[] = {
#define MEMBER(name) offsetof(struct fb_log_buffer, name), sizeof(((struct fb_log_buffer *)0)->name)
		{MEMBER(size), 1ull << 31, (1ull << 31) + 1},
		{MEMBER(size), 1, 0},
		{MEMBER(first), SIZE - 1, SIZE},
		{MEMBER(next), SIZE, SIZE + 1},
		{MEMBER(header_size), sizeof(struct header), 7},
		{MEMBER(header_size), 256, 257},
		{MEMBER(time), sizeof(struct header) - 8, sizeof(struct header) - 7},
		{MEMBER(length), sizeof(struct header) - 2, sizeof(struct header) - 1},
		{MEMBER(text_length), sizeof(struct header) - 2, sizeof(struct header) - 1},
		{MEMBER(dict_length), sizeof(struct header) - 4, sizeof(struct header) - 3},
		{MEMBER(caller), sizeof(struct header) - 4, sizeof(struct header) - 3},
		{MEMBER(caller), UINT32_MAX, UINT32_MAX - 1},
#undef MEMBER
	};

	for (size_t i = 0; i < 2 * FB_ARRAY_SIZE(members); i++) {
		uint64_t value = i % 2 ? members[i / 2].bad : members[i / 2].good;
		struct buffer buffer;
		struct fb_error *err;
		struct fb_log *log;

		buffer_init(&buffer, 0);
		memcpy((char *)&buffer.geometry + members[i / 2].at, &value, members[i / 2].bytes);
		FB_OK_FATAL(fb_log_create(&log));
		err = fb_log_read_buffer(&buffer.space, &buffer.geometry, log);
		/* There may be no record at that place, but the place itself must not be refused. */
		CU_ASSERT_EQUAL(err && (strstr(fb_error_message(err), "log_buf: records") ||
					strstr(fb_error_message(err), "printk_log")),
				i % 2);
		fb_error_destroy(err);
		fb_log_destroy(log);
	}
}

struct question {
	struct failing_space failing;
	struct failure failure;
	const struct fb_log_buffer *geometry;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_create(&log);

	if (!err)
		err = fb_log_read_buffer(&question->failing.space, question->geometry, log);
	fb_log_destroy(log);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct question question;
	struct buffer buffer;

	buffer_init(&buffer, 0);
	put(&buffer, "first");
	put(&buffer, "second");
	question.geometry = &buffer.geometry;
	failing_space_init(&question.failing, &buffer.space, &question.failure);
	CU_ASSERT_EQUAL(failing_must_pass(ask, &question, &question.failure, 100, 0), 4);
}

FB_TEST_MAIN("kernel/log_buffer", FB_TEST(reads_from_any_start),
	     FB_TEST(reads_none_from_an_empty_one), FB_TEST(ends_at_damage),
	     FB_TEST(cuts_a_text_longer_than_its_record), FB_TEST(refuses_impossible_geometry),
	     FB_TEST(members_lie_in_their_structs), FB_TEST(what_is_fatal_passes))
