// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks CPython's interpreters, threads and frames. Called by runtimes.c.
 *
 * A frame is in the thread's own memory or on the machine's stack (_PyInterpreterFrame) and leads to its caller. The
 * evaluator calls itself only where C code stands between two Python functions, so that several frames belong to one
 * native frame; which ones is marked by a flag (3.11) or by a frame of the interpreter's own between them. That one is on
 * the machine's stack and so tells which native frame it is, also where the evaluator is several functions without symbols,
 * as 3.14 can be built.
 */
#include "user/runtimes/python.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/python_layout.h"
#include "user/runtimes/python_lines.h"
#include "user/runtimes/python_text.h"

/* Bytes of a table of locations: the largest function of Python's own library has some 10 KB. */
#define MOST_LINES (1u << 20)
#define MOST_INTERPRETERS 4096u
/* The lowest bits of a reference to an object are tags (Include/internal/pycore_stackref.h). */
#define TAGS 3u

struct thread {
	uint64_t id;    /* pthread_self() */
	uint64_t state; /* the address of its PyThreadState */
};

/* A code object that was read. */
struct code {
	uint64_t address;
	const char *function, *file;
	uint32_t first_line;
	uint8_t *lines; /* owned */
	size_t lines_size;
};

struct fb_python {
	struct fb_space *space;
	struct fb_python_layout layout;
	struct thread *threads; /* owned */
	size_t count, room;
	struct code last; /* recursive functions ask for the same one again */
};

bool fb_python_is_object(const char *file_name)
{
	return !strncmp(file_name, "python3", 7) || !strncmp(file_name, "libpython3.", 11);
}

static struct fb_error *add_thread(struct fb_python *python, uint64_t state)
{
	struct thread thread = {.state = state};
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
static struct fb_error *load_interpreters(struct fb_python *python, uint64_t runtime)
{
	const struct fb_python_layout *layout = &python->layout;
	uint64_t interpreter = 0;
	struct fb_error *err =
		fb_space_u64(python->space, runtime + layout->runtime_interpreters, &interpreter);

