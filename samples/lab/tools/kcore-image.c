// SPDX-License-Identifier: GPL-2.0-or-later
// kcore-image FILE: writes the memory of the running kernel as a LiME image, from /proc/kcore, as AVML does. Nothing
// stands still meanwhile, so that pages that belong together may be of different moments.
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096u
#define LIME_MAGIC 0x4c694d45u

// https://github.com/504ensicsLabs/LiME, doc/README.md
struct lime_header {
	uint32_t magic, version;
	uint64_t first, last;
	uint64_t reserved;
};

static Elf64_Phdr *segments;
static size_t segment_count;
static uint64_t unread;

static int fail(const char *what)
{
	perror(what);
	return 1;
}

// The direct map has all memory. Segments without a physical address, such as that of vmalloc, have -1 there.
static const Elf64_Phdr *segment_of(uint64_t physical)
{
	for (size_t i = 0; i < segment_count; i++)
		if (segments[i].p_type == PT_LOAD && segments[i].p_paddr != UINT64_MAX &&
		    physical >= segments[i].p_paddr &&
		    physical - segments[i].p_paddr < segments[i].p_filesz)
			return &segments[i];
	return NULL;
}

static void write_range(int kcore, FILE *out, uint64_t first, uint64_t last)
{
	const struct lime_header header = {LIME_MAGIC, 1, first, last, 0};
	unsigned char page[PAGE];

	fwrite(&header, sizeof(header), 1, out);
	for (uint64_t at = first; at < last; at += PAGE) {
		const Elf64_Phdr *segment = segment_of(at);

		if (segment == NULL ||
		    pread(kcore, page, PAGE, (off_t)(segment->p_offset + at - segment->p_paddr)) !=
			    PAGE) {
			memset(page, 0, PAGE);
			unread++;
		}
		fwrite(page, PAGE, 1, out);
	}
}

static int read_segments(int kcore)
{
	Elf64_Ehdr header;

	if (pread(kcore, &header, sizeof(header), 0) != sizeof(header))
		return -1;
	segment_count = header.e_phnum;
	segments = calloc(segment_count, sizeof(*segments));
	const ssize_t size = (ssize_t)(segment_count * sizeof(*segments));
	return segments != NULL &&
			       pread(kcore, segments, (size_t)size, (off_t)header.e_phoff) == size
		       ? 0
		       : -1;
}

int main(int argc, char **argv)
{
	char line[256];
	const int kcore = open("/proc/kcore", O_RDONLY);
	FILE *iomem = fopen("/proc/iomem", "r"), *out = argc == 2 ? fopen(argv[1], "w") : NULL;

	if (kcore < 0 || iomem == NULL || out == NULL)
		return fail("kcore-image FILE");
	if (read_segments(kcore) != 0)
		return fail("/proc/kcore");
	while (fgets(line, sizeof(line), iomem) != NULL) {
		uint64_t first, last;

		// Those further in are parts of these.
		if (line[0] != ' ' && strstr(line, ": System RAM") != NULL &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &last) == 2) {
			first = (first + PAGE - 1) / PAGE * PAGE;
			last = (last + 1) / PAGE * PAGE;
			if (first < last)
				write_range(kcore, out, first, last - 1);
		}
	}
	fprintf(stderr, "kcore-image: %" PRIu64 " pages could not be read\n", unread);
	const bool failed = ferror(out) != 0;
	return fclose(out) == 0 && !failed ? 0 : fail(argv[1]);
}
