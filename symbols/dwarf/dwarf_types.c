// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the wanted types of a vmlinux: walks over the outermost entries of all its units until each name
 * was found. Called for kernels without BTF where --vmlinux is given.
 */
#include "symbols/dwarf/dwarf_types.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/files/open_path.h"
#include "base/limits.h"
#include "symbols/dwarf/dwarf_convert.h"

struct wanted {
	const char *name;
	bool found;
};

struct search {
	struct fb_dwarf_converter converter;
	struct wanted *wanted; /* sorted by name */
	size_t count;
	size_t left;
};

static int compare_wanted(const void *a, const void *b)
{
	return strcmp(((const struct wanted *)a)->name, ((const struct wanted *)b)->name);
}

/* Equal names count once. */
static struct fb_error *sort_wanted(struct search *search, const char *const *names, size_t count)
{
	struct fb_error *err;
	size_t kept = 0;

	err = fb_alloc_array(count, sizeof(*search->wanted), FB_MAX_KALLSYMS, "type names",
			     &search->wanted);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		search->wanted[i].name = names[i];
	qsort(search->wanted, count, sizeof(*search->wanted), compare_wanted);
	for (size_t i = 0; i < count; i++)
		if (!kept || compare_wanted(&search->wanted[kept - 1], &search->wanted[i]))
			search->wanted[kept++] = search->wanted[i];
	search->count = kept;
	search->left = kept;
	return NULL;
}

static bool names_a_type(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_typedef:
		return !dwarf_hasattr(die, DW_AT_declaration);
	default:
		return false;
	}
}

static struct fb_error *take_entry(struct search *search, Dwarf_Die *die)
{
	struct wanted key = {0};
	struct wanted *wanted;
	struct fb_error *err;
	uint32_t unused;

	if (!names_a_type(die))
		return NULL;
	key.name = dwarf_diename(die);
	if (!key.name)
		return NULL;
	wanted = bsearch(&key, search->wanted, search->count, sizeof(key), compare_wanted);
	if (!wanted || wanted->found)
		return NULL;
	err = fb_dwarf_convert(&search->converter, die, &unused);
	if (err)
		return err;
	wanted->found = true;
	search->left--;
	return NULL;
}

static struct fb_error *walk_units(struct search *search, Dwarf *dwarf)
{
	struct fb_error *err = NULL;
	Dwarf_CU *unit = NULL;
	Dwarf_Die unit_die;
	Dwarf_Die die;

	while (search->left && !dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &unit_die, NULL)) {
		if (dwarf_child(&unit_die, &die))
			continue;
		do {
			err = take_entry(search, &die);
			if (err)
				return err;
		} while (search->left && !dwarf_siblingof(&die, &die));
	}
	return NULL;
}

static struct fb_error *load(struct search *search, int fd, const char *const *names, size_t count,
			     struct fb_btf **btf_ret)
{
	struct fb_error *err;
	Dwarf *dwarf;

	dwarf = dwarf_begin(fd, DWARF_C_READ);
	if (!dwarf)
		return fb_error_create(FB_NOT_FOUND, "no DWARF: %s", dwarf_errmsg(-1));
	err = sort_wanted(search, names, count);
	if (!err)
		err = walk_units(search, dwarf);
	if (!err)
		err = fb_btf_builder_finish(&search->converter.builder, btf_ret);
	dwarf_end(dwarf);
	return err;
}

struct fb_error *fb_dwarf_types_load(const char *path, const char *const *names, size_t count,
				     struct fb_btf **btf_ret)
{
	struct search search = {0};
	struct fb_error *err;
	int fd;

	fd = fb_open_path(path);
	if (fd < 0)
		return fb_error_os(errno, "%s", path);
	err = fb_dwarf_converter_init(&search.converter);
	if (!err)
		err = load(&search, fd, names, count, btf_ret);
	fb_dwarf_converter_deinit(&search.converter);
	free(search.wanted);
	(void)close(fd);
	return fb_error_prefix(err, "%s", path);
}
