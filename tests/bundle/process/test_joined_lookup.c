// SPDX-License-Identifier: GPL-2.0-or-later
/* The source of a page of the sample by what its page-table entry is, and by what is at hand. */
#include "base/limits.h"
#include "tests/base/failing.h"
#include "tests/bundle/process/changed_process.h"
#include "tests/harness.h"

#define CORE "core.132.xz"
#define PRIVATE "region actor=PT pid=132 kind=private"
#define SWAPPED "region actor=PT pid=132 kind=swapped"
#define PMD_BYTES (2ull << 20)
#define FRAME_BITS 0x000ffffffffff000ull
#define PRESENT 0x8000000000000067ull
#define PROT_NONE_BIT 0x100ull /* without the present bit; the frame is inverted */
#define FILE_BYTES 54168u      /* of the program */

/* The first page of the program's code, of which the dump has no page. */
static struct fb_vma *choose_code(struct changed_process *l)
{
	const struct fb_vmas *vmas = fb_joined_vmas(l->joined);
	size_t i = 0;

	while (i < vmas->count && !(vmas->vma[i].flags & FB_VM_EXEC))
		i++;
	CU_ASSERT_FATAL(i < vmas->count && vmas->vma[i].file);
	CU_ASSERT_EQUAL_FATAL(vmas->vma[i].end - vmas->vma[i].start, 4 * PAGE);
	changed_process_choose(l, vmas->vma[i].start);
	return &vmas->vma[i];
}

static struct fb_page_backing look(struct changed_process *l, uint64_t address, uint64_t length)
{
	struct fb_page_backing backing;

	FB_OK_FATAL(fb_joined_lookup(l->joined, address, length, &backing));
	CU_ASSERT(backing.length > 0 && backing.length <= length);
	CU_ASSERT_EQUAL(backing.origin.source == FB_SOURCE_ABSENT, backing.kind == BACKING_NONE);
	CU_ASSERT_EQUAL(backing.origin.absence == FB_ABSENCE_NONE, backing.kind != BACKING_NONE);
	return backing;
}

enum frame { NONE, IN, OUT };

/* What the entry is, and of what the page then is where no core has it. */
static const struct state {
	uint64_t bits;
	enum frame frame;
	bool inverted;
	enum fb_code unread; /* the table cannot be read, with this error; FB_NOMEM: it can */
	enum fb_backing_kind kind;
	enum fb_absence absence;
	uint64_t swap_type, swap_offset;
} states[] = {
	{.bits = PRESENT, .frame = IN, .kind = BACKING_FRAME},
	{.bits = PRESENT, .frame = OUT, .absence = FB_ABSENCE_FILTERED},
	{.bits = PROT_NONE_BIT, .frame = IN, .inverted = true, .kind = BACKING_FRAME},
	{.bits = PROT_NONE_BIT, .frame = OUT, .inverted = true, .absence = FB_ABSENCE_FILTERED},
	{.bits = 3ull << 59 | (~0x1234ull << 9 & 0x07fffffffffffe00ull),
	 .absence = FB_ABSENCE_SWAPPED,
	 .swap_type = 3,
	 .swap_offset = 0x1234},
	/* A hardware-poisoned page. */
	{.bits = 30ull << 59 | 0x200, .absence = FB_ABSENCE_DAMAGED},
	{.bits = 0, .kind = BACKING_ZERO},
	{.unread = FB_ABSENT, .absence = FB_ABSENCE_FILTERED},
	{.unread = FB_TRUNCATED, .absence = FB_ABSENCE_TRUNCATED},
	{.unread = FB_CORRUPT, .absence = FB_ABSENCE_DAMAGED},
};

static uint64_t frame_of(const struct changed_process *l, const struct state *state)
{
	return state->frame == NONE ? 0 : state->frame == IN ? l->in : l->out;
}

static void put_state(struct changed_process *l, const struct state *state)
{
	uint64_t frame = frame_of(l, state);

	if (state->unread != FB_NOMEM)
		changed_space_fail(&l->physical, l->entry, 8, state->unread);
	else
		changed_space_put(&l->physical, l->entry,
				  state->bits | (state->inverted ? ~frame & FRAME_BITS : frame), 8);
}

