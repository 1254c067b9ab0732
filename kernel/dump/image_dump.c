// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a memory image, which kernel/images reads, as a dump. It has no notes, so VMCOREINFO is searched in its
 * pages (kernel/image/vmcoreinfo_scan.c), and no CPU has registers. Called by dump_open.c; extent_dump.c reads the
 * pages.
 */
#include "kernel/dump/extent_dump.h"
#include "kernel/images/image.h"
#include "kernel/images/vmware.h"

/* input: of whose file the image is, where it has none of its own. */
static struct fb_error *make_dump(struct fb_dump_input *input, struct fb_image *image,
				  struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	struct fb_extent_dump *dump;
	struct fb_error *err;
	uint64_t end;

	err = fb_extent_dump_create(image->format, input, &dump);
	if (err)
		return err;
	if (image->stream)
		dump->dump.info.stream = image->stream;
	end = fb_extents_end(image->meant.count ? &image->meant : &image->memory);
	fb_extent_dump_map(dump, image->memory, image->meant);
	image->memory = image->meant = (struct fb_extents){0};
	err = fb_extent_dump_measure(dump, end, input->file->path, warnings);
	if (err) {
		fb_dump_destroy(&dump->dump);
		return err;
	}
	dump->file = image->file ? image->file : input->file;
	if (image->inner)
		*image->inner = input->file;
	if (!image->file || image->inner)
		input->file = NULL;
	image->file = NULL;
	*dump_ret = &dump->dump;
	return NULL;
}

struct fb_error *fb_image_dump_open(struct fb_dump_input *input, fb_image_reader *reader,
				    struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	struct fb_image image = {0};
	struct fb_error *err;

	err = fb_error_prefix(reader(input->file, warnings, &image), "%s", input->file->path);
	if (!err)
		err = make_dump(input, &image, warnings, dump_ret);
	fb_image_deinit(&image);
	return err;
}

struct fb_error *fb_vmware_dump_open(struct fb_dump_input *inputs, size_t count,
				     struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	struct fb_dump_input *memory = count > 1 ? &inputs[1] : NULL;
	struct fb_image image = {0};
	struct fb_error *err;

	if (count > 2)
		return fb_error_create(FB_INVALID,
				       "%s: besides a VMware checkpoint only its .vmem is given",
				       inputs[2].file->path);
	err = fb_vmware_read(inputs[0].file, memory ? memory->file : NULL, &image);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		struct fb_error *whole = fb_error_create(FB_INVALID, "%s %s", inputs[0].file->path,
							 fb_error_message(err));

		fb_error_destroy(err);
		return whole;
	}
	err = fb_error_prefix(err, "%s", inputs[0].file->path);
	if (!err)
		err = make_dump(memory ? memory : &inputs[0], &image, warnings, dump_ret);
	fb_image_deinit(&image);
	return err;
}
