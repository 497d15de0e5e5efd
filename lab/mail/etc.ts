import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { etcPath, hostPath, type MailLab, NETNS_ETC, recordOf } from "./folder.ts";
import {
  ALL_ROLES,
  DEVICE_ROLES,
  type HostRole,
  LOGINS,
  MANAGED_ROLES,
  mailName,
  managementAddress,
} from "./plan.ts";

/** Who owns delivered mail: an id of the lab's own, known in the mail hosts' /etc/passwd only. */
export const MAIL_OWNER = { name: "vmail", id: 61_025 } as const;

/**
 * Gives each namespace files of its own over /etc: names, logins, resolver. `ip netns exec` lays them
 * over the machine's, which stay as they are.
 */
export function makeEtc(lab: MailLab): void {
  mkdirSync(NETNS_ETC, { recursive: true });
  for (const role of ALL_ROLES) {
    mkdirSync(etcPath(lab, role), { recursive: true });
    mkdirSync(hostPath(lab, role, "log"), { recursive: true });
    writeFileSync(etcPath(lab, role, "hosts"), hostsFile(lab));
    writeFileSync(etcPath(lab, role, "resolv.conf"), resolverFile(lab));
    writeFileSync(etcPath(lab, role, "passwd"), passwordFile(lab, role));
  }
  for (const [index, path] of recordOf(lab).etc.entries()) {
    const role = ALL_ROLES[index];
    if (role !== undefined) symlinkSync(etcPath(lab, role), path);
  }
}

/** Devices by their names mean their management addresses. */
function hostsFile({ plan }: MailLab): string {
  const managed = MANAGED_ROLES.map(
    (role) => `${managementAddress(plan, role)} ${plan.hosts[role]}`,
  );
  return [
    "127.0.0.1 localhost",
    `${plan.addresses.balancer} ${mailName(plan)}`,
    ...managed,
    "",
  ].join("\n");
}

/** A name that is not answered must not hold up a mail for long. */
function resolverFile({ plan }: MailLab): string {
  return `nameserver ${plan.addresses.resolver}\noptions timeout:2 attempts:2\n`;
}

/**
 * The machine's logins and the lab's. The logins of devices are equivalent to root, under names of their
 * own, so that sshd's log and its process titles say who it was.
 */
function passwordFile(lab: MailLab, role: HostRole): string {
  const machine = readFileSync("/etc/passwd", "utf8");
  const added = DEVICE_ROLES.some((one) => one === role)
    ? LOGINS.map((login) => {
        const home = hostPath(lab, role, "home", login);
        mkdirSync(home, { recursive: true, mode: 0o700 });
        return `${login}:x:0:0:${login}:${home}:/bin/sh\n`;
      })
    : [];
  const owner = `${MAIL_OWNER.name}:x:${MAIL_OWNER.id}:${MAIL_OWNER.id}::/nonexistent:/usr/sbin/nologin\n`;
  return `${machine.trimEnd()}\n${added.join("")}${owner}`;
}
