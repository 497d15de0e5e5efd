import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { startSshd, type TestSshd } from "../../../test/sshd.ts";
import { localTransport, namespaceTransport } from "./local.ts";
import { sshTransport } from "./ssh.ts";
import type { LineStream, Transport } from "./transport.ts";

/** Something that listens, and says back what it is told. */
async function echoServer(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

async function said(connection: Duplex, text: string): Promise<string> {
  connection.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of connection) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Longer than any login here takes. */
const KNOCK_MS = 20_000;

/** What every way to a device has to do alike. */
function behaves(open: () => Promise<Transport>): void {
  let transport: Transport;
  beforeAll(async () => {
    transport = await open();
  });
  afterAll(() => transport.close());

  test("words reach the command unchanged", async () => {
    const words = ["a b", "'", '"', "$HOME", "*", "", "a\nb", "ü", "--", "\\"];
    const ran = await transport.run(["printf", "[%s]", ...words]);
    expect(ran).toEqual({
      kind: "ran",
      code: 0,
      out: words.map((word) => `[${word}]`).join(""),
      error: "",
    });
  });

  test("input, output, errors and the exit code come through", async () => {
    const ran = await transport.run(["sh", "-c", "cat; echo bad >&2; exit 7"], { input: "in" });
    expect(ran).toEqual({ kind: "ran", code: 7, out: "in", error: "bad\n" });
  });

  test("programs of the system are found, and the login's own first", async () => {
    const ran = await transport.run(["sh", "-c", "echo $PATH"]);
    const path = ran.kind === "ran" ? ran.out.trim().split(":") : [];
    expect(path.slice(-3)).toEqual(["/usr/local/sbin", "/usr/sbin", "/sbin"]);
    expect(path.length).toBeGreaterThan(3);
  });

  test("a command that does not read its input is no fault", async () => {
    const ran = await transport.run(["true"], { input: "x".repeat(1 << 20) });
    expect(ran).toMatchObject({ kind: "ran", code: 0 });
  });

  test("a command that hangs is given up", async () => {
    const ran = await transport.run(["sleep", "60"], { timeoutMs: 300 });
    expect(ran).toMatchObject({ kind: "fault", fault: "timedOut" });
  });

  test("lines come while the command runs, until it is stopped", async () => {
    const stream = transport.stream(["sh", "-c", "echo one; echo two; exec sleep 60"]);
    const lines: string[] = [];
    for await (const line of stream.lines) {
      lines.push(line);
      if (lines.length === 2) stream.stop();
    }
    expect(lines).toEqual(["one", "two"]);
    expect((await stream.ended).kind).toMatch(/ended|fault/);
  });

  test("a stream that ends by itself says how", async () => {
    const stream = transport.stream(["sh", "-c", "echo one; exit 3"]);
    const lines: string[] = [];
    for await (const line of stream.lines) lines.push(line);
    expect({ lines, end: await stream.ended }).toEqual({
      lines: ["one"],
      end: { kind: "ended", code: 3 },
    });
  });

  test("who comes anew is let in", async () => {
    expect(await transport.knock(KNOCK_MS)).toBeNull();
  });

  test("a connection from there carries bytes both ways", async () => {
    const { server, port } = await echoServer();
    expect(await said(transport.connect("127.0.0.1", port), "hello")).toBe("hello");
    server.close();
  });

  test("a connection to nobody ends with an error", async () => {
    const { server, port } = await echoServer();
    server.close();
    await once(server, "close");
    const error: unknown = await said(transport.connect("127.0.0.1", port), "hello").catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(error)).not.toContain("forbidden");
  });
}

describeWith([], "the machine itself", () => {
  behaves(() => Promise.resolve(localTransport()));

  test("a program that is not there is named", async () => {
    const ran = await localTransport().run(["no-such-program"]);
    expect(ran).toMatchObject({ kind: "fault", fault: "cannotStart" });
  });
});

describeWith(["sshd"], "over ssh", () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());
  behaves(() => Promise.resolve(sshTransport(sshd)));

  test("a login whose PATH has no folder of the system runs its programs all the same", async () => {
    const poor = await startSshd({ path: "/usr/local/bin:/usr/bin:/bin:/usr/games" });
    const transport = sshTransport(poor);
    const stream = transport.stream(["sh", "-c", "command -v sshd"]);
    expect(await firstLines(stream, 1)).toEqual(["/usr/sbin/sshd"]);
    await transport.close();
    await poor.stop();
  });

  test("a program that is not there is told as a shell tells it", async () => {
    const transport = sshTransport(sshd);
    expect(await transport.run(["no-such-program"])).toMatchObject({ kind: "ran", code: 127 });
    await transport.close();
  });
});

