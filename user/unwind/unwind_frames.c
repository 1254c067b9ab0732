// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a frame is called: object, symbol, and where there is DWARF its line and
 * the functions inlined into it.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
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
	return fb_string_pool_add(session->pool, name, &frame->symbol);
}

static struct fb_error *set_line(struct fb_unwind_session *session, const char *file, int line,
				 struct fb_user_frame *frame)
{
	frame->line = file && line > 0 ? (uint32_t)line : 0;
	return fb_string_pool_add(session->pool, file, &frame->file);
}

/* Of an inlined function: where it is called, which is a line of what it was inlined into. */
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

/* Adds the functions inlined at address, and leaves in frame the line of the outermost's call. */
static struct fb_error *add_inlined(struct fb_unwind_session *session, Dwarf_Die *cu,
				    Dwarf_Die *scopes, int count, struct fb_user_frame *frame)
{
	struct fb_error *err = NULL;

	for (int i = 0; i < count && i < (int)FB_MAX_INLINED && !err; i++) {
		int tag = dwarf_tag(&scopes[i]), line;
		struct fb_user_frame inlined = *frame;
		const char *file;

		if (tag == DW_TAG_subprogram)
			break;
		if (tag != DW_TAG_inlined_subroutine)
			continue;
		inlined.inlined = true;
		inlined.offset = 0;
		err = fb_string_pool_add(session->pool, dwarf_diename(&scopes[i]), &inlined.symbol);
		if (!err)
			err = append(session, &inlined);
		call_site(cu, &scopes[i], &file, &line);
		if (!err)
			err = set_line(session, file, line, frame);
	}
	return err;
}

static struct fb_error *add_dwarf(struct fb_unwind_session *session, Dwfl_Module *module,
				  uint64_t address, struct fb_user_frame *frame)
{
	Dwfl_Line *source = dwfl_module_getsrc(module, address);
	Dwarf_Die *scopes = NULL, *nest = NULL, *cu;
	Dwarf_Addr bias;
	int count, line = 0;
	const char *file = source ? dwfl_lineinfo(source, NULL, &line, NULL, NULL, NULL) : NULL;
	struct fb_error *err = set_line(session, file, line, frame);

	cu = err ? NULL : dwfl_module_addrdie(module, address, &bias);
	count = cu ? dwarf_getscopes(cu, address - bias, &scopes) : 0;
	/* Behind the innermost one come the scopes of its definition: those it lies in are asked
	 * for on their own. */
	if (count > 0)
		count = dwarf_getscopes_die(&scopes[0], &nest);
	if (count > 0)
		err = add_inlined(session, cu, nest, count, frame);
	free(scopes);
	free(nest);
	return err;
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
