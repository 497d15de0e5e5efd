import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useNews } from "../api/events.ts";
import { statusQuery } from "../api/queries.ts";
import type { Status } from "../api/types.ts";
import { Guard } from "../components/Panel.tsx";
import { useKeptFocus } from "../lib/useKeptFocus.ts";
import { Keys } from "./Keys.tsx";
import { LinkState } from "./LinkState.tsx";
import { openPalette, Palette } from "./Palette.tsx";
import { PersonMenu } from "./PersonMenu.tsx";
import { PLACES, type Place } from "./places.ts";
import { SchemeButton } from "./SchemeButton.tsx";
import { useSession } from "./session.ts";
import { usePageFocus } from "./usePageFocus.ts";
import { waitingFor } from "./waitingFor.ts";

/** What stands around each page: where one is, who one is, and how fresh what one sees is. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const session = useSession();
  const link = useNews(session.login);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const { data: status } = useQuery(statusQuery);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it closes when another page comes
  useEffect(close, [path]);
  usePageFocus(path);
  useKeptFocus();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? "Close the menu" : "Open the menu"}
            />
            <Brand />
            <LinkState link={link} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Tooltip label="Find or do something (Ctrl+K)">
              <ActionIcon
                variant="default"
                size="lg"
                aria-label="Find or do something"
                onClick={openPalette}
              >
                ⌕
              </ActionIcon>
            </Tooltip>
            <Box visibleFrom="xs">
              <SchemeButton />
            </Box>
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <ScrollArea component="nav" aria-label="Pages">
          {PLACES.filter((place) => place.isFor(session)).map((place) => (
            <PlaceLink
              key={place.to}
              place={place}
              path={path}
              count={countOf(place, status, session.login)}
            />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Guard key={path}>
          <Outlet />
        </Guard>
      </AppShell.Main>
      <Palette />
      <Keys />
    </AppShell>
  );
}

/* On a phone the room is for who one is, and whether what one sees is of now. */
function Brand() {
  return (
    <Text component={Link} to="/" visibleFrom="xs" fw={750} size="lg" c="inherit" td="none" lh={1}>
      premortem
    </Text>
  );
}

function PlaceLink({
  place: { to, label },
  path,
  count,
}: {
  readonly place: Place;
  readonly path: string;
  readonly count: number;
}) {
  const isHere = to === "/" ? path === "/" : path.startsWith(to);
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      active={isHere}
      aria-current={isHere ? "page" : undefined}
      rightSection={
        count === 0 ? null : (
          <Text size="sm" fw={700}>
            {count}
          </Text>
        )
      }
    />
  );
}

function countOf({ to }: Place, status: Status | undefined, login: string): number {
  if (status === undefined) return 0;
  if (to === "/incidents") return status.incidents.length;
  if (to === "/changes") return waitingFor(status.changes, login).length;
  return 0;
}
