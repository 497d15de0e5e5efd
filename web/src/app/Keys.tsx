import { Kbd, Modal, Stack, Switch, Table } from "@mantine/core";
import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { PLACES } from "./places.ts";

/** Milliseconds in which a second key belongs to a first. */
const CHORD_MS = 1_500;

/** Single keys, what they do (`?`), and a switch that turns them off: whoever speaks to the machine
 * types letters without wanting to (WCAG 2.1.4). */
export function Keys() {
  const navigate = useNavigate();
  const [isShown, { open, close }] = useDisclosure(false);
  const [isOn, setOn] = useLocalStorage({ key: "premortem-single-keys", defaultValue: true });
  const pressedMs = useRef(0);
  const goTo = (to: string) => () => {
    if (performance.now() - pressedMs.current < CHORD_MS) void navigate({ to });
  };
  const places = isOn ? PLACES.map(({ key, to }): [string, () => void] => [key, goTo(to)]) : [];
  const begin: [string, () => void][] = isOn
    ? [
        [
          "g",
          () => {
            pressedMs.current = performance.now();
          },
        ],
        ["shift+?", open],
      ]
    : [];
  useHotkeys([...begin, ...places, ["mod+/", open]]);
  return (
    <Modal opened={isShown} onClose={close} title="Keys">
      <Stack>
        <Table>
          <Table.Tbody>
            <Row keys={["Ctrl", "K"]} what="find or do something" />
            <Row keys={["?"]} what="these keys (also Ctrl+/)" />
            {PLACES.map(({ key, label }) => (
              <Row key={key} keys={["g", key]} what={`go to ${label.toLowerCase()}`} />
            ))}
            <Row keys={["j"]} what="next in a list" />
            <Row keys={["k"]} what="the one before" />
            <Row keys={["n"]} what="next difference, in a text that is compared" />
            <Row keys={["p"]} what="the difference before" />
            <Row keys={["Tab"]} what="out of a text that is written, as out of anything" />
          </Table.Tbody>
        </Table>
        <Switch
          label="Single keys do something"
          checked={isOn}
          onChange={({ currentTarget }) => setOn(currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}

function Row({ keys, what }: { readonly keys: readonly string[]; readonly what: string }) {
  return (
    <Table.Tr>
      <Table.Td>
        {keys.map((key) => (
          <Kbd key={key} mr={4}>
            {key}
          </Kbd>
        ))}
      </Table.Td>
      <Table.Td>{what}</Table.Td>
    </Table.Tr>
  );
}
