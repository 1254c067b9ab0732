// SPDX-License-Identifier: GPL-2.0-or-later
/* One struct module, every member of it, and each number on both sides of what can be. */
#include <stdlib.h>
#include <string.h>

#include "kernel/modules/module_table.h"
#include "tests/harness.h"
#include "tests/kernel/made_modules.h"

#define MOST_BYTES (1536u << 20)
#define CORE 128u
#define INIT 168u

struct host {
	struct made_kernel *made;
	uint64_t head, at;
	struct fb_module module; /* once it is read */
};

static void make(struct host *host)
{
	memset(host, 0, sizeof(*host));
	host->made = made_modules(&host->head);
	host->at = made_module(host->made, host->head, "disk");
}

static void read_it(struct host *host)
{
	FB_OK_FATAL(fb_module_read(&host->made->kernel, host->at, &host->module));
}

static void destroy(struct host *host)
{
	free(host->module.used_by);
	made_kernel_destroy(host->made);
}

static void expect_failure(struct host *host, const char *message)
{
	struct fb_module untouched = {.size = 77};

	FB_FAILS_WITH(fb_module_read(&host->made->kernel, host->at, &untouched), FB_CORRUPT,
		      message);
	CU_ASSERT_EQUAL(untouched.size, 77);
	destroy(host);
}

static void expect_range(const struct host *host, enum fb_module_memory kind, uint64_t start,
			 uint64_t size)
{
	CU_ASSERT_EQUAL(host->module.ranges[kind].start, start);
	CU_ASSERT_EQUAL(host->module.ranges[kind].size, size);
}

/* The block of the code that runs once has no data that is read-only after it. */
static void both_blocks_are_cut_by_their_sums(void)
{
	const uint64_t init = MADE_BASE + 0x30000, core = MADE_BASE + 0x20000;
	struct host host;

	make(&host);
	MADE_SET(host.made, host.at + CORE, module_layout_base, core);
	MADE_SET(host.made, host.at + CORE, module_layout_text_size, 0x100);
	MADE_SET(host.made, host.at + CORE, module_layout_ro_size, 0x100); /* none */
	MADE_SET(host.made, host.at + CORE, module_layout_ro_after_init_size, 0x180);
	MADE_SET(host.made, host.at + CORE, module_layout_size, 0x1000);
	MADE_SET(host.made, host.at + INIT, module_layout_base, init);
	MADE_SET(host.made, host.at + INIT, module_layout_text_size, 0x40);
	MADE_SET(host.made, host.at + INIT, module_layout_ro_size, 0x60);
	MADE_SET(host.made, host.at + INIT, module_layout_ro_after_init_size, 0x70);
	MADE_SET(host.made, host.at + INIT, module_layout_size, 0x90);
	read_it(&host);
	CU_ASSERT_EQUAL(host.module.address, host.at);
	CU_ASSERT_STRING_EQUAL(host.module.name, "disk");
	expect_range(&host, FB_MODULE_TEXT, core, 0x100);
	expect_range(&host, FB_MODULE_RODATA, core + 0x100, 0);
	expect_range(&host, FB_MODULE_RO_AFTER_INIT, core + 0x100, 0x80);
	expect_range(&host, FB_MODULE_DATA, core + 0x180, 0xe80);
	expect_range(&host, FB_MODULE_INIT_TEXT, init, 0x40);
	expect_range(&host, FB_MODULE_INIT_RODATA, init + 0x40, 0x20);
	expect_range(&host, FB_MODULE_INIT_DATA, init + 0x60, 0x30);
	CU_ASSERT_EQUAL(host.module.base, core);
	CU_ASSERT_EQUAL(host.module.size, 0x1090);
	destroy(&host);
}

