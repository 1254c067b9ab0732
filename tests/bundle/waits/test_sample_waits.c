// SPDX-License-Identifier: GPL-2.0-or-later
/* All waits of the sample, each in all fields; samples/small/waits.txt says who waits for whom. */
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/waits.h"
#include "tests/bundle/sample_input.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define OF_FUTEX "futex() arguments and the lock's layout in memory"
#define OF_STACK "the waiter's structure on its kernel stack"
#define OF_CALL "the system call's arguments and the parents of all processes"
#define OF_LOCKS "the kernel's list of file locks"
#define OF_SOCKET "the wait queue that it sleeps in, and the sockets of this host"
#define OF_CORE "owner read from a core that is older than the panic, by how much is unknown; "

struct sample_waits {
	struct sample_input sample;
	struct fb_wait_options options;
	struct fb_waits *waits;
};

/* With the cores of some processes, and their files for symbols. */
static void begin(struct sample_waits *w)
{
	static const char *const cores[] = {"core.128.xz",  "core.144.gz",       "core.148.xz",
					    "core.202.zst", "core.actors.1.zst", NULL};
	char *root = sample_path("sysroot");

	*w = (struct sample_waits){0};
	FB_OK_FATAL(fb_host_files_create(root, &w->options.files));
	free(root);
	sample_open(&w->sample, cores);
	FB_OK_FATAL(fb_waits_find(w->sample.input, &w->options, &w->waits));
}

static void end(struct sample_waits *w)
{
	fb_waits_destroy(w->waits);
	fb_host_files_destroy(w->options.files);
	sample_close(&w->sample);
}

