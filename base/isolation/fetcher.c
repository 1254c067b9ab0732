// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fetcher's process, and the functions by which others send it requests. It forks
 * a server for each channel, so that a slow download delays one caller and not all. A
 * request and a reply are one packet each; a reply carries the file's descriptor.
 * Started by cmd/shared/confine.c, called from the children of base/isolation/isolate.h.
 */
#include "base/isolation/fetcher.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/isolation/packet.h"

/* Digits: a build-id is at most 64 bytes (FB_BUILD_ID_MAX); the usual ones are 20. */
#define MAX_DIGITS 128u

struct request {
	uint32_t what; /* enum fb_fetch_what */
	char build_id[MAX_DIGITS + 1];
};

struct answer {
	int32_t errnum; /* 0: with a descriptor */
};

struct fb_fetcher {
	int fd; /* on which it takes channels */
	pid_t pid;
};

/* debuginfod's client (debuginfod_find_debuginfo(3)): a host may do without it, so it is loaded when
 * it is wanted, as libdw does. */
struct client {
	void *library, *handle;
	int (*find[2])(void *handle, const unsigned char *build_id, int length, char **path);
};

static bool is_build_id(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length < 2 || length == size || length % 2)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

static void load_client(struct client *client)
{
	void *(*begin)(void);

	client->library = dlopen("libdebuginfod.so.1", RTLD_NOW);
	if (!client->library)
		return;
	*(void **)&begin = dlsym(client->library, "debuginfod_begin");
	*(void **)&client->find[FB_FETCH_EXECUTABLE] =
		dlsym(client->library, "debuginfod_find_executable");
	*(void **)&client->find[FB_FETCH_DEBUGINFO] =
		dlsym(client->library, "debuginfod_find_debuginfo");
	if (begin && client->find[FB_FETCH_EXECUTABLE] && client->find[FB_FETCH_DEBUGINFO])
		client->handle = begin();
}

/* A descriptor, or minus an errno: ENOSYS where there is no client. */
static int find(const struct client *client, const struct request *request)
{
	if (!is_build_id(request->build_id, sizeof(request->build_id)) ||
	    request->what > FB_FETCH_DEBUGINFO)
		return -EINVAL;
	if (!client->handle)
		return -ENOSYS;
	/* Length 0: as hexadecimal digits. */
	return client->find[request->what](client->handle, (const unsigned char *)request->build_id,
					   0, NULL);
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)close(fds[i]);
}

/* Answers what comes on one channel, until it is closed. */
static void serve(const struct client *client, int channel)
{
	struct request request;
	int fds[FB_PACKET_DESCRIPTORS];
	size_t count;

	while (fb_packet_receive(channel, &request, sizeof(request), fds, &count) ==
	       sizeof(request)) {
		const int fd = find(client, &request);
		const struct answer answer = {.errnum = fd < 0 ? -fd : 0};

		close_all(fds, count);
		if (!fb_packet_send(channel, &answer, sizeof(answer), &fd, fd >= 0))
			break;
		if (fd >= 0)
			(void)close(fd);
	}
}

/* Runs the fetcher until no process has a channel to it any more. */
static void fetch_for_all(int fd, const struct fb_sandbox_options *sandbox, pid_t parent)
{
	struct client client = {0};
	int channels[FB_PACKET_DESCRIPTORS];
	size_t count;
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != parent)
		return;
	(void)signal(SIGCHLD, SIG_IGN);
	load_client(&client);
	if (sandbox)
		(void)fb_sandbox_enter(sandbox);
	while (fb_packet_receive(fd, &byte, sizeof(byte), channels, &count) == sizeof(byte)) {
		if (count == 1 && fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			(void)close(fd);
			serve(&client, channels[0]);
			_exit(0);
		}
		close_all(channels, count);
	}
}

struct fb_error *fb_fetcher_start(const struct fb_sandbox_options *sandbox,
				  struct fb_fetcher **fetcher_ret)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	const pid_t parent = getpid();
	FB_CLEANUP(fb_free_at) struct fb_fetcher *fetcher = NULL;
	struct fb_error *err;
	int ends[2];

	if (!urls || !*urls) {
		*fetcher_ret = NULL;
		return NULL;
	}
	err = fb_alloc_array(1, sizeof(*fetcher), 1, "fetchers", &fetcher);
	if (err)
		return err;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return fb_error_os(errno, "cannot make a channel to fetch files by");
	fetcher->pid = fork();
	if (fetcher->pid == 0) {
		(void)close(ends[0]);
		fetch_for_all(ends[1], sandbox, parent);
		_exit(0);
	}
	(void)close(ends[1]);
	if (fetcher->pid < 0) {
		err = fb_error_os(errno, "cannot make a process to fetch files in");
		(void)close(ends[0]);
		return err;
	}
	fetcher->fd = ends[0];
	*fetcher_ret = fb_take(fetcher);
	return NULL;
}

void fb_fetcher_destroy(struct fb_fetcher *fetcher)
{
	if (!fetcher)
		return;
	(void)close(fetcher->fd);
	while (waitpid(fetcher->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(fetcher);
}

int fb_fetcher_connect(struct fb_fetcher *fetcher)
{
	const char byte = 0;
	int ends[2];
	bool sent;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	sent = fb_packet_send(fetcher->fd, &byte, sizeof(byte), &ends[1], 1);
	(void)close(ends[1]);
	if (sent)
		return ends[0];
	(void)close(ends[0]);
	return -1;
}

struct fb_error *fb_fetch(int channel, enum fb_fetch_what what, const char *build_id, int *fd_ret)
{
	struct request request = {.what = what};
	struct answer answer;
	size_t length = strlen(build_id), count = 0;
	int fds[FB_PACKET_DESCRIPTORS];

	if (length > MAX_DIGITS)
		return fb_error_create(FB_INVALID, "%.20s...: no build-id", build_id);
	memcpy(request.build_id, build_id, length);
	/* write(), because the sandbox of the callers does not allow sendmsg(). */
	if (write(channel, &request, sizeof(request)) != (ssize_t)sizeof(request) ||
	    fb_packet_receive(channel, &answer, sizeof(answer), fds, &count) != sizeof(answer)) {
		close_all(fds, count);
		return fb_error_create(FB_OS, "build-id %s cannot be fetched: the fetcher is gone",
				       build_id);
	}
	if (!answer.errnum && count == 1) {
		*fd_ret = fds[0];
		return NULL;
	}
	close_all(fds, count);
	switch (answer.errnum) {
	case ENOENT:
		return fb_error_create(FB_NOT_FOUND,
				       "build-id %s: no server of DEBUGINFOD_URLS "
				       "has it",
				       build_id);
	case EINVAL:
		return fb_error_create(FB_INVALID, "%s: no build-id", build_id);
	case ENOSYS:
		return fb_error_create(FB_UNSUPPORTED,
				       "build-id %s: DEBUGINFOD_URLS is set, but debuginfod's "
				       "library is not installed (libdebuginfod1)",
				       build_id);
	default:
		return fb_error_os(answer.errnum, "build-id %s cannot be fetched", build_id);
	}
}
