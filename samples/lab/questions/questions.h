// SPDX-License-Identifier: GPL-2.0-or-later
// What the processes of the workload "questions" share: each makes a state of the host that one of fbundle's commands
// is asked about. They use the workload's own actor.h; main.c has the list of all.
#pragma once

#include "actor.h"

extern const struct actor disk_questions[];
extern const struct actor memory_questions[];
extern const struct actor ipc_questions[];
extern const struct actor tcp_questions[];
extern const struct actor spin_questions[];
