// SPDX-License-Identifier: GPL-2.0-or-later
/* What test_capture.sh captures: `capture_actor KIND [NUMBER]` says "ready" and waits to be killed. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void ready(void)
{
	puts("ready");
	(void)fflush(stdout);
}

static __attribute__((noinline)) int deep(int depth)
{
	int below = depth ? deep(depth - 1) : pause();

	/* Not a tail call. */
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static void *wait_deep(void *argument)
{
	(void)deep((int)(intptr_t)argument);
	return NULL;
}

/* NUMBER threads besides, each so many calls deep as it is the how manieth, up to 20. */
static void have_threads(long number)
{
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, 65536);
	for (long i = 0; i < number; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attr, wait_deep, (void *)(intptr_t)(i % 20)))
			abort();
	}
	ready();
	(void)deep(3);
}

/* 64 KiB that it has written and may not read any more. */
static void have_unreadable(void)
{
	const size_t size = 1u << 16;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	memset(memory, 0x5a, size);
	if (mprotect(memory, size, PROT_NONE))
		abort();
}

/* NUMBER MB that are touched, and ten times as many that are not. */
static void have_memory(long number)
{
	const size_t size = (size_t)number << 20;
	char *memory = mmap(NULL, 11 * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	for (size_t i = 0; i < size; i += 8)
		*(uint64_t *)(memory + i) = 0x0123456789abcdefull ^ i;
	have_unreadable();
	ready();
	(void)deep(3);
}

/* In D state: who calls vfork() waits so until its child is gone (kernel/fork.c: wait_for_vfork_done()). */
static void be_blocked(void)
{
	ready();
	if (vfork() == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
}

/* One that its parent traces. */
static void be_traced(void)
{
	const pid_t child = fork();

	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)deep(5);
	}
	if (ptrace(PTRACE_SEIZE, child, NULL, NULL))
		abort();
	printf("%d\n", child);
	ready();
	(void)waitpid(child, NULL, 0);
}

/* Counts as fast as it can. */
static void run(void)
{
	volatile uint64_t count = 0;

	ready();
	for (;;)
		count++;
}

static int has_avx(void)
{
	unsigned eax, ebx, ecx, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_OSXSAVE) && (ecx & bit_AVX);
}

/* Something in registers of each kind: x87, SSE and, where the CPU has them, AVX. Says whether it has. */
static void have_vectors(void)
{
	static const uint64_t words[] = {0x1111111122222222, 0x3333333344444444, 0x5555555566666666,
					 0x7777777788888888};
	const int avx = has_avx();

	printf("avx=%d\n", avx);
	ready();
	__asm__ volatile("fldpi\n\tmovdqu %0, %%xmm7" : : "m"(words) : "xmm7");
	if (avx)
		__asm__ volatile("vmovdqu %0, %%ymm0\n\tvmovdqu %0, %%ymm15"
				 :
				 : "m"(words)
				 : "xmm0", "xmm15");
	for (;;) {
		long result = SYS_pause;

		__asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	const long number = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(kind, "threads"))
		have_threads(number);
	else if (!strcmp(kind, "memory"))
		have_memory(number);
	else if (!strcmp(kind, "blocked"))
		be_blocked();
	else if (!strcmp(kind, "traced"))
		be_traced();
	else if (!strcmp(kind, "vectors"))
		have_vectors();
	else if (!strcmp(kind, "running"))
		run();
	return 1;
}
