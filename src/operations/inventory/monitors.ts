import type { Span } from "../../engine/base/span.ts";

/** Something that premortem looks at all day: a probe, a log, counters, complaints. */
export type Monitor = ProbeMonitor | PostfixMonitor | CountersMonitor | ComplaintsMonitor;

/** Monitors that connect from a device, as what runs there would. */
export type ProbeMonitor =
  | SmtpMonitor
  | SubmissionMonitor
  | ImapMonitor
  | RoundTripMonitor
  | DnsMonitor
  | DatabaseMonitor;

/** Whether it asks, rather than reads or counts. */
export function isProbe(monitor: Monitor): monitor is ProbeMonitor {
  switch (monitor.kind) {
    case "postfix":
    case "counters":
    case "complaints":
      return false;
    default:
      return true;
  }
}

interface MonitorBase {
  readonly id: string;
  /** Connections that it speaks of; empty: nobody has said, and it does not follow from the rest. */
  readonly flows: readonly MonitorFlow[];
  readonly span: Span;
}

/** Ends are names of roles, zones or devices, or addresses; services as the network file writes them. */
export interface MonitorFlow {
  readonly from: string;
  readonly to: string;
  readonly service: string;
}

interface ProbeBase extends MonitorBase {
  /** Name of the device whose own path is used. */
  readonly from: string;
  /** Milliseconds from one probe to the next. */
  readonly everyMs: number;
  /** Milliseconds until it has failed. */
  readonly timeoutMs: number;
  /** Milliseconds from which on it is degraded, though it works. */
  readonly slowMs: number;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** `starttls`: asked for in the protocol, and required; `tls`: from the first byte. */
export type Encryption = "starttls" | "tls" | "none";

/** A server that people log in to. */
export interface Service {
  readonly target: Target;
  readonly encryption: Encryption;
  /** The name that its certificate must bear; null: the host of the target. */
  readonly serverName: string | null;
  /** A file with what vouches for the certificate; null: what vouches for those of the internet. */
  readonly trustFile: string | null;
}

export interface Login {
  readonly user: string;
  /** Where the password is; it is read for each probe, and never kept. */
  readonly passwordFile: string;
}

/** A mail is offered, and taken back before its text: sender and recipient are what is asked about. */
export interface SmtpMonitor extends ProbeBase {
  readonly kind: "smtp";
  readonly to: Target;
  /** Empty: the sender of bounces. */
  readonly sender: string;
  readonly recipient: string;
}

export interface SubmissionMonitor extends ProbeBase {
  readonly kind: "submission";
  readonly server: Service;
  readonly login: Login;
}

export interface ImapMonitor extends ProbeBase {
  readonly kind: "imap";
  readonly server: Service;
  readonly login: Login;
}

/** A mail is sent, and has to be found in a mailbox. */
export interface RoundTripMonitor extends ProbeBase {
  readonly kind: "round-trip";
  readonly submit: Service;
  /** Null: the server takes the mail without (a mail from outside to its MX). */
  readonly submitLogin: Login | null;
  readonly sender: string;
  /** The mailbox itself, or an address that answers each mail. */
  readonly recipient: string;
  readonly imap: Service;
  /** The device from which the mailbox is read. */
  readonly readFrom: string;
  readonly login: Login;
}

export interface DnsMonitor extends ProbeBase {
  readonly kind: "dns";
  readonly to: Target;
  readonly name: string;
  readonly type: DnsType;
  /** `udp`: over tcp where the device cannot send it. */
  readonly transport: "udp" | "tcp";
}

export const DNS_TYPES = ["A", "AAAA", "MX", "TXT", "NS", "SOA", "PTR"] as const;
export type DnsType = (typeof DNS_TYPES)[number];

/** PostgreSQL. */
export interface DatabaseMonitor extends ProbeBase {
  readonly kind: "database";
  readonly to: Target;
  readonly database: string;
  readonly user: string;
  /** Null: until the server asks for a password, or lets in without. */
  readonly login: Login | null;
}

/** Log and queue of Postfix, and the log of the Dovecot beside it. */
export interface PostfixMonitor extends MonitorBase {
  readonly kind: "postfix";
  /** The device that it runs on. */
  readonly on: string;
  /** Log files to follow: Postfix's, and Dovecot's where it has its own. */
  readonly logs: readonly string[];
  /** Configuration folders; from them follows which connections the log speaks of. */
  readonly configuration: string;
  readonly dovecotConfiguration: string | null;
  /** Milliseconds from one look at the queue to the next. */
  readonly everyMs: number;
}

/** Counters of rules that drop, reject or hit invalid packets. */
export interface CountersMonitor extends MonitorBase {
  readonly kind: "counters";
  readonly on: string;
  readonly everyMs: number;
}

/** What people say: a help desk sends it. */
export interface ComplaintsMonitor extends MonitorBase {
  readonly kind: "complaints";
  /** Where the secret is that signs each message. */
  readonly secretFile: string;
  /** Complaints an hour in peace. */
  readonly expectedPerHour: number;
}

/** Where alerts go. */
export interface Notify {
  /** Base address of an Alertmanager (API v2); null: none. */
  readonly alertmanager: string | null;
  readonly webhook: { readonly url: string; readonly secretFile: string } | null;
  /** Null: nobody is told by mail. */
  readonly email: EmailNotify | null;
}

/** Where mail to people is handed in. */
export interface EmailNotify {
  readonly target: Target;
  readonly encryption: Encryption;
  /** Null: the server takes mail without. */
  readonly login: Login | null;
  readonly trustFile: string | null;
  readonly sender: string;
}
