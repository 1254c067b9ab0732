// SPDX-License-Identifier: GPL-2.0-or-later
// Holds BPF programs, maps and links, made by bpf(2) without a library, and notes what the kernel says of each in
// $LAB_DIR/bpf. A kernel that refuses a kind of them leaves that line out.
#include "actor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static FILE *facts;

static int call_bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return (int)syscall(__NR_bpf, command, attr, sizeof(*attr));
}

static void get_info(int fd, void *info, size_t size)
{
	union bpf_attr attr = {.info = {.bpf_fd = (uint32_t)fd,
					.info_len = (uint32_t)size,
					.info = (uint64_t)(uintptr_t)info}};

	need(call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0, "BPF_OBJ_GET_INFO_BY_FD");
}

static int make_map(enum bpf_map_type type, const char *name, uint32_t key, uint32_t value,
		    uint32_t entries)
{
	union bpf_attr attr = {
		.map_type = type, .key_size = key, .value_size = value, .max_entries = entries};
	struct bpf_map_info info = {0};
	int fd;

	snprintf(attr.map_name, sizeof(attr.map_name), "%s", name);
	fd = call_bpf(BPF_MAP_CREATE, &attr);
	need(fd >= 0, "BPF_MAP_CREATE");
	get_info(fd, &info, sizeof(info));
	fprintf(facts,
		"map id=%u type=%u name=%s key=%u value=%u entries=%u flags=0x%x pid=%d fd=%d\n",
		info.id, info.type, info.name, info.key_size, info.value_size, info.max_entries,
		info.map_flags, host_tid(), fd);
	return fd;
}

// A program that loads the address of a map, if one is given (-1: none), and returns RESULT.
static int load_program(enum bpf_prog_type type, enum bpf_attach_type attach, const char *name,
			int map, int result)
{
	struct bpf_insn code[4] = {
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = 1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{.code = 0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = result},
		{.code = BPF_JMP | BPF_EXIT},
	};
	unsigned skipped = map < 0 ? 2 : 0;
	union bpf_attr attr = {.prog_type = type,
			       .expected_attach_type = attach,
			       .insns = (uint64_t)(uintptr_t)(code + skipped),
			       .insn_cnt = 4 - skipped,
			       .license = (uint64_t)(uintptr_t) "GPL"};
	struct bpf_prog_info info = {0};
	uint32_t maps[8] = {0};
	int fd;

	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
	fd = call_bpf(BPF_PROG_LOAD, &attr);
	need(fd >= 0, "BPF_PROG_LOAD");
	info.nr_map_ids = 8;
	info.map_ids = (uint64_t)(uintptr_t)maps;
	get_info(fd, &info, sizeof(info));
	fprintf(facts, "prog id=%u type=%u name=%s tag=", info.id, info.type, info.name);
	for (unsigned i = 0; i < sizeof(info.tag); i++)
		fprintf(facts, "%02x", info.tag[i]);
	fprintf(facts,
		" gpl=%u loaded_at=%" PRIu64 " uid=%u xlated=%u jited=%u maps=%u pid=%d fd=%d\n",
		info.gpl_compatible, (uint64_t)info.load_time, info.created_by_uid,
		info.xlated_prog_len, info.jited_prog_len, info.nr_map_ids ? maps[0] : 0,
		host_tid(), fd);
	return fd;
}

static void note_link(int fd, const char *target)
{
	struct bpf_link_info info = {0};

	if (fd < 0)
		return;
	get_info(fd, &info, sizeof(info));
	fprintf(facts, "link id=%u type=%u prog=%u target=%s pid=%d fd=%d\n", info.id, info.type,
		info.prog_id, target, host_tid(), fd);
}

// At the root of control groups, mounted here if nobody has done so.
static void link_group(int program)
{
	union bpf_attr attr = {0};
	int group;

	mkdir("/tmp/bpf-groups", 0700);
	need(mount("none", "/tmp/bpf-groups", "cgroup2", 0, NULL) == 0, "mount cgroup2");
	group = open("/tmp/bpf-groups", O_RDONLY | O_DIRECTORY);
	need(group >= 0, "open a group");
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_fd = (uint32_t)group;
	attr.link_create.attach_type = BPF_CGROUP_INET_INGRESS;
	note_link(call_bpf(BPF_LINK_CREATE, &attr), "/");
	close(group);
}

static void link_tracepoint(int program, const char *tracepoint)
{
	union bpf_attr attr = {.raw_tracepoint = {.name = (uint64_t)(uintptr_t)tracepoint,
						  .prog_fd = (uint32_t)program}};

	note_link(call_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr), tracepoint);
}

// A map that a name in a file system holds, and no process.
static void pin(int map)
{
	union bpf_attr attr = {.pathname = (uint64_t)(uintptr_t) "/tmp/bpf-pins/kept",
			       .bpf_fd = (uint32_t)map};

	mkdir("/tmp/bpf-pins", 0700);
	need(mount("none", "/tmp/bpf-pins", "bpf", 0, NULL) == 0, "mount bpf");
	need(call_bpf(BPF_OBJ_PIN, &attr) == 0, "BPF_OBJ_PIN");
	close(map);
}

static void hold_programs(const char *name)
{
	char path[256];
	int array, filter, sockets = socket(AF_INET, SOCK_DGRAM, 0);

	name_self("bpf-holder");
	snprintf(path, sizeof(path), "%s/bpf", getenv("LAB_DIR"));
	facts = fopen(path, "we");
	need(facts != NULL && sockets >= 0, "a file of facts");
	make_map(BPF_MAP_TYPE_HASH, "lab_hash", 4, 8, 16);
	array = make_map(BPF_MAP_TYPE_ARRAY, "lab_array", 4, 16, 3);
	pin(make_map(BPF_MAP_TYPE_ARRAY, "lab_pinned", 4, 4, 1));
	filter = load_program(BPF_PROG_TYPE_SOCKET_FILTER, 0, "lab_filter", -1, 0);
	need(setsockopt(sockets, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof(filter)) == 0,
	     "SO_ATTACH_BPF");
	link_group(load_program(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, "lab_ingress",
				array, 1));
	link_tracepoint(load_program(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "lab_tracer", array, 0),
			"sched_process_exec");
	fclose(facts);
	note("idle actor=%s tid=%d", name, host_tid());
	ready(name);
}

const struct actor program_actors[] = {{"BF", hold_programs}, {NULL, NULL}};
