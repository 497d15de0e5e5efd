import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { devicesQuery } from "../../api/queries.ts";
import { Ago } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { useListKeys } from "../../lib/useListKeys.ts";
import { DeviceWord } from "./DeviceWord.tsx";

export function DevicesPage() {
  const query = useQuery(devicesQuery);
  const list = useListKeys();
  return (
    <Page title="Devices" lead="What runs, beside what was approved.">
      <Panel title="All devices">
        <Answered query={query}>
          {(devices) => (
            <div ref={list}>
              <Rows>
                {devices.map((device) => (
                  <Row key={device.name} aside={<DeviceWord device={device} />}>
                    <Anchor
                      component={Link}
                      to={`/devices/${encodeURIComponent(device.name)}`}
                      fw={600}
                      data-list-item
                    >
                      <bdi>{device.name}</bdi>
                    </Anchor>
                    <Text size="sm" c="dimmed" component="div">
                      <Mono>{device.reach}</Mono>{" "}
                      {device.baseline === null ? (
                        "no baseline"
                      ) : (
                        <>
                          approved <Ago atMs={device.baseline.atMs} /> by{" "}
                          <bdi>{device.baseline.login}</bdi>
                        </>
                      )}
                    </Text>
                  </Row>
                ))}
              </Rows>
            </div>
          )}
        </Answered>
      </Panel>
    </Page>
  );
}
