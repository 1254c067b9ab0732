// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle signature: hashes that are equal for dumps of the same fault, and what they are made from.
 */
#include "bundle/signature/signature.h"

#include <inttypes.h>

#include "cmd/shared/command.h"

static const struct fb_example examples[] = {
	{"By what is this crash known again?", "fbundle signature dump.202611231722", false},
	{"One line for a script: the level that triage groups by",
	 "fbundle signature dump.202611231722 --level top", false},
	{0},
};

static const struct argp_option signature_options[] = {
	{"level", 'l', "WHICH", 0, "print only this hash: kind, place, top or stack", 0},
	{0},
};

struct signature_options {
	bool one; /* --level */
	enum fb_signature_level level;
};

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct signature_options *options = own;

	if (key != 'l')
		return ARGP_ERR_UNKNOWN;
	options->one = true;
	if (!fb_signature_level_parse(arg, &options->level))
		fb_usage_error("signature", "--level takes kind, place, top or stack");
	return 0;
}

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Shows the signatures of a dump, from coarse to fine: hashes that are equal for dumps of the same "
	       "fault. They are made of the kind of panic, the functions of the thread at fault without offsets and "
	       "what compilers add, and the form of what a host hangs in.",
	.options = signature_options,
	.parse = parse,
	.examples = examples,
};

static void line(struct fb_output *output, const char *label, const char *text)
{
	fb_print(output, FB_STYLE_DIM, "%8s  ", label);
	fb_print(output, FB_STYLE_PLAIN, "%s\n", text);
}

static void print_task(struct fb_output *output, const struct fb_signature *signature)
{
	static const char *const how[] = {
		[FB_GUILT_UNKNOWN] = "",
		[FB_GUILT_PANIC] = "it panicked",
		[FB_GUILT_REPORT] = "the kernel's log reports it",
		[FB_GUILT_DEADLOCK] = "it is in the deadlock",
		[FB_GUILT_CHAIN] = "it is at the end of what most threads wait for",
	};

	fb_print(output, FB_STYLE_DIM, "%8s  ", "thread");
	if (signature->task)
		fb_print(output, FB_STYLE_PLAIN, "%d %s: %s\n", signature->task->tid,
			 fb_task_comm(signature->task).text, how[signature->guilt]);
	else
		fb_print(output, FB_STYLE_WARN, "unknown\n");
}

static void print_frames(struct fb_output *output, const struct fb_signature_frames *frames)
{
	for (size_t i = 0; i < frames->count; i++) {
		fb_print(output, FB_STYLE_DIM, "%8s  ", i ? "" : "stack");
		fb_print(output, i == frames->place ? FB_STYLE_BOLD : FB_STYLE_PLAIN,
			 "%s%s%s%s%s\n", frames->names[i], *frames->modules[i] ? " [" : "",
			 frames->modules[i], *frames->modules[i] ? "]" : "",
			 i == frames->place ? "  <- place" : "");
	}
}

static void print_text(struct fb_output *output, const struct fb_signature *signature)
{
	fb_print(output, FB_STYLE_DIM, "%8s  ", "kind");
	fb_print(output, FB_STYLE_BAD, "%s\n", signature->kind);
	if (signature->panic.message)
		line(output, "panic", signature->panic.message);
	print_task(output, signature);
	if (signature->waits.kind != FB_SHAPE_NONE)
		line(output, "waits", signature->waits.actors);
	if (signature->frames)
		print_frames(output, signature->frames);
	for (unsigned i = 0; i < FB_SIGNATURE_LEVELS; i++) {
		fb_print(output, FB_STYLE_DIM, "%8s  ", i ? "" : "hashes");
		fb_print(output, FB_STYLE_PLAIN, "%-6s ",
			 fb_signature_level_name((enum fb_signature_level)i));
		if (signature->texts[i])
			fb_print(output, FB_STYLE_BOLD, "%016" PRIx64 "\n", signature->hashes[i]);
		else
			fb_print(output, FB_STYLE_WARN, "unknown\n");
	}
}

static json_t *hash_json(const struct fb_signature *signature, enum fb_signature_level level)
{
	json_t *object = json_object();
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, signature->hashes[level]);
	json_object_set_new(object, "level", json_string(fb_signature_level_name(level)));
	json_object_set_new(object, "hash",
			    signature->texts[level] ? json_string(text) : json_null());
	json_object_set_new(object, "text", fb_json_text(signature->texts[level]));
	return object;
}

static json_t *frames_json(const struct fb_signature_frames *frames)
{
	json_t *array = json_array();

	for (size_t i = 0; i < frames->count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "function", fb_json_text(frames->names[i]));
		json_object_set_new(object, "module",
				    *frames->modules[i] ? fb_json_text(frames->modules[i])
							: json_null());
		json_object_set_new(object, "place", json_boolean(i == frames->place));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *waits_json(const struct fb_wait_shape *waits)
{
	json_t *object = json_object();

	json_object_set_new(object, "deadlock", json_boolean(waits->kind == FB_SHAPE_DEADLOCK));
	json_object_set_new(object, "kinds", fb_json_text(waits->kinds));
	json_object_set_new(object, "actors", fb_json_text(waits->actors));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_signature *signature)
{
	const char *guilt = fb_guilt_word(signature->guilt);
	const struct fb_task *task = signature->task;
	json_t *answer = json_object(), *hashes = json_array();

	for (unsigned i = 0; i < FB_SIGNATURE_LEVELS; i++)
		json_array_append_new(hashes, hash_json(signature, (enum fb_signature_level)i));
	json_object_set_new(answer, "rules", json_integer(FB_SIGNATURE_RULES));
	json_object_set_new(answer, "kind", json_string(signature->kind));
	json_object_set_new(answer, "message", fb_json_text(signature->panic.message));
	json_object_set_new(answer, "guilt", guilt ? json_string(guilt) : json_null());
	json_object_set_new(answer, "pid", task ? json_integer(task->pid) : json_null());
	json_object_set_new(answer, "tid", task ? json_integer(task->tid) : json_null());
	json_object_set_new(answer, "comm",
			    task ? fb_json_bytes(task->comm, sizeof(task->comm)) : json_null());
	json_object_set_new(answer, "waits",
			    signature->waits.kind == FB_SHAPE_NONE ? json_null()
								   : waits_json(&signature->waits));
	json_object_set_new(answer, "stack",
			    signature->frames ? frames_json(signature->frames) : json_null());
	json_object_set_new(answer, "signatures", hashes);
	return fb_json_print("signature", answer, context->warnings);
}

static struct fb_error *print_one(struct fb_context *context, const struct fb_signature *signature,
				  enum fb_signature_level level)
{
	if (!signature->texts[level])
		return fb_error_create(FB_NOT_FOUND,
				       "what the level '%s' is made of is not known: `fbundle "
				       "signature` without --level shows what is",
				       fb_signature_level_name(level));
	fb_print(context->output, FB_STYLE_PLAIN, "%016" PRIx64 "\n", signature->hashes[level]);
	return NULL;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct signature_options options = {0};
	struct fb_signature signature = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	if (options.one && context->options.json)
		fb_usage_error("signature", "--json has all levels: it excludes --level");
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_signature_compute(input, &signature);
	if (!err && context->options.json)
		err = print_json(context, &signature);
	else if (!err && options.one)
		err = print_one(context, &signature, options.level);
	else if (!err)
		print_text(context->output, &signature);
	fb_signature_deinit(&signature);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_signature = {
	.name = "signature",
	.summary = "hashes by which a crash is known again",
	.run = run,
	.usage = &usage,
};
