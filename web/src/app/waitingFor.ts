import type { Change } from "../api/types.ts";

/** Changes whose next step is this person's, by what the server says is missing. */
export function waitingFor(changes: readonly Change[], login: string): readonly Change[] {
  return changes.filter((change) => turnOf(change, login) === "mine");
}

/** Whose turn it is. `others`: somebody else's, or nobody's that is known. */
export type Turn = "mine" | "others" | "ready" | "over";

export function turnOf(change: Change, login: string): Turn {
  if (change.status === "applying") return "others";
  if (change.status !== "proposed" && change.status !== "draft") return "over";
  if (change.missing.length === 0) return "ready";
  return change.missing.some((missing) => isMine(missing, change, login)) ? "mine" : "others";
}

function isMine(missing: Change["missing"][number], change: Change, login: string): boolean {
  switch (missing.kind) {
    /* Whoever wrote it has it proved, and mends what it breaks. */
    case "proof":
    case "intents":
      return change.author === login || change.lastEditor === login;
    case "alone":
      return missing.by === login;
    case "approval":
    case "grant":
      return !missing.notBy.includes(login);
  }
}
