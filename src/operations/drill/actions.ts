import { z } from "zod";

/* What somebody can do in a drill: the same words in the files of drills, in the journal, and over the API. */

export const DRILL_HOSTS = ["mail1", "mail2"] as const;
export const DRILL_TEAMS = ["network", "database", "balancer", "provider"] as const;
export const DRILL_SERVICES = ["postfix", "dovecot", "postgresql", "haproxy"] as const;
export const LOOKS = [
  "log",
  "queue",
  "complaints",
  "traffic",
  "database",
  "balancer",
  "rules",
  "counters",
  "differences",
] as const;
export type Look = (typeof LOOKS)[number];

/** Characters of a script that somebody types. */
const MAXIMUM_SCRIPT = 4_000;
const MAXIMUM_NAME = 60;
const MAXIMUM_DIFFERENCE = 10_000;
/** Minutes of one wait: longer ones are several. */
const MAXIMUM_WAIT = 60;

/** As PostgreSQL takes it. */
const line = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value), {
      message: "holds a zero byte, or half of a surrogate pair",
    });

export const drillAction = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("look"),
    at: z.enum(LOOKS),
    host: z.enum(DRILL_HOSTS).default("mail1").describe("for `log` and `queue`"),
  }),
  z.strictObject({
    kind: z.literal("probe"),
    probe: line(MAXIMUM_NAME).describe("one of the run's `probes`"),
  }),
  z.strictObject({ kind: z.literal("ask"), team: z.enum(DRILL_TEAMS) }),
  z
    .strictObject({ kind: z.literal("declare") })
    .describe("says that this is an outage: the time to detect ends"),
  z.strictObject({
    kind: z.literal("diagnose"),
    suspect: line(MAXIMUM_NAME).describe("one of the run's `suspects`"),
  }),
  z.strictObject({
    kind: z.literal("undo"),
    difference: z.number().int().min(1).max(MAXIMUM_DIFFERENCE),
  }),
  z.strictObject({
    kind: z.literal("nft"),
    script: line(MAXIMUM_SCRIPT).describe("what is typed behind `nft`"),
  }),
  z
    .strictObject({ kind: z.literal("reload") })
    .describe("loads the file that the firewall boots with"),
  z.strictObject({ kind: z.literal("restart"), service: z.enum(DRILL_SERVICES) }),
  z.strictObject({ kind: z.literal("flushQueues") }).describe("has deferred mail tried now"),
  z.strictObject({ kind: z.literal("purgeQueues") }).describe("deletes all mail that waits"),
  z.strictObject({
    kind: z.literal("wait"),
    minutes: z.number().int().min(1).max(MAXIMUM_WAIT),
  }),
  z.strictObject({ kind: z.literal("close") }).describe("says that it is over"),
  z.strictObject({ kind: z.literal("giveUp") }),
]);

export type DrillAction = z.infer<typeof drillAction>;

/** Minutes that each look takes: databases and balancers are other people's, as in the outage of the origin. */
const LOOK_MINUTES: Readonly<Record<Look, number>> = {
  log: 3,
  queue: 2,
  complaints: 2,
  traffic: 2,
  database: 10,
  balancer: 15,
  rules: 5,
  counters: 3,
  differences: 2,
};

/** Until somebody of another team has looked, and calls back: network operations took half an hour. */
const ASK_MINUTES: Readonly<Record<(typeof DRILL_TEAMS)[number], number>> = {
  network: 30,
  database: 25,
  balancer: 20,
  provider: 30,
};

/** Minutes of the drill that an action takes. */
export function minutesOf(action: DrillAction): number {
  switch (action.kind) {
    case "look":
      return LOOK_MINUTES[action.at];
    case "ask":
      return ASK_MINUTES[action.team];
    case "wait":
      return action.minutes;
    case "restart":
      return 5;
    case "nft":
    case "reload":
      return 3;
    case "probe":
    case "undo":
      return 2;
    case "declare":
    case "diagnose":
    case "flushQueues":
    case "purgeQueues":
      return 1;
    case "close":
    case "giveUp":
      return 0;
  }
}

/** In words, for timelines. */
export function actionText(action: DrillAction): string {
  switch (action.kind) {
    case "look": {
      const isOfHost = action.at === "log" || action.at === "queue";
      return `look at ${action.at}${isOfHost ? ` of ${action.host}` : ""}`;
    }
    case "probe":
      return `probe ${action.probe}`;
    case "ask":
      return `ask the ${action.team} team`;
    case "declare":
      return "say that this is an outage";
    case "diagnose":
      return `name the cause: ${action.suspect}`;
    case "undo":
      return `undo difference ${action.difference}`;
    case "nft":
      return `nft ${action.script}`;
    case "reload":
      return "load the boot file of the firewall";
    case "restart":
      return `restart ${action.service}`;
    case "flushQueues":
      return "have deferred mail tried";
    case "purgeQueues":
      return "delete all mail that waits";
    case "wait":
      return `wait ${action.minutes} minutes`;
    case "close":
      return "say that it is over";
    case "giveUp":
      return "give up";
  }
}
