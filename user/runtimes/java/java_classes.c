// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads classes of the objects that threads wait for. Called by java_locks.c and java_monitors.c. */
#include "user/runtimes/java/java_classes.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "user/runtimes/java/java_objects.h"

/* Longer chains of classes that extend each other are damaged. */
#define MOST_SUPERCLASSES 64u

/* What objects are that are of this class or of one that extends it, and what is read of them. The first that fits,
 * from the object's own class on, says what they are. */
static const struct {
	const char *name;
	const char *owner, *state, *first_reader;
	enum fb_java_role role;
	bool wide;
} known[] = {
	{.name = "java/util/concurrent/locks/ReentrantReadWriteLock$Sync",
	 .role = FB_JAVA_ROLE_READ_WRITE,
	 .first_reader = "firstReader"},
	{.name = "java/util/concurrent/CountDownLatch$Sync", .role = FB_JAVA_ROLE_COUNT_DOWN},
	{.name = "java/util/concurrent/Semaphore$Sync", .role = FB_JAVA_ROLE_SEMAPHORE},
	{.name = "java/util/concurrent/locks/AbstractQueuedSynchronizer",
	 .role = FB_JAVA_ROLE_LOCK,
	 .state = "state"},
	{.name = "java/util/concurrent/locks/AbstractQueuedLongSynchronizer",
	 .role = FB_JAVA_ROLE_LOCK,
	 .state = "state",
	 .wide = true},
	{.name = "java/util/concurrent/locks/AbstractOwnableSynchronizer",
	 .role = FB_JAVA_ROLE_LOCK,
	 .owner = "exclusiveOwnerThread"},
	{.name = "java/util/concurrent/locks/AbstractQueuedSynchronizer$ConditionObject",
	 .role = FB_JAVA_ROLE_CONDITION},
	{.name = "java/util/concurrent/locks/AbstractQueuedLongSynchronizer$ConditionObject",
	 .role = FB_JAVA_ROLE_CONDITION},
	{.name = "java/util/concurrent/FutureTask", .role = FB_JAVA_ROLE_FUTURE, .owner = "runner"},
	{.name = "java/util/concurrent/locks/StampedLock", .role = FB_JAVA_ROLE_STAMPED},
	{.name = "java/lang/Thread", .role = FB_JAVA_ROLE_THREAD},
	{.name = "java/lang/Class", .role = FB_JAVA_ROLE_CLASS},
};

static struct fb_error *read_member(const struct fb_java *java, uint64_t class, const char *name,
				    uint32_t *offset)
{
	return name ? fb_java_member(java, class, name, offset) : NULL;
}

/* Adds what is known of objects of the class called name, which is the object's own or one that it extends. */
static struct fb_error *add_known(const struct fb_java *java, uint64_t address, const char *name,
				  struct fb_java_class *class)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(known) && !err; i++) {
		if (strcmp(name, known[i].name) != 0)
			continue;
		if (!class->role)
			class->role = known[i].role;
		err = read_member(java, address, known[i].owner, &class->owner);
		if (!err)
			err = read_member(java, address, known[i].state, &class->state);
		class->wide_state |= known[i].wide;
		if (!err)
			err = read_member(java, address, known[i].first_reader,
					  &class->first_reader);
	}
	return err;
}

/* "java.lang.Object" of "java/lang/Object". The address of a hidden class, of a lambda for one, is put as the VM does:
 * "Main$$Lambda/0x00007f...". */
static void spell(char *name)
{
	char *plus;

	for (char *slash = name; (slash = strchr(slash, '/')) != NULL;)
		*slash = '.';
	plus = strrchr(name, '+');
	if (plus)
		*plus = '/';
}

static struct fb_error *read_class(struct fb_java *java, struct fb_java_class *class)
{
	uint64_t address = class->address;
	char name[FB_JAVA_TEXT];
	struct fb_error *err = NULL;

	for (unsigned i = 0; i < MOST_SUPERCLASSES && address && !err; i++) {
		err = fb_java_class_name(java, address, name);
		if (!err)
			err = add_known(java, address, name, class);
		if (!err && !class->name) {
			spell(name);
			err = fb_string_pool_add(java->pool, name, &class->name);
		}
		if (!err)
			err = fb_java_u64(java, address, FB_JAVA_KLASS_SUPER, &address);
	}
	return err;
}

static struct fb_error *find_class(struct fb_java *java, uint64_t address,
				   const struct fb_java_class **class_ret)
{
	const uint64_t *index = fb_u64_map_find(&java->class_indexes, address);
	struct fb_java_class class = {.address = address};
	struct fb_error *err = NULL;

	if (index) {
		*class_ret = &java->classes[*index];
		return NULL;
	}
	err = read_class(java, &class);
	if (!err)
		err = fb_grow_array(&java->classes, &java->class_room, java->class_count,
				    sizeof(*java->classes), FB_MAX_JAVA_CLASSES, "Java's classes");
	if (!err)
		err = fb_u64_map_add(&java->class_indexes, address, java->class_count,
				     FB_MAX_JAVA_CLASSES, "Java's classes", NULL);
	if (err)
		return err;
	java->classes[java->class_count] = class;
	*class_ret = &java->classes[java->class_count++];
	return NULL;
}

struct fb_error *fb_java_class(struct fb_java *java, uint64_t object,
			       const struct fb_java_class **class_ret)
{
	uint64_t address = 0;
	struct fb_error *err = fb_java_class_of(java, object, &address);

	return err ? err : find_class(java, address, class_ret);
}

/* "java.lang.Class for Main" of the object that stands for a class; one of a primitive type has none. */
static struct fb_error *name_mirror(struct fb_java *java, uint64_t object, const char **name_ret)
{
	const struct fb_java_class *stands_for = NULL;
	char text[FB_JAVA_TEXT + 32];
	uint32_t offset = 0;
	uint64_t address = 0;
	struct fb_error *err;

	if (!fb_java_has(java, FB_JAVA_MIRROR_OFFSET))
		return NULL;
	err = fb_space_u32(java->space, fb_java_value(java, FB_JAVA_MIRROR_OFFSET), &offset);
	if (!err)
		err = fb_space_u64(java->space, object + offset, &address);
	if (err || !address)
		return err;
	err = find_class(java, address, &stands_for);
	if (err)
		return err;
	(void)snprintf(text, sizeof(text), "java.lang.Class for %s", stands_for->name);
	return fb_string_pool_add(java->pool, text, name_ret);
}

struct fb_error *fb_java_object_class(struct fb_java *java, uint64_t object, const char **name_ret)
{
	const struct fb_java_class *class = NULL;
	struct fb_error *err = fb_java_class(java, object, &class);

	if (err)
		return err;
	*name_ret = class->name;
	return class->role == FB_JAVA_ROLE_CLASS ? name_mirror(java, object, name_ret) : NULL;
}
