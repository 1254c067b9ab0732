// SPDX-License-Identifier: GPL-2.0-or-later
/* What a made kernel says of itself: notes, clocks and texts, right and wrong. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/make_kdump.h"

#define ID "0123456789abcdef0123456789abcdef01234567"

enum { NOTES, NOTES_END, UTS, TIMEKEEPER, RAM, LOAD, SYMBOLS };

struct host {
	struct made_kernel *made;
	struct mk_bytes bytes;
	uint64_t at[SYMBOLS];
};

static bool none(uint64_t pfn FB_UNUSED)
{
	return false;
}

static void make(struct host *host, const char *vmcoreinfo)
{
	static const char *const names[] = {
		"__start_notes",   "__stop_notes", "init_uts_ns", "shadow_timekeeper",
		"_totalram_pages", "avenrun",      NULL};
	struct mk_recipe recipe = {.max_pfn = 64, .dumped = none};

	memset(host, 0, sizeof(*host));
	host->made = made_kernel_create();
	fb_vmcoreinfo_destroy(host->made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(vmcoreinfo, &host->made->kernel.vmcoreinfo));
	mk_kdump(&recipe, &host->bytes);
	FB_OK_FATAL(mk_open(&host->bytes, host->made->warnings, &host->made->kernel.dump));
	for (unsigned i = 0; i < SYMBOLS; i++)
		host->at[i] = made_alloc(host->made, i == UTS ? 512 : 256);
	host->at[NOTES_END] = host->at[NOTES];
	made_symbols(host->made, names, host->at);
}

static void end_notes(struct host *host, uint64_t end)
{
	static const char *const names[] = {"__start_notes", "__stop_notes", NULL};

	made_symbols(host->made, names, (const uint64_t[]){host->at[NOTES], end});
	host->made->kernel.info.build_id = NULL;
	FB_OK_FATAL(fb_kernel_load_build_id(&host->made->kernel));
}

static void destroy(struct host *host)
{
	fb_dump_destroy(host->made->kernel.dump);
	free(host->bytes.data);
	made_kernel_destroy(host->made);
}

static uint64_t put_note(struct host *host, uint64_t at, uint32_t name_size, uint32_t desc_size,
			 uint32_t type)
{
	made_put(host->made, at, name_size, 4);
	made_put(host->made, at + 4, desc_size, 4);
	made_put(host->made, at + 8, type, 4);
	memcpy(made_at(host->made, at + 12), "GNU", 4);
	memset(made_at(host->made, at + 16), 0xab, 20);
	return at + 12 + 4 + ((desc_size + 3) & ~3u);
}

static void reads_the_build_id(void)
{
	struct host host;
	const struct fb_kernel_info *info;
	uint64_t end;

	make(&host, "OSRELEASE=made\nBUILD-ID=" ID "\n");
	info = fb_kernel_info(&host.made->kernel);
	/* Without a note VMCOREINFO's. */
	end_notes(&host, host.at[NOTES]);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	/* Behind another note; before VMCOREINFO's, which some kernels write garbage to. */
	end = put_note(&host, host.at[NOTES], 4, 10, 1);
	end = put_note(&host, end, 4, 20, 3);
	end_notes(&host, end);
	CU_ASSERT_STRING_EQUAL(info->build_id, "abababababababababababababababababababab");
	/* Sizes that reach behind the notes, cut-off and backward ones: VMCOREINFO's again. */
	put_note(&host, host.at[NOTES], 0xffffffff, 20, 3);
	end_notes(&host, end);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	put_note(&host, host.at[NOTES], 4, 0xfffffffd, 3);
	end_notes(&host, end);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	put_note(&host, host.at[NOTES], 4, 20, 3);
	end_notes(&host, host.at[NOTES] + 35);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	end_notes(&host, host.at[NOTES] - 8);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	end_notes(&host, UINT64_MAX);
	CU_ASSERT_STRING_EQUAL(info->build_id, ID);
	destroy(&host);
	make(&host, "OSRELEASE=made\nBUILD-ID=0123\n");
	FB_OK_FATAL(fb_kernel_load_build_id(&host.made->kernel));
	CU_ASSERT_PTR_NULL(fb_kernel_info(&host.made->kernel)->build_id);
	destroy(&host);
}

