// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out which NT_PRSTATUS note is of which CPU. Called by cpu_load.c when the CPUs are known.
 *
 * The notes are in the order of the CPUs but do not contain their numbers, and a CPU that did not react to
 * the NMI of the crash (locked up with NMIs masked, or dead) has no note, so that the positions of all later
 * ones differ from the CPUs' numbers. The kernel's own buffers, the per-CPU crash_notes, give the exact answer:
 * a note is of the CPU whose buffer has the same bytes. Where the buffers are not in the dump, or a hypervisor
 * made the notes, the CPUs without a note are chosen so that as many notes as possible fit their CPU: pr_pid
 * must be the thread that the CPU ran, and the stack pointer must be on that thread's stack.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "base/buf.h"
#include "base/part.h"
#include "kernel/image/kernel_private.h"
#include "kernel/image/thread_size.h"

/* struct elf_prstatus is 336 bytes; a note larger than this is none of crash_save_cpu(). */
#define MAX_NOTE_BYTES 4096u
/* Of RSP within pr_reg. */
#define RSP_OFFSET (offsetof(struct elf_prstatus, pr_reg) + offsetof(struct user_regs_struct, rsp))

/* What a CPU's current thread says of its registers. 0: unknown. */
struct cpu {
	uint32_t number;
	bool pid_known;
	int32_t pid;
	uint64_t stack;
};

struct assignment {
	struct fb_kernel *kernel;
	struct cpu *cpus; /* that may have notes, in order */
	size_t count;
	size_t notes;
	uint64_t stack_size;
};

/* crash_save_cpu() (kernel/kexec_core.c): an ELF note, behind which all is zeros; all zeros where the
 * CPU has not come by. *size_ret 0: that. desc holds MAX_NOTE_BYTES. */
static struct fb_error *read_crash_note(struct fb_kernel *kernel, uint64_t address, uint8_t *desc,
					size_t *size_ret)
{
	static const char name[8] = "CORE";
	struct {
		Elf64_Nhdr header;
		char name[sizeof(name)];
	} note;
	struct fb_error *err = fb_space_read(kernel->space, address, &note, sizeof(note));

	if (err)
		return err;
	if (!note.header.n_namesz) {
		*size_ret = 0;
		return NULL;
	}
	if (note.header.n_namesz != strlen(name) + 1 || memcmp(note.name, name, sizeof(name)) ||
	    note.header.n_type != NT_PRSTATUS || !note.header.n_descsz ||
	    note.header.n_descsz > MAX_NOTE_BYTES)
		return fb_error_create(FB_CORRUPT, "no NT_PRSTATUS at 0x%" PRIx64, address);
	err = fb_space_read(kernel->space, address + sizeof(note), desc, note.header.n_descsz);
	if (!err)
		*size_ret = note.header.n_descsz;
	return err;
}

/* The first note from `from` on with these bytes; the count of notes where there is none. */
static size_t find_note(const struct assignment *all, size_t from, const uint8_t *desc, size_t size)
{
	size_t note_size;

	for (size_t i = from; i < all->notes; i++) {
		const void *note = fb_dump_prstatus(all->kernel->dump, i, &note_size);

		if (note_size == size && !memcmp(note, desc, size))
			return i;
	}
	return all->notes;
}

/* By crash_notes. *found_ret false: they say nothing, and nothing is assigned. An error: they cannot
 * be read. */
static struct fb_error *assign_by_buffers(struct assignment *all, bool *found_ret)
{
	struct fb_kernel *kernel = all->kernel;
	uint8_t desc[MAX_NOTE_BYTES];
	uint64_t notes, address;
	size_t next = 0;
	struct fb_error *err = fb_kernel_variable_u64(kernel, "crash_notes", &notes);

	for (uint32_t cpu = 0; cpu < kernel->cpu_limit && !err; cpu++) {
		size_t size = 0, note;

		if (!kernel->percpu_offsets[cpu])
			continue;
		err = fb_kernel_percpu(kernel, cpu, notes, &address);
		if (!err)
			err = read_crash_note(kernel, address, desc, &size);
		note = err || !size ? all->notes : find_note(all, next, desc, size);
		if (note < all->notes) {
			kernel->prstatus_index[cpu] = (uint32_t)note;
			next = note + 1;
		}
	}
	*found_ret = !err && next > 0;
	for (uint32_t cpu = 0; cpu < kernel->cpu_limit && !*found_ret; cpu++)
		kernel->prstatus_index[cpu] = UINT32_MAX;
	return err;
}

static struct fb_error *describe_cpu(struct fb_kernel *kernel, struct cpu *cpu)
{
	const struct fb_basic_layout *layout = &kernel->basic_layout;
	uint64_t task;
	int64_t pid;
	struct fb_error *err = fb_kernel_cpu_current(kernel, cpu->number, &task);

	if (!err)
		err = fb_kernel_field_signed(kernel, task, &layout->task_pid, &pid);
	if (err)
		return err;
	cpu->pid_known = true;
	cpu->pid = (int32_t)pid;
	return fb_kernel_field(kernel, task, &layout->task_stack, &cpu->stack);
}

