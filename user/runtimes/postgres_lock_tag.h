/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a heavyweight lock of PostgreSQL locks. Called by postgres_locks.c. */
#ifndef FB_USER_POSTGRES_LOCK_TAG_H
#define FB_USER_POSTGRES_LOCK_TAG_H

#include <stddef.h>
#include <stdint.h>

/* Writes what the tag (LOCKTAG, 16 bytes) says to `to`: "relation 16384 of database 5". Returns the name of its type,
 * as pg_locks has it; static. Source: locktag_field1 and so on in src/include/storage/lock.h. */
const char *fb_postgres_lock_tag(const uint8_t tag[16], char *to, size_t size);

#endif
