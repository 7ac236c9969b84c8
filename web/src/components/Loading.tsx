import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";

import { useLanguage } from "../lib/language";

// Lengths that look like text; fixed, so that nothing jumps when a page renders again.
const lengths = ["82%", "64%", "91%", "55%", "73%", "88%", "60%", "79%"];

/** Grey lines where text will be. */
export function LoadingLines({ lines = 6 }: { lines?: number }) {
  const { parts } = useLanguage();
  return (
    <Stack gap="sm" role="status" aria-label={parts.loading}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={lengths[line % lengths.length]} />
      ))}
    </Stack>
  );
}

/** A whole page that is on its way, before there is a frame around it but what index.html has of it. */
export function LoadingFirstPage() {
  return (
    <main data-loading="" style={{ paddingTop: "var(--bar-top)" }}>
      <LoadingPage />
    </main>
  );
}

/** A page that is on its way. */
export function LoadingPage() {
  const { parts } = useLanguage();
  return (
    <Stack gap="lg" p="md">
      <VisuallyHidden component="h1">{parts.loadingPage}</VisuallyHidden>
      <Skeleton height={26} width={240} />
      <LoadingLines lines={10} />
    </Stack>
  );
}
