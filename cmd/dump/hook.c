// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/dump/hook.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bundle/host/kdump_hook.h"

static struct fb_error *install(const char *root)
{
	char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return fb_error_os(errno, "cannot tell where fbundle is: /proc/self/exe");
	program[length] = '\0';
	return fb_kdump_hook_install(root, program);
}

/* What of it is not as it should be, each as a warning. */
static void warn_of(struct fb_warnings *warnings, const struct fb_kdump_hook *hook)
{
	if (!hook->kdump_tools)
		fb_warn(warnings, "kdump-tools is not installed: there is no " FB_KDUMP_DEFAULTS);
	else if (!hook->configured)
		fb_warn(warnings, FB_KDUMP_DEFAULTS " has not the PATH that leads to fbundle: "
						    "`fbundle dump --install` adds it");
	if (!hook->script)
		fb_warn(warnings, "there is no " FB_KDUMP_HOOK_SCRIPT ": `fbundle dump --install` "
				  "makes it");
	else if (!hook->runs)
		fb_warn(warnings, FB_KDUMP_HOOK_SCRIPT " names no program that is there: `fbundle "
						       "dump --install` renews it");
}

static struct fb_error *check(struct fb_context *context, const char *root)
{
	struct fb_kdump_hook hook;
	struct fb_error *err = fb_kdump_hook_check(root, &hook);

	if (err)
		return err;
	warn_of(context->warnings, &hook);
	if (hook.configured && hook.runs)
		fb_print(context->output, FB_STYLE_GOOD,
			 "kdump-tools saves dumps by fbundle (" FB_KDUMP_HOOK_SCRIPT ")\n");
	else
		fb_print(context->output, FB_STYLE_WARN,
			 "kdump-tools does not save dumps by fbundle\n");
	return NULL;
}

struct fb_error *fb_hook_run(struct fb_context *context, enum fb_hook_action action,
			     const char *root)
{
	struct fb_error *err;

	if (action == FB_HOOK_NONE)
		fb_usage_error("dump", "--root goes with --install, --uninstall or --check");
	if (context->arg_count)
		fb_usage_error("dump", "--install, --uninstall and --check take no INPUT: '%s'",
			       context->args[0]);
	if (context->options.json)
		fb_usage_error("dump", "--install, --uninstall and --check give no JSON: `fbundle "
				       "doctor --json` has what --check says");
	err = fb_context_output(context);
	if (err)
		return err;
	if (action == FB_HOOK_CHECK)
		return check(context, root ? root : "");
	err = action == FB_HOOK_INSTALL ? install(root ? root : "")
					: fb_kdump_hook_uninstall(root ? root : "");
	if (!err)
		fb_print(context->output, FB_STYLE_GOOD, "%s\n",
			 action == FB_HOOK_INSTALL
				 ? "kdump-tools saves the next dump by fbundle"
				 : "kdump-tools saves the next dump by makedumpfile");
	return err;
}
