// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks for modules that do not come with the kernel, whose faults its developers cannot judge. Called by check.c. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/check/checks.h"
#include "kernel/modules/module.h"

static struct fb_error *check_list(const struct fb_check *check, const struct fb_modules *modules)
{
	struct fb_finding *finding = NULL;
	struct fb_error *err = NULL;
	size_t foreign = 0;

	for (size_t i = 0; i < fb_modules_count(modules); i++)
		foreign += fb_modules_get(modules, i)->taints != 0;
	if (foreign)
		err = fb_findings_add(check->findings, FB_WEIGHT_NOTABLE, "foreign-modules", "mods",
				      &finding, "%zu module%s tainted the kernel", foreign,
				      foreign == 1 ? "" : "s");
	for (size_t i = 0; i < fb_modules_count(modules) && foreign && !err; i++) {
		const struct fb_module *module = fb_modules_get(modules, i);
		char name[4 * FB_MODULE_NAME], flags[32];

		if (!module->taints)
			continue;
		fb_text_escape(module->name, strnlen(module->name, sizeof(module->name)), name,
			       sizeof(name));
		fb_module_flags(module, flags, sizeof(flags));
		err = fb_finding_evidence(finding, "%s (%s)", name, flags);
	}
	return err;
}

struct fb_error *fb_check_modules(struct fb_check *check)
{
	struct fb_modules *modules;
	struct fb_error *err;

	if (check->options->modules)
		return check_list(check, check->options->modules);
	err = fb_modules_load(check->kernel, &modules);
	if (err)
		return err;
	err = check_list(check, modules);
	fb_modules_destroy(modules);
	return err;
}
