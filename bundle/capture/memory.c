// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds and copies the memory of a running process. /proc/PID/pagemap tells which pages there are,
 * process_vm_readv() reads them. Called by capture.c while the process's threads are stopped.
 */
#include "bundle/capture/memory.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"

/* Bits of an entry of pagemap. */
#define PM_GUARD (1ull << 58) /* made by MADV_GUARD_INSTALL; since 8e2f2aeb8b48, 6.15 */
#define PM_FILE (1ull << 61)  /* a page of a file, or of shared memory */
#define PM_SWAP (1ull << 62)
#define PM_PRESENT (1ull << 63)

/* The kernel's search for pages by what they are, as <linux/fs.h> has it from 6.7 on (52526ca7fdb9,
 * "fs/proc/task_mmu: implement IOCTL to get and optionally clear info about PTEs"). */
#define SCAN_PRESENT (1ull << 3)
#define SCAN_SWAPPED (1ull << 4)
struct scan_region {
	uint64_t start, end; /* end exclusive */
	uint64_t categories;
};
struct scan {
	uint64_t size; /* of this structure, bytes */
	uint64_t flags;
	uint64_t start, end; /* what is looked through; end exclusive */
	uint64_t walk_end;
	uint64_t regions,
		region_count; /* where they are put: an address, and how many there is room for */
	uint64_t max_pages;
	uint64_t inverted, all_of, any_of, returned; /* categories */
};
#define PAGEMAP_SCAN _IOWR('f', 16, struct scan)

#define ENTRIES 8192u
/* What is copied by one call. */
#define PIECE (8u << 20)
#define LEAST_ROOM (16u << 20)

/* A run of pages of one mapping: copied, or left out as untouched or the file's own. */
struct run {
	const struct fb_proc_mapping *mapping;
	uint64_t start, length;
	size_t at; /* in the room */
	bool copied;
};

struct walk {
	int32_t pid;
	int pagemap_fd, mem_fd;
	/* Called for each run, in order of address. */
	struct fb_error *(*run)(struct walk *walk, const struct run *run);
};

struct fb_memory_copy {
	struct walk walk;
	struct fb_tracer *tracer; /* or NULL */
	struct fb_memory_room *room;
	struct fb_core_output *core;
	struct run *runs; /* owned; that are not written yet */
	size_t count, run_room, used;
	uint64_t lost;
};

