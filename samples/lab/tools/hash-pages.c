// SPDX-License-Identifier: GPL-2.0-or-later
// hash-pages VMCORE: prints "PFN XXH64" (hexadecimal, seed 0) of every page of an ELF vmcore.
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#define PAGE 4096u

static int fail(const char *what)
{
	fprintf(stderr, "hash-pages: %s\n", what);
	return 1;
}

static int by_address(const void *left, const void *right)
{
	uint64_t a = ((const Elf64_Phdr *)left)->p_paddr, b = ((const Elf64_Phdr *)right)->p_paddr;

	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	Elf64_Ehdr header;
	unsigned char page[PAGE];
	uint64_t next = 0;

	if (argc != 2)
		return fail("usage: hash-pages VMCORE");
	int fd = open(argv[1], O_RDONLY);
	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phnum > 4096)
		return fail("not an ELF vmcore");
	Elf64_Phdr *segments = calloc(header.e_phnum, sizeof(*segments));
	ssize_t size = (ssize_t)(header.e_phnum * sizeof(*segments));
	if (segments == NULL)
		return fail("out of memory");
	if (pread(fd, segments, (size_t)size, (off_t)header.e_phoff) != size)
		return fail("cut off in the program headers");
	qsort(segments, header.e_phnum, sizeof(*segments), by_address);
	for (size_t i = 0; i < header.e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];
		if (segment->p_type != PT_LOAD)
			continue;
		for (uint64_t offset = -segment->p_paddr % PAGE; offset + PAGE <= segment->p_filesz;
		     offset += PAGE) {
			uint64_t pfn = (segment->p_paddr + offset) / PAGE;
			// The kernel's image is in two segments: once by itself, once within its memory.
			if (pfn < next)
				continue;
			if (pread(fd, page, PAGE, (off_t)(segment->p_offset + offset)) != PAGE)
				return fail("cut off: copy the vmcore again");
			printf("%" PRIx64 " %016" PRIx64 "\n", pfn, (uint64_t)XXH64(page, PAGE, 0));
			next = pfn + 1;
		}
	}
	free(segments);
	return 0;
}
