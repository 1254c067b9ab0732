// SPDX-License-Identifier: GPL-2.0-or-later
/* The folders of /proc/sys in a made kernel, what their values are, and those of the sample. */
#include "kernel/sysctl/sysctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/sysctl/sysctl_private.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/failing_reads.h"
#include "tests/kernel/sample_kernel.h"

#define HANDLERS 0xffffffff81000000ull
/* struct ctl_dir: its header and the tree behind it. */
#define DIR_BYTES 64u
#define NODE_BYTES 32u
#define TABLE_BYTES 64u

/* The handlers' symbols, 64 bytes apart. */
static const char *const handlers[] = {
	"proc_dointvec", "proc_douintvec",        "proc_doulongvec_minmax", "proc_dostring",
	"proc_dobool",   "proc_dointvec_jiffies", "proc_do_large_bitmap",   "some_handler",
	"proc_taint",    "proc_nr_dentry",
};

struct host {
	struct made_kernel *made;
	uint64_t root;   /* the struct ctl_table_root, which is its folder */
	uint64_t last;   /* the rb_node that the next one goes to the right of; 0: none yet */
	uint64_t net;    /* with a folder of its own at its beginning */
	uint64_t number; /* an int that is 7 */
};

static void members(struct made_kernel *made)
{
	MADE_FIELD(made, rb_parent, 0, 8);
	MADE_FIELD(made, rb_right, 8, 8);
	MADE_FIELD(made, rb_left, 16, 8);
	MADE_FIELD(made, sysctl_root_dir, 0, DIR_BYTES);
	MADE_FIELD(made, net_sysctl_dir, 0, DIR_BYTES);
	MADE_FIELD(made, ctl_header_table, 0, 8);
	MADE_FIELD(made, ctl_header_node, 8, 8);
	MADE_FIELD(made, ctl_dir_tree, 16, 8);
	made->kernel.layout.ctl_node.size = NODE_BYTES;
	MADE_FIELD(made, ctl_node_header, 24, 8);
	made->kernel.layout.ctl_table.size = TABLE_BYTES;
	MADE_FIELD(made, ctl_table_name, 0, 8);
	MADE_FIELD(made, ctl_table_data, 8, 8);
	MADE_FIELD(made, ctl_table_length, 16, 4);
	MADE_FIELD(made, ctl_table_mode, 20, 2);
	MADE_FIELD(made, ctl_table_handler, 24, 8);
	MADE_FIELD(made, clocksource_mult, 8, 4);
	MADE_FIELD(made, clocksource_shift, 12, 4);
}

static void build(struct host *host)
{
	const char *names[FB_ARRAY_SIZE(handlers) + 6] = {0};
	uint64_t addresses[FB_ARRAY_SIZE(handlers) + 6], source, mask;
	size_t count = FB_ARRAY_SIZE(handlers);
	struct made_kernel *made = made_kernel_create();

	*host = (struct host){.made = made};
	members(made);
	host->root = made_alloc_pages(made, DIR_BYTES);
	host->net = made_alloc_pages(made, DIR_BYTES);
	host->number = made_alloc(made, 8);
	made_put(made, host->number, 7, 4);
	source = made_alloc(made, 64);
	MADE_SET(made, source, clocksource_mult, 4000000ull << 8);
	MADE_SET(made, source, clocksource_shift, 8);
	mask = made_alloc(made, 8);
	made_put(made, mask, 4097, 8);
	for (size_t i = 0; i < count; i++) {
		names[i] = handlers[i];
		addresses[i] = HANDLERS + 64 * i;
	}
	names[count] = "sysctl_table_root";
	addresses[count++] = host->root;
	names[count] = "jiffies";
	addresses[count++] = made_alloc(made, 8);
	names[count] = "clocksource_jiffies";
	addresses[count++] = source;
	names[count] = "init_net";
	addresses[count++] = host->net;
	names[count] = "tainted_mask";
	addresses[count] = mask;
	made_symbols(made, names, addresses);
}

static uint64_t handler(const char *name)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(handlers); i++)
		if (!strcmp(handlers[i], name))
			return HANDLERS + 64 * i;
	return 0;
}

