// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules: made ones of both layouts, broken lists and trees, and the real ones. Their symbols are
 * test_module_symbols.c's. */
#include "kernel/modules/module.h"

#include <ctype.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "kernel/modules/module_table.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_modules.h"
#include "tests/kernel/real_kernel.h"

static void reads_one_block_layout(void)
{
	uint64_t head, ring, disk;
	struct made_kernel *made = made_modules(&head);
	const struct fb_module *module;
	struct fb_modules *modules;
	char flags[8];

	disk = made_module(made, head, "disk");
	ring = made_module(made, head, "ring");
	made_module_use(made, ring, disk);
	MADE_SET(made, ring, module_refcnt, 4);
	MADE_SET(made, ring, module_taints, 1u << 12 | 1u << 13);
	MADE_SET(made, ring, module_state, FB_MODULE_COMING);
	MADE_SET(made, disk, module_exit, 0);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 2);
	module = fb_modules_get(modules, 1);
	CU_ASSERT_STRING_EQUAL(module->name, "ring");
	CU_ASSERT_STRING_EQUAL(module->used_by, "disk,");
	CU_ASSERT_EQUAL(module->references, 3);
	CU_ASSERT_EQUAL(module->size, MADE_CORE_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_TEXT].size, MADE_TEXT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_RODATA].size, MADE_RO_BYTES - MADE_TEXT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_RO_AFTER_INIT].size,
			MADE_RO_INIT_BYTES - MADE_RO_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_DATA].start, module->base + MADE_RO_INIT_BYTES);
	CU_ASSERT_EQUAL(module->ranges[FB_MODULE_DATA].size, MADE_CORE_BYTES - MADE_RO_INIT_BYTES);
	CU_ASSERT_FALSE(module->permanent);
	CU_ASSERT_STRING_EQUAL(fb_module_flags(module, flags, sizeof(flags)), "OE+");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(module, flags, 2), "O");
	CU_ASSERT_TRUE(fb_modules_get(modules, 0)->permanent);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->used_by, "");
	CU_ASSERT_PTR_EQUAL(fb_modules_by_name(modules, "ring"), module);
	CU_ASSERT_PTR_NULL(fb_modules_by_name(modules, "rin"));
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, module->base), module);
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, module->base + MADE_CORE_BYTES - 1),
			    module);
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, module->base + MADE_CORE_BYTES));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, module->base - 1));
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, UINT64_MAX));
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void reads_memory_by_kind(void)
{
	uint64_t head, module, at;
	struct made_kernel *made = made_modules(&head);
	const struct fb_module *found;
	struct fb_modules *modules;

	MADE_FIELD(made, module_mem, 512, FB_MODULE_MEMORY_KINDS * 64);
	MADE_FIELD(made, module_memory_base, 0, 8);
	MADE_FIELD(made, module_memory_size, 16, 4);
	made->kernel.layout.module_memory.size = 64;
	module = made_module(made, head, "new");
	at = module + 512;
	MADE_SET(made, at + 64 * FB_MODULE_TEXT, module_memory_base, MADE_BASE + 0x20000);
	MADE_SET(made, at + 64 * FB_MODULE_TEXT, module_memory_size, 0x2000);
	MADE_SET(made, at + 64 * FB_MODULE_RODATA, module_memory_base, MADE_BASE + 0x30000);
	MADE_SET(made, at + 64 * FB_MODULE_RODATA, module_memory_size, 0x1000);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 1);
	found = fb_modules_get(modules, 0);
	CU_ASSERT_EQUAL(found->base, MADE_BASE + 0x20000);
	CU_ASSERT_EQUAL(found->size, 0x3000);
	CU_ASSERT_PTR_EQUAL(fb_modules_by_address(modules, MADE_BASE + 0x30fff), found);
	CU_ASSERT_PTR_NULL(fb_modules_by_address(modules, MADE_BASE + 0x22000));
	fb_modules_destroy(modules);
	/* Fewer kinds than there should be. */
	made->kernel.layout.module_mem.size = 64;
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(fb_modules_count(modules), 0);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void goes_round_a_broken_link(void)
{
	uint64_t head, lost;
	struct made_kernel *made = made_modules(&head);
	struct fb_modules *modules;

	made_module(made, head, "one");
	lost = made_module(made, head, "two");
	made_module(made, head, "three");
	made_module(made, head, "four");
	made_lose(made, lost);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "one");
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 1)->name, "three");
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "four");
	CU_ASSERT(fb_warnings_count(made->warnings) > 0);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

