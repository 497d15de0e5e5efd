import type { MailLab } from "./folder.ts";
import { portOf } from "./links.ts";
import { inside } from "./processes.ts";

/*
 * Outages that no rule of the firewall has caused: what is said of them must not blame one. A stopped
 * database is in `database.ts`.
 */

const PROVIDER_TABLE = "inet provider";

/** The provider's filter begins to drop mail that leaves: its SYN is seen going out, and nothing returns. */
export async function dropMailOutside(lab: MailLab): Promise<void> {
  const ruleset = `table ${PROVIDER_TABLE} {
  chain input {
    type filter hook input priority filter
    tcp dport 25 counter drop
  }
}
`;
  await inside(lab, "internet", ["nft", "-f", "-"], ruleset);
}

export async function passMailOutside(lab: MailLab): Promise<void> {
  await inside(lab, "internet", ["nft", "delete", "table", ...PROVIDER_TABLE.split(" ")]);
}

/** Takes the first mail host's cable out of its port, which is one of the firewall's. */
export async function unplugMail(lab: MailLab): Promise<void> {
  await inside(lab, "firewall", ["ip", "link", "set", portOf(lab.plan, "mailOne"), "down"]);
}

export async function plugMail(lab: MailLab): Promise<void> {
  await inside(lab, "firewall", ["ip", "link", "set", portOf(lab.plan, "mailOne"), "up"]);
}
