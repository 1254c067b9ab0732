// SPDX-License-Identifier: GPL-2.0-or-later
/* A 32-bit program for test_capture.sh, without a C library, which few hosts have for 32 bits: it is 12 calls deep,
 * with a register of its own in each, and waits in pause(). Where the CPU has AVX, both halves of ymm0 are what xmm0
 * is. */
#include <cpuid.h>

static char memory[1 << 20];

static int has_avx(void)
{
	unsigned eax, ebx, ecx, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_OSXSAVE) && (ecx & bit_AVX);
}

static int call(int number, int first, int second, int third)
{
	int result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(first), "c"(second), "d"(third)
			 : "memory");
	return result;
}

__attribute__((noinline)) int deep(int depth)
{
	int below;

	__asm__ volatile("cvtsi2sd %0, %%xmm0" : : "r"(depth + 7) : "xmm0");
	if (has_avx())
		__asm__ volatile("vinsertf128 $1, %%xmm0, %%ymm0, %%ymm0" : : : "xmm0");
	below = depth ? deep(depth - 1) : call(29 /* pause */, 0x11223344, 0, 0);
	__asm__ volatile("" : "+r"(below)); /* not a tail call */
	return below + 1;
}

__attribute__((force_align_arg_pointer, noreturn)) void _start(void)
{
	for (unsigned i = 0; i < sizeof(memory); i += 4)
		*(volatile unsigned *)(memory + i) = i ^ 0x01234567u;
	(void)call(4 /* write */, 1, (int)"ready\n", 6);
	(void)call(1 /* exit */, deep(12), 0, 0);
	__builtin_unreachable();
}
