// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up members of drivers' types. Called for block devices, interfaces and NFS. */
#include "kernel/modules/driver_types.h"

static struct fb_error *types_with(const struct fb_driver_types *types, const char *type,
				   const struct fb_btf **btf_ret)
{
	const struct fb_btf *btf = fb_kernel_types(types->kernel);
	struct fb_error *err;

	if (btf && fb_layout_size(btf, type)) {
		*btf_ret = btf;
		return NULL;
	}
	err = fb_module_types_get(types->modules, types->module, &btf);
	if (!err && !fb_layout_size(btf, type))
		err = fb_error_create(FB_NOT_FOUND, "module %s has no type %s", types->module,
				      type);
	if (!err)
		*btf_ret = btf;
	return err;
}

struct fb_error *fb_driver_field(const struct fb_driver_types *types, const char *type,
				 const char *member, struct fb_field *field_ret)
{
	const char *const names[] = {member, NULL};
	const struct fb_btf *btf = NULL;
	struct fb_field field = {0};
	struct fb_error *err = types_with(types, type, &btf);

	if (!err && !fb_layout_find(btf, type, names, member, &field))
		err = fb_error_create(FB_NOT_FOUND, "this kernel's types have no %s.%s", type,
				      member);
	if (!err)
		*field_ret = field;
	return err;
}

struct fb_error *fb_driver_value(const struct fb_driver_types *types, uint64_t base,
				 const char *type, const char *member, uint64_t *value_ret)
{
	struct fb_field field;
	struct fb_error *err = fb_driver_field(types, type, member, &field);

	return err ? err : fb_kernel_field(types->kernel, base, &field, value_ret);
}

struct fb_error *fb_driver_string(const struct fb_driver_types *types, uint64_t base,
				  const char *type, const char *member, char *to, size_t size)
{
	uint64_t address = 0;
	struct fb_error *err = fb_driver_value(types, base, type, member, &address);

	to[0] = '\0';
	return err || !address
		       ? err
		       : fb_space_string_whole(fb_kernel_space(types->kernel), address, to, size);
}

struct fb_error *fb_driver_size(const struct fb_driver_types *types, const char *type,
				uint32_t *size_ret)
{
	const struct fb_btf *btf = NULL;
	struct fb_error *err = types_with(types, type, &btf);

	if (!err)
		*size_ret = fb_layout_size(btf, type);
	return err;
}
