// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the memory of a program in Go. */
#include "tests/user/made_go.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/harness.h"
#include "user/runtimes/go/go_layout.h"

/* Addresses of functions, of 0x100 bytes each. */
enum { MAIN, WORK, GOPARK, GOEXIT, MCALL, FUTEX, SEMACQUIRE, LOCK, SYSTEMSTACK, FUNCTIONS };

static const struct {
	const char *name;
	uint8_t frame; /* bytes of its stack frame without the return address */
	uint8_t flags;
} functions[FUNCTIONS] = {
	[MAIN] = {"main.main", 0x20, 0},
	[WORK] = {"main.work", 0x10, 0},
	[GOPARK] = {"runtime.gopark", 0x18, 0},
	[GOEXIT] = {"runtime.goexit", 0, 1},
	[MCALL] = {"runtime.mcall", 0, 2},
	[FUTEX] = {"runtime.futex", 0, 0},
	[SEMACQUIRE] = {"runtime.semacquire1", 0x30, 0},
	[LOCK] = {"sync.(*Mutex).Lock", 0x08, 0},
	[SYSTEMSTACK] = {"runtime.systemstack", 0, 2},
};

#define CODE(function) (MADE_GO_BASE + MADE_GO_TEXT + (function)*0x100ull)
/* Behind a call in the function. */
#define RETURN(function) (CODE(function) + 0x40)
/* Structs. */
#define G(index) (MADE_GO_BASE + MADE_GO_STRUCTS + (index)*0x180ull)
#define OWN_G G(6)
#define M (MADE_GO_BASE + MADE_GO_STRUCTS + 0xb00ull)
#define P (MADE_GO_BASE + MADE_GO_STRUCTS + 0xc40ull)
#define CHANNEL (MADE_GO_BASE + MADE_GO_STRUCTS + 0xc80ull)
#define SUDOG(at) (MADE_GO_BASE + MADE_GO_STRUCTS + 0xd00ull + (at)*0x80ull)
#define STACK(at) (MADE_GO_BASE + MADE_GO_STACKS + (at)*0x200ull)
#define STACK_SIZE 0x200u

static void put(struct made_go *made, uint64_t address, uint64_t value, size_t size)
{
	CU_ASSERT_FATAL(address >= MADE_GO_BASE && address + size <= MADE_GO_BASE + MADE_GO_SIZE);
	for (size_t i = 0; i < size; i++)
		made->bytes[address - MADE_GO_BASE + i] = (uint8_t)(value >> 8 * i);
}

static void put_word(struct made_go *made, uint64_t address, uint64_t value)
{
	put(made, address, value, sizeof(value));
}

static void put_text(struct made_go *made, uint64_t address, const char *text)
{
	memcpy(made->bytes + (address - MADE_GO_BASE), text, strlen(text) + 1);
}

static void put_slice(struct made_go *made, unsigned word, uint64_t address, uint64_t count)
{
	const uint64_t at = MADE_GO_BASE + MADE_GO_MODULE + word * 8;

	put_word(made, at, address);
	put_word(made, at + 8, count);
	put_word(made, at + 16, count);
}

static void put_headers(struct made_go *made)
{
	const Elf64_Ehdr ehdr = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(ehdr),
		.e_ehsize = sizeof(ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	const Elf64_Phdr phdr = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_vaddr = MADE_GO_BASE,
		.p_filesz = MADE_GO_SIZE,
		.p_memsz = MADE_GO_SIZE,
		.p_align = FB_PAGE_SIZE,
	};

	memcpy(made->bytes, &ehdr, sizeof(ehdr));
	memcpy(made->bytes + sizeof(ehdr), &phdr, sizeof(phdr));
}

static void put_version(struct made_go *made, unsigned minor)
{
	const uint64_t at = MADE_GO_BASE + MADE_GO_INFO;
	char text[16];

	snprintf(text, sizeof(text), "go1.%u.3", minor);
	put_text(made, at, "\xff Go buildinf:");
	put(made, at + 14, 8, 1);
	put(made, at + 15, 2, 1);
	put(made, at + 32, strlen(text), 1);
	put_text(made, at + 33, text);
}

