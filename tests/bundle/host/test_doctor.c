// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `fbundle doctor` says of a host that is as it should be, and of one thing at a time that is not.
 */
#include "bundle/host/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bundle/host/kdump_hook.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/host/made_root.h"
#include "tests/expected.h"
#include "tests/harness.h"

/* A host of 8 GiB on which nothing is amiss. */
static void make_host(struct fb_made_root *root)
{
	static const char *const files[][2] = {
		{"/sys/kernel/kexec_crash_loaded", "1\n"},
		{"/sys/kernel/kexec_crash_size", "268435456\n"},
		{"/sys/kernel/btf/vmlinux", "x"},
		{"/sys/kernel/security/lockdown", "none [integrity] confidentiality\n"},
		{"/proc/meminfo", "MemTotal:        8388608 kB\nMemFree:         4194304 kB\n"
				  "Buffers:          100000 kB\nCached:          2000000 kB\n"
				  "SwapCached:            0 kB\nAnonPages:       2093280 kB\n"},
		{"/proc/sys/kernel/core_pattern", "|/lib/systemd/systemd-coredump %P\n"},
		{"/proc/sys/kernel/panic_on_oops", "1\n"},
		{"/proc/sys/kernel/sysrq", "176\n"},
		{"/proc/sys/kernel/unknown_nmi_panic", "1\n"},
		{"/proc/sys/kernel/hung_task_timeout_secs", "120\n"},
		{FB_KDUMP_DEFAULTS, "USE_KDUMP=1\nKDUMP_COREDIR=\"/srv/crash\" # ours\n"},
		{"/srv/crash/lost+found", ""},
		{"/usr/bin/makedumpfile", ""},
		{"/usr/bin/fbundle", ""},
	};

	fb_made_root_create(root);
	for (size_t i = 0; i < FB_ARRAY_SIZE(files); i++)
		fb_made_root_file(root, files[i][0], files[i][1]);
	CU_ASSERT_FATAL(chmod(fb_made_root_path(root, "/usr/bin/makedumpfile"), 0755) == 0);
	CU_ASSERT_FATAL(chmod(fb_made_root_path(root, "/usr/bin/fbundle"), 0755) == 0);
	FB_OK_FATAL(fb_kdump_hook_install(root->path, "/usr/bin/fbundle"));
}

static const struct fb_check *find(const struct fb_doctor *doctor, const char *name)
{
	for (size_t i = 0; i < doctor->count; i++)
		if (strcmp(doctor->checks[i].name, name) == 0)
			return &doctor->checks[i];
	return NULL;
}

static void good_host(void)
{
	struct fb_made_root root;
	struct fb_doctor doctor;
	const struct fb_check *space;

	make_host(&root);
	FB_OK_FATAL(fb_doctor_examine(root.path, &doctor));
	CU_ASSERT_EQUAL(doctor.count, 12);
	for (size_t i = 0; i < doctor.count; i++) {
		CU_ASSERT_EQUAL(doctor.checks[i].state, FB_CHECK_OK);
		CU_ASSERT_PTR_NULL(doctor.checks[i].advice);
	}
	/* What is neither free, cache nor of processes: 1,024 kB. */
	space = find(&doctor, "space");
	CU_ASSERT_PTR_NOT_NULL_FATAL(space);
	CU_ASSERT(strncmp(space->found, "/srv/crash has ", 15) == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(space->found, "up to 1.00 MiB before"));
	fb_doctor_deinit(&doctor);
	fb_made_root_destroy(&root);
}

/* Of a good host in which one file is another: NULL text takes it away. */
static void examine_changed(const char *path, const char *text, const char *name,
			    enum fb_check_state state)
{
	struct fb_made_root root;
	struct fb_doctor doctor;

	make_host(&root);
	if (text)
		fb_made_root_file(&root, path, text);
	else
		CU_ASSERT_FATAL(unlink(fb_made_root_path(&root, path)) == 0);
	FB_OK_FATAL(fb_doctor_examine(root.path, &doctor));
	for (size_t i = 0; i < doctor.count; i++) {
		const struct fb_check *check = &doctor.checks[i];
		bool changed = strcmp(check->name, name) == 0;

		if (check->state != (changed ? state : FB_CHECK_OK))
			printf("\n%s is %s: %s", check->name, fb_check_state_name(check->state),
			       check->found);
		CU_ASSERT_EQUAL(check->state, changed ? state : FB_CHECK_OK);
		if (changed && (state == FB_CHECK_WEAK || state == FB_CHECK_BAD))
			CU_ASSERT_PTR_NOT_NULL(check->advice);
	}
	CU_ASSERT_PTR_NOT_NULL(find(&doctor, name));
	fb_doctor_deinit(&doctor);
	fb_made_root_destroy(&root);
}

