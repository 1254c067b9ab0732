// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle files: the open files of a process.
 */
#include "kernel/files/files.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle/process/process.h"
#include "cmd/shared/command.h"
#include "cmd/shared/target.h"

static const struct argp_option files_options[] = {
	{"own-root", 'r', NULL, 0, "paths as the process sees them, not as the host does", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	bool *own_root = own;

	if (key != 'r')
		return ARGP_ERR_UNKNOWN;
	*own_root = true;
	return 0;
}

static const struct fb_example examples[] = {
	{"What a process has open", "fbundle files dump.202611231722.fbundle 141", false},
	{0},
};

static const struct fb_usage usage = {
	.options = files_options,
	.parse = parse,
	.arguments = "INPUT PID|NAME",
	.doc = "Lists the open files of a process; paths as /proc shows them on the host.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

/* "rw", then the other flags of open() that matter to a reader. */
static char *flags_text(uint64_t flags, char *to, size_t size)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} names[] = {
		{O_APPEND, "append"},   {O_NONBLOCK, "nonblock"}, {O_DIRECT, "direct"},
		{O_CLOEXEC, "cloexec"}, {O_PATH, "path"},
	};
	static const char *const access[] = {"r", "w", "rw", "-"};
	size_t used = (size_t)snprintf(to, size, "%s", access[flags & O_ACCMODE]);

	for (size_t i = 0; i < FB_ARRAY_SIZE(names) && used < size; i++)
		if ((flags & names[i].bit) == names[i].bit)
			used += (size_t)snprintf(to + used, size - used, ",%s", names[i].name);
	if ((flags & O_SYNC) == O_SYNC && used < size)
		snprintf(to + used, size - used, ",sync");
	return to;
}

static json_t *socket_json(const struct fb_socket *socket)
{
	json_t *object;

	if (!socket)
		return json_null();
	object = json_object();
	json_object_set_new(object, "family", fb_json_text(fb_socket_family_name(socket->family)));
	json_object_set_new(object, "type", fb_json_text(fb_socket_type_name(socket->type)));
	json_object_set_new(object, "state", json_string(fb_socket_state_name(socket)));
	json_object_set_new(object, "local", fb_json_text(*socket->local ? socket->local : NULL));
	json_object_set_new(object, "peer", fb_json_text(*socket->peer ? socket->peer : NULL));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_open_files *files)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < files->count; i++) {
		const struct fb_open_file *file = &files->files[i];
		json_t *object = json_object();
		char flags[96];

		json_object_set_new(object, "fd", json_integer(file->fd));
		json_object_set_new(object, "path", fb_json_text(file->path));
		json_object_set_new(object, "type", fb_json_text(file->type));
		json_object_set_new(object, "flags",
				    json_string(flags_text(file->flags, flags, sizeof(flags))));
		json_object_set_new(object, "pos", json_integer(file->pos));
		json_object_set_new(object, "socket", socket_json(file->socket));
		json_array_append_new(list, object);
	}
	json_object_set_new(answer, "files", list);
	return fb_json_print("files", answer, context->warnings);
}

static struct fb_error *socket_cell(struct fb_table *table, const struct fb_socket *socket)
{
	const char *family, *type;

	if (!socket)
		return fb_table_cell(table, FB_STYLE_PLAIN, "%s", "");
	family = fb_socket_family_name(socket->family);
	type = fb_socket_type_name(socket->type);
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s %s %s  %s%s%s", family ? family : "?",
			     type ? type : "?", fb_socket_state_name(socket), socket->local,
			     !*socket->peer   ? ""
			     : *socket->local ? " -> "
					      : "-> ",
			     socket->peer);
}

static struct fb_error *add_row(struct fb_table *table, const struct fb_open_file *file)
{
	char flags[96];
	struct fb_error *err;

	err = fb_table_cell(table, FB_STYLE_BOLD, "%u", file->fd);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", file->type ? file->type : "?");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_DIM, "%s",
				    flags_text(file->flags, flags, sizeof(flags)));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%lld", (long long)file->pos);
	if (!err)
		err = fb_table_cell(table, file->path ? FB_STYLE_PLAIN : FB_STYLE_WARN, "%s",
				    file->path ? file->path : "unknown");
	return err ? err : socket_cell(table, file->socket);
}

static struct fb_error *print_text(struct fb_context *context, const struct fb_task *task,
				   const struct fb_open_files *files)
{
	static const struct fb_column columns[] = {
		{"FD", FB_RIGHT},  {"TYPE", FB_LEFT}, {"FLAGS", FB_LEFT},
		{"POS", FB_RIGHT}, {"PATH", FB_LEFT}, {"SOCKET", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < files->count && !err; i++)
		err = add_row(table, &files->files[i]);
	if (!err && files->count)
		fb_table_print(table, context->output);
	else if (!err)
		fb_print(context->output, FB_STYLE_PLAIN, "no open files%s\n",
			 task->kernel_thread ? ": a kernel thread" : "");
	fb_table_destroy(table);
	return err;
}

static struct fb_error *load(struct fb_input *input, const char *process, bool own_root,
			     const struct fb_task **task_ret, struct fb_open_files *files)
{
	struct fb_path root;
	bool known = false;
	struct fb_error *err = fb_find_process_named(input, process, task_ret);

	if (!err)
		err = fb_process_root(input, *task_ret, own_root, &root, &known);
	if (!err)
		err = fb_open_files_load(fb_input_kernel(input), *task_ret, known ? &root : NULL,
					 files);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_open_files files = {0};
	const struct fb_task *task = NULL;
	struct fb_input *input = NULL;
	bool own_root = false;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &own_root);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, context->args[0], own_root, &task, &files);
	if (!err && files.lost)
		fb_warn(context->warnings, "%" PRIu64 " open files of this process cannot be read",
			files.lost);
	if (!err)
		err = context->options.json ? print_json(context, &files)
					    : print_text(context, task, &files);
	fb_open_files_deinit(&files);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_files = {
	.name = "files",
	.summary = "open files of a process",
	.run = run,
	.usage = &usage,
};
