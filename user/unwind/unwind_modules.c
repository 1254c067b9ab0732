// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the objects of a process known to libdwfl as its modules. An object is loaded when a frame lies in it, not
 * before. Called by unwind.c and unwind_frames.c.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/isolation/fetcher.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "user/unwind/unwind_private.h"

/* Whether mapping goes on with the object that began with first and came up to last. */
static bool continues(const struct fb_user_mapping *first, const struct fb_user_mapping *last,
		      const struct fb_user_mapping *mapping)
{
	return mapping->file && mapping->file == first->file && mapping->offset > 0 &&
	       mapping->offset >= last->offset;
}

static bool may_begin(const struct fb_user_mapping *mapping)
{
	return (mapping->file && mapping->offset == 0) || strcmp(mapping->path, "[vdso]") == 0;
}

static struct fb_error *collect(struct fb_unwind_session *session)
{
	const struct fb_user_process *process = session->process;
	struct fb_unwind_module *module = NULL;
	const struct fb_user_mapping *last = NULL;
	struct fb_error *err;

	err = fb_alloc_array(process->mapping_count, sizeof(*session->modules), FB_MAX_VMAS,
			     "mappings", &session->modules);
	for (size_t i = 0; !err && i < process->mapping_count; i++) {
		const struct fb_user_mapping *mapping = &process->mappings[i];

		if (!mapping->file && !may_begin(mapping))
			continue; /* .bss, or between two objects */
		if (module && continues(module->first, last, mapping)) {
			module->end = mapping->end;
			module->executable |= mapping->executable;
		} else if (may_begin(mapping)) {
			module = &session->modules[session->module_count++];
			module->first = mapping;
			module->start = mapping->start;
			module->end = mapping->end;
			module->executable = mapping->executable;
			module->session = session;
		} else {
			module = NULL;
		}
		last = mapping;
	}
	return err;
}

struct fb_error *fb_unwind_modules_report(struct fb_unwind_session *session)
{
	struct fb_error *err = collect(session);

	if (err)
		return err;
	dwfl_report_begin(session->dwfl);
	for (size_t i = 0; i < session->module_count; i++) {
		struct fb_unwind_module *module = &session->modules[i];
		void **userdata;

		if (!module->executable)
			continue;
		module->dwfl = dwfl_report_module(session->dwfl, module->first->path, module->start,
						  module->end);
		if (!module->dwfl)
			continue;
		dwfl_module_info(module->dwfl, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
		*userdata = module;
	}
	if (dwfl_report_end(session->dwfl, NULL, NULL) != 0)
		return fb_error_create(FB_UNSUPPORTED, "libdwfl: %s", dwfl_errmsg(-1));
	return NULL;
}

const struct fb_user_mapping *fb_unwind_mapping_at(const struct fb_user_process *process,
						   uint64_t address)
{
	size_t at = FB_LOWER_BOUND(i, process->mapping_count, process->mappings[i].end <= address);

	if (at < process->mapping_count && process->mappings[at].start <= address)
		return &process->mappings[at];
	return NULL;
}

bool fb_unwind_is_code(const struct fb_unwind_session *session, uint64_t address)
{
	const struct fb_user_mapping *mapping = fb_unwind_mapping_at(session->process, address);

	return mapping && mapping->executable;
}

/* An object that can be read from nowhere has no module. */
static struct fb_error *load(struct fb_unwind_module *module)
{
	const struct fb_user_process *process = module->session->process;
	const struct fb_mapped_object mapped = {
		.space = process->space,
		.base = module->start,
		.path = module->first->path,
		.own_path = module->first->own_path,
		.file_size = module->first->file_size,
	};

	module->loaded = true;
	return fb_part_skip(fb_object_cache_get(process->objects, &mapped, &module->object));
}

struct fb_unwind_module *fb_unwind_module_at(struct fb_unwind_session *session, uint64_t address)
{
	size_t at = FB_LOWER_BOUND(i, session->module_count, session->modules[i].end <= address);
	struct fb_unwind_module *module;

	if (at == session->module_count || session->modules[at].start > address)
		return NULL;
	module = &session->modules[at];
	if (!module->loaded)
		fb_unwind_keep_fatal(session, load(module));
	return module;
}

/* Fetches a file that is not on this host by its build-id, where the user has set DEBUGINFOD_URLS. Returns -1 where
 * it cannot be fetched. */
static int fetch(const struct fb_unwind_module *module, enum fb_fetch_what what)
{
	const int channel = module->session->process->fetch_fd;
	struct fb_error *err;
	int fd = -1;

	if (channel < 0 || !module->object || !module->object->build_id[0])
		return -1;
	err = fb_fetch(channel, what, module->object->build_id, &fd);
	/* A file that cannot be fetched is no error: the stack's end says which file is wanted. */
	fb_error_destroy(err);
	return fd;
}

static int find_elf(Dwfl_Module *dwfl_module FB_UNUSED, void **userdata, const char *name,
		    Dwarf_Addr base FB_UNUSED, char **file_name, Elf **elfp)
{
	struct fb_unwind_module *module = *userdata;
	int fd;

	fb_unwind_module_at(module->session, module->start);
	if (!module->object)
		return -1;
	if (module->object->fd < 0 && !module->object->image.has_unwind) {
		fd = fetch(module, FB_FETCH_EXECUTABLE);
		if (fd >= 0) {
			*file_name = strdup(name); /* NULL is taken for no name */
			return fd;
		}
	}
	fb_unwind_keep_fatal(module->session, fb_cached_object_elf(module->object, elfp));
	return -1;
}

static int find_debuginfo(Dwfl_Module *dwfl_module FB_UNUSED, void **userdata,
			  const char *name FB_UNUSED, Dwarf_Addr base FB_UNUSED,
			  const char *file_name FB_UNUSED, const char *debuglink_file FB_UNUSED,
			  GElf_Word debuglink_crc FB_UNUSED, char **debuginfo_file_name FB_UNUSED)
{
	const struct fb_unwind_module *module = *userdata;

	if (module->object && module->object->debug_fd >= 0)
		return fcntl(module->object->debug_fd, F_DUPFD_CLOEXEC, 0);
	return fetch(module, FB_FETCH_DEBUGINFO);
}

const Dwfl_Callbacks fb_unwind_dwfl_callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = find_debuginfo,
};
