/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libfbundle: a Linux kernel dump joined with the cores of its processes, for programs
 * in C and in languages that call C. It gives what the program fbundle prints: tasks,
 * whole stacks, mappings, memory with its sources, who waits for whom, the log.
 *
 *     struct fbundle *bundle;
 *     const struct fbundle_tasks *tasks;
 *     struct fbundle_error *err = fbundle_open("dump.202611231722", NULL, &bundle);
 *
 *     if (!err)
 *             err = fbundle_load_tasks(bundle, &tasks);
 *     for (size_t i = 0; !err && i < fbundle_tasks_count(tasks); i++)
 *             printf("%d\n", fbundle_task_pid(fbundle_tasks_get(tasks, i)));
 *
 * Compile and link it with `pkg-config --cflags --libs fbundle`.
 *
 * Errors. A function that can fail returns a struct fbundle_error, which the caller frees; NULL is success.
 * Its outputs come last, end in _ret, and are untouched on failure. What is damaged in a dump costs that part
 * of an answer only: it becomes a warning of the struct fbundle (fbundle_warnings_get()), and the call succeeds.
 *
 * Ownership. A struct that a function gives as `struct X **` is the caller's, who frees it with fbundle_X_free()
 * before fbundle_close(). Pointers to const, and strings, belong to what they were asked of, and live as long.
 * Every _free function and fbundle_close() takes NULL.
 *
 * Text. Strings are as the input has them, and an input may be hostile: escape them before they reach a terminal
 * or a page.
 *
 * Threads. What belongs to one struct fbundle is used by one thread at a time; several of them may be used by
 * several threads. The library has no global state, prints nothing and ends no process.
 *
 * The caller's process. The library limits nothing in it: no filter of system calls, no Landlock, no signal
 * handler, no limit of resources. It makes threads for its work, and, to read the programs and unwind tables
 * of processes (fbundle_load_stacks(), fbundle_load_waits()), children by fork(), which limit themselves, end
 * before the call returns and are waited for by their PID: a handler of SIGCHLD must not wait for any child
 * (waitpid(-1)), and SIGCHLD must not be ignored. What the caller has open is open in these children. The
 * rest of a dump is parsed in the caller's process. Who reads dumps of strangers does so in a process that may
 * do little; the program fbundle confines itself in this way before it opens anything.
 *
 * Stability. Structs are opaque and are read by functions, so that they can grow. Within one soname functions
 * and enumerators are added, and none is changed or removed. Switches over enumerators need a default.
 */
#ifndef FBUNDLE_H
#define FBUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FBUNDLE_API __attribute__((visibility("default")))
#define FBUNDLE_MUST_CHECK __attribute__((warn_unused_result))

/* The version of the library that runs: "0.1.0". */
FBUNDLE_API const char *fbundle_version(void);

/*
 * Errors
 */

enum fbundle_code {
	FBUNDLE_OK = 0,          /* of no error: NULL */
	FBUNDLE_NOMEM = 1,       /* out of memory */
	FBUNDLE_OS = 2,          /* a system call failed, or no file descriptor was left */
	FBUNDLE_INVALID = 3,     /* the caller asked for something that cannot be */
	FBUNDLE_TRUNCATED = 4,   /* a file ends before its data do */
	FBUNDLE_CORRUPT = 5,     /* data contradict themselves or their format */
	FBUNDLE_UNSUPPORTED = 6, /* well-formed, but of a kind that the library does not read */
	FBUNDLE_NOT_FOUND = 7,   /* no such symbol, task, file... */
	FBUNDLE_ABSENT = 8,      /* mapped, but its bytes are not in the dump */
	FBUNDLE_FAULT = 9,       /* no mapping at that address */
	FBUNDLE_LIMIT = 10,      /* the input claims more than the library accepts */
};

struct fbundle_error;

/* Both take NULL: FBUNDLE_OK and "". The message is one line without a full stop. */
FBUNDLE_API enum fbundle_code fbundle_error_code(const struct fbundle_error *error);
FBUNDLE_API const char *fbundle_error_message(const struct fbundle_error *error);
FBUNDLE_API void fbundle_error_free(struct fbundle_error *error);

