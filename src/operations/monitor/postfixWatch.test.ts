import { rename, rm, writeFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { localTransport } from "../../platform/transport/local.ts";
import type { LineStream, Transport } from "../../platform/transport/transport.ts";
import type { MonitorEvent } from "./model.ts";
import { HEAD, type MailHost, mailHost, watch } from "./testing/mailHost.ts";

const monitorOf = ({ folder, log }: MailHost) =>
  `m: { kind: postfix, on: mail1, log: ${log}, configuration: ${folder}/postfix }`;
const LOOKUP = "postfix/smtpd[9]: warning: virtual_mailbox_maps: map lookup problem";
const seeing = ({ kind }: MonitorEvent) => kind === "seeing";
const began = ({ kind }: MonitorEvent) => kind === "began";

test("a line that comes is a symptom with the connection that the configuration ties it to", async () => {
  const host = await mailHost();
  const { monitors, until, told } = await watch([monitorOf(host)]);
  monitors.start();
  await until(seeing);
  await host.write(LOOKUP, LOOKUP);
  expect(await until(began)).toMatchObject({
    symptom: { id: "m/database/postfix", device: "mail1", kind: "log", monitor: "m" },
  });
  const [symptom] = monitors.active();
  expect(symptom?.flows.map(({ to, service }) => [to, service])).toEqual([
    ["198.51.100.20", "tcp/5432"],
  ]);
  expect(told.filter(began)).toHaveLength(1);
  expect(monitors.states()).toMatchObject([{ state: "seeing", monitor: "m", kind: "postfix" }]);
});

test("the connection begins at the address that the host goes there with", async () => {
  const host = await mailHost();
  const { monitors, until } = await watch([monitorOf(host)]);
  const ran = await localTransport().run(["ip", "-j", "route", "get", "198.51.100.20"]);
  const [route] = ran.kind === "ran" ? JSON.parse(ran.out) : [];
  monitors.start();
  await until(seeing);
  await host.write(LOOKUP);
  await until(began);
  expect(monitors.active()[0]?.flows[0]?.from).toBe(route?.prefsrc ?? "192.0.2.1");
});

test("a mail that is sent tells that its connection worked when it began, and ends what said otherwise", async () => {
  const host = await mailHost();
  let nowMs = 100_000;
  const { monitors, until } = await watch([monitorOf(host)], { clock: () => nowMs });
  monitors.start();
  await until(seeing);
  await host.write("postfix/smtp[9]: connect to mx.example[198.51.100.9]:25: Connection timed out");
  await until(began);
  nowMs = 200_000;
  await host.write(
    "postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.example[198.51.100.9]:25, delay=9, delays=1/2/3/0.5, dsn=2.0.0, status=sent (250 ok delays=1/1/1/1)",
  );
  expect(await until(({ kind }) => kind === "well")).toMatchObject({
    flows: [{ to: "198.51.100.9", service: "tcp/25" }],
    atMs: 196_500,
  });
  expect(await until(({ kind }) => kind === "ended")).toMatchObject({
    symptom: { id: "m/peer/198.51.100.9/25" },
    atMs: 200_000,
  });
});

test("a connection that served before says nothing of new ones", async () => {
  const host = await mailHost();
  const { monitors, until, told } = await watch([monitorOf(host)]);
  monitors.start();
  await until(seeing);
  await host.write(
    "postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.example[198.51.100.9]:25, conn_use=2, delay=9, delays=1/2/0/0.5, dsn=2.0.0, status=sent (250 ok)",
    LOOKUP,
  );
  await until(began);
  expect(told.filter(({ kind }) => kind === "well")).toEqual([]);
});

test("a log that is rotated is followed into the new file", async () => {
  const host = await mailHost();
  const { monitors, until } = await watch([monitorOf(host)]);
  monitors.start();
  await until(seeing);
  await rename(host.log, `${host.log}.1`);
  await writeFile(host.log, `${HEAD} ${LOOKUP}\n`);
  expect(await until(began)).toMatchObject({ symptom: { id: "m/database/postfix" } });
});

test("a log that is not there is blindness with its name, and seen once it is there", async () => {
  const host = await mailHost();
  await rm(host.log);
  const { monitors, until } = await watch([monitorOf(host)]);
  monitors.start();
  expect(await until(({ kind }) => kind === "blind")).toMatchObject({
    monitor: "m",
    reason: `cannot read ${host.log}`,
  });
  expect(monitors.states()).toMatchObject([{ state: "blind" }]);
  await writeFile(host.log, "");
  await until(seeing);
});

test("a stream that breaks is told, and followed again", async () => {
  const host = await mailHost();
  const streams: LineStream[] = [];
  const local = localTransport();
  const transport: Transport = {
    ...local,
    stream: (command) => {
      const stream = local.stream(command);
      streams.push(stream);
      return stream;
    },
  };
  const { monitors, until, told } = await watch([monitorOf(host)], { transport });
  monitors.start();
  await until(seeing);
  streams[0]?.stop();
  await until(({ kind }) => kind === "blind");
  await until((event) => seeing(event) && told.filter(seeing).length === 2);
  await host.write(LOOKUP);
  await until(began);
  expect(told.map(({ kind }) => kind)).toEqual(["seeing", "blind", "seeing", "began"]);
});

test("configuration that cannot be read is told", async () => {
  const host = await mailHost();
  await rm(`${host.folder}/postfix/users.cf`);
  const { monitors, until } = await watch([monitorOf(host)]);
  monitors.start();
  await until(seeing);
  expect(monitors.states()[0]?.notes).toContainEqual(
    expect.stringContaining(`${host.folder}/postfix/users.cf cannot be read`),
  );
});

test("a queue that cannot be looked at is told, and the log is followed all the same", async () => {
  const host = await mailHost();
  await rm(`${host.folder}/postfix`, { recursive: true });
  const { monitors, until } = await watch([
    `m: { kind: postfix, on: mail1, log: ${host.log}, configuration: ${host.folder}/postfix, every: 100ms }`,
  ]);
  monitors.start();
  await until(seeing);
  await vi.waitFor(() =>
    expect(monitors.states()[0]?.notes).toContainEqual(
      expect.stringMatching(/^the queue cannot be looked at: .*postqueue/),
    ),
  );
  await host.write(LOOKUP);
  await until(began);
});

test("configuration that is edited is read again after a while, and an older one is kept till then", async () => {
  const host = await mailHost();
  let nowMs = 0;
  const { monitors, until, told } = await watch([monitorOf(host)], { clock: () => nowMs });
  monitors.start();
  await until(seeing);
  await writeFile(`${host.folder}/postfix/users.cf`, "hosts = 198.51.100.21\n");
  await host.write(LOOKUP);
  await until(began);
  const targets = () => monitors.active()[0]?.flows.map(({ to }) => to);
  expect(targets()).toEqual(["198.51.100.20"]);
  nowMs = 600_000;
  await vi.waitFor(
    async () => {
      await host.write(LOOKUP);
      expect(targets()).toContain("198.51.100.21");
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(told.filter(({ kind }) => kind === "blind")).toEqual([]);
});
