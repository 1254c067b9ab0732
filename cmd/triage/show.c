// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what the database has: groups of dumps, or the dumps of one group. Called by triage.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/triage/triage.h"

struct date {
	char text[24];
};

/* "2026-11-23 17:20"; "-": unknown. */
static struct date date_of(const json_t *seconds)
{
	const time_t time = (time_t)json_integer_value(seconds);
	struct date date = {"-"};
	struct tm parts;

	if (json_is_integer(seconds) && gmtime_r(&time, &parts))
		(void)strftime(date.text, sizeof(date.text), "%Y-%m-%d %H:%M", &parts);
	return date;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static json_int_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* What a group is about, in one line: what it waits for, the function at fault, or the panic's message. */
static const char *subject_of(const json_t *group)
{
	static const char *const names[] = {"waits", "place", "message"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (*text_of(group, names[i]))
			return text_of(group, names[i]);
	return "-";
}

/* The one name, or how many there are. */
static struct fb_error *names_cell(struct fb_table *table, const json_t *group, const char *names,
				   const char *count)
{
	const char *name = json_string_value(json_array_get(json_object_get(group, names), 0));

	if (number_of(group, count) == 1 && name)
		return fb_table_cell(table, FB_STYLE_PLAIN, "%s", name);
	return fb_table_cell(table, FB_STYLE_PLAIN, "%" JSON_INTEGER_FORMAT,
			     number_of(group, count));
}

/* Crashes of the last week, and of the week before: "3 (1)". */
static struct fb_error *trend_cell(struct fb_table *table, const json_t *group)
{
	const json_t *weeks = json_object_get(group, "weeks");
	const json_int_t last = json_integer_value(json_array_get(weeks, FB_TRIAGE_WEEKS - 1)),
			 before = json_integer_value(json_array_get(weeks, FB_TRIAGE_WEEKS - 2));

	return fb_table_cell(table, last > before ? FB_STYLE_WARN : FB_STYLE_PLAIN,
			     "%" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT ")", last, before);
}

static struct fb_error *group_row(struct fb_table *table, const json_t *group)
{
	const char *signature = text_of(group, "signature"), *family = text_of(group, "family");
	const bool near = *family && strcmp(family, signature) != 0;
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s", signature);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" JSON_INTEGER_FORMAT,
		      number_of(group, "crashes"));
	if (!err)
		err = trend_cell(table, group);
	if (!err)
		err = names_cell(table, group, "hosts", "host_count");
	if (!err)
		err = names_cell(table, group, "kernels", "kernel_count");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      date_of(json_object_get(group, "first")).text);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      date_of(json_object_get(group, "last")).text);
	FB_TABLE_CELL(err, table, FB_STYLE_BAD, "%s", text_of(group, "kind"));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s%s%s%s", subject_of(group),
		      near ? " (near " : "", near ? family : "", near ? ")" : "");
	return err;
}

