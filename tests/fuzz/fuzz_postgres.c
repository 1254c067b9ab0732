// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of a process of PostgreSQL, and behind them its memory: its backends, their locks and states are
 * read. */
#include <string.h>

#include "user/runtimes/postgres_locks.h"

#define BASE 0x10000ull
#define BLOCKERS 16u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct fb_space space; /* first */
	const uint8_t *bytes;
	size_t size;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > memory->size ||
	    length > memory->size - (address - BASE))
		return fb_error_create(FB_FAULT, "not mapped");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops memory_ops = {.read = read_memory};

static void read_backend(struct fb_postgres *postgres, const struct fb_postgres_backend *backend)
{
	struct fb_postgres_wait wait = {.blockers = NULL};
	struct fb_postgres_status status;
	struct fb_postgres_lwlock lock;

	fb_error_destroy(fb_postgres_blockers(postgres, backend, BLOCKERS, &wait));
	fb_postgres_wait_deinit(&wait);
	fb_error_destroy(fb_postgres_status(postgres, backend, &status));
	fb_error_destroy(fb_postgres_lwlock(postgres, backend, &lock));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_postgres_variables variables;
	struct memory memory = {.space = {.ops = &memory_ops, .name = "fuzz"}};
	const struct fb_postgres_backend *backends;
	struct fb_postgres *postgres = NULL;
	struct fb_error *err;
	const size_t number = offsetof(struct fb_postgres_variables, has_proc_number);
	size_t count;

	if (size < sizeof(variables))
		return 0;
	/* A bool that is neither true nor false would be no input of the reader's. */
	memcpy(&variables, data, sizeof(variables));
	memset(&variables.has_proc_number, data[number] & 1, sizeof(variables.has_proc_number));
	memory.bytes = data + sizeof(variables);
	memory.size = size - sizeof(variables);
	err = fb_postgres_open_at(&memory.space, &variables, &postgres);
	if (err) {
		fb_error_destroy(err);
		return 0;
	}
	backends = fb_postgres_backends(postgres, &count);
	for (size_t i = 0; i < count && i < 64; i++)
		read_backend(postgres, &backends[i]);
	fb_postgres_destroy(postgres);
	return 0;
}
