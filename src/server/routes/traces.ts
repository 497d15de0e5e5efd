import { namePath } from "../contract/common.ts";
import * as contract from "../contract/trace.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function traceRoutes({ traces }: Pick<Service, "traces">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/devices/{name}/trace",
      summary: "What the rules that run on a device do with one packet, rule by rule",
      role: "any",
      params: namePath,
      query: contract.traceQuery,
      result: contract.trace,
      run: ({ params: { name }, query: { packet } }) => traces.trace(name, packet),
    }),
  ];
}
