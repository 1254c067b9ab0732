// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle slab --json`. */
#include "cmd/slab/slab.h"

static json_t *count_json(bool known, uint64_t count)
{
	return known ? json_integer((json_int_t)count) : json_null();
}

static json_t *cache_json(const struct fb_slab_usage *usage)
{
	const struct fb_slab_cache *cache = &usage->cache;
	json_t *object = json_object();

	json_object_set_new(object, "name", fb_json_bytes(usage->name, sizeof(usage->name)));
	json_object_set_new(object, "address", fb_json_hex(cache->address));
	json_object_set_new(object, "object_size", json_integer(cache->object_size));
	json_object_set_new(object, "size", json_integer(cache->size));
	json_object_set_new(object, "objects_per_slab", json_integer(cache->per_slab));
	json_object_set_new(object, "pages_per_slab", json_integer(1ll << cache->order));
	json_object_set_new(object, "slabs", count_json(usage->counted, usage->slabs));
	json_object_set_new(object, "objects", count_json(usage->counted, usage->objects));
	json_object_set_new(object, "active", count_json(usage->active_known, usage->active));
	json_object_set_new(object, "bytes", count_json(usage->counted, usage->bytes));
	json_object_set_new(object, "merged", json_integer(usage->merged));
	return object;
}

static const char *state_word(enum fb_object_state state)
{
	static const char *const words[] = {
		[FB_OBJECT_IN_USE] = "in-use",
		[FB_OBJECT_FREE] = "free",
		[FB_OBJECT_KEPT] = "kept",
		[FB_OBJECT_UNKNOWN] = "unknown",
	};

	return words[state];
}

static json_t *objects_json(const struct fb_slab_answer *answer,
			    const struct fb_slab_listed *listed)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < listed->slab.objects; i++) {
		json_t *object = json_object();

		json_object_set_new(
			object, "address",
			fb_json_hex(fb_slab_object(&answer->usage->cache, &listed->slab, i)));
		json_object_set_new(object, "state",
				    json_string(state_word(answer->states[listed->states + i])));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *slab_json(const struct fb_slab_question *question,
			 const struct fb_slab_answer *answer, const struct fb_slab_listed *listed)
{
	const struct fb_slab *slab = &listed->slab;
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(slab->start));
	json_object_set_new(object, "page", fb_json_hex(slab->frame));
	json_object_set_new(object, "pfn", json_integer((json_int_t)slab->pfn));
	json_object_set_new(object, "objects", json_integer(slab->objects));
	json_object_set_new(
		object, "in_use",
		json_integer(slab->objects - listed->free - listed->kept - listed->unknown));
	json_object_set_new(object, "free", json_integer(listed->free));
	json_object_set_new(object, "kept", json_integer(listed->kept));
	json_object_set_new(object, "unknown", json_integer(listed->unknown));
	json_object_set_new(object, "list",
			    question->objects ? objects_json(answer, listed) : json_null());
	return object;
}

static json_t *object_json(const struct fb_slab_answer *answer)
{
	json_t *object = json_object();

	json_object_set_new(object, "address", fb_json_hex(answer->object));
	json_object_set_new(object, "offset",
			    json_integer((json_int_t)(answer->address - answer->object)));
	json_object_set_new(object, "state", json_string(state_word(answer->state)));
	json_object_set_new(object, "reason",
			    answer->why[0] ? fb_json_text(answer->why) : json_null());
	json_object_set_new(object, "slab", fb_json_hex(answer->slab.start));
	json_object_set_new(object, "page", fb_json_hex(answer->slab.frame));
	return object;
}

struct fb_error *fb_slab_print_json(struct fb_context *context,
				    const struct fb_slab_question *question,
				    const struct fb_slab_answer *answer)
{
	json_t *json = json_object();
	json_t *caches = json_array();
	json_t *slabs = json_array();

	for (size_t i = 0; i < answer->usages.count; i++)
		if (!answer->usage || answer->usage == &answer->usages.caches[i])
			json_array_append_new(caches, cache_json(&answer->usages.caches[i]));
	for (size_t i = 0; i < answer->slab_count; i++)
		json_array_append_new(slabs, slab_json(question, answer, &answer->slabs[i]));
	json_object_set_new(json, "caches", caches);
	json_object_set_new(json, "type",
			    answer->type[0] ? fb_json_text(answer->type) : json_null());
	json_object_set_new(json, "slabs", slabs);
	json_object_set_new(json, "object", answer->has_object ? object_json(answer) : json_null());
	return fb_json_print("slab", json, context->warnings);
}
