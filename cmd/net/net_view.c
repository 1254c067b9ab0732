// SPDX-License-Identifier: GPL-2.0-or-later
/* Which namespaces fbundle net shows, and what they, addresses and interfaces are called. Called by the other files of
 * this folder. */
#include "cmd/net/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool fb_net_is_shown(const struct fb_net_view *view, uint64_t net)
{
	return !view->chosen || !net || net == view->chosen;
}

json_t *fb_net_inode_json(const struct fb_net_view *view, uint64_t net)
{
	const struct fb_net *found = fb_nets_find(&view->nets, net);

	return found && found->inode ? json_integer(found->inode) : json_null();
}

void fb_net_heading(struct fb_context *context, const struct fb_net_view *view,
		    const struct fb_net *net)
{
	const struct fb_task *task = net->pid ? fb_tasks_by_tid(view->tasks, net->pid) : NULL;

	if (view->chosen)
		return;
	fb_print(context->output, FB_STYLE_BOLD, "%sNetwork namespace %u",
		 net == view->nets.nets ? "" : "\n", net->inode);
	if (task)
		fb_print(context->output, FB_STYLE_PLAIN, "  %u process%s: PID %d %s%s\n",
			 net->processes, net->processes == 1 ? "" : "es", net->pid,
			 fb_task_comm(task).text, net->processes == 1 ? "" : "...");
	else
		fb_print(context->output, FB_STYLE_PLAIN, "  no process\n");
}

void fb_net_ip_text(uint16_t family, const uint8_t *ip, char *to, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, ip, text, sizeof(text));
	snprintf(to, size, "%s", text);
}

bool fb_net_ip_is_zero(const uint8_t ip[16])
{
	static const uint8_t zero[16];

	return !memcmp(ip, zero, sizeof(zero));
}

void fb_net_prefix_text(uint16_t family, const uint8_t *ip, uint8_t prefix, char *to, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	fb_net_ip_text(family, ip, text, sizeof(text));
	if (!prefix)
		snprintf(to, size, "default");
	else if (prefix == (family == AF_INET ? 32 : 128))
		snprintf(to, size, "%s", text);
	else
		snprintf(to, size, "%s/%u", text, prefix);
}

const char *fb_net_word(const char *word, uint32_t number, char *to)
{
	if (word)
		return word;
	snprintf(to, FB_NET_NAME_TEXT, "%u", number);
	return to;
}

const char *fb_net_interface_text(const char name[FB_INTERFACE_NAME], int32_t index,
				  char to[FB_NET_NAME_TEXT])
{
	if (*name)
		return fb_text_escape(name, strlen(name), to, FB_NET_NAME_TEXT);
	if (index)
		snprintf(to, FB_NET_NAME_TEXT, "interface %d", index);
	else
		snprintf(to, FB_NET_NAME_TEXT, "?");
	return to;
}
