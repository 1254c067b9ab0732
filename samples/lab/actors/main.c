// SPDX-License-Identifier: GPL-2.0-or-later
// actors NAME: becomes one process (or family) of the lab's workload, whose state at the panic is known.
#include "actor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	if (argc != 2) {
		fprintf(stderr, "usage: actors NAME\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (const struct actor *actor = all[i]; actor->name != NULL; actor++) {
			if (strcmp(actor->name, argv[1]) == 0) {
				actor->run(actor->name);
				wait_forever(0);
			}
		}
	}
	fprintf(stderr, "actors: no actor named %s\n", argv[1]);
	return 2;
}
