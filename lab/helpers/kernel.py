#!/usr/bin/env python3
"""The kernel's side of the harness: one command per line of JSON on stdin, one answer per line.

Node can open neither TUN devices nor netlink, so this file does, with Python's standard library
alone. It runs in a network namespace without a name: when the process ends, however it ends,
the kernel takes the namespace, its devices and its rules away.
"""
import ctypes, errno, fcntl, json, os, select, socket, struct, subprocess, sys, time

TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001
SO_RCVBUFFORCE, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 33, 270, 1
NFTRACE_GROUP, NFTABLES, CONNTRACK = 9, 10, 1
MSG_TRACE, MSG_NEWRULE, MSG_GETRULE, MSG_DELETE_CONNECTIONS = 17, 6, 7, 2
TRACE_BUFFER_BYTES = 32 * 1024 * 1024
LARGEST_PACKET = 70000
# Packets of our own carry it, so that the answers of the host's stack can be told from them.
OWN_PRIORITY = 0x504D
# Behind a write everything happens before it returns; a few rounds catch what an answer causes.
QUIET_ROUNDS = 2
RAW4 = (1, 2, 4, 6, 17, 33, 47, 50, 51, 132, 136, 253)
RAW6 = (6, 17, 33, 47, 50, 51, 58, 132, 136, 253)
IPV6_HDRINCL, IPV6_RECVPKTINFO, IPV6_PKTINFO, SO_PRIORITY, SO_MARK = 36, 49, 50, 12, 36
TABLE = "premortem_lab"


def write(path, value):
    try:
        with open("/proc/sys/" + path, "w") as file:
            file.write(str(value))
    except OSError:
        pass


def run(argv, text=None):
    done = subprocess.run(argv, input=text, capture_output=True, text=True, errors="replace")
    return done.returncode, (done.stderr or done.stdout).strip()


def attributes(data, at):
    """Yields (type, payload) of a row of netlink attributes."""
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += (length + 3) & ~3


def messages(data):
    at = 0
    while at + 16 <= len(data):
        length, kind, _, _, _ = struct.unpack_from("=IHHII", data, at)
        if length < 16:
            return
        yield kind, data[at : at + length]
        at += (length + 3) & ~3


def text(payload):
    return payload.rstrip(b"\0").decode("utf-8", "replace")


