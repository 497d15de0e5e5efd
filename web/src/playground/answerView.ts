import type { DiffAnswer, DiffClass, DiffFate } from "../../../src/engine/answer/diff.ts";
import { BECOMINGS, type Becoming, becomingOf } from "../../../src/engine/answer/diffGroups.ts";
import { counted } from "../lib/words.ts";
import { element } from "./element.ts";

/** Classes that are drawn; more are counted. */
const MAXIMUM_SHOWN = 50;

const TITLES: Readonly<Record<Becoming, string>> = {
  close: "▼ Closes",
  open: "▲ Opens",
  change: "↔ Changes",
  "may close": "? May close",
  "may open": "? May open",
  "may change": "? May change",
};

/** What a comparison says, what is lost first. */
export function answerView(diff: DiffAnswer): readonly HTMLElement[] {
  const sorted = BECOMINGS.flatMap((becoming) =>
    diff.classes.filter((one) => becomingOf(one) === becoming),
  );
  const more = sorted.length + diff.truncated - Math.min(sorted.length, MAXIMUM_SHOWN);
  return [
    headline(diff),
    ...sorted.slice(0, MAXIMUM_SHOWN).map(classView),
    ...(more > 0
      ? [element("p", {}, [`and ${counted(more, "more class", "more classes")} of packets`])]
      : []),
    element("p", { class: "assumed" }, [`Assuming: ${diff.assumptions.join("; ")}.`]),
  ];
}

function headline({ equal, classes, reasons, truncated }: DiffAnswer): HTMLElement {
  const all = classes.length + truncated;
  const count = `${counted(all, "class", "classes")} of packets ${all === 1 ? "fares" : "fare"}`;
  const isWhole = reasons.length === 0 && truncated === 0;
  const [kind, title, text] =
    equal === true
      ? [
          "equal",
          "✓ Equal: proved",
          "Both rulesets do the same with every packet, on all three paths.",
        ]
      : equal === "undecided"
        ? ["may", "? Undecided", "It is not proved that both do the same."]
        : ["change", `${count} otherwise`, isWhole ? NOTHING_ELSE : NOT_ALL];
  return element("article", { class: kind }, [
    element("h3", {}, [title]),
    element("p", {}, [text]),
    ...reasons.map((reason) => element("p", {}, [reason])),
  ]);
}

const NOTHING_ELSE = "Nothing else changes: proved for all other packets.";
const NOT_ALL = "Not all is proved beyond these classes.";

function classView(one: DiffClass): HTMLElement {
  const becoming = becomingOf(one);
  const kind = becoming.startsWith("may") ? "may" : becoming;
  const [first = "", ...others] = one.description;
  return element("article", { class: kind }, [
    element("h3", {}, [`${TITLES[becoming]} · ${one.path}`]),
    ...[first, ...others].map((line) => element("p", {}, [line])),
    ...(one.exact ? [] : [element("p", {}, ["The rest is counted, not told."])]),
    element("dl", {}, [
      ...pair("Packet", one.example),
      ...one.alterations.flatMap(({ what, before, after }) => pair(what, `${before} → ${after}`)),
      ...pair("Before", fateText(one.before)),
      ...pair("After", fateText(one.after)),
      ...(one.dependsOn.length === 0 ? [] : pair("Depends on", one.dependsOn.join(", "))),
    ]),
  ]);
}

function pair(name: string, value: string): readonly HTMLElement[] {
  return [element("dt", {}, [name]), element("dd", {}, [value])];
}

function fateText({ verdict, rejectWith, by }: DiffFate): string {
  const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
  if (by === null) return `${word}: no chain filters these packets`;
  if ("rule" in by) return `${word}, line ${by.rule.line}: ${by.rule.text}`;
  if ("policy" in by)
    return `${word}: policy of chain ${by.policy.chain} in table ${by.policy.table}`;
  return `${word}: the kernel, ${by.kernel}`;
}
