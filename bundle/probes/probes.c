// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up every row of the layout's tables and of probe_table.h in a kernel. Called by the command info.
 */
#include "bundle/probes/probes.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/probes/probes_private.h"
#include "kernel/modules/module_types.h"
#include "kernel/nfs/rpc_layout.h"

#define MOST_NAMES 4u

/* A row of probe_table.h. */
struct row {
	enum fb_probe_kind kind;
	const char *module, *type; /* NULL: none */
	const char *label;
	const char *names[MOST_NAMES]; /* newest first, NULL behind the last */
	const char *cost; /* not NULL: those that follow have this cost; the rest is empty */
};

#define FIRST_NAME(first, ...) first
#define FB_PART(text) {.cost = (text)},
#define FB_SYMBOL(...) \
	{.kind = FB_PROBE_SYMBOL, .label = FIRST_NAME(__VA_ARGS__, ), .names = {__VA_ARGS__}},
#define FB_ENUMERATOR(in, ...)                              \
	{.kind = FB_PROBE_ENUMERATOR,                       \
	 .type = (in),                                      \
	 .label = "enum " in "." FIRST_NAME(__VA_ARGS__, ), \
	 .names = {__VA_ARGS__}},
#define FB_MEMBER(of, in, ...)                      \
	{.kind = FB_PROBE_MEMBER,                   \
	 .module = (of),                            \
	 .type = (in),                              \
	 .label = in "." FIRST_NAME(__VA_ARGS__, ), \
	 .names = {__VA_ARGS__}},
/* Those of the RPC client and NFS are in a table of their own. */
#define FB_RPC_MEMBER(id, module, type, member) FB_MEMBER(module, type, member)
static const struct row rows[] = {
#include "bundle/probes/probe_table.h"
	FB_PART("file systems mounted by NFS, connections to RPC servers, calls under way")
		FB_RPC_LAYOUT(FB_RPC_MEMBER)};

/* Two parts of the program may look for the same member. */
static bool is_listed(const struct fb_probe_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->probes[i].name, name))
			return true;
	return false;
}

static struct fb_error *add_layout(const struct fb_kernel *kernel, struct fb_probe_list *list)
{
	struct fb_layout_row row;
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && fb_layout_row(fb_kernel_layout(kernel), i, &row); i++) {
		const struct fb_probe probe = {
			.kind = row.is_type ? FB_PROBE_TYPE : FB_PROBE_MEMBER,
			.name = row.name,
			.found = row.found,
			.renamed = row.found && !row.is_type &&
				   strcmp(row.name + strlen(row.type) + 1, row.found) != 0,
			.cost = row.part,
		};

		if (!is_listed(list, row.name))
			err = fb_probe_list_add(list, &probe);
	}
	return err;
}

/* Whether a struct, of the kernel or of a loaded module, has this member. types NULL: nothing is known. */
static struct fb_error *has_member(struct fb_module_types *types, const char *type,
				   const char *name, bool *has_ret)
{
	const struct fb_btf *btf;
	struct fb_btf_member member;
	uint32_t id;
	struct fb_error *err = fb_module_types_find(types, FB_TYPE_STRUCT, type, &btf, &id);

	if (!err)
		*has_ret = fb_btf_has_member(btf, id, name, &member);
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return NULL;
}

static struct fb_error *has(struct fb_kernel *kernel, struct fb_module_types *types,
			    const struct row *row, const char *name, bool *has_ret)
{
	const struct fb_btf *btf = fb_kernel_types(kernel);
	uint64_t address;
	int64_t value;

	if (row->kind == FB_PROBE_SYMBOL)
		*has_ret = fb_kernel_find_symbol(kernel, name, &address);
	else if (row->kind == FB_PROBE_ENUMERATOR)
		*has_ret = btf && fb_btf_enumerator_value(btf, row->type, name, &value);
	else
		return has_member(types, row->type, name, has_ret);
	return NULL;
}

static struct fb_error *add_row(struct fb_kernel *kernel, struct fb_module_types *types,
				const struct row *row, const char *cost, struct fb_probe_list *list)
{
	struct fb_probe probe = {
		.kind = row->kind, .name = row->label, .module = row->module, .cost = cost};
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && !probe.found && i < MOST_NAMES && row->names[i]; i++) {
		bool there = false;

		err = has(kernel, types, row, row->names[i], &there);
		if (there) {
			probe.found = row->names[i];
			probe.renamed = i > 0;
		}
	}
	return err ? err : fb_probe_list_add(list, &probe);
}

static struct fb_error *add_rows(struct fb_kernel *kernel, struct fb_probe_list *list)
{
	struct fb_module_types *types = NULL;
	const char *cost = "";
	struct fb_error *err = fb_module_types_create(kernel, &types);

	for (size_t i = 0; !err && i < FB_ARRAY_SIZE(rows); i++) {
		if (rows[i].cost)
			cost = rows[i].cost;
		else if (!is_listed(list, rows[i].label))
			err = add_row(kernel, types, &rows[i], cost, list);
	}
	fb_module_types_destroy(types);
	return err;
}

struct fb_error *fb_probes_load(struct fb_kernel *kernel, struct fb_modules *modules,
				struct fb_probes *probes_ret)
{
	struct fb_probe_list list = {0};
	struct fb_error *err = add_layout(kernel, &list);

	if (!err)
		err = add_rows(kernel, &list);
	if (!err)
		err = fb_probes_add_functions(kernel, modules, &list);
	if (err) {
		free(list.probes);
		return err;
	}
	fb_probes_explain(modules, &list);
	*probes_ret = (struct fb_probes){.probes = list.probes, .count = list.count};
	for (size_t i = 0; i < list.count; i++) {
		probes_ret->states[list.probes[i].state]++;
		probes_ret->renamed += list.probes[i].renamed;
	}
	return NULL;
}

void fb_probes_deinit(struct fb_probes *probes)
{
	free(probes->probes);
	*probes = (struct fb_probes){0};
}

const char *fb_probe_kind_name(enum fb_probe_kind kind)
{
	static const char *const names[] = {"type", "member", "enumerator", "symbol", "function"};

	_Static_assert(FB_ARRAY_SIZE(names) == FB_PROBE_KINDS, "a name for each kind");
	return names[kind];
}

const char *fb_probe_state_name(enum fb_probe_state state)
{
	static const char *const names[] = {"found", "replaced", "not loaded", "absent", "missing"};

	_Static_assert(FB_ARRAY_SIZE(names) == FB_PROBE_STATES, "a name for each state");
	return names[state];
}
