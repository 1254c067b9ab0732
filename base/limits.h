/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every cap on what an input may make this program allocate or walk, each with
 * its reason. A cap is far above what a real system has, and far below what hurts.
 */
#ifndef FB_BASE_LIMITS_H
#define FB_BASE_LIMITS_H

#include <stdint.h>

/* Texts kept for the user; a dump with more faults than this is described by its first ones. */
#define FB_MAX_WARNINGS 200

/* Strings read out of a dump: paths are at most PATH_MAX in the kernel. */
#define FB_MAX_STRING 4096

/* VMCOREINFO is one page in the kernel (VMCOREINFO_BYTES); 7.x raises it to a few. */
#define FB_MAX_VMCOREINFO (1u << 20)

/* The note area: one PRSTATUS (~360 bytes) per CPU, 8,192 CPUs at most (NR_CPUS_RANGE_END). */
#define FB_MAX_NOTES (16u << 20)
#define FB_MAX_CPUS 8192u

/* x86-64 has at most 52 physical address bits. */
#define FB_MAX_PFN (UINT64_C(1) << 40)

/* How many times larger than the bytes that it stores a dump's file may be. Its holes (sparse files
 * read as zeros there) cost nothing to make, so that a small file can claim any size. A host of 1 TiB
 * that used 1 GiB, and whose dump was copied with holes for pages of zeros, has a factor of 1,024. */
#define FB_MAX_HOLES 1024u

/* Parts of a split dump; makedumpfile --split is run with one per CPU of the capture kernel. */
#define FB_MAX_SPLIT_PARTS 256u

/* Records of a flattened file kept in its index; makedumpfile writes some thousand per GB. */
#define FB_MAX_FLAT_RECORDS (64u << 20)

/* Frames of a zstd or lz4 stream to be skipped that stand before its first with data: pzstd writes one. */
#define FB_MAX_SKIPPED_FRAMES 1024u

/* What a packed input may unpack to for each of its bytes, but for zeros, and what any may: deflate makes
 * 1,032 bytes of one at most, and memory other than zeros shrinks a hundredfold where it shrinks well. */
#define FB_MAX_UNPACKED_RATIO 1024u
#define FB_MIN_UNPACKED_BYTES (256ull << 20)
/* The same with blocks of zeros, which become holes: zstd makes 32,768 of one byte. */
#define FB_MAX_UNPACKED_ZEROS 32768u
#define FB_MIN_UNPACKED_ZEROS (16ull << 30)

/* Records of a flattened file that hold no byte: makedumpfile has nothing to write them for. */
#define FB_MAX_EMPTY_FLAT_RECORDS 1024u

/* Ranges of memory of an image: firmware's memory maps have some dozen. */
#define FB_MAX_IMAGE_RANGES (1u << 20)

/* Stretches of a saved guest of qemu in which page follows page: a page takes nine bytes at least. */
#define FB_MAX_QEVM_RUNS (64u << 20)

/* A checkpoint of VMware: groups are devices (some dozen), tags of one some thousand, and regions of memory
 * end at the gap for PCI below 4 GiB. */
#define FB_MAX_VMWARE_GROUPS 4096u
#define FB_MAX_VMWARE_TAGS (1u << 20)
#define FB_MAX_VMWARE_REGIONS 16u

/* A stored page is at most a page (larger would not have been kept compressed). */
#define FB_MAX_STORED_PAGE 4096u

/* kallsyms: distribution kernels have 100,000 to 250,000 symbols; KSYM_NAME_LEN is 512. */
#define FB_MAX_KALLSYMS (4u << 20)
#define FB_MAX_SYMBOL_NAME 512u
/* All names of one symbol table: 250,000 of 30 bytes are 8 MB; kallsyms packs them about 2:1. */
#define FB_MAX_SYMBOL_BYTES (256u << 20)

/* BTF of a distribution kernel is 4 to 12 MB; the format's own offsets end at 4 GB. */
#define FB_MAX_BTF_BYTES (256u << 20)
/* Modifiers, typedefs, arrays and anonymous members nest a few deep; a chain this long is a loop. */
#define FB_MAX_TYPE_DEPTH 64u
/* Members looked at for one name: task_struct has 400; anonymous unions could multiply for ever, and
 * some 500 names are looked for. */
#define FB_MAX_MEMBER_VISITS (1u << 16)

/* DWARF: entries below one unit (with link-time optimisation all of a kernel, some 10 million, is
 * one), and addresses that lines are looked up for: a host's threads wait in some thousand. */
#define FB_MAX_UNIT_ENTRIES (64u << 20)
#define FB_MAX_SOURCE_LOCATIONS (1u << 20)
/* Files below --debug-dir: /usr/lib/debug with all of a distribution's packages has fewer. */
#define FB_MAX_DEBUG_FILES (1u << 20)