static void one_thing_amiss(void)
{
	static const struct {
		const char *path, *text, *name;
		enum fb_check_state state;
	} cases[] = {
		{"/sys/kernel/kexec_crash_loaded", "0\n", "kdump-loaded", FB_CHECK_BAD},
		{"/sys/kernel/kexec_crash_loaded", NULL, "kdump-loaded", FB_CHECK_BAD},
		{"/sys/kernel/kexec_crash_size", "0\n", "crashkernel", FB_CHECK_BAD},
		{"/sys/kernel/kexec_crash_size", "268435455\n", "crashkernel", FB_CHECK_WEAK},
		{"/sys/kernel/kexec_crash_size", NULL, "crashkernel", FB_CHECK_UNKNOWN},
		{"/sys/kernel/btf/vmlinux", NULL, "types", FB_CHECK_WEAK},
		{"/sys/kernel/security/lockdown", "none integrity [confidentiality]\n", "lockdown",
		 FB_CHECK_WEAK},
		{"/proc/sys/kernel/core_pattern", "core\n", "core-pattern", FB_CHECK_WEAK},
		{"/proc/sys/kernel/core_pattern", NULL, "core-pattern", FB_CHECK_WEAK},
		{"/proc/sys/kernel/core_pattern", "/var/crash/core.%p\n", "core-pattern",
		 FB_CHECK_OK},
		{"/proc/sys/kernel/panic_on_oops", "0\n", "kernel.panic_on_oops", FB_CHECK_WEAK},
		{"/proc/sys/kernel/sysrq", NULL, "kernel.sysrq", FB_CHECK_UNKNOWN},
		{"/usr/bin/makedumpfile", NULL, "makedumpfile", FB_CHECK_WEAK},
		{"/usr/bin/fbundle", NULL, "kdump-tools", FB_CHECK_WEAK},
		{FB_KDUMP_HOOK_SCRIPT, NULL, "kdump-tools", FB_CHECK_WEAK},
		/* The lines that lead to fbundle are gone with it. */
		{FB_KDUMP_DEFAULTS, "KDUMP_COREDIR=/srv/crash\n", "kdump-tools", FB_CHECK_WEAK},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		examine_changed(cases[i].path, cases[i].text, cases[i].name, cases[i].state);
}

static void larger_hosts_want_more(void)
{
	examine_changed("/proc/meminfo", "MemTotal: 67108864 kB\nMemFree: 67108864 kB\n",
			"crashkernel", FB_CHECK_OK);
	examine_changed("/proc/meminfo", "MemTotal: 67108868 kB\nMemFree: 67108864 kB\n",
			"crashkernel", FB_CHECK_WEAK);
}

static void no_room(void)
{
	/* Of kernel memory: more than any disk has, three times over. */
	examine_changed("/proc/meminfo", "MemTotal: 1\n", "space", FB_CHECK_OK);
	examine_changed(FB_KDUMP_DEFAULTS,
			"# fbundle dump --install: saves dumps in makedumpfile's place\n"
			"PATH=/usr/local/lib/fbundle/kdump:/bin:/usr/bin:/sbin:/usr/sbin\n"
			"# fbundle: end\nKDUMP_COREDIR=/no/such\n",
			"space", FB_CHECK_WEAK);
}

static void host_without_anything(void)
{
	struct fb_made_root root;
	struct fb_doctor doctor;

	fb_made_root_create(&root);
	FB_OK_FATAL(fb_doctor_examine(root.path, &doctor));
	CU_ASSERT_EQUAL(find(&doctor, "kdump-loaded")->state, FB_CHECK_BAD);
	CU_ASSERT_EQUAL(find(&doctor, "kdump-tools")->state, FB_CHECK_BAD);
	CU_ASSERT_EQUAL(find(&doctor, "space")->state, FB_CHECK_WEAK);
	fb_doctor_deinit(&doctor);
	fb_made_root_destroy(&root);
}

/* A file that is there and cannot be read, here because it is a folder, says nothing of the host. */
static void what_is_fatal_passes(void)
{
	static const char *const paths[] = {
		"/sys/kernel/kexec_crash_loaded",
		"/sys/kernel/kexec_crash_size",
		"/sys/kernel/security/lockdown",
		"/proc/meminfo",
		"/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/sysrq",
		FB_KDUMP_DEFAULTS,
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		struct fb_made_root root;
		struct fb_doctor doctor;

		make_host(&root);
		CU_ASSERT_FATAL(unlink(fb_made_root_path(&root, paths[i])) == 0);
		CU_ASSERT_FATAL(mkdir(fb_made_root_path(&root, paths[i]), 0700) == 0);
		FB_FAILS_WITH(fb_doctor_examine(root.path, &doctor), FB_OS, paths[i]);
		fb_doctor_deinit(&doctor);
		fb_made_root_destroy(&root);
	}
}

/* What is said of the host, as text: of what is amiss, of the check of that name, and of all where it is NULL. How much
 * room the disk has is the machine's. */
static void add_checks(struct fb_buf *text, const struct fb_doctor *doctor, const char *name)
{
	for (size_t i = 0; i < doctor->count; i++) {
		const struct fb_check *check = &doctor->checks[i];
		const char *has =
			strcmp(check->name, "space") == 0 ? strstr(check->found, " has ") : NULL;
		const char *rest = has ? strstr(has, " free") : NULL;

		if (name && strcmp(check->name, name) != 0 && check->state == FB_CHECK_OK)
			continue;
		expected_add(text, "  %s is %s: ", check->name, fb_check_state_name(check->state));
		if (rest)
			expected_add(text, "%.*s...%s", (int)(has + 5 - check->found), check->found,
				     rest);
		else
			expected_add(text, "%s", check->found);
		expected_add(text, "%s%s\n", check->advice ? "; " : "",
			     check->advice ? check->advice : "");
	}
}

/* path NULL: of the host as it is. */
static void add_changed(struct fb_buf *text, const char *path, const char *content,
			const char *name)
{
	struct fb_made_root root;
	struct fb_doctor doctor;
	char what[1000];

	make_host(&root);
	if (path && content)
		fb_made_root_file(&root, path, content);
	else if (path)
		CU_ASSERT_FATAL(unlink(fb_made_root_path(&root, path)) == 0);
	(void)snprintf(what, sizeof(what), "%s %s%s", path ? path : "good", content ? "is: " : "",
		       path && !content ? "is gone\n" : "");
	if (content)
		(void)snprintf(what + strlen(what), sizeof(what) - strlen(what), "%s", content);
	what[strcspn(what, "\n")] = '\0';
	FB_OK_FATAL(fb_doctor_examine(root.path, &doctor));
	expected_add(text, "%s\n", what);
	add_checks(text, &doctor, name);
	fb_doctor_deinit(&doctor);
	fb_made_root_destroy(&root);
}

/* Each thing that may be amiss, and what is to be done about it. */
static void says_what_to_do(void)
{
	static const struct {
		const char *path, *content;
		const char *name; /* of a check to show, as of add_checks() */
	} cases[] = {
		{NULL, NULL, NULL},
		{"/sys/kernel/kexec_crash_loaded", "0\n", ""},
		{"/sys/kernel/kexec_crash_loaded", NULL, ""},
		{"/sys/kernel/kexec_crash_size", "0\n", ""},
		{"/sys/kernel/kexec_crash_size", "268435455\n", ""},
		{"/sys/kernel/kexec_crash_size", "no number\n", ""},
		{"/proc/meminfo", "MemTotal: 67108864 kB\nMemFree: 67108864 kB\n", ""},
		{"/proc/meminfo", "MemTotal: 67108865 kB\nMemFree: 67108865 kB\n", ""},
		{"/proc/meminfo", "MemTotal: 536870912 kB\nMemFree: 536870912 kB\n", ""},
		{"/proc/meminfo", "MemTotal: 536870913 kB\nMemFree: 536870913 kB\n", ""},
		{"/proc/meminfo",
		 "MemTotal: 9000000000000000 kB\nMemTotalOther: 1 kB\nMemFree: 1 kB\n", ""},
		{"/proc/meminfo", "MemTotal: 5000 kB\nCached: 9000 kB\nBuffers: 1 kB\n", "space"},
		{"/proc/meminfo", NULL, ""},
		{"/proc/sys/kernel/core_pattern", "core\n", ""},
		{"/proc/sys/kernel/core_pattern", "|/usr/share/apport/apport -p%p\n",
		 "core-pattern"},
		{"/proc/sys/kernel/core_pattern", "|/usr/bin/mine %p\n", "core-pattern"},
		{"/proc/sys/kernel/core_pattern", "@/run/socket\n", "core-pattern"},
		{"/proc/sys/kernel/core_pattern", "/srv/core.%p\n", "core-pattern"},
		{"/sys/kernel/btf/vmlinux", NULL, ""},
		{"/sys/kernel/security/lockdown", "none [confidentiality]\n", ""},
		{"/sys/kernel/security/lockdown", NULL, ""},
		{"/proc/sys/kernel/panic_on_oops", "0\n", ""},
		{"/proc/sys/kernel/sysrq", "0\n", ""},
		{"/proc/sys/kernel/unknown_nmi_panic", "0\n", ""},
		{"/proc/sys/kernel/hung_task_timeout_secs", "0\n", ""},
		{"/proc/sys/kernel/hung_task_timeout_secs", NULL, ""},
		{"/usr/bin/makedumpfile", NULL, ""},
		{"/usr/bin/fbundle", NULL, ""},
		{FB_KDUMP_DEFAULTS, "KDUMP_COREDIR=/srv\nKDUMP_COREDIR=/no/such # of two\n", ""},
		{FB_KDUMP_DEFAULTS, "# KDUMP_COREDIR=/srv\n", ""},
		{FB_KDUMP_DEFAULTS, "KDUMP_COREDIR=srv\n", ""},
		{FB_KDUMP_DEFAULTS, NULL, ""},
	};
	struct fb_buf text;

	fb_buf_init(&text, 1u << 20);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++)
		add_changed(&text, cases[i].path, cases[i].content, cases[i].name);
	expected_check(&text, "bundle/host/doctor.txt");
}

