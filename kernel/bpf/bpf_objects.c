// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads one BPF program, map or link. Called by bpf.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/part.h"
#include "base/text.h"
#include "kernel/bpf/bpf_private.h"
#include "kernel/tasks/task_detail.h"

/* Bytes of a struct bpf_insn. */
#define INSTRUCTION 8u

/* The enumerator of a value as bpftool spells it: without its prefix, in lower case; the number where it has none. */
static void name_value(const struct fb_kernel *kernel, const char *type, const char *prefix,
		       uint64_t value, char to[FB_BPF_WORD])
{
	const struct fb_btf *btf = fb_kernel_types(kernel);
	uint32_t id = 0;
	struct fb_error *err = btf ? fb_btf_find(btf, FB_TYPE_ENUM, type, &id)
				   : fb_error_create(FB_NOT_FOUND, " ");

	fb_btf_enumerator_word(btf, id, prefix, value, to, FB_BPF_WORD);
	fb_error_destroy(err);
}

/* A member that is a number of at most 32 bits. */
static struct fb_error *read_u32(struct fb_kernel *kernel, uint64_t base,
				 const struct fb_field *field, uint32_t *value_ret)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &value);

	if (!err)
		*value_ret = (uint32_t)value;
	return err;
}

static struct fb_error *read_type(struct fb_kernel *kernel, uint64_t base,
				  const struct fb_field *field, const char *type,
				  const char *prefix, char to[FB_BPF_WORD])
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &value);

	if (!err)
		name_value(kernel, type, prefix, value, to);
	return err;
}

/* The bytes of a name, which need not end with a NUL. */
static struct fb_error *read_name(struct fb_kernel *kernel, uint64_t base,
				  const struct fb_field *field, char to[FB_BPF_NAME])
{
	struct fb_error *err = fb_layout_require(field);

	return err ? err
		   : fb_space_string_whole(fb_kernel_space(kernel), base + field->offset, to,
					   field->size < FB_BPF_NAME - 1 ? field->size + 1
									 : FB_BPF_NAME);
}

/* The ID of the BTF that a member points to; 0: none. */
static struct fb_error *read_types(struct fb_kernel *kernel, uint64_t base,
				   const struct fb_field *field, uint32_t *id_ret)
{
	uint64_t btf = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &btf);

	return err || !btf ? err
			   : read_u32(kernel, btf, &fb_kernel_layout(kernel)->bpf_types_id, id_ret);
}

static struct fb_error *check_id(uint64_t its, uint64_t id)
{
	return its == id ? NULL
			 : fb_error_create(FB_CORRUPT, "it says that its ID is %" PRIu64, its);
}

static struct fb_error *read_maps(struct fb_kernel *kernel, uint64_t aux,
				  struct fb_bpf_program *program)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t count = 0, array = 0, map = 0;
	struct fb_error *err = fb_kernel_field(kernel, aux, &layout->bpf_aux_map_count, &count);

	if (!err)
		err = fb_kernel_field(kernel, aux, &layout->bpf_aux_maps, &array);
	if (!err)
		err = fb_alloc_array(count, sizeof(*program->maps), FB_MAX_BPF_MAPS_USED, "maps",
				     &program->maps);
	for (uint64_t i = 0; i < count && !err; i++) {
		err = fb_space_u64(fb_kernel_space(kernel), array + i * sizeof(map), &map);
		if (!err)
			err = read_u32(kernel, map, &layout->bpf_map_id,
				       &program->maps[program->map_count]);
		if (!err)
			program->map_count++;
	}
	return err;
}

/* Machine code: of a program that was split into functions that of all of them. */
static struct fb_error *read_code(struct fb_kernel *kernel, uint64_t aux,
				  struct fb_bpf_program *program)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t count = 0, array = 0, function = 0, bytes = 0, sum = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, aux, &layout->bpf_aux_function_count, &count);

	if (!err && !count)
		return fb_kernel_field(kernel, program->address, &layout->bpf_prog_bytes,
				       &program->jited);
	if (!err && count > FB_MAX_BPF_FUNCTIONS)
		err = fb_error_create(FB_LIMIT, "%" PRIu64 " functions", count);
	if (!err)
		err = fb_kernel_field(kernel, aux, &layout->bpf_aux_functions, &array);
	for (uint64_t i = 0; i < count && !err; i++) {
		err = fb_space_u64(fb_kernel_space(kernel), array + i * sizeof(function),
				   &function);
		if (!err)
			err = fb_kernel_field(kernel, function, &layout->bpf_prog_bytes, &bytes);
		sum += bytes;
	}
	if (!err)
		program->jited = sum;
	return err;
}

