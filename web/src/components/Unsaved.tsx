import { Button, Group, Modal, Stack } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";

/**
 * Asks before a page is left where something other than at first stands in a form and `step` has not saved it; the browser asks in words of
 * its own when the tab is closed.
 */
export function Unsaved({ of, step: { isPending, isSuccess } }: { of: unknown; step: { isPending: boolean; isSuccess: boolean } }) {
  const now = JSON.stringify(of);
  const [first] = useState(now);
  const lost = now !== first && !isPending && !isSuccess;
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => lost && current.pathname !== next.pathname,
    enableBeforeUnload: lost,
    withResolver: true,
  });
  return (
    <Modal opened={status === "blocked"} onClose={() => reset?.()} title="Leave without saving?">
      <Stack>
        <p style={{ margin: 0 }}>What you changed here is not saved and would be lost.</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => proceed?.()}>Leave without saving</Button>
          <Button data-autofocus onClick={() => reset?.()}>Stay here</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
