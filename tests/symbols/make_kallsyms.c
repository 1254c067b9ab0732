// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes kallsyms as scripts/kallsyms.c of the kernel does. */
#include "tests/symbols/make_kallsyms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define TABLES_START (IMAGE_START + 0x10ab8) /* a multiple of 8, not of a page */
#define DECOY_START (IMAGE_START + 0x71000)
#define PERCPU_SYMBOLS 3u

#define TOKEN_ROOM 48u
#define LONG_TOKEN "thirty_letters_make_a_long_token"

struct builder {
	struct image *image;
	char tokens[256][TOKEN_ROOM];
	uint64_t at;
};

uint8_t *image_at(struct image *image, uint64_t address)
{
	return image->data + (address - IMAGE_START);
}

static struct fb_error *read_image(struct fb_space *space, uint64_t address, void *to,
				   size_t length)
{
	struct image *image = (struct image *)space;
	uint64_t offset = address - IMAGE_START;

	image->reads++;
	if (address < IMAGE_START || offset >= IMAGE_PAGES * FB_PAGE_SIZE ||
	    length > IMAGE_PAGES * FB_PAGE_SIZE - offset)
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is not mapped", address);
	for (uint64_t page = offset / FB_PAGE_SIZE; page <= (offset + length - 1) / FB_PAGE_SIZE;
	     page++)
		if (image->absent[page])
			return fb_error_create(FB_ABSENT, "page 0x%" PRIx64 " is not in the dump",
					       IMAGE_START + page * FB_PAGE_SIZE);
	memcpy(to, image->data + offset, length);
	return NULL;
}

/* Printable characters but ':' stand for themselves; the rest for pieces of names. */
static void make_tokens(struct builder *builder, const struct recipe *recipe)
{
	static const char *const pieces[] = {"sys_", "__", "dev", "kthread", "init", "t_", "ab"};

	for (unsigned i = 0; i < 256; i++) {
		if (i > ' ' && i < 0x7f && i != ':')
			(void)snprintf(builder->tokens[i], TOKEN_ROOM, "%c", (int)i);
		else if (i < FB_ARRAY_SIZE(pieces))
			(void)snprintf(builder->tokens[i], TOKEN_ROOM, "%s", pieces[i]);
		else
			(void)snprintf(builder->tokens[i], TOKEN_ROOM, "%c%x_", "xyz"[i % 3], i);
	}
	if (recipe->long_token)
		memcpy(builder->tokens[200], LONG_TOKEN, sizeof(LONG_TOKEN));
}

static void make_symbols(struct image *image, const struct recipe *recipe)
{
	image->count = recipe->count + recipe->named_count;
	image->symbols = calloc(image->count, sizeof(*image->symbols));
	if (!image->symbols)
		abort();
	if (recipe->named_count)
		memcpy(image->symbols + recipe->count, recipe->named,
		       recipe->named_count * sizeof(*recipe->named));
	for (size_t i = 0; i < recipe->count; i++) {
		struct made_symbol *symbol = &image->symbols[i];
		bool percpu = i < PERCPU_SYMBOLS && recipe->form != FORM_PLACE_RELATIVE &&
			      recipe->form != FORM_BASE_RELATIVE;

		symbol->address = percpu ? i * 0x40 : STEXT_ADDRESS + (i - PERCPU_SYMBOLS) * 0x30;
		if (!percpu && i < PERCPU_SYMBOLS)
			symbol->address = IMAGE_START + i * 8;
		symbol->type = percpu ? 'A' : "TtDdrW"[i % 6];
		(void)snprintf(symbol->name, sizeof(symbol->name), "%s%zu_x2y9",
			       i % 3 ? "sys_" : "q", i);
	}
	/* Both have one address; kallsyms sorts _text behind _stext. */
	memcpy(image->symbols[PERCPU_SYMBOLS].name, "_stext", 7);
	memcpy(image->symbols[PERCPU_SYMBOLS + 1].name, "_text", 6);
	image->symbols[PERCPU_SYMBOLS].type = image->symbols[PERCPU_SYMBOLS + 1].type = 'T';
	image->symbols[PERCPU_SYMBOLS + 1].address = STEXT_ADDRESS;
	memcpy(image->symbols[PERCPU_SYMBOLS + 2].name, LONG_TOKEN "s", sizeof(LONG_TOKEN "s"));
	memcpy(image->symbols[PERCPU_SYMBOLS + 3].name, "0123456789", 11);
	if (recipe->long_name) {
		struct made_symbol *symbol = &image->symbols[recipe->count / 2];

		memset(symbol->name, 'Q', 300);
		symbol->name[recipe->long_lengths ? 300 : 200] = '\0';
	}
}

static void align(struct builder *builder)
{
	builder->at = (builder->at + 7) & ~7ull;
}

static void put(struct builder *builder, uint64_t value, size_t size)
{
	memcpy(image_at(builder->image, builder->at), &value, size);
	builder->at += size;
}

