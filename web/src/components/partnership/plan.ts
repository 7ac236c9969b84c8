const hour = 3_600_000;

/** The time that a form for planning a publication begins with: the planned one, else a full hour tomorrow, within the window. */
export function firstTime({ publish_at: at, publish_from: from, publish_by: by }: { publish_at?: string; publish_from?: string; publish_by?: string }): Date {
  if (at) return new Date(at);
  const full = Math.ceil((Date.now() + 24 * hour) / hour) * hour;
  const earliest = Math.max(full, from ? Date.parse(from) : 0);
  const last = by ? Date.parse(by) : Infinity;
  return new Date(earliest <= last ? earliest : Math.max(last - 60_000, Date.now() + 60_000));
}