static int open_of(int32_t pid, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whether a page's bytes are to be copied. first: of a file, with its header. A guard has none, though it counts as
 * swapped out: new C libraries have one below each thread's stack. */
static bool wants(const struct fb_proc_mapping *mapping, uint64_t entry, bool first)
{
	if (entry & PM_GUARD)
		return false;
	switch (mapping->kind) {
	case FB_PROC_ANONYMOUS:
	case FB_PROC_SHMEM:
		return entry & (PM_PRESENT | PM_SWAP);
	case FB_PROC_FILE:
		/* Pages of a private mapping are copied once they were written to; pages of a
		 * shared mapping are always in the file. */
		return (entry & PM_PRESENT && (!(entry & PM_FILE) || first)) || entry & PM_SWAP;
	case FB_PROC_VDSO:
		return true;
	case FB_PROC_DEVICE:
		break;
	}
	return false;
}

/* Entries of pages at address; those that cannot be read are of pages that are not there. */
static void read_entries(const struct walk *walk, uint64_t address, uint64_t *entries, size_t count)
{
	ssize_t got = pread(walk->pagemap_fd, entries, count * sizeof(*entries),
			    (off_t)(address / FB_PAGE_SIZE * sizeof(*entries)));
	size_t known = got > 0 ? (size_t)got / sizeof(*entries) : 0;

	memset(entries + known, 0, (count - known) * sizeof(*entries));
}

/* The first page from address on that is there or swapped out, or end: runtimes and sanitizers map
 * terabytes of which they touch little, and their entries would be gone through while the process stands
 * still. address itself where the kernel cannot search. */
static uint64_t next_there(const struct walk *walk, uint64_t address, uint64_t end)
{
	struct scan_region region = {0};
	struct scan scan = {
		.size = sizeof(scan),
		.start = address,
		.end = end,
		.regions = (uintptr_t)&region,
		.region_count = 1,
		.max_pages = 1,
		.any_of = SCAN_PRESENT | SCAN_SWAPPED,
		.returned = SCAN_PRESENT | SCAN_SWAPPED,
	};
	int found = ioctl(walk->pagemap_fd, PAGEMAP_SCAN, &scan);

	if (found < 0)
		return address;
	if (!found)
		return end;
	return region.start >= address && region.start < end ? region.start : address;
}

/* Adds length bytes at address to the run, or hands it on and begins another where they differ. */
static struct fb_error *extend(struct walk *walk, struct run *run, uint64_t address,
			       uint64_t length, bool copied)
{
	struct fb_error *err = NULL;

	if (copied != run->copied && run->length) {
		err = walk->run(walk, run);
		run->start = address;
		run->length = 0;
	}
	run->copied = copied;
	run->length += length;
	return err;
}

static struct fb_error *walk_mapping(struct walk *walk, const struct fb_proc_mapping *mapping)
{
	struct run run = {.mapping = mapping, .start = mapping->start};
	uint64_t entries[ENTRIES];
	struct fb_error *err = NULL;

	for (uint64_t at = mapping->start; at < mapping->end && !err;) {
		const uint64_t next =
			mapping->kind == FB_PROC_VDSO ? at : next_there(walk, at, mapping->end);
		const uint64_t left = (mapping->end - next) / FB_PAGE_SIZE;
		const size_t count = left < ENTRIES ? (size_t)left : ENTRIES;

		if (next > at) {
			err = extend(walk, &run, at, next - at, false);
			at = next;
		}
		read_entries(walk, at, entries, count);
		for (size_t i = 0; i < count && !err; i++, at += FB_PAGE_SIZE) {
			const bool copied = wants(mapping, entries[i],
						  at == mapping->start && !mapping->offset);

			err = extend(walk, &run, at, FB_PAGE_SIZE, copied);
		}
	}
	return err || !run.length ? err : walk->run(walk, &run);
}

static struct fb_error *walk_all(struct walk *walk, const struct fb_proc_maps *maps)
{
	struct fb_error *err = NULL;

	walk->pagemap_fd = open_of(walk->pid, "pagemap");
	if (walk->pagemap_fd < 0)
		return fb_error_os(errno, "/proc/%d/pagemap", walk->pid);
	for (size_t i = 0; i < maps->count && !err; i++)
		/* Behind the user's half stands vsyscall, the same for all. */
		if (maps->list[i].end <= 1ull << 56)
			err = walk_mapping(walk, &maps->list[i]);
	(void)close(walk->pagemap_fd);
	return err;
}

struct estimate {
	struct walk walk;
	uint64_t bytes;
};

static struct fb_error *add_up(struct walk *walk, const struct run *run)
{
	struct estimate *estimate = (struct estimate *)walk;

	estimate->bytes += run->copied ? run->length : 0;
	return NULL;
}

struct fb_error *fb_memory_estimate(int32_t pid, const struct fb_proc_maps *maps,
				    uint64_t *bytes_ret)
{
	struct estimate estimate = {.walk = {.pid = pid, .run = add_up}};
	struct fb_error *err = walk_all(&estimate.walk, maps);

	if (!err)
		*bytes_ret = estimate.bytes;
	return err;
}

/* A quarter of what the host can give without swapping. */
static uint64_t memory_to_spare(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	static const char name[] = "MemAvailable:";
	uint64_t kib = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			kib = strtoull(line + strlen(name), NULL, 10);
	if (file)
		(void)fclose(file);
	return kib * 1024 / 4;
}

struct fb_error *fb_memory_room_create(uint64_t bytes, unsigned at_once,
				       struct fb_memory_room *room_ret)
{
	const uint64_t spare = memory_to_spare() / (at_once ? at_once : 1);
	void *room;

	/* It grows while it is looked at. */
	bytes += bytes / 8 + LEAST_ROOM;
	if (bytes > spare)
		bytes = spare > LEAST_ROOM ? spare : LEAST_ROOM;
	bytes &= ~(uint64_t)(FB_PAGE_SIZE - 1);
	room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return fb_error_nomem();
	(void)madvise(room, bytes, MADV_HUGEPAGE);
	/* Now, not while the process waits. */
	memset(room, 0, bytes);
	*room_ret = (struct fb_memory_room){.bytes = room, .size = bytes};
	return NULL;
}

void fb_memory_room_destroy(struct fb_memory_room *room)
{
	if (room->bytes)
		(void)munmap(room->bytes, room->size);
	*room = (struct fb_memory_room){0};
}

/* Bytes read from address on, up to the first page that cannot be. */
static size_t read_some(const struct fb_memory_copy *copy, const struct run *run, uint8_t *to)
{
	const struct walk *walk = &copy->walk;
	const struct iovec local = {.iov_base = to, .iov_len = run->length};
	const struct iovec remote = {.iov_base = (void *)(uintptr_t)run->start,
				     .iov_len = run->length};
	ssize_t got = 0;

	if (run->mapping->flags & PF_R)
		got = process_vm_readv(walk->pid, &local, 1, &remote, 1, 0);
	else if (copy->tracer)
		got = (ssize_t)fb_tracer_read(copy->tracer, run->start, to, run->length);
	/* Also where no thread could be stopped, most kernels let this process read pages by /proc/PID/mem that the
	 * process itself may not. */
	if (got <= 0 && walk->mem_fd >= 0)
		got = pread(walk->mem_fd, to,
			    run->length < FB_PAGE_SIZE ? run->length : FB_PAGE_SIZE,
			    (off_t)run->start);
	return got > 0 ? (size_t)got & ~(size_t)(FB_PAGE_SIZE - 1) : 0;
}

static struct fb_error *write_runs(struct fb_memory_copy *copy)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < copy->count && !err; i++) {
		const struct run *run = &copy->runs[i];

