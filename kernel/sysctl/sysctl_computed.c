// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers of /proc/sys that lie elsewhere than at the address in their table, or are sums over all CPUs. Each function
 * is the format of the handler with which kernel/sysctl/sysctl_handlers.h has it, and says where that handler has it
 * from.
 */
#include <inttypes.h>
#include <string.h>

#include "kernel/memory/percpu_counter.h"
#include "kernel/sysctl/sysctl_private.h"
#include "kernel/tasks/task_detail.h"

/* Counters that one file shows: fs.inode-state has seven. */
#define MOST_LONGS 8u

/* A member of a type of the kernel that only one file needs. type and name are static. */
static struct fb_error *find_member(struct fb_sysctl_reader *reader, const char *type,
				    const char *name, struct fb_field *field_ret)
{
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	const char *const names[] = {name, NULL};

	return types && fb_layout_find(types, type, names, name, field_ret)
		       ? NULL
		       : fb_error_create(FB_NOT_FOUND, "this kernel's types have no %s.%s", type,
					 name);
}

static struct fb_error *print_int(struct fb_sysctl_reader *reader, uint64_t address,
				  struct fb_buf *text)
{
	uint32_t value = 0;
	struct fb_error *err = fb_space_u32(fb_kernel_space(reader->kernel), address, &value);

	return err ? err : fb_buf_printf(text, "%d", (int32_t)value);
}

/* struct static_key begins with the counter enabled. */
static struct fb_error *print_key(struct fb_sysctl_reader *reader, uint64_t address,
				  struct fb_buf *text)
{
	uint32_t enabled = 0;
	struct fb_error *err = fb_space_u32(fb_kernel_space(reader->kernel), address, &enabled);

	return err ? err : fb_buf_printf(text, "%d", enabled != 0);
}

struct fb_error *fb_sysctl_static_key(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				      struct fb_buf *text)
{
	return print_key(reader, file->data, text);
}

/* kernel/sched/core.c */
struct fb_error *fb_sysctl_schedstats(struct fb_sysctl_reader *reader,
				      const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint64_t key = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "sched_schedstats", &key);

	return err ? err : print_key(reader, key, text);
}

/* kernel/delayacct.c */
struct fb_error *fb_sysctl_delayacct(struct fb_sysctl_reader *reader,
				     const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint64_t key = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "delayacct_key", &key);

	return err ? err : print_key(reader, key, text);
}

/* kernel/sched/core.c: a mode since c574bbe91703 (5.18), a static key before. */
struct fb_error *fb_sysctl_balancing(struct fb_sysctl_reader *reader,
				     const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint64_t address = 0;
	struct fb_error *err;

	if (fb_kernel_find_symbol(reader->kernel, "sysctl_numa_balancing_mode", &address))
		return print_int(reader, address, text);
	err = fb_kernel_symbol(reader->kernel, "sched_numa_balancing", &address);
	return err ? err : print_key(reader, address, text);
}

/* kernel/panic.c */
struct fb_error *fb_sysctl_taint(struct fb_sysctl_reader *reader,
				 const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint64_t mask = 0;
	struct fb_error *err = fb_kernel_variable_u64(reader->kernel, "tainted_mask", &mask);

	return err ? err : fb_buf_printf(text, "%" PRIu64, mask);
}

/* kernel/fork.c */
struct fb_error *fb_sysctl_threads(struct fb_sysctl_reader *reader,
				   const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint32_t most = 0;
	struct fb_error *err = fb_kernel_variable_u32(reader->kernel, "max_threads", &most);

	return err ? err : fb_buf_printf(text, "%" PRId32, (int32_t)most);
}

/* kernel/kprobes.c: the data are set to this whenever they are read. */
struct fb_error *fb_sysctl_kprobes(struct fb_sysctl_reader *reader,
				   const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint8_t allowed = 0;
	struct fb_error *err = fb_kernel_variable(reader->kernel, "kprobes_allow_optimization",
						  &allowed, sizeof(allowed));

	return err ? err : fb_buf_printf(text, "%d", allowed != 0);
}

