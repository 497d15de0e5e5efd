import type { Duty } from "../../operations/escalation/onCall.ts";
import type { CalendarView } from "../../operations/escalation/roster.ts";
import type { EscalationView } from "../../operations/escalation/service.ts";
import { channelPaths } from "../../operations/inventory/channelPaths.ts";
import type { Person } from "../../operations/inventory/model.ts";
import type { Refusal } from "../../platform/refusal.ts";
import { idPath } from "../contract/common.ts";
import * as contract from "../contract/escalation.ts";
import { isTrouble } from "../errors.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "escalations" | "inventory">;

export function escalationRoutes(parts: Parts): readonly Mount[] {
  return [...onCallRoutes(parts), ...callRoutes(parts)];
}

function onCallRoutes({ escalations: { roster }, inventory }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/on-call",
      summary: "Who is on call now, until when, and who comes then",
      role: "any",
      result: contract.onCall,
      run: async () => {
        const { people } = inventory.network();
        return { calendars: (await roster.calendars()).map((one) => calendarBody(people, one)) };
      },
    }),
    operation({
      method: "post",
      path: "/v1/on-call/{calendar}/overrides",
      summary: "Lets somebody take a calendar over for a while",
      role: "any",
      params: contract.calendarPath,
      body: contract.overrideBody,
      result: contract.override,
      run: ({ params, body, actor }) => roster.override(params.calendar, actor, body),
    }),
    operation({
      method: "delete",
      path: "/v1/on-call/{calendar}/overrides/{id}",
      summary: "Takes an override back",
      role: "any",
      params: contract.overridePath,
      result: contract.override,
      run: ({ params, actor }) => roster.withdraw(params.calendar, params.id, actor),
    }),
  ];
}

function callRoutes({ escalations, inventory }: Parts): readonly Mount[] {
  const told = (found: EscalationView | Refusal) =>
    isTrouble(found) ? found : escalationBody(inventory.network().people, found);
  return [
    operation({
      method: "get",
      path: "/v1/escalations",
      summary: "Who was called, by what, and who is called next; newest first",
      role: "any",
      query: contract.escalationQuery,
      result: contract.escalations,
      run: async ({ query: { limit, status } }) => {
        const { people } = inventory.network();
        const found = await escalations.list(limit, status === "open");
        return { escalations: found.map((one) => escalationBody(people, one)) };
      },
    }),
    operation({
      method: "get",
      path: "/v1/escalation-channels",
      summary: "Whether each channel still tells somebody when the watched mail is down",
      role: "any",
      result: contract.escalationChannels,
      run: async () => ({ channels: channelPaths(inventory.network()) }),
    }),
    operation({
      method: "post",
      path: "/v1/escalations/{id}/acknowledge",
      summary: "Says that one has it in hand: nobody else is called",
      role: "any",
      params: idPath,
      result: contract.escalation,
      run: async ({ params, actor }) => told(await escalations.acknowledge(params.id, actor)),
    }),
    operation({
      method: "post",
      path: "/v1/escalations/{id}/give-back",
      summary: "Says that nobody has it in hand any more: the next step is taken at once",
      role: "any",
      params: idPath,
      result: contract.escalation,
      run: async ({ params, actor }) => told(await escalations.giveBack(params.id, actor)),
    }),
    operation({
      method: "post",
      path: "/v1/escalations/{id}/hand-over",
      summary: "Calls somebody else, who has to acknowledge it",
      role: "any",
      params: idPath,
      body: contract.handOverBody,
      result: contract.escalation,
      run: async ({ params, body, actor }) =>
        told(await escalations.handOver(params.id, actor, body.login)),
    }),
  ];
}

function nameOf(people: readonly Person[], login: string | null): string | null {
  return people.find((person) => person.login === login)?.name ?? null;
}

function calendarBody(people: readonly Person[], calendar: CalendarView) {
  const named = (duty: Duty) => ({ ...duty, name: nameOf(people, duty.login) });
  return {
    ...calendar,
    now: named(calendar.now),
    next: calendar.next === null ? null : named(calendar.next),
  };
}

function escalationBody(people: readonly Person[], { escalation, tellings }: EscalationView) {
  const { state, policy } = escalation;
  const place = state.kind === "running" || state.kind === "acknowledged" ? state : null;
  return {
    ...escalation,
    policy: policy.name,
    state: state.kind,
    step: place === null ? null : place.step + 1,
    steps: policy.steps.length,
    round: place === null ? null : place.round + 1,
    rounds: policy.repeat + 1,
    nextMs: state.kind === "running" ? state.nextMs : null,
    acknowledged: state.kind === "acknowledged" ? { by: state.by, atMs: state.atMs } : null,
    exhaustedMs: state.kind === "exhausted" ? state.atMs : null,
    ended: state.kind === "ended" ? { atMs: state.atMs, reason: state.reason } : null,
    told: tellings.map((one) => ({
      ...one,
      name: nameOf(people, one.login),
      step: one.step + 1,
      round: one.round + 1,
    })),
  };
}
