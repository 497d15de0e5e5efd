import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Fault } from "../components/Fault.tsx";
import { OverviewPage } from "../pages/overview/OverviewPage.tsx";
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

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Fault fault={error} />,
});

/* What needs an editor or charts comes when it is first looked at. */
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: OverviewPage }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes",
    component: lazyRouteComponent(() => import("../pages/changes/ChangesPage.tsx"), "ChangesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes/new",
    validateSearch: ({ device, change }: Record<string, unknown>): EditorSearch => ({
      ...(typeof device === "string" ? { device } : {}),
      ...(typeof change === "number" ? { change } : {}),
    }),
    component: lazyRouteComponent(() => import("../pages/editor/EditorPage.tsx"), "EditorPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/changes/$id",
    component: lazyRouteComponent(() => import("../pages/changes/ChangePage.tsx"), "ChangePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/devices",
    component: lazyRouteComponent(() => import("../pages/devices/DevicesPage.tsx"), "DevicesPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/devices/$name",
    component: lazyRouteComponent(() => import("../pages/devices/DevicePage.tsx"), "DevicePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/playbooks",
    component: lazyRouteComponent(
      () => import("../pages/playbooks/PlaybooksPage.tsx"),
      "PlaybooksPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/playbooks/$name",
    component: lazyRouteComponent(
      () => import("../pages/playbooks/PlaybookPage.tsx"),
      "PlaybookPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/help-desk",
    component: lazyRouteComponent(
      () => import("../pages/helpDesk/HelpDeskPage.tsx"),
      "HelpDeskPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/actions",
    component: lazyRouteComponent(() => import("../pages/actions/ActionsPage.tsx"), "ActionsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/training",
    component: lazyRouteComponent(
      () => import("../pages/training/TrainingPage.tsx"),
      "TrainingPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/training/$run",
    component: lazyRouteComponent(() => import("../pages/training/DrillPage.tsx"), "DrillPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/people",
    component: lazyRouteComponent(() => import("../pages/people/PeoplePage.tsx"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/trace",
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
    component: lazyRouteComponent(
      () => import("../pages/incidents/IncidentsPage.tsx"),
      "IncidentsPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents/$id",
    component: lazyRouteComponent(
      () => import("../pages/incidents/IncidentPage.tsx"),
      "IncidentPage",
    ),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/incidents/$id/postmortem",
    component: lazyRouteComponent(
      () => import("../pages/incidents/PostmortemPage.tsx"),
      "PostmortemPage",
    ),
  }),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