static void reads_texts_and_clocks(void)
{
	const struct fb_kernel_info *info;
	struct host host;

	make(&host,
	     "OSRELEASE=6.1.0-made\nSYMBOL(init_uts_ns)=ffff888000001000\nCRASHTIME=12345\n");
	info = fb_kernel_info(&host.made->kernel);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_STRING_EQUAL(info->release, "6.1.0-made");
	CU_ASSERT_EQUAL(info->crash_time, 12345);
	CU_ASSERT(isnan(info->uptime_s)); /* no such members */
	MADE_FIELD(host.made, timekeeper_ktime_sec, 8, 8);
	MADE_FIELD(host.made, timekeeper_offs_boot, 16, 8);
	MADE_SET(host.made, host.at[TIMEKEEPER], timekeeper_ktime_sec, 100);
	MADE_SET(host.made, host.at[TIMEKEEPER], timekeeper_offs_boot, 2500000000ull);
	made_put(host.made, host.at[LOAD], 2048 + 512, 8);
	made_put(host.made, host.at[LOAD] + 8, 3 * 2048, 8);
	made_put(host.made, host.at[LOAD] + 16, UINT64_MAX, 8); /* no such load can be */
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_DOUBLE_EQUAL(info->uptime_s, 102.5, 0.0001);
	CU_ASSERT_DOUBLE_EQUAL(info->load[0], 1.25, 0.0001);
	CU_ASSERT_DOUBLE_EQUAL(info->load[1], 3, 0.0001);
	CU_ASSERT(isnan(info->load[2]));
	MADE_SET(host.made, host.at[TIMEKEEPER], timekeeper_offs_boot, (uint64_t)-500000000ll);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_DOUBLE_EQUAL(info->uptime_s, 99.5, 0.0001);
	destroy(&host);
}

static void keeps_texts_short(void)
{
	char text[512] = "OSRELEASE=";
	const struct fb_kernel_info *info;
	struct host host;

	memset(text + 10, 'r', 300);
	make(&host, text);
	info = fb_kernel_info(&host.made->kernel);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(strlen(info->release), 64);
	CU_ASSERT_STRING_EQUAL(info->version, "");
	destroy(&host);
	/* A time that is none is the header's, if that has one. */
	make(&host, "CRASHTIME=yesterday\n");
	info = fb_kernel_info(&host.made->kernel);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(info->crash_time, fb_dump_info(host.made->kernel.dump)->crash_time);
	CU_ASSERT_STRING_EQUAL(info->release, "");
	destroy(&host);
}

static void reads_the_version(void)
{
	char text[128];
	struct host host, *at = &host;

	make(&host, "");
	snprintf(text, sizeof(text), "OSRELEASE=made\nSYMBOL(init_uts_ns)=%" PRIx64 "\n",
		 host.at[UTS]);
	fb_vmcoreinfo_destroy(host.made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(text, &host.made->kernel.vmcoreinfo));
	host.made->kernel.layout.uts_name.offset = 4;
	/* The fourth of six texts; without an end it is cut. */
	memset(made_at(host.made, at->at[UTS] + 4 + 3 * 65), 'v', 100);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(strlen(fb_kernel_info(&host.made->kernel)->version), 64);
	memcpy(made_at(host.made, at->at[UTS] + 4 + 3 * 65), "#1 SMP made", 12);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(&host.made->kernel)->version, "#1 SMP made");
	memcpy(made_at(host.made, at->at[UTS] + 4 + 65), "host7", 6);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(&host.made->kernel)->node, "host7");
	destroy(&host);
}

/* With these symbols, and no others. */
static void only_symbols(struct host *host, const char *const names[], const uint64_t addresses[])
{
	made_symbols(host->made, names, addresses);
	FB_OK_FATAL(fb_kernel_load_info(&host->made->kernel));
}

