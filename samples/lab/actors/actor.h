// SPDX-License-Identifier: GPL-2.0-or-later
// What all actors share: how a process of the lab names itself, writes down what is true of it, and waits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// One process of the workload. RUN sets the scene and returns where only waiting is left.
struct actor {
	const char *name;
	void (*run)(const char *name);
};

// The actors of each file, ended by a NULL name.
extern const struct actor lock_actors[];
extern const struct actor shared_actors[];
extern const struct actor channel_actors[];
extern const struct actor file_actors[];
extern const struct actor memory_actors[];
extern const struct actor process_actors[];
extern const struct actor request_actors[];
extern const struct actor queue_actors[];
extern const struct actor program_actors[];

// Becomes the actor that is named by the only argument, and does not return where there is one; ALL has COUNT lists.
// Returns the exit status of a program that cannot, having said why; PROGRAM is its name.
int run_actor(const char *program, int argc, char **argv, const struct actor *const *all,
	      size_t count);

// Ends the process with WHAT and errno unless OK: an actor that cannot set its scene makes a false sample.
void need(bool ok, const char *what);

// The calling thread's ID as the initial PID namespace sees it (from /proc, which is mounted there).
pid_t host_tid(void);

void name_self(const char *comm);

// Appends one line to waits.txt in $LAB_DIR. Facts are "KIND key=value ...", see samples/lab/README.md;
// $LAB_FACTS, where it is set, is appended to each.
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Says that NAME's scene is set but for the last blocking calls.
void ready(const char *name);

// Sleeps in pause() beneath DEPTH further frames of itself.
void wait_forever(unsigned depth);

// Forks a child named COMM that runs BODY and then waits; returns its PID.
pid_t fork_child(const char *comm, void (*body)(void *), void *argument);

// A thread named COMM, never joined.
struct thread {
	const char *comm;
	void (*body)(void *);
	void *argument;
};
void start_thread(const struct thread *thread);

// A pause of MS milliseconds that no signal cuts short, for scenes that need an order.
void settle(unsigned ms);
