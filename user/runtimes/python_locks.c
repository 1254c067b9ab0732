// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the object of Python for which a thread sleeps in futex(). Called by runtimes.c and bundle/waits.
 *
 * In old versions a lock's object points to a semaphore, and the function that waits has the object at hand: in a
 * register, or in a word of the machine's stack. A word that leads to an object of a lock's type which has this very
 * semaphore is it. In new ones a lock is a byte in its object, and the thread sleeps at a semaphore on its own stack,
 * beside the address of the byte (struct wait_entry). 3.13 has both: a Lock of its later releases is a byte, an RLock
 * is not.
 */
#include "user/runtimes/python_locks.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/python_private.h"

/* Words of the machine's stack: from futex() to the method of the lock there are some 60. */
#define STACK_WORDS 256u
/* Objects: the type; what follows the header. */
#define OBJECT_TYPE 8u
#define OBJECT_BODY 16u
#define OBJECT_SIZE 40u
/* RLock: the owner, then how many times it has the lock. */
#define RLOCK_OWNER 24u
/* PyTypeObject.tp_name */
#define TYPE_NAME 24u
/* struct wait_entry: from its semaphore back to the address. */
#define ENTRY_ADDRESS 8u
/* Methods of Python's library within each other: Condition.wait(), Barrier._wait(), Barrier.wait(). */
#define MOST_METHODS 6u
/* The lowest bits of a reference to an object are tags. */
#define TAGS UINT64_C(3)

/* The name of an object's type; "" where it cannot be read. */
static struct fb_error *read_class(struct fb_python *python, uint64_t object,
				   char name[FB_PYTHON_CLASS_SIZE])
{
	uint64_t type = 0, text = 0;
	struct fb_error *err = fb_space_u64(python->space, object + OBJECT_TYPE, &type);

	*name = '\0';
	if (!err)
		err = fb_space_u64(python->space, type + TYPE_NAME, &text);
	if (!err)
		err = fb_space_string_whole(python->space, text, name, FB_PYTHON_CLASS_SIZE);
	if (err)
		*name = '\0';
	return fb_part_skip(err);
}

/* Whether there is an object of a lock's type at the address. */
static struct fb_error *read_lock(struct fb_python *python, uint64_t address, const uint8_t *bytes,
				  struct fb_python_wait *wait, bool *is_ret)
{
	static const struct {
		const char *type;
		enum fb_python_lock_kind kind;
	} types[] = {
		{"_thread.lock", FB_PYTHON_LOCK},
		{"_thread.RLock", FB_PYTHON_RLOCK},
		{"_multiprocessing.SemLock", FB_PYTHON_SEMAPHORE},
		{"_queue.SimpleQueue", FB_PYTHON_QUEUE},
	};
	char class[FB_PYTHON_CLASS_SIZE];
	struct fb_error *err = read_class(python, address, class);

	*is_ret = false;
	for (size_t i = 0; i < FB_ARRAY_SIZE(types) && !err && !*is_ret; i++) {
		if (strcmp(class, types[i].type) != 0)
			continue;
		*is_ret = true;
		*wait = (struct fb_python_wait){.kind = types[i].kind, .lock = address};
		if (wait->kind == FB_PYTHON_RLOCK) {
			wait->owner = fb_u64_at(bytes, RLOCK_OWNER);
			wait->owner_field = address + RLOCK_OWNER;
		}
	}
	return err;
}

/* Whether the word leads to the object of a lock that has the semaphore. */
static struct fb_error *try_object(struct fb_python *python, uint64_t address, uint64_t semaphore,
				   struct fb_python_wait *wait, bool *is_ret)
{
	uint8_t bytes[OBJECT_SIZE];
	struct fb_error *err;

	*is_ret = false;
	if (address < FB_PAGE_SIZE || address % 8)
		return NULL;
	err = fb_space_read(python->space, address, bytes, sizeof(bytes));
	if (err || fb_u64_at(bytes, OBJECT_BODY) != semaphore)
		return fb_part_skip(err);
	return read_lock(python, address, bytes, wait, is_ret);
}

