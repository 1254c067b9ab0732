// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * with_libkdumpfile DUMP BUNDLE: reads every page of both through libkdumpfile. DUMP is not
 * flattened (libkdumpfile 0.5.1 refuses that). Prints "ok - ..." or "not ok - ..." lines.
 */
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PAGE 4096u

static int failures;

static void report(bool good, const char *text, unsigned long first, unsigned long second)
{
	failures += !good;
	printf("%s - libkdumpfile: ", good ? "ok" : "not ok");
	printf(text, first, second);
	putchar('\n');
}

static kdump_ctx_t *open_dump(const char *path)
{
	kdump_ctx_t *dump = kdump_new();
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (!dump || file < 0 || kdump_open_fd(dump, file) != KDUMP_OK) {
		fprintf(stderr, "%s: %s\n", path, dump ? kdump_get_err(dump) : "out of memory");
		return NULL;
	}
	return dump;
}

static bool read_page(kdump_ctx_t *dump, kdump_num_t pfn, void *page)
{
	size_t length = PAGE;

	return kdump_read(dump, KDUMP_MACHPHYSADDR, pfn * PAGE, page, &length) == KDUMP_OK &&
	       length == PAGE;
}

int main(int argc, char **argv)
{
	unsigned long pages = 0, same = 0, added = 0;
	kdump_ctx_t *dump, *bundle;
	kdump_num_t frames = 0;

	if (argc != 3)
		return 2;
	dump = open_dump(argv[1]);
	bundle = open_dump(argv[2]);
	if (!dump || !bundle || kdump_get_number_attr(dump, "max_pfn", &frames) != KDUMP_OK)
		return 1;
	for (kdump_num_t pfn = 0; pfn < frames; pfn++) {
		unsigned char was[PAGE], is[PAGE];
		bool had = read_page(dump, pfn, was), has = read_page(bundle, pfn, is);

		pages += had;
		same += had && has && memcmp(was, is, PAGE) == 0;
		added += has && !had;
	}
	report(pages && same == pages, "%lu of the dump's %lu pages read the same from the bundle",
	       same, pages);
	report(added > 0, "%lu pages more than from the dump (%lu frames)", added, frames);
	kdump_free(bundle);
	kdump_free(dump);
	return failures ? 1 : 0;
}
