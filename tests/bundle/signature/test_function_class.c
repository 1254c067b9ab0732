// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of functions without what builds change, and what they are. */
#include "bundle/signature/function_class.h"

#include <string.h>

#include "tests/harness.h"

static void names(void)
{
	static const struct {
		const char *symbol, *name;
	} cases[] = {
		{"schedule", "schedule"},
		{"futex_wait.isra.0", "futex_wait"},
		{"__mutex_lock.constprop.0", "__mutex_lock"},
		{"__handle_sysrq.cold", "__handle_sysrq"},
		{"ext4_fill.part.0.isra.3", "ext4_fill"},
		{"do_thing.llvm.123456", "do_thing"},
		{".hidden", ".hidden"},
		{"__x64_sys_write", "sys_write"},
		{"__do_sys_pause", "sys_pause"},
		{"__ia32_sys_read", "sys_read"},
		{"__se_sys_read", "sys_read"},
		{"ksys_write", "sys_write"},
		{"ksys_", "ksys_"},
		{"vfs_write", "vfs_write"},
		{"bpf_prog_12ab34cd_count", "bpf_prog"},
		{"", ""},
	};
	char name[FB_SIGNATURE_NAME], small[6];

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_STRING_EQUAL(fb_signature_name(cases[i].symbol, name, sizeof(name)),
				       cases[i].name);
	CU_ASSERT_STRING_EQUAL(fb_signature_name("vfs_write", small, sizeof(small)), "vfs_w");
}

static void classes(void)
{
	static const struct {
		const char *name;
		enum fb_function_class class;
	} cases[] = {
		{"panic", FB_FUNCTION_REPORT},
		{"panic_if_lost", FB_FUNCTION_CODE},
		{"asm_exc_page_fault", FB_FUNCTION_REPORT},
		{"sysvec_apic_timer_interrupt", FB_FUNCTION_REPORT},
		{"__list_add_valid_or_report", FB_FUNCTION_REPORT},
		{"schedule_timeout", FB_FUNCTION_WAIT},
		{"schedule", FB_FUNCTION_WAIT},
		{"scheduler_tick", FB_FUNCTION_CODE},
		{"__mutex_lock_slowpath", FB_FUNCTION_WAIT},
		{"native_queued_spin_lock_slowpath", FB_FUNCTION_WAIT},
		{"memcpy_erms", FB_FUNCTION_WAIT},
		{"do_syscall_64", FB_FUNCTION_ENTRY},
		{"entry_SYSCALL_64_after_hwframe", FB_FUNCTION_ENTRY},
		{"asm_common_interrupt", FB_FUNCTION_ENTRY},
		{"kthread", FB_FUNCTION_ENTRY},
		{"kthreadd", FB_FUNCTION_CODE},
		{"ext4_writepages", FB_FUNCTION_CODE},
		{"", FB_FUNCTION_CODE},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(fb_function_class(cases[i].name), cases[i].class);
}

FB_TEST_MAIN("signature/function_class", FB_TEST(names), FB_TEST(classes))