/* Numbers, texts and structs shown of one value: a task_struct has 1,500. Arrays of arrays could
 * multiply for ever. */
#define FB_MAX_SHOWN_VALUES (1u << 18)

/* ORC: 6.12's vmlinux has about 500,000 entries. */
#define FB_MAX_ORC_ENTRIES (16u << 20)
/* Frames of one kernel stack: a task's, an interrupt's and six exceptions' have 80 KiB together,
 * and frames of less than 10 bytes in the mean are noise. */
#define FB_MAX_KERNEL_FRAMES 8192u

/* Numbers of x86-64's system calls: 472 in 7.2. */
#define FB_MAX_SYSCALLS 1024u

/* Return addresses of one task that were diverted: the tracer keeps 50 (FTRACE_RETFUNC_DEPTH), and
 * each probe as many as threads are within it. */
#define FB_MAX_DIVERTED 4096u
/* BPF programs and trampolines: a host with a service mesh has some thousand; and pages of copied
 * instructions. */
#define FB_MAX_GENERATED (1u << 20)

/* PID_MAX_LIMIT (include/linux/threads.h) is 4 Mi on 64-bit. */
#define FB_MAX_TASKS (4u << 20)
/* level of struct pid: MAX_PID_NS_LEVEL (include/linux/pid_namespace.h). */
#define FB_MAX_PID_LEVELS 33u
/* Nodes of the trees of PIDs: leaves of 64 for FB_MAX_TASKS, and less than as many again above
 * them. */
#define FB_MAX_PID_NODES (2u * FB_MAX_TASKS / 64u)
/* Nested PID namespaces: one for each container, some 10,000 on the largest hosts. */
#define FB_MAX_PID_NAMESPACES 65536u
/* References to one task or struct pid: each thread, fd and mount of it takes some. */
#define FB_MAX_REFERENCES (1u << 24)
/* css_sets of a system: one for each combination of cgroups, some hundred on a busy host. They are
 * only walked where other sources are broken. */
#define FB_MAX_CSS_SETS 65536u
/* Mappings of one process: vm.max_map_count is 65,530, and some set it to a million. */
#define FB_MAX_VMAS (8u << 20)
/* Mappings of all processes that are left in slabs: a host with 1,000 processes has some 500,000. */
#define FB_MAX_SLAB_VMAS (16u << 20)
/* Where the mappings of all processes begin and end, for cores without notes: 16 bytes each; and how often
 * the segments of one core are found among them. */
#define FB_MAX_MATCH_BOUNDS (8u << 20)
#define FB_MAX_MATCH_HITS (256u << 20)
#define FB_MAX_MODULES 4096u
/* Modules that use one: of 150 loaded ones some 40 use the most used. */
#define FB_MAX_MODULE_USERS 512u

/* Page tables of one process: 32 TiB in pages of 4 KiB have as many, in 64 GiB of tables. */
#define FB_MAX_PAGE_TABLES (16u << 20)
/* Places of PMD tables that have one already: hugetlb mappings of 4 TiB, mapped once more by the
 * same process. Of other tables, which nothing shares: entries that were damaged. */
#define FB_MAX_SHARED_TABLES 4096u
#define FB_MAX_STRAY_TABLES 64u
/* Pieces of huge pages, some of whose frames the dump has and some not: each page that it has begins
 * and ends one at most wherever it is mapped, and no process maps all memory eight times over. */
#define FB_MAX_PIECES_PER_PAGE 16u
#define FB_MIN_HUGE_PIECES (1u << 16)
/* Pages of mapped files that one process is looked through for in the page cache: each page of the dump, at as many
 * addresses as programs map a file at. */
#define FB_MAX_CACHED_PER_PAGE 4u
#define FB_MIN_CACHED_PAGES (1u << 15)

/* The kernel's log: LOG_BUF_LEN_MAX is 2^31 bytes; distributions set 2^17 to 2^21. What is kept
 * of it: 2^26 bytes of text, and a record for each 32 bytes (PRB_AVGBITS). */
#define FB_MAX_LOG_BITS 31u
#define FB_MAX_LOG_BYTES (64u << 20)
#define FB_MAX_LOG_RECORDS (2u << 20)

/* Mounts crossed from a file up to its root: each takes a component of a path (PATH_MAX / 2). */
#define FB_MAX_MOUNT_DEPTH 2048u

/* Descriptors of one process: fs.nr_open is 2^20, and some set it to 2^24. */
#define FB_MAX_OPEN_FILES (16u << 20)
/* Those that are listed, with paths: some 300 bytes each. */
#define FB_MAX_LISTED_FILES (1u << 20)
/* File locks of a system, waiters included: a busy file server has some 100,000. */
#define FB_MAX_LOCKS (1u << 20)
/* TCP sockets: tcp_max_orphans and file limits keep even large proxies at some million. */
#define FB_MAX_SOCKETS (16u << 20)

