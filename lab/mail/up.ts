import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configureBalancer, startBalancer } from "./balancer.ts";
import { makeCertificate } from "./certificate.ts";
import { fillDatabase, makeDatabase, startDatabase } from "./database.ts";
import { configureDovecot, startDovecot } from "./dovecot.ts";
import { down } from "./down.ts";
import { MAIL_OWNER, makeEtc } from "./etc.ts";
import {
  filesOf,
  labOf,
  type MailLab,
  NAMESPACES,
  readRecord,
  recordOf,
  writeRecord,
} from "./folder.ts";
import { startInternet } from "./internet.ts";
import { makeLinks, makeNamespaces } from "./links.ts";
import { networkFile } from "./networkFile.ts";
import { requirePackages } from "./packages.ts";
import { DEVICE_ROLES, type LabPlan, MAIL_ROLES } from "./plan.ts";
import { configurePostfix, startPostfix } from "./postfix.ts";
import { inside } from "./processes.ts";
import { awaitPorts } from "./ready.ts";
import { bootRuleset } from "./ruleset.ts";
import { makeSshKeys, startSshd } from "./ssh.ts";

const SECRET_BYTES = 32;

/** Brings the network up; when it fails, nothing of it stays. */
export async function up(plan: LabPlan): Promise<MailLab> {
  requirePackages();
  const lab = labOf(plan);
  if (readRecord(lab) !== null)
    throw new Error(`a lab \`${plan.prefix}\` is there already: \`npm run lab -- down\``);
  const record = recordOf(lab);
  for (const name of record.namespaces)
    if (existsSync(join(NAMESPACES, name)))
      throw new Error(`a namespace \`${name}\` is there already, of no lab: take another prefix`);
  writeRecord(lab, record);
  try {
    await make(lab);
  } catch (error) {
    await down(lab);
    throw error;
  }
  return lab;
}

/*
 * All files come before the first daemon: what lies over /etc is fixed when a program is started. Nothing
 * that lasts is started outside of the namespaces, where `down` would not find it.
 */
async function make(lab: MailLab): Promise<void> {
  makeEtc(lab);
  await makeNamespaces(lab);
  await Promise.all([configure(lab), makeLinks(lab), makeDatabase(lab)]);
  await loadRuleset(lab);
  await Promise.all([
    startDatabase(lab).then(() => fillDatabase(lab)),
    startInternet(lab),
    startMail(lab),
    ...DEVICE_ROLES.map((role) => startSshd(lab, role)),
  ]);
  await awaitPorts(lab);
}

async function configure(lab: MailLab): Promise<void> {
  mkdirSync(filesOf.store(lab));
  chownSync(filesOf.store(lab), MAIL_OWNER.id, MAIL_OWNER.id);
  mkdirSync(dirname(filesOf.ruleset(lab)));
  writeFileSync(filesOf.ruleset(lab), bootRuleset(lab.plan));
  writeFileSync(filesOf.networkFile(lab), networkFile(lab));
  writeSecrets(lab);
  configureBalancer(lab);
  for (const role of MAIL_ROLES) configureDovecot(lab, role);
  await Promise.all([
    makeSshKeys(lab),
    makeCertificate(lab),
    ...MAIL_ROLES.map((role) => configurePostfix(lab, role)),
  ]);
}

/** What premortem reads from files. */
function writeSecrets(lab: MailLab): void {
  const { accounts } = lab.plan;
  const secrets = [
    [filesOf.probePassword(lab), accounts.probePassword],
    [filesOf.databasePassword(lab), accounts.databasePassword],
    [filesOf.complaintSecret(lab), randomBytes(SECRET_BYTES).toString("hex")],
  ] as const;
  for (const [file, secret] of secrets) writeFileSync(file, `${secret}\n`, { mode: 0o600 });
}

async function loadRuleset(lab: MailLab): Promise<void> {
  await inside(lab, "firewall", ["nft", "-f", filesOf.ruleset(lab)]);
}

/* The balancer comes last: a server that does not listen yet is out for seconds. */
async function startMail(lab: MailLab): Promise<void> {
  await Promise.all(
    MAIL_ROLES.map(async (role) => {
      await startPostfix(lab, role);
      await startDovecot(lab, role);
    }),
  );
  await startBalancer(lab);
}
