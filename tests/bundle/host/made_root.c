// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/host/made_root.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"

void fb_made_root_create(struct fb_made_root *root)
{
	const char *folder = getenv("TMPDIR");

	memset(root, 0, sizeof(*root));
	(void)snprintf(root->path, sizeof(root->path), "%s/fbundle-root.XXXXXX",
		       folder ? folder : "/tmp");
	CU_ASSERT_FATAL(mkdtemp(root->path) != NULL);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

void fb_made_root_destroy(struct fb_made_root *root)
{
	CU_ASSERT(nftw(root->path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

const char *fb_made_root_path(struct fb_made_root *root, const char *path)
{
	(void)snprintf(root->full, sizeof(root->full), "%s%s", root->path, path);
	return root->full;
}

void fb_made_root_file(struct fb_made_root *root, const char *path, const char *text)
{
	char *name = (char *)fb_made_root_path(root, path);
	FILE *file;

	for (char *slash = strchr(name + strlen(root->path) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		CU_ASSERT_FATAL(mkdir(name, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(name, "w");
	CU_ASSERT_FATAL(file != NULL);
	CU_ASSERT_FATAL(fputs(text, file) >= 0);
	CU_ASSERT_FATAL(fclose(file) == 0);
}

char *fb_made_root_text(struct fb_made_root *root, const char *path)
{
	FILE *file = fopen(fb_made_root_path(root, path), "r");
	size_t length;

	CU_ASSERT_FATAL(file != NULL);
	length = fread(root->text, 1, sizeof(root->text) - 1, file);
	root->text[length] = '\0';
	(void)fclose(file);
	return root->text;
}