/* ELF cores: one program header per mapping (PN_XNUM allows 2^32 through section 0). */
#define FB_MAX_PHDRS (8u << 20)
#define FB_MAX_CORE_THREADS (1u << 20)
/* All notes of one core: 40 threads of AVX-512 state are 200 KB, 10,000 of AMX state 110 MB. */
#define FB_MAX_CORE_NOTES (UINT64_C(256) << 20)
/* And for each byte of its file that is in no hole, and beyond that: notes are no holes, but zeros in
 * them are where a file was copied so. */
#define FB_MAX_NOTE_HOLES 4u
#define FB_MIN_NOTES (1u << 20)
/* What the headers and notes of all cores of an input take in memory for each byte of their files,
 * and what may be beyond that: cores have more memory than headers. */
#define FB_MAX_CORES_HELD 4u
#define FB_MIN_CORES_HELD (UINT64_C(256) << 20)
/* PT_NOTE segments of one core: the kernel and gcore write one. */
#define FB_MAX_CORE_NOTE_SEGMENTS 64u
/* Entries of NT_AUXV: the kernel's saved_auxv has about 25 (AT_VECTOR_SIZE). */
#define FB_MAX_AUXV_PAIRS 1024u
/* A mapped program or library: about 12 program headers, and notes of some 100 bytes. */
#define FB_MAX_OBJECT_PHDRS 1024u
#define FB_MAX_OBJECT_NOTES (1u << 20)
/* Entries of a PT_DYNAMIC: about 35, and one per needed library. */
#define FB_MAX_DYNAMIC 65536u
/* Loaded objects of a process: each takes at least two of its mappings. */
#define FB_MAX_OBJECTS 65536u
#define FB_MAX_CORES 65536u

/*
 * User stacks.
 */
/* .eh_frame_hdr and .eh_frame read from memory: the largest programs (browsers) have some 20 MB. */
#define FB_MAX_UNWIND_TABLE (64u << 20)
/* Function symbols of one object and their names: the largest programs have some 500,000. */
#define FB_MAX_OBJECT_SYMBOLS (4u << 20)
#define FB_MAX_OBJECT_STRINGS (256u << 20)
/* Unpacked .gnu_debugdata: the function symbols of the largest programs are some 40 MB. */
#define FB_MAX_MINI_DEBUGINFO (64u << 20)
/* Symbols that begin within another one: labels of hand-written code, some hundred. */
#define FB_MAX_SYMBOLS_WITHIN 4096u
/* Frames of one user stack: 8 MiB of runaway recursion with frames of 128 bytes. */
#define FB_MAX_USER_FRAMES 65536u
/* Functions inlined into each other at one place: compilers stop far below. */
#define FB_MAX_INLINED 64u

/*
 * Children that read objects for us (base/isolation/isolate.h).
 */
/* Memory that a child may take beyond what its parent has: the symbols, unwind tables and lines of
 * a browser with debug information are some 500 MB. */
#define FB_MAX_ISOLATE_MEMORY (UINT64_C(2) << 30)
/* What comes back of one part: 10,000 threads of 50 frames with names are 75 MB. */
#define FB_MAX_ISOLATE_RESULT (256u << 20)
/* An error's text or a warning from a child: as much as a screen holds. */
#define FB_MAX_ISOLATE_MESSAGE 4096u
/* CPU seconds of one part: finding the units of 2 GB of debug information takes some 5. */
#define FB_ISOLATE_SECONDS 8u
/* CPU seconds of all children of one piece of work together: at 100 threads a second the stacks of
 * 180,000 threads, more than any host was seen with. */
#define FB_MAX_ISOLATE_TOTAL_SECONDS 1800u
/* Clock seconds of one part; a share on a slow network is read at 10 MB/s. */
#define FB_ISOLATE_WAIT_SECONDS 120u
/* The same where files may be fetched: 10 of 100 MB each at 2 MB/s. */
#define FB_ISOLATE_FETCH_SECONDS 600u
/* Children that may end badly in one run, and of these by being slow: what is left then is not
 * begun, because a dump that kills so many was made to. */
#define FB_MAX_ISOLATE_DEATHS 100u
#define FB_MAX_ISOLATE_SLOW 2u

/* Pages kept decompressed at a time: 16 MiB, enough for the page tables and slabs of a walk. */
#define FB_PAGE_CACHE_PAGES 4096u

/*
 * The fiber section of a bundle.
 */
