// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads all dump formats that have no reader of their own here through libkdumpfile: LKCD, diskdump, QEMU, Xen, SADUMP,
 * s390, and formats that later versions of it add. It is used only for physical pages: this program translates
 * addresses itself. libkdumpfile is not thread-safe, so a lock is held around each call. Called by dump_open.c for
 * files that no other reader recognises, for which alone the library is loaded.
 */
#include <inttypes.h>
#include <libkdumpfile/kdumpfile.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files/temporary.h"
#include "base/limits.h"
#include "base/shared_library.h"
#include "base/text.h"
#include "kernel/dump/dump_private.h"

#define COPY_BYTES (256u << 10)
#define MESSAGE_SIZE 512

/* By name and number: the headers of 0.4 lack some of the macros. What a library does not know is
 * done without. */
#define ATTR_MMAP_POLICY "file.mmap_policy"
#define MMAP_NEVER 0 /* KDUMP_MMAP_NEVER */

#ifdef FB_HAVE_KDUMP_OPEN_FD
#define OPENING(each) each(kdump_open_fdset)
#else
#define OPENING(each)
#endif
#define FUNCTIONS(each)                                                                          \
	OPENING(each)                                                                            \
	each(kdump_blob_pin) each(kdump_blob_size) each(kdump_blob_unpin) each(kdump_bmp_decref) \
		each(kdump_bmp_find_clear) each(kdump_bmp_find_set) each(kdump_bmp_incref)       \
			each(kdump_clear_err) each(kdump_free) each(kdump_get_attr)              \
				each(kdump_get_err) each(kdump_new) each(kdump_read)             \
					each(kdump_set_attr) each(kdump_strerror)

struct functions {
	FUNCTIONS(FB_LIBRARY_POINTER)
};

struct kdumpfile {
	struct fb_dump dump;
	struct fb_shared_library *library;
	struct functions call;
	struct fb_file *file; /* owned; its descriptor is the library's to read */
	pthread_mutex_t lock;
	kdump_ctx_t *ctx;
	kdump_bmp_t *pagemap; /* NULL: the format has none, and a page is there if it reads */
	char *format;         /* owned */
};

static struct kdumpfile *of_dump(struct fb_dump *dump)
{
	return (struct kdumpfile *)dump;
}

static enum fb_code code_of(kdump_status status)
{
	switch (status) {
	case KDUMP_ERR_SYSTEM:
		return FB_OS;
	case KDUMP_ERR_NODATA:
		return FB_ABSENT;
	case KDUMP_ERR_EOF:
		return FB_TRUNCATED;
	case KDUMP_ERR_NOTIMPL:
		return FB_UNSUPPORTED;
	default:
		return FB_CORRUPT;
	}
}

/* The library's message may quote the file. */
static struct fb_error *library_error(const struct kdumpfile *kdumpfile, kdump_status status)
{
	const char *text = kdumpfile->call.kdump_get_err(kdumpfile->ctx);
	char message[MESSAGE_SIZE];

	if (!text)
		text = kdumpfile->call.kdump_strerror(status);
	fb_text_escape(text, strlen(text), message, sizeof(message));
	return fb_error_create(code_of(status), "libkdumpfile: %s", message);
}

static struct fb_error *read_locked(struct kdumpfile *kdumpfile, uint64_t pfn, void *page)
{
	size_t length = FB_PAGE_SIZE;
	kdump_status status;

	kdumpfile->call.kdump_clear_err(kdumpfile->ctx);
	status = kdumpfile->call.kdump_read(kdumpfile->ctx, KDUMP_MACHPHYSADDR,
					    pfn << FB_PAGE_SHIFT, page, &length);
	if (status == KDUMP_OK && length == FB_PAGE_SIZE)
		return NULL;
	if (status == KDUMP_ERR_NODATA)
		return fb_dump_absent(pfn);
	return fb_error_prefix(library_error(kdumpfile, status), "page frame 0x%" PRIx64, pfn);
}

static struct fb_error *kdumpfile_read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct kdumpfile *kdumpfile = of_dump(dump);
	struct fb_error *err;

	pthread_mutex_lock(&kdumpfile->lock);
	err = read_locked(kdumpfile, pfn, page);
	pthread_mutex_unlock(&kdumpfile->lock);
	return err;
}