static struct fb_error *read_user(struct fb_kernel *kernel, uint64_t aux,
				  struct fb_bpf_program *program)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t user = 0;
	struct fb_error *err = fb_kernel_field(kernel, aux, &layout->bpf_aux_uid, &user);

	return err || !user ? err : read_u32(kernel, user, &layout->user_struct_uid, &program->uid);
}

static struct fb_error *read_function(struct fb_kernel *kernel, uint64_t aux,
				      struct fb_bpf_program *program)
{
	uint64_t name = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, aux, &fb_kernel_layout(kernel)->bpf_aux_attached_to, &name);

	return err || !name
		       ? err
		       : fb_space_string_whole(fb_kernel_space(kernel), name, program->attached_to,
					       sizeof(program->attached_to));
}

/* What struct bpf_prog itself has. */
static struct fb_error *read_head(struct fb_kernel *kernel, struct fb_bpf_program *program)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t pages = 0, gpl = 0, length = 0;
	struct fb_error *err = read_type(kernel, program->address, &layout->bpf_prog_type,
					 "bpf_prog_type", "BPF_PROG_TYPE_", program->type);

	if (!err)
		err = fb_kernel_field(kernel, program->address, &layout->bpf_prog_pages, &pages);
	if (!err)
		err = fb_kernel_field(kernel, program->address, &layout->bpf_prog_gpl, &gpl);
	if (!err)
		err = fb_kernel_field(kernel, program->address, &layout->bpf_prog_length, &length);
	if (!err)
		err = fb_layout_require(&layout->bpf_prog_tag);
	program->locked = pages * FB_PAGE_SIZE;
	program->gpl = gpl;
	program->xlated = length * INSTRUCTION;
	return err ? err
		   : fb_space_read(fb_kernel_space(kernel),
				   program->address + layout->bpf_prog_tag.offset, program->tag,
				   sizeof(program->tag));
}

struct fb_error *fb_bpf_read_program(struct fb_kernel *kernel, uint64_t address, uint64_t id,
				     struct fb_bpf_program *program)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	uint64_t aux = 0;
	struct fb_error *err = fb_kernel_field(kernel, address, &layout->bpf_prog_aux, &aux);

	program->address = address;
	if (!err)
		err = read_u32(kernel, aux, &layout->bpf_aux_id, &program->id);
	if (!err)
		err = check_id(program->id, id);
	if (!err)
		err = read_head(kernel, program);
	if (!err)
		err = read_name(kernel, aux, &layout->bpf_aux_name, program->name);
	if (!err)
		err = fb_kernel_field(kernel, aux, &layout->bpf_aux_loaded, &program->loaded_ns);
	if (err)
		return err;
	err = fb_part_warn(warnings, read_user(kernel, aux, program),
			   "BPF program %" PRIu64 ": its user", id);
	if (!err)
		err = fb_part_warn(warnings, read_code(kernel, aux, program),
				   "BPF program %" PRIu64 ": its machine code", id);
	if (!err)
		err = fb_part_warn(warnings, read_maps(kernel, aux, program),
				   "BPF program %" PRIu64 ": its maps", id);
	if (!err)
		err = fb_part_warn(warnings,
				   read_types(kernel, aux, &layout->bpf_aux_types, &program->types),
				   "BPF program %" PRIu64 ": its types", id);
	return err ? err
		   : fb_part_warn(warnings, read_function(kernel, aux, program),
				  "BPF program %" PRIu64 ": what it is attached to", id);
}

