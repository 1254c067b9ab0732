// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layouts of CPython: for 3.9 to 3.12 as their headers define them on x86-64, from 3.13 on as the interpreter
 * says itself, in the struct _Py_DebugOffsets with which _PyRuntime begins. Called by python.c.
 */
#include "user/runtimes/python_layout.h"

#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/elf/elf_dynamic.h"

/* What 3.9 and 3.10 have at the same place. */
#define LAYOUT_3_9                                                                                 \
	.runtime_interpreters = 32, .interpreter_threads = 8, .runtime_gil = 352, .gil_holder = 8, \
	.gil_locked = 16, .thread_next = 8, .thread_id = 176, .thread_frame = 24,                  \
	.frame_previous = 24, .frame_code = 32, .shim_owner = UINT8_MAX, .code_file = 104,         \
	.code_name = 112, .code_lines = 120, .code_first_line = 40, .bytes_size = 16,              \
	.bytes_data = 32, .text_length = 16, .text_state = 32, .text_ascii = 48, .text_other = 72

/* Include/internal/pycore_*.h and Include/cpython of 3.9.18, 3.10.13, 3.11.7 and 3.12.1, without debugging options. */
static const struct fb_python_layout old_layouts[] = {
	{
		.version = 0x309,
		LAYOUT_3_9,
		.frame_units = 1,
		.frame_instruction = 104,
		.frame_locals = 360,
		.lines_form = FB_PYTHON_LINES_STEPS,
	},
	{
		.version = 0x30a,
		LAYOUT_3_9,
		.frame_units = 2,
		.frame_instruction = 96,
		.frame_locals = 352,
		.lines_form = FB_PYTHON_LINES_RANGES,
	},
	{
		.version = 0x30b,
		.runtime_interpreters = 40,
		.interpreter_next = 0,
		.interpreter_threads = 16,
		.runtime_gil = 360,
		.gil_holder = 8,
		.gil_locked = 16,
		.thread_next = 8,
		.thread_id = 152,
		.thread_frame = 56,
		.by_cframe = true,
		.cframe_frame = 8,
		.frame_previous = 48,
		.frame_code = 32,
		.frame_instruction = 56,
		.frame_owner = 69,
		.frame_locals = 72,
		.frame_is_entry = 68,
		.shim_owner = UINT8_MAX,
		.code_file = 112,
		.code_name = 128,
		.code_lines = 136,
		.code_first_line = 72,
		.code_instructions = 184,
		.bytes_size = 16,
		.bytes_data = 32,
		.text_length = 16,
		.text_state = 32,
		.text_ascii = 48,
		.text_other = 72,
	},
	{
		.version = 0x30c,
		.runtime_interpreters = 40,
		.interpreter_next = 0,
		.interpreter_threads = 72,
		.interpreter_gil = 384,
		.gil_holder = 8,
		.gil_locked = 16,
		.thread_next = 8,
		.thread_id = 136,
		.thread_frame = 56,
		.by_cframe = true,
		.cframe_frame = 0,
		.frame_previous = 8,
		.frame_code = 0,
		.frame_instruction = 56,
		.frame_owner = 70,
		.frame_locals = 72,
		.shim_owner = 3, /* FRAME_OWNED_BY_CSTACK */
		.code_file = 112,
		.code_name = 128,
		.code_lines = 136,
		.code_first_line = 68,
		.code_instructions = 192,
		.bytes_size = 16,
		.bytes_data = 32,
		.text_length = 16,
		.text_state = 32,
		.text_ascii = 40,
		.text_other = 56,
	},
};

/* Which words of struct _Py_DebugOffsets have what is read; text_ascii is the last of them. */
struct described {
	uint32_t version;
	uint8_t runtime_interpreters, interpreter_next, interpreter_threads;
	/* The pointer to the lock; the interpreter's own lock, and two of its members. */
	uint8_t interpreter_gil, own_gil, own_gil_locked, own_gil_holder;
	uint8_t thread_next, thread_id, thread_frame;
	uint8_t frame_previous, frame_code, frame_instruction, frame_locals, frame_owner;
	uint8_t code_file, code_name, code_lines, code_first_line, code_instructions;
	uint8_t bytes_size, bytes_data, text_state, text_length, text_ascii;
	uint8_t shim_owner;
};

