// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacks .gnu_debugdata with libarchive, which does all other unpacking too. Called by
 * elf_symbols.c.
 */
#include "user/elf/mini_debuginfo.h"

#include <archive.h>

#include "base/cleanup.h"
#include "user/elf/elf_section.h"

static void free_archive(struct archive **archive)
{
	(void)archive_read_free(*archive);
}

static struct fb_error *damaged(struct archive *archive)
{
	const char *reason = archive_error_string(archive);

	return fb_error_create(FB_CORRUPT, ".gnu_debugdata: %s", reason ? reason : "it is empty");
}

struct fb_error *fb_mini_debuginfo_unpack(Elf *elf, struct fb_buf *bytes)
{
	FB_CLEANUP(free_archive) struct archive *archive = NULL;
	const Elf_Data *data = fb_elf_section(elf, ".gnu_debugdata", NULL);
	struct archive_entry *entry;
	struct fb_error *err = NULL;
	int status;

	if (!data)
		return fb_error_create(FB_NOT_FOUND, "no .gnu_debugdata");
	archive = archive_read_new();
	if (!archive)
		return fb_error_nomem();
	if (archive_read_support_filter_xz(archive) != ARCHIVE_OK)
		return fb_error_create(FB_UNSUPPORTED, "libarchive was built without xz");
	if (archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_open_memory(archive, data->d_buf, data->d_size) != ARCHIVE_OK ||
	    archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return damaged(archive);
	do {
		const void *block;
		size_t size;
		int64_t offset;

		status = archive_read_data_block(archive, &block, &size, &offset);
		if (status == ARCHIVE_OK)
			err = fb_buf_append(bytes, block, size);
	} while (status == ARCHIVE_OK && !err);
	return err || status == ARCHIVE_EOF ? err : damaged(archive);
}
