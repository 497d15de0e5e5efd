import { idPath } from "../contract/common.ts";
import * as contract from "../contract/service.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function alertRoutes({ alerts }: Pick<Service, "alerts">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/alerts",
      summary: "States that somebody must know of, newest first",
      role: "any",
      query: contract.alertQuery,
      result: contract.alerts,
      run: async ({ query: { limit, before, status } }) => ({
        alerts: await alerts.list({
          limit,
          beforeId: before ?? null,
          isOpen: status === "open",
        }),
      }),
    }),
    operation({
      method: "post",
      path: "/v1/alerts/{id}/acknowledge",
      summary: "Says that somebody has it in hand",
      role: "operator",
      params: idPath,
      result: contract.alert,
      run: ({ params, actor }) => alerts.acknowledge(params.id, actor),
    }),
  ];
}
