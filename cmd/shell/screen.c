// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters what a command has written, and shows it on the terminal or in a pager. Called by the shell for each command.
 */
#include "cmd/shell/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/fd_io.h"
#include "base/text.h"
#include "cmd/shell/launch.h"

/* A line that is longer is shown in pieces. */
#define MAX_HELD_LINE 65536u
/* Of a screenful. */
#define MAX_HELD (1u << 20)

void fb_screen_init(struct fb_screen *screen, int fd, unsigned width, unsigned rows)
{
	*screen = (struct fb_screen){
		.fd = fd,
		.pager = rows ? fb_screen_pager() : NULL,
		.width = width,
		.rows = rows,
		.pager_fd = -1,
	};
	fb_buf_init(&screen->line, 2 * MAX_HELD_LINE);
	fb_buf_init(&screen->held, MAX_HELD);
}

const char *fb_screen_pager(void)
{
	const char *pager = getenv("FBUNDLE_PAGER");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager)
		return "if command -v less >/dev/null; then exec less; fi; exec cat";
	return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}

/* How many bytes at text are a sequence that gets through: ESC [ digits and semicolons, m (colours) or K (erases). */
static size_t harmless_sequence(const char *text, size_t length)
{
	size_t at = 2;

	if (length < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (at < length && at < 16 && strchr("0123456789;", text[at]) && text[at])
		at++;
	return at < length && (text[at] == 'm' || text[at] == 'K') ? at + 1 : 0;
}

struct fb_error *fb_screen_filter(const char *bytes, size_t length, struct fb_buf *to)
{
	struct fb_error *err = NULL;

	while (length && !err) {
		size_t part = fb_text_safe(bytes, length);
		char code[8];

		if (!part)
			part = harmless_sequence(bytes, length);
		if (part) {
			err = fb_buf_append(to, bytes, part);
		} else {
			(void)snprintf(code, sizeof(code), "\\x%02x", (unsigned char)*bytes);
			err = fb_buf_append(to, code, 4);
			part = 1;
		}
		bytes += part;
		length -= part;
	}
	return err;
}

unsigned fb_screen_rows(const char *line, size_t length, unsigned width)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++) {
		const size_t sequence = harmless_sequence(line + i, length - i);

		if (sequence)
			i += sequence - 1;
		else if (line[i] == '\t')
			columns += 8 - columns % 8;
		else if (line[i] != '\n' && ((unsigned char)line[i] & 0xc0) != 0x80)
			columns++; /* each character has one byte that does not continue another */
	}
	return columns && width ? (unsigned)((columns - 1) / width + 1) : 1;
}

/* To the terminal, or to the pager where it runs. */
static void put(struct fb_screen *screen, const void *bytes, size_t length)
{
	const int fd = screen->pager_pid ? screen->pager_fd : screen->fd;

	if (!screen->over && length && !fb_write_all(fd, bytes, length))
		screen->over = true;
}

static void show_held(struct fb_screen *screen)
{
	put(screen, screen->held.data, screen->held.size);
	screen->held.size = 0;
}

/* Where it cannot be started, the terminal gets everything. */
static void start_pager(struct fb_screen *screen)
{
	const struct fb_launch launch = {.text = screen->pager, .for_pager = true};
	int ends[2];

	screen->rows = 0;
	if (!screen->pager || pipe2(ends, O_CLOEXEC))
		return;
	screen->pager_pid = fb_launch_shell(&launch, ends[0]);
	(void)close(ends[0]);
	if (screen->pager_pid > 0) {
		screen->pager_fd = ends[1];
		return;
	}
	screen->pager_pid = 0;
	(void)close(ends[1]);
}

/* A filtered line: held while all fits on the screen, with a row for the prompt. */
static void show_line(struct fb_screen *screen, const char *line, size_t length)
{
	if (screen->rows) {
		screen->held_rows += fb_screen_rows(line, length, screen->width);
		if (screen->held_rows >= screen->rows || length > MAX_HELD - screen->held.size)
			start_pager(screen);
	}
	if (screen->rows) {
		struct fb_error *err = fb_buf_append(&screen->held, line, length);

		if (!err)
			return;
		fb_error_destroy(err);
		screen->rows = 0;
	}
	show_held(screen);
	put(screen, line, length);
}

/* The text that screen->line has. */
static void end_line(struct fb_screen *screen)
{
	struct fb_buf shown;
	struct fb_error *err;

	fb_buf_init(&shown, 4ull * 2 * MAX_HELD_LINE);
	err = fb_screen_filter((const char *)screen->line.data, screen->line.size, &shown);
	if (err)
		screen->over = true; /* memory is out */
	else if (shown.size)
		show_line(screen, (const char *)shown.data, shown.size);
	fb_error_destroy(err);
	fb_buf_deinit(&shown);
	screen->line.size = 0;
}

bool fb_screen_write(void *context, const char *bytes, size_t length)
{
	struct fb_screen *screen = context;

	while (length && !screen->over) {
		const char *end = memchr(bytes, '\n', length);
		size_t part = end ? (size_t)(end - bytes) + 1 : length;
		struct fb_error *err;

		if (part > MAX_HELD_LINE)
			part = MAX_HELD_LINE;
		err = fb_buf_append(&screen->line, bytes, part);
		if (err) {
			fb_error_destroy(err);
			screen->over = true;
			break;
		}
		bytes += part;
		length -= part;
		if (end || screen->line.size >= MAX_HELD_LINE)
			end_line(screen);
	}
	return !screen->over;
}

void fb_screen_end(struct fb_screen *screen)
{
	end_line(screen);
	show_held(screen);
	if (screen->pager_pid) {
		(void)close(screen->pager_fd);
		(void)fb_launch_wait(screen->pager_pid);
	}
	fb_buf_deinit(&screen->line);
	fb_buf_deinit(&screen->held);
}
