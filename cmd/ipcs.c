// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle ipcs: semaphore sets, shared memory and message queues of all IPC namespaces, in the words of ipcs, with what
 * it does not tell: the semaphores' values, who used them last, and who waits.
 */
#include "kernel/ipc/ipc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/ipcs_json.h"
#include "cmd/shared/command.h"

/* Semaphores of a set, and waiting threads, that a person is shown. */
#define SHORT_LIST 8u

static const struct fb_example examples[] = {
	{"All IPC objects, and who waits for them", "fbundle ipcs dump.202611231722", false},
	{"Only message queues", "fbundle ipcs dump.202611231722 --queues", false},
	{0},
};

/* Which kinds are asked for; none: all. */
struct asked {
	bool kind[FB_IPC_KINDS];
};

static const struct argp_option options[] = {
	{"semaphores", 's', NULL, 0, "semaphore sets", 0},
	{"shmems", 'm', NULL, 0, "shared memory", 0},
	{"queues", 'q', NULL, 0, "message queues, those of POSIX too", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct asked *asked = own;

	(void)arg;
	(void)state;
	switch (key) {
	case 's':
		asked->kind[FB_IPC_SEMAPHORE_SET] = true;
		return 0;
	case 'm':
		asked->kind[FB_IPC_SHARED_MEMORY] = true;
		return 0;
	case 'q':
		asked->kind[FB_IPC_MESSAGE_QUEUE] = true;
		asked->kind[FB_IPC_POSIX_QUEUE] = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Lists the semaphore sets, shared memory and message queues of each IPC namespace, with who used them "
	       "last and which threads wait for them.",
	.options = options,
	.parse = parse,
	.examples = examples,
};

static bool is_asked(const struct asked *asked, enum fb_ipc_kind kind)
{
	for (unsigned i = 0; i < FB_IPC_KINDS; i++)
		if (asked->kind[i])
			return asked->kind[kind];
	return true;
}

static void append(char *to, size_t size, const char *text)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? " " : "", text);
}

/* "131 132 3 more" */
static struct fb_error *waiters_cell(struct fb_table *table, const struct fb_ipc_object *object)
{
	char text[256] = "", one[64];

	for (size_t i = 0; i < object->waiter_count; i++) {
		const struct fb_ipc_waiter *waiter = &object->waiters[i];
		const char *how = waiter->kind == FB_IPC_RECEIVE ? "receives:"
				  : waiter->kind == FB_IPC_SEND  ? "sends:"
								 : "";

		if (i == SHORT_LIST) {
			snprintf(one, sizeof(one), "%zu more", object->waiter_count - i);
			append(text, sizeof(text), one);
			break;
		}
		if (waiter->task)
			snprintf(one, sizeof(one), "%s%d", how, waiter->task->tid);
		else
			snprintf(one, sizeof(one), "%sunknown", how);
		append(text, sizeof(text), one);
	}
	return fb_table_cell(table, FB_STYLE_WARN, "%s", text);
}

/* The cells that all System V objects begin with: KEY ID OWNER PERMS. */
static struct fb_error *common_cells(struct fb_table *table, const struct fb_ipc_object *object)
{
	struct fb_error *err = fb_table_cell(table, FB_STYLE_PLAIN, "0x%08x", object->key);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%d", object->id);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%u", object->uid);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%o", object->mode & 0777);
}

static struct fb_error *pid_cell(struct fb_table *table, int32_t pid)
{
	return pid ? fb_table_cell(table, FB_STYLE_PLAIN, "%d", pid)
		   : fb_table_cell(table, FB_STYLE_DIM, "-");
}

/* "1:147 0:150(2)": numbers of semaphores and PIDs, and how much where that is more than one. */
static struct fb_error *holders_cell(struct fb_table *table, const struct fb_ipc_object *object)
{
	char text[256] = "", one[64], who[16];