static const struct described described[] = {
	/* Include/internal/pycore_runtime.h of 3.13 */
	{
		.version = 0x30d,
		.runtime_interpreters = 5,
		.interpreter_next = 8,
		.interpreter_threads = 9,
		.interpreter_gil = 14,
		.own_gil = 15,
		.own_gil_locked = 17,
		.own_gil_holder = 18,
		.thread_next = 21,
		.thread_frame = 23,
		.thread_id = 24,
		.frame_previous = 29,
		.frame_code = 30,
		.frame_instruction = 31,
		.frame_locals = 32,
		.frame_owner = 33,
		.code_file = 35,
		.code_name = 37,
		.code_lines = 38,
		.code_first_line = 39,
		.code_instructions = 43,
		.bytes_size = 65,
		.bytes_data = 66,
		.text_state = 68,
		.text_length = 69,
		.text_ascii = 70,
		.shim_owner = 3, /* FRAME_OWNED_BY_CSTACK */
	},
	/* Include/internal/pycore_debug_offsets.h of 3.14 */
	{
		.version = 0x30e,
		.runtime_interpreters = 5,
		.interpreter_next = 8,
		.interpreter_threads = 9,
		.interpreter_gil = 15,
		.own_gil = 16,
		.own_gil_locked = 18,
		.own_gil_holder = 19,
		.thread_next = 24,
		.thread_frame = 26,
		.thread_id = 27,
		.frame_previous = 32,
		.frame_code = 33,
		.frame_instruction = 34,
		.frame_locals = 35,
		.frame_owner = 36,
		.code_file = 40,
		.code_name = 42,
		.code_lines = 43,
		.code_first_line = 44,
		.code_instructions = 48,
		.bytes_size = 75,
		.bytes_data = 76,
		.text_state = 78,
		.text_length = 79,
		.text_ascii = 80,
		.shim_owner = 3, /* FRAME_OWNED_BY_INTERPRETER */
	},
};

#define COOKIE "xdebugpy"
enum { COOKIE_WORD, VERSION_WORD, FREE_THREADED_WORD, WORDS = 81 };
/* No struct of an interpreter is larger; PyInterpreterState has some 250 KB. */
#define MOST_OFFSET (4u << 20)
/* Bytes of variables and constants of an interpreter: 3 MB, twice as much with the constants of a static library. */
#define MOST_SEARCHED (64u << 20)

/* Looks for the cookie in the variables of the object. Pages that cannot be read are left out. */
static struct fb_error *search_runtime(const struct fb_user_process *process,
				       const struct fb_user_mapping *object, uint64_t *runtime_ret)
{
	static const char cookie[] = COOKIE;
	struct fb_space *space = process->searched ? process->searched : process->space;
	uint8_t page[FB_PAGE_SIZE];
	uint64_t searched = 0;

	for (size_t i = 0; i < process->mapping_count; i++) {
		const struct fb_user_mapping *mapping = &process->mappings[i];

		if (mapping->file != object->file || mapping->executable || mapping == object)
			continue;
		for (uint64_t at = mapping->start; at < mapping->end && searched < MOST_SEARCHED;
		     at += sizeof(page), searched += sizeof(page)) {
			struct fb_error *err = fb_space_read(space, at, page, sizeof(page));

			for (size_t j = 0; !err && j < sizeof(page); j += sizeof(uint64_t)) {
				if (!memcmp(page + j, cookie, sizeof(uint64_t))) {
					*runtime_ret = at + j;
					return NULL;
				}
			}
			err = fb_part_skip(err);
			if (err)
				return err;
		}
	}
	return NULL;
}

struct fb_error *fb_python_runtime_find(const struct fb_user_process *process,
					const struct fb_user_mapping *object, uint64_t *runtime_ret)
{
	struct fb_error *err, *why = fb_elf_dynamic_find(process->space, object->start,
							 "_PyRuntime", runtime_ret);

	if (!why || fb_error_is_fatal(why))
		return why;
	*runtime_ret = 0;
	err = search_runtime(process, object, runtime_ret);
	if (err || *runtime_ret) {
		fb_error_destroy(why);
		return err;
	}
	return why;
}

