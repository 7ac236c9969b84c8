import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Delegation, DelegationCreate, Role } from "../../api/schema";
import { answer, show } from "../../test/render";
import { Delegations } from "./Delegations";

const at = "2026-03-02T09:00:00Z";
const person = (id: string, name: string, roles: Role[] = ["approver"]) => ({ id, name, email: `${id}@b.example`, disabled: false, created_at: at, brands: [{ brand_id: "b", roles }] });
const delegation = (id: string, from: string, to: string, state: Delegation["state"]): Delegation => ({ id, brand_id: "b", from: { id: from, name: from }, to: { id: to, name: to }, starts_at: at, ends_at: "2026-03-09T09:00:00Z", state });

let mine: Role[] = ["approver"];
let delegations: Delegation[] = [];
let refusal: { field: string; detail: string }[] = [];
let sent: { path: string; body: DelegationCreate }[] = [];

beforeEach(() => {
  mine = ["approver"];
  delegations = [];
  refusal = [];
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      if (path === "/v1/session") return answer({ user_id: "kim", name: "Kim", email: "kim@b.example", brands: [{ brand_id: "b", brand_name: "Northlight", roles: mine }] });
      if (path === "/v1/users") return answer({ items: [person("kim", "Kim"), person("nadia", "Nadia"), person("omar", "Omar"), person("fin", "Fin", ["finance_preparer"])] });
      return answer({ items: path === "/v1/delegations" ? delegations : [] });
    }
    sent.push({ path, body: (await request.json()) as DelegationCreate });
    if (path.endsWith("/end")) return new Response(null, { status: 204 });
    if (refusal.length > 0) return answer({ title: "Some fields need another value", status: 422, code: "invalid", errors: refusal.map((one) => ({ ...one, code: "x" })) }, 422);
    return answer({ ...delegation("d", "Kim", "Nadia", "planned") }, 201);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const field = (label: RegExp) => screen.getByLabelText(label, { selector: "input" });
const pick = async (label: RegExp, name: string) => {
  await userEvent.click(field(label));
  const list = document.getElementById(field(label).getAttribute("aria-controls") ?? "");
  await userEvent.click(await within(list ?? document.body).findByText(name));
};
const put = async (label: RegExp, value: string) => {
  await userEvent.clear(field(label));
  await userEvent.type(field(label), value);
};

it("lets somebody decide for me", async () => {
  await show(<Delegations brand="b" />);
  await userEvent.click(await screen.findByText("Let somebody decide for me"));
  await screen.findByLabelText(/^Until/);
  expect(screen.queryByLabelText(/^Who is away/)).not.toBeInTheDocument();
  await userEvent.click(screen.getByText("Let them decide"));
  expect(screen.getByText("Say who decides")).toBeVisible();
  await pick(/^Who decides/, "Nadia");
  await put(/^From/, "2026-03-02T10:00");
  await put(/^Until/, "2026-03-09T18:00");
  await userEvent.click(screen.getByText("Let them decide"));
  await vi.waitFor(() => expect(sent).toEqual([{
    path: "/v1/delegations",
    body: { brand_id: "b", to_user_id: "nadia", starts_at: new Date("2026-03-02T10:00").toISOString(), ends_at: new Date("2026-03-09T18:00").toISOString() },
  }]));
}, 15_000);

it("lets an admin choose who is away, and offers whoever decides but not themselves", async () => {
  mine = ["admin"];
  await show(<Delegations brand="b" />);
  await userEvent.click(await screen.findByText("Let somebody decide for me"));
  await screen.findByLabelText(/^Who is away/, { selector: "input" });
  await pick(/^Who is away/, "Omar");
  await userEvent.click(field(/^Who decides/));
  const list = within(document.getElementById(field(/^Who decides/).getAttribute("aria-controls") ?? "") ?? document.body);
  expect(list.getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["Kim (you)", "Nadia"]);
  await userEvent.click(list.getByText("Nadia"));
  await put(/^Until/, "2099-03-09T18:00");
  await userEvent.click(screen.getByText("Let them decide"));
  await vi.waitFor(() => expect(sent[0]?.body).toMatchObject({ from_user_id: "omar", to_user_id: "nadia" }));
}, 15_000);

it("shows what is refused where it is", async () => {
  refusal = [{ field: "to_user_id", detail: "Nadia lets Kim decide already; that would be a loop." }, { field: "ends_at", detail: "This is over already." }];
  await show(<Delegations brand="b" />);
  await userEvent.click(await screen.findByText("Let somebody decide for me"));
  await screen.findByLabelText(/^Until/);
  await pick(/^Who decides/, "Nadia");
  await put(/^Until/, "2020-03-09T18:00");
  await userEvent.click(screen.getByText("Let them decide"));
  expect(await screen.findByText(/would be a loop/)).toBeVisible();
  expect(field(/^Until/)).toHaveAccessibleDescription("This is over already.");
  expect(within(screen.getByRole("alert")).queryByRole("listitem")).not.toBeInTheDocument();
}, 15_000);

it("lists those who run first, and ends what is one's own", async () => {
  delegations = [delegation("1", "omar", "nadia", "ended"), { ...delegation("2", "kim", "omar", "planned") }, delegation("3", "nadia", "omar", "running")];
  await show(<Delegations brand="b" />);
  await screen.findByText("Planned");
  const [, ...rows] = screen.getAllByRole("row").map(({ textContent }) => textContent);
  expect(rows[0]).toMatch(/^omar for nadiaNow/);
  expect(rows[1]).toMatch(/^omar for kimPlanned.*End now…$/);
  expect(rows[2]).toMatch(/^nadia for omarEnded/);
  expect(screen.getAllByText("End now…")).toHaveLength(1);
  await userEvent.click(screen.getByLabelText("End now: omar for kim"));
  await userEvent.click(await screen.findByText("End it now"));
  await vi.waitFor(() => expect(sent.at(0)?.path).toBe("/v1/delegations/2/end"));
});
