import type { ErrorBody } from "./types.ts";

/** What the server answered instead of what was asked for, in its own words. */
export class ApiFault extends Error {
  readonly status: number;
  /** Stable, for programs; `unreachable` where nobody answered. */
  readonly code: string;
  readonly help: string;
  constructor(status: number, { code, message, help }: ErrorBody["error"]) {
    super(message);
    this.status = status;
    this.code = code;
    this.help = help;
  }
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Milliseconds until a page says that nobody answers: a proof of 10,000 rules takes seconds. */
const TIMEOUT_MS = 60_000;

/** Asks the server. Throws `ApiFault` for all that is not what was asked for. */
export async function call<Result>(method: Method, path: string, body?: unknown): Promise<Result> {
  const answer = await sent(method, path, body);
  const value = await readJson(answer);
  if (answer.ok) return value as Result;
  throw new ApiFault(answer.status, errorOf(value, answer.status));
}

export const get = <Result>(path: string) => call<Result>("GET", path);
export const post = <Result>(path: string, body?: unknown) => call<Result>("POST", path, body);
export const put = <Result>(path: string, body?: unknown) => call<Result>("PUT", path, body);
export const remove = <Result>(path: string) => call<Result>("DELETE", path);

async function sent(method: Method, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        /* A page of another site cannot send it: what comes with the cookie alone is refused. */
        "x-premortem": "1",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiFault(0, UNREACHABLE);
  }
}

const UNREACHABLE = {
  code: "unreachable",
  message: "premortem's server does not answer",
  help: "what you see is from before; it is asked again by itself. On its host: `premortem status`",
};

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function errorOf(value: unknown, status: number): ErrorBody["error"] {
  if (typeof value === "object" && value !== null && "error" in value)
    return (value as ErrorBody).error;
  return {
    code: "unreadable",
    message: `the answer cannot be read (HTTP ${status})`,
    help: "is something between you and premortem's server?",
  };
}
