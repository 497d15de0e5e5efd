/*
 * The mail network of the origin, as data: who is in it, where each stands, and what people call it. The laboratory
 * of real programs (lab/mail) has the same one.
 */

export type ZoneName = "users" | "dmz" | "data" | "internet";

/** One side of the firewall; the firewall has the first address of each network. */
export interface WorldZone {
  readonly name: ZoneName;
  /** Of the firewall. */
  readonly interface: string;
  /** The first three numbers of a /24: `10.10.2`. */
  readonly network: string;
}

export const ZONES: Readonly<Record<ZoneName, WorldZone>> = {
  users: { name: "users", interface: "lan", network: "10.10.1" },
  dmz: { name: "dmz", interface: "dmz", network: "10.10.2" },
  data: { name: "data", interface: "data", network: "10.10.4" },
  internet: { name: "internet", interface: "wan", network: "44.128.1" },
};

/** Hosts that are logged in to. */
export const DEVICES = ["fw1", "lb1", "mail1", "mail2", "db1", "desk1"] as const;
export type DeviceName = (typeof DEVICES)[number];
export const MAIL_HOSTS = ["mail1", "mail2"] as const;
export type MailHostName = (typeof MAIL_HOSTS)[number];
export const FIREWALL = "fw1";

/**
 * The internet's addresses are global ones, since premortem's `internet` leaves out what is reserved for
 * documentation; 44.128.0.0/16 is kept for tests (ARDC), and nothing leaves the process.
 */
export const ADDRESSES = {
  fw1: "44.128.1.1",
  lb1: "10.10.2.5",
  mail1: "10.10.2.11",
  mail2: "10.10.2.12",
  db1: "10.10.4.10",
  desk1: "10.10.1.10",
  resolver: "44.128.1.53",
  remote: "44.128.1.25",
} as const;

/** Users' machines have the addresses from here on, in the network of users. */
export const FIRST_USER_ADDRESS = 20;
/** Users' machines, and users. */
export const USERS = 200;

/** The link over which premortem comes: a switch of its own. */
export const MANAGEMENT = {
  interface: "mgmt",
  network: "172.30.9",
  client: "172.30.9.100",
  port: 22,
} as const;

export function managementAddress(device: DeviceName): string {
  return `${MANAGEMENT.network}.${DEVICES.indexOf(device) + 1}`;
}

export const LOCAL_DOMAIN = "local.example";

/** Other people's domains, each with a mail server of its own. */
export const REMOTE_DOMAINS: readonly RemoteDomain[] = [
  "remote.example",
  "printworks.example",
  "city-library.example",
  "harbour.example",
  "nordwind.example",
  "orchard.example",
  "opticians.example",
  "rivermill.example",
  "school-board.example",
  "tailors.example",
  "vetclinic.example",
  "weather.example",
].map((name, index) => ({
  name,
  exchanger: `mx.${name}`,
  address: index === 0 ? ADDRESSES.remote : `44.128.${index + 10}.25`,
}));

export interface RemoteDomain {
  readonly name: string;
  readonly exchanger: string;
  readonly address: string;
}

export const ACCOUNTS = {
  password: "secret",
  probe: "probe",
  probePassword: "probe-secret",
  database: "mail",
  databaseUser: "mailro",
  databasePassword: "read-only",
} as const;

/** What somebody writes to, and gets an answer from: it has passed everything that there is. */
export const ECHO = `echo@${REMOTE_DOMAINS[0]?.name ?? ""}`;

export const PORTS = {
  smtp: 25,
  submission: 587,
  imap: 143,
  postgresql: 5432,
  dns: 53,
} as const;

/** The monitor that takes complaints. */
export const HELP_DESK = "help-desk";
/** Persons of the network file: who visits may be any of them. */
export const DEMO_PEOPLE = ["ana", "bob", "eva"] as const;
/** The set of both mail servers, and the chain and table of the firewall that decide. */
export const FIREWALL_NAMES = { table: "edge", nat: "nat", chain: "forward", set: "mail" } as const;
