// SPDX-License-Identifier: GPL-2.0-or-later
// Who has the memory: a process, a slab cache, a file in shared memory, a control group at its limit. guest/questions
// starts ME last: it takes what the others have left.
#include "questions.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP ((size_t)256 << 10)
#define SHARED_BYTES ((size_t)32 << 20)
// Each of them has room for 128 buffers of 40 bytes, which is an object of 8 KiB.
#define PIPE_BYTES (128 * 4096)
// Of all memory, in percent: what the pipes' cache takes, and what ME leaves.
#define PIPES_PERCENT 28
#define LEFT_PERMILLE 28
#define GROUP "/sys/fs/cgroup/eaten"

// The text of a file of the kernel. A group that has no memory left has none for reading either, until the victim has
// died.
static void read_text(const char *path, char *text, size_t size)
{
	ssize_t length = -1;

	for (int tries = 0; tries < 200 && length <= 0; tries++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		length = fd >= 0 ? read(fd, text, size - 1) : -1;
		if (fd >= 0)
			close(fd);
		if (length <= 0)
			settle(50);
	}
	need(length > 0, path);
	text[length] = '\0';
}

// The number that follows NAME in a file of the kernel; without a name, the first one.
static uint64_t value_of(const char *path, const char *name)
{
	char text[8192];
	const char *at = text;

	read_text(path, text, sizeof(text));
	if (name != NULL)
		at = strstr(text, name);
	need(at != NULL, path);
	return strtoull(at + (name != NULL ? strlen(name) : 0), NULL, 10);
}

static uint64_t meminfo(const char *name)
{
	return value_of("/proc/meminfo", name) << 10;
}

// Whoever is killed for want of memory, it is not the caller.
static void survive(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	need(fd >= 0 && write(fd, "-1000", 5) == 5, "oom_score_adj");
	close(fd);
}

// STEP bytes more of private memory, none of which is zero.
static void eat(void)
{
	void *bytes = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(bytes != MAP_FAILED, "mmap");
	memset(bytes, 0xe1, STEP);
}

static void copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t length;

	need(in >= 0, from);
	need(out >= 0, to);
	while ((length = read(in, bytes, sizeof(bytes))) > 0)
		need(write(out, bytes, (size_t)length) == length, to);
	need(syncfs(out) == 0, to);
	close(in);
	close(out);
}

// Notes again what the host says of its memory, and with it all facts.
static void note_again(void)
{
	static const char *const files[] = {"meminfo", "zoneinfo", "buddyinfo", "vmstat",
					    "slabinfo"};
	char from[64], to[64];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(from, sizeof(from), "/proc/%s", files[i]);
		snprintf(to, sizeof(to), "/out/truth/host/%s", files[i]);
		copy(from, to);
	}
	copy("/tmp/lab/waits.txt", "/out/truth/waits.txt");
	copy("/tmp/lab/ready", "/tmp/lab/eaten");
}

static void eat_most(const char *name)
{
	uint64_t total = meminfo("MemTotal:"), eaten = 0;

	name_self("mem-eater");
	survive();
	need(mlockall(MCL_CURRENT) == 0, "mlockall");
	for (; meminfo("MemAvailable:") > total / 1000 * LEFT_PERMILLE; eaten += STEP)
		eat();
	note("memory actor=%s pid=%d bytes=%" PRIu64, name, getpid(), eaten);
	note_again();
	// What is freed until the panic it takes too.
	for (;;) {
		settle(200);
		if (meminfo("MemAvailable:") > total / 1000 * LEFT_PERMILLE)
			eat();
	}
}

static void fill_slab(const char *name)
{
	struct rlimit many = {1 << 20, 1 << 20};
	uint64_t pipes = meminfo("MemTotal:") / 100 * PIPES_PERCENT / 8192;
	int ends[2];

	name_self("slab-eater");
	survive();
	need(setrlimit(RLIMIT_NOFILE, &many) == 0, "RLIMIT_NOFILE");
	for (uint64_t i = 0; i < pipes; i++) {
		need(pipe(ends) == 0, "pipe");
		need(fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES) == PIPE_BYTES, "F_SETPIPE_SZ");
	}
	note("slab actor=%s pid=%d cache=kmalloc-cg-8k objects=%" PRIu64, name, getpid(), pipes);
	ready(name);
}

static void fill_shared(const char *name)
{
	int fd = open("/tmp/shared", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char bytes[4096];

	name_self("shmem-eater");
	need(fd >= 0, "/tmp/shared");
	memset(bytes, 0xe2, sizeof(bytes));
	for (size_t i = 0; i < SHARED_BYTES; i += sizeof(bytes))
		need(write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes), "/tmp/shared");
	note("shmem actor=%s pid=%d path=/tmp/shared bytes=%zu", name, getpid(), SHARED_BYTES);
	ready(name);
}

static void join_group(void)
{
	int fd = open(GROUP "/cgroup.procs", O_WRONLY | O_CLOEXEC);

	need(fd >= 0 && write(fd, "0", 1) == 1, GROUP);
	close(fd);
}

static void eat_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		eat();
}

// The parent has nearly all that its group may have; the child takes more, and is killed for it.
static void fill_group(const char *name)
{
	uint64_t limit = value_of(GROUP "/memory.max", NULL);
	pid_t child;

	name_self("group-eater");
	survive();
	join_group();
	while (value_of(GROUP "/memory.current", NULL) + 4 * STEP < limit)
		eat();
	child = fork();
	need(child >= 0, "fork");
	if (child == 0) {
		int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

		need(fd >= 0 && write(fd, "1000", 4) == 4, "oom_score_adj");
		name_self("group-victim");
		eat_for_ever(NULL);
	}
	while (value_of(GROUP "/memory.events", "oom_kill ") == 0)
		settle(100);
	// What the victim had can be had again.
	while (value_of(GROUP "/memory.current", NULL) + STEP < limit) {
		void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);

		need(page != MAP_FAILED, "mmap");
		memset(page, 0xe3, 4096);
	}
	note("group actor=%s pid=%d path=/eaten limit=%" PRIu64 " killed=%d", name, getpid(), limit,
	     child);
	ready(name);
}

const struct actor memory_questions[] = {
	{"ME", eat_most}, {"SL", fill_slab}, {"SM", fill_shared}, {"CG", fill_group}, {NULL, NULL},
};
