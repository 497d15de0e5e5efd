/*
 * The mail network of the origin, as data: who is in it, under which names and addresses, and how its
 * firewall is laid out. Everything else of the lab follows from a plan, so that a second one shows
 * whether something knows names that it should have read.
 */

/** What a host is for; each has a network namespace of its own. */
export type HostRole =
  | "firewall"
  | "balancer"
  | "mailOne"
  | "mailTwo"
  | "database"
  | "internet"
  | "resolver"
  | "remote"
  | "client"
  | "ops"
  | "tickets"
  | "management";

/** Hosts that are logged in to: those that premortem calls devices. Of users, one lends its own path. */
export const DEVICE_ROLES = [
  "firewall",
  "balancer",
  "mailOne",
  "mailTwo",
  "database",
  "client",
] as const;
export const MAIL_ROLES = ["mailOne", "mailTwo"] as const;
/** Hosts on the management link. */
export const MANAGED_ROLES = [...DEVICE_ROLES, "ops", "tickets"] as const;
/** Switches: they have no addresses. */
const SWITCH_ROLES = ["internet", "management"] as const;
export const ALL_ROLES = [...MANAGED_ROLES, "resolver", "remote", ...SWITCH_ROLES] as const;

export type DeviceRole = (typeof DEVICE_ROLES)[number];
export type MailRole = (typeof MAIL_ROLES)[number];

export type ZoneName = "users" | "dmz" | "data" | "internet";

/** One side of the firewall. Networks are /24; the firewall has the first address. */
export interface LabZone {
  /** As the network file calls it. */
  readonly name: string;
  /** Of the firewall. */
  readonly interface: string;
  /** The first three numbers: `10.10.2`. */
  readonly network: string;
}

/** Hosts that stand in no zone. */
type UnplacedRole = "ops" | "tickets" | (typeof SWITCH_ROLES)[number];

/** How the firewall's ruleset is laid out. */
export interface FirewallPlan {
  readonly filterTable: string;
  readonly natTable: string;
  readonly forwardChain: string;
  readonly mailSet: string;
  /** `flat`: all rules in one chain; `jumps`: one chain for each zone, behind a map of verdicts. */
  readonly layout: "flat" | "jumps";
  /** Comment of the rule that is put in by hand, and of the harmless one. */
  readonly handComment: string;
  readonly harmlessComment: string;
}

export type PlanName = "mail" | "renamed";

export interface LabPlan {
  readonly name: PlanName;
  /** Of all namespaces, and the name of the run folder. */
  readonly prefix: string;
  readonly hosts: Readonly<Record<HostRole, string>>;
  readonly zones: Readonly<Record<ZoneName, LabZone>>;
  /** Full addresses of hosts in their zones; the firewall's is its public one. */
  readonly addresses: Readonly<Record<Exclude<HostRole, UnplacedRole>, string>>;
  readonly management: { readonly interface: string; readonly network: string };
  readonly firewall: FirewallPlan;
  readonly domains: { readonly local: string; readonly remote: string };
  readonly accounts: {
    /** `user1` … of the local domain. */
    readonly users: number;
    readonly password: string;
    /** Whose login the probes use. */
    readonly probe: string;
    readonly probePassword: string;
    readonly database: string;
    readonly databaseUser: string;
    readonly databasePassword: string;
  };
}

/** Interface of every host but the firewall. */
export const HOST_INTERFACE = "eth0";
/** Logins of the devices: premortem itself, and the person who puts rules in by hand. */
export const LOGINS = ["premortem", "netops"] as const;

/*
 * The internet's addresses are global ones, since premortem's `internet` leaves out what is reserved for
 * documentation; 44.128.0.0/16 is kept for tests (ARDC), and nothing leaves the namespaces.
 */
