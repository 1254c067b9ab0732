// SPDX-License-Identifier: GPL-2.0-or-later
// questions NAME: becomes one process (or family) of the lab's workload "questions". Started by guest/questions.
#include "questions.h"

static const struct actor *const all[] = {
	disk_questions, memory_questions, ipc_questions, tcp_questions, spin_questions,
};

int main(int argc, char **argv)
{
	return run_actor("questions", argc, argv, all, sizeof(all) / sizeof(all[0]));
}