static void counts_memory(void)
{
	static const char *const none_of_them[] = {NULL};
	const struct fb_kernel_info *info;
	struct host host;

	make(&host, "OSRELEASE=made\n");
	info = fb_kernel_info(&host.made->kernel);
	host.made->kernel.dump->info.pages_existing = 0;
	made_put(host.made, host.at[RAM], FB_MAX_PFN, 8);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(info->memory_bytes, FB_MAX_PFN * FB_PAGE_SIZE);
	made_put(host.made, host.at[RAM], FB_MAX_PFN + 1, 8); /* more than can be */
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(info->memory_bytes, 0);
	made_put(host.made, host.at[RAM], 10, 8);
	/* The dump knows better. */
	host.made->kernel.dump->info.pages_existing = 3;
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_EQUAL(info->memory_bytes, 3 * FB_PAGE_SIZE);
	host.made->kernel.dump->info.pages_existing = 0;
	only_symbols(&host, none_of_them, NULL);
	CU_ASSERT_EQUAL(info->memory_bytes, 0);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT(isnan(info->load[i]));
	destroy(&host);
}

static void believes_the_header_of_the_time(void)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {{"CRASHTIME=1\n", 1},    {"CRASHTIME=0\n", 777}, {"CRASHTIME=-5\n", 777},
		     {"CRASHTIME=12x\n", 12}, {"CRASHTIME=\n", 777},  {"OSRELEASE=made\n", 777}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct host host;

		make(&host, cases[i].text);
		host.made->kernel.dump->info.crash_time = 777;
		FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
		CU_ASSERT_EQUAL(fb_kernel_info(&host.made->kernel)->crash_time, cases[i].seconds);
		destroy(&host);
	}
}

/* A thread counts one, and there are so many at most. */
static void loads_are_such_that_can_be(void)
{
	const struct fb_kernel_info *info;
	struct host host;

	make(&host, "OSRELEASE=made\n");
	info = fb_kernel_info(&host.made->kernel);
	made_put(host.made, host.at[LOAD], FB_MAX_TASKS * 2048ull, 8);
	made_put(host.made, host.at[LOAD] + 8, FB_MAX_TASKS * 2048ull + 2048, 8);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_DOUBLE_EQUAL(info->load[0], FB_MAX_TASKS, 0.0001);
	CU_ASSERT(isnan(info->load[1]));
	CU_ASSERT_DOUBLE_EQUAL(info->load[2], 0, 0.0001);
	destroy(&host);
}

/* In timekeeper_data, in tk_core behind other members, or in shadow_timekeeper. */
static void finds_the_timekeeper_of_each_kernel(void)
{
	static const char *const clocks[] = {"timekeeper_data", "tk_core", "shadow_timekeeper"};
	struct host host;

	make(&host, "OSRELEASE=made\n");
	MADE_FIELD(host.made, timekeeper_ktime_sec, 8, 8);
	MADE_FIELD(host.made, timekeeper_offs_boot, 16, 8);
	MADE_SET(host.made, host.at[TIMEKEEPER], timekeeper_ktime_sec, 100);
	MADE_SET(host.made, host.at[TIMEKEEPER] + 64, timekeeper_ktime_sec, 200);
	for (unsigned within = 0; within < 2; within++) {
		if (within)
			MADE_FIELD(host.made, tk_data_timekeeper, 64, 128);
		for (unsigned first = 0; first < 3; first++) {
			const char *names[] = {clocks[first], first < 2 ? "no_such" : NULL, NULL};
			uint64_t addresses[] = {host.at[TIMEKEEPER], 0};
			double uptime;

			only_symbols(&host, names, addresses);
			uptime = fb_kernel_info(&host.made->kernel)->uptime_s;
			CU_ASSERT_EQUAL(isnan(uptime) != 0, within == (first == 2));
			if (!isnan(uptime))
				CU_ASSERT_DOUBLE_EQUAL(uptime, within ? 200 : 100, 0.0001);
		}
	}
	/* The newest that there is. */
	only_symbols(&host, (const char *[]){"tk_core", "timekeeper_data", NULL},
		     (const uint64_t[]){host.at[TIMEKEEPER] - 64, host.at[TIMEKEEPER]});
	CU_ASSERT_DOUBLE_EQUAL(fb_kernel_info(&host.made->kernel)->uptime_s, 200, 0.0001);
	/* Both members are needed. */
	host.made->kernel.layout.timekeeper_offs_boot.found = false;
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT(isnan(fb_kernel_info(&host.made->kernel)->uptime_s));
	destroy(&host);
}

