import { readText } from "../../platform/files.ts";

/** Why the server did not do it, and what to do about it. */
export interface CallFault {
  readonly kind: "callFault";
  /** The server's code, or `unreachable`. */
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** The API, as one person. */
export interface Api {
  /** Where the server is. */
  readonly url: string;
  get<Answer>(path: string): Promise<Answer | CallFault>;
  send<Answer>(method: Method, path: string, body?: unknown): Promise<Answer | CallFault>;
  /** Opens the stream of news, behind the one of this id; empty: from now on. */
  follow(lastId: string): Promise<AsyncIterable<Uint8Array> | CallFault>;
}

type Method = "POST" | "PUT" | "DELETE";

/** Milliseconds for an answer: a proof over 100,000 rules takes a minute on a slow machine. */
const ANSWER_MS = 120_000;

export function isFault(answer: unknown): answer is CallFault {
  return (
    typeof answer === "object" && answer !== null && "kind" in answer && answer.kind === "callFault"
  );
}

export function openApi(url: string, token: string): Api {
  const call = async <Answer>(
    method: string,
    path: string,
    body: unknown,
  ): Promise<Answer | CallFault> => {
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      return unreachable(url, error);
    }
    const answer: unknown = await response.json().catch(() => null);
    /* What a path answers is the server's contract, which both are built from. */
    return response.ok && answer !== null
      ? (answer as Answer)
      : faultOf(url, response.status, answer);
  };
  return {
    url,
    get: (path) => call("GET", path, undefined),
    send: (method, path, body) => call(method, path, body),
    async follow(lastId) {
      const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
      try {
        const response = await fetch(new URL("/v1/events", url), {
          redirect: "error",
          headers: lastId === "" ? headers : { ...headers, "last-event-id": lastId },
        });
        if (response.ok && response.body !== null) return response.body;
        return faultOf(url, response.status, await response.json().catch(() => null));
      } catch (error) {
        return unreachable(url, error);
      }
    },
  };
}

function unreachable(url: string, error: unknown): CallFault {
  const why = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const said = why instanceof Error ? why.message : String(why);
  return {
    kind: "callFault",
    code: "unreachable",
    message: `no premortem answers at ${url}: ${said}`,
    help: "start one with `premortem serve`, or name another one with --server or PREMORTEM_URL",
  };
}

function faultOf(url: string, status: number, body: unknown): CallFault {
  const found = errorIn(body);
  if (found !== null) return { kind: "callFault", ...found };
  return {
    kind: "callFault",
    code: `http${status}`,
    message: `${url} answered ${status}, and not as a premortem does`,
    help: "look at what listens there",
  };
}

function errorIn(body: unknown): Omit<CallFault, "kind"> | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const { error } = body;
  if (typeof error !== "object" || error === null) return null;
  if (!("code" in error && "message" in error && "help" in error)) return null;
  return { code: String(error.code), message: String(error.message), help: String(error.help) };
}

/** Where the server is, and whose token is used. */
export interface ServerOptions {
  readonly server?: string;
  readonly tokenFile?: string;
}

const TOKEN = /^pm_[\w-]+$/;
const USUAL_URL = "http://127.0.0.1:7171";

/** Flags first, then the environment, then what is usual. Secrets come from files alone. */
export function connect({ server, tokenFile }: ServerOptions): Api | CallFault {
  const { env } = process;
  const url = server ?? env["PREMORTEM_URL"] ?? USUAL_URL;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    return {
      kind: "callFault",
      code: "usage",
      message: `\`${url}\` is no address of a server`,
      help: `write it like ${USUAL_URL}`,
    };
  const home = env["XDG_CONFIG_HOME"] ?? `${env["HOME"] ?? ""}/.config`;
  const file = tokenFile ?? env["PREMORTEM_TOKEN_FILE"] ?? `${home}/premortem/token`;
  const read = readText(file);
  if (read.kind === "problem")
    return {
      kind: "callFault",
      code: "noToken",
      message: `there is no token to read in \`${file}\``,
      help: "put yours there, or name its file with --token-file or PREMORTEM_TOKEN_FILE; an admin makes it: `premortem token create LOGIN`",
    };
  const token = read.text.trim();
  /* Of a text that no header can hold, fetch would say what it is. */
  if (!TOKEN.test(token))
    return {
      kind: "callFault",
      code: "noToken",
      message: `\`${file}\` holds no token`,
      help: "put the line that `premortem token create` printed into it, and nothing else",
    };
  return openApi(url, token);
}
