// SPDX-License-Identifier: GPL-2.0-or-later
/* Which namespaces fbundle net shows, and what they are called. Called by the other files of this folder. */
#include "cmd/net/net.h"

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