/* drivers/tty/sysrq.c: sysrq_mask() */
struct fb_error *fb_sysctl_sysrq(struct fb_sysctl_reader *reader,
				 const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	uint8_t always = 0;
	uint32_t mask = 0;
	struct fb_error *err =
		fb_kernel_variable(reader->kernel, "sysrq_always_enabled", &always, sizeof(always));

	if (!err && !always)
		err = fb_kernel_variable_u32(reader->kernel, "sysrq_enabled", &mask);
	return err ? err : fb_buf_printf(text, "%" PRId32, always ? 1 : (int32_t)mask);
}

/* kernel/watchdog.c: the data are set from this whenever they are read. Bit 0 stands for the watchdog of hard lockups,
 * bit 1 for that of soft ones. */
static struct fb_error *print_watchdog(struct fb_sysctl_reader *reader, uint64_t which,
				       struct fb_buf *text)
{
	uint64_t enabled = 0;
	struct fb_error *err = fb_kernel_variable_u64(reader->kernel, "watchdog_enabled", &enabled);

	return err ? err : fb_buf_printf(text, "%d", (enabled & which) != 0);
}

struct fb_error *fb_sysctl_watchdog(struct fb_sysctl_reader *reader,
				    const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	return print_watchdog(reader, 3, text);
}

struct fb_error *fb_sysctl_hard_watchdog(struct fb_sysctl_reader *reader,
					 const struct fb_sysctl *file FB_UNUSED,
					 struct fb_buf *text)
{
	return print_watchdog(reader, 1, text);
}

struct fb_error *fb_sysctl_soft_watchdog(struct fb_sysctl_reader *reader,
					 const struct fb_sysctl *file FB_UNUSED,
					 struct fb_buf *text)
{
	return print_watchdog(reader, 2, text);
}

/* Counters that are not read yet: their number in the file, and the per-CPU variable that has their parts. */
struct sum {
	unsigned place;
	const char *variable;
};

static struct fb_error *sum_cpus(struct fb_sysctl_reader *reader, const char *variable,
				 uint64_t *sum_ret)
{
	uint64_t sum = 0, address = 0, part = 0;
	struct fb_error *err = NULL;

	for (uint32_t cpu = 0; cpu < fb_kernel_cpu_limit(reader->kernel) && !err; cpu++) {
		err = fb_kernel_percpu_symbol(reader->kernel, cpu, variable, &address);
		if (!err)
			err = fb_space_u64(fb_kernel_space(reader->kernel), address, &part);
		sum += part;
	}
	/* It may be negative for a moment, which the kernel shows as 0. */
	if (!err)
		*sum_ret = (int64_t)sum < 0 ? 0 : sum;
	return err;
}

/* Numbers at the address of the data, some of which are sums over all CPUs. */
static struct fb_error *print_sums(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				   const struct sum *sums, size_t sum_count, struct fb_buf *text)
{
	uint64_t numbers[MOST_LONGS] = {0};
	size_t count = file->length / sizeof(*numbers);
	struct fb_error *err;

	if (count > MOST_LONGS)
		count = MOST_LONGS;
	err = fb_space_read(fb_kernel_space(reader->kernel), file->data, numbers,
			    count * sizeof(*numbers));
	for (size_t i = 0; i < sum_count && !err; i++)
		err = sum_cpus(reader, sums[i].variable, &numbers[sums[i].place]);
	for (size_t i = 0; i < count && !err; i++)
		err = fb_buf_printf(text, "%s%" PRIu64, i ? "\t" : "", numbers[i]);
	return err;
}

/* fs/dcache.c */
struct fb_error *fb_sysctl_dentries(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				    struct fb_buf *text)
{
	static const struct sum sums[] = {
		{0, "nr_dentry"}, {1, "nr_dentry_unused"}, {4, "nr_dentry_negative"}};

	return print_sums(reader, file, sums, FB_ARRAY_SIZE(sums), text);
}

/* fs/inode.c */
struct fb_error *fb_sysctl_inodes(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				  struct fb_buf *text)
{
	static const struct sum sums[] = {{0, "nr_inodes"}, {1, "nr_unused"}};

	return print_sums(reader, file, sums, FB_ARRAY_SIZE(sums), text);
}

