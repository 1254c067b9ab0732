// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Has a function for each check, which reads a file or two and records what it found. What a check requires, and why,
 * is in docs/hosts.md. Called by cmd/doctor.c.
 */
#include "bundle/host/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/host/host_file.h"
#include "bundle/host/kdump_hook.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

struct examination {
	const char *root;
	struct fb_doctor *doctor;
	/* /proc/meminfo, whose values are to be of one moment; "" where it cannot be read. */
	const char *meminfo;
};

typedef struct fb_error *check_fn(struct examination *examination);

const char *fb_check_state_name(enum fb_check_state state)
{
	switch (state) {
	case FB_CHECK_OK:
		return "ok";
	case FB_CHECK_WEAK:
		return "weak";
	case FB_CHECK_BAD:
		return "bad";
	case FB_CHECK_UNKNOWN:
		break;
	}
	return "unknown";
}

static struct fb_error *FB_PRINTF(5, 6)
	add(struct examination *examination, const char *name, enum fb_check_state state,
	    const char *advice, const char *format, ...)
{
	struct fb_doctor *doctor = examination->doctor;
	char *found = NULL;
	va_list args;
	int length;

	if (doctor->count == FB_MAX_CHECKS)
		return fb_error_create(FB_LIMIT, "more than %u checks", FB_MAX_CHECKS);
	va_start(args, format);
	length = vasprintf(&found, format, args);
	va_end(args);
	if (length < 0)
		return fb_error_nomem();
	doctor->checks[doctor->count++] = (struct fb_check){
		.name = name,
		.state = state,
		.found = found,
		.advice = state == FB_CHECK_OK ? NULL : advice,
	};
	return NULL;
}

/* The first line of a file; "" where there is none, or none that may be read. size: of line. */
static struct fb_error *read_line(const struct examination *examination, const char *path,
				  char *line, size_t size)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = fb_host_file_read(examination->root, path, &text);
	line[0] = '\0';
	if (!err) {
		char *start = (char *)text.data;

		start[strcspn(start, "\n")] = '\0';
		(void)snprintf(line, size, "%s", start);
	}
	return fb_part_skip(err);
}

/* *there_ret is false where there is no such file, or no number in it. */
static struct fb_error *read_number(const struct examination *examination, const char *path,
				    uint64_t *number_ret, bool *there_ret)
{
	char line[64], *end;
	struct fb_error *err = read_line(examination, path, line, sizeof(line));

	*number_ret = strtoull(line, &end, 10);
	*there_ret = end != line;
	return err;
}

