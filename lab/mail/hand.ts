import type { MailLab } from "./folder.ts";
import { MAIL_ROLES } from "./plan.ts";
import { flushQueue } from "./postfix.ts";
import { fatalRule, RULE_POSITIONS, type RulePosition } from "./ruleset.ts";
import { byHand } from "./ssh.ts";

/*
 * The rule of the outage, put in by hand: through sshd, under the login of the network's operator, as in
 * the origin; nothing of premortem takes part.
 */

/** `first`, `late` or `wan`: see `fatalRuleset`. */
export function isRulePosition(word: string): word is RulePosition {
  return RULE_POSITIONS.some((position) => position === word);
}

const chainOf = ({ plan }: MailLab) =>
  `inet ${plan.firewall.filterTable} ${plan.firewall.forwardChain}`;
const commented = (text: string) => `comment '"${text}"'`;

/** Puts the fatal rule in; the moment before, by the device's clock, in milliseconds since 1970. */
export async function putRule(lab: MailLab, position: RulePosition): Promise<number> {
  const rule = `${fatalRule(lab.plan, position)} ${commented(lab.plan.firewall.handComment)}`;
  const command =
    position === "late"
      ? `nft add rule ${chainOf(lab)} position ${await lastStateRule(lab)} ${rule}`
      : `nft insert rule ${chainOf(lab)} ${rule}`;
  return typeIn(lab, command);
}

/**
 * Puts a rule in that changes nothing: what it drops is let through nowhere else. It comes last, since in
 * front of what lets established connections through it would cut open ones. The moment before.
 */
export async function putHarmlessRule(lab: MailLab): Promise<number> {
  const { firewall, addresses, zones } = lab.plan;
  const rule = `ip saddr ${zones.users.network}.0/24 ip daddr ${addresses.database} tcp dport 3306 counter drop`;
  return typeIn(lab, `nft add rule ${chainOf(lab)} ${rule} ${commented(firewall.harmlessComment)}`);
}

async function typeIn(lab: MailLab, command: string): Promise<number> {
  return Number(await byHand(lab, "firewall", `date +%s%3N && ${command}`));
}

/** The rules that were put in by hand, and are there still. */
export async function rulesByHand(lab: MailLab): Promise<readonly ListedRule[]> {
  const { handComment, harmlessComment } = lab.plan.firewall;
  return (await listForwardChain(lab)).filter(({ text }) =>
    [handComment, harmlessComment].some((comment) => text.includes(`comment "${comment}"`)),
  );
}

/** Takes all rules out that were put in by hand, and has deferred mail tried again. How many there were. */
export async function fix(lab: MailLab): Promise<number> {
  const rules = await rulesByHand(lab);
  for (const { handle } of rules)
    await byHand(lab, "firewall", `nft delete rule ${chainOf(lab)} handle ${handle}`);
  await Promise.all(MAIL_ROLES.map((role) => flushQueue(lab, role)));
  return rules.length;
}

export interface ListedRule {
  readonly text: string;
  readonly handle: number;
}

async function listForwardChain(lab: MailLab): Promise<readonly ListedRule[]> {
  const listing = await byHand(lab, "firewall", `nft -a list chain ${chainOf(lab)}`);
  return [...listing.matchAll(/^\t\t(.*) # handle (\d+)$/gm)].map(([, text = "", handle = ""]) => ({
    text,
    handle: Number(handle),
  }));
}

async function lastStateRule(lab: MailLab): Promise<number> {
  const found = (await listForwardChain(lab)).findLast(({ text }) => text.startsWith("ct state "));
  if (found === undefined) throw new Error("the forward chain has no rule on states any more");
  return found.handle;
}
