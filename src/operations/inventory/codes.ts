/** Diagnostics of the network file: stable, never reused. */
export const NETWORK_CODES = {
  PM5001: {
    title: "not YAML",
    explanation:
      "The network file is YAML 1.2. The message says where the text stops being that: often a tab, a missing space behind a colon, or a line that is not indented like its neighbours.",
  },
  PM5002: {
    title: "not a network file",
    explanation:
      "A key is missing, unknown, or has a value of another kind. `docs/reference/premortem.schema.json` lists all keys; editors that know JSON Schema complete them.",
  },
  PM5003: {
    title: "unreadable address",
    explanation:
      "Addresses are written as `10.10.2.11`, `10.10.2.0/24`, `2001:db8::/32`, `10.0.0.1-10.0.0.9`, or the word `internet`: every public address, as IANA lists them (RFC 6890).",
  },
  PM5004: {
    title: "no such name",
    explanation:
      "Intents speak of roles, zones and devices, zones of devices. The name has to stand under one of them.",
  },
  PM5005: {
    title: "unreadable service",
    explanation:
      "A service is `tcp/25`, `udp/1000-2000`, `ping`, the name of a protocol (`esp`), a name under `services`, or one of /etc/services (`smtp`, `imaps`), which may mean several protocols.",
  },
  PM5006: {
    title: "no zone holds the host",
    explanation:
      "Through which interface a host is reached follows from the zone that holds its address. The host's address lies in no zone.",
  },
  PM5007: {
    title: "one name for two things",
    explanation: "Roles, zones and devices share one name space, since intents use them alike.",
  },
  PM5008: {
    title: "no device stands in between",
    explanation:
      "Both ends lie in the same zone, or in zones of different devices: no ruleset that premortem reads decides about these flows. Paths across several devices are not followed yet.",
  },
  PM5009: {
    title: "unreadable way to reach a device",
    explanation: "Write `local`, `ssh://user@host`, `ssh://host:port` or `namespace:name`.",
  },
  PM5010: {
    title: "no family in common",
    explanation:
      "One end has addresses of IPv4 only, the other of IPv6 only: no packet can go there.",
  },
} as const;

export type NetworkCode = keyof typeof NETWORK_CODES;
