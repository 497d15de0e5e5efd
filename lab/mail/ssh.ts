import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { etcPath, filesOf, hostPath, type MailLab } from "./folder.ts";
import { DEVICE_ROLES, type DeviceRole, LOGINS, managementAddress } from "./plan.ts";
import { inside, run, startDetached } from "./processes.ts";

/** The folder that sshd drops its privileges in; the package's service makes it. */
const PRIVILEGE_FOLDER = "/run/sshd";

const clientFolder = (lab: MailLab) => hostPath(lab, "ops", "ssh");
const deviceFolder = (lab: MailLab, role: DeviceRole) => hostPath(lab, role, "ssh");

/** Makes keys of all hosts and logins, and what `ssh` in the namespace of premortem has to know. */
export async function makeSshKeys(lab: MailLab): Promise<void> {
  mkdirSync(clientFolder(lab), { recursive: true, mode: 0o700 });
  for (const role of DEVICE_ROLES) mkdirSync(deviceFolder(lab, role), { recursive: true });
  await Promise.all([
    ...LOGINS.map((login) => makeKey(join(clientFolder(lab), login), login)),
    ...DEVICE_ROLES.map((role) => makeKey(join(deviceFolder(lab, role), "host"), role)),
  ]);
  for (const role of DEVICE_ROLES) {
    for (const login of LOGINS)
      copyFileSync(
        join(clientFolder(lab), `${login}.pub`),
        join(deviceFolder(lab, role), `${login}.keys`),
      );
    writeFileSync(join(deviceFolder(lab, role), "sshd_config"), daemonSettings(lab, role));
  }
  writeFileSync(
    join(clientFolder(lab), "known_hosts"),
    DEVICE_ROLES.map((role) => known(lab, role)).join(""),
  );
  mkdirSync(etcPath(lab, "ops", "ssh"), { recursive: true });
  writeFileSync(filesOf.sshConfig(lab), clientSettings(lab), { mode: 0o600 });
}

async function makeKey(file: string, comment: string): Promise<void> {
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}

function daemonSettings(lab: MailLab, role: DeviceRole): string {
  const folder = deviceFolder(lab, role);
  return `ListenAddress ${managementAddress(lab.plan, role)}:22
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/%u.keys
AllowUsers ${LOGINS.join(" ")}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
LogLevel VERBOSE
PidFile none
`;
}

function known({ plan, folder }: MailLab, role: DeviceRole): string {
  const key = readFileSync(join(folder, plan.hosts[role], "ssh", "host.pub"), "utf8");
  return `${plan.hosts[role]} ${key}`;
}

/** Lies over /etc/ssh in the namespace of premortem: there `ssh fw` is all that it takes. */
function clientSettings(lab: MailLab): string {
  const hosts = DEVICE_ROLES.map(
    (role) => `Host ${lab.plan.hosts[role]}
  HostName ${managementAddress(lab.plan, role)}
  HostKeyAlias ${lab.plan.hosts[role]}
`,
  );
  const logins = LOGINS.map(
    (login) => `Match user ${login}
  IdentityFile ${join(clientFolder(lab), login)}
`,
  );
  return `${hosts.join("")}Host *
  User ${LOGINS[0]}
  IdentitiesOnly yes
  UserKnownHostsFile ${join(clientFolder(lab), "known_hosts")}
  GlobalKnownHostsFile /dev/null
${logins.join("")}`;
}

/** Writes what sshd says as a syslog daemon would (RFC 5424's stamps): there is none in a namespace. */
const WITH_STAMPS = `/usr/sbin/sshd -D -e -f "$1" 2>&1 | mawk -W interactive -v host="$2" '
  { print strftime("%Y-%m-%dT%H:%M:%S%z"), host, "sshd[1]:", $0; fflush() }' >"$3"`;

export function startSshd(lab: MailLab, role: DeviceRole): void {
  mkdirSync(PRIVILEGE_FOLDER, { recursive: true, mode: 0o755 });
  const settings = join(deviceFolder(lab, role), "sshd_config");
  const words = ["sh", "-c", WITH_STAMPS, "sh", settings, lab.plan.hosts[role]];
  startDetached(lab, role, [...words, loginLog(lab, role)], "sshd.out");
}

/** Where who logged in is written down. */
export function loginLog(lab: MailLab, role: DeviceRole): string {
  return hostPath(lab, role, "log", "auth.log");
}

/** What a person does by hand on a device: logs in as the network's operator, and types it. */
export function byHand(lab: MailLab, role: DeviceRole, command: string): Promise<string> {
  const words = ["ssh", "-o", "BatchMode=yes", `netops@${lab.plan.hosts[role]}`, command];
  return inside(lab, "ops", words);
}