/* fs/file_table.c */
struct fb_error *fb_sysctl_files(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				 struct fb_buf *text)
{
	uint64_t rest[2] = {0}, counter = 0;
	int64_t files = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "nr_files", &counter);

	if (!err)
		err = fb_percpu_counter_sum(reader->kernel, counter, &files);
	if (!err)
		err = fb_space_read(fb_kernel_space(reader->kernel), file->data + sizeof(uint64_t),
				    rest, sizeof(rest));
	return err ? err
		   : fb_buf_printf(text, "%" PRId64 "\t%" PRIu64 "\t%" PRIu64,
				   files < 0 ? 0 : files, rest[0], rest[1]);
}

/* fs/quota/dquot.c: the data are in the array stat, whose place in the array of counters is taken. */
struct fb_error *fb_sysctl_quota(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				 struct fb_buf *text)
{
	uint64_t stats = 0, place;
	struct fb_field array, counters;
	int64_t sum = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "dqstats", &stats);

	if (!err)
		err = find_member(reader, "dqstats", "stat", &array);
	if (!err)
		err = find_member(reader, "dqstats", "counter", &counters);
	if (err)
		return err;
	place = (file->data - stats - array.offset) / sizeof(uint64_t);
	if (place >= array.size / sizeof(uint64_t))
		return fb_error_create(FB_CORRUPT, "it is none of the counters of quota");
	err = fb_percpu_counter_sum(
		reader->kernel,
		stats + counters.offset + place * reader->layout->percpu_counter.size, &sum);
	return err ? err : fb_buf_printf(text, "%" PRId64, sum < 0 ? 0 : sum);
}

/* mm/hugetlb.c: of the size of huge pages that is the default. */
static struct fb_error *print_hugepages(struct fb_sysctl_reader *reader, const char *member,
					struct fb_buf *text)
{
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	uint64_t states = 0, pages = 0;
	uint32_t index = 0;
	struct fb_field field;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "hstates", &states);

	if (!err)
		err = fb_kernel_variable_u32(reader->kernel, "default_hstate_idx", &index);
	if (!err)
		err = find_member(reader, "hstate", member, &field);
	/* Two sizes: of 2 MiB and of 1 GiB. */
	if (!err && index > 1)
		err = fb_error_create(FB_CORRUPT, "size %" PRIu32 " of huge pages", index);
	if (!err)
		err = fb_kernel_field(reader->kernel,
				      states + (uint64_t)index * fb_layout_size(types, "hstate"),
				      &field, &pages);
	return err ? err : fb_buf_printf(text, "%" PRIu64, pages);
}

struct fb_error *fb_sysctl_hugepages(struct fb_sysctl_reader *reader,
				     const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	return print_hugepages(reader, "max_huge_pages", text);
}

struct fb_error *fb_sysctl_more_hugepages(struct fb_sysctl_reader *reader,
					  const struct fb_sysctl *file FB_UNUSED,
					  struct fb_buf *text)
{
	return print_hugepages(reader, "nr_overcommit_huge_pages", text);
}

/* kernel/pid_namespace.c: the PID from which the next one is searched. */
struct fb_error *fb_sysctl_last_pid(struct fb_sysctl_reader *reader,
				    const struct fb_sysctl *file FB_UNUSED, struct fb_buf *text)
{
	struct fb_field next;
	uint64_t number = 0;
	struct fb_error *err = find_member(reader, "pid_namespace", "idr.idr_next", &next);

	if (!err)
		err = fb_kernel_field(reader->kernel, reader->view.pid, &next, &number);
	return err ? err : fb_buf_printf(text, "%d", (int32_t)(number - 1));
}

/* kernel/reboot.c */
struct fb_error *fb_sysctl_ctrl_alt_del_pid(struct fb_sysctl_reader *reader,
					    const struct fb_sysctl *file FB_UNUSED,
					    struct fb_buf *text)
{
	uint64_t pid = 0;
	int32_t number = 0;
	struct fb_error *err = fb_kernel_variable_u64(reader->kernel, "cad_pid", &pid);

	if (!err)
		err = fb_pid_number(reader->kernel, pid, &number);
	return err ? err : fb_buf_printf(text, "%" PRId32, number);
}

