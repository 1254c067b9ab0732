// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the names of a frame: its object and symbol, and where there is DWARF, its line and the functions that are
 * inlined into it. Called by unwind.c.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "symbols/table/demangle.h"
#include "user/unwind/unwind_private.h"

static struct fb_error *append(struct fb_unwind_session *session, const struct fb_user_frame *frame)
{
	struct fb_user_stack *stack = session->stack;
	struct fb_error *err;

	err = fb_grow_array(&stack->frames, &stack->room, stack->count, sizeof(*stack->frames),
			    FB_MAX_USER_FRAMES + FB_MAX_INLINED, "frames");
	if (!err)
		stack->frames[stack->count++] = *frame;
	return err;
}

static struct fb_error *name_object(struct fb_unwind_session *session,
				    struct fb_unwind_module *module, struct fb_user_frame *frame)
{
	const struct fb_cached_object *object = module->object;
	struct fb_error *err = NULL;

	if (!module->path)
		err = fb_string_pool_add(session->pool, module->first->path, &module->path);
	if (!err && !module->build_id && object && object->build_id[0])
		err = fb_string_pool_add(session->pool, object->build_id, &module->build_id);
	frame->object = module->path;
	frame->build_id = module->build_id;
	return err;
}

/* linkage: the name for the linker, which may be mangled; NULL: none. */
static struct fb_error *set_symbol(struct fb_unwind_session *session, const char *name,
				   const char *linkage, struct fb_user_frame *frame)
{
	char *demangled = linkage ? fb_demangle(linkage) : NULL;
	struct fb_error *err = fb_string_pool_add(session->pool, name, &frame->symbol);

	if (!err)
		err = fb_string_pool_add(session->pool, demangled, &frame->demangled);
	free(demangled);
	return err;
}

static struct fb_error *name_symbol(struct fb_unwind_session *session,
				    const struct fb_unwind_module *module, uint64_t address,
				    struct fb_user_frame *frame)
{
	uint64_t to_elf = module->object->first_vaddr - module->start;
	const struct fb_elf_symbol *symbol;
	const char *name;

	symbol = fb_elf_symbols_find(&module->object->symbols, address + to_elf, &name);
	if (!symbol)
		return NULL;
	frame->offset = frame->pc + to_elf - symbol->address;
	return set_symbol(session, name, name, frame);
}

static struct fb_error *set_line(struct fb_unwind_session *session, const char *file, int line,
				 struct fb_user_frame *frame)
{
	frame->line = file && line > 0 ? (uint32_t)line : 0;
	return fb_string_pool_add(session->pool, file, &frame->file);
}

/* Finds where an inlined function is called, which is a line of the function that it was inlined
 * into. */
static void call_site(Dwarf_Die *cu, Dwarf_Die *inlined, const char **file_ret, int *line_ret)
{
	Dwarf_Files *files;
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	size_t count;

	*file_ret = NULL;
	*line_ret = 0;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) != 0 ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) != 0 ||
	    dwarf_getsrcfiles(cu, &files, &count) != 0 || file >= count || line > INT32_MAX)
		return;
	*file_ret = dwarf_filesrc(files, file, NULL, NULL);
	*line_ret = (int)line;
}

/* The functions of a unit, from those that are known. Of a damaged one there are none: NULL. */
static struct fb_error *functions_of(struct fb_unwind_session *session, Dwarf_Die *cu,
				     const struct fb_unwind_unit **unit_ret)
{
	Dwarf *dwarf = dwarf_cu_getdwarf(cu->cu);
	struct fb_unwind_unit *unit;
	struct fb_error *err;

	for (unsigned i = 0; i < FB_UNWIND_UNITS; i++) {
		unit = &session->units[i];
		if (unit->dwarf == dwarf && unit->functions.unit == dwarf_dieoffset(cu)) {
			*unit_ret = unit;
			return NULL;
		}
	}
	unit = &session->units[session->next_unit++ % FB_UNWIND_UNITS];
	fb_unit_functions_deinit(&unit->functions);
	unit->dwarf = NULL;
	*unit_ret = NULL;
	err = fb_unit_functions_load(cu, &unit->functions);
	if (err)
		return fb_part_skip(err);
	unit->dwarf = dwarf;
	*unit_ret = unit;
	return NULL;
}

void fb_unwind_units_deinit(struct fb_unwind_session *session)
{
	for (unsigned i = 0; i < FB_UNWIND_UNITS; i++)
		fb_unit_functions_deinit(&session->units[i].functions);
}

static const char *linkage_name(Dwarf_Die *function)
{
	Dwarf_Attribute attribute;
	const char *name =
		dwarf_formstring(dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute));

	return name ? name
		    : dwarf_formstring(
			      dwarf_attr_integrate(function, DW_AT_MIPS_linkage_name, &attribute));
}

/* Adds the functions inlined at address, innermost first, and leaves in frame the line of the outermost's
 * call. */
static struct fb_error *add_inlined(struct fb_unwind_session *session, Dwarf_Die *cu,
				    uint64_t address, struct fb_user_frame *frame)
{
	const struct fb_unwind_unit *unit = NULL;
	Dwarf_Die function, inlined[FB_MAX_INLINED];
	size_t count = 0;
	struct fb_error *err = functions_of(session, cu, &unit);

	if (!err && unit &&
	    fb_unit_functions_find(&unit->functions, unit->dwarf, address, &function))
		count = fb_inlined_at(&function, address, inlined, FB_MAX_INLINED);
	while (count-- > 0 && !err) {
		struct fb_user_frame inner = *frame;
		const char *file;
		int line;

		inner.inlined = true;
		inner.offset = 0;
		err = set_symbol(session, dwarf_diename(&inlined[count]),
				 linkage_name(&inlined[count]), &inner);
		if (!err)
			err = append(session, &inner);
		call_site(cu, &inlined[count], &file, &line);
		if (!err)
			err = set_line(session, file, line, frame);
	}
	return err;
}

static struct fb_error *add_dwarf(struct fb_unwind_session *session, Dwfl_Module *module,
				  uint64_t address, struct fb_user_frame *frame)
{
	Dwfl_Line *source = dwfl_module_getsrc(module, address);
	Dwarf_Die *cu;
	Dwarf_Addr bias;
	int line = 0;
	const char *file = source ? dwfl_lineinfo(source, NULL, &line, NULL, NULL, NULL) : NULL;
	struct fb_error *err = set_line(session, file, line, frame);

	cu = err ? NULL : dwfl_module_addrdie(module, address, &bias);
	return cu ? add_inlined(session, cu, address - bias, frame) : err;
}

struct fb_error *fb_unwind_add_frame(struct fb_unwind_session *session,
				     const struct fb_user_frame *frame, uint64_t address)
{
	struct fb_unwind_module *module = fb_unwind_module_at(session, address);
	struct fb_user_frame named = *frame;
	Dwarf_Addr bias;
	struct fb_error *err = NULL;

	if (module)
		err = name_object(session, module, &named);
	if (!err && module && module->object)
		err = name_symbol(session, module, address, &named);
	if (!err && module && module->dwfl && dwfl_module_getdwarf(module->dwfl, &bias))
		err = add_dwarf(session, module->dwfl, address, &named);
	return err ? err : append(session, &named);
}
