// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the bits of a set of CPUs and spells its ranges. Called for interrupts and work queues. */
#include "kernel/image/cpumask.h"

#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define BITS_OF_WORD 64u

static struct fb_error *find_mask(struct fb_kernel *kernel, uint64_t *address)
{
	const struct fb_btf *types = fb_kernel_types(kernel);
	uint32_t id;
	struct fb_error *err;

	if (!types)
		return fb_error_create(FB_NOT_FOUND, "the kernel's types are missing");
	err = fb_btf_find(types, FB_TYPE_TYPEDEF, "cpumask_var_t", &id);
	if (err || fb_btf_kind(types, fb_btf_strip(types, id)) != FB_TYPE_POINTER)
		return err;
	return fb_space_u64(fb_kernel_space(kernel), *address, address);
}

static bool has(const uint64_t *words, uint32_t limit, uint32_t cpu)
{
	return cpu < limit && le64toh(words[cpu / BITS_OF_WORD]) >> cpu % BITS_OF_WORD & 1;
}

/* The text has room for each CPU's number, of at most nine digits, with a sign behind it. */
static void spell(const uint64_t *words, uint32_t limit, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t cpu = 0; cpu < limit && used < size; cpu++) {
		uint32_t first = cpu;

		if (!has(words, limit, cpu))
			continue;
		while (has(words, limit, cpu + 1))
			cpu++;
		used += (size_t)snprintf(text + used, size - used, "%s%u", used ? "," : "", first);
		if (cpu > first && used < size)
			used += (size_t)snprintf(text + used, size - used, "-%u", cpu);
	}
}

struct fb_error *fb_cpumask_var_text(struct fb_kernel *kernel, uint64_t address, char **text_ret)
{
	uint32_t limit = fb_kernel_cpu_limit(kernel);
	size_t size = (size_t)limit * 10 + 1;
	uint64_t *words;
	char *text;
	struct fb_error *err = find_mask(kernel, &address);

	if (err)
		return err;
	words = calloc((size_t)limit / BITS_OF_WORD + 1, sizeof(*words));
	text = malloc(size);
	if (!words || !text)
		err = fb_error_nomem();
	/* A mask has as many bits as there can be CPUs, rounded up to words. */
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), address, words,
				    ((size_t)limit + BITS_OF_WORD - 1) / BITS_OF_WORD *
					    sizeof(*words));
	if (!err)
		spell(words, limit, text, size);
	free(words);
	if (err) {
		free(text);
		return err;
	}
	*text_ret = text;
	return NULL;
}