const MAIL = {
  name: "mail",
  prefix: "pm-",
  hosts: {
    firewall: "fw",
    balancer: "lb",
    mailOne: "mail1",
    mailTwo: "mail2",
    database: "db",
    internet: "internet",
    resolver: "resolver",
    remote: "remote",
    client: "client",
    ops: "ops",
    tickets: "tickets",
    management: "mgmt",
  },
  zones: {
    users: { name: "users", interface: "lan", network: "10.10.1" },
    dmz: { name: "dmz", interface: "dmz", network: "10.10.2" },
    data: { name: "data", interface: "data", network: "10.10.4" },
    internet: { name: "internet", interface: "wan", network: "44.128.1" },
  },
  addresses: {
    firewall: "44.128.1.1",
    balancer: "10.10.2.5",
    mailOne: "10.10.2.11",
    mailTwo: "10.10.2.12",
    database: "10.10.4.10",
    resolver: "44.128.1.53",
    remote: "44.128.1.25",
    client: "10.10.1.10",
  },
  management: { interface: "mgmt", network: "172.30.9" },
  firewall: {
    filterTable: "edge",
    natTable: "nat",
    forwardChain: "forward",
    mailSet: "mail_servers",
    layout: "flat",
    handComment: "temp: printer noise",
    harmlessComment: "temp: old database port",
  },
  domains: { local: "local.example", remote: "remote.example" },
  accounts: {
    users: 200,
    password: "secret",
    probe: "probe",
    probePassword: "probe-secret",
    database: "mail",
    databaseUser: "mailro",
    databasePassword: "read-only",
  },
} as const satisfies LabPlan;

/** The same network, with no name, number or chain as before. */
const RENAMED = {
  name: "renamed",
  prefix: "qz-",
  hosts: {
    firewall: "gate",
    balancer: "front",
    mailOne: "post-a",
    mailTwo: "post-b",
    database: "books",
    internet: "outside",
    resolver: "directory",
    remote: "elsewhere",
    client: "desk",
    ops: "watch",
    tickets: "hotline",
    management: "oob",
  },
  zones: {
    users: { name: "offices", interface: "ens1", network: "192.168.40" },
    dmz: { name: "services", interface: "br-serv", network: "192.168.71" },
    data: { name: "vault", interface: "ens3", network: "192.168.99" },
    internet: { name: "outer", interface: "uplink0", network: "44.128.77" },
  },
  addresses: {
    firewall: "44.128.77.1",
    balancer: "192.168.71.200",
    mailOne: "192.168.71.34",
    mailTwo: "192.168.71.61",
    database: "192.168.99.7",
    resolver: "44.128.77.8",
    remote: "44.128.77.90",
    client: "192.168.40.77",
  },
  management: { interface: "oob", network: "172.29.201" },
  firewall: {
    filterTable: "perimeter",
    natTable: "translate",
    forwardChain: "transit",
    mailSet: "relays",
    layout: "jumps",
    handComment: "ticket 4711",
    harmlessComment: "ticket 4712",
  },
  domains: { local: "firm.example", remote: "elsewhere.example" },
  accounts: {
    users: 200,
    password: "geheim",
    probe: "canary",
    probePassword: "canary-geheim",
    database: "people",
    databaseUser: "lookup",
    databasePassword: "nachschlagen",
  },
} as const satisfies LabPlan;

const PLANS: Readonly<Record<PlanName, LabPlan>> = { mail: MAIL, renamed: RENAMED };

export function isPlanName(word: string): word is PlanName {
  return Object.hasOwn(PLANS, word);
}

/** A plan, under its own prefix or another one. */
export function planNamed(name: PlanName, prefix = PLANS[name].prefix): LabPlan {
  return { ...PLANS[name], prefix };
}

export function namespaceOf({ prefix, hosts }: LabPlan, role: HostRole): string {
  return `${prefix}${hosts[role]}`;
}

/** Address on the management link. */
export function managementAddress(
  { management }: LabPlan,
  role: (typeof MANAGED_ROLES)[number],
): string {
  return `${management.network}.${MANAGED_ROLES.indexOf(role) + 1}`;
}

/** The firewall's address in a zone. */
export function gatewayOf({ zones }: LabPlan, zone: ZoneName): string {
  return `${zones[zone].network}.1`;
}

/** Name that mail clients know: that of the certificate. */
export function mailName({ domains }: LabPlan): string {
  return `mail.${domains.local}`;
}
