// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the trees (struct idr) of BPF programs, maps and links. Called by the command bpf. */
#include "kernel/bpf/bpf.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/bpf/bpf_private.h"
#include "kernel/memory/xarray.h"

struct loader {
	struct fb_kernel *kernel;
	const char *what; /* the tree that is walked, for messages */
	struct fb_bpf found;
	size_t program_room, map_room, link_room;
};

static struct fb_error *add_program(struct loader *loader, uint64_t id, uint64_t address)
{
	struct fb_bpf *found = &loader->found;
	struct fb_bpf_program program = {0};
	struct fb_error *err = fb_bpf_read_program(loader->kernel, address, id, &program);

	if (!err)
		err = fb_grow_array(&found->programs, &loader->program_room, found->program_count,
				    sizeof(program), FB_MAX_BPF_OBJECTS, "BPF programs");
	if (!err)
		found->programs[found->program_count++] = program;
	else
		free(program.maps);
	return err;
}

static struct fb_error *add_map(struct loader *loader, uint64_t id, uint64_t address)
{
	struct fb_bpf *found = &loader->found;
	struct fb_bpf_map map = {0};
	struct fb_error *err = fb_bpf_read_map(loader->kernel, address, id, &map);

	if (!err)
		err = fb_grow_array(&found->maps, &loader->map_room, found->map_count, sizeof(map),
				    FB_MAX_BPF_OBJECTS, "BPF maps");
	if (!err)
		found->maps[found->map_count++] = map;
	return err;
}

static struct fb_error *add_link(struct loader *loader, uint64_t id, uint64_t address)
{
	struct fb_bpf *found = &loader->found;
	struct fb_bpf_link link = {0};
	struct fb_error *err = fb_bpf_read_link(loader->kernel, address, id, &link);

	if (!err)
		err = fb_grow_array(&found->links, &loader->link_room, found->link_count,
				    sizeof(link), FB_MAX_BPF_OBJECTS, "BPF links");
	if (!err)
		found->links[found->link_count++] = link;
	return err;
}

/* One of the trees. */
struct tree {
	struct loader *loader;
	struct fb_error *(*add)(struct loader *loader, uint64_t id, uint64_t address);
};

static struct fb_error *add_entry(void *context, uint64_t first, uint64_t last FB_UNUSED,
				  uint64_t entry)
{
	const struct tree *tree = context;
	struct fb_error *err = NULL;

	/* An ID that is given away before its object is there, or while it goes. */
	if (!entry)
		return NULL;
	if (!fb_kernel_address_ok(entry) || entry & 3)
		err = fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no address of one", entry);
	if (!err)
		err = tree->add(tree->loader, first, entry);
	if (fb_error_is(err, FB_LIMIT))
		return err;
	return fb_part_warn(fb_kernel_warnings(tree->loader->kernel), err, "%s: ID %" PRIu64,
			    tree->loader->what, first);
}

static struct fb_error *broken(void *context, struct fb_error *err)
{
	const struct tree *tree = context;

	return fb_part_warn(fb_kernel_warnings(tree->loader->kernel), err, "%s: some are missing",
			    tree->loader->what);
}

/* idr: of the struct idr, which begins with the struct xarray. */
static struct fb_error *walk(struct loader *loader, const char *what, uint64_t idr,
			     struct fb_error *(*add)(struct loader *loader, uint64_t id,
						     uint64_t address))
{
	struct tree tree = {loader, add};

	loader->what = what;
	return fb_part_warn(fb_kernel_warnings(loader->kernel),
			    fb_xarray_for_each(loader->kernel, idr, add_entry, broken, &tree), "%s",
			    what);
}

struct fb_error *fb_bpf_load(struct fb_kernel *kernel, struct fb_bpf *bpf_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct loader loader = {.kernel = kernel};
	uint64_t programs = 0, maps = 0, links = 0;
	struct fb_error *err = fb_layout_require(&layout->bpf_aux_id);

	if (!err)
		err = fb_kernel_symbol(kernel, "prog_idr", &programs);
	if (!err)
		err = fb_kernel_symbol(kernel, "map_idr", &maps);
	if (!err)
		err = walk(&loader, "BPF programs", programs, add_program);
	if (!err)
		err = walk(&loader, "BPF maps", maps, add_map);
	if (!err && fb_kernel_find_symbol(kernel, "link_idr", &links))
		err = walk(&loader, "BPF links", links, add_link);
	if (err)
		fb_bpf_deinit(&loader.found);
	else
		*bpf_ret = loader.found;
	return err;
}

void fb_bpf_deinit(struct fb_bpf *bpf)
{
	for (size_t i = 0; i < bpf->program_count; i++)
		free(bpf->programs[i].maps);
	free(bpf->programs);
	free(bpf->maps);
	free(bpf->links);
	*bpf = (struct fb_bpf){0};
}
