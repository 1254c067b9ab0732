/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for libFuzzer: runs a fuzz target on the empty input and on every
 * file of the folders given. A fault shows as a crash of this program.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	struct stat stat_buf;
	uint8_t *data;
	FILE *file;
	size_t size;

	file = fopen(path, "rb");
	if (!file || fstat(fileno(file), &stat_buf) || !S_ISREG(stat_buf.st_mode)) {
		(void)fprintf(stderr, "%s: %s\n", path, file ? "not a file" : strerror(errno));
		if (file)
			(void)fclose(file);
		return -1;
	}
	size = (size_t)stat_buf.st_size;
	/* Exactly as long as the input, so that a sanitizer sees the first byte too many. */
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, file) != size) {
		(void)fprintf(stderr, "%s: cannot read\n", path);
		free(data);
		(void)fclose(file);
		return -1;
	}
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int replay_folder(const char *path, unsigned *inputs)
{
	struct dirent *entry;
	char name[4096];
	int status = 0;
	DIR *dir;

	dir = opendir(path);
	if (!dir) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (replay_file(name))
			status = -1;
		else
			(*inputs)++;
	}
	(void)closedir(dir);
	return status;
}

int main(int argc, char **argv)
{
	static const uint8_t nothing[1];
	unsigned inputs = 0;
	int status = 0, i;

	(void)LLVMFuzzerTestOneInput(nothing, 0);
	for (i = 1; i < argc; i++)
		if (replay_folder(argv[i], &inputs))
			status = 1;
	if (!inputs)
		status = 1; /* a target without a corpus proves nothing */
	printf("%u inputs, and the empty one\n", inputs);
	return status;
}
