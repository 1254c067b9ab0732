// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of made namespaces, of both families, whole and damaged. */
#include "kernel/net/route_rules.h"

#include <linux/fib_rules.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/net/route_names.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

#define LIST 8u /* in struct fib_rules_ops */

struct world {
	struct made_kernel *made;
	uint64_t net, ops[2];
};

static void put_members(struct made_kernel *made)
{
	MADE_FIELD(made, net_fib_rules, 0, 8);
	MADE_FIELD(made, net_fib6_rules, 8, 8);
	MADE_FIELD(made, fib_rules_list, LIST, 16);
	MADE_FIELD(made, fib_rule_list, 0, 16);
	MADE_FIELD(made, fib_rule_preference, 16, 4);
	MADE_FIELD(made, fib_rule_table, 20, 4);
	MADE_FIELD(made, fib_rule_action, 24, 1);
	MADE_FIELD(made, fib_rule_l3mdev, 25, 1);
	MADE_FIELD(made, fib_rule_ip_protocol, 26, 1);
	MADE_FIELD(made, fib_rule_protocol, 27, 1);
	MADE_FIELD(made, fib_rule_flags, 28, 4);
	MADE_FIELD(made, fib_rule_mark, 32, 4);
	MADE_FIELD(made, fib_rule_mark_mask, 36, 4);
	MADE_FIELD(made, fib_rule_target, 40, 4);
	MADE_FIELD(made, fib_rule_input, 48, 16);
	MADE_FIELD(made, fib_rule_output, 64, 16);
	MADE_FIELD(made, fib4_rule_source, 80, 4);
	MADE_FIELD(made, fib4_rule_destination, 84, 4);
	MADE_FIELD(made, fib4_rule_source_prefix, 88, 1);
	MADE_FIELD(made, fib4_rule_destination_prefix, 89, 1);
	MADE_FIELD(made, fib4_rule_tos, 90, 1);
	MADE_FIELD(made, fib6_rule_source, 80, 20);
	MADE_FIELD(made, fib6_rule_destination, 100, 20);
	MADE_FIELD(made, fib6_rule_tos, 120, 1);
	MADE_FIELD(made, rt6key_prefix, 16, 4);
}

static void begin(struct world *w)
{
	struct made_kernel *made = made_kernel_create();

	w->made = made;
	put_members(made);
	w->net = made_alloc(made, 64);
	for (unsigned i = 0; i < 2; i++) {
		w->ops[i] = made_alloc(made, 64);
		made_list_init(made, w->ops[i] + LIST);
		made_put(made, w->net + 8ull * i, w->ops[i], 8);
	}
}

static uint64_t add(struct world *w, unsigned family, unsigned preference)
{
	uint64_t rule = made_alloc(w->made, 128);

	made_list_add(w->made, w->ops[family] + LIST, rule);
	MADE_SET(w->made, rule, fib_rule_preference, preference);
	MADE_SET(w->made, rule, fib_rule_action, FR_ACT_TO_TBL);
	return rule;
}

