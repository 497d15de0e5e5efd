import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { DiffAnswer, DiffClass } from "../../src/engine/answer/diff.ts";

/* One comparison by the command line, and how a table tells it. */

export const CORPUS = "../shared/corpus";
const PRODUCT = join(import.meta.dirname, "../../bin/premortem");
/** Seconds for each comparison. */
export const LIMIT_S = 60;
/** Bytes of an answer at most. */
const MAXIMUM_BYTES = 1 << 28;
/** Classes that a row tells. */
const MAXIMUM_TOLD = 3;

export interface Compared {
  readonly name: string;
  /** Null: it could not be read. */
  readonly answer: DiffAnswer | null;
  /** Errors about what could not be read, each once. */
  readonly errors: readonly string[];
}

export function compare(name: string, before: string, after: string): Compared {
  const words = ["diff", before, after, "--json", "--time-limit", String(LIMIT_S)];
  const { stdout, stderr } = spawnSync(process.execPath, [PRODUCT, ...words], {
    encoding: "utf8",
    maxBuffer: MAXIMUM_BYTES,
  });
  const errors = [...stderr.matchAll(/^error\[\w+\]: (.*)$/gm)].flatMap(([, text]) => text ?? []);
  const answer = stdout.startsWith("{") ? JSON.parse(stdout) : null;
  return { name, answer, errors: [...new Set(errors)] };
}

/** Why `nft -f` refuses a file in a namespace of its own; null: it loads. */
export function whyNotLoaded(script: string, interfaces: readonly string[] = []): string | null {
  const made = interfaces.map((name) => `ip link add ${name} type ifb 2>/dev/null; `).join("");
  const { status, stderr } = spawnSync("unshare", ["--net", "sh", "-c", `${made}${script}`], {
    encoding: "utf8",
  });
  return status === 0 ? null : (/Error: (.*)/.exec(stderr)?.[1] ?? stderr.trim());
}

export function standings(all: readonly Compared[]): string {
  const count = (test: (answer: DiffAnswer | null) => boolean) =>
    all.filter(({ answer }) => test(answer)).length;
  const equal = count((answer) => answer?.equal === true);
  const open = count((answer) => answer?.equal === "undecided");
  const unread = count((answer) => answer === null);
  const rest = all.length - equal - open - unread;
  return `${equal} are equal, proved; ${rest} differ; ${open} are undecided; ${unread} could not be read.`;
}

export function word({ answer }: Compared): string {
  if (answer === null) return "not read";
  return answer.equal === true ? "equal" : answer.equal === false ? "differs" : "undecided";
}

/** What a row says beside the answer: by `tell` of each class, else why nothing is proved or read. */
export function reasonsOf(
  { answer, errors }: Compared,
  tell: (one: DiffClass) => string,
): readonly string[] {
  if (answer === null) return firstOf(errors);
  const told = [...new Set(answer.classes.map(tell))];
  const reasons = answer.classes.length === 0 && answer.equal !== true ? answer.reasons : [];
  return [...firstOf(told), ...firstOf(reasons)];
}

export function meaningOf({ path, kind, states, before, after }: DiffClass): string {
  const change =
    before.verdict === after.verdict ? before.verdict : `${before.verdict} to ${after.verdict}`;
  return `${path}, ${kind}, ${states.join(" ")}: ${change}`;
}

export function firstOf(texts: readonly string[]): readonly string[] {
  const more = texts.length - MAXIMUM_TOLD;
  return more <= 0 ? texts : [...texts.slice(0, MAXIMUM_TOLD), `${more} more`];
}

/** Text within one cell of a table. */
export function cell(texts: readonly string[]): string {
  return texts.join("; ").replaceAll("|", "\\|");
}
