"""The few messages of netlink that the harness needs, with Python's standard library alone."""
import errno
import os
import socket
import struct

SO_RCVBUFFORCE, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_EXT_ACK = 33, 270, 1, 11
NFTRACE_GROUP, NFTABLES, CONNTRACK = 9, 10, 1
MSG_TRACE, MSG_NEWRULE, MSG_GETRULE, MSG_DELETE_CONNECTIONS = 17, 6, 7, 2
NETFILTER = 12
NEWROUTE, DELROUTE = 24, 25
REQUEST, ACK, REPLACE, CREATE, DUMP = 1, 4, 0x100, 0x400, 0x300
ERROR, DONE = 2, 3
TRACE_BUFFER_BYTES = 64 * 1024 * 1024
# Tables and kinds of routes (rtnetlink.h).
MAIN, LOCAL, UNICAST, LOCAL_ROUTE, SCOPE_LINK, SCOPE_HOST, PROTO_STATIC = 254, 255, 1, 2, 253, 254, 4
ATTRIBUTE_DESTINATION, ATTRIBUTE_DEVICE = 1, 4
# Attributes of a trace message (enum nft_trace_attributes).
TABLE, CHAIN, HANDLE, TYPE, VERDICT, ID, NETWORK, TRANSPORT, POLICY = 1, 2, 3, 4, 5, 6, 8, 9, 16
MARK, CT_ID, CT_DIRECTION, CT_STATUS, CT_STATE = 14, 18, 19, 20, 21


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


def attribute(kind, payload):
    data = struct.pack("=HH", 4 + len(payload), kind) + payload
    return data + b"\0" * (-len(data) % 4)


def read_rules():
    """Every rule's table, chain and handle, in the kernel's order."""
    query = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
    kind = NFTABLES << 8 | MSG_GETRULE
    query.send(struct.pack("=IHHIIBBH", 20, kind, REQUEST | DUMP, 1, 0, 0, 0, 0))
    found, done = [], False
    while not done:
        for kind, message in messages(query.recv(1 << 20)):
            if kind in (ERROR, DONE):
                done = True
            elif kind == NFTABLES << 8 | MSG_NEWRULE:
                rule = dict(attributes(message, 20))
                handle = struct.unpack("!Q", rule[3])[0]
                found.append([message[16], text(rule[1]), text(rule[2]), handle])
    query.close()
    return found


def flush_connections():
    query = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
    kind = CONNTRACK << 8 | MSG_DELETE_CONNECTIONS
    query.send(struct.pack("=IHHIIBBH", 20, kind, REQUEST | ACK, 1, 0, 0, 0, 0))
    query.recv(4096)
    query.close()


class Routes:
    """Sets the routes that the next packet needs; what stands already is not set again."""

    def __init__(self):
        self.query = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.devices, self.locals = {}, {}

    def ask(self, kind, flags, family, prefix, table, scope, route, rows):
        body = struct.pack("=BBBBBBBBI", family, prefix, 0, 0, table, PROTO_STATIC, scope, route, 0)
        body += b"".join(attribute(number, payload) for number, payload in rows)
        header = struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACK | flags, 1, 0)
        self.query.send(header + body)
        answer = self.query.recv(65536)
        code = -struct.unpack_from("=i", answer, 16)[0]
        if code not in (0, errno.ESRCH):
            raise OSError(code, os.strerror(code))

    def default(self, family, table, device):
        """The one default route of `table` leaves by `device`."""
        if self.devices.get((family, table)) == device:
            return
        rows = [(ATTRIBUTE_DEVICE, struct.pack("=i", device))]
        self.ask(NEWROUTE, CREATE | REPLACE, family, 0, table, SCOPE_LINK, UNICAST, rows)
        self.devices[family, table] = device

    def local(self, family, places):
        """The addresses of `places` are delivered here; those of before are not any more."""
        before = self.locals.get(family, set())
        self.locals[family] = places
        changes = [(DELROUTE, 0, place) for place in before - places]
        changes += [(NEWROUTE, CREATE | REPLACE, place) for place in places - before]
        for kind, flags, (address, device) in changes:
            rows = [(ATTRIBUTE_DESTINATION, address), (ATTRIBUTE_DEVICE, struct.pack("=i", device))]
            self.ask(kind, flags, family, len(address) * 8, LOCAL, SCOPE_HOST, LOCAL_ROUTE, rows)


class Trace:
    """What nftrace tells of the packets that were sent since it was asked last."""

    def __init__(self, own_table):
        self.own_table = own_table
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
        # A socket without an address of its own is passed over: the kernel's is 0 as well.
        self.socket.bind((0, 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, TRACE_BUFFER_BYTES)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFTRACE_GROUP)

    def read(self):
        steps = []
        while True:
            try:
                data = self.socket.recv(1 << 18)
            except BlockingIOError:
                return steps
            except OSError as problem:
                if problem.errno != errno.ENOBUFS:
                    raise
                steps.append({"overrun": True})
                continue
            for kind, message in messages(data):
                if kind == NFTABLES << 8 | MSG_TRACE:
                    steps.append(self.step(message[16], dict(attributes(message, 20))))

    def step(self, family, found):
        """[id, type, table, chain, handle, verdict, ct state, ct direction, header, family, status, ct id, mark]"""
        verdict = dict(attributes(found[VERDICT], 0)) if VERDICT in found else {}
        code = struct.unpack("!i", verdict[1])[0] if 1 in verdict else None
        if code is None and POLICY in found:
            code = struct.unpack("!I", found[POLICY])[0]
        table = text(found.get(TABLE, b""))
        header = None
        if table == self.own_table and NETWORK in found:
            header = found[NETWORK].hex() + found.get(TRANSPORT, b"").hex()
        return [
            struct.unpack("!I", found[ID])[0],
            struct.unpack("!I", found[TYPE])[0],
            table,
            text(found.get(CHAIN, b"")),
            struct.unpack("!Q", found[HANDLE])[0] if HANDLE in found else 0,
            code,
            struct.unpack("!I", found[CT_STATE])[0] if CT_STATE in found else None,
            found[CT_DIRECTION][0] if CT_DIRECTION in found else None,
            header,
            family,
            struct.unpack("!I", found[CT_STATUS])[0] if CT_STATUS in found else None,
            struct.unpack("!I", found[CT_ID])[0] if CT_ID in found else None,
            struct.unpack("!I", found[MARK])[0] if MARK in found else 0,
        ]