static void reads_rules_in_their_order(void)
{
	struct world w;
	struct fb_route_rules rules = {0};
	uint64_t rule;

	begin(&w);
	rule = add(&w, 0, 7);
	MADE_SET(w.made, rule, fib_rule_table, 1000);
	MADE_SET(w.made, rule, fib_rule_flags, FIB_RULE_INVERT);
	MADE_SET(w.made, rule, fib_rule_mark, 5);
	MADE_SET(w.made, rule, fib_rule_mark_mask, 0xff);
	MADE_SET(w.made, rule, fib_rule_ip_protocol, 6);
	MADE_SET(w.made, rule, fib_rule_protocol, 4);
	MADE_SET(w.made, rule, fib4_rule_source_prefix, 24);
	MADE_SET(w.made, rule, fib4_rule_destination_prefix, 32);
	MADE_SET(w.made, rule, fib4_rule_tos, 16);
	memcpy(made_at(w.made, rule + 80), "\xc0\0\x02\0\x0a\0\0\x01", 8);
	memcpy(made_at(w.made, rule + 48), "eth0", 4);
	memset(made_at(w.made, rule + 64), 'x', 16); /* without an end */
	rule = add(&w, 0, 9);
	MADE_SET(w.made, rule, fib_rule_action, FR_ACT_GOTO);
	MADE_SET(w.made, rule, fib_rule_target, 77);
	MADE_SET(w.made, rule, fib_rule_l3mdev, 1);
	rule = add(&w, 1, 3);
	made_put(w.made, rule + 80, 0xb80d0120, 4);
	made_put(w.made, rule + 96, 32, 4);
	made_put(w.made, rule + 116, 128, 4);
	FB_OK_FATAL(fb_route_rules_load(&w.made->kernel, w.net, &rules));
	CU_ASSERT_EQUAL_FATAL(rules.count, 3);
	CU_ASSERT(rules.rules[0].family == AF_INET && rules.rules[0].preference == 7);
	CU_ASSERT(rules.rules[0].table == 1000 && rules.rules[0].inverted &&
		  !rules.rules[1].inverted);
	CU_ASSERT(rules.rules[0].mark == 5 && rules.rules[0].mark_mask == 0xff);
	CU_ASSERT(rules.rules[0].ip_protocol == 6 && rules.rules[0].protocol == 4);
	CU_ASSERT(rules.rules[0].source_prefix == 24 &&
		  !memcmp(rules.rules[0].source, "\xc0\0\x02\0", 4));
	CU_ASSERT(rules.rules[0].destination_prefix == 32 &&
		  !memcmp(rules.rules[0].destination, "\x0a\0\0\x01", 4));
	CU_ASSERT_EQUAL(rules.rules[0].tos, 16);
	CU_ASSERT_STRING_EQUAL(rules.rules[0].input, "eth0");
	CU_ASSERT_STRING_EQUAL(rules.rules[0].output, "xxxxxxxxxxxxxxx");
	CU_ASSERT(rules.rules[1].action == FR_ACT_GOTO && rules.rules[1].target == 77 &&
		  rules.rules[1].l3mdev);
	CU_ASSERT(rules.rules[2].family == AF_INET6 && rules.rules[2].source_prefix == 32);
	CU_ASSERT(rules.rules[2].destination_prefix == 128 && rules.rules[2].source[0] == 0x20);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
	fb_route_rules_deinit(&rules);
	CU_ASSERT_PTR_NULL(rules.rules);
	CU_ASSERT_STRING_EQUAL(fb_route_rule_action_name(FR_ACT_PROHIBIT), "prohibit");
	CU_ASSERT_PTR_NULL(fb_route_rule_action_name(200));
	made_kernel_destroy(w.made);
}

static void what_is_damaged_costs_its_part(void)
{
	struct world w;
	struct fb_route_rules rules = {0};
	uint64_t rule;

	begin(&w);
	MADE_SET(w.made, add(&w, 0, 1), fib4_rule_source_prefix, 33);
	made_put(w.made, add(&w, 1, 2) + 96, 129, 4);
	rule = add(&w, 0, 3);
	made_put(w.made, rule, rule, 8); /* its next is itself */
	add(&w, 1, 4);
	FB_OK_FATAL(fb_route_rules_load(&w.made->kernel, w.net, &rules));
	CU_ASSERT(rules.count >= 2);
	for (size_t i = 0; i < rules.count; i++)
		CU_ASSERT(rules.rules[i].preference == 3 || rules.rules[i].preference == 4);
	CU_ASSERT(fb_warnings_count(w.made->warnings) >= 3);
	fb_route_rules_deinit(&rules);
	/* A namespace that is being made has none; a kernel without such rules too. */
	made_put(w.made, w.net, 0, 8);
	made_put(w.made, w.net + 8, 0, 8);
	FB_OK(fb_route_rules_load(&w.made->kernel, w.net, &rules));
	CU_ASSERT_EQUAL(rules.count, 0);
	w.made->kernel.layout.net_fib_rules.found = w.made->kernel.layout.net_fib6_rules.found =
		false;
	w.made->kernel.layout.net_fib_rules.untyped = w.made->kernel.layout.net_fib6_rules.untyped =
		false;
	FB_OK(fb_route_rules_load(&w.made->kernel, 8, &rules));
	CU_ASSERT_EQUAL(rules.count, 0);
	made_kernel_destroy(w.made);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	struct fb_route_rules rules = {0};
	struct fb_error *err = fb_route_rules_load(&w->made->kernel, w->net, &rules);

	fb_route_rules_deinit(&rules);
	return err;
}

static void fatal_errors_pass(void)
{
	struct world w;

	begin(&w);
	add(&w, 0, 1);
	add(&w, 1, 1);
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 30);
	made_kernel_destroy(w.made);
}

FB_TEST_MAIN("kernel/route_rules", FB_TEST(reads_rules_in_their_order),
	     FB_TEST(what_is_damaged_costs_its_part), FB_TEST(fatal_errors_pass))
