// SPDX-License-Identifier: GPL-2.0-or-later
/* What users of crash type: the table of rows, and the page for them. */
#include "cmd/shell/alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/shared/command.h"
#include "tests/harness.h"

#define MAX_ITEMS 8u

/* The words of a line with blanks between them. */
static void join(const struct fb_line *line, char *to, size_t size)
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < line->count; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s", i ? " " : "", line->words[i]);
}

/* What is run for what was typed, as the shell does it; the remark of its row in *remark_ret. "" where nothing is
 * run. */
static void translate(const struct fb_alias *table, const char *typed, int32_t current, char *to,
		      size_t size, const char **remark_ret)
{
	FB_CLEANUP(fb_line_deinit) struct fb_line line = {0}, here = {0};
	const struct fb_alias *alias;
	const char *const *words;
	bool is_struct = false;

	FB_OK_FATAL(fb_line_parse(typed, &line));
	words = (const char *const *)line.words;
	alias = fb_alias_find(table, words, line.count);
	*remark_ret = alias && alias->remark ? alias->remark : "";
	to[0] = '\0';
	FB_OK_FATAL(fb_alias_struct(words, line.count, &is_struct, &here));
	if (!is_struct && alias && !alias->here)
		return;
	if (!is_struct && alias)
		FB_OK_FATAL(fb_alias_apply(alias, words, line.count, current, &here));
	join(alias || is_struct ? &here : &line, to, size);
}

static void expect(const char *typed, int32_t current, const char *wanted)
{
	char seen[512];
	const char *remark;

	translate(fb_alias_table, typed, current, seen, sizeof(seen), &remark);
	CU_ASSERT_STRING_EQUAL(seen, wanted);
}

static void crash_is_understood(void)
{
	expect("foreach bt", -1, "bt --all");
	expect("foreach bt --group", -1, "bt --all --group");
	expect("bt", -1, "bt");
	expect("bt", 131, "bt 131");
	expect("bt -f", -1, "bt");
	expect("bt -f", 131, "bt 131");
	expect("bt -f 77", 131, "bt 77");
	expect("bt 12", 131, "bt 12");
	expect("bt -f actors", -1, "bt -f actors"); /* no PID: left to the command */
	expect("kmem -i", -1, "mem");
	expect("vm", 131, "vm 131");
	expect("rd -u 7f00 3", 131, "rd 131:7f00 24");
	expect("rd -u -8 0x7f00 3", 131, "rd 131:0x7f00 3");
	expect("rd -x jiffies 2", -1, "rd jiffies 16");
	expect("rd -x 9jiffies 2", -1, "rd -x 9jiffies 2");
	expect("kmem ffffffffa32070d0", -1, "page ffffffffa32070d0");
	expect("kmem -s kmalloc-64", -1, "slab kmalloc-64 --all");
	expect("kmem -s ffffffffa32070d0", -1, "slab ffffffffa32070d0 --all");
	expect("vtop -c 130 55d4a696e4e0", -1, "vtop 130:55d4a696e4e0");
	expect("tree -t rbtree -o vmap_area.rb_node vmap_area_root", -1,
	       "tree rbtree vmap_area_root vmap_area.rb_node");
	expect("list -H modules -o module.list -s module.name", -1,
	       "list module.list modules -H -s name");
	expect("gcore 143", -1, "extract 143 -o core.143");
	expect("irq -b", -1, "irq");
	expect("irq", -1, "irq");
	expect("sys -c x", -1, "");
	expect("sys x", -1, "sys x");
	expect("nonsense", -1, "nonsense");
}

static void structs_are_written_as_in_crash(void)
{
	expect("task_struct.mm,comm init_task", -1, "struct task_struct init_task .mm .comm");
	expect("struct task_struct.mm.pgd ff00", -1, "struct task_struct ff00 .mm.pgd");
	expect("task_struct.mm->pgd,parent->comm ff00", -1,
	       "struct task_struct ff00 .mm->pgd .parent->comm");
	expect("union task_struct.,mm", -1, "struct task_struct .mm");
	expect("*task_struct ff00", -1, "struct task_struct ff00");
	expect("struct task_struct init_task .comm", -1, "struct task_struct init_task .comm");
	expect("./x", -1, "./x");
	expect("struct", -1, "struct");
	expect("struct .comm", -1, "struct .comm");
	expect("struct -o task_struct", -1, "struct task_struct");
	expect("*", -1, "*");
}

