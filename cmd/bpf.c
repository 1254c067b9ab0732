// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle bpf: BPF programs, maps and links in the words of bpftool, and which processes hold them.
 */
#include "kernel/bpf/bpf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "kernel/files/held_files.h"

/* Processes and maps that a person is shown of one object. */
#define SHORT_LIST 4u
#define LIST_TEXT 256u

/* Which kinds are asked for; none: all. */
struct asked {
	bool programs, maps, links;
};

static const struct argp_option bpf_options[] = {
	{"progs", 'p', NULL, 0, "programs", 0},
	{"maps", 'm', NULL, 0, "maps", 0},
	{"links", 'l', NULL, 0, "links: what programs are attached to", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct asked *asked = own;

	switch (key) {
	case 'p':
		asked->programs = true;
		return 0;
	case 'm':
		asked->maps = true;
		return 0;
	case 'l':
		asked->links = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct fb_example examples[] = {
	{"Which BPF programs were loaded, and who holds them", "fbundle bpf dump.202611231722",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.options = bpf_options,
	.parse = parse,
	.arguments = "INPUT",
	.doc = "Lists the BPF programs, maps and links of the kernel, and the processes that have them open.",
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	struct fb_bpf bpf;
	struct fb_held_files *held;   /* owned */
	const struct fb_tasks *tasks; /* borrowed */
};

static struct fb_error *load(struct fb_input *input, struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_error *err = fb_input_tasks(input, &listing->tasks);

	if (!err)
		err = fb_input_explain(input, "BPF programs cannot be read",
				       fb_bpf_load(kernel, &listing->bpf));
	return err ? err : fb_held_files_create(kernel, listing->tasks, &listing->held);
}

static json_t *holders_json(const struct listing *listing, uint64_t address)
{
	size_t count = 0;
	const struct fb_held_file *held = fb_held_by_private(listing->held, address, &count);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct fb_task *task = fb_tasks_by_tid(listing->tasks, held[i].pid);
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(held[i].pid));
		json_object_set_new(object, "comm",
				    task ? fb_json_bytes(task->comm, sizeof(task->comm))
					 : json_null());
		json_object_set_new(object, "fd", json_integer(held[i].fd));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *id_json(uint32_t id)
{
	return id ? json_integer(id) : json_null();
}

static json_t *text_json(const char *text, size_t size)
{
	return *text ? fb_json_bytes(text, size) : json_null();
}

static const char *tag_text(const struct fb_bpf_program *program, char to[2 * FB_BPF_TAG + 1])
{
	for (unsigned i = 0; i < FB_BPF_TAG; i++)
		snprintf(to + 2 * (size_t)i, 3, "%02x", program->tag[i]);
	return to;
}

static json_t *program_json(const struct listing *listing, const struct fb_bpf_program *program)
{
	json_t *object = json_object(), *maps = json_array();
	char tag[2 * FB_BPF_TAG + 1];

	for (size_t i = 0; i < program->map_count; i++)
		json_array_append_new(maps, json_integer(program->maps[i]));
	json_object_set_new(object, "id", json_integer(program->id));
	json_object_set_new(object, "type", json_string(program->type));
	json_object_set_new(object, "name", text_json(program->name, sizeof(program->name)));
	json_object_set_new(object, "tag", json_string(tag_text(program, tag)));
	json_object_set_new(object, "gpl_compatible", json_boolean(program->gpl));
	json_object_set_new(object, "loaded_s", json_real((double)program->loaded_ns / 1e9));
	json_object_set_new(object, "uid", json_integer(program->uid));
	json_object_set_new(object, "bytes_xlated", json_integer((json_int_t)program->xlated));
	json_object_set_new(object, "bytes_jited", json_integer((json_int_t)program->jited));
	json_object_set_new(object, "bytes_memlock", json_integer((json_int_t)program->locked));
	json_object_set_new(object, "map_ids", maps);
	json_object_set_new(object, "btf_id", id_json(program->types));
	json_object_set_new(object, "function",
			    text_json(program->attached_to, sizeof(program->attached_to)));
	json_object_set_new(object, "address", fb_json_hex(program->address));
	json_object_set_new(object, "pids", holders_json(listing, program->address));
	return object;
}

static json_t *map_json(const struct listing *listing, const struct fb_bpf_map *map)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", json_integer(map->id));
	json_object_set_new(object, "type", json_string(map->type));
	json_object_set_new(object, "name", text_json(map->name, sizeof(map->name)));
	json_object_set_new(object, "flags", json_integer(map->flags));
	json_object_set_new(object, "bytes_key", json_integer(map->key_size));
	json_object_set_new(object, "bytes_value", json_integer(map->value_size));
	json_object_set_new(object, "max_entries", json_integer(map->most));
	json_object_set_new(object, "bytes_memlock",
			    map->locked_known ? json_integer((json_int_t)map->locked)
					      : json_null());
	json_object_set_new(object, "frozen", json_boolean(map->frozen));
	json_object_set_new(object, "btf_id", id_json(map->types));
	json_object_set_new(object, "address", fb_json_hex(map->address));
	json_object_set_new(object, "pids", holders_json(listing, map->address));
	return object;
}

static json_t *link_json(const struct listing *listing, const struct fb_bpf_link *link)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", json_integer(link->id));
	json_object_set_new(object, "type", json_string(link->type));
	json_object_set_new(object, "prog_id", id_json(link->program));
	json_object_set_new(object, "attach_type",
			    text_json(link->attach_type, sizeof(link->attach_type)));
	json_object_set_new(object, "target", text_json(link->target, sizeof(link->target)));
	json_object_set_new(object, "address", fb_json_hex(link->address));
	json_object_set_new(object, "pids", holders_json(listing, link->address));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	json_t *answer = json_object(), *progs = json_array(), *maps = json_array(),
	       *links = json_array();

	for (size_t i = 0; i < listing->bpf.program_count; i++)
		json_array_append_new(progs, program_json(listing, &listing->bpf.programs[i]));
	for (size_t i = 0; i < listing->bpf.map_count; i++)
		json_array_append_new(maps, map_json(listing, &listing->bpf.maps[i]));
	for (size_t i = 0; i < listing->bpf.link_count; i++)
		json_array_append_new(links, link_json(listing, &listing->bpf.links[i]));
	json_object_set_new(answer, "progs", progs);
	json_object_set_new(answer, "maps", maps);
	json_object_set_new(answer, "links", links);
	return fb_json_print("bpf", answer, context->warnings);
}

/* "128 bpf-holder, 140 bpftool, 3 more"; an object that no process has open is held by what it is attached to, by
 * another one, or by a name in a file system. */
static struct fb_error *holders_cell(struct fb_table *table, const struct listing *listing,
				     uint64_t address)
{
	size_t count = 0, used = 0;
	const struct fb_held_file *held = fb_held_by_private(listing->held, address, &count);
	char text[LIST_TEXT] = "";

	for (size_t i = 0; i < count && i < SHORT_LIST && used < sizeof(text); i++) {
		const struct fb_task *task = fb_tasks_by_tid(listing->tasks, held[i].pid);

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d %s", i ? ", " : "",
					 held[i].pid, task ? fb_task_comm(task).text : "?");
	}
	if (count > SHORT_LIST && used < sizeof(text))
		snprintf(text + used, sizeof(text) - used, ", %zu more", count - SHORT_LIST);
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
}

static struct fb_error *name_cell(struct fb_table *table, const char *name)
{
	char text[4 * FB_BPF_TARGET];

	fb_text_escape(name, strlen(name), text, sizeof(text));
	return fb_table_cell(table, *name ? FB_STYLE_BOLD : FB_STYLE_DIM, "%s", *name ? text : "-");
}

static void maps_text(const struct fb_bpf_program *program, char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "-");
	for (size_t i = 0; i < program->map_count && i < SHORT_LIST && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%" PRIu32, i ? "," : "",
					 program->maps[i]);
	if (program->map_count > SHORT_LIST && used < size)
		snprintf(to + used, size - used, ",%zu more", program->map_count - SHORT_LIST);
}