/* The longest token at each place. Returns the number of tokens. */
static size_t compress(const struct builder *builder, const struct made_symbol *symbol, uint8_t *to)
{
	char text[sizeof(symbol->name) + 1];
	size_t count = 0;

	(void)snprintf(text, sizeof(text), "%c%s", symbol->type, symbol->name);
	for (const char *from = text; *from;) {
		unsigned best = 0;
		size_t best_length = 0;

		for (unsigned i = 0; i < 256; i++) {
			size_t length = strnlen(builder->tokens[i], TOKEN_ROOM);

			if (length > best_length && !strncmp(from, builder->tokens[i], length)) {
				best = i;
				best_length = length;
			}
		}
		if (!best_length)
			abort();
		to[count++] = (uint8_t)best;
		from += best_length;
	}
	return count;
}

static void put_addresses(struct builder *builder, enum address_form form)
{
	struct fb_kallsyms_hints *hints = &builder->image->hints;
	const struct made_symbol *symbols = builder->image->symbols;
	/* The lowest address that is not per-CPU. */
	uint64_t base = symbols[form == FORM_ABSOLUTE_PERCPU ? PERCPU_SYMBOLS : 0].address;

	align(builder);
	*(form == FORM_ABSOLUTE ? &hints->addresses : &hints->offsets) = builder->at;
	for (size_t i = 0; i < builder->image->count; i++) {
		uint64_t address = symbols[i].address;

		if (form == FORM_ABSOLUTE)
			put(builder, address, 8);
		else if (form == FORM_BASE_RELATIVE)
			put(builder, address - base, 4);
		else if (form == FORM_ABSOLUTE_PERCPU)
			put(builder, address < IMAGE_START ? address : base - 1 - address, 4);
		else
			put(builder, address - builder->at, 4);
	}
	align(builder);
	if (form == FORM_BASE_RELATIVE || form == FORM_ABSOLUTE_PERCPU) {
		hints->relative_base = builder->at;
		put(builder, base, 8);
	}
}

static void put_names(struct builder *builder, const struct recipe *recipe)
{
	struct image *image = builder->image;
	uint32_t markers[64];
	uint8_t tokens[512];

	align(builder);
	image->hints.num_syms = builder->at;
	put(builder, image->count, 4);
	align(builder);
	image->hints.names = builder->at;
	for (size_t i = 0; i < image->count; i++) {
		size_t count = compress(builder, &image->symbols[i], tokens);

		if (i % 256 == 0)
			markers[i / 256] = (uint32_t)(builder->at - image->hints.names);
		if (recipe->long_lengths && count > 127) {
			put(builder, (count & 0x7f) | 0x80, 1);
			put(builder, count >> 7, 1);
		} else {
			put(builder, count, 1);
		}
		for (size_t k = 0; k < count; k++)
			put(builder, tokens[k], 1);
	}
	align(builder);
	for (size_t i = 0; i < (image->count + 255) / 256; i++)
		put(builder, markers[i], 4);
	align(builder);
	for (size_t i = 0; recipe->has_sequences && i < image->count; i++)
		put(builder, i + 1, 3);
}

static void put_tokens(struct builder *builder)
{
	uint16_t offsets[256];

	align(builder);
	builder->image->hints.token_table = builder->at;
	for (unsigned i = 0; i < 256; i++) {
		size_t length = strnlen(builder->tokens[i], TOKEN_ROOM);

		offsets[i] = (uint16_t)(builder->at - builder->image->hints.token_table);
		memcpy(image_at(builder->image, builder->at), builder->tokens[i], length);
		builder->at += length + 1;
	}
	align(builder);
	builder->image->hints.token_index = builder->at;
	for (unsigned i = 0; i < 256; i++)
		put(builder, offsets[i], 2);
}

void image_make(struct image *image, const struct recipe *recipe)
{
	static const struct fb_space_ops ops = {.read = read_image};
	struct builder builder = {.image = image, .at = TABLES_START + recipe->shift};

	*image = (struct image){.space = {.ops = &ops, .name = "image"}};
	image->data = malloc(IMAGE_PAGES * FB_PAGE_SIZE);
	if (!image->data)
		abort();
	/* Nothing in the image but the tables may look like one: not even like zeros. */
	memset(image->data, 0xcc, IMAGE_PAGES * FB_PAGE_SIZE);
	memset(image_at(image, TABLES_START), 0, 64 * FB_PAGE_SIZE);
	make_tokens(&builder, recipe);
	make_symbols(image, recipe);
	if (!recipe->addresses_behind)
		put_addresses(&builder, recipe->form);
	put_names(&builder, recipe);
	put_tokens(&builder);
	if (recipe->addresses_behind)
		put_addresses(&builder, recipe->form);
	if (builder.at > TABLES_START + 64 * FB_PAGE_SIZE)
		abort();
	for (unsigned i = 0; recipe->ascii_decoy && i < 128; i++)
		image_at(image, DECOY_START)[i * 2] = (uint8_t)i;
	for (unsigned i = 0; recipe->ascii_decoy && i < 128; i++)
		image_at(image, DECOY_START)[i * 2 + 1] = 0;
	image->hints.stext = STEXT_ADDRESS;
	image->hints.scan_start = IMAGE_START;
	image->hints.scan_end = IMAGE_START + IMAGE_PAGES * FB_PAGE_SIZE;
}

void image_free(struct image *image)
{
	free(image->data);
	free(image->symbols);
}
