// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of /proc/sys that are names, or lists of names, of what the kernel has at other addresses than those in the
 * tables. Each function is the format of the handler with which kernel/sysctl/sysctl_handlers.h has it.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/sysctl/sysctl_private.h"

/* TCP_CA_NAME_MAX, IFNAMSIZ and the like are 16. */
#define NAME_SIZE 32u
/* Congestion controls that are loaded: some 20. */
#define MOST_NAMES 256u
/* TCP_CONG_NON_RESTRICTED */
#define NOT_RESTRICTED 1u

/* drivers/char/random.c: the same one until the next boot, which the first reader makes, or another one for each. */
struct fb_error *fb_sysctl_uuid(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				struct fb_buf *text)
{
	uint8_t uuid[16] = {0};
	struct fb_error *err = NULL;

	if (file->data)
		err = fb_space_read(fb_kernel_space(reader->kernel), file->data, uuid,
				    sizeof(uuid));
	if (!err && !uuid[8])
		err = fb_error_create(FB_NOT_FOUND, "it is made when it is read");
	for (unsigned i = 0; i < sizeof(uuid) && !err; i++)
		err = fb_buf_printf(text, "%s%02x",
				    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
	return err;
}

/* kernel/seccomp.c */
struct fb_error *fb_sysctl_seccomp(struct fb_sysctl_reader *reader,
				   const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	/* In the order of the file; SECCOMP_LOG_*. */
	static const struct {
		uint32_t bit;
		const char *name;
	} actions[] = {{1 << 0, "kill_process"}, {1 << 1, "kill_thread"}, {1 << 2, "trap"},
		       {1 << 3, "errno"},        {1 << 7, "user_notif"},  {1 << 4, "trace"},
		       {1 << 5, "log"},          {1 << 6, "allow"}};
	uint32_t logged = 0;
	struct fb_error *err =
		fb_kernel_variable_u32(reader->kernel, "seccomp_actions_logged", &logged);

	for (size_t i = 0; i < FB_ARRAY_SIZE(actions) && !err; i++)
		if (logged & actions[i].bit)
			err = fb_buf_printf(text, "%s%s", text->size ? " " : "", actions[i].name);
	return err;
}

/* Appends the name that the member of a struct of operations has. */
static struct fb_error *append_name(struct fb_sysctl_reader *reader, uint64_t base,
				    const char *type, const char *member, struct fb_buf *text)
{
	const char *const names[] = {member, NULL};
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	char name[NAME_SIZE];
	struct fb_field field;
	struct fb_error *err;

	if (!types || !fb_layout_find(types, type, names, member, &field))
		return fb_error_create(FB_NOT_FOUND, "this kernel's types have no %s.%s", type,
				       member);
	err = fb_space_string_whole(fb_kernel_space(reader->kernel), base + field.offset, name,
				    field.size < NAME_SIZE ? field.size + 1 : NAME_SIZE);
	return err ? err : fb_buf_printf(text, "%s%s", text->size ? " " : "", name);
}

/* net/core/sysctl_net_core.c */
struct fb_error *fb_sysctl_qdisc(struct fb_sysctl_reader *reader,
				 const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint64_t operations = 0;
	struct fb_error *err =
		fb_kernel_variable_u64(reader->kernel, "default_qdisc_ops", &operations);

	return err ? err : append_name(reader, operations, "Qdisc_ops", "id", text);
}

/* net/ipv4/tcp_cong.c: the data are a pointer of the network namespace to the operations. */
struct fb_error *fb_sysctl_congestion(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				      struct fb_buf *text)
{
	uint64_t operations = 0;
	struct fb_error *err =
		fb_space_u64(fb_kernel_space(reader->kernel), file->data, &operations);

	return err ? err : append_name(reader, operations, "tcp_congestion_ops", "name", text);
}

/* A list whose members' names are wanted. */
struct named_list {
	struct fb_sysctl_reader *reader;
	struct fb_buf *text;
	const char *type;
	struct fb_field link, flags;
	uint32_t wanted; /* flags that must be set */
};

static struct fb_error *append_member(void *context, uint64_t entry)
{
	struct named_list *list = context;
	uint64_t base = entry - list->link.offset, flags = 0;
	struct fb_error *err = NULL;

	if (list->wanted)
		err = fb_kernel_field(list->reader->kernel, base, &list->flags, &flags);
	if (err || (list->wanted & ~flags))
		return err;
	return append_name(list->reader, base, list->type, "name", list->text);
}

static struct fb_error *print_list(struct named_list *list, const char *head)
{
	const struct fb_btf *types = fb_kernel_types(list->reader->kernel);
	const char *const link[] = {"list", NULL}, *const flags[] = {"flags", NULL};
	uint64_t address = 0;
	struct fb_error *err = fb_kernel_symbol(list->reader->kernel, head, &address);

	if (err)
		return err;
	if (!types || !fb_layout_find(types, list->type, link, "list", &list->link) ||
	    (list->wanted && !fb_layout_find(types, list->type, flags, "flags", &list->flags)))
		return fb_error_create(FB_NOT_FOUND, "this kernel's types have no %s", list->type);
	return fb_kernel_list(list->reader->kernel, address, MOST_NAMES, append_member, list);
}

struct fb_error *fb_sysctl_congestions(struct fb_sysctl_reader *reader,
				       const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	struct named_list list = {.reader = reader, .text = text, .type = "tcp_congestion_ops"};

	return print_list(&list, "tcp_cong_list");
}

struct fb_error *fb_sysctl_allowed_congestions(struct fb_sysctl_reader *reader,
					       const struct fb_sysctl *file FB_UNUSED,
					       struct fb_buf *text)
{
	struct named_list list = {.reader = reader,
				  .text = text,
				  .type = "tcp_congestion_ops",
				  .wanted = NOT_RESTRICTED};

	return print_list(&list, "tcp_cong_list");
}

/* net/ipv4/tcp_ulp.c */
struct fb_error *fb_sysctl_upper_protocols(struct fb_sysctl_reader *reader,
					   const struct fb_sysctl *file FB_UNUSED,
					   struct fb_buf *text)
{
	struct named_list list = {.reader = reader, .text = text, .type = "tcp_ulp_ops"};

	return print_list(&list, "tcp_ulp_list");
}

/* net/ipv6/addrconf.c: struct ipv6_stable_secret, a bool and an address. Reading one that was not set is EIO. */
struct fb_error *fb_sysctl_secret(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				  struct fb_buf *text)
{
	const char *const names[] = {"secret", NULL};
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	char address[INET6_ADDRSTRLEN];
	uint8_t is_set = 0, secret[16];
	struct fb_field field;
	struct fb_error *err = fb_space_u8(fb_kernel_space(reader->kernel), file->data, &is_set);

	if (err)
		return err;
	if (!is_set || !types ||
	    !fb_layout_find(types, "ipv6_stable_secret", names, "secret", &field))
		return fb_error_create(FB_NOT_FOUND, "it is not set");
	err = fb_space_read(fb_kernel_space(reader->kernel), file->data + field.offset, secret,
			    sizeof(secret));
	inet_ntop(AF_INET6, secret, address, sizeof(address));
	return err ? err : fb_buf_append(text, address, strlen(address));
}
