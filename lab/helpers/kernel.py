#!/usr/bin/env python3
"""The kernel's side of the harness: one command per line of JSON on stdin, one answer per line.

Node can open neither TUN devices nor netlink, so this program does. It runs in a network namespace
without a name: when the process ends, however it ends, the kernel takes the namespace, its devices
and its rules away.
"""
import ctypes
import errno
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
import traceback

import netlink

TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001
LARGEST_PACKET = 70000
# Packets of our own carry it, so that those of the host's stack can be told from them.
OWN_PRIORITY = 0x504D
# Behind a write everything happens before it returns; a few rounds catch what an answer causes.
QUIET_ROUNDS = 2
# What goes over `lo` is handled by a soft interrupt, perhaps in another thread.
LOOPBACK_WAIT_MS = 20
IP_PKTINFO, IPV6_HDRINCL, IPV6_PKTINFO, SO_PRIORITY, SO_MARK = 8, 36, 50, 12, 36
GROUPS_PER_SOCKET = 15
TABLE = "premortem_lab"
# Routes of packets that the device itself sends (`ip rule … iif lo`).
OWN_ROUTES = 100

# What the host's stack says to a packet that came through input (a closed port, an echo) is no
# answer of the ruleset. It carries the mark of that packet, so the last chain of input gives it one.
# Queries and reports of multicast and neighbour discovery are the host's own noise.
DELIVERED_MARK = 0x504D1ABE
#
# It is loaded before the ruleset: of equal priority what was registered first runs last, so that
# `delivered` stands behind the place where connections are confirmed, which may still drop. `leaving`
# shows the connection of a packet that no other chain sees.
# What a packet carries in the end shows in the trace of these chains: its mark, then that of its connection and the
# zone of that, put into the packet's mark where nobody reads it any more. Over `lo` it still goes through input.
# To ask for a connection turns tracking on, so it is asked where the ruleset does so itself.
CARRIED = "meta mark set ct mark\n  meta mark set ct zone"


def readers(family, connection):
    rules = "counter\n  " + (CARRIED if connection else "")
    chain = "type filter hook {} priority 2147483647; policy accept;"
    return f"""
table {family} {TABLE} {{
 chain delivered_with {{
  {chain.format("input")}
  {rules}
 }}
 chain leaving_with {{
  {chain.format("postrouting")}
  oifname "lo" accept
  {rules}
 }}
}}
"""


OBSERVER = f"""
table inet {TABLE} {{
 chain delivered {{
  type filter hook input priority 2147483647; policy accept;
  meta mark set {DELIVERED_MARK}
 }}
 chain leaving {{
  type filter hook postrouting priority 2147483647; policy accept;
  oifname "lo" accept
 }}
 chain incoming {{
  type filter hook prerouting priority -2000000000; policy accept;
  meta nftrace set 1
 }}
 chain outgoing {{
  type filter hook output priority -2000000000; policy accept;
  meta priority {OWN_PRIORITY:#x} meta nftrace set 1 return
  meta mark {DELIVERED_MARK} drop
  meta mark set 0
  ip protocol igmp drop
  icmpv6 type 128-255 drop
  meta nftrace set 1
 }}
}}
"""


REFLECT = ("net/ipv4/fwmark_reflect", "net/ipv6/fwmark_reflect")

libc = ctypes.CDLL(None)


def write(path, value):
    try:
        with open("/proc/sys/" + path, "w") as file:
            file.write(str(value))
    except OSError:
        pass


def run(argv, text=None):
    done = subprocess.run(argv, input=text, capture_output=True, text=True, errors="replace")
    return {"ok": done.returncode == 0, "error": (done.stderr or done.stdout).strip()}


