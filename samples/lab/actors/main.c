// SPDX-License-Identifier: GPL-2.0-or-later
// actors NAME: becomes one process (or family) of the lab's workload, whose state at the panic is known.
#include "actor.h"

// Where it is built against another C library, or for 32 bits, there are the locks alone.
static const struct actor *const all[] = {
	lock_actors,
#ifndef LAB_LOCKS_ONLY
	shared_actors,  channel_actors, file_actors,  memory_actors,
	process_actors, request_actors, queue_actors, program_actors,
#endif
};

int main(int argc, char **argv)
{
	return run_actor("actors", argc, argv, all, sizeof(all) / sizeof(all[0]));
}