	for (size_t i = 0; i < object->holder_count; i++) {
		const struct fb_ipc_holder *holder = &object->holders[i];

		if (i == SHORT_LIST) {
			snprintf(one, sizeof(one), "%zu more", object->holder_count - i);
			append(text, sizeof(text), one);
			break;
		}
		snprintf(who, sizeof(who), "%d", holder->task ? holder->task->pid : 0);
		snprintf(one, sizeof(one), "%u:%s", holder->number, holder->task ? who : "unknown");
		append(text, sizeof(text), one);
		if (holder->units > 1) {
			snprintf(one, sizeof(one), "(%d)", holder->units);
			append(text, sizeof(text), one);
		}
	}
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s", *text ? text : "-");
}

static struct fb_error *set_row(struct fb_table *table, const struct fb_ipc_object *object)
{
	char values[160] = "", pids[160] = "", one[32];
	struct fb_error *err = common_cells(table, object);

	for (size_t i = 0; i < object->semaphore_count; i++) {
		if (i == SHORT_LIST) {
			snprintf(one, sizeof(one), "%zu more", object->semaphore_count - i);
			append(values, sizeof(values), one);
			break;
		}
		snprintf(one, sizeof(one), "%d", object->semaphores[i].value);
		append(values, sizeof(values), one);
		snprintf(one, sizeof(one), "%d", object->semaphores[i].pid);
		append(pids, sizeof(pids), object->semaphores[i].pid ? one : "-");
	}
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%zu", object->semaphore_count);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", values);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", pids);
	if (!err)
		err = holders_cell(table, object);
	return err ? err : waiters_cell(table, object);
}

static struct fb_error *size_cell(struct fb_table *table, bool known, uint64_t bytes)
{
	char text[32];

	return known ? fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				     fb_text_size(bytes, text, sizeof(text)))
		     : fb_table_cell(table, FB_STYLE_DIM, "unknown");
}

static struct fb_error *memory_row(struct fb_table *table, const struct fb_ipc_object *object)
{
	struct fb_error *err = common_cells(table, object);

	if (!err)
		err = size_cell(table, true, object->size);
	if (!err)
		err = size_cell(table, object->resident_known, object->resident);
	if (!err)
		err = size_cell(table, object->swapped_known, object->swapped);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, object->attaches);
	if (!err)
		err = pid_cell(table, object->creator_pid);
	if (!err)
		err = pid_cell(table, object->last_pid);
	return err ? err
		   : fb_table_cell(table, FB_STYLE_WARN, "%s%s",
				   object->mode & 01000 ? "removed, but attached " : "",
				   object->mode & 02000 ? "locked" : "");
}

static struct fb_error *queue_row(struct fb_table *table, const struct fb_ipc_object *object)
{
	struct fb_error *err = common_cells(table, object);

	if (!err)
		err = size_cell(table, true, object->bytes);
	if (!err)
		err = size_cell(table, true, object->most_bytes);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, object->messages);
	if (!err)
		err = pid_cell(table, object->sender_pid);
	if (!err)
		err = pid_cell(table, object->receiver_pid);
	return err ? err : waiters_cell(table, object);
}

static struct fb_error *posix_row(struct fb_table *table, const struct fb_ipc_object *object)
{
	struct fb_error *err = fb_table_cell(table, FB_STYLE_BOLD, "%s%s", object->name ? "/" : "",
					     object->name ? object->name : "removed, but open");

	if (!err)
		err = size_cell(table, true, object->bytes);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, object->messages);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu64, object->most_messages);
	if (!err)
		err = size_cell(table, true, object->message_size);
	return err ? err : waiters_cell(table, object);
}

#define COMMON_COLUMNS                                           \
	{"KEY", FB_LEFT}, {"ID", FB_RIGHT}, {"OWNER", FB_RIGHT}, \
	{                                                        \
		"PERMS", FB_RIGHT                                \
	}
#define MOST_COLUMNS 12u

