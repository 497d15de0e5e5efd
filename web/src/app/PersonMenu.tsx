import { Button, Menu, Text, useMantineColorScheme } from "@mantine/core";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { post, remove } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { NEXT_SCHEME } from "./SchemeButton.tsx";
import { useSession } from "./session.ts";

/** Nothing that the one saw stays for the other: what stands on the page is asked again. */
async function forgetAnswers(client: QueryClient): Promise<void> {
  const isAnswer = ({ queryKey }: { readonly queryKey: readonly unknown[] }) =>
    queryKey[0] !== "session";
  client.removeQueries({ type: "inactive", predicate: isAnswer });
  await client.resetQueries({ predicate: isAnswer });
}

/** Who one is, and the way out; in a demonstration also who one could be. */
export function PersonMenu() {
  const session = useSession();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const become = async (login: string) => {
    const next = await post<Session>("/v1/session/demo", { login });
    client.setQueryData(["session"], next);
    await forgetAnswers(client);
  };
  const leave = async () => {
    await remove("/v1/session");
    client.clear();
    window.location.assign("/");
  };
  return (
    <Menu position="bottom-end" width={280} returnFocus>
      <Menu.Target>
        <Button variant="default" px="sm">
          <Text component="bdi" size="sm" fw={600} truncate maw={{ base: 72, xs: 160 }}>
            {session.name}
          </Text>
          {session.demo === null ? null : (
            <Text component="span" size="xs" ml={6} c="var(--pm-warn)">
              demo
            </Text>
          )}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.roles.join(", ")}</Menu.Label>
        {session.demo === null ? null : (
          <>
            <Menu.Label>Demonstration: be somebody else. Four eyes need two.</Menu.Label>
            {session.demo.people.map(({ login, name, roles }) => (
              <Menu.Item
                key={login}
                disabled={login === session.login}
                data-autofocus={login === session.login ? undefined : true}
                onClick={() => void become(login)}
                rightSection={
                  <Text size="xs" c="dimmed">
                    {roles.join(", ")}
                  </Text>
                }
              >
                <bdi>{name}</bdi>
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <Menu.Item hiddenFrom="xs" onClick={() => setColorScheme(NEXT_SCHEME[colorScheme])}>
          Colours: {colorScheme}. Change to {NEXT_SCHEME[colorScheme]}
        </Menu.Item>
        <Menu.Item data-autofocus onClick={() => void leave()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
