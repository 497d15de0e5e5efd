import type { ApplyState } from "../../operations/apply/model.ts";
import type { ListedApply } from "../../operations/apply/store.ts";
import { whyText } from "../../operations/apply/words.ts";
import * as contract from "../contract/change.ts";
import { idPath, pageQuery } from "../contract/common.ts";
import { isTrouble } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function applyRoutes({ applies }: Pick<Service, "applies">): readonly Mount[] {
  const told = async (apply: ListedApply) =>
    applyBody(apply, await applies.states(apply.id), applies.unheard(apply.id));
  return [
    operation({
      method: "get",
      path: "/v1/applies",
      summary: "Applies, newest first",
      role: "any",
      query: pageQuery,
      result: contract.applies,
      run: async ({ query: { limit, before } }) => {
        const found = await applies.list({ limit, beforeId: before ?? null });
        return { applies: await Promise.all(found.map(told)) };
      },
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/apply",
      summary: "Begins to make a change so; what comes of it is told at its apply",
      role: "operator",
      params: idPath,
      body: contract.applyBody,
      result: contract.apply,
      run: async ({ params, body, actor }) => {
        const started = await applies.start(params.id, actor, body);
        return isTrouble(started) ? started : told(started);
      },
    }),
    operation({
      method: "get",
      path: "/v1/applies/{id}",
      summary: "An apply, with each state that it came to and what was checked",
      role: "any",
      params: idPath,
      result: contract.apply,
      run: async ({ params }) => {
        const found = await applies.get(params.id);
        return isTrouble(found) ? found : told(found);
      },
    }),
    operation({
      method: "post",
      path: "/v1/applies/{id}/rollback",
      summary: "Takes back what is being applied",
      role: "operator",
      params: idPath,
      result: contract.apply,
      run: async ({ params, actor }) => {
        const found = await applies.rollback(params.id, actor);
        return isTrouble(found) ? found : told(found);
      },
    }),
  ];
}

const MS_IN_SECOND = 1_000;

function applyBody(
  { id, order, state, stateMs, evidence, aftermath }: ListedApply,
  states: States,
  silence: ReturnType<Service["applies"]["unheard"]>,
) {
  const { changeId, device, by, startedMs, plan } = order;
  const isOver = aftermath !== null;
  const what = { id, change: changeId, device, by, startedMs, losses: plan.losses };
  const told = (one: ApplyState) => ({ kind: one.kind, why: whyText(one) });
  const allStates = states.map(({ state: one, atMs }) => ({ state: told(one), atMs }));
  const how = {
    state: told(state),
    stateMs,
    isOver,
    unheard: unheardBody(silence, states),
    states: allStates,
  };
  return { ...what, ...how, evidence, aftermath };
}

type States = Awaited<ReturnType<Service["applies"]["states"]>>;

function unheardBody(silence: ReturnType<Service["applies"]["unheard"]>, states: States) {
  if (silence === null) return null;
  const { windowS, ...rest } = silence;
  /* Told behind it: the device counts since a moment before. */
  const armed = states.find(({ state }) => state.kind === "armed");
  return {
    ...rest,
    restoresMs: armed === undefined ? null : armed.atMs + windowS * MS_IN_SECOND,
  };
}
