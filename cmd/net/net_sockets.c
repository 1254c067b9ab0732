// SPDX-License-Identifier: GPL-2.0-or-later
/* fbundle net: the list of sockets, as text and as JSON. Called by net.c. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/part.h"
#include "base/text.h"
#include "cmd/net/net.h"
#include "kernel/files/socket.h"
#include "kernel/net/socket_queues.h"
#include "kernel/net/sockets.h"

/* Processes that are named for one socket in the table. */
#define MOST_NAMED 3u

/* What a row is made of. */
struct row {
	const struct fb_listed_socket *listed;
	struct fb_socket socket;
	struct fb_socket_queues queues;
	bool queues_known;
	const struct fb_held_file *holders; /* borrowed; ordered by process */
	size_t holder_count;
};

struct printer {
	struct fb_context *context;
	const struct fb_net_view *view;
	struct fb_held_files *held;
	struct fb_sockets sockets;
	size_t of_kernel; /* netlink sockets of the kernel's own that the table leaves out */
};

/* False: it could be read when it was listed, and no more, or is in a namespace that is not shown. */
static struct fb_error *read_row(const struct printer *printer,
				 const struct fb_listed_socket *listed, struct row *row,
				 bool *shown_ret)
{
	struct fb_kernel *kernel = printer->view->kernel;
	struct fb_error *err;

	*shown_ret = fb_net_is_shown(printer->view, listed->net);
	if (!*shown_ret)
		return NULL;
	*row = (struct row){.listed = listed};
	err = fb_sock_read(kernel, listed->sock, &row->socket);
	if (err) {
		*shown_ret = false;
		return fb_part_warn(fb_kernel_warnings(kernel), err, "a socket");
	}
	err = fb_socket_queues_read(kernel, &row->socket, &row->queues);
	row->queues_known = !err;
	if (!err)
		row->socket.sock_state = row->queues.state;
	if (listed->socket)
		row->holders =
			fb_held_by_private(printer->held, listed->socket, &row->holder_count);
	return fb_part_warn(fb_kernel_warnings(kernel), err, "the queues of a socket");
}

/* An accept queue that takes no more: sk_acceptq_is_full(), and unix_recvq_full(). */
static bool is_full(const struct row *row)
{
	return row->queues_known && row->socket.sock_state == FB_TCP_LISTEN &&
	       row->queues.receive > row->queues.send;
}

static json_t *number(bool known, uint64_t value)
{
	return known ? json_integer((json_int_t)value) : json_null();
}

static json_t *timer_json(const struct printer *printer, const struct row *row)
{
	const char *name = row->queues_known ? fb_socket_timer_name(row->queues.timer) : NULL;
	json_t *object;

	if (!name)
		return json_null();
	object = json_object();
	json_object_set_new(object, "kind", json_string(name));
	json_object_set_new(object, "expires_s",
			    printer->view->time_known
				    ? fb_json_seconds(-fb_jiffies_since(&printer->view->jiffies,
									row->queues.expires))
				    : json_null());
	return object;
}

static json_t *holders_json(const struct printer *printer, const struct row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->holder_count; i++) {
		const struct fb_task *task =
			fb_tasks_by_tid(printer->view->tasks, row->holders[i].pid);
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(row->holders[i].pid));
		json_object_set_new(object, "comm",
				    task ? fb_json_bytes(task->comm, sizeof(task->comm))
					 : json_null());
		json_object_set_new(object, "fd", json_integer(row->holders[i].fd));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *found_json(uint8_t found_in)
{
	json_t *list = json_array();

	if (found_in & FB_SOCKET_IN_TABLE)
		json_array_append_new(list, json_string("table"));
	if (found_in & FB_SOCKET_IN_FILES)
		json_array_append_new(list, json_string("files"));
	return list;
}

static void add_queues_json(const struct row *row, json_t *object)
{
	const struct fb_socket_queues *queues = &row->queues;
	bool known = row->queues_known;
	bool tcp = known && row->listed->protocol == IPPROTO_TCP;

	json_object_set_new(object, "recv_q", number(known, queues->receive));
	json_object_set_new(object, "send_q", number(known, queues->send));
	json_object_set_new(
		object, "half_open",
		number(tcp && row->socket.sock_state == FB_TCP_LISTEN, queues->half_open));
	json_object_set_new(object, "receive_memory", number(known, queues->receive_memory));
	json_object_set_new(object, "receive_limit", number(known, queues->receive_limit));
	json_object_set_new(object, "send_memory", number(known, queues->send_memory));
	json_object_set_new(object, "send_limit", number(known, queues->send_limit));
	json_object_set_new(object, "drops", number(known, queues->drops));
	json_object_set_new(object, "retransmits", number(tcp, queues->retransmits));
	json_object_set_new(object, "probes", number(tcp, queues->probes));
	json_object_set_new(object, "retransmitted", number(tcp, queues->retransmitted));
}

