// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the kernel's copies of auxiliary vectors. Called by bundle/match and bundle/capture. */
#include "kernel/mappings/saved_auxv.h"

#include <elf.h>
#include <string.h>

bool fb_auxv_is_32bit(const void *bytes, size_t size)
{
	Elf64_auxv_t entry;

	for (size_t at = 0; size - at >= sizeof(entry); at += sizeof(entry)) {
		memcpy(&entry, (const char *)bytes + at, sizeof(entry));
		if (entry.a_type > UINT32_MAX)
			return true;
		if (entry.a_type == AT_NULL)
			break;
	}
	return false;
}

struct fb_error *fb_saved_auxv_read(const struct fb_kernel *kernel, uint64_t mm,
				    struct fb_auxv *auxv_ret)
{
	const struct fb_field *field = &fb_kernel_layout(kernel)->mm_saved_auxv;
	struct fb_auxv auxv = {.pairs = 0};
	uint32_t bytes[4 * FB_AUXV_PAIRS];
	size_t size = field->size < sizeof(bytes) ? field->size : sizeof(bytes), most;
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), mm + field->offset, bytes, size);
	if (err)
		return err;
	auxv.is_32bit = fb_auxv_is_32bit(bytes, size);
	most = size / (auxv.is_32bit ? 8 : 16);
	for (size_t i = 0; auxv.is_32bit && i < FB_AUXV_PAIRS * 2 && i < most * 2; i++)
		auxv.word[i] = bytes[i];
	if (!auxv.is_32bit)
		memcpy(auxv.word, bytes, size);
	while (auxv.pairs < most && auxv.pairs < FB_AUXV_PAIRS &&
	       auxv.word[2 * auxv.pairs] != AT_NULL)
		auxv.pairs++;
	*auxv_ret = auxv;
	return NULL;
}

bool fb_auxv_equal(const struct fb_auxv *auxv, const uint64_t *words, size_t pairs)
{
	while (pairs && words[2 * pairs - 2] == AT_NULL)
		pairs--;
	return pairs && pairs == auxv->pairs && memcmp(auxv->word, words, pairs * 16) == 0;
}

uint64_t fb_auxv_value(const uint64_t *words, size_t pairs, uint64_t type)
{
	for (size_t i = 0; i < pairs && words[2 * i] != AT_NULL; i++)
		if (words[2 * i] == type)
			return words[2 * i + 1];
	return 0;
}

size_t fb_auxv_bytes(const struct fb_auxv *auxv, void *bytes)
{
	uint32_t *narrow = bytes;

	if (!auxv->is_32bit) {
		memcpy(bytes, auxv->word, auxv->pairs * 16);
		return auxv->pairs * 16;
	}
	for (size_t i = 0; i < auxv->pairs * 2; i++)
		narrow[i] = (uint32_t)auxv->word[i];
	return auxv->pairs * 8;
}
