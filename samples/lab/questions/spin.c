// SPDX-License-Identifier: GPL-2.0-or-later
// A CPU that spins with interrupts off, and one that waits for it. The kernels that distributions ship have no module
// for that (test_lockup), so a BPF program does it: two loops of bpf_loop() within each other, of 2^46 rounds, which
// BPF_PROG_TEST_RUN has another CPU run in an interrupt. Needs 5.17.
#include "questions.h"

#include <linux/bpf.h>
#include <linux/btf.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLER 1
#define SPINNER 2
#define ROUNDS (1 << 23)

// r1 = ROUNDS; r2 = the function DISTANCE instructions behind this one; r3 = r4 = 0; bpf_loop(); return 0. 8
// instructions.
#define LOOP(distance)                                                      \
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = ROUNDS}, \
		{.code = BPF_LD | BPF_DW | BPF_IMM,                         \
		 .dst_reg = 2,                                              \
		 .src_reg = BPF_PSEUDO_FUNC,                                \
		 .imm = (distance)-1},                                      \
		{0}, {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3},   \
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4},        \
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_loop}, RETURN
// return 0. 2 instructions.
#define RETURN                                               \
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0}, \
	{                                                    \
		.code = BPF_JMP | BPF_EXIT                   \
	}

// From the place of the function's address, the second instruction, to the next function.
#define TO_NEXT 7

static const struct bpf_insn program[] = {LOOP(TO_NEXT), LOOP(TO_NEXT), RETURN};

// The types of the three functions, which a callback must have: int (int, void *), and static.
static const char names[] = "\0int\0spin\0outer\0inner\0a\0b";
#define NAME_INT 1
#define NAME_SPIN 5
#define NAME_OUTER 10
#define NAME_INNER 16
#define NAME_A 22
#define NAME_B 24
#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))
#define TYPE_INT 1
#define TYPE_POINTER 2
#define TYPE_PROTO 3

static const uint32_t types[] = {
	NAME_INT,
	INFO(BTF_KIND_INT, 0),
	4,
	BTF_INT_SIGNED << 24 | 32, // 1
	0,
	INFO(BTF_KIND_PTR, 0),
	0, // 2
	0,
	INFO(BTF_KIND_FUNC_PROTO, 2),
	TYPE_INT,
	NAME_A,
	TYPE_INT,
	NAME_B,
	TYPE_POINTER, // 3
	0,
	INFO(BTF_KIND_FUNC_PROTO, 1),
	TYPE_INT,
	NAME_B,
	TYPE_POINTER, // 4
	NAME_SPIN,
	INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC),
	4, // 5
	NAME_OUTER,
	INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC),
	TYPE_PROTO, // 6
	NAME_INNER,
	INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC),
	TYPE_PROTO, // 7
};

static const struct bpf_func_info functions[] = {{0, 5}, {8, 6}, {16, 7}};

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_types(void)
{
	struct {
		struct btf_header header;
		uint32_t types[sizeof(types) / sizeof(types[0])];
		char names[sizeof(names)];
	} btf = {
		.header = {.magic = BTF_MAGIC,
			   .version = BTF_VERSION,
			   .hdr_len = sizeof(struct btf_header),
			   .type_len = sizeof(types),
			   .str_off = sizeof(types),
			   .str_len = sizeof(names)},
	};
	union bpf_attr attr = {0};

	memcpy(btf.types, types, sizeof(types));
	memcpy(btf.names, names, sizeof(names));
	attr.btf = (uintptr_t)&btf;
	attr.btf_size = sizeof(btf.header) + sizeof(types) + sizeof(names);
	return (int)bpf(BPF_BTF_LOAD, &attr);
}

static int load_program(int btf)
{
	static char log[65536];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.insns = (uintptr_t)program,
		.license = (uintptr_t) "GPL",
		.log_level = 1,
		.log_size = sizeof(log),
		.log_buf = (uintptr_t)log,
		.prog_name = "spin",
		.prog_btf_fd = (uint32_t)btf,
		.func_info_rec_size = sizeof(functions[0]),
		.func_info = (uintptr_t)functions,
		.func_info_cnt = sizeof(functions) / sizeof(functions[0]),
	};
	int fd = (int)bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		fprintf(stderr, "lab: the verifier: %s\n", log);
	return fd;
}

static void spin(const char *name)
{
	cpu_set_t cpus;
	union bpf_attr attr = {0};
	int btf = load_types();
	int fd, got;
	sigset_t go;

	name_self("spin-caller");
	need(btf >= 0, "BPF_BTF_LOAD");
	fd = load_program(btf);
	need(fd >= 0, "BPF_PROG_LOAD");
	need(mlockall(MCL_CURRENT) == 0, "mlockall");
	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	need(sigprocmask(SIG_BLOCK, &go, NULL) == 0, "sigprocmask");
	CPU_ZERO(&cpus);
	CPU_SET(CALLER, &cpus);
	need(sched_setaffinity(0, sizeof(cpus), &cpus) == 0, "sched_setaffinity");
	attr.test.prog_fd = (uint32_t)fd;
	attr.test.flags = BPF_F_TEST_RUN_ON_CPU;
	attr.test.cpu = SPINNER;
	note("spin actor=%s cpu=%d function=bpf_loop caller=%d tid=%d", name, SPINNER, CALLER,
	     host_tid());
	ready(name);
	// guest/questions says when.
	need(sigwait(&go, &got) == 0, "sigwait");
	need(bpf(BPF_PROG_TEST_RUN, &attr) == 0, "BPF_PROG_TEST_RUN");
}

const struct actor spin_questions[] = {{"SP", spin}, {NULL, NULL}};