/* Puts a node into the tree of a folder; `after` is the last one in it, 0: none. */
static void link_node(struct host *host, uint64_t dir, uint64_t after, uint64_t node)
{
	made_put(host->made, after ? after + 8 : dir + 16, node, 8);
	made_put(host->made, node, after, 8);
}

/* A header with one entry, in the tree of the folder dir. Gives the table. */
static uint64_t entry(struct host *host, uint64_t dir, uint64_t header, const char *name,
		      uint64_t mode)
{
	struct made_kernel *made = host->made;
	uint64_t table = made_alloc(made, TABLE_BYTES), node = made_alloc(made, NODE_BYTES);

	MADE_SET(made, header, ctl_header_table, table);
	MADE_SET(made, header, ctl_header_node, node);
	MADE_SET(made, node, ctl_node_header, header);
	MADE_SET(made, table, ctl_table_name, made_string(made, name));
	MADE_SET(made, table, ctl_table_mode, mode);
	link_node(host, dir, host->last, node);
	host->last = node;
	return table;
}

static uint64_t folder(struct host *host, uint64_t dir, const char *name)
{
	uint64_t header = made_alloc_pages(host->made, DIR_BYTES);

	entry(host, dir, header, name, S_IFDIR | 0555);
	return header;
}

static uint64_t file(struct host *host, uint64_t dir, const char *name, const char *its_handler,
		     uint64_t data, uint64_t length)
{
	uint64_t table = entry(host, dir, made_alloc(host->made, DIR_BYTES), name, S_IFREG | 0644);

	MADE_SET(host->made, table, ctl_table_data, data);
	MADE_SET(host->made, table, ctl_table_length, length);
	MADE_SET(host->made, table, ctl_table_handler, handler(its_handler));
	return table;
}

static void load(struct host *host, struct fb_sysctls *found)
{
	struct fb_sysctl_view view;

	FB_OK_FATAL(fb_sysctl_view_of(&host->made->kernel, NULL, &view));
	FB_OK_FATAL(fb_sysctls_load(&host->made->kernel, NULL, &view, NULL, found));
}

static void end(struct host *host, struct fb_sysctls *found)
{
	fb_sysctls_deinit(found);
	made_kernel_destroy(host->made);
}

static const struct fb_sysctl *named(const struct fb_sysctls *found, const char *name)
{
	for (size_t i = 0; i < found->count; i++)
		if (!strcmp(found->values[i].name, name))
			return &found->values[i];
	CU_FAIL(name);
	return &found->values[0];
}

static void expect(const struct fb_sysctls *found, const char *name, const char *text)
{
	const struct fb_sysctl *value = named(found, name);

	CU_ASSERT_EQUAL(value->state, FB_SYSCTL_VALUE);
	CU_ASSERT_STRING_EQUAL(value->text ? value->text : "nothing", text);
}

static uint64_t bytes(struct host *host, const void *from, size_t size)
{
	uint64_t at = made_alloc(host->made, size);

	memcpy(made_at(host->made, at), from, size);
	return at;
}

static void prints_what_lies_in_memory(void)
{
	const int32_t numbers[] = {-1, 4, 2147483647};
	const uint32_t large = UINT32_MAX;
	const uint64_t longs[] = {UINT64_MAX, 1};
	const int32_t ticks[] = {1250, -500};
	const uint8_t bits[8] = {0x03, 0x81, 0xff};
	struct host host;
	struct fb_sysctls found;
	uint64_t bitmap;

	build(&host);
	bitmap = bytes(&host, bits, sizeof(bits));
	file(&host, host.root, "ints", "proc_dointvec", bytes(&host, numbers, 12), 12);
	file(&host, host.root, "unsigned", "proc_douintvec", bytes(&host, &large, 4), 4);
	file(&host, host.root, "longs", "proc_doulongvec_minmax", bytes(&host, longs, 16), 16);
	file(&host, host.root, "text", "proc_dostring", bytes(&host, "a b\nc\0rest", 10), 10);
	file(&host, host.root, "cut", "proc_dostring", bytes(&host, "abcdef", 6), 3);
	/* Before 6.3 the length is that of an int, whose other bytes are not the value's. */
	file(&host, host.root, "truth", "proc_dobool", bytes(&host, "\1\7\7\7", 4), 4);
	file(&host, host.root, "seconds", "proc_dointvec_jiffies", bytes(&host, ticks, 8), 8);
	file(&host, host.root, "bits", "proc_do_large_bitmap", bytes(&host, &bitmap, 8), 64);
	file(&host, host.root, "nothing", "proc_dointvec", 0, 4);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.count, 9);
	expect(&found, "ints", "-1\t4\t2147483647");
	expect(&found, "unsigned", "4294967295");
	expect(&found, "longs", "18446744073709551615\t1");
	expect(&found, "text", "a b\nc");
	expect(&found, "cut", "abc");
	expect(&found, "truth", "1");
	expect(&found, "seconds", "5\t-2");
	expect(&found, "bits", "0-1,8,15-23");
	expect(&found, "nothing", "");
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	end(&host, &found);
}

