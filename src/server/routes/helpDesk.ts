import * as contract from "../contract/helpDesk.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function helpDeskRoutes({ helpDesk }: Pick<Service, "helpDesk">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/help-desk",
      summary: "Whether it is us, since when, and what to tell callers: nothing of the inside",
      role: "helpdesk",
      result: contract.helpDesk,
      run: () => helpDesk.view(),
    }),
    operation({
      method: "post",
      path: "/v1/help-desk/reports",
      summary: "Reports one caller, or with `surge` that many call",
      role: "helpdesk",
      body: contract.reportBody,
      result: contract.reportTaken,
      run: ({ body: { text, surge }, actor }) => helpDesk.report({ text, isSurge: surge }, actor),
    }),
  ];
}
