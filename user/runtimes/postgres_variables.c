// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds PostgreSQL's variables by the symbols that its program exports. Called by postgres.c. */
#include "user/runtimes/postgres_variables.h"

#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/elf/elf_dynamic.h"
#include "user/runtimes/postgres_layout.h"

bool fb_postgres_is_object(const char *file_name)
{
	/* The second was the name of a link before 16, the third is that of EnterpriseDB's. */
	static const char *const names[] = {"postgres", "postmaster", "edb-postgres"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (!strcmp(file_name, names[i]))
			return true;
	return false;
}

/* The mapping with the ELF header of the server's program; NULL. */
static const struct fb_user_mapping *find_object(const struct fb_user_process *process)
{
	for (size_t i = 0; i < process->mapping_count; i++) {
		const struct fb_user_mapping *mapping = &process->mappings[i];
		const char *slash = strrchr(mapping->path, '/');

		if (slash && mapping->file && !mapping->offset && fb_postgres_is_object(slash + 1))
			return mapping;
	}
	return NULL;
}

/* A variable of `size` bytes. *found_ret: whether the program has it. */
static struct fb_error *read_variable(const struct fb_user_process *process, uint64_t object,
				      const char *name, void *value_ret, size_t size,
				      bool *found_ret)
{
	uint64_t address = 0;
	struct fb_error *err = fb_elf_dynamic_find(process->space, object, name, &address);

	*found_ret = !err;
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	return err ? err : fb_space_read(process->space, address, value_ret, size);
}

/* Bytes of the program's variables that are searched; it has some 250 KB. */
#define MOST_VARIABLES (4u << 20)

static const struct fb_user_mapping *mapping_at(const struct fb_user_process *process,
						uint64_t address)
{
	for (size_t i = 0; i < process->mapping_count; i++)
		if (address >= process->mappings[i].start && address < process->mappings[i].end)
			return &process->mappings[i];
	return NULL;
}

/* Whether a PgBackendStatus of this process may be at the address: it has its PID and database, and its query's text is
 * in the shared memory too. */
static bool is_status(const struct fb_user_process *process, const struct fb_user_mapping *shared,
		      const struct fb_postgres_variables *variables, uint64_t address)
{
	uint32_t pid = 0, database = 0;
	uint64_t query = 0;
	struct fb_error *err;

	if (address < shared->start || address >= shared->end || address % 8)
		return false;
	err = fb_space_u32(process->space, address + FB_POSTGRES_STATUS_PID, &pid);
	if (!err)
		err = fb_space_u32(process->space, address + FB_POSTGRES_STATUS_DATABASE,
				   &database);
	if (!err)
		err = fb_space_u64(process->space, address + FB_POSTGRES_STATUS_QUERY, &query);
	if (err) {
		fb_error_destroy(err);
		return false;
	}
	return pid == (uint32_t)variables->pid && database == variables->database &&
	       query >= shared->start && query < shared->end;
}

/* 13 does not export MyBEEntry: it is searched for among the variables of the program, the last of its file's mappings
 * and the memory behind it. Pages that cannot be read are left out. */
static struct fb_error *search_status(const struct fb_user_process *process,
				      const struct fb_user_mapping *object,
				      struct fb_postgres_variables *variables)
{
	const struct fb_user_mapping *shared = mapping_at(process, variables->proc_global);
	const struct fb_user_mapping *last = object;
	uint64_t words[FB_PAGE_SIZE / 8], end;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < process->mapping_count; i++)
		if (process->mappings[i].file == object->file)
			last = &process->mappings[i];
	end = last->end;
	if (last + 1 < process->mappings + process->mapping_count && last[1].start == end &&
	    !last[1].file)
		end = last[1].end;
	if (!shared || last == object || end - last->start > MOST_VARIABLES)
		return NULL;
	for (uint64_t at = last->start; at < end && !err; at += sizeof(words)) {
		err = fb_space_read(process->space, at, words, sizeof(words));
		for (size_t i = 0; !err && i < FB_ARRAY_SIZE(words); i++) {
			if (!is_status(process, shared, variables, words[i]))
				continue;
			variables->status = words[i];
			return NULL;
		}
		err = fb_part_skip(err);
	}
	return err;
}

struct fb_error *fb_postgres_variables_read(const struct fb_user_process *process,
					    struct fb_postgres_variables *variables_ret)
{
	struct fb_postgres_variables read = {.number = -1};
	const struct {
		const char *name;
		void *to;
		size_t size;
		bool needed;
	} wanted[] = {
		{"MyProc", &read.proc, 8, true},
		{"ProcGlobal", &read.proc_global, 8, true},
		{"MyLatch", &read.latch, 8, true},
		{"MyProcPid", &read.pid, 4, true},
		{"MyDatabaseId", &read.database, 4, true},
		{"max_prepared_xacts", &read.prepared, 4, false},
		/* From 14 on. */
		{"MyBEEntry", &read.status, 8, false},
		{"MainLWLockArray", &read.lwlocks, 8, false},
		{"my_wait_event_info", &read.wait_event_info, 8, false},
	};
	const struct fb_user_mapping *object = find_object(process);
	struct fb_error *err = NULL;
	bool found = true;

	if (!object)
		return fb_error_create(FB_NOT_FOUND, "no program of PostgreSQL is mapped");
	for (size_t i = 0; i < FB_ARRAY_SIZE(wanted) && !err; i++) {
		err = read_variable(process, object->start, wanted[i].name, wanted[i].to,
				    wanted[i].size, &found);
		if (!err && !found && wanted[i].needed)
			err = fb_error_create(FB_NOT_FOUND, "it exports no variable %s",
					      wanted[i].name);
	}
	if (!err)
		err = read_variable(process, object->start, "MyProcNumber", &read.number, 4,
				    &read.has_proc_number);
	/* Before 17. */
	if (!err && !read.has_proc_number)
		err = read_variable(process, object->start, "MyBackendId", &read.number, 4, &found);
	if (!err && (!read.proc || !read.proc_global))
		err = fb_error_create(FB_NOT_FOUND, "the process has no PGPROC");
	if (!err && !read.status)
		err = search_status(process, object, &read);
	if (!err)
		*variables_ret = read;
	return err;
}
