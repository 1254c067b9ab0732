// SPDX-License-Identifier: GPL-2.0-or-later
/* The manifest of a bundle, each member of it. */
#include "bundle/merge/merge_manifest.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"

enum { GCORE, KERNEL, UNKNOWN, CORES };

static struct fb_task task = {.pid = 17};

static const struct fb_page_counts counts[CORES] = {
	{.total = 15, .same = 1, .filled = 2, .unplaced = 4, .differ = 8},
	{.total = 3},
	{.total = 0}};
static const struct fb_placement placement = {
	.placed_count = 5, .counts = (struct fb_page_counts *)counts, .conflicts = 6};

/* What the above has to become, but for the kinds of core. */
#define PAGES(total, same, filled, unplaced, differ)                             \
	"\"pages\":{\"total\":" #total ",\"same\":" #same ",\"filled\":" #filled \
	",\"unplaced\":" #unplaced ",\"differ\":" #differ "}}"
/* clang-format off */
#define CORES_JSON                                                                                              \
	"\"cores\":["                                                                                           \
	"{\"path\":\"there/core.g\",\"kind\":\"gcore\",\"pid\":17,\"comm\":\"victim\",\"threads\":2,"           \
	"\"truncated\":false,\"match\":{\"verdict\":\"certain\",\"pid\":17,\"evidence\":"                       \
	"[\"a\",\"b\\\\x01\"]},\"taken_before_panic_s\":1.5," PAGES(15, 1, 2, 4, 8) ","                         \
	"{\"path\":\"core.k\",\"kind\":\"kernel\",\"pid\":18,\"comm\":\"k\",\"threads\":1,"                     \
	"\"truncated\":true,\"match\":{\"verdict\":\"likely\",\"pid\":17,\"evidence\":[\"c\"]},"                \
	"\"taken_before_panic_s\":-2.0," PAGES(3, 0, 0, 0, 0) ","                                               \
	"{\"path\":\"there/core.u\",\"kind\":\"unknown\",\"pid\":null,\"comm\":null,\"threads\":0,"             \
	"\"truncated\":false,\"match\":{\"verdict\":\"none\",\"pid\":null,\"evidence\":[]},"                    \
	"\"taken_before_panic_s\":null," PAGES(0, 0, 0, 0, 0) "]"
/* clang-format on */
#define WHOLE_JSON "{" CORES_JSON ",\"pages_added\":5,\"conflicts\":6"
#define OF_MANIFEST ",\"schema\":1,\"fbundle\":\"" FB_VERSION "\",\"redacted\":"

static struct fb_core *open_core(struct make_core *make, const char *path, size_t cut)
{
	struct fb_core *core = NULL;
	struct fb_file *file = make_file(make, path);

	file->size -= cut;
	FB_OK_FATAL(fb_core_open_file(file, NULL, &core));
	return core;
}

static void make_cores(struct fb_input_core *cores)
{
	static const uint8_t page[FB_PAGE_SIZE] = {1};
	struct make_core gcore = {.layout = MAKE_GCORE}, kernel = {.layout = MAKE_KERNEL};
	struct make_core unknown = {.layout = MAKE_KERNEL};

	memset(cores, 0, CORES * sizeof(*cores));
	make_thread(&gcore, 17, 0, 0x401000);
	make_psinfo(&gcore, 17, "victim", "victim");
	make_thread(&gcore, 18, 0, 0x401000);
	make_note(&gcore, "GDB", 0xff000000, "<target/>", 10);
	cores[GCORE].core = open_core(&gcore, "there/core.g", 0);
	cores[GCORE].match = (struct fb_match){.verdict = FB_VERDICT_CERTAIN,
					       .task = &task,
					       .evidence = {(char *)"a", (char *)"b\x01"},
					       .evidence_count = 2,
					       .taken_before_panic_s = 1.5};
	make_thread(&kernel, 18, SIGSEGV, 0x401000);
	make_psinfo(&kernel, 18, "k", "k");
	make_segment(&kernel, 0x400000, sizeof(page), page, sizeof(page), PF_R);
	cores[KERNEL].core = open_core(&kernel, "there/core.k", 1);
	cores[KERNEL].from_bundle = true;
	cores[KERNEL].match = (struct fb_match){.verdict = FB_VERDICT_LIKELY,
						.task = &task,
						.evidence = {(char *)"c"},
						.evidence_count = 1,
						.taken_before_panic_s = -2};
	make_segment(&unknown, 0x400000, sizeof(page), page, sizeof(page), PF_R);
	cores[UNKNOWN].core = open_core(&unknown, "there/core.u", 0);
	cores[UNKNOWN].match.taken_before_panic_s = NAN;
}