static void walks_folders(void)
{
	struct host host;
	struct fb_sysctls found;
	uint64_t inner, deep;

	build(&host);
	inner = folder(&host, host.root, "net");
	file(&host, host.root, "z.y", "proc_dointvec", host.number, 4);
	/* A link to the tree of each network namespace. */
	entry(&host, host.root, made_alloc(host.made, DIR_BYTES), "link", S_IFLNK | 0777);
	host.last = 0;
	deep = folder(&host, inner, "eth0.5");
	file(&host, inner, "seven", "proc_dointvec", host.number, 4);
	host.last = 0;
	file(&host, deep, "mtu", "proc_dointvec", host.number, 4);
	host.last = 0;
	file(&host, host.net, "own", "proc_dointvec", host.number, 4);
	load(&host, &found);
	CU_ASSERT_EQUAL(found.count, 4);
	expect(&found, "net.eth0/5.mtu", "7");
	expect(&found, "z/y", "7");
	expect(&found, "own", "7");
	CU_ASSERT_EQUAL(named(&found, "own")->owner, FB_SYSCTL_NET);
	CU_ASSERT_EQUAL(named(&found, "own")->namespace, host.net);
	CU_ASSERT_EQUAL(named(&found, "z/y")->owner, FB_SYSCTL_HOST);
	end(&host, &found);
}

static void says_what_is_computed(void)
{
	struct host host;
	struct fb_sysctls found;
	uint64_t table;

	build(&host);
	file(&host, host.root, "other", "some_handler", host.number, 4);
	file(&host, host.root, "none", "", host.number, 4);
	file(&host, host.root, "tainted", "proc_taint", 0, 8);
	/* Its per-CPU counters have no symbol here. */
	file(&host, host.root, "dentries", "proc_nr_dentry", host.number, 8);
	table = file(&host, host.root, "flush", "proc_dointvec", host.number, 4);
	MADE_SET(host.made, table, ctl_table_mode, S_IFREG | 0200);
	load(&host, &found);
	CU_ASSERT_EQUAL(named(&found, "other")->state, FB_SYSCTL_COMPUTED);
	CU_ASSERT_PTR_NULL(named(&found, "other")->text);
	CU_ASSERT_EQUAL(named(&found, "none")->state, FB_SYSCTL_COMPUTED);
	CU_ASSERT_EQUAL(named(&found, "dentries")->state, FB_SYSCTL_COMPUTED);
	CU_ASSERT_EQUAL(named(&found, "flush")->state, FB_SYSCTL_WRITE_ONLY);
	expect(&found, "tainted", "4097");
	end(&host, &found);
}

/* Each of several kinds of damage, and what is left. */
static void damage_costs_a_part(void)
{
	struct host host;
	struct fb_sysctls found;
	uint64_t header, dir, lost;

	build(&host);
	lost = made_alloc_pages(host.made, 8);
	file(&host, host.root, "gone", "proc_dointvec", lost, 4);
	file(&host, host.root, "wild", "proc_dostring", 0x123, UINT32_MAX);
	made_lose(host.made, lost);
	dir = folder(&host, host.root, "loop");
	file(&host, host.root, "good", "proc_dointvec", host.number, 4);
	/* A node that is none of its table's. */
	header = made_alloc(host.made, DIR_BYTES);
	entry(&host, host.root, header, "stray", S_IFREG | 0644);
	MADE_SET(host.made, header, ctl_header_node, host.last + 8);
	/* A folder that holds its own parent, whose header has no entry, and whose tree is the parent's. */
	memcpy(made_at(host.made, dir + 16), made_at(host.made, host.root + 16), 8);
	load(&host, &found);
	expect(&found, "good", "7");
	expect(&found, "loop.good", "7");
	CU_ASSERT_EQUAL(named(&found, "gone")->state, FB_SYSCTL_UNREADABLE);
	CU_ASSERT_EQUAL(named(&found, "wild")->state, FB_SYSCTL_UNREADABLE);
	CU_ASSERT_EQUAL(found.count, 6);
	CU_ASSERT(fb_warnings_count(host.made->warnings) >= 3);
	end(&host, &found);
}