/*
 * Opening an input
 */

/* What an input is opened with; each function's text is copied. */
struct fbundle_options;

FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_create(struct fbundle_options **options_ret);
FBUNDLE_API void fbundle_options_free(struct fbundle_options *options);

/* A core, or a folder with cores. Where none is added and the input is a folder without a bundle, the cores in it are
 * taken. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_add_core(struct fbundle_options *options, const char *path);
/* A further part of a split dump. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_add_part(struct fbundle_options *options, const char *path);
/* A folder with debug information by build-id, such as /usr/lib/debug. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_add_debug_dir(struct fbundle_options *options, const char *path);
/* The kernel's file with debug information, for source lines, and where the dump has lost symbols or types. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_set_vmlinux(struct fbundle_options *options, const char *path);
/* The folder below which the host's programs and libraries lie. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_options_set_sysroot(struct fbundle_options *options, const char *path);
/* How many threads and children may work at a time; 0, as where it is not set: one for each CPU. */
FBUNDLE_API void fbundle_options_set_threads(struct fbundle_options *options, unsigned threads);

/* An open input: a dump or a bundle, with its cores. */
struct fbundle;

/* Opens a dump, a bundle, or the folder that kdump-tools left. options: NULL for none; not needed afterwards. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_open(const char *path, const struct fbundle_options *options, struct fbundle **bundle_ret);
/* Everything that was made of it has to be freed before. */
FBUNDLE_API void fbundle_close(struct fbundle *bundle);

/* What is damaged or missing in the input, as far as calls have come upon it: how many texts there are, and the
 * one at index. Each text is there once. The list grows with further calls; texts stay until fbundle_close(). Too
 * many are only counted: fbundle_warnings_dropped(). */
FBUNDLE_API size_t fbundle_warnings_count(const struct fbundle *bundle);
FBUNDLE_API const char *fbundle_warnings_get(const struct fbundle *bundle, size_t index);
FBUNDLE_API size_t fbundle_warnings_dropped(const struct fbundle *bundle);

/* The kernel of the dump. */
FBUNDLE_API const char *fbundle_kernel_release(const struct fbundle *bundle); /* as uname -r */
FBUNDLE_API const char *
fbundle_kernel_node(const struct fbundle *bundle); /* as uname -n; "": unknown */
FBUNDLE_API const char *
fbundle_kernel_build_id(const struct fbundle *bundle); /* hex; NULL: unknown */
/* When it crashed, in seconds since the epoch; 0: unknown. */
FBUNDLE_API int64_t fbundle_kernel_crash_time(const struct fbundle *bundle);
/* For how long it ran until then, in seconds; NaN: unknown. */
FBUNDLE_API double fbundle_kernel_uptime(const struct fbundle *bundle);
/* The address of a symbol as it is in memory. FBUNDLE_NOT_FOUND. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_kernel_symbol(const struct fbundle *bundle, const char *name, uint64_t *address_ret);

/*
 * Tasks
 */

struct fbundle_tasks;
struct fbundle_task; /* a thread */

/* All tasks, in order of PID and TID, idle tasks first. Tasks and cores are read at the first call. Owned by
 * bundle. FBUNDLE_NOT_FOUND where not one can be found. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_load_tasks(struct fbundle *bundle, const struct fbundle_tasks **tasks_ret);
FBUNDLE_API size_t fbundle_tasks_count(const struct fbundle_tasks *tasks);
/* NULL for an index that there is none of, as of every _get() below. */
FBUNDLE_API const struct fbundle_task *fbundle_tasks_get(const struct fbundle_tasks *tasks,
							 size_t index);
/* The task with this TID in the host's PID namespace; NULL: there is none. */
FBUNDLE_API const struct fbundle_task *fbundle_tasks_by_tid(const struct fbundle_tasks *tasks,
							    int32_t tid);
/* TIDs that the kernel had and whose task_struct is not in the dump. */
FBUNDLE_API size_t fbundle_tasks_lost_count(const struct fbundle_tasks *tasks);
FBUNDLE_API int32_t fbundle_tasks_lost_tid(const struct fbundle_tasks *tasks, size_t index);

