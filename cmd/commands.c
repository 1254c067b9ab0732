// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/shared/command.h"

/* clang-format off */
const struct fb_command *const fb_commands[] = {
	&fb_command_merge,
	&fb_command_info,
	&fb_command_check,
	&fb_command_ps,
	&fb_command_bt,
	&fb_command_vm,
	&fb_command_rd,
	&fb_command_vtop,
	&fb_command_files,
	&fb_command_mounts,
	&fb_command_mem,
	&fb_command_cpus,
	&fb_command_cgroups,
	&fb_command_workqueues, &fb_command_log,
	&fb_command_mods,
	&fb_command_sym,
	&fb_command_struct,
	&fb_command_list,
	&fb_command_tree,
	&fb_command_extract,
	&fb_command_verify,
	&fb_command_waits,
	&fb_command_report,
	&fb_command_capture,
	&fb_command_dump,
	&fb_command_doctor,
	&fb_command_shell,
	NULL,
};
