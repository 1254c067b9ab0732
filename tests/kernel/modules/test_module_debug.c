// SPDX-License-Identifier: GPL-2.0-or-later
/* Build-ids of made modules, by the member and by the notes, and the files that have them. */
#include "kernel/modules/module_debug.h"

#include <elf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/symbols/make_btf.h"

#define STRINGS                                                                                 \
	"\0u64\0module\0build_id\0notes_attrs\0module_notes_attrs\0notes\0attrs\0bin_attribute" \
	"\0size\0private\0u8"

/* Where members stand, in bytes. */
#define BUILD_ID_AT 8u
#define NOTES_ATTRS_AT 32u
#define NOTES_AT 8u
#define LIST_AT 16u
#define ATTRIBUTE_BYTES 32u
#define SIZE_AT 8u
#define PRIVATE_AT 16u

/* The build-id of most tests, and as text. */
static const uint8_t id[20] = {0xde, 0xad, 0xbe, 0xef, [19] = 0x0a};
#define ID_TEXT "deadbeef0000000000000000000000000000000a"

struct host {
	struct made_kernel *made;
	struct fb_module module;
	uint64_t attributes;
};

/* The offset of a word in STRINGS. */
static uint32_t name(const char *word)
{
	for (size_t i = 1; i < sizeof(STRINGS); i += strlen(&STRINGS[i]) + 1)
		if (strcmp(&STRINGS[i], word) == 0)
			return (uint32_t)i;
	abort();
}

/* Types 1 u64, 2 u8, 3 u8[20], 4 struct bin_attribute, 5 bin_attribute[4], 6 struct
 * module_notes_attrs, 7 struct module, without build_id where not with_member. */
static void make_types(struct host *host, bool with_member)
{
	const uint32_t words[] = {
		name("u64"),
		INFO(FB_TYPE_INT, 0, 0),
		8,
		64,
		name("u8"),
		INFO(FB_TYPE_INT, 0, 0),
		1,
		8,
		0,
		INFO(FB_TYPE_ARRAY, 0, 0),
		0,
		2,
		1,
		20,
		name("bin_attribute"),
		INFO(FB_TYPE_STRUCT, 0, 2),
		ATTRIBUTE_BYTES,
		name("size"),
		1,
		SIZE_AT * 8,
		name("private"),
		1,
		PRIVATE_AT * 8,
		0,
		INFO(FB_TYPE_ARRAY, 0, 0),
		0,
		4,
		1,
		4,
		name("module_notes_attrs"),
		INFO(FB_TYPE_STRUCT, 0, 2),
		16 + 4 * ATTRIBUTE_BYTES,
		name("notes"),
		1,
		NOTES_AT * 8,
		name("attrs"),
		5,
		LIST_AT * 8,
		name("module"),
		INFO(FB_TYPE_STRUCT, 0, 2),
		64,
		with_member ? name("build_id") : name("size"),
		3,
		BUILD_ID_AT * 8,
		name("notes_attrs"),
		1,
		NOTES_ATTRS_AT * 8,
	};

	FB_OK_FATAL(load_words(words, FB_ARRAY_SIZE(words), STRINGS, sizeof(STRINGS), NULL,
			       &host->made->kernel.types));
}

static void make(struct host *host, bool with_member)
{
	memset(host, 0, sizeof(*host));
	host->made = made_kernel_create();
	make_types(host, with_member);
	host->module.address = made_alloc(host->made, 64);
	host->attributes = made_alloc(host->made, 16 + 4 * ATTRIBUTE_BYTES);
	made_put(host->made, host->module.address + NOTES_ATTRS_AT, host->attributes, 8);
	snprintf(host->module.name, sizeof(host->module.name), "virtio_net");
}

static void destroy(struct host *host)
{
	fb_btf_destroy(host->made->kernel.types);
	made_kernel_destroy(host->made);
}

static void put_member(struct host *host)
{
	memcpy(made_at(host->made, host->module.address + BUILD_ID_AT), id, sizeof(id));
}