/* VMCOREINFO has the place of the texts, else the types do. */
static void texts_stand_where_vmcoreinfo_says(void)
{
	char text[160];
	struct host host;

	make(&host, "");
	snprintf(text, sizeof(text),
		 "SYMBOL(init_uts_ns)=%" PRIx64 "\nOFFSET(uts_namespace.name)=8\n", host.at[UTS]);
	fb_vmcoreinfo_destroy(host.made->kernel.vmcoreinfo);
	FB_OK_FATAL(fb_vmcoreinfo_parse(text, &host.made->kernel.vmcoreinfo));
	host.made->kernel.layout.uts_name.offset = 4;
	memcpy(made_at(host.made, host.at[UTS] + 8 + 3 * 65), "#2 SMP", 7);
	memcpy(made_at(host.made, host.at[UTS] + 8 + 65), "host9", 6);
	FB_OK_FATAL(fb_kernel_load_info(&host.made->kernel));
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(&host.made->kernel)->version, "#2 SMP");
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(&host.made->kernel)->node, "host9");
	CU_ASSERT_STRING_EQUAL(fb_kernel_info(&host.made->kernel)->release, "");
	destroy(&host);
}

/* A note that is not the build-id in one of all ways, and one behind it that is. */
static void knows_the_build_ids_note(void)
{
	static const struct {
		unsigned at;
		uint32_t value, size;
	} wrong[] = {{0, 5, 4}, {8, 2, 4}, {12, 'U', 1}, {4, 19, 4}};
	const struct fb_kernel_info *info;
	struct host host;
	uint64_t end;

	make(&host, "OSRELEASE=made\n");
	info = fb_kernel_info(&host.made->kernel);
	for (size_t i = 0; i < FB_ARRAY_SIZE(wrong); i++) {
		end = put_note(&host, host.at[NOTES], 4, 20, 3);
		made_put(host.made, host.at[NOTES] + wrong[i].at, wrong[i].value, wrong[i].size);
		end_notes(&host, end);
		CU_ASSERT_PTR_NULL(info->build_id);
	}
	/* Texts that VMCOREINFO has in its place. */
	destroy(&host);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const texts[] = {
			"BUILD-ID=0123456789abcdef0123456789abcdef0123456x\n",
			"BUILD-ID=0123456789abcdef0123456789abcdef012345678\n",
			"BUILD-ID=0123456789ABCDEF0123456789abcdef01234567\n"};

		make(&host, texts[i]);
		FB_OK_FATAL(fb_kernel_load_build_id(&host.made->kernel));
		CU_ASSERT_PTR_NULL(fb_kernel_info(&host.made->kernel)->build_id);
		destroy(&host);
	}
	/* As many bytes of notes as there may be, the last of which are the build-id's; and one more. */
	make(&host, "OSRELEASE=made\n");
	host.at[NOTES] = made_alloc_pages(host.made, 65536 + FB_PAGE_SIZE);
	made_put(host.made, host.at[NOTES] + 4, 65536 - 36 - 12, 4);
	put_note(&host, host.at[NOTES] + 65536 - 36, 4, 20, 3);
	end_notes(&host, host.at[NOTES] + 65536);
	CU_ASSERT_PTR_NOT_NULL(fb_kernel_info(&host.made->kernel)->build_id);
	end_notes(&host, host.at[NOTES] + 65537);
	CU_ASSERT_PTR_NULL(fb_kernel_info(&host.made->kernel)->build_id);
	destroy(&host);
}

FB_TEST_MAIN("kernel/kernel_info", FB_TEST(reads_the_build_id), FB_TEST(reads_texts_and_clocks),
	     FB_TEST(keeps_texts_short), FB_TEST(reads_the_version), FB_TEST(counts_memory),
	     FB_TEST(believes_the_header_of_the_time), FB_TEST(loads_are_such_that_can_be),
	     FB_TEST(finds_the_timekeeper_of_each_kernel),
	     FB_TEST(texts_stand_where_vmcoreinfo_says), FB_TEST(knows_the_build_ids_note))