static struct fb_error *count_file(void *context, const struct fb_sysctl *its FB_UNUSED)
{
	++*(size_t *)context;
	return NULL;
}

/* Names that deep folders make long cost as many steps as they have 64 bytes, so that no tree fills the memory. */
static void long_names_are_bounded(void)
{
	char name[201] = "";
	struct host host;
	uint64_t steps = 100, dir;
	size_t count = 0;

	memset(name, 'n', sizeof(name) - 1);
	build(&host);
	dir = folder(&host, host.root, name);
	host.last = 0;
	for (unsigned i = 0; i < 50; i++)
		file(&host, dir, name, "proc_dointvec", host.number, 4);
	/* 1 and 201 / 64 for the folder, 1 and 401 / 64 for each file. */
	FB_FAILS(fb_sysctl_walk(&host.made->kernel, host.root, &steps, count_file, &count),
		 FB_LIMIT);
	CU_ASSERT_EQUAL(count, 13);
	CU_ASSERT_EQUAL(steps, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 1);
	steps = 4 + 50 * 7;
	count = 0;
	FB_OK(fb_sysctl_walk(&host.made->kernel, host.root, &steps, count_file, &count));
	CU_ASSERT_EQUAL(count, 50);
	CU_ASSERT_EQUAL(steps, 0);
	made_kernel_destroy(host.made);
}

static void all_texts_are_bounded_together(void)
{
	struct host host;
	struct fb_sysctl its = {.length = 4, .mode = 0444};
	struct fb_sysctl_reader reader = {.text_left = 5};

	build(&host);
	reader.kernel = &host.made->kernel;
	reader.layout = fb_kernel_layout(reader.kernel);
	its.name = strdup("its");
	its.data = host.number;
	its.handler = handler("proc_dointvec");
	for (unsigned i = 0; i < 3; i++) {
		FB_OK(fb_sysctl_read(&reader, &its));
		CU_ASSERT_EQUAL(its.state, i < 2 ? FB_SYSCTL_VALUE : FB_SYSCTL_UNREADABLE);
		free(its.text);
		its.text = NULL;
	}
	CU_ASSERT_EQUAL(reader.text_left, 1);
	CU_ASSERT_EQUAL(reader.unreadable, 1);
	CU_ASSERT(fb_error_is(reader.first_error, FB_LIMIT));
	fb_error_destroy(reader.first_error);
	free(reader.first_name);
	free(its.name);
	made_kernel_destroy(host.made);
}