static const struct {
	int32_t tid;
	struct made_answer answer;
} waits[] = {
	{9,
	 {.kind = "frozen",
	  .object = "frozen 0xff29a9a202080800 0x0",
	  .name = "/fz (ext4 on loop0)",
	  .detail = "file system frozen; for at least 20.2 s",
	  .need = "the kernel does not record who froze it: any process with CAP_SYS_ADMIN may thaw it",
	  .flags = "others sure",
	  .wait = "to write",
	  .evidence = OF_STACK,
	  .seconds = 19.6514}},
	{126,
	 {.kind = "block-io",
	  .object = "device 0xff29a9a201415140 0x0",
	  .name = "/dev/loop1",
	  .owners = "9",
	  .flags = "certain sure",
	  .wait = "buffer of block 80",
	  .evidence = "the locked buffer_head on its kernel stack",
	  .seconds = 19.6515}},
	{130,
	 {.kind = "mutex",
	  .object = "lock 0xff29a9a201ca7180 0x55d4a696e4e0",
	  .name = "B (0x55d4a696e4e0)",
	  .detail = "pthread mutex, normal; " OF_CORE "131 sleeps where it was then",
	  .owners = "131",
	  .flags = "certain sure",
	  .evidence = OF_FUTEX,
	  .seconds = 56.0707}},
	{131,
	 {.kind = "mutex",
	  .object = "lock 0xff29a9a201ca7180 0x55d4a696e520",
	  .name = "A (0x55d4a696e520)",
	  .detail = "pthread mutex, normal; " OF_CORE "130 sleeps where it was then",
	  .owners = "130",
	  .flags = "certain sure",
	  .evidence = OF_FUTEX,
	  .seconds = 56.0754}},
	{143,
	 {.kind = "pipe-read",
	  .object = "pipe 0xff29a9a2011afc00 0x2",
	  .name = "pipe:[1560]",
	  .detail = "1 process can write",
	  .owners = "141p",
	  .flags = "certain sure",
	  .wait = "fd 3",
	  .evidence = "the wait queue that it sleeps in, and all open files of that",
	  .seconds = 53.6088}},
	{144,
	 {.kind = "mutex-shared",
	  .object = "shared lock 0xff29a9a201f746b0 0x0",
	  .name = "0x7f3756601000",
	  .detail =
		  "shared, page frame 0x4439, offset 0x0; pthread mutex, normal, process-shared; " OF_CORE
		  "it may be stale: 143 sleeps, and may have run since",
	  .owners = "143",
	  .flags = "sure",
	  .wait = "at 0x7f3756601000 in this process",
	  .evidence = OF_FUTEX,
	  .seconds = 53.3527}},
	{145,
	 {.kind = "futex",
	  .object = "shared lock 0xff29a9a201f746b0 0x0",
	  .name = "0x7f3756601000",
	  .detail =
		  "shared, page frame 0x4439, offset 0x0; pthread mutex, normal, process-shared; " OF_CORE
		  "it may be stale: 143 sleeps, and may have run since",
	  .owners = "143",
	  .flags = "sure",
	  .wait = "at 0x7f3756601000 in this process",
	  .evidence = OF_FUTEX,
	  .seconds = 53.0605}},
	{148,
	 {.kind = "mutex-shared",
	  .object = "shared lock 0xff29a9a2019b83a0 0x1340",
	  .name = "0x210000041340",
	  .detail =
		  "shared, page frame 0x4478, offset 0x340; pthread mutex, normal, process-shared; " OF_CORE
		  "it may be stale: 146 sleeps, and may have run since",
	  .owners = "146",
	  .flags = "sure",
	  .wait = "at 0x210000041340 in this process",
	  .evidence = OF_FUTEX,
	  .seconds = 52.6286}},
	{151,
	 {.kind = "flock",
	  .object = "file lock 0xff29a9a2023b3438 0x0",
	  .name = "/tmp/flock",
	  .detail = "FLOCK, held for writing, inode 7 of 00:16",
	  .owners = "149p",
	  .flags = "certain sure",
	  .wait = "fd 3, for writing",
	  .evidence = OF_LOCKS,
	  .seconds = 52.2035}},
	{155,
	 {.kind = "posix-lock",
	  .object = "file lock 0xff29a9a2023b3bd0 0x0",
	  .name = "/tmp/record",
	  .detail = "bytes 100 to 149; POSIX, held for writing, inode 9 of 00:16",
	  .owners = "153p",
	  .flags = "certain sure",
	  .wait = "fd 4, for writing",
	  .evidence = OF_LOCKS,
	  .seconds = 51.6277}},
	{173,
	 {.kind = "unix-read",
	  .object = "socket 0xff29a9a2014389c0 0x0",
	  .name = "unix stream -> socket:[1576]",
	  .owners = "176p",
	  .flags = "certain sure",
	  .wait = "fd 3",
	  .evidence = OF_SOCKET,
	  .seconds = 47.4486}},
	{178,
	 {.kind = "tcp-read",
	  .object = "socket 0xff29a9a20143a080 0x0",
	  .name = "inet stream 127.0.0.1:9090 -> 127.0.0.1:54360",
	  .owners = "180p",
	  .flags = "certain sure",
	  .wait = "fd 4",
	  .evidence = OF_SOCKET,
	  .seconds = 47.031}},
	{181,
	 {.kind = "epoll",
	  .object = "epoll 0xff29a9a2021bf800 0x0",
	  .name = "fd 3",
	  .detail = "watches fd 5, fd 4, fd 6, fd 7",
	  .owners = "181p 183p",
	  .flags = "others certain loose sure",
	  .evidence = "the files in the epoll's tree, and who has their other ends",
	  .seconds = 46.5178}},
	{186,
	 {.kind = "futex",
	  .object = "lock 0xff29a9a203dc9200 0x56102c369628",
	  .name = "rwlock+0x8 (0x56102c369628)",
	  .detail = "went to sleep while the word was 3",
	  .need = "the lock's memory: give a core of PID 184, or of another process that maps it",
	  .flags = "sure",
	  .evidence = OF_FUTEX,
	  .seconds = 45.5983}},
	{187,
	 {.kind = "futex",
	  .object = "lock 0xff29a9a203dc9200 0x56102c36962c",
	  .name = "rwlock+0xc (0x56102c36962c)",
	  .detail = "went to sleep while the word was 3",
	  .need = "the lock's memory: give a core of PID 184, or of another process that maps it",
	  .flags = "sure",
	  .evidence = OF_FUTEX,
	  .seconds = 45.5945}},
	{191,
	 {.kind = "futex",
	  .object = "lock 0xff29a9a203dcb600 0x559fb50245c8",
	  .name = "condition+0x28 (0x559fb50245c8)",
	  .detail = "went to sleep while the word was 0",
	  .need = "the lock's memory: give a core of PID 188, or of another process that maps it",
	  .flags = "sure",
	  .evidence = OF_FUTEX,
	  .seconds = 45.4346}},
	{193,
	 {.kind = "join",
	  .object = "join 0xc3 0x0",
	  .name = "the end of thread 195",
	  .owners = "195",
	  .flags = "certain sure",
	  .evidence = "the word is one of that thread's own, which its end changes",
	  .seconds = 45.2945}},
	{196,
	 {.kind = "wait4",
	  .object = "exit 0xc6 0x0",
	  .name = "the end of PID 198",
	  .owners = "198p",
	  .flags = "certain sure",
	  .evidence = OF_CALL,
	  .seconds = 45.0785}},
	{200,
	 {.kind = "wait4",
	  .object = "exit 0xca 0x0",
	  .name = "the end of PID 202",
	  .owners = "202p",
	  .flags = "certain sure",
	  .evidence = OF_CALL,
	  .seconds = 44.6783}},
	{205,
	 {.kind = "mutex",
	  .object = "lock 0xff29a9a203dcad00 0x55cb24747310",
	  .name = "contained+0x10 (0x55cb24747310)",
	  .detail = "pthread mutex, normal; owner TID 2 in its PID namespace; " OF_CORE
		    "204 sleeps where it was then",
	  .owners = "204",
	  .flags = "certain sure",
	  .evidence = OF_FUTEX,
	  .seconds = 43.9465}},
	{332,
	 {.kind = "frozen",
	  .object = "frozen 0xff29a9a202080800 0x0",
	  .name = "/fz (ext4 on loop0)",
	  .detail = "file system frozen; for at least 20.2 s",
	  .need = "the kernel does not record who froze it: any process with CAP_SYS_ADMIN may thaw it",
	  .flags = "others sure",
	  .wait = "to write",
	  .evidence = OF_STACK,
	  .seconds = 20.2413}},
	{336,
	 {.kind = "jbd2-commit",
	  .object = "journal 0xff29a9a202085000 0x0",
	  .name = "journal of loop1-8",
	  .owners = "126",
	  .flags = "certain sure",
	  .evidence = "the journal's wait queue, and what its thread was started with",
	  .seconds = 19.6514}},
	{337,
	 {.kind = "rwsem",
	  .object = "kernel lock 0xff29a9a200f3a260 0x0",
	  .name = "i_rwsem:/in/d (ext4 on loop1)",
	  .detail = "lock 0xff29a9a200f3a260",
	  .owners = "336",
	  .flags = "certain sure",
	  .evidence = OF_STACK,
	  .seconds = 19.1491}},
};

