/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounted file systems of a made kernel, in its list of super blocks. */
#ifndef FB_TESTS_BUNDLE_MADE_SUPERBLOCKS_H
#define FB_TESTS_BUNDLE_MADE_SUPERBLOCKS_H

#include "tests/bundle/waits/made_waits.h"

/* Members of super blocks, as MADE_FIELD puts them; the rest is in made_superblocks.c. */
#define MADE_SUPER_UMOUNT 64u
#define MADE_SUPER_RENAME 104u
#define MADE_SUPER_FROZEN 176u
#define MADE_SUPER_WRITERS 192u /* three of MADE_PERCPU_BYTES */
#define MADE_PERCPU_BYTES 64u

/* Puts members, those of files and paths too; an empty list as the symbol super_blocks. Gives its head. */
uint64_t made_superblocks_begin(struct made_waits *waits);
/* A file system in the list, whose first mount is at /NAME; NULL: not mounted. id: its device's name. */
uint64_t made_superblocks_add(struct made_waits *waits, uint64_t head, const char *type,
			      const char *id, const char *name);
/* The dentry of a name below the root of a mounted one. */
uint64_t made_superblocks_dentry(struct made_waits *waits, uint64_t superblock, const char *name);

#endif