/* In the table of values: the value is `value` in all of a function. Returns the offset. */
static uint32_t put_value(struct made_go *made, uint64_t table, uint32_t *used, uint32_t value)
{
	const uint32_t offset = *used, change = (value + 1) << 1;

	put(made, table + offset, (change & 0x7f) | 0x80, 1);
	put(made, table + offset + 1, change >> 7, 1);
	put(made, table + offset + 2, 0x80, 1);
	put(made, table + offset + 3, 2, 1);
	*used += 5;
	return offset;
}

/* main.inner is inlined into main.work at its only call. */
static void put_inlined(struct made_go *made, uint64_t address, unsigned size, uint32_t name)
{
	if (size == 20) {
		put(made, address, 0xffff, 4); /* no parent */
		put(made, address + 4, 0, 4);
		put(made, address + 8, 77, 4);
		put(made, address + 12, name, 4);
		put(made, address + 16, 0x10, 4);
	} else {
		put(made, address + 4, name, 4);
		put(made, address + 8, 0x10, 4);
	}
}

static void put_tables(struct made_go *made, const struct fb_go_layout *layout)
{
	const uint64_t header = MADE_GO_BASE + MADE_GO_TABLES, names = header + 0x80,
		       units = header + 0x200, files = header + 0x240, values = header + 0x280,
		       entries = header + 0x400, index = entries;
	uint32_t name = 1, used = 1, inner;
	uint64_t at = entries + 0x100;

	put(made, header, layout->inlined_size == 20 ? 0xfffffff0 : 0xfffffff1, 4);
	put_text(made, names + name, "main.inner");
	inner = name;
	name += sizeof("main.inner");
	put(made, units, 1, 4);
	put_text(made, files + 1, "/src/main.go");
	for (unsigned i = 0; i < FUNCTIONS; i++) {
		const uint32_t size = layout->func_size;
		const uint64_t tables = at + size;

		put(made, index + i * 8, i * 0x100, 4);
		put(made, index + i * 8 + 4, at - entries, 4);
		put(made, at, i * 0x100, 4);
		put(made, at + 4, name, 4);
		put(made, at + 16, put_value(made, values, &used, functions[i].frame), 4);
		put(made, at + 20, put_value(made, values, &used, 0), 4);
		put(made, at + 24, put_value(made, values, &used, 100 + i), 4);
		put(made, at + size - 3, functions[i].flags, 1);
		if (i == WORK) {
			/* From the middle on main.inner is inlined. */
			put(made, at + 28, 3, 4);
			put(made, at + size - 1, 4, 1);
			put(made, tables + 8, used, 4);
			put(made, values + used, 0, 1); /* -1 for 0x20 bytes */
			put(made, values + used + 1, 0x20, 1);
			put(made, values + used + 2, 2, 1); /* then 0 */
			put(made, values + used + 3, 0x60, 1);
			used += 5;
			for (unsigned j = 0; j < 3; j++)
				put(made, tables + 12 + j * 4, UINT32_MAX, 4);
			put(made, tables + 24, 0, 4);
			at += 28;
		}
		at += size;
		put_text(made, names + name, functions[i].name);
		name += (uint32_t)strlen(functions[i].name) + 1;
	}
	put(made, index + FUNCTIONS * 8, FUNCTIONS * 0x100, 4);
	put_inlined(made, MADE_GO_BASE + MADE_GO_INLINED, layout->inlined_size, inner);
	put_word(made, MADE_GO_BASE + MADE_GO_MODULE, header);
	put_slice(made, FB_GO_MODULE_NAMES, names, 0x180);
	put_slice(made, FB_GO_MODULE_UNITS, units, 1);
	put_slice(made, FB_GO_MODULE_FILES, files, 0x40);
	put_slice(made, FB_GO_MODULE_PC_TABLE, values, 0x180);
	put_slice(made, FB_GO_MODULE_FUNCTIONS, entries, 0x600);
	put_slice(made, FB_GO_MODULE_INDEX, index, FUNCTIONS + 1);
}

static void put_module(struct made_go *made, const struct fb_go_layout *layout)
{
	const uint64_t at = MADE_GO_BASE + MADE_GO_MODULE;

	put_word(made, at + FB_GO_MODULE_TEXT * 8, CODE(0));
	put_word(made, at + FB_GO_MODULE_TEXT_END * 8, CODE(FUNCTIONS));
	for (unsigned i = 0; i < 4; i++) {
		put_word(made, at + (FB_GO_MODULE_DATA + 2 * i) * 8, MADE_GO_BASE + MADE_GO_LIST);
		put_word(made, at + (FB_GO_MODULE_DATA + 2 * i + 1) * 8,
			 MADE_GO_BASE + MADE_GO_LIST + (i == 2 ? 0x100 : 0));
	}
	put_word(made, at + layout->module_funcdata, MADE_GO_BASE + MADE_GO_INLINED);
}

