import { render, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import type { FollowerSnapshot } from "../../api/schema";
import { FollowerChart, newestCount } from "./FollowerChart";

const count = (as_of: string, followers: number, source: FollowerSnapshot["source"]): FollowerSnapshot => ({ account_id: "a1", as_of, followers, source });

it("draws one point a day, and says the first and the last count", () => {
  const { container } = render(<FollowerChart handle="@mia" counts={[count("2026-01-01", 1000, "entered"), count("2026-02-01", 1100, "estimated"), count("2026-02-01", 1200, "measured")]} />);
  expect(screen.getByRole("img", { name: "Followers of @mia: 1,000 on 1 Jan 2026, 1,200 on 1 Feb 2026" })).toBeVisible();
  expect(container.querySelectorAll("circle")).toHaveLength(2);
});

it("has every count with its source in a table behind it, the newest first", () => {
  render(<FollowerChart handle="@mia" counts={[count("2026-01-01", 1000, "entered"), count("2026-02-01", 1200, "measured")]} />);
  const rows = within(screen.getByRole("table", { name: "Followers of @mia", hidden: true })).getAllByRole("row", { hidden: true });
  expect(rows.map((row) => row.textContent)).toEqual(["DayFollowersSource", "1 Feb 20261,200measured", "1 Jan 20261,000entered by hand"]);
});

it("draws no line through one count, and nothing without any", () => {
  const { container, rerender } = render(<FollowerChart handle="@mia" counts={[count("2026-01-01", 1000, "measured")]} />);
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("1 count")).toBeVisible();
  rerender(<FollowerChart handle="@mia" counts={[]} />);
  expect(container).toBeEmptyDOMElement();
});

it("trusts a measured count of a day most", () => {
  expect(newestCount([count("2026-02-01", 1100, "entered"), count("2026-02-01", 1200, "measured"), count("2026-02-01", 900, "estimated")])?.followers).toBe(1200);
});