FBUNDLE_API int32_t fbundle_task_pid(const struct fbundle_task *task); /* of its process */
FBUNDLE_API int32_t fbundle_task_tid(const struct fbundle_task *task);
FBUNDLE_API int32_t fbundle_task_ppid(const struct fbundle_task *task); /* -1: unknown */
/* Its name, raw bytes: at most 15. */
FBUNDLE_API const char *fbundle_task_comm(const struct fbundle_task *task);
/* As in ps(1): one of R S D T t X Z P I; '?': unknown. */
FBUNDLE_API char fbundle_task_state(const struct fbundle_task *task);
FBUNDLE_API uint32_t fbundle_task_cpu(const struct fbundle_task *task); /* on which it ran last */
FBUNDLE_API bool fbundle_task_is_running(const struct fbundle_task *task); /* a CPU ran it */
FBUNDLE_API bool fbundle_task_is_idle(const struct fbundle_task *task);    /* a CPU's swapper */
FBUNDLE_API bool fbundle_task_is_kernel_thread(const struct fbundle_task *task);
FBUNDLE_API uint64_t fbundle_task_address(const struct fbundle_task *task); /* of its task_struct */
/* When it started, in nanoseconds since boot; 0: unknown. */
FBUNDLE_API uint64_t fbundle_task_start_ns(const struct fbundle_task *task);
/* CPU time that it took, by the scheduler's clock, in nanoseconds. */
FBUNDLE_API uint64_t fbundle_task_runtime_ns(const struct fbundle_task *task);
/* Its TID in each of its PID namespaces, the host's first. */
FBUNDLE_API size_t fbundle_task_level_count(const struct fbundle_task *task);
FBUNDLE_API int32_t fbundle_task_level_tid(const struct fbundle_task *task, size_t index);

/* Writes the whole name, as /proc/PID/comm has it, to `to` (size bytes, NUL-terminated): of a kernel thread it may
 * have more than 15 bytes. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_task_name(struct fbundle *bundle, const struct fbundle_task *task, char *to, size_t size);
/* The real user ID, from the core where the dump has lost it; UINT32_MAX: unknown. */
FBUNDLE_API uint32_t fbundle_task_uid(const struct fbundle *bundle,
				      const struct fbundle_task *task);
/* Writes the command line, with spaces for NULs, to `to` (size bytes, NUL-terminated; cut where it does not fit);
 * "" where neither dump nor core has it. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_task_cmdline(struct fbundle *bundle, const struct fbundle_task *task, char *to,
		     size_t size);
/* The name of the newest core of its process; NULL: there is none. */
FBUNDLE_API const char *fbundle_task_core(const struct fbundle *bundle,
					  const struct fbundle_task *task);

/* The cores, the bundle's first: how many there are, the name of each, and the PID of its process in the dump, -1
 * where none matches. NULL and -1 for an index that there is none of. To be called after fbundle_load_tasks(). */
FBUNDLE_API size_t fbundle_cores_count(const struct fbundle *bundle);
FBUNDLE_API const char *fbundle_core_name(const struct fbundle *bundle, size_t index);
FBUNDLE_API int32_t fbundle_core_pid(const struct fbundle *bundle, size_t index);

/*
 * Memory
 */

/* The source of a byte. */
enum fbundle_source {
	FBUNDLE_SOURCE_DUMP = 0,  /* a page of the dump, or of a swap device that it has */
	FBUNDLE_SOURCE_CORE = 1,  /* the process's core: as it was when the core was written */
	FBUNDLE_SOURCE_FILE = 2,  /* a program or library below the sysroot */
	FBUNDLE_SOURCE_ZERO = 3,  /* nothing was ever written there: zeros */
	FBUNDLE_SOURCE_ABSENT = 4 /* it cannot be read */
};

/* Why it cannot be read. */
enum fbundle_absence {
	FBUNDLE_ABSENCE_NONE = 0,
	FBUNDLE_ABSENCE_FILTERED = 1,  /* the dump was written without it */
	FBUNDLE_ABSENCE_SWAPPED = 2,   /* it was swapped out to a disk */
	FBUNDLE_ABSENCE_UNTOUCHED = 3, /* in a mapping, but no page was there */
	FBUNDLE_ABSENCE_UNMAPPED = 4,  /* in no mapping */
	FBUNDLE_ABSENCE_TRUNCATED = 5, /* the dump was cut off */
	FBUNDLE_ABSENCE_DAMAGED = 6,   /* the page, or a page table on the way, is corrupt */
};

