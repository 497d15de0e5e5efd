import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  ALL_ROLES,
  type HostRole,
  isPlanName,
  type LabPlan,
  namespaceOf,
  planNamed,
} from "./plan.ts";

/** Of all labs. It is gone after a reboot, as namespaces are. */
const RUN = "/run/premortem-lab";
/** Where `ip netns exec` finds the files that a namespace has instead of the machine's own. */
export const NETNS_ETC = "/etc/netns";

/** Where iproute2 keeps namespaces by name. */
export const NAMESPACES = "/run/netns";

/** A lab, and where its files lie. */
export interface MailLab {
  readonly plan: LabPlan;
  readonly folder: string;
}

/** What `up` is going to make, written before it makes anything. */
const recordSchema = z.object({
  plan: z.string().refine(isPlanName),
  namespaces: z.array(z.string()),
  etc: z.array(z.string()),
});
export type LabRecord = z.infer<typeof recordSchema>;

/** It becomes the name of a folder, which is removed with all that is in it. */
const PREFIX = /^[a-z][a-z0-9-]{0,30}$/;

export function labOf(plan: LabPlan): MailLab {
  if (!PREFIX.test(plan.prefix))
    throw new Error(
      `\`${plan.prefix}\` is no prefix: begin with a letter, and take small letters, digits and hyphens`,
    );
  return { plan, folder: join(RUN, plan.prefix) };
}

/** A path below the folder of one host. */
export function hostPath({ plan, folder }: MailLab, role: HostRole, ...more: string[]): string {
  return join(folder, plan.hosts[role], ...more);
}

/** The folder whose entries lie over /etc in the host's namespace. */
export function etcPath(lab: MailLab, role: HostRole, ...more: string[]): string {
  return hostPath(lab, role, "etc", ...more);
}

export const filesOf = {
  /** The ruleset that the firewall boots with. */
  ruleset: (lab: MailLab) => hostPath(lab, "firewall", "boot", "nftables.conf"),
  networkFile: (lab: MailLab) => join(lab.folder, "premortem.yaml"),
  certificate: (lab: MailLab) => join(lab.folder, "tls", "certificate.pem"),
  certificateKey: (lab: MailLab) => join(lab.folder, "tls", "key.pem"),
  sshConfig: (lab: MailLab) => etcPath(lab, "ops", "ssh", "ssh_config"),
  /** Mail of all users, shared by both mail hosts as over NFS. */
  store: (lab: MailLab) => join(lab.folder, "store"),
  /** What the remote MX got, one JSON line a mail. */
  remoteMail: (lab: MailLab) => hostPath(lab, "remote", "log", "mail.jsonl"),
  /** What the load did, one JSON line an event. */
  load: (lab: MailLab, role: "client" | "remote") => hostPath(lab, role, "log", "load.jsonl"),
  /** Password of the probes' login, for programs that read it from a file. */
  probePassword: (lab: MailLab) => hostPath(lab, "ops", "probe-password"),
  /** What signs complaints. */
  complaintSecret: (lab: MailLab) => hostPath(lab, "ops", "complaint-secret"),
  databasePassword: (lab: MailLab) => hostPath(lab, "ops", "database-password"),
} as const;

const recordPath = ({ folder }: MailLab) => join(folder, "record.json");

export function recordOf({ plan }: MailLab): LabRecord {
  const namespaces = ALL_ROLES.map((role) => namespaceOf(plan, role));
  return { plan: plan.name, namespaces, etc: namespaces.map((name) => join(NETNS_ETC, name)) };
}

/** The file that says what belongs to this lab; it is written first, and removed last. */
export function writeRecord(lab: MailLab, record: LabRecord): void {
  mkdirSync(lab.folder, { recursive: true, mode: 0o755 });
  writeFileSync(recordPath(lab), JSON.stringify(record));
}

/** Null: there is no lab of this prefix. */
export function readRecord(lab: MailLab): LabRecord | null {
  let text: string;
  try {
    text = readFileSync(recordPath(lab), "utf8");
  } catch {
    return null;
  }
  const record = recordSchema.safeParse(JSON.parse(text));
  if (!record.success)
    throw new Error(`${recordPath(lab)} is no record of a lab: look at it, and remove it by hand`);
  return record.data;
}

/** The lab that is up under this prefix. */
export function openLab(prefix: string): MailLab {
  const record = readRecord(labOf(planNamed("mail", prefix)));
  if (record === null) throw new Error(`no lab \`${prefix}\` is up: \`npm run lab -- up\``);
  return labOf(planNamed(record.plan, prefix));
}
