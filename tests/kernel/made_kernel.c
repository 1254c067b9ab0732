// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_kernel.h. A wrong call of a test ends it. */
#include "tests/kernel/made_kernel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/mappings/vma_slab.h"

static struct made_kernel *made_of(struct fb_space *space)
{
	return (struct made_kernel *)((char *)space - offsetof(struct made_kernel, space));
}

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct made_kernel *made = made_of(space);
	uint64_t offset = address - MADE_BASE, end = MADE_PAGES * FB_PAGE_SIZE;

	if (made->used > end)
		end = (made->used + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	made->reads++;
	if (address < MADE_BASE || offset >= end || length > end - offset)
		return fb_error_create(FB_FAULT, "nothing at 0x%" PRIx64, address);
	for (uint64_t page = offset / FB_PAGE_SIZE; page <= (offset + length - 1) / FB_PAGE_SIZE;
	     page++)
		if (made->absent[page])
			return fb_error_create(FB_ABSENT, "page %" PRIu64 " is lost", page);
	memcpy(to, made->memory + offset, length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

static void must(struct fb_error *err)
{
	if (err)
		abort();
}

struct made_kernel *made_kernel_create(void)
{
	static const char *const none[] = {NULL};
	struct made_kernel *made = calloc(1, sizeof(*made));

	if (!made)
		abort();
	made->memory = mmap(NULL, MADE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (made->memory == MAP_FAILED)
		abort();
	made->space = (struct fb_space){.ops = &made_ops, .name = "made memory"};
	made->used = FB_PAGE_SIZE; /* so that nothing stands at the very start */
	must(fb_warnings_create(&made->warnings));
	must(fb_vmcoreinfo_parse("OSRELEASE=made\n", &made->kernel.vmcoreinfo));
	fb_kernel_kept_init(&made->kernel);
	made->kernel.space = &made->space;
	made->kernel.warnings = made->warnings;
	made->kernel.cpu_limit = 1;
	made->kernel.percpu_offsets = calloc(1, sizeof(uint64_t));
	if (!made->kernel.percpu_offsets)
		abort();
	fb_layout_resolve(NULL, &made->kernel.layout); /* gives every member its name */
	made_symbols(made, none, NULL);
	return made;
}

void made_kernel_destroy(struct made_kernel *made)
{
	if (!made)
		return;
	fb_kernel_kept_deinit(&made->kernel);
	fb_symtab_destroy(made->kernel.symbols);
	fb_vmcoreinfo_destroy(made->kernel.vmcoreinfo);
	fb_warnings_destroy(made->warnings);
	free(made->kernel.percpu_offsets);
	munmap(made->memory, MADE_BYTES);
	free(made);
}

void made_symbols(struct made_kernel *made, const char *const names[], const uint64_t addresses[])
{
	struct fb_symtab *symbols;

	fb_symtab_destroy(made->kernel.symbols);
	must(fb_symtab_create(&symbols));
	for (size_t i = 0; names[i]; i++)
		must(fb_symtab_add(symbols, addresses[i], 8, 'D', names[i], strlen(names[i])));
	must(fb_symtab_finish(symbols, 0));
	made->kernel.symbols = symbols;
}

static uint64_t take(struct made_kernel *made, uint64_t size, uint64_t alignment)
{
	uint64_t start = (made->used + alignment - 1) & ~(alignment - 1);

	if (start > MADE_BYTES || size > MADE_BYTES - start)
		abort();
	made->used = start + size;
	return MADE_BASE + start;
}

uint64_t made_alloc(struct made_kernel *made, uint64_t size)
{
	return take(made, size, 64);
}

uint64_t made_alloc_pages(struct made_kernel *made, uint64_t size)
{
	return take(made, (size + FB_PAGE_SIZE - 1) & FB_PAGE_MASK, FB_PAGE_SIZE);
}

void *made_at(struct made_kernel *made, uint64_t address)
{
	if (address < MADE_BASE || address - MADE_BASE >= MADE_BYTES)
		abort();
	return made->memory + (address - MADE_BASE);
}

void made_put(struct made_kernel *made, uint64_t address, uint64_t value, size_t size)
{
	if (size > sizeof(value))
		abort();
	memcpy(made_at(made, address), &value, size);
}

uint64_t made_string(struct made_kernel *made, const char *text)
{
	uint64_t address = made_alloc(made, strlen(text) + 1);

	memcpy(made_at(made, address), text, strlen(text) + 1);
	return address;
}

void made_lose(struct made_kernel *made, uint64_t address)
{
	(void)made_at(made, address);
	made->absent[(address - MADE_BASE) / FB_PAGE_SIZE] = true;
}

void made_list_init(struct made_kernel *made, uint64_t head)
{
	made_put(made, head, head, 8);
	made_put(made, head + 8, head, 8);
}

void made_list_add(struct made_kernel *made, uint64_t head, uint64_t entry)
{
	uint64_t last;

	memcpy(&last, made_at(made, head + 8), 8);
	made_put(made, entry, head, 8);
	made_put(made, entry + 8, last, 8);
	made_put(made, last, entry, 8);
	made_put(made, head + 8, entry, 8);
}
