// SPDX-License-Identifier: GPL-2.0-or-later
/* The findings of `fbundle check` in plain language: whom each kind points at, what to do. Called by assessment.c. */
#include <string.h>

#include "cmd/report/assess/assess.h"

/* section: of the report, that has more. Kinds that assess_waits.c and assess_panic.c tell of are not here, nor those
 * that are only worth knowing. */
static const struct advice {
	const char *kind, *section;
	const char *fault, *next;
} advices[] = {
	{"soft-lockup", "panic", "Kernel code that does not let go of a CPU.",
	 "See what the CPUs ran."},
	{"soft-lockup-report", "panic", "Kernel code that did not let go of a CPU.",
	 "See what the CPUs ran, and the log."},
	{"hard-lockup", "panic", "Kernel code, or the machine's firmware, that blocked a CPU.",
	 "See what the CPUs ran, and look for newer firmware."},
	{"rcu-stall", "panic", "What kept a CPU or thread from pausing.", "See what the CPUs ran."},
	{"cpu-starvation", "panic",
	 "More work than CPUs, or a program of real-time priority that does not pause.",
	 "See what the CPUs ran, and for whom (fbundle cpus)."},
	{"worker-pool-stall", "blocked", "Kernel workers that are all stuck in their work.",
	 "See in what the kernel's workers are stuck (fbundle workqueues)."},
	{"work-stuck", "blocked", "What the kernel's worker waits for.",
	 "See in what the kernel's worker is stuck (fbundle workqueues)."},
	{"work-queue-stall", "blocked", "Kernel workers that are stuck.",
	 "See in what the kernel's workers are stuck (fbundle workqueues)."},
	{"queue-full", "waits", "The program that should read the queue.",
	 "See why the queue's reader does not read."},
	{"semaphore-held", "waits", "The program that holds the semaphore.",
	 "See what the semaphore's holder does."},
	{"stuck-io", "waits", "The disk, its driver, or the way to it.",
	 "Check the disk, and the storage behind it (fbundle block)."},
	{"suspended", "findings", "Who suspended the device: an administrator, LVM or a backup.",
	 "Resume the device (dmsetup resume)."},
	{"memory-low", "usage", "What took the memory: see the largest users.",
	 "Find out why the largest users of memory grew; limit them, or add memory."},
	{"memory-exhausted", "usage", "What took the memory: see the largest users.",
	 "Find out why the largest users of memory grew; limit them, or add memory."},
	{"out-of-memory", "usage", "What took the memory: see the largest users.",
	 "Find out why the largest users of memory grew; limit them, or add memory."},
	{"group-memory-full", "findings", "The limit of a control group, or what grew within it.",
	 "Raise the limit, or find out what grew (fbundle cgroups)."},
	{"group-out-of-memory", "log", "The limit of a control group, or what grew within it.",
	 "Raise the limit, or find out what grew (fbundle cgroups)."},
	{"group-pids-full", "findings",
	 "The limit of a control group, or what starts processes in it.",
	 "Raise the limit, or find out what starts so many processes."},
	{"allocation-failure", "usage", "What took the memory: see the largest users.",
	 "Find out why the largest users of memory grew; limit them, or add memory."},
	{"slab-growth", "usage", "The kernel or a driver, which keeps objects of one kind.",
	 "Find out whose objects fill the cache (fbundle slab)."},
	{"frozen", "findings",
	 "Who froze the file system: an administrator, a backup or a snapshot.",
	 "Thaw the file system (fsfreeze -u)."},
	{"write-error", "log", "The storage: data could not be written.",
	 "Check the storage and the file system before it is written to again."},
	{"read-only", "log", "The storage, or errors in the file system on it.",
	 "Check the storage and the file system before it is written to again."},
	{"file-system-error", "log", "The storage, or errors in the file system on it.",
	 "Check the storage and the file system before it is written to again."},
	{"io-error", "log", "The storage: requests failed.", "Check the disk and its cables."},
	{"device-timeout", "log", "A device that does not answer.",
	 "Check the device, its firmware and its cables."},
	{"hardware-error", "log", "The hardware reported errors.",
	 "Look at the machine's own event log, and have its memory, processors and cards tested."},
	{"memory-corruption", "log", "Code that wrote where it must not, or faulty memory.",
	 "Have a kernel engineer look at the reports in the log; test the memory."},
	{"kernel-fault", "log", "An error in the kernel or a module, before the end.",
	 "Have a kernel engineer look at the first report in the log."},
	{"stack-overflow", "blocked", "Kernel code that called functions too deeply.",
	 "Have a kernel engineer look at the damaged stack."},
	{"stack-overflow-report", "log", "Kernel code that called functions too deeply.",
	 "Have a kernel engineer look at the report in the log."},
	{"pids-exhausted", "tasks", "What starts so many processes.",
	 "Find out what starts so many processes; raise kernel.pid_max if they are wanted."},
	{"threads-exhausted", "tasks", "What starts so many threads.",
	 "Find out what starts so many threads; raise kernel.threads-max if they are wanted."},
	{"files-exhausted", "tasks", "The program that opens so many files.",
	 "Find out which program opens so many files; raise fs.file-max if they are wanted."},
	{"table-full", "log", "A limit of the kernel that was reached.",
	 "Raise the limit that the log names, or find out what fills it."},
	{"accept-queue-full", "findings", "The program that does not take its connections.",
	 "See what the program that should take the connections does."},
	{"nfs-server", "log", "Outside this host: the file server, or the network to it.",
	 "Check the file server and the network to it."},
};

static const struct advice *advice_of(const char *kind)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(advices); i++)
		if (strcmp(advices[i].kind, kind) == 0)
			return &advices[i];
	return NULL;
}

/* The threads that hang are told of already; these kinds are the same thing seen from the other end. */
static bool is_told(const struct fb_assess *assess, const char *kind)
{
	static const char *const of_waits[] = {"stuck-io", "work-stuck", "suspended", "frozen",
					       "nfs-server"};

	for (size_t i = 0; assess->hangs && i < FB_ARRAY_SIZE(of_waits); i++)
		if (strcmp(of_waits[i], kind) == 0)
			return true;
	return false;
}

void fb_assess_findings(struct fb_assess *assess)
{
	const struct fb_check_result *check = assess->facts->check;

	for (size_t i = 0; check && i < check->findings.count; i++) {
		const struct fb_finding *finding = &check->findings.findings[i];
		const struct advice *advice = advice_of(finding->kind);

		if (finding->weight == FB_WEIGHT_NOTABLE || !advice ||
		    is_told(assess, finding->kind))
			continue;
		fb_assess_add(assess, FB_ASSESS_HAPPENED, "findings", "%s.", finding->text);
		fb_assess_add(assess, FB_ASSESS_FAULT, advice->section, "%s", advice->fault);
		fb_assess_add(assess, FB_ASSESS_NEXT, advice->section, "%s", advice->next);
		if (assess->asked_for)
			fb_assess_headline(assess, "%s: %s",
					   assess->facts->live ? "The host is in trouble"
							       : "The host was in trouble",
					   finding->text);
	}
}