static struct fb_error *program_row(struct fb_table *table, const struct listing *listing,
				    const struct fb_bpf_program *program)
{
	char tag[2 * FB_BPF_TAG + 1], text[LIST_TEXT];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32, program->id);

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", program->type);
	err = err ? err : name_cell(table, program->name);
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s", tag_text(program, tag));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", program->gpl ? "yes" : "no");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      fb_text_duration((double)program->loaded_ns / 1e9, text, sizeof(text)));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu32, program->uid);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64 " B", program->xlated);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64 " B", program->jited);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      fb_text_size(program->locked, text, sizeof(text)));
	maps_text(program, text, sizeof(text));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", text);
	err = err ? err : name_cell(table, program->attached_to);
	return err ? err : holders_cell(table, listing, program->address);
}

static struct fb_error *map_row(struct fb_table *table, const struct listing *listing,
				const struct fb_bpf_map *map)
{
	char text[32];
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32, map->id);

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", map->type);
	err = err ? err : name_cell(table, map->name);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "0x%" PRIx32 "%s", map->flags,
		      map->frozen ? " frozen" : "");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu32 " B", map->key_size);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu32 " B", map->value_size);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu32, map->most);
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s",
		      map->locked_known ? fb_text_size(map->locked, text, sizeof(text)) : "-");
	return err ? err : holders_cell(table, listing, map->address);
}

