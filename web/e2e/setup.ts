import type { Calendar, User } from "../src/api/schema";
import { ask, credentials, leave, type Person, signIn } from "./house";
import { start, type Stack } from "./stack";

// How long a day lasts in the tests' brand: short enough that follow-ups come while the tests run, long enough that no
// deadline passes while a loaded machine clicks.
const daySeconds = 20;

const people: Person[] = ["ops", "approver", "legal", "finance_preparer", "finance_releaser", "auditor", "admin"];

/**
 * Starts everything, unless RAPPORT_URL names an installation that runs already (one made by `rapport dev`; RAPPORT_CONTROL_URL
 * is then its sandbox's control port), and makes its days short. Gives what stops it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.RAPPORT_URL;
  const stack: Stack = given
    ? { url: given, control: process.env.RAPPORT_CONTROL_URL ?? "http://127.0.0.1:8071", dir: process.env.RAPPORT_DIR ?? "", database: process.env.RAPPORT_OWNER_URL ?? "", stop: () => Promise.resolve() }
    : await start();
  try {
    await prepare(stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack.stop;
}

async function prepare({ url, control, dir, database }: Stack): Promise<void> {
  await ask(`${url}/readyz`);
  const cookies: Record<string, string> = {};
  for (const person of people) cookies[person] = (await signIn(url, person)).cookie;
  const admin = { cookie: cookies.admin };

  const { body: { items } } = await ask<{ items: Calendar[] }>(`${url}/v1/calendars`, admin);
  const calendar = items.find(({ owner_kind }) => owner_kind === "brand");
  if (!calendar) throw new Error("the brand has no calendar");
  if (calendar.day_seconds === 86_400) {
    const { zone, working_days, opens, closes, holidays } = calendar;
    await ask(`${url}/v1/calendars/${calendar.id}`, {
      ...admin, method: "PUT", headers: { "If-Match": `"${calendar.version}"` },
      body: { zone, working_days, opens, closes, holidays, day_seconds: daySeconds },
    });
  }

  const { body: users } = await ask<{ items: User[] }>(`${url}/v1/users?limit=200`, admin);
  const second = credentials("second_approver");
  if (!users.items.some(({ email }) => email === second.email)) {
    await ask(`${url}/v1/users`, {
      ...admin, method: "POST", body: { ...second, name: "Nadia Blum", brands: [{ brand_id: calendar.owner_id, roles: ["approver"] }] },
    });
  }
  cookies.second_approver = (await signIn(url, "second_approver")).cookie;
  leave({ url, control, dir, database, run: Date.now().toString(36), cookies });
}
