// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle triage: examines many dumps, keeps what it finds in a database, and groups crashes that are the same.
 */
#include "cmd/triage/triage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTION_DB = 0x200,
	OPTION_SHARE,
	OPTION_JOIN,
	OPTION_TIMEOUT,
	OPTION_MEMORY,
	OPTION_RETRY,
};

#define MOST_SHARES 100000u
#define DEFAULT_SECONDS 300u
#define MOST_SECONDS 86400u
#define DEFAULT_MEMORY_MIB 2048u
#define MOST_MEMORY_MIB (1u << 20)
#define MIB 1048576u

static const struct argp_option triage_options[] = {
	{"db", OPTION_DB, "FILE", 0, "the database, which is made where there is none", 0},
	{"level", 'l', "WHICH", 0,
	 "group by the signature kind, place, top or stack (default: top)", 0},
	{"group", 'g', "TEXT", 0, "list the dumps of the group with this signature", 0},
	{"share", OPTION_SHARE, "SHARE", 0,
	 "examine only a part of the dumps: K/N is the K-th of N", 0},
	{"join", OPTION_JOIN, NULL, 0, "add what other databases have: the arguments are these", 0},
	{"retry", OPTION_RETRY, NULL, 0, "try dumps again that could not be read", 0},
	{"timeout", OPTION_TIMEOUT, "N", 0, "give a dump up after N seconds (default: 300)", 0},
	{"memory", OPTION_MEMORY, "N", 0, "most memory for one dump, in MiB (default: 2048)", 0},
	{0},
};

/* A number from 1 to most; the program ends where text is none. */
static unsigned parse_number(const char *option, const char *text, unsigned most)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < 1 || value > most)
		fb_usage_error("triage", "%s takes a number from 1 to %u", option, most);
	return (unsigned)value;
}

static void parse_share(struct fb_triage *triage, char *text)
{
	char *slash = strchr(text, '/');

	if (!slash)
		fb_usage_error("triage", "--share takes K/N, such as 3/16");
	*slash = '\0';
	triage->shares = parse_number("--share", slash + 1, MOST_SHARES);
	triage->share = parse_number("--share", text, triage->shares);
}

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct fb_triage *triage = own;

	switch (key) {
	case OPTION_DB:
		triage->database = arg;
		return 0;
	case 'l':
		if (!fb_signature_level_parse(arg, &triage->level))
			fb_usage_error("triage", "--level takes kind, place, top or stack");
		return 0;
	case 'g':
		triage->group = arg;
		return 0;
	case OPTION_SHARE:
		parse_share(triage, arg);
		return 0;
	case OPTION_JOIN:
		triage->join = true;
		return 0;
	case OPTION_RETRY:
		triage->retry = true;
		return 0;
	case OPTION_TIMEOUT:
		triage->seconds = parse_number("--timeout", arg, MOST_SECONDS);
		return 0;
	case OPTION_MEMORY:
		triage->memory = (uint64_t)parse_number("--memory", arg, MOST_MEMORY_MIB) * MIB;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Examine all dumps below a folder; a further run examines only new ones",
	 "fbundle triage --db triage.db .", false},
	{"What crashes most, and since when?", "fbundle triage --db triage.db", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "[INPUT...]",
	.doc = "Examines many dumps, each in a process of its own on all CPUs, keeps in a database what happened to "
	       "which host, and groups crashes that are the same. INPUT is a dump, a folder with dumps at any depth, or "
	       "a list of such, one a line; without it the database is shown.",
	.no_input = true,
	.most_arguments = FB_TRIAGE_MAX_DUMPS,
	.options = triage_options,
	.parse = parse,
	.examples = examples,
};

static void check_usage(const struct fb_triage *triage)
{
	const size_t inputs = triage->context->arg_count;

	if (!triage->database)
		fb_usage_error("triage", "--db FILE is missing: the database of the dumps");
	fb_check_output_name("triage", triage->database);
	if (triage->group && inputs)
		fb_usage_error("triage", "--group shows what the database has: it takes no INPUT");
	if (triage->group && !*triage->group)
		fb_usage_error("triage", "--group takes a signature, or its beginning");
	if (triage->join && !inputs)
		fb_usage_error("triage", "--join takes databases as arguments");
	if (triage->join && triage->shares)
		fb_usage_error("triage", "--join takes whole databases: it excludes --share");
}

static struct fb_error *join(struct fb_triage *triage, const struct fb_path_list *databases)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < databases->count && !err; i++) {
		struct fb_triage_store *other = NULL;

		err = fb_triage_load(triage, databases->list[i], false, &other);
		if (!err)
			err = fb_triage_store_join(triage->store, other);
		fb_triage_store_destroy(other);
	}
	return err ? err : fb_triage_save(triage);
}

static struct fb_error *examine(struct fb_triage *triage, const struct fb_path_list *inputs)
{
	struct fb_triage_dumps dumps = {0};
	struct fb_error *err = fb_triage_find(triage, inputs, &dumps);

	if (!err && !dumps.count && !triage->shares)
		err = fb_error_create(
			FB_NOT_FOUND,
			"no dump among the arguments: files of a folder are taken by their names "
			"(dump.*, vmcore*, *.fbundle), others where they are given themselves");
	if (!err)
		err = fb_triage_examine(triage, &dumps);
	fb_triage_dumps_deinit(&dumps);
	if (!err && triage->failed)
		fb_warn(triage->context->warnings,
			"%zu dump%s could not be read: the list says why", triage->failed,
			triage->failed == 1 ? "" : "s");
	if (!err && triage->left)
		fb_warn(triage->context->warnings,
			"ended early: %zu dump%s left, which the same command goes on with",
			triage->left, triage->left == 1 ? " is" : "s are");
	return err;
}

static struct fb_error *run_confined(struct fb_triage *triage, const struct fb_path_list *inputs)
{
	struct fb_error *err =
		fb_triage_load(triage, triage->database, inputs->count > 0, &triage->store);

	if (!err && triage->join)
		err = join(triage, inputs);
	else if (!err && inputs->count)
		err = examine(triage, inputs);
	if (!err)
		err = triage->group ? fb_triage_show_group(triage) : fb_triage_show_groups(triage);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_triage triage = {
		.context = context,
		.level = FB_SIGNATURE_TOP,
		.seconds = DEFAULT_SECONDS,
		.memory = (uint64_t)DEFAULT_MEMORY_MIB * MIB,
	};
	struct fb_path_list inputs = {0};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &triage);
	check_usage(&triage);
	err = fb_context_output(context);
	if (!err)
		err = fb_sqlite_load(&triage.sqlite);
	if (!err)
		err = fb_triage_expand(&triage, &inputs);
	if (!err && context->arg_count && !inputs.count)
		err = fb_error_create(FB_NOT_FOUND, "the lists have no line");
	context->reads = (const char *const *)inputs.list;
	context->read_count = inputs.count;
	/* Without arguments the database is only read. */
	if (inputs.count) {
		context->writes = triage.database;
		context->writes_many = true;
	} else {
		context->reads = &triage.database;
		context->read_count = 1;
	}
	if (!err)
		err = fb_context_confine(context);
	if (!err)
		err = run_confined(&triage, &inputs);
	fb_triage_store_destroy(triage.store);
	fb_path_list_deinit(&inputs);
	return err;
}

const struct fb_command fb_command_triage = {
	.name = "triage",
	.summary = "many dumps in a database, grouped by what happened",
	.run = run,
	.usage = &usage,
	.apart = true,
};