/* In terms of what the disk has free: a dump may be compressed to a third. */
static void room_is_weighed(void)
{
	static const struct {
		unsigned halves; /* that a dump takes of what is free, before it is compressed */
		enum fb_check_state state;
	} cases[] = {{1, FB_CHECK_OK}, {4, FB_CHECK_WEAK}, {8, FB_CHECK_BAD}};
	struct fb_made_root root;
	struct fb_doctor doctor;
	struct statvfs status;
	uint64_t free_kib;
	char text[100];

	make_host(&root);
	CU_ASSERT_FATAL(statvfs(root.path, &status) == 0);
	free_kib = (uint64_t)status.f_bavail * status.f_frsize / 1024;
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		(void)snprintf(text, sizeof(text), "MemTotal: %" PRIu64 " kB\n",
			       free_kib * cases[i].halves / 2);
		fb_made_root_file(&root, "/proc/meminfo", text);
		FB_OK_FATAL(fb_doctor_examine(root.path, &doctor));
		CU_ASSERT_EQUAL(find(&doctor, "space")->state, cases[i].state);
		fb_doctor_deinit(&doctor);
	}
	fb_made_root_destroy(&root);
}

struct examined {
	struct fb_made_root root;
	struct fb_doctor doctor;
	struct fb_buf text, whole; /* what is said of doctor, and what has to be */
};

