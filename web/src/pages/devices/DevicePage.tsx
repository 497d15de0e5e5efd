import { Button, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { devicesQuery } from "../../api/queries.ts";
import type { Device } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Mono } from "../../components/Code.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Page, PageOf } from "../../components/Page.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { ByHand } from "./ByHand.tsx";
import { DeviceWord } from "./DeviceWord.tsx";
import { Drift } from "./Drift.tsx";
import { History } from "./History.tsx";
import { Promises } from "./Promises.tsx";
import { Running } from "./Running.tsx";

/** One device: what runs, how it differs from what was approved, and what happened to it. */
export function DevicePage() {
  const { name } = useParams({ from: "/devices/$name" });
  const query = useQuery(devicesQuery);
  return (
    <PageOf title={name} query={query}>
      {(devices) => {
        const device = devices.find((one) => one.name === name);
        return device === undefined ? <NoSuch name={name} /> : <OneDevice device={device} />;
      }}
    </PageOf>
  );
}

function NoSuch({ name }: { readonly name: string }) {
  return (
    <Page title="No such device">
      <Empty title={`The network file knows no device ${name}.`}>
        <Link to="/devices">All devices</Link>
      </Empty>
    </Page>
  );
}

function OneDevice({ device }: { readonly device: Device }) {
  const session = useSession();
  const { name, sources, reach, watch } = device;
  const hasRules = sources.length > 0;
  return (
    <Page
      title={name}
      lead={
        <>
          <DeviceWord device={device} /> reached by <Mono>{reach}</Mono>
          {watch.kind === "blind" ? <Prose text={` · ${watch.reason}`} /> : null}
        </>
      }
      actions={
        hasRules && mayOperate(session) ? (
          <Button component={Link} to={`/changes/new?device=${encodeURIComponent(name)}`}>
            Propose a change
          </Button>
        ) : undefined
      }
    >
      <Stack>
        <Drift device={device} />
        {hasRules ? <ByHand device={name} /> : null}
        {hasRules ? <Promises device={name} /> : null}
        <Panel title="Configuration and history">
          <Tabs defaultValue="runs" keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="runs">What runs</Tabs.Tab>
              <Tabs.Tab value="history">What changed</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="runs">
              <Running device={device} />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <History device={name} />
            </Tabs.Panel>
          </Tabs>
        </Panel>
        {watch.kind === "watching" && watch.polling.withoutEvents.length > 0 ? (
          <Text size="sm" c="dimmed">
            <Prose text={watch.polling.text} />
          </Text>
        ) : null}
      </Stack>
    </Page>
  );
}
