// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up addresses in Go's tables of functions. Called by go_stack.c and go.c. */
#include "user/runtimes/go/go_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* An entry of the index: offsets of a function's code, and of its struct _func. */
#define INDEX_ENTRY 8u
/* PCDATA_InlTreeIndex and FUNCDATA_InlTree of internal/abi. */
#define PCDATA_INLINED 2u
#define FUNCDATA_INLINED 3u
/* A function or file has no longer name; what is longer is cut. */
#define NAME_SIZE 1024u
/* No function of Go's has a larger stack frame: goroutines' stacks have at most 1 GB. */
#define MOST_DELTA (1u << 30)

bool fb_go_is_code(const struct fb_go *go, uint64_t pc)
{
	return pc >= go->module.text && pc < go->module.text_end;
}

/* Bytes of a table, read in pieces that end with a page: the next page may be missing. */
struct reader {
	struct fb_go *go;
	uint64_t next, end; /* addresses */
	uint8_t bytes[128];
	size_t used, count;
};

/* What is read of the tables, and kept of their texts, is bounded for all places together. */
static struct fb_error *charge(struct fb_go *go, size_t bytes)
{
	if (go->work > FB_MAX_GO_TABLES)
		return fb_error_create(FB_LIMIT, "more than %u MB of tables of its code",
				       FB_MAX_GO_TABLES >> 20);
	go->work += bytes;
	return NULL;
}

static struct fb_error *read_byte(struct reader *reader, uint8_t *byte_ret)
{
	struct fb_error *err;
	uint64_t left;

	if (reader->used == reader->count) {
		left = FB_PAGE_SIZE - reader->next % FB_PAGE_SIZE;
		if (left > reader->end - reader->next)
			left = reader->end - reader->next;
		if (left > sizeof(reader->bytes))
			left = sizeof(reader->bytes);
		if (!left)
			return fb_error_create(FB_CORRUPT, "a table of its code does not end");
		err = charge(reader->go, left);
		if (!err)
			err = fb_space_read(reader->go->space, reader->next, reader->bytes, left);
		if (err)
			return err;
		reader->next += left;
		reader->count = left;
		reader->used = 0;
	}
	*byte_ret = reader->bytes[reader->used++];
	return NULL;
}

/* A number of seven bits in each byte, the lowest first. */
static struct fb_error *read_number(struct reader *reader, uint32_t *number_ret)
{
	uint32_t number = 0;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		uint8_t byte = 0;
		struct fb_error *err = read_byte(reader, &byte);

		if (err)
			return err;
		number |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*number_ret = number;
			return NULL;
		}
	}
	return fb_error_create(FB_CORRUPT, "a number in a table of its code is damaged");
}

/* The value that the table at this offset has for pc: it consists of pairs, by how much the value changes, and for how
 * many bytes of code it is then valid. -1: it has none. */
static struct fb_error *value_at(struct fb_go *go, const struct fb_go_function *function,
				 uint32_t table, uint64_t pc, int32_t *value_ret)
{
	const struct fb_go_table *all = &go->module.pc_table;
	struct reader reader = {.go = go, .next = all->address + table};
	uint64_t at = function->entry;
	uint32_t value = UINT32_MAX; /* -1 */

	*value_ret = -1;
	if (!table)
		return NULL;
	if (table >= all->size)
		return fb_error_create(FB_CORRUPT, "a table of its code is damaged");
	reader.end = all->address + all->size;
	for (bool first = true; at <= pc; first = false) {
		uint32_t change = 0, bytes = 0;
		struct fb_error *err = read_number(&reader, &change);

		if (err)
			return err;
		if (!change && !first)
			return NULL;
		err = read_number(&reader, &bytes);
		if (err)
			return err;
		value += change & 1 ? ~(change >> 1) : change >> 1;
		at += bytes;
		if (pc < at) {
			*value_ret = (int32_t)value;
			return NULL;
		}
	}
	return NULL;
}

static struct fb_error *read_index(struct fb_go *go, size_t index, uint32_t *code_ret,
				   uint32_t *function_ret)
{
	uint32_t entry[2];
	struct fb_error *err = fb_space_read(
		go->space, go->module.index.address + index * INDEX_ENTRY, entry, sizeof(entry));

	if (err)
		return err;
	*code_ret = entry[0];
	*function_ret = entry[1];
	return NULL;
}

static struct fb_error *read_function(struct fb_go *go, uint32_t offset,
				      struct fb_go_function *function)
{
	uint8_t bytes[44];
	uint32_t words[9];
	const size_t size = go->layout.func_size;
	struct fb_error *err;