struct made_g {
	unsigned id, state, reason;
	unsigned frames[5];
	unsigned count;
};

/* The stack of a goroutine that waits: its frames, then the function with which it began. */
static uint64_t put_stack(struct made_go *made, uint64_t stack, const struct made_g *g)
{
	const uint64_t start = stack + 0x40;
	uint64_t sp = start;

	for (unsigned i = 0; i < g->count; i++) {
		sp += functions[g->frames[i]].frame;
		put_word(made, sp, i + 1 < g->count ? RETURN(g->frames[i + 1]) : CODE(GOEXIT) + 1);
		sp += 8;
	}
	return start;
}

static void put_g(struct made_go *made, const struct fb_go_layout *layout, unsigned index,
		  const struct made_g *g)
{
	const uint64_t at = G(index), stack = STACK(index);

	put_word(made, at + FB_GO_G_STACK, stack);
	put_word(made, at + FB_GO_G_STACK + 8, stack + STACK_SIZE);
	put(made, at + layout->g_status, g->state, 4);
	put_word(made, at + layout->g_id, g->id);
	put(made, at + layout->g_wait_reason, g->reason, 1);
	put_word(made, at + layout->g_wait_since, g->state == 4 ? 1000000000ull * g->id : 0);
	put_word(made, at + layout->g_start_pc, CODE(MAIN));
	if (g->id > 1) {
		put_word(made, at + layout->g_creator_pc, RETURN(MAIN));
		if (layout->g_parent)
			put_word(made, at + layout->g_parent, 1);
	}
	if (!g->count)
		return;
	put_word(made, at + FB_GO_G_SCHED_SP, put_stack(made, stack, g));
	put_word(made, at + FB_GO_G_SCHED_PC, RETURN(g->frames[0]));
}

/* Goroutines 1 and 2 wait at a channel, 9 at a mutex, of which its stack has the entry in the queue. */
static void put_waits(struct made_go *made, const struct fb_go_layout *layout)
{
	for (unsigned i = 0; i < 2; i++) {
		put_word(made, SUDOG(i), G(i));
		put_word(made, SUDOG(i) + layout->sudog_channel, CHANNEL);
		put_word(made, G(i) + layout->g_waiting, SUDOG(i));
		put_word(made, CHANNEL + layout->channel_receivers + i * 16, SUDOG(i));
		put_word(made, CHANNEL + layout->channel_receivers + i * 16 + 8, SUDOG(i));
	}
	put_word(made, CHANNEL + FB_GO_CHANNEL_ROOM, 4);
	put_word(made, CHANNEL + FB_GO_CHANNEL_COUNT, 3);
	put_word(made, SUDOG(2), G(5));
	put_word(made, SUDOG(2) + layout->sudog_elem, MADE_GO_BASE + MADE_GO_STRUCTS + 0xff4);
	if (layout->version >= FB_GO_VERSION(1, 26))
		put_word(made, G(5) + layout->g_waiting, SUDOG(2));
	/* It is locked; the stack of goroutine 3, whose frame has the address, says by whom. */
	put(made, MADE_GO_BASE + MADE_GO_STRUCTS + 0xff0, 1, 4);
	put_word(made, STACK(2) + 0x50, MADE_GO_BASE + MADE_GO_STRUCTS + 0xff0);
	/* Below the stack pointer, of a call that has returned. */
	put_word(made, STACK(2) + 0x38, CHANNEL);
	/* In the frame of runtime.semacquire1, which stands behind that of runtime.gopark. */
	put_word(made, STACK(5) + 0x40 + 0x18 + 8 + 0x10, SUDOG(2));
}

