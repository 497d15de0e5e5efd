import { createContext, use } from "react";
import type { Session } from "../api/types.ts";

export const SessionContext = createContext<Session | null>(null);

/** Who looks at this page. Only asked below the place where somebody is known. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("nobody is logged in here");
  return session;
}

/** Whether somebody may work on devices: operators, and approvers as well. */
export function mayOperate({ roles }: Session): boolean {
  return roles.includes("operator") || roles.includes("approver");
}

/** Whether somebody sees the network: the help desk alone does not. */
export function seesNetwork({ roles }: Session): boolean {
  return roles.some((role) => role !== "helpdesk");
}
