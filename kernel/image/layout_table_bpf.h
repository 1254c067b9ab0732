/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for BPF programs, maps and links. Included only by layout_table.h, several times, so that
 * it has no include guard.
 */

/* include/linux/bpf.h, filter.h */
FB_PART("BPF programs")
FB_FIELD(bpf_prog_type, "bpf_prog", "type")
FB_FIELD(bpf_prog_pages, "bpf_prog", "pages")
FB_FIELD(bpf_prog_gpl, "bpf_prog", "gpl_compatible")
FB_FIELD(bpf_prog_length, "bpf_prog", "len")
FB_FIELD(bpf_prog_aux, "bpf_prog", "aux")
FB_FIELD(bpf_aux_id, "bpf_prog_aux", "id")
FB_FIELD(bpf_aux_loaded, "bpf_prog_aux", "load_time")
FB_FIELD(bpf_aux_uid, "bpf_prog_aux", "user")
FB_FIELD(bpf_aux_maps, "bpf_prog_aux", "used_maps")
FB_FIELD(bpf_aux_map_count, "bpf_prog_aux", "used_map_cnt")
FB_FIELD(bpf_aux_functions, "bpf_prog_aux", "func")
FB_FIELD(bpf_aux_function_count, "bpf_prog_aux", "func_cnt")
FB_FIELD(bpf_aux_types, "bpf_prog_aux", "btf")
FB_FIELD(bpf_aux_attached_to, "bpf_prog_aux", "attach_func_name")
FB_FIELD(bpf_types_id, "btf", "id")
FB_FIELD(user_struct_uid, "user_struct", "uid")

FB_PART("BPF maps")
FB_FIELD(bpf_map_id, "bpf_map", "id")
FB_FIELD(bpf_map_type, "bpf_map", "map_type")
FB_FIELD(bpf_map_name, "bpf_map", "name")
FB_FIELD(bpf_map_flags, "bpf_map", "map_flags")
FB_FIELD(bpf_map_key_size, "bpf_map", "key_size")
FB_FIELD(bpf_map_value_size, "bpf_map", "value_size")
FB_FIELD(bpf_map_most, "bpf_map", "max_entries")
FB_FIELD(bpf_map_frozen, "bpf_map", "frozen")
FB_FIELD(bpf_map_types, "bpf_map", "btf")
FB_FIELD(bpf_map_pages, "bpf_map", "memory.pages") /* 80ee81e0403c, 5.11: charged to groups since */

FB_PART("BPF links")
FB_FIELD(bpf_link_id, "bpf_link", "id")
FB_FIELD(bpf_link_type, "bpf_link", "type")
FB_FIELD(bpf_link_prog, "bpf_link", "prog")
FB_FIELD(bpf_link_attach_type, "bpf_link",
	 "attach_type") /* 6.18; of each kind's own struct before */
FB_FIELD(bpf_cgroup_link_group, "bpf_cgroup_link", "cgroup")
FB_FIELD(bpf_cgroup_link_attach_type, "bpf_cgroup_link", "type")
FB_FIELD(bpf_tracing_link_attach_type, "bpf_tracing_link", "attach_type")
FB_FIELD(bpf_raw_link_event, "bpf_raw_tp_link", "btp")
FB_FIELD(bpf_raw_event_tracepoint, "bpf_raw_event_map", "tp")
FB_FIELD(tracepoint_name, "tracepoint", "name")
