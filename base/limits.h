/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every limit on what an input may make this program allocate or walk over, each with
 * its reason: what real systems have. A limit is far above that, and far below what
 * would exhaust memory or take hours. Where one is reached, the error is FB_LIMIT.
 * Sizes are in bytes, others are counts. Included by whatever reads inputs.
 */
#ifndef FB_BASE_LIMITS_H
#define FB_BASE_LIMITS_H

#include <stdint.h>

/* Warnings that are printed; of a dump with more faults the first ones are enough to describe it. */
#define FB_MAX_WARNINGS 200

/* Strings read out of a dump: paths are at most PATH_MAX in the kernel. */
#define FB_MAX_STRING 4096

/* VMCOREINFO is one page in the kernel (VMCOREINFO_BYTES); 7.x raises it to a few. */
#define FB_MAX_VMCOREINFO (1u << 20)

/* All ELF notes of a dump: one PRSTATUS (about 360 bytes) for each CPU, of which there are 8,192 at most
 * (NR_CPUS_RANGE_END). */
#define FB_MAX_NOTES (16u << 20)
#define FB_MAX_CPUS 8192u

/* x86-64 has at most 52 physical address bits. */
#define FB_MAX_PFN (UINT64_C(1) << 40)

/* How many times larger a dump's file may be than the bytes that are stored in it. The rest are holes, which
 * read as zeros and cost nothing to make, so that a small file can claim any size. The dump of a host of
 * 1 TiB that used 1 GiB has a factor of 1,024 where it was copied with holes for pages of zeros. */
#define FB_MAX_HOLES 1024u

/* Parts of a split dump; makedumpfile --split is run with one per CPU of the capture kernel. */
#define FB_MAX_SPLIT_PARTS 256u

/* Records of a flattened file kept in its index; makedumpfile writes some thousand per GB. */
#define FB_MAX_FLAT_RECORDS (64u << 20)

/* Skippable frames before the first frame with data in a zstd or lz4 stream: pzstd writes one. */
#define FB_MAX_SKIPPED_FRAMES 1024u

/* A compressed input may unpack to so many bytes for each of its own, blocks of zeros not counted, or to the
 * second number where that is more. deflate makes at most 1,032 bytes of one, and memory other than zeros
 * compresses a hundredfold at best. */
#define FB_MAX_UNPACKED_RATIO 1024u
#define FB_MIN_UNPACKED_BYTES (256ull << 20)
/* The same with blocks of zeros counted, which become holes: zstd makes 32,768 bytes of one. */
#define FB_MAX_UNPACKED_ZEROS 32768u
#define FB_MIN_UNPACKED_ZEROS (16ull << 30)

/* Records of a flattened file that hold no byte: makedumpfile has no reason to write any. */
#define FB_MAX_EMPTY_FLAT_RECORDS 1024u

/* Ranges of memory of an image: firmware's memory maps have some dozen. */
#define FB_MAX_IMAGE_RANGES (1u << 20)

/* Runs of consecutive pages in a guest's memory that qemu saved: in the file a page takes at least nine
 * bytes. */
#define FB_MAX_QEVM_RUNS (64u << 20)

/* A qcow2 disk image, as qemu limits it: snapshots (QCOW_MAX_SNAPSHOTS) and entries of a table L1 (QCOW_MAX_L1_SIZE);
 * and runs of consecutive clusters of a guest that was saved in it: qemu allocates them one behind the other. */
#define FB_MAX_QCOW2_SNAPSHOTS 65536u
#define FB_MAX_QCOW2_TABLES (4u << 20)
#define FB_MAX_QCOW2_RUNS (16u << 20)

/* A checkpoint of VMware: a group is a device (there are some dozen), a group has some thousand tags, and
 * memory has a few regions, which the gap for PCI below 4 GiB separates. */
#define FB_MAX_VMWARE_GROUPS 4096u
#define FB_MAX_VMWARE_TAGS (1u << 20)
#define FB_MAX_VMWARE_REGIONS 16u

/* Bytes that a page takes in a dump: a page that compression would make larger is stored uncompressed. */
#define FB_MAX_STORED_PAGE 4096u