class Lab:
    def __init__(self):
        self.devices, self.names, self.indexes = {}, {}, {"lo": 1}
        self.senders, self.groups = {}, {}
        self.poll = select.epoll()
        self.routes = netlink.Routes()
        self.trace = netlink.Trace(TABLE)

    def setup(self, command):
        for key, value in command["sysctls"].items():
            write(key.replace(".", "/"), value)
        for key in REFLECT:
            write(key, 1)
        batch = ["link set lo up"]
        for name in command["interfaces"]:
            device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEADER))
            self.devices[name], self.names[device] = device, name
            self.indexes[name] = socket.if_nametoindex(name)
            self.poll.register(device, select.EPOLLIN)
            for key in ("rp_filter", "send_redirects"):
                write(f"net/ipv4/conf/{name}/{key}", 0)
            write(f"net/ipv4/conf/{name}/accept_local", 1)
            write(f"net/ipv6/conf/{name}/addr_gen_mode", 1)
            batch.append(f"link set dev {name} mtu {command['mtu']} up")
        for address in command["addresses"]:
            batch.append(f"addr add {address}" + (" nodad" if ":" in address else ""))
        for family in ("-4", "-6"):
            result = run(["ip", family, "rule", "add", "iif", "lo", "lookup", str(OWN_ROUTES)])
            if not result["ok"]:
                return result
        result = run(["ip", "-force", "-batch", "-"], "\n".join(batch) + "\n")
        text = OBSERVER + "".join(readers(*item) for item in (command.get("reads") or {}).items())
        return run(["nft", "-f", "-"], text) if result["ok"] else result

    def load(self, command):
        return run(command["argv"], command["text"])

    def rules(self, _):
        return {"ok": True, "rules": [rule for rule in netlink.read_rules() if rule[1] != TABLE]}

    def observe(self, _):
        return self.flush({})

    def flush(self, _):
        netlink.flush_connections()
        self.collect(False)
        self.trace.read()
        return {"ok": True}

    def play(self, command):
        return {"ok": True, "results": [self.send(packet) for packet in command["packets"]]}

    def send(self, packet):
        if packet.get("flush"):
            netlink.flush_connections()
        data = bytes.fromhex(packet["bytes"])
        error, before = None, time.monotonic()
        try:
            self.prepare(packet, data)
            if packet["in"] is None:
                self.send_own(packet, data)
            else:
                os.write(self.devices[packet["in"]], data)
        except OSError as problem:
            error = errno.errorcode.get(problem.errno, str(problem))
        seen, trace = self.collect(False), self.trace.read()
        if packet["in"] is None and error is None and not seen:
            deadline = time.monotonic() + LOOPBACK_WAIT_MS / 1000
            while not self.ended(trace) and time.monotonic() < deadline:
                seen.extend(self.collect(True))
                trace.extend(self.trace.read())
        return {"seen": seen, "trace": trace, "error": error, "atMs": [before * 1000, time.monotonic() * 1000]}

    def ended(self, trace):
        """A packet over `lo` ends where it is delivered or dropped."""
        return any(
            (step[2] == TABLE and step[3] == "delivered") or (step[5] or 0) & 0xFF == 0
            for step in trace
            if isinstance(step, list) and step[5] is not None and step[5] >= 0
        )

    def prepare(self, packet, data):
        six = data[0] >> 4 == 6
        family = socket.AF_INET6 if six else socket.AF_INET
        destination = data[24:40] if six else data[16:20]
        first = next(iter(self.devices))
        towards = packet["out"] if packet["out"] in self.devices else packet["in"] or first
        back = packet["in"] if packet["in"] is not None else towards
        self.routes.default(family, netlink.MAIN, self.indexes[towards])
        self.routes.default(family, OWN_ROUTES, self.indexes[back])
        group = destination[0] == 0xFF if six else 224 <= destination[0] < 240
        places = {
            (socket.inet_pton(family, address), self.indexes[device])
            for address, device in packet["own"]
        }
        self.routes.local(family, places)
        if packet["local"] and group:
            self.join(family, destination, self.indexes[packet["in"] or packet["out"]])

    def join(self, family, group, index):
        if (group, index) in self.groups:
            return
        if len(self.groups) % GROUPS_PER_SOCKET == 0:
            self.member4 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.member6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.groups[group, index] = (self.member4, self.member6)
        try:
            if family == socket.AF_INET:
                request = group + b"\0\0\0\0" + struct.pack("=i", index)
                self.member4.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
            else:
                request = group + struct.pack("=i", index)
                self.member6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise

    def send_own(self, packet, data):
        six = data[0] >> 4 == 6
        to = socket.inet_ntop(socket.AF_INET6, data[24:40]) if six else socket.inet_ntoa(data[16:20])
        wide = data[24] == 0xFF if six else data[16] >= 224
        extra = []
        if wide:
            index = self.indexes[packet["out"]]
            info = (b"\0" * 16 + struct.pack("=i", index)) if six else struct.pack("=i8x", index)
            level, kind = (41, IPV6_PKTINFO) if six else (socket.IPPROTO_IP, IP_PKTINFO)
            extra = [(level, kind, info)]
        key = (six, packet["mark"], packet["uid"], packet["gid"])
        self.sender(*key).sendmsg([data], extra, 0, (to, 0))

    def sender(self, six, mark, uid, gid):
        key = (six, mark, uid, gid)
        if key not in self.senders:
            family = socket.AF_INET6 if six else socket.AF_INET
            # A socket belongs to whoever the file system takes its maker for.
            libc.setfsgid(gid)
            libc.setfsuid(uid)
            sender = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            libc.setfsuid(0)
            libc.setfsgid(0)
            if six:
                sender.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            # No copy of what goes to a group comes back.
            if six:
                sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
            else:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
            sender.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIORITY)
            if mark:
                sender.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack("=I", mark))
            self.senders[key] = sender
        return self.senders[key]

    def collect(self, waits):
        seen, quiet = [], 0
        while quiet < QUIET_ROUNDS:
            ready = self.poll.poll(0.001 if waits else 0)
            quiet = quiet + 1 if not ready else 0
            for number, _ in ready:
                try:
                    seen.append([self.names[number], os.read(number, LARGEST_PACKET).hex()])
                except BlockingIOError:
                    pass
        return seen


def refuse_host(host):
    """Nothing may ever be loaded where the caller itself lives."""
    own = os.readlink("/proc/self/ns/net")
    if own == host or own == os.readlink(f"/proc/{os.getppid()}/ns/net"):
        sys.exit("refused: this is the namespace of the host")


def main():
    refuse_host(sys.argv[1])
    lab = Lab()
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(lab, command["do"])(command)
        except Exception as problem:
            place = traceback.extract_tb(problem.__traceback__)[-1]
            error = f"{type(problem).__name__}: {problem} ({place.name}, line {place.lineno})"
            answer = {"ok": False, "error": error}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
