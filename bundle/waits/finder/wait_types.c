// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up types and members by name, and keeps the results. Called by recognisers. */
#include "bundle/waits/finder/wait_types.h"

#include <string.h>

#include "base/text.h"
#include "kernel/modules/module_types.h"

/* More members than recognisers look up by name. */
#define MEMBERS 96u

struct member {
	const char *type, *name; /* NULL: free */
	uint32_t offset, size;   /* size 0: of a bit-field, or an array without an end */
	bool found;              /* this kernel has it */
};

struct types {
	struct fb_module_types *types; /* owned; NULL: not opened yet */
	struct member members[MEMBERS];
};

static void deinit(void *state)
{
	struct types *types = state;

	fb_module_types_destroy(types->types);
}

static const struct fb_wait_state TYPES = {sizeof(struct types), deinit};

static struct fb_error *open_types(struct fb_wait_finder *finder, struct types *types)
{
	return types->types ? NULL : fb_module_types_create(finder->kernel, &types->types);
}

static struct fb_error *find_struct(struct fb_wait_finder *finder, struct types *types,
				    const char *name, const struct fb_btf **btf_ret,
				    uint32_t *id_ret)
{
	struct fb_error *err = open_types(finder, types);

	return err ? err
		   : fb_module_types_find(types->types, FB_TYPE_STRUCT, name, btf_ret, id_ret);
}

/* Leaves found false where there is none. */
static struct fb_error *look_up(struct fb_wait_finder *finder, struct types *types,
				struct member *member)
{
	const struct fb_btf *btf;
	struct fb_btf_member found;
	uint64_t size = 0;
	uint32_t id;
	struct fb_error *err = find_struct(finder, types, member->type, &btf, &id);

	if (!err)
		err = fb_btf_find_member(btf, id, member->name, &found);
	if (!err && !found.bit_size)
		err = fb_btf_sizeof(btf, found.type, &size);
	if (!err) {
		member->offset = (uint32_t)(found.bit_offset / 8);
		member->size = (uint32_t)size;
		member->found = true;
	}
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return NULL;
}

struct fb_error *fb_wait_struct(struct fb_wait_finder *finder, const char *name,
				const struct fb_btf **btf_ret, uint32_t *id_ret)
{
	struct types *types;
	struct fb_error *err = fb_wait_state(finder, &TYPES, &types);

	return err ? err : find_struct(finder, types, name, btf_ret, id_ret);
}

struct fb_error *fb_wait_driver_types(struct fb_wait_finder *finder, const char *module,
				      struct fb_driver_types *types_ret)
{
	struct types *types;
	struct fb_error *err = fb_wait_state(finder, &TYPES, &types);

	if (!err)
		err = open_types(finder, types);
	if (!err)
		*types_ret = (struct fb_driver_types){finder->kernel, types->types, module};
	return err;
}

static struct fb_error *find(struct fb_wait_finder *finder, const char *type, const char *name,
			     const struct member **member_ret)
{
	struct types *types;
	struct member *member;
	struct fb_error *err = fb_wait_state(finder, &TYPES, &types);

	if (err)
		return err;
	for (member = types->members; member < types->members + MEMBERS && member->type; member++)
		if (!strcmp(member->type, type) && !strcmp(member->name, name))
			break;
	if (member == types->members + MEMBERS)
		return fb_error_create(FB_LIMIT, "more members are asked for than have room");
	if (!member->type) {
		*member = (struct member){.type = type, .name = name};
		err = look_up(finder, types, member);
	}
	if (!err && !member->found)
		err = fb_error_create(FB_NOT_FOUND, "this kernel's types have no %s.%s", type,
				      name);
	*member_ret = member;
	return err;
}

struct fb_error *fb_wait_member(struct fb_wait_finder *finder, const char *type, const char *member,
				uint32_t *offset_ret)
{
	const struct member *found;
	struct fb_error *err = find(finder, type, member, &found);

	if (!err)
		*offset_ret = found->offset;
	return err;
}

struct fb_error *fb_wait_value(struct fb_wait_finder *finder, uint64_t base, const char *type,
			       const char *member, uint64_t *value_ret)
{
	const struct member *found;
	uint64_t value = 0;
	struct fb_error *err = find(finder, type, member, &found);

	if (!err && (!found->size || found->size > sizeof(value)))
		err = fb_error_create(FB_UNSUPPORTED, "%s.%s has %u bytes", type, member,
				      found->size);
	if (!err)
		err = fb_space_read(finder->space, base + found->offset, &value, found->size);
	if (!err)
		*value_ret = value; /* little-endian, as x86 is */
	return err;
}

struct fb_error *fb_wait_value_text(struct fb_wait_finder *finder, uint64_t base, const char *type,
				    const char *member, char *to, size_t size)
{
	char text[256] = "";
	uint64_t address;
	struct fb_error *err = fb_wait_value(finder, base, type, member, &address);

	if (!err)
		err = fb_space_string(finder->space, address, text, sizeof(text));
	if (!err)
		fb_text_escape(text, strlen(text), to, size);
	return err;
}

struct fb_error *fb_wait_enumerator(struct fb_wait_finder *finder, const char *type,
				    const char *enumerator, uint64_t *value_ret)
{
	const struct fb_btf *btf = fb_kernel_types(finder->kernel);
	int64_t value;

	if (!btf)
		return fb_error_create(FB_NOT_FOUND, "this kernel's types cannot be read");
	if (!fb_btf_enumerator_value(btf, type, enumerator, &value))
		return fb_error_create(FB_NOT_FOUND, "enum %s has no %s", type, enumerator);
	*value_ret = (uint64_t)value;
	return NULL;
}
