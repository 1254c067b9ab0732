// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints what the command page has found, for people and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/page/page.h"

/* Rows of a list where --all is not given. */
#define SHORT_LIST 20u

/* "locked uptodate lru"; "-": none. */
static void words_text(uint64_t bits, char *to, size_t size)
{
	size_t used = 0;
	const char *word;

	snprintf(to, size, "-");
	for (unsigned bit = 0; (word = fb_page_word(bits, &bit)) && used < size;)
		used += (size_t)snprintf(to + used, size - used, "%s%s", used ? " " : "", word);
}

static json_t *frame_json(const struct fb_page_frame_listed *frame)
{
	const struct fb_page_words *words = &frame->words;
	json_t *object = json_object();
	json_t *list = json_array();
	const char *word;

	for (unsigned bit = 0; (word = fb_page_word(words->bits, &bit));)
		json_array_append_new(list, json_string(word));
	json_object_set_new(object, "pfn", json_integer((json_int_t)frame->pfn));
	json_object_set_new(object, "page",
			    words->known ? fb_json_hex(words->page.address) : json_null());
	json_object_set_new(object, "dumped", json_boolean(frame->dumped));
	json_object_set_new(object, "flags", list);
	json_object_set_new(object, "kernel_flags",
			    words->known ? fb_json_text(words->page.flags) : json_null());
	json_object_set_new(object, "head_pfn", json_integer((json_int_t)words->head));
	json_object_set_new(object, "order", json_integer(words->order));
	json_object_set_new(object, "references",
			    words->known ? json_integer(words->references) : json_null());
	json_object_set_new(object, "map_count",
			    words->known ? json_integer(words->map_count) : json_null());
	json_object_set_new(object, "whole_map_count",
			    words->known ? json_integer(words->whole_map_count) : json_null());
	return object;
}

static json_t *file_json(const struct fb_page_answer *answer)
{
	const struct fb_page_file *file = &answer->file;
	json_t *object = json_object();
	char device[32];

	snprintf(device, sizeof(device), "%u:%u", file->superblock.major, file->superblock.minor);
	json_object_set_new(object, "device", json_string(device));
	json_object_set_new(object, "type", fb_json_text(file->superblock.type));
	json_object_set_new(object, "inode", json_integer((json_int_t)file->inode));
	json_object_set_new(object, "inode_address", fb_json_hex(file->inode_address));
	json_object_set_new(object, "path", file->path[0] ? fb_json_text(file->path) : json_null());
	json_object_set_new(object, "offset",
			    answer->has_offset ? json_integer((json_int_t)answer->offset)
					       : json_null());
	return object;
}

static json_t *users_json(const struct fb_frame_users *users)
{
	json_t *list = json_array();

	for (size_t i = 0; i < users->count; i++) {
		const struct fb_frame_user *user = &users->users[i];
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(user->task->pid));
		json_object_set_new(object, "comm",
				    fb_json_bytes(user->task->comm, sizeof(user->task->comm)));
		json_object_set_new(object, "address", fb_json_hex(user->address));
		json_object_set_new(object, "page_size", json_integer((json_int_t)user->page_size));
		json_object_set_new(object, "writable", json_boolean(user->writable));
		json_object_set_new(object, "accessible", json_boolean(user->accessible));
		json_array_append_new(list, object);
	}
	return list;
}

struct fb_error *fb_page_print_json(struct fb_context *context, const struct fb_page_answer *answer)
{
	json_t *json = json_object();
	json_t *frames = json_array();
	json_t *swap = answer->has_swap ? json_object() : json_null();

	for (size_t i = 0; i < answer->count; i++)
		json_array_append_new(frames, frame_json(&answer->frames[i]));
	if (answer->has_swap) {
		json_object_set_new(swap, "type", json_integer(answer->swap_type));
		json_object_set_new(swap, "offset", json_integer((json_int_t)answer->swap_offset));
	}
	json_object_set_new(json, "frames", frames);
	json_object_set_new(json, "owner",
			    answer->owner ? json_string(answer->owner) : json_null());
	json_object_set_new(json, "cache",
			    answer->has_slab
				    ? fb_json_bytes(answer->slab.name, sizeof(answer->slab.name))
				    : json_null());
	json_object_set_new(json, "file", answer->has_file ? file_json(answer) : json_null());
	json_object_set_new(json, "swap", swap);
	json_object_set_new(json, "cgroup",
			    answer->group[0] ? fb_json_text(answer->group) : json_null());
	json_object_set_new(json, "mappings", users_json(&answer->users));
	json_object_set_new(json, "unread", json_integer((json_int_t)answer->users.unread));
	return fb_json_print("page", json, context->warnings);
}

static void print_label(struct fb_context *context, const char *label)
{
	fb_print(context->output, FB_STYLE_DIM, "%8s  ", label);
}

static void print_more(struct fb_context *context, size_t count, size_t shown)
{
	if (count > shown)
		fb_print(context->output, FB_STYLE_DIM, "%zu more: --all\n", count - shown);
}