	if (offset >= go->module.functions.size || go->module.functions.size - offset < size)
		return fb_error_create(FB_CORRUPT, "the entry of a function is damaged");
	function->at = go->module.functions.address + offset;
	err = fb_space_read(go->space, function->at, bytes, size);
	if (err)
		return err;
	memcpy(words, bytes, sizeof(words));
	function->name = words[1];
	function->pc_sp = words[4];
	function->pc_file = words[5];
	function->pc_line = words[6];
	function->pcdata_count = words[7];
	function->unit = words[8];
	function->flags = bytes[size - 3];
	function->funcdata_count = bytes[size - 1];
	return NULL;
}

/* The index is sorted by address; its last entry ends the last function. */
static struct fb_error *find_function(struct fb_go *go, uint64_t pc,
				      struct fb_go_function *function)
{
	size_t low = 0, high = go->module.count;
	uint32_t code = 0, offset = 0;
	struct fb_error *err = NULL;

	if (!fb_go_is_code(go, pc))
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is no code of Go's", pc);
	while (!err && high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		err = read_index(go, middle, &code, &offset);
		if (!err && go->module.text + code <= pc)
			low = middle;
		else
			high = middle;
	}
	if (!err)
		err = read_index(go, low, &code, &offset);
	if (err)
		return err;
	function->entry = go->module.text + code;
	if (pc < function->entry)
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is in no function of Go's", pc);
	return read_function(go, offset, function);
}

static struct fb_error *add_text(struct fb_go *go, const struct fb_go_table *table, uint64_t offset,
				 const char **text_ret)
{
	char text[NAME_SIZE];
	struct fb_error *err;

	*text_ret = "";
	if (offset >= table->size)
		return NULL;
	err = fb_space_string_whole(go->space, table->address + offset, text, sizeof(text));
	if (!err)
		err = charge(go, strlen(text) + 1);
	if (!err)
		err = fb_string_pool_add(go->pool, text, text_ret);
	return err;
}

/* number: of the file in the function's unit of compilation. */
static struct fb_error *add_file(struct fb_go *go, const struct fb_go_function *function,
				 int32_t number, const char **text_ret)
{
	const struct fb_go_table *units = &go->module.units;
	const uint64_t at = ((uint64_t)function->unit + (uint32_t)number) * 4;
	uint32_t offset = 0;
	struct fb_error *err;

	*text_ret = "";
	if (number < 0 || at >= units->size || units->size - at < 4)
		return NULL;
	err = fb_space_u32(go->space, units->address + at, &offset);
	return err ? err : add_text(go, &go->module.files, offset, text_ret);
}

static struct fb_error *add_line(struct fb_go *go, const struct fb_go_line *line)
{
	struct fb_error *err =
		fb_grow_array(&go->lines, &go->line_room, go->line_count, sizeof(*go->lines),
			      FB_MAX_GO_PLACES, "places in its code");

	if (!err)
		go->lines[go->line_count++] = *line;
	return err;
}

/* The file and line of pc, of the innermost function that is inlined there. What is missing stays unknown. */
static struct fb_error *line_at(struct fb_go *go, const struct fb_go_function *function,
				uint64_t pc, struct fb_go_line *line)
{
	int32_t number = -1, value = -1;
	struct fb_error *err = value_at(go, function, function->pc_file, pc, &number);

	line->file = "";
	line->line = 0;
	if (!err)
		err = add_file(go, function, number, &line->file);
	if (!err)
		err = value_at(go, function, function->pc_line, pc, &value);
	if (!err && value > 0)
		line->line = (uint32_t)value;
	return fb_part_skip(err);
}

/* A call that was inlined (struct inlinedCall). */
struct inlined {
	uint32_t name;
	uint32_t parent_pc; /* offset in the function of an instruction of the caller */
	/* Until 1.19 the place of the call stands here. */
	int32_t parent, file, line;
};

static struct fb_error *read_inlined(struct fb_go *go, uint64_t table, int32_t index,
				     struct inlined *call)
{
	uint32_t words[5] = {0};
	const size_t size = go->layout.inlined_size;
	struct fb_error *err =
		fb_space_read(go->space, table + (uint32_t)index * size, words, size);

	if (err)
		return err;
	if (size == sizeof(words))
		*call = (struct inlined){
			.name = words[3],
			.parent_pc = words[4],
			.parent = (int16_t)(words[0] & 0xffff),
			.file = (int32_t)words[1],
			.line = (int32_t)words[2],
		};
	else
		*call = (struct inlined){.name = words[1], .parent_pc = words[2]};
	return NULL;
}

