import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentType } from "react";
import { expect, it, vi } from "vitest";

import { Problem } from "../api/problem";
import { makeQueryClient, makeRouter } from "../router";
import { show } from "../test/render";
import { LoadFailed, ProblemNotice } from "./Notice";

it("says what happened, who decided already, and the fields that stand nowhere else", async () => {
  const problem = new Problem(409, {
    title: "Already decided",
    detail: "Your words were kept.",
    decided_by: "Arne Approver",
    errors: [{ field: "comment", code: "x", detail: "shown under its input" }, { field: "submission_id", code: "x", detail: "is not the newest" }],
  });
  await show(<ProblemNotice problem={problem} shownFields={["comment"]} />);
  const alert = screen.getByRole("alert");
  expect(alert).toHaveTextContent("Already decided");
  expect(alert).toHaveTextContent("Arne Approver decided already");
  expect(alert).toHaveTextContent("submission id: is not the newest");
  expect(alert).not.toHaveTextContent("shown under its input");
});

it("offers another try only where one can help", async () => {
  const retry = vi.fn();
  const { unmount } = await show(<LoadFailed error={new Problem(404, {})} retry={retry} />);
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
  unmount();
  await show(<LoadFailed error={Problem.offline()} retry={retry} />);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

it("names no way into a list", async () => {
  const problem = new Problem(422, { title: "Some fields", detail: "Nothing was saved.", errors: [{ field: "moved.0.draft_days", code: "late", detail: "The draft is in." }, { field: "draft_days", code: "late", detail: "Too many." }] });
  await show(<ProblemNotice problem={problem} />);
  expect(screen.getByText("The draft is in.")).toBeVisible();
  expect(screen.getByText("draft days: Too many.")).toBeVisible();
});

it("names the tab when it stands for a whole page, and only then", async () => {
  document.title = "Before";
  const { unmount } = await show(<LoadFailed error={new Problem(404, { title: "This does not exist" })} />);
  expect(document.title).toBe("Before");
  unmount();
  await show(<LoadFailed page error={new Problem(404, { title: "This does not exist" })} />);
  expect(document.title).toBe("This does not exist · Rapport");
});

it("leads on from an address that there is not", async () => {
  const NotFound = makeRouter(makeQueryClient()).options.defaultNotFoundComponent as ComponentType;
  await show(<NotFound />);
  expect(screen.getByRole("heading", { name: "There is no such page", level: 1 })).toBeVisible();
  expect(screen.getByRole("link", { name: "Go to Home" })).toHaveAttribute("href", "/");
});
