// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds real return addresses by their place on the stack, where the function graph tracer, kretprobes or rethooks
 * replaced them by their own. Called by stack.c.
 */
#include "kernel/stacks/return_hooks.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"

enum {
	GRAPH,
	RETHOOK,
	KRETPROBE,
	OLD_KRETPROBE,
};

static const char *const names[FB_RETURN_HOOKS] = {
	[GRAPH] = "return_to_handler",
	[RETHOOK] = "arch_rethook_trampoline",  /* f3a112c0c40d, 5.18 */
	[KRETPROBE] = "__kretprobe_trampoline", /* adf8a61a940c, 5.16 */
	[OLD_KRETPROBE] = "kretprobe_trampoline",
};

/* Two hooks may have diverted the same return address, one after the other. */
#define MAX_HOOKS_OF_ONE 4u
/* The table of instances by task, before they were the task's own (KPROBE_HASH_BITS: 6). */
#define KRETPROBE_BUCKETS 64u

/* The shadow stack (7aa1eaef9f42, 6.11): a page of words, in which each struct ftrace_ret_stack is
 * followed by a word whose low bits say how many words below itself the struct is. */
#define SHADOW_STACK_WORDS 512u
#define SHADOW_STACK_DISTANCE 0x3ffu
/* FTRACE_RETFUNC_DEPTH of the array of structs that it was before. */
#define RET_STACK_DEPTH 50u

void fb_return_hooks_init(struct fb_kernel *kernel, struct fb_return_hooks *hooks)
{
	uint64_t unused;

	memset(hooks, 0, sizeof(*hooks));
	hooks->kernel = kernel;
	for (size_t i = 0; i < FB_RETURN_HOOKS; i++)
		(void)fb_kernel_find_symbol(kernel, names[i], &hooks->address[i]);
	/* It came with the array of tracers. */
	hooks->shadow_stack = fb_kernel_find_symbol(kernel, "fgraph_array", &unused);
}

static size_t hook_of(const struct fb_return_hooks *hooks, uint64_t return_address)
{
	size_t hook = 0;

	while (hook < FB_RETURN_HOOKS &&
	       (!hooks->address[hook] || hooks->address[hook] != return_address))
		hook++;
	return hook;
}

const char *fb_return_hooks_name(const struct fb_return_hooks *hooks, uint64_t return_address)
{
	size_t hook = hook_of(hooks, return_address);

	return hook < FB_RETURN_HOOKS ? names[hook] : NULL;
}

static struct fb_error *not_kept(uint64_t slot)
{
	return fb_error_create(FB_NOT_FOUND, "no real return address is kept for 0x%" PRIx64, slot);
}

/* One struct ftrace_ret_stack. Of two for one slot (a traced function ended with a jump to another)
 * the later one has the handler itself. */
static struct fb_error *read_graph_entry(const struct fb_return_hooks *hooks, uint64_t entry,
					 uint64_t slot, uint64_t *address_ret, bool *found_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(hooks->kernel);
	uint64_t retp, address;
	struct fb_error *err;

	err = fb_kernel_field(hooks->kernel, entry, &layout->ftrace_ret_stack_retp, &retp);
	if (!err)
		err = fb_kernel_field(hooks->kernel, entry, &layout->ftrace_ret_stack_ret,
				      &address);
	*found_ret = !err && retp == slot && address != hooks->address[GRAPH];
	if (*found_ret)
		*address_ret = address;
	return err;
}

/* top: words in use. */
static struct fb_error *search_shadow_stack(const struct fb_return_hooks *hooks, uint64_t stack,
					    uint64_t top, uint64_t slot, uint64_t *address_ret)
{
	bool found = false;

	while (top && top <= SHADOW_STACK_WORDS && !found) {
		uint64_t at = top - 1, word;
		struct fb_error *err = fb_space_u64(fb_kernel_space(hooks->kernel),
						    stack + at * sizeof(word), &word);

		if (err)
			return err;
		word &= SHADOW_STACK_DISTANCE;
		if (!word || word > at)
			break;
		top = at - word;
		err = read_graph_entry(hooks, stack + top * sizeof(word), slot, address_ret,
				       &found);
		if (err)
			return err;
	}
	return found ? NULL : not_kept(slot);
}

/* top: the index of the last one. */
static struct fb_error *search_ret_stack(const struct fb_return_hooks *hooks, uint64_t stack,
					 int64_t top, uint64_t slot, uint64_t *address_ret)
{
	uint64_t size = fb_kernel_layout(hooks->kernel)->ftrace_ret_stack.size;
	bool found = false;

	for (; top >= 0 && top < RET_STACK_DEPTH && !found; top--) {
		struct fb_error *err = read_graph_entry(hooks, stack + (uint64_t)top * size, slot,
							address_ret, &found);

		if (err)
			return err;
	}
	return found ? NULL : not_kept(slot);
}

