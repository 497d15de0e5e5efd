import { expect, test, vi } from "vitest";
import { errorBody } from "./contract/common.ts";
import * as contract from "./contract/trace.ts";
import { paperDevice } from "./testing/paperDevice.ts";
import { testServer } from "./testing/testServer.ts";

vi.setConfig({ testTimeout: 30_000 });

const LISTING = `table inet edge {
	chain forward {
		type filter hook forward priority filter; policy accept;
	}
}
`;
const EDITED = `flush ruleset
table inet edge {
	chain forward {
		type filter hook forward priority filter; policy accept;
		ip saddr 10.1.1.0/24 tcp dport 25 drop
	}
}
`;
const PACKET = encodeURIComponent("tcp 10.1.1.7:40000 > 9.9.9.9:25 in=a out=b state=new");

async function serverWithChange() {
  const server = await testServer({ openTransport: () => paperDevice(() => LISTING) });
  const ana = await server.token("ana");
  const files = [{ path: "/etc/nftables.conf", text: EDITED }];
  await server.ask("POST", "/v1/changes", { token: ana, body: { device: "fw", files } });
  await server.ask("POST", "/v1/changes/1/prove", { token: ana });
  return server;
}

test("whoever sees the network walks a packet on what runs, and as a change would have it", async () => {
  const server = await serverWithChange();
  const token = await server.token("vera");
  const walk = async (query: string) => {
    const path = `/v1/devices/fw/trace?packet=${PACKET}${query}`;
    return contract.trace.parse((await server.ask("GET", path, { token })).body);
  };
  const now = await walk("");
  const then = await walk("&change=1");
  expect([now.change, now.verdict, now.rule]).toEqual([null, "accept", null]);
  expect([then.change, then.verdict, then.rule?.file, then.rule?.line]).toEqual([
    1,
    "drop",
    "/etc/nftables.conf",
    5,
  ]);
});

test.each([
  ["a change that is not there", "vera", "&change=999", 404, "notFound"],
  ["what is no number of a change", "vera", "&change=x", 400, "badRequest"],
  ["whoever does not see the network", "hana", "&change=1", 403, "wrongRole"],
])("it refuses %s", async (_, login, query, status, code) => {
  const server = await serverWithChange();
  const token = await server.token(login);
  const path = `/v1/devices/fw/trace?packet=${PACKET}${query}`;
  const answer = await server.ask("GET", path, { token });
  expect([answer.status, errorBody.parse(answer.body).error.code]).toEqual([status, code]);
});
