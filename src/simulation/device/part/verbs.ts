import type { Printed } from "../../model.ts";
import { sectionsOf } from "../canonical.ts";
import { done, failed } from "../printed.ts";
import { arm, confirm, load, look, restore } from "./apply.ts";
import { EXIT, type Part } from "./part.ts";
import { keepOrBack, send } from "./send.ts";

/** `premortem-device STATE VERB …`, as premortem-device.sh does it: the same verbs, the same exit codes. */
export function runPart(
  part: Part,
  [verb = "", id = "", more = ""]: readonly string[],
  input: string,
): Printed {
  switch (verb) {
    case "list":
      return done(part.kernel.list(STATELESS));
    case "rehearse":
      return rehearse(part, input);
    case "send":
      return /^\d+$/.test(more) && id !== ""
        ? send(part, id, Number(more), input)
        : failed(EXIT.usage, "send needs the hash of a ruleset, and a number of seconds");
    case "keep":
    case "back":
      return id === "" ? failed(EXIT.usage, "of which ruleset?") : keepOrBack(part, verb, id);
    default:
      return runOnApply(part, verb, id, more, input);
  }
}

const STATELESS = { stateless: true, handles: false, terse: false } as const;

function runOnApply(part: Part, verb: string, id: string, more: string, input: string): Printed {
  if (!["arm", "load", "confirm", "restore", "look"].includes(verb))
    return failed(EXIT.usage, `no such verb: ${verb}`);
  if (id === "") return failed(EXIT.usage, "which apply?");
  if (!/^\d+$/.test(id)) return failed(EXIT.usage, `an apply is a number, not ${id}`);
  const number = Number(id);
  switch (verb) {
    case "arm":
      return /^\d+$/.test(more)
        ? arm(part, number, Number(more), sectionsOf(input))
        : failed(EXIT.usage, "arm needs a number of seconds");
    case "load":
      return load(part, number);
    case "confirm":
      return confirm(part, number);
    case "restore":
      return restore(part, number);
    default:
      return look(part, number);
  }
}

/** Loads the base into an empty namespace, runs the script on it, and lists what it comes to. */
function rehearse(part: Part, input: string): Printed {
  const sections = sectionsOf(input);
  const kernel = part.elsewhere();
  for (const name of ["base", "script"]) {
    const result = kernel.run(sections.get(name) ?? "");
    if (result.kind === "refused") return failed(1, result.error);
  }
  return done(kernel.list(STATELESS));
}
