import { Button, Group, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldsOf, NO_PACKET, type PacketFields, packetOf } from "../../lib/packetFields.ts";

const PROTOCOLS = ["tcp", "udp", "icmp"] as const;
const STATES = [
  { value: "new", label: "new: the first of a connection" },
  { value: "established", label: "established: of an open one" },
  { value: "related", label: "related: such as an ICMP error" },
  { value: "invalid", label: "invalid: of no connection" },
  { value: "", label: "not said" },
];
const HIGHEST_PORT = 65_535;

interface Search {
  readonly device: string;
  readonly packet: string;
}

/** One packet, in words that anybody knows; what has no field is written as `premortem trace` takes it. */
export function TraceForm({
  devices,
  device,
  packet,
  ask,
}: {
  readonly devices: readonly string[];
  readonly device: string | undefined;
  readonly packet: string | undefined;
  readonly ask: (search: Search) => void;
}) {
  const [where, setWhere] = useState(device ?? devices[0] ?? "");
  const [fields, setFields] = useState<PacketFields>(() => fieldsOf(packet ?? "") ?? NO_PACKET);
  const set = (more: Partial<PacketFields>) => setFields({ ...fields, ...more });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({ device: where, packet: packetOf(fields) });
  };
  const protocols = [...new Set([...PROTOCOLS, fields.protocol])];
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
          <Select
            label="Device"
            allowDeselect={false}
            value={where}
            onChange={(next) => setWhere(next ?? where)}
            data={[...devices]}
          />
          <Written label="From" field="from" fields={fields} set={set} placeholder="10.10.2.11" />
          <Written label="To" field="to" fields={fields} set={set} placeholder="9.9.9.9" />
          <Select
            label="Protocol"
            allowDeselect={false}
            value={fields.protocol}
            onChange={(next) => set({ protocol: next ?? "tcp" })}
            data={protocols}
          />
          <TextInput
            label="Port"
            type="number"
            min={0}
            max={HIGHEST_PORT}
            disabled={fields.protocol === "icmp"}
            required={fields.protocol !== "icmp"}
            value={fields.port}
            onChange={({ currentTarget }) => set({ port: currentTarget.value })}
          />
          <Select
            label="State"
            allowDeselect={false}
            value={fields.state}
            onChange={(next) => set({ state: next ?? "new" })}
            data={STATES}
          />
        </SimpleGrid>
        <TextInput
          label="More (may be left out)"
          description="Such as in=dmz out=wan: interfaces that the network file knows are filled in."
          value={fields.rest}
          onChange={({ currentTarget }) => set({ rest: currentTarget.value })}
        />
        <Group>
          <Button type="submit">Ask the rules</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Written({
  label,
  field,
  fields,
  set,
  placeholder,
}: {
  readonly label: string;
  readonly field: "from" | "to";
  readonly fields: PacketFields;
  readonly set: (more: Partial<PacketFields>) => void;
  readonly placeholder: string;
}) {
  return (
    <TextInput
      label={label}
      required
      placeholder={placeholder}
      value={fields[field]}
      onChange={({ currentTarget }) => set({ [field]: currentTarget.value.trim() })}
    />
  );
}
