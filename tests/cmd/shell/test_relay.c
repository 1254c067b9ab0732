// SPDX-License-Identifier: GPL-2.0-or-later
/* What passes from a command to its sinks, up to the reply of a reader that may be hostile. */
#include "cmd/shell/relay.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/isolation/packet.h"
#include "cmd/shared/command.h"
#include "tests/harness.h"

struct scene {
	struct fb_relay relay;
	int reader, out, err; /* the ends that the reader and its command have */
	char text[256];       /* what the sinks got, of both */
	size_t most;          /* the sink wants no more than so many bytes */
};

static bool take(void *context, const char *bytes, size_t length)
{
	struct scene *scene = context;

	strncat(scene->text, bytes, length);
	return strlen(scene->text) < scene->most;
}

static void set_up(struct scene *scene)
{
	int channel[2], out[2], err[2];
	sigset_t interrupts;

	*scene = (struct scene){.most = SIZE_MAX};
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(out), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(err), 0);
	(void)sigemptyset(&interrupts);
	(void)sigaddset(&interrupts, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &interrupts, NULL);
	scene->reader = channel[1];
	scene->out = out[1];
	scene->err = err[1];
	scene->relay = (struct fb_relay){
		.channel = channel[0],
		.out_fd = out[0],
		.err_fd = err[0],
		.out = {take, scene},
		.err = {take, scene},
		.interrupts = signalfd(-1, &interrupts, SFD_NONBLOCK),
	};
}

static void tear_down(struct scene *scene)
{
	CU_ASSERT_EQUAL(scene->relay.out_fd, -1);
	CU_ASSERT_EQUAL(scene->relay.err_fd, -1);
	(void)close(scene->relay.interrupts);
	(void)close(scene->relay.channel);
	(void)close(scene->reader);
	(void)close(scene->out);
	(void)close(scene->err);
}

static void reply(const struct scene *scene, int status)
{
	const struct fb_reply packet = {.status = status};

	CU_ASSERT_TRUE(fb_packet_send(scene->reader, &packet, sizeof(packet), NULL, 0));
}

static void output_comes_before_warnings(void)
{
	struct fb_reply got = {.status = -1};
	struct scene scene;

	set_up(&scene);
	CU_ASSERT_EQUAL(write(scene.err, "warning", 7), 7);
	CU_ASSERT_EQUAL(write(scene.out, "output ", 7), 7);
	reply(&scene, FB_EXIT_PARTIAL);
	FB_OK(fb_relay_run(&scene.relay, &got));
	CU_ASSERT_EQUAL(got.status, FB_EXIT_PARTIAL);
	CU_ASSERT_STRING_EQUAL(scene.text, "output warning");
	CU_ASSERT_FALSE(scene.relay.cancelled);
	tear_down(&scene);
}

static void a_reader_that_ends_or_lies_is_told(void)
{
	struct fb_reply got = {.status = 77};
	struct scene scene;

	set_up(&scene);
	CU_ASSERT_EQUAL(write(scene.out, "half", 4), 4);
	(void)shutdown(scene.reader, SHUT_RDWR);
	FB_FAILS_WITH(fb_relay_run(&scene.relay, &got), FB_OS, "has ended");
	CU_ASSERT_STRING_EQUAL(scene.text, "half");
	tear_down(&scene);
	set_up(&scene);
	reply(&scene, 12);
	FB_FAILS_WITH(fb_relay_run(&scene.relay, &got), FB_OS, "answers wrongly");
	tear_down(&scene);
	CU_ASSERT_EQUAL(got.status, 77);
}

/* Whether the reader was sent a packet that cancels. */
static bool was_cancelled(const struct scene *scene)
{
	struct fb_request request;
	const ssize_t got = recv(scene->reader, &request, sizeof(request), MSG_DONTWAIT);

	return fb_request_good(&request, got) && request.kind == FB_REQUEST_CANCEL;
}

static void a_sink_that_wants_no_more_cancels(void)
{
	struct fb_reply got;
	struct scene scene;

	set_up(&scene);
	scene.most = 3;
	CU_ASSERT_EQUAL(write(scene.out, "abcdef", 6), 6);
	reply(&scene, FB_EXIT_OK);
	FB_OK(fb_relay_run(&scene.relay, &got));
	CU_ASSERT_TRUE(scene.relay.cancelled);
	CU_ASSERT_TRUE(was_cancelled(&scene));
	CU_ASSERT_FALSE(was_cancelled(&scene)); /* once */
	CU_ASSERT_FALSE(scene.relay.interrupted);
	tear_down(&scene);
	/* Ctrl-C and the sink's refusal are one packet. */
	set_up(&scene);
	scene.most = 3;
	CU_ASSERT_EQUAL(raise(SIGINT), 0);
	CU_ASSERT_EQUAL(write(scene.out, "abcdef", 6), 6);
	reply(&scene, FB_EXIT_OK);
	FB_OK(fb_relay_run(&scene.relay, &got));
	CU_ASSERT_TRUE(was_cancelled(&scene));
	CU_ASSERT_FALSE(was_cancelled(&scene));
	tear_down(&scene);
}

static void interrupts_cancel_and_then_end(void)
{
	struct fb_reply got;
	struct scene scene;

	set_up(&scene);
	CU_ASSERT_EQUAL(raise(SIGINT), 0);
	fb_relay_forget_interrupts(scene.relay.interrupts);
	reply(&scene, FB_EXIT_OK);
	FB_OK(fb_relay_run(&scene.relay, &got));
	CU_ASSERT_FALSE(scene.relay.interrupted);
	tear_down(&scene);
	set_up(&scene);
	CU_ASSERT_EQUAL(raise(SIGINT), 0);
	reply(&scene, FB_EXIT_FAILURE);
	FB_OK(fb_relay_run(&scene.relay, &got));
	CU_ASSERT_TRUE(scene.relay.interrupted);
	CU_ASSERT_TRUE(was_cancelled(&scene));
	tear_down(&scene);
	set_up(&scene);
	scene.relay.interrupted = true; /* typed before, and the command goes on */
	CU_ASSERT_EQUAL(raise(SIGINT), 0);
	FB_FAILS_WITH(fb_relay_run(&scene.relay, &got), FB_OS, "was ended");
	tear_down(&scene);
}

FB_TEST_MAIN("cmd/shell/relay", FB_TEST(output_comes_before_warnings),
	     FB_TEST(a_reader_that_ends_or_lies_is_told),
	     FB_TEST(a_sink_that_wants_no_more_cancels), FB_TEST(interrupts_cancel_and_then_end))
