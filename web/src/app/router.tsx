import {
  createBrowserHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import {
  actionsQuery,
  askChange,
  changesQuery,
  devicesQuery,
  drillRunQuery,
  drillsQuery,
  helpDeskQuery,
  incidentQuery,
  incidentsQuery,
  networkQuery,
  onCallQuery,
  playbookQuery,
  playbooksQuery,
  postmortemQuery,
  statusQuery,
  trainingQuery,
} from "../api/queries.ts";
import { Fault } from "../components/Fault.tsx";
import { OverviewPage } from "../pages/overview/OverviewPage.tsx";
import { type Ahead, ahead } from "./ahead.ts";
import { NotFound } from "./NotFound.tsx";
import { Root } from "./Root.tsx";

/** `change`: the number of one that is edited. */
interface EditorSearch {
  readonly device?: string;
  readonly change?: number;
}

/** `change`: the number of one whose rules are walked beside those that run. */
interface TraceSearch {
  readonly device?: string;
  readonly packet?: string;
  readonly change?: number;
}

interface ServicesSearch {
  readonly range?: "30m" | "90m" | "24h" | "7d";
}

const root = createRootRouteWithContext<Ahead>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Fault fault={error} />,
});

/* A page's code comes when it is first looked at, and beside it what it shows first (firstAsks.ts names the same). */
const routeTree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(statusQuery)]),
    component: OverviewPage,
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(changesQuery)]),
    component: lazyRouteComponent(() => import("../pages/changes/ChangesPage.tsx"), "ChangesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes/new",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(devicesQuery)]),
    validateSearch: ({ device, change }: Record<string, unknown>): EditorSearch => ({
      ...(typeof device === "string" ? { device } : {}),
      ...(typeof change === "number" ? { change } : {}),
    }),
    component: lazyRouteComponent(() => import("../pages/editor/EditorPage.tsx"), "EditorPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes/$id",
    loader: ({ context, params }) =>
      ahead(context, (client) => [askChange(client, Number(params.id))]),
    component: lazyRouteComponent(() => import("../pages/changes/ChangePage.tsx"), "ChangePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/devices",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(devicesQuery)]),
    component: lazyRouteComponent(() => import("../pages/devices/DevicesPage.tsx"), "DevicesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/devices/$name",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(devicesQuery)]),
    component: lazyRouteComponent(() => import("../pages/devices/DevicePage.tsx"), "DevicePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/playbooks",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(playbooksQuery)]),
    component: lazyRouteComponent(
      () => import("../pages/playbooks/PlaybooksPage.tsx"),
      "PlaybooksPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/playbooks/$name",
    loader: ({ context, params }) =>
      ahead(context, (client) => [client.prefetchQuery(playbookQuery(params.name))]),
    component: lazyRouteComponent(
      () => import("../pages/playbooks/PlaybookPage.tsx"),
      "PlaybookPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/help-desk",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(helpDeskQuery)]),
    component: lazyRouteComponent(
      () => import("../pages/helpDesk/HelpDeskPage.tsx"),
      "HelpDeskPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/actions",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(actionsQuery)]),
    component: lazyRouteComponent(() => import("../pages/actions/ActionsPage.tsx"), "ActionsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/training",
    loader: ({ context }) =>
      ahead(context, (client) => [
        client.prefetchQuery(trainingQuery),
        client.prefetchQuery(drillsQuery),
      ]),
    component: lazyRouteComponent(
      () => import("../pages/training/TrainingPage.tsx"),
      "TrainingPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/training/$run",
    loader: ({ context, params }) =>
      ahead(context, (client) => [client.prefetchQuery(drillRunQuery(Number(params.run)))]),
    component: lazyRouteComponent(() => import("../pages/training/DrillPage.tsx"), "DrillPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/people",
    loader: ({ context }) =>
      ahead(context, (client) => [
        client.prefetchQuery(onCallQuery),
        client.prefetchQuery(networkQuery),
      ]),
    component: lazyRouteComponent(() => import("../pages/people/PeoplePage.tsx"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/trace",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(devicesQuery)]),
    validateSearch: ({ device, packet, change }: Record<string, unknown>): TraceSearch => ({
      ...(typeof device === "string" ? { device } : {}),
      ...(typeof packet === "string" ? { packet } : {}),
      ...(typeof change === "number" ? { change } : {}),
    }),
    component: lazyRouteComponent(() => import("../pages/trace/TracePage.tsx"), "TracePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/services",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(statusQuery)]),
    validateSearch: ({ range }: Record<string, unknown>): ServicesSearch =>
      range === "30m" || range === "90m" || range === "24h" || range === "7d" ? { range } : {},
    component: lazyRouteComponent(
      () => import("../pages/services/ServicesPage.tsx"),
      "ServicesPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents",
    loader: ({ context }) => ahead(context, (client) => [client.prefetchQuery(incidentsQuery)]),
    component: lazyRouteComponent(
      () => import("../pages/incidents/IncidentsPage.tsx"),
      "IncidentsPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents/$id",
    loader: ({ context, params }) =>
      ahead(context, (client) => [client.prefetchQuery(incidentQuery(Number(params.id)))]),
    component: lazyRouteComponent(
      () => import("../pages/incidents/IncidentPage.tsx"),
      "IncidentPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents/$id/postmortem",
    loader: ({ context, params }) =>
      ahead(context, (client) => [client.prefetchQuery(postmortemQuery(Number(params.id)))]),
    component: lazyRouteComponent(
      () => import("../pages/incidents/PostmortemPage.tsx"),
      "PostmortemPage",
    ),
  }),
]);

/** `history`: where one is, and was; default: what the browser says. */
export function makeRouter(context: Ahead, history: RouterHistory = createBrowserHistory()) {
  return createRouter({
    routeTree,
    context,
    history,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
