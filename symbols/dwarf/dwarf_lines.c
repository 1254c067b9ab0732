// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds source lines and inlined functions. The unit of an address comes from the units' own ranges (some
 * compilers write no .debug_aranges), then the function from the unit, then the inlined
 * functions from the function. Results are kept, because many threads wait in the same places. Called for
 * frames of the kernel and its modules.
 */
#include "symbols/dwarf/dwarf_lines.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/files/open_path.h"
#include "base/limits.h"
#include "base/search.h"
#include "symbols/dwarf/dwarf_lines_private.h"

#define BUCKETS 1024u

/* An answer given. */
struct location {
	struct location *next; /* of the same bucket */
	uint64_t address;
	size_t count;
	struct fb_source_frame *frames; /* owned, and so are their files */
};

struct unit_range {
	uint64_t start, end; /* end exclusive */
	Dwarf_Off unit;
};

struct fb_dwarf_lines {
	Dwfl *dwfl;
	Dwfl_Module *module;
	Dwarf *dwarf;
	uint64_t bias; /* what the file's addresses were moved by for libdw: 0 but for modules */
	char *root;

	pthread_mutex_t lock; /* of what follows and of libdw, which is not safe from threads */
	struct fb_unit_functions *units;
	size_t unit_count, unit_room;
	bool units_listed;
	struct unit_range *unit_ranges; /* in order of start */
	size_t range_count, range_room;
	struct location *locations[BUCKETS];
	size_t location_count;
};

/* Debug information is in the file itself: another one is not looked for. */
static int find_nothing(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			const char *file, const char *debuglink, GElf_Word crc, char **debug_file)
{
	(void)module, (void)userdata, (void)name, (void)base;
	(void)file, (void)debuglink, (void)crc, (void)debug_file;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = find_nothing,
	.section_address = dwfl_offline_section_address,
};

static struct fb_error *open_module(struct fb_dwarf_lines *lines, const char *path)
{
	int fd = fb_open_path(path);
	Dwarf_Addr bias;

	if (fd < 0)
		return fb_error_os(errno, "%s", path);
	lines->dwfl = dwfl_begin(&callbacks);
	if (!lines->dwfl) {
		(void)close(fd);
		return fb_error_nomem();
	}
	dwfl_report_begin(lines->dwfl);
	lines->module = dwfl_report_offline(lines->dwfl, path, path, fd);
	if (!lines->module) {
		(void)close(fd); /* else it is libdwfl's */
		return fb_error_create(FB_INVALID, "%s: %s", path, dwfl_errmsg(-1));
	}
	(void)dwfl_report_end(lines->dwfl, NULL, NULL);
	lines->dwarf = dwfl_module_getdwarf(lines->module, &bias);
	if (!lines->dwarf)
		return fb_error_create(FB_NOT_FOUND, "%s: no debug information (%s)", path,
				       dwfl_errmsg(-1));
	lines->bias = bias;
	return fb_source_root(lines->dwarf, &lines->root);
}

struct fb_error *fb_dwarf_lines_open(const char *path, struct fb_dwarf_lines **lines_ret)
{
	struct fb_dwarf_lines *lines = calloc(1, sizeof(*lines));
	struct fb_error *err;

	if (!lines)
		return fb_error_nomem();
	pthread_mutex_init(&lines->lock, NULL); /* the default kind cannot fail */
	err = open_module(lines, path);
	if (err)
		fb_dwarf_lines_destroy(lines);
	else
		*lines_ret = lines;
	return err;
}

static void location_destroy(struct location *location)
{
	for (size_t i = 0; location->frames && i < location->count; i++)
		free((char *)location->frames[i].file);
	free(location->frames);
	free(location);
}

void fb_dwarf_lines_destroy(struct fb_dwarf_lines *lines)
{
	if (!lines)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (lines->locations[i]) {
			struct location *location = lines->locations[i];

			lines->locations[i] = location->next;
			location_destroy(location);
		}
	}
	for (size_t i = 0; i < lines->unit_count; i++)
		fb_unit_functions_deinit(&lines->units[i]);
	free(lines->units);
	free(lines->unit_ranges);
	free(lines->root);
	if (lines->dwfl)
		dwfl_end(lines->dwfl);
	pthread_mutex_destroy(&lines->lock);
	free(lines);
}

