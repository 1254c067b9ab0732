// SPDX-License-Identifier: GPL-2.0-or-later
// note-proc DIR: copies what /proc says of the system and of every process into DIR, the truth of a sample.
// One program rather than many: under emulation each fork costs, and each process it makes would be in the picture.
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u

static const char *const system_files[] = {
	"kallsyms", "modules", "locks",   "mounts", "swaps",   "iomem",    "cmdline", "meminfo",
	"slabinfo", "cgroups", "version", "vmstat", "net/tcp", "net/tcp6", "net/udp", "net/unix",
};
static const char *const process_files[] = {
	"auxv",   "cmdline",   "environ",         "maps",   "smaps", "stat", "status",
	"cgroup", "mountinfo", "coredump_filter", "limits",
};
static const char *const thread_files[] = {"comm", "stack", "syscall", "wchan"};
static const char *const namespaces[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *path(char *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define PATH_SIZE 512

static char *path(char *buffer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, PATH_SIZE, format, args);
	va_end(args);
	return buffer;
}

// A process may go, and a kernel may lack a file: then the copy is empty, as data it is not.
static void copy(const char *from, const char *to)
{
	static char block[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t length;

	if (out < 0) {
		perror(to);
		exit(1);
	}
	while (in >= 0 && (length = read(in, block, sizeof(block))) > 0) {
		if (write(out, block, (size_t)length) != length) {
			perror(to);
			exit(1);
		}
	}
	if (in >= 0)
		close(in);
	close(out);
}

// Calls VISIT for each entry of DIR whose name is a number, smallest first.
static void each_number(const char *dir,
			void (*visit)(const char *from, const char *to, long number),
			const char *to)
{
	long *numbers = NULL;
	size_t count = 0;
	DIR *stream = opendir(dir);

	if (stream == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		numbers = realloc(numbers, (count + 1) * sizeof(*numbers));
		if (numbers == NULL)
			exit(1);
		size_t place = count++;
		long number = strtol(entry->d_name, NULL, 10);
		for (; place > 0 && numbers[place - 1] > number; place--)
			numbers[place] = numbers[place - 1];
		numbers[place] = number;
	}
	closedir(stream);
	for (size_t i = 0; i < count; i++)
		visit(dir, to, numbers[i]);
	free(numbers);
}

static FILE *must_open(const char *name)
{
	FILE *file = fopen(name, "we");

	if (file == NULL) {
		perror(name);
		exit(1);
	}
	return file;
}

static FILE *list;

static void list_link(const char *from, const char *to, long number)
{
	char name[PATH_SIZE], target[4096];
	ssize_t length = readlink(path(name, "%s/%ld", from, number), target, sizeof(target));

	(void)to;
	// A newline in a name would look like another descriptor.
	fprintf(list, "%ld ", number);
	for (ssize_t i = 0; i < length; i++)
		if (target[i] == '\n')
			fputs("\\012", list);
		else
			fputc(target[i], list);
	fputc('\n', list);
}

static void list_fdinfo(const char *from, const char *to, long number)
{
	char name[PATH_SIZE], line[512];
	FILE *info = fopen(path(name, "%s/%ld", from, number), "re");

	(void)to;
	if (info == NULL)
		return;
	while (fgets(line, sizeof(line), info) != NULL)
		fprintf(list, "%ld %s", number, line);
	fclose(info);
}

static void note_thread(const char *from, const char *to, long tid)
{
	char in[PATH_SIZE], out[PATH_SIZE];

	mkdir(path(out, "%s/%ld", to, tid), 0755);
	for (size_t i = 0; i < COUNT(thread_files); i++)
		copy(path(in, "%s/%ld/%s", from, tid, thread_files[i]),
		     path(out, "%s/%ld/%s", to, tid, thread_files[i]));
}

// The page table as /proc tells it: address and entry of each page that is there or swapped out.
static void note_pagemap(const char *from, const char *to)
{
	char in[PATH_SIZE], out[PATH_SIZE], line[1024];
	FILE *maps = fopen(path(in, "%s/maps", from), "re");
	int pagemap = open(path(in, "%s/pagemap", from), O_RDONLY | O_CLOEXEC);

	list = must_open(path(out, "%s/pagemap", to));
	while (maps != NULL && pagemap >= 0 && fgets(line, sizeof(line), maps) != NULL) {
		uint64_t start, end, entry;
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2 || start >> 63 != 0)
			continue;
		for (uint64_t page = start; page < end; page += PAGE) {
			off_t place = (off_t)(page / PAGE * sizeof(entry));
			if (pread(pagemap, &entry, sizeof(entry), place) != sizeof(entry))
				break;
			if (entry >> 62 != 0)
				fprintf(list, "%" PRIx64 " %016" PRIx64 "\n", page, entry);
		}
	}
	if (maps != NULL)
		fclose(maps);
	if (pagemap >= 0)
		close(pagemap);
	fclose(list);
}

static void note_process(const char *proc, const char *to, long pid)
{
	char from[PATH_SIZE], dir[PATH_SIZE], in[PATH_SIZE], out[PATH_SIZE];

	if (pid == getpid())
		return;
	path(from, "%s/%ld", proc, pid);
	path(dir, "%s/%ld", to, pid);
	mkdir(dir, 0755);
	for (size_t i = 0; i < COUNT(process_files); i++)
		copy(path(in, "%.400s/%s", from, process_files[i]),
		     path(out, "%.400s/%s", dir, process_files[i]));
	list = must_open(path(out, "%.400s/fd", dir));
	each_number(path(in, "%.400s/fd", from), list_link, NULL);
	fclose(list);
	list = must_open(path(out, "%.400s/fdinfo", dir));
	each_number(path(in, "%.400s/fdinfo", from), list_fdinfo, NULL);
	fclose(list);
	list = must_open(path(out, "%.400s/ns", dir));
	for (size_t i = 0; i < COUNT(namespaces); i++) {
		char target[128] = "";
		if (readlink(path(in, "%.400s/ns/%s", from, namespaces[i]), target,
			     sizeof(target) - 1) > 0)
			fprintf(list, "%s %s\n", namespaces[i], target);
	}
	fclose(list);
	note_pagemap(from, dir);
	mkdir(path(out, "%.400s/task", dir), 0755);
	each_number(path(in, "%.400s/task", from), note_thread, out);
}

// What /proc/NAME has of each frame, as runs: "PFN COUNT VALUE", all hexadecimal; see the kernel's pagemap document.
static void note_frames(const char *name, const char *to)
{
	static uint64_t block[8192];
	char from[PATH_SIZE], out[PATH_SIZE];
	uint64_t pfn = 0, first = 0, value = 0;
	int in = open(path(from, "/proc/%s", name), O_RDONLY | O_CLOEXEC);
	ssize_t length;

	list = must_open(path(out, "%.400s/%s", to, name));
	while (in >= 0 && (length = read(in, block, sizeof(block))) > 0) {
		for (size_t i = 0; i < (size_t)length / sizeof(*block); i++, pfn++) {
			if (pfn > first && block[i] != value) {
				fprintf(list, "%" PRIx64 " %" PRIx64 " %" PRIx64 "\n", first,
					pfn - first, value);
				first = pfn;
			}
			value = block[i];
		}
	}
	if (pfn > first)
		fprintf(list, "%" PRIx64 " %" PRIx64 " %" PRIx64 "\n", first, pfn - first, value);
	if (in >= 0)
		close(in);
	fclose(list);
}

int main(int argc, char **argv)
{
	char in[PATH_SIZE], out[PATH_SIZE];

	if (argc != 2) {
		fprintf(stderr, "usage: note-proc DIR\n");
		return 2;
	}
	each_number("/proc", note_process, argv[1]);
	for (size_t i = 0; i < COUNT(system_files); i++) {
		const char *base = strrchr(system_files[i], '/');
		copy(path(in, "/proc/%s", system_files[i]),
		     path(out, "%.400s/%s", argv[1], base != NULL ? base + 1 : system_files[i]));
	}
	note_frames("kpageflags", argv[1]);
	note_frames("kpagecount", argv[1]);
	return 0;
}