static struct fb_error *find_by_semaphore(struct fb_python *python,
					  const struct user_regs_struct *regs, uint64_t semaphore,
					  struct fb_python_wait *wait, bool *found)
{
	const uint64_t saved[] = {regs->rbx, regs->rbp, regs->r12, regs->r13, regs->r14, regs->r15};
	uint64_t word = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(saved) && !err && !*found; i++)
		err = try_object(python, saved[i], semaphore, wait, found);
	for (size_t i = 0; i < STACK_WORDS && !err && !*found; i++) {
		err = fb_space_u64(python->space, regs->rsp + i * 8, &word);
		if (err)
			return fb_part_skip(err);
		err = try_object(python, word, semaphore, wait, found);
	}
	return err;
}

static struct fb_error *find_by_entry(struct fb_python *python, uint64_t semaphore,
				      struct fb_python_wait *wait, bool *found)
{
	uint8_t bytes[OBJECT_SIZE];
	uint64_t byte = 0;
	struct fb_error *err = fb_space_u64(python->space, semaphore - ENTRY_ADDRESS, &byte);

	if (!err && (byte < FB_PAGE_SIZE || byte % 8))
		return NULL;
	if (!err)
		err = fb_space_read(python->space, byte - OBJECT_BODY, bytes, sizeof(bytes));
	return err ? fb_part_skip(err) : read_lock(python, byte - OBJECT_BODY, bytes, wait, found);
}

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && !strcmp(text + length - wanted, end);
}

static bool is_of_library(const char *file)
{
	return ends_with(file, "/threading.py") || ends_with(file, "/queue.py") ||
	       ends_with(file, "/multiprocessing/queues.py") ||
	       ends_with(file, "/multiprocessing/synchronize.py");
}

/* The object of the frame's method. */
static struct fb_error *take_method(struct fb_python *python, const struct fb_python_frame *frame,
				    struct fb_python_wait *wait)
{
	char class[FB_PYTHON_CLASS_SIZE];
	const char *function = python->last.function;
	uint64_t self = 0;
	struct fb_error *err =
		fb_space_u64(python->space, frame->address + python->layout.frame_locals, &self);

	self &= ~TAGS;
	if (!err)
		err = read_class(python, self, class);
	if (err || !*class || strlen(function) >= sizeof(wait->method))
		return err;
	memcpy(wait->class, class, sizeof(class));
	memcpy(wait->method, function, strlen(function) + 1);
	wait->object = self;
	return NULL;
}

/* The outermost of the innermost methods that are of Python's own library. */
static struct fb_error *find_method(struct fb_python *python, uint64_t state,
				    struct fb_python_wait *wait)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	uint64_t address = 0;
	struct fb_error *err = fb_python_first_frame(python, state, &address);

	for (size_t i = 0; i < MOST_METHODS && !err && address; i++) {
		struct fb_python_frame frame = {.is_entry = 0};

		err = fb_python_frame_read(python, address, &frame);
		address = frame.previous;
		if (err || frame.owner >= python->layout.shim_owner)
			continue;
		err = fb_python_code_read(python, frame.code, &pool);
		if (err || !is_of_library(python->last.file))
			break;
		err = take_method(python, &frame, wait);
	}
	/* Its texts are in the pool. */
	python->last.address = 0;
	return fb_part_skip(err);
}

struct fb_error *fb_python_wait_find(struct fb_python *python, const struct user_regs_struct *regs,
				     uint64_t word, struct fb_python_wait *wait_ret,
				     bool *found_ret)
{
	struct fb_error *err;

	*found_ret = false;
	err = find_by_entry(python, word, wait_ret, found_ret);
	if (!err && !*found_ret && word >= FB_PAGE_SIZE)
		err = find_by_semaphore(python, regs, word, wait_ret, found_ret);
	for (size_t i = 0; i < python->count && !err && *found_ret; i++)
		if (python->threads[i].id == regs->fs_base)
			return find_method(python, python->threads[i].state, wait_ret);
	return err;
}
