import type { Span } from "../../engine/base/span.ts";
import type { Addresses, IntentKind, Service } from "../../engine/intents/model.ts";
import type { Monitor, Notify } from "./monitors.ts";
import type { EscalationPolicy, OnCallCalendar } from "./onCall.ts";
import type { TrainingLesson } from "./training.ts";

/** How a device is reached. */
export type Reach =
  /** The machine that premortem runs on. */
  | { readonly kind: "local" }
  /** What `ssh` takes: `user@host`, a name of its configuration, with a port where it is not 22. */
  | { readonly kind: "ssh"; readonly target: string; readonly port: number | null }
  /** A network namespace of this machine (the lab). */
  | { readonly kind: "namespace"; readonly name: string }
  /** A host of a simulation that runs in the server itself. */
  | { readonly kind: "simulated"; readonly name: string };

/** Who writes a table; `premortem` may change its own only. */
export type Owner =
  | "premortem"
  | "ansible"
  | "docker"
  | "ufw"
  | "firewalld"
  | "fail2ban"
  | "libvirt"
  | "other";

export interface NetworkDevice {
  readonly name: string;
  readonly reach: Reach;
  /** Files that make up its ruleset at boot, in the order loaded. */
  readonly sources: readonly string[];
  /** By `family name` as nft prints it; tables that are not named belong to nobody known. */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Addresses of the device itself. */
  readonly addresses: Addresses;
  /** The file that sshd's words go to; `journal`: systemd's. */
  readonly loginLog: string;
  /** A folder on the device for what an apply has to remember. */
  readonly records: string;
  readonly span: Span;
}

/** Hosts behind one or more interfaces of a device. */
export interface Zone {
  readonly name: string;
  readonly device: string;
  /** A trailing `*` stands for any ending. */
  readonly interfaces: readonly string[];
  readonly addresses: Addresses;
  readonly span: Span;
}

/** Hosts that do the same; intents are written for them. */
export interface Role {
  readonly name: string;
  readonly addresses: Addresses;
  readonly span: Span;
}

export interface NamedService {
  readonly name: string;
  readonly parts: readonly Service[];
}

/** A promise about flows: from each host of one end to each host of the other. */
export interface NetworkIntent {
  readonly id: string;
  readonly kind: IntentKind;
  /** Names of roles, zones or devices. */
  readonly from: string;
  readonly to: string;
  readonly services: readonly NamedService[];
  readonly reason: string | null;
  readonly owner: string | null;
  readonly isCritical: boolean;
  readonly span: Span;
}

export type PersonRole = "viewer" | "helpdesk" | "operator" | "approver";

export interface Person {
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  /** Fingerprints of ssh keys, as `ssh-keygen -l` prints them. */
  readonly keys: readonly string[];
  readonly roles: readonly PersonRole[];
}

/** People who are called, trained and told together. */
export interface Team {
  readonly id: string;
  readonly name: string;
  /** Logins of people. */
  readonly members: readonly string[];
}

/** What holds where one person is alone: it is no four eyes, and said to be none. */
export interface Solo {
  /** Milliseconds between saying what would be lost and approving. */
  readonly pauseMs: number;
}

/** What `premortem.yaml` says. */
export interface Network {
  readonly devices: ReadonlyMap<string, NetworkDevice>;
  readonly zones: ReadonlyMap<string, Zone>;
  readonly roles: ReadonlyMap<string, Role>;
  /** Lists of services by their name. */
  readonly services: ReadonlyMap<string, readonly Service[]>;
  readonly intents: readonly NetworkIntent[];
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
  /** Null: nobody approves alone. */
  readonly solo: Solo | null;
  readonly monitors: readonly Monitor[];
  readonly notify: Notify;
  /** Files and folders of playbooks, beside the network file; null: it does not say. */
  readonly playbooks: readonly string[] | null;
  /** Null: there is none. */
  readonly statusPage: StatusPage | null;
  /** By name. */
  readonly onCall: ReadonlyMap<string, OnCallCalendar>;
  /** The first that fits is used. */
  readonly escalation: readonly EscalationPolicy[];
  /** What people practise. */
  readonly training: readonly TrainingLesson[];
}

/** What the public is told. */
export interface StatusPage {
  readonly title: string;
  /** Whether the server shows it to whoever comes. */
  readonly isServed: boolean;
  readonly components: readonly StatusComponent[];
}

export interface StatusComponent {
  /** As people know it. */
  readonly name: string;
  /** May be empty. */
  readonly about: string;
  /** Ids of intents and probes without which it does not work. */
  readonly intents: readonly string[];
  readonly probes: readonly string[];
}
