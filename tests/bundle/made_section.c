// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/made_section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "kernel/dump/dump_private.h"
#include "tests/harness.h"

static bool has_page(struct fb_dump *dump, uint64_t pfn)
{
	(void)dump;
	return pfn < MADE_FRAMES;
}

static uint64_t next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	(void)dump;
	if (readable)
		return pfn < MADE_FRAMES ? pfn : UINT64_MAX;
	return pfn < MADE_FRAMES ? MADE_FRAMES : pfn;
}

static struct fb_error *read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	(void)dump;
	if (pfn >= MADE_FRAMES)
		return fb_dump_absent(pfn);
	memset(page, (int)pfn, FB_PAGE_SIZE);
	return NULL;
}

static void destroy(struct fb_dump *dump)
{
	fb_dump_deinit(dump);
	free(dump);
}

static const struct fb_dump_ops frames_ops = {
	.has_page = has_page,
	.next = next,
	.read_page = read_page,
	.destroy = destroy,
};

struct fb_dump *made_frames(void)
{
	struct fb_dump *dump = calloc(1, sizeof(*dump));

	CU_ASSERT_PTR_NOT_NULL_FATAL(dump);
	FB_OK_FATAL(fb_dump_init(dump, &frames_ops));
	dump->info.max_pfn = MADE_FRAMES;
	return dump;
}

void made_section_begin(struct made_section *made)
{
	memset(made, 0, sizeof(*made));
	if (asprintf(&made->path, "%s/section", fb_test_folder()) < 0)
		abort();
	FB_OK_FATAL(fb_outfile_create(made->path, true, &made->outfile));
	fb_section_init(&made->section, made->outfile, 0);
}

void made_section_group(struct made_section *made, uint32_t core, unsigned pages)
{
	struct fb_fiber_group *group = &made->groups[made->group_count];
	size_t size = (size_t)pages * FB_PAGE_SIZE;
	uint8_t *bytes = malloc(size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (unsigned i = 0; i < pages; i++)
		memset(bytes + (size_t)i * FB_PAGE_SIZE,
		       (int)(0x80 + made->group_count * FB_FIBER_GROUP_PAGES + i), FB_PAGE_SIZE);
	*group = (struct fb_fiber_group){.offset = made->section.end,
					 .stored_size = (uint32_t)size,
					 .pages = (uint16_t)pages,
					 .encoding = FB_FIBER_PLAIN,
					 .xxh64 = XXH64(bytes, size, 0)};
	FB_OK_FATAL(fb_section_bytes(&made->section, bytes, size));
	FB_OK_FATAL(fb_section_groups(&made->section, core, group->offset, size));
	made->group_count++;
	free(bytes);
}

void made_section_record(struct made_section *made, uint32_t core, uint64_t size, const char *name)
{
	struct fb_fiber_core_record record = {
		.size = size, .mtime_ns = 5, .name_length = (uint32_t)strlen(name)};
	uint8_t raw[sizeof(record) + 64];

	memcpy(raw, &record, sizeof(record));
	memcpy(raw + sizeof(record), name, strlen(name));
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_CORE, core, raw,
				    sizeof(record) + strlen(name), NULL));
}

void made_section_core(struct made_section *made, uint32_t core, uint64_t size,
		       const void *literals, size_t literals_size,
		       const struct fb_fiber_extent *extents, size_t extent_count)
{
	made_section_record(made, core, size, "core.made");
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_LITERALS, core, literals,
				    literals_size, NULL));
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_EXTENTS, core, extents,
				    extent_count * sizeof(*extents), NULL));
}

void made_section_end(struct made_section *made)
{
	FB_OK_FATAL(fb_section_part(&made->section, FB_FIBER_STORE_INDEX, FB_FIBER_NO_CORE,
				    made->groups, made->group_count * sizeof(*made->groups), NULL));
	made_section_seal(made);
}

void made_section_seal(struct made_section *made)
{
	FB_OK_FATAL(fb_section_finish(&made->section));
	FB_OK_FATAL(fb_outfile_commit(made->outfile));
	FB_OK_FATAL(fb_file_open(made->path, &made->file));
	made->dump = made_frames();
}

void made_section_close(struct made_section *made)
{
	fb_section_deinit(&made->section);
	fb_outfile_destroy(made->outfile);
	fb_file_destroy(made->file);
	fb_dump_destroy(made->dump);
	free(made->path);
}