/* Without a page map: by trying. max_pfn bounds it. */
static uint64_t next_by_reading(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	uint8_t page[FB_PAGE_SIZE];

	for (; pfn < dump->info.max_pfn; pfn++) {
		struct fb_error *err = kdumpfile_read_page(dump, pfn, page);
		bool read = !err;

		fb_dump_keep_failure(dump, err);
		if (read == readable)
			return pfn;
	}
	return readable ? UINT64_MAX : pfn;
}

static uint64_t kdumpfile_next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	struct kdumpfile *kdumpfile = of_dump(dump);
	kdump_addr_t index = pfn;
	kdump_status status;

	if (!kdumpfile->pagemap)
		return next_by_reading(dump, pfn, readable);
	pthread_mutex_lock(&kdumpfile->lock);
	if (readable)
		status = kdumpfile->call.kdump_bmp_find_set(kdumpfile->pagemap, &index);
	else
		status = kdumpfile->call.kdump_bmp_find_clear(kdumpfile->pagemap, &index);
	pthread_mutex_unlock(&kdumpfile->lock);
	if (status != KDUMP_OK)
		return readable ? UINT64_MAX : dump->info.max_pfn;
	return index;
}

static bool kdumpfile_has_page(struct fb_dump *dump, uint64_t pfn)
{
	return kdumpfile_next(dump, pfn, true) == pfn;
}

static void kdumpfile_destroy(struct fb_dump *dump)
{
	struct kdumpfile *kdumpfile = of_dump(dump);

	if (kdumpfile->pagemap)
		kdumpfile->call.kdump_bmp_decref(kdumpfile->pagemap);
	if (kdumpfile->ctx)
		kdumpfile->call.kdump_free(kdumpfile->ctx);
	fb_shared_library_close(kdumpfile->library);
	pthread_mutex_destroy(&kdumpfile->lock);
	fb_file_destroy(kdumpfile->file);
	free(kdumpfile->format);
	fb_dump_deinit(dump);
	free(kdumpfile);
}

static const struct fb_dump_ops kdumpfile_ops = {
	.has_page = kdumpfile_has_page,
	.next = kdumpfile_next,
	.read_page = kdumpfile_read_page,
	.destroy = kdumpfile_destroy,
};

/* Holes stay holes: a few records of a flattened file may claim any size. */
static struct fb_error *copy_to(struct fb_file *file, struct fb_temporary *temporary)
{
	uint64_t offset, end = 0;
	struct fb_error *err = NULL;
	size_t some;
	char *bytes;

	bytes = malloc(COPY_BYTES);
	if (!bytes)
		return fb_error_nomem();
	while (!err && end < file->size) {
		fb_file_next_data(file, end, &offset, &end);
		for (; !err && offset < end; offset += some) {
			some = end - offset < COPY_BYTES ? (size_t)(end - offset) : COPY_BYTES;
			err = fb_file_read(file, offset, bytes, some);
			if (!err)
				err = fb_temporary_write(temporary, offset, bytes, some);
		}
	}
	free(bytes);
	return err ? err : fb_temporary_finish(temporary, file->size);
}

/* The library reads a descriptor: a file that is a layer over another is written out first. */
static struct fb_error *ensure_fd(struct fb_dump_input *input)
{
	struct fb_file *copy, *file = input->file;
	struct fb_temporary temporary;
	struct fb_error *err;

	if (file->fd >= 0)
		return NULL;
	err = fb_temporary_create(input->stored_size, &temporary);
	if (err)
		return err;
	err = fb_error_prefix(copy_to(file, &temporary), "%s", file->path);
	if (!err)
		err = fb_file_from_fd(file->path, temporary.fd, file->mtime_ns, &copy);
	if (err) {
		(void)close(temporary.fd);
		return err;
	}
	fb_file_destroy(file);
	input->file = copy;
	return NULL;
}

/* False where the library does not have the attribute, or has it of another type. */
static bool get_attribute(struct kdumpfile *kdumpfile, const char *name, kdump_attr_type_t type,
			  kdump_attr_t *attribute_ret)
{
	if (kdumpfile->call.kdump_get_attr(kdumpfile->ctx, name, attribute_ret) == KDUMP_OK &&
	    attribute_ret->type == type)
		return true;
	kdumpfile->call.kdump_clear_err(kdumpfile->ctx);
	return false;
}