static struct fb_error *print_table(struct fb_output *output, const json_t *groups)
{
	static const struct fb_column columns[] = {
		{"SIGNATURE", FB_LEFT}, {"CRASHES", FB_RIGHT}, {"WEEK", FB_RIGHT},
		{"HOSTS", FB_LEFT},     {"KERNELS", FB_LEFT},  {"FIRST", FB_LEFT},
		{"LAST", FB_LEFT},      {"KIND", FB_LEFT},     {"WHAT", FB_LEFT_CUT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	const json_t *group;
	size_t i;

	json_array_foreach(groups, i, group) if (!err) err = group_row(table, group);
	if (!err)
		fb_table_print(table, output);
	fb_table_destroy(table);
	return err;
}

/* What this run did. */
static void print_run(const struct fb_triage *triage)
{
	struct fb_output *output = triage->context->output;

	if (!triage->found)
		return;
	fb_print(output, FB_STYLE_PLAIN, "%zu dump%s: %zu examined, %zu known already",
		 triage->found, triage->found == 1 ? "" : "s", triage->examined, triage->known);
	if (triage->failed)
		fb_print(output, FB_STYLE_WARN, ", %zu failed", triage->failed);
	if (triage->left)
		fb_print(output, FB_STYLE_WARN, ", %zu left", triage->left);
	fb_print(output, FB_STYLE_PLAIN, "\n\n");
}

static void print_failures(struct fb_output *output, const json_t *failures)
{
	const json_t *failure;
	size_t i;

	if (json_array_size(failures))
		fb_print(output, FB_STYLE_BOLD, "\nNot read (%zu)\n", json_array_size(failures));
	json_array_foreach(failures, i, failure)
		fb_print(output, FB_STYLE_PLAIN, "  %s: %s\n", text_of(failure, "path"),
			 text_of(failure, "why"));
}

static struct fb_error *print_text(const struct fb_triage *triage, const json_t *groups,
				   const json_t *failures)
{
	struct fb_output *output = triage->context->output;
	struct fb_error *err = NULL;

	print_run(triage);
	if (json_array_size(groups))
		err = print_table(output, groups);
	else
		fb_print(output, FB_STYLE_PLAIN, "no dump could be read\n");
	if (!err)
		print_failures(output, failures);
	return err;
}

/* Takes over both references. */
static struct fb_error *print_json(const struct fb_triage *triage, json_t *groups, json_t *failures)
{
	json_t *answer = json_object(), *run = json_object();

	json_object_set_new(run, "found", json_integer((json_int_t)triage->found));
	json_object_set_new(run, "examined", json_integer((json_int_t)triage->examined));
	json_object_set_new(run, "known", json_integer((json_int_t)triage->known));
	json_object_set_new(run, "failed", json_integer((json_int_t)triage->failed));
	json_object_set_new(run, "left", json_integer((json_int_t)triage->left));
	json_object_set_new(answer, "run", run);
	json_object_set_new(answer, "level", json_string(fb_signature_level_name(triage->level)));
	json_object_set_new(answer, "groups", groups);
	json_object_set_new(answer, "failures", failures);
	return fb_json_print("triage", answer, triage->context->warnings);
}

struct fb_error *fb_triage_show_groups(struct fb_triage *triage)
{
	json_t *groups = NULL, *failures = NULL;
	struct fb_error *err = fb_triage_store_groups(triage->store, triage->level, &groups);

	if (!err)
		err = fb_triage_store_failures(triage->store, &failures);
	if (!err)
		err = fb_triage_find_families(groups);
	if (!err && triage->context->options.json)
		return print_json(triage, groups, failures);
	if (!err)
		err = print_text(triage, groups, failures);
	json_decref(groups);
	json_decref(failures);
	return err;
}

static struct fb_error *member_row(struct fb_table *table, const json_t *member)
{
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      date_of(json_object_get(member, "crash_time")).text);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      *text_of(member, "host") ? text_of(member, "host") : "-");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", text_of(member, "release"));
	FB_TABLE_CELL(err, table, FB_STYLE_BAD, "%s", text_of(member, "kind"));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      *text_of(member, "comm") ? text_of(member, "comm") : "-");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", text_of(member, "state"));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", text_of(member, "path"));
	return err;
}

static struct fb_error *print_members(struct fb_output *output, const json_t *members)
{
	static const struct fb_column columns[] = {
		{"CRASHED", FB_LEFT}, {"HOST", FB_LEFT},  {"KERNEL", FB_LEFT}, {"KIND", FB_LEFT},
		{"THREAD", FB_LEFT},  {"STATE", FB_LEFT}, {"DUMP", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member) if (!err) err = member_row(table, member);
	if (!err)
		fb_table_print(table, output);
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_triage_show_group(struct fb_triage *triage)
{
	json_t *members = NULL, *answer;
	struct fb_error *err = fb_triage_store_members(triage->store, triage->group, &members);

	if (err)
		return err;
	if (!json_array_size(members)) {
		json_decref(members);
		return fb_error_create(
			FB_NOT_FOUND,
			"%s: no dump has a signature that begins with %s: `fbundle triage "
			"--db FILE` lists them",
			triage->database, triage->group);
	}
	if (triage->context->options.json) {
		answer = json_object();
		json_object_set_new(answer, "group", json_string(triage->group));
		json_object_set_new(answer, "members", members);
		return fb_json_print("triage", answer, triage->context->warnings);
	}
	err = print_members(triage->context->output, members);
	json_decref(members);
	return err;
}