static void each_entry_tells_what_its_page_is(void)
{
	struct changed_process l;

	changed_process_open(&l, NULL, false, (struct fb_joined_options){0});
	changed_process_choose(&l, sample_number(PRIVATE, "start="));
	l.joined->tables.zeros_excluded = false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++) {
		struct fb_page_backing backing;
		bool framed = states[i].frame != NONE;

		put_state(&l, &states[i]);
		backing = look(&l, l.page + 5, 3);
		CU_ASSERT_EQUAL(backing.kind, states[i].kind);
		CU_ASSERT_EQUAL(backing.origin.absence, states[i].absence);
		CU_ASSERT_EQUAL(backing.length, 3);
		CU_ASSERT_EQUAL(backing.origin.has_physical, framed);
		CU_ASSERT_EQUAL(backing.origin.physical, framed ? frame_of(&l, &states[i]) + 5 : 0);
		CU_ASSERT_EQUAL(backing.origin.swap_type, states[i].swap_type);
		CU_ASSERT_EQUAL(backing.origin.swap_offset, states[i].swap_offset);
		CU_ASSERT(!backing.origin.file_offset && !backing.origin.detail);
	}
	changed_space_fail(&l.physical, l.entry, 8, FB_ABSENT);
	l.joined->tables.zeros_excluded = true; /* then the table is one of zeros */
	CU_ASSERT_EQUAL(look(&l, l.page, 1).kind, BACKING_ZERO);
	changed_process_close(&l);
}

/* The core has what the dump has not, and where it comes first also what the dump has. */
static void the_core_has_what_the_dump_lacks(void)
{
	for (int prefer = 0; prefer < 2; prefer++) {
		const char *path;
		struct changed_process l;

		changed_process_open(&l, CORE, false,
				     (struct fb_joined_options){.prefer_core = prefer});
		changed_process_choose(&l, sample_number(PRIVATE, "start="));
		path = fb_core_info(fb_joined_core(l.joined))->path;
		for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++) {
			struct fb_page_backing backing;
			uint64_t offset = 0;
			bool of_dump = !prefer && (states[i].kind == BACKING_FRAME ||
						   states[i].kind == BACKING_ZERO);

			l.joined->tables.zeros_excluded = false;
			put_state(&l, &states[i]);
			backing = look(&l, l.page + 5, 2 * PAGE);
			CU_ASSERT_EQUAL(backing.kind, of_dump ? states[i].kind : BACKING_CORE);
			CU_ASSERT_EQUAL(backing.length, PAGE - 5);
			CU_ASSERT_TRUE(fb_core_page(fb_joined_core(l.joined), l.page, &offset));
			CU_ASSERT_EQUAL(backing.origin.file_offset, of_dump ? 0 : offset + 5);
			CU_ASSERT_PTR_EQUAL(backing.origin.detail, of_dump ? NULL : path);
		}
		changed_process_close(&l);
	}
}

/* Its bytes may be damaged: then the core's are taken, if it is asked at all. */
static void a_frame_that_cannot_be_read_is_the_cores(void)
{
	for (int no_core = 0; no_core < 2; no_core++) {
		struct changed_process l;

		changed_process_open(&l, CORE, false,
				     (struct fb_joined_options){.no_core = no_core});
		changed_process_choose(&l, sample_number(PRIVATE, "start="));
		put_state(&l, &states[0]);
		changed_space_fail(&l.physical, l.in, PAGE, FB_CORRUPT);
		CU_ASSERT_EQUAL(look(&l, l.page, 1).kind, no_core ? BACKING_FRAME : BACKING_CORE);
		changed_space_fail(&l.physical, l.in, PAGE, FB_OS);
		if (!no_core) {
			struct fb_page_backing backing;

			FB_FAILS(fb_joined_lookup(l.joined, l.page, 1, &backing), FB_OS);
		}
		changed_process_close(&l);
	}
}

