// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle vm: lists the mappings of a process, and how many of their bytes can be read from which source.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bundle/process/process.h"
#include "cmd/shared/command.h"
#include "cmd/shared/page_sources.h"
#include "cmd/shared/target.h"
#include "kernel/mappings/vma_name.h"

struct vm {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_target target;
	bool own_root;
	struct fb_vma_namer namer;
	struct fb_table *table; /* text */
	json_t *list;           /* --json */
	struct fb_page_sources total;
	uint64_t absent_of_files;
	size_t from_core; /* mappings of which only the core tells, or whose name only it has */
};

static const struct argp_option vm_options[] = {
	{"own-root", 'r', NULL, 0, "paths as the process sees them, not as the host does", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct vm *vm = own;

	if (key != 'r')
		return ARGP_ERR_UNKNOWN;
	vm->own_root = true;
	return 0;
}

static const struct fb_example examples[] = {
	{"The mappings of a process, and what there is of their pages",
	 "fbundle vm dump.202611231722.fbundle 132", false},
	{0},
};

static const struct fb_usage usage = {
	.options = vm_options,
	.parse = parse,
	.arguments = "INPUT PID|NAME",
	.doc = "Lists the mappings of a process as /proc/PID/maps does, and how many of their pages "
	       "come from where.",
	.most_arguments = 1,
	.least_arguments = 1,
	.examples = examples,
};

static struct fb_error *add_json(struct vm *vm, const struct fb_vma *vma,
				 const struct fb_vma_text *text,
				 const struct fb_page_sources *sources)
{
	json_t *object = json_object();
	json_t *pages = json_object();

	json_object_set_new(pages, "vmcore", json_integer((json_int_t)sources->vmcore));
	json_object_set_new(pages, "core", json_integer((json_int_t)sources->core));
	json_object_set_new(pages, "file", json_integer((json_int_t)sources->file));
	json_object_set_new(pages, "zero", json_integer((json_int_t)sources->zero));
	json_object_set_new(pages, "swap", json_integer((json_int_t)sources->swap));
	json_object_set_new(pages, "absent", json_integer((json_int_t)sources->absent));
	json_object_set_new(object, "start", fb_json_hex(vma->start));
	json_object_set_new(object, "end", fb_json_hex(vma->end));
	json_object_set_new(object, "perms", json_string(text->perms));
	json_object_set_new(object, "offset", fb_json_hex(text->offset));
	json_object_set_new(object, "inode", json_integer((json_int_t)text->inode));
	json_object_set_new(object, "name", fb_json_text(text->name));
	json_object_set_new(object, "from", json_string(vma->from_core ? "core" : "vmcore"));
	json_object_set_new(object, "name_from_core", json_boolean(text->core_name));
	json_object_set_new(object, "pages", pages);
	return json_array_append_new(vm->list, object) ? fb_error_nomem() : NULL;
}

static struct fb_error *count_cell(struct fb_table *table, uint64_t count, enum fb_style style)
{
	char text[32];

	if (!count)
		return fb_table_cell(table, FB_STYLE_DIM, "-");
	return fb_table_cell(table, style, "%s", fb_text_count(count, text, sizeof(text)));
}

static struct fb_error *add_counts(struct vm *vm, const struct fb_page_sources *sources)
{
	struct fb_error *err;

	err = count_cell(vm->table, sources->vmcore, FB_STYLE_PLAIN);
	if (!err)
		err = count_cell(vm->table, sources->core, FB_STYLE_PLAIN);
	if (!err)
		err = count_cell(vm->table, sources->file, FB_STYLE_PLAIN);
	if (!err)
		err = count_cell(vm->table, sources->zero, FB_STYLE_DIM);
	if (!err)
		err = count_cell(vm->table, sources->swap, FB_STYLE_WARN);
	if (!err)
		err = count_cell(vm->table, sources->absent, FB_STYLE_WARN);
	return err;
}

static struct fb_error *add_row(struct vm *vm, const struct fb_vma *vma,
				const struct fb_vma_text *text,
				const struct fb_page_sources *sources)
{
	struct fb_error *err;

	err = fb_table_cell(vm->table, FB_STYLE_PLAIN, "%" PRIx64 "-%" PRIx64, vma->start,
			    vma->end);
	if (!err)
		err = fb_table_cell(vm->table, FB_STYLE_PLAIN, "%s", text->perms);
	if (!err)
		err = fb_table_cell(vm->table, FB_STYLE_DIM, "%" PRIx64, text->offset);
	if (!err)
		err = add_counts(vm, sources);
	if (err)
		return err;
	if (vma->from_core || text->core_name)
		return fb_table_cell(vm->table, FB_STYLE_WARN, "%s%s", text->name,
				     *text->name ? "  [core]" : "[core]");
	return fb_table_cell(vm->table, FB_STYLE_PLAIN, "%s", text->name);
}

static struct fb_error *add_vma(struct vm *vm, const struct fb_vma *vma)
{
	struct fb_page_sources sources;
	struct fb_vma_text text;
	struct fb_error *err;

	err = fb_vma_describe(&vm->namer, vma, &text);
	vm->from_core += vma->from_core || text.core_name;
	if (!err && text.damaged && !vma->from_core && !text.core_name)
		fb_warn(vm->context->warnings,
			"mapping 0x%" PRIx64 ": its file's name or inode cannot be read",
			vma->start);
	if (!err)
		err = fb_page_sources_count(vm->target.space, vma->start, vma->end, &sources);
	if (err)
		return err;
	fb_page_sources_add(&vm->total, &sources);
	if (fb_vma_has_file(vma) && !(vma->flags & FB_VM_SHARED))
		vm->absent_of_files += sources.absent;
	return vm->list ? add_json(vm, vma, &text, &sources) : add_row(vm, vma, &text, &sources);
}

/* What the core's list of mapped files says and the panic's does not, or the other way round. */
static unsigned count_changed(struct vm *vm)
{
	const struct fb_vmas *vmas = fb_joined_vmas(vm->target.joined);
	struct fb_core *core = fb_joined_core(vm->target.joined);
	const struct fb_core_info *info = core ? fb_core_info(core) : NULL;
	unsigned changed = 0;

	for (size_t i = 0; info && i < info->mapping_count; i++) {
		const struct fb_vma *vma = fb_vmas_find(vmas, info->mappings[i].start);

		if (!vma || vma->start != info->mappings[i].start ||
		    vma->end != info->mappings[i].end || !fb_vma_has_file(vma))
			changed++;
	}
	return changed;
}

static struct fb_error *print_text(struct vm *vm)
{
	struct fb_core *core = fb_joined_core(vm->target.joined);
	bool hint = vm->absent_of_files && !vm->context->options.sysroot;
	unsigned changed = count_changed(vm);
	char count[32];
	struct fb_error *err;

	err = fb_table_cell(vm->table, FB_STYLE_BOLD, "total (pages of 4 KiB)");
	for (int i = 0; i < 2 && !err; i++)
		err = fb_table_cell(vm->table, FB_STYLE_PLAIN, "%s", "");
	if (!err)
		err = add_counts(vm, &vm->total);
	if (!err)
		err = fb_table_cell(vm->table, FB_STYLE_PLAIN, "%s", "");
	if (err)
		return err;
	fb_table_print(vm->table, vm->context->output);
	if (!core || changed || hint)
		fb_put("\n");
	if (!core)
		fb_print(
			vm->context->output, FB_STYLE_WARN,
			"no core of this process: with one (`fbundle merge`, --core) its own pages "
			"are there\n");
	else if (changed)
		fb_print(vm->context->output, FB_STYLE_WARN,
			 "%u file %s of the core changed or gone at the panic\n", changed,
			 changed == 1 ? "mapping was" : "mappings were");
	if (hint)
		fb_print(vm->context->output, FB_STYLE_WARN,
			 "%s absent %s of mapped files: --sysroot gives them\n",
			 fb_text_count(vm->absent_of_files, count, sizeof(count)),
			 vm->absent_of_files == 1 ? "page is" : "pages are");
	return NULL;
}

static struct fb_error *list_mappings(struct vm *vm)
{
	const struct fb_vmas *vmas = fb_joined_vmas(vm->target.joined);
	struct fb_kernel *kernel = fb_input_kernel(vm->input);
	struct fb_path root;
	bool known;
	struct fb_error *err;

	err = fb_process_root(vm->input, vm->target.task, vm->own_root, &root, &known);
	if (!err)
		err = fb_vma_namer_init(&vm->namer, kernel, vm->target.task->mm,
					known ? &root : NULL);
	if (err)
		return err;
	for (size_t i = 0; i < vmas->count && !err; i++)
		err = add_vma(vm, &vmas->vma[i]);
	if (vm->from_core)
		fb_warn(vm->context->warnings,
			"%zu of these mappings, or their names, are lost in the dump: they are as in "
			"%s",
			vm->from_core, fb_core_name(fb_joined_core(vm->target.joined)));
	if (vmas->lost)
		fb_warn(vm->context->warnings,
			"%" PRIu64 " mappings of this process cannot be reached%s", vmas->lost,
			vm->from_core ? " in the dump" : "");
	return err;
}

static struct fb_error *answer(struct vm *vm)
{
	static const struct fb_column columns[] = {
		{"RANGE", FB_LEFT},   {"PERMS", FB_LEFT}, {"OFFSET", FB_RIGHT},
		{"VMCORE", FB_RIGHT}, {"CORE", FB_RIGHT}, {"FILE", FB_RIGHT},
		{"ZERO", FB_RIGHT},   {"SWAP", FB_RIGHT}, {"ABSENT", FB_RIGHT},
		{"NAME", FB_LEFT},
	};
	struct fb_error *err;

	if (vm->context->options.json) {
		vm->list = json_array();
		err = list_mappings(vm);
		if (!err) {
			json_t *object = json_object();

			json_object_set(object, "vmas", vm->list);
			err = fb_json_print("vm", object, vm->context->warnings);
		}
		json_decref(vm->list);
		return err;
	}
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &vm->table);
	if (!err)
		err = list_mappings(vm);
	if (!err)
		err = print_text(vm);
	fb_table_destroy(vm->table);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct vm vm = {.context = context};
	const struct fb_task *task = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &vm);
	err = fb_context_open(context, &vm.input);
	if (!err)
		err = fb_find_process_named(vm.input, context->args[0], &task);
	if (!err)
		err = fb_target_open_process(context, vm.input, task, false, &vm.target);
	if (!err)
		err = answer(&vm);
	fb_target_deinit(&vm.target);
	fb_input_destroy(vm.input);
	return err;
}

const struct fb_command fb_command_vm = {
	.name = "vm",
	.summary = "mappings, and which bytes are to be had",
	.run = run,
	.usage = &usage,
};
