import { type Draft, listOf, tellUnknown } from "./draft.ts";
import type { NetworkIntent, StatusPage } from "./model.ts";
import { isProbe, type Monitor } from "./monitors.ts";

/** The public page of a network file. Null: it has none. */
export function buildStatusPage(
  draft: Draft,
  intents: readonly NetworkIntent[],
  monitors: readonly Monitor[],
): StatusPage | null {
  const page = draft.text["status-page"];
  if (page === undefined) return null;
  const known = {
    intents: intents.map(({ id }) => id),
    probes: monitors.filter(isProbe).map(({ id }) => id),
  };
  const components = Object.entries(page.components).map(([name, one]) => {
    for (const key of ["intents", "probes"] as const)
      for (const [index, word] of listOf(one[key]).entries()) {
        if (known[key].includes(word)) continue;
        const at = typeof one[key] === "string" ? [] : [index];
        const path = ["status-page", "components", name, key, ...at];
        tellUnknown(draft, word, path, known[key], key === "intents" ? "intent" : "probe");
      }
    return { name, about: one.about, intents: listOf(one.intents), probes: listOf(one.probes) };
  });
  return { title: page.title, isServed: page.serve, components };
}