/* One more note in sysfs; where its bytes are. */
static uint64_t add_note(struct host *host, uint32_t type, const char *owner, const void *desc,
			 uint32_t size)
{
	const Elf64_Nhdr header = {
		.n_namesz = (uint32_t)strlen(owner) + 1, .n_descsz = size, .n_type = type};
	uint64_t count, at = made_alloc(host->made, 512), attribute;
	uint8_t *bytes = made_at(host->made, at);

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), owner, strlen(owner) + 1);
	memcpy(bytes + sizeof(header) + 4, desc, size);
	memcpy(&count, made_at(host->made, host->attributes + NOTES_AT), 8);
	attribute = host->attributes + LIST_AT + count * ATTRIBUTE_BYTES;
	made_put(host->made, attribute + SIZE_AT, sizeof(header) + 4 + size, 8);
	made_put(host->made, attribute + PRIVATE_AT, at, 8);
	made_put(host->made, host->attributes + NOTES_AT, count + 1, 8);
	return attribute;
}

static void expect_id(struct host *host, const char *text)
{
	char found[FB_MODULE_BUILD_ID_TEXT] = "";

	FB_OK(fb_module_build_id(&host->made->kernel, &host->module, found));
	CU_ASSERT_STRING_EQUAL(found, text);
}

static void expect_none(struct host *host)
{
	char found[FB_MODULE_BUILD_ID_TEXT];

	FB_FAILS_WITH(fb_module_build_id(&host->made->kernel, &host->module, found), FB_NOT_FOUND,
		      "its build-id is not in the dump");
}

static void the_member_says_it(void)
{
	struct host host;

	make(&host, true);
	put_member(&host);
	expect_id(&host, ID_TEXT);
	made_lose(host.made, host.module.address);
	FB_FAILS(fb_module_build_id(&host.made->kernel, &host.module,
				    (char[FB_MODULE_BUILD_ID_TEXT]){0}),
		 FB_ABSENT);
	destroy(&host);
}

/* Zeros are no build-id; before 5.14 there was no such member. */
static void the_notes_say_it_where_the_member_does_not(void)
{
	static const uint8_t short_id[] = {1, 0x23};
	struct host host;

	for (int with_member = 0; with_member < 2; with_member++) {
		make(&host, with_member);
		expect_none(&host);
		add_note(&host, 3, "ABC", id, 20); /* another's */
		add_note(&host, NT_GNU_ABI_TAG, "GNU", id, 16);
		expect_none(&host);
		add_note(&host, NT_GNU_BUILD_ID, "GNU", id, 20);
		expect_id(&host, ID_TEXT);
		destroy(&host);
	}
	make(&host, true);
	add_note(&host, NT_GNU_BUILD_ID, "GNU", short_id, 2);
	expect_id(&host, "0123");
	destroy(&host);
}

static void damaged_notes_are_passed_over(void)
{
	static const uint8_t longer[65] = {1};
	struct host host;
	uint64_t attribute;

	make(&host, false);
	attribute = add_note(&host, NT_GNU_BUILD_ID, "GNU", id, 20);
	made_put(host.made, attribute + SIZE_AT, 35, 8); /* cut off in the build-id */
	expect_none(&host);
	made_put(host.made, attribute + SIZE_AT, 11, 8); /* and in the header */
	expect_none(&host);
	made_put(host.made, attribute + SIZE_AT, 4097, 8); /* more than any note has */
	expect_none(&host);
	add_note(&host, NT_GNU_BUILD_ID, "GNU", longer, 65); /* longer than any build-id */
	expect_none(&host);
	add_note(&host, NT_GNU_BUILD_ID, "GNUGNU", id, 20);
	expect_none(&host);
	add_note(&host, NT_GNU_BUILD_ID, "GNU", longer, 64); /* the longest */
	{
		char found[FB_MODULE_BUILD_ID_TEXT] = "";

		FB_OK(fb_module_build_id(&host.made->kernel, &host.module, found));
		CU_ASSERT_EQUAL(strlen(found), 128);
	}
	made_put(host.made, host.module.address + NOTES_ATTRS_AT, 0, 8);
	expect_none(&host);
	destroy(&host);
}

static void without_types_there_is_none(void)
{
	struct made_kernel *made = made_kernel_create();
	struct host host = {.made = made, .module.address = made_alloc(made, 64)};

	expect_none(&host);
	made_kernel_destroy(made);
}

