import { File as NodeFile } from "node:buffer";

import { expect, it } from "vitest";

import { headerOf } from "./csv";

// The file of the test's browser cannot be read as text.
const file = (text: string) => new NodeFile([text], "creators.csv") as unknown as Blob;

it.each([
  ["commas", "name,handle,e-mail\nA,@a,a@x.example", ["name", "handle", "e-mail"]],
  ["semicolons after a byte order mark", "\uFEFFName;Handle\r\nA;@a", ["Name", "Handle"]],
  ["tabs", "Name\tHandle\n", ["Name", "Handle"]],
  ["a delimiter inside quotes", '"Name, full";Handle', ["Name, full", "Handle"]],
])("names the columns of a file with %s", async (_, text, names) => {
  expect(await headerOf(file(text))).toEqual(names);
});
