import type { MailLab } from "./folder.ts";
import { type ListedRule, rulesByHand } from "./hand.ts";
import type { LoadCount, MailCount } from "./mailCount.ts";
import { MAIL_ROLES } from "./plan.ts";
import { queueLength } from "./postfix.ts";
import { type Tried, tryAll } from "./tries.ts";

/** Milliseconds that each answer is awaited. */
const PATIENT_MS = 3_000;

export interface LabStatus {
  readonly tried: readonly Tried[];
  readonly queues: readonly { readonly host: string; readonly mails: number }[];
  readonly rules: readonly ListedRule[];
}

/** Tries once what users do, and looks at queues and rules. */
export async function statusOf(lab: MailLab): Promise<LabStatus> {
  const [tried, queues, rules] = await Promise.all([
    tryAll(lab, PATIENT_MS),
    Promise.all(
      MAIL_ROLES.map(async (role) => ({
        host: lab.plan.hosts[role],
        mails: await queueLength(lab, role),
      })),
    ),
    rulesByHand(lab),
  ]);
  return { tried, queues, rules };
}

export function statusText({ tried, queues, rules }: LabStatus): string {
  return [
    ...tried.map(({ name, ms, error }) => `${name.padEnd(12)}${error ?? "works"}  (${ms} ms)`),
    ...queues.map(({ host, mails }) => `${host.padEnd(12)}${mails} mails wait`),
    ...rules.map(({ text, handle }) => `by hand     ${text}  (handle ${handle})`),
  ].join("\n");
}

export function loadText({ out, in: into, logins }: LoadCount): string {
  return [
    directionText("out", out),
    directionText("in", into),
    `logins  ${logins.tried} tried, ${logins.failed} failed`,
  ].join("\n");
}

function directionText(name: string, count: MailCount): string {
  const { sent, refused, retried, arrived, late, latestMs, twice, bounced, missing } = count;
  const latest = latestMs === null ? "" : `, the latest after ${(latestMs / 1000).toFixed(1)} s`;
  return [
    `${name.padEnd(8)}${sent} sent: ${arrived} arrived (${late} late${latest}; ${twice} twice), ${retried} tried again, ${refused} refused, ${bounced.length} bounced, ${missing.length} missing`,
    ...bounced.map(({ id, cause }) => `        bounced ${id}: ${cause}`),
  ].join("\n");
}