/* How each kind is shown: the columns end with one without a heading. */
static const struct {
	const char *title;
	struct fb_error *(*row)(struct fb_table *table, const struct fb_ipc_object *object);
	struct fb_column columns[MOST_COLUMNS];
} kinds[FB_IPC_KINDS] = {
	[FB_IPC_SEMAPHORE_SET] = {"Semaphore sets",
				  set_row,
				  {COMMON_COLUMNS,
				   {"NSEMS", FB_RIGHT},
				   {"VALUES", FB_LEFT},
				   {"LAST-PIDS", FB_LEFT},
				   {"HELD", FB_LEFT},
				   {"WAITING", FB_LEFT}}},
	[FB_IPC_SHARED_MEMORY] = {"Shared memory",
				  memory_row,
				  {COMMON_COLUMNS,
				   {"SIZE", FB_RIGHT},
				   {"RESIDENT", FB_RIGHT},
				   {"SWAPPED", FB_RIGHT},
				   {"NATTCH", FB_RIGHT},
				   {"CPID", FB_RIGHT},
				   {"LPID", FB_RIGHT},
				   {"STATUS", FB_LEFT}}},
	[FB_IPC_MESSAGE_QUEUE] = {"Message queues",
				  queue_row,
				  {COMMON_COLUMNS,
				   {"USED", FB_RIGHT},
				   {"MOST", FB_RIGHT},
				   {"MESSAGES", FB_RIGHT},
				   {"LSPID", FB_RIGHT},
				   {"LRPID", FB_RIGHT},
				   {"WAITING", FB_LEFT}}},
	[FB_IPC_POSIX_QUEUE] = {"POSIX message queues",
				posix_row,
				{{"NAME", FB_LEFT},
				 {"USED", FB_RIGHT},
				 {"MESSAGES", FB_RIGHT},
				 {"MOST", FB_RIGHT},
				 {"MSGSIZE", FB_RIGHT},
				 {"WAITING", FB_LEFT}}},
};

static struct fb_error *print_kind(struct fb_context *context,
				   const struct fb_ipc_namespace *namespace, enum fb_ipc_kind kind)
{
	struct fb_table *table = NULL;
	size_t columns = 0, count = 0;
	struct fb_error *err;

	for (size_t i = 0; i < namespace->count; i++)
		count += namespace->objects[i].kind == kind;
	if (!count)
		return NULL;
	while (columns < MOST_COLUMNS && kinds[kind].columns[columns].heading)
		columns++;
	err = fb_table_create(kinds[kind].columns, columns, &table);
	for (size_t i = 0; i < namespace->count && !err; i++)
		if (namespace->objects[i].kind == kind)
			err = kinds[kind].row(table, &namespace->objects[i]);
	if (!err) {
		fb_print(context->output, FB_STYLE_BOLD, "\n%s\n", kinds[kind].title);
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, const struct asked *asked,
				   const struct fb_ipc *ipc)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < ipc->count && !err; i++) {
		const struct fb_ipc_namespace *namespace = &ipc->namespaces[i];
		size_t count = 0;

		for (size_t k = 0; k < namespace->count; k++)
			count += is_asked(asked, namespace->objects[k].kind);
		fb_put("%sIPC namespace %" PRIu64, i ? "\n" : "", namespace->inode);
		if (namespace->pid)
			fb_put(", of PID %d", namespace->pid);
		fb_put("%s\n", count ? "" : ": no objects");
		for (unsigned kind = 0; kind < FB_IPC_KINDS && !err; kind++)
			if (is_asked(asked, kind))
				err = print_kind(context, namespace, kind);
	}
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct asked asked = {0};
	struct fb_ipc ipc = {0};
	const struct fb_tasks *tasks = NULL;
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &asked);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_input_tasks(input, &tasks);
	if (!err)
		err = fb_input_explain(input, "IPC objects cannot be read",
				       fb_ipc_load(fb_input_kernel(input), tasks, &ipc));
	if (!err)
		err = context->options.json
			      ? fb_json_print("ipcs", fb_ipcs_json(&ipc), context->warnings)
			      : print_text(context, &asked, &ipc);
	fb_ipc_deinit(&ipc);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_ipcs = {
	.name = "ipcs",
	.summary = "semaphores, shared memory, message queues",
	.run = run,
	.usage = &usage,
};