static int compare_unit_ranges(const void *a, const void *b)
{
	const struct unit_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static struct fb_error *list_unit(struct fb_dwarf_lines *lines, Dwarf_Die *unit)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;
	struct fb_error *err;

	while ((offset = dwarf_ranges(unit, offset, &base, &start, &end)) > 0) {
		err = fb_grow_array(&lines->unit_ranges, &lines->range_room, lines->range_count,
				    sizeof(*lines->unit_ranges), FB_MAX_KALLSYMS,
				    "ranges of units");
		if (err)
			return err;
		if (start < end)
			lines->unit_ranges[lines->range_count++] =
				(struct unit_range){start, end, dwarf_dieoffset(unit)};
	}
	return NULL;
}

static struct fb_error *list_units(struct fb_dwarf_lines *lines)
{
	struct fb_error *err = NULL;
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	if (lines->units_listed)
		return NULL;
	while (!err && dwarf_get_units(lines->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0)
		err = list_unit(lines, &die);
	if (!err && lines->range_count)
		qsort(lines->unit_ranges, lines->range_count, sizeof(*lines->unit_ranges),
		      compare_unit_ranges);
	lines->units_listed = !err;
	return err;
}

/* *found_ret: whether a unit holds address. */
static struct fb_error *find_unit(struct fb_dwarf_lines *lines, uint64_t address,
				  Dwarf_Die *unit_ret, bool *found_ret)
{
	struct fb_error *err = list_units(lines);
	size_t behind;

	*found_ret = false;
	if (err)
		return err;
	behind = FB_LOWER_BOUND(i, lines->range_count, lines->unit_ranges[i].start <= address);
	if (behind && address < lines->unit_ranges[behind - 1].end)
		*found_ret = dwarf_offdie(lines->dwarf, lines->unit_ranges[behind - 1].unit,
					  unit_ret) != NULL;
	return NULL;
}

static struct fb_error *functions_of(struct fb_dwarf_lines *lines, Dwarf_Die *unit,
				     const struct fb_unit_functions **functions_ret)
{
	Dwarf_Off offset = dwarf_dieoffset(unit);
	struct fb_error *err;

	for (size_t i = 0; i < lines->unit_count; i++) {
		if (lines->units[i].unit != offset)
			continue;
		*functions_ret = &lines->units[i];
		return NULL;
	}
	err = fb_grow_array(&lines->units, &lines->unit_room, lines->unit_count,
			    sizeof(*lines->units), FB_MAX_KALLSYMS, "units");
	if (!err)
		err = fb_unit_functions_load(unit, &lines->units[lines->unit_count]);
	if (!err)
		*functions_ret = &lines->units[lines->unit_count++];
	return err;
}

/* The line of the code at address. */
static void code_line(Dwarf_Die *unit, uint64_t address, const char **file_ret, uint32_t *line_ret)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, address);
	int number = 0;

	*file_ret = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	if (!line || dwarf_lineno(line, &number) != 0 || number < 0)
		number = 0;
	*line_ret = (uint32_t)number;
}

/* Where an inlined function is called: a line of what it was inlined into. */
static void call_line(Dwarf_Die *unit, Dwarf_Die *inlined, const char **file_ret,
		      uint32_t *line_ret)
{
	Dwarf_Word file = 0, line = 0;
	Dwarf_Attribute attribute;
	Dwarf_Files *files;
	size_t count;

	*file_ret = NULL;
	*line_ret = 0;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) != 0 ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) != 0 ||
	    dwarf_getsrcfiles(unit, &files, &count) != 0 || file >= count || line > INT32_MAX)
		return;
	*file_ret = dwarf_filesrc(files, file, NULL, NULL);
	*line_ret = (uint32_t)line;
}

