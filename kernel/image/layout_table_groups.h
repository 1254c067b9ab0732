/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for control groups. Included only by layout_table.h, several times, so that it has no
 * include guard.
 */

/* Hierarchies and groups (include/linux/cgroup-defs.h, kernel/cgroup/cgroup-internal.h) */
FB_PART("control groups")
FB_FIELD(cgroup_root_list, "cgroup_root", "root_list")
FB_FIELD(cgroup_root_id, "cgroup_root", "hierarchy_id")
FB_FIELD(cgroup_root_controllers, "cgroup_root", "subsys_mask")
FB_FIELD(cgroup_root_group, "cgroup_root", "cgrp")
FB_FIELD(cgroup_root_name, "cgroup_root", "name")
FB_FIELD(cgroup_self, "cgroup", "self")
FB_FIELD(cgroup_root, "cgroup", "root")
FB_FIELD(cgroup_flags, "cgroup", "flags")
FB_FIELD(cgroup_descendants, "cgroup", "nr_descendants")
FB_FIELD(cgroup_dying, "cgroup", "nr_dying_descendants")
FB_FIELD(cgroup_states, "cgroup", "subsys")
FB_FIELD(cgroup_freeze, "cgroup", "freezer.freeze") /* 76f969e8948d, 5.2 */
FB_FIELD(css_group, "cgroup_subsys_state", "cgroup")
FB_FIELD(css_controller, "cgroup_subsys_state", "ss")
FB_FIELD(css_flags, "cgroup_subsys_state", "flags")
FB_FIELD(css_sibling, "cgroup_subsys_state", "sibling")
FB_FIELD(css_children, "cgroup_subsys_state", "children")
FB_FIELD(controller_name, "cgroup_subsys", "name")
FB_FIELD(controller_files, "cgroup_subsys", "dfl_cftypes")
FB_FIELD(css_set_links, "css_set", "cgrp_links")
FB_FIELD(css_set_link_list, "cgrp_cset_link", "cgrp_link")
FB_FIELD(css_set_link_group, "cgrp_cset_link", "cgrp")

/* Memory (include/linux/memcontrol.h, page_counter.h) */
FB_PART("what control groups have and may have of memory")
FB_FIELD(memcg_css, "mem_cgroup", "css")
FB_FIELD(memcg_current, "mem_cgroup", "memory.usage")
FB_FIELD(memcg_min, "mem_cgroup", "memory.min")
FB_FIELD(memcg_low, "mem_cgroup", "memory.low")
FB_FIELD(memcg_high, "mem_cgroup", "memory.high", "high") /* d1663a907b52, 5.8 */
FB_FIELD(memcg_max, "mem_cgroup", "memory.max")
FB_FIELD(memcg_swap_current, "mem_cgroup", "swap.usage")
FB_FIELD(memcg_swap_max, "mem_cgroup", "swap.max")
FB_FIELD(memcg_events, "mem_cgroup", "memory_events")

/* Processes, time (kernel/cgroup/pids.c, kernel/sched/sched.h) */
FB_PART("what control groups have and may have of processes and CPU time")
FB_FIELD(pids_css, "pids_cgroup", "css")
FB_FIELD(pids_current, "pids_cgroup", "counter")
FB_FIELD(pids_max, "pids_cgroup", "limit")
FB_FIELD(pids_refused, "pids_cgroup", "events", "events_limit") /* 3f26a885b293, 6.11 */
FB_FIELD(task_group_css, "task_group", "css")
FB_FIELD(task_group_shares, "task_group", "shares")
FB_FIELD(task_group_idle, "task_group", "idle") /* 304000390f88, 5.15 */
FB_FIELD(task_group_period, "task_group", "cfs_bandwidth.period")
FB_FIELD(task_group_quota, "task_group", "cfs_bandwidth.quota")
FB_FIELD(task_group_throttled, "task_group", "cfs_bandwidth.throttled_cfs_rq")
FB_FIELD(task_group_periods, "task_group", "cfs_bandwidth.nr_periods")
FB_FIELD(task_group_throttles, "task_group", "cfs_bandwidth.nr_throttled")
FB_FIELD(task_group_throttled_ns, "task_group", "cfs_bandwidth.throttled_time")
