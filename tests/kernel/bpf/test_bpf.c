// SPDX-License-Identifier: GPL-2.0-or-later
/* BPF programs, maps and links in a made kernel, and what damage to each costs. */
#include "kernel/bpf/bpf.h"

#include <inttypes.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_kernel.h"

struct host {
	struct made_kernel *made;
	uint64_t nodes[3]; /* the tree of programs, of maps, of links */
	uint64_t program, aux, map, link;
};

static void program_members(struct made_kernel *made)
{
	MADE_FIELD(made, xarray_head, 0, 8);
	MADE_FIELD(made, xa_node_shift, 0, 1);
	MADE_FIELD(made, xa_node_slots, 8, 512);
	MADE_FIELD(made, bpf_prog_pages, 0, 2);
	MADE_FIELD(made, bpf_prog_gpl, 2, 2);
	made->kernel.layout.bpf_prog_gpl.bit_offset = 1;
	made->kernel.layout.bpf_prog_gpl.bit_size = 1;
	MADE_FIELD(made, bpf_prog_type, 4, 4);
	MADE_FIELD(made, bpf_prog_length, 8, 4);
	MADE_FIELD(made, bpf_prog_bytes, 12, 4);
	MADE_FIELD(made, bpf_prog_tag, 16, 8);
	MADE_FIELD(made, bpf_prog_aux, 24, 8);
	MADE_FIELD(made, bpf_aux_id, 0, 4);
	MADE_FIELD(made, bpf_aux_map_count, 4, 4);
	MADE_FIELD(made, bpf_aux_maps, 8, 8);
	MADE_FIELD(made, bpf_aux_functions, 16, 8);
	MADE_FIELD(made, bpf_aux_function_count, 24, 4);
	MADE_FIELD(made, bpf_aux_loaded, 32, 8);
	MADE_FIELD(made, bpf_aux_uid, 40, 8);
	MADE_FIELD(made, bpf_aux_types, 48, 8);
	MADE_FIELD(made, bpf_aux_name, 56, 16);
	MADE_FIELD(made, bpf_aux_attached_to, 72, 8);
	MADE_FIELD(made, user_struct_uid, 8, 4);
	MADE_FIELD(made, bpf_types_id, 16, 4);
}

static void other_members(struct made_kernel *made)
{
	MADE_FIELD(made, bpf_map_id, 0, 4);
	MADE_FIELD(made, bpf_map_type, 4, 4);
	MADE_FIELD(made, bpf_map_name, 8, 16);
	MADE_FIELD(made, bpf_map_flags, 24, 4);
	MADE_FIELD(made, bpf_map_key_size, 28, 4);
	MADE_FIELD(made, bpf_map_value_size, 32, 4);
	MADE_FIELD(made, bpf_map_most, 36, 4);
	MADE_FIELD(made, bpf_map_frozen, 40, 1);
	MADE_FIELD(made, bpf_map_types, 48, 8);
	MADE_FIELD(made, bpf_link_id, 0, 4);
	MADE_FIELD(made, bpf_link_type, 4, 4);
	MADE_FIELD(made, bpf_link_prog, 8, 8);
	MADE_FIELD(made, bpf_link_attach_type, 16, 4);
}

static void fill_program(struct host *host)
{
	struct made_kernel *made = host->made;
	uint64_t user = made_alloc(made, 16);

	MADE_SET(made, user, user_struct_uid, 1000);
	MADE_SET(made, host->program, bpf_prog_aux, host->aux);
	MADE_SET(made, host->program, bpf_prog_type, 8);
	MADE_SET(made, host->program, bpf_prog_pages, 2);
	made_put(made, host->program + 2, 2, 2); /* gpl_compatible */
	MADE_SET(made, host->program, bpf_prog_length, 7);
	MADE_SET(made, host->program, bpf_prog_bytes, 99);
	MADE_SET(made, host->program, bpf_prog_tag, 0x0807060504030201ull);
	MADE_SET(made, host->aux, bpf_aux_id, 5);
	MADE_SET(made, host->aux, bpf_aux_loaded, 3000000000ull);
	MADE_SET(made, host->aux, bpf_aux_uid, user);
	memcpy(made_at(made, host->aux + 56), "a_name_of_16_byt", 16);
}

