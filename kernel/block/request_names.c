// SPDX-License-Identifier: GPL-2.0-or-later
/* Names operations and flags by the kernel's own enums. Called for requests. */
#include "kernel/block/request_names.h"

#include <stdio.h>
#include <string.h>

#define OPERATION_MASK (FB_REQUEST_OPERATIONS - 1)
/* The bits below are the operation. */
#define FIRST_FLAG 8u

/* Enters the names of an enum whose enumerators begin with prefix. */
static void load(const struct fb_btf *types, const char *type, const char *prefix,
		 const char **names, size_t count)
{
	uint32_t id;
	struct fb_error *err = fb_btf_find(types, FB_TYPE_ENUM, type, &id);

	if (err) {
		fb_error_destroy(err);
		return;
	}
	for (uint32_t i = 0; i < fb_btf_length(types, id); i++) {
		const char *name;
		int64_t value;

		fb_btf_enumerator(types, id, i, &name, &value);
		if (value >= 0 && (uint64_t)value < count && !names[value] &&
		    !strncmp(name, prefix, strlen(prefix)))
			names[value] = name + strlen(prefix);
	}
}

void fb_request_names_load(const struct fb_btf *types, struct fb_request_names *names)
{
	load(types, "req_op", "REQ_OP_", names->operations, FB_ARRAY_SIZE(names->operations));
	/* Its name until 5.19 (ff07a02e9e8e, 6.0). */
	load(types, "req_opf", "REQ_OP_", names->operations, FB_ARRAY_SIZE(names->operations));
	load(types, "req_flag_bits", "__REQ_", names->flags, FB_ARRAY_SIZE(names->flags));
}

static void append_word(char *to, size_t size, const char *name)
{
	size_t used = strlen(to);
	char word[4 * 32];

	snprintf(to + used, size - used, "%s%s", used ? "," : "",
		 fb_btf_word(name, word, sizeof(word)));
}

void fb_request_name(const struct fb_request_names *names, uint32_t word,
		     struct fb_request *request)
{
	const char *name = names->operations[word & OPERATION_MASK];

	if (name)
		fb_btf_word(name, request->operation, sizeof(request->operation));
	else
		snprintf(request->operation, sizeof(request->operation), "%u",
			 word & OPERATION_MASK);
	for (unsigned bit = FIRST_FLAG; bit < FB_REQUEST_FLAGS; bit++) {
		name = names->flags[bit];
		if (word >> bit & 1 && name)
			append_word(request->flags, sizeof(request->flags), name);
	}
}
