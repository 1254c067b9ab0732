// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out which library made the system call, by the instruction pointer of the thread. Called by
 * wait_futex.c.
 */
#include "bundle/waits/futex/wait_library.h"

#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "kernel/files/files.h"

enum fb_futex_library fb_futex_library_by_name(const char *name)
{
	static const struct {
		const char *begins; /* with, and ends as or goes on behind a '.' or '-' */
		enum fb_futex_library library;
	} names[] = {
		{"libc.so.6", FB_FUTEX_GLIBC},
		{"libc-2.", FB_FUTEX_GLIBC},
		{"libpthread.so.0", FB_FUTEX_GLIBC},
		{"libpthread-2.", FB_FUTEX_GLIBC},
		{"librt.so.1", FB_FUTEX_GLIBC},
		{"librt-2.", FB_FUTEX_GLIBC},
		{"ld-linux-x86-64.so.2", FB_FUTEX_GLIBC},
		{"ld-linux.so.2", FB_FUTEX_GLIBC},
		{"ld-2.", FB_FUTEX_GLIBC},
		{"ld-musl-", FB_FUTEX_MUSL},
		{"libc.musl-", FB_FUTEX_MUSL},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i].begins, strlen(names[i].begins)))
			return names[i].library;
	return FB_FUTEX_UNKNOWN;
}

/* Whether a mapped file is one that stands without libc.so: by functions that only one C library
 * has, and calls futex() from. */
static struct fb_error *library_by_symbols(struct fb_wait_finder *finder,
					   const struct fb_task *task, const struct fb_vma *vma,
					   enum fb_futex_library *library_ret)
{
	static const struct {
		const char *function;
		enum fb_futex_library library;
	} functions[] = {
		{"__timedwait_cp", FB_FUTEX_MUSL},
		{"__lll_lock_wait_private", FB_FUTEX_GLIBC},
	};
	bool defined;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(functions) && !err; i++) {
		err = fb_wait_file_defines(finder, task, vma, functions[i].function, &defined);
		if (!err && defined) {
			*library_ret = functions[i].library;
			break;
		}
	}
	return err;
}

static void put_name(const char *path, char *to, size_t size)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	fb_text_escape(name, strlen(name), to, size);
}

/* Names the file that is mapped at the address as a core of the process names it. */
static bool name_by_core(const struct fb_wait_finder *finder, int32_t pid, uint64_t address,
			 char *to, size_t size)
{
	const struct fb_input_core *core = fb_input_core_of(finder->input, pid);
	const struct fb_core_info *info = core ? fb_core_info(core->core) : NULL;

	for (size_t i = 0; info && i < info->mapping_count; i++) {
		const struct fb_core_mapping *mapping = &info->mappings[i];

		if (address >= mapping->start && address < mapping->end) {
			put_name(mapping->path, to, size);
			return true;
		}
	}
	return false;
}

struct fb_error *fb_futex_object_name(const struct fb_wait_finder *finder,
				      const struct fb_task *task, const struct fb_vma *vma,
				      char *to, size_t size)
{
	struct fb_file_info info;
	char path[FB_PATH_SIZE];
	struct fb_error *err;

	if (!vma->file && vma->path && *vma->path) {
		put_name(vma->path, to, size);
		return NULL;
	}
	err = fb_file_info(finder->kernel, vma->file, &info);
	if (!err)
		err = fb_path_text_whole(finder->kernel, &info.path, NULL, path);
	if (!err) {
		put_name(path, to, size);
		return NULL;
	}
	if (fb_error_is_fatal(err) || !name_by_core(finder, task->pid, vma->start, to, size))
		return err;
	fb_error_destroy(err);
	return NULL;
}

/* Whether two mappings are of the same file: by the dump, or where it has lost that by the core. */
static bool same_file(const struct fb_vma *a, const struct fb_vma *b)
{
	if (a->file || b->file)
		return a->file == b->file;
	return a->path && b->path && strcmp(a->path, b->path) == 0;
}

/* The object that a word on the stack points into as code does; NULL: none. Errors of fb_space_read(). */
static struct fb_error *code_at_top(const struct fb_blocked *blocked, struct fb_joined *joined,
				    const struct fb_vma **code_ret)
{
	const struct fb_vma *vma;
	uint64_t word = 0;
	struct fb_error *err = fb_space_u64(fb_joined_space(joined), blocked->regs.rsp, &word);

	vma = err ? NULL : fb_vmas_find(fb_joined_vmas(joined), word);
	*code_ret = vma && fb_vma_has_file(vma) && (vma->no_flags || (vma->flags & FB_VM_EXEC))
			    ? vma
			    : NULL;
	return err;
}

