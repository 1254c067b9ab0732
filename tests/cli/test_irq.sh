#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# irq: the three tables for people, and JSON. That the counts are the kernel's own is held by tests/truth/check.
# shellcheck source=tests/cli/harness.sh
. "$(dirname "$0")/harness.sh"

shopt -s nullglob
dumps=("$samples"/dump.*)
dump=${dumps[0]}

run irq "$dump"
expect_status 0 "irq"
expect_line stdout '^IRQ +CPU0 +CPU1 +CHIP +HWIRQ +ON CPUS +HANDLERS +STATE$' "headings"
expect_line stdout '^ +0 +[0-9]+ +0 +IO-APIC +2-edge +[01] +timer$' "the timer, of which nothing is to be said"
expect_line stdout '^ +2[0-9] +[0-9]+ +[0-9]+ +PCI-MSI +[0-9]+-edge +[01] +virtio0-req\.0$' "the disk"
expect_line stdout '^ +NMI +1 +0 +Non-maskable interrupts$' "the NMI that stopped CPU 0"
expect_no_line stdout '^ +SPU ' "what never came is not shown"
expect_line stdout '^ +RCU +[0-9]+ +[0-9]+' "softirqs"

run irq "$dump" --all
expect_line stdout '^ +SPU +0 +0 +Spurious interrupts$' "--all: what never came"
expect_line stdout '^ +3 +0 +0 +IO-APIC +3-edge ' "--all: what nothing has asked for"

run irq "$dump" --json
expect_json '.cpus == [0, 1] and (.interrupts | map(.irq) | . == sort)' "JSON: in order"
expect_json 'any(.interrupts[]; .irq == 4 and .listed and .actions[0].name == "ttyS0"
    and .actions[0].handler == "serial8250_interrupt" and .actions[0].thread == null and .affinity == "0-1"
    and (.state == []))' "JSON: an interrupt"
expect_json 'any(.vectors[]; .name == "ERR" and .counts == null and .total == 0)' "JSON: a count of all CPUs"
expect_json '.softirqs | length == 10 and all(.pending | type == "array")' "JSON: softirqs"
finish
