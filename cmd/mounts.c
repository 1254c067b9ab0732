// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle mounts: what is mounted where, as findmnt shows it, with what a live host does not tell at a glance: whether
 * a file system is frozen, whether writes to it failed, and how much of it was still to be written at the panic.
 */
#include "kernel/files/mounts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "bundle/process/process.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"

/* The process whose mounts are shown where none is named. */
#define INIT "1"

static const struct fb_example examples[] = {
	{"Which file systems are frozen, read-only or full of unwritten data",
	 "fbundle mounts dump.202611231722", false},
	{"The mounts as a process in a container has them", "fbundle mounts dump.202611231722 328",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [PID|NAME]",
	.doc = "Lists the mounts of PID 1's mount namespace, or of a process's as that process sees them, "
	       "with the state of each file system.",
	.most_arguments = 1,
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	struct fb_mounts mounts;
	struct fb_dirty_inodes dirty;
	bool dirty_known;
};

static struct fb_error *load(struct fb_input *input, const char *process, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_task *task = NULL;
	struct fb_path root;
	uint64_t namespace = 0;
	bool known = false;
	struct fb_error *err = fb_find_process_named(input, process, &task);

	if (!err)
		err = fb_process_root(input, task, true, &root, &known);
	if (!err)
		err = fb_mounts_namespace(kernel, task, &namespace);
	if (!err && !namespace)
		err = fb_error_create(
			FB_NOT_FOUND,
			"PID %d has left its mount namespace, on its exit: name another process",
			task->pid);
	if (!err)
		err = fb_mounts_load(kernel, namespace, known ? &root : NULL, &listing->mounts);
	if (err)
		return err;
	err = fb_dirty_inodes_load(kernel, &listing->dirty);
	listing->dirty_known = !err;
	return fb_part_warn(fb_kernel_warnings(kernel), err,
			    "how much was to be written is not known");
}

static json_t *mount_json(const struct listing *listing, const struct fb_mount *mount)
{
	const struct fb_superblock *superblock = &mount->superblock;
	bool known = superblock->address != 0;
	json_t *object = json_object();
	char text[128];

	json_object_set_new(object, "id",
			    mount->numbers_known ? json_integer(mount->id) : json_null());
	json_object_set_new(object, "parent_id",
			    mount->numbers_known ? json_integer(mount->parent_id) : json_null());
	json_object_set_new(object, "target", fb_json_text(mount->target));
	json_object_set_new(object, "root", fb_json_text(mount->root));
	json_object_set_new(object, "source", fb_json_text(mount->source));
	snprintf(text, sizeof(text), "%u:%u", superblock->major, superblock->minor);
	json_object_set_new(object, "device", known ? json_string(text) : json_null());
	json_object_set_new(object, "type", fb_json_text(known ? superblock->type : NULL));
	fb_mount_options(mount, text, sizeof(text));
	json_object_set_new(object, "options",
			    mount->numbers_known ? json_string(text) : json_null());
	fb_superblock_options(superblock, text, sizeof(text));
	json_object_set_new(object, "superblock_options", known ? json_string(text) : json_null());
	json_object_set_new(object, "superblock",
			    known ? fb_json_hex(superblock->address) : json_null());
	json_object_set_new(object, "freeze",
			    known ? json_string(fb_superblock_freeze_name(superblock->freeze))
				  : json_null());
	json_object_set_new(object, "write_error",
			    superblock->write_error ? json_integer(superblock->write_error)
						    : json_null());
	json_object_set_new(object, "dirty_inodes",
			    known && listing->dirty_known
				    ? json_integer((json_int_t)fb_dirty_inodes_of(
					      &listing->dirty, superblock->address))
				    : json_null());
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < listing->mounts.count; i++)
		json_array_append_new(list, mount_json(listing, &listing->mounts.mounts[i]));
	json_object_set_new(answer, "mounts", list);
	json_object_set_new(answer, "hidden", json_integer((json_int_t)listing->mounts.hidden));
	return fb_json_print("mounts", answer, context->warnings);
}

/* What is worth a look, the gravest first; "" where nothing is. *style_ret: how to show it. */
static void state_text(const struct listing *listing, const struct fb_superblock *superblock,
		       char *to, size_t size, enum fb_style *style_ret)
{
	uint64_t dirty =
		listing->dirty_known ? fb_dirty_inodes_of(&listing->dirty, superblock->address) : 0;
	size_t used = 0;

	*style_ret = superblock->freeze || superblock->write_error ? FB_STYLE_BAD : FB_STYLE_PLAIN;
	to[0] = '\0';
	if (superblock->freeze)
		used += (size_t)snprintf(to, size, "%s",
					 fb_superblock_freeze_name(superblock->freeze));
	if (superblock->write_error && used < size)
		used += (size_t)snprintf(to + used, size - used, "%swrites failed: %s",
					 used ? ", " : "", strerror((int)superblock->write_error));
	if (dirty && used < size)
		snprintf(to + used, size - used, "%s%" PRIu64 " dirty inode%s", used ? ", " : "",
			 dirty, dirty == 1 ? "" : "s");
}

/* The mount's options; a file system that is read-only is so wherever it is mounted. */
static void options_text(const struct fb_mount *mount, char *to, size_t size)
{
	if (!mount->numbers_known) {
		snprintf(to, size, "unknown");
		return;
	}
	fb_mount_options(mount, to, size);
	if (fb_superblock_is_read_only(&mount->superblock))
		memcpy(to, "ro", 2);
}

static struct fb_error *add_row(struct fb_table *table, const struct listing *listing,
				const struct fb_mount *mount)
{
	const struct fb_superblock *superblock = &mount->superblock;
	bool whole = mount->root && !strcmp(mount->root, "/");
	char state[160], options[128];
	enum fb_style style;
	struct fb_error *err;

	options_text(mount, options, sizeof(options));
	state_text(listing, superblock, state, sizeof(state), &style);
	err = fb_table_cell(table, mount->target ? FB_STYLE_BOLD : FB_STYLE_WARN, "%s",
			    mount->target ? mount->target : "unknown");
	if (!err)
		err = fb_table_cell(
			table, FB_STYLE_PLAIN, "%s%s%s%s",
			mount->source ? mount->source : "unknown", mount->root && !whole ? "[" : "",
			mount->root && !whole ? mount->root : "", mount->root && !whole ? "]" : "");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    superblock->address ? superblock->type : "unknown");
	if (!err)
		err = fb_table_cell(table, mount->numbers_known ? FB_STYLE_DIM : FB_STYLE_WARN,
				    "%s", options);
	return err ? err : fb_table_cell(table, style, "%s", state);
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing)
{
	static const struct fb_column columns[] = {
		{"TARGET", FB_LEFT},  {"SOURCE", FB_LEFT}, {"FSTYPE", FB_LEFT},
		{"OPTIONS", FB_LEFT}, {"STATE", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < listing->mounts.count && !err; i++)
		err = add_row(table, listing, &listing->mounts.mounts[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, context->arg_count ? context->args[0] : INIT, &listing);
	if (!err)
		err = context->options.json ? print_json(context, &listing)
					    : print_text(context, &listing);
	fb_dirty_inodes_deinit(&listing.dirty);
	fb_mounts_deinit(&listing.mounts);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_mounts = {
	.name = "mounts",
	.summary = "what is mounted, and file systems' state",
	.run = run,
	.usage = &usage,
};
