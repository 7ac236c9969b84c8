/** What was refused about a field or about something in it: of `markets` also what is said of `markets.0`. */
export function refusedAt<T>(errors: Record<string, T>, path: string): T | undefined {
  return errors[path] ?? Object.entries(errors).find(([field]) => field.startsWith(`${path}.`))?.[1];
}
