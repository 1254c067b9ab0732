// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the runtime in which a thread in futex() sleeps. Called by wait_futex.c. */
#include "bundle/waits/futex/wait_runtime.h"

#include <string.h>

#include "base/part.h"
#include "bundle/waits/futex/wait_library.h"

/* Of the stack, from the innermost frame on: glibc's functions and their caller fit into this. */
#define WORDS 192u

const char *fb_runtime_by_name(const char *name)
{
	static const struct {
		const char *begins, *runtime;
		bool whole; /* the name is no longer */
	} names[] = {
		{"libjvm.so", FB_RUNTIME_JAVA, true},
		{"libpython", FB_RUNTIME_CPYTHON, false},
		{"python2", FB_RUNTIME_CPYTHON, false},
		{"python3", FB_RUNTIME_CPYTHON, false},
		{"libnode.so", "Node.js (V8)", false},
		{"node", "Node.js (V8)", true},
		{"libv8.so", "V8", false},
		{"libcoreclr.so", ".NET", true},
		{"libruby", "Ruby", false},
		{"beam.smp", "the Erlang machine", true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		size_t length = strlen(names[i].begins);

		if (!strncmp(name, names[i].begins, length) && (!names[i].whole || !name[length]))
			return names[i].runtime;
	}
	return NULL;
}

/* The runtime whose code is mapped at the address; NULL. */
static struct fb_error *runtime_at(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   struct fb_joined *joined, uint64_t address,
				   const char **runtime_ret)
{
	const struct fb_vma *vma = fb_vmas_find(fb_joined_vmas(joined), address);
	char name[64] = "";
	struct fb_error *err;

	*runtime_ret = NULL;
	if (!vma || !fb_vma_has_file(vma) || !(vma->no_flags || (vma->flags & FB_VM_EXEC)))
		return NULL;
	err = fb_part_skip(fb_futex_object_name(finder, blocked->task, vma, name, sizeof(name)));
	if (!err)
		*runtime_ret = fb_runtime_by_name(name);
	return err;
}

/* A static program of Go has the runtime's functions in itself. */
static struct fb_error *find_go(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				struct fb_joined *joined, const char **runtime)
{
	/* The second is its name before 1.17 (ABIInternal). */
	static const char *const functions[] = {"runtime.goexit.abi0", "runtime.goexit"};
	const struct fb_vma *vma = fb_vmas_find(fb_joined_vmas(joined), blocked->regs.rip);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(functions) && !err && !*runtime; i++) {
		bool defined = false;

		if (vma && fb_vma_has_file(vma))
			err = fb_wait_file_defines(finder, blocked->task, vma, functions[i],
						   &defined);
		if (defined)
			*runtime = "Go's runtime";
	}
	return err;
}

/* The first return address that is in a runtime: the innermost, or a stale one of its own thread. */
static struct fb_error *find_on_stack(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked, struct fb_joined *joined,
				      const char **runtime)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < WORDS && !err && !*runtime; i++) {
		uint64_t word;

		err = fb_space_u64(fb_joined_space(joined), blocked->regs.rsp + i * 8, &word);
		if (err)
			return fb_part_skip(err);
		if (word >= FB_PAGE_SIZE)
			err = runtime_at(finder, blocked, joined, word, runtime);
	}
	return err;
}

struct fb_error *fb_wait_find_runtime(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked, struct fb_joined *joined,
				      const char **runtime_ret)
{
	struct fb_error *err;

	*runtime_ret = NULL;
	if (!blocked->has_regs || blocked->compat)
		return NULL;
	err = runtime_at(finder, blocked, joined, blocked->regs.rip, runtime_ret);
	if (!err && !*runtime_ret)
		err = find_go(finder, blocked, joined, runtime_ret);
	if (!err && !*runtime_ret)
		err = find_on_stack(finder, blocked, joined, runtime_ret);
	return err;
}

struct fb_error *fb_wait_note_runtime(const struct fb_blocked *blocked, const char *runtime,
				      struct fb_wait *wait)
{
	if (runtime)
		return fb_wait_append(&wait->detail, "it sleeps in %s", runtime);
	/* The name that tokio gives its workers, cut to the kernel's 15 bytes. */
	if (blocked->has_regs && !blocked->compat &&
	    !strncmp(blocked->task->comm, "tokio-runtime-w", 15))
		return fb_wait_append(&wait->detail, "by its name a worker of tokio");
	return NULL;
}
