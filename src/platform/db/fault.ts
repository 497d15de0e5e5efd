/** Why there is no database, and what to do about it. */
export interface DatabaseFault {
  readonly kind: "fault";
  readonly message: string;
  readonly help: string;
}

/** What PostgreSQL or the system calls an error; null: nothing. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