/* The table of inlined calls of the function, and the number of the one at pc; -1: there is none. */
static struct fb_error *inlined_at(struct fb_go *go, const struct fb_go_function *function,
				   uint64_t pc, uint64_t *table_ret, int32_t *index_ret)
{
	const uint64_t tables = function->at + go->layout.func_size;
	uint32_t pcdata = 0, funcdata = UINT32_MAX;
	struct fb_error *err = NULL;

	*index_ret = -1;
	if (function->pcdata_count <= PCDATA_INLINED ||
	    function->funcdata_count <= FUNCDATA_INLINED)
		return NULL;
	err = fb_space_u32(go->space, tables + PCDATA_INLINED * 4, &pcdata);
	if (!err)
		err = fb_space_u32(go->space,
				   tables + ((uint64_t)function->pcdata_count + FUNCDATA_INLINED) *
						    4,
				   &funcdata);
	if (err || funcdata == UINT32_MAX)
		return err;
	*table_ret = go->module.funcdata + funcdata;
	return value_at(go, function, pcdata, pc, index_ret);
}

/* Adds the functions that are inlined at pc. *outer_ret: where the function itself is then. */
static struct fb_error *add_inlined(struct fb_go *go, const struct fb_go_function *function,
				    uint64_t pc, struct fb_go_line *outer_ret)
{
	uint64_t table = 0;
	int32_t index = -1;
	struct fb_go_line line;
	struct fb_error *err = line_at(go, function, pc, &line);

	if (!err)
		err = inlined_at(go, function, pc, &table, &index);
	for (unsigned i = 0; !err && index >= 0 && i < FB_GO_MOST_INLINED; i++) {
		struct inlined call;

		err = read_inlined(go, table, index, &call);
		if (!err)
			err = add_text(go, &go->module.names, call.name, &line.function);
		if (!err)
			err = add_line(go, &line);
		if (err)
			break;
		if (go->layout.inlined_size == 20) {
			index = call.parent;
			line.line = call.line > 0 ? (uint32_t)call.line : 0;
			err = add_file(go, function, call.file, &line.file);
			continue;
		}
		pc = function->entry + call.parent_pc;
		err = line_at(go, function, pc, &line);
		if (!err)
			err = inlined_at(go, function, pc, &table, &index);
	}
	*outer_ret = line;
	/* Without them the function itself is there still. */
	return fb_part_skip(err);
}

static struct fb_error *make_place(struct fb_go *go, uint64_t pc, bool is_return,
				   struct fb_go_place *place)
{
	struct fb_go_function function;
	struct fb_go_line line = {.function = "", .file = ""};
	int32_t delta = -1;
	uint64_t shown;
	struct fb_error *err = find_function(go, pc, &function);

	if (err)
		return err;
	shown = is_return && pc > function.entry ? pc - 1 : pc;
	*place = (struct fb_go_place){
		.entry = function.entry, .flags = function.flags, .first = go->line_count};
	err = value_at(go, &function, function.pc_sp, pc, &delta);
	if (!err && delta >= 0 && (uint32_t)delta <= MOST_DELTA) {
		place->sp_delta = (uint32_t)delta;
		place->has_delta = true;
	}
	if (!err)
		err = add_inlined(go, &function, shown, &line);
	if (!err)
		err = add_text(go, &go->module.names, function.name, &line.function);
	if (!err)
		err = add_line(go, &line);
	place->count = (uint16_t)(go->line_count - place->first);
	return err;
}

struct fb_error *fb_go_place(struct fb_go *go, uint64_t pc, bool is_return,
			     const struct fb_go_place **place_ret)
{
	const uint64_t key = pc << 1 | is_return;
	const uint64_t *index = fb_u64_map_find(&go->by_pc, key);
	struct fb_go_place place = {.count = 0};
	struct fb_error *err;

	if (index) {
		*place_ret = &go->places[*index];
		return NULL;
	}
	err = make_place(go, pc, is_return, &place);
	if (!err)
		err = fb_grow_array(&go->places, &go->place_room, go->place_count,
				    sizeof(*go->places), FB_MAX_GO_PLACES, "places in its code");
	if (!err)
		err = fb_u64_map_add(&go->by_pc, key, go->place_count, FB_MAX_GO_PLACES,
				     "places in its code", NULL);
	if (err)
		return err;
	go->places[go->place_count] = place;
	*place_ret = &go->places[go->place_count++];
	return NULL;
}
