// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps the functions that threads sleep in, of all recognisers, sorted by name. Made by waits.c,
 * searched by wait_blocked.c.
 */
#include "bundle/waits/finder/wait_sites.h"

#include <stdlib.h>
#include <string.h>

struct site {
	const char *function; /* borrowed from its row */
	const struct fb_wait_recogniser *row;
};

struct fb_wait_sites {
	size_t count;
	struct site sites[];
};

struct name {
	const char *text;
	size_t length; /* up to a '.' */
};

static int by_function(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	return strcmp(x->function, y->function);
}

static int compare(const void *key, const void *element)
{
	const struct name *name = key;
	const struct site *site = element;
	int order = strncmp(name->text, site->function, name->length);

	return order ? order : site->function[name->length] ? -1 : 0;
}

struct fb_error *fb_wait_sites_create(const struct fb_wait_recogniser *rows, size_t count,
				      struct fb_wait_sites **sites_ret)
{
	struct fb_wait_sites *sites =
		calloc(1, sizeof(*sites) + count * FB_WAIT_FUNCTIONS * sizeof(sites->sites[0]));

	if (!sites)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < FB_WAIT_FUNCTIONS && rows[i].functions[k]; k++)
			sites->sites[sites->count++] =
				(struct site){rows[i].functions[k], &rows[i]};
	qsort(sites->sites, sites->count, sizeof(sites->sites[0]), by_function);
	*sites_ret = sites;
	return NULL;
}

void fb_wait_sites_destroy(struct fb_wait_sites *sites)
{
	free(sites);
}

const struct fb_wait_recogniser *fb_wait_sites_find(const struct fb_wait_sites *sites,
						    const char *function)
{
	const struct name name = {function, strcspn(function, ".")};
	const struct site *found =
		bsearch(&name, sites->sites, sites->count, sizeof(sites->sites[0]), compare);

	return found ? found->row : NULL;
}