static void finds_all_waits(void)
{
	struct sample_waits w;

	begin(&w);
	for (size_t i = 0; i < FB_ARRAY_SIZE(waits); i++)
		made_graph_check(fb_waits_graph(w.waits), waits[i].tid, &waits[i].answer, NULL);
	CU_ASSERT_EQUAL(fb_waits_graph(w.waits)->wait_count, FB_ARRAY_SIZE(waits));
	end(&w);
}

/* Outwards from where it sleeps, without what every stack begins and ends with; no more than six. */
static void tells_where_threads_sleep(void)
{
	static const struct {
		int32_t tid;
		const char *frames[FB_WAIT_FRAMES];
	} cases[] = {
		{130, {"futex_wait_queue", "futex_wait", "do_futex", "__x64_sys_futex", NULL}},
		{9,
		 {"percpu_rwsem_wait", "__percpu_down_read", "loop_process_work",
		  "process_one_work", "worker_thread", "kthread"}},
		{337,
		 {"rwsem_down_write_slowpath", "filename_create", "do_mkdirat", "__x64_sys_mkdir",
		  NULL}},
	};
	struct sample_waits w;

	begin(&w);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		size_t count;
		const struct fb_wait *wait = fb_waits_of(w.waits, cases[i].tid, &count);

		CU_ASSERT_EQUAL_FATAL(count, 1);
		CU_ASSERT_EQUAL(wait->tid, cases[i].tid);
		for (size_t k = 0; k < FB_WAIT_FRAMES; k++) {
			if (!cases[i].frames[k]) {
				CU_ASSERT_PTR_NULL(wait->frames[k]);
				break;
			}
			CU_ASSERT_STRING_EQUAL(wait->frames[k], cases[i].frames[k]);
		}
	}
	end(&w);
}

