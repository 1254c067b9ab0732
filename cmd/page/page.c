// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle page: what a page frame is used for and by whom: its flags, the slab, file or memory of processes that it is
 * part of, and the processes that map it.
 */
#include "cmd/page/page.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/part.h"
#include "cmd/shared/target.h"
#include "kernel/tasks/task_detail.h"

/* Frames of a range. */
#define MOST_FRAMES (1u << 24)
/* page->mapping: PAGE_MAPPING_FLAGS. */
#define MAPPING_BITS 3u
/* memcg_data: MEMCG_DATA_KMEM and the other flags of the word. */
#define MEMCG_KMEM 2u
#define MEMCG_BITS 7u
/* swp_entry_t (include/linux/swapops.h): SWP_TYPE_SHIFT. */
#define SWAP_TYPE_SHIFT 58u

static const struct argp_option page_options[] = {
	{"all", 'a', NULL, 0, "every process that maps the page, and every frame of a range", 0},
	{0},
};

static const struct fb_example examples[] = {
	{"What the page of an address of process 130 is, and who else maps it",
	 "fbundle page dump.202611231722.fbundle 130:0x55d4a696e4e0", false},
	{"The frames of a range, as /proc/kpageflags has them",
	 "fbundle page dump.202611231722 PFN:1000-1fff", false},
	{0},
};

static const struct fb_usage usage = {
	.options = page_options,
	.parse = fb_parse_all,
	.arguments = "INPUT PAGE",
	.doc = "Tells what a page frame is used for, to what it belongs, and which processes map it. PAGE is the "
	       "number of a frame (PFN:N, a range PFN:N-M), a physical address (PHYS:ADDR), the address of a "
	       "struct page, or [PID:]ADDR; all hexadecimal.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

/* A hexadecimal number up to `end`, a sign or the end of the text. */
static bool parse_hex(const char *text, const char **end_ret, uint64_t *value_ret)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value_ret = strtoull(text, &end, 16);
	*end_ret = end;
	return !errno;
}

/* "PFN:N", "PFN:N-M" and "PHYS:N". *is_ret: text has one of these forms. */
static struct fb_error *parse_frames(const char *text, bool *is_ret, uint64_t *first_ret,
				     uint64_t *last_ret)
{
	bool physical = !strncasecmp(text, "PHYS:", 5);
	const char *end;
	uint64_t first, last;

	*is_ret = physical || !strncasecmp(text, "PFN:", 4);
	if (!*is_ret)
		return NULL;
	if (!parse_hex(text + (physical ? 5 : 4), &end, &first))
		return fb_error_create(FB_INVALID, "'%s' has no hexadecimal number", text);
	last = first;
	if ((*end == '-' && !physical && !parse_hex(end + 1, &end, &last)) || *end)
		return fb_error_create(FB_INVALID, "'%s' is no frame, range or physical address",
				       text);
	*first_ret = physical ? first >> FB_PAGE_SHIFT : first;
	*last_ret = physical ? last >> FB_PAGE_SHIFT : last;
	return NULL;
}

/* The frame at a virtual address, or that of the struct page there. */
static struct fb_error *find_frame(struct fb_context *context, struct fb_input *input,
				   const char *text, uint64_t *pfn_ret)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_target target = {0};
	struct fb_page_tables tables;
	struct fb_pt_walk walk;
	struct fb_error *err = fb_target_open(context, input, text, false, &target);

	if (err)
		return err;
	if (!target.joined) {
		err = fb_page_frame_number(kernel, target.address, pfn_ret);
		if (!err || fb_error_is_fatal(err))
			goto done;
		fb_error_destroy(err);
		fb_kernel_page_tables(kernel, &tables);
	} else {
		tables = *fb_joined_tables(target.joined);
	}
	err = fb_pt_walk(&tables, target.address, &walk);
	if (!err && walk.state != FB_PT_PRESENT && walk.state != FB_PT_PROTNONE)
		err = fb_error_create(FB_NOT_FOUND,
				      "no page frame is at %s (%s): `fbundle vtop` shows the way",
				      text, fb_pt_state_name(walk.state));
	if (!err)
		*pfn_ret = walk.physical >> FB_PAGE_SHIFT;
done:
	fb_target_deinit(&target);
	return err;
}

static struct fb_error *load_frames(struct fb_input *input, uint64_t first, uint64_t last,
				    struct fb_page_answer *answer)
{
	struct fb_dump *dump = fb_input_dump(input);
	uint64_t end = fb_dump_info(dump)->max_pfn;
	struct fb_error *err;

	if (first >= end || last < first)
		return fb_error_create(
			FB_NOT_FOUND, "there is no frame 0x%" PRIx64 ": the last one is 0x%" PRIx64,
			first, end ? end - 1 : 0);
	last = last < end ? last : end - 1;
	err = fb_alloc_array(last - first + 1, sizeof(*answer->frames), MOST_FRAMES, "frames",
			     &answer->frames);
	for (uint64_t pfn = first; pfn <= last && !err; pfn++) {
		struct fb_page_frame_listed *frame = &answer->frames[answer->count];

		*frame = (struct fb_page_frame_listed){.pfn = pfn,
						       .dumped = fb_dump_has_page(dump, pfn)};
		err = fb_page_words_read(fb_input_kernel(input), pfn, &frame->words);
		answer->count += !err;
	}
	return err;
}

