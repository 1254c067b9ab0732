# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the answer of net --route and --neigh against /proc/net and, where the lab noted it, ip(8). Used by
tests/truth/check."""
import json
import os
import re
import socket

# /proc/net/arp leaves these out.
HIDDEN_STATES = ("NOARP",)
# What a neighbour does while nobody looks: it answers, grows old, or is asked again.
LIVE_STATES = ("REACHABLE", "STALE", "DELAY", "PROBE", "INCOMPLETE", "FAILED")


def read(path):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


def fib_trie(text):
    """(destination, prefix, scope, type) of each route, whichever table it is in: tables may share a trie."""
    routes, address = set(), None
    for line in text.splitlines():
        if found := re.match(r"\s+\|-- (\S+)$", line):
            address = found[1]
        elif found := re.match(r"\s+/(\d+) (\S+) (\S+)( tos=\d+)?$", line):
            routes.add((address, int(found[1]), {"universe": "global"}.get(found[2], found[2]), found[3].lower()))
    return routes


def ipv6_routes(text):
    """(destination, prefix, gateway, metric, interface) of each route; the one of those that have none is left out."""
    routes = set()
    for line in text.splitlines():
        fields = line.split()
        if fields[5] == "ffffffff":
            continue
        address, gateway = (socket.inet_ntop(socket.AF_INET6, bytes.fromhex(fields[i])) for i in (0, 4))
        routes.add((address, int(fields[1], 16), None if gateway == "::" else gateway, int(fields[5], 16), fields[9]))
    return routes


def check_proc(report, answer, folder):
    ours = {(route["destination"], route["prefix"], route["scope"], route["type"]) for route in answer["routes"]
            if route["family"] == "inet"}
    wanted = fib_trie(read(f"{folder}/fib_trie"))
    report(wanted and ours == wanted, f"net: {len(wanted)} routes of /proc/net/fib_trie, {len(ours ^ wanted)} differ",
           sorted(map(str, ours ^ wanted)))
    ours = {(route["destination"], route["prefix"], hop["via"], route["metric"], hop["dev"]) for route in answer["routes"]
            if route["family"] == "inet6" for hop in route["hops"]}
    wanted = ipv6_routes(read(f"{folder}/ipv6_route"))
    report(ours == wanted, f"net: {len(wanted)} hops of /proc/net/ipv6_route, {len(ours ^ wanted)} differ",
           sorted(map(str, ours ^ wanted)))
    ours = {(one["address"], one["link_address"] or "00:00:00:00:00:00", one["dev"]) for one in answer["neighbours"]
            if one["family"] == "inet" and not one["proxy"] and one["state"] not in HIDDEN_STATES}
    wanted = set()
    for line in read(f"{folder}/arp").splitlines()[1:]:
        fields = line.split()
        if not int(fields[2], 16) & 8: # ATF_PUBL: a proxy
            wanted.add((fields[0], fields[3], fields[5]))
    report(ours == wanted, f"net: {len(wanted)} neighbours of /proc/net/arp, {len(ours ^ wanted)} differ",
           sorted(map(str, ours ^ wanted)))


def ip_destination(text, family):
    """10.0.0.0/8 as ip(8) has it: (10.0.0.0, 8)."""
    if text == "default":
        return ("0.0.0.0" if family == "inet" else "::"), 0
    address, _, prefix = text.partition("/")
    return address, int(prefix or (32 if family == "inet" else 128))


def ip_hop(hop):
    via = hop.get("via", {}).get("host") or hop.get("gateway")
    return via, hop.get("dev"), hop.get("weight", 1), tuple(sorted(hop.get("flags", [])))


TABLES = {"main": 254, "local": 255, "default": 253}


def ip_route(route, family):
    """A line of `ip -details -json route` in the form of our_route()."""
    hops = [ip_hop(hop) for hop in route["nexthops"]] if "nexthops" in route else [ip_hop(route)]
    if hops == [(None, None, 1, ())]:
        hops = []
    table = route.get("table", "main")
    metrics = {name: value for metric in route.get("metrics", []) for name, value in metric.items()}
    return (*ip_destination(route["dst"], family), route["type"], TABLES.get(table) or int(table), route["protocol"],
            route["scope"], route.get("metric", 0), route.get("prefsrc"), route.get("nhid"), tuple(sorted(hops, key=str)),
            tuple(sorted(metrics.items())), route.get("pref"))


def our_route(route):
    hops = [(hop["via"], hop["dev"], hop["weight"] if len(route["hops"]) > 1 else 1, tuple(sorted(hop["flags"])))
            for hop in route["hops"]]
    return (route["destination"], route["prefix"], route["type"], route["table"], route["protocol"], route["scope"],
            route["metric"], route["preferred_source"], route["nexthop"],
            tuple(sorted((hop for hop in hops if hop[:2] != (None, None)), key=str)),
            tuple(sorted(route["metrics"].items())), route["preference"])


def differences(ours, wanted):
    return [f"only ours: {one}" for one in ours if one not in wanted] + [f"only truth: {one}" for one in wanted if one not in ours]


def check_ip_routes(report, answer, path, name):
    of_ipv6 = json.loads(read(f"{path}/{name}.route6") or "[]")
    # Without -4 both families are listed.
    of_ipv4 = [route for route in json.loads(read(f"{path}/{name}.route") or "[]") if route not in of_ipv6]
    wanted = [ip_route(route, "inet") for route in of_ipv4] + [ip_route(route, "inet6") for route in of_ipv6]
    ours = [our_route(route) for route in answer["routes"]]
    bad = differences(ours, wanted)
    report(wanted and not bad, f"net: {name}: {len(wanted)} routes of ip -details route, {len(bad)} differ", bad)


def ip_rule(rule, family):
    def prefix(key):
        if rule.get(key, "all") == "all":
            return None
        length = rule.get(key + "len")
        return f"{rule[key]}/{length}" if length else rule[key]
    action = next((word for word in ("nop", "blackhole", "unreachable", "prohibit") if rule.get("action") == word), "lookup")
    table = rule.get("table", "unspec")
    return (family, rule["priority"], "not" in rule, prefix("src"), prefix("dst"), rule.get("fwmark"), rule.get("fwmask"),
            rule.get("iif"), rule.get("oif"), action, TABLES.get(table) or (int(table) if table.isdigit() else 0))


def our_rule(rule):
    return (rule["family"], rule["preference"], rule["not"], rule["from"], rule["to"],
            hex(rule["mark"]) if rule["mark_mask"] else None,
            hex(rule["mark_mask"]) if rule["mark_mask"] not in (0, 0xffffffff) else None, rule["iif"], rule["oif"],
            rule["action"], rule["table"])


def check_ip_rules(report, answer, path, name):
    wanted = [ip_rule(rule, family) for family, kind in (("inet", "rule"), ("inet6", "rule6"))
              for rule in json.loads(read(f"{path}/{name}.{kind}") or "[]")]
    ours = [our_rule(rule) for rule in answer["rules"]]
    bad = differences(ours, wanted)
    report(wanted and not bad, f"net: {name}: {len(wanted)} rules of ip rule, {len(bad)} differ", bad)


def check_ip_neighbours(report, answer, path, name):
    """Those that stay as they are, and that the others are there: in some state, with the same link address."""
    ours = {(one["address"], one["dev"]): one for one in answer["neighbours"] if not one["proxy"]}
    wanted, bad, moved = json.loads(read(f"{path}/{name}.neighbour") or "[]"), [], 0
    for one in wanted:
        got, state = ours.get((one["dst"], one["dev"])), one["state"][0]
        if not got:
            bad.append(f"missing: {one}")
        elif got["state"] != state and not {got["state"], state} <= set(LIVE_STATES):
            bad.append(f"{got}, truth {one}")
        elif got["state"] == state and (got["link_address"], "router" in got["flags"]) != (one.get("lladdr"), "router" in one):
            bad.append(f"{got}, truth {one}")
        else:
            moved += got["state"] != state
    shown = {(one["dst"], one["dev"]) for one in wanted}
    bad += [f"only ours: {key}" for key, one in ours.items() if key not in shown and one["state"] not in HIDDEN_STATES]
    report(not bad, f"net: {name}: {len(wanted)} neighbours of ip neigh, {moved} in another state by now, {len(bad)} differ",
           bad)


def check_routes(report, answers, truth):
    host = f"{truth}/host"
    if not os.path.exists(f"{host}/net/fib_trie"):
        return
    ip = f"{host}/ip"
    actors = dict(pair.split("=") for pair in read(f"{truth}/actors").split())
    for name, pid in (("init", "1"), ("NW", actors.get("NW"))):
        if not pid or (name == "NW" and not os.path.exists(ip)):
            continue
        answer = answers.run("net", pid, "--route", "--neigh")
        if name == "init":
            check_proc(report, answer, f"{host}/net")
        if os.path.exists(ip):
            check_ip_routes(report, answer, ip, name)
            check_ip_rules(report, answer, ip, name)
            check_ip_neighbours(report, answer, ip, name)