/* The node of a module's core block in one of both trees, 24 bytes each, behind its pointer; the block
 * is at 128, the node behind what put_members() has of it. */
static uint64_t node_of(uint64_t module, unsigned tree)
{
	return module + 128 + 256 + 8 + tree * 24ull;
}

static void link_nodes(struct made_kernel *made, unsigned tree, uint64_t parent, uint64_t module,
		       unsigned side)
{
	uint64_t node = node_of(module, tree);

	made_put(made, node - tree * 24ull - 8, module, 8);
	made_put(made, node, parent ? node_of(parent, tree) | 1 : 1, 8);
	if (parent)
		made_put(made, node_of(parent, tree) + 8 + side * 8ull, node, 8);
}

/* Five modules of which the second and the fourth are lost: nothing of the list leads to the third.
 * Gives where the roots of both trees are. */
static uint64_t lose_two_of_five(struct made_kernel *made, uint64_t head, unsigned tree,
				 uint64_t modules[5])
{
	static const char *const names[] = {"one", "two", "three", "four", "five"};
	const uint64_t roots = made_alloc(made, 64);

	MADE_FIELD(made, module_layout_node, 256, 56);
	MADE_FIELD(made, mod_tree_roots, 8, 16);
	MADE_FIELD(made, mod_tree_node_module, 0, 8);
	MADE_FIELD(made, mod_tree_node_nodes, 8, 48);
	MADE_FIELD(made, rb_parent, 0, 8);
	MADE_FIELD(made, rb_left, 8, 8);
	MADE_FIELD(made, rb_right, 16, 8);
	for (unsigned i = 0; i < 5; i++)
		modules[i] = made_module(made, head, names[i]);
	link_nodes(made, tree, 0, modules[1], 0);
	link_nodes(made, tree, modules[1], modules[0], 0);
	link_nodes(made, tree, modules[1], modules[4], 1);
	link_nodes(made, tree, modules[4], modules[2], 0);
	link_nodes(made, tree, modules[2], modules[3], 1);
	made_put(made, roots + 8 + tree * 8ull, node_of(modules[1], tree), 8);
	made_lose(made, modules[1]);
	made_lose(made, modules[3]);
	made_symbols(made, (const char *const[]){"modules", "mod_tree", NULL},
		     (const uint64_t[]){head, roots});
	return roots;
}

/* The root is lost too: from the fifth the way leads down. */
static void finds_by_the_tree_what_both_ends_have_lost(void)
{
	for (unsigned tree = 0; tree < 2; tree++) {
		uint64_t head, five[5];
		struct made_kernel *made = made_modules(&head);
		struct fb_modules *modules;

		lose_two_of_five(made, head, tree, five);
		FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
		CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "one");
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 1)->name, "five");
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "three");
		fb_modules_destroy(modules);
		made_kernel_destroy(made);
	}
}

/* Nothing but the way up from the fifth leads to the third: the word has the node's colour in it. */
static void goes_up_the_tree(void)
{
	for (unsigned colour = 0; colour < 2; colour++) {
		uint64_t head, five[5];
		struct made_kernel *made = made_modules(&head);
		struct fb_modules *modules;

		lose_two_of_five(made, head, 0, five);
		made_put(made, node_of(five[4], 0) + 8, 0, 8);
		made_put(made, node_of(five[4], 0), node_of(five[2], 0) | colour, 8);
		FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
		CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "three");
		fb_modules_destroy(modules);
		made_kernel_destroy(made);
	}
}

/* The list of modules' types, and what uses what: none of their entries stands in a module. */
static void finds_what_others_name(void)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		uint64_t head, types, entry, five[5];
		struct made_kernel *made = made_modules(&head);
		struct fb_modules *modules;

		lose_two_of_five(made, head, 0, five);
		types = made_alloc(made, 16);
		made_list_init(made, types);
		MADE_FIELD(made, btf_module_list, 0, 16);
		MADE_FIELD(made, btf_module_module, 16, 8);
		MADE_FIELD(made, module_target_list, 320, 16);
		MADE_FIELD(made, module_use_target_list, 16, 16);
		MADE_FIELD(made, module_use_target, 40, 8);
		made_list_init(made, five[0] + 320);
		made_list_init(made, five[2] + 320);
		made_list_init(made, five[4] + 320);
		made_symbols(made, (const char *const[]){"modules", "btf_modules", NULL},
			     (const uint64_t[]){head, types});
		if (kind == 0) { /* the entry of a lost one is no end */
			for (unsigned i = 0; i < 5; i++) {
				entry = made_alloc(made, 64);
				made_put(made, entry + 16, five[i], 8);
				made_list_add(made, types, entry);
			}
		} else if (kind == 1) {
			made_module_use(made, five[0], five[2]);
		} else {
			entry = made_alloc(made, 64);
			made_put(made, entry + 40, five[2], 8);
			made_list_add(made, five[4] + 320, entry + 16);
		}
		FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
		CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 3);
		CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 2)->name, "three");
		fb_modules_destroy(modules);
		made_kernel_destroy(made);
	}
}