/* Goroutine 7 called the runtime, which sleeps on the thread's own stack. */
static void put_thread(struct made_go *made, const struct fb_go_layout *layout)
{
	const uint64_t stack = MADE_GO_BASE + MADE_GO_THREAD, base = stack + 0xf00;
	const uint64_t sp = stack + 0x400;

	put_word(made, OWN_G + FB_GO_G_STACK, stack);
	put_word(made, OWN_G + FB_GO_G_STACK + 8, stack + 0xe00);
	put_word(made, OWN_G + FB_GO_G_M, M);
	put_word(made, M + FB_GO_M_G0, OWN_G);
	put_word(made, M + layout->m_thread, 4711);
	put_word(made, M + layout->m_curg, G(4));
	put_word(made, M + layout->m_p, P);
	put_word(made, M + layout->m_id, 3);
	put(made, P + FB_GO_P_ID, 2, 4);
	put_word(made, G(4) + FB_GO_G_M, M);
	put_word(made, base - 8, OWN_G);
	put_word(made, sp, RETURN(SYSTEMSTACK));
	/* The goroutine's own frame is that of its call. */
	put_word(made, G(4) + FB_GO_G_SCHED_SP, STACK(4) + 0x40);
	put_word(made, G(4) + FB_GO_G_SCHED_PC, CODE(SYSTEMSTACK));
	put_word(made, STACK(4) + 0x40, RETURN(MAIN));
	put_word(made, STACK(4) + 0x48 + functions[MAIN].frame, CODE(GOEXIT) + 1);
	made->regs = (struct user_regs_struct){
		.rip = CODE(FUTEX) + 0x20, .rsp = sp, .fs_base = base, .cs = 0x33};
}

static struct fb_error *read_made(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	const struct made_go *made = (const struct made_go *)space;

	if (address < MADE_GO_BASE || address - MADE_GO_BASE > MADE_GO_SIZE ||
	    length > MADE_GO_SIZE - (address - MADE_GO_BASE))
		return fb_error_create(FB_FAULT, "nothing is mapped");
	if (made->absent && address < made->absent + FB_PAGE_SIZE &&
	    address + length > made->absent)
		return fb_error_create(FB_ABSENT, "page 0x%" PRIx64 " is left out", made->absent);
	memcpy(to, made->bytes + (address - MADE_GO_BASE), length);
	return NULL;
}

static const struct fb_space_ops made_ops = {.read = read_made};

void made_go(struct made_go *made, unsigned minor)
{
	const struct fb_go_layout *layout = fb_go_layout_of(FB_GO_VERSION(1, minor));
	const bool old = minor < 26;
	const struct made_g gs[] = {
		{1, 4, old ? 14 : 19, {GOPARK, WORK, MAIN}, 3},
		{2, 4, old ? 15 : 20, {GOPARK, WORK}, 2},
		{3, 1, 0, {MAIN}, 1},
		{5, 6, 0, {0}, 0},
		{7, 2, 0, {0}, 0},
		{9,
		 4,
		 minor < 21   ? 18
		 : minor < 25 ? 21
			      : 22,
		 {GOPARK, SEMACQUIRE, LOCK, MAIN},
		 4},
	};

	memset(made, 0, sizeof(*made));
	made->space = (struct fb_space){&made_ops, "made"};
	put_headers(made);
	put_version(made, minor);
	if (!layout)
		layout = fb_go_layout_of(FB_GO_VERSION(1, 24));
	put_module(made, layout);
	put_tables(made, layout);
	for (unsigned i = 0; i < FB_ARRAY_SIZE(gs); i++) {
		put_g(made, layout, i, &gs[i]);
		put_word(made, MADE_GO_BASE + MADE_GO_LIST + 0x40 + i * 8, G(i));
	}
	put_word(made, MADE_GO_BASE + MADE_GO_LIST + 0x10, MADE_GO_BASE + MADE_GO_LIST + 0x40);
	put_word(made, MADE_GO_BASE + MADE_GO_LIST + 0x18, FB_ARRAY_SIZE(gs));
	put_word(made, MADE_GO_BASE + MADE_GO_LIST + 0x20, 8);
	put_waits(made, layout);
	put_thread(made, layout);
	made->mapping = (struct fb_user_mapping){
		.start = MADE_GO_BASE,
		.end = MADE_GO_BASE + MADE_GO_SIZE,
		.file = 1,
		.path = "/usr/bin/served",
		.executable = true,
	};
	made->process = (struct fb_user_process){.space = &made->space,
						 .mappings = &made->mapping,
						 .mapping_count = 1,
						 .fetch_fd = -1};
}
