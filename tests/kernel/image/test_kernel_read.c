// SPDX-License-Identifier: GPL-2.0-or-later
/* Members, bit-fields, and lists that are whole, cut, or closed in the wrong place. */
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

static void reads_members(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_field field = {.offset = 8, .size = 4, .found = true, .name = "made.member"};
	uint64_t base = made_alloc(made, 64), value = 77;
	int64_t number = 77;

	made_put(made, base + 8, 0xfffffffe12345678ull, 8);
	made_put(made, base + 8, 0xfffffffe, 4);
	FB_OK(fb_kernel_field(&made->kernel, base, &field, &value));
	CU_ASSERT_EQUAL(value, 0xfffffffe);
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, -2);
	field.size = 8;
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, (int64_t)0xfffffffefffffffe);
	field.size = 1;
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, -2);
	field.size = 0; /* a flexible array */
	FB_OK(fb_kernel_field(&made->kernel, base, &field, &value));
	CU_ASSERT_EQUAL(value, 0);
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, 0);
	made_kernel_destroy(made);
}

static void reads_bit_fields(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_field field = {
		.size = 4, .bit_offset = 5, .bit_size = 3, .found = true, .name = "made.bits"};
	uint64_t base = made_alloc(made, 64), value = 0;
	int64_t number = 0;

	made_put(made, base, 0xaaaaaac0ull, 8); /* bits 5 to 7: 110 */
	FB_OK(fb_kernel_field(&made->kernel, base, &field, &value));
	CU_ASSERT_EQUAL(value, 6);
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, -2);
	field.size = 8;
	field.bit_offset = 0;
	field.bit_size = 64;
	FB_OK(fb_kernel_field(&made->kernel, base, &field, &value));
	CU_ASSERT_EQUAL(value, 0xaaaaaac0ull);
	field.bit_offset = 63;
	field.bit_size = 1;
	made_put(made, base, 1ull << 63, 8);
	FB_OK(fb_kernel_field_signed(&made->kernel, base, &field, &number));
	CU_ASSERT_EQUAL(number, -1);
	made_kernel_destroy(made);
}

static void says_why_not(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_field field = {.offset = 8, .size = 16, .found = true, .name = "made.member"};
	uint64_t base = made_alloc_pages(made, 4096), value = 77;
	int64_t number = 77;

	FB_FAILS_WITH(fb_kernel_field(&made->kernel, base, &field, &value), FB_INVALID,
		      "made.member");
	field.size = 8;
	FB_FAILS(fb_kernel_field(&made->kernel, UINT64_MAX - 4, &field, &value), FB_FAULT);
	FB_FAILS(fb_kernel_field(&made->kernel, UINT64_MAX - 10, &field, &value), FB_FAULT);
	FB_FAILS(fb_kernel_field(&made->kernel, 0, &field, &value), FB_FAULT);
	made_lose(made, base);
	FB_FAILS_WITH(fb_kernel_field_signed(&made->kernel, base, &field, &number), FB_ABSENT,
		      "made.member");
	field.found = false;
	FB_FAILS_WITH(fb_kernel_field(&made->kernel, base, &field, &value), FB_NOT_FOUND,
		      "made.member");
	CU_ASSERT(value == 77 && number == 77);
	made_kernel_destroy(made);
}

struct entries {
	uint64_t entry[64];
	size_t count;
	size_t fail_at; /* 0: never */
};

static struct fb_error *keep(void *context, uint64_t entry)
{
	struct entries *entries = context;

	if (entries->count < FB_ARRAY_SIZE(entries->entry))
		entries->entry[entries->count] = entry;
	return ++entries->count == entries->fail_at ? fb_error_create(FB_UNSUPPORTED, "stop")
						    : NULL;
}

struct list {
	struct made_kernel *made;
	uint64_t head, entry[20];
};

static void make_list(struct list *list)
{
	list->made = made_kernel_create();
	list->head = made_alloc(list->made, 16);
	made_list_init(list->made, list->head);
	for (size_t i = 0; i < FB_ARRAY_SIZE(list->entry); i++) {
		list->entry[i] = made_alloc(list->made, 16);
		made_list_add(list->made, list->head, list->entry[i]);
	}
}

static struct fb_error *walk(struct list *list, uint64_t limit, struct entries *entries)
{
	entries->count = 0;
	return fb_kernel_list(&list->made->kernel, list->head, limit, keep, entries);
}