/** Says its port, then says back what it is told. */
const ECHO = `
const server = require("node:net").createServer((socket) => socket.pipe(socket));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

describeWith(["root", "ip"], "a namespace", () => {
  const name = `pm-transport-${process.pid}`;
  const transport = namespaceTransport(name);
  const host = localTransport();
  beforeAll(async () => {
    await host.run(["ip", "netns", "add", name]);
    await transport.run(["ip", "link", "set", "lo", "up"]);
  });
  afterAll(() => host.run(["ip", "netns", "delete", name]));

  test("commands run inside", async () => {
    const ran = await transport.run(["ip", "-o", "link"]);
    expect(ran).toMatchObject({ kind: "ran", out: expect.stringMatching(/^1: lo: [^\n]*\n$/) });
  });

  test("connections begin inside", async () => {
    const server = transport.stream([process.execPath, "-e", ECHO]);
    const [port = "0"] = await firstLines(server, 1);
    expect(await said(transport.connect("127.0.0.1", Number(port)), "hello")).toBe("hello");
    await expect(said(host.connect("127.0.0.1", Number(port)), "hello")).rejects.toThrow();
    server.stop();
    await server.ended;
    await expect(said(transport.connect("127.0.0.1", Number(port)), "")).rejects.toThrow(/REFUSED/);
  });
});

async function firstLines({ lines }: LineStream, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  const iterator = lines[Symbol.asyncIterator]();
  while (found.length < count) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    found.push(value);
  }
  return found;
}

describeWith(["sshd"], "ssh says why not", () => {
  /** The fault of a command over a connection of its own. */
  async function faultOf(target: Parameters<typeof sshTransport>[0]): Promise<string> {
    const transport = sshTransport(target);
    const ran = await transport.run(["true"]);
    await transport.close();
    return ran.kind === "fault" ? ran.fault : `ran ${ran.code}`;
  }

  test("a host key that nobody knows", async () => {
    const sshd = await startSshd({ isKnown: false });
    expect(await faultOf(sshd)).toBe("hostKeyUnknown");
    await sshd.stop();
  });

  test("a host key that is another one than before", async () => {
    const first = await startSshd();
    await first.stop();
    const second = await startSshd({ port: first.port });
    const other = await startSshd();
    const line = (await localTransport().run(["cat", join(other.folder, "host.pub")])) as {
      readonly out: string;
    };
    writeFileSync(join(second.folder, "known_hosts"), `[127.0.0.1]:${second.port} ${line.out}`);
    expect(await faultOf(second)).toBe("hostKeyChanged");
    await second.stop();
    await other.stop();
  });

  test("a login that is not let in", async () => {
    const sshd = await startSshd();
    writeFileSync(join(sshd.folder, "login.pub"), "");
    expect(await faultOf(sshd)).toBe("loginRefused");
    await sshd.stop();
  });

  test("nobody there", async () => {
    const sshd = await startSshd();
    await sshd.stop();
    expect(await faultOf({ target: "127.0.0.1", port: sshd.port })).toBe("unreachable");
  });

  test("a name that looks like an option is none", async () => {
    expect(await faultOf({ target: "-oProxyCommand=touch /tmp/owned", port: null })).toMatch(
      /unreachable|lost/,
    );
  });

  test("to those who come anew, while a shared connection goes on", async () => {
    const sshd = await startSshd();
    const transport = sshTransport(sshd);
    expect(await transport.run(["true"])).toMatchObject({ kind: "ran" });
    writeFileSync(join(sshd.folder, "login.pub"), "");
    expect(await transport.run(["true"])).toMatchObject({ kind: "ran" });
    expect(await transport.knock(KNOCK_MS)).toMatchObject({ fault: "loginRefused" });
    await transport.close();
    await sshd.stop();
  });

  async function forbidden(ask: (connection: Duplex) => Promise<unknown>): Promise<unknown> {
    const sshd = await startSshd({ allowTcpForwarding: false });
    const transport = sshTransport(sshd);
    const error = await ask(transport.connect("127.0.0.1", sshd.port)).catch(
      (caught: unknown) => caught,
    );
    await transport.close();
    await sshd.stop();
    return error;
  }

  test("connections from there that sshd forbids", async () => {
    const error = await forbidden((connection) => said(connection, ""));
    expect(error).toMatchObject({ cause: { fault: "forbidden" } });
  });

  test("connections that sshd forbids, to a client that waits for a greeting", async () => {
    const error = await forbidden(async (connection) => {
      for await (const chunk of connection) return chunk;
    });
    expect(error).toMatchObject({ cause: { fault: "forbidden" } });
  });
});