static kdump_status set_number(struct kdumpfile *kdumpfile, const char *name, kdump_num_t number)
{
	kdump_attr_t attribute = {.type = KDUMP_NUMBER, .val.number = number};

	return kdumpfile->call.kdump_set_attr(kdumpfile->ctx, name, &attribute);
}

static struct fb_error *check_machine(struct kdumpfile *kdumpfile, const char *path,
				      struct fb_warnings *warnings)
{
	kdump_attr_t attribute;
	char text[64];

	if (!get_attribute(kdumpfile, KDUMP_ATTR_ARCH_NAME, KDUMP_STRING, &attribute)) {
		fb_warn(warnings, "%s: the dump names no machine; taken as x86-64", path);
	} else if (strcmp(attribute.val.string, KDUMP_ARCH_X86_64) != 0) {
		fb_text_escape(attribute.val.string, strlen(attribute.val.string), text,
			       sizeof(text));
		return fb_error_create(
			FB_UNSUPPORTED,
			"%s: the dump of a machine of type %s; only x86-64 is handled", path, text);
	} else {
		kdumpfile->dump.info.machine = KDUMP_ARCH_X86_64;
	}
	if (get_attribute(kdumpfile, KDUMP_ATTR_PAGE_SIZE, KDUMP_NUMBER, &attribute) &&
	    attribute.val.number != FB_PAGE_SIZE)
		return fb_error_create(FB_UNSUPPORTED, "%s: pages of %" PRIuFAST64 " bytes", path,
				       attribute.val.number);
	return NULL;
}

static bool find_pagemap(struct kdumpfile *kdumpfile, kdump_bmp_t **pagemap_ret)
{
	static const char *const names[] = {"file.pagemap", "file.bitmap"}; /* 0.5; 0.4 */
	kdump_attr_t attr;

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		if (get_attribute(kdumpfile, names[i], KDUMP_BITMAP, &attr)) {
			*pagemap_ret = attr.val.bitmap;
			return true;
		}
	}
	return false;
}

/* The exclusive end of the frames, and how many pages there are, by the page map. */
static void measure(struct kdumpfile *kdumpfile, uint64_t stored_size)
{
	struct fb_dump_info *info = &kdumpfile->dump.info;
	/* No format tells of a frame in less than a bit. */
	uint64_t most = stored_size < FB_MAX_PFN / 8 ? 8 * stored_size : FB_MAX_PFN;
	kdump_addr_t at = 0, end;
	kdump_attr_t attribute;

	if (get_attribute(kdumpfile, "max_pfn", KDUMP_NUMBER, &attribute))
		info->max_pfn = attribute.val.number < most ? attribute.val.number : most;
	info->known_pfn = info->max_pfn;
	if (!find_pagemap(kdumpfile, &kdumpfile->pagemap))
		return;
	(void)kdumpfile->call.kdump_bmp_incref(kdumpfile->pagemap);
	while (kdumpfile->call.kdump_bmp_find_set(kdumpfile->pagemap, &at) == KDUMP_OK &&
	       at < FB_MAX_PFN) {
		end = at;
		if (kdumpfile->call.kdump_bmp_find_clear(kdumpfile->pagemap, &end) != KDUMP_OK ||
		    end > FB_MAX_PFN || end <= at)
			break;
		info->pages_dumped += end - at;
		if (end > info->max_pfn)
			info->max_pfn = end;
		at = end;
	}
	info->known_pfn = info->max_pfn;
}

/* Reads the attribute instead of calling kdump_vmcoreinfo_raw(), which requires the OS type to be set, and that makes
 * the library search for page tables. It is a string up to 0.5.1, a blob later. */
static struct fb_error *read_vmcoreinfo(struct kdumpfile *kdumpfile)
{
	struct fb_error *err = NULL;
	kdump_attr_t attr;
	const char *text;
	size_t size;