/* kallsyms: distribution kernels have 100,000 to 250,000 symbols; KSYM_NAME_LEN is 512. */
#define FB_MAX_KALLSYMS (4u << 20)
#define FB_MAX_SYMBOL_NAME 512u
/* All names of one symbol table: 250,000 names of 30 bytes are 8 MB; kallsyms compresses them about 2:1. */
#define FB_MAX_SYMBOL_BYTES (256u << 20)

/* BTF of a distribution kernel is 4 to 12 MB; the format itself allows 4 GB. */
#define FB_MAX_BTF_BYTES (256u << 20)
/* Modifiers, typedefs, arrays and anonymous members nest a few levels deep; a chain this long is a loop. */
#define FB_MAX_TYPE_DEPTH 64u
/* Members looked at to find one name: task_struct has 400. Anonymous unions that contain each other several
 * times could make endlessly many, and some 500 names are looked up. */
#define FB_MAX_MEMBER_VISITS (1u << 16)

/* DWARF: entries of one unit (with link-time optimisation a whole kernel is one unit, with some 10 million),
 * and addresses whose source lines are looked up: all threads of a host wait at some thousand. */
#define FB_MAX_UNIT_ENTRIES (64u << 20)
#define FB_MAX_SOURCE_LOCATIONS (1u << 20)
/* Files below --debug-dir: /usr/lib/debug with all packages of a distribution has fewer. */
#define FB_MAX_DEBUG_FILES (1u << 20)

/* Numbers, texts and structs that are printed of one value: a task_struct has 1,500. Arrays of arrays could
 * have endlessly many. */
#define FB_MAX_SHOWN_VALUES (1u << 18)

/* One function's code, of which the stack is worked out: the longest of 6.12 has 60 KB. */
#define FB_MAX_FUNCTION_BYTES (256u << 10)
/* ORC: 6.12's vmlinux has about 500,000 entries. */
#define FB_MAX_ORC_ENTRIES (16u << 20)
/* Frames of one kernel stack: the stacks of a task, an interrupt and six exceptions have 80 KiB together,
 * and real frames have more than 10 bytes on average. */
#define FB_MAX_KERNEL_FRAMES 8192u

/* For how long a dump of the running kernel looks for what to keep of processes; those of a host that has a thousand
 * take some seconds. */
#define FB_LIVE_KEEP_SECONDS 120u

/* Numbers of x86-64's system calls: 472 in 7.2. */
#define FB_MAX_SYSCALLS 1024u

/* Return addresses of one task that tracers replaced: the function tracer keeps 50 (FTRACE_RETFUNC_DEPTH),
 * and each return probe one for each call that is under way. */
#define FB_MAX_DIVERTED 4096u
/* BPF programs, trampolines, and pages of instructions that kprobes copied: a host with a service mesh has
 * some thousand. */
#define FB_MAX_GENERATED (1u << 20)

/* PID_MAX_LIMIT (include/linux/threads.h) is 4 Mi on 64-bit. */
#define FB_MAX_TASKS (4u << 20)
/* Levels of a struct pid: MAX_PID_NS_LEVEL (include/linux/pid_namespace.h). */
#define FB_MAX_PID_LEVELS 33u
/* Nodes of the trees of PIDs: FB_MAX_TASKS in leaves of 64, and fewer inner nodes than leaves. */
#define FB_MAX_PID_NODES (2u * FB_MAX_TASKS / 64u)
/* Nested PID namespaces: one for each container, some 10,000 on the largest hosts. */
#define FB_MAX_PID_NAMESPACES 65536u
/* References to one task or struct pid: each of its threads, descriptors and mounts takes some. */
#define FB_MAX_REFERENCES (1u << 24)
/* css_sets of a system: one for each combination of cgroups, some hundred on a busy host. */
#define FB_MAX_CSS_SETS 65536u
/* Control groups: hosts with removed ones that pages refer to were seen with some 100,000; and hierarchies: one for
 * each of some 14 controllers, and named ones. */
#define FB_MAX_CGROUPS (1u << 20)
#define FB_MAX_CGROUP_ROOTS 64u
/* Objects of one list, or of one tree, that a user has walked: the dentries of a large host are some ten million. */
#define FB_MAX_LIST_OBJECTS (16u << 20)
/* Signals queued for one thread or process: RLIMIT_SIGPENDING is some thousand for each GiB of the host. */
#define FB_MAX_QUEUED_SIGNALS (1u << 20)
/* IPC objects of all namespaces and the threads that wait for them together: each namespace has 32,000 objects of a
 * sort at most (SEMMNI, SHMMNI, MSGMNI). Semaphores: SEMMNS is 1,024,000,000, but databases use some thousand.
 * Namespaces: one for each container. */