class Lab:
    def __init__(self):
        self.devices, self.raw, self.senders = {}, [], {}
        self.poll = select.epoll()
        self.readers = {}
        self.trace_socket = None

    def setup(self, command):
        for key, value in command["sysctls"].items():
            write(key.replace(".", "/"), value)
        batch = ["link set lo up"]
        for name in command["interfaces"]:
            device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEADER))
            self.devices[name] = device
            self.listen(device, "device", name)
            write(f"net/ipv6/conf/{name}/addr_gen_mode", 1)
            write(f"net/ipv4/conf/{name}/rp_filter", 0)
            batch.append(f"link set {name} up")
        for address in command["addresses"]:
            batch.append(f"addr add {address}" + (" nodad" if ":" in address else ""))
        code, error = run(["ip", "-force", "-batch", "-"], "\n".join(batch) + "\n") if True else (0, "")
        self.open_sockets()
        self.flush_connections()
        return {
            "ok": code == 0,
            "error": error,
            "indexes": {name: socket.if_nametoindex(name) for name in ["lo", *self.devices]},
        }

    def listen(self, descriptor, kind, name):
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        self.readers[number] = (descriptor, kind, name)
        self.poll.register(number, select.EPOLLIN)

    def open_sockets(self):
        for family, protocols in ((socket.AF_INET, RAW4), (socket.AF_INET6, RAW6)):
            for protocol in protocols:
                reader = socket.socket(family, socket.SOCK_RAW, protocol)
                reader.setblocking(False)
                if family == socket.AF_INET6:
                    reader.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                self.listen(reader, "raw6" if family == socket.AF_INET6 else "raw4", protocol)
        self.trace_socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_NETFILTER)
        self.trace_socket.setblocking(False)
        self.trace_socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, TRACE_BUFFER_BYTES)
        self.trace_socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFTRACE_GROUP)

    def load(self, command):
        code, error = run(command["argv"], command["text"])
        return {"ok": code == 0, "error": error}

    def rules(self, _):
        """Every rule's family, table, chain and handle, in the kernel's order."""
        query = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_NETFILTER)
        query.send(struct.pack("=IHHIIBBH", 20, NFTABLES << 8 | MSG_GETRULE, 0x301, 1, 0, 0, 0, 0))
        found, done = [], False
        while not done:
            for kind, message in messages(query.recv(1 << 20)):
                if kind in (2, 3):
                    done = True
                elif kind == NFTABLES << 8 | MSG_NEWRULE:
                    rule = dict(attributes(message, 20))
                    handle = struct.unpack("!Q", rule[3])[0]
                    found.append([message[16], text(rule[1]), text(rule[2]), handle])
        query.close()
        return {"rules": [rule for rule in found if rule[1] != TABLE]}

    def observe(self, command):
        """Traces from the first place of a hook on; `silent` keeps the host's own answers back."""
        silence = f"meta priority != {OWN_PRIORITY} drop" if command["silent"] else ""
        script = f"""
table inet {TABLE} {{ }}
delete table inet {TABLE}
table inet {TABLE} {{
 chain incoming {{
  type filter hook prerouting priority -100000; policy accept;
  meta nftrace set 1
 }}
 chain outgoing {{
  type filter hook output priority -100000; policy accept;
  {silence}
  meta nftrace set 1
 }}
}}
"""
        code, error = run(["nft", "-f", "-"], script)
        return {"ok": code == 0, "error": error}

    def route(self, command):
        device = command["device"]
        code, error = run(
            ["ip", "-batch", "-"],
            f"route replace default dev {device}\nroute replace ::/0 dev {device}\n",
        )
        return {"ok": code == 0, "error": error}

    def flush_connections(self):
        query = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_NETFILTER)
        kind = CONNTRACK << 8 | MSG_DELETE_CONNECTIONS
        query.send(struct.pack("=IHHIIBBH", 20, kind, 5, 1, 0, 0, 0, 0))
        query.recv(4096)
        query.close()

    def play(self, command):
        """Each scenario begins without connections; its packets follow one another."""
        self.collect()
        self.trace()
        results = []
        for scenario in command["scenarios"]:
            self.flush_connections()
            results.append([self.send(packet) for packet in scenario])
        return {"results": results}

    def send(self, packet):
        data = bytes.fromhex(packet["bytes"])
        error = None
        try:
            if packet["in"] is None:
                six = data[0] >> 4 == 6
                self.sender(six, packet.get("mark", 0)).sendto(data, (packet["to"], 0))
            else:
                os.write(self.devices[packet["in"]], data)
        except OSError as problem:
            error = errno.errorcode.get(problem.errno, str(problem.errno))
        seen = self.collect()
        now = time.monotonic() * 1000
        return {"seen": seen, "trace": self.trace(), "error": error, "atMs": now}

    def sender(self, six, mark):
        key = (six, mark)
        if key not in self.senders:
            family = socket.AF_INET6 if six else socket.AF_INET
            sender = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            if six:
                sender.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
            sender.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, OWN_PRIORITY)
            if mark:
                sender.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
            self.senders[key] = sender
        return self.senders[key]

    def collect(self):
        seen, quiet = [], 0
        while quiet < QUIET_ROUNDS:
            ready = self.poll.poll(0)
            quiet = quiet + 1 if not ready else 0
            for number, _ in ready:
                seen.extend(self.read(*self.readers[number]))
        return seen

    def read(self, descriptor, kind, name):
        try:
            if kind == "device":
                return [[name, os.read(descriptor, LARGEST_PACKET).hex(), None]]
            if kind == "raw4":
                return [["local", descriptor.recv(LARGEST_PACKET).hex(), None]]
            data, extra, _, source = descriptor.recvmsg(LARGEST_PACKET, 256)
        except BlockingIOError:
            return []
        # A raw IPv6 socket gives no header: addresses and protocol are told beside the payload.
        to = next((d[:16] for level, t, d in extra if level == 41 and t == IPV6_PKTINFO), b"")
        source = socket.inet_pton(socket.AF_INET6, source[0].split("%")[0])
        return [["local", data.hex(), [name, source.hex(), to.hex()]]]

    def trace(self):
        """[id, family, type, table, chain, handle, verdict] of each step since the last call."""
        steps = []
        while True:
            try:
                data = self.trace_socket.recv(1 << 20)
            except BlockingIOError:
                return steps
            except OSError as problem:
                if problem.errno == errno.ENOBUFS:
                    steps.append([0, 0, 0, "overrun", "", 0, 0])
                    continue
                raise
            for kind, message in messages(data):
                if kind != NFTABLES << 8 | MSG_TRACE:
                    continue
                found = dict(attributes(message, 20))
                table = text(found.get(1, b""))
                if table == TABLE:
                    continue
                verdict = dict(attributes(found[5], 0)) if 5 in found else {}
                code = struct.unpack("!i", verdict[1])[0] if 1 in verdict else None
                policy = struct.unpack("!I", found[17])[0] if 17 in found else None
                steps.append([
                    struct.unpack("!I", found[6])[0],
                    struct.unpack("!I", found[15])[0] if 15 in found else 0,
                    struct.unpack("!I", found[4])[0],
                    table,
                    text(found.get(2, b"")),
                    struct.unpack("!Q", found[3])[0] if 3 in found else 0,
                    code if code is not None else policy,
                ])


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
            answer = {"ok": False, "error": f"{type(problem).__name__}: {problem}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
