// SPDX-License-Identifier: GPL-2.0-or-later
/* The packets between the shell's two processes, also such as only an attacker sends. */
#include "cmd/shell/request.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/shared/command.h"
#include "tests/harness.h"

static struct fb_request request;

static void words_come_back(void)
{
	static const char *const words[] = {"bt", "", "131"};

	CU_ASSERT_TRUE(fb_request_fill(&request, FB_REQUEST_NAMES, words, 3));
	CU_ASSERT_EQUAL(request.kind, FB_REQUEST_NAMES);
	CU_ASSERT_EQUAL(fb_request_size(&request), 16 + 3 + 1 + 4);
	CU_ASSERT_TRUE(fb_request_good(&request, 16 + 8));
	CU_ASSERT_STRING_EQUAL(fb_request_word(&request, 0), "bt");
	CU_ASSERT_STRING_EQUAL(fb_request_word(&request, 1), "");
	CU_ASSERT_STRING_EQUAL(fb_request_word(&request, 2), "131");
	CU_ASSERT_TRUE(fb_request_fill(&request, FB_REQUEST_CANCEL, NULL, 0));
	CU_ASSERT_EQUAL(fb_request_size(&request), 16);
	CU_ASSERT_TRUE(fb_request_good(&request, 16));
}

static void words_may_fill_the_packet_and_no_more(void)
{
	const size_t room = sizeof(request.text);
	char *word = malloc(room + 1);
	const char *words[] = {word, ""};

	CU_ASSERT_PTR_NOT_NULL_FATAL(word);
	memset(word, 'a', room);
	word[room] = '\0';
	CU_ASSERT_FALSE(fb_request_fill(&request, FB_REQUEST_RUN, words, 1));
	word[room - 1] = '\0';
	CU_ASSERT_TRUE(fb_request_fill(&request, FB_REQUEST_RUN, words, 1));
	CU_ASSERT_TRUE(fb_request_good(&request, (ssize_t)fb_request_size(&request)));
	CU_ASSERT_FALSE(fb_request_fill(&request, FB_REQUEST_RUN, words, 2));
	free(word);
}

static void what_is_no_request_is_refused(void)
{
	static const char *const words[] = {"bt", "131"};

	CU_ASSERT_TRUE(fb_request_fill(&request, FB_REQUEST_RUN, words, 2));
	CU_ASSERT_TRUE(fb_request_good(&request, 16 + 7));
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 6));
	CU_ASSERT_FALSE(fb_request_good(&request, 15));
	CU_ASSERT_FALSE(fb_request_good(&request, -1));
	request.word_count = 3;
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 7));
	request.word_count = 2;
	request.text[6] = 'x';
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 7));
	request.word_count = 1; /* the last one has no end */
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 7));
	request.text[6] = '\0';
	request.word_count = 2;
	request.word_count = 1;
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 7));
	request.word_count = 2;
	request.kind = FB_REQUEST_CANCEL + 1;
	CU_ASSERT_FALSE(fb_request_good(&request, 16 + 7));
	request.kind = FB_REQUEST_RUN;
	request.size = UINT32_MAX;
	CU_ASSERT_FALSE(fb_request_good(&request, (ssize_t)UINT32_MAX + 16));
}

static void what_is_no_reply_is_refused(void)
{
	struct fb_reply reply = {.status = FB_EXIT_PARTIAL, .signal = NSIG - 1};

	CU_ASSERT_TRUE(fb_reply_good(&reply, sizeof(reply)));
	CU_ASSERT_FALSE(fb_reply_good(&reply, sizeof(reply) - 1));
	reply.signal = NSIG;
	CU_ASSERT_FALSE(fb_reply_good(&reply, sizeof(reply)));
	reply.signal = -1;
	CU_ASSERT_FALSE(fb_reply_good(&reply, sizeof(reply)));
	reply = (struct fb_reply){.status = FB_EXIT_PARTIAL + 1};
	CU_ASSERT_FALSE(fb_reply_good(&reply, sizeof(reply)));
	reply = (struct fb_reply){.status = -1};
	CU_ASSERT_FALSE(fb_reply_good(&reply, sizeof(reply)));
	reply.status = FB_EXIT_OK;
	CU_ASSERT_TRUE(fb_reply_good(&reply, sizeof(reply)));
}

FB_TEST_MAIN("cmd/shell/request", FB_TEST(words_come_back),
	     FB_TEST(words_may_fill_the_packet_and_no_more), FB_TEST(what_is_no_request_is_refused),
	     FB_TEST(what_is_no_reply_is_refused))
