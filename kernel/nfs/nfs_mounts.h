/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounted file systems of NFS, with what /proc/self/mountstats and nfsstat -m tell of each (fs/nfs/super.c): where they
 * come from, with which options, and how often each procedure was called. Found in the list of all file systems. Called
 * by the command nfs.
 */
#ifndef FB_KERNEL_NFS_MOUNTS_H
#define FB_KERNEL_NFS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/nfs/rpc_layout.h"
#include "kernel/time/jiffies.h"

/* What was called of one procedure; times are sums. */
struct fb_nfs_procedure {
	char name[32]; /* "READ"; "": unknown; raw text */
	uint64_t calls, transmissions, timeouts;
	uint64_t bytes_sent, bytes_received;
	double queue_s, rtt_s, execute_s; /* until it was sent; until the answer; in all */
};

struct fb_nfs_mount {
	uint64_t superblock; /* address of the struct super_block */
	uint64_t server;     /* of its struct nfs_server */
	uint64_t client;     /* of its struct rpc_clnt */
	uint64_t
		main_client; /* of the rpc_clnt that all mounts from the server have in common; 0: unknown */
	uint32_t device;         /* dev_t, as the kernel has it */
	char type[16];           /* "nfs", "nfs4"; raw text */
	char host[256];          /* the server as it was named; raw text */
	uint32_t version, minor; /* of the protocol: 4, 2 */
	uint64_t flags;          /* NFS_MOUNT_* */
	uint32_t capabilities;
	uint32_t read_size, write_size; /* bytes of one call at most */
	uint32_t name_length;
	/* Seconds for which attributes of files and folders are kept; NaN: unknown. */
	double file_cache_s[2], folder_cache_s[2];
	double age_s;           /* since it was mounted; NaN: unknown */
	uint64_t writeback;     /* pages that are being written */
	char local_address[48]; /* the option clientaddr; "": none; raw text */
	uint64_t state;         /* bits of NFS4CLNT_*, of version 4 */
	double lease_s,
		renewed_s; /* how long a lease is, and since when it is; NaN: unknown, or none */
	bool has_session;  /* of version 4.1 and newer; the next three are known */
	uint32_t slots_used, slots, slot_waiters;
	struct fb_nfs_procedure *procedures; /* owned; those that were called */
	size_t procedure_count;
	bool procedures_known;
};

struct fb_nfs_mounts {
	struct fb_nfs_mount *mounts; /* owned; in the kernel's order */
	size_t count;
	bool complete; /* false: the list of file systems is broken, or one cannot be read */
};

/* What is damaged is missing, with a warning. FB_NOT_FOUND where symbols or types of file systems are missing. The
 * caller frees the result with fb_nfs_mounts_deinit(). */
FB_MUST_CHECK struct fb_error *fb_nfs_mounts_load(struct fb_kernel *kernel,
						  const struct fb_rpc_layout *layout,
						  const struct fb_jiffies *jiffies,
						  struct fb_nfs_mounts *mounts_ret);
void fb_nfs_mounts_deinit(struct fb_nfs_mounts *mounts);

/* "4.2", "3". Returns `to`. */
char *fb_nfs_version_text(const struct fb_nfs_mount *mount, char *to, size_t size);
/* What of the options is in the flags: "hard,nolock,noresvport"; cut where it does not fit. Returns `to`. */
char *fb_nfs_flags_text(uint64_t flags, char *to, size_t size);
/* The names of the bits of NFS4CLNT_* that are set: "manager running, check lease". Returns `to`. */
char *fb_nfs_state_text(uint64_t state, char *to, size_t size);

#endif
