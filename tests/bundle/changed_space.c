// SPDX-License-Identifier: GPL-2.0-or-later
/* See changed_space.h. */
#include "tests/bundle/changed_space.h"

#include "base/part.h"
#include "tests/harness.h"

/* Puts the bytes of the word that are in [address, address + length) into to. */
static void put_word(const struct changed_word *word, uint64_t address, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < word->size; i++)
		if (word->address + i - address < length)
			to[word->address + i - address] = (uint8_t)(word->value >> 8 * i);
}

/* The error with which the first failing word in the range fails; NULL: there is none. */
static struct fb_error *fail(const struct changed_space *changed, uint64_t address, uint64_t length)
{
	for (size_t i = 0; i < changed->count; i++) {
		const struct changed_word *word = &changed->words[i];

		if (word->fails && word->address < address + length &&
		    address < word->address + word->size)
			return fb_error_create(word->code, "made to fail");
	}
	return NULL;
}

static struct fb_error *read_changed(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	const struct changed_space *changed = (const struct changed_space *)space;
	struct fb_error *err = fail(changed, address, length);

	if (err)
		return err;
	for (size_t i = 0; i < changed->count; i++) {
		const struct changed_word *word = &changed->words[i];

		if (!word->fails && word->address == address && word->size == length) {
			put_word(word, address, to, length);
			return NULL;
		}
	}
	err = fb_space_read(changed->whole, address, to, length);
	for (size_t i = 0; !err && i < changed->count; i++)
		put_word(&changed->words[i], address, to, length);
	return err;
}

static struct fb_error *locate_changed(struct fb_space *space, uint64_t address, uint64_t length,
				       struct fb_run *run_ret)
{
	const struct changed_space *changed = (const struct changed_space *)space;
	struct fb_error *err = fail(changed, address, length);

	if (fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return fb_space_locate(changed->whole, address, length, run_ret);
}

static const struct fb_space_ops changed_ops = {.read = read_changed, .locate = locate_changed};

void changed_space_init(struct changed_space *changed, struct fb_space *whole)
{
	*changed = (struct changed_space){
		.space = {.ops = &changed_ops, .name = whole->name},
		.whole = whole,
	};
}

static struct changed_word *word_at(struct changed_space *changed, uint64_t address)
{
	for (size_t i = 0; i < changed->count; i++)
		if (changed->words[i].address == address)
			return &changed->words[i];
	CU_ASSERT_FATAL(changed->count < CHANGED_WORDS);
	return &changed->words[changed->count++];
}

void changed_space_put(struct changed_space *changed, uint64_t address, uint64_t value, size_t size)
{
	*word_at(changed, address) =
		(struct changed_word){.address = address, .value = value, .size = size};
}

void changed_space_fail(struct changed_space *changed, uint64_t address, size_t size,
			enum fb_code code)
{
	*word_at(changed, address) = (struct changed_word){
		.address = address, .size = size, .fails = true, .code = code};
}

void changed_space_clear(struct changed_space *changed)
{
	changed->count = 0;
}