static struct fb_error *find_graph(const struct fb_return_hooks *hooks, uint64_t task,
				   uint64_t slot, uint64_t *address_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(hooks->kernel);
	uint64_t stack;
	int64_t top;
	struct fb_error *err;

	err = fb_kernel_field(hooks->kernel, task, &layout->task_ret_stack, &stack);
	if (!err)
		err = fb_kernel_field_signed(hooks->kernel, task, &layout->task_curr_ret_stack,
					     &top);
	if (err)
		return err;
	if (hooks->shadow_stack)
		return search_shadow_stack(hooks, stack, top > 0 ? (uint64_t)top : 0, slot,
					   address_ret);
	return search_ret_stack(hooks, stack, top, slot, address_ret);
}

/* The members of a list's node. */
struct node_fields {
	const struct fb_field *next, *address, *frame;
};

/* One with the trampoline as its address was not the first at its slot. */
static struct fb_error *search_list(const struct fb_return_hooks *hooks, uint64_t link,
				    const struct node_fields *fields, uint64_t slot,
				    uint64_t diverted, uint64_t *address_ret)
{
	struct fb_error *err = fb_layout_require(fields->next);

	for (unsigned i = 0; !err && link && i < FB_MAX_DIVERTED; i++) {
		uint64_t node = link - fields->next->offset, address, frame;

		err = fb_kernel_field(hooks->kernel, node, fields->frame, &frame);
		if (!err)
			err = fb_kernel_field(hooks->kernel, node, fields->address, &address);
		if (!err && frame == slot && address != diverted) {
			*address_ret = address;
			return NULL;
		}
		if (!err)
			err = fb_kernel_field(hooks->kernel, node, fields->next, &link);
	}
	return err ? err : not_kept(slot);
}

static struct fb_error *search_table(const struct fb_return_hooks *hooks,
				     const struct node_fields *fields, uint64_t slot,
				     uint64_t diverted, uint64_t *address_ret)
{
	uint64_t table, link;
	struct fb_error *err = fb_kernel_symbol(hooks->kernel, "kretprobe_inst_table", &table);

	for (unsigned i = 0; !err && i < KRETPROBE_BUCKETS; i++) {
		err = fb_space_u64(fb_kernel_space(hooks->kernel), table + i * sizeof(link), &link);
		if (err)
			break;
		err = search_list(hooks, link, fields, slot, diverted, address_ret);
		if (!fb_error_is(err, FB_NOT_FOUND))
			return err;
		fb_error_destroy(err);
		err = NULL;
	}
	return err ? err : not_kept(slot);
}

static struct fb_error *find_probe(const struct fb_return_hooks *hooks, size_t hook, uint64_t task,
				   uint64_t slot, uint64_t diverted, uint64_t *address_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(hooks->kernel);
	const struct fb_field *list =
		hook == RETHOOK ? &layout->task_rethooks : &layout->task_kretprobes;
	const struct node_fields rethook = {&layout->rethook_next, &layout->rethook_ret_addr,
					    &layout->rethook_frame};
	const struct node_fields kretprobe = {&layout->kretprobe_next, &layout->kretprobe_ret_addr,
					      &layout->kretprobe_frame};
	const struct node_fields *fields = hook == RETHOOK ? &rethook : &kretprobe;
	uint64_t first;
	struct fb_error *err;

	if (hook != RETHOOK && !list->found)
		return search_table(hooks, fields, slot, diverted, address_ret);
	err = fb_kernel_field(hooks->kernel, task, list, &first);
	return err ? err : search_list(hooks, first, fields, slot, diverted, address_ret);
}

struct fb_error *fb_return_hooks_find(const struct fb_return_hooks *hooks, uint64_t task,
				      uint64_t slot, uint64_t diverted, uint64_t *address_ret)
{
	uint64_t address = diverted;
	size_t hook;

	for (unsigned i = 0; i < MAX_HOOKS_OF_ONE; i++) {
		struct fb_error *err;

		hook = hook_of(hooks, address);
		if (hook == FB_RETURN_HOOKS)
			break;
		if (hook == GRAPH)
			err = find_graph(hooks, task, slot, &address);
		else
			err = find_probe(hooks, hook, task, slot, address, &address);
		if (err)
			return fb_error_prefix(err, "%s", names[hook]);
	}
	if (hook_of(hooks, address) != FB_RETURN_HOOKS || !fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT,
				       "the real return address of 0x%" PRIx64 " is 0x%" PRIx64,
				       slot, address);
	*address_ret = address;
	return NULL;
}
