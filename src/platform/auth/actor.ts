/**
 * What somebody may do; each is given by itself. `helpdesk`: sees whether it is us, and says who calls, and
 * nothing of the network; `admin`: gives and takes back tokens and accounts, and nothing else.
 */
export const ROLES = ["viewer", "helpdesk", "operator", "approver", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** Somebody who acts, as the server has authenticated them: two tokens of one person are one actor. */
export interface Actor {
  readonly login: string;
  readonly roles: readonly Role[];
}

/** An actor who calls, and how they came in. */
export interface Caller extends Actor {
  /** Number of their session; null: by a token. */
  readonly session: number | null;
  /** When the token is over, or the session unless it is used. */
  readonly expiresMs: number;
}

/** Whether somebody may work on devices: operators, and approvers as well. */
export function mayOperate({ roles }: Actor): boolean {
  return roles.includes("operator") || roles.includes("approver");
}