#define FB_MAX_IPC (1u << 20)
#define FB_MAX_SEMAPHORES (4u << 20)
#define FB_MAX_IPC_NAMESPACES 65536u
/* Mappings of one process: vm.max_map_count is 65,530, and some set it to a million. */
#define FB_MAX_VMAS (8u << 20)
/* Mappings of all processes that are found in slabs: a host with 1,000 processes has some 500,000. */
#define FB_MAX_SLAB_VMAS (16u << 20)
/* The start and end addresses of the mappings of all processes, by which cores without notes are matched, 16
 * bytes each; and how many of them may equal a start or end of one core's segments. */
#define FB_MAX_MATCH_BOUNDS (8u << 20)
#define FB_MAX_MATCH_HITS (256u << 20)
#define FB_MAX_MODULES 4096u
/* Modules that use the same module: of 150 loaded modules some 40 use the one that is used most. */
#define FB_MAX_MODULE_USERS 512u

/* Page tables of one process: 32 TiB in pages of 4 KiB need so many, which take 64 GiB. */
#define FB_MAX_PAGE_TABLES (16u << 20)
/* Entries of one process's page tables that lead to a table to which another entry leads too. For PMD tables:
 * a process that maps 4 TiB of hugetlb memory twice has so many. Other tables are never shared, so that such
 * entries are damaged. */
#define FB_MAX_SHARED_TABLES 4096u
#define FB_MAX_STRAY_TABLES 64u
/* Runs of pages within huge pages of which the dump has only some pages. A page of the dump can begin one run
 * and end one wherever it is mapped, and no process maps all memory more than eight times. The limit is the
 * first number for each page of the dump, and the second number besides. */
#define FB_MAX_PIECES_PER_PAGE 16u
#define FB_MIN_HUGE_PIECES (1u << 16)
/* Addresses of one process's mapped files for which the page cache is searched: the first number for each page
 * of the dump, because a program maps the same page of a file at a few addresses; and the second besides. */
#define FB_MAX_CACHED_PER_PAGE 4u
#define FB_MIN_CACHED_PAGES (1u << 15)

/* The kernel's log: LOG_BUF_LEN_MAX is 2^31 bytes; distributions set 2^17 to 2^21. Of it, 2^26 bytes of text
 * are kept, and one record for each 32 bytes (PRB_AVGBITS). */
#define FB_MAX_LOG_BITS 31u
#define FB_MAX_LOG_BYTES (64u << 20)
#define FB_MAX_LOG_RECORDS (2u << 20)

/* Mounts on the way from a file up to its root: each takes a component of a path (PATH_MAX / 2). */
#define FB_MAX_MOUNT_DEPTH 2048u

/* Descriptors of one process: fs.nr_open is 2^20, and some set it to 2^24. */
#define FB_MAX_OPEN_FILES (16u << 20)
/* Those that are listed with their paths: some 300 bytes each. */
#define FB_MAX_LISTED_FILES (1u << 20)
/* File locks of a system, waiters included: a busy file server has some 100,000. */
#define FB_MAX_LOCKS (1u << 20)
/* TCP sockets: tcp_max_orphans and file limits keep even large proxies at some million. */
#define FB_MAX_SOCKETS (16u << 20)
/* Those of all families that are listed, 48 bytes each: few hosts can have as many open files. */
#define FB_MAX_LISTED_SOCKETS (4u << 20)
/* Buffers in the receive queue of one unix socket: each takes some 800 bytes of SO_SNDBUF. */
#define FB_MAX_SOCKET_BUFFERS (1u << 20)
/* Network namespaces: one for each container. */
#define FB_MAX_NETS 65536u
/* Interfaces of all namespaces: a handful for each container; and addresses of one, of which some give a host to each
 * service. */
#define FB_MAX_INTERFACES (1u << 18)
#define FB_MAX_INTERFACE_ADDRESSES 65536u
/* Receive queues of an interface: as many as CPUs, as a rule. */
#define FB_MAX_INTERFACE_QUEUES 65536u
/* Routes of one namespace: those of a router that knows the whole Internet are 1.3 million; and steps of all walks
 * through tables of routes, of which each slot of a node is one: four for each route at most in a tree of many. */
