// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes and checks the packets of a shell's two processes. Called by front.c and reader.c. */
#include "cmd/shell/request.h"

#include <signal.h>
#include <string.h>

#include "cmd/shared/command.h"

bool fb_request_fill(struct fb_request *request, enum fb_request_kind kind,
		     const char *const *words, size_t count)
{
	request->kind = kind;
	request->terminal_width = 0;
	request->word_count = (uint32_t)count;
	request->size = 0;
	for (size_t i = 0; i < count; i++) {
		const size_t size = strlen(words[i]) + 1;

		if (size > sizeof(request->text) - request->size)
			return false;
		memcpy(request->text + request->size, words[i], size);
		request->size += (uint32_t)size;
	}
	return true;
}

size_t fb_request_size(const struct fb_request *request)
{
	return offsetof(struct fb_request, text) + request->size;
}

bool fb_request_good(const struct fb_request *request, ssize_t size)
{
	size_t words = 0;

	if (size < (ssize_t)offsetof(struct fb_request, text) ||
	    request->size > sizeof(request->text) || fb_request_size(request) != (size_t)size ||
	    request->kind > FB_REQUEST_CANCEL)
		return false;
	for (size_t i = 0; i < request->size; i++)
		words += request->text[i] == '\0';
	return words == request->word_count &&
	       (!request->size || request->text[request->size - 1] == '\0');
}

char *fb_request_word(struct fb_request *request, size_t index)
{
	char *at = request->text;

	while (index--)
		at += strlen(at) + 1;
	return at;
}

bool fb_reply_good(const struct fb_reply *reply, ssize_t size)
{
	return size == sizeof(*reply) && reply->status >= FB_EXIT_OK &&
	       reply->status <= FB_EXIT_PARTIAL && reply->signal >= 0 && reply->signal < NSIG;
}
