import { expect, it } from "vitest";

import { printLight } from "./print";

it("prints in light colours and goes back to those of the screen", () => {
  printLight();
  document.documentElement.dataset.mantineColorScheme = "dark";
  window.dispatchEvent(new Event("beforeprint"));
  expect(document.documentElement.dataset.mantineColorScheme).toBe("light");
  window.dispatchEvent(new Event("afterprint"));
  expect(document.documentElement.dataset.mantineColorScheme).toBe("dark");
});