		if (run->copied)
			err = fb_core_output_bytes(copy->core, run->mapping->start,
						   run->mapping->flags, run->start,
						   copy->room->bytes + run->at, run->length);
		else
			err = fb_core_output_gap(copy->core, run->mapping->start,
						 run->mapping->flags, run->start, run->length);
	}
	copy->count = 0;
	copy->used = 0;
	return err;
}

static struct fb_error *note_run(struct fb_memory_copy *copy, const struct run *run)
{
	struct fb_error *err = fb_grow_array(&copy->runs, &copy->run_room, copy->count,
					     sizeof(*run), FB_MAX_PHDRS, "runs of pages");

	if (!err)
		copy->runs[copy->count++] = *run;
	return err;
}

static struct fb_error *copy_run(struct walk *walk, const struct run *run)
{
	struct fb_memory_copy *copy = (struct fb_memory_copy *)walk;
	struct fb_error *err = NULL;

	if (!run->copied)
		return note_run(copy, run);
	for (uint64_t done = 0; done < run->length && !err;) {
		struct run part = *run;
		const uint64_t left = run->length - done;

		if (copy->room->size - copy->used < FB_PAGE_SIZE)
			err = write_runs(copy);
		if (err)
			break;
		part.start = run->start + done;
		part.at = copy->used;
		part.length = left < PIECE ? left : PIECE;
		if (part.length > copy->room->size - copy->used)
			part.length = copy->room->size - copy->used;
		part.length = read_some(copy, &part, copy->room->bytes + part.at);
		if (!part.length) {
			part.length = FB_PAGE_SIZE;
			part.copied = false;
			copy->lost++;
		} else {
			copy->used += part.length;
		}
		err = note_run(copy, &part);
		done += part.length;
	}
	return err;
}

struct fb_error *fb_memory_copy_create(int32_t pid, struct fb_tracer *tracer,
				       const struct fb_proc_maps *maps, struct fb_memory_room *room,
				       struct fb_core_output *core,
				       struct fb_memory_copy **copy_ret)
{
	struct fb_memory_copy *copy = calloc(1, sizeof(*copy));
	struct fb_error *err;

	if (!copy)
		return fb_error_nomem();
	copy->walk = (struct walk){.pid = pid, .run = copy_run, .mem_fd = open_of(pid, "mem")};
	copy->tracer = tracer;
	copy->room = room;
	copy->core = core;
	err = walk_all(&copy->walk, maps);
	if (copy->walk.mem_fd >= 0)
		(void)close(copy->walk.mem_fd);
	if (err)
		fb_memory_copy_destroy(copy);
	else
		*copy_ret = copy;
	return err;
}

struct fb_error *fb_memory_copy_write(struct fb_memory_copy *copy, uint64_t *lost_ret)
{
	struct fb_error *err = write_runs(copy);

	if (!err)
		*lost_ret = copy->lost;
	return err;
}

void fb_memory_copy_destroy(struct fb_memory_copy *copy)
{
	if (!copy)
		return;
	free(copy->runs);
	free(copy);
}