static void believes_no_stray_node(void)
{
	uint64_t head, roots, five[5];
	struct made_kernel *made = made_modules(&head);
	struct fb_modules *modules;

	roots = lose_two_of_five(made, head, 0, five);
	/* It names another module than the one that it stands in; and a loop. */
	made_put(made, node_of(five[2], 0) - 8, five[0], 8);
	made_put(made, node_of(five[0], 0) + 8, node_of(five[4], 0), 8);
	made_put(made, node_of(five[0], 0) + 16, node_of(five[0], 0), 8);
	made_put(made, roots + 8, node_of(five[0], 0), 8);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(fb_modules_count(modules), 2);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static void refuses_impossible_modules(void)
{
	uint64_t head, wild, nameless, state;
	struct made_kernel *made = made_modules(&head);
	struct fb_modules *modules;

	wild = made_module(made, head, "wild");
	nameless = made_module(made, head, "");
	state = made_module(made, head, "state");
	made_module(made, head, "good");
	MADE_SET(made, wild + 128, module_layout_text_size, MADE_CORE_BYTES + 1);
	MADE_SET(made, state, module_state, 7);
	(void)nameless;
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL_FATAL(fb_modules_count(modules), 1);
	CU_ASSERT_STRING_EQUAL(fb_modules_get(modules, 0)->name, "good");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 3);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

static struct fb_error *ask(void *context)
{
	struct made_kernel *made = context;
	struct fb_modules *modules = NULL;
	struct fb_error *err = fb_modules_load(&made->kernel, &modules);

	fb_modules_destroy(modules);
	return err;
}

/* Of a whole list with users, and of one that is broken, so that trees are asked. */
static void what_is_fatal_passes(void)
{
	for (unsigned broken = 0; broken < 2; broken++) {
		uint64_t head, five[5];
		struct made_kernel *made = made_modules(&head);

		if (broken)
			lose_two_of_five(made, head, 0, five);
		else
			made_module_use(made, made_module(made, head, "ring"),
					made_module(made, head, "disk"));
		CU_ASSERT(failing_made_must_pass(made, ask, made) > 30);
		made_kernel_destroy(made);
	}
}

static void says_what_is_missing(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_modules *modules;

	FB_FAILS_WITH(fb_modules_load(&made->kernel, &modules), FB_NOT_FOUND, "modules");
	made_kernel_destroy(made);
}

static void bounds_users(void)
{
	uint64_t head, disk, ring;
	struct made_kernel *made = made_modules(&head);
	struct fb_modules *modules;

	disk = made_module(made, head, "disk");
	ring = made_module(made, head, "ring");
	for (unsigned i = 0; i <= FB_MAX_MODULE_USERS; i++)
		made_module_use(made, ring, disk);
	FB_OK_FATAL(fb_modules_load(&made->kernel, &modules));
	CU_ASSERT_EQUAL(strlen(fb_modules_get(modules, 1)->used_by), FB_MAX_MODULE_USERS * 5);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	fb_modules_destroy(modules);
	made_kernel_destroy(made);
}

/* Each taint by its letter, in the kernel's order; the others of the kernel are no module's. */
static void taints_and_states_have_letters(void)
{
	/* By the number of the bit. */
	static const char letters[] = "PF        C OE KX NJ";
	struct fb_module module = {.state = FB_MODULE_LIVE};
	char flags[32];

	for (unsigned bit = 0; bit < 64; bit++) {
		char letter = bit < sizeof(letters) - 1 ? letters[bit] : ' ';

		module.taints = 1ull << bit;
		CU_ASSERT_PTR_EQUAL(fb_module_flags(&module, flags, sizeof(flags)), flags);
		CU_ASSERT_EQUAL(flags[0], letter == ' ' ? '\0' : letter);
		CU_ASSERT_EQUAL(strlen(flags), letter != ' ');
	}
	module.taints = UINT64_MAX;
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, sizeof(flags)), "PFCOEKXNJ");
	module.state = FB_MODULE_GOING;
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, sizeof(flags)), "PFCOEKXNJ-");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 11), "PFCOEKXNJ-");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 10), "PFCOEKXNJ");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 9), "PFCOEKXN");
	module.state = FB_MODULE_COMING;
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 11), "PFCOEKXNJ+");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 10), "PFCOEKXNJ");
	CU_ASSERT_STRING_EQUAL(fb_module_flags(&module, flags, 1), "");
	flags[0] = 'u';
	CU_ASSERT_PTR_EQUAL(fb_module_flags(&module, flags, 0), flags);
	CU_ASSERT_EQUAL(flags[0], 'u');
	CU_ASSERT_STRING_EQUAL(fb_module_state_name(FB_MODULE_LIVE), "Live");
	CU_ASSERT_STRING_EQUAL(fb_module_state_name(FB_MODULE_COMING), "Loading");
	CU_ASSERT_STRING_EQUAL(fb_module_state_name(FB_MODULE_GOING), "Unloading");
	CU_ASSERT_STRING_EQUAL(fb_module_state_name((enum fb_module_state)3), "Unformed");
	CU_ASSERT_STRING_EQUAL(fb_module_state_name((enum fb_module_state)4), "Unknown");
}