static json_t *row_json(const struct printer *printer, const struct row *row)
{
	const struct fb_socket *socket = &row->socket;
	json_t *object = json_object();

	json_object_set_new(object, "netid", fb_json_text(fb_listed_socket_netid(row->listed)));
	json_object_set_new(object, "family", fb_json_text(fb_socket_family_name(socket->family)));
	json_object_set_new(object, "type", fb_json_text(fb_socket_type_name(socket->type)));
	json_object_set_new(object, "protocol", json_integer(socket->protocol));
	json_object_set_new(object, "state", json_string(fb_socket_state_name(socket)));
	json_object_set_new(object, "local", fb_json_text(*socket->local ? socket->local : NULL));
	json_object_set_new(object, "peer", fb_json_text(*socket->peer ? socket->peer : NULL));
	add_queues_json(row, object);
	json_object_set_new(object, "timer", timer_json(printer, row));
	json_object_set_new(object, "inode", json_integer((json_int_t)socket->inode));
	json_object_set_new(object, "sock", fb_json_hex(socket->address));
	json_object_set_new(object, "net", fb_net_inode_json(printer->view, row->listed->net));
	json_object_set_new(object, "found_in", found_json(row->listed->found_in));
	json_object_set_new(object, "processes", holders_json(printer, row));
	return object;
}

static struct fb_error *make_json(struct printer *printer, json_t *answer)
{
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (size_t i = 0; i < printer->sockets.count && !err; i++) {
		struct row row;
		bool shown;

		err = read_row(printer, &printer->sockets.sockets[i], &row, &shown);
		if (!err && shown)
			json_array_append_new(list, row_json(printer, &row));
	}
	json_object_set_new(answer, "sockets", list);
	return err;
}

/* "nginx[208] fd 8, nginx[210] fd 8, 3 more". A process that has it at several descriptors is named for each. */
static void holders_text(const struct printer *printer, const struct row *row, char *to,
			 size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < row->holder_count && i < MOST_NAMED && used < size; i++) {
		const struct fb_held_file *holder = &row->holders[i];
		const struct fb_task *task = fb_tasks_by_tid(printer->view->tasks, holder->pid);

		used += (size_t)snprintf(to + used, size - used, "%s%s[%d] fd %u", i ? ", " : "",
					 task ? fb_task_comm(task).text : "?", holder->pid,
					 holder->fd);
	}
	if (row->holder_count > MOST_NAMED && used < size)
		snprintf(to + used, size - used, ", %zu more", row->holder_count - MOST_NAMED);
}

/* "on 1.2 s, 7 retransmits". */
static void timer_text(const struct printer *printer, const struct row *row, char *to, size_t size)
{
	const struct fb_socket_queues *queues = &row->queues;
	const char *name = row->queues_known ? fb_socket_timer_name(queues->timer) : NULL;
	size_t used;

	to[0] = '\0';
	if (!name)
		return;
	used = (size_t)snprintf(to, size, "%s", name);
	if (printer->view->time_known) {
		double left = -fb_jiffies_since(&printer->view->jiffies, queues->expires);
		char duration[48];

		used += (size_t)snprintf(
			to + used, size - used, " %s",
			left < 0 ? "due" : fb_text_duration(left, duration, sizeof(duration)));
	}
	if (queues->retransmits && used < size)
		used += (size_t)snprintf(to + used, size - used, ", %u retransmit%s",
					 queues->retransmits, queues->retransmits == 1 ? "" : "s");
	if (queues->probes && used < size)
		snprintf(to + used, size - used, ", %u probe%s", queues->probes,
			 queues->probes == 1 ? "" : "s");
}

static struct fb_error *queue_cell(struct fb_table *table, const struct row *row, uint64_t value)
{
	if (!row->queues_known)
		return fb_table_cell(table, FB_STYLE_WARN, "?");
	return fb_table_cell(table,
			     is_full(row) ? FB_STYLE_BAD
			     : value      ? FB_STYLE_PLAIN
					  : FB_STYLE_DIM,
			     "%" PRIu64, value);
}

