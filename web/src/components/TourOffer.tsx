import { Button, Group } from "@mantine/core";
import { IconMap } from "@tabler/icons-react";

import { tour } from "../lib/tour";
import { Notice } from "./Notice";

/** Offers the tour to who is here for the first time; it does not begin by itself, because somebody may have come for one thing. */
export function TourOffer({ answer }: { answer: () => void }) {
  return (
    <Notice tone="progress" icon={IconMap} title="New here?">
      <div>A short tour shows where your work is. It is in your menu and in the help of ? at any time.</div>
      <Group gap="xs" mt={8}>
        <Button
          size="xs"
          onClick={() => {
            answer();
            tour.start();
          }}
        >
          Show me around
        </Button>
        <Button size="xs" variant="default" onClick={answer}>No, thank you</Button>
      </Group>
    </Notice>
  );
}