static void destroy_cores(struct fb_input_core *cores)
{
	for (size_t i = 0; i < CORES; i++)
		fb_core_destroy(cores[i].core);
}

/* Takes over value. */
static void expect(json_t *value, const char *wanted)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(6));

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	if (strcmp(text, wanted) != 0)
		printf("\n    %s", text);
	free(text);
	json_decref(value);
}

static struct fb_error *ask_for_all(void *context)
{
	json_t *value = fb_merge_json(context, CORES, &placement);

	json_decref(value);
	return value ? NULL : fb_error_nomem();
}

static void tells_all_of_each_core(void)
{
	struct fb_input_core cores[CORES];

	make_cores(cores);
	expect(fb_merge_json(cores, CORES, &placement), WHOLE_JSON "}");
	expect(fb_merge_cores_json(cores, 0, NULL), "[]");
	(void)failing_memory_must_pass(ask_for_all, cores, NULL, 1000, 0);
	destroy_cores(cores);
}

struct making {
	struct sample_input sample;
	struct fb_input_core cores[CORES];
	bool redact;
	json_t *stacks, *manifest;
	char *text;
};

static struct fb_error *make_manifest(void *context)
{
	struct making *making = context;
	struct fb_error *err;

	json_decref(making->manifest);
	free(making->text);
	making->manifest = NULL;
	making->text = NULL;
	err = fb_merge_manifest(making->sample.input, making->cores, CORES, &placement,
				making->redact, making->stacks, &making->manifest);
	return err ? err
		   : fb_merge_manifest_text(making->manifest, making->sample.warnings,
					    &making->text);
}

/* Stacks are kept in one without memory only, and stay the caller's. */
static void tells_what_was_redacted(void)
{
	static const char *const none[] = {NULL};
	struct making making = {.stacks = json_pack("[{s:i}]", "tid", 7)};

	make_cores(making.cores);
	sample_open(&making.sample, none);
	FB_OK_FATAL(make_manifest(&making));
	expect(json_incref(making.manifest), WHOLE_JSON OF_MANIFEST "false}");
	making.redact = true;
	(void)failing_memory_must_pass(make_manifest, &making, NULL, 1000, 0);
	FB_OK_FATAL(make_manifest(&making));
	expect(json_incref(making.manifest),
	       WHOLE_JSON OF_MANIFEST "true,\"threads\":[{\"tid\":7}]}");
	CU_ASSERT_PTR_NOT_NULL(strstr(making.text, "\"threads\":[{\"tid\":7}]"));
	CU_ASSERT_EQUAL(making.stacks->refcount, 1);
	for (int tid = 8; tid < 40; tid++) /* more than an array has room for at first */
		json_array_append_new(making.stacks, json_pack("{s:i}", "tid", tid));
	(void)failing_memory_must_pass(make_manifest, &making, NULL, 0, 60);
	FB_OK_FATAL(make_manifest(&making));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(making.manifest, "threads")), 33);
	json_decref(making.stacks);
	making.stacks = NULL;
	FB_OK_FATAL(make_manifest(&making));
	expect(json_incref(making.manifest), WHOLE_JSON OF_MANIFEST "true}");
	CU_ASSERT_EQUAL(fb_warnings_count(making.sample.warnings), 0);
	free(making.text);
	json_decref(making.manifest);
	destroy_cores(making.cores);
	sample_close(&making.sample);
}

FB_TEST_MAIN("bundle/merge_manifest", FB_TEST(tells_all_of_each_core),
	     FB_TEST(tells_what_was_redacted))