static void rows_are_found_by_their_words(void)
{
	static const struct fb_alias table[] = {
		{"a PID N", "b N PID xPIDx 8N @", NULL},
		{"a TYPE.MEMBER ...", "c MEMBER.TYPE ... z", NULL},
		{NULL, NULL, NULL},
	};
	char seen[512];
	const char *remark;

	translate(table, "a 12 5", 7, seen, sizeof(seen), &remark);
	CU_ASSERT_STRING_EQUAL(seen, "b 5 12 x12x 40 7");
	translate(table, "a p.q.r s t", 7, seen, sizeof(seen), &remark);
	CU_ASSERT_STRING_EQUAL(seen, "c q.r.p s t z");
	CU_ASSERT_TRUE(fb_alias_fits("a PID", (const char *const[]){"a", "1"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a PID", (const char *const[]){"a", "1x"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a PID", (const char *const[]){"a"}, 1));
	CU_ASSERT_FALSE(fb_alias_fits("a PID", (const char *const[]){"a", "1", "2"}, 3));
	CU_ASSERT_FALSE(fb_alias_fits("a NAME", (const char *const[]){"a", "-x"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a TYPE.LINK", (const char *const[]){"a", "x"}, 2));
	CU_ASSERT_TRUE(fb_alias_fits("a ADDR", (const char *const[]){"a", "0xff"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a ADDR", (const char *const[]){"a", "0x"}, 2));
	CU_ASSERT_TRUE(fb_alias_fits("a ADDR", (const char *const[]){"a", "x.0:1+2"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a ADDR", (const char *const[]){"a", "x-y"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a N N N N N N N",
				      (const char *const[]){"a", "1", "2", "3", "4", "5", "6", "7"},
				      8));
	CU_ASSERT_TRUE(fb_alias_fits("a N N N N N N",
				     (const char *const[]){"a", "1", "2", "3", "4", "5", "6"}, 7));
	CU_ASSERT_TRUE(fb_alias_fits("a RU", (const char *const[]){"a", "RU"}, 2));
	CU_ASSERT_FALSE(fb_alias_fits("a RU", (const char *const[]){"a", "UN"}, 2));
}

static void a_task_is_asked_for(void)
{
	static const char *const words[] = {"vm", "-p"}, *const other[] = {"ps"};
	const struct fb_alias *alias = fb_alias_find(fb_alias_table, words, 2);
	struct fb_line line;

	CU_ASSERT_PTR_NOT_NULL_FATAL(alias);
	FB_FAILS_WITH(fb_alias_apply(alias, words, 2, -1, &line), FB_INVALID, "`set PID`");
	FB_FAILS_WITH(fb_alias_apply(alias, other, 1, 1, &line), FB_INVALID, "this is not 'vm -p'");
}

/* An option of ours, which a row must not take for something else. */
static bool has_option(const struct argp_option *option, const char *word)
{
	for (; option && (option->name || option->key); option++)
		if (word[0] == '-' && word[1] == option->key && !word[2] && option->doc)
			return true;
	return false;
}

/* What fbundle means by words it has itself is not changed, but for a command of its own without arguments. */
static void own_words_keep_their_meaning(void)
{
	for (const struct fb_alias *alias = fb_alias_table; alias->crash; alias++) {
		FB_CLEANUP(fb_line_deinit) struct fb_line line = {0};

		FB_OK_FATAL(fb_line_parse(alias->crash, &line));
		for (size_t i = 0; fb_commands[i]; i++) {
			if (strcmp(fb_commands[i]->name, line.words[0]) != 0 || line.count < 2 ||
			    !has_option(fb_commands[i]->usage->options, line.words[1]))
				continue;
			if (strcmp(alias->crash, "rd -r FILE ADDR N") == 0)
				continue; /* our -r takes no third argument */
			if (strncmp(alias->crash, "list -H ADDR -o ", 16) == 0)
				continue; /* we have no -o */
			CU_ASSERT_STRING_EQUAL(alias->here ? alias->here : "", alias->crash);
		}
	}
}

/* Puts the words of a row into a line, with one that fits for each that stands for others. */
static void fill(const char *pattern, struct fb_line *line)
{
	static const char *const fitting[][2] = {{"PID", "1"},   {"N", "2"},
						 {"ADDR", "ff"}, {"TYPE.LINK", "x.y"},
						 {"...", "--z"}, {"TYPE.MEMBER", "x.z"}};

	FB_OK_FATAL(fb_line_parse(pattern, line));
	for (size_t i = 0; i < line->count; i++)
		for (size_t j = 0; j < FB_ARRAY_SIZE(fitting); j++)
			if (strcmp(line->words[i], fitting[j][0]) == 0) {
				free(line->words[i]);
				line->words[i] = strdup(fitting[j][1]);
				CU_ASSERT_PTR_NOT_NULL_FATAL(line->words[i]);
			}
}

/* Each row is found by words that fit it: no earlier one takes them. */
static void no_row_hides_another(void)
{
	for (const struct fb_alias *alias = fb_alias_table; alias->crash; alias++) {
		FB_CLEANUP(fb_line_deinit) struct fb_line line = {0};
		const struct fb_alias *found;

		fill(alias->crash, &line);
		found = fb_alias_find(fb_alias_table, (const char *const *)line.words, line.count);
		if (found != alias)
			(void)printf("'%s' is found as '%s'\n", alias->crash,
				     found ? found->crash : "none");
		CU_ASSERT_PTR_EQUAL(found, alias);
	}
}

/* Takes what stands in backticks out of a cell; what is left is "" where only commas and "then", "after" are
 * between. */
static size_t take_items(char *cell, char **items)
{
	size_t count = 0;

	while (count < MAX_ITEMS) {
		char *start = strchr(cell, '`'), *end = start ? strchr(start + 1, '`') : NULL;

		if (!end)
			break;
		*end = '\0';
		items[count++] = start + 1;
		cell = end + 1;
	}
	return count;
}

/* Whether a cell has words beside its items, which make it an explanation. */
static bool is_loose(const char *cell)
{
	bool inside = false;
	char rest[512] = "";
	size_t at = 0;

	for (; *cell && at + 1 < sizeof(rest); cell++) {
		inside ^= *cell == '`';
		if (!inside && *cell != '`' && *cell != ',' && *cell != ' ')
			rest[at++] = *cell;
	}
	return strcmp(rest, "") != 0 && strcmp(rest, "then") != 0 && strcmp(rest, "after") != 0;
}

/* Whether the remark has, in backticks, a pattern that the words fit. */
static bool remark_has(const char *remark, const char *wanted)
{
	FB_CLEANUP(fb_free_at) char *copy = strdup(remark);
	FB_CLEANUP(fb_line_deinit) struct fb_line line = {0};
	char *items[MAX_ITEMS];
	size_t count;

	FB_OK_FATAL(fb_line_parse(wanted, &line));
	count = take_items(copy, items);
	for (size_t i = 0; i < count; i++)
		if (fb_alias_fits(items[i], (const char *const *)line.words, line.count))
			return true;
	return false;
}

/* "fbundle bt . 131" as "bt 131". */
static void strip(const char *from, char *to, size_t size)
{
	char command[32] = "";
	int rest = 0;

	CU_ASSERT_EQUAL_FATAL(sscanf(from, "fbundle %31s .%n", command, &rest), 1);
	(void)snprintf(to, size, "%s%s", command, from + rest);
}

/* One row of the page's first table. Returns how many of its items were compared. */
static size_t check_row(char *crash, char *ours)
{
	const bool loose = is_loose(crash);
	char *typed[MAX_ITEMS], *wanted[MAX_ITEMS], seen[512], stripped[512];
	const size_t typed_count = take_items(crash, typed),
		     wanted_count = take_items(ours, wanted);
	int32_t current = -1;
	size_t checked = 0, place = 0;
	const char *remark;

	for (size_t i = 0; i < typed_count; i++)
		if (strncmp(typed[i], "set ", 4) == 0)
			current = (int32_t)strtol(typed[i] + 4, NULL, 10);
	for (size_t i = 0; i < typed_count && !loose && wanted_count; i++) {
		if (strncmp(typed[i], "set ", 4) == 0)
			continue;
		strip(wanted[place], stripped, sizeof(stripped));
		place += place + 1 < wanted_count;
		/* `vm -p` and the like are of the current task. */
		translate(fb_alias_table, typed[i], current < 0 ? 132 : current, seen, sizeof(seen),
			  &remark);
		if (strcmp(typed[i], "bt") == 0)
			translate(fb_alias_table, typed[i], -1, seen, sizeof(seen), &remark);
		if (strcmp(seen, stripped) != 0 && !remark_has(remark, stripped))
			(void)printf("'%s' is '%s', and '%s' on the page\n", typed[i], seen,
				     stripped);
		CU_ASSERT_TRUE(strcmp(seen, stripped) == 0 || remark_has(remark, stripped));
		checked++;
	}
	return checked;
}

/* The page for users of crash tells in its table what the prompt does. */
static void the_page_and_the_prompt_agree(void)
{
	char path[4200], line[4096];
	size_t checked = 0;
	FILE *page;

	(void)snprintf(path, sizeof(path), "%s/../docs/crash-users.md", fb_test_sample());
	page = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	while (fgets(line, sizeof(line), page)) {
		char *ours = line[0] == '|' ? strstr(line + 1, " | ") : NULL;

		if (strncmp(line, "## ", 3) == 0)
			break; /* what follows is made of the table itself */
		if (!ours)
			continue;
		*ours = '\0';
		checked += check_row(line + 1, ours + 3);
	}
	(void)fclose(page);
	CU_ASSERT_TRUE(checked > 30);
}

FB_TEST_MAIN("cmd/shell/alias", FB_TEST(crash_is_understood),
	     FB_TEST(structs_are_written_as_in_crash), FB_TEST(rows_are_found_by_their_words),
	     FB_TEST(a_task_is_asked_for), FB_TEST(own_words_keep_their_meaning),
	     FB_TEST(no_row_hides_another), FB_TEST(the_page_and_the_prompt_agree))