#define FB_MAX_ROUTES (1u << 21)
#define FB_MAX_ROUTE_STEPS (1u << 25)
/* Next hops of one route: a netlink message has room for fewer. */
#define FB_MAX_ROUTE_HOPS 65536u
/* Rules of one namespace. */
#define FB_MAX_ROUTE_RULES (1u << 18)
/* Neighbours of all namespaces together, for which the kernel has one table (net.ipv4.neigh.default.gc_thresh3 is 1024
 * unless it is raised), and 2 to the power of this many chains. */
#define FB_MAX_NEIGHBOURS (1u << 22)
#define FB_MAX_NEIGHBOUR_SHIFT 24u
/* Files and folders of /proc/sys: some 1,000, and some 200 for each interface of each network namespace. */
#define FB_MAX_SYSCTLS (8u << 20)

/* BPF programs, maps and links of each kind: a host with many containers has some thousand; maps of one program:
 * MAX_USED_MAPS is 64; and functions of one, BPF_MAX_SUBPROGS: 256. */
#define FB_MAX_BPF_OBJECTS (1u << 18)
#define FB_MAX_BPF_MAPS_USED 64u
#define FB_MAX_BPF_FUNCTIONS 256u

/* ELF cores: one program header per mapping (PN_XNUM allows 2^32 through section 0). */
#define FB_MAX_PHDRS (8u << 20)
#define FB_MAX_CORE_THREADS (1u << 20)
/* All notes of one core: 40 threads of AVX-512 state are 200 KB, 10,000 of AMX state 110 MB. */
#define FB_MAX_CORE_NOTES (UINT64_C(256) << 20)
/* The XSAVE state of one thread: with AMX 11 KB. */
#define FB_MAX_XSTATE (1u << 20)
/* The same in relation to the file: so many bytes of notes for each byte that is in no hole, and the second
 * number besides. Notes are written without holes, but zeros in them become holes where the file is copied
 * with cp --sparse. */
#define FB_MAX_NOTE_HOLES 4u
#define FB_MIN_NOTES (1u << 20)
/* Bytes of memory that the headers and notes of all cores of an input may take for each byte of the cores'
 * files, and how many more besides: the files have more contents of memory than headers. */
#define FB_MAX_CORES_HELD 4u
#define FB_MIN_CORES_HELD (UINT64_C(256) << 20)
/* PT_NOTE segments of one core: the kernel and gcore write one. */
#define FB_MAX_CORE_NOTE_SEGMENTS 64u
/* Entries of NT_AUXV: the kernel's saved_auxv has about 25 (AT_VECTOR_SIZE). */
#define FB_MAX_AUXV_PAIRS 1024u
/* A mapped program or library has about 12 program headers, and notes of some 100 bytes. */
#define FB_MAX_OBJECT_PHDRS 1024u
#define FB_MAX_OBJECT_NOTES (1u << 20)
/* Entries of a PT_DYNAMIC: about 35, and one for each library that the object needs. */
#define FB_MAX_DYNAMIC 65536u
/* Programs and libraries that a process has loaded: each takes at least two of its mappings. */
#define FB_MAX_OBJECTS 65536u
#define FB_MAX_CORES 65536u

/*
 * User stacks.
 */
/* .eh_frame_hdr and .eh_frame read from memory: the largest programs (browsers) have some 20 MB. */
#define FB_MAX_UNWIND_TABLE (64u << 20)
/* What is searched of an object for an .eh_frame that no header names: static programs have some MB of constants,
 * and those that have more, as Go's do, mostly have none. */
#define FB_MAX_UNWIND_SEARCH (16u << 20)
/* Records that one such search looks at: a MB of .eh_frame has some 30,000, and each is looked at twice. */
#define FB_MAX_UNWIND_SEARCH_RECORDS (4u << 20)
/* Function symbols of one object and their names: the largest programs have some 500,000. */
#define FB_MAX_OBJECT_SYMBOLS (4u << 20)
#define FB_MAX_OBJECT_STRINGS (256u << 20)
/* Unpacked .gnu_debugdata: the function symbols of the largest programs are some 40 MB. */
#define FB_MAX_MINI_DEBUGINFO (64u << 20)
/* Symbols that begin inside another symbol: labels of hand-written code, some hundred. */
#define FB_MAX_SYMBOLS_WITHIN 4096u
/* Frames of one user stack: 8 MiB of runaway recursion with frames of 128 bytes. */
#define FB_MAX_USER_FRAMES 65536u
/* Functions that are inlined into each other at one place: compilers stop far below. */
#define FB_MAX_INLINED 64u
/* Frames of a thread of Python, whose own limit of recursion is 1,000 unless a program raises it; and its threads. */
#define FB_MAX_PYTHON_FRAMES 16384u
#define FB_MAX_PYTHON_THREADS 65536u
/* Threads of Java, which are threads of the kernel, and frames of one: the default stack of 1 MiB has room for some
 * 20,000, and more where it is set to more. */