static struct fb_error *link_row(struct fb_table *table, const struct listing *listing,
				 const struct fb_bpf_link *link)
{
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32, link->id);

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", link->type);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu32, link->program);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      *link->attach_type ? link->attach_type : "-");
	err = err ? err : name_cell(table, link->target);
	return err ? err : holders_cell(table, listing, link->address);
}

/* Prints what rows() added to a table, below a heading; or that there are none. */
static struct fb_error *
print_table(struct fb_context *context, const struct listing *listing, const char *what,
	    size_t count, const struct fb_column *columns, size_t column_count,
	    struct fb_error *(*row)(struct fb_table *table, const struct listing *listing,
				    size_t index))
{
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!count) {
		fb_put("no %s\n", what);
		return NULL;
	}
	err = fb_table_create(columns, column_count, &table);
	for (size_t i = 0; i < count && !err; i++)
		err = row(table, listing, i);
	if (!err) {
		fb_put("%zu %s\n", count, what);
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *program_at(struct fb_table *table, const struct listing *listing,
				   size_t index)
{
	return program_row(table, listing, &listing->bpf.programs[index]);
}

static struct fb_error *map_at(struct fb_table *table, const struct listing *listing, size_t index)
{
	return map_row(table, listing, &listing->bpf.maps[index]);
}

static struct fb_error *link_at(struct fb_table *table, const struct listing *listing, size_t index)
{
	return link_row(table, listing, &listing->bpf.links[index]);
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing,
				   const struct asked *asked)
{
	static const struct fb_column programs[] = {
		{"ID", FB_RIGHT},      {"TYPE", FB_LEFT},    {"NAME", FB_LEFT},
		{"TAG", FB_LEFT},      {"GPL", FB_LEFT},     {"LOADED AT", FB_RIGHT},
		{"UID", FB_RIGHT},     {"XLATED", FB_RIGHT}, {"JITED", FB_RIGHT},
		{"MEMLOCK", FB_RIGHT}, {"MAP IDS", FB_LEFT}, {"FUNCTION", FB_LEFT},
		{"PIDS", FB_LEFT},
	};
	static const struct fb_column maps[] = {
		{"ID", FB_RIGHT},   {"TYPE", FB_LEFT},     {"NAME", FB_LEFT},
		{"FLAGS", FB_LEFT}, {"KEY", FB_RIGHT},     {"VALUE", FB_RIGHT},
		{"MAX", FB_RIGHT},  {"MEMLOCK", FB_RIGHT}, {"PIDS", FB_LEFT},
	};
	static const struct fb_column links[] = {
		{"ID", FB_RIGHT},         {"TYPE", FB_LEFT},   {"PROG", FB_RIGHT},
		{"ATTACH TYPE", FB_LEFT}, {"TARGET", FB_LEFT}, {"PIDS", FB_LEFT},
	};
	bool all = !asked->programs && !asked->maps && !asked->links;
	struct fb_error *err = NULL;

	if (all || asked->programs)
		err = print_table(context, listing, "BPF programs", listing->bpf.program_count,
				  programs, FB_ARRAY_SIZE(programs), program_at);
	if (!err && all)
		fb_put("\n");
	if (!err && (all || asked->maps))
		err = print_table(context, listing, "BPF maps", listing->bpf.map_count, maps,
				  FB_ARRAY_SIZE(maps), map_at);
	if (!err && all)
		fb_put("\n");
	if (!err && (all || asked->links))
		err = print_table(context, listing, "BPF links", listing->bpf.link_count, links,
				  FB_ARRAY_SIZE(links), link_at);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct asked asked = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &asked);
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, &listing);
	if (!err)
		err = context->options.json ? print_json(context, &listing)
					    : print_text(context, &listing, &asked);
	fb_held_files_destroy(listing.held);
	fb_bpf_deinit(&listing.bpf);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_bpf = {
	.name = "bpf",
	.summary = "BPF programs, maps and links, and who holds them",
	.run = run,
	.usage = &usage,
};
