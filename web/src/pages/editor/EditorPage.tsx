import { Select, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { changeFilesQuery, changeQuery, devicesQuery, snapshotQuery } from "../../api/queries.ts";
import type { Change, Device } from "../../api/types.ts";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { runningHash } from "../changes/SourceDiff.tsx";
import { EditFiles } from "./EditFiles.tsx";
import type { Saved } from "./useEdited.ts";

/** An edit of a device's source files: proposed, or of a change that there is already. */
export function EditorPage() {
  const { device, change } = useSearch({ from: "/changes/new" });
  if (change !== undefined) return <EditChange id={change} />;
  return <Propose device={device} />;
}

function Propose({ device }: { readonly device: string | undefined }) {
  const query = useQuery(devicesQuery);
  const navigate = useNavigate();
  return (
    <Page
      title="Propose a change"
      lead="Edit the source files: what it does is told while you type."
    >
      <Answered query={query}>
        {(devices) => {
          const ruled = devices.filter(({ sources }) => sources.length > 0);
          const chosen = ruled.find(({ name }) => name === device) ?? ruled[0];
          if (chosen === undefined)
            return (
              <Empty title="No device has source files in the network file.">
                Name them under <code>sources:</code>.
              </Empty>
            );
          return (
            <>
              {ruled.length === 1 ? null : (
                <Select
                  label="Device"
                  maw={300}
                  allowDeselect={false}
                  data={ruled.map(({ name }) => name)}
                  value={chosen.name}
                  onChange={(name) => {
                    if (name !== null)
                      void navigate({ to: "/changes/new", search: { device: name } });
                  }}
                />
              )}
              <OfDevice key={chosen.name} device={chosen} change={null} saved={null} />
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function EditChange({ id }: { readonly id: number }) {
  const change = useQuery(changeQuery(id));
  const devices = useQuery(devicesQuery);
  const files = useQuery({
    ...changeFilesQuery(id, change.data?.contentHash ?? ""),
    enabled: change.data !== undefined,
    /* Somebody else may save it: what is typed here meanwhile stays on the page. */
    placeholderData: keepPreviousData,
  });
  const device = devices.data?.find(({ name }) => name === change.data?.device);
  return (
    <Page title={`Edit change ${id}`} lead="Approvals of the content before are void with it.">
      <Answered query={files}>
        {({ files: edited, contentHash }) =>
          device === undefined || change.data === undefined ? (
            <Text>Its device is not in the network file any more.</Text>
          ) : (
            <OfDevice
              device={device}
              change={change.data}
              saved={{
                id,
                contentHash,
                files: new Map(edited.map(({ path, text }) => [path, text])),
              }}
            />
          )
        }
      </Answered>
    </Page>
  );
}

function OfDevice({
  device,
  change,
  saved,
}: {
  readonly device: Device;
  readonly change: Change | null;
  readonly saved: Saved | null;
}) {
  const hash = runningHash(device);
  const query = useQuery({
    ...snapshotQuery(device.name, hash ?? ""),
    enabled: hash !== null,
    placeholderData: keepPreviousData,
  });
  if (hash === null)
    return (
      <Panel title="Not read yet">
        <Empty title={`What lies on ${device.name} is not known.`}>
          Adopt its baseline first: on the page of the device.
        </Empty>
      </Panel>
    );
  return (
    <Answered query={query} lines={10}>
      {({ parts }) => {
        const before = device.sources.map(
          (path) => [path, parts.find(({ name }) => name === path)?.text ?? ""] as const,
        );
        return <EditFiles device={device.name} before={before} change={change} saved={saved} />;
      }}
    </Answered>
  );
}