static void build(struct host *host)
{
	static const char *const names[] = {"prog_idr", "map_idr", "link_idr", NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t trees[3];

	*host = (struct host){.made = made};
	program_members(made);
	other_members(made);
	for (unsigned i = 0; i < 3; i++) {
		trees[i] = made_alloc(made, 24);
		host->nodes[i] = made_alloc_pages(made, 1024);
		MADE_SET(made, trees[i], xarray_head, host->nodes[i] + 2);
	}
	made_symbols(made, names, trees);
	host->program = made_alloc_pages(made, 64);
	host->aux = made_alloc_pages(made, 128);
	host->map = made_alloc_pages(made, 64);
	host->link = made_alloc_pages(made, 64);
	fill_program(host);
	MADE_SET(made, host->map, bpf_map_id, 9);
	MADE_SET(made, host->map, bpf_map_type, 2);
	memcpy(made_at(made, host->map + 8), "counts", 7);
	MADE_SET(made, host->map, bpf_map_key_size, 4);
	MADE_SET(made, host->map, bpf_map_value_size, 8);
	MADE_SET(made, host->map, bpf_map_most, 64);
	MADE_SET(made, host->map, bpf_map_frozen, 1);
	MADE_SET(made, host->link, bpf_link_id, 1);
	MADE_SET(made, host->link, bpf_link_type, 77);
	MADE_SET(made, host->link, bpf_link_prog, host->program);
	MADE_SET(made, host->link, bpf_link_attach_type, 3);
}

static void put(struct host *host, unsigned tree, unsigned id, uint64_t address)
{
	made_put(host->made, host->nodes[tree] + 8 + 8ull * id, address, 8);
}

static void put_all(struct host *host)
{
	put(host, 0, 5, host->program);
	put(host, 1, 9, host->map);
	put(host, 2, 1, host->link);
}

static void end(struct host *host, struct fb_bpf *found)
{
	fb_bpf_deinit(found);
	made_kernel_destroy(host->made);
}

static void give_map(struct host *host, uint64_t count)
{
	uint64_t array = made_alloc(host->made, 8);

	made_put(host->made, array, host->map, 8);
	MADE_SET(host->made, host->aux, bpf_aux_maps, array);
	MADE_SET(host->made, host->aux, bpf_aux_map_count, count);
}

static void expect_program(const struct fb_bpf_program *program)
{
	CU_ASSERT_EQUAL(program->id, 5);
	CU_ASSERT_STRING_EQUAL(program->type, "8");
	CU_ASSERT_STRING_EQUAL(program->name, "a_name_of_16_byt");
	CU_ASSERT(program->gpl);
	CU_ASSERT_EQUAL(program->tag[7], 8);
	CU_ASSERT_EQUAL(program->loaded_ns, 3000000000ull);
	CU_ASSERT_EQUAL(program->uid, 1000);
	CU_ASSERT_EQUAL(program->xlated, 56);
	CU_ASSERT_EQUAL(program->jited, 99);
	CU_ASSERT_EQUAL(program->locked, 8192);
	CU_ASSERT_EQUAL_FATAL(program->map_count, 1);
	CU_ASSERT_EQUAL(program->maps[0], 9);
}

static void reads_each_kind(void)
{
	struct host host;
	struct fb_bpf found;

	build(&host);
	put_all(&host);
	give_map(&host, 1);
	FB_OK_FATAL(fb_bpf_load(&host.made->kernel, &found));
	CU_ASSERT_EQUAL_FATAL(found.program_count, 1);
	expect_program(&found.programs[0]);
	CU_ASSERT_EQUAL_FATAL(found.map_count, 1);
	CU_ASSERT_STRING_EQUAL(found.maps[0].name, "counts");
	CU_ASSERT_EQUAL(found.maps[0].key_size, 4);
	CU_ASSERT_EQUAL(found.maps[0].value_size, 8);
	CU_ASSERT_EQUAL(found.maps[0].most, 64);
	CU_ASSERT(found.maps[0].frozen);
	CU_ASSERT_FALSE(found.maps[0].locked_known);
	CU_ASSERT_EQUAL_FATAL(found.link_count, 1);
	CU_ASSERT_STRING_EQUAL(found.links[0].type, "77");
	CU_ASSERT_EQUAL(found.links[0].program, 5);
	CU_ASSERT_STRING_EQUAL(found.links[0].attach_type, "3");
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 0);
	end(&host, &found);
}

