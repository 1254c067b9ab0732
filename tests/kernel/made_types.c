// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_types.h. */
#include "tests/kernel/made_types.h"

#include "tests/harness.h"

void made_types_begin(struct made_types *types)
{
	*types = (struct made_types){0};
	FB_OK_FATAL(fb_btf_builder_init(&types->builder));
	FB_OK_FATAL(fb_btf_builder_int(&types->builder, "unsigned long", 8, 0, &types->word));
	FB_OK_FATAL(fb_btf_builder_int(&types->builder, "unsigned int", 4, 0, &types->half));
	types->list = made_struct(types, "list_head", 16,
				  (const struct made_member[MADE_MEMBERS]){
					  {"next", types->word, 0}, {"prev", types->word, 8}});
	types->queue = made_struct(
		types, "wait_queue_head", 24,
		(const struct made_member[MADE_MEMBERS]){{"head", types->list, MADE_QUEUE_LIST}});
	types->entry =
		made_struct(types, "wait_queue_entry", 40,
			    (const struct made_member[MADE_MEMBERS]){{"private", types->word, 8},
								     {"entry", types->list, 24}});
	types->members = 0;
}

uint32_t made_struct(struct made_types *types, const char *name, uint32_t size,
		     const struct made_member members[MADE_MEMBERS])
{
	struct fb_btf_member list[MADE_MEMBERS] = {0};
	size_t count = 0;
	uint32_t id = 0;

	for (; count < MADE_MEMBERS && members[count].name; count++)
		list[count] = (struct fb_btf_member){
			.name = ++types->members == types->left_out ? "gone" : members[count].name,
			.type = members[count].type,
			.bit_offset = members[count].offset * 8ull,
		};
	FB_OK_FATAL(fb_btf_builder_composite(&types->builder, FB_TYPE_STRUCT, name, size, list,
					     count, &id));
	return id;
}

void made_types_give(struct made_types *types, struct made_kernel *made)
{
	FB_OK_FATAL(fb_btf_builder_finish(&types->builder, &types->btf));
	made->kernel.types = types->btf;
}

void made_types_end(struct made_types *types)
{
	fb_btf_destroy(types->btf);
	fb_btf_builder_deinit(&types->builder);
}
