import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { answer, show } from "../test/render";
import { CampaignSelect, PersonFilter, PersonSelect } from "./Pickers";

const brand = { brand_id: "b1", brand_name: "Northwind", roles: ["ops"] };
const person = (id: string, name: string, over: object = {}) => ({ id, name, email: `${id}@northwind.example`, disabled: false, brands: [brand], created_at: "2026-01-01T00:00:00Z", ...over });
// Many come before the ones that matter.
const people = [...Array.from({ length: 60 }, (_, at) => person(`a${at}`, `Ann ${at}`)), person("kim", "Kim Kern", { disabled: true }), person("me", "Mo"), person("old", "Otto", { brands: [] }), person("zoe", "Zoe")];
const campaigns = [...Array.from({ length: 30 }, (_, at) => ({ id: `s${at}`, name: `Spring ${at}` })), { id: "xmas", name: "Christmas" }];

let asked: string[] = [];
beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    asked.push(pathname + search);
    const some = (all: { name: string }[]) => Promise.resolve(answer({ items: all.filter(({ name }) => name.toLowerCase().includes(searchParams.get("q")?.toLowerCase() ?? "")).slice(0, Number(searchParams.get("limit"))) }));
    switch (pathname) {
      case "/v1/session": return Promise.resolve(answer({ user_id: "me", name: "Mo", email: "mo@northwind.example", brands: [brand] }));
      case "/v1/users": return some(people);
      case "/v1/campaigns": return some(campaigns);
      default: {
        const one = [...people, ...campaigns].find(({ id }) => pathname.endsWith(`/${id}`));
        return Promise.resolve(one ? answer(one) : answer({ code: "not_found", title: "Not found" }, 404));
      }
    }
  });
});

it("shows the name of a filter in force, wherever it stands in the list, and finds others by words", async () => {
  const onChange = vi.fn();
  await show(<CampaignSelect label="Campaign" compact brandId="b1" value="xmas" onChange={onChange} />);
  const field = await screen.findByRole("combobox", { name: "Campaign" });
  await waitFor(() => expect(field).toHaveValue("Christmas"));
  await userEvent.clear(field);
  await userEvent.type(field, "spring 29");
  await userEvent.click(await screen.findByRole("option", { name: "Spring 29" }));
  expect(onChange).toHaveBeenCalledWith("s29");
  expect(asked).toContain("/v1/campaigns?brand_id=b1&q=spring%2029&limit=20");
});

it("says so when what a filter names cannot be seen", async () => {
  await show(<><CampaignSelect label="Campaign" compact brandId={undefined} value="gone" onChange={() => undefined} /><PersonFilter label="Owner" compact value="gone" onChange={() => undefined} /></>);
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Campaign" })).toHaveValue("A campaign that you cannot see"));
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Owner" })).toHaveValue("Somebody whom you cannot see"));
});

it("filters by somebody who is disabled or has no role any more, and says so", async () => {
  const onChange = vi.fn();
  await show(<PersonFilter label="Owner" compact value="kim" onChange={onChange} />);
  const field = await screen.findByRole("combobox", { name: "Owner" });
  await waitFor(() => expect(field).toHaveValue("Kim Kern (disabled)"));
  await userEvent.clear(field);
  await userEvent.type(field, "otto");
  await userEvent.click(await screen.findByRole("option", { name: "Otto" }));
  expect(onChange).toHaveBeenCalledWith("old");
});

it("gives nothing to somebody who is disabled, and has the viewer first", async () => {
  const onChange = vi.fn();
  await show(<PersonSelect label="To" value={undefined} onChange={onChange} />);
  const field = await screen.findByRole("combobox", { name: "To" });
  await userEvent.click(field);
  await waitFor(() => expect(screen.getAllByRole("option").length).toBeGreaterThan(1));
  expect(screen.getAllByRole("option")[0]).toHaveTextContent("Mo (you)");
  await userEvent.type(field, "k");
  await waitFor(() => expect(asked).toContain("/v1/users?q=k&limit=50"));
  expect(screen.queryByRole("option", { name: /Kim/ })).toBeNull();
  await userEvent.clear(field);
  await userEvent.type(field, "zo");
  await userEvent.click(await screen.findByRole("option", { name: "Zoe" }));
  expect(onChange).toHaveBeenCalledWith("zoe");
});
