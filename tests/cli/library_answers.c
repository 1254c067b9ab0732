// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libfbundle tells of an input, one fact a line, for tests/cli/test_library.sh, which compares it with the
 * program's --json. It is compiled as a user's program is: with the installed header and pkg-config alone.
 *
 * usage: library_answers INPUT SYSROOT tasks|waits|log|cores
 *        library_answers INPUT SYSROOT stack|mappings PID
 *        library_answers INPUT SYSROOT read PID ADDRESS LENGTH
 *        library_answers INPUT SYSROOT threads
 */
#include <fbundle.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(struct fbundle_error *error)
{
	if (!error)
		return;
	fprintf(stderr, "error %d: %s\n", fbundle_error_code(error), fbundle_error_message(error));
	fbundle_error_free(error);
	exit(1);
}

/* Text of the input as the program's JSON has it. */
static void put_escaped(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\\')
			printf("\\\\");
		else if (c < 0x20 || c >= 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

static const struct fbundle_task *task_of(struct fbundle *bundle, const char *tid)
{
	const struct fbundle_tasks *tasks;
	const struct fbundle_task *task;

	check(fbundle_load_tasks(bundle, &tasks));
	task = fbundle_tasks_by_tid(tasks, (int32_t)strtol(tid, NULL, 10));
	if (!task) {
		fprintf(stderr, "no task %s\n", tid);
		exit(1);
	}
	return task;
}

static void print_tasks(struct fbundle *bundle)
{
	const struct fbundle_tasks *tasks;

	check(fbundle_load_tasks(bundle, &tasks));
	for (size_t i = 0; i < fbundle_tasks_count(tasks); i++) {
		const struct fbundle_task *task = fbundle_tasks_get(tasks, i);
		char name[64];

		check(fbundle_task_name(bundle, task, name, sizeof(name)));
		printf("%d %d %d %c %u %s %s %" PRIu32 " 0x%" PRIx64 " %s ", fbundle_task_pid(task),
		       fbundle_task_tid(task), fbundle_task_ppid(task), fbundle_task_state(task),
		       fbundle_task_cpu(task), truth(fbundle_task_is_running(task)),
		       truth(fbundle_task_is_kernel_thread(task)), fbundle_task_uid(bundle, task),
		       fbundle_task_address(task), or_dash(fbundle_task_core(bundle, task)));
		put_escaped(fbundle_task_comm(task), strlen(fbundle_task_comm(task)));
		printf(" ");
		put_escaped(name, strlen(name));
		for (size_t level = 0; level < fbundle_task_level_count(task); level++)
			printf(" %d", fbundle_task_level_tid(task, level));
		printf("\n");
	}
}

static void print_stack(struct fbundle *bundle, const char *tid)
{
	const struct fbundle_task *task = task_of(bundle, tid);
	struct fbundle_stacks *stacks;
	const struct fbundle_stack *stack;
	uint64_t rip = 0;

	check(fbundle_load_stacks(bundle, &task, 1, &stacks));
	stack = fbundle_stacks_get(stacks, 0);
	printf("%d %s %" PRId64 " %s 0x%" PRIx64 "\n", fbundle_task_tid(fbundle_stack_task(stack)),
	       truth(fbundle_stack_is_complete(stack)), fbundle_stack_syscall(stack),
	       or_dash(fbundle_stack_syscall_name(stack)),
	       fbundle_stack_register(stack, "rip", &rip) ? rip : 0);
	for (size_t i = 0; i < fbundle_frames_count(stack); i++) {
		const struct fbundle_frame *frame = fbundle_frames_get(stack, i);

		printf("%s 0x%" PRIx64 " %s +%" PRIu64 " %s %s %s %" PRIu32 " %s\n",
		       fbundle_frame_is_user(frame) ? "user" : "kernel", fbundle_frame_pc(frame),
		       or_dash(fbundle_frame_symbol(frame)), fbundle_frame_offset(frame),
		       or_dash(fbundle_frame_object(frame)), or_dash(fbundle_frame_build_id(frame)),
		       or_dash(fbundle_frame_file(frame)), fbundle_frame_line(frame),
		       truth(fbundle_frame_is_guess(frame)));
	}
	fbundle_stacks_free(stacks);
}

static void print_mappings(struct fbundle *bundle, const char *tid)
{
	struct fbundle_process *process;

	check(fbundle_process_open(bundle, task_of(bundle, tid), &process));
	for (size_t i = 0; i < fbundle_mappings_count(process); i++) {
		const struct fbundle_mapping *mapping = fbundle_mappings_get(process, i);
		uint64_t pages[FBUNDLE_SOURCE_ABSENT + 1] = {0}, length;
		uint64_t start = fbundle_mapping_start(mapping), end = fbundle_mapping_end(mapping);
		enum fbundle_source source;

		for (uint64_t at = start; at < end; at += length) {
			check(fbundle_memory_locate(fbundle_process_memory(process), at, end - at,
						    &length, &source, NULL, NULL));
			pages[source] += length / 4096;
		}
		printf("0x%" PRIx64 " 0x%" PRIx64 " %s 0x%" PRIx64 " %" PRIu64 " %s %" PRIu64
		       " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
		       start, end, fbundle_mapping_permissions(mapping),
		       fbundle_mapping_offset(mapping), fbundle_mapping_inode(mapping),
		       fbundle_mapping_is_from_core(mapping) ? "core" : "vmcore",
		       pages[FBUNDLE_SOURCE_DUMP], pages[FBUNDLE_SOURCE_CORE],
		       pages[FBUNDLE_SOURCE_FILE], pages[FBUNDLE_SOURCE_ZERO],
		       pages[FBUNDLE_SOURCE_ABSENT], fbundle_mapping_name(mapping));
	}
	fbundle_process_free(process);
}

static void print_bytes(struct fbundle *bundle, char **args)
{
	struct fbundle_process *process;
	size_t length = strtoul(args[2], NULL, 0);
	void *bytes = calloc(1, length);

	check(fbundle_process_open(bundle, task_of(bundle, args[0]), &process));
	check(fbundle_memory_read(fbundle_process_memory(process), strtoull(args[1], NULL, 16),
				  bytes, length));
	fwrite(bytes, 1, length, stdout);
	free(bytes);
	fbundle_process_free(process);
}

static void print_edge(const struct fbundle_wait *wait, int owner, const char *is_process,
		       bool certain)
{
	printf("%d %d %s %s %d %s %s %s %s\n", fbundle_wait_tid(wait), fbundle_wait_pid(wait),
	       fbundle_wait_kind(wait), or_dash(fbundle_wait_object(wait)), owner, is_process,
	       truth(certain), truth(fbundle_wait_is_stuck(wait)),
	       truth(fbundle_wait_has_timeout(wait)));
}

static void print_waits(struct fbundle *bundle)
{
	struct fbundle_waits *waits;

	check(fbundle_load_waits(bundle, &waits));
	for (size_t i = 0; i < fbundle_waits_count(waits); i++) {
		const struct fbundle_wait *wait = fbundle_waits_get(waits, i);
		bool certain = fbundle_wait_is_certain(wait);

		if (!fbundle_owners_count(wait))
			print_edge(wait, -1, "null", certain);
		for (size_t k = 0; k < fbundle_owners_count(wait); k++)
			print_edge(wait, fbundle_owner_tid(wait, k),
				   truth(fbundle_owner_is_process(wait, k)),
				   certain && fbundle_wait_owners_are_certain(wait));
	}
	for (size_t i = 0; i < fbundle_cycles_count(waits); i++) {
		printf("cycle");
		for (size_t k = 0; k < fbundle_cycle_size(waits, i); k++)
			printf(" %d", fbundle_cycle_tid(waits, i, k));
		printf("\n");
	}
	fbundle_waits_free(waits);
}

static void print_log(struct fbundle *bundle)
{
	struct fbundle_log *log;

	check(fbundle_load_log(bundle, &log));
	for (size_t i = 0; i < fbundle_log_count(log); i++) {
		const struct fbundle_record *record = fbundle_log_get(log, i);
		size_t length;
		const char *text = fbundle_record_text(record, &length);

		printf("%" PRIu64 " %u ", fbundle_record_time_ns(record) / 1000,
		       fbundle_record_level(record));
		put_escaped(text, length);
		printf("\n");
	}
	fbundle_log_free(log);
}

static void print_cores(struct fbundle *bundle)
{
	const struct fbundle_tasks *tasks;

	check(fbundle_load_tasks(bundle, &tasks));
	for (size_t i = 0; i < fbundle_cores_count(bundle); i++)
		printf("%s %d\n", fbundle_core_name(bundle, i), fbundle_core_pid(bundle, i));
}

/* An input of its own for each thread: stacks are unwound, in children, while other threads work. */
static void *unwind_all(void *path)
{
	struct fbundle *bundle;
	struct fbundle_stacks *stacks;
	size_t frames = 0;

	check(fbundle_open(path, NULL, &bundle));
	check(fbundle_load_stacks(bundle, NULL, 0, &stacks));
	for (size_t i = 0; i < fbundle_stacks_count(stacks); i++)
		frames += fbundle_frames_count(fbundle_stacks_get(stacks, i));
	fbundle_stacks_free(stacks);
	fbundle_close(bundle);
	return (void *)(uintptr_t)frames;
}

static void print_threads(char *path)
{
	pthread_t threads[3];
	void *frames[3];

	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, unwind_all, path))
			exit(1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], &frames[i]);
	printf("%s\n", truth(frames[0] && frames[0] == frames[1] && frames[1] == frames[2]));
}

int main(int argc, char **argv)
{
	struct fbundle_options *options;
	struct fbundle *bundle;
	const char *what = argc > 3 ? argv[3] : "";

	if (strcmp(what, "threads") == 0) {
		print_threads(argv[1]);
		return 0;
	}
	check(fbundle_options_create(&options));
	if (argc > 2 && *argv[2])
		check(fbundle_options_set_sysroot(options, argv[2]));
	check(fbundle_open(argc > 1 ? argv[1] : "", options, &bundle));
	fbundle_options_free(options);
	if (strcmp(what, "tasks") == 0)
		print_tasks(bundle);
	else if (strcmp(what, "waits") == 0)
		print_waits(bundle);
	else if (strcmp(what, "log") == 0)
		print_log(bundle);
	else if (strcmp(what, "cores") == 0)
		print_cores(bundle);
	else if (strcmp(what, "stack") == 0 && argc == 5)
		print_stack(bundle, argv[4]);
	else if (strcmp(what, "mappings") == 0 && argc == 5)
		print_mappings(bundle, argv[4]);
	else if (strcmp(what, "read") == 0 && argc == 7)
		print_bytes(bundle, argv + 4);
	else
		return 2;
	fbundle_close(bundle);
	return 0;
}
