/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two processes of a shell say to each other, as packets (base/isolation/packet.h). The terminal's process
 * sends requests, with the descriptors that a command's standard output and standard error are to be; the reader of the
 * dump replies once to each, but for FB_REQUEST_CANCEL. Each side checks what it gets: the reader could have been taken
 * over by its input.
 */
#ifndef FB_CMD_SHELL_REQUEST_H
#define FB_CMD_SHELL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmd/shell/line.h"

enum fb_request_kind {
	FB_REQUEST_RUN,    /* words: a command and its arguments */
	FB_REQUEST_NAMES,  /* words: what is to be completed (names.h) */
	FB_REQUEST_TASK,   /* words: a PID, or none for the task that panicked (current.h) */
	FB_REQUEST_CANCEL, /* ends what runs; no reply of its own, no descriptors */
};

struct fb_request {
	uint32_t kind;
	uint32_t terminal_width; /* as in struct fb_opened */
	uint32_t word_count;
	uint32_t size;              /* bytes of text */
	char text[FB_MAX_LINE + 2]; /* the words, each ended by NUL */
};

/* The first reply tells that the input is open, or why not by its status. */
struct fb_reply {
	int32_t status; /* enum fb_exit */
	int32_t signal; /* by which the command ended; 0: by itself */
};

/* Makes a request of these words. False where they are too long together. */
bool fb_request_fill(struct fb_request *request, enum fb_request_kind kind,
		     const char *const *words, size_t count);
/* The bytes of it that are to be sent. */
size_t fb_request_size(const struct fb_request *request);

/* Whether size bytes that came are a request, whose text then has word_count words. */
bool fb_request_good(const struct fb_request *request, ssize_t size);
/* The word at index (< word_count), in its text. */
char *fb_request_word(struct fb_request *request, size_t index);

/* Whether a reply is one that can be: an exit status and a signal. */
bool fb_reply_good(const struct fb_reply *reply, ssize_t size);

#endif
