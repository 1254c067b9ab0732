/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF made of the input: what the check lets through must stand every query.
 * The first half of some inputs is also taken as the base of the second, and all are read in parts too.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Queries per input, so that many types do not make it slow. */
#define MAX_ASKED 512u

static void ask_type(const struct fb_btf *btf, uint32_t id)
{
	struct fb_btf_member member;
	const char *name;
	uint64_t bytes;
	int64_t value;
	uint32_t found;
	char text[80];

	fb_error_destroy(fb_btf_sizeof(btf, id, &bytes));
	fb_error_destroy(fb_btf_find(btf, fb_btf_kind(btf, id), fb_btf_name(btf, id), &found));
	(void)fb_btf_spell(btf, id, text, sizeof(text));
	(void)fb_btf_spell(btf, fb_btf_target(btf, fb_btf_strip(btf, id)), text, sizeof(text));
	(void)fb_btf_is_signed(btf, id);
	(void)fb_btf_is_bool(btf, id);
	(void)fb_btf_is_char(btf, id);
	for (uint32_t i = 0; i < fb_btf_length(btf, id) && i < 8; i++) {
		fb_btf_enumerator(btf, id, i, &name, &value);
		fb_btf_member(btf, id, i, &member);
		fb_error_destroy(fb_btf_find_member(btf, id, member.name, &member));
	}
	fb_error_destroy(fb_btf_find_member(btf, id, "a[1].next.b", &member));
}

static void ask(const struct fb_btf *btf)
{
	uint32_t count = fb_btf_count(btf);

	for (uint32_t id = 0; id <= count + 1 && id < MAX_ASKED; id++)
		ask_type(btf, id);
}

/* NULL where it is no BTF. */
static struct fb_btf *load(const uint8_t *data, size_t size, const struct fb_btf *base)
{
	struct fb_btf *btf = NULL;
	void *copy = malloc(size + 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	fb_error_destroy(fb_btf_adopt(copy, size, base, &btf));
	return btf;
}

/* The queries that are allowed while types are left. */
static void ask_part(const struct fb_btf *btf)
{
	uint32_t count = fb_btf_count(btf);

	for (uint32_t id = 1; id <= count && id < MAX_ASKED; id++) {
		struct fb_btf_member member;
		uint64_t bytes;
		uint32_t found;

		fb_error_destroy(
			fb_btf_find(btf, fb_btf_kind(btf, id), fb_btf_name(btf, id), &found));
		fb_error_destroy(fb_btf_sizeof(btf, id, &bytes));
		(void)fb_btf_strip(btf, id);
		if (!fb_btf_is_read(btf, id))
			continue;
		for (uint32_t i = 0; i < fb_btf_length(btf, id) && i < 8; i++) {
			fb_btf_member(btf, id, i, &member);
			(void)fb_btf_has_member(btf, id, member.name, &member);
		}
	}
}

/* The bytes that are read end where the input does, so that the sanitizer sees what is read beyond. */
struct input {
	const uint8_t *data;
	size_t size;
};

static struct fb_error *read_input(void *context, uint64_t offset, void *to, size_t size)
{
	const struct input *input = context;

	if (offset > input->size || size > input->size - offset)
		abort();
	memcpy(to, input->data + offset, size);
	return NULL;
}

/* What is accepted in parts is accepted as a whole, and the other way round. */
static void read_in_parts(const uint8_t *data, size_t size, bool accepted)
{
	struct input input = {data, size};
	const struct fb_btf_source source = {read_input, &input};
	struct fb_btf *btf = NULL;
	struct fb_error *err = fb_btf_open(&source, size, &btf);

	while (!err && !fb_btf_is_whole(btf)) {
		err = fb_btf_extend(btf, false);
		if (!err)
			ask_part(btf);
	}
	if (!err != accepted)
		abort();
	if (!err)
		ask(btf);
	fb_error_destroy(err);
	fb_btf_destroy(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_btf *base = load(data, size, NULL);
	struct fb_btf *btf = load(data + size / 2, size - size / 2, base);

	read_in_parts(data, size, base != NULL);
	if (base)
		ask(base);
	if (btf)
		ask(btf);
	fb_btf_destroy(btf);
	/* As split BTF, the same types again. */
	btf = base ? load(data, size, base) : NULL;
	if (btf)
		ask(btf);
	fb_btf_destroy(btf);
	fb_btf_destroy(base);
	return 0;
}