/* A core's offsets take 44 bits (16 TiB) where pages of it are placed or stored. */
#define FB_MAX_CORE_BYTES (UINT64_C(1) << 44)
/* A core that is built takes each page of the dump so many times at most: collectors of garbage map
 * their heap at three places. Of small dumps as many bytes as this. */
#define FB_MAX_BUILT_TIMES 64u
#define FB_MIN_BUILT_BYTES (UINT64_C(1) << 30)
/* Four parts a core, one a file, and a few of the whole. */
#define FB_MAX_FIBER_PARTS (4u * FB_MAX_CORES + FB_MAX_BUNDLE_OBJECTS + 16u)
/* What the parts of all cores unpack to for each byte of the bundle, and what may be beyond that:
 * pieces take 16 bytes for a page or more of the file. */
#define FB_MAX_FIBER_RATIO 2u
#define FB_MIN_FIBER_UNPACKED (UINT64_C(256) << 20)
/* About 1 KB of JSON a core. */
#define FB_MAX_MANIFEST (64u << 20)
/* Values and names in it: 20 bytes each in the mean; an array of digits could have 32 million. */
#define FB_MAX_MANIFEST_VALUES (8u << 20)
/* Headers and notes of one core kept as literals; what is more goes to the page store. */
#define FB_MAX_LITERALS (4u << 20)
/* Pieces of one core: neighbouring pages share one, so even 64 GiB of forked and scattered pages
 * stay below. */
#define FB_MAX_EXTENTS (16u << 20)
/* Files whose unwind tables and symbols a bundle keeps: a host with 1,000 containers has some 10,000
 * programs and libraries, of which stacks are in some hundred. Together as many bytes, unpacked: some
 * 400 KB each, browsers 40 MB. And their index. */
#define FB_MAX_BUNDLE_OBJECTS 16384u
#define FB_MAX_BUNDLE_OBJECT_BYTES (UINT64_C(1) << 30)
#define FB_MAX_OBJECT_INDEX (64u << 20)
/* Files that frames are in, each counted again where another one lies between. */
#define FB_MAX_STACK_FILES (16u << 20)
/* 16 pages each: 1 TiB that is nowhere at a frame. */
#define FB_MAX_STORE_GROUPS (16u << 20)
/* Hashes remembered to store equal pages once: 48 MB for 4 GiB of stored pages. Those behind are
 * stored as they come. */
#define FB_MAX_DEDUPE_PAGES (1u << 20)
/* 1 MiB each: a dump of 64 TiB. */
#define FB_MAX_SUM_CHUNKS (64u << 20)
/* Bitmaps that are written, in frames: 128 TiB of RAM. */
#define FB_MAX_BITMAP_PFN (UINT64_C(1) << 35)

/* Who waits for whom: every thread may wait, for a few things each (futex_waitv() takes 128). */
#define FB_MAX_WAITS (8u << 20)
/* Owners named of one object: a pipe that a pool of workers inherited; past them "and others". */
#define FB_MAX_WAIT_OWNERS 256u
/* Waiters queued on one kernel lock or wait queue: each thread once. */
#define FB_MAX_WAIT_QUEUE (4u << 20)
/* Futex hash buckets of the kernel and all processes: 256 a CPU (FB_MAX_CPUS), and up to as many for
 * processes, 4 a thread. Nodes of memory: MAX_NUMNODES. */
#define FB_MAX_FUTEX_BUCKETS (512u * FB_MAX_CPUS)
#define FB_MAX_NODES 1024u
/* Files that one epoll, poll or select watches: a proxy's connections. */
#define FB_MAX_WATCHED (1u << 20)
/* And all that do, together: max_user_watches lets a host of 64 GiB have some 15 million. */
#define FB_MAX_ALL_WATCHED (16u << 20)
/* Mappings looked through for who shares a lock: 60 of each of 10,000 containers, for 100 locks. */
#define FB_MAX_SEARCHED_VMAS (64u << 20)
/* Descriptors of all processes together: fs.file-max of a large host is some 10 million. Twice 32
 * bytes each. And what room their tables have: these double, and are as large as the highest. */
#define FB_MAX_HELD_FILES (12u << 20)
#define FB_MAX_HELD_SLOTS (1u << 30)
/* Mounted file systems of a host with some 10,000 containers. */
#define FB_MAX_SUPERBLOCKS (1u << 20)
/* Slab caches: some 200, and before 5.9 as many again for each of thousands of control groups. */
#define FB_MAX_SLAB_CACHES (1u << 18)
/* Mounts of one namespace: fs.mount-max is 100,000. */
#define FB_MAX_MOUNTS (1u << 18)
/* Inodes that wait to be written: a file server with 100 GB of page cache has some million. */
#define FB_MAX_DIRTY_INODES (8u << 20)

#endif
