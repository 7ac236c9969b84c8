const channel = "rapport.session";

/** Tells the other tabs of this browser who is signed in now: a person's id, or nobody. */
export function tellTabs(userId: string | undefined): void {
  if (typeof BroadcastChannel === "undefined") return;
  const tabs = new BroadcastChannel(channel);
  tabs.postMessage(userId ?? null);
  tabs.close();
}

/** Hears who signed in in another tab, or that somebody signed out there. Gives what ends the hearing. */
export function hearTabs(heard: (userId: string | undefined) => void): () => void {
  if (typeof BroadcastChannel === "undefined") return () => undefined;
  const tabs = new BroadcastChannel(channel);
  tabs.onmessage = ({ data }: MessageEvent<string | null>) => heard(data ?? undefined);
  return () => tabs.close();
}
