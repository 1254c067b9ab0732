/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share: the walk through the tables, and the reading of values. */
#ifndef FB_KERNEL_SYSCTL_PRIVATE_H
#define FB_KERNEL_SYSCTL_PRIVATE_H

#include "base/buf.h"
#include "kernel/sysctl/sysctl.h"
#include "kernel/time/jiffies.h"

/* The longest text of a value: sysctl strings have up to 4 KiB, bitmaps of 65,536 ports some more. */
#define FB_SYSCTL_TEXT 65536u
/* "bpf_jit_enable"; PATH_MAX is far more. */
#define FB_SYSCTL_NAME 512u

struct fb_sysctl_reader {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_modules *modules; /* may be NULL */
	struct fb_sysctl_view view;
	struct fb_jiffies jiffies;
	bool time_known;    /* of jiffies */
	uint64_t text_left; /* bytes that the texts of all values may still take */
	/* How many values could not be read, and of the first one its name and why; owned. */
	size_t unreadable;
	char *first_name;
	struct fb_error *first_error;
};

/* Calls add() for each file of the tree at dir (address of a struct ctl_dir), with its name from the tree's root on and
 * all else but text and state; add() copies the name. Links to other trees are left out. What is damaged below dir is a
 * warning. *steps is lowered by each file and directory, and by each 64 bytes of its name; FB_LIMIT where it becomes 0.
 */
FB_MUST_CHECK struct fb_error *
fb_sysctl_walk(struct fb_kernel *kernel, uint64_t dir, uint64_t *steps,
	       struct fb_error *(*add)(void *context, const struct fb_sysctl *file), void *context);

/* Sets state and text of a file by its handler. Only fatal errors are returned; others are counted in the reader, one
 * of which is that text_left is used up. */
FB_MUST_CHECK struct fb_error *fb_sysctl_read(struct fb_sysctl_reader *reader,
					      struct fb_sysctl *file);

/* Functions that write the text of one file, without a line end. FB_NOT_FOUND: how it is computed is not known. */
typedef struct fb_error *fb_sysctl_format(struct fb_sysctl_reader *reader,
					  const struct fb_sysctl *file, struct fb_buf *text);

/* The format of the files whose handler has this name; NULL: not known. */
fb_sysctl_format *fb_sysctl_format_of(const char *handler);

/* Those that do not print just what is at the data's address: sysctl_computed.c and sysctl_names.c. */
fb_sysctl_format fb_sysctl_static_key, fb_sysctl_schedstats, fb_sysctl_delayacct,
	fb_sysctl_balancing, fb_sysctl_taint, fb_sysctl_threads, fb_sysctl_kprobes, fb_sysctl_sysrq,
	fb_sysctl_watchdog, fb_sysctl_hard_watchdog, fb_sysctl_soft_watchdog, fb_sysctl_dentries,
	fb_sysctl_inodes, fb_sysctl_files, fb_sysctl_quota, fb_sysctl_hugepages,
	fb_sysctl_more_hugepages, fb_sysctl_last_pid, fb_sysctl_ctrl_alt_del_pid,
	fb_sysctl_kexec_limit, fb_sysctl_capabilities, fb_sysctl_port_range, fb_sysctl_group_range,
	fb_sysctl_neighbour_queue;
fb_sysctl_format fb_sysctl_uuid, fb_sysctl_seccomp, fb_sysctl_qdisc, fb_sysctl_congestion,
	fb_sysctl_congestions, fb_sysctl_allowed_congestions, fb_sysctl_upper_protocols,
	fb_sysctl_secret;

#endif
