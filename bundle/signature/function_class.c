// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes names of functions comparable between builds, and knows the functions that stand in every stack of a kind:
 * those of kernel/panic.c, arch/x86/kernel/{traps,dumpstack,nmi}.c, arch/x86/mm/fault.c, kernel/watchdog.c,
 * kernel/rcu/tree_stall.h, kernel/locking, kernel/sched, arch/x86/entry. Called by frames.c and wait_shape.c.
 */
#include "bundle/signature/function_class.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* Longer prefixes before those that they begin with. */
static const char *const syscall_prefixes[] = {"__x64_sys_", "__ia32_sys_", "__se_sys_",
					       "__do_sys_",  "ksys_",       "__x32_compat_sys_"};

char *fb_signature_name(const char *symbol, char *to, size_t size)
{
	static const char bpf[] = "bpf_prog_";
	const char *prefix = "", *dot;
	size_t length;

	for (size_t i = 0; i < FB_ARRAY_SIZE(syscall_prefixes); i++) {
		length = strlen(syscall_prefixes[i]);
		if (strncmp(symbol, syscall_prefixes[i], length) == 0 && symbol[length]) {
			prefix = "sys_";
			symbol += length;
			break;
		}
	}
	if (strncmp(symbol, bpf, strlen(bpf)) == 0)
		symbol = "bpf_prog";
	/* A name that is nothing but a suffix stays as it is. */
	dot = *symbol ? strchr(symbol + 1, '.') : NULL;
	length = dot ? (size_t)(dot - symbol) : strlen(symbol);
	snprintf(to, size, "%s%.*s", prefix, (int)length, symbol);
	return to;
}

/* A star at the end stands for any further characters. */
static const char *const reports[] = {
	"panic",
	"vpanic",
	"nmi_panic",
	"__crash_kexec",
	"crash_kexec",
	"machine_kexec",
	"crash_save_cpu",
	"crash_setup_regs",
	"oops_begin",
	"oops_end",
	"oops_exit",
	"__die",
	"__die_body",
	"__die_header",
	"die",
	"die_addr",
	"no_context",
	"__bad_area*",
	"bad_area*",
	"page_fault_oops",
	"kernelmode_fixup_or_oops",
	"do_kern_addr_fault",
	"do_user_addr_fault",
	"exc_*",
	"asm_exc_*",
	"do_page_fault",
	"__do_page_fault",
	"page_fault",
	"async_page_fault",
	"do_trap",
	"do_trap_no_signal",
	"do_error_trap",
	"do_invalid_op",
	"invalid_op",
	"handle_bug",
	"handle_invalid_op",
	"do_general_protection",
	"general_protection",
	"do_double_fault",
	"double_fault",
	"handle_stack_overflow",
	"do_machine_check",
	"machine_check*",
	"mce_panic",
	"mce_timed_out",
	"error_entry",
	"error_return",
	"report_bug",
	"__report_bug",
	"__warn*",
	"warn_slowpath_*",
	"check_panic_on_warn",
	"__list_add_valid*",
	"__list_del_entry_valid*",
	"__stack_chk_fail",
	"fortify_panic",
	"__fortify_panic",
	"__fortify_report",
	"kasan_*",
	"__kasan_*",
	"__asan_*",
	"kfence_*",
	"end_report",
	"ubsan_*",
	"__ubsan_*",
	"refcount_warn_saturate",
	"slab_err",
	"object_err",
	"slab_fix",
	"bad_page",
	"watchdog",
	"watchdog_timer_fn",
	"watchdog_overflow_callback",
	"watchdog_hardlockup_*",
	"is_softlockup",
	"check_hung_uninterruptible_tasks",
	"__run_hrtimer",
	"__hrtimer_run_queues",
	"hrtimer_interrupt",
	"local_apic_timer_interrupt",
	"smp_apic_timer_interrupt",
	"apic_timer_interrupt",
	"sysvec_*",
	"__sysvec_*",
	"asm_sysvec_*",
	"instr_sysvec_*",
	"panic_on_rcu_stall",
	"print_cpu_stall",
	"print_other_cpu_stall",
	"check_cpu_stall",
	"rcu_pending",
	"rcu_sched_clock_irq",
	"update_process_times",
	"tick_sched_handle",
	"tick_sched_timer",
	"tick_nohz_handler",
	"tick_periodic",
	"sysrq_handle_crash",
	"__handle_sysrq",
	"handle_sysrq",
	"write_sysrq_trigger",
	"sysrq_*",
	"nmi_handle",
	"default_do_nmi",
	"do_nmi",
	"nmi",
	"end_repeat_nmi",
	"first_nmi",
	"repeat_nmi",
	"perf_event_nmi_handler",
	"intel_pmu_handle_irq",
	"amd_pmu_handle_irq",
	"x86_pmu_handle_irq",
	"handle_pmi_common",
	"__perf_event_overflow",
	"perf_event_overflow",
	"unknown_nmi_error",
	"io_check_error",
	"pci_serr_error",
	"crash_nmi_callback",
	"nmi_cpu_backtrace*",
	"out_of_memory",
	"oom_kill_process",
	"dump_header",
	"__schedule_bug",
	"__might_resched",
	"__might_sleep",
};