/* The value of "NAME: 123 kB" in /proc/meminfo, bytes; 0: not there. */
static uint64_t meminfo(const struct examination *examination, const char *name)
{
	size_t length = strlen(name);
	uint64_t value = 0;

	for (const char *line = examination->meminfo; line && *line && !value;) {
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			value = strtoull(line + length + 1, NULL, 10) << 10;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return value;
}

static struct fb_error *check_loaded(struct examination *examination)
{
	static const char advice[] = "systemctl status kdump-tools; kdump-config load says what "
				     "fails (kernel.kexec_load_disabled must be 0)";
	uint64_t loaded;
	bool there;
	struct fb_error *err =
		read_number(examination, "/sys/kernel/kexec_crash_loaded", &loaded, &there);

	if (err)
		return err;
	if (!there)
		return add(examination, "kdump-loaded", FB_CHECK_BAD,
			   "this kernel has no kdump (CONFIG_CRASH_DUMP): install Debian's or "
			   "Ubuntu's kernel",
			   "no /sys/kernel/kexec_crash_loaded");
	return add(examination, "kdump-loaded", loaded ? FB_CHECK_OK : FB_CHECK_BAD, advice,
		   loaded ? "a capture kernel is loaded" : "no capture kernel is loaded");
}

/* The capture kernel and its drivers grow with the host; the dump itself takes 64 MiB on any. */
static uint64_t wanted_crashkernel(uint64_t memory)
{
	if (memory <= 64 * GIB)
		return 256 * MIB;
	return memory <= 512 * GIB ? 384 * MIB : 512 * MIB;
}

static struct fb_error *check_crashkernel(struct examination *examination)
{
	uint64_t size, wanted = wanted_crashkernel(meminfo(examination, "MemTotal"));
	char size_text[32], wanted_text[32];
	bool there;
	struct fb_error *err =
		read_number(examination, "/sys/kernel/kexec_crash_size", &size, &there);

	if (err)
		return err;
	if (!there)
		return add(examination, "crashkernel", FB_CHECK_UNKNOWN, NULL,
			   "no /sys/kernel/kexec_crash_size");
	fb_text_size(wanted, wanted_text, sizeof(wanted_text));
	if (!size)
		return add(examination, "crashkernel", FB_CHECK_BAD,
			   "crashkernel= of that size in /etc/default/grub.d/kdump-tools.cfg, "
			   "update-grub, reboot",
			   "no memory is set aside for the capture kernel; %s are wanted",
			   wanted_text);
	return add(examination, "crashkernel", size < wanted ? FB_CHECK_WEAK : FB_CHECK_OK,
		   "crashkernel= of that size in /etc/default/grub.d/kdump-tools.cfg, update-grub, "
		   "reboot",
		   "%s are set aside; %s are wanted on this host",
		   fb_text_size(size, size_text, sizeof(size_text)), wanted_text);
}

/* KDUMP_COREDIR of kdump-tools' configuration, whose lines are of the shell; the caller frees it. */
static struct fb_error *core_folder(const struct examination *examination, char **folder_ret)
{
	static const char key[] = "KDUMP_COREDIR=", usual[] = "/var/crash";
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	const char *value = usual;
	struct fb_error *err;
	size_t length;

	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = fb_host_file_read(examination->root, FB_KDUMP_DEFAULTS, &text);
	for (const char *line = err ? NULL : (char *)text.data; line;) {
		if (strncmp(line, key, strlen(key)) == 0)
			value = line + strlen(key);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	err = fb_part_skip(err);
	if (err)
		return err;
	value += *value == '"';
	length = strcspn(value, "\"\n #");
	*folder_ret = *value == '/' ? strndup(value, length) : strdup(usual);
	return *folder_ret ? NULL : fb_error_nomem();
}

/* What a dump of level 31 would hold before it is compressed: what is neither free, nor cache, nor of
 * processes. */
static uint64_t dump_estimate(const struct examination *examination)
{
	static const char *const not_in_it[] = {"MemFree", "Buffers", "Cached", "AnonPages"};
	uint64_t estimate = meminfo(examination, "MemTotal");

	for (size_t i = 0; i < FB_ARRAY_SIZE(not_in_it); i++) {
		uint64_t part = meminfo(examination, not_in_it[i]);

		estimate -= part < estimate ? part : estimate;
	}
	return estimate;
}

/* Whether a dump has room in the folder where kdump-tools puts it. */
static struct fb_error *check_space_in(struct examination *examination, const char *folder)
{
	uint64_t wanted = dump_estimate(examination), available;
	enum fb_check_state state = FB_CHECK_OK;
	char available_text[32], wanted_text[32];
	struct statvfs status;
	char *full = NULL;
	struct fb_error *err = fb_host_path(examination->root, folder, &full);
	bool there = !err && statvfs(full, &status) == 0;

	free(full);
	if (err)
		return err;
	if (!there)
		return add(examination, "space", FB_CHECK_WEAK,
			   "make it, or name another in KDUMP_COREDIR (" FB_KDUMP_DEFAULTS ")",
			   "there is no folder %s", folder);
	available = (uint64_t)status.f_bavail * status.f_frsize;
	/* Kernel memory rarely compresses to less than a third. */
	if (available < wanted)
		state = available < wanted / 3 ? FB_CHECK_BAD : FB_CHECK_WEAK;
	return add(examination, "space", state,
		   "free some, or have KDUMP_COREDIR lead to a larger disk; KDUMP_NUM_DUMPS keeps "
		   "old dumps few",
		   "%s has %s free; a dump takes up to %s before it is compressed", folder,
		   fb_text_size(available, available_text, sizeof(available_text)),
		   fb_text_size(wanted, wanted_text, sizeof(wanted_text)));
}

static struct fb_error *check_space(struct examination *examination)
{
	char *folder = NULL;
	struct fb_error *err = core_folder(examination, &folder);

	if (!err)
		err = check_space_in(examination, folder);
	free(folder);
	return err;
}

static struct fb_error *check_hook(struct examination *examination)
{
	struct fb_kdump_hook hook;
	struct fb_error *err = fb_kdump_hook_check(examination->root, &hook);

	if (err)
		return err;
	if (!hook.kdump_tools)
		return add(examination, "kdump-tools", FB_CHECK_BAD, "apt-get install kdump-tools",
			   "kdump-tools is not installed");
	return add(examination, "kdump-tools",
		   hook.configured && hook.runs ? FB_CHECK_OK : FB_CHECK_WEAK,
		   "fbundle dump --install keeps user stacks in the dump",
		   hook.configured && hook.runs
			   ? "saves dumps by fbundle"
			   : "saves dumps by makedumpfile, without user stacks");
}

static struct fb_error *check_makedumpfile(struct examination *examination)
{
	FB_CLEANUP(fb_free_at) char *full = NULL;
	struct fb_error *err = fb_host_path(examination->root, "/usr/bin/makedumpfile", &full);
	bool there = !err && access(full, X_OK) == 0;

	if (err)
		return err;
	return add(examination, "makedumpfile", there ? FB_CHECK_OK : FB_CHECK_WEAK,
		   "apt-get install makedumpfile: it is what is run where fbundle fails",
		   there ? "is there for where fbundle fails" : "is not installed");
}

static struct fb_error *check_types(struct examination *examination)
{
	FB_CLEANUP(fb_free_at) char *full = NULL;
	struct fb_error *err = fb_host_path(examination->root, "/sys/kernel/btf/vmlinux", &full);
	bool there = !err && access(full, F_OK) == 0;

	if (err)
		return err;
	return add(examination, "types", there ? FB_CHECK_OK : FB_CHECK_WEAK,
		   "keep this kernel's vmlinux with debug information at hand, for --vmlinux",
		   there ? "the kernel has its types (BTF)"
			 : "the kernel has no types (BTF): a dump cannot be filtered by them");
}

static struct fb_error *check_core_pattern(struct examination *examination)
{
	static const char advice[] = "systemd-coredump or Apport keeps cores where they are found; "
				     "else kernel.core_pattern=/var/crash/core.%e.%p";
	char pattern[256];
	bool kept;
	struct fb_error *err =
		read_line(examination, "/proc/sys/kernel/core_pattern", pattern, sizeof(pattern));

	if (err)
		return err;
	kept = *pattern == '|' || *pattern == '/' || *pattern == '@';
	return add(examination, "core-pattern", kept ? FB_CHECK_OK : FB_CHECK_WEAK, advice,
		   strstr(pattern, "systemd-coredump") ? "cores go to systemd-coredump (%s)"
		   : strstr(pattern, "apport")         ? "cores go to Apport (%s)"
		   : *pattern == '|'                   ? "cores go to a program (%s)"
		   : kept                              ? "cores go to %s"
			  : "cores go to the folder a process is in (%s)",
		   pattern);
}

static struct fb_error *check_lockdown(struct examination *examination)
{
	char line[128];
	bool shut;
	struct fb_error *err =
		read_line(examination, "/sys/kernel/security/lockdown", line, sizeof(line));

	if (err)
		return err;
	shut = strstr(line, "[confidentiality]");
	return add(examination, "lockdown", shut ? FB_CHECK_WEAK : FB_CHECK_OK,
		   "lockdown=integrity at boot, where that is allowed",
		   shut ? "confidentiality: `fbundle ... live` cannot read this kernel"
			: "the running kernel can be read (fbundle ... live)");
}

/* A sysctl that should not be 0. */
static struct fb_error *check_sysctl(struct examination *examination, const char *name,
				     const char *advice)
{
	char path[128] = "/proc/sys/";
	size_t used = strlen(path);
	struct fb_error *err;
	uint64_t value;
	bool there;

	(void)snprintf(path + used, sizeof(path) - used, "%s", name);
	for (char *dot = strchr(path + used, '.'); dot; dot = strchr(dot, '.'))
		*dot = '/';
	err = read_number(examination, path, &value, &there);
	if (err)
		return err;
	if (!there)
		return add(examination, name, FB_CHECK_UNKNOWN, NULL, "this kernel has none");
	return add(examination, name, value ? FB_CHECK_OK : FB_CHECK_WEAK, advice, "%" PRIu64,
		   value);
}

static struct fb_error *check_sysctls(struct examination *examination)
{
	static const struct {
		const char *name, *advice;
	} wanted[] = {
		{"kernel.panic_on_oops",
		 "1 in /etc/sysctl.d: with 0 the kernel goes on after an oops, and no dump is made"},
		{"kernel.sysrq",
		 "1 or 176 in /etc/sysctl.d: with 0 no key makes a host panic that hangs"},
		{"kernel.unknown_nmi_panic",
		 "1 in /etc/sysctl.d: with 0 the NMI button, or virsh inject-nmi, makes no dump"},
		{"kernel.hung_task_timeout_secs",
		 "120 in /etc/sysctl.d: with 0 the log does not name threads that hang"},
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted) && !err; i++)
		err = check_sysctl(examination, wanted[i].name, wanted[i].advice);
	return err;
}

struct fb_error *fb_doctor_examine(const char *root, struct fb_doctor *doctor)
{
	static check_fn *const all[] = {
		check_loaded, check_crashkernel,  check_space,    check_hook,    check_makedumpfile,
		check_types,  check_core_pattern, check_lockdown, check_sysctls,
	};
	FB_CLEANUP(fb_buf_deinit) struct fb_buf text;
	struct examination examination = {root, doctor, ""};
	struct fb_error *err;

	memset(doctor, 0, sizeof(*doctor));
	fb_buf_init(&text, FB_HOST_FILE_MAX);
	err = fb_host_file_read(root, "/proc/meminfo", &text);
	if (!err)
		examination.meminfo = (const char *)text.data;
	err = fb_part_skip(err);
	for (size_t i = 0; i < FB_ARRAY_SIZE(all) && !err; i++)
		err = all[i](&examination);
	return err;
}

void fb_doctor_deinit(struct fb_doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++)
		free(doctor->checks[i].found);
	doctor->count = 0;
}
