import { expect, onTestFinished, test, vi } from "vitest";
import type { Answer, TestServer } from "../server/testing/testServer.ts";
import { testServer } from "../server/testing/testServer.ts";
import { BOOT_FILE, bootFile, testFirewall } from "./testing/firewall.ts";
import { openTime, runInRealTime } from "./time.ts";

/* The services of the real server, on a firewall that is simulated: all above the transport is the same. */

vi.setConfig({ testTimeout: 60_000 });

const NETWORK = `
devices:
  fw1: { reach: simulated:fw1, sources: ${BOOT_FILE}, managed-by: { inet edge: premortem }, addresses: [10.9.2.1, 203.0.113.1, 10.9.9.1] }
zones:
  dmz: { device: fw1, interfaces: dmz, addresses: 10.9.2.0/24 }
  internet: { device: fw1, interfaces: wan, addresses: internet }
roles:
  mail: [10.9.2.11, 10.9.2.12]
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
people:
  ana: { name: Ana, roles: [operator, approver] }
  bob: { name: Bob, roles: [approver] }
`;

const BY_HAND = "insert rule inet edge forward ip saddr { 10.9.2.11, 10.9.2.12 } counter drop";
const STATELESS = { stateless: true, handles: false, terse: false } as const;
/** More than any window. */
const LONGEST_WINDOW_MS = 3_600_000;
const CARLA = { login: "carla", address: "10.9.9.77", key: null };

async function open() {
  const time = openTime(Date.now());
  const firewall = testFirewall(time);
  onTestFinished(
    runInRealTime(time, 20, (fault) => {
      throw fault;
    }),
  );
  const server = await testServer({
    network: NETWORK,
    isStarted: true,
    openTransport: () => firewall.transport,
  });
  const tokens = { ana: await server.token("ana"), bob: await server.token("bob") };
  const as = (who: keyof typeof tokens, method: string, path: string, body?: unknown) =>
    server.ask(method, path, { token: tokens[who], ...(body === undefined ? {} : { body }) });
  const pulled = bodyOf(await as("ana", "POST", "/v1/devices/fw1/pull"));
  bodyOf(await as("ana", "POST", "/v1/devices/fw1/baseline", { hash: pulled["hash"] }));
  await watched(server, false);
  return { server, firewall, time, as };
}

function bodyOf({ status, text, body }: Answer): Readonly<Record<string, unknown>> {
  expect(status, text).toBeLessThan(300);
  return body as Readonly<Record<string, unknown>>;
}

/** When the audit says this of the device. */
async function watched({ service }: TestServer, isDrift: boolean): Promise<void> {
  await vi.waitFor(
    () => {
      const state = service.audit.states().get("fw1");
      expect(state).toMatchObject({ kind: "watching", drift: { isDrift } });
    },
    { timeout: 20_000 },
  );
}

type As = Awaited<ReturnType<typeof open>>["as"];

/** Proposed by Ana, approved by Bob, and begun; its end is read. */
async function applied(
  as: As,
  text: string,
  body: object = {},
): Promise<Readonly<Record<string, unknown>>> {
  const files = [{ path: BOOT_FILE, text }];
  const change = bodyOf(await as("ana", "POST", "/v1/changes", { device: "fw1", files }));
  bodyOf(await as("ana", "POST", `/v1/changes/${change["id"]}/prove`));
  const { shownHash } = bodyOf(await as("bob", "GET", `/v1/changes/${change["id"]}`));
  bodyOf(await as("bob", "POST", `/v1/changes/${change["id"]}/approve`, { shownHash }));
  const begun = bodyOf(await as("ana", "POST", `/v1/changes/${change["id"]}/apply`, body));
  return begun;
}

/** When an apply is over, in this way. */
async function ended(as: As, begun: Readonly<Record<string, unknown>>, kind: string) {
  await vi.waitFor(
    async () => {
      const apply = bodyOf(await as("ana", "GET", `/v1/applies/${begun["id"]}`));
      expect(apply).toMatchObject({ state: { kind }, isOver: true });
    },
    { timeout: 40_000 },
  );
}

test("an approved change is loaded, confirmed, and becomes what boots", async () => {
  const { firewall, as } = await open();
  const text = bootFile("    ip saddr 192.0.2.9 counter drop\n");
  const begun = await applied(as, text);
  await ended(as, begun, "confirmed");
  expect(firewall.files.get(BOOT_FILE)).toBe(text);
  expect(firewall.kernel.list(STATELESS)).toContain("ip saddr 192.0.2.9 counter drop");
});

test("a change that lets no new connection in is taken back", async () => {
  const { firewall, as } = await open();
  const before = firewall.kernel.list(STATELESS);
  firewall.onKnock(() => !firewall.kernel.list(STATELESS).includes("192.0.2.66"));
  const begun = await applied(as, bootFile("    ip saddr 192.0.2.66 counter drop\n"), {
    windowS: 20,
  });
  await ended(as, begun, "rolledBack");
  expect(firewall.kernel.list(STATELESS)).toBe(before);
  expect(firewall.files.get(BOOT_FILE)).toBe(bootFile());
});

test("what nobody confirms goes back by itself, and the server learns of it", async () => {
  const { firewall, time, as } = await open();
  const before = firewall.kernel.list(STATELESS);
  /* The way to the device breaks behind the load. */
  let isCut = false;
  firewall.onRun((command) => {
    if (command.includes("confirm")) isCut = true;
    return isCut ? { code: 255, out: "", error: "the line is cut\n" } : null;
  });
  const begun = await applied(as, bootFile("    ip saddr 192.0.2.9 counter drop\n"));
  await vi.waitFor(() => expect(isCut).toBe(true), { timeout: 30_000 });
  expect(firewall.kernel.list(STATELESS)).toContain("192.0.2.9");
  time.advance(LONGEST_WINDOW_MS);
  expect(firewall.kernel.list(STATELESS)).toBe(before);
  isCut = false;
  await ended(as, begun, "rolledBack");
});

test("a rule by hand is told with who was there, and taken back", async () => {
  const { server, firewall, as } = await open();
  const before = firewall.kernel.list(STATELESS);
  const said = await firewall.byHand(CARLA, ["nft", ...BY_HAND.split(" ")]);
  expect(said).toEqual({ code: 0, out: "", error: "" });
  await watched(server, true);
  const { differences } = bodyOf(await as("ana", "GET", "/v1/differences"));
  expect(JSON.stringify(differences)).toContain("carla");
  await watched(server, true);
  const now = bodyOf(await as("ana", "POST", "/v1/devices/fw1/pull"));
  expect(now["intents"]).toMatchObject([{ id: "mail-out", status: "broken" }]);
  bodyOf(await as("ana", "POST", "/v1/devices/fw1/revert", { hash: now["hash"] }));
  await watched(server, false);
  expect(firewall.kernel.list(STATELESS)).toBe(before);
});
