// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a core by its path, which may be that of a plain ELF core, a compressed one (systemd-coredump's .zst, .lz4 and
 * .xz, or gzip by hand), an Apport report, or a compressed Apport report. Called for each core that a user gives.
 */
#include "user/core/apport.h"
#include "user/core/core.h"
#include "user/core/core_private.h"

/* The parameters of fb_core_set_wrapping(). */
struct wrapping {
	const char *stream;
	bool apport;
	bool cut;
};

/* Replaces *file with the core inside it where it is an Apport report. */
static struct fb_error *unwrap_apport(struct fb_file **file, struct fb_warnings *warnings,
				      struct wrapping *wrapping)
{
	struct fb_file *core;
	struct fb_error *err;
	bool cut;

	err = fb_apport_probe(*file, &wrapping->apport);
	if (err || !wrapping->apport)
		return err;
	err = fb_apport_unpack(*file, warnings, &cut, &core);
	if (err)
		return fb_error_prefix(err, "%s", (*file)->path);
	fb_file_destroy(*file);
	*file = core;
	wrapping->cut = wrapping->cut || cut;
	return NULL;
}

struct fb_error *fb_core_open(const char *path, struct fb_warnings *warnings,
			      struct fb_core **core_ret)
{
	struct wrapping wrapping = {0};
	struct fb_core *core;
	struct fb_file *file;
	struct fb_error *err;

	err = fb_file_open_unpacked(path, &wrapping.stream, &wrapping.cut, &file);
	if (err)
		return err;
	if (wrapping.cut)
		fb_warn(warnings,
			"%s: its %s stream ends early or is damaged; what came before "
			"that is used",
			path, wrapping.stream);
	err = unwrap_apport(&file, warnings, &wrapping);
	if (err) {
		fb_file_destroy(file);
		return err;
	}
	err = fb_core_open_file(file, warnings, &core);
	if (err)
		return err;
	fb_core_set_wrapping(core, wrapping.stream, wrapping.apport, wrapping.cut);
	*core_ret = core;
	return NULL;
}
