import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { testServer } from "./testing/testServer.ts";

const INDEX = `<!doctype html><meta name="csp-nonce" content="%CSP_NONCE%"><!-- %FIRSTS% --><script src="/assets/a-1.js"></script>`;
const FIRSTS = {
  pages: [
    {
      path: "/changes/new",
      modules: ["/assets/editor-1.js"],
      styles: ["/assets/editor-1.css"],
      asks: ["/v1/devices"],
    },
    {
      path: "/changes/$id",
      modules: [],
      styles: [],
      asks: ["/v1/session", "/v1/changes/$id/proof"],
    },
  ],
};

async function pages() {
  const folder = mkdtempSync(join(tmpdir(), "premortem-pages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const web = join(folder, "web");
  mkdirSync(join(web, "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "s3cret");
  writeFileSync(join(web, "index.html"), INDEX);
  writeFileSync(join(web, "firsts.json"), JSON.stringify(FIRSTS));
  writeFileSync(join(web, "icon.svg"), "<svg/>");
  writeFileSync(join(web, ".hidden"), "s3cret");
  writeFileSync(join(web, "assets/a-1.js"), "plain");
  writeFileSync(join(web, "assets/a-1.js.br"), brotliCompressSync("packed by brotli"));
  writeFileSync(join(web, "assets/a-1.js.gz"), gzipSync("packed by gzip"));
  symlinkSync(join(folder, "secret.txt"), join(web, "link.txt"));
  const server = await testServer({ web });
  /* As it stands: `fetch` mends paths before it sends them, and unpacks what comes. */
  const raw = async (path: string, headers = "") => {
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 \d/);
    return answer;
  };
  return { server, raw };
}

test("a link into the pages gets the first of them, under a policy that lets in its own files alone", async () => {
  const { server } = await pages();
  const nonces = new Set<string>();
  for (const path of ["/", "/index.html", "/changes/12", "/help-desk"]) {
    const { status, headers, text: page } = await server.ask("GET", path);
    expect([status, headers.get("content-type")], path).toEqual([200, "text/html; charset=utf-8"]);
    const [, nonce = ""] = /content="([^"]+)"/.exec(page) ?? [];
    expect(nonce).toMatch(/^[\w+/]{24}$/);
    nonces.add(nonce);
    expect(headers.get("content-security-policy")).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; ` +
        "img-src 'self' data:; font-src 'self'; worker-src 'self'; manifest-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(headers.get("cache-control")).toBe("no-store");
  }
  expect(nonces.size).toBe(4);
});

test("who has a session is told what to fetch beside the page, and nobody else", async () => {
  const { server } = await pages();
  const linksOf = async (path: string, cookie?: string) => {
    const { text: page } = await server.ask("GET", path, cookie === undefined ? {} : { cookie });
    return [...page.matchAll(/<link rel="(\w+)"(?: as="(\w+)")? crossorigin href="([^"]*)">/g)].map(
      ([, rel, kind, href]) => [rel, kind, href].filter((word) => word !== undefined).join(" "),
    );
  };
  const cookie = "premortem-session=s";
  expect(await linksOf("/changes/new", cookie)).toEqual([
    "preload fetch /v1/devices",
    "modulepreload /assets/editor-1.js",
    "preload style /assets/editor-1.css",
  ]);
  expect(await linksOf("/changes/12?x=$id", cookie)).toEqual([
    "preload fetch /v1/session",
    "preload fetch /v1/changes/12/proof",
  ]);
  expect(await linksOf("/changes/12")).toEqual([]);
  expect(await linksOf("/help-desk", cookie)).toEqual([]);
});

test.each(["/changes/%22%3E%3Cscript%3E", '/changes/"><script>', "/changes/$id", "/changes/a$&b"])(
  "a path puts nothing of its own into the page: %s",
  async (path) => {
    const { raw } = await pages();
    const page = await raw(path, "Cookie: premortem-session=s\r\n");
    expect(page).not.toMatch(/<script>|href="[^"]*\$/);
  },
);

test("everything that is answered has headers that keep it from being misused", async () => {
  const { server } = await pages();
  for (const path of [
    "/",
    "/icon.svg",
    "/assets/a-1.js",
    "/v1/status",
    "/health",
    "/metrics",
    "/x.y",
  ]) {
    const { headers } = await server.ask("GET", path);
    expect(headers.get("content-security-policy"), path).toContain("default-src 'none'");
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("x-frame-options"), path).toBe("DENY");
    expect(headers.get("referrer-policy"), path).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy"), path).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
  }
  expect((await server.ask("GET", "/v1/status")).headers.get("cache-control")).toBe("no-store");
});

test("what is named by its content is kept for good, the rest is asked for again", async () => {
  const { server } = await pages();
  const asset = await server.ask("GET", "/assets/a-1.js", { headers: { "accept-encoding": "x" } });
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect([asset.text, asset.headers.get("vary")]).toEqual(["plain", "Accept-Encoding"]);
  const icon = await server.ask("GET", "/icon.svg");
  expect([icon.headers.get("cache-control"), icon.headers.get("content-type")]).toEqual([
    "no-cache",
    "image/svg+xml",
  ]);
  const headers = { "if-none-match": icon.headers.get("etag") ?? "" };
  expect((await server.ask("GET", "/icon.svg", { headers })).status).toBe(304);
});

test("what was packed beforehand is sent packed, to those who can read it", async () => {
  const { server } = await pages();
  const asked = async (encodings: string) => {
    const headers = { "accept-encoding": encodings };
    const answer = await server.ask("GET", "/assets/a-1.js", { headers });
    return [answer.headers.get("content-encoding"), answer.text];
  };
  expect(await asked("gzip, deflate, br")).toEqual(["br", "packed by brotli"]);
  expect(await asked("gzip;q=1.0")).toEqual(["gzip", "packed by gzip"]);
  expect(await asked("identity")).toEqual([null, "plain"]);
});

test.each([
  "/../secret.txt",
  "/assets/../../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/%2e%2e%2fsecret.txt",
  "/..%5csecret.txt",
  "/assets/%2e%2e/%2e%2e/secret.txt",
  "//secret.txt",
  "/.hidden",
  "/link.txt",
  "/assets/a-1.js%00.txt",
  "/icon.svg/../../secret.txt",
])("nothing outside the folder, and nothing hidden, is given out: %s", async (path) => {
  const { raw } = await pages();
  expect(await raw(path)).not.toContain("s3cret");
});

test("what is missing is told as such: of the API as JSON, and files as files", async () => {
  const { server } = await pages();
  for (const path of [
    "/v1",
    "/v1/nothing",
    "/v1/changes/1/nothing",
    "/assets/b-2.js",
    "/robots.txt",
  ]) {
    const { status, body } = await server.ask("GET", path);
    expect([status, body], path).toMatchObject([404, { error: { code: "notFound" } }]);
  }
  expect((await server.ask("POST", "/changes")).status).toBe(404);
});
