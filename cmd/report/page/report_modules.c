// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section on the kernel's modules, with those that taint the kernel first.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

static void add_row(struct fb_html *html, const struct fb_module *module, const char *flags)
{
	size_t length = strlen(module->used_by); /* a comma ends each name */
	char size[32];

	fb_html_row(html, *flags ? "warn" : NULL);
	fb_html_cell(html, NULL, "%s", module->name);
	fb_html_cell(html, NULL, "%s", flags);
	fb_html_cell(html, NULL, "%s", fb_module_state_name(module->state));
	if (module->base) {
		fb_html_cell(html, "n", "%s", fb_text_size(module->size, size, sizeof(size)));
		fb_html_cell(html, "code", "%016" PRIx64, module->base);
	} else { /* its name is all that is known */
		fb_html_cell(html, "n", "?");
		fb_html_cell(html, "code", "?");
	}
	fb_html_cell(html, "how", "%.*s", (int)(length ? length - 1 : 0), module->used_by);
	fb_html_row_end(html);
}

void fb_report_modules(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Module", FB_LEFT}, {"Taints", FB_LEFT},  {"State", FB_LEFT},
		{"Size", FB_RIGHT},  {"Address", FB_LEFT}, {"Used by", FB_LEFT},
	};
	size_t count = report->modules ? fb_modules_count(report->modules) : 0;

	fb_html_section(&report->html, "modules", "Modules",
			"Those that taint the kernel first: P proprietary, O out of tree, E "
			"unsigned, C staging, F forced.");
	if (!report->modules)
		fb_html_element(&report->html, "p", "warn", "They cannot be read from this dump.");
	else if (!count)
		fb_html_element(&report->html, "p", NULL, "None is loaded.");
	if (count)
		fb_html_table(&report->html, "dense", columns, FB_ARRAY_SIZE(columns));
	for (int tainting = 1; tainting >= 0; tainting--)
		for (size_t i = 0; i < count; i++) {
			const struct fb_module *module = fb_modules_get(report->modules, i);
			char flags[32];

			fb_module_flags(module, flags, sizeof(flags));
			if ((*flags != '\0') == tainting)
				add_row(&report->html, module, flags);
		}
	if (count)
		fb_html_table_end(&report->html);
	fb_html_section_end(&report->html);
}