#define FB_MAX_JAVA_THREADS 65536u
#define FB_MAX_JAVA_FRAMES 65536u
/* Classes of the objects that they wait for, and monitors: threads wait for one each. */
#define FB_MAX_JAVA_CLASSES 65536u
#define FB_MAX_JAVA_MONITORS 65536u
/* Frames of Java of all threads of a process: 10,000 threads of 400 frames. */
#define FB_MAX_JAVA_FRAME_POINTERS (4u << 20)
/* Steps through the tables of its code for a process, of some 10 ns each: bytes of lines, segments of code memory, and
 * FB_JAVA_FRAME_STEPS for a frame. 10,000 threads of 50 frames take some 50 million. */
#define FB_MAX_JAVA_STEPS (256u << 20)
#define FB_JAVA_FRAME_STEPS 64u
/* Goroutines: a million of them need 2 GB for their stacks. Frames of one: the smallest has 16 bytes, and Go's own
 * traceback ends after 100. */
#define FB_MAX_GOROUTINES (4u << 20)
#define FB_MAX_GO_FRAMES 16384u
/* Frames of all goroutines of a process, each of which takes 88 bytes: some hundred thousand goroutines. */
#define FB_MAX_GO_ALL_FRAMES (4u << 20)
/* Goroutines whose stacks a filtered dump keeps: 20 MB of a host's memory at least. */
#define FB_MAX_GOROUTINES_VISITED 10000u
/* Different return addresses on all stacks of a program, bytes of one of its tables (kubelet's largest has 40 MB), and
 * how many bytes of tables of values are decoded for a process: some hundred for each return address. */
#define FB_MAX_GO_PLACES (1u << 20)
#define FB_MAX_GO_TABLE (1u << 30)
#define FB_MAX_GO_TABLES (256u << 20)
/* All frames of a user stack. */
#define FB_MAX_STACK_FRAMES                                                              \
	(FB_MAX_USER_FRAMES + FB_MAX_INLINED + FB_MAX_PYTHON_FRAMES + FB_MAX_GO_FRAMES + \
	 FB_MAX_JAVA_FRAMES)

/*
 * Child processes that read programs and libraries (base/isolation/isolate.h).
 */
/* Memory that a child may take in addition to its parent's: the symbols, unwind tables and lines of
 * a browser with debug information are some 500 MB. */
#define FB_MAX_ISOLATE_MEMORY (UINT64_C(2) << 30)
/* The result of one part of the work: 10,000 threads of 50 frames with names are 75 MB. */
#define FB_MAX_ISOLATE_RESULT (256u << 20)
/* The text of an error or a warning from a child: as much as a screen holds. */
#define FB_MAX_ISOLATE_MESSAGE 4096u
/* CPU seconds for one part: finding the units of 2 GB of debug information takes some 5. */
#define FB_ISOLATE_SECONDS 8u
/* CPU seconds for all children of one piece of work together: at 100 threads a second that suffices for the
 * stacks of 180,000 threads, which is more than any known host had. */
#define FB_MAX_ISOLATE_TOTAL_SECONDS 1800u
/* Seconds of real time for one part: files on a network share may come at 10 MB/s. */
#define FB_ISOLATE_WAIT_SECONDS 120u
/* The same where files may be fetched: 10 files of 100 MB at 2 MB/s. */
#define FB_ISOLATE_FETCH_SECONDS 600u
/* Children that may die in one run, and how many of these because they were too slow. After that no further
 * part is begun, because a dump that kills so many children was made for that. */
#define FB_MAX_ISOLATE_DEATHS 100u
#define FB_MAX_ISOLATE_SLOW 2u

