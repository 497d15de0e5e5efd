import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { openIncident } from "../operations/incident/life.ts";
import { incidentStore } from "../operations/incident/store.ts";
import * as contract from "./contract/statusPage.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";

const network = (serve: boolean) => `
devices:
  secretfw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, addresses: [10.9.2.1] }
zones:
  hiddenzone: { device: secretfw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: secretfw, interfaces: out0, addresses: internet }
roles: { innerrole: 10.9.2.11 }
intents:
  innerintent: { from: innerrole, to: internet, service: smtp, owner: the mail team }
monitors:
  innerprobe: { kind: dns, from: secretfw, to: 198.51.100.53, name: hidden.example }
status-page:
  title: Mail of <Example>
  serve: ${serve}
  components:
    Outgoing mail: { about: "to people elsewhere", intents: innerintent }
    Names & more: { probes: [innerprobe] }
${PEOPLE}`;

/** As Statuspage's public API has it. */
const summary = z.object({
  page: z.object({
    id: z.string(),
    name: z.string(),
    time_zone: z.string(),
    updated_at: z.iso.datetime(),
  }),
  status: z.object({
    indicator: z.enum(["none", "minor", "major", "critical"]),
    description: z.string(),
  }),
  components: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.enum(["operational", "degraded_performance", "partial_outage", "major_outage"]),
      position: z.number(),
      page_id: z.string(),
      group: z.literal(false),
    }),
  ),
  incidents: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["investigating", "identified", "monitoring"]),
      impact: z.enum(["none", "minor", "major", "critical"]),
      incident_updates: z
        .array(z.object({ status: z.string(), body: z.string(), incident_id: z.string() }))
        .min(1),
      components: z.array(z.object({ name: z.string() })),
    }),
  ),
  scheduled_maintenances: z.array(z.never()),
});

async function disturbed(serve: boolean) {
  const server = await testServer({ network: network(serve) });
  const symptom = {
    id: "intent/secretfw/innerintent",
    sinceMs: 1,
    text: "probe innerprobe fails at connect: 198.51.100.53 refuses (secretfw)",
    flows: [{ from: "innerrole", to: "internet", service: "smtp" }],
    intent: { device: "secretfw", id: "innerintent" },
  };
  const opened = openIncident(0, symptom, server.service.clock());
  await incidentStore(server.database.database).add(opened);
  await server.service.statusPages.update();
  return server;
}

const PATHS = [
  "",
  "api/v2/summary.json",
  "api/v2/status.json",
  "api/v2/components.json",
  "api/v2/incidents.json",
  "api/v2/incidents/unresolved.json",
  "api/v2/scheduled-maintenances.json",
];

test("the page says what is disturbed to whoever comes, and nothing of the inside", async () => {
  const server = await disturbed(true);
  const inside =
    /secretfw|hiddenzone|innerrole|innerintent|innerprobe|10\.9\.|198\.51|hidden\.example|nftables|smtp|mail team|\bana\b|\bbob\b|\bvera\b|undefined/i;
  for (const path of PATHS) {
    const answer = await server.ask("GET", `/status/${path}`);
    expect(answer.status, path).toBe(200);
    expect(answer.text).not.toMatch(inside);
    for (const [, value] of answer.headers) expect(value).not.toMatch(inside);
  }
  const found = summary.parse((await server.ask("GET", "/status/api/v2/summary.json")).body);
  expect(found.incidents).toMatchObject([
    { name: "Disturbed: Outgoing mail", status: "investigating", impact: "major" },
  ]);
});

test("it has no scripts, and its policy lets in its own style alone", async () => {
  const server = await disturbed(true);
  const { text, headers } = await server.ask("GET", "/status/");
  expect(text).toContain("<h1>Mail of &lt;Example&gt;</h1>");
  expect(text).toContain("Names &amp; more");
  expect(text).not.toMatch(/<script|\son\w+=|https?:|src=/);
  const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain(`style-src 'sha256-${hash}'`);
  expect(policy).toContain("default-src 'none'");
});

test("where it is not switched on, nobody sees it without a login, and its files are there for who has one", async () => {
  const server = await disturbed(false);
  for (const path of PATHS) expect((await server.ask("GET", `/status/${path}`)).status).toBe(404);
  expect((await server.ask("GET", "/v1/status-page")).status).toBe(401);
  const token = await server.token("vera");
  const { files } = contract.statusFiles.parse(
    (await server.ask("GET", "/v1/status-page", { token })).body,
  );
  expect(files.map(({ path }) => path)).toEqual(["index.html", ...PATHS.slice(1)]);
});

test("what the page speaks of has to be there", async () => {
  const { parseNetwork } = await import("../operations/inventory/networkFile.ts");
  const text = network(true).replace("intents: innerintent }", "intents: nothing }");
  const [first] = parseNetwork("premortem.yaml", text).diagnostics;
  expect(first).toMatchObject({ code: "PM5004", message: "there is no intent `nothing`" });
});
