import { z } from "zod";
import type { MailLab } from "./folder.ts";
import { programOf } from "./internet.ts";
import { inside } from "./processes.ts";

/** What can be tried, and on which host. */
const TRIES = {
  submission: "client",
  login: "client",
  outside: "remote",
  roundTrip: "client",
} as const;

export type TryName = keyof typeof TRIES;

export const TRY_NAMES = [
  "submission",
  "login",
  "outside",
  "roundTrip",
] as const satisfies readonly TryName[];

export function isTryName(word: string): word is TryName {
  return Object.hasOwn(TRIES, word);
}

const triedSchema = z.array(
  z.object({
    name: z.enum(TRY_NAMES),
    ms: z.number(),
    /** Null: it went well. */
    error: z.string().nullable(),
  }),
);
export type Tried = z.infer<typeof triedSchema>[number];

/** Does once each what users and the outside do all day; waits so long for each answer. */
export async function tryAll(
  lab: MailLab,
  waitMs: number,
  names: readonly TryName[] = TRY_NAMES,
): Promise<readonly Tried[]> {
  const hosts = [...new Set(names.map((name) => TRIES[name]))];
  const tried = await Promise.all(
    hosts.map(async (host) => {
      const here = names.filter((name) => TRIES[name] === host);
      const words = programOf("tryMain.ts", lab.plan.prefix, String(waitMs), ...here);
      return triedSchema.parse(JSON.parse(await inside(lab, host, words)));
    }),
  );
  return tried.flat();
}
