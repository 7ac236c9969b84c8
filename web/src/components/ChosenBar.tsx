import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Problem } from "../api/problem";
import { useShortcuts } from "../lib/shortcuts";

/** What can be done to the rows that are chosen, and the way from those of this page to all that match. */
export default function ChosenBar({ noun, most, chosen, whole, count, children }: {
  /** What the rows are, in the plural. */
  noun: string;
  /** How many can be done at once. */
  most: number;
  chosen: { ids: string[]; all: number | undefined; setAll: (count: number) => void; clear: () => void };
  /** Every row of this page is chosen, and there are other pages. */
  whole: boolean;
  count: { queryKey: readonly unknown[]; queryFn: (context: { signal: AbortSignal }) => Promise<{ count: number; more: boolean }> };
  children: ReactNode;
}) {
  const { ids, all, setAll, clear } = chosen;
  const matching = useQuery<{ count: number; more: boolean }, Problem>({ ...count, enabled: whole }).data;
  useShortcuts("Chosen rows", [{ keys: "Escape", label: "Choose none", run: clear }]);
  return (
    <Group gap="xs" role="group" aria-label={`Chosen ${noun}`} py={6} style={{ position: "sticky", top: "var(--bar-top)", zIndex: 1, background: "var(--surface-page)" }}>
      <span role="status">{all === undefined ? `${ids.length.toLocaleString("en")} chosen` : `All ${all.toLocaleString("en")} that match are chosen`}</span>
      {children}
      {whole && all === undefined && matching && matching.count > ids.length && (matching.more
        ? <span className="soft">More than {most.toLocaleString("en")} match. Narrow the list to choose all of it.</span>
        : <Button size="xs" variant="default" onClick={() => setAll(matching.count)}>Select all {matching.count.toLocaleString("en")} that match</Button>
      )}
      <Button size="xs" variant="subtle" color="gray" onClick={clear}>Choose none</Button>
    </Group>
  );
}