/* A file with nothing but a build-id. */
struct object {
	Elf64_Ehdr header;
	Elf64_Phdr phdr;
	Elf64_Nhdr note;
	char owner[4];
	uint8_t bits[20];
};

static void write_object(const char *folder, const char *file_name, uint8_t last)
{
	struct object object = {
		.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				       EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_X86_64,
			   .e_version = EV_CURRENT,
			   .e_phoff = offsetof(struct object, phdr),
			   .e_ehsize = sizeof(Elf64_Ehdr),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 1},
		.phdr = {.p_type = PT_NOTE,
			 .p_offset = offsetof(struct object, note),
			 .p_filesz = 36,
			 .p_memsz = 36,
			 .p_align = 4},
		.note = {.n_namesz = 4, .n_descsz = 20, .n_type = NT_GNU_BUILD_ID},
		.owner = "GNU",
	};
	char path[256];

	memcpy(object.bits, id, sizeof(id));
	object.bits[19] = last;
	snprintf(path, sizeof(path), "%s/%s", fb_test_folder(), folder);
	for (char *slash = path + strlen(fb_test_folder()); slash; slash = strchr(slash + 1, '/')) {
		char whole = *slash;

		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = whole;
	}
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, file_name);
	free(fb_test_file(path, &object, sizeof(object)));
}

/* What of "first" and "second" is the module's: behind the folder of the test; "" for none. */
static void expect_file(struct host *host, const char *wanted)
{
	char first[256], second[256], *path = NULL;
	const char *const dirs[] = {"/nonexistent", first, second};
	struct fb_module_files *files;
	struct fb_error *err;

	snprintf(first, sizeof(first), "%s/first", fb_test_folder());
	snprintf(second, sizeof(second), "%s/second", fb_test_folder());
	FB_OK_FATAL(fb_module_files_create(&host->made->kernel, dirs, 3, &files));
	err = fb_module_files_find(files, &host->module, &path);
	if (*wanted) {
		FB_OK_FATAL(err);
		CU_ASSERT_STRING_EQUAL(path + strlen(fb_test_folder()) + 1, wanted);
		free(path);
		/* The list of files is read once, and serves again. */
		FB_OK_FATAL(fb_module_files_find(files, &host->module, &path));
		CU_ASSERT_STRING_EQUAL(path + strlen(fb_test_folder()) + 1, wanted);
		free(path);
	} else {
		FB_FAILS_WITH(err, FB_NOT_FOUND, "no file of build-id " ID_TEXT " below");
	}
	fb_module_files_destroy(files);
}

static void files_are_found_by_build_id_and_name(void)
{
	struct host host;

	make(&host, true);
	put_member(&host);
	expect_file(&host, "");
	/* Of its name, but of another build; of its build, but not of its name; no module's. */
	write_object("first", "virtio_net.ko", 0x0b);
	write_object("first", "virtio_net2.ko", 0x0a);
	write_object("first", "virtio_net.kobj", 0x0a);
	write_object("first", ".ko", 0x0a);
	write_object("first", "virtio_net", 0x0a);
	expect_file(&host, "");
	write_object("second/lib/modules", "virtio-net.ko.debug", 0x0a);
	expect_file(&host, "second/lib/modules/virtio-net.ko.debug");
	write_object("first/extra", "virtio-net.ko", 0x0a);
	expect_file(&host, "first/extra/virtio-net.ko");
	/* By build-id, which says more than a name, if it is that one's. */
	write_object("second/.build-id/de", "adbeef0000000000000000000000000000000a.debug", 0x0b);
	expect_file(&host, "first/extra/virtio-net.ko");
	write_object("second/.build-id/de", "adbeef0000000000000000000000000000000a.debug", 0x0a);
	expect_file(&host, "second/.build-id/de/adbeef0000000000000000000000000000000a.debug");
	destroy(&host);
}

FB_TEST_MAIN("kernel/module_debug", FB_TEST(the_member_says_it),
	     FB_TEST(the_notes_say_it_where_the_member_does_not),
	     FB_TEST(damaged_notes_are_passed_over), FB_TEST(without_types_there_is_none),
	     FB_TEST(files_are_found_by_build_id_and_name))
