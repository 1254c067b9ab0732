// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of findings: its order, and how much evidence it keeps. */
#include "bundle/check/finding.h"

#include "base/limits.h"
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

static void puts_the_gravest_first(void)
{
	struct checked c;
	struct fb_findings *list = &c.findings;

	checked_begin(&c);
	FB_OK_FATAL(fb_findings_add(list, FB_WEIGHT_NOTABLE, "a", "log", NULL, "first"));
	FB_OK_FATAL(fb_findings_add(list, FB_WEIGHT_SERIOUS, "b", "mem", NULL, "second"));
	FB_OK_FATAL(fb_findings_add(list, FB_WEIGHT_GRAVE, "c", "waits", NULL, "third"));
	FB_OK_FATAL(fb_findings_add(list, FB_WEIGHT_SERIOUS, "d", "mem", NULL, "number %d", 4));
	FB_OK_FATAL(fb_findings_add(list, FB_WEIGHT_GRAVE, "e", "waits", NULL, "fifth"));
	fb_findings_sort(list);
	checked_expect(&c, "grave c waits: third\n"
			   "grave e waits: fifth\n"
			   "serious b mem: second\n"
			   "serious d mem: number 4\n"
			   "notable a log: first\n");
	checked_end(&c);
}

static void keeps_some_evidence_and_counts_the_rest(void)
{
	struct checked c;
	struct fb_finding *finding = NULL;

	checked_begin(&c);
	FB_OK_FATAL(fb_findings_add(&c.findings, FB_WEIGHT_GRAVE, "a", "log", &finding, "many"));
	for (unsigned i = 1; i <= FB_MOST_EVIDENCE + 2; i++)
		FB_OK_FATAL(fb_finding_evidence(finding, "line %u", i));
	checked_expect(&c, "grave a log: many\n"
			   "\tline 1\n\tline 2\n\tline 3\n\tline 4\n\tline 5\n\tline 6\n\t+2\n");
	checked_end(&c);
}

static void has_a_limit(void)
{
	struct checked c;

	checked_begin(&c);
	for (size_t i = 0; i < FB_MAX_FINDINGS; i++)
		FB_OK_FATAL(fb_findings_add(&c.findings, FB_WEIGHT_GRAVE, "a", "log", NULL, "x"));
	FB_FAILS(fb_findings_add(&c.findings, FB_WEIGHT_GRAVE, "a", "log", NULL, "x"), FB_LIMIT);
	CU_ASSERT_EQUAL(c.findings.count, FB_MAX_FINDINGS);
	checked_end(&c);
}

FB_TEST_MAIN("bundle/finding", FB_TEST(puts_the_gravest_first),
	     FB_TEST(keeps_some_evidence_and_counts_the_rest), FB_TEST(has_a_limit))
