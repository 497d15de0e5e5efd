import type { DrillActionBody, DrillRunBody } from "./model.ts";

/** Something that can be chosen by its number, with the minutes of the drill that it takes. */
export interface Choice {
  readonly text: string;
  readonly does:
    | { readonly kind: "action"; readonly action: DrillActionBody }
    | { readonly kind: "group"; readonly choices: readonly Choice[] }
    /** The next line is what is typed behind `nft`. */
    | { readonly kind: "type" }
    /** The run stays open. */
    | { readonly kind: "leave" };
}

const WAITS: readonly number[] = [1, 5, 15, 60];

/** All that can be done in a run now. */
export function menuOf(run: DrillRunBody): readonly Choice[] {
  const { minutes, probes, suspects, differences } = run;
  const one = (text: string, action: DrillActionBody, key: string = action.kind): Choice => {
    const takes = minutes[key] ?? 0;
    const cost = takes === 0 ? "" : ` (${takes} min)`;
    return { text: `${text}${cost}`, does: { kind: "action", action } };
  };
  const group = (text: string, choices: readonly Choice[]): readonly Choice[] =>
    choices.length === 0 ? [] : [{ text, does: { kind: "group", choices } }];
  return [
    ...group(
      "look at …",
      LOOKS.flatMap((at) => lookChoices(at, one)),
    ),
    ...group(
      "probe …",
      probes.map((probe) => one(probe, { kind: "probe", probe })),
    ),
    ...group(
      "ask a team …",
      TEAMS.map((team) => one(team, { kind: "ask", team }, `ask/${team}`)),
    ),
    one("say that it is an outage", { kind: "declare" }),
    ...group(
      "name the cause …",
      suspects.map(({ id, text }) => one(text, { kind: "diagnose", suspect: id })),
    ),
    ...group("mend …", [
      ...differences.map((difference) =>
        one(`undo difference ${difference}`, { kind: "undo", difference }),
      ),
      one("load the boot file of the firewall", { kind: "reload" }),
      ...DAEMONS.map((service) => one(`restart ${service}`, { kind: "restart", service })),
      one("have deferred mail tried", { kind: "flushQueues" }),
      one("delete all mail that waits", { kind: "purgeQueues" }),
      { text: `type a line of nft (${minutes["nft"] ?? 0} min)`, does: { kind: "type" } },
    ]),
    ...group(
      "wait …",
      WAITS.map((wait) => one(`${wait} min`, { kind: "wait", minutes: wait })),
    ),
    one("say that it is over", { kind: "close" }),
    one("give up", { kind: "giveUp" }),
    { text: "leave it for now", does: { kind: "leave" } },
  ];
}

type LookBody = Extract<DrillActionBody, { kind: "look" }>;
type OneChoice = (text: string, action: DrillActionBody, key?: string) => Choice;

const LOOKS: readonly LookBody["at"][] = [
  "complaints",
  "traffic",
  "log",
  "queue",
  "database",
  "balancer",
  "rules",
  "counters",
  "differences",
];
const HOSTS: readonly NonNullable<LookBody["host"]>[] = ["mail1", "mail2"];
const TEAMS: readonly Extract<DrillActionBody, { kind: "ask" }>["team"][] = [
  "network",
  "database",
  "balancer",
  "provider",
];
const DAEMONS: readonly Extract<DrillActionBody, { kind: "restart" }>["service"][] = [
  "postfix",
  "dovecot",
  "postgresql",
  "haproxy",
];

function lookChoices(at: LookBody["at"], one: OneChoice): readonly Choice[] {
  const key = `look/${at}`;
  if (at !== "log" && at !== "queue") return [one(at, { kind: "look", at }, key)];
  return HOSTS.map((host) => one(`${at} of ${host}`, { kind: "look", at, host }, key));
}