/* truth/modules and the lines of truth/kallsyms that name a module. */
static void check_list(const struct real_kernel *real, struct fb_modules *modules)
{
	char *truth = real_kernel_file(real, NULL, "truth/modules"), *line, *save = NULL;
	size_t index = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	for (line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const struct fb_module *module;
		char made[512], flags[16];

		CU_ASSERT_TRUE_FATAL(index < fb_modules_count(modules));
		module = fb_modules_get(modules, index++);
		fb_module_flags(module, flags, sizeof(flags));
		(void)snprintf(made, sizeof(made),
			       "%s %" PRIu64 " %lld %s %s 0x%016" PRIx64 "%s%s%s", module->name,
			       module->size, (long long)module->references,
			       *module->used_by ? module->used_by : "-",
			       fb_module_state_name(module->state), module->base,
			       *flags ? " (" : "", flags, *flags ? ")" : "");
		CU_ASSERT_STRING_EQUAL(made, line);
	}
	CU_ASSERT_EQUAL(index, fb_modules_count(modules));
	free(truth);
}

static bool has_symbol(struct fb_modules *modules, const struct fb_module *module, const char *name,
		       uint64_t address, char type)
{
	const struct fb_symtab *table;
	struct fb_symbol symbol;
	size_t cursor = 0;

	FB_OK_FATAL(fb_module_symbols(modules, module, &table));
	while (fb_symtab_next_by_name(table, name, &cursor, &symbol))
		if (symbol.address == address && tolower(symbol.type) == tolower(type))
			return true;
	return false;
}

static void check_symbols(const struct real_kernel *real, struct fb_modules *modules)
{
	char *truth = real_kernel_file(real, NULL, "truth/kallsyms"), *line, *save = NULL;
	size_t found = 0, wrong = 0, counted = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	for (line = strtok_r(truth, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t address;
		char type, name[512], module[64];

		if (sscanf(line, "%" PRIx64 " %c %511s [%63[^]]]", &address, &type, name, module) !=
			    4 ||
		    !strcmp(module, "bpf"))
			continue;
		found++;
		wrong += !has_symbol(modules, fb_modules_by_name(modules, module), name, address,
				     type);
	}
	for (size_t i = 0; i < fb_modules_count(modules); i++) {
		const struct fb_symtab *table;

		FB_OK_FATAL(fb_module_symbols(modules, fb_modules_get(modules, i), &table));
		counted += fb_symtab_count(table);
	}
	printf("\n    %s: %zu symbols of modules; ", real->name, found);
	CU_ASSERT(found > 100);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(counted, found);
	free(truth);
}

static void check_real(const struct real_kernel *real)
{
	struct fb_modules *modules;

	FB_OK_FATAL(fb_modules_load(real->kernel, &modules));
	check_list(real, modules);
	check_symbols(real, modules);
	fb_modules_destroy(modules);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/module", FB_TEST(reads_one_block_layout),
	     FB_TEST(taints_and_states_have_letters), FB_TEST(reads_memory_by_kind),
	     FB_TEST(goes_round_a_broken_link), FB_TEST(finds_by_the_tree_what_both_ends_have_lost),
	     FB_TEST(goes_up_the_tree), FB_TEST(finds_what_others_name),
	     FB_TEST(believes_no_stray_node), FB_TEST(refuses_impossible_modules),
	     FB_TEST(says_what_is_missing), FB_TEST(what_is_fatal_passes), FB_TEST(bounds_users),
	     FB_TEST(agrees_with_real_kernels))
