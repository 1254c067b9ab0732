// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises the formats of memory images by their first bytes. Called by kernel/dump/dump_open.c. */
#include <endian.h>
#include <string.h>

#include "kernel/images/image.h"
#include "kernel/images/lime_format.h"
#include "kernel/images/qevm_format.h"

struct fb_error *fb_image_detect(struct fb_file *file, fb_image_reader **reader_ret)
{
	uint32_t words[4] = {0}; /* magic, version */
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, words, sizeof(words), &got);
	if (err)
		return err;
	*reader_ret = NULL;
	if (le32toh(words[0]) == FB_LIME_MAGIC)
		*reader_ret = fb_lime_read;
	else if (le32toh(words[0]) == FB_AVML_MAGIC)
		*reader_ret = fb_avml_read;
	else if (be32toh(words[0]) == FB_QEVM_MAGIC ||
		 !memcmp(words, FB_QEVM_LIBVIRT_MAGIC, sizeof(words)))
		*reader_ret = fb_qevm_read;
	return NULL;
}