struct fb_error *fb_bpf_read_map(struct fb_kernel *kernel, uint64_t address, uint64_t id,
				 struct fb_bpf_map *map)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct {
		const struct fb_field *field;
		uint32_t *value;
	} numbers[] = {{&layout->bpf_map_flags, &map->flags},
		       {&layout->bpf_map_key_size, &map->key_size},
		       {&layout->bpf_map_value_size, &map->value_size},
		       {&layout->bpf_map_most, &map->most}};
	uint64_t frozen = 0, pages = 0;
	struct fb_error *err = read_u32(kernel, address, &layout->bpf_map_id, &map->id);

	map->address = address;
	if (!err)
		err = check_id(map->id, id);
	if (!err)
		err = read_type(kernel, address, &layout->bpf_map_type, "bpf_map_type",
				"BPF_MAP_TYPE_", map->type);
	if (!err)
		err = read_name(kernel, address, &layout->bpf_map_name, map->name);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = read_u32(kernel, address, numbers[i].field, numbers[i].value);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->bpf_map_frozen, &frozen);
	if (!err && layout->bpf_map_pages.found)
		err = fb_kernel_field(kernel, address, &layout->bpf_map_pages, &pages);
	map->frozen = frozen;
	map->locked_known = layout->bpf_map_pages.found;
	map->locked = pages * FB_PAGE_SIZE;
	return err ? err
		   : fb_part_warn(fb_kernel_warnings(kernel),
				  read_types(kernel, address, &layout->bpf_map_types, &map->types),
				  "BPF map %" PRIu64 ": its types", id);
}

/* The tracepoint of a raw one. */
static struct fb_error *read_tracepoint(struct fb_kernel *kernel, struct fb_bpf_link *link)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t address = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, link->address, &layout->bpf_raw_link_event, &address);

	if (!err)
		err = fb_kernel_field(kernel, address, &layout->bpf_raw_event_tracepoint, &address);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->tracepoint_name, &address);
	return err ? err
		   : fb_space_string_whole(fb_kernel_space(kernel), address, link->target,
					   sizeof(link->target));
}

static struct fb_error *read_group(struct fb_kernel *kernel, struct fb_bpf_link *link)
{
	uint64_t group = 0;
	struct fb_error *err = fb_kernel_field(
		kernel, link->address, &fb_kernel_layout(kernel)->bpf_cgroup_link_group, &group);

	/* The group has been removed, and the link has outlived it. */
	if (err || !group)
		return err;
	return fb_cgroup_path(kernel, group, link->target, sizeof(link->target));
}

/* What it is attached to, of those kinds of which that is known. */
static struct fb_error *read_target(struct fb_kernel *kernel, struct fb_bpf_link *link)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *attach_type = &layout->bpf_link_attach_type;
	struct fb_error *err = NULL;

	if (!strcmp(link->type, "cgroup")) {
		if (!attach_type->found)
			attach_type = &layout->bpf_cgroup_link_attach_type;
		err = read_group(kernel, link);
	} else if (!strcmp(link->type, "tracing")) {
		if (!attach_type->found)
			attach_type = &layout->bpf_tracing_link_attach_type;
	} else if (!strcmp(link->type, "raw_tracepoint")) {
		return read_tracepoint(kernel, link);
	} else if (!attach_type->found) {
		return NULL;
	}
	return err ? err
		   : read_type(kernel, link->address, attach_type, "bpf_attach_type", "BPF_",
			       link->attach_type);
}

struct fb_error *fb_bpf_read_link(struct fb_kernel *kernel, uint64_t address, uint64_t id,
				  struct fb_bpf_link *link)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t program = 0, aux = 0;
	struct fb_error *err = read_u32(kernel, address, &layout->bpf_link_id, &link->id);

	link->address = address;
	if (!err)
		err = check_id(link->id, id);
	if (!err)
		err = read_type(kernel, address, &layout->bpf_link_type, "bpf_link_type",
				"BPF_LINK_TYPE_", link->type);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->bpf_link_prog, &program);
	if (!err && program)
		err = fb_kernel_field(kernel, program, &layout->bpf_prog_aux, &aux);
	if (!err && program)
		err = read_u32(kernel, aux, &layout->bpf_aux_id, &link->program);
	return err ? err
		   : fb_part_warn(fb_kernel_warnings(kernel), read_target(kernel, link),
				  "BPF link %" PRIu64 ": what it is attached to", id);
}
