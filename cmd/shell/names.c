// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists symbols, types, members and processes by the beginning of their names. Called in a child of the reader. */
#include "cmd/shell/names.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/shared/output.h"
#include "kernel/tasks/task.h"

#define MAX_NAME 255u
/* Anonymous structs and unions within each other. */
#define MAX_DEPTH 16u

const char *const fb_names_words[FB_NAMES_COUNT] = {"symbols", "types", "members", "pids"};

struct listing {
	const struct fb_btf *types;
	const char *prefix;
	size_t length; /* of prefix */
	size_t count;
};

bool fb_names_good(const char *text, size_t length)
{
	if (!length || length > MAX_NAME || *text == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && (!text[i] || !strchr("_.-:", text[i])) &&
		    (text[i] != '>' || !i || text[i - 1] != '-'))
			return false;
	return true;
}

/* before: what stands before the name in the word that is completed. */
static void list(struct listing *listing, const char *before, const char *name)
{
	char text[2 * MAX_NAME + 1];
	const int length = snprintf(text, sizeof(text), "%s%s", before, name);

	if (listing->count >= FB_MAX_NAMES || !*name || length >= (int)sizeof(text) ||
	    strncmp(text, listing->prefix, listing->length) != 0 ||
	    !fb_names_good(text, (size_t)length))
		return;
	fb_put("%s\n", text);
	listing->count++;
}

static struct fb_error *list_symbols(struct listing *listing, struct fb_input *input)
{
	const struct fb_symtab *symbols = fb_kernel_symbols(fb_input_kernel(input));
	const size_t count = symbols ? fb_symtab_count(symbols) : 0;
	struct fb_symbol symbol;

	for (size_t i = 0; i < count; i++) {
		fb_symtab_get(symbols, i, &symbol);
		list(listing, "", symbol.name);
	}
	return NULL;
}

static void list_types(struct listing *listing)
{
	const uint32_t count = listing->types ? fb_btf_count(listing->types) : 0;

	for (uint32_t id = 1; id <= count; id++)
		switch (fb_btf_kind(listing->types, id)) {
		case FB_TYPE_STRUCT:
		case FB_TYPE_UNION:
		case FB_TYPE_ENUM:
		case FB_TYPE_ENUM64:
		case FB_TYPE_TYPEDEF:
			list(listing, "", fb_btf_name(listing->types, id));
			break;
		default:
			break;
		}
}

/* The struct or union that a type is, or points to; 0: neither. */
static uint32_t with_members(const struct fb_btf *types, uint32_t id)
{
	enum fb_type_kind kind;

	id = fb_btf_strip(types, id);
	while (fb_btf_kind(types, id) == FB_TYPE_ARRAY)
		id = fb_btf_strip(types, fb_btf_target(types, id));
	if (fb_btf_kind(types, id) == FB_TYPE_POINTER)
		id = fb_btf_strip(types, fb_btf_target(types, id));
	kind = fb_btf_kind(types, id);
	return kind == FB_TYPE_STRUCT || kind == FB_TYPE_UNION ? id : 0;
}

static void list_members(struct listing *listing, uint32_t id, const char *before, unsigned depth)
{
	const uint32_t count = id && depth < MAX_DEPTH ? fb_btf_length(listing->types, id) : 0;
	struct fb_btf_member member;

	for (uint32_t i = 0; i < count && listing->count < FB_MAX_NAMES; i++) {
		fb_btf_member(listing->types, id, i, &member);
		if (*member.name)
			list(listing, before, member.name);
		else
			list_members(listing, with_members(listing->types, member.type), before,
				     depth + 1);
	}
}

static uint32_t find_type(const struct fb_btf *types, const char *name)
{
	static const enum fb_type_kind kinds[] = {FB_TYPE_STRUCT, FB_TYPE_UNION, FB_TYPE_TYPEDEF};
	uint32_t id;

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		struct fb_error *err = fb_btf_find(types, kinds[i], name, &id);

		if (!err)
			return with_members(types, id);
		fb_error_destroy(err);
	}
	return 0;
}

/* Bytes of what parts two members, "." or "->"; 0: something else. */
static size_t sign_length(const char *at)
{
	return *at == '.' ? 1 : strncmp(at, "->", 2) == 0 ? 2 : 0;
}

/* The next such sign; NULL: there is none. */
static const char *find_sign(const char *at)
{
	while (*at && !sign_length(at))
		at++;
	return *at ? at : NULL;
}

/* Follows the prefix up to its last sign: ".mm->pg" lists the members of what mm points to. Where no type is given, the
 * prefix begins with it: "task_struct.mm->pg". */
static void list_members_of(struct listing *listing, const char *type)
{
	const char *at = find_sign(listing->prefix), *end;
	char before[MAX_NAME + 2], name[MAX_NAME + 1];
	struct fb_btf_member member;
	uint32_t id;

	if (!at || listing->length > MAX_NAME || !listing->types ||
	    (*type && at != listing->prefix))
		return;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(at - listing->prefix), listing->prefix);
	id = find_type(listing->types, *type ? type : name);
	at += sign_length(at);
	while (id && (end = find_sign(at))) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(end - at), at);
		id = fb_btf_has_member(listing->types, id, name, &member)
			     ? with_members(listing->types, member.type)
			     : 0;
		at = end + sign_length(end);
	}
	(void)snprintf(before, sizeof(before), "%.*s", (int)(at - listing->prefix),
		       listing->prefix);
	list_members(listing, id, before, 0);
}

static struct fb_error *list_processes(struct listing *listing, struct fb_input *input)
{
	const struct fb_tasks *tasks;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	for (size_t i = 0; !err && i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		char pid[16];

		if (task->idle || task->tid != task->pid)
			continue;
		(void)snprintf(pid, sizeof(pid), "%" PRId32, task->pid);
		list(listing, "", pid);
		/* Of nothing typed, the numbers do. */
		if (listing->length && !task->kernel_thread)
			list(listing, "", task->comm);
	}
	return err;
}

struct fb_error *fb_names_print(struct fb_input *input, enum fb_names names, const char *prefix,
				const char *type)
{
	struct listing listing = {
		.types = fb_kernel_types(fb_input_kernel(input)),
		.prefix = prefix,
		.length = strlen(prefix),
	};

	switch (names) {
	case FB_NAMES_SYMBOLS:
		return list_symbols(&listing, input);
	case FB_NAMES_PIDS:
		return list_processes(&listing, input);
	case FB_NAMES_TYPES:
		list_types(&listing);
		break;
	case FB_NAMES_MEMBERS:
		list_members_of(&listing, type);
		break;
	case FB_NAMES_COUNT:
		break;
	}
	return NULL;
}
