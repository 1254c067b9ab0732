/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as a client of RPC servers, as NFS is: the clients of each program, the transports (connections) that they
 * use, and the calls that are under way (net/sunrpc/clnt.c, sched.c, xprt.c). Clients are found in two ways, in the
 * lists of all network namespaces and through the mounted file systems. Called by the command nfs.
 */
#ifndef FB_KERNEL_NFS_RPC_H
#define FB_KERNEL_NFS_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "kernel/modules/module.h"
#include "kernel/net/net_namespaces.h"
#include "kernel/nfs/rpc_layout.h"
#include "kernel/time/jiffies.h"

/* Texts are raw: escape before showing. "" is unknown. */
struct fb_rpc_transport {
	uint64_t address;                            /* of the struct rpc_xprt */
	char server[256];                            /* as the mount names it */
	char peer[64];                               /* its address: "192.0.2.1" */
	char port[16];                               /* "2049" */
	char protocol[16];                           /* "tcp", "udp", "rdma", "tcp6" */
	uint64_t state;                              /* bits of XPRT_* */
	double idle_s;                               /* since it was used last; NaN: unknown */
	uint32_t slots, most_slots;                  /* requests at a time */
	uint32_t binding, sending, pending, backlog; /* calls that wait in each of its queues */
	uint64_t binds, connects, sends, receives, unknown_xids; /* how often, since it was made */
};

struct fb_rpc_client {
	uint64_t address;         /* of the struct rpc_clnt */
	uint64_t net;             /* address of the struct net whose list has it; 0: none has */
	uint32_t id;              /* as in /sys/kernel/debug/sunrpc/rpc_clnt */
	uint64_t parent;          /* that it was cloned from; its own address: none */
	char program[32];         /* "nfs", "nfs_acl", "lockd"; raw text */
	uint32_t number, version; /* of the program */
	uint32_t flavor;          /* of its authentication: RPC_AUTH_* */
	bool soft;                /* its calls fail after the last retry; else they go on */
	double timeout_s;         /* of the first try; NaN: unknown */
	uint32_t retries;         /* before the next, longer timeout */
	size_t transport;         /* index; SIZE_MAX: none, or it cannot be read */
	size_t calls;             /* how many of the list of calls are its */
};

struct fb_rpc_call {
	uint64_t address;   /* of the struct rpc_task */
	size_t client;      /* index */
	size_t transport;   /* index; SIZE_MAX: it has none yet */
	uint32_t id;        /* as in /sys/kernel/debug/sunrpc/rpc_clnt/ID/tasks; 0: unknown */
	uint32_t flags;     /* RPC_TASK_* */
	int32_t status;     /* 0 or a negative errno */
	char procedure[32]; /* "LOOKUP"; "": unknown; raw text */
	double age_s;       /* NaN: unknown */
	int32_t owner;      /* PID of the process that made it, or of a thread of the kernel */
	uint64_t action;    /* address of the function that goes on with it; 0: none */
	char queue[32];     /* where it waits: "xprt_pending"; "": in none; raw text */
	uint32_t timeouts;  /* how often it has timed out */
	bool has_request;   /* the next five are known: it has a slot of the transport */
	uint32_t xid;       /* host order */
	uint32_t transmissions, retries; /* how often it was sent, and tried again */
	double timeout_s;                /* of this try; NaN: unknown */
	uint32_t bytes_sent;             /* of this try */
};

struct fb_rpc {
	struct fb_rpc_client *clients; /* owned; in the order of their numbers */
	size_t client_count;
	struct fb_rpc_transport *transports; /* owned */
	size_t transport_count;
	struct fb_rpc_call *calls; /* owned; those of one client together */
	size_t call_count;
	bool complete; /* false: a list is broken, or something of it cannot be read */
};

/* Reads one client after the other. */
struct fb_rpc_reader;

/* modules NULL: the lists of namespaces cannot be found. All are borrowed and must outlive the reader. */
FB_MUST_CHECK struct fb_error *
fb_rpc_reader_create(struct fb_kernel *kernel, const struct fb_rpc_layout *layout,
		     struct fb_modules *modules, const struct fb_jiffies *jiffies,
		     struct fb_rpc *rpc, struct fb_rpc_reader **reader_ret);
void fb_rpc_reader_destroy(struct fb_rpc_reader *reader);

/* Adds the clients of all namespaces. A broken list loses its rest, with a warning. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_add_namespaces(struct fb_rpc_reader *reader,
						     const struct fb_nets *nets);
/* Adds the client at address, unless it is there already, and those that it was cloned from. What cannot be read is
 * missing, with a warning. net: whose it is; 0: unknown. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_add_client(struct fb_rpc_reader *reader, uint64_t address,
						 uint64_t net);
/* Reads the calls of all clients, and brings both in order. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_rpc_finish(struct fb_rpc_reader *reader);
void fb_rpc_deinit(struct fb_rpc *rpc);

/* The client at this address; NULL: none. */
const struct fb_rpc_client *fb_rpc_find(const struct fb_rpc *rpc, uint64_t address);

/* "connected", "connecting", "closing", "not connected": from the bits of XPRT_*. Static. */
const char *fb_rpc_connection_name(uint64_t state);
bool fb_rpc_is_connected(uint64_t state);
/* The names of the bits of XPRT_* that are set, in lower case: "locked, bound". `to` has size bytes. Returns `to`. */
char *fb_rpc_transport_bits(uint64_t state, char *to, size_t size);
/* As in the option sec of mount.nfs: "sys", "krb5p"; the number where it has no name. Returns `to`. */
char *fb_rpc_flavor_name(uint32_t flavor, char *to, size_t size);

#endif
