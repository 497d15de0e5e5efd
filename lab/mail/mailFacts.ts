/** Names a mail of the load, wherever it has got to. */
export const ID_HEADER = "X-Lab-Id";

/** What a mail says of itself. */
export interface MailFacts {
  /** Null: not of the load. */
  readonly id: string | null;
  readonly messageId: string | null;
  /** Mails that it says could not be delivered, and why; null where it is no report of a failure (RFC 3464). */
  readonly bounced: { readonly ids: readonly string[]; readonly cause: string } | null;
}

export function mailFacts(raw: string): MailFacts {
  const end = /\r?\n\r?\n/.exec(raw)?.index ?? raw.length;
  const head = raw.slice(0, end);
  const isFailed =
    /^Content-Type:\s*multipart\/report;[\s\S]*?report-type="?delivery-status/im.test(head) &&
    fieldsOf(raw, "Action").includes("failed");
  return {
    id: fieldsOf(head, ID_HEADER)[0] ?? null,
    messageId: fieldsOf(head, "Message-ID")[0] ?? null,
    bounced: isFailed
      ? { ids: fieldsOf(raw, ID_HEADER), cause: fieldsOf(raw, "Diagnostic-Code")[0] ?? "not said" }
      : null,
  };
}

/** Values of a header field; folded lines are joined (RFC 5322, 2.2.3). */
function fieldsOf(text: string, name: string): readonly string[] {
  const field = new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t]+.*)*)`, "gim");
  return [...text.matchAll(field)].map(([, value = ""]) => value.replace(/\s+/g, " ").trim());
}