static void blocks_end_with_the_area_of_modules(void)
{
	struct host host;

	make(&host);
	MADE_SET(host.made, host.at + CORE, module_layout_size, MOST_BYTES);
	read_it(&host);
	CU_ASSERT_EQUAL(host.module.size, MOST_BYTES);
	destroy(&host);
	make(&host);
	MADE_SET(host.made, host.at + CORE, module_layout_size, MOST_BYTES + 1);
	expect_failure(&host, "module_layout_size 0x60000001 lies outside its module");
	make(&host); /* sums do not fall */
	MADE_SET(host.made, host.at + CORE, module_layout_ro_size, MADE_TEXT_BYTES - 1);
	expect_failure(&host, "module_layout_ro_size 0xfff lies outside its module");
	make(&host);
	MADE_SET(host.made, host.at + CORE, module_layout_base, 0x7ffff000);
	expect_failure(&host, "memory at 0x7ffff000");
	make(&host);
	MADE_SET(host.made, host.at + CORE, module_layout_base, UINT64_MAX - 0x1fff);
	expect_failure(&host, "memory at 0xfffffffffffffa00");
}

/* From 6.4 on each kind has a place of its own. */
static void each_kind_has_its_memory(void)
{
	for (unsigned i = 0; i < 5; i++) {
		uint32_t kinds = i == 1 ? FB_MODULE_MEMORY_KINDS - 1 : FB_MODULE_MEMORY_KINDS;
		struct fb_module unread;
		struct host host;

		make(&host);
		MADE_FIELD(host.made, module_mem, 512, kinds * 64);
		MADE_FIELD(host.made, module_memory_base, 0, 8);
		MADE_FIELD(host.made, module_memory_size, 16, 4);
		host.made->kernel.layout.module_memory.size = i == 2 ? 0 : 64;
		for (uint64_t kind = 0; kind < FB_MODULE_MEMORY_KINDS; kind++) {
			MADE_SET(host.made, host.at + 512 + 64 * kind, module_memory_base,
				 MADE_BASE + 0x100000 * kind);
			MADE_SET(host.made, host.at + 512 + 64 * kind, module_memory_size,
				 0x1000 * kind + 8);
		}
		if (i >= 3)
			MADE_SET(host.made, host.at + 512 + 64, module_memory_size,
				 MOST_BYTES + (i == 4));
		if (i == 4) {
			expect_failure(&host, "1610612737 bytes of memory");
			continue;
		}
		if (i == 1 || i == 2) {
			FB_FAILS_WITH(fb_module_read(&host.made->kernel, host.at, &unread),
				      FB_UNSUPPORTED,
				      i == 1 ? "module.mem has 6 kinds" : "module.mem has 0 kinds");
			destroy(&host);
			continue;
		}
		read_it(&host);
		for (unsigned kind = 0; kind < FB_MODULE_MEMORY_KINDS; kind++)
			expect_range(&host, kind, MADE_BASE + 0x100000 * kind,
				     kind == 1 && i == 3 ? MOST_BYTES : 0x1000 * kind + 8);
		destroy(&host);
	}
}

static void states_are_those_of_the_kernel(void)
{
	struct host host;

	make(&host);
	MADE_SET(host.made, host.at, module_state, FB_MODULE_UNFORMED);
	read_it(&host);
	CU_ASSERT_EQUAL(host.module.state, FB_MODULE_UNFORMED);
	destroy(&host);
	make(&host);
	MADE_SET(host.made, host.at, module_state, FB_MODULE_UNFORMED + 1);
	expect_failure(&host, "state 4");
}

