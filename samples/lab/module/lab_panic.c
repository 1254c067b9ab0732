// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel module that does what its parameter names when it is inserted: what Debian's kernels, which have no lkdtm,
 * cannot be made to do from user space. Built by samples/lab/lib/panic.sh for the kernel of the guest. */
#include <asm/nmi.h>
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/smp.h>

static char *kind = "";
module_param(kind, charp, 0);

static noinline void lab_null(void)
{
	*(volatile int *)8 = 1;
}

static noinline void lab_page(void)
{
	/* Of the direct map's half, and of no memory. */
	*(volatile int *)0xfffffffffffe0000ul = 1;
}

static noinline void lab_protection(void)
{
	*(volatile int *)0x1234567812345678ul = 1;
}

static noinline int lab_deep(int depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	room[511] = depth ? (char)lab_deep(depth + 1) : 0;
	return room[0] + room[511];
}

static noinline void lab_list(void)
{
	struct list_head head, entry, stray;

	INIT_LIST_HEAD(&head);
	list_add(&entry, &head);
	head.next = &stray;
	stray.next = stray.prev = &stray;
	list_add(&stray, &head);
}

static noinline void lab_spin(void)
{
	for (;;)
		cpu_relax();
}

static int held;

static int lab_nmi(unsigned int type, struct pt_regs *regs)
{
	if (smp_processor_id() != 0)
		return NMI_DONE;
	WRITE_ONCE(held, 1);
	for (;;)
		cpu_relax();
}

/* CPU 0 stays in the NMI that qemu injects, so that it takes no other when this CPU's panic wants to stop it. */
static noinline void lab_nmi_held(void)
{
	if (register_nmi_handler(NMI_LOCAL, lab_nmi, 0, "lab"))
		return;
	while (!READ_ONCE(held))
		msleep(20);
	BUG();
}

static int __init lab_init(void)
{
	if (!strcmp(kind, "null"))
		lab_null();
	else if (!strcmp(kind, "page"))
		lab_page();
	else if (!strcmp(kind, "protection"))
		lab_protection();
	else if (!strcmp(kind, "bug"))
		BUG();
	else if (!strcmp(kind, "warn") || !strcmp(kind, "warn-then-sysrq"))
		WARN(1, "lab: a warning\n");
	else if (!strcmp(kind, "stack"))
		lab_deep(1);
	else if (!strcmp(kind, "list"))
		lab_list();
	else if (!strcmp(kind, "nmiheld"))
		lab_nmi_held();
	if (!strcmp(kind, "softlockup") || !strcmp(kind, "rcustall")) {
		preempt_disable();
		lab_spin();
	}
	if (!strcmp(kind, "hardlockup")) {
		local_irq_disable();
		lab_spin();
	}
	return 0;
}

static void __exit lab_exit(void)
{
}

module_init(lab_init);
module_exit(lab_exit);
MODULE_DESCRIPTION("Brings the lab's guest to its panic");
MODULE_LICENSE("GPL");
