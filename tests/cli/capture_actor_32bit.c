// SPDX-License-Identifier: GPL-2.0-or-later
/* A 32-bit program for test_capture.sh, without a C library, which few hosts have for 32 bits: it is 12 calls deep, with a
 * register of its own in each, and waits in pause(). */
static char memory[1 << 20];

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
