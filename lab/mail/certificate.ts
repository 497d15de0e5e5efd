import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { filesOf, type MailLab } from "./folder.ts";
import { MAIL_ROLES, mailName } from "./plan.ts";
import { run } from "./processes.ts";

/** Days that the certificate is valid: longer than any lab is up. */
const VALID_DAYS = 30;

/** One certificate for the balancer and both mail hosts; it signs itself, and clients are given it. */
export async function makeCertificate(lab: MailLab): Promise<void> {
  const { plan } = lab;
  mkdirSync(dirname(filesOf.certificate(lab)), { recursive: true });
  const hosts = MAIL_ROLES.map((role) => `${plan.hosts[role]}.${plan.domains.local}`);
  const addresses = [plan.addresses.balancer, ...MAIL_ROLES.map((role) => plan.addresses[role])];
  const names = [
    ...[mailName(plan), ...hosts].map((name) => `DNS:${name}`),
    ...addresses.map((address) => `IP:${address}`),
  ].join(",");
  await run([
    ...[
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
    ],
    ...["-days", String(VALID_DAYS), "-subj", `/CN=${mailName(plan)}`],
    ...["-addext", `subjectAltName=${names}`],
    ...["-keyout", filesOf.certificateKey(lab), "-out", filesOf.certificate(lab)],
  ]);
}
