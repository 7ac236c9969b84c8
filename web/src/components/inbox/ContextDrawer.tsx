import { Drawer } from "@mantine/core";

import type { Thread } from "../../api/schema";
import { ThreadContext } from "./ThreadContext";

/** The context of a thread where there is no room for it beside the messages. */
export default function ContextDrawer({ thread, acts, onClose, onSplit, onMerge }: {
  thread: Thread;
  acts: boolean;
  onClose: () => void;
  onSplit: () => void;
  onMerge: () => void;
}) {
  return (
    <Drawer opened onClose={onClose} title="Details" size="sm">
      <ThreadContext
        thread={thread}
        acts={acts}
        onSplit={() => {
          onClose();
          onSplit();
        }}
        onMerge={() => {
          onClose();
          onMerge();
        }}
      />
    </Drawer>
  );
}
