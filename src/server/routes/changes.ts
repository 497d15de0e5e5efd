import type { ChangeView, ListedView } from "../../operations/change/view.ts";
import type { Training } from "../../operations/training/service.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import * as contract from "../contract/change.ts";
import { idPath, pageQuery } from "../contract/common.ts";
import { isTrouble, type Trouble } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "changes" | "training">;

export function changeRoutes({ changes, training }: Parts): readonly Mount[] {
  const told = async (found: ChangeView | Refusal, actor: Actor) =>
    isTrouble(found) ? found : changeBody(found, actor, await lateWith(training, actor));
  return [
    operation({
      method: "get",
      path: "/v1/changes",
      summary: "Changes, newest first",
      role: "any",
      query: pageQuery,
      result: contract.changes,
      run: async ({ query: { limit, before }, actor }) => {
        const found = await changes.list({ limit, beforeId: before ?? null });
        const late = await lateWith(training, actor);
        return { changes: found.map((one) => changeBody(one, actor, late)) };
      },
    }),
    operation({
      method: "post",
      path: "/v1/changes",
      summary: "Proposes an edit of a device's source files",
      role: "operator",
      body: contract.proposeBody,
      result: contract.change,
      run: async ({ body: { device, files }, actor }) =>
        told(await changes.propose(device, filesOf(files), actor), actor),
    }),
    operation({
      method: "get",
      path: "/v1/changes/{id}",
      summary: "A change, with what stands between it and its apply",
      role: "any",
      params: idPath,
      result: contract.change,
      run: async ({ params, actor }) => told(await changes.get(params.id), actor),
    }),
    operation({
      method: "get",
      path: "/v1/changes/{id}/files",
      summary: "The source files of a change as they shall be",
      role: "any",
      params: idPath,
      result: contract.changeFiles,
      run: async ({ params }) => {
        const found = await changes.get(params.id);
        if (isTrouble(found)) return found;
        const { contentHash, files } = found.change;
        return { contentHash, files: [...files].map(([path, text]) => ({ path, text })) };
      },
    }),
    operation({
      method: "put",
      path: "/v1/changes/{id}/files",
      summary: "Edits a change: approvals and proof of the content before are void",
      role: "operator",
      params: idPath,
      body: contract.editBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.edit(params.id, filesOf(body.files), actor, body.seenHash), actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/prove",
      summary: "Reads the device, and proves what the change would do there now",
      role: "operator",
      params: idPath,
      result: contract.proof,
      run: ({ params, actor }) => changes.prove(params.id, actor),
    }),
    operation({
      method: "get",
      path: "/v1/changes/{id}/proof",
      summary: "The newest proof of a change as it is now",
      role: "any",
      params: idPath,
      result: contract.proof,
      run: ({ params }) => changes.proof(params.id),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/approve",
      summary:
        "Approves exactly what was shown under this hash, as somebody who did not write it, or alone behind the pause",
      role: "approver",
      params: idPath,
      body: contract.approveBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.approve(params.id, actor, body.shownHash), actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/alone",
      summary: "Says, where nobody else may approve, what would be lost: a pause begins",
      role: "approver",
      params: idPath,
      body: contract.aloneBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.askAlone(params.id, actor, body), actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/override",
      summary: "Asks to go on although critical intents would be broken, or are undecided",
      role: "operator",
      params: idPath,
      body: contract.overrideBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.askOverride(params.id, actor, body), actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/override/grant",
      summary: "Grants exactly the override of this hash, as a second person",
      role: "approver",
      params: idPath,
      body: contract.grantBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.grantOverride(params.id, actor, body.overrideHash), actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/withdraw",
      summary: "Takes a change out of the way",
      role: "operator",
      params: idPath,
      result: contract.change,
      run: async ({ params, actor }) => told(await changes.withdraw(params.id, actor), actor),
    }),
  ];
}

function filesOf(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}

type Refusal = Extract<Trouble, { kind: "refusal" }>;

/** Titles of what somebody is late with who may approve; of others nobody asks. */
export async function lateWith(
  training: Pick<Training, "late">,
  { login, roles }: Actor,
): Promise<readonly string[]> {
  if (!roles.includes("approver")) return [];
  return (await training.late(login)).map(({ title }) => title);
}

/** A change as the API gives it to somebody: texts of files are asked for by themselves. */
export function changeBody(
  { change, ...view }: ListedView,
  { login }: Actor,
  late: readonly string[],
) {
  const isAsked = view.missing.some((one) => asks(one, login));
  return { ...change, ...view, trainingOverdue: isAsked ? late : [] };
}

/** Whether somebody is one of those whose consent is missing. */
function asks(missing: ListedView["missing"][number], login: string): boolean {
  switch (missing.kind) {
    case "approval":
    case "grant":
      return !missing.notBy.includes(login);
    case "alone":
      return missing.by === login;
    default:
      return false;
  }
}