/* One that no core has is not looked at, and neither is one behind it in the same huge page. */
static void a_huge_page_is_looked_at_page_by_page(void)
{
	const uint64_t huge = 0x80000000000000e7ull;
	struct fb_page_backing backing;
	struct fb_dump *dump;
	uint64_t offset;
	struct changed_process l;

	changed_process_open(&l, CORE, false, (struct fb_joined_options){0});
	changed_process_choose(&l, sample_number(PRIVATE, "start="));
	dump = fb_input_dump(l.sample.input);
	l.in = (l.page + PAGE) % PMD_BYTES;
	while (!fb_dump_has_page(dump, l.in >> FB_PAGE_SHIFT) ||
	       !fb_dump_has_page(dump, (l.in >> FB_PAGE_SHIFT) + 1))
		l.in += PMD_BYTES;
	changed_space_put(&l.physical, l.pmd, (l.in & ~(PMD_BYTES - 1)) | huge, 8);
	/* Two pages that the core has too: each is read by itself. */
	CU_ASSERT_TRUE_FATAL(fb_core_page(fb_joined_core(l.joined), l.page + PAGE, &offset));
	backing = look(&l, l.page + PAGE, 2 * PAGE);
	CU_ASSERT(backing.kind == BACKING_FRAME && backing.length == PAGE);
	CU_ASSERT_EQUAL(backing.origin.physical, l.in);
	/* Where it has none they are one run. */
	l.joined->options.no_core = true;
	backing = look(&l, l.page + PAGE, 2 * PAGE);
	CU_ASSERT(backing.kind == BACKING_FRAME && backing.length == 2 * PAGE);
	changed_space_fail(&l.physical, l.in, 2 * PAGE, FB_OS);
	FB_FAILS(fb_joined_lookup(l.joined, l.page + PAGE, 2 * PAGE, &backing), FB_OS);
	changed_process_close(&l);
}

/* Addresses that are looked for in the page cache are counted, but for those that are one hole with all behind them. */
static void so_many_pages_are_looked_for_in_the_page_cache(void)
{
	struct fb_page_backing backing;
	struct fb_vma *code;
	struct changed_process l;
	size_t count, most;

	changed_process_open(&l, NULL, false, (struct fb_joined_options){0});
	code = choose_code(&l);
	changed_space_put(&l.physical, l.pmd, 0, 8);
	for (uint64_t i = 0; i < 4; i++) {
		backing = look(&l, l.page + i * PAGE, 4 * PAGE - i * PAGE);
		CU_ASSERT_EQUAL(backing.origin.absence, FB_ABSENCE_UNTOUCHED);
		CU_ASSERT_EQUAL(l.joined->cached.count, i < 3 ? i + 1 : 3);
	}
	changed_space_put(&l.memory, code->file + fb_kernel_layout(l.kernel)->file_mapping.offset,
			  0, 8);
	CU_ASSERT_EQUAL(look(&l, l.page, 4 * PAGE).length, 4 * PAGE);
	count = l.joined->cached.count;
	CU_ASSERT_EQUAL(count, 3);
	changed_space_clear(&l.memory);
	most = FB_MIN_CACHED_PAGES +
	       FB_MAX_CACHED_PER_PAGE * fb_dump_info(fb_input_dump(l.sample.input))->pages_dumped;
	l.joined->cached.count = most;
	CU_ASSERT_EQUAL(look(&l, l.page, 4 * PAGE).length, 4 * PAGE);
	CU_ASSERT_EQUAL(sample_warnings(&l.sample, "PID 132: what is left is not looked for"), 1);
	l.joined->cached.count = count;
	changed_process_close(&l);
}

/* What a mapping of a file has no page of is the file's, unless the process may have had a copy of its own. */
static void a_page_of_a_file_is_the_files(void)
{
	static const struct {
		size_t state; /* in states[] */
		enum fb_backing_kind kind;
	} cases[] = {
		{1, BACKING_FILE}, {3, BACKING_FILE}, {4, BACKING_NONE}, {5, BACKING_NONE},
		{6, BACKING_FILE}, {7, BACKING_FILE}, {8, BACKING_FILE}, {9, BACKING_FILE},
	};
	struct fb_vma *code;
	uint64_t anon_vma;
	struct changed_process l;

	changed_process_open(&l, NULL, true, (struct fb_joined_options){0});
	l.joined->tables.zeros_excluded = false;
	code = choose_code(&l);
	anon_vma = code->address + fb_kernel_layout(l.kernel)->vma_anon_vma.offset;
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_page_backing backing;

		changed_space_clear(&l.memory);
		put_state(&l, &states[cases[i].state]);
		backing = look(&l, l.page + 5, 7);
		CU_ASSERT_EQUAL(backing.kind, cases[i].kind);
		if (backing.kind != BACKING_FILE)
			continue;
		CU_ASSERT_EQUAL(backing.origin.file_offset, code->pgoff * PAGE + 5);
		CU_ASSERT_STRING_EQUAL(backing.origin.detail, "/lab/actors");
		CU_ASSERT(backing.file && backing.file->size == FILE_BYTES);
		/* A mapping that has copies, or of which that is not known. */
		changed_space_put(&l.memory, anon_vma, 1, 8);
		CU_ASSERT_EQUAL(look(&l, l.page, 1).kind,
				cases[i].state == 6 ? BACKING_FILE : BACKING_NONE);
		changed_space_fail(&l.memory, anon_vma, 8, FB_ABSENT);
		CU_ASSERT_EQUAL(look(&l, l.page, 1).kind,
				cases[i].state == 6 ? BACKING_FILE : BACKING_NONE);
	}
	changed_process_close(&l);
}