/* kernel/kexec_core.c */
struct fb_error *fb_sysctl_kexec_limit(struct fb_sysctl_reader *reader,
				       const struct fb_sysctl *file, struct fb_buf *text)
{
	struct fb_field limit;
	struct fb_error *err = find_member(reader, "kexec_load_limit", "limit", &limit);

	return err ? err : print_int(reader, file->data + limit.offset, text);
}

/* kernel/umh.c: the data are a number, or since bd9ea8c7d27d (6.4) the address of the set. */
struct fb_error *fb_sysctl_capabilities(struct fb_sysctl_reader *reader,
					const struct fb_sysctl *file, struct fb_buf *text)
{
	uint64_t set = file->data;
	uint32_t half[2] = {0};
	struct fb_error *err = NULL;

	if (!fb_kernel_address_ok(set))
		err = fb_kernel_symbol(
			reader->kernel,
			set == 1 ? "usermodehelper_bset" : "usermodehelper_inheritable", &set);
	for (unsigned i = 0; i < 2 && !err; i++)
		err = fb_space_u32(fb_kernel_space(reader->kernel), set + i * sizeof(*half),
				   &half[i]);
	return err ? err : fb_buf_printf(text, "%" PRIu32 "\t%" PRIu32, half[0], half[1]);
}

/* net/ipv4/sysctl_net_ipv4.c: two ints, or since d9f28735af87 (6.8) the halves of one. */
struct fb_error *fb_sysctl_port_range(struct fb_sysctl_reader *reader, const struct fb_sysctl *file,
				      struct fb_buf *text)
{
	struct fb_field range;
	uint64_t value = 0;
	struct fb_error *err = find_member(reader, "net", "ipv4.ip_local_ports.range", &range);

	if (!err)
		err = fb_space_u64(fb_kernel_space(reader->kernel), file->namespace + range.offset,
				   &value);
	if (err)
		return err;
	if (range.size == sizeof(uint32_t))
		return fb_buf_printf(text, "%u\t%u", (unsigned)(value & 0xffff),
				     (unsigned)(value >> 16 & 0xffff));
	return fb_buf_printf(text, "%u\t%u", (unsigned)(value & UINT32_MAX),
			     (unsigned)(value >> 32));
}

/* The same file: IDs of groups as the reader's user namespace has them, which only in the first one are those of the
 * kernel. */
struct fb_error *fb_sysctl_group_range(struct fb_sysctl_reader *reader,
				       const struct fb_sysctl *file, struct fb_buf *text)
{
	uint64_t range = 0, first = 0;
	struct fb_error *err = fb_kernel_symbol(reader->kernel, "init_user_ns", &first);

	if (!err && first != reader->view.user)
		err = fb_error_create(FB_NOT_FOUND, "IDs of another user namespace");
	if (!err)
		err = fb_space_u64(fb_kernel_space(reader->kernel), file->data, &range);
	return err ? err
		   : fb_buf_printf(text, "%u\t%u", (unsigned)(range & UINT32_MAX),
				   (unsigned)(range >> 32));
}

/* Rounded up to a cache line, SKB_DATA_ALIGN(). */
static uint32_t aligned(uint32_t size)
{
	return (size + 63) & ~UINT32_C(63);
}

/* net/core/neighbour.c: bytes, given in packets of ETH_FRAME_LEN bytes with what the kernel needs for each. */
struct fb_error *fb_sysctl_neighbour_queue(struct fb_sysctl_reader *reader,
					   const struct fb_sysctl *file, struct fb_buf *text)
{
	const struct fb_btf *types = fb_kernel_types(reader->kernel);
	uint32_t head = fb_layout_size(types, "sk_buff"), bytes = 0;
	uint32_t shared = fb_layout_size(types, "skb_shared_info");
	struct fb_error *err = NULL;

	if (!head || !shared || head > FB_PAGE_SIZE || shared > FB_PAGE_SIZE)
		return fb_error_create(FB_NOT_FOUND, "the size of a packet is not known");
	err = fb_space_u32(fb_kernel_space(reader->kernel), file->data, &bytes);
	return err ? err
		   : fb_buf_printf(text, "%" PRIu32,
				   bytes / (1514 + aligned(head) + aligned(shared)));
}