static struct fb_error *add_row(const struct printer *printer, struct fb_table *table,
				const struct row *row)
{
	const struct fb_socket *socket = &row->socket;
	const char *netid = fb_listed_socket_netid(row->listed);
	const char *family = fb_socket_family_name(socket->family);
	char text[320];
	struct fb_error *err;

	err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", netid ? netid : family ? family : "?");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", fb_socket_state_name(socket));
	if (!err)
		err = queue_cell(table, row, row->queues.receive);
	if (!err)
		err = queue_cell(table, row, row->queues.send);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s",
				    *socket->local ? socket->local : "*");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    *socket->peer ? socket->peer : "*");
	if (!err)
		err = socket->inode ? fb_table_cell(table, FB_STYLE_DIM, "%" PRIu64, socket->inode)
				    : fb_table_cell(table, FB_STYLE_DIM, "-");
	timer_text(printer, row, text, sizeof(text));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
	holders_text(printer, row, text, sizeof(text));
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
}

/* A netlink socket of the kernel's own, whose port is 0: every namespace has some twenty, and none ever tells
 * anything. */
static bool is_of_kernel(const struct row *row)
{
	return row->socket.family == AF_NETLINK && !row->holder_count &&
	       !strncmp(row->socket.local, "pid 0,", strlen("pid 0,"));
}

/* The table of one namespace; 0: of sockets whose namespace is unknown. */
static struct fb_error *print_table(struct printer *printer, uint64_t net, size_t *count_ret)
{
	static const struct fb_column columns[] = {
		{"NETID", FB_LEFT},   {"STATE", FB_LEFT}, {"RECV-Q", FB_RIGHT},
		{"SEND-Q", FB_RIGHT}, {"LOCAL", FB_LEFT}, {"PEER", FB_LEFT},
		{"INODE", FB_RIGHT},  {"TIMER", FB_LEFT}, {"PROCESSES", FB_LEFT_CUT},
	};
	struct fb_table *table = NULL;
	size_t count = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < printer->sockets.count && !err; i++) {
		struct row row;
		bool shown = printer->sockets.sockets[i].net == net;

		if (shown)
			err = read_row(printer, &printer->sockets.sockets[i], &row, &shown);
		if (err || !shown)
			continue;
		if (is_of_kernel(&row)) {
			printer->of_kernel++;
			continue;
		}
		count++;
		err = add_row(printer, table, &row);
	}
	if (!err && count)
		fb_table_print(table, printer->context->output);
	fb_table_destroy(table);
	*count_ret = count;
	return err;
}

static struct fb_error *print_namespace(struct printer *printer, const struct fb_net *net)
{
	struct fb_output *output = printer->context->output;
	size_t count;
	struct fb_error *err;

	fb_net_heading(printer->context, printer->view, net);
	err = print_table(printer, net->address, &count);
	if (!err && !count)
		fb_print(output, FB_STYLE_PLAIN, "no sockets\n");
	return err;
}

static struct fb_error *print_text(struct printer *printer)
{
	struct fb_error *err = NULL;
	size_t count;

	for (size_t i = 0; i < printer->view->nets.count && !err; i++)
		if (fb_net_is_shown(printer->view, printer->view->nets.nets[i].address))
			err = print_namespace(printer, &printer->view->nets.nets[i]);
	if (!err)
		err = print_table(printer, 0, &count);
	if (!err && printer->of_kernel)
		fb_print(printer->context->output, FB_STYLE_DIM,
			 "%s%zu netlink sockets of the kernel's own are in --json alone\n", "\n",
			 printer->of_kernel);
	return err;
}

struct fb_error *fb_net_sockets(struct fb_context *context, const struct fb_net_view *view,
				json_t *answer)
{
	struct printer printer = {.context = context, .view = view};
	struct fb_error *err = fb_held_files_create(view->kernel, view->tasks, &printer.held);

	if (!err)
		err = fb_sockets_load(view->kernel, &view->nets, printer.held, &printer.sockets);
	if (!err)
		err = answer ? make_json(&printer, answer) : print_text(&printer);
	fb_sockets_deinit(&printer.sockets);
	fb_held_files_destroy(printer.held);
	return err;
}
