import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";

/** Which comes after which. */
export const NEXT_SCHEME = { auto: "light", light: "dark", dark: "auto" } as const;
const SIGN = { auto: "◐", light: "☀", dark: "☾" } as const;

/** As the machine has it, light, dark: one after the other. */
export function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = `Colours: ${colorScheme}. Change to ${NEXT_SCHEME[colorScheme]}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(NEXT_SCHEME[colorScheme])}
      >
        {SIGN[colorScheme]}
      </ActionIcon>
    </Tooltip>
  );
}
