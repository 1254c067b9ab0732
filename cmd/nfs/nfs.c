// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle nfs: what is mounted from which server, in the words of nfsstat -m and mountstats, the connections to
 * servers, and the calls that were under way.
 */
#include "cmd/nfs/nfs.h"

#include "base/part.h"

static const struct fb_example examples[] = {
	{"Which servers did not answer, and to what", "fbundle nfs dump.202611231722", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Lists the mounted file systems of NFS with their servers and options, the connections to RPC servers, "
	       "and the calls that were under way, with their age and whose they are.",
	.examples = examples,
};

/* Where the mounts of PID 1 are. */
static struct fb_error *load_targets(struct fb_kernel *kernel, struct fb_nfs *nfs)
{
	const struct fb_task *init = fb_tasks_by_tid(nfs->tasks, 1);
	uint64_t namespace = 0;
	struct fb_error *err = NULL;

	if (init)
		err = fb_mounts_namespace(kernel, init, &namespace);
	if (!err && namespace)
		err = fb_mounts_load(kernel, namespace, NULL, &nfs->targets);
	return fb_part_warn(fb_kernel_warnings(kernel), err,
			    "where file systems are mounted is not known");
}

/* Through the namespaces, and through the mounts. */
static struct fb_error *load_clients(struct fb_kernel *kernel, const struct fb_rpc_layout *layout,
				     const struct fb_jiffies *jiffies, struct fb_nfs *nfs)
{
	struct fb_rpc_reader *reader = NULL;
	struct fb_nets nets = {0};
	struct fb_error *err =
		fb_rpc_reader_create(kernel, layout, nfs->modules, jiffies, &nfs->rpc, &reader);

	if (!err)
		err = fb_nets_load(kernel, nfs->tasks, &nets);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "network namespaces");
	if (!err && reader)
		err = fb_rpc_add_namespaces(reader, &nets);
	for (size_t i = 0; i < nfs->mounts.count && reader && !err; i++) {
		err = fb_rpc_add_client(reader, nfs->mounts.mounts[i].client, 0);
		if (!err)
			err = fb_rpc_add_client(reader, nfs->mounts.mounts[i].main_client, 0);
	}
	if (!err && reader)
		err = fb_rpc_finish(reader);
	fb_nets_deinit(&nets);
	fb_rpc_reader_destroy(reader);
	return err;
}

/* Where the types of the RPC client are not found: whether it is merely not loaded. */
static bool is_absent(const struct fb_nfs *nfs, const struct fb_error *err)
{
	return fb_error_is(err, FB_NOT_FOUND) && nfs->modules &&
	       !fb_modules_by_name(nfs->modules, "sunrpc");
}

static struct fb_error *load(struct fb_input *input, struct fb_module_types *types,
			     struct fb_nfs *nfs)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_rpc_layout layout;
	struct fb_jiffies jiffies = {0};
	struct fb_error *err =
		fb_input_do_without(input, fb_modules_load(kernel, &nfs->modules), "modules");

	if (!err)
		err = fb_rpc_layout_find(kernel, types, &layout);
	if (is_absent(nfs, err)) {
		fb_error_destroy(err);
		nfs->absent = true;
		nfs->mounts.complete = nfs->rpc.complete = true;
		return NULL;
	}
	if (!err)
		err = fb_part_warn(fb_kernel_warnings(kernel), fb_jiffies_read(kernel, &jiffies),
				   "how long ago what is counted in ticks was");
	if (!err)
		err = fb_nfs_mounts_load(kernel, &layout, &jiffies, &nfs->mounts);
	if (!err)
		err = load_clients(kernel, &layout, &jiffies, nfs);
	return err ? err : load_targets(kernel, nfs);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_nfs nfs = {0};
	struct fb_module_types *types = NULL;
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_input_tasks(input, &nfs.tasks);
	if (!err)
		err = fb_module_types_create(fb_input_kernel(input), &types);
	if (!err)
		err = fb_input_explain(input, "NFS cannot be read", load(input, types, &nfs));
	if (!err)
		err = context->options.json ? fb_nfs_print_json(context, &nfs)
					    : fb_nfs_print_text(context, &nfs);
	fb_nfs_mounts_deinit(&nfs.mounts);
	fb_rpc_deinit(&nfs.rpc);
	fb_mounts_deinit(&nfs.targets);
	fb_modules_destroy(nfs.modules);
	fb_module_types_destroy(types);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_nfs = {
	.name = "nfs",
	.summary = "NFS mounts, their servers, and calls under way",
	.run = run,
	.usage = &usage,
};
