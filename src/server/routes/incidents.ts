import { doubtsOf } from "../../operations/incident/doubts.ts";
import { titleOf, waitingFor } from "../../operations/incident/life.ts";
import type { Incident } from "../../operations/incident/model.ts";
import type { ProposedUndo } from "../../operations/incident/undoing.ts";
import { draftPostmortem, postmortemMarkdown } from "../../operations/postmortem/draft.ts";
import { proposeIntents } from "../../operations/postmortem/regression.ts";
import { storyOf } from "../../operations/postmortem/story.ts";
import { type Refusal, refuseUnknown } from "../../platform/refusal.ts";
import { idPath, pageQuery } from "../contract/common.ts";
import * as contract from "../contract/incident.ts";
import { isTrouble } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "incidents" | "inventory">;

export function incidentRoutes({ incidents, inventory }: Parts): readonly Mount[] {
  const find = async (id: number): Promise<Incident | Refusal> =>
    (await incidents.find(id)) ??
    refuseUnknown(`there is no incident ${id}`, "list them: `premortem incident`");
  return [
    operation({
      method: "get",
      path: "/v1/incidents",
      summary: "Incidents, newest first",
      role: "any",
      query: pageQuery,
      result: contract.incidents,
      run: async ({ query: { limit, before } }) => ({
        incidents: (await incidents.list(limit, before ?? null)).map(incidentBody),
      }),
    }),
    operation({
      method: "get",
      path: "/v1/incidents/{id}",
      summary: "An incident: what hurts, which rule it follows from, what was done",
      role: "any",
      params: idPath,
      result: contract.incident,
      run: async ({ params }) => told(await find(params.id)),
    }),
    operation({
      method: "get",
      path: "/v1/incidents/{id}/undo",
      summary: "What an undo would do, proved on what runs now; nothing is sent",
      role: "operator",
      params: idPath,
      query: contract.undoQuery,
      result: contract.proposedUndo,
      run: async ({ params, query }) => {
        const proposed = await incidents.proposeUndo(params.id, query.difference);
        return proposed.kind === "refusal" ? proposed : proposedBody(proposed);
      },
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/undo",
      summary: "Takes the cause back: proved on what runs now, by handle, and read back",
      role: "operator",
      params: idPath,
      query: contract.undoQuery,
      result: contract.incident,
      run: async ({ params, query, actor }) =>
        told(await incidents.undo(params.id, actor, query.difference)),
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/notes",
      summary: "Adds a sentence to the timeline",
      role: "operator",
      params: idPath,
      body: contract.noteBody,
      result: contract.incident,
      run: async ({ params, body, actor }) =>
        told(await incidents.note(params.id, actor, body.text)),
    }),
    operation({
      method: "post",
      path: "/v1/incidents/{id}/close",
      summary: "Closes an incident",
      role: "operator",
      params: idPath,
      result: contract.incident,
      run: async ({ params, actor }) => told(await incidents.close(params.id, actor)),
    }),
    operation({
      method: "get",
      path: "/v1/incidents/{id}/postmortem",
      summary: "A draft of the postmortem, and promises that would have told of it",
      role: "any",
      params: idPath,
      result: contract.postmortem,
      run: async ({ params }) => {
        const found = await find(params.id);
        if (isTrouble(found)) return found;
        const network = inventory.network();
        const intents = proposeIntents(network, found).map((one) => ({
          ...one,
          roles: [...one.roles].map(([name, yaml]) => ({ name, yaml })),
        }));
        const draft = draftPostmortem(storyOf(network, found));
        return { ...draft, markdown: postmortemMarkdown(draft), intents };
      },
    }),
  ];
}

function told(found: Incident | Refusal) {
  return isTrouble(found) ? found : incidentBody(found);
}

export function incidentBody(incident: Incident) {
  const waitsFor = waitingFor(incident).map(({ text }) => text);
  const { cause, symptoms } = incident;
  const doubts = cause?.kind === "explained" ? doubtsOf(cause, symptoms) : [];
  return { ...incident, title: titleOf(incident), doubts, waitsFor };
}

function proposedBody({ device, plan }: ProposedUndo) {
  const { undo, repairs, stillBroken, undecided } = plan;
  const { script, extent, removed, restored, losses } = undo;
  return {
    device,
    script,
    extent,
    removed,
    restored,
    losses,
    repairs,
    stillBroken,
    undecided,
  };
}
