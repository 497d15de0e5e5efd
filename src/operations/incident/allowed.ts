import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { waitingFor } from "./life.ts";
import type { Incident } from "./model.ts";

export function unknownIncident(id: number): Refusal {
  return refuseUnknown(`there is no incident ${id}`, "list them: `premortem incident`");
}

/** Why somebody may not change an incident as it stands; null: they may. */
export function whyFixed({ id, status }: Incident, actor: Actor): Refusal | null {
  if (!mayOperate(actor))
    return refuse(`\`${actor.login}\` is no operator`, "ask somebody with the role operator");
  return status === "closed" ? refuse(`incident ${id} is closed`, "open ones are listed") : null;
}

/** Why an incident cannot be closed as it stands; null: it can. */
export function whyOpen(incident: Incident): Refusal | null {
  const waiting = waitingFor(incident);
  if (waiting.length === 0) return null;
  const texts = waiting.map(({ text }) => text).join("; ");
  return refuse(`it still waits for: ${texts}`, "close it when that is over");
}
