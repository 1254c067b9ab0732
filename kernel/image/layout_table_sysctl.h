/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for the values of /proc/sys. Included only by layout_table.h, several times, so that it
 * has no include guard.
 */

/* include/linux/sysctl.h */
FB_PART("the values of /proc/sys")
FB_FIELD(sysctl_root_dir, "ctl_table_root", "default_set.dir")
FB_FIELD(ctl_dir_tree, "ctl_dir", "root")
FB_SIZE(ctl_node, "ctl_node")
FB_FIELD(ctl_node_header, "ctl_node", "header")
FB_FIELD(ctl_header_table, "ctl_table_header", "ctl_table")
FB_FIELD(ctl_header_node, "ctl_table_header", "node")
FB_SIZE(ctl_table, "ctl_table")
FB_FIELD(ctl_table_name, "ctl_table", "procname")
FB_FIELD(ctl_table_data, "ctl_table", "data")
FB_FIELD(ctl_table_length, "ctl_table", "maxlen")
FB_FIELD(ctl_table_mode, "ctl_table", "mode")
FB_FIELD(ctl_table_handler, "ctl_table", "proc_handler")

/* Tables that each namespace has of its own. */
FB_PART("values of /proc/sys that each namespace has of its own")
FB_FIELD(net_sysctl_dir, "net", "sysctls.dir")
FB_FIELD(user_ns_sysctl_dir, "user_namespace", "set.dir")
FB_FIELD(ipc_ns_sysctl_dir, "ipc_namespace", "ipc_set.dir")   /* 1f5c135ee509, 5.19 */
FB_FIELD(ipc_ns_mq_sysctl_dir, "ipc_namespace", "mq_set.dir") /* dc55e35f9e81, 5.19 */
FB_FIELD(pid_ns_sysctl_dir, "pid_namespace", "set.dir")       /* 7863dcc72d0f, 6.14 */