static struct fb_error *unsupported(uint64_t version)
{
	return fb_error_create(FB_UNSUPPORTED, "version %u.%u is not read",
			       (unsigned)(version >> 24) & 0xff, (unsigned)(version >> 16) & 0xff);
}

/* From 3.13 on. */
static struct fb_error *read_described(struct fb_space *space, uint64_t runtime,
				       struct fb_python_layout *layout_ret)
{
	uint64_t words[WORDS];
	const struct described *of = NULL;
	struct fb_error *err = fb_space_read(space, runtime, words, sizeof(words));

	if (err)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(described); i++)
		if (described[i].version == words[VERSION_WORD] >> 16)
			of = &described[i];
	if (!of)
		return unsupported(words[VERSION_WORD]);
	if (words[FREE_THREADED_WORD])
		return fb_error_create(FB_UNSUPPORTED,
				       "an interpreter without the global lock is not read");
	for (size_t i = FREE_THREADED_WORD; i <= of->text_ascii; i++)
		if (words[i] > MOST_OFFSET)
			return fb_error_create(FB_CORRUPT, "its table of offsets is damaged");
	if (words[of->own_gil_holder] < words[of->own_gil] ||
	    words[of->own_gil_locked] < words[of->own_gil])
		return fb_error_create(FB_CORRUPT, "its table of offsets is damaged");
#define WORD(name) .name = (uint32_t)words[of->name]
	*layout_ret = (struct fb_python_layout){
		.version = of->version,
		WORD(runtime_interpreters),
		WORD(interpreter_next),
		WORD(interpreter_threads),
		WORD(interpreter_gil),
		.gil_holder = (uint32_t)(words[of->own_gil_holder] - words[of->own_gil]),
		.gil_locked = (uint32_t)(words[of->own_gil_locked] - words[of->own_gil]),
		WORD(thread_next),
		WORD(thread_id),
		WORD(thread_frame),
		WORD(frame_previous),
		WORD(frame_code),
		WORD(frame_instruction),
		WORD(frame_locals),
		WORD(frame_owner),
		.shim_owner = of->shim_owner,
		WORD(code_file),
		WORD(code_name),
		WORD(code_lines),
		WORD(code_first_line),
		WORD(code_instructions),
		WORD(bytes_size),
		WORD(bytes_data),
		WORD(text_length),
		WORD(text_state),
		WORD(text_ascii),
		/* PyCompactUnicodeObject adds a length and a pointer to PyASCIIObject. */
		.text_other = (uint32_t)words[of->text_ascii] + 16,
	};
#undef WORD
	return NULL;
}

/* Until 3.10 the interpreter does not say its version: by functions that 3.10, and 3.9, were the first to export. */
static struct fb_error *find_version(struct fb_space *space, uint64_t object, uint64_t *version_ret)
{
	static const struct {
		const char *function;
		uint64_t version;
	} exported[] = {{"PyIter_Send", 0x30a}, {"PyFrame_GetBack", 0x309}};
	uint64_t address;
	struct fb_error *err = fb_elf_dynamic_find(space, object, "Py_Version", &address);

	if (!err)
		return fb_space_u64(space, address, version_ret);
	for (size_t i = 0; i < FB_ARRAY_SIZE(exported) && fb_error_is(err, FB_NOT_FOUND); i++) {
		fb_error_destroy(err);
		err = fb_elf_dynamic_find(space, object, exported[i].function, &address);
		*version_ret = exported[i].version << 16;
	}
	if (!fb_error_is(err, FB_NOT_FOUND))
		return err;
	fb_error_destroy(err);
	return fb_error_create(FB_UNSUPPORTED, "a version before 3.9 is not read");
}

struct fb_error *fb_python_layout_read(struct fb_space *space, uint64_t object, uint64_t runtime,
				       struct fb_python_layout *layout_ret)
{
	char cookie[sizeof(COOKIE) - 1];
	uint64_t version = 0;
	struct fb_error *err = fb_space_read(space, runtime, cookie, sizeof(cookie));

	if (!err && !memcmp(cookie, COOKIE, sizeof(cookie)))
		return read_described(space, runtime, layout_ret);
	if (!err)
		err = find_version(space, object, &version);
	if (err)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(old_layouts); i++) {
		if (old_layouts[i].version == version >> 16) {
			*layout_ret = old_layouts[i];
			return NULL;
		}
	}
	return unsupported(version);
}
