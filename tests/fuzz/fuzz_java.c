// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of a process with a virtual machine of Java, whose variables stand at its beginning: its threads are read,
 * what they wait for, and their frames. The first byte says which of two forms the machine's tables describe, that of
 * early or of late versions; the offsets are this file's own, small ones.
 */
#include <string.h>

#include "base/attr.h"
#include "user/runtimes/java/java_locks.h"
#include "user/runtimes/java/java_private.h"

#define BASE 0x10000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct fb_space space; /* first */
	const uint8_t *bytes;
	size_t size;
};

struct row {
	enum fb_java_value value;
	uint64_t number;
};

static const struct row both[] = {
	{FB_JAVA_MAJOR_VERSION, BASE},
	{FB_JAVA_FLAGS, BASE + 0x08},
	{FB_JAVA_FLAG_COUNT, BASE + 0x10},
	{FB_JAVA_NARROW_OOP_BASE, BASE + 0x18},
	{FB_JAVA_NARROW_OOP_SHIFT, BASE + 0x20},
	{FB_JAVA_NARROW_KLASS_BASE, BASE + 0x28},
	{FB_JAVA_NARROW_KLASS_SHIFT, BASE + 0x30},
	{FB_JAVA_CODE_HEAPS, BASE + 0x40},
	{FB_JAVA_INTERPRETER, BASE + 0x48},
	{FB_JAVA_CALL_STUB_RETURN, BASE + 0x50},
	{FB_JAVA_MIRROR_OFFSET, BASE + 0x58},
	{FB_JAVA_FLAG_SIZE, 16},
	{FB_JAVA_FLAG_NAME, 0},
	{FB_JAVA_FLAG_ADDRESS, 8},
	{FB_JAVA_THREAD_OBJECT, 0},
	{FB_JAVA_THREAD_ANCHOR, 8},
	{FB_JAVA_THREAD_STATE, 32},
	{FB_JAVA_THREAD_OS, 40},
	{FB_JAVA_THREAD_STACK_BASE, 48},
	{FB_JAVA_THREAD_STACK_SIZE, 56},
	{FB_JAVA_THREAD_PENDING, 64},
	{FB_JAVA_THREAD_WAITING, 72},
	{FB_JAVA_ANCHOR_SP, 0},
	{FB_JAVA_ANCHOR_PC, 8},
	{FB_JAVA_ANCHOR_FP, 16},
	{FB_JAVA_WRAPPER_ANCHOR, 0},
	{FB_JAVA_FRAME_WRAPPER, (uint32_t)-6},
	{FB_JAVA_FRAME_SENDER_SP, (uint32_t)-1},
	{FB_JAVA_OS_TID, 0},
	{FB_JAVA_OS_PTHREAD, 8},
	{FB_JAVA_OOP_KLASS, 8},
	{FB_JAVA_OOP_NARROW_KLASS, 8},
	{FB_JAVA_KLASS_NAME, 0},
	{FB_JAVA_KLASS_SUPER, 8},
	{FB_JAVA_KLASS_LAYOUT, 16},
	{FB_JAVA_HEADER_SIZE_SHIFT, 16},
	{FB_JAVA_HEADER_SIZE_MASK, 255},
	{FB_JAVA_CLASS_CONSTANTS, 24},
	{FB_JAVA_POOL_CLASS, 0},
	{FB_JAVA_POOL_LENGTH, 8},
	{FB_JAVA_POOL_SIZE, 16},
	{FB_JAVA_SYMBOL_LENGTH, 0},
	{FB_JAVA_SYMBOL_BODY, 2},
	{FB_JAVA_ARRAY_LENGTH, 0},
	{FB_JAVA_BYTES_DATA, 4},
	{FB_JAVA_SHORTS_DATA, 4},
	{FB_JAVA_MONITOR_OBJECT, 0},
	{FB_JAVA_MONITOR_OWNER, 8},
	{FB_JAVA_GROWABLE_LENGTH, 0},
	{FB_JAVA_GROWABLE_DATA, 8},
	{FB_JAVA_HEAP_MEMORY, 0},
	{FB_JAVA_HEAP_SEGMENTS, 16},
	{FB_JAVA_HEAP_LOG2_SEGMENT, 32},
	{FB_JAVA_SPACE_LOW, 0},
	{FB_JAVA_SPACE_HIGH, 8},
	{FB_JAVA_STUBS_BUFFER, 0},
	{FB_JAVA_STUBS_LIMIT, 8},
	{FB_JAVA_HEAP_BLOCK_SIZE, 16},
	{FB_JAVA_BLOB_NAME, 0},
	{FB_JAVA_BLOB_SIZE, 8},
	{FB_JAVA_BLOB_FRAME_SIZE, 12},
	{FB_JAVA_BLOB_FRAME_COMPLETE, 16},
	{FB_JAVA_NMETHOD_METHOD, 32},
	{FB_JAVA_NMETHOD_SCOPES_PCS, 40},
	{FB_JAVA_NMETHOD_DEPENDENCIES, 44},
	{FB_JAVA_NMETHOD_METADATA, 48},
	{FB_JAVA_PC_OFFSET, 0},
	{FB_JAVA_PC_SCOPE, 4},
	{FB_JAVA_PC_SIZE, 16},
	{FB_JAVA_METHOD_CONST, 0},
	{FB_JAVA_METHOD_ACCESS, 8},
	{FB_JAVA_CONST_POOL, 0},
	{FB_JAVA_CONST_FLAGS, 8},
	{FB_JAVA_CONST_SIZE, 12},
	{FB_JAVA_CONST_CODE_SIZE, 16},
	{FB_JAVA_CONST_NAME, 18},
	{FB_JAVA_CONST_TYPE_SIZE, 24},
	{FB_JAVA_HAS_LINES, 1},
	{FB_JAVA_INVOCATION_BCI, (uint32_t)-1},
	{FB_JAVA_IN_NATIVE, 4},
	{FB_JAVA_BLOCKED, 10},
};