static void describes_a_wait_in_a_line(void)
{
	static const struct {
		int32_t tid;
		const char *text;
	} cases[] = {
		{130, "mutex B (0x55d4a696e4e0), by 131 lock-ba"},
		{332, "frozen /fz (ext4 on loop0)"},
		{337, "rwsem i_rwsem:/in/d (ext4 on loop1), by 336 dir-holder"},
	};
	struct sample_waits w;
	char text[128];
	size_t count;

	begin(&w);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const struct fb_wait *wait = fb_waits_of(w.waits, cases[i].tid, &count);

		CU_ASSERT_STRING_EQUAL(fb_wait_describe(w.waits, wait, text, sizeof(text)),
				       cases[i].text);
		CU_ASSERT_STRING_EQUAL(fb_wait_describe(w.waits, wait, text, 12 + i), text);
		CU_ASSERT_EQUAL(strlen(text), 11 + i);
		CU_ASSERT_NSTRING_EQUAL(text, cases[i].text, 11 + i);
	}
	CU_ASSERT_PTR_NULL(fb_waits_of(w.waits, 128, &count));
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_PTR_NULL(fb_waits_of(w.waits, 99999, &count));
	CU_ASSERT_EQUAL(count, 0);
	end(&w);
}

/* Three owners are named, the others counted; one who waits for itself is none. */
static void counts_owners_that_are_not_named(void)
{
	static const int32_t owners[] = {131, 132, 138, 139, 140};
	struct sample_waits w;
	struct fb_wait_graph *graph;
	const struct fb_wait *wait;
	char text[256];
	size_t count;

	begin(&w);
	graph = (struct fb_wait_graph *)fb_waits_graph(w.waits);
	wait = fb_waits_of(w.waits, 130, &count);
	for (size_t i = 0; i < FB_ARRAY_SIZE(owners); i++)
		FB_OK_FATAL(fb_wait_graph_owner(graph, wait->object, owners[i], false));
	FB_OK_FATAL(fb_wait_graph_owner(graph, wait->object, 130, false));
	CU_ASSERT_STRING_EQUAL(
		fb_wait_describe(w.waits, wait, text, sizeof(text)),
		"mutex B (0x55d4a696e4e0), by 131 lock-ba, 132 actors, 138 child-0 and 2 more");
	FB_OK_FATAL(fb_wait_graph_owner(graph, wait->object, 77777, false));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(fb_wait_describe(w.waits, wait, text, sizeof(text)), "and 3 more"));
	end(&w);
}

FB_TEST_MAIN("bundle/sample_waits", FB_TEST(finds_all_waits), FB_TEST(tells_where_threads_sleep),
	     FB_TEST(describes_a_wait_in_a_line), FB_TEST(counts_owners_that_are_not_named))
