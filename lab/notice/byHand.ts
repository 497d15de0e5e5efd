import type { MailLab } from "../mail/folder.ts";
import { byHand } from "../mail/ssh.ts";

/**
 * Puts the fatal rule in front of all others, through sshd, as a person does. Milliseconds since 1970 just
 * before nft is started there: all clocks are those of one machine.
 */
export async function breakByHand(lab: MailLab): Promise<number> {
  const { filterTable, forwardChain, mailSet, handComment } = lab.plan.firewall;
  const rule = `ip saddr @${mailSet} counter drop comment '"${handComment}"'`;
  const said = await byHand(
    lab,
    "firewall",
    `date +%s%3N && nft insert rule inet ${filterTable} ${forwardChain} ${rule}`,
  );
  return Number(said.trim());
}
