// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds CPython's interpreters and threads. Called by runtimes.c and bundle/waits.
 */
#include "user/runtimes/python.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/python_private.h"

/* sizeof(struct _gil_runtime_state) with glibc on x86-64: four words, and twice a condition and a mutex. */
#define GIL_SIZE (4u * 8 + 2 * (48u + 40))

bool fb_python_is_object(const char *file_name)
{
	return !strncmp(file_name, "python3", 7) || !strncmp(file_name, "libpython3.", 11);
}

static struct fb_error *add_thread(struct fb_python *python, uint64_t state)
{
	struct fb_python_thread thread = {.state = state};
	struct fb_error *err =
		fb_space_u64(python->space, state + python->layout.thread_id, &thread.id);

	if (!err)
		err = fb_grow_array(&python->threads, &python->room, python->count,
				    sizeof(*python->threads), FB_MAX_PYTHON_THREADS,
				    "Python's threads");
	if (!err)
		python->threads[python->count++] = thread;
	return err;
}

/* A list that leads back to itself has more threads than any process. */
static struct fb_error *load_threads(struct fb_python *python, uint64_t interpreter)
{
	const struct fb_python_layout *layout = &python->layout;
	uint64_t state = 0;
	struct fb_error *err =
		fb_space_u64(python->space, interpreter + layout->interpreter_threads, &state);

	while (!err && state) {
		if (python->count >= FB_MAX_PYTHON_THREADS)
			return fb_error_create(FB_CORRUPT, "its list of threads does not end");
		err = add_thread(python, state);
		if (!err)
			err = fb_space_u64(python->space, state + layout->thread_next, &state);
	}
	return err;
}

/* What is damaged ends the list: the threads before are known. */
static struct fb_error *load_interpreters(struct fb_python *python)
{
	const struct fb_python_layout *layout = &python->layout;
	uint64_t interpreter = 0;
	struct fb_error *err = fb_space_u64(
		python->space, python->runtime + layout->runtime_interpreters, &interpreter);

	while (!err && interpreter && python->interpreter_count < FB_PYTHON_INTERPRETERS) {
		python->interpreters[python->interpreter_count++] = interpreter;
		err = load_threads(python, interpreter);
		if (!err)
			err = fb_space_u64(python->space, interpreter + layout->interpreter_next,
					   &interpreter);
	}
	return python->count ? fb_part_skip(err) : err;
}

/* object: the mapping that begins with its ELF header. */
static struct fb_error *open_object(const struct fb_user_process *process,
				    const struct fb_user_mapping *object,
				    struct fb_python **python_ret)
{
	struct fb_python *python = calloc(1, sizeof(*python));
	struct fb_error *err;

	if (!python)
		return fb_error_nomem();
	python->space = process->space;
	err = fb_python_runtime_find(process, object, &python->runtime);
	if (!err)
		err = fb_python_layout_read(process->space, object->start, python->runtime,
					    &python->layout);
	if (!err)
		err = load_interpreters(python);
	if (err)
		fb_python_destroy(python);
	else
		*python_ret = python;
	return err;
}

static bool is_object(const struct fb_user_mapping *mapping)
{
	const char *slash = strrchr(mapping->path, '/');

	return slash && mapping->file && !mapping->offset && fb_python_is_object(slash + 1);
}

struct fb_error *fb_python_open(const struct fb_user_process *process,
				struct fb_python **python_ret)
{
	struct fb_error *why = NULL;

	for (size_t i = 0; i < process->mapping_count; i++) {
		struct fb_error *err;

		if (!is_object(&process->mappings[i]))
			continue;
		err = open_object(process, &process->mappings[i], python_ret);
		if (!err || fb_error_is_fatal(err)) {
			fb_error_destroy(why);
			return err;
		}
		/* What keeps an object from being read says more than that another one is not the interpreter. */
		if (why && !fb_error_is(why, FB_NOT_FOUND)) {
			fb_error_destroy(err);
		} else {
			fb_error_destroy(why);
			why = err;
		}
	}
	return why ? why : fb_error_create(FB_NOT_FOUND, "no interpreter is mapped");
}

void fb_python_destroy(struct fb_python *python)
{
	if (!python)
		return;
	free(python->threads);
	free(python->last.lines);
	free(python);
}

void fb_python_use(struct fb_python *python, struct fb_space *space)
{
	python->space = space;
}

const char *fb_python_version(const struct fb_python *python, char to[FB_PYTHON_VERSION_SIZE])
{
	snprintf(to, FB_PYTHON_VERSION_SIZE, "%u.%u", python->layout.version >> 8,
		 python->layout.version & 0xff);
	return to;
}

/* The lock of an interpreter; 0: it has none. */
static struct fb_error *find_gil(struct fb_python *python, uint64_t interpreter,
				 uint64_t *address_ret)
{
	const struct fb_python_layout *layout = &python->layout;

	*address_ret = python->runtime + layout->runtime_gil;
	return layout->runtime_gil
		       ? NULL
		       : fb_space_u64(python->space, interpreter + layout->interpreter_gil,
				      address_ret);
}

static struct fb_error *read_gil(struct fb_python *python, uint64_t address,
				 struct fb_python_gil *gil)
{
	uint32_t locked = 0;
	uint64_t holder = 0;
	struct fb_error *err =
		fb_space_u32(python->space, address + python->layout.gil_locked, &locked);

	if (!err)
		err = fb_space_u64(python->space, address + python->layout.gil_holder, &holder);
	*gil = (struct fb_python_gil){
		.start = address, .end = address + GIL_SIZE, .locked = locked == 1};
	for (size_t i = 0; !err && i < python->count; i++)
		if (python->threads[i].state == holder)
			gil->holder = python->threads[i].id;
	return err;
}

static bool has_gil(const struct fb_python_gil *gils, size_t count, uint64_t address)
{
	for (size_t i = 0; i < count; i++)
		if (gils[i].start == address)
			return true;
	return false;
}

struct fb_error *fb_python_gils(struct fb_python *python, struct fb_python_gil **gils_ret,
				size_t *count_ret)
{
	struct fb_python_gil *gils = calloc(python->interpreter_count, sizeof(*gils));
	size_t count = 0;

	if (!gils)
		return fb_error_nomem();
	for (size_t i = 0; i < python->interpreter_count; i++) {
		uint64_t address = 0;
		struct fb_error *err = find_gil(python, python->interpreters[i], &address);

		if (!err && (!address || has_gil(gils, count, address)))
			continue;
		if (!err)
			err = read_gil(python, address, &gils[count]);
		count += !err;
		err = fb_part_skip(err);
		if (err) {
			free(gils);
			return err;
		}
	}
	*gils_ret = gils;
	*count_ret = count;
	return NULL;
}
