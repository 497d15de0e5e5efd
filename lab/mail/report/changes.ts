import type { z } from "zod";
import { change as changeBody, proof as proofBody } from "../../../src/server/contract/change.ts";
import { filesOf } from "../folder.ts";
import { fatalRuleset, type RulePosition } from "../ruleset.ts";
import type { Rig } from "./rig.ts";

/* What a report asks of changes. */

export type Change = z.infer<typeof changeBody>;
export type Proof = z.infer<typeof proofBody>["answer"];

export interface Proposed {
  readonly change: Change;
  readonly proof: Proof;
  /** Milliseconds that the proof took. */
  readonly provedMs: number;
}

/** Ana proposes the source file with the fatal rule in it, and has it proved. */
export async function proposeFatal(
  { lab, server }: Rig,
  position: RulePosition,
): Promise<Proposed> {
  const file = { path: filesOf.ruleset(lab), text: fatalRuleset(lab.plan, position) };
  const body = { device: lab.plan.hosts.firewall, files: [file] };
  const { id } = await server.ask("ana", "POST", "/v1/changes", changeBody, body);
  const beganMs = Date.now();
  const { answer } = await server.ask("ana", "POST", `/v1/changes/${id}/prove`, proofBody);
  const provedMs = Date.now() - beganMs;
  const change = await server.ask("eva", "GET", `/v1/changes/${id}`, changeBody);
  return { change, proof: answer, provedMs };
}

/** Bob approves exactly what was shown. */
export async function approve({ server }: Rig, { id, shownHash }: Change): Promise<void> {
  const path = `/v1/changes/${id}/approve`;
  await server.ask("bob", "POST", path, changeBody, { shownHash });
}
