import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { RoleRequest, Session, User } from "../api/schema";
import { openApp } from "../test/app";
import { answer } from "../test/render";

const brand = { brand_id: "b1", brand_name: "Northwind", roles: ["admin" as const] };
const me = { user_id: "u1", name: "Ada", email: "ada@northwind.example", brands: [brand] };
const person = (id: string, name: string, over: Partial<User> = {}): User => ({
  id, name, email: `${id}@northwind.example`, disabled: false, brands: [{ ...brand, roles: ["ops"] }], created_at: "2026-01-01T00:00:00Z", ...over,
});

let sent: { path: string; body: unknown }[] = [];
let asked: string[] = [];
let signedIn = true;
let signedInAs: Session = me;
let people: User[] = [];
let requests: RoleRequest[] = [];
/** What the API says to a step instead of a yes. */
let refusals: Record<string, [object, number]> = {};

beforeEach(() => {
  sent = [];
  asked = [];
  signedIn = true;
  signedInAs = me;
  people = [person("u1", "Ada"), person("u2", "Ida", { invited: true }), person("u3", "Kim", { disabled: true }), person("u4", "Omar")];
  requests = [];
  refusals = {};
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    if (request.method !== "GET") {
      const text = await request.text();
      sent.push({ path: `${request.method} ${pathname}`, body: text === "" ? undefined : JSON.parse(text) as unknown });
      const refusal = refusals[`${request.method} ${pathname}`];
      if (refusal) return answer(...refusal);
      if (pathname === "/v1/session") {
        signedIn = true;
        return answer(me);
      }
      return pathname === "/v1/users" ? answer(person("u9", "Nora", { invited: true }), 201) : pathname.startsWith("/v1/users/") ? answer(person("u2", "Ida")) : new Response(null, { status: 204 });
    }
    if (pathname === "/v1/session") return signedIn ? answer(signedInAs) : answer({ code: "unauthorized", title: "Sign in" }, 401);
    if (pathname === "/v1/users") {
      asked.push(search);
      return answer({ items: searchParams.has("q") ? [] : people });
    }
    if (pathname === "/v1/role-requests") return answer({ items: requests });
    if (pathname === "/v1/password-link") {
      const dead = refusals["GET /v1/password-link"];
      return dead ? answer(...dead) : answer({ name: "Nora", email: "nora@northwind.example", invitation: true });
    }
    return answer({ items: [] });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const row = async (name: string) => within(await screen.findByRole("row", { name: new RegExp(name) }));

it("shows who is invited, active and disabled, and what can be done about each", async () => {
  openApp("/settings/people");
  const ida = await row("Ida");
  expect(ida.getByText("Invited")).toBeVisible();
  await userEvent.click(ida.getByRole("button", { name: "Send the invitation to Ida again" }));
  await userEvent.click(await screen.findByRole("button", { name: "Send again" }));
  await waitFor(() => expect(sent).toEqual([{ path: "POST /v1/users/u2/password-link", body: undefined }]));

  const kim = await row("Kim");
  expect(kim.getByText("Disabled")).toBeVisible();
  expect(kim.queryByRole("button", { name: /link|invitation/ })).toBeNull();
  await userEvent.click(kim.getByRole("button", { name: "Enable Kim" }));
  await userEvent.click(await screen.findByRole("button", { name: "Enable" }));
  await waitFor(() => expect(sent.at(-1)?.path).toBe("POST /v1/users/u3/enable"));

  const omar = await row("Omar");
  expect(omar.getByText("Active")).toBeVisible();
  expect(omar.getByRole("button", { name: "Send Omar a link to choose another password" })).toBeVisible();
});

it("finds people by words, role and state, which stand in the address", async () => {
  const { href } = openApp("/settings/people?state=disabled");
  await row("Omar");
  expect(asked).toEqual(["?state=disabled"]);
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Role" }), "Operations");
  await waitFor(() => expect(asked.at(-1)).toBe("?role=ops&state=disabled"));
  await userEvent.type(screen.getByRole("searchbox", { name: "Search people" }), "nobody");
  expect(await screen.findByText("Nobody matches")).toBeVisible();
  expect(href()).toBe("/settings/people?state=disabled&role=ops&q=nobody");
  await userEvent.click(screen.getByRole("button", { name: "Clear the filters" }));
  await row("Omar");
  expect(href()).toBe("/settings/people");
});

it("invites without a password, and says what is wrong", async () => {
  refusals["POST /v1/users"] = [{ code: "invalid", title: "Look again", errors: [{ field: "email", code: "bad_email", detail: "This is no address." }] }, 422];
  openApp("/settings/people");
  await userEvent.click(await screen.findByRole("button", { name: "Invite a person" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.type(await dialog.findByRole("textbox", { name: "Name" }), "Nora");
  await userEvent.type(dialog.getByRole("textbox", { name: "E-mail" }), "nora");
  await userEvent.click(dialog.getByRole("checkbox", { name: "Operations" }));
  await userEvent.click(dialog.getByRole("button", { name: "Invite" }));
  expect(await dialog.findByText("This is no address.")).toBeVisible();
  refusals = {};
  await userEvent.type(dialog.getByRole("textbox", { name: "E-mail" }), "@northwind.example");
  await userEvent.click(dialog.getByRole("button", { name: "Invite" }));
  await waitFor(() => expect(sent.at(-1)).toEqual({ path: "POST /v1/users", body: { name: "Nora", email: "nora@northwind.example", brands: [{ brand_id: "b1", roles: ["ops"] }] } }));
});

it("takes somebody's last role at a brand away", async () => {
  people = [person("u4", "Omar", { brands: [{ ...brand, roles: ["ops"] }, { brand_id: "b2", brand_name: "Lumen", roles: ["approver"] }] })];
  signedInAs = { ...me, brands: [brand, { brand_id: "b2", brand_name: "Lumen", roles: ["admin"] }] };
  openApp("/settings/people");
  await userEvent.click((await row("Omar")).getByRole("button", { name: "Roles of Omar" }));
  const northwind = within(await screen.findByRole("group", { name: "Northwind" }));
  expect(screen.getByRole("button", { name: "Save roles" })).toBeDisabled();
  await userEvent.click(northwind.getByRole("checkbox", { name: "Operations" }));
  expect(screen.getByText("Without a role here, Omar sees nothing of Northwind.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Save roles" }));
  await waitFor(() => expect(sent).toEqual([{ path: "PUT /v1/users/u4/roles", body: { brands: [{ brand_id: "b1", roles: [] }] } }]));
});

it("offers an admin what the API allows where somebody also works for a brand of another admin's", async () => {
  const lumen = { brand_id: "b2", brand_name: "Lumen", roles: ["ops" as const] };
  signedInAs = { ...me, brands: [brand, lumen] };
  people = [person("u4", "Omar", { brands: [{ ...brand, roles: ["ops"] }, { ...lumen, roles: ["approver"] }] }), person("u5", "Pia", { brands: [lumen] })];
  openApp("/settings/people");
  const pia = await row("Pia");
  expect(pia.getByText("By an admin of Lumen")).toBeVisible();
  expect(pia.queryByRole("button")).toBeNull();
  const omar = await row("Omar");
  expect(omar.getByRole("button", { name: "Disable Omar" })).toHaveAccessibleDescription(/also works for Lumen/);
  await userEvent.click(omar.getByRole("button", { name: "Disable Omar" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await userEvent.click(omar.getByRole("button", { name: "Roles of Omar" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(await dialog.findByRole("checkbox", { name: "Approver" }));
  expect(dialog.queryByRole("group", { name: "Lumen" })).toBeNull();
  expect(dialog.getByText("Lumen: Approver")).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Save roles" }));
  await waitFor(() => expect(sent).toEqual([{ path: "PUT /v1/users/u4/roles", body: { brands: [{ brand_id: "b1", roles: ["ops", "approver"] }] } }]));

  await userEvent.click(screen.getByRole("button", { name: "Invite a person" }));
  expect(await screen.findByRole("group", { name: "Northwind" })).toBeVisible();
  expect(screen.queryByRole("group", { name: "Lumen" })).toBeNull();
  expect(screen.getByText("Roles at Lumen are given and taken by an admin there.")).toBeVisible();
});

it("keeps a confirmed finance role that waits for its delay when another role changes", async () => {
  const ref = { id: "u2", name: "Ida" };
  requests = [{ id: "q1", user: { id: "u4", name: "Omar" }, brand_id: "b1", brand_name: "Northwind", role: "finance_preparer", requested_by: ref, confirmed_by: ref, effective_at: "2036-01-01T00:00:00Z", created_at: "2026-01-01T00:00:00Z" }];
  openApp("/settings/people");
  await userEvent.click((await row("Omar")).getByRole("button", { name: "Roles of Omar" }));
  expect(await screen.findByRole("checkbox", { name: "Finance: preparer" })).toBeChecked();
  await userEvent.click(screen.getByRole("checkbox", { name: "Approver" }));
  await userEvent.click(screen.getByRole("button", { name: "Save roles" }));
  await waitFor(() => expect(sent).toEqual([{ path: "PUT /v1/users/u4/roles", body: { brands: [{ brand_id: "b1", roles: ["ops", "finance_preparer", "approver"] }] } }]));
});

it("lets whoever is invited choose a password, and signs them in", async () => {
  signedIn = false;
  const { path } = openApp("/password/secret");
  expect(await screen.findByRole("heading", { name: "Welcome, Nora" })).toBeVisible();
  refusals["POST /v1/password-link"] = [{ code: "invalid", title: "Look again", errors: [{ field: "password", code: "too_short", detail: "A password has at least 12 characters." }] }, 422];
  await userEvent.type(screen.getByLabelText("Password"), "short");
  await userEvent.click(screen.getByRole("button", { name: "Save and sign in" }));
  expect(await screen.findByText("A password has at least 12 characters.")).toBeVisible();
  refusals = {};
  await userEvent.type(screen.getByLabelText("Password"), " horse battery");
  await userEvent.click(screen.getByRole("button", { name: "Save and sign in" }));
  await waitFor(() => expect(path()).toBe("/"));
  expect(sent.slice(-2)).toEqual([
    { path: "POST /v1/password-link", body: { password: "short horse battery" } },
    { path: "POST /v1/session", body: { email: "nora@northwind.example", password: "short horse battery" } },
  ]);
});

it("leads whoever has an authenticator to the sign-in, once the password is saved", async () => {
  signedIn = false;
  refusals["POST /v1/session"] = [{ code: "second_factor_required", title: "Sign in" }, 401];
  const { path } = openApp("/password/secret");
  await userEvent.type(await screen.findByLabelText("Password"), "short horse battery");
  await userEvent.click(screen.getByRole("button", { name: "Save and sign in" }));
  expect(await screen.findByText("Your password is saved")).toBeVisible();
  expect(path()).toBe("/sign-in");
});

it("says how to get another link when one has ended", async () => {
  signedIn = false;
  refusals["GET /v1/password-link"] = [{ code: "link_ended", title: "Sign in" }, 401];
  const { path } = openApp("/password/secret");
  await userEvent.click(await screen.findByRole("link", { name: "Mail me another link" }));
  expect(path()).toBe("/forgotten");
});

it("answers a forgotten password the same for every address", async () => {
  signedIn = false;
  openApp("/sign-in");
  await userEvent.click(await screen.findByRole("link", { name: "Forgot your password?" }));
  await userEvent.type(await screen.findByLabelText("E-mail"), "nobody@northwind.example");
  await userEvent.click(screen.getByRole("button", { name: "Mail me a link" }));
  expect(await screen.findByText(/If somebody here has the address nobody@northwind.example/)).toBeVisible();
  expect(sent).toEqual([{ path: "POST /v1/password-links", body: { email: "nobody@northwind.example" } }]);
});

it("changes one's own password, with the present one", async () => {
  refusals["PUT /v1/session/password"] = [{ code: "invalid", title: "Look again", errors: [{ field: "password", code: "wrong_password", detail: "This is not your present password." }] }, 422];
  openApp("/settings/sign-in");
  await userEvent.click(await screen.findByRole("button", { name: "Change your password" }));
  await userEvent.type(await screen.findByLabelText(/Present password/), "wrong");
  await userEvent.type(screen.getByLabelText(/New password/), "staple battery horse");
  await userEvent.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("This is not your present password.")).toBeVisible();
  refusals = {};
  await userEvent.click(screen.getByRole("button", { name: "Change password" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent.at(-1)).toEqual({ path: "PUT /v1/session/password", body: { password: "wrong", new_password: "staple battery horse" } });
});
