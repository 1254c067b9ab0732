// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings kept in blocks, so that they are freed together. Called for the names of frames and
 * mappings.
 */
#include "user/unwind/string_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define BLOCK_BYTES 16384u

struct fb_string_block {
	struct fb_string_block *next;
	size_t used;
	char text[BLOCK_BYTES];
};
_Static_assert(FB_MAX_STRING < BLOCK_BYTES, "any string fits into a block");

struct fb_error *fb_string_pool_add(struct fb_string_pool *pool, const char *text,
				    const char **copy_ret)
{
	struct fb_string_block *block = pool->blocks;
	size_t length;

	if (!text) {
		*copy_ret = NULL;
		return NULL;
	}
	length = strnlen(text, FB_MAX_STRING);
	if (!block || BLOCK_BYTES - block->used < length + 1) {
		block = malloc(sizeof(*block));
		if (!block)
			return fb_error_nomem();
		block->used = 0;
		block->next = pool->blocks;
		pool->blocks = block;
	}
	*copy_ret = block->text + block->used;
	memcpy(block->text + block->used, text, length);
	block->text[block->used + length] = '\0';
	block->used += length + 1;
	return NULL;
}

void fb_string_pool_deinit(struct fb_string_pool *pool)
{
	while (pool->blocks) {
		struct fb_string_block *next = pool->blocks->next;

		free(pool->blocks);
		pool->blocks = next;
	}
}
