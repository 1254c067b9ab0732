/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where CPython has what python.c reads, for each version. Called by python.c. */
#ifndef FB_USER_PYTHON_LAYOUT_H
#define FB_USER_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/runtimes/python_lines.h"
#include "user/unwind/unwind.h"

/* Offsets in bytes in the struct that the name begins with. */
struct fb_python_layout {
	uint32_t version; /* 0x30b for 3.11 */
	uint32_t runtime_interpreters;
	uint32_t interpreter_next, interpreter_threads;
	/* The global lock: in _PyRuntime (3.11), or where the interpreter points to. */
	uint32_t runtime_gil, interpreter_gil;
	uint32_t gil_holder, gil_locked;
	uint32_t thread_next, thread_id, thread_frame;
	uint32_t cframe_frame; /* of by_cframe */
	enum fb_python_lines_form lines_form;
	uint32_t frame_previous, frame_code, frame_instruction, frame_owner;
	uint32_t frame_locals; /* its local variables, of which a method has its object first */
	/* 3.11: the byte that marks a frame for which the evaluator was called; 0: such a frame is followed by one of
	 *   the interpreter's own, whose owner is at least shim_owner. */
	uint32_t frame_is_entry;
	uint32_t code_file, code_name, code_lines, code_first_line, code_instructions;
	uint32_t bytes_size, bytes_data;
	uint32_t text_length, text_state, text_ascii, text_other;
	/* thread_frame points to a _PyCFrame (until 3.12), which points to the frame at cframe_frame. */
	bool by_cframe;
	/* Frames are objects (PyFrameObject, until 3.10), each evaluated by a call of its own; frame_instruction is a
	 * number of 32 bits, in these units of bytes. 0: they are _PyInterpreterFrame. */
	uint8_t frame_units;
	uint8_t shim_owner; /* see frame_is_entry */
};

/* The address of the interpreter's variable _PyRuntime: by the symbol, or by the text with which it begins from 3.13
 * on. object: the mapping that begins with the ELF header of the object. FB_NOT_FOUND; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_python_runtime_find(const struct fb_user_process *process,
						      const struct fb_user_mapping *object,
						      uint64_t *runtime_ret);

/* Reads the version and the layout. runtime: the address of _PyRuntime; object: that of the interpreter's ELF header.
 * FB_UNSUPPORTED: a version that is not known, or an interpreter without the global lock; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_python_layout_read(struct fb_space *space, uint64_t object,
						     uint64_t runtime,
						     struct fb_python_layout *layout_ret);

#endif
