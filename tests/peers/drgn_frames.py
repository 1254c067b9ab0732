# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: every kernel frame of every task, one a line; inlined ones are left out.
from drgn.helpers.linux.cpumask import for_each_online_cpu
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.sched import idle_task

tasks = list(for_each_task(prog)) + [idle_task(prog, cpu) for cpu in for_each_online_cpu(prog)]
for task in tasks:
    print("task", task.value_(), task.pid.value_())
    try:
        trace = prog.stack_trace(task)
    except Exception as error:
        print("error", error)
        continue
    for frame in trace:
        if not frame.is_inline:
            try:
                symbol = frame.symbol().name
            except LookupError:
                symbol = None
            print("frame", hex(frame.pc), symbol)