static void adds_up_functions(void)
{
	struct host host;
	struct fb_bpf found;
	uint64_t functions;

	build(&host);
	put_all(&host);
	functions = made_alloc(host.made, 16);
	made_put(host.made, functions, host.program, 8);
	made_put(host.made, functions + 8, host.program, 8);
	MADE_SET(host.made, host.aux, bpf_aux_functions, functions);
	MADE_SET(host.made, host.aux, bpf_aux_function_count, 2);
	FB_OK_FATAL(fb_bpf_load(&host.made->kernel, &found));
	CU_ASSERT_EQUAL(found.programs[0].jited, 198);
	end(&host, &found);
}

/* Objects that lie about their ID, wild addresses and counts cost themselves. */
static void damage_costs_a_part(void)
{
	struct host host;
	struct fb_bpf found;

	build(&host);
	put_all(&host);
	put(&host, 0, 6, host.program);
	put(&host, 1, 3, 0x1230);
	put(&host, 2, 2, 0xffff888fffff0000ull);
	give_map(&host, UINT32_MAX);
	MADE_SET(host.made, host.aux, bpf_aux_function_count, 100000);
	FB_OK_FATAL(fb_bpf_load(&host.made->kernel, &found));
	CU_ASSERT_EQUAL(found.program_count, 1);
	CU_ASSERT_EQUAL(found.programs[0].map_count, 0);
	CU_ASSERT_EQUAL(found.map_count, 1);
	CU_ASSERT_EQUAL(found.link_count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(host.made->warnings), 5);
	end(&host, &found);
}

static struct fb_error *tell(void *context, struct fb_buf *text, bool *incomplete_ret FB_UNUSED)
{
	struct host *host = context;
	struct fb_bpf found = {0};
	struct fb_error *err = fb_bpf_load(&host->made->kernel, &found);

	for (size_t i = 0; i < found.program_count && !err; i++)
		err = fb_buf_printf(text, "%s %u %zu %" PRIu64 "\n", found.programs[i].name,
				    found.programs[i].uid, found.programs[i].map_count,
				    found.programs[i].jited);
	for (size_t i = 0; i < found.map_count && !err; i++)
		err = fb_buf_printf(text, "%s %u\n", found.maps[i].name, found.maps[i].most);
	for (size_t i = 0; i < found.link_count && !err; i++)
		err = fb_buf_printf(text, "%s %s\n", found.links[i].type,
				    found.links[i].attach_type);
	fb_bpf_deinit(&found);
	return err;
}

static struct fb_error *ask(void *context)
{
	bool incomplete = false;
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, 1 << 20);
	err = tell(context, &text, &incomplete);
	fb_buf_deinit(&text);
	return err;
}

static void what_fails_is_told(void)
{
	struct host host;
	struct fb_bpf none = {0};

	build(&host);
	put_all(&host);
	give_map(&host, 1);
	CU_ASSERT(absent_made_must_tell(host.made, tell, &host) > 30);
	CU_ASSERT(failing_made_must_pass(host.made, ask, &host) > 30);
	end(&host, &none);
}

static void a_kernel_without_bpf_says_so(void)
{
	static const char *const no_names[] = {NULL};
	struct host host;
	struct fb_bpf found = {0};
	uint64_t none = 0;

	build(&host);
	made_symbols(host.made, no_names, &none);
	FB_FAILS(fb_bpf_load(&host.made->kernel, &found), FB_NOT_FOUND);
	end(&host, &found);
}

FB_TEST_MAIN("kernel/bpf", FB_TEST(reads_each_kind), FB_TEST(adds_up_functions),
	     FB_TEST(damage_costs_a_part), FB_TEST(what_fails_is_told),
	     FB_TEST(a_kernel_without_bpf_says_so))
