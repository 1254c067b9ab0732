// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads what drivers know of their disks, each by a function of its own. Called by the command block. */
#include "kernel/block/driver_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "kernel/block/loop_device.h"
#include "kernel/files/path.h"
#include "kernel/modules/driver_types.h"

/* The name of an enumerator without the prefix of its enum, in lower case; the number where it has none. */
static void name_state(const struct fb_driver_types *types, const char *type, const char *prefix,
		       uint64_t value, char *to, size_t size)
{
	const struct fb_btf *btf = fb_kernel_types(types->kernel);
	uint32_t id = 0;
	struct fb_error *err = fb_module_types_find(types->modules, FB_TYPE_ENUM, type, &btf, &id);

	fb_btf_enumerator_word(btf, id, prefix, value, to, size);
	fb_error_destroy(err);
}

static struct fb_error *read_loop(const struct fb_driver_types *types, const struct fb_disk *disk,
				  struct fb_driver_state *state)
{
	struct fb_file_info info;
	char path[FB_PATH_SIZE];
	uint64_t file = 0;
	struct fb_error *err;

	err = fb_driver_value(types, disk->private_data, "loop_device", "lo_backing_file", &file);
	if (!err && file)
		err = fb_driver_value(types, disk->private_data, "loop_device", "lo_offset",
				      &state->file_offset);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = fb_loop_device_search(types->kernel, disk, &file, &state->file_offset);
	}
	if (err || !file)
		return err;
	err = fb_file_info(types->kernel, file, &info);
	if (!err)
		err = fb_path_text(types->kernel, &info.path, NULL, path);
	if (err)
		return err;
	state->file = strdup(path);
	return state->file ? NULL : fb_error_nomem();
}

/* The levels that are no number are negative (include/uapi/linux/raid/md_p.h). */
static struct fb_error *read_array(const struct fb_driver_types *types, const struct fb_disk *disk,
				   struct fb_driver_state *state)
{
	uint64_t level = 0, degraded = 0;
	struct fb_error *err;

	err = fb_driver_value(types, disk->private_data, "mddev", "level", &level);
	if (!err)
		err = fb_driver_value(types, disk->private_data, "mddev", "degraded", &degraded);
	if (err)
		return err;
	if ((int32_t)level == -1)
		snprintf(state->level, sizeof(state->level), "linear");
	else if ((int32_t)level >= 0)
		snprintf(state->level, sizeof(state->level), "raid%d", (int32_t)level);
	if ((int32_t)degraded > 0)
		snprintf(state->state, sizeof(state->state), "degraded: %d missing",
			 (int32_t)degraded);
	state->bad = (int32_t)degraded > 0;
	return NULL;
}

static struct fb_error *queue_data(const struct fb_driver_types *types, const struct fb_disk *disk,
				   uint64_t *data_ret)
{
	return fb_kernel_field(types->kernel, disk->queue,
			       &fb_kernel_layout(types->kernel)->queue_data, data_ret);
}

static struct fb_error *read_nvme(const struct fb_driver_types *types, const struct fb_disk *disk,
				  struct fb_driver_state *state)
{
	uint64_t namespace = 0, controller = 0, number = 0, value = 0;
	struct fb_error *err = queue_data(types, disk, &namespace);

	/* The disk above the paths of a multipath device has no controller. */
	if (err || !namespace)
		return err;
	err = fb_driver_value(types, namespace, "nvme_ns", "ctrl", &controller);
	if (!err)
		err = fb_driver_value(types, controller, "nvme_ctrl", "instance", &number);
	if (!err)
		err = fb_driver_value(types, controller, "nvme_ctrl", "state", &value);
	if (err)
		return err;
	snprintf(state->controller, sizeof(state->controller), "nvme%" PRIu64, number);
	name_state(types, "nvme_ctrl_state", "NVME_CTRL_", value, state->state,
		   sizeof(state->state));
	state->bad = strcmp(state->state, "live") != 0;
	return NULL;
}

