/** What somebody may do; each is given by itself. `admin`: gives and takes back tokens, and nothing else. */
export const ROLES = ["viewer", "operator", "approver", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** Somebody who acts, as the server has authenticated them: two tokens of one person are one actor. */
export interface Actor {
  readonly login: string;
  readonly roles: readonly Role[];
}

/** Whether somebody may work on devices: operators, and approvers as well. */
export function mayOperate({ roles }: Actor): boolean {
  return roles.includes("operator") || roles.includes("approver");
}
