// SPDX-License-Identifier: GPL-2.0-or-later
// questions NAME: becomes one process (or family) of the lab's workload "questions". Started by guest/questions.
#include "questions.h"

#include <stdio.h>
#include <string.h>

static const struct actor *const all[] = {
	disk_questions, memory_questions, ipc_questions, tcp_questions, spin_questions,
};

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: questions NAME\n");
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
	fprintf(stderr, "questions: none is named %s\n", argv[1]);
	return 2;
}
