// SPDX-License-Identifier: GPL-2.0-or-later
/* Adds up the counters of a program's procedures, struct rpc_iostats. Called by nfs_mounts.c. */
#include "kernel/nfs/nfs_procedures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/nfs/rpc_private.h"

/* Clients from which one was cloned, one from the other: as a rule one. */
#define MOST_PARENTS 16u

struct counting {
	struct fb_kernel *kernel;
	const struct fb_rpc_layout *layout;
	struct fb_nfs_procedure *procedures; /* owned: by number */
	uint64_t count;
};

static struct fb_error *read_names(struct counting *counting, uint64_t client)
{
	const struct fb_rpc_layout *layout = counting->layout;
	uint64_t table = 0;
	struct fb_error *err = fb_kernel_field(counting->kernel, client,
					       &layout->client_procedure_count, &counting->count);

	if (!err)
		err = fb_kernel_field(counting->kernel, client, &layout->client_procedures, &table);
	if (!err && (!layout->procedure_bytes || !layout->metrics_bytes))
		err = fb_error_create(FB_NOT_FOUND, "this kernel has no procedures of RPC");
	if (!err)
		err = fb_alloc_array(counting->count, sizeof(*counting->procedures),
				     FB_MAX_RPC_PROCEDURES, "procedures", &counting->procedures);
	for (uint64_t i = 0; i < counting->count && !err; i++)
		err = fb_rpc_string(counting->kernel, table + i * layout->procedure_bytes,
				    &layout->procedure_name, counting->procedures[i].name,
				    sizeof(counting->procedures[i].name));
	return err;
}

static struct fb_error *add_number(const struct counting *counting, uint64_t base,
				   const struct fb_field *field, uint64_t *sum)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_field(counting->kernel, base, field, &value);

	*sum += value;
	return err;
}

/* Sums of times are in nanoseconds (ktime_t). */
static struct fb_error *add_procedure(const struct counting *counting, uint64_t metrics,
				      struct fb_nfs_procedure *procedure)
{
	const struct fb_rpc_layout *layout = counting->layout;
	const struct {
		const struct fb_field *field;
		uint64_t *sum;
	} numbers[] = {
		{&layout->metrics_calls, &procedure->calls},
		{&layout->metrics_sent, &procedure->transmissions},
		{&layout->metrics_timeouts, &procedure->timeouts},
		{&layout->metrics_bytes_sent, &procedure->bytes_sent},
		{&layout->metrics_bytes_received, &procedure->bytes_received},
	};
	const struct {
		const struct fb_field *field;
		double *sum;
	} times[] = {
		{&layout->metrics_queue, &procedure->queue_s},
		{&layout->metrics_rtt, &procedure->rtt_s},
		{&layout->metrics_execute, &procedure->execute_s},
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = add_number(counting, metrics, numbers[i].field, numbers[i].sum);
	for (size_t i = 0; i < FB_ARRAY_SIZE(times) && !err; i++) {
		uint64_t ns = 0;

		err = add_number(counting, metrics, times[i].field, &ns);
		*times[i].sum += (double)ns / 1e9;
	}
	return err;
}

static struct fb_error *add_client(struct counting *counting, uint64_t client)
{
	const struct fb_rpc_layout *layout = counting->layout;
	uint64_t metrics = 0;
	struct fb_error *err =
		fb_kernel_field(counting->kernel, client, &layout->client_metrics, &metrics);

	for (uint64_t i = 0; i < counting->count && metrics && !err; i++)
		err = add_procedure(counting, metrics + i * layout->metrics_bytes,
				    &counting->procedures[i]);
	return err;
}

static struct fb_error *add_clients(struct counting *counting, uint64_t client)
{
	struct fb_error *err = NULL;

	for (unsigned parents = 0; client && !err; parents++) {
		uint64_t parent = 0;

		if (parents > MOST_PARENTS)
			return fb_error_create(FB_CORRUPT,
					       "client 0x%" PRIx64 " has too many parents", client);
		err = add_client(counting, client);
		if (!err)
			err = fb_kernel_field(counting->kernel, client,
					      &counting->layout->client_parent, &parent);
		client = parent == client ? 0 : parent;
	}
	return err;
}

struct fb_error *fb_nfs_procedures_read(struct fb_kernel *kernel,
					const struct fb_rpc_layout *layout,
					struct fb_nfs_mount *mount)
{
	struct counting counting = {.kernel = kernel, .layout = layout};
	struct fb_error *err = read_names(&counting, mount->client);
	size_t used = 0;

	if (!err)
		err = add_clients(&counting, mount->client);
	if (err) {
		free(counting.procedures);
		return fb_part_warn(fb_kernel_warnings(kernel), err,
				    "what a mounted file system of NFS called");
	}
	for (uint64_t i = 0; i < counting.count; i++) {
		struct fb_nfs_procedure *procedure = &counting.procedures[i];

		if (!procedure->calls)
			continue;
		/* As mountstats does: the first one of every program does nothing, and has no name. */
		if (!*procedure->name)
			snprintf(procedure->name, sizeof(procedure->name), i ? "%" PRIu64 : "NULL",
				 i);
		counting.procedures[used++] = *procedure;
	}
	mount->procedures = counting.procedures;
	mount->procedure_count = used;
	mount->procedures_known = true;
	return NULL;
}
