// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the struct fpu of a task as far as it is valid. Called for the notes of a core that is built.
 */
#include "kernel/stacks/fpu.h"

#include <string.h>

/* The XSAVE area (Intel SDM volume 1, 13.4): the legacy region, then XSTATE_BV. */
#define XSTATE_BV_OFFSET FB_FXSAVE_BYTES
#define XFEATURE_FP 0x1u
#define XFEATURE_SSE 0x2u
#define XFEATURE_YMM 0x4u
/* Within the legacy region. */
#define MXCSR_OFFSET 24u
#define ST_OFFSET 32u
#define XMM_OFFSET 160u
#define XMM_BYTES 256u
/* What FNINIT and the processor's reset leave. */
#define INITIAL_FCW 0x37fu
#define INITIAL_MXCSR 0x1f80u
/* X86_FEATURE_XSAVE (arch/x86/include/asm/cpufeatures.h): word 4, bit 26. */
#define CAPABILITY_XSAVE_WORD 4u
#define CAPABILITY_XSAVE_BIT (1u << 26)

/* struct fpu is the last member of thread, or from 6.16 on stands behind the task_struct. */
static struct fb_error *find_fpu(const struct fb_kernel *kernel, uint64_t task, uint64_t *fpu_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);

	if (layout->task_fpu.found && layout->task_fpu.size > sizeof(uint64_t))
		*fpu_ret = task + layout->task_fpu.offset;
	else if (layout->task_struct.size)
		*fpu_ret = task + layout->task_struct.size;
	else
		return fb_error_create(FB_NOT_FOUND, "no type task_struct");
	return NULL;
}

/* fpu.fpstate points to the registers (87d0e5be0fac, 5.16); they were fpu.state before. */
static struct fb_error *find_registers(const struct fb_kernel *kernel, uint64_t fpu,
				       uint64_t *address_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t fpstate;
	struct fb_error *err;

	if (!layout->fpu_fpstate.found) {
		err = fb_layout_require(&layout->fpu_state);
		if (!err)
			*address_ret = fpu + layout->fpu_state.offset;
		return err;
	}
	err = fb_layout_require(&layout->fpstate_regs);
	if (!err)
		err = fb_kernel_field(kernel, fpu, &layout->fpu_fpstate, &fpstate);
	if (!err)
		*address_ret = fpstate + layout->fpstate_regs.offset;
	return err;
}

/* Whether the kernel saves by XSAVE, not FXSAVE: then a header stands behind the registers. */
static struct fb_error *uses_xsave(const struct fb_kernel *kernel, bool *xsave_ret)
{
	const struct fb_field *field = &fb_kernel_layout(kernel)->cpuinfo_capability;
	uint64_t cpu_data;
	uint32_t word;
	struct fb_error *err = fb_layout_require(field);

	if (!err)
		err = fb_kernel_symbol(kernel, "boot_cpu_data", &cpu_data);
	if (!err)
		err = fb_space_u32(fb_kernel_space(kernel),
				   cpu_data + field->offset + CAPABILITY_XSAVE_WORD * sizeof(word),
				   &word);
	if (!err)
		*xsave_ret = word & CAPABILITY_XSAVE_BIT;
	return err;
}

/* XSAVE leaves out what is in its initial state, and the bytes are an older state's
 * (copy_xstate_to_uabi_buf() of arch/x86/kernel/fpu/xstate.c). */
static void fill_initial(uint8_t *fxsave, uint64_t features)
{
	const uint16_t fcw = INITIAL_FCW;
	const uint32_t mxcsr = INITIAL_MXCSR;

	if (!(features & XFEATURE_FP)) {
		memset(fxsave, 0, MXCSR_OFFSET);
		memcpy(fxsave, &fcw, sizeof(fcw));
		memset(fxsave + ST_OFFSET, 0, XMM_OFFSET - ST_OFFSET);
	}
	if (!(features & (XFEATURE_SSE | XFEATURE_YMM)))
		memcpy(fxsave + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
	if (!(features & XFEATURE_SSE))
		memset(fxsave + XMM_OFFSET, 0, XMM_BYTES);
	/* The rest is the kernel's or the program's own. */
	memset(fxsave + XMM_OFFSET + XMM_BYTES, 0, FB_FXSAVE_BYTES - XMM_OFFSET - XMM_BYTES);
}

struct fb_error *fb_task_fxsave(const struct fb_kernel *kernel, const struct fb_task *task,
				void *fxsave)
{
	uint8_t area[FB_FXSAVE_BYTES + sizeof(uint64_t)];
	uint64_t fpu, address, features;
	bool xsave = false;
	struct fb_error *err;

	if (task->on_cpu || task->kernel_thread)
		return fb_error_create(FB_NOT_FOUND, "TID %d: %s", task->tid,
				       task->on_cpu ? "its FPU registers were in the CPU"
						    : "a kernel thread has no user registers");
	err = find_fpu(kernel, task->address, &fpu);
	if (!err)
		err = find_registers(kernel, fpu, &address);
	if (!err)
		err = uses_xsave(kernel, &xsave);
	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), address, area, sizeof(area));
	if (err)
		return fb_error_prefix(err, "the FPU state of TID %d", task->tid);
	memcpy(&features, area + XSTATE_BV_OFFSET, sizeof(features));
	if (xsave)
		fill_initial(area, features);
	memcpy(fxsave, area, FB_FXSAVE_BYTES);
	return NULL;
}
