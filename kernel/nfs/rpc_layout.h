/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where members are in the structs of the RPC client and of the NFS client, both of which mostly are modules
 * (include/linux/sunrpc/clnt.h, sched.h, xprt.h, metrics.h, include/linux/nfs_fs_sb.h, fs/nfs/nfs4session.h). They are
 * looked up once, because there may be thousands of calls. Called by the readers of this folder.
 */
#ifndef FB_KERNEL_NFS_RPC_LAYOUT_H
#define FB_KERNEL_NFS_RPC_LAYOUT_H

#include "base/error.h"
#include "kernel/image/layout.h"
#include "kernel/modules/module_types.h"

/* ROW(id, module, type, member) */
#define FB_RPC_LAYOUT(ROW)                                                          \
	ROW(net_parts, "sunrpc", "net", "gen")                                      \
	ROW(net_clients, "sunrpc", "sunrpc_net", "all_clients")                     \
	ROW(client_id, "sunrpc", "rpc_clnt", "cl_clid")                             \
	ROW(client_list, "sunrpc", "rpc_clnt", "cl_clients")                        \
	ROW(client_tasks, "sunrpc", "rpc_clnt", "cl_tasks")                         \
	ROW(client_transport, "sunrpc", "rpc_clnt", "cl_xprt")                      \
	ROW(client_procedures, "sunrpc", "rpc_clnt", "cl_procinfo")                 \
	ROW(client_version, "sunrpc", "rpc_clnt", "cl_vers")                        \
	ROW(client_procedure_count, "sunrpc", "rpc_clnt", "cl_maxproc")             \
	ROW(client_metrics, "sunrpc", "rpc_clnt", "cl_metrics")                     \
	ROW(client_auth, "sunrpc", "rpc_clnt", "cl_auth")                           \
	ROW(client_soft, "sunrpc", "rpc_clnt", "cl_softrtry")                       \
	ROW(client_timeout, "sunrpc", "rpc_clnt", "cl_timeout")                     \
	ROW(client_parent, "sunrpc", "rpc_clnt", "cl_parent")                       \
	ROW(client_program, "sunrpc", "rpc_clnt", "cl_program")                     \
	ROW(program_name, "sunrpc", "rpc_program", "name")                          \
	ROW(program_number, "sunrpc", "rpc_program", "number")                      \
	ROW(auth_flavor, "sunrpc", "rpc_auth", "au_flavor")                         \
	ROW(timeout_first, "sunrpc", "rpc_timeout", "to_initval")                   \
	ROW(timeout_retries, "sunrpc", "rpc_timeout", "to_retries")                 \
	ROW(procedure_number, "sunrpc", "rpc_procinfo", "p_proc")                   \
	ROW(procedure_index, "sunrpc", "rpc_procinfo", "p_statidx")                 \
	ROW(procedure_name, "sunrpc", "rpc_procinfo", "p_name")                     \
	ROW(metrics_calls, "sunrpc", "rpc_iostats", "om_ops")                       \
	ROW(metrics_sent, "sunrpc", "rpc_iostats", "om_ntrans")                     \
	ROW(metrics_timeouts, "sunrpc", "rpc_iostats", "om_timeouts")               \
	ROW(metrics_bytes_sent, "sunrpc", "rpc_iostats", "om_bytes_sent")           \
	ROW(metrics_bytes_received, "sunrpc", "rpc_iostats", "om_bytes_recv")       \
	ROW(metrics_queue, "sunrpc", "rpc_iostats", "om_queue")                     \
	ROW(metrics_rtt, "sunrpc", "rpc_iostats", "om_rtt")                         \
	ROW(metrics_execute, "sunrpc", "rpc_iostats", "om_execute")                 \
	ROW(transport_state, "sunrpc", "rpc_xprt", "state")                         \
	ROW(transport_server, "sunrpc", "rpc_xprt", "servername")                   \
	ROW(transport_addresses, "sunrpc", "rpc_xprt", "address_strings")           \
	ROW(transport_slots, "sunrpc", "rpc_xprt", "num_reqs")                      \
	ROW(transport_most_slots, "sunrpc", "rpc_xprt", "max_reqs")                 \
	ROW(transport_last_used, "sunrpc", "rpc_xprt", "last_used")                 \
	ROW(transport_binding, "sunrpc", "rpc_xprt", "binding.qlen")                \
	ROW(transport_sending, "sunrpc", "rpc_xprt", "sending.qlen")                \
	ROW(transport_pending, "sunrpc", "rpc_xprt", "pending.qlen")                \
	ROW(transport_backlog, "sunrpc", "rpc_xprt", "backlog.qlen")                \
	ROW(transport_binds, "sunrpc", "rpc_xprt", "stat.bind_count")               \
	ROW(transport_connects, "sunrpc", "rpc_xprt", "stat.connect_count")         \
	ROW(transport_sends, "sunrpc", "rpc_xprt", "stat.sends")                    \
	ROW(transport_receives, "sunrpc", "rpc_xprt", "stat.recvs")                 \
	ROW(transport_unknown_xids, "sunrpc", "rpc_xprt", "stat.bad_xids")          \
	ROW(task_list, "sunrpc", "rpc_task", "tk_task")                             \
	ROW(task_id, "sunrpc", "rpc_task", "tk_pid")                                \
	ROW(task_flags, "sunrpc", "rpc_task", "tk_flags")                           \
	ROW(task_status, "sunrpc", "rpc_task", "tk_status")                         \
	ROW(task_state, "sunrpc", "rpc_task", "tk_runstate")                        \
	ROW(task_procedure, "sunrpc", "rpc_task", "tk_msg.rpc_proc")                \
	ROW(task_start, "sunrpc", "rpc_task", "tk_start")                           \
	ROW(task_owner, "sunrpc", "rpc_task", "tk_owner")                           \
	ROW(task_action, "sunrpc", "rpc_task", "tk_action")                         \
	ROW(task_transport, "sunrpc", "rpc_task", "tk_xprt")                        \
	ROW(task_request, "sunrpc", "rpc_task", "tk_rqstp")                         \
	ROW(task_queue, "sunrpc", "rpc_task", "tk_waitqueue")                       \
	ROW(task_timeouts, "sunrpc", "rpc_task", "tk_timeouts")                     \
	ROW(queue_name, "sunrpc", "rpc_wait_queue", "name")                         \
	ROW(request_xid, "sunrpc", "rpc_rqst", "rq_xid")                            \
	ROW(request_transmissions, "sunrpc", "rpc_rqst", "rq_ntrans")               \
	ROW(request_retries, "sunrpc", "rpc_rqst", "rq_retries")                    \
	ROW(request_timeout, "sunrpc", "rpc_rqst", "rq_timeout")                    \
	ROW(request_sent, "sunrpc", "rpc_rqst", "rq_bytes_sent")                    \
	ROW(superblock_private, "nfs", "super_block", "s_fs_info")                  \
	ROW(server_client, "nfs", "nfs_server", "nfs_client")                       \
	ROW(server_rpc, "nfs", "nfs_server", "client")                              \
	ROW(server_flags, "nfs", "nfs_server", "flags")                             \
	ROW(server_capabilities, "nfs", "nfs_server", "caps")                       \
	ROW(server_read_size, "nfs", "nfs_server", "rsize")                         \
	ROW(server_write_size, "nfs", "nfs_server", "wsize")                        \
	ROW(server_name_length, "nfs", "nfs_server", "namelen")                     \
	ROW(server_file_cache_least, "nfs", "nfs_server", "acregmin")               \
	ROW(server_file_cache_most, "nfs", "nfs_server", "acregmax")                \
	ROW(server_folder_cache_least, "nfs", "nfs_server", "acdirmin")             \
	ROW(server_folder_cache_most, "nfs", "nfs_server", "acdirmax")              \
	ROW(server_mount_time, "nfs", "nfs_server", "mount_time")                   \
	ROW(server_writeback, "nfs", "nfs_server", "writeback")                     \
	ROW(nfs_client_host, "nfs", "nfs_client", "cl_hostname")                    \
	ROW(nfs_client_rpc, "nfs", "nfs_client", "cl_rpcclient")                    \
	ROW(nfs_client_operations, "nfs", "nfs_client", "rpc_ops")                  \
	ROW(nfs_client_minor, "nfs", "nfs_client", "cl_minorversion")               \
	ROW(nfs_client_address, "nfs", "nfs_client", "cl_ipaddr")                   \
	ROW(nfs_client_state, "nfs", "nfs_client", "cl_state")                      \
	ROW(nfs_client_lease, "nfs", "nfs_client", "cl_lease_time")                 \
	ROW(nfs_client_renewal, "nfs", "nfs_client", "cl_last_renewal")             \
	ROW(nfs_client_session, "nfs", "nfs_client", "cl_session")                  \
	ROW(operations_version, "nfs", "nfs_rpc_ops", "version")                    \
	ROW(session_slots, "nfsv4", "nfs4_session", "fc_slot_table.used_slots")     \
	ROW(session_most_slots, "nfsv4", "nfs4_session", "fc_slot_table.max_slots") \
	ROW(session_waiting, "nfsv4", "nfs4_session", "fc_slot_table.slot_tbl_waitq.qlen")

#define FB_RPC_FIELD(id, module, type, member) struct fb_field id;
struct fb_rpc_layout {
	FB_RPC_LAYOUT(FB_RPC_FIELD)
	uint32_t procedure_bytes; /* of a struct rpc_procinfo; 0: unknown */
	uint32_t metrics_bytes;   /* of a struct rpc_iostats */
};
#undef FB_RPC_FIELD

/* Looks all up; what the kernel lacks is not found there, and what reads it fails with FB_NOT_FOUND. FB_NOT_FOUND where
 * there are no types of the RPC client at all, because the module is not loaded or the kernel keeps none (before
 * 5.11). */
FB_MUST_CHECK struct fb_error *fb_rpc_layout_find(struct fb_kernel *kernel,
						  struct fb_module_types *types,
						  struct fb_rpc_layout *layout_ret);

#endif
