// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up where members of the RPC client's and the NFS client's structs are. Called by the readers of this folder. */
#include "kernel/nfs/rpc_layout.h"

#include "base/part.h"
#include "kernel/modules/driver_types.h"

struct row {
	const char *module, *type, *member;
	size_t slot;
};

#define FB_RPC_ROW(id, module, type, member) \
	{module, type, member, offsetof(struct fb_rpc_layout, id)},
static const struct row rows[] = {FB_RPC_LAYOUT(FB_RPC_ROW)};
#undef FB_RPC_ROW

static struct fb_error *find_row(struct fb_kernel *kernel, struct fb_module_types *types,
				 const struct row *row, struct fb_rpc_layout *layout)
{
	const struct fb_driver_types of_module = {kernel, types, row->module};
	struct fb_field *field = (struct fb_field *)((char *)layout + row->slot);

	*field = (struct fb_field){.name = row->member};
	return fb_part_skip(fb_driver_field(&of_module, row->type, row->member, field));
}

struct fb_error *fb_rpc_layout_find(struct fb_kernel *kernel, struct fb_module_types *types,
				    struct fb_rpc_layout *layout_ret)
{
	const struct fb_driver_types of_rpc = {kernel, types, "sunrpc"};
	struct fb_rpc_layout layout = {0};
	uint32_t size = 0;
	/* Some of the other types are in the kernel's own types too, whether the module is loaded or not. */
	struct fb_error *err = fb_driver_size(&of_rpc, "sunrpc_net", &size);

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows) && !err; i++)
		err = find_row(kernel, types, &rows[i], &layout);
	if (!err)
		err = fb_part_skip(
			fb_driver_size(&of_rpc, "rpc_procinfo", &layout.procedure_bytes));
	if (!err)
		err = fb_part_skip(fb_driver_size(&of_rpc, "rpc_iostats", &layout.metrics_bytes));
	if (!err)
		*layout_ret = layout;
	return err;
}
