// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Says why this kernel lacks what was looked for, where that is known. Called by probes.c.
 */
#include <string.h>

#include "bundle/probes/probes_private.h"

#define MOST_ALTERNATIVES 8u

enum reason_kind {
	ONE_OF,
	IN_MODULE,
	WHY, /* of this and what follows the text says why */
	SINCE = WHY,
	GONE,
	OPTION,
	INLINED,
};

struct reason {
	enum reason_kind kind;
	const char *names[MOST_ALTERNATIVES]; /* NULL behind the last */
	const char *text;                     /* why, or the module */
};

#define FB_ONE_OF(...) {ONE_OF, {__VA_ARGS__}, NULL},
#define FB_SINCE(name, why) {SINCE, {name}, why},
#define FB_GONE(name, why) {GONE, {name}, why},
#define FB_OPTION(name, why) {OPTION, {name}, why},
#define FB_INLINED(name, why) {INLINED, {name}, why},
#define FB_IN_MODULE(name, module) {IN_MODULE, {name}, module},
static const struct reason reasons[] = {
#include "bundle/probes/probe_reasons.h"
};

static bool names(const struct reason *reason, const char *name)
{
	for (size_t i = 0; i < MOST_ALTERNATIVES && reason->names[i]; i++)
		if (!strcmp(reason->names[i], name))
			return true;
	return false;
}

const char *fb_probe_module_of(const char *function)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(reasons); i++)
		if (reasons[i].kind == IN_MODULE && names(&reasons[i], function))
			return reasons[i].text;
	return NULL;
}

const char *fb_probe_reason_name(size_t index)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(reasons); i++)
		for (size_t k = 0; k < MOST_ALTERNATIVES && reasons[i].names[k]; k++)
			if (index-- == 0)
				return reasons[i].names[k];
	return NULL;
}

/* The name that stands for a name's probe, where this kernel has it. */
static const char *found(const struct fb_probe_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->probes[i].found && !strcmp(list->probes[i].name, name))
			return list->probes[i].name;
	return NULL;
}

/* Another function of the same row, whose threads are found. */
static const char *found_of_row(const struct fb_probe_list *list, unsigned row)
{
	for (size_t i = 0; row && i < list->count; i++)
		if (list->probes[i].row == row && list->probes[i].found)
			return list->probes[i].name;
	return NULL;
}

static void find_reasons(const struct fb_probe_list *list, struct fb_probe *probe)
{
	static const char *const sorts[] = {"since", "gone", "option", "inlined"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(reasons); i++) {
		if (reasons[i].kind == IN_MODULE || !names(&reasons[i], probe->name))
			continue;
		if (reasons[i].kind >= WHY) {
			probe->why = reasons[i].text;
			probe->sort = sorts[reasons[i].kind - WHY];
		}
		for (size_t k = 0; reasons[i].kind == ONE_OF && k < MOST_ALTERNATIVES &&
				   reasons[i].names[k] && !probe->instead;
		     k++)
			probe->instead = found(list, reasons[i].names[k]);
	}
	if (!probe->instead)
		probe->instead = found_of_row(list, probe->row);
}

void fb_probes_explain(struct fb_modules *modules, struct fb_probe_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct fb_probe *probe = &list->probes[i];

		if (probe->found) {
			probe->state = FB_PROBE_FOUND;
			continue;
		}
		find_reasons(list, probe);
		if (probe->instead)
			probe->state = FB_PROBE_REPLACED;
		else if (probe->module && modules && !fb_modules_by_name(modules, probe->module))
			probe->state = FB_PROBE_UNLOADED;
		else
			probe->state = probe->why ? FB_PROBE_EXPLAINED : FB_PROBE_MISSING;
	}
}
