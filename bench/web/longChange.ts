import { FIREWALL_SOURCE } from "../../src/simulation/hosts/networkFile.ts";

const HEADERS = { "content-type": "application/json", "x-premortem": "1" };

export interface Proposed {
  readonly id: number;
  /** Milliseconds until it is kept, and proved on what runs. */
  readonly ms: number;
}

/** Proposes a text for the demonstration's firewall, and has it proved. */
export async function propose(url: string, text: string): Promise<Proposed> {
  const headers = { ...HEADERS, cookie: await enter(url) };
  const body = { device: "fw1", files: [{ path: FIREWALL_SOURCE, text }] };
  const begin = performance.now();
  const made = await send(`${url}/v1/changes`, { headers, body: JSON.stringify(body) });
  const { id } = (await made.json()) as { id: number };
  const proved = await send(`${url}/v1/changes/${id}/prove`, { headers });
  await proved.arrayBuffer();
  return { id, ms: performance.now() - begin };
}

/** Milliseconds for all of `paths`, one after the other. */
export async function ask(
  url: string,
  runs: number,
  paths: readonly string[],
): Promise<readonly number[]> {
  const headers = { cookie: await enter(url) };
  const times: number[] = [];
  while (times.length < runs) {
    const begin = performance.now();
    for (const path of paths) await (await fetch(`${url}${path}`, { headers })).arrayBuffer();
    times.push(performance.now() - begin);
  }
  return times;
}

/** The cookie of somebody of the demonstration. */
async function enter(url: string): Promise<string> {
  const body = JSON.stringify({ login: "ana" });
  const answer = await send(`${url}/v1/session/demo`, { headers: HEADERS, body });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

async function send(
  at: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
): Promise<Response> {
  const answer = await fetch(at, { method: "POST", ...request });
  if (!answer.ok) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
  return answer;
}