/* Of each error that does not tell of the dump, at each read of the file's name and size. */
static void what_stops_the_search_for_a_file_stops_the_lookup(void)
{
	static const enum fb_code codes[] = {FB_NOMEM, FB_OS, FB_EXHAUSTED};
	const struct fb_layout *layout;
	struct fb_page_backing backing;
	struct fb_file_info info;
	struct fb_vma *code;
	struct changed_process l;

	changed_process_open(&l, NULL, true, (struct fb_joined_options){0});
	layout = fb_kernel_layout(l.kernel);
	code = choose_code(&l);
	FB_OK_FATAL(fb_file_info(l.kernel, code->file, &info));
	for (size_t i = 0; i < FB_ARRAY_SIZE(codes); i++) {
		const uint64_t reads[] = {
			code->address + layout->vma_anon_vma.offset,
			code->file + layout->file_inode.offset,
			info.path.dentry + layout->dentry_parent.offset,
			info.inode_address + layout->inode_size.offset,
		};

		for (size_t j = 0; j < FB_ARRAY_SIZE(reads); j++) {
			changed_space_clear(&l.memory);
			changed_space_fail(&l.memory, reads[j], 1, codes[i]);
			FB_FAILS_WITH(fb_joined_lookup(l.joined, l.page, 1, &backing), codes[i],
				      "made to fail");
		}
	}
	/* The path is that below the root of PID 1. */
	changed_space_clear(&l.memory);
	l.joined->root = info.path;
	FB_OK_FATAL(fb_kernel_field(l.kernel, info.path.dentry, &layout->dentry_parent,
				    &l.joined->root.dentry));
	CU_ASSERT_EQUAL(look(&l, l.page, 1).kind, BACKING_NONE); /* "/actors" */
	l.joined->has_root = false;
	l.joined->opened = NULL;
	CU_ASSERT_EQUAL(look(&l, l.page, 1).kind, BACKING_FILE);
	/* Damage costs the file alone; and nothing is kept of what failed before. */
	changed_space_clear(&l.memory);
	CU_ASSERT_EQUAL(look(&l, l.page, 1).kind, BACKING_FILE);
	l.joined->opened = NULL;
	changed_space_fail(&l.memory, info.inode_address + layout->inode_size.offset, 1, FB_ABSENT);
	CU_ASSERT_EQUAL(look(&l, l.page, 1).origin.absence, FB_ABSENCE_FILTERED);
	changed_process_close(&l);
}

/* A page of zram that cannot be read costs itself; where it is damaged there is a warning. */
static void each_read_of_a_swapped_page_may_fail(void)
{
	static const enum fb_code codes[] = {FB_ABSENT, FB_CORRUPT, FB_NOMEM, FB_OS};
	struct failure failure = {.at = 0};
	struct failing_space failing;
	struct fb_page_backing backing;
	struct fb_swap *swap = NULL;
	struct changed_process l;
	uint64_t page;
	size_t reads, lost = 0;

	changed_process_open(&l, NULL, false, (struct fb_joined_options){0});
	page = sample_number(SWAPPED, "start=");
	failing_space_init(&failing, l.kernel->space, &failure);
	l.kernel->space = &failing.space;
	FB_OK_FATAL(fb_swap_create(l.kernel, &swap));
	l.joined->options.swap = swap;
	backing = look(&l, page + 5, 2);
	CU_ASSERT_EQUAL(backing.kind, BACKING_SWAP);
	CU_ASSERT_STRING_EQUAL(backing.origin.detail, "zram");
	failure.reads = 0;
	CU_ASSERT_EQUAL(look(&l, page + PAGE, 1).kind, BACKING_SWAP);
	reads = failure.reads;
	CU_ASSERT_FATAL(reads > 0);
	for (size_t i = 0; i < reads * FB_ARRAY_SIZE(codes); i++) {
		enum fb_code code = codes[i / reads];
		struct fb_error *err;

		failure = (struct failure){.at = i % reads + 1, .code = code};
		err = fb_joined_lookup(l.joined, page + (i + 2) % 64 * PAGE, 1, &backing);
		if (failure.reads >= failure.at && (code == FB_NOMEM || code == FB_OS)) {
			FB_FAILS(err, code);
			continue;
		}
		FB_OK(err); /* or some of it was known already, and not read again */
		/* Without the swap cache it is still in zram. */
		CU_ASSERT(backing.kind == BACKING_SWAP ||
			  backing.origin.absence == FB_ABSENCE_SWAPPED);
		lost += backing.kind != BACKING_SWAP;
		if (i + 1 == reads) {
			CU_ASSERT(lost > 0);
			CU_ASSERT_EQUAL(sample_warnings(&l.sample, "PID 132: "), 0);
		}
	}
	CU_ASSERT(sample_warnings(&l.sample, "PID 132: ") > 0);
	fb_swap_destroy(swap);
	changed_process_close(&l);
}