/* Pages of the dump that are kept decompressed: 16 MiB, enough for the page tables and slabs of a walk. */
#define FB_PAGE_CACHE_PAGES 4096u

/*
 * The fiber section of a bundle: the part that a merge adds to the dump, which holds the cores
 * (bundle/file/fiber.h, docs/formats/bundle.md).
 */
/* Bytes of a core: the tables that place or store its pages have 44 bits for an offset in it (16 TiB). */
#define FB_MAX_CORE_BYTES (UINT64_C(1) << 44)
/* A core that is built from a dump may take so many times the bytes of the dump's pages, because a page can be
 * mapped at several addresses (garbage collectors map their heap three times); or the second number of bytes
 * where that is more. */
#define FB_MAX_BUILT_TIMES 64u
#define FB_MIN_BUILT_BYTES (UINT64_C(1) << 30)
/* Parts of a fiber section: four for each core, one for each file, and a few for the whole. */
#define FB_MAX_FIBER_PARTS (4u * FB_MAX_CORES + FB_MAX_BUNDLE_OBJECTS + 16u)
/* Bytes that the parts of all cores may unpack to for each byte of the bundle, and how many more besides:
 * an entry of these tables takes 16 bytes for a page or more of the file. */
#define FB_MAX_FIBER_RATIO 2u
#define FB_MIN_FIBER_UNPACKED (UINT64_C(256) << 20)
/* The manifest: about 1 KB of JSON for each core. */
#define FB_MAX_MANIFEST (64u << 20)
/* Values and names in the manifest: they take 20 bytes each on average, but an array of digits of that size
 * could have 32 million. */
#define FB_MAX_MANIFEST_VALUES (8u << 20)
/* Headers and notes of one core that are kept as literal bytes; any more are kept in the page store. */
#define FB_MAX_LITERALS (4u << 20)
/* Extents of one core: neighbouring pages share one, so that even a process with 64 GiB of scattered pages
 * stays below. */
#define FB_MAX_EXTENTS (16u << 20)
/* Files whose unwind tables and symbols a bundle keeps (a host with 1,000 containers has some 10,000 programs
 * and libraries, of which some hundred occur in stacks); the bytes of all of them together, unpacked (some
 * 400 KB each, 40 MB for a browser); and the bytes of their index. */
#define FB_MAX_BUNDLE_OBJECTS 16384u
#define FB_MAX_BUNDLE_OBJECT_BYTES (UINT64_C(1) << 30)
#define FB_MAX_OBJECT_INDEX (64u << 20)
/* Files that the frames of all stacks lie in; a file counts again where another one lies between. */
#define FB_MAX_STACK_FILES (16u << 20)
/* Groups of 16 pages in the page store: 1 TiB of pages that no frame of the dump has. */
#define FB_MAX_STORE_GROUPS (16u << 20)
/* Pages whose hashes are kept in memory to store equal pages once: 48 MB for 4 GiB of stored pages. Further
 * pages are stored without such a comparison. */
#define FB_MAX_DEDUPE_PAGES (1u << 20)
/* Chunks of 1 MiB with a checksum each: a dump of 64 TiB. */
#define FB_MAX_SUM_CHUNKS (64u << 20)
/* Frames that a bitmap that is written may cover: 128 TiB of RAM. */
#define FB_MAX_BITMAP_PFN (UINT64_C(1) << 35)

/*
 * The analysis of waits.
 */
/* Waits of all threads: each thread may wait for a few things at once (futex_waitv() takes 128). */
#define FB_MAX_WAITS (8u << 20)
/* What the checks of a host find unusual; a person reads the first few. */
#define FB_MAX_FINDINGS 1024u
/* Owners that are named for one object, such as a pipe that a pool of workers inherited; "and others" stands
 * for further ones. */
#define FB_MAX_WAIT_OWNERS 256u
/* Waiters queued on one kernel lock or wait queue: each thread once. */
#define FB_MAX_WAIT_QUEUE (4u << 20)
/* Hash buckets for futexes, of the kernel and of all processes: the kernel has 256 for each CPU
 * (FB_MAX_CPUS), and processes have up to as many together, 4 for each thread. NUMA nodes: MAX_NUMNODES. */
