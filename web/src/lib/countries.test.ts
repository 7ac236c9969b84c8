import { expect, it } from "vitest";

import { countries, countryName, findCountry } from "./countries";

it("knows the name behind every code", () => {
  const all = countries();
  expect(all).toHaveLength(249);
  expect(all.filter(({ value, label }) => value === label)).toEqual([]);
  expect(countryName("DE")).toBe("Germany");
  expect(countryName("nowhere")).toBe("nowhere");
});

it("finds by code, by the beginning, then by any part", () => {
  const find = (search: string) => findCountry({ options: countries(), search, limit: Infinity }).map((option) => ("label" in option ? option.label : ""));
  expect(find("ger")).toEqual(["Germany", "Algeria", "Niger", "Nigeria"]);
  expect(find("de")[0]).toBe("Germany");
  expect(find("zzz")).toEqual([]);
});
