// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of the folder, by the names under which sosreport has what they are about. What sosreport has no name for
 * is named as it names the output of a program: by its words.
 */
#include "cmd/report/sos/sos_files.h"

#include <stddef.h>

const char *const fb_sos_folders[] = {
	"sos_commands",
	"sos_commands/block",
	"sos_commands/cgroups",
	"sos_commands/ebpf",
	"sos_commands/fbundle",
	"sos_commands/filesys",
	"sos_commands/kernel",
	"sos_commands/memory",
	"sos_commands/networking",
	"sos_commands/nfs",
	"sos_commands/process",
	"sos_commands/sysvipc",
	"sos_logs",
	"sos_reports",
	NULL,
};

const struct fb_sos_file fb_sos_files[] = {
	{"sos_commands/fbundle/fbundle_info", {"info"}, NULL},
	{"sos_commands/fbundle/fbundle_check", {"check"}, NULL},
	{"sos_commands/fbundle/fbundle_signature", {"signature"}, NULL},
	{"sos_commands/fbundle/fbundle_waits", {"waits"}, NULL},
	{"sos_commands/fbundle/fbundle_bt_--panic", {"bt", "--panic"}, NULL},
	{"sos_commands/fbundle/fbundle_bt_--all_--group", {"bt", "--all", "--group"}, NULL},
	{"sos_commands/fbundle/fbundle_cpus", {"cpus"}, NULL},
	{"sos_commands/fbundle/fbundle_irq", {"irq"}, NULL},
	{"sos_commands/fbundle/fbundle_timers", {"timers"}, NULL},
	{"sos_commands/fbundle/fbundle_workqueues", {"workqueues"}, NULL},
	{"sos_commands/process/ps_auxwww", {"ps"}, "ps"},
	{"sos_commands/process/ps_auxwwwm", {"ps", "--threads"}, NULL},
	{"sos_commands/process/pstree_-lp", {"ps", "--tree"}, "pstree"},
	{"sos_commands/kernel/dmesg", {"log"}, "dmesg"},
	{"sos_commands/kernel/lsmod", {"mods"}, "lsmod"},
	{"sos_commands/kernel/sysctl_-a", {"sysctl"}, NULL},
	{"sos_commands/memory/free", {"mem"}, "free"},
	{"sos_commands/memory/slabtop", {"slab"}, NULL},
	{"sos_commands/memory/swapon_--bytes_--show", {"swap"}, NULL},
	{"sos_commands/networking/ss_-peaonmi", {"net"}, NULL},
	{"sos_commands/networking/ip_-o_addr", {"net", "--if"}, "ip_addr"},
	{"sos_commands/networking/ip_route_show_table_all", {"net", "--route"}, "ip_route"},
	{"sos_commands/networking/ip_-s_-s_neigh_show", {"net", "--neigh"}, NULL},
	{"sos_commands/nfs/fbundle_nfs", {"nfs"}, NULL},
	{"sos_commands/filesys/mount_-l", {"mounts"}, "mount"},
	{"sos_commands/block/fbundle_block", {"block"}, NULL},
	{"sos_commands/cgroups/systemd-cgls", {"cgroups"}, NULL},
	{"sos_commands/sysvipc/ipcs", {"ipcs"}, NULL},
	{"sos_commands/ebpf/bpftool_prog_list", {"bpf"}, NULL},
	{0},
};