/* How well a note fits a CPU; below 0: rather not. */
static int fit(const struct assignment *all, size_t note, const struct cpu *cpu)
{
	size_t size;
	const uint8_t *desc = fb_dump_prstatus(all->kernel->dump, note, &size);
	int32_t pid;
	uint64_t rsp;
	int points = 0;

	if (size < sizeof(struct elf_prstatus))
		return 0;
	memcpy(&pid, desc + offsetof(struct elf_prstatus, pr_pid), sizeof(pid));
	memcpy(&rsp, desc + RSP_OFFSET, sizeof(rsp));
	if (cpu->pid_known)
		points += pid == cpu->pid ? 1 : -1;
	if (cpu->stack && rsp >= cpu->stack && rsp - cpu->stack <= all->stack_size)
		points += 2;
	return points;
}

/*
 * The way through CPUs and notes with the most points. After each CPU, best[s] is that of the ways on
 * which s CPUs went without a note; skips remembers (a byte for each CPU and s) whether this CPU was
 * one. As many go without as notes are too few; where ways are equal, the later CPUs do.
 */
static struct fb_error *assign_by_fit(struct assignment *all)
{
	size_t too_few = all->count - all->notes, width = too_few + 1;
	int *best = NULL;
	uint8_t *skips = NULL;
	struct fb_error *err = fb_alloc_array(width, sizeof(*best), FB_MAX_CPUS + 1, "CPUs", &best);

	if (!err)
		err = fb_alloc_array(all->count * width, 1, FB_MAX_CPUS * (FB_MAX_CPUS + 1ull),
				     "CPUs", &skips);
	for (size_t cpu = 0; cpu < all->count && !err; cpu++) {
		for (size_t s = cpu + 1 < too_few ? cpu + 1 : too_few;; s--) {
			bool takes = s <= cpu && cpu - s < all->notes;
			int with = takes ? best[s] + fit(all, cpu - s, &all->cpus[cpu]) : 0;
			int without = s ? best[s - 1] : 0;
			bool skip = s && (!takes || without >= with);

			best[s] = skip ? without : with;
			skips[cpu * width + s] = skip;
			if (!s)
				break;
		}
	}
	for (size_t cpu = err ? 0 : all->count, s = too_few; cpu-- > 0;) {
		if (skips[cpu * width + s])
			s--;
		else
			all->kernel->prstatus_index[all->cpus[cpu].number] = (uint32_t)(cpu - s);
	}
	free(skips);
	free(best);
	return err;
}

/* A hypervisor leaves a note for each CPU that is present, offline ones too. */
static struct fb_error *assign_in_order(struct assignment *all, const uint8_t *present)
{
	const uint8_t *mask = all->kernel->online;
	size_t present_count = 0;

	for (uint32_t cpu = 0; cpu < all->kernel->cpu_limit; cpu++)
		present_count += fb_cpu_in(present, cpu);
	if (all->notes == present_count)
		mask = present;
	for (uint32_t cpu = 0; cpu < all->kernel->cpu_limit; cpu++)
		if (fb_cpu_in(mask, cpu))
			all->cpus[all->count++].number = cpu;
	if (!all->notes)
		return NULL;
	if (all->notes > all->count)
		all->notes = all->count;
	for (size_t i = 0; i < all->count && all->notes < all->count; i++) {
		struct fb_error *err = describe_cpu(all->kernel, &all->cpus[i]);

		err = fb_part_skip(err); /* what is not known does not speak for or against */
		if (err)
			return err;
	}
	return assign_by_fit(all);
}

static void warn_of_silent(const struct fb_kernel *kernel, size_t notes)
{
	uint32_t first = UINT32_MAX, silent = 0;

	for (uint32_t cpu = 0; cpu < kernel->cpu_limit; cpu++) {
		if (!fb_kernel_cpu_online(kernel, cpu) || kernel->prstatus_index[cpu] != UINT32_MAX)
			continue;
		if (!silent++)
			first = cpu;
	}
	if (silent && !notes)
		fb_warn(kernel->warnings,
			"the dump has the registers of no CPU (no NT_PRSTATUS): where they were is not "
			"known");
	else if (silent == 1)
		fb_warn(kernel->warnings,
			"CPU %u left no registers (no NT_PRSTATUS), as one does that is locked up and "
			"does not answer the NMI of the crash: where it was is not known",
			first);
	else if (silent)
		fb_warn(kernel->warnings,
			"%u CPUs left no registers (no NT_PRSTATUS), CPU %u first, as those do that "
			"are locked up and do not answer the NMI of the crash: where they were is "
			"not known",
			silent, first);
}

struct fb_error *fb_kernel_assign_notes(struct fb_kernel *kernel, const uint8_t *present)
{
	struct assignment all = {.kernel = kernel, .stack_size = fb_thread_size(kernel)};
	bool found = false;
	size_t size;
	struct fb_error *err;

	for (uint32_t cpu = 0; cpu < kernel->cpu_limit; cpu++)
		kernel->prstatus_index[cpu] = UINT32_MAX;
	while (all.notes < FB_MAX_CPUS && fb_dump_prstatus(kernel->dump, all.notes, &size))
		all.notes++;
	err = assign_by_buffers(&all, &found);
	err = fb_part_skip(err); /* there is the other way */
	if (err)
		return err;
	if (!found) {
		err = fb_alloc_array(kernel->cpu_limit, sizeof(*all.cpus), FB_MAX_CPUS, "CPUs",
				     &all.cpus);
		if (!err)
			err = assign_in_order(&all, present);
		free(all.cpus);
	}
	/* CPUs of the running kernel have no notes. */
	if (!err && !fb_dump_info(kernel->dump)->live)
		warn_of_silent(kernel, all.notes);
	return err;
}
