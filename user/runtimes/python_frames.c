// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the frames of CPython's threads. Called by runtimes.c.
 *
 * A frame is in the thread's own memory or on the machine's stack (_PyInterpreterFrame; until 3.10 an object that has
 * a call of the evaluator to itself) and leads to its caller. The evaluator calls itself only where C code stands
 * between two Python functions, so that several frames belong to one native frame; a flag marks which ones (3.11)
 * or a frame of the interpreter's own between them. That one is on the machine's stack and so tells which native
 * frame it is, also where the evaluator is several functions without symbols, as 3.14 can be built.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/python_lines.h"
#include "user/runtimes/python_private.h"
#include "user/runtimes/python_text.h"

/* Bytes of a table of locations: the largest function of Python's own library has some 10 KB. */
#define MOST_LINES (1u << 20)
/* The lowest bits of a reference to an object are tags (Include/internal/pycore_stackref.h). */
#define TAGS 3u

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
static struct fb_error *read_lines(struct fb_python *python, struct fb_python_code *code)
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

struct fb_error *fb_python_code_read(struct fb_python *python, uint64_t address,
				     struct fb_string_pool *pool)
{
	const struct fb_python_layout *layout = &python->layout;
	struct fb_python_code code = {.address = address};
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

struct fb_error *fb_python_frame_read(struct fb_python *python, uint64_t address,
				      struct fb_python_frame *frame)
{
	const struct fb_python_layout *layout = &python->layout;
	uint32_t number = 0;
	struct fb_error *err =
		fb_space_u64(python->space, address + layout->frame_previous, &frame->previous);

	if (!err)
		err = fb_space_u64(python->space, address + layout->frame_code, &frame->code);
	if (!err && layout->frame_units) {
		err = fb_space_u32(python->space, address + layout->frame_instruction, &number);
		frame->instruction =
			frame->code + (uint64_t)((int64_t)(int32_t)number * layout->frame_units);
		frame->owner = 0;
		frame->is_entry = 1;
		frame->address = address;
		return err;
	}
	if (!err)
		err = fb_space_u64(python->space, address + layout->frame_instruction,
				   &frame->instruction);
	if (!err)
		err = fb_space_u8(python->space, address + layout->frame_owner, &frame->owner);
	if (!err && layout->frame_is_entry)
		err = fb_space_u8(python->space, address + layout->frame_is_entry,
				  &frame->is_entry);
	frame->code &= ~(uint64_t)TAGS;
	frame->address = address;
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

/* The line of an instruction of the code that was read last; 0: not known. */
static uint32_t line_of(const struct fb_python *python, int64_t unit)
{
	const struct fb_python_code *code = &python->last;

	if (!code->lines)
		return 0;
	if (python->layout.lines_form == FB_PYTHON_LINES_LOCATIONS)
		return fb_python_line(code->lines, code->lines_size, code->first_line, unit);
	return fb_python_line_of_pairs(code->lines, code->lines_size, code->first_line, unit,
				       python->layout.lines_form);
}

static struct fb_error *add_frame(struct fb_python *python, uint64_t address,
				  const struct fb_python_frame *frame, struct fb_string_pool *pool,
				  struct fb_runtime_frames *frames)
{
	const struct fb_python_code *code = &python->last;
	struct fb_runtime_frame added;
	struct fb_error *err;
	int64_t bytes;

	if (frame->owner >= python->layout.shim_owner) {
		end_entry(frames, address);
		return NULL;
	}
	err = fb_python_code_read(python, frame->code, pool);
	if (err)
		return err;
	bytes = (int64_t)(frame->instruction - (frame->code + python->layout.code_instructions));
	added = (struct fb_runtime_frame){
		.function = code->function,
		.file = code->file,
		.line = line_of(python, bytes < 0 ? -1 : bytes / 2),
		.entry = frame->is_entry != 0,
	};
	return fb_runtime_frames_add(frames, &added);
}

struct fb_error *fb_python_first_frame(struct fb_python *python, uint64_t state,
				       uint64_t *frame_ret)
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
	struct fb_error *err = fb_python_first_frame(python, state, &address);

	for (size_t i = 0; !err && address; i++) {
		struct fb_python_frame frame = {.is_entry = 0};

		if (i >= FB_MAX_PYTHON_FRAMES)
			return fb_error_create(FB_LIMIT, "more than %u frames",
					       FB_MAX_PYTHON_FRAMES);
		err = fb_python_frame_read(python, address, &frame);
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