static const char *const waits[] = {
	"__schedule*",
	"schedule",
	"schedule_*",
	"preempt_schedule*",
	"io_schedule*",
	"__switch_to*",
	"__mutex_lock*",
	"mutex_lock*",
	"ww_mutex_lock*",
	"rwsem_down_*",
	"down",
	"down_*",
	"__down*",
	"rt_mutex_*",
	"__rt_mutex_*",
	"rwbase_*",
	"percpu_down_*",
	"__percpu_down_*",
	"percpu_rwsem_*",
	"futex_wait",
	"__futex_wait",
	"futex_wait_*",
	"wait_for_completion*",
	"__wait_for_common",
	"wait_for_common*",
	"do_wait_for_common",
	"do_wait_intr*",
	"wait_on_*",
	"__wait_on_*",
	"out_of_line_wait_on_*",
	"rpc_wait_bit_killable",
	"bit_wait*",
	"folio_wait_*",
	"__folio_lock*",
	"__lock_page*",
	"queued_*",
	"native_queued_*",
	"__pv_queued_*",
	"pv_queued_*",
	"_raw_*",
	"__raw_*",
	"do_raw_*",
	"cpu_relax",
	"native_halt",
	"rep_nop",
	"delay_*",
	"__delay",
	"__const_udelay",
	"__udelay",
	"memcpy*",
	"__memcpy*",
	"memcpy_*",
	"memmove*",
	"__memmove*",
	"memset*",
	"__memset*",
	"memcmp",
	"clear_page*",
	"copy_page*",
	"copy_user_*",
	"rep_movs_*",
	"rep_stos_*",
	"strlen",
	"strcmp",
	"strncmp",
	"strcpy",
	"strnlen",
	"strchr",
	"sized_strscpy",
	"strscpy",
};

static const char *const entries[] = {
	"do_syscall_64",
	"do_syscall_x64",
	"entry_SYSCALL_*",
	"entry_SYSENTER_*",
	"entry_INT80_*",
	"do_int80_*",
	"do_fast_syscall_32",
	"__do_fast_syscall_32",
	"x64_sys_call",
	"ia32_sys_call",
	"asm_*",
	"ret_from_fork*",
	"kthread",
	"secondary_startup*",
	"start_secondary",
	"cpu_startup_entry",
	"common_startup_64",
	"x86_64_start_*",
	"irq_entries_start",
	"common_interrupt_return",
	"fred_entry_from_*",
	"call_softirq",
	"do_softirq_own_stack",
	"run_on_irqstack*",
};

static bool matches(const char *name, const char *pattern)
{
	const size_t length = strlen(pattern);

	if (pattern[length - 1] == '*')
		return strncmp(name, pattern, length - 1) == 0;
	return strcmp(name, pattern) == 0;
}

static bool is_any(const char *name, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (matches(name, patterns[i]))
			return true;
	return false;
}

enum fb_function_class fb_function_class(const char *name)
{
	if (is_any(name, reports, FB_ARRAY_SIZE(reports)))
		return FB_FUNCTION_REPORT;
	if (is_any(name, entries, FB_ARRAY_SIZE(entries)))
		return FB_FUNCTION_ENTRY;
	if (is_any(name, waits, FB_ARRAY_SIZE(waits)))
		return FB_FUNCTION_WAIT;
	return FB_FUNCTION_CODE;
}
