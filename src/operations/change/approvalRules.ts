import type { Network } from "../inventory/model.ts";

/** Who may approve as the network file is now. */
export interface ApprovalRules {
  /** Logins of all who have the role approver. */
  readonly approvers: readonly string[];
  /** How long somebody who is alone waits before approving; null: nobody approves alone. */
  readonly pauseMs: number | null;
}

export function approvalRulesOf({ people, solo }: Network): ApprovalRules {
  return {
    approvers: people.flatMap(({ login, roles }) => (roles.includes("approver") ? [login] : [])),
    pauseMs: solo?.pauseMs ?? null,
  };
}