static struct fb_error *examine(void *context)
{
	struct examined *examined = context;

	fb_doctor_deinit(&examined->doctor);
	return fb_doctor_examine(examined->root.path, &examined->doctor);
}

/* The C library reads a file without the memory for a buffer. */
static bool all_is_said(void *context)
{
	struct examined *examined = context;

	examined->text.size = 0;
	add_checks(&examined->text, &examined->doctor, NULL);
	return examined->text.size == examined->whole.size &&
	       memcmp(examined->text.data, examined->whole.data, examined->whole.size) == 0;
}

static void allocations_fail_the_examination(void)
{
	struct examined examined = {.doctor.count = 0};

	make_host(&examined.root);
	fb_buf_init(&examined.text, 1u << 20);
	fb_buf_init(&examined.whole, 1u << 20);
	FB_OK_FATAL(examine(&examined));
	add_checks(&examined.whole, &examined.doctor, NULL);
	(void)failing_memory_must_pass(examine, &examined, all_is_said, 1000, 0);
	fb_doctor_deinit(&examined.doctor);
	fb_buf_deinit(&examined.text);
	fb_buf_deinit(&examined.whole);
	fb_made_root_destroy(&examined.root);
}

FB_TEST_MAIN("bundle/host/doctor", FB_TEST(good_host), FB_TEST(one_thing_amiss),
	     FB_TEST(larger_hosts_want_more), FB_TEST(no_room), FB_TEST(host_without_anything),
	     FB_TEST(what_is_fatal_passes), FB_TEST(says_what_to_do), FB_TEST(room_is_weighed),
	     FB_TEST(allocations_fail_the_examination))
