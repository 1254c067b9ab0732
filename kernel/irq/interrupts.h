/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts, as /proc/interrupts lists them (include/linux/irqdesc.h, irq.h, kernel/irq/proc.c): how often each came
 * on which CPU, which chip and handlers it has, and in which state it was. They are found in the kernel's tree of them,
 * and in the table of vectors that each CPU has; where one is broken, the other goes on. Called by the command irq.
 */
#ifndef FB_KERNEL_INTERRUPTS_H
#define FB_KERNEL_INTERRUPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

#define FB_IRQ_NAME 64

/* Bits of fb_irq.state. */
#define FB_IRQ_DISABLED \
	(1u << 0) /* its handlers are not called: disable_irq(), or nothing has asked for it */
#define FB_IRQ_MASKED (1u << 1)      /* in the chip */
#define FB_IRQ_IN_PROGRESS (1u << 2) /* a CPU was calling its handlers */
#define FB_IRQ_PENDING (1u << 3)     /* it came again, and was to be handled once more */
#define FB_IRQ_SPURIOUS (1u << 4)    /* the kernel disabled it, because no handler cared for it */
#define FB_IRQ_SUSPENDED (1u << 5)
#define FB_IRQ_LEVEL (1u << 6)   /* triggered by a level, not by an edge */
#define FB_IRQ_WAKEUP (1u << 7)  /* wakes the host from suspend */
#define FB_IRQ_MANAGED (1u << 8) /* the kernel alone sets its affinity */
#define FB_IRQ_STATES 9

struct fb_irq_action {
	/* NUL-terminated; raw bytes: escape before showing. "": cannot be read, or none */
	char name[FB_IRQ_NAME];
	uint64_t handler;
	uint64_t thread_function;     /* 0: it has no thread */
	const struct fb_task *thread; /* owned by the task table; NULL: none, or unknown */
};

struct fb_irq {
	uint64_t address; /* of the struct irq_desc */
	uint32_t number;
	uint32_t depth; /* how often disable_irq() was called more than enable_irq() */
	uint32_t state; /* FB_IRQ_* */
	bool state_known;
	bool has_domain;      /* hwirq is its number in the domain */
	bool hidden, chained; /* /proc/interrupts lists it only where it ever came, or not at all */
	uint64_t hwirq;
	char chip[FB_IRQ_NAME]; /* as struct fb_irq_action.name; "": none */
	char flow[FB_IRQ_NAME]; /* "edge", "fasteoi"; "": none */
	char *affinity;         /* owned: CPUs where it may come, "0-3"; NULL: unknown */
	char *effective;        /* owned: CPUs where it was set to come; NULL: unknown */
	uint32_t *counts;       /* owned: for each CPU of fb_interrupts.cpus; NULL: unknown */
	struct fb_irq_action *actions; /* owned */
	size_t action_count;
};

struct fb_interrupts {
	uint32_t *cpus; /* owned: those that are online, ascending */
	size_t cpu_count;
	struct fb_irq *irqs; /* owned: ascending by number */
	size_t irq_count;
};

/* What cannot be read of one interrupt is left out, with a warning. Fails with fatal errors, and with FB_NOT_FOUND or
 * the first error where no interrupt is found. tasks is borrowed and must outlive the result, which the caller frees
 * with fb_interrupts_deinit(). */
FB_MUST_CHECK struct fb_error *fb_interrupts_load(struct fb_kernel *kernel,
						  const struct fb_tasks *tasks,
						  struct fb_interrupts *interrupts_ret);
void fb_interrupts_deinit(struct fb_interrupts *interrupts);

/* How often it came on all online CPUs together. */
uint64_t fb_irq_total(const struct fb_interrupts *interrupts, const struct fb_irq *irq);
/* Whether /proc/interrupts has a line for it. */
bool fb_irq_is_listed(const struct fb_interrupts *interrupts, const struct fb_irq *irq);
/* The word for one FB_IRQ_ bit: "disabled", "in-progress". */
const char *fb_irq_state_name(uint32_t bit);

#endif
