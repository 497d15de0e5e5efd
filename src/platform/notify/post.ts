import type { Sent } from "./channel.ts";

/** Milliseconds until an attempt has failed. */
const TIMEOUT_MS = 10_000;
/** Bytes of an answer that are read; the rest is of no use to anybody. */
const MAXIMUM_ANSWER_BYTES = 4_096;
/** Characters of an answer that a reason quotes. */
const MAXIMUM_QUOTE = 200;
/** Milliseconds that another side may ask us to wait. */
const MAXIMUM_AFTER_MS = 5 * 60_000;
/** Statuses that speak of what was sent, not of where to or when (RFC 9110, section 15.5). */
const FINAL: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export interface Posting {
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Posts JSON to an address, and says in words what came of it. It never follows to another one. */
export async function post(posting: Posting): Promise<Sent> {
  const { url, body, headers = {}, signal, timeoutMs = TIMEOUT_MS } = posting;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "premortem", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    const answer = await readSome(response);
    return response.ok ? { kind: "sent" } : refused(response, answer);
  } catch (error) {
    const said = timeout.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(error);
    return { kind: "failed", reason: said, isFinal: false, afterMs: null };
  }
}

async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < MAXIMUM_ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(parts).toString("utf8");
    parts.push(value);
    bytes += value.length;
  }
  await reader.cancel();
  return Buffer.concat(parts).subarray(0, MAXIMUM_ANSWER_BYTES).toString("utf8");
}

function refused({ status, headers }: Response, answer: string): Sent {
  if (status >= 300 && status < 400) {
    const reason = `it answers ${status} and names another address, which is not followed`;
    return { kind: "failed", reason, isFinal: false, afterMs: null };
  }
  const quote = answer
    .replace(/[\s\p{C}]+/gu, " ")
    .trim()
    .slice(0, MAXIMUM_QUOTE);
  return {
    kind: "failed",
    reason: quote === "" ? `it answers ${status}` : `it answers ${status}: ${quote}`,
    isFinal: FINAL.has(status),
    afterMs: afterMs(headers.get("retry-after")),
  };
}

/** Seconds alone: a date would need that both clocks agree. */
function afterMs(text: string | null): number | null {
  if (text === null || !/^\d{1,9}$/.test(text)) return null;
  return Math.min(Number(text) * 1_000, MAXIMUM_AFTER_MS);
}

/** `fetch` says `fetch failed`, and why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
