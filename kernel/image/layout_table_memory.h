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

/* Ranges of physical memory (include/linux/ioport.h) */
FB_PART("what is set aside for the capture kernel")
FB_FIELD(resource_start, "resource", "start")
FB_FIELD(resource_end, "resource", "end")

/* What /proc/meminfo has from elsewhere (fs/proc/meminfo.c) */
FB_PART("parts of meminfo")
FB_FIELD(super_block_ops, "super_block", "s_op")
FB_FIELD(super_block_inodes, "super_block", "s_inodes")
FB_FIELD(inode_sb_list, "inode", "i_sb_list")
FB_FIELD(inode_mapping, "inode", "i_mapping")
FB_FIELD(address_space_count, "address_space", "nrpages")
FB_FIELD(address_space_mappings, "address_space", "i_mmap")
FB_SIZE(hstate, "hstate")
FB_FIELD(hstate_order, "hstate", "order")
FB_FIELD(hstate_pages, "hstate", "nr_huge_pages")
FB_FIELD(hstate_free, "hstate", "free_huge_pages")
FB_FIELD(hstate_reserved, "hstate", "resv_huge_pages")
FB_FIELD(hstate_surplus, "hstate", "surplus_huge_pages")

/* How much a slab cache has (mm/slab.h); the two counters with CONFIG_SLUB_DEBUG only */
FB_PART("the sizes of slab caches")
FB_FIELD(kmem_cache_nodes, "kmem_cache", "node") /* pointers to the nodes, until 7.1 */
/* Pairs of pointers since "slab: decouple pointer to barn from kmem_cache_node", 7.1 */
FB_FIELD(kmem_cache_per_node, "kmem_cache", "per_node")
FB_SIZE(cache_per_node, "kmem_cache_per_node_ptrs")
FB_FIELD(cache_per_node_node, "kmem_cache_per_node_ptrs", "node")
FB_FIELD(cache_per_node_barn, "kmem_cache_per_node_ptrs", "barn")
FB_FIELD(cache_node_barn, "kmem_cache_node", "barn") /* 6.18, until 7.1 */
FB_FIELD(cache_node_slabs, "kmem_cache_node", "nr_slabs")
FB_FIELD(cache_node_objects, "kmem_cache_node", "total_objects")
FB_FIELD(cache_node_partial, "kmem_cache_node", "partial")
FB_FIELD(kmem_cache_refcount, "kmem_cache", "refcount")

/* One slab (mm/slab.h): struct slab since d122019bf061, 5.17, struct page before */
FB_PART("which objects of slabs are in use")
FB_FIELD(slab_freelist, "slab", "freelist")
FB_FIELD(slab_objects, "slab", "objects")
FB_FIELD(slab_in_use, "slab", "inuse")
FB_FIELD(slab_list, "slab", "slab_list")
FB_FIELD(page_freelist, "page", "freelist")
FB_FIELD(page_objects, "page", "objects")
FB_FIELD(page_in_use, "page", "inuse")
FB_FIELD(page_slab_list, "page", "slab_list")

/* What CPUs have of a cache (mm/slub.c): free objects of one slab, until 7.0; arrays of free objects, since 6.18 */
FB_PART("which free objects of slabs CPUs keep")
FB_FIELD(kmem_cache_cpu_slab, "kmem_cache", "cpu_slab")
FB_FIELD(cpu_slab_freelist, "kmem_cache_cpu", "freelist")
FB_FIELD(cpu_slab_slab, "kmem_cache_cpu", "slab", "page") /* bb192ed9aa71, 5.17 */
FB_FIELD(kmem_cache_cpu_sheaves, "kmem_cache", "cpu_sheaves")
FB_FIELD(sheaves_main, "slub_percpu_sheaves", "main")
FB_FIELD(sheaves_spare, "slub_percpu_sheaves", "spare")
FB_FIELD(sheaves_rcu_free, "slub_percpu_sheaves", "rcu_free")
FB_FIELD(sheaf_size, "slab_sheaf", "size")
FB_FIELD(sheaf_list, "slab_sheaf", "barn_list")
FB_FIELD(sheaf_objects, "slab_sheaf", "objects")
FB_FIELD(barn_full, "node_barn", "sheaves_full")

FB_PART("swapped pages that are in the swap cache")
FB_FIELD(swap_info_max, "swap_info_struct", "max")
FB_FIELD(swap_info_clusters, "swap_info_struct", "cluster_info")
FB_SIZE(swap_cluster, "swap_cluster_info")
FB_FIELD(swap_cluster_table, "swap_cluster_info", "table") /* 8578e0c00dcf, 6.18 */
FB_SIZE(swap_table, "swap_table")