static void matches_names(void)
{
	static const struct {
		const char *name, *pattern;
		bool matches;
	} rows[] = {
		{"kernel.pid_max", "kernel.pid_max", true},
		{"kernel.pid_max", "kernel/pid_max", true},
		{"kernel.pid_max", "kernel", true},
		{"kernel.pid_max", "kernel.", true},
		{"kernel.pid_max", "kern", false},
		{"kernel.pid_max", "kernel.pid", false},
		{"kernel.pid_max", "*max", true},
		{"kernel.pid_max", "k*.p?d_[lm]ax", true},
		{"kernel.pid_max", "*min", false},
		{"net.ipv4.conf.eth0/5.mtu", "net.ipv4.conf.eth0.5", true},
		{"net.ipv4.conf.eth0/5.mtu", "net/ipv4/conf/eth0.5/mtu", true},
		{"kernel.pid_max", "", false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(fb_sysctl_matches(rows[i].name, rows[i].pattern), rows[i].matches);
	CU_ASSERT(fb_sysctl_matches("any", NULL));
}

static struct fb_error *tell(struct fb_kernel *kernel, struct fb_buf *text, bool *incomplete_ret)
{
	struct fb_sysctl_view view;
	struct fb_sysctls found = {0};
	struct fb_error *err = fb_sysctl_view_of(kernel, NULL, &view);

	if (!err)
		err = fb_sysctls_load(kernel, NULL, &view, NULL, &found);
	for (size_t i = 0; i < found.count && !err; i++) {
		const struct fb_sysctl *value = &found.values[i];

		*incomplete_ret |= value->state == FB_SYSCTL_UNREADABLE;
		err = fb_buf_printf(text, "%s %d %s\n", value->name, value->state,
				    value->text ? value->text : "-");
	}
	fb_sysctls_deinit(&found);
	return err;
}

static struct fb_error *tell_made(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	return tell(&((struct host *)context)->made->kernel, text, incomplete_ret);
}

static struct fb_error *ask(void *context)
{
	bool incomplete = false;
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, 1 << 20);
	err = tell_made(context, &text, &incomplete);
	fb_buf_deinit(&text);
	return err;
}

static void what_fails_is_told(void)
{
	struct host host;
	struct fb_sysctls none = {0};
	uint64_t dir;

	build(&host);
	dir = folder(&host, host.root, "kernel");
	host.last = 0;
	file(&host, dir, "seven", "proc_dointvec", host.number, 4);
	file(&host, dir, "tainted", "proc_taint", 0, 8);
	CU_ASSERT(absent_made_must_tell(host.made, tell_made, &host) > 15);
	CU_ASSERT(failing_made_must_pass(host.made, ask, &host) > 15);
	end(&host, &none);
}

static void the_sample_s_values_are_found(void)
{
	struct sample_kernel sample;
	struct fb_sysctl_view view;
	struct fb_sysctls found;
	size_t computed = 0;

	sample_kernel_open(&sample);
	FB_OK_FATAL(fb_sysctl_view_of(sample.kernel, fb_tasks_by_tid(sample.tasks, 1), &view));
	FB_OK_FATAL(fb_sysctls_load(sample.kernel, NULL, &view, NULL, &found));
	CU_ASSERT(found.count > 800);
	expect(&found, "kernel.pid_max", "32768");
	expect(&found, "kernel.ostype", "Linux");
	expect(&found, "kernel.cad_pid", "1");
	expect(&found, "kernel.core_pattern", "/out/core.%e.%p");
	expect(&found, "kernel.seccomp.actions_logged",
	       "kill_process kill_thread trap errno user_notif trace log");
	expect(&found, "kernel.usermodehelper.bset", "4294967295\t511");
	expect(&found, "net.ipv4.ip_local_port_range", "32768\t60999");
	expect(&found, "net.ipv4.tcp_available_congestion_control", "reno cubic");
	expect(&found, "net.ipv4.neigh.lo.unres_qlen", "101");
	expect(&found, "net.ipv4.neigh.lo.base_reachable_time_ms", "30000");
	expect(&found, "net.core.default_qdisc", "fq_codel");
	expect(&found, "net.ipv6.icmp.ratemask", "0-1,3-127");
	expect(&found, "vm.lowmem_reserve_ratio", "256\t256\t32\t0\t0");
	expect(&found, "vm.nr_hugepages", "0");
	for (size_t i = 0; i < found.count; i++)
		computed += found.values[i].state == FB_SYSCTL_COMPUTED;
	CU_ASSERT(computed < 40);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	fb_sysctls_deinit(&found);
	sample_kernel_close(&sample);
}

static struct fb_error *tell_sample(struct sample_kernel *sample, struct fb_buf *text,
				    bool *incomplete_ret)
{
	return tell(sample->kernel, text, incomplete_ret);
}

static void a_failing_read_of_the_sample_is_told(void)
{
	failing_reads_strictly(tell_sample, 16);
}

FB_TEST_MAIN("kernel/sysctl", FB_TEST(prints_what_lies_in_memory), FB_TEST(walks_folders),
	     FB_TEST(long_names_are_bounded), FB_TEST(all_texts_are_bounded_together),
	     FB_TEST(says_what_is_computed), FB_TEST(damage_costs_a_part), FB_TEST(matches_names),
	     FB_TEST(what_fails_is_told), FB_TEST(the_sample_s_values_are_found),
	     FB_TEST(a_failing_read_of_the_sample_is_told))
