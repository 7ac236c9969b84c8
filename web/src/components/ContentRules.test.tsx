import { useForm } from "@mantine/form";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import type { ContentRules } from "../api/schema";
import { show } from "../test/render";
import { cleanRules, ContentRulesEditor, ContentRulesView } from "./ContentRules";

function Form({ rules = {}, errors = {}, saved }: { rules?: ContentRules; errors?: Record<string, string>; saved: (rules: ContentRules) => void }) {
  const form = useForm({ initialValues: { name: "", content_rules: rules }, initialErrors: errors });
  return (
    <form onSubmit={form.onSubmit(({ content_rules }) => saved(cleanRules(content_rules)))}>
      <ContentRulesEditor form={form} />
      <button type="submit">Save</button>
    </form>
  );
}

const field = (label: string) => screen.getByLabelText(label, { selector: "input" });
async function put(label: string, text: string) {
  await userEvent.click(field(label));
  await userEvent.paste(text);
}
const pick = async (label: string, name: string) => {
  await userEvent.click(field(label));
  const list = document.getElementById(field(label).getAttribute("aria-controls") ?? "");
  await userEvent.click(await within(list ?? document.body).findByText(name));
};

it("writes what a campaign asks of its content", async () => {
  const saved = vi.fn();
  await show(<Form saved={saved} />);
  await pick("Markets", "Germany");
  await pick("Regulated category", "Alcohol");
  await put("Words that must not be in the caption", "free");
  await userEvent.keyboard("{Enter}");
  await userEvent.click(screen.getByLabelText("Videos"));
  await put("Largest file", "200");
  await put("Shortest video", "15");
  await put("Longest video", "60");
  await pick("Formats", "9:16");
  await userEvent.click(screen.getByLabelText("A video must say and show that it is an ad"));
  await userEvent.click(screen.getByText("Save"));
  expect(saved).toHaveBeenCalledWith({
    markets: ["DE"], regulated: "alcohol", banned: ["free"], media_types: ["video"], max_megabytes: 200, min_seconds: 15, max_seconds: 60, aspect_ratios: ["9:16"], spoken: true,
  });
}, 15_000);

it("asks for nothing when all is taken away", async () => {
  const saved = vi.fn();
  await show(<Form rules={{ markets: [], media_types: ["image"], max_seconds: 60, spoken: true }} saved={saved} />);
  await userEvent.click(screen.getByLabelText("Images"));
  await userEvent.clear(field("Longest video"));
  await userEvent.click(screen.getByLabelText("A video must say and show that it is an ad"));
  await userEvent.click(screen.getByText("Save"));
  expect(saved).toHaveBeenCalledWith({});
});

it("shows what is refused where it is", async () => {
  await show(<Form rules={{ markets: ["XX"] }} errors={{ "content_rules.markets.0": "No such country.", "content_rules.min_seconds": "Longer than the longest." }} saved={vi.fn()} />);
  expect(screen.getByText("No such country.")).toBeVisible();
  expect(field("Shortest video")).toHaveAccessibleDescription("Longer than the longest.");
});

it("reads as sentences", async () => {
  await show(<ContentRulesView rules={{ markets: ["DE"], spoken: true }} />);
  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["Shown in Germany", "A video says and shows that it is an ad"]);
});
