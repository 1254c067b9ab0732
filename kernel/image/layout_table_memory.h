/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of layout_table.h for the accounting of memory. Included only by layout_table.h, several times, so that it
 * has no include guard.
 */

/* Nodes and zones (include/linux/mmzone.h) */
FB_PART("memory by node and zone")
FB_FIELD(pgdat_zones, "pglist_data", "node_zones")
FB_FIELD(pgdat_node_id, "pglist_data", "node_id")
FB_SIZE(zone, "zone")
FB_FIELD(zone_name, "zone", "name")
FB_FIELD(zone_present, "zone", "present_pages")
FB_FIELD(zone_managed, "zone", "managed_pages")
FB_FIELD(zone_watermarks, "zone", "_watermark", "watermark") /* a9214443269b, 5.0 */
FB_FIELD(zone_watermark_boost, "zone", "watermark_boost")
FB_FIELD(zone_counters, "zone", "vm_stat")
FB_FIELD(zone_free_area, "zone", "free_area")
FB_SIZE(free_area, "free_area")
FB_FIELD(free_area_count, "free_area", "nr_free")

/* What /proc/meminfo has from elsewhere (fs/proc/meminfo.c) */
FB_PART("parts of meminfo")
FB_FIELD(super_block_inodes, "super_block", "s_inodes")
FB_FIELD(inode_sb_list, "inode", "i_sb_list")
FB_FIELD(inode_mapping, "inode", "i_mapping")
FB_FIELD(address_space_count, "address_space", "nrpages")
FB_SIZE(hstate, "hstate")
FB_FIELD(hstate_order, "hstate", "order")
FB_FIELD(hstate_pages, "hstate", "nr_huge_pages")
FB_FIELD(hstate_free, "hstate", "free_huge_pages")
FB_FIELD(hstate_reserved, "hstate", "resv_huge_pages")
FB_FIELD(hstate_surplus, "hstate", "surplus_huge_pages")

/* How much a slab cache has (mm/slab.h); the two counters with CONFIG_SLUB_DEBUG only */
FB_PART("the sizes of slab caches")
FB_FIELD(kmem_cache_nodes, "kmem_cache", "node")
FB_FIELD(cache_node_slabs, "kmem_cache_node", "nr_slabs")
FB_FIELD(cache_node_objects, "kmem_cache_node", "total_objects")
