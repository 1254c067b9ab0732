// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of foreign formats, each with the bytes that its files begin with and what to tell the user.
 * Called where a file is neither a dump nor a core.
 */
#include "base/files/foreign_file.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define UNPACK "unpack it, and give what it holds"

static const struct {
	size_t offset;
	size_t length;
	const char *magic;
	const char *hint;
} kinds[] = {
	{257, 5, "ustar", "is a tar archive: " UNPACK},
	{0, 4, "PK\x03\x04", "is a zip archive: " UNPACK},
	{0, 6, "7z\xbc\xaf\x27\x1c", "is a 7z archive: " UNPACK},
	{0, 4, "Rar!", "is a rar archive: " UNPACK},
	{0, 6, "070701", "is a cpio archive: " UNPACK},
	{0, 4, "\xed\xab\xee\xdb", "is an RPM package: " UNPACK},
	{0, 8, "!<arch>\n", "is an archive of object files or a Debian package: " UNPACK},
	{0, 4, "QFI\xfb",
	 "is a disk image (qcow2) without a snapshot that has memory (savevm): take a dump of the guest "
	 "while it runs"},
	{0, 4, "KDMV",
	 "is a disk image (VMDK), not memory: take a snapshot with the guest's memory"},
	{0, 5, "%PDF-", "is a PDF document"},
};

struct fb_error *fb_foreign_file(struct fb_file *file, const char **hint_ret)
{
	uint8_t head[512];
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, head, sizeof(head), &got);
	if (err)
		return err;
	*hint_ret = NULL;
	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		if (kinds[i].offset + kinds[i].length <= got &&
		    !memcmp(head + kinds[i].offset, kinds[i].magic, kinds[i].length)) {
			*hint_ret = kinds[i].hint;
			break;
		}
	}
	return NULL;
}
