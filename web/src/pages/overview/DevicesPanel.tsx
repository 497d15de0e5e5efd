import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Device } from "../../api/types.ts";
import { Panel } from "../../components/Panel.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { DeviceWord } from "../devices/DeviceWord.tsx";

export function DevicesPanel({ devices }: { readonly devices: readonly Device[] }) {
  return (
    <Panel title="Devices">
      <Rows>
        {devices.map((device) => (
          <Row key={device.name} aside={<DeviceWord device={device} />}>
            <Anchor component={Link} to={`/devices/${encodeURIComponent(device.name)}`} fw={600}>
              <bdi>{device.name}</bdi>
            </Anchor>
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}
