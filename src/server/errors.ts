import type { PullFailed } from "../operations/inventory/pull.ts";
import type { Refusal } from "../platform/refusal.ts";
import type { TransportFault } from "../platform/transport/transport.ts";
import type { ErrorBody } from "./contract/common.ts";

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 500 | 502 | 503;

/** Why a call is not answered as it wishes. */
export interface ApiError {
  readonly status: ErrorStatus;
  readonly body: ErrorBody;
  /** Seconds after which it may be tried again, for `Retry-After`. */
  readonly retryAfterS?: number;
}

export function apiError(
  status: ErrorStatus,
  code: string,
  message: string,
  help: string,
  problems?: readonly Problem[],
): ApiError {
  const error = { code, message, help };
  return {
    status,
    body: { error: problems === undefined ? error : { ...error, problems: [...problems] } },
  };
}

export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What the operations give instead of a result. */
export type Trouble = Refusal | TransportFault | PullFailed;

export function isTrouble(result: object): result is Trouble {
  if (!("kind" in result)) return false;
  return result.kind === "refusal" || result.kind === "fault" || result.kind === "failed";
}

export function errorOf(trouble: Trouble): ApiError {
  switch (trouble.kind) {
    case "refusal":
      return refusalError(trouble);
    case "fault":
      return apiError(502, trouble.fault, trouble.message, trouble.help);
    case "failed":
      return apiError(502, "notRead", trouble.message, trouble.help);
  }
}

const MS_IN_SECOND = 1_000;

function refusalError({ code, reason, help, afterMs = 0 }: Refusal): ApiError {
  switch (code) {
    case "unknown":
      return apiError(404, "notFound", reason, help);
    case "tooOften":
      return {
        ...apiError(429, "tooOften", reason, help),
        retryAfterS: Math.max(1, Math.ceil(afterMs / MS_IN_SECOND)),
      };
    default:
      return apiError(409, "refused", reason, help);
  }
}

/** Ends a call early; caught where calls are answered. */
export class CallError extends Error {
  readonly answer: ApiError;

  constructor(answer: ApiError) {
    super(answer.body.error.message);
    this.answer = answer;
  }
}
