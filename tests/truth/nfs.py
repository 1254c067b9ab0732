# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the answer of nfs against what the NFS client of the guest said of itself just before the panic:
/proc/self/mountstats, and the files of /sys/kernel/debug/sunrpc. Used by tests/truth/check."""
import os
import re


def read(path):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


# Options that the mount, and not the file system, has, and one that only the kernel's code knows.
OTHER_OPTIONS = ("rw", "ro", "relatime", "noatime", "nosuid", "nodev", "noexec", "local_lock", "addr", "mountaddr", "port",
                 "mountvers", "mountport", "mountproto", "fsc", "fatal_neterrors")


def mountstats(text):
    """{(device, target): {opts, caps, xprt, per-op...}} of each mount of NFS."""
    mounts = {}
    for block in re.split(r"^(?=device )", text, flags=re.M):
        named = re.match(r"device (\S+) mounted on (\S+) with fstype (nfs4?) statvers", block)
        if not named:
            continue
        got = {"type": named[3], "operations": {}}
        for line in block.splitlines():
            if found := re.match(r"\t(opts|age|caps|xprt|nfsv4):\s+(.*)$", line):
                got[found[1]] = found[2]
            elif found := re.match(r"\s+([A-Z_0-9]+): (\d+ .*)$", line):
                got["operations"][found[1]] = [int(number) for number in found[2].split()]
        mounts[(named[1], named[2])] = got
    return mounts


def options(text):
    return {option for option in text.split(",") if option.split("=")[0] not in OTHER_OPTIONS}


def check_mount(ours, wanted, bad, counted):
    name = ours["target"]
    if options(ours["options"]) != options(wanted["opts"]):
        bad.append(f"{name}: options {options(ours['options']) ^ options(wanted['opts'])} differ")
    caps = dict(pair.split("=") for pair in wanted["caps"].split(","))
    if ours["capabilities"] != int(caps["caps"], 16):
        bad.append(f"{name}: capabilities {ours['capabilities']:#x}, truth {caps['caps']}")
    if ours["age_s"] is None or not int(wanted["age"]) - 1 <= ours["age_s"] <= int(wanted["age"]) + 120:
        bad.append(f"{name}: age {ours['age_s']}, truth {wanted['age']}")
    lease = dict(pair.split("=") for pair in wanted.get("nfsv4", "").split(",") if "=" in pair).get("lease_time")
    if lease and round(ours["lease_s"] or 0) != int(lease):
        bad.append(f"{name}: a lease of {ours['lease_s']} s, truth {lease}")
    operations = {one["name"]: one for one in ours["procedures"] or []}
    for operation, numbers in wanted["operations"].items():
        got = operations.get(operation)
        values = [got[key] for key in ("calls", "transmissions", "timeouts", "bytes_sent", "bytes_received")] if got else [0] * 5
        values += [got[key] * 1000 for key in ("queue_s", "rtt_s", "execute_s")] if got else [0] * 3
        counted[0] += len(values)
        counted[1] += any(int(one) > other for one, other in zip(values, numbers))
        if any(int(one + 1e-6) < other for one, other in zip(values, numbers)):
            bad.append(f"{name} {operation}: {values}, truth {numbers}")


# A line of rpc_clnt/ID/tasks, in which functions have their module behind them: "call_bind [sunrpc]".
CALL = re.compile(r"\s*(?P<id>\d+) [0-9a-f]+ +-?\d+ 0x(?P<client>[0-9a-f]+) 0x(?P<xid>[0-9a-f]+) +-?\d+ \S+( \[\w+\])? "
                  r"(?P<program>\S+) (?P<procedure>\S+) a:(?P<action>\S+( \[\w+\])?) q:(?P<queue>\S+)$")


def check_calls(report, answer, text):
    """Calls that never end have to be there, with the same name, number and identifier; those of the kernel's own come and go."""
    wanted, missing, moved = {}, [], 0
    for line in text.splitlines():
        if found := CALL.match(line):
            wanted[(int(found["client"], 16), int(found["id"]))] = (found["program"], found["procedure"], int(found["xid"], 16),
                                                                    found["action"], found["queue"])
    ours = {(one["client"], one["id"]): (f"{one['program']}v{one['version']}", one["procedure"],
                                         int(one["xid"] or "0", 16), one["action"], one["queue"] or "none")
            for one in answer["calls"]}
    for key, truth in wanted.items():
        got = ours.get(key)
        if not got or got[:2] != truth[:2]:
            missing.append(f"call {key}: {got}, truth {truth}")
        else:
            moved += got[2:] != truth[2:]
    # One that fails with the connection is made anew, and so has another number.
    report(wanted and len(missing) <= 1, f"nfs: {len(wanted)} calls under way, {moved} went on until the panic, {len(missing)} "
           "differ", missing)


def check_nfs(report, answers, truth):
    folder = f"{truth}/host/nfs"
    if not os.path.exists(f"{folder}/mountstats"):
        return
    answer = answers.run("nfs")
    wanted = mountstats(read(f"{folder}/mountstats"))
    ours = {(one["source"], one["target"]): one for one in answer["mounts"]}
    bad, counted = [f"only one has {key}" for key in ours.keys() ^ wanted.keys()], [0, 0]
    for key in ours.keys() & wanted.keys():
        check_mount(ours[key], wanted[key], bad, counted)
    report(wanted and not bad, f"nfs: {len(wanted)} mounts of /proc/self/mountstats, {counted[0]} values of procedures, "
           f"{counted[1]} procedures went on until the panic, {len(bad)} differ", bad)
    debug = read(f"{folder}/sunrpc/all")
    ids = {int(found, 16) for found in re.findall(r"^== rpc_clnt/([0-9a-f]+)/tasks", debug, flags=re.M)}
    got = {one["id"] for one in answer["clients"]}
    report(ids and ids <= got, f"nfs: {len(ids)} clients of RPC, {len(ids - got)} missing", [f"{got} truth {ids}"])
    check_calls(report, answer, debug)
    states = {found[1]: int(found[2], 16) for found in
              re.finditer(r"^addr: *(\S+)\n(?:.*\n)?state: *(0x[0-9a-f]+)", debug, flags=re.M)}
    connected = {one["peer"]: one["connection"] == "connected" for one in answer["transports"]}
    bad = [f"{peer}: connected {connected.get(peer)}, truth {state:#x}" for peer, state in states.items()
           if peer in connected and connected[peer] != bool(state & 2) and not state & 4]
    report(not bad, f"nfs: {len(states)} connections, {len(bad)} differ", bad)
