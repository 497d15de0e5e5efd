import type { Action } from "../../operations/action/model.ts";
import { isOverdue, type PersonEvent } from "../../operations/action/transition.ts";
import type { Refusal } from "../../platform/refusal.ts";
import * as contract from "../contract/action.ts";
import { idPath } from "../contract/common.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function actionRoutes({
  actions,
  clock,
}: Pick<Service, "actions" | "clock">): readonly Mount[] {
  const told = (found: Action | Refusal) =>
    "reason" in found ? found : actionBody(found, clock());
  const saying = (verb: Exclude<PersonEvent["kind"], "take">, summary: string) =>
    operation({
      method: "post",
      path: `/v1/actions/{id}/${verb}`,
      summary,
      role: "operator",
      params: idPath,
      body: contract.sayBody,
      result: contract.action,
      run: async ({ params, body, actor }) =>
        told(await actions.decide(params.id, { kind: verb, text: body.text }, actor)),
    });
  return [
    operation({
      method: "get",
      path: "/v1/actions",
      summary: "Actions, newest first: what has to be done so that an outage does not come again",
      role: "any",
      query: contract.actionQuery,
      result: contract.actions,
      run: async ({ query: { limit, before, incident, status } }) => {
        const page = { limit, before: before ?? null, incident: incident ?? null };
        const statuses = status === undefined ? [] : [status];
        const found = await actions.list({ ...page, statuses });
        return { actions: found.map((one) => actionBody(one, clock())) };
      },
    }),
    operation({
      method: "get",
      path: "/v1/actions/{id}",
      summary: "An action, what its check saw last, and what became of it",
      role: "any",
      params: idPath,
      result: contract.action,
      run: async ({ params }) => told(await actions.find(params.id)),
    }),
    operation({
      method: "post",
      path: "/v1/actions",
      summary: "Writes an action down, with who does it, until when, and what closes it",
      role: "operator",
      body: contract.writeBody,
      result: contract.action,
      run: async ({ body, actor }) => told(await actions.write(body, actor)),
    }),
    operation({
      method: "post",
      path: "/v1/actions/{id}/take",
      summary: "Takes what was proposed, or gives it to somebody else, or another day",
      role: "operator",
      params: idPath,
      body: contract.takeBody,
      result: contract.action,
      run: async ({ params, body, actor }) =>
        told(await actions.decide(params.id, { kind: "take", ...body }, actor)),
    }),
    saying("decline", "Declines an action"),
    saying("close", "Closes an action that no program can check"),
    saying("reopen", "Reopens an action that is over"),
  ];
}

function actionBody(action: Action, nowMs: number) {
  return { ...action, isOverdue: isOverdue(action, nowMs) };
}
