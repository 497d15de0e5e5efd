import { createInterface } from "node:readline";
import { type Question, questionSchema, type Told } from "./relay.ts";

/*
 * Speaks with a premortem server that listens in the namespace of this process, for somebody outside of
 * it: `relayMain URL`. Takes a question in each line of its input, and writes a line for each answer and
 * for each of the server's news. Ends with its input.
 */

const [url = ""] = process.argv.slice(2);

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

const wordsOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));

async function ask({ id, method, path, token, body }: Question): Promise<void> {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === null ? {} : { "content-type": "application/json" }),
  };
  try {
    const content = body === null ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url + path, { method, headers, ...content });
    const said: unknown = await response.json();
    tell({ kind: "answer", id, status: response.status, body: said, atMs: Date.now() });
  } catch (fault) {
    tell({ kind: "fault", id, message: wordsOf(fault) });
  }
}

/** Server-sent events (HTML, 9.2), as far as this server writes them. */
async function listen({ id, path, token }: Question): Promise<void> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  if (response.body === null) throw new Error("no news come");
  tell({ kind: "answer", id, status: response.status, body: null, atMs: Date.now() });
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined && data !== "{}")
        tell({ kind: "news", atMs: Date.now(), news: JSON.parse(data) });
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = questionSchema.parse(JSON.parse(line));
  const answered = question.method === "LISTEN" ? listen(question) : ask(question);
  answered.catch((fault: unknown) =>
    tell({ kind: "fault", id: question.id, message: wordsOf(fault) }),
  );
}
process.exit();