static struct fb_error *add_frame(struct fb_dwarf_lines *lines, struct location *location,
				  const char *function, const char *file, uint32_t line)
{
	struct fb_source_frame *frame = &location->frames[location->count];
	char *copy = NULL;
	struct fb_error *err = file ? fb_source_path(file, lines->root, &copy) : NULL;

	if (err)
		return err;
	*frame = (struct fb_source_frame){.function = function, .file = copy, .line = line};
	location->count++;
	return NULL;
}

/* function: NULL where the unit (of assembly) has none there. */
static struct fb_error *fill_location(struct fb_dwarf_lines *lines, Dwarf_Die *unit,
				      Dwarf_Die *function, struct location *location)
{
	Dwarf_Die inlined[FB_MAX_INLINED];
	size_t count =
		function ? fb_inlined_at(function, location->address, inlined, FB_MAX_INLINED) : 0;
	struct fb_error *err;
	const char *file;
	uint32_t line;

	code_line(unit, location->address, &file, &line);
	err = fb_alloc_array(count + 1, sizeof(*location->frames), FB_MAX_INLINED + 1,
			     "inlined functions", &location->frames);
	for (size_t i = count; i-- > 0 && !err;) {
		err = add_frame(lines, location, dwarf_diename(&inlined[i]), file, line);
		call_line(unit, &inlined[i], &file, &line);
	}
	if (!err)
		err = add_frame(lines, location, function ? dwarf_diename(function) : NULL, file,
				line);
	return err;
}

static struct fb_error *look_up(struct fb_dwarf_lines *lines, struct location *location)
{
	const struct fb_unit_functions *functions;
	Dwarf_Die unit, function;
	bool found;
	struct fb_error *err = find_unit(lines, location->address, &unit, &found);

	if (err || !found)
		return err;
	err = functions_of(lines, &unit, &functions);
	if (err)
		return err;
	found = fb_unit_functions_find(functions, lines->dwarf, location->address, &function);
	return fill_location(lines, &unit, found ? &function : NULL, location);
}

static struct fb_error *find_location(struct fb_dwarf_lines *lines, uint64_t address,
				      const struct location **location_ret)
{
	struct location **bucket = &lines->locations[(address ^ address >> 10) % BUCKETS];
	struct location *location;
	struct fb_error *err;

	for (location = *bucket; location; location = location->next)
		if (location->address == address)
			break;
	if (location) {
		*location_ret = location;
		return NULL;
	}
	if (lines->location_count >= FB_MAX_SOURCE_LOCATIONS)
		return fb_error_create(FB_LIMIT, "lines of more than %u addresses",
				       FB_MAX_SOURCE_LOCATIONS);
	location = calloc(1, sizeof(*location));
	if (!location)
		return fb_error_nomem();
	location->address = address;
	err = look_up(lines, location);
	if (err) {
		location_destroy(location);
		return err;
	}
	location->next = *bucket;
	*bucket = location;
	lines->location_count++;
	*location_ret = location;
	return NULL;
}

struct fb_error *fb_dwarf_lines_find(struct fb_dwarf_lines *lines, uint64_t address,
				     struct fb_source_location *location_ret)
{
	const struct location *location;
	struct fb_error *err;

	pthread_mutex_lock(&lines->lock);
	err = find_location(lines, address - lines->bias, &location);
	if (!err)
		*location_ret = (struct fb_source_location){location->frames, location->count};
	pthread_mutex_unlock(&lines->lock);
	return err;
}

bool fb_dwarf_lines_symbol(struct fb_dwarf_lines *lines, const char *name, uint64_t size,
			   uint64_t *address_ret)
{
	uint64_t address = 0;
	bool several = false;
	int count;

	pthread_mutex_lock(&lines->lock);
	count = dwfl_module_getsymtab(lines->module);
	for (int i = 0; i < count; i++) {
		GElf_Addr at;
		GElf_Sym symbol;
		const char *found =
			dwfl_module_getsym_info(lines->module, i, &symbol, &at, NULL, NULL, NULL);

		if (!found || GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_size != size ||
		    strcmp(found, name) != 0)
			continue;
		several |= address && address != at;
		address = at;
	}
	pthread_mutex_unlock(&lines->lock);
	if (!address || several)
		return false;
	*address_ret = address;
	return true;
}
