import { type Style, shown, tint } from "../../report/formats/text/style.ts";
import type { ProposedUndoBody } from "./model.ts";

/** What an undo would do, for whoever decides on it: the rules first, then what they bring back. */
export function proposedUndoText(proposed: ProposedUndoBody, id: string, style: Style): string {
  const { device, extent, removed, restored, script } = proposed;
  const rules = [
    ...removed.map((rule) => tint(style, "red", `- ${shown(rule)}`)),
    ...restored.map((rule) => tint(style, "green", `+ ${shown(rule)}`)),
  ];
  const how =
    extent === "rules"
      ? "by handle: nothing else is touched"
      : "the tables that differ are loaded anew; what their sets hold stays";
  return [
    `${tint(style, "bold", "UNDO")} of incident ${shown(id)} on ${shown(device)}, ${how}; nothing is sent yet`,
    ...rules.map((rule) => `  ${rule}`),
    ...namesText("proved to restore", proposed.repairs),
    ...namesText("still broken after it, by something else", proposed.stillBroken),
    ...namesText("not decided after it", proposed.undecided),
    ...proposed.losses.map((loss) => `  ${tint(style, "yellow", shown(loss))}`),
    "SCRIPT",
    ...script
      .trimEnd()
      .split("\n")
      .map((line) => `  ${shown(line)}`),
    `do it: \`premortem undo ${shown(id)}\``,
    "",
  ].join("\n");
}

function namesText(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`  ${title}: ${names.map(shown).join(", ")}`];
}
