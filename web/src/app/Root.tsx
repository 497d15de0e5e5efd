import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ApiFault } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import { Fault } from "../components/Fault.tsx";
import { LoginPage } from "../pages/login/LoginPage.tsx";
import { SetUpPage } from "../pages/login/SetUpPage.tsx";
import { Shell } from "./Shell.tsx";
import { SessionContext } from "./session.ts";

/** Whoever is not known logs in first, and comes to the page that was asked for. */
export function Root() {
  /* Whoever comes with a link has no password yet. */
  return window.location.pathname === "/set-up" ? <SetUpPage /> : <Known />;
}

function Known() {
  const { data, error, refetch } = useQuery(sessionQuery);
  /* A session that is over is told by its error: what was known before is still there. */
  if (error instanceof ApiFault && error.status === 401)
    return <LoginPage isOver={data !== undefined} />;
  if (data !== undefined)
    return (
      <SessionContext value={data}>
        <Shell />
      </SessionContext>
    );
  if (error !== null) return <Fault fault={error} retry={() => void refetch()} />;
  return (
    <Center h="60vh">
      <Loader role="status" aria-label="loading" />
    </Center>
  );
}
