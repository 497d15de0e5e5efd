import type { Printed } from "../model.ts";
import { done } from "./printed.ts";

const MARK = /^ {2}printf '\\n%s %s %s\\n' (\S+) "\$code"/m;
const CALL = /^read_one (.*)$/gm;
const WORD = /'((?:[^']|'\\'')*)'/g;

/**
 * The script with which premortem reads a device: each command in turn, a mark and its exit code behind what it
 * printed. Null: it is another script.
 */
export async function runReadings(
  script: string,
  run: (command: readonly string[]) => Promise<Printed>,
): Promise<Printed | null> {
  const [, mark] = MARK.exec(script) ?? [];
  if (mark === undefined || !script.startsWith("LC_ALL=C\n")) return null;
  let out = "";
  for (const [, call = ""] of script.matchAll(CALL)) {
    const words = [...call.matchAll(WORD)].map(([, word = ""]) => word.replaceAll("'\\''", "'"));
    const printed = await run(words);
    const said = printed.error.trimEnd().split("\n").at(-1) ?? "";
    out += `${printed.out}\n${mark} ${printed.code} ${said}\n`;
  }
  return done(out);
}