/* An address space. */
struct fbundle_memory;

/* The kernel's virtual memory, and physical memory. Owned by bundle. */
FBUNDLE_API struct fbundle_memory *fbundle_kernel_memory(struct fbundle *bundle);
FBUNDLE_API struct fbundle_memory *fbundle_physical_memory(struct fbundle *bundle);

/* Reads all of the length bytes at address. FBUNDLE_FAULT, FBUNDLE_ABSENT, FBUNDLE_CORRUPT, FBUNDLE_TRUNCATED; to
 * is then undefined. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_memory_read(struct fbundle_memory *memory, uint64_t address, void *to, size_t length);
/* The same with zeros for what cannot be read, by pages. *missing_ret: how many bytes those are. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_memory_read_holes(struct fbundle_memory *memory, uint64_t address, void *to, size_t length,
			  size_t *missing_ret);
/* Of the length bytes at address (> 0), how many from the first on have the same source, and which it is. detail: the
 * path or name of a core or file, "zram"; NULL: none. absence_ret and detail_ret may be NULL. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_memory_locate(struct fbundle_memory *memory, uint64_t address, uint64_t length,
		      uint64_t *length_ret, enum fbundle_source *source_ret,
		      enum fbundle_absence *absence_ret, const char **detail_ret);

/*
 * Processes: mappings and joined memory
 */

struct fbundle_process;
struct fbundle_mapping;

/* Opens the process of a task: its mappings, and its memory joined from dump, swap, core and files.
 * FBUNDLE_INVALID for a kernel thread or a process that has exited, which have no memory. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_process_open(struct fbundle *bundle, const struct fbundle_task *task,
		     struct fbundle_process **process_ret);
FBUNDLE_API void fbundle_process_free(struct fbundle_process *process);
FBUNDLE_API struct fbundle_memory *fbundle_process_memory(struct fbundle_process *process);

/* In order of address. */
FBUNDLE_API size_t fbundle_mappings_count(const struct fbundle_process *process);
FBUNDLE_API const struct fbundle_mapping *
fbundle_mappings_get(const struct fbundle_process *process, size_t index);
FBUNDLE_API uint64_t fbundle_mapping_start(const struct fbundle_mapping *mapping);
FBUNDLE_API uint64_t fbundle_mapping_end(const struct fbundle_mapping *mapping); /* exclusive */
/* "rw-p"; '?' where it is unknown. */
FBUNDLE_API const char *fbundle_mapping_permissions(const struct fbundle_mapping *mapping);
FBUNDLE_API uint64_t
fbundle_mapping_offset(const struct fbundle_mapping *mapping); /* bytes into the file */
FBUNDLE_API uint64_t fbundle_mapping_inode(const struct fbundle_mapping *mapping); /* 0: no file */
/* As in /proc/PID/maps: a path, "[heap]"; "" if none. */
FBUNDLE_API const char *fbundle_mapping_name(const struct fbundle_mapping *mapping);
/* The dump has lost it: it is as the core has it. */
FBUNDLE_API bool fbundle_mapping_is_from_core(const struct fbundle_mapping *mapping);

/*
 * Stacks
 */

struct fbundle_stacks;
struct fbundle_stack;
struct fbundle_frame;

