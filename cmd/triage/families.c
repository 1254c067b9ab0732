// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds groups that are near duplicates of each other: of one kind, with stacks that differ in a few functions, as
 * builds by different compilers and neighbouring versions of the kernel give for one fault. Called by show.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/triage/triage.h"

/* Functions of a stack that are compared, from the innermost on: further out stands what the host did, not the fault.
 * */
#define COMPARED 16u
/* Stacks are near where at most this part of their functions has to be changed to make one the other (the distance of
 * Levenshtein over the length of the longer one): three of ten. */
#define NEAR_OF 10u
#define NEAR 3u
/* Groups of one kind that are compared with each other, those with most crashes first: the time grows with the square.
 * */
#define MOST_GROUPS 2000u

struct stack {
	json_t *group; /* borrowed */
	const char *kind;
	char *text; /* owned; cut at its blanks */
	const char *functions[COMPARED];
	size_t count;
	size_t family; /* index of the first of its family */
};

static struct fb_error *split(struct stack *stack, json_t *group, size_t index)
{
	const char *text = json_string_value(json_object_get(group, "stack")), *waits;
	char *rest = NULL;

	stack->group = group;
	stack->kind = json_string_value(json_object_get(group, "kind"));
	stack->family = index;
	/* Of a hang the waits say more than where the last thread sleeps. */
	waits = json_string_value(json_object_get(group, "waits"));
	if (waits || !text)
		return NULL;
	stack->text = strdup(text);
	if (!stack->text)
		return fb_error_nomem();
	for (char *word = strtok_r(stack->text, " ", &rest); word && stack->count < COMPARED;
	     word = strtok_r(NULL, " ", &rest))
		stack->functions[stack->count++] = word;
	return NULL;
}

static size_t least(size_t first, size_t second, size_t third)
{
	const size_t lower = first < second ? first : second;

	return lower < third ? lower : third;
}

/* How many functions have to be put in, taken out or replaced to make one stack the other. */
static size_t distance(const struct stack *left, const struct stack *right)
{
	size_t row[COMPARED + 1];

	for (size_t i = 0; i <= right->count; i++)
		row[i] = i;
	for (size_t i = 1; i <= left->count; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t k = 1; k <= right->count; k++) {
			const size_t above = row[k];
			const bool equal =
				strcmp(left->functions[i - 1], right->functions[k - 1]) == 0;

			row[k] = least(above + 1, row[k - 1] + 1, before + !equal);
			before = above;
		}
	}
	return row[right->count];
}

static bool are_near(const struct stack *left, const struct stack *right)
{
	const size_t longer = left->count > right->count ? left->count : right->count;

	return left->count && right->count && left->kind && right->kind &&
	       strcmp(left->kind, right->kind) == 0 &&
	       distance(left, right) * NEAR_OF <= longer * NEAR;
}

/* Each group joins the family of the first one before it that is near and begins a family. So no chain of small steps
 * makes one family of faults that have nothing in common. */
static void join(struct stack *stacks, size_t count)
{
	for (size_t i = 0; i < count && i < MOST_GROUPS; i++)
		for (size_t k = 0; k < i; k++)
			if (stacks[k].family == k && are_near(&stacks[k], &stacks[i])) {
				stacks[i].family = k;
				break;
			}
}

struct fb_error *fb_triage_find_families(json_t *groups)
{
	const size_t count = json_array_size(groups);
	struct stack *stacks = NULL;
	struct fb_error *err =
		fb_alloc_array(count, sizeof(*stacks), FB_TRIAGE_MAX_DUMPS, "groups", &stacks);

	if (err)
		return err;
	for (size_t i = 0; i < count && !err; i++)
		err = split(&stacks[i], json_array_get(groups, i), i);
	if (!err)
		join(stacks, count);
	for (size_t i = 0; i < count; i++) {
		if (!err)
			(void)json_object_set(
				stacks[i].group, "family",
				json_object_get(stacks[stacks[i].family].group, "signature"));
		free(stacks[i].text);
	}
	free(stacks);
	return err;
}