static void walks_lists(void)
{
	struct entries entries = {0};
	struct list list;
	uint64_t empty;

	make_list(&list);
	FB_OK(walk(&list, 20, &entries));
	CU_ASSERT_EQUAL_FATAL(entries.count, 20);
	for (size_t i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(entries.entry[i], list.entry[i]);
	FB_FAILS_WITH(walk(&list, 19, &entries), FB_CORRUPT, "does not close");
	CU_ASSERT_EQUAL(entries.count, 19);
	entries.fail_at = 4;
	FB_FAILS(walk(&list, 100, &entries), FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(entries.count, 4);
	empty = made_alloc(list.made, 16);
	made_list_init(list.made, empty);
	entries.count = 0;
	FB_OK(fb_kernel_list(&list.made->kernel, empty, 0, keep, &entries));
	CU_ASSERT_EQUAL(entries.count, 0);
	made_kernel_destroy(list.made);
}

static void ends_broken_lists(void)
{
	static const uint64_t links[] = {
		0,          0x1000,       1, 0xdead000000000100ull, 0x00007fffffffe000ull,
		UINT64_MAX, MADE_BASE + 4};
	struct entries entries = {0};
	struct list list;

	make_list(&list);
	for (size_t i = 0; i < FB_ARRAY_SIZE(links); i++) {
		made_put(list.made, list.entry[7], links[i], 8);
		FB_FAILS_WITH(walk(&list, 100, &entries), FB_CORRUPT, "is no address");
		CU_ASSERT_EQUAL(entries.count, 8);
	}
	made_put(list.made, list.entry[7], 0xffff900000000000ull, 8);
	FB_FAILS(walk(&list, 100, &entries), FB_FAULT);
	CU_ASSERT_EQUAL(entries.count, 9);
	/* The head itself. */
	made_lose(list.made, list.head);
	FB_FAILS(walk(&list, 100, &entries), FB_ABSENT);
	CU_ASSERT_EQUAL(entries.count, 0);
	made_kernel_destroy(list.made);
}

/* A list that closes before its head: found long before the limit. */
static void ends_loops(void)
{
	struct entries entries = {0};
	struct list list;

	make_list(&list);
	for (size_t to = 0; to < 20; to++) {
		made_put(list.made, list.entry[19], list.entry[to], 8);
		FB_FAILS_WITH(walk(&list, UINT64_MAX, &entries), FB_CORRUPT, "does not close");
		CU_ASSERT(entries.count < 100);
	}
	made_kernel_destroy(list.made);
}

static struct fb_error *ring(struct list *list, uint64_t from, uint64_t *steps,
			     struct entries *entries)
{
	entries->count = 0;
	return fb_kernel_ring(&list->made->kernel, from, steps, keep, entries);
}

static void walks_rings(void)
{
	struct entries entries = {0};
	uint64_t steps = 20, empty;
	struct list list;

	make_list(&list);
	FB_OK(ring(&list, list.head, &steps, &entries));
	CU_ASSERT_EQUAL(entries.count, 20);
	CU_ASSERT_EQUAL(steps, 0);
	for (size_t i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(entries.entry[i], list.entry[i]);
	FB_FAILS_WITH(ring(&list, list.head, &steps, &entries), FB_LIMIT, "no end");
	CU_ASSERT_EQUAL(entries.count, 0);
	/* From within: the head comes like any other. */
	steps = 100;
	FB_OK(ring(&list, list.entry[18], &steps, &entries));
	CU_ASSERT(entries.entry[0] == list.entry[19] && entries.entry[1] == list.head);
	CU_ASSERT_EQUAL(steps, 80);
	entries.fail_at = 4;
	FB_FAILS(ring(&list, list.head, &steps, &entries), FB_UNSUPPORTED);
	CU_ASSERT_EQUAL(entries.count, 4); /* and not from the other end */
	entries.fail_at = 0;
	empty = made_alloc(list.made, 16);
	made_list_init(list.made, empty);
	FB_OK(ring(&list, empty, &steps, &entries));
	CU_ASSERT_EQUAL(entries.count, 0);
	made_kernel_destroy(list.made);
}

static void walks_broken_rings_from_both_ends(void)
{
	struct entries entries = {0};
	uint64_t steps = 1000;
	struct list list;

	make_list(&list);
	made_put(list.made, list.entry[7], 0x10, 8);
	FB_FAILS_WITH(ring(&list, list.head, &steps, &entries), FB_CORRUPT, "is no address");
	CU_ASSERT_EQUAL(entries.count, 20); /* 7 itself by next only */
	CU_ASSERT_EQUAL(entries.entry[8], list.entry[19]);
	/* A loop beside the head: 15 is not where 3 would lead back to. */
	made_put(list.made, list.entry[7], list.entry[8], 8);
	made_put(list.made, list.entry[15], list.entry[3], 8);
	FB_FAILS_WITH(ring(&list, list.head, &steps, &entries), FB_CORRUPT, "lead back");
	CU_ASSERT_EQUAL(entries.count, 20);
	CU_ASSERT_EQUAL(entries.entry[16], list.entry[19]);
	/* The last step is taken on the way back. */
	steps = 18;
	FB_FAILS_WITH(ring(&list, list.head, &steps, &entries), FB_LIMIT, "no end");
	CU_ASSERT_EQUAL(entries.count, 18);
	steps = 1000;
	made_lose(list.made, list.head);
	FB_FAILS(ring(&list, list.head, &steps, &entries), FB_ABSENT);
	CU_ASSERT_EQUAL(entries.count, 0);
	made_kernel_destroy(list.made);
}

static void knows_kernel_addresses(void)
{
	CU_ASSERT(!fb_kernel_address_ok(0));
	CU_ASSERT(!fb_kernel_address_ok(0x00007fffffffffffull));
	CU_ASSERT(!fb_kernel_address_ok(0xfeffffffffffffffull));
	CU_ASSERT(fb_kernel_address_ok(0xff00000000000000ull)); /* of five levels */
	CU_ASSERT(fb_kernel_address_ok(0xffffffff81000000ull));
	CU_ASSERT(!fb_kernel_address_ok(UINT64_MAX)); /* ERR_PTR(-1) */
}

FB_TEST_MAIN("kernel/kernel_read", FB_TEST(reads_members), FB_TEST(reads_bit_fields),
	     FB_TEST(says_why_not), FB_TEST(walks_lists), FB_TEST(ends_broken_lists),
	     FB_TEST(ends_loops), FB_TEST(walks_rings), FB_TEST(walks_broken_rings_from_both_ends),
	     FB_TEST(knows_kernel_addresses))