static struct fb_error *print_range(struct fb_context *context, const struct fb_page_answer *answer,
				    bool all)
{
	static const struct fb_column columns[] = {
		{"FRAME", FB_RIGHT}, {"ORDER", FB_RIGHT},  {"REFS", FB_RIGHT},
		{"MAPS", FB_RIGHT},  {"IN DUMP", FB_LEFT}, {"FLAGS", FB_LEFT},
	};
	size_t shown = all || answer->count < SHORT_LIST ? answer->count : SHORT_LIST;
	struct fb_table *table = NULL;
	char text[512];
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < shown && !err; i++) {
		const struct fb_page_frame_listed *frame = &answer->frames[i];
		const struct fb_page_words *words = &frame->words;

		words_text(words->bits, text, sizeof(text));
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIx64, frame->pfn);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", words->order);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRId64, words->references);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRId64, words->map_count);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    frame->dumped ? "yes" : "no");
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
	}
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	print_more(context, answer->count, shown);
	return err;
}

static void print_frame(struct fb_context *context, const struct fb_page_frame_listed *frame)
{
	const struct fb_page_words *words = &frame->words;
	char text[512];

	print_label(context, "frame");
	fb_print(context->output, FB_STYLE_BOLD, "%" PRIx64, frame->pfn);
	fb_put(", physical address %" PRIx64 "; its bytes are %s\n", frame->pfn << FB_PAGE_SHIFT,
	       frame->dumped ? "in the dump" : "not in the dump");
	if (!words->known)
		return;
	print_label(context, "page");
	fb_put("struct page %" PRIx64 ", %" PRId64 " %s, mapped %" PRId64 " %s",
	       words->page.address, words->references,
	       words->references == 1 ? "reference" : "references", words->map_count,
	       words->map_count == 1 ? "time" : "times");
	if (words->whole_map_count > 0)
		fb_put(" and %" PRId64 " as a whole huge page", words->whole_map_count);
	if (words->order)
		fb_put("; one of %u from frame %" PRIx64 " on (order %u)", 1u << words->order,
		       words->head, words->order);
	fb_put("\n");
	print_label(context, "flags");
	words_text(words->bits, text, sizeof(text));
	fb_put("%s\n", text);
}

static void print_file(struct fb_context *context, const struct fb_page_answer *answer)
{
	const struct fb_page_file *file = &answer->file;
	char type[256], path[4 * FB_PATH_SIZE];

	print_label(context, "file");
	fb_put("%s on %u:%u (%s), inode %" PRIu64,
	       file->path[0] ? fb_text_escape(file->path, strlen(file->path), path, sizeof(path))
			     : "no name in memory",
	       file->superblock.major, file->superblock.minor,
	       fb_text_escape(file->superblock.type, strlen(file->superblock.type), type,
			      sizeof(type)),
	       file->inode);
	if (answer->has_offset)
		fb_put(", offset %" PRIx64, answer->offset);
	fb_put("\n");
}

static void print_owner(struct fb_context *context, const struct fb_page_answer *answer)
{
	char text[4 * 4096];

	print_label(context, "owner");
	fb_print(context->output, FB_STYLE_BOLD, "%s", answer->owner);
	if (answer->has_slab)
		fb_put(" of %s, %u bytes each",
		       fb_text_escape(answer->slab.name, strlen(answer->slab.name), text,
				      sizeof(text)),
		       answer->slab.cache.object_size);
	fb_put("\n");
	if (answer->has_file)
		print_file(context, answer);
	if (answer->has_swap) {
		print_label(context, "swap");
		fb_put("in the swap cache: slot %" PRIu64 " of area %u\n", answer->swap_offset,
		       answer->swap_type);
	}
	if (answer->group[0]) {
		print_label(context, "cgroup");
		fb_put("%s\n",
		       fb_text_escape(answer->group, strlen(answer->group), text, sizeof(text)));
	}
}

static struct fb_error *print_users(struct fb_context *context, const struct fb_page_answer *answer,
				    bool all)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT},  {"MAPPED BY", FB_LEFT}, {"ADDRESS", FB_LEFT},
		{"PAGE", FB_RIGHT}, {"ACCESS", FB_LEFT},
	};
	const struct fb_frame_users *users = &answer->users;
	size_t shown = all || users->count < SHORT_LIST ? users->count : SHORT_LIST;
	struct fb_table *table = NULL;
	char text[32];
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < shown && !err; i++) {
		const struct fb_frame_user *user = &users->users[i];

		err = fb_table_cell(table, FB_STYLE_PLAIN, "%d", user->task->pid);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", user->task->comm);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIx64, user->address);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    fb_text_size(user->page_size, text, sizeof(text)));
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    !user->accessible ? "none"
					    : user->writable  ? "read, write"
							      : "read");
	}
	if (!err && users->count) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	print_more(context, users->count, shown);
	return err;
}

struct fb_error *fb_page_print_text(struct fb_context *context, const struct fb_page_answer *answer,
				    bool all)
{
	if (answer->count != 1)
		return print_range(context, answer, all);
	print_frame(context, &answer->frames[0]);
	print_owner(context, answer);
	if (answer->users.unread) {
		print_label(context, "unknown");
		fb_print(context->output, FB_STYLE_WARN,
			 "of %zu process%s a part of the page tables is not in the dump\n",
			 answer->users.unread, answer->users.unread == 1 ? "" : "es");
	}
	return print_users(context, answer, all);
}