/* Unwinds the stack of each of the count tasks, in their order: the kernel half at the panic, and the user half.
 * tasks NULL: of all tasks. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_load_stacks(struct fbundle *bundle, const struct fbundle_task *const *tasks, size_t count,
		    struct fbundle_stacks **stacks_ret);
FBUNDLE_API void fbundle_stacks_free(struct fbundle_stacks *stacks);
FBUNDLE_API size_t fbundle_stacks_count(const struct fbundle_stacks *stacks);
FBUNDLE_API const struct fbundle_stack *fbundle_stacks_get(const struct fbundle_stacks *stacks,
							   size_t index);

FBUNDLE_API const struct fbundle_task *fbundle_stack_task(const struct fbundle_stack *stack);
/* Whether the user half ends with its outermost frame. */
FBUNDLE_API bool fbundle_stack_is_complete(const struct fbundle_stack *stack);
/* Why each half ends where it does, for people. */
FBUNDLE_API const char *fbundle_stack_kernel_end(const struct fbundle_stack *stack);
FBUNDLE_API const char *fbundle_stack_user_end(const struct fbundle_stack *stack);
/* The number of the system call that it is in, -1: in none; its name, NULL: unknown. */
FBUNDLE_API int64_t fbundle_stack_syscall(const struct fbundle_stack *stack);
FBUNDLE_API const char *fbundle_stack_syscall_name(const struct fbundle_stack *stack);
/* A register of user mode by its name, "rip"; false where it is unknown. */
FBUNDLE_API bool fbundle_stack_register(const struct fbundle_stack *stack, const char *name,
					uint64_t *value_ret);

/* Innermost first: the kernel's, then those of user space. Functions that were inlined stand before the frame that
 * they are a part of. */
FBUNDLE_API size_t fbundle_frames_count(const struct fbundle_stack *stack);
FBUNDLE_API const struct fbundle_frame *fbundle_frames_get(const struct fbundle_stack *stack,
							   size_t index);
FBUNDLE_API bool fbundle_frame_is_user(const struct fbundle_frame *frame);
FBUNDLE_API bool fbundle_frame_is_inlined(const struct fbundle_frame *frame);
/* It was found by frame pointers or the like, and may be none. */
FBUNDLE_API bool fbundle_frame_is_guess(const struct fbundle_frame *frame);
FBUNDLE_API uint64_t fbundle_frame_pc(const struct fbundle_frame *frame);
/* The function, as sources in C++ and Rust have it where it is of such; NULL: unknown. */
FBUNDLE_API const char *fbundle_frame_name(const struct fbundle_frame *frame);
/* The function as the symbol table has it; NULL: unknown. */
FBUNDLE_API const char *fbundle_frame_symbol(const struct fbundle_frame *frame);
FBUNDLE_API uint64_t
fbundle_frame_offset(const struct fbundle_frame *frame); /* of pc from the symbol */
/* The kernel's module, or the path of the program or library; NULL: the kernel itself, or unknown. */
FBUNDLE_API const char *fbundle_frame_object(const struct fbundle_frame *frame);
FBUNDLE_API const char *
fbundle_frame_build_id(const struct fbundle_frame *frame); /* hex; NULL: unknown */
FBUNDLE_API const char *fbundle_frame_file(const struct fbundle_frame *frame); /* NULL: unknown */
FBUNDLE_API uint32_t fbundle_frame_line(const struct fbundle_frame *frame);    /* 0: unknown */
/* "python": of an interpreted language; NULL: of the machine. */
FBUNDLE_API const char *fbundle_frame_language(const struct fbundle_frame *frame);
/* Of a frame of user space, where the word of the stack that gave it comes from; FBUNDLE_SOURCE_ABSENT: pc was in a
 * register, or it is unknown. */
FBUNDLE_API enum fbundle_source fbundle_frame_source(const struct fbundle_frame *frame);

/*
 * Waits: which threads wait for which others
 */

struct fbundle_waits;
struct fbundle_wait;

/* Finds what each blocked thread waits for, and who can end that. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *
fbundle_load_waits(struct fbundle *bundle, struct fbundle_waits **waits_ret);
FBUNDLE_API void fbundle_waits_free(struct fbundle_waits *waits);

/* A wait is one thread that waits for one object. Those of one thread follow each other. */
FBUNDLE_API size_t fbundle_waits_count(const struct fbundle_waits *waits);
FBUNDLE_API const struct fbundle_wait *fbundle_waits_get(const struct fbundle_waits *waits,
							 size_t index);
