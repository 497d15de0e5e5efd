import type { ChangeView, ListedView } from "../../operations/change/service.ts";
import * as contract from "../contract/change.ts";
import { idPath, pageQuery } from "../contract/common.ts";
import { isTrouble, type Trouble } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function changeRoutes({ changes }: Pick<Service, "changes">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/changes",
      summary: "Changes, newest first",
      role: "any",
      query: pageQuery,
      result: contract.changes,
      run: async ({ query: { limit, before } }) => {
        const found = await changes.list({ limit, beforeId: before ?? null });
        return { changes: found.map(changeBody) };
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
        told(await changes.propose(device, filesOf(files), actor)),
    }),
    operation({
      method: "get",
      path: "/v1/changes/{id}",
      summary: "A change, with what stands between it and its apply",
      role: "any",
      params: idPath,
      result: contract.change,
      run: async ({ params }) => told(await changes.get(params.id)),
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
        told(await changes.edit(params.id, filesOf(body.files), actor)),
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
      summary: "Approves exactly what was shown under this hash, as somebody who did not write it",
      role: "approver",
      params: idPath,
      body: contract.approveBody,
      result: contract.change,
      run: async ({ params, body, actor }) =>
        told(await changes.approve(params.id, actor, body.shownHash)),
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
        told(await changes.askOverride(params.id, actor, body)),
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
        told(await changes.grantOverride(params.id, actor, body.overrideHash)),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/withdraw",
      summary: "Takes a change out of the way",
      role: "operator",
      params: idPath,
      result: contract.change,
      run: async ({ params, actor }) => told(await changes.withdraw(params.id, actor)),
    }),
  ];
}

function filesOf(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}

function told(found: ChangeView | Extract<Trouble, { kind: "refusal" }>) {
  return isTrouble(found) ? found : changeBody(found);
}

/** A change as the API gives it: texts of files are asked for by themselves. */
export function changeBody({ change, ...view }: ListedView) {
  return { ...change, ...view };
}
