import { filesOf, type MailLab } from "./folder.ts";
import {
  DEVICE_ROLES,
  type DeviceRole,
  gatewayOf,
  type LabPlan,
  MAIL_ROLES,
  managementAddress,
  type ZoneName,
} from "./plan.ts";
import { loginLog } from "./ssh.ts";

const ZONES = ["users", "dmz", "data", "internet"] as const satisfies readonly ZoneName[];

/** `premortem.yaml` of the lab: what there is, what must work, and who answers for it. */
export function networkFile(lab: MailLab): string {
  const { plan } = lab;
  return `# The mail network of the lab: written by \`npm run lab -- up\`.
devices:
${DEVICE_ROLES.map((role) => device(lab, role)).join("")}
zones:
${ZONES.map((zone) => zoneLine(plan, zone)).join("")}
roles:
  mail-servers: [${MAIL_ROLES.map((role) => plan.addresses[role]).join(", ")}]
  balancer: ${plan.addresses.balancer}
  database: ${plan.addresses.database}

${intents(plan)}
people:
  ana: { name: Ana, roles: [operator] }
  bob: { name: Bob, roles: [operator, approver] }
  eva: { name: Eva, roles: [viewer] }
`;
}

function device(lab: MailLab, role: DeviceRole): string {
  const { plan } = lab;
  const name = plan.hosts[role];
  const reach = `    reach: ssh://premortem@${name}\n`;
  const logins = `    login-log: ${loginLog(lab, role)}\n`;
  if (role !== "firewall")
    return `  ${name}:\n${reach}${logins}    addresses: [${managementAddress(plan, role)}]\n`;
  const own = ZONES.map((zone) => gatewayOf(plan, zone));
  const { filterTable, natTable } = plan.firewall;
  return `  ${name}:
${reach}${logins}    sources: ${filesOf.ruleset(lab)}
    managed-by: { inet ${filterTable}: premortem, ip ${natTable}: premortem }
    addresses: [${[...own, managementAddress(plan, role)].join(", ")}]
`;
}

function zoneLine({ hosts, zones }: LabPlan, zone: ZoneName): string {
  const { name, interface: port, network } = zones[zone];
  const addresses = zone === "internet" ? "internet" : `${network}.0/24`;
  return `  ${name}: { device: ${hosts.firewall}, interfaces: ${port}, addresses: ${addresses} }\n`;
}

function intents({ zones }: LabPlan): string {
  const { internet, users } = zones;
  return `intents:
  mail-out:
    from: mail-servers
    to: ${internet.name}
    service: smtp
    reason: customers' mail leaves by itself, without a smarthost
    owner: mail team
    critical: true
  names:
    from: mail-servers
    to: ${internet.name}
    service: dns
    reason: no mail leaves without a name, and many names need TCP
    owner: mail team
    critical: true
  users-database:
    from: mail-servers
    to: database
    service: postgresql
    reason: Postfix and Dovecot look up each user there
    owner: database team
    critical: true
  mail-in:
    from: ${internet.name}
    to: balancer
    service: smtp
    reason: the world's mail comes in, turned to the balancer by NAT
    owner: mail team
    critical: true
  clients:
    from: ${users.name}
    to: balancer
    service: [smtp, submission, imap2]
    owner: mail team
    critical: true
  database-closed:
    from: ${internet.name}
    to: database
    service: tcp/0-65535
    expect: blocked
    owner: database team
`;
}