/* Tells by its code, where the stack is lost, whether glibc's syscall() was called: it alone takes the sixth argument
 * from its stack before it enters the kernel (sysdeps/unix/sysv/linux/x86_64/syscall.S). Takes over lost, the reason
 * why the stack cannot be read. */
static struct fb_error *look_at_code(const struct fb_blocked *blocked, struct fb_joined *joined,
				     struct fb_error *lost, struct fb_futex_caller *caller)
{
	/* mov 8(%rsp),%r9; syscall */
	static const uint8_t of_syscall[] = {0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05};
	uint8_t code[sizeof(of_syscall)];
	struct fb_error *err = fb_space_read(fb_joined_space(joined),
					     blocked->regs.rip - sizeof(code), code, sizeof(code));

	caller->proven = !err && memcmp(code, of_syscall, sizeof(code)) != 0;
	if (err || caller->proven) {
		fb_error_destroy(lost);
		return fb_part_skip(err);
	}
	caller->library = FB_FUTEX_UNKNOWN;
	return fb_part_reason(fb_error_prefix(lost, "it called syscall()"), caller->because,
			      sizeof(caller->because));
}

/* glibc's syscall() pushes nothing: on top of the stack is where it returns to. Its own functions
 * have there what they saved, or an address within glibc. */
static struct fb_error *look_behind_syscall(struct fb_wait_finder *finder,
					    const struct fb_blocked *blocked,
					    struct fb_joined *joined, const struct fb_vma *inside,
					    struct fb_futex_caller *caller)
{
	const struct fb_vma *outside;
	char name[sizeof(caller->object)] = "";
	struct fb_error *err = code_at_top(blocked, joined, &outside);

	if (err)
		return fb_error_is_fatal(err) ? err : look_at_code(blocked, joined, err, caller);
	if (!outside || same_file(outside, inside))
		return NULL;
	err = fb_part_skip(
		fb_futex_object_name(finder, blocked->task, outside, name, sizeof(name)));
	if (err || fb_futex_library_by_name(name) == FB_FUTEX_GLIBC)
		return err;
	caller->library = FB_FUTEX_PROGRAM;
	memcpy(caller->object, name, sizeof(name));
	return NULL;
}

/* The mapping that the system call was made from. A 32-bit process makes it in the kernel's own __kernel_vsyscall(),
 * which has pushed three registers onto where it returns to (arch/x86/entry/vdso/vdso32/system_call.S). NULL in
 * *vma_ret where that cannot be told; *because, which holds size bytes, says then why. */
static struct fb_error *find_calling_code(const struct fb_blocked *blocked,
					  struct fb_joined *joined, const struct fb_vma **vma_ret,
					  char *because, size_t size)
{
	uint64_t address = blocked->regs.rip;
	uint32_t word = 0;
	struct fb_error *err = NULL;

	*vma_ret = NULL;
	if (!blocked->has_regs)
		return NULL;
	if (blocked->compat) {
		err = fb_space_read(fb_joined_space(joined), blocked->regs.rsp + 12, &word,
				    sizeof(word));
		address = word;
	}
	if (!err)
		*vma_ret = fb_vmas_find(fb_joined_vmas(joined), address);
	return fb_part_reason(err, because, size);
}

struct fb_error *fb_futex_caller_find(struct fb_wait_finder *finder,
				      const struct fb_blocked *blocked, struct fb_joined *joined,
				      struct fb_futex_caller *caller_ret)
{
	struct fb_futex_caller caller = {.library = FB_FUTEX_UNKNOWN};
	const struct fb_vma *vma;
	struct fb_error *err =
		find_calling_code(blocked, joined, &vma, caller.because, sizeof(caller.because));

	if (!err && vma && fb_vma_has_file(vma)) {
		err = fb_part_reason(fb_futex_object_name(finder, blocked->task, vma, caller.object,
							  sizeof(caller.object)),
				     caller.because, sizeof(caller.because));
		if (err)
			return err;
		caller.library = fb_futex_library_by_name(caller.object);
		if (caller.library == FB_FUTEX_UNKNOWN)
			err = library_by_symbols(finder, blocked->task, vma, &caller.library);
		caller.proven = caller.library != FB_FUTEX_UNKNOWN;
		/* Of 32 bits, what syscall() has pushed before is not looked behind. */
		if (!err && caller.library == FB_FUTEX_GLIBC && blocked->compat)
			caller.proven = false;
		else if (!err && caller.library == FB_FUTEX_GLIBC)
			err = look_behind_syscall(finder, blocked, joined, vma, &caller);
	}
	if (!err)
		*caller_ret = caller;
	return err;
}