#define FB_MAX_FUTEX_BUCKETS (512u * FB_MAX_CPUS)
#define FB_MAX_NODES 1024u
/* Files that one epoll, poll or select watches: a proxy's connections. */
#define FB_MAX_WATCHED (1u << 20)
/* And all of them together: max_user_watches allows some 15 million on a host of 64 GiB. */
#define FB_MAX_ALL_WATCHED (16u << 20)
/* Mappings that are searched for other users of shared locks: 60 in each of 10,000 containers, 100 times. */
#define FB_MAX_SEARCHED_VMAS (64u << 20)
/* Descriptors of all processes together: fs.file-max of a large host is some 10 million, and each takes 64
 * bytes here. And the slots of their descriptor tables, which double in size and reach up to the highest
 * descriptor. */
#define FB_MAX_HELD_FILES (12u << 20)
#define FB_MAX_HELD_SLOTS (1u << 30)
/* Mounted file systems of a host with some 10,000 containers. */
#define FB_MAX_SUPERBLOCKS (1u << 20)
/* Slab caches: some 200; before 5.9 each of thousands of control groups had as many of its own. */
#define FB_MAX_SLAB_CACHES (1u << 18)
/* Interrupts: a server with many network and storage queues has some thousand; handlers of one interrupt that share a
 * line; and counts of interrupts by CPU. */
#define FB_MAX_IRQS 65536u
#define FB_MAX_IRQ_ACTIONS 256u
#define FB_MAX_IRQ_COUNTS (1u << 24)
/* Timers of all CPUs: a thread that sleeps has one, and a connection some: a busy server has some hundred thousand. */
#define FB_MAX_TIMERS (1u << 20)
/* Work queues: some hundred, and several for each file system, disk and network card; and their pools of workers: two
 * or four for each CPU, and some more for each node. */
#define FB_MAX_WORK_QUEUES (1u << 18)
#define FB_MAX_WORK_POOLS (1u << 16)
/* Pairs of a work queue and a pool: one for each CPU and queue, on large hosts half a million. */
#define FB_MAX_WORK_PAIRS (8u << 20)
/* Work items that wait to be run, of all pools together: what drivers and file systems have queued, as a rule a few. */
#define FB_MAX_WORK_ITEMS (1u << 20)
/* Objects of one slab cache: 100 GB of dentries are 500 million; a byte is kept of each. */
#define FB_MAX_SLAB_OBJECTS (1u << 30)
/* Mounts of one namespace: fs.mount-max is 100,000. */
#define FB_MAX_MOUNTS (1u << 18)
/* Block devices, partitions counted: a storage server with multipath has some 10,000. */
#define FB_MAX_BLOCK_DEVICES (1u << 18)
/* Links of one folder of sysfs, and the partitions of one disk: 256 of these at most (DISK_MAX_PARTS). */
#define FB_MAX_DEVICE_LINKS 4096u
#define FB_MAX_PARTITIONS 4096u
/* Tags of one hardware queue: BLK_MQ_MAX_DEPTH is 10,240. */
#define FB_MAX_QUEUE_TAGS (1u << 16)
/* Sets of tags of all queues: each has one or two for every CPU. */
#define FB_MAX_TAG_SETS (1u << 20)
/* Requests in flight of all devices, bios held back counted. */
#define FB_MAX_BLOCK_REQUESTS (1u << 20)
/* Tables of the device mapper have up to some 1,000 targets. */
#define FB_MAX_MAPPED_TARGETS (1u << 16)
/* Paths of a multipath device: some storage has 32 per volume. */
#define FB_MAX_MULTIPATH_PATHS 4096u

/* Clients and transports of RPC: each mounted server has some, and each mount looks through all. Calls that are under
 * way: as many as threads, and pages that are being written. */
#define FB_MAX_RPC_CLIENTS 16384u
#define FB_MAX_RPC_CALLS (1u << 20)
/* Parts of subsystems in a struct net: one for each that has asked for one, some 50. */
#define FB_MAX_NET_PARTS 4096u
/* Procedures of a program of RPC: NFS 4.2 has 70. */
#define FB_MAX_RPC_PROCEDURES 1024u
/* Mounted file systems of NFS. */
#define FB_MAX_NFS_MOUNTS 16384u
/* Slots of a session of NFS 4.1 (NFS4_MAX_SLOT_TABLE). */
#define FB_MAX_NFS_SLOTS 1024u

/* Inodes that wait to be written back: a file server with 100 GB of page cache has some million. */
#define FB_MAX_DIRTY_INODES (8u << 20)

#endif
