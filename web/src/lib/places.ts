import { books, hasRole, houseRoles } from "./session";
import type { Role, Session } from "../api/schema";

interface Part {
  to: string;
  label: string;
  /** Who may see it; everybody when absent. */
  roles?: Role[];
}

/** The pages of the settings, in the order of their tabs. */
export const settings: { of: string; pages: Part[] }[] = [
  {
    of: "You",
    pages: [
      { to: "/settings/notifications", label: "Notifications" },
      { to: "/settings/sign-in", label: "Sign-in" },
      { to: "/settings/tokens", label: "API tokens" },
      { to: "/settings/delegations", label: "Standing in" },
    ],
  },
  {
    of: "The house",
    pages: [
      { to: "/settings/people", label: "People", roles: books },
      { to: "/settings/brands", label: "Brands and funds" },
      { to: "/settings/outreach", label: "Outreach" },
      { to: "/settings/reviews", label: "Reviews" },
      { to: "/settings/contracts", label: "Contracts" },
      { to: "/settings/fields", label: "Creator fields" },
      { to: "/settings/calendars", label: "Calendars" },
      { to: "/settings/mail", label: "Mail delivery" },
    ],
  },
];

/** The pages of the reports, in the order of their tabs. */
export const reports: Part[] = [
  { to: "/reports/history", label: "History" },
  { to: "/reports/statements", label: "Statements" },
  { to: "/reports/year", label: "Year to date" },
  { to: "/reports/books", label: "Books" },
  { to: "/reports/lapsed", label: "Lapsed terms" },
];

const lists: Part[] = [
  { to: "/tasks", label: "Tasks" },
  { to: "/partnerships/deliverables", label: "Deliverables" },
  { to: "/contracts/dates", label: "Key dates" },
  { to: "/contracts/renewals", label: "Renewals", roles: houseRoles },
  { to: "/payouts/batches", label: "Batches: payments approved together", roles: houseRoles },
  { to: "/reversals", label: "Reversals: money taken back", roles: houseRoles },
  { to: "/reconciliation", label: "Reconciliation", roles: houseRoles },
];

export const mayOpen = (session: Session | undefined) => ({ roles }: Part): boolean => !roles || hasRole(session, roles);

/** Every page that no place of the frame's rail is, as it is called where one is not inside its place. */
export const below: Part[] = [
  ...lists,
  ...reports.map((part) => ({ ...part, label: `Reports: ${part.label}`, roles: books })),
  ...settings.flatMap(({ pages }) => pages.map((part) => ({ ...part, label: `Settings: ${part.label}` }))),
];