	if (kdumpfile->call.kdump_get_attr(kdumpfile->ctx, "linux.vmcoreinfo.raw", &attr) !=
	    KDUMP_OK)
		return NULL;
	if (attr.type == KDUMP_STRING) {
		size = strnlen(attr.val.string, FB_MAX_VMCOREINFO);
		return fb_dump_set_vmcoreinfo(&kdumpfile->dump, attr.val.string, size);
	}
	text = attr.type == KDUMP_BLOB ? kdumpfile->call.kdump_blob_pin(attr.val.blob) : NULL;
	if (!text)
		return NULL;
	size = kdumpfile->call.kdump_blob_size(attr.val.blob);
	if (size <= FB_MAX_VMCOREINFO)
		err = fb_dump_set_vmcoreinfo(&kdumpfile->dump, text, size);
	(void)kdumpfile->call.kdump_blob_unpin(attr.val.blob);
	return err;
}

/* Before 0.5.0, as in Ubuntu 22.04, the descriptor is an attribute. */
static kdump_status open_fd(struct kdumpfile *kdumpfile, int fd)
{
#ifdef FB_HAVE_KDUMP_OPEN_FD
	return kdumpfile->call.kdump_open_fdset(kdumpfile->ctx, 1, &fd);
#else
	return set_number(kdumpfile, KDUMP_ATTR_FILE_FD, fd);
#endif
}

/* Reads, no mmap: a file that shrinks must be an error, not SIGBUS. */
static void forbid_mmap(struct kdumpfile *kdumpfile)
{
	if (set_number(kdumpfile, ATTR_MMAP_POLICY, MMAP_NEVER) != KDUMP_OK)
		kdumpfile->call.kdump_clear_err(kdumpfile->ctx);
}

static struct fb_error *open_library(struct kdumpfile *kdumpfile, const struct fb_dump_input *input,
				     struct fb_warnings *warnings)
{
	static const char *const names[] = {FUNCTIONS(FB_LIBRARY_NAME)};
	const struct fb_file *file = input->file;
	kdump_attr_t attribute;
	kdump_status status;
	struct fb_error *err;

	err = fb_shared_library_open(FB_LIBKDUMPFILE, names, FB_ARRAY_SIZE(names), &kdumpfile->call,
				     &kdumpfile->library);
	if (err)
		return fb_error_prefix(err, "%s: a format of which this program has no reader",
				       file->path);
	kdumpfile->ctx = kdumpfile->call.kdump_new();
	if (!kdumpfile->ctx)
		return fb_error_nomem();
	forbid_mmap(kdumpfile);
	status = open_fd(kdumpfile, file->fd);
	if (status == KDUMP_ERR_NOTIMPL)
		return fb_error_create(FB_NOT_FOUND, "%s: libkdumpfile knows no such format",
				       file->path);
	if (status != KDUMP_OK)
		return fb_error_prefix(library_error(kdumpfile, status), "%s", file->path);
	err = check_machine(kdumpfile, file->path, warnings);
	if (err)
		return err;
	kdumpfile->format =
		strdup(get_attribute(kdumpfile, KDUMP_ATTR_FILE_FORMAT, KDUMP_STRING, &attribute)
			       ? attribute.val.string
			       : "unknown");
	if (!kdumpfile->format)
		return fb_error_nomem();
	kdumpfile->dump.info.format = kdumpfile->format;
	measure(kdumpfile, input->stored_size);
	if (!kdumpfile->dump.info.max_pfn)
		return fb_error_create(FB_CORRUPT, "%s: a %s file without one page of memory",
				       file->path, kdumpfile->format);
	return read_vmcoreinfo(kdumpfile);
}

struct fb_error *fb_kdumpfile_open(struct fb_dump_input *input, struct fb_warnings *warnings,
				   struct fb_dump **dump_ret)
{
	struct kdumpfile *kdumpfile;
	struct fb_error *err;

	err = ensure_fd(input);
	if (err)
		return err;
	kdumpfile = calloc(1, sizeof(*kdumpfile));
	if (!kdumpfile)
		return fb_error_nomem();
	pthread_mutex_init(&kdumpfile->lock, NULL);
	kdumpfile->dump.info.stream = input->stream;
	kdumpfile->dump.info.flattened = input->flattened;
	kdumpfile->dump.info.incomplete = input->truncated;
	err = fb_dump_init(&kdumpfile->dump, &kdumpfile_ops);
	if (!err)
		err = open_library(kdumpfile, input, warnings);
	if (err) {
		fb_dump_destroy(&kdumpfile->dump);
		return err;
	}
	kdumpfile->file = input->file;
	input->file = NULL;
	*dump_ret = &kdumpfile->dump;
	return NULL;
}