/* memcg_data is the address of a mem_cgroup, or of an obj_cgroup that leads to one. */
static struct fb_error *read_group(struct fb_kernel *kernel, uint64_t data, char *to, size_t size)
{
	static const char *const names[] = {"memcg", NULL};
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t memcg = data & ~(uint64_t)MEMCG_BITS, controller = 0, subsystem = 0, group = 0;
	struct fb_field field;
	struct fb_error *err = fb_kernel_symbol(kernel, "memory_cgrp_subsys", &subsystem);

	if (!err)
		err = fb_layout_require(&layout->memcg_css);
	for (unsigned i = 0; i < 2 && !err; i++) {
		err = fb_kernel_field(kernel, memcg + layout->memcg_css.offset,
				      &layout->css_controller, &controller);
		if (err || controller == subsystem || i ||
		    !fb_layout_find(fb_kernel_types(kernel), "obj_cgroup", names,
				    "obj_cgroup.memcg", &field))
			break;
		err = fb_kernel_field(kernel, memcg, &field, &memcg);
	}
	if (!err && controller != subsystem)
		err = fb_error_create(FB_CORRUPT, "no mem_cgroup at 0x%" PRIx64, memcg);
	if (!err)
		err = fb_kernel_field(kernel, memcg + layout->memcg_css.offset, &layout->css_group,
				      &group);
	return err ? err : fb_cgroup_path(kernel, group, to, size);
}

static const char *owner_of(const struct fb_page_words *words)
{
	uint64_t bits = words->bits;

	return !words->known             ? "unknown: its struct page cannot be read"
	       : bits & FB_KPF_BUDDY     ? "free"
	       : bits & FB_KPF_SLAB      ? "a slab"
	       : bits & FB_KPF_PGTABLE   ? "a page table"
	       : bits & FB_KPF_OFFLINE   ? "offline: given back to the hypervisor"
	       : bits & FB_KPF_KSM       ? "anonymous memory that processes share (KSM)"
	       : bits & FB_KPF_ANON      ? "anonymous memory"
	       : bits & FB_KPF_SWAPCACHE ? "the swap cache"
	       : !words->references      ? "free, in a list of a CPU, or unused"
	       : !(words->mapping & MAPPING_BITS) && fb_kernel_address_ok(words->mapping)
		       ? "a file"
		       : "the kernel";
}

static struct fb_error *load_owner(struct fb_kernel *kernel, struct fb_page_answer *answer)
{
	const struct fb_page_frame_listed *frame = &answer->frames[0];
	const struct fb_page_words *words = &frame->words;
	struct fb_error *err = NULL;

	answer->owner = owner_of(words);
	if (words->bits & FB_KPF_SLAB) {
		err = fb_slab_cache_at(kernel, fb_kernel_direct_map(kernel, frame->pfn),
				       &answer->slab);
		answer->has_slab = !err;
		return fb_part_warn(fb_kernel_warnings(kernel), err, "the slab cache");
	}
	if (!strcmp(answer->owner, "a file")) {
		err = fb_page_file_read(kernel, words->mapping, &answer->file);
		answer->has_file = !err;
		err = fb_part_warn(fb_kernel_warnings(kernel), err, "the file");
		/* The index of hugetlbfs was in units of its pages until 6.7. */
		answer->has_offset = answer->has_file && !(words->bits & FB_KPF_HUGE);
		answer->offset = (words->index + (frame->pfn - words->head)) << FB_PAGE_SHIFT;
	}
	if (words->bits & FB_KPF_SWAPCACHE) {
		uint64_t entry = words->page.private_data;

		answer->has_swap = true;
		answer->swap_type = (uint32_t)(entry >> SWAP_TYPE_SHIFT);
		answer->swap_offset = entry & ((1ull << SWAP_TYPE_SHIFT) - 1);
	}
	/* Pages of the kernel that are accounted have MEMCG_DATA_KMEM; the word has another use in others. */
	if (!err && words->references && words->memcg_data &&
	    (words->bits & (FB_KPF_ANON | FB_KPF_SWAPCACHE) || answer->has_file ||
	     words->memcg_data & MEMCG_KMEM))
		err = fb_part_warn_if_there(
			fb_kernel_warnings(kernel),
			read_group(kernel, words->memcg_data, answer->group, sizeof(answer->group)),
			"the page's control group");
	return err;
}

static struct fb_error *load(struct fb_context *context, struct fb_input *input,
			     struct fb_page_answer *answer)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	uint64_t first = 0, last = 0;
	bool frames = false;
	struct fb_error *err = parse_frames(context->args[0], &frames, &first, &last);

	if (!err && !frames) {
		err = find_frame(context, input, context->args[0], &first);
		last = first;
	}
	if (!err)
		err = load_frames(input, first, last, answer);
	if (err || answer->count != 1)
		return err;
	err = load_owner(kernel, answer);
	if (!err)
		err = fb_input_tasks(input, &tasks);
	return err ? err : fb_frame_users_load(kernel, tasks, first, &answer->users);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_page_answer answer = {0};
	struct fb_input *input = NULL;
	bool all = false;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &all);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(context, input, &answer);
	if (!err)
		err = context->options.json ? fb_page_print_json(context, &answer)
					    : fb_page_print_text(context, &answer, all);
	fb_frame_users_deinit(&answer.users);
	free(answer.frames);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_page = {
	.name = "page",
	.summary = "what a page frame is used for, and who maps it",
	.run = run,
	.usage = &usage,
};