/* It can be unloaded unless it has a begin without an end. What is not known of it is no reason. */
static void numbers_may_be_missing(void)
{
	static const struct {
		uint64_t init, exit;
		bool known, permanent;
	} cases[] = {{MADE_BASE, MADE_BASE, true, false},
		     {MADE_BASE, 0, true, true},
		     {0, 0, true, false},
		     {0, MADE_BASE, true, false},
		     {MADE_BASE, 0, false, false}};
	struct host host;

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		make(&host);
		MADE_SET(host.made, host.at, module_init, cases[i].init);
		MADE_SET(host.made, host.at, module_exit, cases[i].exit);
		host.made->kernel.layout.module_exit.found = cases[i].known;
		read_it(&host);
		CU_ASSERT_EQUAL(host.module.permanent, cases[i].permanent);
		destroy(&host);
	}
	make(&host);
	MADE_SET(host.made, host.at, module_refcnt, 1);
	MADE_SET(host.made, host.at, module_taints, 0x1234567890);
	read_it(&host);
	CU_ASSERT_EQUAL(host.module.references, 0);
	CU_ASSERT_EQUAL(host.module.taints, 0x1234567890);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	destroy(&host);
	make(&host);
	host.made->kernel.layout.module_refcnt.found = false;
	host.made->kernel.layout.module_taints.found = false;
	read_it(&host);
	CU_ASSERT_EQUAL(host.module.references, -1);
	CU_ASSERT_EQUAL(host.module.taints, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	destroy(&host);
}

/* Those that use it, one after the other; without the members a warning. */
static void users_are_named(void)
{
	struct host host;

	make(&host);
	made_module_use(host.made, host.at, made_module(host.made, host.head, "one"));
	made_module_use(host.made, host.at, made_module(host.made, host.head, "two"));
	read_it(&host);
	CU_ASSERT_STRING_EQUAL(host.module.used_by, "one,two,");
	destroy(&host);
	for (unsigned i = 0; i < 3; i++) {
		make(&host);
		made_module_use(host.made, host.at, made_module(host.made, host.head, "one"));
		(i == 0   ? &host.made->kernel.layout.module_source_list
		 : i == 1 ? &host.made->kernel.layout.module_use_source_list
			  : &host.made->kernel.layout.module_use_source)
			->found = false;
		read_it(&host);
		CU_ASSERT_STRING_EQUAL(host.module.used_by, "");
		CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 1);
		destroy(&host);
	}
}

/* Without types nothing but the name is known, and so it has to look like one. */
static void names_alone_look_like_names(void)
{
	static const struct {
		const char *name;
		bool good;
	} names[] = {{"snd_hda-codec.2", true},
		     {"a b", false},
		     {"x\x80", false},
		     {"a/", false},
		     {"Z9", true}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		struct host host;

		make(&host);
		memset(made_at(host.made, host.at + 24), 0, FB_MODULE_NAME);
		memcpy(made_at(host.made, host.at + 24), names[i].name, strlen(names[i].name));
		host.made->kernel.layout.module_state.untyped = true;
		if (!names[i].good) {
			expect_failure(&host, "no name of a module");
			continue;
		}
		read_it(&host);
		CU_ASSERT_STRING_EQUAL(host.module.name, names[i].name);
		CU_ASSERT_EQUAL(host.module.references, -1);
		CU_ASSERT_EQUAL(host.module.state, FB_MODULE_UNKNOWN);
		CU_ASSERT_STRING_EQUAL(host.module.used_by, "");
		CU_ASSERT_EQUAL(host.module.size, 0);
		destroy(&host);
	}
}

static void some_addresses_are_no_modules(void)
{
	struct host host;

	make(&host);
	host.at = 0x1000;
	expect_failure(&host, "module 0x1000: no address of a module");
	make(&host);
	made_put(host.made, host.at + 24, 0, 1);
	expect_failure(&host, "a module without a name");
}

FB_TEST_MAIN("kernel/module_read", FB_TEST(both_blocks_are_cut_by_their_sums),
	     FB_TEST(blocks_end_with_the_area_of_modules), FB_TEST(each_kind_has_its_memory),
	     FB_TEST(states_are_those_of_the_kernel), FB_TEST(numbers_may_be_missing),
	     FB_TEST(users_are_named), FB_TEST(names_alone_look_like_names),
	     FB_TEST(some_addresses_are_no_modules))
