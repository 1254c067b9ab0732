/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small sample of the source tree as an input, with some of its cores. */
#ifndef FB_TESTS_BUNDLE_SAMPLE_INPUT_H
#define FB_TESTS_BUNDLE_SAMPLE_INPUT_H

#include "bundle/input/input.h"

struct sample_input {
	struct fb_warnings *warnings;
	struct fb_input *input;
};

/* Opens the dump of samples/small; cores: names in that folder or absolute paths, NULL behind the last. */
void sample_open(struct sample_input *sample, const char *const *cores);
/* Opens a bundle of the two, made below the test's folder. */
void sample_open_bundle(struct sample_input *bundle, const char *const *cores);
void sample_close(struct sample_input *sample);
/* The path of a file of the sample; the caller frees it. */
char *sample_path(const char *name);
/* Number of warnings that hold text. */
size_t sample_warnings(const struct sample_input *sample, const char *text);
/* The task of a PID, or the test ends. */
const struct fb_task *sample_task(struct sample_input *sample, int32_t pid);
/* A number behind KEY= in the line of waits.txt that begins so; hexadecimal with 0x. */
uint64_t sample_number(const char *line, const char *key);

#endif
