import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ComplaintAnswer, ComplaintHeaders } from "../model.ts";

/** What somebody has complained of. All of it is text: markup in it means nothing. */
export interface Complaint {
  /** The help desk's own: what comes twice is one complaint. */
  readonly id: string;
  readonly text: string;
  /** When it was said, as the help desk has it; null: it does not say. */
  readonly saidMs: number | null;
  readonly user: string | null;
  readonly tags: readonly string[];
}

type Refused = Exclude<ComplaintAnswer, { readonly kind: "accepted" }>;

/** Bytes of a message. */
export const MAXIMUM_COMPLAINT_BYTES = 16_384;
const MAXIMUM_ID = 200;
const MAXIMUM_TEXT = 4_000;
const MAXIMUM_USER = 200;
const MAXIMUM_TAG = 60;
const MAXIMUM_TAGS = 20;
/** Seconds by which the sender's clock may differ; what is older is somebody's copy. */
const REPLAY_WINDOW_S = 300;
const MS_IN_SECOND = 1_000;
/** The last millisecond that a date can be. */
const LAST_MS = 8.64e15;

/** Whether a message is from who knows the secret, and of now; null: it is. */
export function authenticate(
  body: Uint8Array,
  { signature, timestamp }: ComplaintHeaders,
  secret: string,
  nowMs: number,
): Refused | null {
  const [, digits] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signature.trim()) ?? [];
  const [, seconds] = /^(\d{1,12})$/.exec(timestamp.trim()) ?? [];
  if (digits === undefined || seconds === undefined) return unauthorised("it is not signed");
  const wanted = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();
  if (!timingSafeEqual(wanted, Buffer.from(digits, "hex")))
    return unauthorised("its signature is not that of its body and timestamp");
  if (Math.abs(nowMs / MS_IN_SECOND - Number(seconds)) > REPLAY_WINDOW_S)
    return unauthorised(`its timestamp is more than ${REPLAY_WINDOW_S} s away from now`);
  return null;
}

function unauthorised(why: string): Refused {
  return {
    kind: "unauthorised",
    reason: `the message is not taken: ${why}`,
    help: "sign `timestamp.body` (HMAC-SHA256, hexadecimal) with the secret of the monitor, timestamp in seconds",
  };
}

const shape = z.object({
  id: z.string().min(1).max(MAXIMUM_ID),
  text: z.string().min(1).max(MAXIMUM_TEXT),
  atMs: z.number().min(0).max(LAST_MS).optional(),
  user: z.string().max(MAXIMUM_USER).optional(),
  tags: z.array(z.string().max(MAXIMUM_TAG)).max(MAXIMUM_TAGS).optional(),
});

export function readComplaint(body: Uint8Array): Complaint | Refused {
  const parsed = shape.safeParse(parsedJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "body" : issue.path.join(".");
    return badBody(`${where}: ${issue?.message ?? "not understood"}`);
  }
  const { id, text, atMs, user, tags } = parsed.data;
  return {
    id: clean(id),
    text: clean(text),
    saidMs: atMs ?? null,
    user: user === undefined ? null : clean(user),
    tags: (tags ?? []).map(clean),
  };
}

/** Undefined: no JSON, which no shape takes. */
function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Null: it is short enough. */
export function tooLong(body: Uint8Array): Refused | null {
  return body.length > MAXIMUM_COMPLAINT_BYTES
    ? badBody(`it has more than ${MAXIMUM_COMPLAINT_BYTES} bytes`)
    : null;
}

function badBody(why: string): Refused {
  return {
    kind: "badBody",
    reason: `the complaint is not understood: ${why}`,
    help: "send JSON: { id, text, atMs?, user?, tags? }",
  };
}

/** PostgreSQL's text holds neither zero bytes nor halves of surrogate pairs. */
function clean(text: string): string {
  return text.replace(/\p{Surrogate}|\0/gu, "\ufffd");
}