static struct fb_error *read_scsi(const struct fb_driver_types *types, const struct fb_disk *disk,
				  struct fb_driver_state *state)
{
	uint64_t device = 0, host = 0, number = 0, host_state = 0, device_state = 0, failed = 0;
	char of_host[40], of_device[40];
	struct fb_error *err = queue_data(types, disk, &device);

	if (!err)
		err = fb_driver_value(types, device, "scsi_device", "host", &host);
	if (!err)
		err = fb_driver_value(types, device, "scsi_device", "sdev_state", &device_state);
	if (!err)
		err = fb_driver_value(types, host, "Scsi_Host", "host_no", &number);
	if (!err)
		err = fb_driver_value(types, host, "Scsi_Host", "shost_state", &host_state);
	if (!err)
		err = fb_driver_value(types, host, "Scsi_Host", "host_failed", &failed);
	if (err)
		return err;
	snprintf(state->controller, sizeof(state->controller), "host%" PRIu64, number);
	name_state(types, "scsi_host_state", "SHOST_", host_state, of_host, sizeof(of_host));
	name_state(types, "scsi_device_state", "SDEV_", device_state, of_device, sizeof(of_device));
	snprintf(state->state, sizeof(state->state), failed ? "%s/%s, %u failed" : "%s/%s", of_host,
		 of_device, (unsigned)failed);
	state->bad = strcmp(of_host, "running") || strcmp(of_device, "running") || failed;
	return NULL;
}

static struct fb_error *read_virtio(const struct fb_driver_types *types, const struct fb_disk *disk,
				    struct fb_driver_state *state)
{
	uint64_t device = 0, number = 0, failed = 0;
	struct fb_error *err;

	err = fb_driver_value(types, disk->private_data, "virtio_blk", "vdev", &device);
	if (!err)
		err = fb_driver_value(types, device, "virtio_device", "index", &number);
	if (!err)
		err = fb_driver_value(types, device, "virtio_device", "failed", &failed);
	if (err)
		return err;
	snprintf(state->controller, sizeof(state->controller), "virtio%" PRIu64, number);
	snprintf(state->state, sizeof(state->state), "%s", failed ? "failed" : "running");
	state->bad = failed;
	return NULL;
}

/* By the names that drivers give to their disks, as udev's rules do. */
static const struct {
	const char *prefix, *module;
	struct fb_error *(*read)(const struct fb_driver_types *types, const struct fb_disk *disk,
				 struct fb_driver_state *state);
	const char *what;
} drivers[] = {
	{"loop", "loop", read_loop, "its file"},
	{"md", "md_mod", read_array, "its level"},
	{"nvme", "nvme_core", read_nvme, "the state of its controller"},
	{"sd", "scsi_mod", read_scsi, "the state of its host"},
	{"sr", "scsi_mod", read_scsi, "the state of its host"},
	{"vd", "virtio_blk", read_virtio, "the state of its virtio device"},
};

struct fb_error *fb_driver_state_read(struct fb_kernel *kernel, struct fb_module_types *types,
				      const struct fb_disk *disk, struct fb_driver_state *state_ret)
{
	struct fb_driver_state state = {0};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(drivers) && !err; i++) {
		const struct fb_driver_types of_driver = {kernel, types, drivers[i].module};
		char reason[120] = "", shown[4 * sizeof(reason)];

		if (strncmp(disk->whole.name, drivers[i].prefix, strlen(drivers[i].prefix)) != 0)
			continue;
		err = fb_part_reason(drivers[i].read(&of_driver, disk, &state), reason,
				     sizeof(reason));
		if (*reason)
			snprintf(state.missing, sizeof(state.missing), "%s: %s", drivers[i].what,
				 fb_text_escape(reason, strlen(reason), shown, sizeof(shown)));
		break;
	}
	if (err) {
		fb_driver_state_deinit(&state);
		return err;
	}
	*state_ret = state;
	return NULL;
}

void fb_driver_state_deinit(struct fb_driver_state *state)
{
	free(state->file);
	*state = (struct fb_driver_state){0};
}
