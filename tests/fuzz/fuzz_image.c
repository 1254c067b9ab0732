// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory images of any format that begins with a magic: LiME, AVML, VMware with its memory within, and saved guests of
 * qemu, as they are or in a disk image. */
#include "kernel/dump/dump_private.h"

#include "kernel/images/qcow2.h"
#include "kernel/images/vmware.h"
#include "tests/fuzz/read_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_dump *dump = NULL;
	struct fb_dump_input input;
	struct fb_file *saved = NULL;
	fb_image_reader *reader;
	struct fb_error *err;
	bool vmware;

	if (!make_input(data, size, &input))
		return 0;
	err = fb_qcow2_open(input.file, size, NULL, &saved);
	if (saved)
		input.file = saved;
	if (!err)
		err = fb_image_detect(input.file, &reader);
	if (!err)
		err = fb_vmware_detect(input.file, &vmware);
	if (!err && vmware)
		err = fb_vmware_dump_open(&input, 1, NULL, &dump);
	else if (!err && reader)
		err = fb_image_dump_open(&input, reader, NULL, &dump);
	if (dump) {
		read_dump(dump);
		fb_dump_destroy(dump);
	}
	fb_error_destroy(err);
	fb_file_destroy(input.file);
	return 0;
}