FBUNDLE_API int32_t fbundle_wait_tid(const struct fbundle_wait *wait);
FBUNDLE_API int32_t fbundle_wait_pid(const struct fbundle_wait *wait);
FBUNDLE_API const char *
fbundle_wait_kind(const struct fbundle_wait *wait); /* "mutex", "pipe-read"... */
/* What it waits for, for people; and a number that all waits for the same object have. */
FBUNDLE_API const char *fbundle_wait_object(const struct fbundle_wait *wait);
FBUNDLE_API size_t fbundle_wait_object_number(const struct fbundle_wait *wait);
/* Whether it is certain that it waits for the object, and that the owners are those. */
FBUNDLE_API bool fbundle_wait_is_certain(const struct fbundle_wait *wait);
FBUNDLE_API bool fbundle_wait_owners_are_certain(const struct fbundle_wait *wait);
FBUNDLE_API bool fbundle_wait_is_stuck(const struct fbundle_wait *wait); /* it can never go on */
FBUNDLE_API bool fbundle_wait_has_timeout(const struct fbundle_wait *wait);
/* For how long, in seconds; NaN: unknown. */
FBUNDLE_API double fbundle_wait_seconds(const struct fbundle_wait *wait);
/* How it is known; what more is known; what is needed to find owners. NULL: nothing. */
FBUNDLE_API const char *fbundle_wait_evidence(const struct fbundle_wait *wait);
FBUNDLE_API const char *fbundle_wait_detail(const struct fbundle_wait *wait);
FBUNDLE_API const char *fbundle_wait_object_detail(const struct fbundle_wait *wait);
FBUNDLE_API const char *fbundle_wait_need(const struct fbundle_wait *wait);
/* One line: "mutex A (0x5584e75621c0), held by 126 lock-ba". */
FBUNDLE_API const char *fbundle_wait_text(const struct fbundle_wait *wait);

/* Threads, or processes any thread of which will do, that can end the wait. A sleeping thread cannot end its own
 * wait and is left out, unless it is the only owner. */
FBUNDLE_API size_t fbundle_owners_count(const struct fbundle_wait *wait);
FBUNDLE_API int32_t fbundle_owner_tid(const struct fbundle_wait *wait,
				      size_t index); /* -1: no such index */
FBUNDLE_API bool fbundle_owner_is_process(const struct fbundle_wait *wait, size_t index);
FBUNDLE_API bool fbundle_owners_all_needed(const struct fbundle_wait *wait); /* else one suffices */
/* Others than these may end it too. */
FBUNDLE_API bool fbundle_owners_others_possible(const struct fbundle_wait *wait);

/* Deadlocks: the threads of each in a circle, each of which waits for the next. */
FBUNDLE_API size_t fbundle_cycles_count(const struct fbundle_waits *waits);
FBUNDLE_API size_t fbundle_cycle_size(const struct fbundle_waits *waits, size_t cycle);
FBUNDLE_API int32_t fbundle_cycle_tid(const struct fbundle_waits *waits, size_t cycle,
				      size_t index);

/*
 * The kernel's log
 */

struct fbundle_log;
struct fbundle_record;

/* Oldest record first. */
FBUNDLE_API FBUNDLE_MUST_CHECK struct fbundle_error *fbundle_load_log(struct fbundle *bundle,
								      struct fbundle_log **log_ret);
FBUNDLE_API void fbundle_log_free(struct fbundle_log *log);
FBUNDLE_API size_t fbundle_log_count(const struct fbundle_log *log);
FBUNDLE_API const struct fbundle_record *fbundle_log_get(const struct fbundle_log *log,
							 size_t index);
/* How many records are missing between the oldest and the newest one. */
FBUNDLE_API uint64_t fbundle_log_lost(const struct fbundle_log *log);

FBUNDLE_API uint64_t fbundle_record_time_ns(const struct fbundle_record *record); /* since boot */
FBUNDLE_API unsigned
fbundle_record_level(const struct fbundle_record *record); /* 0 to 7, as in dmesg */
FBUNDLE_API unsigned
fbundle_record_facility(const struct fbundle_record *record); /* 0: the kernel */
/* Raw bytes, *length_ret of them, without a NUL. */
FBUNDLE_API const char *fbundle_record_text(const struct fbundle_record *record,
					    size_t *length_ret);

#ifdef __cplusplus
}
#endif

#endif
