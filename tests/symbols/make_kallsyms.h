/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel images of a few pages that hold kallsyms, in every form a kernel ever
 * had, and a memory space over them whose pages can be taken out.
 */
#ifndef FB_TESTS_SYMBOLS_MAKE_KALLSYMS_H
#define FB_TESTS_SYMBOLS_MAKE_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "symbols/table/kallsyms.h"

#define IMAGE_START UINT64_C(0xffffffff81000000)
#define IMAGE_PAGES 128u
#define STEXT_ADDRESS (IMAGE_START + 0x2000)

enum address_form {
	FORM_ABSOLUTE,
	FORM_BASE_RELATIVE,
	FORM_ABSOLUTE_PERCPU,
	FORM_PLACE_RELATIVE,
};

struct made_symbol {
	uint64_t address;
	char type;
	char name[400];
};

struct recipe {
	enum address_form form;
	bool addresses_behind; /* as from 6.4 on */
	bool long_lengths;     /* as from 6.1 on */
	bool has_sequences;    /* kallsyms_seqs_of_names before the tokens, as in 6.2 */
	bool ascii_decoy;      /* a table that looks like tokens, above the real one */
	bool long_name;        /* one name of more than 127 tokens */
	bool long_token;       /* one token longer than any real one */
	size_t count;          /* symbols, but for named ones */
	size_t shift;          /* bytes, a multiple of 8: all tables stand so much higher */
	/* Symbols behind the others, in order of their addresses, which are above those of text; borrowed. */
	const struct made_symbol *named;
	size_t named_count;
};

struct image {
	struct fb_space space; /* first */
	uint8_t *data;
	bool absent[IMAGE_PAGES];
	size_t reads; /* calls of the space's read */
	struct made_symbol *symbols;
	size_t count;
	struct fb_kallsyms_hints hints; /* all that the kernel would name */
};

void image_make(struct image *image, const struct recipe *recipe);
void image_free(struct image *image);
/* Where the bytes of an address stand. */
uint8_t *image_at(struct image *image, uint64_t address);

#endif
