// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of kallsyms that stay compressed until they are needed. The place of each text in one block of memory
 * is known from the lengths, so expanding a name allocates nothing and cannot fail. Made by kallsyms.c, owned
 * by the symbol table that kallsyms.c fills.
 */
#include "symbols/table/packed_names.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "symbols/table/name_hash.h"

struct packed_name {
	uint32_t at;    /* in the compressed names */
	uint32_t place; /* in the arena, of the type letter */
	uint32_t hash;
};

struct fb_packed_names {
	uint8_t *token_bytes;
	uint8_t *name_bytes;
	struct fb_kallsyms_tokens tokens;
	struct fb_kallsyms_names names;
	struct packed_name *index;
	char *arena;
	_Atomic uint8_t *written; /* by index: 1 once the text is in the arena */
	pthread_mutex_t lock;     /* of writing texts */
};

static struct fb_error *measure(struct fb_packed_names *packed)
{
	struct packed_name *entry = packed->index;
	uint64_t total = 0;
	size_t offset = 0;

	for (uint32_t i = 0; i < packed->names.count; i++, entry++) {
		struct fb_error *err;
		size_t length;

		entry->at = (uint32_t)offset;
		entry->place = (uint32_t)total;
		err = fb_kallsyms_names_measure(&packed->names, &packed->tokens, &offset,
						&entry->hash, &length);
		if (err)
			return fb_error_prefix(err, "kallsyms symbol %u", i);
		total += length + 1;
	}
	if (total > FB_MAX_SYMBOL_BYTES)
		return fb_error_create(FB_LIMIT, "%" PRIu64 " bytes of symbol names", total);
	packed->arena = malloc(total + 1); /* there may be no names */
	return packed->arena ? NULL : fb_error_nomem();
}

struct fb_error *fb_packed_names_create(uint8_t *token_bytes, uint8_t *name_bytes,
					const struct fb_kallsyms_tokens *tokens,
					const struct fb_kallsyms_names *names,
					struct fb_packed_names **packed_ret)
{
	struct fb_packed_names *packed = calloc(1, sizeof(*packed));
	struct fb_error *err;

	if (!packed)
		return fb_error_nomem();
	pthread_mutex_init(&packed->lock, NULL);
	packed->tokens = *tokens;
	packed->names = *names;
	/* They need not be zeroed: measure() fills the first, and each text is written into the second when it is
	 * first needed. */
	packed->index = malloc(((size_t)names->count + 1) * sizeof(*packed->index));
	packed->written = calloc((size_t)names->count + 1, sizeof(*packed->written));
	if (packed->index && packed->written)
		err = measure(packed);
	else
		err = fb_error_nomem();
	if (err) {
		fb_packed_names_destroy(packed);
		return err;
	}
	packed->token_bytes = token_bytes;
	packed->name_bytes = name_bytes;
	*packed_ret = packed;
	return NULL;
}

void fb_packed_names_destroy(struct fb_packed_names *packed)
{
	if (!packed)
		return;
	pthread_mutex_destroy(&packed->lock);
	free(packed->token_bytes);
	free(packed->name_bytes);
	free(packed->index);
	free(packed->written);
	free(packed->arena);
	free(packed);
}

uint32_t fb_packed_names_count(const struct fb_packed_names *packed)
{
	return packed->names.count;
}

uint32_t fb_packed_names_hash(const struct fb_packed_names *packed, uint32_t index)
{
	return packed->index[index].hash;
}

uint32_t fb_packed_names_hash_of(const char *name)
{
	return fb_part_hash_mix(fb_part_hash(0, name, strlen(name)));
}

/* Every name was gone through by measure(), so that it can be expanded, to the length found there. */
static void write_text(const struct fb_packed_names *packed, uint32_t index, char *text)
{
	char expanded[FB_KALLSYMS_NAME_ROOM];
	size_t offset = packed->index[index].at;
	size_t length = 0;

	fb_error_destroy(fb_kallsyms_names_next(&packed->names, &packed->tokens, &offset, expanded,
						&length));
	memcpy(text, expanded, length);
	text[length] = '\0';
}

const char *fb_packed_names_text(const struct fb_packed_names *packed, uint32_t index)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)&packed->lock;
	char *text = packed->arena + packed->index[index].place;

	if (atomic_load_explicit(&packed->written[index], memory_order_acquire))
		return text;
	pthread_mutex_lock(lock);
	if (!atomic_load_explicit(&packed->written[index], memory_order_relaxed)) {
		write_text(packed, index, text);
		atomic_store_explicit(&packed->written[index], 1, memory_order_release);
	}
	pthread_mutex_unlock(lock);
	return text;
}

bool fb_packed_names_find(const struct fb_packed_names *packed, const char *name,
			  uint32_t *index_ret)
{
	uint32_t hash = fb_packed_names_hash_of(name);

	for (uint32_t i = 0; i < packed->names.count; i++) {
		if (packed->index[i].hash != hash ||
		    strcmp(fb_packed_names_text(packed, i) + 1, name) != 0)
			continue;
		*index_ret = i;
		return true;
	}
	return false;
}
