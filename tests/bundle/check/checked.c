// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/check/checked.h"

#include "base/buf.h"
#include "tests/harness.h"

void checked_begin(struct checked *checked)
{
	memset(checked, 0, sizeof(*checked));
	made_waits_begin(&checked->made);
	checked->check = (struct fb_check){
		.kernel = &checked->made.made->kernel,
		.tasks = &checked->made.tasks,
		.findings = &checked->findings,
		.options = &checked->options,
	};
}

void checked_end(struct checked *checked)
{
	fb_findings_deinit(&checked->findings);
	made_waits_end(&checked->made);
}

static void add(struct fb_buf *text, const struct fb_finding *finding)
{
	FB_OK_FATAL(fb_buf_printf(text, "%s %s %s: %s\n", fb_weight_name(finding->weight),
				  finding->kind, finding->command, finding->text));
	for (size_t i = 0; i < finding->evidence_count; i++)
		FB_OK_FATAL(fb_buf_printf(text, "\t%s\n", finding->evidence[i]));
	if (finding->evidence_left)
		FB_OK_FATAL(fb_buf_printf(text, "\t+%zu\n", finding->evidence_left));
}

void checked_expect(const struct checked *checked, const char *expected)
{
	struct fb_buf text;

	fb_buf_init(&text, 1u << 20);
	for (size_t i = 0; i < checked->findings.count; i++)
		add(&text, &checked->findings.findings[i]);
	FB_OK_FATAL(fb_buf_append(&text, "", 1));
	CU_ASSERT_STRING_EQUAL(text.data, expected);
	if (strcmp((const char *)text.data, expected) != 0)
		printf("found:\n%sexpected:\n%s", (const char *)text.data, expected);
	fb_buf_deinit(&text);
}
