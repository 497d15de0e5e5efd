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
      "Both ends, or some hosts of both, lie in the same zone, or in zones of different devices: no ruleset that premortem reads decides about these flows. Paths across several devices are not followed yet.",
  },
  PM5009: {
    title: "unreadable way to reach a device",
    explanation:
      "Write `local`, `ssh://user@host`, `ssh://host:port`, `namespace:name` or `simulated:name`.",
  },
  PM5010: {
    title: "no family in common",
    explanation:
      "One end has addresses of IPv4 only, the other of IPv6 only: no packet can go there.",
  },
  PM5011: {
    title: "unreadable duration",
    explanation:
      "Durations are a number and a unit: `500ms`, `10s`, `5m`, `1h`; at least 100 ms and at most a day.",
  },
  PM5012: {
    title: "unreadable target",
    explanation:
      "A target is an address or a name, with a port where it is not that of the protocol: `10.10.2.5`, `10.10.2.5:587`, `[2001:db8::5]:25`, `mx.example`.",
  },
  PM5013: {
    title: "nobody knows what a monitor speaks of",
    explanation:
      "When a monitor fails, the cause is sought among what its connections pass. They follow from `from` and `to` where the device has `addresses` and the target is an address; elsewhere `flows` has to say them.",
  },
  PM5014: {
    title: "unreadable address of a service",
    explanation:
      "Where alerts go is written as `http://…` or `https://…`, without user and password.",
  },
  PM5015: {
    title: "no name of an interface",
    explanation:
      "Linux names interfaces with 1 to 15 bytes, without blanks and slashes; a `*` at the end stands for any ending. No packet passes an interface of another name.",
  },
  PM5016: {
    title: "a login that nobody can have",
    explanation:
      "`premortem` and `break-glass` act in the trail by themselves: nobody else may be called so. A login has 1 to 64 characters that everybody sees, without blanks, since it stands in sentences and on command lines.",
  },
  PM5030: {
    title: "unreadable shift",
    explanation:
      "Shifts end by the clock on the wall: `monday 09:00` where a shift is a week, `09:00` where it is a day; `start` is a day, `2026-01-05`; `time-zone` is a name of IANA's list, `Europe/Vienna`.",
  },
  PM5031: {
    title: "a step that reaches nobody",
    explanation:
      "A step of an escalation tells one person, by a channel under `notify` that does so: `webhook` or `email`. Without such a channel nobody would be told.",
  },
  PM5032: {
    title: "the channel needs what it has to tell of",
    explanation:
      "When the mail that premortem looks after is down, a channel that hands its mail in there, or whose mailboxes lie there, falls silent. It may stand beside another one, and is refused as the only one. `GET /v1/escalation-channels` says of each channel what is proved of its way.",
  },
  PM5033: {
    title: "no pause to think in",
    explanation:
      "Who approves alone first says what would be lost, waits, and looks again. `pause` under `solo` is how long: from a minute to a day.",
  },
  PM5040: {
    title: "unreadable interval of lessons",
    explanation:
      "How often a lesson is due is a number of days, weeks or years: `90d`, `26w`, `1y`; at least a day, at most five years.",
  },
  PM5041: {
    title: "a lesson that nobody can take",
    explanation:
      "A lesson is either a drill (`drill: origin`) or a paper kit that is talked through (`paper: …`). It is for teams and roles of the network file; a team that is called like a role could be either.",
  },
} as const;

export type NetworkCode = keyof typeof NETWORK_CODES;
