// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads words of a process for unwinding. The pages that were read last are kept, because the frames of a stack are
 * close to each other. Called by unwind.c and caller_guess.c.
 */
#include <string.h>

#include "base/part.h"
#include "user/unwind/unwind_private.h"

void fb_unwind_keep_fatal(struct fb_unwind_session *session, struct fb_error *err)
{
	err = fb_part_skip(err);
	if (session->err)
		fb_error_destroy(err);
	else
		session->err = err;
}

/* The page at address, from the pages that were read last; NULL where it cannot be read as a whole. */
static const struct fb_unwind_page *read_page(struct fb_unwind_session *session, uint64_t address)
{
	struct fb_unwind_page *page;
	struct fb_error *err;

	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		if (session->pages[i].address == address)
			return &session->pages[i];
	page = &session->pages[session->next_page++ % FB_UNWIND_PAGES];
	page->address = UINT64_MAX;
	err = fb_space_read(session->process->space, address, page->bytes, FB_PAGE_SIZE);
	if (err) {
		fb_unwind_keep_fatal(session, err);
		return NULL;
	}
	page->address = address;
	return page;
}

static bool read_bytes(struct fb_unwind_session *session, uint64_t address, void *to, size_t size)
{
	const struct fb_unwind_page *page = NULL;
	struct fb_error *err;
	bool read;

	if (address % FB_PAGE_SIZE <= FB_PAGE_SIZE - size)
		page = read_page(session, address & FB_PAGE_MASK);
	if (page) {
		memcpy(to, page->bytes + address % FB_PAGE_SIZE, size);
		return true;
	}
	err = fb_space_read(session->process->space, address, to, size);
	read = !err;
	fb_unwind_keep_fatal(session, err);
	return read;
}

bool fb_unwind_read_bytes(struct fb_unwind_session *session, uint64_t address, uint64_t *bytes_ret)
{
	return read_bytes(session, address, bytes_ret, sizeof(*bytes_ret));
}

bool fb_unwind_read_word(struct fb_unwind_session *session, uint64_t address, uint64_t *word_ret)
{
	uint64_t word = 0;

	if (!read_bytes(session, address, &word, session->regs.machine->word))
		return false;
	*word_ret = word;
	return true;
}
