import { describe, expect, test } from "vitest";
import { readNeeds } from "../needs.ts";

const LOCAL = { "/etc/resolv.conf": "nameserver 127.0.0.1" };
const UNBOUND = "/etc/unbound/unbound.conf";
const DNSMASQ = "/etc/dnsmasq.conf";
const BIND = "/etc/bind/named.conf";
const WORLD = ["127.0.0.1:53"];
const UNKNOWN = ["unknown"];

/** `host:port`, with the protocol where it is one only; `unknown` where nobody knows who is asked. */
function asked(files: Readonly<Record<string, string>>): readonly string[] {
  const { needs, unknown } = readNeeds(
    { postfix: null, dovecot: null },
    new Map(Object.entries(files)),
  );
  return [
    ...needs.map(({ host, port, protocols: [only, another] }) =>
      another === undefined ? `${host}:${port}/${only}` : `${host}:${port}`,
    ),
    ...unknown.map(() => "unknown"),
  ];
}

type Case = readonly [string, Readonly<Record<string, string>>, readonly string[]];

describe("whom a resolver of the host itself asks:", () => {
  const systemd: readonly Case[] = [
    ["a resolver without any configuration", {}, UNKNOWN],
    [
      "systemd-resolved",
      {
        "/etc/resolv.conf": "nameserver 127.0.0.53",
        "/run/systemd/resolve/resolv.conf": "nameserver 10.0.0.53",
      },
      ["10.0.0.53:53"],
    ],
    [
      "systemd-resolved of which nothing is read",
      { "/etc/resolv.conf": "nameserver 127.0.0.53" },
      UNKNOWN,
    ],
    [
      "Unbound, where resolv.conf names nobody",
      { "/etc/resolv.conf": "search x", [UNBOUND]: "server:\n" },
      WORLD,
    ],
    [
      "nobody knows, of two that may listen",
      { [UNBOUND]: "server:\n", [BIND]: "options { };" },
      UNKNOWN,
    ],
  ];
  const unbound: readonly Case[] = [
    ["Unbound by itself", { [UNBOUND]: "server:\n  interface: 127.0.0.1\n" }, WORLD],
    [
      "Unbound by a zone of all names",
      {
        [UNBOUND]: `forward-zone:\n  name: "."\n  forward-addr: 9.9.9.9@853#dns\nforward-zone:\n  name: "lan"\n  forward-addr: 10.0.0.9`,
      },
      ["9.9.9.9:853"],
    ],
    [
      "Unbound by a zone whose name comes last",
      { [UNBOUND]: `forward-zone:\n  forward-addr: 10.0.0.53\n  name: "."\n` },
      ["10.0.0.53:53"],
    ],
    [
      "Unbound by a zone on one line, over TLS",
      {
        [UNBOUND]:
          "forward-zone: name: . forward-tls-upstream: yes forward-addr: 2001:db8::1@853 # x",
      },
      ["2001:db8::1:853/tcp"],
    ],
    [
      "Unbound with a host by its name",
      { [UNBOUND]: `forward-zone:\n  name: "."\n  forward-host: dns.example@5353\n` },
      ["dns.example:5353"],
    ],
    [
      "Unbound with a zone of few names",
      { [UNBOUND]: `forward-zone:\n  name: "lan"\n  forward-addr: 10.0.0.9\n` },
      WORLD,
    ],
    [
      "Unbound with what it includes",
      {
        [UNBOUND]: 'include: "/etc/unbound/local.d/*.conf"\n',
        "/etc/unbound/local.d/*.conf": "",
        "/etc/unbound/local.d/x.conf": "forward-zone:\n name: .\n forward-addr: 10.0.0.9",
      },
      ["10.0.0.9:53"],
    ],
    [
      "Unbound with an include that cannot be read",
      { [UNBOUND]: 'server:\ninclude: "/etc/unbound/x.conf"\n' },
      UNKNOWN,
    ],
    [
      "Unbound that includes itself",
      { [UNBOUND]: `${`include: ${UNBOUND}\n`.repeat(6)}server:\n` },
      WORLD,
    ],
    [
      "Unbound with a stub for the root",
      { [UNBOUND]: 'stub-zone:\n  name: "."\n  stub-addr: 10.0.0.9\n' },
      UNKNOWN,
    ],
    [
      "Unbound before another resolver of the host",
      { [UNBOUND]: 'forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@5353\n' },
      UNKNOWN,
    ],
    [
      "Unbound with an address that is none",
      { [UNBOUND]: 'forward-zone:\n  name: "."\n  forward-addr: $dns\n' },
      UNKNOWN,
    ],
  ];
  const dnsmasq: readonly Case[] = [
    [
      "Dnsmasq",
      { [DNSMASQ]: "#server=8.8.8.8\nserver=/lan/10.0.0.9\nserver=1.1.1.1#5353" },
      ["1.1.1.1:5353"],
    ],
    ["Dnsmasq with spaces", { [DNSMASQ]: "server = 10.0.0.53\n" }, ["10.0.0.53:53"]],
    [
      "Dnsmasq through an interface, for plain names, and for all others",
      { [DNSMASQ]: "server=10.0.0.53@eth0\nserver=//10.0.0.54\nserver=/#/10.0.0.55\n" },
      ["10.0.0.53:53", "10.0.0.55:53"],
    ],
    [
      "Dnsmasq with a file of servers",
      { [DNSMASQ]: "resolv-file=/etc/r\n", "/etc/r": "nameserver 10.0.0.9" },
      ["10.0.0.9:53"],
    ],
    [
      "Dnsmasq with a file of servers that cannot be read",
      { [DNSMASQ]: "resolv-file=/etc/r\n" },
      UNKNOWN,
    ],
    [
      "Dnsmasq that does not read its file",
      {
        [DNSMASQ]: "resolv-file=/etc/r\nno-resolv\nserver=10.0.0.1",
        "/etc/r": "nameserver 9.9.9.9",
      },
      ["10.0.0.1:53"],
    ],
    [
      "Dnsmasq with a folder, of which some endings count",
      {
        [DNSMASQ]: "conf-dir=/etc/x,*.conf",
        "/etc/x/*": "",
        "/etc/x/a.conf": "server=10.0.0.1",
        "/etc/x/b.bak": "server=10.0.0.2",
      },
      ["10.0.0.1:53"],
    ],
    ["Dnsmasq that names nobody", { [DNSMASQ]: "domain-needed\n" }, UNKNOWN],
    ["Dnsmasq before another resolver", { [DNSMASQ]: "server=127.0.0.1#5353" }, UNKNOWN],
  ];
  const bind: readonly Case[] = [
    ["BIND by itself", { [BIND]: "options { recursion yes; };" }, WORLD],
    [
      "BIND",
      {
        [BIND]: 'include "/etc/bind/named.conf.options";',
        "/etc/bind/named.conf.options":
          "options {\n // forwarders { 8.8.8.8; };\n forwarders { 1.1.1.1; 1.0.0.1 port 5353; };\n};",
      },
      ["1.1.1.1:53", "1.0.0.1:5353"],
    ],
    [
      "BIND with a zone of few names",
      { [BIND]: 'zone "lan" { type forward; forwarders { 10.0.0.9; }; };' },
      WORLD,
    ],
    [
      "BIND with a zone of all names",
      {
        [BIND]:
          'options { forwarders { 10.0.0.8; }; };\nzone "." IN { type forward; forwarders { 10.0.0.9; }; };',
      },
      ["10.0.0.9:53"],
    ],
    [
      "BIND with one port for all",
      { "/etc/named.conf": "options { forwarders port 5353 { 10.0.0.9; }; };" },
      ["10.0.0.9:5353"],
    ],
    [
      "BIND with forwarders of a view",
      { [BIND]: 'view "in" { forwarders { 10.0.0.9; }; };' },
      UNKNOWN,
    ],
    ["BIND with an include that cannot be read", { [BIND]: 'include "/etc/bind/x";' }, UNKNOWN],
    ["BIND that includes itself", { [BIND]: `include "${BIND}";\n`.repeat(6) }, WORLD],
    [
      "BIND with no end of braces",
      { [BIND]: `options { forwarders { 10.0.0.9; }; }; x ${"{".repeat(5_000)}` },
      ["10.0.0.9:53"],
    ],
  ];
  test.each([...systemd, ...unbound, ...dnsmasq, ...bind])("%s", (_name, files, expected) => {
    expect(asked({ ...LOCAL, ...files })).toEqual(expected);
  });
});

test("where a server of the host is asked first and nobody knows by whom, another one stands beside it", () => {
  expect(asked({ "/etc/resolv.conf": "nameserver ::1\nnameserver 10.0.0.1" })).toEqual([
    "10.0.0.1:53",
    "unknown",
  ]);
});