static const struct row early[] = {
	{FB_JAVA_THREAD_LIST, BASE + 0x38},
	{FB_JAVA_THREAD_NEXT, 80},
	{FB_JAVA_CLASS_FIELDS, 32},
	{FB_JAVA_CLASS_FIELD_COUNT, 40},
	{FB_JAVA_TAG_SIZE, 2},
	{FB_JAVA_BLOB_CODE_BEGIN, 24},
	{FB_JAVA_NMETHOD_SCOPES_DATA, 56},
};

static const struct row late[] = {
	{FB_JAVA_THREAD_ARRAY, BASE + 0x38},  {FB_JAVA_THREADS_LENGTH, 0},
	{FB_JAVA_THREADS_ARRAY, 8},           {FB_JAVA_THREAD_OWNER_ID, 80},
	{FB_JAVA_THREAD_VIRTUAL, 88},         {FB_JAVA_THREAD_LOCK_STACK, 96},
	{FB_JAVA_LOCK_STACK_TOP, 0},          {FB_JAVA_LOCK_STACK_BASE, 8},
	{FB_JAVA_MONITOR_STACK_LOCKER, 16},   {FB_JAVA_MONITOR_LIST_HEAD, 0},
	{FB_JAVA_CLASS_FIELD_STREAM, 32},     {FB_JAVA_FIELD_HAS_VALUE, 0},
	{FB_JAVA_FIELD_GENERIC, 2},           {FB_JAVA_FIELD_CONTENDED, 4},
	{FB_JAVA_BLOB_CODE_OFFSET, 24},       {FB_JAVA_NMETHOD_IMMUTABLE, 56},
	{FB_JAVA_NMETHOD_IMMUTABLE_SIZE, 64}, {FB_JAVA_NMETHOD_SCOPES_DATA_OFFSET, 68},
};

static void fill(struct fb_java_tables *tables, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tables->values[rows[i].value] = rows[i].number;
		tables->known[rows[i].value] = true;
	}
}

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > memory->size ||
	    length > memory->size - (address - BASE))
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops memory_ops = {.read = read_memory};

static struct fb_error *read_thread(struct fb_java *java, const struct fb_java_thread *thread)
{
	struct fb_user_stack stack = {.frames = NULL};
	struct fb_java_wait wait;
	bool found;
	struct fb_error *err = fb_java_wait_find(java, thread, &wait, &found);

	if (!err)
		err = fb_java_name_frames(java, thread->pthread, &stack);
	fb_user_stack_deinit(&stack);
	return err;
}

/* A list that leads in a circle has the most threads that are read: some of them tell the same as all. */
#define MOST_READ 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {{.ops = &memory_ops, .name = "fuzz"}, data + 1, size - 1};
	struct fb_java_tables tables = {.has_handles = false};
	const struct fb_java_thread *threads;
	struct fb_string_pool pool = {0};
	struct fb_java *java = NULL;
	struct fb_error *err;
	size_t count = 0;
	const char *why;

	if (!size)
		return 0;
	fill(&tables, both, FB_ARRAY_SIZE(both));
	tables.has_handles = data[0] & 1;
	if (data[0] & 1)
		fill(&tables, late, FB_ARRAY_SIZE(late));
	else
		fill(&tables, early, FB_ARRAY_SIZE(early));
	err = fb_java_open_with(&memory.space, &pool, &tables, &java);
	if (!err) {
		threads = fb_java_threads(java, &count, &why);
		for (size_t i = 0; i < count && i < MOST_READ && !err; i++)
			err = read_thread(java, &threads[i]);
	}
	fb_error_destroy(err);
	fb_java_destroy(java);
	fb_string_pool_deinit(&pool);
	return 0;
}