/* Without a table of pages the mapping's pages are alike: as many as the file has, and those behind its end. */
static void a_file_ends_where_it_ends(void)
{
	static const struct {
		uint64_t pgoff, at, length; /* the last two in pages */
		enum fb_backing_kind kind;
		uint64_t expected;
	} cases[] = {
		{3, 0, 4, BACKING_FILE, 4},
		{3, 1, 4, BACKING_FILE, 3},
		{3, 0, 2, BACKING_FILE, 2},
		/* The file has 14 pages, of which the last is not whole. */
		{10, 0, 4, BACKING_FILE, 4},
		{11, 0, 4, BACKING_FILE, 3},
		{13, 0, 4, BACKING_FILE, 1},
		{13, 1, 3, BACKING_NONE, 3},
		{14, 0, 4, BACKING_NONE, 4},
		/* An offset that wraps around is that of the file's start. */
		{(UINT64_MAX >> FB_PAGE_SHIFT) - 1, 0, 4, BACKING_NONE, 2},
		{(UINT64_MAX >> FB_PAGE_SHIFT) - 1, 2, 2, BACKING_FILE, 2},
		{0, 0, 1, BACKING_FILE, 1},
	};
	struct fb_vma *code;
	struct changed_process l;

	changed_process_open(&l, NULL, true, (struct fb_joined_options){0});
	code = choose_code(&l);
	changed_space_put(&l.physical, l.pmd, 0, 8);
	/* The page cache has no page of it. */
	changed_space_put(&l.memory, code->file + fb_kernel_layout(l.kernel)->file_mapping.offset,
			  0, 8);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_page_backing backing;
		uint64_t at = l.page + cases[i].at * PAGE;

		code->pgoff = cases[i].pgoff;
		backing = look(&l, at, cases[i].length * PAGE);
		CU_ASSERT_EQUAL(backing.kind, cases[i].kind);
		CU_ASSERT_EQUAL(backing.length, cases[i].expected * PAGE);
		/* From within the page on as far as to its end, and never further than asked for. */
		CU_ASSERT_EQUAL(look(&l, at + 5, cases[i].length * PAGE - 5).length,
				cases[i].expected * PAGE - 5);
		CU_ASSERT_EQUAL(look(&l, at + 5, 2).length, 2);
		if (cases[i].kind == BACKING_NONE)
			CU_ASSERT_EQUAL(backing.origin.absence, FB_ABSENCE_UNTOUCHED);
	}
	changed_process_close(&l);
}

FB_TEST_MAIN("bundle/joined_lookup", FB_TEST(each_entry_tells_what_its_page_is),
	     FB_TEST(the_core_has_what_the_dump_lacks),
	     FB_TEST(a_frame_that_cannot_be_read_is_the_cores),
	     FB_TEST(a_huge_page_is_looked_at_page_by_page),
	     FB_TEST(so_many_pages_are_looked_for_in_the_page_cache),
	     FB_TEST(a_page_of_a_file_is_the_files),
	     FB_TEST(what_stops_the_search_for_a_file_stops_the_lookup),
	     FB_TEST(each_read_of_a_swapped_page_may_fail), FB_TEST(a_file_ends_where_it_ends))
