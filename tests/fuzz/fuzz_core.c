// SPDX-License-Identifier: GPL-2.0-or-later
/* A whole core: opened, then asked everything that can be asked of it. */
#include <stdlib.h>
#include <string.h>

#include "user/core/core.h"
#include "user/elf/build_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_memory(struct fb_core *core, uint64_t address)
{
	struct fb_space *space = fb_core_space(core);
	uint8_t bytes[5000];
	uint64_t offset;
	struct fb_run run;

	fb_error_destroy(fb_space_read(space, address, bytes, sizeof(bytes)));
	fb_error_destroy(fb_space_string(space, address, (char *)bytes, sizeof(bytes)));
	/* A run is never empty and never longer than asked for. */
	if (!fb_space_locate(space, address, 1, &run) && run.length != 1)
		abort();
	fb_error_destroy(fb_space_locate(space, address, UINT64_MAX - address, &run));
	if (fb_core_page(core, address & FB_PAGE_MASK, &offset) &&
	    offset > fb_core_file(core)->size - FB_PAGE_SIZE)
		abort();
	(void)fb_core_segment_at(core, address);
}

static void ask(struct fb_core *core)
{
	const struct fb_core_info *info = fb_core_info(core);
	char build_id[FB_BUILD_ID_TEXT];
	size_t length = 0;

	for (size_t i = 0; i < info->segment_count && i < 50; i++) {
		ask_memory(core, info->segments[i].address);
		ask_memory(core, info->segments[i].address + info->segments[i].memory_size - 1);
	}
	for (size_t i = 0; i < info->mapping_count && i < 50; i++) {
		length += strlen(info->mappings[i].path);
		fb_error_destroy(fb_build_id_read(fb_core_space(core), info->mappings[i].start,
						  build_id, sizeof(build_id)));
	}
	for (size_t i = 0; i < info->thread_count; i++) {
		for (size_t at = 0; at < info->threads[i].xstate_size; at++)
			length += ((const uint8_t *)info->threads[i].xstate)[at];
	}
	if (length == SIZE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_warnings *warnings = NULL;
	uint8_t *copy = malloc(size + 1);
	struct fb_core *core;
	struct fb_file *file;
	struct fb_error *err;

	if (!copy || fb_warnings_create(&warnings))
		abort();
	memcpy(copy, data, size);
	if (fb_file_from_memory("core", copy, size, &file))
		abort();
	err = fb_core_open_file(file, warnings, &core);
	if (!err) {
		ask(core);
		fb_core_destroy(core);
	}
	fb_error_destroy(err);
	fb_warnings_destroy(warnings);
	return 0;
}
