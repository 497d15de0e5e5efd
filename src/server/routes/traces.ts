import { namePath } from "../contract/common.ts";
import * as contract from "../contract/trace.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function traceRoutes({ traces }: Pick<Service, "traces">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/devices/{name}/trace",
      summary:
        "What the rules of a device do with one packet: as they run, or as a change would have them",
      role: "any",
      params: namePath,
      query: contract.traceQuery,
      result: contract.trace,
      run: ({ params: { name }, query: { packet, change } }) =>
        traces.trace(name, packet, change ?? null),
    }),
  ];
}