	for (size_t i = 0; !err && interpreter && i < MOST_INTERPRETERS; i++) {
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
	uint64_t runtime = 0;
	struct fb_error *err;

	if (!python)
		return fb_error_nomem();
	python->space = process->space;
	err = fb_python_runtime_find(process, object, &runtime);
	if (!err)
		err = fb_python_layout_read(process->space, object->start, runtime,
					    &python->layout);
	if (!err)
		err = load_interpreters(python, runtime);
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

static struct fb_error *read_text(struct fb_python *python, uint64_t at,
				  struct fb_string_pool *pool, const char **text_ret)
{
	char text[FB_PYTHON_NAME_SIZE];
	uint64_t address;
	struct fb_error *err = fb_space_u64(python->space, at, &address);

	if (!err)
		err = fb_python_text(python->space, &python->layout, address, text);
	return err ? err : fb_string_pool_add(pool, text, text_ret);
}

/* Without its lines a frame has its function and file still. */
static struct fb_error *read_lines(struct fb_python *python, struct code *code)
{
	const struct fb_python_layout *layout = &python->layout;
	uint64_t table, size;
	uint8_t *bytes;
	struct fb_error *err =
		fb_space_u64(python->space, code->address + layout->code_lines, &table);

	if (!err)
		err = fb_space_u64(python->space, table + layout->bytes_size, &size);
	if (!err)
		err = fb_space_u32(python->space, code->address + layout->code_first_line,
				   &code->first_line);
	if (err || size > MOST_LINES)
		return fb_part_skip(err);
	bytes = malloc(size + 1);
	if (!bytes)
		return fb_error_nomem();
	err = fb_space_read(python->space, table + layout->bytes_data, bytes, size);
	if (err) {
		free(bytes);
		return fb_part_skip(err);
	}
	code->lines = bytes;
	code->lines_size = size;
	return NULL;
}

/* Makes python->last the code object at address. */
static struct fb_error *read_code(struct fb_python *python, uint64_t address,
				  struct fb_string_pool *pool)
{
	const struct fb_python_layout *layout = &python->layout;
	struct code code = {.address = address};
	struct fb_error *err;

	if (python->last.address == address && address)
		return NULL;
	err = read_text(python, address + layout->code_name, pool, &code.function);
	if (!err)
		err = read_text(python, address + layout->code_file, pool, &code.file);
	if (!err)
		err = read_lines(python, &code);
	if (err)
		return err;
	free(python->last.lines);
	python->last = code;
	return NULL;
}

/* What a walk along the frames of a thread reads of one. */
struct frame {
	uint64_t previous;
	uint64_t code;
	uint64_t instruction; /* address of its bytecode */
	uint8_t owner;
	uint8_t is_entry;
};

static struct fb_error *read_frame(struct fb_python *python, uint64_t address, struct frame *frame)
{
	const struct fb_python_layout *layout = &python->layout;
	struct fb_error *err =
		fb_space_u64(python->space, address + layout->frame_previous, &frame->previous);

	if (!err)
		err = fb_space_u64(python->space, address + layout->frame_code, &frame->code);
	if (!err)
		err = fb_space_u64(python->space, address + layout->frame_instruction,
				   &frame->instruction);
	if (!err)
		err = fb_space_u8(python->space, address + layout->frame_owner, &frame->owner);
	if (!err && layout->frame_is_entry)
		err = fb_space_u8(python->space, address + layout->frame_is_entry,
				  &frame->is_entry);
	frame->code &= ~(uint64_t)TAGS;
	return err;
}

/* A frame of the interpreter's own stands on the machine's stack, among the variables of the evaluator. */
static void end_entry(struct fb_runtime_frames *frames, uint64_t shim)
{
	if (frames->count && !frames->list[frames->count - 1].entry) {
		frames->list[frames->count - 1].entry = true;
		frames->list[frames->count - 1].evaluated_at = shim;
	}
}

static struct fb_error *add_frame(struct fb_python *python, uint64_t address,
				  const struct frame *frame, struct fb_string_pool *pool,
				  struct fb_runtime_frames *frames)
{
	const struct code *code = &python->last;
	struct fb_runtime_frame added;
	struct fb_error *err;
	int64_t bytes;

	if (frame->owner >= python->layout.shim_owner) {
		end_entry(frames, address);
		return NULL;
	}
	err = read_code(python, frame->code, pool);
	if (err)
		return err;
	bytes = (int64_t)(frame->instruction - (frame->code + python->layout.code_instructions));
	added = (struct fb_runtime_frame){
		.function = code->function,
		.file = code->file,
		.line = code->lines ? fb_python_line(code->lines, code->lines_size,
						     code->first_line, bytes < 0 ? -1 : bytes / 2)
				    : 0,
		.entry = frame->is_entry != 0,
	};
	return fb_runtime_frames_add(frames, &added);
}

/* The innermost frame of a thread; 0: it runs no Python now. */
static struct fb_error *first_frame(struct fb_python *python, uint64_t state, uint64_t *frame_ret)
{
	const struct fb_python_layout *layout = &python->layout;
	struct fb_error *err = fb_space_u64(python->space, state + layout->thread_frame, frame_ret);

	if (!err && layout->by_cframe && *frame_ret)
		err = fb_space_u64(python->space, *frame_ret + layout->cframe_frame, frame_ret);
	return err;
}

static struct fb_error *walk(struct fb_python *python, uint64_t state, struct fb_string_pool *pool,
			     struct fb_runtime_frames *frames)
{
	uint64_t address = 0;
	struct fb_error *err = first_frame(python, state, &address);

	for (size_t i = 0; !err && address; i++) {
		struct frame frame = {.is_entry = 0};

		if (i >= FB_MAX_PYTHON_FRAMES)
			return fb_error_create(FB_LIMIT, "more than %u frames",
					       FB_MAX_PYTHON_FRAMES);
		err = read_frame(python, address, &frame);
		if (!err)
			err = add_frame(python, address, &frame, pool, frames);
		address = frame.previous;
	}
	return err;
}

struct fb_error *fb_python_frames(struct fb_python *python, uint64_t fs_base,
				  struct fb_string_pool *pool, struct fb_runtime_frames *frames)
{
	for (size_t i = 0; i < python->count; i++)
		if (python->threads[i].id == fs_base)
			return fb_part_reason(walk(python, python->threads[i].state, pool, frames),
					      frames->end, sizeof(frames->end));
	return NULL;
}
