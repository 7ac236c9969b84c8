import { useLocalStorage } from "@mantine/hooks";
import { createContext, useContext, useEffect, type ReactNode } from "react";

import type { Density } from "../theme/theme";

type Choice = [Density, (density: Density) => void];

const DensityContext = createContext<Choice>(["comfortable", () => undefined]);

/** Keeps the person's density in this browser and tells CSS and the theme. */
export function DensityProvider({ children }: { children: (density: Density) => ReactNode }) {
  const [density, setDensity] = useLocalStorage<Density>({
    key: "rapport.density",
    defaultValue: "comfortable",
    getInitialValueInEffect: false,
    serialize: (value) => value,
    deserialize: (value) => (value === "compact" ? "compact" : "comfortable"),
  });
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  return <DensityContext value={[density, setDensity]}>{children(density)}</DensityContext>;
}

/** How much air the person wants, and the way to change it. */
export function useDensity(): Choice {
  return useContext(DensityContext);
}
